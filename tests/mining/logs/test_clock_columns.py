# SPDX-License-Identifier: Apache-2.0
"""Dates in one column and times of day in another are read as one time."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.logs.errors import BadRowsError
from taktloom.mining.logs.importing import import_log, sniff_log
from taktloom.mining.logs.mapping import ColumnMapping, mapping_from_json, mapping_to_json
from taktloom.mining.logs.requests import ImportLimits, ImportRequest
from tests.mining.given_logs import IMPORTED_AT

FIRST, LAST = datetime(2024, 3, 1, 7, 30, tzinfo=UTC), datetime(2024, 3, 13, 12, 45, tzinfo=UTC)
SPELLINGS = {
    "ISO": "case,activity,date,time\n1,a,2024-03-01,08:30\n1,b,2024-03-13,13:45\n",
    "German": "Fall;Aktivität;Datum;Uhrzeit\n1;a;01.03.2024;08:30:00\n1;b;13.03.2024;13:45:00\n",
    "English": "Case ID,Activity,Date,Time\n1,a,3/1/2024,8:30 AM\n1,b,3/13/2024,1:45 PM\n",
    "SAP": "case,activity,date,time\n1,a,20240301,083000\n1,b,20240313,134500\n",
    "midnight": "case,activity,date,time\n1,a,2024-03-01 00:00:00,08:30\n1,b,2024-03-13 00:00:00,13:45\n",
    "Chinese": "案例编号,活动,日期,时刻\n1,a,2024年03月01日,08:30\n1,b,2024年03月13日,13:45\n",
    "zone": "case,activity,date,time\n1,a,2024-03-01,08:30+01:00\n1,b,2024-03-13,13:45+01:00\n",
}


def load(folder: Path, text: str, **options: object) -> CanonicalLog:
    path = folder / "log.csv"
    path.write_text(text)
    wanted = ImportRequest(path=path, name="log", imported_at=IMPORTED_AT, timezone="Europe/Amsterdam", **options)  # type: ignore[arg-type]
    return import_log(wanted, folder / "logs")


def times(log: CanonicalLog, column: str = "occurred_at") -> list[datetime]:
    found: list[datetime] = log.events().collect()[column].to_list()
    return found


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_date_and_its_time_of_day_are_found_and_joined(tmp_path: Path, spelling: str) -> None:
    log = load(tmp_path, SPELLINGS[spelling])

    assert times(log) == [FIRST, LAST]
    assert log.metadata.columns == ()


def test_the_first_look_asks_for_zone_and_order_of_both_as_one(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(SPELLINGS["English"])

    found = sniff_log(path)

    assert (found.parts["timestamp"], found.parts["time_of_day"]) == ("Date", "Time")
    assert found.needs_timezone
    assert "%m/%d/%Y" in found.date_formats


def test_starts_and_ends_have_each_their_own_time_of_day_and_durations_have_none(tmp_path: Path) -> None:
    text = (
        "case,activity,start date,start time,end date,end time,duration time\n"
        "1,a,2024-03-01,08:00,2024-03-01,08:30,00:30\n1,b,2024-03-13,09:00,2024-03-13,13:45,04:45\n"
    )

    log = load(tmp_path, text)

    assert times(log) == [FIRST, LAST]
    assert times(log, "started_at") == [datetime(2024, 3, 1, 7, tzinfo=UTC), datetime(2024, 3, 13, 8, tzinfo=UTC)]
    assert [column.name for column in log.metadata.columns] == ["event.duration time"]


def test_a_full_timestamp_keeps_its_own_clock(tmp_path: Path) -> None:
    log = load(tmp_path, "case,activity,timestamp,time\n1,a,2024-03-01 08:30,10:00\n1,b,2024-03-13 13:45,11:00\n")

    assert times(log) == [FIRST, LAST]


def test_a_row_without_its_time_of_day_is_not_taken_for_midnight(tmp_path: Path) -> None:
    with pytest.raises(BadRowsError, match="1 of 2"):
        load(tmp_path, "case,activity,date,time\n1,a,2024-03-01,08:30\n1,b,2024-03-13,\n")


def test_the_columns_can_be_named_and_the_mapping_is_kept(tmp_path: Path) -> None:
    mapping = ColumnMapping(case="c", activity="a", timestamp="d", time_of_day="t")

    log = load(tmp_path, "c,a,d,t\n1,a,2024-03-01,08:30\n1,b,2024-03-13,13:45\n", mapping=mapping)

    assert times(log) == [FIRST, LAST]
    assert mapping_from_json(mapping_to_json(log.metadata.mapping)) == mapping


def test_a_log_larger_than_is_held_at_once_is_the_same(tmp_path: Path) -> None:
    rows = [f"{n % 40},a,{1 + n % 28:02}.03.2024,{n % 24:02}:{n % 60:02}\n" for n in range(900)]
    text = "case,activity,date,time\n" + "".join(rows)
    columns = ["case_id", "activity", "occurred_at"]
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()

    whole, parted = (
        load(tmp_path / name, text, limits=limits).events().select(columns).collect().sort(columns)
        for name, limits in (("one", ImportLimits()), ("two", ImportLimits(held_rows=300, part_rows=100)))
    )

    assert whole.equals(parted)
    assert whole.filter(pl.col("occurred_at").dt.minute() != 0).height > 800


def test_words_for_nothing_are_no_values_of_numbers_booleans_and_instants_and_stay_in_texts(tmp_path: Path) -> None:
    rows = [
        f"{n},a,2024-03-01 08:30,{'NULL' if n % 3 else n},{'N/A' if n % 2 else 'true'},"
        f"{'-' if n % 2 else 'x'},{'n/a' if n % 4 else '2024-05-01 10:00:00Z'}\n"
        for n in range(40)
    ]

    cases = load(tmp_path, "case,activity,timestamp,amount,flag,note,due\n" + "".join(rows)).case_table()

    assert cases["case.amount"].to_list() == [None if n % 3 else n for n in range(40)]
    assert cases["case.flag"].to_list() == [None if n % 2 else True for n in range(40)]
    assert cases["case.note"].to_list() == ["-" if n % 2 else "x" for n in range(40)]
    assert cases["case.due"].drop_nulls().to_list() == [datetime(2024, 5, 1, 10, tzinfo=UTC)] * 10
