# SPDX-License-Identifier: Apache-2.0
"""Good rows to a canonical log folder: lifecycle pairs joined, sorted once, attributes beside them.

Only the columns that play a part are in memory together, as numbers; attributes pass one by one, and rows are written
in segments of whole cases, so that memory grows with some tens of bytes an event and not with the texts. Files are
written to a folder of another name and synced; the caller renames it as the last act, so a log is there whole or not at
all.
"""

import json
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from taktloom.mining.logs.attributes import is_constant_per_case, typed_attribute, typed_codes, typed_labels
from taktloom.mining.logs.canonical import CASES_FILE, CODED_COLUMNS, LABELS_FILE, Labels
from taktloom.mining.logs.coded_texts import CodedTexts, code_texts, mark_used
from taktloom.mining.logs.errors import UnreadableLogError
from taktloom.mining.logs.lifecycles import Instances, join_lifecycles
from taktloom.mining.logs.mapping import AttributeColumn, AttributeLevel, AttributeType
from taktloom.mining.logs.metadata import (
    METADATA_FILE,
    EventColumn,
    ImportFacts,
    LogCounts,
    LogMetadata,
    metadata_to_json,
)
from taktloom.mining.logs.requests import ImportStage
from taktloom.mining.logs.rows import (
    Build,
    GoodRows,
    complete_lifecycle,
    printable,
    read_rows,
)
from taktloom.mining.logs.segments import WaitingColumns, segment_bounds, segment_name, write_parquet
from taktloom.mining.logs.side_by_side import each_side_by_side, side_by_side
from taktloom.mining.logs.variants import count_variants
from taktloom.model.events import CASE_ATTRIBUTE_PREFIX, EVENT_ATTRIBUTE_PREFIX, Lifecycle
from taktloom.model.places import Place

SORTED_AT_ONCE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ordered:
    """The canonical rows (CODED_COLUMNS, not yet cast); for each, the staged row that its attributes come from.
    case_ids: by case code."""

    coded: pl.DataFrame
    numbers: NDArray[np.uint32]
    event_ids: pl.Series
    case_ids: pl.Series
    labels: Labels
    facts: ImportFacts


def build_log(build: Build) -> LogMetadata:
    """Write the canonical files into the empty folder `build.target` and return the metadata.

    Raises BadRowsError, TimeZoneNeededError, DateFormatNeededError, ImportCancelledError.
    """
    build.report(ImportStage.BUILDING, 0)
    ordered = order_rows(read_rows(build), are_paired=build.staging.are_paired)
    build.report(ImportStage.BUILDING, build.staging.rows)
    if ordered.coded.height == 0:
        raise UnreadableLogError(
            "no-events",
            "No row completes an activity.",
            Place(source=build.staging.source.name),
            "Check the column of the lifecycle.",
        )
    bounds = segment_bounds(ordered.coded["case"].to_numpy(), build.request.limits.part_rows)
    with ThreadPoolExecutor(max_workers=1) as other_thread:  # the coded rows and the attributes take about as long
        counting = other_thread.submit(_write_coded, build.target, ordered, bounds)
        ordered = replace(ordered, coded=ordered.coded.select("case"))
        columns = _write_beside(build, ordered, bounds)
        counts = counting.result()
    metadata = _describe(build, ordered.facts, counts, columns)
    metadata = replace(metadata, segments=tuple(segment_name(number) for number in range(len(bounds))))
    labels = ordered.labels
    write_json(
        build.target / LABELS_FILE,
        {
            "activities": labels.activities,
            "resources": labels.resources,
            "roles": labels.roles,
            "lifecycles": labels.lifecycles,
        },
    )
    write_json(build.target / METADATA_FILE, metadata_to_json(metadata))
    build.report(ImportStage.WRITING, build.staging.rows)
    sync_folder(build.target)
    return metadata


