# SPDX-License-Identifier: Apache-2.0
"""A sheet to XLSX: texts as inline strings, which no program takes for formulas; numbers as numbers.

The bytes depend on the sheet alone, so the same sheet always gives the same file.
"""

import io
import re
import zipfile
from xml.sax.saxutils import escape, quoteattr

from taktloom.formats.sheets.sheet import CellKind, Sheet, SheetCell, cell_name

__all__ = ["write_xlsx"]

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_SAME_DAY = (1980, 1, 1, 0, 0, 0)
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NOT_IN_NAME = re.compile(r"[\[\]:*?/\\]")


def write_xlsx(sheet: Sheet) -> bytes:
    """A workbook with this one sheet."""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/></Types>',
        "_rels/.rels": _relations("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
        f'<sheet name={quoteattr(_sheet_name(sheet.name))} sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{_rows(sheet)}</sheetData></worksheet>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            info = zipfile.ZipInfo(name, _SAME_DAY)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, (_HEAD + text).encode())
    return out.getvalue()


def _relations(kind: str, target: str) -> str:
    return (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATIONS}/{kind}" Target="{target}"/></Relationships>'
    )


def _sheet_name(name: str) -> str:
    return _NOT_IN_NAME.sub(" ", _NOT_IN_XML.sub("", name)).strip("' ")[:31] or "table"


def _rows(sheet: Sheet) -> str:
    rows = []
    for index, row in enumerate(sheet.rows):
        cells = "".join(_cell(cell, index, column) for column, cell in enumerate(row) if cell is not None)
        rows.append(f'<row r="{index + 1}">{cells}</row>')
    return "".join(rows)


def _cell(cell: SheetCell, row: int, column: int) -> str:
    name = cell_name(row, column)
    if cell.kind is CellKind.NUMBER:
        return f'<c r="{name}"><v>{escape(cell.text)}</v></c>'
    if cell.kind is CellKind.BOOLEAN:
        return f'<c r="{name}" t="b"><v>{int(cell.text == "true")}</v></c>'
    text = escape(_NOT_IN_XML.sub("", cell.text))
    return f'<c r="{name}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
