# SPDX-License-Identifier: Apache-2.0
"""Filters on an SQL engine leave what they leave of a log, on DuckDB and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from taktloom.mining.filters import apply_filter, filter_from_json
from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.rules.business_rules import RuleSet
from taktloom.mining.rules.checking import check_rules
from taktloom.mining.rules.text_form import rule_from_text
from taktloom.mining.sql.errors import SqlLimitError, SqlTableRefusedError
from taktloom.mining.sql.event_table import SqlColumns, connect, open_table
from taktloom.mining.sql.rules import count_rule
from taktloom.mining.sql.statistics import count_flows, list_variants
from tests.mining.sql.rows import EVENTS
from tests.mining.sql.test_rules import RULES
from tests.mining.sql.test_statistics import assert_same_numbers, connected, local, named

if TYPE_CHECKING:
    from tests.postgresql_server import PostgresqlServer

NUMBERED = SqlColumns(**named(order="number"))
SINCE, UNTIL = "1970-06-01T00:00:00Z", "1975-01-01T00:00:00+02:00"


def cases(**where: object) -> dict[str, object]:
    return {"keep": "cases", "where": where}


def of(*activities: str) -> dict[str, object]:
    return {"type": "activity", "activities": list(activities)}


STEPS: dict[str, list[dict[str, object]]] = {
    **{
        f"period {rule}": [cases(type="period", since=SINCE, until=UNTIL, rule=rule)]
        for rule in ("contained", "intersecting", "active", "started", "ended")
    },
    "period without end": [cases(type="period", since=SINCE)],
    "starts": [cases(type="starts_with", activities=["a", "ask, then wait"])],
    "ends": [cases(type="ends_with", activities=["b", "nobody does this"])],
    "having": [cases(type="having", activities=["10"])],
    "lacking": [cases(type="lacking", activities=["a", "B"])],
    "case": [cases(type="case", cases=["1", "7", "nowhere"])],
    "duration": [cases(type="duration", at_least_s=3600, at_most_s=10**8)],
    "length": [cases(type="length", at_least=2, at_most=5)],
    "some event": [cases(type="some_event", where=of("a"), at_least=2)],
    "every event": [cases(type="every_event", where={"type": "not", "condition": of("a", "ä")})],
    "all, any, not": [
        cases(
            type="all",
            conditions=[
                {
                    "type": "any",
                    "conditions": [{"type": "having", "activities": ["a"]}, {"type": "length", "at_most": 2}],
                },
                {"type": "not", "condition": {"type": "lacking", "activities": ["b"]}},
            ],
        )
    ],
    "events": [{"keep": "events", "where": {"type": "not", "condition": of("a")}}],
    "events completed": [{"keep": "events", "where": {"type": "completed_in", "since": SINCE, "until": UNTIL}}],
    "step upon step": [
        {"keep": "events", "where": {"type": "any", "conditions": [of("a"), of("b"), of("B")]}},
        cases(type="starts_with", activities=["b"]),
        cases(type="length", at_least=2),
        {"keep": "events", "where": {"type": "all", "conditions": [of("a", "b")]}},
    ],
}


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> CanonicalLog:
    return local(EVENTS, tmp_path_factory.mktemp("log"))


@pytest.fixture(scope="module")
def on_duckdb() -> Any:
    return connected(EVENTS.with_row_index("number"))


@pytest.fixture(scope="module")
def on_postgresql(postgresql_server: "PostgresqlServer") -> Iterator[Any]:
    url = postgresql_server.new_database()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            'CREATE TABLE events (number bigint, "case" text, activity text, time timestamptz, '
            "begun timestamptz, who text)"
        )
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO events VALUES (%s, %s, %s, %s, %s, %s)", EVENTS.with_row_index("number").rows()
            )
    made = connect(url)
    yield made
    made.disconnect()


@pytest.mark.parametrize("name", STEPS)
def test_a_filter_leaves_what_it_leaves_of_a_log(name: str, log: CanonicalLog, on_duckdb: Any) -> None:
    condition = filter_from_json({"steps": STEPS[name]})
    view = apply_filter(log, condition)

    table = open_table(on_duckdb, "events", NUMBERED, condition=condition)

    assert 0 < table.facts.rows < EVENTS.height
    assert_same_numbers(table, view)


def test_postgresql_counts_what_a_log_counts(log: CanonicalLog, on_postgresql: Any) -> None:
    table = open_table(on_postgresql, "events", NUMBERED)
    rules = tuple(rule_from_text(text) for text in RULES)

    counted = [count_rule(table, rule) for rule in rules]

    assert_same_numbers(table, log)
    assert [(each.kept, each.broken, each.undecided, each.activated) for each in counted] == [
        (each.kept, each.broken, each.undecided, each.activated)
        for each in check_rules(log, RuleSet(rules=rules)).results
    ]


def test_postgresql_filters_as_a_log_is_filtered(log: CanonicalLog, on_postgresql: Any) -> None:
    for name, steps in STEPS.items():
        condition = filter_from_json({"steps": steps})

        table = open_table(on_postgresql, "events", NUMBERED, condition=condition)

        assert list_variants(table) == apply_filter(log, condition).variants().variants, name


def test_a_session_can_only_read(on_postgresql: Any, tmp_path: Path) -> None:
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        on_postgresql.raw_sql("DELETE FROM events")


def test_a_condition_that_engines_are_not_asked_for_is_refused_by_name(on_duckdb: Any) -> None:
    for where in ({"type": "top_variants", "count": 2}, {"type": "sample", "share": 0.5}):
        condition = filter_from_json({"steps": [cases(**where)]})

        with pytest.raises(SqlTableRefusedError, match=str(where["type"])):
            open_table(on_duckdb, "events", NUMBERED, condition=condition)


def test_a_filter_that_leaves_nothing_is_refused(on_duckdb: Any) -> None:
    condition = filter_from_json({"steps": [cases(type="having", activities=["nobody does this'; DROP TABLE events"])]})

    with pytest.raises(SqlTableRefusedError, match="leaves no events"):
        open_table(on_duckdb, "events", NUMBERED, condition=condition)


def test_a_result_with_more_rows_than_allowed_is_refused(on_duckdb: Any) -> None:
    flows = len(count_flows(open_table(on_duckdb, "events", NUMBERED)).flows)

    with pytest.raises(SqlLimitError, match=f"more than {flows - 1} rows"):
        count_flows(open_table(on_duckdb, "events", NUMBERED, most_rows=flows - 1))
    assert len(count_flows(open_table(on_duckdb, "events", NUMBERED, most_rows=flows)).flows) == flows


def test_an_engine_that_would_lose_fractions_of_times_is_refused(tmp_path: Path) -> None:
    (tmp_path / "events.sqlite").touch()

    with pytest.raises(SqlTableRefusedError) as refused:
        open_table(connect(f"sqlite://{tmp_path}/events.sqlite"), "events", NUMBERED)

    assert refused.value.reason == "engine-unable"
