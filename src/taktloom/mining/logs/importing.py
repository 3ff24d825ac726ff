# SPDX-License-Identifier: Apache-2.0
"""Import of a log file, and the first look at one that the wizard shows.

The format is told by content, not by name: Parquet and gzip by their magic bytes, XML by its first character. A hidden
folder beside the target takes everything; it is renamed when complete and removed otherwise, so that nothing is ever
half-imported, whatever stops the import.
"""

import errno
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import FileIO
from pathlib import Path

import polars as pl

from taktloom.mining.logs.buckets import build_in_buckets, needs_buckets
from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.logs.csv_reader import CsvReading, csv_sample
from taktloom.mining.logs.encodings import CHUNK_BYTES, RawBytes, guess_encoding, read_sample, zip_members
from taktloom.mining.logs.errors import BadRowsError, ColumnsNeededError, LogStorageError, UnreadableLogError
from taktloom.mining.logs.layout import build_log, sync_folder
from taktloom.mining.logs.mapping import OPTIONAL_PARTS, AttributeLevel, AttributeType, ColumnMapping
from taktloom.mining.logs.metadata import SOURCE_FILE
from taktloom.mining.logs.parquet_reader import PARQUET_MAGIC, sample_parquet, stage_parquet
from taktloom.mining.logs.recognition import (
    REQUIRED_PARTS,
    Recognition,
    attributes_of,
    describe_column,
    mapping_of,
    recognise,
)
from taktloom.mining.logs.recognition_by_content import recognise_content
from taktloom.mining.logs.recognition_of_clocks import recognise_clocks
from taktloom.mining.logs.requests import (
    ImportLimits,
    ImportRequest,
    ImportWatch,
    LogFormat,
    LogSniff,
    MissingAttributes,
    Progress,
    SniffedColumn,
    ignore_progress,
    never_cancelled,
)
from taktloom.mining.logs.rows import Build
from taktloom.mining.logs.staging import Staging
from taktloom.mining.logs.times import EPOCH, ZONE_PART, ZONE_SUFFIX, ClockRules, fitting_formats, with_clock
from taktloom.mining.logs.xes_reader import sample_xes, stage_xes
from taktloom.mining.logs.xlsx_reader import ZIP_MAGIC, sample_xlsx, stage_xlsx
from taktloom.mining.logs.zone_words import without_unclear_zone
from taktloom.model.places import Place

SAMPLE_ROWS = 1_000
WORKSPACE_PREFIX = ".importing-"
COPIED_BYTES = 32 * 1024 * 1024
CANNOT_COPY = {errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM}
OS_ERROR = re.compile(r"\(os error (\d{1,4})\)")
FOREIGN = {
    b"SQLite format 3\0": ("sqlite", "This is an SQLite database, perhaps an object-centric log."),
    b"%PDF": ("pdf", "This is a PDF document."),
}


def import_log(
    request: ImportRequest,
    into: Path,
    *,
    progress: Callable[[Progress], None] = ignore_progress,
    cancelled: Callable[[], bool] = never_cancelled,
) -> CanonicalLog:
    """Import *request*.path as a new folder of *into*, named by the log's id.

    Raises InputRefusedError (see errors.py), LimitExceededError or ImportCancelledError; then nothing is left behind.
    The id is `request.log_id`, else made of the name, with a number when taken.
    """
    into.mkdir(parents=True, exist_ok=True)
    log_id = request.log_id or free_log_id(into, request.name)
    workspace = Path(tempfile.mkdtemp(prefix=WORKSPACE_PREFIX, dir=into))
    try:
        watch = ImportWatch(report=progress, cancelled=cancelled)
        ready = workspace / "log"
        ready.mkdir()
        prepare_log(replace(request, log_id=log_id), workspace, ready, watch)
        ready.rename(into / log_id)
        sync_folder(into)
    finally:
        shutil.rmtree(workspace, ignore_errors=True)
    return CanonicalLog.open(into / log_id)


