# SPDX-License-Identifier: Apache-2.0
"""What an import is asked to do, how it reports on its way, and what a first look at a file finds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from taktloom.mining.logs.mapping import AttributeColumn, AttributeType, ColumnMapping


class LogFormat(StrEnum):
    """The formats read; gzip around CSV and XES is recognised by content. ENGINE is no file: our own history."""

    CSV = "csv"
    XES = "xes"
    PARQUET = "parquet"
    XLSX = "xlsx"
    ENGINE = "engine"


class BadRows(StrEnum):
    """What happens to rows that cannot be events: the whole file is refused, or they are left out and counted."""

    REFUSE = "refuse"
    SKIP = "skip"


class MissingAttributes(StrEnum):
    """What happens when the mapping names attribute columns that the file lacks."""

    REFUSE = "refuse"
    DROP = "drop"


class ImportStage(StrEnum):
    """Where an import is; progress counts bytes in CHECKING and READING, rows afterwards."""

    CHECKING = "checking"
    READING = "reading"
    BUILDING = "building"
    WRITING = "writing"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportLimits:
    """Bounds on what is read; over one of them LogTooLargeError names it.

    file_bytes: generous, because the file lies on this machine already; what a server lets in is bounded as it comes.
    line_characters: of a line, and from the quote that opens a cell to the next quote (see `line_watch`).
    label_characters: of a case or an activity, else the row is a bad one. activities: different ones; with more of them
    the column holds numbers or free text (TooManyActivitiesError). part_rows: how many rows of a text column are in
    memory at once and, up to the end of a case, how many a segment of the log holds; the rows are the same for any.
    held_rows: a log of more rows is sorted by way of the disk (buckets); cases are numbered differently then.
    held_records, held_characters: events, objects, values and relations of an object-centric log, which is read into
    memory whole, and the texts of its values.
    """

    file_bytes: int = 1024**4
    unpacked_bytes: int = 16 * 1024**3
    columns: int = 1_000
    cell_characters: int = 1_000_000
    line_characters: int = 16 * 1024**2
    rows: int = 200_000_000
    label_characters: int = 1_000
    activities: int = 10_000
    part_rows: int = 4_000_000
    held_rows: int = 40_000_000
    held_records: int = 20_000_000
    held_characters: int = 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRequest:
    """One import. mapping None: the recognised columns are used. timezone: IANA name for times without zone.

    imported_at: the caller's clock, with zone. delimiter, encoding, date_format: overrides of what is detected;
    date_format in strftime letters (`%d/%m/%Y %H:%M`).
    """

    path: Path
    name: str
    imported_at: datetime
    mapping: ColumnMapping | None = None
    timezone: str | None = None
    bad_rows: BadRows = BadRows.REFUSE
    delimiter: str | None = None
    encoding: str | None = None
    date_format: str | None = None
    log_id: str | None = None
    source_name: str | None = None
    is_synthetic: bool = False
    missing_attributes: MissingAttributes = MissingAttributes.REFUSE
    limits: ImportLimits = field(default_factory=ImportLimits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """done of total in the stage's unit; total 0 when unknown."""

    stage: ImportStage
    done: int
    total: int


def ignore_progress(progress: Progress) -> None:
    """The listener of callers that show nothing."""


def never_cancelled() -> bool:
    """The answer of callers that never cancel."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportWatch:
    """The caller's ears and brake during an import."""

    report: Callable[[Progress], None] = ignore_progress
    cancelled: Callable[[], bool] = never_cancelled


@dataclass(frozen=True, slots=True, kw_only=True)
class SniffedColumn:
    """A column with up to five distinct sample values, the type they suggest and how many sample rows are empty."""

    name: str
    samples: tuple[str, ...]
    type: AttributeType
    empty_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSniff:
    """A first look at a file, for the wizard.

    parts: the columns recognised by the part they play; attributes: the others. mapping: both as one, None when a
    required part was not recognised (`missing_parts` names them). confidence: per part, 0 to 1. needs_timezone: the
    times carry no offset. date_formats: the readings that fit every sampled time; more than one means that the caller
    may have to choose.
    """

    format: LogFormat
    size_bytes: int
    encoding: str | None
    delimiter: str | None
    columns: tuple[SniffedColumn, ...]
    mapping: ColumnMapping | None
    parts: Mapping[str, str]
    attributes: tuple[AttributeColumn, ...]
    confidence: Mapping[str, float]
    missing_parts: tuple[str, ...]
    needs_timezone: bool
    date_formats: tuple[str, ...]
