# SPDX-License-Identifier: Apache-2.0
"""Gaps and overlaps of tables, each with inputs that show it (DMN 1.5, 8.2.10)."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taktloom.decisions import check_table, load_model
from taktloom.decisions.table_check import TableScope, examine_table
from taktloom.decisions.table_check.examined import Examined
from taktloom.decisions.table_check.gaps import gaps
from taktloom.decisions.table_check.overlaps import duplicates, overlaps
from taktloom.decisions.table_check.reach import shadowed_rules
from taktloom.feel import compile_unary_tests
from taktloom.feel.values import FeelValue, from_python
from taktloom.model.decision import (
    DecisionTable,
    HitPolicy,
    InputClause,
    ItemDefinition,
    LiteralExpression,
    OutputClause,
    Rule,
)
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
    """Gaps and overlaps with their examples."""
    return [
        (finding.rule, finding.parameters["example"])
        for finding in check_table(decision_table)
        if finding.severity is not Severity.INFORMATION and "example" in finding.parameters
    ]


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
        ([("< 5", '"x"', "1"), (">= 5", "-", "2")], [("table-gap", 'First = 4, Second = "other"')]),
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


@pytest.mark.parametrize(
    ("rules", "findings"),
    [
        ([('< time("12:00:00")', "1"), ('> time("12:00:00")', "2")], [("table-gap", "First = 12:00:00")]),
        (
            [('< date and time("2024-03-01T00:00:00")', "1"), ('>= date and time("2024-03-02T00:00:00")', "2")],
            [("table-gap", "First = 2024-03-01T00:00:00")],
        ),
        ([('<= duration("PT1H")', "1"), ('> duration("PT2H")', "2")], [("table-gap", "First = PT1H1M")]),
        ([('< date("2024-03-01")', "1"), ('>= date("2024-03-01")', "2")], []),
        ([("null", "1"), ("not(null)", "2")], []),
        ([("? > 5 and ? < 9", "1"), ("<= 5", "2"), ("> 9", "3")], [("table-gap", "First = 9")]),
        ([("3 * 4", "1"), ("12", "2")], [("table-overlap", "First = 12"), ("table-gap", "First = 11")]),
        ([("in_list", "1")], []),
        ([('"a", "b"', "1"), ('not("a", "b")', "2")], []),
    ],
)
def test_every_kind_of_cell_is_read(rules: list[tuple[str, ...]], findings: list[tuple[str, str]]) -> None:
    assert found(table(*rules)) == findings


def typed(decision_table: DecisionTable, type_ref: str) -> DecisionTable:
    """The table with a type for its last input."""
    *others, last = decision_table.inputs
    clause = replace(last, expression=replace(last.expression, type_ref=type_ref))
    return replace(decision_table, inputs=(*others, clause))


def rules_of(decision_table: DecisionTable) -> list[tuple[str, tuple[int, ...]]]:
    return [(one.finding.rule, one.rules) for one in examine_table(decision_table).findings]


def test_a_boolean_column_needs_true_and_false() -> None:
    assert found(typed(table(("-", "1"), policy=HitPolicy.FIRST), "boolean")) == []
    assert found(typed(table(("true", "1")), "boolean")) == [("table-gap", "First = false")]


def test_a_cell_of_another_type_never_matches() -> None:
    assert ("cell-of-wrong-type", (2,)) in rules_of(typed(table(("-", "1"), ('"high"', "2")), "number"))


def test_a_cell_outside_of_the_allowed_values_never_matches() -> None:
    assert rules_of(table(('"x", "y"', "1"), ('"z"', "2"), values='"x", "y"')) == [("rule-never-matches", (2,))]


def test_an_empty_range_never_matches() -> None:
    assert ("rule-never-matches", (1,)) in rules_of(table(("[5..3]", "1"), ("-", "2")))


def test_a_rule_behind_others_that_cover_it_is_shadowed() -> None:
    rules = (("< 5", "1"), (">= 5", "2"), ("3", "3"))

    assert rules_of(table(*rules, policy=HitPolicy.FIRST)) == [("rule-shadowed", (3, 1))]


def test_priorities_say_which_rule_shadows_which() -> None:
    ranked = table(("3", '"low"'), ("-", '"high"'), policy=HitPolicy.PRIORITY)
    ranked = replace(ranked, outputs=(OutputClause(values='"high", "low"'),))

    assert rules_of(ranked) == [("rule-shadowed", (1, 2))]


def test_overlaps_that_agree_would_do_in_a_table_of_policy_any() -> None:
    assert rules_of(table(("<= 5", "1"), (">= 5", "1"))) == [("table-overlap-same-outputs", (1, 2))]
    assert rules_of(table(("<= 5", "1"), (">= 5", "1"), policy=HitPolicy.ANY)) == []


def test_a_rule_that_stands_twice_is_told_once() -> None:
    assert rules_of(table(("-", "1"), (" - ", "1"))) == [("duplicate-rule", (1, 2))]


def test_outputs_are_held_against_their_values_and_type() -> None:
    one = table(("< 5", '"red"'), (">= 5", '"blue"'))

    assert rules_of(replace(one, outputs=(OutputClause(values='"red"'),))) == [("output-outside-values", (2,))]
    assert rules_of(replace(one, outputs=(OutputClause(type_ref="number"),)))[0] == ("output-of-wrong-type", (1,))


def test_a_cell_that_names_something_else_is_said_to_be_unread() -> None:
    limited = table(("< Limit", "1"), ("5", "2"))

    check = examine_table(limited)

    assert [one.finding.rule for one in check.findings] == ["table-cells-not-read"]
    assert check.findings[0].finding.parameters == {"cells": "1/1"}
    assert (check.unread_cells, check.is_complete) == (1, False)


def test_the_type_of_a_variable_gives_the_domain() -> None:
    colour = ItemDefinition(name="tColour", type_ref="string", allowed_values='"red", "green"')
    person = ItemDefinition(name="tPerson", components=(replace(colour, name="favourite"),))
    known = TableScope(
        variables={"First": "tColour", "Person": "tPerson"}, definitions={"tColour": colour, "tPerson": person}
    )
    one = table(('"red"', "1"))
    other = replace(one, inputs=(InputClause(expression=LiteralExpression(text="Person.favourite")),))

    assert [one.message for one in check_table(one, known)] == ['No rule covers First = "green".']
    assert [one.message for one in check_table(other, known)] == ['No rule covers Person.favourite = "green".']


def test_a_table_of_a_thousand_rules_is_checked_and_a_larger_one_says_that_it_is_not() -> None:
    rules = [(f"[{number}..{number + 1})", "-", "1") for number in range(1000)]

    assert [rule for rule, _ in found(table(*rules))] == ["table-gap"]
    assert rules_of(table(*rules, ("-", "-", "1")))[0][0] == "table-too-large-to-check"


def test_the_work_is_bounded_and_the_bound_is_told() -> None:
    cells = [tuple("1" if column == row else "-" for column in range(40)) for row in range(40)]
    rules = [(*cell, "1") for cell in cells]
    many = DecisionTable(
        inputs=tuple(InputClause(expression=LiteralExpression(text=f"in{number}")) for number in range(40)),
        outputs=(OutputClause(),),
        rules=tuple(Rule(inputs=rule[:-1], outputs=rule[-1:]) for rule in rules),
        hit_policy=HitPolicy.FIRST,
    )

    assert {rule for rule, _ in rules_of(many)} <= {"table-gap", "table-findings-cut", "table-check-ended"}


GRID: dict[str, list[int | str | bool]] = {"number": [0, 1, 2, 3], "string": ["a", "b", "c"], "boolean": [True, False]}
ALLOWED = {"number": "0, 1, 2, 3", "string": '"a", "b", "c"', "boolean": None}
POOL = {
    "number": ["-", "0", "1", "> 1", "<= 2", "[1..2]", "(0..3)", "not(2)", "1, 3", ">= 4", "? = 2 or ? = 3"],
    "string": ["-", '"a"', '"b", "c"', 'not("a")', '"d"', '? != "b"'],
    "boolean": ["-", "true", "false", "not(true)", "?"],
}
COLUMNS = st.lists(st.sampled_from(sorted(GRID)), min_size=1, max_size=3)


@st.composite
def small_tables(draw: st.DrawFn) -> tuple[DecisionTable, list[str]]:
    kinds = draw(COLUMNS)
    rules = draw(
        st.lists(
            st.tuples(*(st.sampled_from(POOL[kind]) for kind in kinds), st.sampled_from(["1", "2"])),
            min_size=1,
            max_size=5,
        )
    )
    policy = draw(st.sampled_from([HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.FIRST]))
    inputs = tuple(
        InputClause(expression=LiteralExpression(text=f"in{number}", type_ref=kind), values=ALLOWED[kind])
        for number, kind in enumerate(kinds)
    )
    made = tuple(Rule(inputs=rule[:-1], outputs=rule[-1:]) for rule in rules)
    return DecisionTable(inputs=inputs, outputs=(OutputClause(),), rules=made, hit_policy=policy), kinds


def covers(cells: Sequence[str], point: Sequence[FeelValue]) -> bool:
    return all(
        compile_unary_tests(cell).evaluate(value).value is True for cell, value in zip(cells, point, strict=True)
    )


@settings(max_examples=150, deadline=None)
@given(small_tables())
def test_findings_are_those_of_trying_every_input(drawn: tuple[DecisionTable, list[str]]) -> None:
    decision_table, kinds = drawn
    points = [[from_python(value) for value in point] for point in product(*[GRID[kind] for kind in kinds])]
    hits = [[row for row, rule in enumerate(decision_table.rules, 1) if covers(rule.inputs, point)] for point in points]
    examined = Examined(decision_table, TableScope(), 1_000_000)

    holes = list(gaps(examined))
    closed = [any(covers(hole.new_rule, point) for hole in holes) for point in points]
    assert closed == [not hit for hit in hits]
    assert all([one.value for one in hole.example] in points for hole in holes)

    pairs = {pair for hit in hits for pair in combinations(hit, 2)}
    if decision_table.hit_policy is HitPolicy.ANY:
        outputs = [rule.outputs for rule in decision_table.rules]
        pairs = {(first, second) for first, second in pairs if outputs[first - 1] != outputs[second - 1]}
    if decision_table.hit_policy is HitPolicy.FIRST:
        pairs = set()
    told = [*overlaps(examined), *(one for one in duplicates(examined) if one.rules in pairs)]
    assert {one.rules for one in told} == pairs
    assert all(one.rules[0] in hits[points.index([each.value for each in one.example])] for one in told if one.example)

    if decision_table.hit_policy is HitPolicy.FIRST:
        alive = {row for hit in hits for row in hit}
        first = {hit[0] for hit in hits if hit}
        assert {one.rules[0] for one in shadowed_rules(examined)} == alive - first


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
