# SPDX-License-Identifier: Apache-2.0
"""The first filled sheet of an Excel workbook to staged rows: its header is found as that of a CSV file is.

Cells are what the workbook last calculated; formulas are never computed, but counted, because their values may be of
another day than the sheet. A cell with an error counts as empty. The archive is unpacked under limits.
"""

import itertools
from pathlib import Path

import polars as pl

from taktloom.formats.sheets.sheet import CellKind, Sheet, SheetCell, SheetError, SheetLimits
from taktloom.formats.sheets.xlsx_reader import read_xlsx
from taktloom.mining.logs.csv_reader import CASE_PREFIX
from taktloom.mining.logs.csv_shape import MOST_LINES_BEFORE, header_place, unique_names
from taktloom.mining.logs.encodings import Digest, RawBytes, file_chunks
from taktloom.mining.logs.errors import LogTooLargeError, UnreadableLogError
from taktloom.mining.logs.mapping import AttributeLevel
from taktloom.mining.logs.requests import LogFormat
from taktloom.mining.logs.staging import SourceFile, Staging

ZIP_MAGIC = b"PK\x03\x04"
SAMPLE_ROWS = 1_000
HELD_BYTES = 64 * 1024 * 1024  # a workbook is held in memory
UNPACKED_BYTES = 512 * 1024 * 1024
MOST_ROWS = 1_048_576
NO_SHEET = "The workbook has no filled sheet."
MOST_CELLS = 10_000_000
MOST_CHARACTERS = 256 * 1024 * 1024


def stage_xlsx(raw: RawBytes, workspace: Path) -> Staging:
    """The rows below the header as text columns; raises UnreadableLogError, LogTooLargeError."""
    digest = Digest()
    frame, formulas, place = _frame(raw, digest)
    if frame.height == 0:
        raise UnreadableLogError("no-rows", "The sheet has a header but no rows.", raw.place, "Export the log again.")
    path = workspace / "rows.parquet"
    frame.rename({name: f"c{index}" for index, name in enumerate(frame.columns)}).write_parquet(path)
    return Staging(
        source=SourceFile(name=raw.name, size_bytes=digest.size_bytes, sha256=digest.sha256, format=LogFormat.XLSX),
        paths=(path,),
        columns={name: f"c{index}" for index, name in enumerate(frame.columns)},
        rows=frame.height,
        levels={name: AttributeLevel.CASE for name in frame.columns if name.startswith(CASE_PREFIX)},
        first_row=2 + place,
        formula_cells=formulas,
    )


def sample_xlsx(raw: RawBytes) -> pl.DataFrame:
    """The first rows as text columns."""
    return _frame(raw, Digest())[0].head(SAMPLE_ROWS)


def _frame(raw: RawBytes, digest: Digest) -> tuple[pl.DataFrame, int, int]:
    """The rows, how many of their cells are formulas, and how many rows there are before the header."""
    if raw.path.stat().st_size > HELD_BYTES:
        raise LogTooLargeError("bytes", HELD_BYTES, raw.place)
    data = b"".join(file_chunks(raw, digest))
    limits = SheetLimits(
        max_bytes=HELD_BYTES,
        max_unpacked=min(UNPACKED_BYTES, raw.limits.unpacked_bytes),
        max_rows=min(MOST_ROWS, raw.limits.rows),
        max_columns=raw.limits.columns,
        max_cells=MOST_CELLS,
        max_characters=MOST_CHARACTERS,
    )
    try:
        sheet = read_xlsx(data, source=raw.name, limits=limits)
    except SheetError as error:
        raise _refusal(error) from error
    if not sheet.rows:
        raise UnreadableLogError("empty", NO_SHEET, raw.place, "Export the log again.")
    first = [[(_text(cell) or "").strip() for cell in row] for row in sheet.rows[: 2 * MOST_LINES_BEFORE]]
    place = header_place(first) or 0
    names = unique_names(first[place])
    rows = [row for row in sheet.rows[place + 1 :] if any(cell is not None for cell in row)]
    columns = itertools.zip_longest(*rows) if rows else iter(())
    filled = [[_text(cell) for cell in column] for _, column in zip(names, columns, strict=False)]
    filled += [[None] * len(rows)] * (len(names) - len(filled))
    series = [pl.Series(name, values, pl.String) for name, values in zip(names, filled, strict=True)]
    return pl.DataFrame(series), _formulas(sheet, place), place


def _refusal(error: SheetError) -> LogTooLargeError | UnreadableLogError:
    """The refusal of a workbook, in words for a log: `formats.sheets` speaks of decision tables."""
    if "limit" in error.parameters:
        return LogTooLargeError(error.parameters["what"], int(error.parameters["limit"]), error.place)
    if error.parameters.get("reason") == "empty":
        return UnreadableLogError("empty", NO_SHEET, error.place, "Export the log again.")
    return UnreadableLogError("zip", error.cause, error.place, error.remedy)


def _text(cell: SheetCell | None) -> str | None:
    return None if cell is None or cell.kind is CellKind.BROKEN else cell.text


def _formulas(sheet: Sheet, place: int) -> int:
    return sum(cell is not None and cell.is_formula for row in sheet.rows[place + 1 :] for cell in row)