def order_rows(rows: GoodRows, *, are_paired: bool | None = None) -> Ordered:
    """Join starts to completions, drop what is no activity instance, sort by (case, completion, position).

    are_paired: as in `join_lifecycles`.

    `rows.frame` is emptied on the way: a large log is not held twice.
    """
    frame = rows.frame
    lifecycle, count = frame["lifecycle"], frame.height
    instances = join_lifecycles(frame, are_paired=are_paired) if lifecycle.null_count() < count else None
    frame.drop_in_place("instance")
    if instances is None:
        kept = frame.with_columns(pl.repeat(1, count, dtype=pl.UInt8(), eager=True).alias("source_events"))
    else:
        frame.insert_column(0, pl.Series("position", np.arange(count, dtype=np.uint32)))
        kept = _join_starts(frame, instances)
    for name in frame.columns:
        frame.drop_in_place(name)
    lifecycle, lifecycles = _code_lifecycles(kept["lifecycle"])
    kept = kept.with_columns(lifecycle)
    kept, case_ids, lost_cases = _renumber_cases(kept, rows.case_ids)
    kept, out_of_order = _sort(kept)
    facts = replace(_order_facts(kept, rows.facts, instances, lost_cases), out_of_order_rows=out_of_order)
    event_ids = kept.drop_in_place("event_id")
    return Ordered(
        coded=kept,
        numbers=_numbers(rows, kept["position"].to_numpy()),
        event_ids=event_ids,
        case_ids=case_ids,
        labels=replace(rows.labels, lifecycles=lifecycles.to_list()),
        facts=facts,
    )


