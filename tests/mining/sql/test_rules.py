# SPDX-License-Identifier: Apache-2.0
"""Rules counted on an SQL engine have the verdicts of the local check."""

from pathlib import Path

import pytest

from taktloom.mining.rules.business_rules import RuleSet
from taktloom.mining.rules.checking import check_rules
from taktloom.mining.rules.text_form import rule_from_text
from taktloom.mining.sql.errors import SqlTableRefusedError
from taktloom.mining.sql.event_table import EventTable, open_table
from taktloom.mining.sql.rules import count_rule
from tests.mining.sql.rows import EVENTS, NAMES
from tests.mining.sql.test_statistics import connected, local

RULES = (
    "exists 1: a",
    "exists 2: a | b",
    "absence: 10",
    "at_most 1: B",
    "response: a -> b",
    "response: a | B -> b within 2 hours",
    "response: a -> a | b within 1 days",
    "precedence: a -> b",
    "precedence: ä | a -> b within 30 hours",
    "precedence: a -> a",
    "not_together: a -> B",
    "four_eyes: a -> b | B",
    "same_person: a -> b",
    "same_person: ä | a -> 10",
    "exists 1: nobody does this",
)


@pytest.fixture(scope="module")
def table() -> EventTable:
    return open_table(connected(EVENTS), "events", NAMES)


def test_the_verdicts_are_those_of_the_local_check(table: EventTable, tmp_path: Path) -> None:
    rules = tuple(rule_from_text(text) for text in RULES)
    expected = check_rules(local(EVENTS, tmp_path), RuleSet(rules=rules)).results

    counted = [count_rule(table, rule) for rule in rules]

    assert [(each.kept, each.broken, each.undecided, each.activated, each.share) for each in counted] == [
        (each.kept, each.broken, each.undecided, each.activated, each.share) for each in expected
    ]
    assert any(each.broken for each in counted)
    assert any(each.undecided for each in counted)


def test_what_needs_a_calendar_needs_the_local_path(table: EventTable) -> None:
    with pytest.raises(SqlTableRefusedError, match="working time"):
        count_rule(table, rule_from_text("response: a -> b within 2 working days"))
