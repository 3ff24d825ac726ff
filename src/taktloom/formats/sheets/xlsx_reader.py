# SPDX-License-Identifier: Apache-2.0
"""XLSX (ECMA-376, SpreadsheetML) to sheets: values as they were last calculated, never a formula.

The archive is hostile until proven otherwise: no part is believed to be as small as it says, the bytes unpacked are
counted over all parts, and every XML text passes the hardened reader. Links to other files are not followed.
"""

import io
import itertools
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from lxml import etree

from taktloom.formats.sheets.serial_dates import date_style, moment_text
from taktloom.formats.sheets.sheet import (
    DEFAULT_LIMITS,
    CellKind,
    Sheet,
    SheetCell,
    SheetError,
    SheetLimits,
    cell_name,
    over_limit,
)
from taktloom.formats.xml_reader import XmlError, XmlLimits, iterate_records, local_name, read_xml
from taktloom.model.places import Place

__all__ = ["XlsxRows", "is_xlsx", "read_xlsx"]

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_DIGITS = 15  # of a number that a spreadsheet keeps and shows
_XML = XmlLimits(max_elements=2_000_000)
_MAX_MERGED = 10_000
_LARGE = 16 * 1024 * 1024  # bytes of a sheet, which may be 2,000,000 elements
_PIECE_BYTES = 1024 * 1024
_MERGED = b"<mergeCell "


def is_xlsx(data: bytes) -> bool:
    """Whether *data* is a workbook by its first bytes, one of the old format included."""
    return data.startswith((_ZIP, _OLE))


def read_xlsx(
    data: bytes, *, sheet: str | None = None, source: str = "", limits: SheetLimits = DEFAULT_LIMITS
) -> Sheet:
    """The sheet called *sheet*; None: the first one that is visible and not empty. Raises SheetError."""
    with _opened(data, source, limits) as workbook:
        return workbook.sheet(sheet)


class XlsxRows:
    """The rows of the first visible sheet that has any, one after the other, for sheets too large to hold.

    A sheet is large when it may hold more than `read_xlsx` takes. done, total: bytes of the sheet, of those unpacked.
    """

    def __init__(self, data: bytes, *, source: str, limits: SheetLimits) -> None:
        self._data, self._source, self._limits = data, source, limits
        self.done = self.total = 0

    def is_large(self) -> bool:
        """Whether there is a sheet to be read this way. Raises SheetError."""
        with _opened(self._data, self._source, self._limits) as workbook:
            return workbook.largest() > _LARGE

    def __iter__(self) -> Iterator[tuple[SheetCell | None, ...]]:
        """The cells of each row up to its last filled one; nothing for a blank row. Raises SheetError."""
        with _opened(self._data, self._source, self._limits) as workbook:
            yield from workbook.stream(self)


@contextmanager
def _opened(data: bytes, source: str, limits: SheetLimits) -> Iterator["_Workbook"]:
    if data.startswith(_OLE):
        raise SheetError(
            "This is a workbook of the old format (.xls), or one with a password.",
            Place(source=source),
            "Save it as .xlsx without a password.",
        )
    if len(data) > limits.max_bytes:
        raise over_limit("bytes", limits.max_bytes, source)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield _Workbook(_Parts(archive, source, limits))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError, OSError) as error:
        raise _broken(source) from error
    except XmlError as error:
        raise SheetError(
            f"A part of the workbook cannot be read: {error.cause}",
            Place(source=source, line=error.place.line),
            "Save it again with a spreadsheet program.",
            {"detail": error.cause},
        ) from error


def _broken(source: str) -> SheetError:
    return SheetError(
        "The file is no readable Excel workbook.", Place(source=source), "Save it again as .xlsx without a password."
    )


