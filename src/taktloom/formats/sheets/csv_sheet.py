# SPDX-License-Identifier: Apache-2.0
"""CSV to a sheet of texts, and back.

Written texts that a spreadsheet program would take for a formula get an apostrophe before them, which reading takes
away again.
"""

import codecs
import csv
import io
import re

from taktloom.formats.sheets.sheet import (
    DEFAULT_LIMITS,
    Sheet,
    SheetCell,
    SheetError,
    SheetLimits,
    cell_name,
    over_limit,
)
from taktloom.model.places import Place

__all__ = ["read_csv", "write_csv"]

_DELIMITERS = (",", ";", "\t", "|")
_SNIFFED_LINES, _SNIFFED_CHARACTERS = 20, 10_000
_FORMULA = re.compile(r"[=+\-@\t\r]")
_HARMLESS = re.compile(r"-|[+-]?\d+(\.\d+)?")
_KNOWN_ENCODINGS = frozenset({"utf-8", "utf-16", "gb18030", "big5", "cp1252", "iso-8859-1", "shift_jis"})


def read_csv(
    data: bytes,
    *,
    source: str = "",
    delimiter: str | None = None,
    encoding: str | None = None,
    limits: SheetLimits = DEFAULT_LIMITS,
) -> Sheet:
    """Read CSV. delimiter None: the one that fits best; encoding None: UTF-8 or UTF-16 with a byte order mark.

    Raises SheetError.
    """
    if len(data) > limits.max_bytes:
        raise over_limit("bytes", limits.max_bytes, source)
    text = _decoded(data, encoding, source)
    found = delimiter or _delimiter(text)
    if len(found) != 1 or found in '"\r\n':
        raise SheetError("The delimiter is not one character.", Place(source=source), "Give one, such as a semicolon.")
    rows: list[tuple[SheetCell | None, ...]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=found, strict=True):
            if len(rows) >= limits.max_rows:
                raise over_limit("rows", limits.max_rows, source)
            if len(row) > limits.max_columns:
                raise over_limit("columns", limits.max_columns, source, cell_name(len(rows), 0))
            rows.append(tuple(_cell(value) for value in row))
    except csv.Error as error:
        raise SheetError(
            f"The text is not CSV: {error}.",
            Place(source=source, line=len(rows) + 1),
            "Save it as CSV again, or as an Excel workbook.",
            {"detail": str(error)},
        ) from error
    name = source.rsplit("/", 1)[-1].rsplit(".", 1)[0] or "table"
    return Sheet(name=name, rows=tuple(rows), delimiter=found)


def write_csv(sheet: Sheet) -> bytes:
    """UTF-8 with a byte order mark, by which spreadsheet programs know it, commas and CRLF."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for row in sheet.rows:
        writer.writerow(["" if cell is None else _harmless(cell.text) for cell in row])
    return codecs.BOM_UTF8 + out.getvalue().encode()


def _harmless(text: str) -> str:
    if text.startswith("'") or (_FORMULA.match(text) and not _HARMLESS.fullmatch(text)):
        return f"'{text}"
    return text


def _cell(value: str) -> SheetCell | None:
    text = value.strip()
    if text.startswith("'") and len(text) > 1 and (text[1] == "'" or _FORMULA.match(text[1:])):
        text = text[1:]
    return SheetCell(text=text) if text else None


def _decoded(data: bytes, encoding: str | None, source: str) -> str:
    if encoding is not None and encoding.lower() not in _KNOWN_ENCODINGS:
        known = ", ".join(sorted(_KNOWN_ENCODINGS))
        raise SheetError(
            f"The encoding {encoding!r} is not read.",
            Place(source=source),
            f"Name one of {known}.",
            {"encoding": encoding, "known": known},
        )
    is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    name = encoding or ("utf-16" if is_wide else "utf-8-sig")
    try:
        text = data.decode(name)
    except UnicodeDecodeError as error:
        raise SheetError(
            f"The text is not {name}.",
            Place(source=source),
            "Save it as UTF-8, or name its encoding (such as gb18030 or cp1252).",
            {"encoding": name},
        ) from error
    if "\0" in text:
        raise SheetError("The file is not a text.", Place(source=source), "Give a CSV file or an Excel workbook.")
    return text.removeprefix("\ufeff")


def _delimiter(text: str) -> str:
    """The delimiter that cuts the first lines into most columns, the same number in each line counting most."""
    lines = [line[:_SNIFFED_CHARACTERS] for line in text[:1_000_000].splitlines() if line.strip()][:_SNIFFED_LINES]
    best, score = ",", (0.0, 0)
    for candidate in _DELIMITERS:
        counts = [len(row) for row in csv.reader(lines, delimiter=candidate)]
        columns = max(counts, default=1)
        if columns < 2:
            continue
        agreement = counts.count(columns) / len(counts)
        if (agreement, columns) > score:
            best, score = candidate, (agreement, columns)
    return best
