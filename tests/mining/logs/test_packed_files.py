# SPDX-License-Identifier: Apache-2.0
"""Large workbooks row by row, and files in ZIP archives."""

import gzip
import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from taktloom.formats.sheets import xlsx_reader as sheets
from taktloom.mining.logs import xlsx_reader
from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.logs.errors import ImportCancelledError, LogTooLargeError, UnreadableLogError
from taktloom.mining.logs.importing import import_log, sniff_log
from taktloom.mining.logs.requests import ImportLimits, ImportRequest, ImportStage, LogFormat, Progress

CSV = "case,activity,time\n1,收货,2026-01-01T00:00:00Z\n1,b,2026-01-01T01:00:00Z\n"
XES = (
    '<log xmlns="http://www.xes-standard.org/"><trace><string key="concept:name" value="1"/><event>'
    '<string key="concept:name" value="a"/><date key="time:timestamp" value="2026-01-01T00:00:00Z"/>'
    "</event></trace></log>"
)
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def workbook(rows: list[str], texts: list[str], more: str = "") -> bytes:
    """A workbook of one sheet whose rows are given as XML."""
    related = "".join(
        f'<Relationship Id="r{number}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate([("worksheet", "s.xml"), ("sharedStrings", "t.xml")])
    )
    parts = {
        "_rels/.rels": f'<R><Relationship Id="r" Type="{RELATIONS}/officeDocument" Target="xl/w.xml"/></R>',
        "xl/w.xml": f'<workbook {MAIN} xmlns:r="{RELATIONS}"><sheets><sheet name="S" r:id="r0"/></sheets></workbook>',
        "xl/_rels/w.xml.rels": f"<R>{related}</R>",
        "xl/t.xml": f"<sst {MAIN}>{''.join(f'<si><t>{text}</t></si>' for text in texts)}</sst>",
        "xl/s.xml": f"<worksheet {MAIN}><sheetData>{''.join(rows)}</sheetData>{more}</worksheet>",
    }
    return zipped({name: text.encode() for name, text in parts.items()})


def cells(row: int, *values: str) -> str:
    inner = "".join(
        f'<c r="{column}{row}" t="inlineStr"><is><t>{value}</t></is></c>' if value else ""
        for column, value in zip("ABC", values, strict=True)
    )
    return f'<row r="{row}">{inner}</row>'


MIXED = (
    '<row r="7"><c r="A7" t="inlineStr"><is><t>1</t></is></c><c r="B7" t="s"><v>1</v></c>'
    '<c r="C7" t="str"><f>A1</f><v>2026-01-02 00:00</v></c></row>'
)
ROWS = [
    cells(2, "case", "activity", "time"),
    cells(3, "1", "a", "2026-01-01 00:00"),
    '<row r="4"/>',
    MIXED,
    cells(8, "2", "a", "2026-01-03 00:00"),
]


def zipped(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def imported(folder: Path, content: bytes, **more: object) -> CanonicalLog:
    (folder / "source").write_bytes(content)
    request = ImportRequest(
        path=folder / "source", name="log", imported_at=datetime(2026, 1, 1, tzinfo=UTC), timezone="UTC"
    )
    return import_log(request, folder / "logs", **more)  # type: ignore[arg-type]


def test_a_large_sheet_is_read_row_by_row_as_a_small_one_is_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = workbook(ROWS, ["no", "共享"])
    whole = imported(tmp_path, content)
    monkeypatch.setattr(sheets, "_LARGE", 0)
    monkeypatch.setattr(xlsx_reader, "BLOCK_ROWS", 1)
    heard: list[Progress] = []

    streamed = imported(tmp_path, content, progress=heard.append)

    assert streamed.events().collect().equals(whole.events().collect())
    assert streamed.activities == ["a", "共享"]
    assert streamed.metadata.facts == whole.metadata.facts
    read = [one for one in heard if one.stage is ImportStage.READING]
    assert read
    assert all(0 <= one.done <= one.total for one in read)


def test_a_first_look_at_a_large_sheet_takes_its_first_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "s.xlsx").write_bytes(workbook(ROWS, ["no", "x"]))
    monkeypatch.setattr(sheets, "_LARGE", 0)

    sniff = sniff_log(tmp_path / "s.xlsx")

    assert [column.name for column in sniff.columns] == ["case", "activity", "time"]
    assert sniff.columns[1].samples == ("a", "x")


