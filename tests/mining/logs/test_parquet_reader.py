# SPDX-License-Identifier: Apache-2.0
"""Columns of Parquet files of every kind become attributes or are left out, none stops the import."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.logs.importing import import_log, sniff_log
from taktloom.mining.logs.requests import ImportRequest
from tests.mining.given_logs import IMPORTED_AT

MOMENT = datetime(2024, 3, 13, 10, 5, 1, 123456, tzinfo=UTC)
MICROS = (MOMENT - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def load(folder: Path, **columns: pa.Array) -> CanonicalLog:
    needed = {"case_id": pa.array(["1", "1"]), "activity": pa.array(["a", "b"]).dictionary_encode()}
    times = {"timestamp": pa.array([MICROS, MICROS], pa.timestamp("us", "UTC"))}
    path = folder / "log.parquet"
    pq.write_table(pa.table(needed | times | columns), path)
    request = ImportRequest(path=path, name="log", imported_at=IMPORTED_AT, timezone="Europe/Berlin")
    return import_log(request, folder / "logs")


@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Shanghai"])
@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_instants_of_every_unit_and_zone_are_those_instants(unit: str, zone: str | None, tmp_path: Path) -> None:
    size = {"s": 10**6, "ms": 10**3, "us": 1, "ns": 1}[unit]
    value = MICROS * 1_000 + 789 if unit == "ns" else MICROS // size

    log = load(tmp_path, timestamp=pa.array([value, value], pa.timestamp(unit, zone)))

    expected = MOMENT - timedelta(microseconds=MICROS % size) - timedelta(hours=0 if zone else 1)
    assert log.events().collect()["occurred_at"].to_list() == [expected, expected]


def test_values_of_every_kind_become_attributes_and_what_holds_several_is_left_out(tmp_path: Path) -> None:
    log = load(
        tmp_path,
        large=pa.array([2**64 - 1, 1], pa.uint64()),
        took=pa.array([1_500, 60_000], pa.duration("ms")),
        price=pa.array([Decimal("1.50"), Decimal("22.25")]),
        day=pa.array([date(2024, 3, 1), date(2024, 3, 2)]),
        clock=pa.array([time(8, 30), time(9, 0)]),
        kind=pa.array(["x", None]).dictionary_encode(),
        empty=pa.nulls(2),
        list=pa.array([[1], [2]]),
        pairs=pa.array([[("k", 1)], []], pa.map_(pa.string(), pa.int64())),
        both=pa.array([{"p": 1}, {"p": 2}]),
        bytes=pa.array([b"\xff", b""]),
    )
    frame = log.events().collect()

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


def test_a_time_of_day_is_not_when_something_happened(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    days = [datetime(2024, 3, 1, 8, tzinfo=UTC), datetime(2024, 3, 2, 8, tzinfo=UTC)]
    pl.DataFrame({"case": ["1", "1"], "activity": ["a", "b"], "time": [time(8), time(9)], "stamp": days}).write_parquet(
        path
    )

    assert sniff_log(path).parts["timestamp"] == "stamp"
