# SPDX-License-Identifier: Apache-2.0
"""Spreadsheets are read by their values, within limits, and written so that nothing becomes a formula."""

import io
import zipfile
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.formats.sheets import (
    CellKind,
    Sheet,
    SheetCell,
    SheetError,
    SheetLimits,
    cell_name,
    read_csv,
    read_xlsx,
    write_csv,
    write_xlsx,
)

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STYLES = f"""<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>
<numFmt numFmtId="165" formatCode="[$-409]h:mm AM/PM"/><numFmt numFmtId="166" formatCode="0.0 &quot;days&quot;"/>
</numFmts>
<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/>
<xf numFmtId="22"/></cellXfs></styleSheet>"""
STRINGS = f"""<sst xmlns="{MAIN}"><si><t>plain</t></si><si><r><t>ri</t></r><r><t>ch</t></r>
<rPh sb="0" eb="1"><t>ignored</t></rPh></si></sst>"""


def workbook(cells: str, *, sheets: Mapping[str, str] | None = None, extra: Mapping[str, bytes] | None = None) -> bytes:
    """A workbook with these cells in its first sheet; *sheets*: names with the state of more sheets."""
    names = {"First": "visible", **(sheets or {})}
    listed = "".join(
        f'<sheet name="{name}" sheetId="{n}" state="{state}" r:id="rId{n}"/>'
        for n, (name, state) in enumerate(names.items(), 1)
    )
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(names) + 1)
    )
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'{related}<Relationship Id="s" Type="{RELATIONS}/styles" Target="styles.xml"/>'
        f'<Relationship Id="t" Type="{RELATIONS}/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>',
        "xl/styles.xml": STYLES,
        "xl/sharedStrings.xml": STRINGS,
        **{f"xl/worksheets/sheet{n}.xml": _sheet(cells) for n in range(1, len(names) + 1)},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**{name: text.encode() for name, text in parts.items()}, **(extra or {})}.items():
            archive.writestr(name, content)
    return out.getvalue()


def _sheet(cells: str) -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'


def first(cells: str) -> SheetCell | None:
    return read_xlsx(workbook(f'<row r="1">{cells}</row>')).cell(0, 0)


@pytest.mark.parametrize(
    ("cell", "text", "kind"),
    [
        ('<c r="A1" t="s"><v>0</v></c>', "plain", CellKind.TEXT),
        ('<c r="A1" t="s"><v>1</v></c>', "rich", CellKind.TEXT),
        ('<c r="A1" t="inlineStr"><is><t> in line </t></is></c>', "in line", CellKind.TEXT),
        ('<c r="A1" t="b"><v>1</v></c>', "true", CellKind.BOOLEAN),
        ('<c r="A1"><v>0.30000000000000004</v></c>', "0.3", CellKind.NUMBER),
        ('<c r="A1"><v>1E3</v></c>', "1000", CellKind.NUMBER),
        ('<c r="A1" s="1"><v>45351</v></c>', "2024-02-29", CellKind.DATE),
        ('<c r="A1" s="2"><v>61</v></c>', "1900-03-01", CellKind.DATE),
        ('<c r="A1" s="3"><v>0.5</v></c>', "12:00:00", CellKind.TIME),
        ('<c r="A1" s="5"><v>45351.25</v></c>', "2024-02-29T06:00:00", CellKind.DATE_TIME),
        ('<c r="A1" s="4"><v>3</v></c>', "3", CellKind.NUMBER),
        ('<c r="A1" s="1"><v>-4</v></c>', "-4", CellKind.NUMBER),
        ('<c r="A1" t="e"><v>#DIV/0!</v></c>', "#DIV/0!", CellKind.BROKEN),
        ('<c r="A1"><v>1e999</v></c>', "1e999", CellKind.BROKEN),
    ],
)
def test_a_cell_is_read_by_its_kind(cell: str, text: str, kind: CellKind) -> None:
    assert first(cell) == SheetCell(text=text, kind=kind)


def test_a_formula_is_its_calculated_value_or_nothing() -> None:
    assert first('<c r="A1"><f>1+1</f><v>2</v></c>') == SheetCell(text="2", kind=CellKind.NUMBER, is_formula=True)
    assert first('<c r="A1"><f>1+1</f></c>') == SheetCell(text="", kind=CellKind.BROKEN, is_formula=True)


def test_a_merged_cell_counts_wherever_it_lies() -> None:
    merged = '<mergeCells><mergeCell ref="A1:A3"/></mergeCells>'

    sheet = read_xlsx(workbook(f'<row r="1"><c r="A1"><v>7</v></c></row></sheetData>{merged}<sheetData>'))

    assert [sheet.cell(row, 0) for row in range(3)] == [
        SheetCell(text="7", kind=CellKind.NUMBER),
        *[SheetCell(text="7", kind=CellKind.NUMBER, is_merged=True)] * 2,
    ]


def test_sheets_are_chosen_by_name_and_hidden_ones_only_so() -> None:
    data = workbook('<row r="1"><c r="A1"><v>1</v></c></row>', sheets={"Second": "hidden"})

    assert (read_xlsx(data).name, read_xlsx(data).names) == ("First", ("First", "Second"))
    assert read_xlsx(data, sheet="Second").name == "Second"
    with pytest.raises(SheetError, match="no sheet 'Third'"):
        read_xlsx(data, sheet="Third")


