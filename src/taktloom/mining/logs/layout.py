# SPDX-License-Identifier: Apache-2.0
"""Good rows to a canonical log folder: lifecycle pairs joined, sorted once, attributes beside them.

Only the columns that play a part are in memory together; attributes pass one by one. Files are written to a folder of
another name and synced; the caller renames it as the last act, so a log is there whole or not at all.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from taktloom.mining.logs.attributes import is_constant_per_case, typed_attribute
from taktloom.mining.logs.canonical import CASES_FILE, CODED_COLUMNS, LABELS_FILE, Labels
from taktloom.mining.logs.errors import UnreadableLogError
from taktloom.mining.logs.lifecycles import Instances, every_row, join_lifecycles
from taktloom.mining.logs.mapping import AttributeLevel, AttributeType
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
    code_texts,
    complete_lifecycle,
    printable,
    read_rows,
)
from taktloom.mining.logs.variants import count_variants
from taktloom.model.events import CASE_ATTRIBUTE_PREFIX, EVENT_ATTRIBUTE_PREFIX
from taktloom.model.places import Place

SEGMENT = "00000"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ordered:
    """The canonical rows; for each, the staged row that its attributes come from. case_ids: by case code."""

    coded: pl.DataFrame
    numbers: NDArray[np.int64]
    event_ids: pl.Series
    case_ids: pl.Series
    labels: Labels
    facts: ImportFacts


def build_log(build: Build) -> LogMetadata:
    """Write the canonical files into the empty folder `build.target` and return the metadata.

    Raises BadRowsError, TimeZoneNeededError, DateFormatNeededError, ImportCancelledError.
    """
    build.report(ImportStage.BUILDING, 0)
    rows = read_rows(build)
    build.report(ImportStage.BUILDING, build.staging.rows // 2)
    ordered = order_rows(rows)
    build.report(ImportStage.BUILDING, build.staging.rows)
    columns = _write_rows(build, ordered)
    metadata = _describe(build, ordered, columns)
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


def order_rows(rows: GoodRows) -> Ordered:
    """Join starts to completions, drop what is no activity instance, sort by (case, completion, position)."""
    frame = rows.frame
    instances = join_lifecycles(frame) if frame["lifecycle"].null_count() < frame.height else every_row(frame.height)
    frame = frame.drop("instance").with_row_index("position")
    kept = frame[instances.rows] if instances.rows.size < frame.height else frame
    if (instances.start_rows >= 0).any():
        joined = frame["occurred_at"].gather(pl.Series(instances.start_rows).replace(-1, None))
        kept = kept.with_columns(joined.fill_null(kept["started_at"]).alias("started_at"))
    lifecycle, lifecycles = _code_lifecycles(kept["lifecycle"])
    kept = kept.with_columns(pl.Series("source_events", 1 + (instances.start_rows >= 0), dtype=pl.UInt8), lifecycle)
    kept, case_ids, lost_cases = _renumber_cases(kept, rows.case_ids)
    kept = kept[_stable_order(kept["case"].to_numpy())]
    case, occurred = kept["case"].to_numpy(), kept["occurred_at"].to_numpy()
    out_of_order = int(((case[1:] == case[:-1]) & (occurred[1:] < occurred[:-1])).sum())
    if out_of_order:
        kept = kept[np.lexsort((occurred, case))]
    return Ordered(
        coded=kept.select(pl.col(name).cast(dtype) for name, dtype in CODED_COLUMNS.items()),
        numbers=rows.numbers[kept["position"].to_numpy()],
        event_ids=kept["event_id"],
        case_ids=case_ids,
        labels=replace(rows.labels, lifecycles=lifecycles.to_list()),
        facts=replace(_order_facts(kept, rows.facts, instances, lost_cases), out_of_order_rows=out_of_order),
    )


def _code_lifecycles(lifecycle: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Transitions as codes of the sorted labels; the rules for texts are applied to the few different ones."""
    codes, spelled = code_texts(lifecycle)
    texts = complete_lifecycle(pl.concat([spelled, pl.Series([None], dtype=pl.String)]))
    used = texts if lifecycle.null_count() else texts.head(spelled.len())
    labels = used.unique().sort()
    number = {label: code for code, label in enumerate(labels.to_list())}
    by_code = pl.Series([number.get(text, 0) for text in texts.to_list()], dtype=pl.UInt32)
    return by_code.gather(codes.fill_null(spelled.len())).alias("lifecycle"), labels