def _numbers(rows: GoodRows, positions: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """The staged rows at *positions* of the good ones, which are the same where all rows are good."""
    are_all = rows.numbers.size == 0 or int(rows.numbers[-1]) == rows.numbers.size - 1
    return positions if are_all else rows.numbers[positions]


def _sort(kept: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """*kept* in canonical order, and how many rows stood before an earlier one of their case.

    Its column of positions is made where all rows are kept.
    """
    rows = pl.Series("position", _stable_order(kept["case"].to_numpy()), dtype=pl.get_index_type())
    found = list(side_by_side(partial(_gathered, kept.drop_in_place(name), rows) for name in ("case", "occurred_at")))
    case, occurred = (column.to_numpy() for column in found)
    out_of_order = int(((case[1:] == case[:-1]) & (occurred[1:] < occurred[:-1])).sum())
    if out_of_order:
        again = pl.Series(np.lexsort((occurred, case)), dtype=pl.get_index_type())
        rows, found = rows.gather(again), [column.gather(again) for column in found]
    del case, occurred
    found += [] if "position" in kept.columns else [rows]
    works = (partial(_gathered, kept.drop_in_place(name), rows) for name in kept.columns)
    return pl.DataFrame([*found, *side_by_side(works)]), out_of_order


def _gathered(column: pl.Series, rows: pl.Series) -> pl.Series:
    """*column* in another order of all its rows, which a column of one value need not be put in."""
    is_alike = column.dtype.is_integer() and column.null_count() == 0 and column.min() == column.max()
    return column if is_alike or column.dtype == pl.Null() else column.gather(rows)


def _join_starts(frame: pl.DataFrame, instances: Instances) -> pl.DataFrame:
    """One row per activity instance; a joined start row gives its time."""
    kept = frame[instances.rows] if instances.rows.size < frame.height else frame
    has_start = instances.start_rows >= 0
    if has_start.any():
        joined = frame["occurred_at"].gather(pl.Series(instances.start_rows).replace(-1, None))
        kept = kept.with_columns(joined.fill_null(kept["started_at"].cast(pl.Int64)).alias("started_at"))
    return kept.with_columns(pl.Series("source_events", 1 + has_start.astype(np.uint8), dtype=pl.UInt8))


def _code_lifecycles(lifecycle: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Transitions as codes of the sorted labels; the rules for texts are applied to the few different ones."""
    if lifecycle.null_count() == lifecycle.len() > 0:
        codes = pl.repeat(0, lifecycle.len(), dtype=pl.UInt32(), eager=True)
        return codes.alias("lifecycle"), pl.Series([Lifecycle.COMPLETE.value])
    coded = code_texts([lifecycle])
    texts = complete_lifecycle(pl.concat([coded.labels, pl.Series([None], dtype=pl.String)]))
    used = texts if lifecycle.null_count() else texts.head(coded.labels.len())
    labels = used.unique().sort()
    number = {label: code for code, label in enumerate(labels.to_list())}
    by_code = pl.Series([number.get(text, 0) for text in texts.to_list()], dtype=pl.UInt32)
    return by_code.gather(coded.codes.fill_null(coded.labels.len())).alias("lifecycle"), labels


def _stable_order(case: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Row numbers by case and then as they stand, some hundred thousand cases at a time on all cores.

    Case and row in one number sort several times faster than argsort.
    """
    if bool((case[1:] >= case[:-1]).all()):  # a file that has its cases one after the other
        return np.arange(case.size, dtype=np.uint32)
    cases = int(case.max()) + 1
    parts = max(1, case.size // SORTED_AT_ONCE)
    bounds = [cases * number // parts for number in range(parts + 1)]
    return np.concatenate(list(each_side_by_side(partial(_order_cases, case), pairwise(bounds))))


def _order_cases(case: NDArray[np.uint32], bounds: tuple[int, int]) -> NDArray[np.uint32]:
    """The rows of the cases from one number up to another, by case and then as they stand."""
    rows = np.flatnonzero((case >= bounds[0]) & (case < bounds[1]))
    keys = case[rows].astype(np.uint64)
    keys <<= np.uint64(32)
    keys |= rows.view(np.uint64)
    keys.sort()
    return keys.astype(np.uint32)  # the lower half


def _renumber_cases(kept: pl.DataFrame, case_ids: pl.Series) -> tuple[pl.DataFrame, pl.Series, int]:
    """Case codes without gaps when pairing left cases without any completion."""
    is_present = mark_used(kept["case"].to_numpy(), case_ids.len())
    lost = case_ids.len() - int(is_present.sum())
    if lost == 0:
        return kept, case_ids, 0
    renumbered = (np.cumsum(is_present) - 1).astype(np.uint32)[kept["case"].to_numpy()]
    return kept.with_columns(pl.Series("case", renumbered)), case_ids.filter(pl.Series(is_present)), lost


def _order_facts(kept: pl.DataFrame, facts: ImportFacts, instances: Instances | None, lost_cases: int) -> ImportFacts:
    if instances is not None:
        facts = replace(
            facts,
            orphan_starts=instances.orphan_starts,
            orphan_completes=instances.orphan_completes,
            intermediate_events=instances.intermediate,
        )
    return replace(
        facts,
        cases_without_completion=lost_cases,
        duplicate_rows=_count_duplicates(kept),
    )


def _count_duplicates(kept: pl.DataFrame) -> int:
    """Rows equal to an earlier one but for their attributes; in canonical order only ties of time can be such."""
    case, occurred = kept["case"].to_numpy(), kept["occurred_at"].to_numpy()
    is_tied = np.zeros(case.size + 1, dtype=np.bool_)
    is_tied[1:-1] = (case[1:] == case[:-1]) & (occurred[1:] == occurred[:-1])
    tied = kept.select("case", "activity", "occurred_at", "resource", "lifecycle").filter(
        pl.Series(is_tied[1:] | is_tied[:-1])
    )
    return tied.height - tied.n_unique()


def _write_coded(target: Path, ordered: Ordered, bounds: list[tuple[int, int]]) -> LogCounts:
    """Write the coded rows and count what they hold; reports nothing, listeners expect one thread."""
    for number, (begin, end) in enumerate(bounds):
        rows = ordered.coded.slice(begin, end - begin)
        part = rows.select(pl.col(name).cast(dtype) for name, dtype in CODED_COLUMNS.items())
        write_parquet(part, target / f"coded-{segment_name(number)}.parquet")
    return _count(ordered, bounds)


def _write_beside(build: Build, ordered: Ordered, bounds: list[tuple[int, int]]) -> tuple[EventColumn, ...]:
    """Write cases and event attributes, one column at a time; return the attribute columns in order."""
    case = ordered.coded["case"].to_numpy()
    first_rows = pl.Series(np.flatnonzero(np.append(True, case[1:] != case[:-1])), dtype=pl.get_index_type())
    gather = pl.Series(ordered.numbers, dtype=pl.get_index_type())
    taken: set[str] = set()
    cases = [pl.Series("case", range(ordered.case_ids.len()), dtype=pl.UInt32), ordered.case_ids.alias("case_id")]
    events = WaitingColumns(build.target, bounds)
    events.add(ordered.event_ids.cast(pl.String).alias("event_id"))
    columns = []
    for number, attribute in enumerate(build.mapping.attributes):
        values, is_case = _attribute(build, attribute, _Rows(numbers=gather, case=case, first=first_rows))
        name = _free_name((CASE_ATTRIBUTE_PREFIX if is_case else EVENT_ATTRIBUTE_PREFIX) + attribute.name, taken)
        if is_case:
            cases.append(values.rename(name))
        else:
            events.add(values.rename(name))
        columns.append(EventColumn(name=name, source=attribute.source, type=str(values.dtype)))
        build.report(ImportStage.WRITING, build.staging.rows * (number + 1) // (len(build.mapping.attributes) + 2))
    for name in build.staging.schema_columns:
        events.add(build.staging.load(name).gather(gather))
    write_parquet(pl.DataFrame(cases), build.target / CASES_FILE)
    before = build.staging.rows * (len(columns) + 1) // (len(columns) + 2)
    for done in events.write("attributes"):
        build.report(ImportStage.WRITING, before + done // (len(columns) + 2))
    return tuple(columns)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Rows:
    """The canonical rows. numbers: the staged row that each comes from. first: the first of each case."""

    numbers: pl.Series
    case: NDArray[np.uint32]
    first: pl.Series


def _attribute(build: Build, attribute: AttributeColumn, rows: _Rows) -> tuple[pl.Series, bool]:
    """The attribute, typed, of each case where it is a case's, else of each event; and whether it is a case's."""
    may_be_case = attribute.level is not AttributeLevel.EVENT
    values = _values(build, attribute, rows.numbers)
    if isinstance(values, pl.Series):
        is_case = may_be_case and is_constant_per_case(values, rows.case)
        return (values.gather(rows.first) if is_case else values), is_case
    coded, labels = values
    if may_be_case and is_constant_per_case(coded.codes, rows.case):  # before there is a value for every event
        return labels.gather(coded.codes.gather(rows.first)), True
    spelled = labels.gather(coded.codes)
    is_case = may_be_case and is_constant_per_case(spelled, rows.case)
    return (spelled.gather(rows.first) if is_case else spelled), is_case


def _values(build: Build, attribute: AttributeColumn, rows: pl.Series) -> pl.Series | tuple[CodedTexts, pl.Series]:
    """The attribute of the canonical rows, typed, or coded with the typed values by code.

    rows: for each the staged row that it comes from.
    """
    staging = build.staging
    wanted = staging.types.get(attribute.source, attribute.type)
    wanted = attribute.type if attribute.type is not AttributeType.AUTO else wanted
    numbers, coded = staging.ready.numbers.get(attribute.source), staging.ready.texts.get(attribute.source)
    if numbers is not None and wanted is AttributeType.AUTO and rows.len() == staging.rows:
        return numbers.gather(rows)  # of fewer rows, floats might all be whole
    if coded is not None:
        coded = CodedTexts(codes=coded.codes.gather(rows), labels=printable(coded.labels))
        labels = typed_labels(coded, wanted, build.rules)
        return typed_codes(coded, wanted, build.rules) if labels is None else (coded, labels)
    values = typed_attribute(staging.load(attribute.source).gather(rows), wanted, build.rules)
    return printable(values) if values.dtype == pl.String else values


def _count(ordered: Ordered, bounds: list[tuple[int, int]]) -> LogCounts:
    case, activity = ordered.coded["case"].to_numpy(), ordered.coded["activity"].to_numpy()
    return LogCounts(
        events=ordered.facts.rows,
        activity_instances=case.size,
        cases=ordered.case_ids.len(),
        activities=int(np.count_nonzero(np.bincount(activity))),
        variants=count_variants((case[begin:end], activity[begin:end]) for begin, end in bounds),
    )


def _free_name(wanted: str, taken: set[str]) -> str:
    name, repeat = wanted, 1
    while name in taken:
        repeat += 1
        name = f"{wanted}_{repeat}"
    taken.add(name)
    return name


def _describe(build: Build, facts: ImportFacts, counts: LogCounts, columns: tuple[EventColumn, ...]) -> LogMetadata:
    source, request = build.staging.source, build.request
    return LogMetadata(
        log_id=request.log_id or build.target.name,
        name=request.name,
        source_name=source.name,
        source_format=source.format.value,
        source_sha256=source.sha256,
        source_bytes=source.size_bytes,
        imported_at=request.imported_at,
        timezone=request.timezone,
        mapping=build.mapping,
        counts=counts,
        facts=facts,
        columns=columns,
        segments=(),
        is_synthetic=request.is_synthetic,
        encoding=source.encoding,
        delimiter=source.delimiter,
        date_format=request.date_format,
        cursor=build.staging.cursor,
    )


def write_json(path: Path, record: Mapping[str, object]) -> None:
    """Canonical JSON: sorted keys, UTF-8; synced to disk."""
    with path.open("wb") as file:
        file.write(json.dumps(record, sort_keys=True, ensure_ascii=False, indent=1).encode())
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make the folder's entries durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