def prepare_log(request: ImportRequest, workspace: Path, target: Path, watch: ImportWatch) -> None:
    """Write the log's files into the empty folder *target*, using *workspace* for what is in between.

    Raises LogStorageError when disk or memory fail, beside what `import_log` raises.
    """
    try:
        _prepare(request, workspace, target, watch)
    except (OSError, MemoryError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        raise LogStorageError(_place(request).source, reason) from error
    except pl.exceptions.PolarsError as error:  # what the system refuses while Polars writes comes as text
        refused = OS_ERROR.search(str(error))
        if refused is None:
            raise
        raise LogStorageError(_place(request).source, os.strerror(int(refused[1]))) from error


def _prepare(request: ImportRequest, workspace: Path, target: Path, watch: ImportWatch) -> None:
    rules = _rules(request)
    staging = _stage(request, workspace, watch)
    mapping = request.mapping or _recognised_mapping(staging)
    if request.missing_attributes is MissingAttributes.DROP:
        there = tuple(attribute for attribute in mapping.attributes if attribute.source in staging.columns)
        mapping = replace(mapping, attributes=there)
    require_columns(mapping, tuple(staging.columns), rules.place)
    build = Build(staging=staging, mapping=mapping, request=request, rules=rules, target=target, watch=watch)
    stop = threading.Event()
    with ThreadPoolExecutor(max_workers=1) as other_thread:
        keeping = other_thread.submit(_keep_source, request.path, target, stop)
        try:
            if needs_buckets(build):
                build_in_buckets(build, workspace)
            else:
                build_log(build)
            keeping.result()
        finally:
            stop.set()
    sync_folder(target)


def _keep_source(source: Path, target: Path, stop: threading.Event) -> None:
    """A copy of the source in the log's folder, to map it anew one day."""
    with source.open("rb", buffering=0) as given, (target / SOURCE_FILE).open("wb", buffering=0) as copy:
        while not stop.is_set() and _copy_some(given, copy):
            pass
        os.fsync(copy.fileno())


def _copy_some(given: FileIO, copy: FileIO) -> int:
    """The next bytes, where it can be by the system itself, which some file systems do without copying any."""
    if hasattr(os, "copy_file_range"):
        try:
            if copied := os.copy_file_range(given.fileno(), copy.fileno(), COPIED_BYTES):
                return copied
        except OSError as error:
            if error.errno not in CANNOT_COPY:
                raise
    piece = given.read(CHUNK_BYTES)
    left = memoryview(piece)
    while left:
        left = left[copy.write(left) :]
    return len(piece)


def read_columns(request: ImportRequest) -> tuple[str, ...]:
    """The source's columns, from a first look."""
    sniff = sniff_log(
        request.path,
        limits=request.limits,
        encoding=request.encoding,
        delimiter=request.delimiter,
        source_name=request.source_name,
    )
    return tuple(column.name for column in sniff.columns)


def free_log_id(into: Path, name: str) -> str:
    """A folder name made of *name* that is not taken in *into*."""
    base = re.sub(r"[^\w]+", "-", name.lower(), flags=re.UNICODE).strip("-_")[:60] or "log"
    candidate, repeat = base, 1
    while (into / candidate).exists():
        repeat += 1
        candidate = f"{base}-{repeat}"
    return candidate


def _place(request: ImportRequest) -> Place:
    return Place(source=request.source_name or request.path.name)


def _raw(request: ImportRequest, watch: ImportWatch) -> RawBytes:
    return RawBytes(path=request.path, name=_place(request).source, limits=request.limits, watch=watch)


def detect_format(raw: RawBytes) -> LogFormat:
    """The format by content; raises UnreadableLogError for an empty or missing file."""
    if not raw.path.is_file():
        raise UnreadableLogError("not-found", "There is no such file.", raw.place, "Check the path.")
    with raw.path.open("rb") as file:
        if file.read(4) == PARQUET_MAGIC:
            return LogFormat.PARQUET
    sample = read_sample(raw, 4096)
    if not sample:
        raise UnreadableLogError("empty", "The file is empty.", raw.place, "Export the log again.")
    if sample.startswith(ZIP_MAGIC):
        _require_workbook(raw)
        return LogFormat.XLSX
    for magic, (reason, cause) in FOREIGN.items():
        if sample.startswith(magic):
            raise UnreadableLogError(reason, cause, raw.place, "Give the log as CSV, XES, Excel or Parquet.")
    text = sample.decode(guess_encoding(sample), errors="ignore").lstrip("\ufeff \t\r\n")
    if text.startswith(("{", "[")):
        raise UnreadableLogError(
            "json",
            "This is JSON, perhaps an object-centric log.",
            raw.place,
            "Give the log as CSV, XES, Excel or Parquet.",
        )
    return LogFormat.XES if text.startswith("<") else LogFormat.CSV


def _require_workbook(raw: RawBytes) -> None:
    """Refuse an archive of none or several files; one is read as if it were not packed."""
    names = zip_members(raw)
    if names is not None:
        raise UnreadableLogError(
            "zip-of-many",
            f"The ZIP archive holds {len(names)} files; a log is one.",
            raw.place,
            "Unpack it and give one of its files, or pack that one alone.",
        )


def _stage(request: ImportRequest, workspace: Path, watch: ImportWatch) -> Staging:
    raw = _raw(request, watch)
    kind = detect_format(raw)
    if kind is LogFormat.PARQUET:
        return stage_parquet(raw)
    if kind is LogFormat.XES:
        return stage_xes(raw, workspace)
    if kind is LogFormat.XLSX:
        return stage_xlsx(raw, workspace)
    return CsvReading(
        raw=raw,
        encoding=request.encoding,
        delimiter=request.delimiter,
        plan=lambda head: request.mapping or _likely_mapping(head),
        rules=_rules(request),
    ).stage(workspace)


def _rules(request: ImportRequest) -> ClockRules:
    return ClockRules(timezone=request.timezone, date_format=request.date_format, place=_place(request))


def _likely_mapping(head: pl.DataFrame) -> ColumnMapping | None:
    """The mapping that `_recognised_mapping` will find, to read by; None when it will find none."""
    _, found = _recognise(head)
    return None if found.missing else mapping_of(found.parts, tuple(head.columns), {})


def _recognised_mapping(staging: Staging) -> ColumnMapping:
    if not staging.rows and staging.rejected_rows:  # columns without a value tell nothing; what is wrong is the rows
        bad = len(staging.rejected_rows)
        raise BadRowsError(bad, bad, Place(source=staging.source.name), staging.examples)
    stored = staging.scan().head(SAMPLE_ROWS).collect()
    head = pl.DataFrame([stored[column].rename(name) for name, column in staging.columns.items()])
    columns, found = _recognise(head)
    place = Place(source=staging.source.name)
    if found.missing == ("timestamp",) and all(column.type is not AttributeType.INSTANT for column in columns):
        raise _no_times(place)
    if found.missing:
        raise ColumnsNeededError(found.missing[0], None, staging.columns, place, missing=found.missing)
    return mapping_of(found.parts, tuple(staging.columns), staging.levels)


def _no_times(place: Place) -> UnreadableLogError:
    """To name the columns there are would not help: none of them holds times."""
    return UnreadableLogError(
        "no-times",
        "No column holds times. Each event needs the time at which it happened: order, durations and variants are read "
        "from it.",
        place,
        "Export the log again with the time of each event (in XES the attribute time:timestamp); if a column does hold "
        "it, name that with --timestamp-column.",
    )


def _recognise(head: pl.DataFrame) -> tuple[tuple[SniffedColumn, ...], Recognition]:
    """The columns of the first rows and the parts they play, by name and, where no name tells, by content."""
    columns = tuple(describe_column(head[name]) for name in head.columns)
    return columns, recognise_clocks(recognise_content(recognise(columns), head, columns), head)


def require_columns(mapping: ColumnMapping, columns: tuple[str, ...], place: Place) -> None:
    """Refuse a mapping that names columns which are not there."""
    known = set(columns)
    for part in (*REQUIRED_PARTS, *OPTIONAL_PARTS):
        named = getattr(mapping, part)
        if named is not None and named not in known:
            raise ColumnsNeededError(part, named, columns, place)
    for attribute in mapping.attributes:
        if attribute.source not in known:
            raise ColumnsNeededError("attribute", attribute.source, columns, place)


def sniff_log(
    path: Path,
    *,
    limits: ImportLimits | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    source_name: str | None = None,
) -> LogSniff:
    """A first look at the beginning of *path*; raises UnreadableLogError when it is no log."""
    raw = RawBytes(path=path, name=source_name or path.name, limits=limits or ImportLimits(), watch=ImportWatch())
    kind = detect_format(raw)
    found_encoding = found_delimiter = None
    levels: dict[str, AttributeLevel] = {}
    if kind is LogFormat.PARQUET:
        head = sample_parquet(raw)
    elif kind is LogFormat.XES:
        head, levels = sample_xes(raw)
    elif kind is LogFormat.XLSX:
        head = sample_xlsx(raw)
    else:
        head, found_encoding, found_delimiter = csv_sample(raw, encoding, delimiter)
    columns, found = _recognise(head)
    return LogSniff(
        format=kind,
        size_bytes=path.stat().st_size,
        encoding=found_encoding,
        delimiter=found_delimiter,
        columns=columns,
        mapping=None if found.missing else mapping_of(found.parts, tuple(head.columns), levels),
        parts=found.parts,
        attributes=attributes_of(found.parts, tuple(head.columns), levels),
        confidence=found.confidence,
        missing_parts=found.missing,
        needs_timezone=_needs_timezone(found, head),
        date_formats=_date_formats(found, head),
    )


def _time_samples(found: Recognition, head: pl.DataFrame) -> pl.Series | None:
    column, clock = found.parts.get("timestamp"), found.parts.get("time_of_day")
    if column is None:
        return None
    return (head[column] if clock is None else with_clock(head[column], head[clock])).drop_nulls()


def _needs_timezone(found: Recognition, head: pl.DataFrame) -> bool:
    values = _time_samples(found, head)
    if values is None:
        return False
    if isinstance(values.dtype, pl.Datetime):
        return values.dtype.time_zone is None
    if values.dtype != pl.String:
        return values.dtype == pl.Date
    texts = values.str.strip_chars()
    is_epoch = texts.str.contains(EPOCH).all()
    return not is_epoch and not texts.str.contains(ZONE_SUFFIX).all()


def _date_formats(found: Recognition, head: pl.DataFrame) -> tuple[str, ...]:
    values = _time_samples(found, head)
    if values is None or values.dtype != pl.String:
        return ()
    plain = without_unclear_zone(values.str.strip_chars()).str.replace(ZONE_PART, "")
    return tuple(fitting_formats(plain.str.replace(r"^(\d{4}-?\d\d-?\d\d)T", "${1} ")))