def _stable_order(case: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Row numbers by case and then as they stand: case and row in one number sort several times faster than argsort."""
    key = case.astype(np.uint64) << np.uint64(32)
    key |= np.arange(case.size, dtype=np.uint64)
    key.sort()
    key &= np.uint64(0xFFFFFFFF)
    return key.view(np.int64)


def _renumber_cases(kept: pl.DataFrame, case_ids: pl.Series) -> tuple[pl.DataFrame, pl.Series, int]:
    """Case codes without gaps when pairing left cases without any completion."""
    is_present = np.zeros(case_ids.len(), dtype=np.bool_)
    is_present[kept["case"].to_numpy()] = True
    lost = case_ids.len() - int(is_present.sum())
    if lost == 0:
        return kept, case_ids, 0
    renumbered = (np.cumsum(is_present) - 1).astype(np.uint32)[kept["case"].to_numpy()]
    return kept.with_columns(pl.Series("case", renumbered)), case_ids.filter(pl.Series(is_present)), lost


def _order_facts(kept: pl.DataFrame, facts: ImportFacts, instances: Instances, lost_cases: int) -> ImportFacts:
    return replace(
        facts,
        orphan_starts=instances.orphan_starts,
        orphan_completes=instances.orphan_completes,
        intermediate_events=instances.intermediate,
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


def _write_rows(build: Build, ordered: Ordered) -> tuple[EventColumn, ...]:
    """Write coded rows, event attributes and cases; return the attribute columns in order."""
    build.report(ImportStage.WRITING, 0)
    case = ordered.coded["case"].to_numpy()
    first_rows = np.flatnonzero(np.append(True, case[1:] != case[:-1]))
    gather = pl.Series(ordered.numbers)
    taken: set[str] = set()
    cases = [pl.Series("case", range(ordered.case_ids.len()), dtype=pl.UInt32), ordered.case_ids.alias("case_id")]
    events = [ordered.event_ids.alias("event_id")]
    columns = []
    for number, attribute in enumerate(build.mapping.attributes):
        values = build.staging.load(attribute.source).gather(gather)
        wanted = build.staging.types.get(attribute.source, attribute.type)
        wanted = attribute.type if attribute.type is not AttributeType.AUTO else wanted
        values = typed_attribute(values, wanted, build.rules)
        values = printable(values) if values.dtype == pl.String else values
        is_case = attribute.level is not AttributeLevel.EVENT and is_constant_per_case(values, case)
        prefix = CASE_ATTRIBUTE_PREFIX if is_case else EVENT_ATTRIBUTE_PREFIX
        name = _free_name(prefix + attribute.name, taken)
        (cases if is_case else events).append((values.gather(first_rows) if is_case else values).rename(name))
        columns.append(EventColumn(name=name, source=attribute.source, type=str(values.dtype)))
        build.report(ImportStage.WRITING, build.staging.rows * (number + 1) // (len(build.mapping.attributes) + 1))
    events += [build.staging.load(name).gather(gather) for name in build.staging.schema_columns]
    write_parquet(pl.DataFrame(cases), build.target / CASES_FILE)
    write_parquet(pl.DataFrame(events), build.target / f"attributes-{SEGMENT}.parquet")
    write_parquet(ordered.coded, build.target / f"coded-{SEGMENT}.parquet")
    return tuple(columns)


def _free_name(wanted: str, taken: set[str]) -> str:
    name, repeat = wanted, 1
    while name in taken:
        repeat += 1
        name = f"{wanted}_{repeat}"
    taken.add(name)
    return name


def _describe(build: Build, ordered: Ordered, columns: tuple[EventColumn, ...]) -> LogMetadata:
    coded, source, request = ordered.coded, build.staging.source, build.request
    case, activity = coded["case"].to_numpy(), coded["activity"].to_numpy()
    if coded.height == 0:
        raise UnreadableLogError(
            "no-events",
            "No row completes an activity.",
            Place(source=source.name),
            "Check the column of the lifecycle.",
        )
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
        counts=LogCounts(
            events=ordered.facts.rows,
            activity_instances=coded.height,
            cases=ordered.case_ids.len(),
            activities=int(np.unique(activity).size),
            variants=count_variants(case, activity),
        ),
        facts=ordered.facts,
        columns=columns,
        segments=(SEGMENT,),
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


def write_parquet(frame: pl.DataFrame, path: Path) -> None:
    """zstd Parquet, synced to disk."""
    frame.write_parquet(path, compression="zstd", compression_level=1, statistics=True)
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make the folder's entries durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
