# SPDX-License-Identifier: Apache-2.0
"""What the doors show of imported logs and of files that wait for import."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from taktloom.model.errors import InputRefusedError
from taktloom.model.findings import Finding, Severity

if TYPE_CHECKING:
    from taktloom.mining.logs.canonical import CanonicalLog
    from taktloom.mining.logs.mapping import ColumnMapping
    from taktloom.mining.logs.metadata import LogMetadata
    from taktloom.mining.logs.requests import LogSniff

PARTS = (
    "case", "activity", "timestamp", "start_timestamp", "resource", "role", "lifecycle", "instance", "event_id",
    "time_of_day", "start_time_of_day",
)  # fmt: skip
REQUIRED = ("case", "activity", "timestamp")


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingRecord:
    """Columns by part; attributes: column → level (case, event, auto). time_of_day: of a timestamp without one."""

    case: str | None = None
    activity: str | None = None
    timestamp: str | None = None
    start_timestamp: str | None = None
    resource: str | None = None
    role: str | None = None
    lifecycle: str | None = None
    instance: str | None = None
    event_id: str | None = None
    time_of_day: str | None = None
    start_time_of_day: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRecord:
    """A column of a file."""

    name: str
    type: str
    samples: tuple[str, ...]
    missing_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SniffRecord:
    """A first look at a file."""

    file_name: str
    format: str
    encoding: str | None
    delimiter: str | None
    size_bytes: int
    columns: tuple[ColumnRecord, ...]
    suggested: MappingRecord
    missing_parts: tuple[str, ...]
    confidence: Mapping[str, float]
    needs_timezone: bool
    date_formats: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadRecord:
    """An upload and what it seems to hold."""

    upload_id: str
    sniff: SniffRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRecord:
    """An imported log."""

    log_id: str
    name: str
    source_name: str
    imported_at: datetime
    timezone: str | None
    cases: int
    events: int
    activities: int
    variants: int
    first_event_at: datetime | None
    last_event_at: datetime | None
    is_synthetic: bool
    is_engine_history: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRecord:
    """Of a log of the engine's own history: when it was read, and how many events of the process are newer."""

    process_id: str
    read_at: datetime
    newer_events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeRecord:
    """An attribute that a filter can name: `resource`, `role`, `lifecycle`, or a `case.*` or `event.*` column."""

    name: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogDetailRecord(LogRecord):
    """A log with its mapping and what its import noticed. history: None for an imported one."""

    mapping: MappingRecord
    attributes: tuple[AttributeRecord, ...]
    skipped_rows: int
    findings: tuple[Finding, ...]
    history: HistoryRecord | None = None


def sniff_record(sniff: "LogSniff", file_name: str) -> SniffRecord:
    """From mining's sniff."""
    return SniffRecord(
        file_name=file_name,
        format=sniff.format.value,
        encoding=sniff.encoding,
        delimiter=sniff.delimiter,
        size_bytes=sniff.size_bytes,
        columns=tuple(
            ColumnRecord(name=one.name, type=one.type.value, samples=one.samples, missing_share=one.empty_share)
            for one in sniff.columns
        ),
        suggested=MappingRecord(**sniff.parts, attributes={one.source: one.level.value for one in sniff.attributes}),
        missing_parts=sniff.missing_parts,
        confidence=sniff.confidence,
        needs_timezone=sniff.needs_timezone,
        date_formats=sniff.date_formats,
    )


def with_mapped_columns(sniff: SniffRecord, mapping: MappingRecord) -> SniffRecord:
    """*sniff* with the columns of *mapping* that its first rows do not show, as attributes of XES logs may not."""
    known = {column.name for column in sniff.columns}
    parts = (getattr(mapping, part) for part in PARTS)
    named = dict.fromkeys(column for column in (*parts, *mapping.attributes) if column is not None)
    unseen = (
        ColumnRecord(name=name, type="text", samples=(), missing_share=1.0) for name in named if name not in known
    )
    return replace(sniff, columns=(*sniff.columns, *unseen))


def mapping_record(mapping: "ColumnMapping") -> MappingRecord:
    """From mining's mapping."""
    return MappingRecord(
        **{part: getattr(mapping, part) for part in PARTS},
        attributes={one.source: one.level.value for one in mapping.attributes},
    )


