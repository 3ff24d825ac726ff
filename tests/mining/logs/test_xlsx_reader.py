# SPDX-License-Identifier: Apache-2.0
import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from taktloom.formats.sheets.sheet import CellKind, Sheet, SheetCell
from taktloom.formats.sheets.xlsx_writer import write_xlsx
from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.logs.errors import LogTooLargeError, UnreadableLogError
from taktloom.mining.logs.importing import import_log, sniff_log
from taktloom.mining.logs.requests import ImportLimits, ImportRequest, LogFormat

ROWS = (
    ("case_id", "activity", "timestamp", "amount"),
    ("1", "register", "2024-01-31 08:00:00", "7"),
    ("1", "=1+1", "2024-01-31 09:30:00", None),
    (None, None, None, None),
    ("2", "register", "2024-02-01 08:00:00", "9.5"),
)


def workbook(rows: tuple[tuple[str | None, ...], ...] = ROWS) -> bytes:
    cells = tuple(
        tuple(None if text is None else SheetCell(text=text, kind=CellKind.TEXT) for text in row) for row in rows
    )
    return write_xlsx(Sheet(name="log", rows=cells))


def with_formula(data: bytes) -> bytes:
    """The same workbook, where the last row's case is what a formula gave."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            if b"<sheetData>" in text:
                text = text.replace(
                    b"</sheetData>",
                    b'<row r="6"><c r="A6"><f>1+2</f><v>3</v></c>'
                    b'<c r="B6" t="inlineStr"><is><t>close</t></is></c>'
                    b'<c r="C6" t="inlineStr"><is><t>2024-02-02 08:00:00</t></is></c></row></sheetData>',
                )
            target.writestr(name, text)
    return out.getvalue()


def load(folder: Path, data: bytes, limits: ImportLimits | None = None) -> CanonicalLog:
    path = folder / "log.xlsx"
    path.write_bytes(data)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    request = ImportRequest(path=path, name="log", imported_at=at, timezone="UTC", limits=limits or ImportLimits())
    return import_log(request, folder / "logs")


def test_the_first_sheet_is_the_log_and_its_first_row_the_header(tmp_path: Path) -> None:
    log = load(tmp_path, workbook())

    assert log.events().select("case_id", "activity").collect().rows() == [
        ("1", "register"),
        ("1", "=1+1"),
        ("2", "register"),
    ]
    assert log.metadata.source_format == LogFormat.XLSX
    amounts = next(column.name for column in log.metadata.columns if column.name.endswith("amount"))
    assert log.events().collect()[amounts].to_list() == [7.0, None, 9.5]
    assert sniff_log(tmp_path / "log.xlsx").parts["timestamp"] == "timestamp"


def test_a_workbook_that_cannot_be_a_log_is_refused_in_words_for_logs(tmp_path: Path) -> None:
    wide = (("case", "activity", "time", *(f"column {n}" for n in range(16_381))),)

    with pytest.raises(LogTooLargeError, match="more than 1,000 columns"):
        load(tmp_path, workbook(wide))
    with pytest.raises(UnreadableLogError, match="no filled sheet") as empty:
        load(tmp_path, workbook(()))

    assert "decision" not in str(empty.value)


def test_a_title_above_the_header_is_passed_over(tmp_path: Path) -> None:
    titled = (("Permits of 2024",), (), ("case", "activity", "time"), ("1", "open", "2024-02-01 08:00:00"))

    log = load(tmp_path, workbook(titled))

    assert log.events().select("case_id", "activity").collect().rows() == [("1", "open")]


def test_what_formulas_gave_is_taken_and_counted(tmp_path: Path) -> None:
    log = load(tmp_path, with_formula(workbook()))

    assert log.metadata.facts.formula_cells == 1
    assert "3" in log.cases
    assert load(tmp_path, workbook()).metadata.facts.formula_cells == 0


def test_a_workbook_over_a_limit_or_damaged_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LogTooLargeError, match="more than 50 rows"):
        load(tmp_path, workbook(ROWS + ROWS[1:] * 30), ImportLimits(rows=50))
    with pytest.raises(UnreadableLogError):
        load(tmp_path, workbook()[:-200])
    with pytest.raises(LogTooLargeError, match="more than 200"):
        load(tmp_path, workbook(), ImportLimits(unpacked_bytes=200))
