# SPDX-License-Identifier: Apache-2.0
"""The first filled sheet of an Excel workbook to staged rows: its header is found as that of a CSV file is.

Cells are what the workbook last calculated; formulas are never computed, but counted, because their values may be of
another day than the sheet. A cell with an error counts as empty. The archive is unpacked under limits.
"""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import polars as pl

from taktloom.formats.sheets.sheet import CellKind, SheetCell, SheetError, SheetLimits
from taktloom.formats.sheets.xlsx_reader import XlsxRows, read_xlsx
from taktloom.mining.logs.csv_reader import CASE_PREFIX
from taktloom.mining.logs.csv_shape import MOST_LINES_BEFORE, header_place, unique_names
from taktloom.mining.logs.encodings import Digest, RawBytes, file_chunks
from taktloom.mining.logs.errors import ImportCancelledError, LogTooLargeError, UnreadableLogError
from taktloom.mining.logs.mapping import AttributeLevel
from taktloom.mining.logs.requests import ImportStage, LogFormat, Progress
from taktloom.mining.logs.staging import SourceFile, Staging

ZIP_MAGIC = b"PK\x03\x04"
SAMPLE_ROWS = 1_000
HELD_BYTES = 256 * 1024 * 1024  # a workbook is held in memory, packed
UNPACKED_BYTES = 4 * 1024**3
BLOCK_ROWS = 20_000
BLOCK_CHARACTERS = 32 * 1024 * 1024
MOST_ROWS = 1_048_576
NO_SHEET = "The workbook has no filled sheet."
MOST_CELLS = 10_000_000
MOST_CHARACTERS = 512 * 1024**2  # of all cells together
Row: TypeAlias = tuple[SheetCell | None, ...]


def stage_xlsx(raw: RawBytes, workspace: Path) -> Staging:
    """The rows below the header as text columns, block by block; raises UnreadableLogError, LogTooLargeError."""
    digest = Digest()
    rows = _Rows(raw, digest)
    paths = []
    for number, frame in enumerate(rows.frames()):
        paths.append(workspace / f"rows-{number:05}.parquet")
        frame.rename({name: f"c{index}" for index, name in enumerate(frame.columns)}).write_parquet(paths[-1])
    if not rows.count:
        raise UnreadableLogError("no-rows", "The sheet has a header but no rows.", raw.place, "Export the log again.")
    return Staging(
        source=SourceFile(name=raw.name, size_bytes=digest.size_bytes, sha256=digest.sha256, format=LogFormat.XLSX),
        paths=tuple(paths),
        columns={name: f"c{index}" for index, name in enumerate(rows.names)},
        rows=rows.count,
        levels={name: AttributeLevel.CASE for name in rows.names if name.startswith(CASE_PREFIX)},
        first_row=2 + rows.place,
        formula_cells=rows.formulas,
    )


def sample_xlsx(raw: RawBytes) -> pl.DataFrame:
    """The first rows as text columns."""
    rows = _Rows(raw, Digest(), block=SAMPLE_ROWS)
    return next(rows.frames(), pl.DataFrame(schema=dict.fromkeys(rows.names, pl.String)))


class _Rows:
    """names: of the columns; place: how many rows there are before the header. count, formulas: of what `frames` gave,
    the rows and the cells that formulas filled."""

    def __init__(self, raw: RawBytes, digest: Digest, *, block: int | None = None) -> None:
        if raw.path.stat().st_size > HELD_BYTES:
            raise LogTooLargeError("bytes", HELD_BYTES, raw.place)
        self._raw, self._block = raw, block or BLOCK_ROWS
        data = b"".join(file_chunks(raw, digest))
        self._large: XlsxRows | None = None
        self.count = self.formulas = 0
        with _refused():
            self._rows = self._read(data)
            first = list(itertools.islice(self._rows, 2 * MOST_LINES_BEFORE))
        if not any(first):
            raise UnreadableLogError("empty", NO_SHEET, raw.place, "Export the log again.")
        width = max(len(row) for row in first)
        texts = [[(_text(cell) or "").strip() for cell in row] + [""] * (width - len(row)) for row in first]
        self.place = header_place(texts) or 0
        self.names = unique_names(texts[self.place])
        self._rows = itertools.chain(first[self.place + 1 :], self._rows)

    def _read(self, data: bytes) -> Iterator[Row]:
        raw = self._raw
        limits = SheetLimits(
            max_bytes=HELD_BYTES,
            max_unpacked=min(UNPACKED_BYTES, raw.limits.unpacked_bytes),
            max_rows=min(MOST_ROWS, raw.limits.rows),
            max_columns=raw.limits.columns,
            max_cells=MOST_CELLS,
            max_characters=MOST_CHARACTERS,
        )
        rows = XlsxRows(data, source=raw.name, limits=limits)
        if rows.is_large():
            self._large = rows
            return iter(rows)
        return iter(read_xlsx(data, source=raw.name, limits=limits).rows)

    def frames(self) -> Iterator[pl.DataFrame]:
        """The rows that have a filled cell, in blocks. Raises UnreadableLogError, LogTooLargeError,
        ImportCancelledError."""
        block: list[Row] = []
        characters = 0
        with _refused():
            for row in self._rows:
                if all(cell is None for cell in row):
                    continue
                block.append(row)
                characters += sum(len(cell.text) for cell in row if cell is not None)
                if len(block) >= self._block or characters >= BLOCK_CHARACTERS:
                    yield self._frame(block)
                    block, characters = [], 0
        if block:
            yield self._frame(block)

    def _frame(self, rows: list[Row]) -> pl.DataFrame:
        if self._raw.watch.cancelled():
            raise ImportCancelledError(self._raw.name)
        if self._large is not None:
            told = Progress(stage=ImportStage.READING, done=self._large.done, total=self._large.total)
            self._raw.watch.report(told)
        self.count += len(rows)
        self.formulas += sum(cell is not None and cell.is_formula for row in rows for cell in row)
        columns = itertools.zip_longest(*rows)
        filled = [[_text(cell) for cell in column] for _, column in zip(self.names, columns, strict=False)]
        filled += [[None] * len(rows)] * (len(self.names) - len(filled))
        return pl.DataFrame([pl.Series(name, cells, pl.String) for name, cells in zip(self.names, filled, strict=True)])


@contextmanager
def _refused() -> Iterator[None]:
    try:
        yield
    except SheetError as error:
        raise _refusal(error) from error


def _refusal(error: SheetError) -> LogTooLargeError | UnreadableLogError:
    """The refusal of a workbook, in words for a log: `formats.sheets` speaks of decision tables."""
    if "limit" in error.parameters:
        return LogTooLargeError(error.parameters["what"], int(error.parameters["limit"]), error.place)
    if error.parameters.get("reason") == "empty":
        return UnreadableLogError("empty", NO_SHEET, error.place, "Export the log again.")
    return UnreadableLogError("zip", error.cause, error.place, error.remedy)


def _text(cell: SheetCell | None) -> str | None:
    return None if cell is None or cell.kind is CellKind.BROKEN else cell.text