class _Parts:
    """The parts of the archive, unpacked when asked for and counted."""

    def __init__(self, archive: zipfile.ZipFile, source: str, limits: SheetLimits) -> None:
        self.source, self.limits = source, limits
        self._archive = archive
        self._left = limits.max_unpacked
        if len(archive.infolist()) > limits.max_parts:
            raise over_limit("parts", limits.max_parts, source)
        self._names = {info.filename.lower(): info for info in archive.infolist()}

    def read(self, name: str) -> etree._Element | None:
        """The root of a part; None where there is none."""
        info = self._names.get(name.lower().lstrip("/"))
        if info is None:
            return None
        if info.flag_bits & 1:
            raise _broken(self.source)
        with self._archive.open(info) as file:
            content = file.read(self._left + 1)
        self._left -= len(content)
        if self._left < 0:
            raise over_limit("unpacked bytes", self.limits.max_unpacked, self.source)
        limits = replace(_XML, max_bytes=self.limits.max_unpacked)
        return read_xml(content, source=f"{self.source}/{name}", limits=limits)

    def size(self, name: str) -> int:
        """How many bytes a part says that it has."""
        info = self._names.get(name.lower().lstrip("/"))
        return 0 if info is None else info.file_size

    def pieces(self, name: str) -> Iterator[bytes]:
        """A part's bytes, piece by piece."""
        info = self._names.get(name.lower().lstrip("/"))
        if info is None:
            return
        if info.flag_bits & 1:
            raise _broken(self.source)
        with self._archive.open(info) as file:
            while piece := file.read(_PIECE_BYTES):
                self._left -= len(piece)
                if self._left < 0:
                    raise over_limit("unpacked bytes", self.limits.max_unpacked, self.source)
                yield piece

    def records(self, name: str, record: str, pieces: Iterable[bytes]) -> Iterator[etree._Element]:
        """The elements called *record* in *pieces* of a part, each gone when the next is asked for."""
        return iterate_records(
            pieces,
            record,
            require_root=lambda root: None,
            source=f"{self.source}/{name}",
            max_bytes=self.limits.max_unpacked,
        )

    def targets(self, of: str) -> dict[str, tuple[str, str]]:
        """The relationships of a part: id -> (kind, part)."""
        folder, _, file = of.rpartition("/")
        root = self.read(f"{folder}/_rels/{file}.rels" if folder else f"_rels/{file}.rels")
        found: dict[str, tuple[str, str]] = {}
        for one in root if root is not None else ():
            if one.get("TargetMode") == "External":
                continue
            kind = (one.get("Type") or "").rpartition("/")[2]
            found[one.get("Id") or ""] = (kind, _joined(folder, one.get("Target") or ""))
        return found


def _joined(folder: str, target: str) -> str:
    parts: list[str] = [] if target.startswith("/") else [part for part in folder.split("/") if part]
    for part in target.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared:
    """What the cells of all sheets refer to. styles: kind of date by cell format; epoch_1904: the older counting."""

    texts: "_Texts"
    styles: tuple[CellKind | None, ...]
    is_1904: bool


class _Texts:
    """The texts that cells share, read as far as they are asked for."""

    def __init__(self, texts: Iterator[str]) -> None:
        self._texts = texts
        self._known: list[str] = []

    def at(self, index: int) -> str | None:
        """The text of this number; None where there is none."""
        while index >= len(self._known):
            text = next(self._texts, None)
            if text is None:
                return None
            self._known.append(text)
        return self._known[index] if index >= 0 else None