def column_mapping(record: MappingRecord) -> "ColumnMapping":
    """To mining's mapping. Raises InputRefusedError naming every required part without a column."""
    from taktloom.mining.logs.mapping import AttributeColumn, AttributeLevel, ColumnMapping
    from taktloom.mining.logs.recognition import attribute_name

    missing = [part for part in REQUIRED if not getattr(record, part)]
    if missing:
        raise InputRefusedError(
            f"No column is named for: {', '.join(missing)}.",
            remedy="Name them in the mapping.",
            parameters={"part": missing[0], "missing": ", ".join(missing)},
        )
    return ColumnMapping(
        case=record.case or "",
        activity=record.activity or "",
        timestamp=record.timestamp or "",
        start_timestamp=record.start_timestamp or None,
        resource=record.resource or None,
        role=record.role or None,
        lifecycle=record.lifecycle or None,
        instance=record.instance or None,
        event_id=record.event_id or None,
        time_of_day=record.time_of_day or None,
        start_time_of_day=record.start_time_of_day or None,
        attributes=tuple(
            AttributeColumn(source=column, name=attribute_name(column), level=AttributeLevel(level))
            for column, level in record.attributes.items()
        ),
    )


def log_record(log: "CanonicalLog") -> LogRecord:
    """From mining's log."""
    return LogRecord(**_common(log))  # type: ignore[arg-type]


def log_detail_record(log: "CanonicalLog") -> LogDetailRecord:
    """From the log itself."""
    metadata = log.metadata
    return LogDetailRecord(
        **_common(log),  # type: ignore[arg-type]
        mapping=mapping_record(metadata.mapping),
        attributes=_attributes(log),
        skipped_rows=metadata.facts.skipped_rows,
        findings=import_findings(metadata),
    )


def _attributes(log: "CanonicalLog") -> tuple[AttributeRecord, ...]:
    """Those of the event schema that the log fills, then its own columns."""
    filled = {"resource": log.resources, "role": log.roles, "lifecycle": log.lifecycles}
    common = tuple(AttributeRecord(name=name, type="String") for name, values in filled.items() if values)
    return common + tuple(AttributeRecord(name=one.name, type=one.type) for one in log.metadata.columns)


def import_findings(metadata: "LogMetadata") -> tuple[Finding, ...]:
    """What the import left out, and what it took on trust."""
    skipped, formulas = metadata.facts.skipped_rows, metadata.facts.formula_cells
    found = []
    if skipped:
        found.append(
            Finding(
                severity=Severity.WARNING,
                rule="rows-skipped",
                message=(
                    "One row could not be read and was left out."
                    if skipped == 1
                    else f"{skipped} rows could not be read and were left out."
                ),
                remedy="Mend them in the source and import again.",
                parameters={"value": str(skipped)},
            )
        )
    if formulas:
        found.append(
            Finding(
                severity=Severity.WARNING,
                rule="formula-cells",
                message=f"{formulas} cells hold what a formula gave when the workbook was last calculated.",
                remedy="Check that it was calculated before it was saved.",
                parameters={"value": str(formulas)},
            )
        )
    return tuple(found)


def _common(log: "CanonicalLog") -> dict[str, object]:
    metadata, span = log.metadata, _span(log)
    counts = metadata.counts
    return {
        "log_id": metadata.log_id,
        "name": metadata.name,
        "source_name": metadata.source_name,
        "imported_at": metadata.imported_at,
        "timezone": metadata.timezone,
        "cases": counts.cases,
        "events": counts.events,
        "activities": counts.activities,
        "variants": counts.variants,
        "first_event_at": span[0],
        "last_event_at": span[1],
        "is_synthetic": metadata.is_synthetic,
        "is_engine_history": metadata.cursor is not None,
    }


def _span(log: "CanonicalLog") -> tuple[datetime | None, datetime | None]:
    """First and last completion; read from the statistics of the Parquet files."""
    import polars as pl

    occurred = pl.col("occurred_at")
    first, last = log.coded().select(first=occurred.min(), last=occurred.max()).collect().row(0)
    return (None, None) if first is None else (_instant(first), _instant(last))


def _instant(micros: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=micros)
