# SPDX-License-Identifier: Apache-2.0
"""SQL lives in files, by name; rows come by column name, in the type asked for."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from taktloom.storage import SqliteSession, from_micros, load_queries, open_connection, parse_queries, to_micros

TEXT = """-- SPDX-License-Identifier: Apache-2.0

-- name: first_one
SELECT 1 AS n, 'a' AS letter, NULL AS absent;

-- name: with_parameter
SELECT :name AS name;
"""


def test_a_file_is_split_at_its_names() -> None:
    queries = parse_queries(TEXT)

    assert list(queries) == ["first_one", "with_parameter"]
    assert queries["with_parameter"] == "SELECT :name AS name"


def test_a_name_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="first_one"):
        parse_queries(TEXT + TEXT)


def test_every_statement_of_the_engine_is_valid_against_its_schema() -> None:
    from taktloom.storage import load_migrations, migrate

    connection = open_connection(":memory:")
    migrate(connection, load_migrations("taktloom.hosts.embedded"), path=None)
    queries = load_queries("taktloom.hosts.embedded", "sql")

    for text in queries.values():
        connection.execute(f"EXPLAIN {text}", {}, can_cache=False) if ":" not in text else _explain(connection, text)

    assert len(queries) > 50


def test_parameters_are_bound_and_never_read_as_sql(tmp_path: Path) -> None:
    session = SqliteSession(open_connection(tmp_path / "a.db"), parse_queries(TEXT))

    row = session.first("with_parameter", name="'; DROP TABLE x; --")

    assert row is not None
    assert row.text("name") == "'; DROP TABLE x; --"


def test_a_column_asked_for_in_another_type_is_our_defect() -> None:
    row = SqliteSession(open_connection(":memory:"), parse_queries(TEXT)).first("first_one")

    assert row is not None
    assert (row.integer("n"), row.text("letter"), row.text_or_none("absent")) == (1, "a", None)
    with pytest.raises(TypeError, match="letter"):
        row.integer("letter")


def test_instants_keep_their_microseconds_and_naive_ones_are_refused() -> None:
    instant = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)

    assert from_micros(to_micros(instant)) == instant
    with pytest.raises(ValueError, match="time zone"):
        to_micros(datetime(2026, 3, 1))  # noqa: DTZ001 - a naive time is the point


def _explain(connection: object, text: str) -> None:
    import re

    import apsw

    assert isinstance(connection, apsw.Connection)
    names = set(re.findall(r"(?<!:):([a-z_]+)", text))
    connection.execute(f"EXPLAIN {text}", dict.fromkeys(names, None)).fetchall()


def test_a_comment_before_a_name_belongs_to_what_follows() -> None:
    text = "-- name: first\nSELECT 1;\n\n-- of the second\n-- name: second\nSELECT 2 -- two\n"

    assert parse_queries(text) == {"first": "SELECT 1", "second": "SELECT 2 -- two"}
