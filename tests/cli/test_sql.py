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
