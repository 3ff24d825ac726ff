# SPDX-License-Identifier: Apache-2.0
"""CSV to staged rows. The header is read here; files whose quotes hide nothing take the short way (csv_blocks), for
all others DuckDB splits the rest in parallel, everything as text.

DuckDB knows columns by number (c0, c1 …) and gets path and delimiter as bound parameters: no text of the file ever
enters SQL. Its work runs in a thread so that it can be followed and interrupted.
"""

import codecs
import contextlib
import csv
import io
import itertools
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import polars as pl

from taktloom.mining.logs.csv_blocks import BLOCK_BYTES, PlainText, first_rows, read_blocks
from taktloom.mining.logs.csv_columns import plan_columns
from taktloom.mining.logs.csv_shape import HEADER_BYTES, CsvShape, csv_shape
from taktloom.mining.logs.encodings import (
    SAMPLE_BYTES,
    PreparedText,
    RawBytes,
    codec_name,
    guess_encoding,
    nul_byte,
    prepare_text,
    read_sample,
    unread_text,
)
from taktloom.mining.logs.errors import ImportCancelledError, LogStorageError, LogTooLargeError, UnreadableLogError
from taktloom.mining.logs.mapping import AttributeLevel, ColumnMapping
from taktloom.mining.logs.requests import ImportLimits, ImportStage, LogFormat, Progress
from taktloom.mining.logs.staging import ReadyColumns, SourceFile, Staging
from taktloom.mining.logs.times import ClockRules
from taktloom.model.findings import Finding, Severity
from taktloom.model.places import Place

FIRST_EXAMPLES = 20
SAMPLE_ROWS = 1_000
COPIED_CHARACTERS = 4 * 1024 * 1024
CASE_PREFIX = "case:"
WORKING_MEMORY = "1GB"
LINE_BYTES = 4_000_000  # told to DuckDB: of a first row over its own default it says nothing at all
MOST_REJECTS = 1_000_000  # each is held in memory, by its line
REASONS = {
    "MISSING COLUMNS": "row-too-short",
    "TOO MANY COLUMNS": "row-too-long",
    "UNQUOTED VALUE": "quote-not-closed",
    "LINE SIZE OVER MAXIMUM": "row-too-large",
    "INVALID ENCODING": "row-not-text",
    "INVALID STATE": "quote-not-closed",
}
TEXTS = {
    "row-too-short": "The row has fewer columns than the header.",
    "row-too-long": "The row has more columns than the header.",
    "quote-not-closed": "A quoted value is not closed properly.",
    "row-too-large": "The row is too long.",
    "row-not-text": "The row is not text.",
    "row-unreadable": "The row cannot be split into columns.",
}


def no_mapping(_: pl.DataFrame) -> None:
    """The plan of callers that want the rows as they stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvReading:
    """How a file is read. encoding, delimiter: what is not to be detected.

    plan: the mapping to be used, told by the first rows under their names; columns that play a part in it are made
    ready while the file is read. rules: for times.
    """

    raw: RawBytes
    encoding: str | None = None
    delimiter: str | None = None
    plan: Callable[[pl.DataFrame], ColumnMapping | None] = no_mapping
    rules: ClockRules = field(default_factory=ClockRules)

    def stage(self, workspace: Path) -> Staging:
        """The file's rows; rows that do not split are listed in the result, never dropped silently."""
        text = unread_text(self.raw, self.encoding)
        staging = None if text is None else self.plainly(text)
        if staging is not None:
            return staging
        text = prepare_text(self.raw, workspace, self.encoding)
        was_tried = text.path == self.raw.path
        staging = None if was_tried else self.plainly(text)
        return self.exactly(text, workspace) if staging is None else staging

    def _shape(self, text: PreparedText) -> CsvShape:
        with text.path.open("rb") as file:
            return csv_shape(file.read(HEADER_BYTES).decode("utf-8", errors="ignore"), self.raw, self.delimiter)

    def plainly(self, text: PreparedText) -> Staging | None:
        """By the short way; None for a file that it cannot take."""
        shape = self._shape(text)
        plain = PlainText(
            path=text.path, delimiter=shape.delimiter, columns=len(shape.columns), lines_before=shape.lines_before
        )
        head = first_rows(plain)
        if head is None:
            return None
        stored = _stored(shape)
        named = pl.DataFrame([head[column].rename(name) for name, column in stored.items()])
        is_held = _likely_rows(text.path, head) <= self.raw.limits.held_rows
        mapping = self.plan(named.head(SAMPLE_ROWS)) if is_held else None  # too many are read again, in parts
        columns = plan_columns(mapping, stored, head, self.rules)
        digest = None if text.digest.sha256 else text.digest
        found = read_blocks(plain, self.raw, columns.make, digest)
        if found is None:
            return None
        _require_rows(found.rows, 0, self.raw)
        ready = columns.gather(found, {column: name for name, column in stored.items()})
        _require_short(ready, self.raw)
        return replace(_staged(text, shape, self.raw), text=plain, ready=ready, rows=found.rows)

    def exactly(self, text: PreparedText, workspace: Path) -> Staging:
        """By the long way."""
        shape = self._shape(text)
        rest = replace(text, path=_from_header(text.path, shape.lines_before, workspace))
        paths, found = _split_exactly(rest, shape, workspace, self.raw)
        rejects = [(line + shape.lines_before, kind, column) for line, kind, column in found]
        rows = sum(_count_rows(path) for path in paths)
        _require_rows(rows, len(rejects), self.raw)
        return replace(
            _staged(text, shape, self.raw),
            paths=paths,
            rows=rows,
            rejected_rows=tuple(int(line) for line, _, _ in rejects),
            examples=tuple(_reject(self.raw.name, *reject) for reject in rejects[:FIRST_EXAMPLES]),
        )


