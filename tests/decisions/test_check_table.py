# SPDX-License-Identifier: Apache-2.0
"""Gaps and overlaps of tables, each with inputs that show it (DMN 1.5, 8.2.10)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.decisions import check_table, load_model
from taktloom.feel import compile_unary_tests
from taktloom.feel.values import from_python
from taktloom.model.decision import DecisionTable, HitPolicy, InputClause, LiteralExpression, OutputClause, Rule
from taktloom.model.findings import Severity
from tests.decisions.test_table_index import graph_of


def table(*rules: tuple[str, ...], policy: HitPolicy = HitPolicy.UNIQUE, values: str | None = None) -> DecisionTable:
    """Rules of cells, the last one the output; *values*: what the last input allows."""
    names = ("First", "Second")[: len(rules[0]) - 1]
    inputs = [InputClause(expression=LiteralExpression(text=name)) for name in names]
    inputs[-1] = replace(inputs[-1], values=values)
    return DecisionTable(
        inputs=tuple(inputs),
        outputs=(OutputClause(),),
        rules=tuple(Rule(inputs=rule[:-1], outputs=rule[-1:]) for rule in rules),
        hit_policy=policy,
    )


def found(decision_table: DecisionTable) -> list[tuple[str, str]]:
    return [(finding.rule, finding.parameters["example"]) for finding in check_table(decision_table)]


@pytest.mark.parametrize(
    ("rules", "findings"),
    [
        ([("< 5", "1"), (">= 5", "2")], []),
        ([("< 5", "1"), ("> 5", "2")], [("table-gap", "First = 5")]),
        ([("<= 5", "1"), (">= 6", "2")], [("table-gap", "First = 5.5")]),
        ([("<= 5", "1"), (">= 5", "2")], [("table-overlap", "First = 5")]),
        ([("true", "1")], [("table-gap", "First = false")]),
        ([('<= @"2024-02-28"', "1"), ('>= @"2024-02-29"', "2")], []),
        ([('< @"2024-02-28"', "1"), ('>= @"2024-02-29"', "2")], [("table-gap", "First = 2024-02-28")]),
        ([('<= @"P1M"', "1"), ('>= @"P3M"', "2")], [("table-gap", "First = P2M")]),
        ([('"a"', "1"), ('not("a")', "2")], []),
        ([("-", "1")], []),
        ([("< 5", '"x"', "1"), (">= 5", "-", "2")], [("table-gap", 'First = 4, Second = ""')]),
        (
            [("< 5", "-", "1"), ("-", '"x"', "2"), (">= 5", 'not("x")', "3")],
            [("table-overlap", 'First = 4, Second = "x"')],
        ),
        ([("< 5", "1"), ("Limit", "2")], []),
    ],
)
def test_findings_come_with_an_example(rules: list[tuple[str, ...]], findings: list[tuple[str, str]]) -> None:
    assert found(table(*rules)) == findings


def test_allowed_values_limit_what_counts() -> None:
    rules = (("< 5", '"x"', "1"), (">= 5", '"x"', "2"), ("-", '"y"', "3"))

    assert found(table(*rules, values='"x", "y"')) == []
    assert found(table(*rules, values='"x", "y", "z"'))[0][0] == "table-gap"


@pytest.mark.parametrize(
    ("policy", "rules"),
    [
        (HitPolicy.FIRST, (("<= 5", "1"), ("-", "2"))),
        (HitPolicy.ANY, (("<= 5", "1"), (">= 5", "1"))),
        (HitPolicy.COLLECT, (("<= 5", "1"), ("<= 3", "1"))),
        (HitPolicy.PRIORITY, (("<= 5", "1"), ("-", "1"))),
    ],
)
def test_policies_that_allow_it_may_overlap(policy: HitPolicy, rules: tuple[tuple[str, ...], ...]) -> None:
    assert found(table(*rules, policy=policy)) == []


def test_a_default_output_closes_gaps() -> None:
    with_default = replace(table(("< 5", "1")), outputs=(OutputClause(default=LiteralExpression(text="0")),))

    assert found(with_default) == []


def test_a_model_tells_of_its_tables_as_warnings() -> None:
    two_columns = table(("< 5", "-", "1"), ("> 5", "-", "2"))

    finding = load_model(graph_of(two_columns)).findings[0]

    assert (finding.severity, finding.rule) == (Severity.WARNING, "table-gap")
    assert finding.message == "No rule covers First = 5."


CELLS = st.sampled_from(["< 1", "<= 1", "1", "[1..3)", "(1..3]", "> 3", ">= 2", "not(2)", "2, 3", "-"])


@given(st.lists(CELLS, min_size=1, max_size=4))
def test_a_table_without_findings_has_one_rule_for_each_number(cells: list[str]) -> None:
    findings = found(table(*((cell, str(number)) for number, cell in enumerate(cells))))
    tests = [compile_unary_tests(cell) for cell in cells]
    counts = {
        number: sum(test.evaluate(from_python(number)).value is True for test in tests)
        for number in (0, 1, 1.5, 2, 2.5, 3, 4)
    }

    assert any(rule == "table-gap" for rule, _ in findings) == any(count == 0 for count in counts.values())
    assert any(rule == "table-overlap" for rule, _ in findings) == any(count > 1 for count in counts.values())
