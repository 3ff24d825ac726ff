# SPDX-License-Identifier: Apache-2.0
"""Columns of Parquet files of every kind become attributes or are left out, none stops the import."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Literal

import duckdb
import polars as pl
import pytest

from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.logs.errors import UnreadableLogError
from taktloom.mining.logs.importing import import_log, sniff_log
from taktloom.mining.logs.requests import ImportRequest
from tests.mining.given_logs import IMPORTED_AT

MOMENT = datetime(2024, 3, 13, 10, 5, 1, 123456, tzinfo=UTC)


def load(path: Path) -> CanonicalLog:
    request = ImportRequest(path=path, name="log", imported_at=IMPORTED_AT, timezone="Europe/Berlin")
    return import_log(request, path.parent / "logs")


def write(folder: Path, *columns: pl.Series) -> Path:
    activities = pl.Series("activity", ["a", "b"], pl.Categorical)
    needed = [pl.Series("case_id", ["1", "1"]), activities, pl.Series("timestamp", [MOMENT, MOMENT])]
    pl.DataFrame(needed).with_columns(columns).write_parquet(folder / "log.parquet")
    return folder / "log.parquet"


@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Shanghai"])
@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_instants_of_any_unit_and_zone_are_those_instants(
    unit: Literal["ms", "us", "ns"], zone: str | None, tmp_path: Path
) -> None:
    times = pl.Series("timestamp", [MOMENT, MOMENT]).dt.cast_time_unit(unit)
    times = times.dt.replace_time_zone(None) if zone is None else times.dt.convert_time_zone(zone)

    log = load(write(tmp_path, times))

    expected = MOMENT.replace(microsecond=123_000 if unit == "ms" else 123_456) - timedelta(hours=0 if zone else 1)
    assert log.events().collect()["occurred_at"].to_list() == [expected, expected]


def test_values_of_every_kind_become_attributes_and_what_holds_several_is_left_out(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        pl.Series("large", [2**64 - 1, 1], pl.UInt64),
        pl.Series("took", [timedelta(seconds=1.5), timedelta(minutes=1)]),
        pl.Series("price", [Decimal("1.50"), Decimal("22.25")]),
        pl.Series("day", [date(2024, 3, 1), date(2024, 3, 2)]),
        pl.Series("clock", [time(8, 30), time(9, 0)]),
        pl.Series("kind", ["x", None], pl.Categorical),
        pl.Series("empty", [None, None], pl.Null),
        pl.Series("list", [[1], [2]]),
        pl.Series("both", [{"p": 1}, {"p": 2}]),
        pl.Series("bytes", [b"\xff", b""]),
    )

    frame = load(path).events().collect()

    found = {name.partition(".")[2]: frame[name].to_list() for name in frame.columns if "." in name}
    assert found == {
        "large": ["18446744073709551615", "1"],
        "took": [1.5, 60.0],
        "price": [1.5, 22.25],
        "day": [datetime(2024, 2, 29, 23, tzinfo=UTC), datetime(2024, 3, 1, 23, tzinfo=UTC)],
        "clock": ["08:30:00", "09:00:00"],
        "kind": ["x", None],
        "empty": [None, None],
    }


def test_a_column_of_maps_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "maps.parquet"
    rows = "SELECT '1' AS case_id, 'a' AS activity, TIMESTAMP '2024-03-13 10:00' AS timestamp, MAP {'k': 1} AS pairs"
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"COPY ({rows}) TO (?) (FORMAT parquet)", [str(path)])

    assert load(path).metadata.columns == ()


def test_a_time_of_day_is_not_when_something_happened(tmp_path: Path) -> None:
    path = write(tmp_path, pl.Series("time", [time(8), time(9)]))
    pl.read_parquet(path).rename({"timestamp": "stamp"}).write_parquet(path)

    assert sniff_log(path).parts["timestamp"] == "stamp"


@pytest.mark.parametrize("name", ["timestamp", "paid"])
@pytest.mark.parametrize("instant", [-(2**63) + 1, 2**63 - 1, 253_402_300_800_000_000])
def test_times_outside_of_the_calendar_are_refused_with_their_column(tmp_path: Path, name: str, instant: int) -> None:
    path = write(tmp_path, pl.Series(name, [0, instant]).cast(pl.Datetime("us", "UTC")))

    for read in (sniff_log, load):
        with pytest.raises(UnreadableLogError) as refused:
            read(path)
        assert (refused.value.reason, refused.value.place.element_id) == ("time-range", name)


def test_the_last_instant_of_the_calendar_is_a_time(tmp_path: Path) -> None:
    last = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)

    path = write(tmp_path, pl.Series("paid", [last, datetime(1, 1, 2, tzinfo=UTC)]))

    assert load(path).events().collect()["event.paid"].to_list()[0] == last