def _from_header(path: Path, lines_before: int, workspace: Path) -> Path:
    """The file itself, or a copy without the lines before its header, whose ends need not be like those of the rows."""
    if not lines_before:
        return path
    with path.open(encoding="utf-8", newline="") as given:
        for _ in range(lines_before):
            given.readline()
        with (workspace / "from-header.utf8").open("w", encoding="utf-8", newline="") as copy:
            shutil.copyfileobj(given, copy, COPIED_CHARACTERS)
    return workspace / "from-header.utf8"


def _likely_rows(path: Path, head: pl.DataFrame) -> int:
    """The rows of the file, judged by those of its first block."""
    size = path.stat().st_size
    return size * head.height // max(1, min(size, BLOCK_BYTES))


def _stored(shape: CsvShape) -> dict[str, str]:
    return {name: f"c{index}" for index, name in enumerate(shape.columns)}


def _staged(text: PreparedText, shape: CsvShape, raw: RawBytes) -> Staging:
    """The staging of *text* but for its rows."""
    return Staging(
        source=SourceFile(
            name=raw.name,
            size_bytes=text.digest.size_bytes,
            sha256=text.digest.sha256,
            format=LogFormat.CSV,
            encoding=text.encoding,
            delimiter=shape.delimiter,
        ),
        paths=(),
        columns=_stored(shape),
        rows=0,
        levels={name: AttributeLevel.CASE for name in shape.columns if name.startswith(CASE_PREFIX)},
        first_row=2 + shape.lines_before,
    )


def _require_rows(rows: int, rejected: int, raw: RawBytes) -> None:
    if rows + rejected == 0:
        raise UnreadableLogError("no-rows", "The file has a header but no rows.", raw.place, "Export the log again.")
    if rows > raw.limits.rows:
        raise LogTooLargeError("rows", raw.limits.rows, raw.place)


def _require_short(ready: ReadyColumns, raw: RawBytes) -> None:
    longest = max((coded.labels.str.len_bytes().max() or 0 for coded in ready.texts.values()), default=0)
    if isinstance(longest, int) and longest > raw.limits.cell_characters * 4:
        raise LogTooLargeError("characters in a cell", raw.limits.cell_characters, raw.place)


def _split_exactly(
    text: PreparedText, shape: CsvShape, workspace: Path, raw: RawBytes
) -> tuple[tuple[Path, ...], list[tuple[int, str, int | None]]]:
    """The rows, and those that do not split: line, kind of error, column."""
    target = workspace / "rows.parquet"
    with duckdb.connect(":memory:") as connection:
        _limit(connection, workspace)
        _run(connection, _copy_sql(len(shape.columns)), [str(text.path), shape.delimiter, str(target)], raw)
        rejects = connection.execute(
            "SELECT line, min(error_type::VARCHAR), min(column_idx) FROM reject_errors GROUP BY line ORDER BY line "
            f"LIMIT {MOST_REJECTS}"
        ).fetchall()
    if len(rejects) >= MOST_REJECTS:
        raise LogTooLargeError("rows that do not split into columns", MOST_REJECTS, raw.place)
    _check_cells(target, len(shape.columns), raw)
    return (target,), rejects


