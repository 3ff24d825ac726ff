# SPDX-License-Identifier: Apache-2.0
"""On an SQL engine each analysis gives the numbers of the local path, from the same rows."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ibis
import polars as pl
import pytest

from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.mapping import ColumnMapping
from taktloom.mining.logs.requests import BadRows, ImportRequest
from taktloom.mining.sql import statistics
from taktloom.mining.sql.errors import SqlTableRefusedError
from taktloom.mining.sql.event_table import EventTable, SqlColumns, in_utc, open_table
from taktloom.mining.statistics.arrays import load_arrays
from taktloom.mining.statistics.durations import measure_case_durations
from taktloom.mining.statistics.handovers import measure_hand_overs
from taktloom.mining.statistics.in_parts import count_flows, time_flows
from taktloom.mining.statistics.rework import measure_rework
from tests.mining.sql.rows import EVENTS, NAMES


def connected(frame: pl.DataFrame, zone: str = "Asia/Tokyo") -> Any:
    connection = ibis.duckdb.connect()
    connection.raw_sql(f"SET TimeZone = '{zone}'")
    connection.con.register("given", frame.to_arrow())
    connection.raw_sql("CREATE TABLE events AS SELECT * FROM given")
    return in_utc(connection)


def local(frame: pl.DataFrame, folder: Path) -> CanonicalLog:
    path = folder / "log.parquet"
    frame.write_parquet(path)
    request = ImportRequest(
        path=path,
        name="log",
        imported_at=datetime(2026, 1, 1, tzinfo=UTC),
        timezone="UTC",
        bad_rows=BadRows.SKIP,
        mapping=ColumnMapping(
            case="case", activity="activity", timestamp="time", start_timestamp="begun", resource="who"
        ),
    )
    return import_log(request, folder)


def assert_same_numbers(table: EventTable, log: CanonicalLog) -> None:
    arrays = load_arrays(log)
    assert statistics.count_flows(table) == count_flows(log)
    assert statistics.time_flows(table) == time_flows(log)
    assert statistics.list_variants(table) == log.variants().variants
    assert statistics.measure_durations(table) == measure_case_durations(arrays)
    assert statistics.measure_rework(table) == measure_rework(arrays)
    assert statistics.measure_hand_overs(table) == measure_hand_overs(arrays)


@pytest.mark.parametrize("zone", ["", "UTC", "America/New_York"])
def test_the_numbers_are_those_of_the_local_path(zone: str, tmp_path: Path) -> None:
    frame = EVENTS.with_columns(pl.col("time", "begun").dt.convert_time_zone(zone)) if zone else EVENTS.with_columns(
        pl.col("time", "begun").dt.replace_time_zone(None)
    )  # fmt: skip

    table = open_table(connected(frame), "events", NAMES)

    assert_same_numbers(table, local(frame, tmp_path))
    assert table.facts.is_reproducible
    assert table.facts.tied_rows > 0


def test_a_column_orders_what_has_the_same_time(tmp_path: Path) -> None:
    frame = EVENTS.with_row_index("number")
    shuffled = frame.sample(fraction=1, shuffle=True, seed=5)

    table = open_table(connected(shuffled), "events", SqlColumns(**named(order="number")))

    assert_same_numbers(table, local(frame.drop("number"), tmp_path))


def test_a_view_without_order_says_that_ties_are_not_reproducible() -> None:
    connection = connected(EVENTS)
    connection.raw_sql("CREATE VIEW seen AS SELECT * FROM events")

    facts = open_table(connection, "seen", NAMES).facts

    assert not facts.is_reproducible


def test_rows_without_case_activity_or_time_are_refused_or_counted(tmp_path: Path) -> None:
    bad = pl.concat([EVENTS, EVENTS.head(3).with_columns(
        case=pl.Series(["  ", "1", "1"]), activity=pl.Series(["a", None, "a"]),
        time=pl.Series([None, None, None], dtype=EVENTS["time"].dtype),
    )])  # fmt: skip
    connection = connected(bad)

    with pytest.raises(SqlTableRefusedError, match="3 of"):
        open_table(connection, "events", NAMES)
    table = open_table(connection, "events", SqlColumns(**named(skip_bad_rows=True)))

    assert table.facts.skipped_rows == 3
    assert_same_numbers(table, local(bad, tmp_path))


def test_a_collation_that_folds_activities_is_refused() -> None:
    connection = connected(EVENTS)
    connection.raw_sql(
        'CREATE TABLE folded ("case" VARCHAR, activity VARCHAR COLLATE NOCASE, time TIMESTAMPTZ, '
        "begun TIMESTAMPTZ, who VARCHAR)"
    )
    connection.raw_sql("INSERT INTO folded SELECT * FROM events")
    connection.raw_sql('INSERT INTO folded SELECT "case", upper(activity), time, begun, who FROM events')

    with pytest.raises(SqlTableRefusedError, match="collation"):
        open_table(connection, "folded", NAMES)


@pytest.mark.parametrize(
    ("name", "columns", "told"),
    [
        ("nowhere", {}, "no table 'nowhere'"),
        ("events", {"case": "kase"}, "no column 'kase'"),
        ("events", {"time": "activity"}, "no timestamp"),
    ],
)
def test_what_is_not_there_is_told(name: str, columns: dict[str, str], told: str) -> None:
    with pytest.raises(SqlTableRefusedError, match=told):
        open_table(connected(EVENTS), name, SqlColumns(**named(**columns)))


def test_a_table_without_rows_is_refused() -> None:
    with pytest.raises(SqlTableRefusedError, match="no events"):
        open_table(connected(EVENTS.clear()), "events", NAMES)


def named(**changes: Any) -> dict[str, Any]:
    return {"case": "case", "activity": "activity", "time": "time", "start": "begun", "resource": "who"} | changes
