# SPDX-License-Identifier: Apache-2.0
"""A query's rows become a Parquet file; nothing is ever written to the engine."""

import sqlite3  # noqa: TID251 - the peer's own driver makes the database that is read
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from taktloom.mining.logs.errors import LogTooLargeError
from taktloom.mining.logs.requests import ImportLimits
from taktloom.mining.sql import query as queries
from taktloom.mining.sql.errors import SqlTableRefusedError
from taktloom.mining.sql.event_table import connect
from taktloom.mining.sql.query import write_query

pytest.importorskip("ibis")
MORNING = datetime.fromisoformat("2024-01-01T08:00:00")  # as engines keep times, without a zone
ROWS = [(f"case {number % 3}", "a", MORNING + timedelta(minutes=number), number) for number in range(50)]


@pytest.fixture
def duckdb_url(tmp_path: Path) -> str:
    with duckdb.connect(str(tmp_path / "house.db")) as connection:
        connection.execute("CREATE TABLE e (case_id VARCHAR, activity VARCHAR, done_at TIMESTAMP, number INTEGER)")
        connection.executemany("INSERT INTO e VALUES (?, ?, ?, ?)", ROWS)
    return f"duckdb://{tmp_path / 'house.db'}"


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    with closing(sqlite3.connect(tmp_path / "house.sqlite")) as connection, connection:
        connection.execute("CREATE TABLE e (case_id TEXT, activity TEXT, done_at TEXT, number INTEGER)")
        rows = [(case, activity, str(at), number or None) for case, activity, at, number in ROWS]
        connection.executemany("INSERT INTO e VALUES (?, ?, ?, ?)", rows)
    return f"sqlite://{tmp_path / 'house.sqlite'}"


def write(url: str, query: str, folder: Path, limits: ImportLimits | None = None) -> pl.DataFrame:
    workspace = folder / "workspace"
    workspace.mkdir(exist_ok=True)
    count = write_query(url, query, folder / "query.parquet", workspace, limits)
    found = pl.read_parquet(folder / "query.parquet")
    assert found.height == count
    return found


def test_rows_come_with_their_types_in_batches(
    duckdb_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "BATCH_ROWS", 7)

    found = write(duckdb_url, "WITH x AS (SELECT * FROM e) SELECT * FROM x ORDER BY number", tmp_path)

    assert found.rows() == ROWS
    assert found.schema["done_at"] == pl.Datetime("us")
    assert len(list((tmp_path / "workspace").iterdir())) == 8


def test_drivers_that_give_rows_do_too(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "BATCH_ROWS", 1)

    found = write(sqlite_url, "SELECT case_id, done_at, number FROM e ORDER BY done_at LIMIT 4", tmp_path)

    assert found["number"].to_list() == [None, 1, 2, 3]  # a batch without any value leaves the type to the others
    assert found["done_at"][0] == "2024-01-01 08:00:00"


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM e",
        "WITH gone AS (DELETE FROM e RETURNING *) SELECT * FROM gone",
        "SELECT * INTO f FROM e",
        "CREATE TABLE f AS SELECT * FROM e",
        "COPY e TO 'there.csv'",
        "SELECT 1; DROP TABLE e",
        "PRAGMA table_info('e')",
        "",
    ],
)
def test_what_does_not_only_read_is_not_even_sent(query: str, duckdb_url: str, tmp_path: Path) -> None:
    with pytest.raises(SqlTableRefusedError) as caught:
        write(duckdb_url, query, tmp_path)

    assert caught.value.reason in {"query", "query-writes"}
    assert write(duckdb_url, "SELECT * FROM e", tmp_path).height == len(ROWS)


@pytest.mark.parametrize("kind", ["duckdb", "sqlite"])
def test_the_session_itself_refuses_to_write(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "_require_reading", lambda *_: None)
    url = request.getfixturevalue(f"{kind}_url")

    with pytest.raises(SqlTableRefusedError):
        write(url, "DELETE FROM e", tmp_path)
    assert write(url, "SELECT * FROM e", tmp_path).height == len(ROWS)


def test_limits_hold_while_rows_come(duckdb_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "BATCH_ROWS", 7)
    for limits, what in ((ImportLimits(rows=20), "rows"), (replace(ImportLimits(), columns=3), "columns")):
        with pytest.raises(LogTooLargeError) as caught:
            write(duckdb_url, "SELECT * FROM e", tmp_path, limits)
        assert caught.value.parameters["what"] == what


def test_a_query_without_rows_is_told_so(duckdb_url: str, tmp_path: Path) -> None:
    with pytest.raises(SqlTableRefusedError) as caught:
        write(duckdb_url, "SELECT * FROM e WHERE false", tmp_path)

    assert caught.value.reason == "no-rows"


@pytest.mark.parametrize("slashes", ["", "/", "//"])
def test_a_path_may_be_from_the_working_folder_or_from_the_root(
    slashes: str, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = sqlite_url.removeprefix("sqlite:///") if slashes == "//" else "house.sqlite"

    assert write(f"sqlite://{slashes}{path}", "SELECT * FROM e", tmp_path).height == len(ROWS)


@pytest.mark.parametrize("url", ["sqlite:///missing.db", "sqlite://missing.db", "duckdb:///missing.db", "missing.db"])
def test_a_file_that_is_not_there_is_refused_and_not_made(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(SqlTableRefusedError) as caught:
        connect(url)

    assert caught.value.reason == "no-file"
    assert list(tmp_path.iterdir()) == []
    assert not Path("/missing.db").exists()