def test_reading_a_large_sheet_is_cancelled_between_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "_LARGE", 0)
    monkeypatch.setattr(xlsx_reader, "BLOCK_ROWS", 1)
    heard: list[Progress] = []

    with pytest.raises(ImportCancelledError):
        imported(
            tmp_path,
            workbook(ROWS, ["no", "x"]),
            progress=heard.append,
            cancelled=lambda: any(one.stage is ImportStage.READING for one in heard),
        )

    assert list((tmp_path / "logs").iterdir()) == []


@pytest.mark.parametrize(
    ("rows", "more", "cause"),
    [
        (ROWS, '<mergeCells><mergeCell ref="A3:A4"/></mergeCells>', "merged cells"),
        ([*ROWS, cells(5, "3", "b", "2026-01-01 00:00")], "", "no readable Excel workbook"),
        ([*ROWS, '<row r="9"><c r="A9" t="s"><v>9</v></c></row>'], "", "no readable Excel workbook"),
    ],
)
def test_what_a_large_sheet_cannot_have_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: list[str], more: str, cause: str
) -> None:
    monkeypatch.setattr(sheets, "_LARGE", 0)

    with pytest.raises(UnreadableLogError) as refused:
        imported(tmp_path, workbook(rows, ["no", "x"], more))

    assert cause in refused.value.cause
    assert refused.value.remedy


def test_more_rows_than_excel_allows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "_LARGE", 0)

    with pytest.raises(LogTooLargeError) as refused:
        imported(tmp_path, workbook([*ROWS, cells(1_048_577, "3", "b", "2026-01-01 00:00")], ["no", "x"]))

    assert refused.value.parameters["limit"] == "1048576"


@pytest.mark.parametrize(
    ("name", "content", "kind", "activities"),
    [
        ("log.csv", CSV.encode(), LogFormat.CSV, ["b", "收货"]),
        ("日志/log.csv", CSV.encode("gb18030"), LogFormat.CSV, ["b", "收货"]),
        ("log.csv", CSV.encode("utf-16"), LogFormat.CSV, ["b", "收货"]),
        ("log.xes", XES.encode(), LogFormat.XES, ["a"]),
    ],
)
def test_the_one_file_in_an_archive_is_imported(
    tmp_path: Path, name: str, content: bytes, kind: LogFormat, activities: list[str]
) -> None:
    archive = zipped({name: content, "__MACOSX/._log": b"left by a system"})
    (tmp_path / "a.zip").write_bytes(archive)

    assert sniff_log(tmp_path / "a.zip").format is kind
    assert sorted(imported(tmp_path, archive).activities) == activities


@pytest.mark.parametrize(
    ("files", "says"),
    [({"a.csv": b"x", "b.csv": b"y"}, "holds 2 files"), ({}, "holds 0 files")],
)
def test_an_archive_of_several_files_says_so(tmp_path: Path, files: dict[str, bytes], says: str) -> None:
    with pytest.raises(UnreadableLogError) as refused:
        imported(tmp_path, zipped({"a/": b"", **files}))

    assert says in refused.value.cause
    assert refused.value.remedy == "Unpack it and give one of its files, or pack that one alone."


def test_a_small_gzip_file_of_many_blank_lines_tells_how_far_it_is_and_stops(tmp_path: Path) -> None:
    content = gzip.compress(b"case,activity,time\n" + b"\n" * 60_000_000)
    heard: list[Progress] = []
    with pytest.raises(UnreadableLogError):
        imported(tmp_path, content, progress=heard.append)
    shares = [one.done / one.total for one in heard if one.stage is ImportStage.CHECKING]
    assert len(shares) > 10
    assert shares == sorted(shares)

    heard.clear()
    with pytest.raises(ImportCancelledError):
        imported(tmp_path, content, progress=heard.append, cancelled=lambda: len(heard) >= 3)
    assert len(heard) <= 4
    assert list((tmp_path / "logs").iterdir()) == []


def test_a_damaged_archive_and_one_that_unpacks_to_too_much_are_refused(tmp_path: Path) -> None:
    broken = bytearray(zipped({"log.csv": CSV.encode() * 50}))
    broken[40:44] = b"\0\0\0\0"
    with pytest.raises(UnreadableLogError) as refused:
        imported(tmp_path, bytes(broken))
    assert refused.value.reason == "zip-broken"

    (tmp_path / "bomb.zip").write_bytes(zipped({"log.csv": CSV.encode() + b"\n" * 5_000_000}))
    with pytest.raises(LogTooLargeError):
        import_log(
            ImportRequest(
                path=tmp_path / "bomb.zip",
                name="log",
                imported_at=datetime(2026, 1, 1, tzinfo=UTC),
                limits=ImportLimits(unpacked_bytes=1_000_000),
            ),
            tmp_path / "bombs",
        )