def _count_rows(path: Path) -> int:
    return int(pl.scan_parquet(path).select(pl.len()).collect().item())


def _copy_sql(columns: int) -> str:
    types = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(columns))
    return (
        "COPY (SELECT * FROM read_csv(?, delim=?, header=true, auto_detect=false, quote='\"', escape='\"', "
        f"columns={{{types}}}, max_line_size={LINE_BYTES}, store_rejects=true, "
        f"rejects_limit={2 * MOST_REJECTS})) "
        "TO (?) (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
    )


def _limit(connection: duckdb.DuckDBPyConnection, workspace: Path) -> None:
    connection.execute("SET memory_limit = ?", [WORKING_MEMORY])
    connection.execute("SET temp_directory = ?", [str(workspace)])


def _run(connection: duckdb.DuckDBPyConnection, sql: str, parameters: list[str], raw: RawBytes) -> None:
    failures: list[duckdb.Error] = []

    def work() -> None:
        try:
            connection.execute(sql, parameters)
        except duckdb.Error as error:
            failures.append(error)

    total = raw.path.stat().st_size
    thread = threading.Thread(target=work, name="csv-split")
    thread.start()
    was_cancelled = False
    while thread.is_alive():
        thread.join(timeout=0.05)
        if not was_cancelled and raw.watch.cancelled():
            was_cancelled = True
            connection.interrupt()
        share = max(0.0, connection.query_progress()) / 100
        raw.watch.report(Progress(stage=ImportStage.READING, done=int(total * share), total=total))
    if was_cancelled:
        raise ImportCancelledError(raw.name)
    if failures:
        if isinstance(failures[0], (duckdb.OutOfMemoryException, duckdb.IOException)):
            raise LogStorageError(raw.name, type(failures[0]).__name__) from failures[0]
        cause = "The rows cannot be split into columns."
        remedy = "Check the delimiter and the quotes."
        raise UnreadableLogError("rows", cause, raw.place, remedy) from failures[0]


def _check_cells(target: Path, columns: int, raw: RawBytes) -> None:
    limits: ImportLimits = raw.limits
    longest = pl.scan_parquet(target).select(
        pl.max_horizontal(pl.col(f"c{index}").str.len_bytes().max() for index in range(columns))
    )
    if (longest.collect().item() or 0) > limits.cell_characters * 4:
        raise LogTooLargeError("characters in a cell", limits.cell_characters, raw.place)


def _reject(source: str, line: int, kind: str, column: int | None) -> Finding:
    rule = REASONS.get(kind, "row-unreadable")
    return Finding(
        severity=Severity.ERROR,
        rule=rule,
        message=TEXTS[rule],
        place=Place(source=source, line=int(line)),
        parameters={"row": str(line), "column": "" if column is None else str(column)},
    )


def csv_sample(raw: RawBytes, encoding: str | None, delimiter: str | None) -> tuple[pl.DataFrame, str, str]:
    """The first rows as text columns, the encoding and the delimiter."""
    sample = read_sample(raw)
    found = codec_name(encoding, raw) if encoding else guess_encoding(sample)
    decoded = codecs.getincrementaldecoder(found)(errors="replace").decode(sample)
    text = decoded.replace("\0", "")  # the import names its line; what is nothing else is not looked at
    if "\0" in decoded and not text.strip():
        raise nul_byte(raw, 1)
    shape = csv_shape(text, raw, delimiter)
    lines = list(io.StringIO(text.removeprefix("\ufeff"), newline=""))[shape.lines_before :]
    complete = lines[:-1] if len(sample) >= SAMPLE_BYTES else lines
    rows = []
    with contextlib.suppress(csv.Error, StopIteration):
        reader = csv.reader(complete, delimiter=shape.delimiter)
        next(reader)
        rows = [row for row in itertools.islice(reader, 1000) if len(row) == len(shape.columns)]
    values = zip(*rows, strict=True) if rows else ((),) * len(shape.columns)
    series = [pl.Series(name, list(each), pl.String) for name, each in zip(shape.columns, values, strict=True)]
    return pl.DataFrame(series).select(pl.all().replace("", None)), found, shape.delimiter