class _Workbook:
    def __init__(self, parts: _Parts) -> None:
        self._parts = parts
        main = next((part for kind, part in parts.targets("").values() if kind == "officeDocument"), "xl/workbook.xml")
        root = parts.read(main)
        if root is None or local_name(root) != "workbook":
            raise _broken(parts.source)
        self._root = root
        self._targets = parts.targets(main)
        properties = next((one for one in root if local_name(one) == "workbookPr"), None)
        self._shared = _Shared(
            texts=_Texts(self._texts()),
            styles=tuple(self._styles()),
            is_1904=properties is not None and properties.get("date1904") in {"1", "true"},
        )

    def sheet(self, wanted: str | None) -> Sheet:
        """The sheet called *wanted*, else the first one that is visible and has cells."""
        elements = {element.get("name") or "Sheet": element for element in self._root.iter("{*}sheet")}
        names = tuple(elements)
        if wanted is not None and wanted not in elements:
            raise SheetError(
                f"The workbook has no sheet {wanted!r}.",
                Place(source=self._parts.source),
                f"Name one of {', '.join(names)}.",
                {"name": wanted, "known": ", ".join(names)},
            )
        for name, element in self._visible() if wanted is None else [(wanted, elements[wanted])]:
            rows = self._rows(name, element)
            if rows or wanted is not None:
                return Sheet(name=name, rows=rows, names=names)
        raise SheetError(
            "The workbook is empty.",
            Place(source=self._parts.source),
            "Write a decision table in it.",
            {"reason": "empty"},
        )

    def _visible(self) -> Iterator[tuple[str, etree._Element]]:
        for element in self._root.iter("{*}sheet"):
            if element.get("state") not in {"hidden", "veryHidden"}:
                yield element.get("name") or "Sheet", element

    def largest(self) -> int:
        """The bytes that the largest visible sheet says that it has, or the shared texts."""
        shared = [part for kind, part in self._targets.values() if kind == "sharedStrings"]
        parts = [self._part(element) for _, element in self._visible()]
        return max((self._parts.size(part) for part in (*parts, *shared)), default=0)

    def stream(self, rows: XlsxRows) -> Iterator[tuple[SheetCell | None, ...]]:
        """The rows of the first visible sheet with cells; see XlsxRows."""
        for name, element in self._visible():
            part = self._part(element)
            rows.done, rows.total = 0, self._parts.size(part)
            reader = _SheetReader(name, self._shared, self._parts)
            has_cells = False
            for cells in reader.stream(self._parts.records(part, "row", self._counted(part, rows))):
                has_cells = has_cells or bool(cells)
                yield cells
            if has_cells:
                return

    def _counted(self, part: str, rows: XlsxRows) -> Iterator[bytes]:
        before = b""
        for piece in self._parts.pieces(part):
            if _MERGED in before[-len(_MERGED) :] + piece:
                raise SheetError(
                    "A sheet of this size cannot have merged cells.",
                    Place(source=self._parts.source),
                    "Take the merging back in the spreadsheet program, or save the sheet as CSV.",
                    {"reason": "merged"},
                )
            before = piece
            yield piece
            rows.done += len(piece)

    def _part(self, element: etree._Element) -> str:
        """The part that holds a sheet; nothing for one that is no worksheet."""
        reference = next((str(value) for key, value in element.attrib.items() if str(key).endswith("}id")), "")
        kind, part = self._targets.get(reference, ("", ""))
        return part if kind == "worksheet" else ""

    def _rows(self, name: str, element: etree._Element) -> tuple[tuple[SheetCell | None, ...], ...]:
        part = self._part(element)
        root = self._parts.read(part) if part else None
        return () if root is None else _SheetReader(name, self._shared, self._parts).rows(root)

    def _part_of(self, wanted: str) -> etree._Element | None:
        part = next((part for kind, part in self._targets.values() if kind == wanted), None)
        return None if part is None else self._parts.read(part)

    def _texts(self) -> Iterator[str]:
        part = next((part for kind, part in self._targets.values() if kind == "sharedStrings"), None)
        if part is not None:
            for item in self._parts.records(part, "si", self._parts.pieces(part)):
                yield _text_of(item)

    def _styles(self) -> Iterator[CellKind | None]:
        root = self._part_of("styles")
        if root is None:
            return
        formats = {one.get("numFmtId") or "": one.get("formatCode") or "" for one in root.iter("{*}numFmt")}
        for group in (one for one in root if local_name(one) == "cellXfs"):
            for one in group:
                number = one.get("numFmtId") or "0"
                yield date_style(number, formats.get(number))


