# SPDX-License-Identifier: Apache-2.0
"""What is remembered about an imported log beside its rows: `log.json`, canonical JSON, format version first."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path

from taktloom.mining.logs.errors import MalformedRecordError, UnreadableLogError
from taktloom.mining.logs.json_records import (
    as_integer,
    as_list,
    as_mapping,
    as_optional_instant,
    as_optional_text,
    as_text,
    as_texts,
)
from taktloom.mining.logs.mapping import ColumnMapping, mapping_from_json, mapping_to_json
from taktloom.model.places import Place

FORMAT_VERSION = 1
METADATA_FILE = "log.json"
SOURCE_FILE = "source.data"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogCounts:
    """events: rows of the source that were imported. activity_instances: rows of the canonical log (start and
    completion joined). variants: distinct sequences of activities."""

    events: int
    activity_instances: int
    cases: int
    activities: int
    variants: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFacts:
    """What only the import could see, for the quality card. All are counts of rows unless said otherwise.

    skipped_rows: refused rows that the caller chose to leave out. ambiguous_local_times / missing_local_times: wall
    times in the hour that occurs twice / never. orphan_starts: starts without completion, left out.
    orphan_completes: completions without start although the log has starts. intermediate_events: schedule, assign,
    suspend … left out. cases_without_completion: cases left out with them. out_of_order_rows: rows earlier than the
    row before them in the same case. duplicate_rows: rows equal to an earlier one in case, activity, time and resource.
    times_have_zone: the source wrote offsets. offsets: the distinct ones in minutes. finest_unit_us: the finest time
    unit that occurs, in µs. formula_cells: cells of a workbook that hold what a formula gave.
    """

    rows: int
    skipped_rows: int = 0
    ambiguous_local_times: int = 0
    missing_local_times: int = 0
    orphan_starts: int = 0
    orphan_completes: int = 0
    intermediate_events: int = 0
    cases_without_completion: int = 0
    out_of_order_rows: int = 0
    duplicate_rows: int = 0
    times_have_zone: bool = True
    offsets: tuple[int, ...] = ()
    finest_unit_us: int = 1
    ends_before_start: int = 0
    unprintable_labels: int = 0
    formula_cells: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EventColumn:
    """An attribute column of `CanonicalLog.events()`: full name (`case.amount`), source column, Polars type name."""

    name: str
    source: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogMetadata:
    """A log's `log.json`. timezone: the zone the caller named, None when the source's offsets were used.

    encoding, delimiter, date_format: how the source was read, to read it again. cursor: how far an EventSource
    was read.
    """

    log_id: str
    name: str
    source_name: str
    source_format: str
    source_sha256: str
    source_bytes: int
    imported_at: datetime
    timezone: str | None
    mapping: ColumnMapping
    counts: LogCounts
    facts: ImportFacts
    columns: tuple[EventColumn, ...]
    segments: tuple[str, ...]
    is_synthetic: bool = False
    encoding: str | None = None
    delimiter: str | None = None
    date_format: str | None = None
    cursor: str | None = None


def metadata_to_json(metadata: LogMetadata) -> dict[str, object]:
    """The metadata as plain JSON values."""
    return {
        "format": FORMAT_VERSION,
        "log_id": metadata.log_id,
        "name": metadata.name,
        "source": {
            "name": metadata.source_name,
            "format": metadata.source_format,
            "sha256": metadata.source_sha256,
            "bytes": metadata.source_bytes,
        },
        "imported_at": metadata.imported_at.isoformat(),
        "timezone": metadata.timezone,
        "mapping": mapping_to_json(metadata.mapping),
        "counts": {field.name: getattr(metadata.counts, field.name) for field in fields(LogCounts)},
        "facts": facts_to_json(metadata.facts),
        "columns": [{"name": each.name, "source": each.source, "type": each.type} for each in metadata.columns],
        "segments": list(metadata.segments),
        "is_synthetic": metadata.is_synthetic,
        "encoding": metadata.encoding,
        "delimiter": metadata.delimiter,
        "date_format": metadata.date_format,
        "cursor": metadata.cursor,
    }


def facts_to_json(facts: ImportFacts) -> dict[str, object]:
    """The import's facts as plain JSON values."""
    record: dict[str, object] = {field.name: getattr(facts, field.name) for field in fields(ImportFacts)}
    return record | {"offsets": list(facts.offsets)}


def metadata_from_json(record: Mapping[str, object]) -> LogMetadata:
    """The inverse of `metadata_to_json`; an unknown format version is refused."""
    if as_integer(record, "format") != FORMAT_VERSION:
        raise MalformedRecordError(field="format", expected=f"version {FORMAT_VERSION}")
    source, counts = as_mapping(record.get("source")), as_mapping(record.get("counts"))
    imported_at = as_optional_instant(record, "imported_at")
    if imported_at is None:
        raise MalformedRecordError(field="imported_at", expected="instant")
    return LogMetadata(
        log_id=as_text(record, "log_id"),
        name=as_text(record, "name"),
        source_name=as_text(source, "name"),
        source_format=as_text(source, "format"),
        source_sha256=as_text(source, "sha256"),
        source_bytes=as_integer(source, "bytes"),
        imported_at=imported_at,
        timezone=as_optional_text(record, "timezone"),
        mapping=mapping_from_json(as_mapping(record.get("mapping"))),
        counts=LogCounts(**{field.name: as_integer(counts, field.name) for field in fields(LogCounts)}),
        facts=_facts_from_json(as_mapping(record.get("facts"))),
        columns=tuple(
            EventColumn(name=as_text(each, "name"), source=as_text(each, "source"), type=as_text(each, "type"))
            for each in map(as_mapping, as_list(record, "columns"))
        ),
        segments=as_texts(record, "segments"),
        is_synthetic=record.get("is_synthetic") is True,
        encoding=as_optional_text(record, "encoding"),
        delimiter=as_optional_text(record, "delimiter"),
        date_format=as_optional_text(record, "date_format"),
        cursor=as_optional_text(record, "cursor"),
    )


def _facts_from_json(record: Mapping[str, object]) -> ImportFacts:
    counted = {
        field.name: as_integer(record, field.name)
        for field in fields(ImportFacts)
        if field.name in record and field.name not in {"times_have_zone", "offsets"}
    }
    offsets = tuple(value for value in as_list(record, "offsets") if isinstance(value, int))
    return ImportFacts(**counted, times_have_zone=record.get("times_have_zone") is True, offsets=offsets)


def load_metadata(folder: Path) -> LogMetadata:
    """Read *folder*/log.json; raises UnreadableLogError when it is not a log."""
    path = folder / METADATA_FILE
    try:
        record = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        cause = f"The folder '{folder.name}' holds no readable log."
        raise UnreadableLogError("no-metadata", cause, Place(source=folder.name), "Import the log again.") from error
    return metadata_from_json(as_mapping(record))