HUGE = b"<x>" + b" " * 3_000_000


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"PK\x03\x04 and then rubbish", "no readable Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old format"),
        (workbook('<row r="9999"><c r="A9999"><v>1</v></c></row>'), "more than 5000 rows"),
        (workbook('<row r="1"><c r="XFD1"><v>1</v></c></row>'), "more than 200 columns"),
        (workbook('<row r="1"><c r="A1" t="s"><v>99</v></c></row>'), "no readable Excel workbook"),
        (workbook("<row><c><v>1</v></row>"), "not well-formed"),
        (workbook("", extra={f"xl/media/{n}": b"" for n in range(2100)}), "more than 2000 parts"),
        (workbook('<row r="1"><c r="A1" t="inlineStr"><is><t>' + "x" * 40_000 + "</t></is></c></row>"), "characters"),
    ],
)
def test_a_hostile_workbook_is_refused(data: bytes, cause: str) -> None:
    with pytest.raises(SheetError, match=cause):
        read_xlsx(data, source="table.xlsx")


def test_entities_are_refused_before_they_grow() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>'

    with pytest.raises(SheetError, match="DOCTYPE"):
        read_xlsx(_replaced(workbook("<row/>"), "xl/worksheets/sheet1.xml", bomb))


def test_a_part_that_unpacks_to_more_than_allowed_is_stopped_whatever_its_header_says() -> None:
    limits = SheetLimits(max_unpacked=1_000_000)
    data = _replaced(workbook("<row/>"), "xl/worksheets/sheet1.xml", HUGE)
    assert len(data) < 20_000

    with pytest.raises(SheetError, match="more than 1000000 unpacked bytes"):
        read_xlsx(data, limits=limits)


def _replaced(data: bytes, name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.namelist():
            new.writestr(one, content if one == name else old.read(one))
    return out.getvalue()


@given(st.binary(max_size=300))
def test_any_bytes_give_a_sheet_or_a_refusal(data: bytes) -> None:
    outcomes = [_outcome(read_xlsx, data), _outcome(read_csv, data)]

    assert all(isinstance(one, Sheet) or (one.cause and one.remedy) for one in outcomes)


def _outcome(read: Callable[[bytes], Sheet], data: bytes) -> Sheet | SheetError:
    try:
        return read(data)
    except SheetError as error:
        return error


@pytest.mark.parametrize(
    ("data", "delimiter", "cells"),
    [
        (b"a,b\r\n1,2\r\n", ",", [["a", "b"], ["1", "2"]]),
        (b"a;b\n1,5;2\n", ";", [["a", "b"], ["1,5", "2"]]),
        ("\ufeffa\tb\n".encode(), "\t", [["a", "b"]]),
        ("价格,折扣\n".encode("utf-16"), ",", [["价格", "折扣"]]),
        (b'"x, y","line\nbreak"\n', ",", [["x, y", "line\nbreak"]]),
    ],
)
def test_csv_is_read_with_its_own_delimiter(data: bytes, delimiter: str, cells: list[list[str]]) -> None:
    sheet = read_csv(data)

    assert sheet.delimiter == delimiter
    assert [[cell.text if cell else "" for cell in row] for row in sheet.rows] == cells


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        ("折扣".encode("gb18030"), "not utf-8-sig"),
        (b"a,\0b", "not a text"),
        (b'"never closed', "not CSV"),
        (b"a\n" * 5_001, "more than 5000 rows"),
        (b"," * 300, "more than 200 columns"),
        (b"x" * 200_000, "not CSV"),
        (b"x" * 6_000_000, "more than 5242880 bytes"),
    ],
)
def test_hostile_csv_is_refused(data: bytes, cause: str) -> None:
    with pytest.raises(SheetError, match=cause):
        read_csv(data)


def test_an_encoding_can_be_named() -> None:
    assert read_csv("折扣".encode("gb18030"), encoding="gb18030").cell(0, 0) == SheetCell(text="折扣")
    with pytest.raises(SheetError, match="encoding 'rot13'"):
        read_csv(b"", encoding="rot13")


FORMULAS = ["=1+1", "+cmd|'/C calc'!A0", "@SUM(A1)", "-2+3", "\tx", "'quoted", '=HYPERLINK("http://x")']


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_is_written_as_a_formula(text: str) -> None:
    sheet = Sheet(name="t", rows=((SheetCell(text=text.strip()),),))

    written = write_csv(sheet).removeprefix(b"\xef\xbb\xbf").lstrip(b'"')
    with zipfile.ZipFile(io.BytesIO(write_xlsx(sheet))) as archive:
        part = archive.read("xl/worksheets/sheet1.xml")

    assert written[:1] not in {b"=", b"+", b"@", b"-"}
    assert b"<f" not in part
    assert read_csv(write_csv(sheet), delimiter=",").rows == sheet.rows
    assert read_xlsx(write_xlsx(sheet)).rows == sheet.rows


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=8).map(str.strip)
CELLS = st.one_of(st.none(), TEXTS.filter(bool).map(lambda text: SheetCell(text=text)))


@given(st.lists(st.lists(CELLS, min_size=2, max_size=3), min_size=1, max_size=4))
def test_what_is_written_is_read_back(cells: list[list[SheetCell | None]]) -> None:
    sheet = Sheet(name="t", rows=tuple((SheetCell(text="x"), SheetCell(text="y"), *row) for row in cells))

    for back in (read_csv(write_csv(sheet), delimiter=","), read_xlsx(write_xlsx(sheet))):
        told = {(r, c): back.cell(r, c) for r in range(len(cells)) for c in range(5)}
        assert told == {(r, c): sheet.cell(r, c) for r in range(len(cells)) for c in range(5)}


def test_cells_are_named_as_spreadsheets_name_them() -> None:
    assert [cell_name(2, 1), cell_name(0, 25), cell_name(0, 26), cell_name(0, 701)] == ["B3", "Z1", "AA1", "ZZ1"]
