# SPDX-License-Identifier: Apache-2.0
"""Logs larger than memory: rows go to buckets by their case, each bucket becomes a log of its own, those are joined.

All rows of a case fall into one bucket, so that everything about cases (order, lifecycle pairs, variants, duplicates)
is decided inside it, and memory is that of a bucket whatever the size of the log. What holds for the whole log is
decided after all: dictionaries are united, and an attribute whose buckets disagree on its type is text, on its level
the event's; buckets that thought otherwise are built again. Cases are numbered bucket by bucket; beside that the log is
the one that `build_log` writes. Of times that are texts the format is decided first, in a pass over that column alone.

Several buckets are at work at once, each on a thread of its own.
"""

import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from taktloom.mining.logs.canonical import CASES_FILE, CODED_COLUMNS, LABELS_FILE
from taktloom.mining.logs.errors import BadRowsError, TooManyActivitiesError, UnreadableLogError
from taktloom.mining.logs.layout import build_log, sync_folder, write_json
from taktloom.mining.logs.lifecycles import has_pairs
from taktloom.mining.logs.mapping import AttributeLevel, AttributeType, ColumnMapping
from taktloom.mining.logs.metadata import METADATA_FILE, ImportFacts, LogCounts, LogMetadata, metadata_to_json
from taktloom.mining.logs.requests import BadRows, ImportStage, ImportWatch, LogFormat, ignore_progress
from taktloom.mining.logs.rows import FIRST_EXAMPLES, OFFSETS_KEPT, Build, time_parts
from taktloom.mining.logs.segments import segment_name, write_parquet
from taktloom.mining.logs.side_by_side import side_by_side
from taktloom.mining.logs.staging import ROW_COLUMN, ReadyColumns, Staging
from taktloom.mining.logs.times import agreed_format
from taktloom.mining.logs.variants import count_variants
from taktloom.model.events import CASE_ATTRIBUTE_PREFIX
from taktloom.model.findings import Finding
from taktloom.model.places import Place

