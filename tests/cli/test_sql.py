# SPDX-License-Identifier: Apache-2.0
"""`taktloom mine sql`: analyses where the data lies."""

from pathlib import Path

import duckdb
import pytest

from tests.cli.commands import CommandLine


@pytest.fixture
def database(tmp_path: Path) -> str:
    path = tmp_path / "house.db"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE events (case_id VARCHAR, activity VARCHAR, timestamp TIMESTAMP, who VARCHAR)")
        connection.execute(
            "INSERT INTO events VALUES ('1', 'a', '2024-01-01', 'p'), ('1', 'b', '2024-01-03', 'q'), "
            "('2', 'a', '2024-01-02', 'p'), ('2', 'b', '2024-01-02 12:00:00', 'p')"
        )
    return f"duckdb://{path}"


def test_a_table_is_analysed_where_it_lies(taktloom: CommandLine, database: str) -> None:
    done = taktloom("mine", "sql", "flows", "--engine", database, "--table", "events", "--json")

    assert done.code == 0
    assert done.document["result"]["flows"] == [{"source": "a", "target": "b", "frequency": 2}]
    assert (done.document["facts"]["rows"], done.document["facts"]["is_reproducible"]) == (4, True)


@pytest.mark.parametrize(
    ("analysis", "options", "shown"),
    [
        ("times", (), "1.2 d"),
        ("variants", (), "a > b"),
        ("durations", (), "12.0 h"),
        ("rework", (), "self loops"),
        ("hand-overs", ("--resource", "who"), "q"),
        ("rules", ("--resource", "who", "--rule", "four_eyes: a -> b"), "0.5"),
    ],
)
def test_each_analysis_is_printed(
    analysis: str, options: tuple[str, ...], shown: str, taktloom: CommandLine, database: str
) -> None:
    done = taktloom("mine", "sql", analysis, "--engine", database, "--table", "events", *options)

    assert done.code == 0
    assert shown in done.out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("flows", "--table", "nowhere"), "TL-2191"),
        (("rules", "--table", "events"), "Rules go with"),
        (("sums", "--table", "events"), "no analysis 'sums'"),
    ],
)
def test_what_cannot_be_done_is_told(
    arguments: tuple[str, ...], code: str, taktloom: CommandLine, database: str
) -> None:
    done = taktloom("mine", "sql", *arguments, "--engine", database)

    assert done.code in {1, 2}
    assert code in done.err


def test_what_a_query_finds_is_imported(taktloom: CommandLine, database: str, tmp_path: Path) -> None:
    query = "SELECT case_id, activity, timestamp, who AS resource FROM events WHERE activity <> 'c'"
    (tmp_path / "events.sql").write_text(query)

    for given in (query, str(tmp_path / "events.sql")):
        done = taktloom("log", "import", "--engine", database, "--query", given, "--timezone", "UTC", "--json")

        assert done.code == 0
        assert (done.document["events"], done.document["cases"], done.document["activities"]) == (4, 2, 2)
        assert done.document["mapping"]["resource"] == "resource"
    assert "house.db" not in done.out  # addresses may hold passwords


@pytest.mark.parametrize(
    ("options", "cause"),
    [
        (("--query", "SELECT 1"), "no one source"),
        (("log.csv", "--engine", "duckdb://", "--query", "SELECT 1"), "no one source"),
        (("--engine", "duckdb://", "--query", "nowhere.sql"), "no file nowhere.sql"),
        (("--engine", "duckdb://", "--query", "SELECT 1; SELECT 2"), "not one statement that only reads"),
        (("--engine", "duckdb://", "--query", "SELECT * FROM nothing"), "query cannot be run"),
    ],
)
def test_a_source_that_cannot_be_read_is_refused(options: tuple[str, ...], cause: str, taktloom: CommandLine) -> None:
    done = taktloom("log", "import", *options)

    assert done.code in {1, 2}
    assert cause in done.err
