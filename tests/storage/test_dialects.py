# SPDX-License-Identifier: Apache-2.0
"""One SQL text for both stores: what changes on the way to PostgreSQL, and what must not."""

import pytest

from taktloom.storage import is_postgresql_url, postgresql_schema, postgresql_statement


def test_parameters_are_numbered_and_the_same_name_is_the_same_number() -> None:
    statement = postgresql_statement("SELECT * FROM job WHERE a = :one AND b = :two AND c = :one")

    assert statement.text == "SELECT * FROM job WHERE a = $1 AND b = $2 AND c = $1"
    assert statement.names == ("one", "two")


@pytest.mark.parametrize("text", ["SELECT ':name'", "SELECT 'it''s :name'", 'SELECT ":name"', "SELECT n::text"])
def test_literals_quoted_names_and_casts_hold_no_parameters(text: str) -> None:
    assert postgresql_statement(text).text == text
    assert postgresql_statement(text).names == ()


def test_comments_go_and_what_they_say_is_no_parameter() -> None:
    assert postgresql_statement("SELECT 1 -- it's :name\nFROM job").text == "SELECT 1 \nFROM job"


def test_a_list_in_one_json_text_is_opened_by_the_servers_function() -> None:
    statement = postgresql_statement("SELECT 1 FROM job WHERE job_type IN (SELECT value FROM json_each(:types))")

    assert statement.text == (
        "SELECT 1 FROM job WHERE job_type IN "
        "(SELECT value FROM jsonb_array_elements_text(CAST($1 AS jsonb)) AS item(value))"
    )


def test_an_optional_condition_shows_the_parameters_type_before_it_asks_for_null() -> None:
    statement = postgresql_statement("SELECT 1 FROM t WHERE (:a IS NULL OR x = f(:a, '(')) AND (:b IS NULL OR y < :b)")

    assert statement.text == "SELECT 1 FROM t WHERE (x = f($1, '(') OR $1 IS NULL) AND (y < $2 OR $2 IS NULL)"


def test_optional_conditions_inside_one_another_are_all_turned() -> None:
    statement = postgresql_statement("SELECT 1 WHERE (:a IS NULL OR x = :a OR (:b IS NULL OR y = :b))")

    assert statement.text == "SELECT 1 WHERE (x = $1 OR (y = $2 OR $2 IS NULL) OR $1 IS NULL)"


@pytest.mark.parametrize(
    ("portable", "own"),
    [
        ("n INTEGER PRIMARY KEY AUTOINCREMENT,", "n BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"),
        ("name TEXT NOT NULL DEFAULT 'TEXT'", "name TEXT COLLATE \"C\" NOT NULL DEFAULT 'TEXT'"),
        ("size INTEGER, -- INTEGER", "size BIGINT, "),
        ("share REAL, content BLOB", "share DOUBLE PRECISION, content BYTEA"),
        (") WITHOUT ROWID;", ");"),
    ],
)
def test_a_tables_types_and_options_become_the_servers(portable: str, own: str) -> None:
    assert postgresql_schema(portable) == own


@pytest.mark.parametrize(
    ("text", "is_address"),
    [("postgresql://host/name", True), ("postgres://host/name", True), ("data/engine.db", False), ("", False)],
)
def test_an_address_is_known_by_its_scheme(text: str, is_address: bool) -> None:
    assert is_postgresql_url(text) is is_address