BUCKET = "__bucket"
MOST_DIVIDED = 1_000_000  # rows with all their texts, and once more in buckets
BUCKETS_HELD = 4  # so many of them are about what the other way may hold
DICTIONARIES = {"activity": "activities", "resource": "resources", "role": "roles", "lifecycle": "lifecycles"}
SUMMED = (
    "rows", "skipped_rows", "ambiguous_local_times", "missing_local_times", "orphan_starts", "orphan_completes",
    "intermediate_events", "cases_without_completion", "out_of_order_rows", "duplicate_rows", "ends_before_start",
    "unprintable_labels", "formula_cells",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bucket:
    """The rows of a bucket, the log made of them, and where that is."""

    staging: Staging
    folder: Path
    metadata: LogMetadata


def needs_buckets(build: Build) -> bool:
    """Whether the log is larger than is held at once, and of the kind that buckets can take."""
    staging = build.staging
    if staging.source.format is LogFormat.ENGINE or staging.rows <= build.request.limits.held_rows:
        return False
    return not staging.scan().collect_schema()[staging.columns[build.mapping.case]].is_float()


def build_in_buckets(build: Build, workspace: Path) -> LogMetadata:
    """As `build_log`, for a build that `needs_buckets`; *workspace* takes what is in between."""
    build = replace(build, staging=replace(build.staging, date_formats=_date_formats(build)))
    stagings = _partition(build, workspace)
    buckets = _agreed(build, _built(build, stagings, workspace))
    return _join(build, buckets)


def _date_formats(build: Build) -> dict[str, str]:
    """By column of times that are texts the format that holds for all of them, where a bucket might choose another."""
    schema = build.staging.scan().collect_schema()
    formats: dict[str, str] = {}
    for column, clock in build.mapping.time_columns():
        if clock is None and schema[build.staging.columns[column]] != pl.String:
            continue
        found = agreed_format(partial(_watched, build, column, clock), build.rules)
        formats |= {} if found is None else {column: found}
    return formats


def _watched(build: Build, column: str, clock: str | None) -> Iterator[pl.Series]:
    for part in time_parts(build, column, clock):
        build.report(ImportStage.BUILDING, 0)
        yield part


def _partition(build: Build, workspace: Path) -> list[Staging]:
    """The staged rows by the hash of their case, in the order of the source, numbered."""
    staging, limits = build.staging, build.request.limits
    count = max(2, -(-staging.rows * BUCKETS_HELD // max(1, limits.held_rows)))
    case = pl.col(staging.columns[build.mapping.case]).cast(pl.String).str.strip_chars()
    bucket = (case.hash(seed=0) % count).alias(BUCKET)

    def divide(part: int, begin: int, frame: pl.DataFrame) -> dict[int, tuple[Path, int]]:
        frame = frame.with_row_index(ROW_COLUMN, offset=begin).with_columns(bucket)
        found = {}
        for (number,), rows in frame.partition_by(BUCKET, as_dict=True, include_key=False).items():
            path = workspace / f"bucket-{number:04}-{part:05}.arrow"
            rows.write_ipc(path, compression="lz4")
            found[int(number)] = (path, rows.height)
        return found

    def parts() -> Iterator[Callable[[], dict[int, tuple[Path, int]]]]:
        begin = 0
        for part, frame in enumerate(staging.frames(min(limits.part_rows, MOST_DIVIDED))):
            build.report(ImportStage.BUILDING, begin // 4)
            yield partial(divide, part, begin, frame)
            begin += frame.height

    written = list(side_by_side(parts()))
    stagings: list[Staging] = []
    are_paired = _are_paired(build)
    for number in range(count):
        files = [part[number] for part in written if number in part]
        if files:
            stagings.append(
                replace(
                    staging,
                    paths=tuple(path for path, _ in files),
                    columns={**staging.columns, ROW_COLUMN: ROW_COLUMN},
                    rows=sum(rows for _, rows in files),
                    schema_columns=(ROW_COLUMN,),
                    are_paired=are_paired,
                    counts_rejects=not stagings,
                    text=None,
                    ready=ReadyColumns(),
                )
            )
    return stagings


def _are_paired(build: Build) -> bool:
    """What decides on joining rows, of the whole log: a bucket may lack starts by chance."""
    if build.mapping.lifecycle is None:
        return False
    name = build.staging.columns[build.mapping.lifecycle]
    lifecycle = pl.col(name).cast(pl.String).str.strip_chars()
    return has_pairs(build.staging.scan().select(lifecycle.unique()).collect()[name])


def _built(build: Build, stagings: Iterable[Staging], workspace: Path) -> list[_Bucket]:
    """A log per bucket; raises BadRowsError for the bad rows of all."""
    buckets: list[_Bucket] = []
    refused: list[BadRowsError] = []
    done = 0
    works = (
        partial(_bucket, build, staging, workspace / f"bucket-{number:04}") for number, staging in enumerate(stagings)
    )
    for rows, made in side_by_side(works):
        if isinstance(made, BadRowsError):
            refused.append(made)
        elif made is not None:
            buckets.append(made)
        done += rows
        build.report(ImportStage.BUILDING, build.staging.rows // 4 + done // 2)
    _require_good(build, buckets, refused)
    if refused:  # buckets without any good row, to be left out
        skipped = sum(error.bad_rows for error in refused)
        first = buckets[0]
        facts = replace(first.metadata.facts, skipped_rows=first.metadata.facts.skipped_rows + skipped)
        buckets[0] = replace(first, metadata=replace(first.metadata, facts=facts))
    return buckets


def _bucket(build: Build, staging: Staging, folder: Path) -> tuple[int, _Bucket | BadRowsError | None]:
    """How many rows the bucket has, and its log; why it is refused; or None when no row completes an activity."""
    folder.mkdir()
    try:
        metadata = build_log(_one(build, staging, folder, build.mapping))
    except BadRowsError as error:
        return staging.rows, error
    except UnreadableLogError as error:
        if error.reason != "no-events":
            raise
        return staging.rows, None
    return staging.rows, _Bucket(staging=staging, folder=folder, metadata=metadata)


def _one(build: Build, staging: Staging, folder: Path, mapping: ColumnMapping) -> Build:
    watch = ImportWatch(report=ignore_progress, cancelled=build.watch.cancelled)
    return replace(build, staging=staging, target=folder, mapping=mapping, watch=watch)


def _require_good(build: Build, buckets: list[_Bucket], refused: list[BadRowsError]) -> None:
    source = build.staging.source.name
    if refused and (build.request.bad_rows is BadRows.REFUSE or not buckets):
        examples: list[Finding] = sorted(
            (each for error in refused for each in error.examples), key=lambda each: each.place.line or 0
        )
        bad_rows = sum(error.bad_rows for error in refused)
        total = build.staging.rows + len(build.staging.rejected_rows)
        raise BadRowsError(bad_rows, total, Place(source=source), tuple(examples[:FIRST_EXAMPLES]))
    if not buckets:
        raise UnreadableLogError(
            "no-events", "No row completes an activity.", Place(source=source), "Check the column of the lifecycle."
        )


def _agreed(build: Build, buckets: list[_Bucket]) -> list[_Bucket]:
    """The buckets, those built again that differ from what all together make of an attribute."""
    attributes = []
    for index, declared in enumerate(build.mapping.attributes):
        found = [bucket.metadata.columns[index] for bucket in buckets]
        is_event = any(not column.name.startswith(CASE_ATTRIBUTE_PREFIX) for column in found)
        types = {bucket.metadata.columns[index].type for bucket in buckets if not _is_empty(bucket, index)}
        attributes.append(
            replace(
                declared,
                level=AttributeLevel.EVENT if is_event else declared.level,
                type=AttributeType.TEXT if len(types) > 1 else declared.type,
            )
        )
    mapping = replace(build.mapping, attributes=tuple(attributes))
    return [_rebuilt(build, bucket, mapping) if _differs(bucket, mapping) else bucket for bucket in buckets]


def _is_empty(bucket: _Bucket, index: int) -> bool:
    """Whether no row of the bucket has the attribute."""
    name = bucket.metadata.columns[index].name
    kind = CASES_FILE if name.startswith(CASE_ATTRIBUTE_PREFIX) else "attributes-*.parquet"
    return not bool(pl.scan_parquet(bucket.folder / kind).select(pl.col(name).is_not_null().any()).collect().item())


def _differs(bucket: _Bucket, mapping: ColumnMapping) -> bool:
    for column, attribute in zip(bucket.metadata.columns, mapping.attributes, strict=True):
        if attribute.level is AttributeLevel.EVENT and column.name.startswith(CASE_ATTRIBUTE_PREFIX):
            return True
        if attribute.type is AttributeType.TEXT and column.type != "String":
            return True
    return False


def _rebuilt(build: Build, bucket: _Bucket, mapping: ColumnMapping) -> _Bucket:
    shutil.rmtree(bucket.folder)
    bucket.folder.mkdir()
    facts = bucket.metadata.facts
    metadata = build_log(_one(build, bucket.staging, bucket.folder, mapping))
    return replace(bucket, metadata=replace(metadata, facts=facts))


def _join(build: Build, buckets: list[_Bucket]) -> LogMetadata:
    """The files of one log in the target, of the buckets in their order; theirs are removed on the way."""
    labels = {name: _united(buckets, name) for name in DICTIONARIES.values()}
    if len(labels["activities"]) > (most := build.request.limits.activities):
        raise TooManyActivitiesError(len(labels["activities"]), most, build.mapping.activity, build.place)
    types = _types(buckets)
    segments: list[str] = []

    def join(bucket: _Bucket, segment: str, name: str, first_case: int) -> int:
        coded, beside = _segment(bucket, segment, _Codes(labels, _labels(bucket), first_case))
        write_parquet(coded, build.target / f"coded-{name}.parquet")
        write_parquet(_cast(beside, types), build.target / f"attributes-{name}.parquet")
        return coded.height

    def works() -> Iterator[Callable[[], int]]:
        first_case = 0
        for bucket in buckets:
            for segment in bucket.metadata.segments:
                segments.append(segment_name(len(segments)))
                yield partial(join, bucket, segment, segments[-1], first_case)
            first_case += bucket.metadata.counts.cases

    done = 0
    for rows in side_by_side(works()):
        done += rows
        build.report(ImportStage.WRITING, done)
    _join_cases(build, buckets, types)
    for bucket in buckets:
        shutil.rmtree(bucket.folder)
    metadata = replace(
        buckets[0].metadata,
        log_id=build.request.log_id or build.target.name,
        mapping=build.mapping,
        columns=tuple(replace(column, type=str(types[column.name])) for column in buckets[0].metadata.columns),
        segments=tuple(segments),
        facts=_facts([bucket.metadata.facts for bucket in buckets]),
        counts=_counts(build, buckets, segments),
    )
    write_json(build.target / LABELS_FILE, labels)
    write_json(build.target / METADATA_FILE, metadata_to_json(metadata))
    sync_folder(build.target)
    return metadata


def _labels(bucket: _Bucket) -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads((bucket.folder / LABELS_FILE).read_bytes())
    return found


def _united(buckets: Iterable[_Bucket], name: str) -> list[str]:
    return sorted({label for bucket in buckets for label in _labels(bucket)[name]})


def _types(buckets: Iterable[_Bucket]) -> dict[str, pl.DataType]:
    """By attribute the type of the buckets that have values; String where none has."""
    types: dict[str, pl.DataType] = {}
    for bucket in buckets:
        for index, column in enumerate(bucket.metadata.columns):
            if column.name not in types or not _is_empty(bucket, index):
                kind = CASES_FILE if column.name.startswith(CASE_ATTRIBUTE_PREFIX) else "attributes-*.parquet"
                types[column.name] = pl.scan_parquet(bucket.folder / kind).collect_schema()[column.name]
    return types


class _Codes:
    """A bucket's codes to those of the whole log."""

    def __init__(self, whole: dict[str, list[str]], own: dict[str, list[str]], first_case: int) -> None:
        self._first_case = first_case
        self._codes = {}
        for column, name in DICTIONARIES.items():
            number = {label: code for code, label in enumerate(whole[name])}
            self._codes[column] = pl.Series([number[label] for label in own[name]], dtype=pl.UInt32)

    def whole(self, coded: pl.DataFrame) -> pl.DataFrame:
        """*coded* with the codes of the whole log."""
        columns = [codes.gather(coded[name]).alias(name) for name, codes in self._codes.items()]
        return coded.with_columns(*columns, (pl.col("case") + self._first_case).cast(pl.UInt32))


def _segment(bucket: _Bucket, segment: str, codes: _Codes) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The coded rows of a bucket's segment as those of the whole log, and what is beside them."""
    beside = pl.read_parquet(bucket.folder / f"attributes-{segment}.parquet")
    coded = codes.whole(pl.read_parquet(bucket.folder / f"coded-{segment}.parquet"))
    coded = coded.with_columns(beside.drop_in_place(ROW_COLUMN).alias("position"))
    return coded.select(pl.col(name).cast(dtype) for name, dtype in CODED_COLUMNS.items()), beside


def _cast(frame: pl.DataFrame, types: dict[str, pl.DataType]) -> pl.DataFrame:
    """Columns without any value take the type that they have elsewhere."""
    return frame.with_columns(frame[name].cast(types[name]) for name in frame.columns if name in types)


def _join_cases(build: Build, buckets: Iterable[_Bucket], types: dict[str, pl.DataType]) -> None:
    scans, first_case = [], 0
    for bucket in buckets:
        scan = pl.scan_parquet(bucket.folder / CASES_FILE)
        own = [pl.col(name).cast(types[name]) for name in scan.collect_schema().names() if name in types]
        scans.append(scan.with_columns(*own, (pl.col("case") + first_case).cast(pl.UInt32)))
        first_case += bucket.metadata.counts.cases
    path = build.target / CASES_FILE
    pl.concat(scans).sink_parquet(path, compression="zstd", compression_level=1, maintain_order=True)


def _facts(found: list[ImportFacts]) -> ImportFacts:
    offsets = sorted({offset for facts in found for offset in facts.offsets})[:OFFSETS_KEPT]
    sums = {name: sum(getattr(facts, name) for facts in found) for name in SUMMED}
    return replace(
        found[0],
        **sums,
        times_have_zone=all(facts.times_have_zone for facts in found),
        offsets=tuple(offsets),
        finest_unit_us=min(facts.finest_unit_us for facts in found),
    )


def _counts(build: Build, buckets: list[_Bucket], segments: Iterable[str]) -> LogCounts:
    used: set[int] = set()

    def parts() -> Iterator[tuple[NDArray[np.uint32], NDArray[np.uint32]]]:
        for segment in segments:
            frame = pl.read_parquet(build.target / f"coded-{segment}.parquet", columns=["case", "activity"])
            used.update(frame["activity"].unique().to_list())
            yield frame["case"].to_numpy(), frame["activity"].to_numpy()

    variants = count_variants(parts())
    counts = [bucket.metadata.counts for bucket in buckets]
    return LogCounts(
        events=sum(each.events for each in counts),
        activity_instances=sum(each.activity_instances for each in counts),
        cases=sum(each.cases for each in counts),
        activities=len(used),
        variants=variants,
    )
