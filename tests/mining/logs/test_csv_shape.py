# SPDX-License-Identifier: Apache-2.0
"""Where the header of a CSV file is: spreadsheets and reports write lines before it."""

from pathlib import Path

import pytest

from taktloom.mining.logs.errors import BadRowsError
from taktloom.mining.logs.importing import import_log, sniff_log
from taktloom.mining.logs.requests import ImportRequest
from tests.mining.given_logs import IMPORTED_AT

HEADER = "case_id;activity;timestamp;amount\n"
ROWS = "1;a;2024-04-13 10:00:00+02:00;5\n1;b;2024-04-13 11:00:00+02:00;6\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "log.csv"
    path.write_bytes(text.encode())
    return path


def request(path: Path) -> ImportRequest:
    return ImportRequest(path=path, name="log", imported_at=IMPORTED_AT)


BEFORE = {
    "delimiter": "sep=;\n",
    "delimiter in quotes": '"sep=;"\r\n',
    "blank lines": "\n  \n\n",
    "cells without text": ";;;\n;;;\n",
    "comments": "# written, by hand\n# in 2024\n",
    "title": "Permits of 2024\n\n",
    "title over all columns": "Permits of 2024;;;\n;;;\n",
    "all of them": "sep=;\nPermits\n\n# by hand\n",
}


@pytest.mark.parametrize("before", BEFORE.values(), ids=BEFORE)
@pytest.mark.parametrize("rows", [ROWS, ROWS.replace(";a;", ';"a;x";')], ids=["the short way", "the long way"])
def test_lines_before_the_header_are_passed_over(before: str, rows: str, tmp_path: Path) -> None:
    log = import_log(request(write(tmp_path, before + HEADER + rows)), tmp_path / "logs")

    assert log.activities == ["a;x" if "x" in rows else "a", "b"]
    assert log.counts.events == 2
    assert [column.name for column in sniff_log(tmp_path / "log.csv").columns] == HEADER.strip().split(";")


@pytest.mark.parametrize("bad", ["2;a;never;7\n", "2;a;never;7\n3;a\n"], ids=["the short way", "the long way"])
def test_rows_are_named_by_their_line_in_the_file(bad: str, tmp_path: Path) -> None:
    with pytest.raises(BadRowsError) as caught:
        import_log(request(write(tmp_path, "sep=;\n\n" + HEADER + ROWS + bad)), tmp_path / "logs")

    assert [each.place.line for each in caught.value.examples] == [6, 7][: bad.count("\n")]


@pytest.mark.parametrize("header", ["case_id;;\n", "#;activity;timestamp;amount\n", "case_id\n"])
def test_a_header_that_data_follow_is_never_passed_over(header: str, tmp_path: Path) -> None:
    sniff = sniff_log(write(tmp_path, header + ROWS))

    assert sniff.columns[0].name == header.split(";", maxsplit=1)[0].strip()


def test_the_delimiter_is_the_one_that_rows_agree_on(tmp_path: Path) -> None:
    rows = "1\ta\t2024-04-13T10:00:00Z\n1\tb\t2024-04-13T11:00:00Z\n"

    sniff = sniff_log(write(tmp_path, "case\tactivity (what, why, how)\ttimestamp\n" + rows))

    assert sniff.delimiter == "\t"
    assert dict(sniff.parts) == {"case": "case", "activity": "activity (what, why, how)", "timestamp": "timestamp"}


@pytest.mark.parametrize(("after_names", "after_values"), [(";", ""), (";;", ""), ("", ";"), (";", ";")])
def test_delimiters_at_the_end_of_a_line_lose_no_row(after_names: str, after_values: str, tmp_path: Path) -> None:
    text = HEADER.replace("\n", f"{after_names}\n") + ROWS.replace("\n", f"{after_values}\n")

    log = import_log(request(write(tmp_path, text)), tmp_path / "logs")

    assert (log.counts.events, log.activities) == (2, ["a", "b"])
