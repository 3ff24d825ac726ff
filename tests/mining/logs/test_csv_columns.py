# SPDX-License-Identifier: Apache-2.0
"""A CSV file whose columns are made into numbers while it is read is the log that the long way makes of its texts."""

import tempfile
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from taktloom.mining.logs import csv_blocks, csv_columns, csv_reader
from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.mapping import AttributeColumn, ColumnMapping
from taktloom.mining.logs.requests import BadRows, ImportRequest
from taktloom.model.errors import TaktloomError
from tests.mining.given_logs import IMPORTED_AT, given_path

HEADER = "case,what,when,who,state,number,mixed,flag,due,note"
MAPPING = ColumnMapping(
    case="case",
    activity="what",
    timestamp="when",
    resource="who",
    lifecycle="state",
    attributes=tuple(
        AttributeColumn(source=name, name=name) for name in ("number", "mixed", "flag", "due", "note", "who")
    ),
)
TIMES = st.integers(0, 9_999_999).map(lambda second: f"2024-0{1 + second % 9}-1{second % 10} 08:{second % 60:02}:00")
ROW = st.tuples(
    st.sampled_from(["1", "2", " 2", "3", "4"]),
    st.sampled_from(["a", "b ", "c", "a\x01"]),
    TIMES,
    st.sampled_from(["ada", "bob", ""]),
    st.sampled_from(["complete", "complete", "start", ""]),
    st.sampled_from(["1", "2", "-7", "", "1000"]),
    st.sampled_from(["1", "2.50", "2.5", "x", "007", "1e5"]),
    st.sampled_from(["true", "FALSE", ""]),
    st.sampled_from(["2024-01-01 10:00", "2024-02-01 11:00", "later", ""]),
    st.integers(0, 10**6).map(str),
)
BAD_ROW = st.sampled_from([("", "a", "2024-01-01 08:00:00", *[""] * 7), ("1", "a", "yesterday", *[""] * 7)])


def read(path: Path, folder: Path, **options: object) -> CanonicalLog | tuple[str, str]:
    folder.mkdir(exist_ok=True)
    request = ImportRequest(path=path, name="log", imported_at=IMPORTED_AT, timezone="Europe/Amsterdam", log_id="log")
    try:
        return import_log(replace(request, **options), folder)  # type: ignore[arg-type]
    except TaktloomError as error:
        return error.code, error.cause


def require_equal(one: CanonicalLog | tuple[str, str], other: CanonicalLog | tuple[str, str]) -> None:
    if isinstance(one, tuple) or isinstance(other, tuple):
        assert one == other
        return
    assert one.metadata == other.metadata
    assert one.labels == other.labels
    assert_frame_equal(one.coded().collect(), other.coded().collect())
    assert_frame_equal(one.events().collect(), other.events().collect())
    assert_frame_equal(one.case_table(), other.case_table())


@settings(deadline=None, max_examples=35, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ROW, min_size=1, max_size=40), st.lists(BAD_ROW, max_size=1), st.sampled_from(list(BadRows)))
def test_both_ways_give_the_same_log_or_refuse_it_alike(
    rows: list[tuple[str, ...]], bad: list[tuple[str, ...]], bad_rows: BadRows
) -> None:
    lines = [HEADER, *(",".join(row) for row in (*rows, *bad))]
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        folder = Path(name)
        path = folder / "log.csv"
        path.write_text("\n".join(lines), encoding="utf-8")
        patch.setattr(csv_blocks, "BLOCK_BYTES", 300)
        short = read(path, folder / "short", mapping=MAPPING, bad_rows=bad_rows)
        patch.setattr(csv_reader, "first_rows", lambda *_: None)

        require_equal(short, read(path, folder / "long", mapping=MAPPING, bad_rows=bad_rows))


@pytest.mark.data
@pytest.mark.parametrize("name", ["Production.csv", "receipt.csv", "PurchasingExample.csv.gz"])
def test_given_files_are_read_alike(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_blocks, "BLOCK_BYTES", 200_000)
    short = read(given_path(name), tmp_path / "short")
    assert isinstance(short, CanonicalLog)
    monkeypatch.setattr(csv_reader, "first_rows", lambda *_: None)

    require_equal(short, read(given_path(name), tmp_path / "long"))


@pytest.mark.parametrize(
    "cases",
    [
        [f"order {number * 7 % 50}" for number in range(200)],
        [f" {number % 9} " for number in range(200)],
        [f"{number % 30:04}" for number in range(200)],
        [f"{number * 10**12}" for number in range(200)],
        [*(str(number) for number in range(100, 200)), "007", "7"],
        [*(f"{number:03}" for number in range(200)), "7", "0007"],
        [*(f"A{number}" for number in range(200)), "B1"],
        [*(f"A{number}" for number in range(200)), ""],
    ],
    ids=["one beginning", "blanks", "noughts", "sparse", "a late nought", "two spellings", "a late letter", "none"],
)
def test_cases_that_are_numbers_keep_their_spelling(
    cases: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_blocks, "BLOCK_BYTES", 500)
    monkeypatch.setattr(csv_columns, "LOOKED_AT", 20)
    path = tmp_path / "log.csv"
    rows = [f"{case},a,2024-01-01 08:{number // 60:02}:{number % 60:02}" for number, case in enumerate(cases)]
    path.write_text("\n".join(["case,activity,time", *rows]))
    short = read(path, tmp_path / "short", bad_rows=BadRows.SKIP)
    assert isinstance(short, CanonicalLog)
    assert set(short.cases) == {case.strip() for case in cases} - {""}
    monkeypatch.setattr(csv_reader, "first_rows", lambda *_: None)

    require_equal(short, read(path, tmp_path / "long", bad_rows=BadRows.SKIP))


def test_what_the_first_rows_promise_is_checked_to_the_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_blocks, "BLOCK_BYTES", 200)
    rows = [f"{number % 3},a,2024-01-01 08:00:{number % 60:02},{number * 1.5},{number}" for number in range(200)]
    path = tmp_path / "log.csv"
    path.write_text("\n".join(["case,activity,time,amount,count", *rows, "1,a,2024-01-01 08:00,open,0.5"]))

    log = read(path, tmp_path / "logs")

    assert isinstance(log, CanonicalLog)
    assert {column.source: column.type for column in log.metadata.columns} == {"amount": "String", "count": "Float64"}
    assert log.events().select(pl.col("event.amount").eq("open").sum(), pl.col("event.count").sum()).collect().row(
        0
    ) == (
        1,
        sum(range(200)) + 0.5,
    )