class _SheetReader:
    def __init__(self, name: str, shared: _Shared, parts: _Parts) -> None:
        self._name, self._shared = name, shared
        self._source, self._limits = parts.source, parts.limits
        self._characters = 0

    def rows(self, root: etree._Element) -> tuple[tuple[SheetCell | None, ...], ...]:
        """The rows up to the last one with a cell."""
        cells: dict[tuple[int, int], SheetCell] = {}
        row = -1
        for element in root.iter("{*}row"):
            row = _index(element.get("r"), row + 1)
            cells |= {(row, column): cell for column, cell in self._cells(element, row)}
        self._fill_merged(root, cells)
        height = max((row for row, _ in cells), default=-1) + 1
        width = max((column for _, column in cells), default=-1) + 1
        if height * width > self._limits.max_cells:
            place = f"{self._name}!{cell_name(height - 1, width - 1)}"
            raise over_limit("cells", self._limits.max_cells, self._source, place)
        return tuple(tuple(cells.get((row, column)) for column in range(width)) for row in range(height))

    def stream(self, elements: Iterable[etree._Element]) -> Iterator[tuple[SheetCell | None, ...]]:
        """The rows in order, each up to its last filled cell, nothing for blank ones; no cell is merged."""
        row = -1
        for element in elements:
            at = _index(element.get("r"), row + 1)
            if at <= row:
                raise _broken(self._source)  # rows come in order (ECMA-376, 18.3.1.73)
            if at < self._limits.max_rows:
                yield from itertools.repeat((), at - row - 1)
            row = at
            cells = dict(self._cells(element, row))
            yield tuple(cells.get(column) for column in range(max(cells, default=-1) + 1))

    def _cells(self, element: etree._Element, row: int) -> Iterator[tuple[int, SheetCell]]:
        column = -1
        for one in element:
            if local_name(one) != "c":
                continue
            column = self._column(one.get("r"), column + 1)
            cell = self._cell(one, row, column)
            if cell is not None:
                self._require_inside(row, column)
                self._count(cell, row, column)
                yield column, cell

    def _require_inside(self, row: int, column: int) -> None:
        if row >= self._limits.max_rows:
            raise over_limit("rows", self._limits.max_rows, self._source, f"{self._name}!{cell_name(row, column)}")
        if column >= self._limits.max_columns:
            raise over_limit(
                "columns", self._limits.max_columns, self._source, f"{self._name}!{cell_name(row, column)}"
            )

    def _count(self, cell: SheetCell, row: int, column: int) -> None:
        self._characters += len(cell.text)
        if self._characters > self._limits.max_characters:
            place = f"{self._name}!{cell_name(row, column)}"
            raise over_limit("characters", self._limits.max_characters, self._source, place)

    def _column(self, reference: str | None, otherwise: int) -> int:
        match = _REFERENCE.fullmatch(reference or "")
        return otherwise if match is None else _column_number(match[1])

    def _cell(self, element: etree._Element, row: int, column: int) -> SheetCell | None:
        parts: Mapping[str, etree._Element] = {local_name(one): one for one in element}
        is_formula, kind = "f" in parts, element.get("t", "n")
        if kind == "inlineStr":
            return self._text(_text_of(parts["is"]) if "is" in parts else "", (row, column), is_formula=is_formula)
        value = parts["v"].text if "v" in parts else None
        if value is None:
            return SheetCell(text="", kind=CellKind.BROKEN, is_formula=True) if is_formula else None
        if kind in {"s", "str"}:
            text = value if kind == "str" else self._shared_text(value)
            return self._text(text, (row, column), is_formula=is_formula)
        if kind == "b":
            return SheetCell(
                text="true" if value.strip() == "1" else "false", kind=CellKind.BOOLEAN, is_formula=is_formula
            )
        if kind == "e":
            return SheetCell(text=value, kind=CellKind.BROKEN, is_formula=is_formula)
        return self._number(value.strip(), element.get("s"), is_formula=is_formula)

    def _text(self, text: str, at: tuple[int, int], *, is_formula: bool) -> SheetCell | None:
        if len(text) > self._limits.max_text:
            place = f"{self._name}!{cell_name(*at)}"
            raise over_limit("characters in a cell", self._limits.max_text, self._source, place)
        return SheetCell(text=text.strip(), is_formula=is_formula) if text.strip() else None

    def _shared_text(self, value: str) -> str:
        text = self._shared.texts.at(_index(value, -1, first=0))
        if text is None:
            raise _broken(self._source)
        return text

    def _number(self, value: str, style: str | None, *, is_formula: bool) -> SheetCell:
        try:
            number = Decimal(value)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or number.adjusted() > 400:
            return SheetCell(text=value, kind=CellKind.BROKEN, is_formula=is_formula)
        index = _index(style, -1, first=0)
        kind = self._shared.styles[index] if 0 <= index < len(self._shared.styles) else None
        if kind is not None:
            text = moment_text(number, kind, is_1904=self._shared.is_1904)
            if text is not None:
                return SheetCell(text=text, kind=kind, is_formula=is_formula)
        return SheetCell(text=_plain(number), kind=CellKind.NUMBER, is_formula=is_formula)

    def _fill_merged(self, root: etree._Element, cells: dict[tuple[int, int], SheetCell]) -> None:
        """A merged cell counts in each place that it covers."""
        filled = 0
        for element in root.iter("{*}mergeCell"):
            first, _, last = (element.get("ref") or "").partition(":")
            corners = [_REFERENCE.fullmatch(one) for one in (first, last or first)]
            if corners[0] is None or corners[1] is None:
                continue
            (top, left), (bottom, right) = [(int(one[2]) - 1, _column_number(one[1])) for one in corners if one]
            cell = cells.get((top, left))
            if cell is None:
                continue
            self._require_inside(bottom, right)
            filled += (bottom - top + 1) * (right - left + 1)
            if filled > _MAX_MERGED:
                raise over_limit("merged cells", _MAX_MERGED, self._source)
            for row in range(top, bottom + 1):
                for column in range(left, right + 1):
                    if (row, column) != (top, left):
                        cells.setdefault((row, column), replace(cell, is_merged=True))


def _index(text: str | None, otherwise: int, *, first: int = 1) -> int:
    """A number of the file as a 0-based index; *otherwise* where it is none."""
    return int(text) - first if text is not None and re.fullmatch(r"\d{1,7}", text) else otherwise


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _text_of(element: etree._Element) -> str:
    """The text of a string item; what is written above Chinese and Japanese characters is left out."""
    parts = [one for one in element.iter("{*}t") if not any(local_name(up) == "rPh" for up in one.iterancestors())]
    return re.sub(r"_x([0-9A-Fa-f]{4})_", _escaped, "".join(one.text or "" for one in parts))


def _escaped(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return chr(code) if code < 0xD800 else match[0]


def _plain(number: Decimal) -> str:
    """As the spreadsheet shows it: 15 digits, no exponent."""
    rounded = number if len(number.as_tuple().digits) <= _DIGITS else Decimal(f"{number:.{_DIGITS - 1}e}")
    text = format(rounded, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
