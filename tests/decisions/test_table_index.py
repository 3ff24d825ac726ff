# SPDX-License-Identifier: Apache-2.0
"""The index of a table finds the rules that trying each one finds."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from taktloom.decisions import load_model
from taktloom.decisions.table_index import bits_of, list_of
from taktloom.feel import compile_unary_tests
from taktloom.feel.temporal import DaysTime, FeelDate, YearsMonths
from taktloom.feel.values import FeelValue
from taktloom.model.decision import (
    DecisionDefinition,
    DecisionRequirementsGraph,
    DecisionTable,
    ElementReference,
    HitPolicy,
    InformationItem,
    InputClause,
    InputData,
    LiteralExpression,
    OutputClause,
    Rule,
)

NAMES = ("First", "Second")
NUMBERS_AND_TEXTS = ["0", "1", "2.50", "-3", '"a"', '"b"', '"zz"', "true", "false"]
MOMENTS = ['@"2024-02-28"', '@"2024-03-01"', '@"P1D"', '@"PT30H"', '@"P1Y"', '@"2024-01-01T00:00:00Z"']
BOUNDS = st.sampled_from([*NUMBERS_AND_TEXTS, *MOMENTS, "null", "Second"])
TESTS = st.one_of(
    BOUNDS,
    st.builds("{} {}".format, st.sampled_from(["<", "<=", ">", ">=", "=", "!="]), BOUNDS),
    st.builds("{}{}..{}{}".format, st.sampled_from("[(]"), BOUNDS, BOUNDS, st.sampled_from("])[")),
    st.just("? != null"),
)
LISTS = st.lists(TESTS, min_size=1, max_size=3).map(", ".join)
CELLS = st.one_of(st.just("-"), LISTS, LISTS.map("not({})".format))
VALUES: st.SearchStrategy[FeelValue] = st.sampled_from(
    [Decimal(n) for n in ("-4", "-3", "0", "0.5", "1", "1.0", "2.5", "7")]
    + ["", "a", "aa", "b", "c", "zz"]
    + [None, True, False, [Decimal(1)], {"a": Decimal(1)}]
    + [FeelDate(2024, 2, 28), FeelDate(2024, 2, 29), FeelDate(2024, 3, 1)]
    + [DaysTime(86_400_000_000_000), YearsMonths(12), YearsMonths(3)]
)


def model_of(rules: list[tuple[str, str]]) -> DecisionTable:
    return DecisionTable(
        inputs=tuple(InputClause(expression=LiteralExpression(text=name)) for name in NAMES),
        outputs=(OutputClause(),),
        rules=tuple(Rule(inputs=cells, outputs=(str(number),)) for number, cells in enumerate(rules, 1)),
        hit_policy=HitPolicy.COLLECT,
    )


def graph_of(table: DecisionTable) -> DecisionRequirementsGraph:
    return DecisionRequirementsGraph(
        id="g",
        name="g",
        namespace="n",
        inputs=tuple(InputData(id=name, name=name, variable=InformationItem(name=name)) for name in NAMES),
        decisions=(
            DecisionDefinition(
                id="d",
                name="Answer",
                variable=InformationItem(name="Answer"),
                expression=table,
                required_inputs=tuple(ElementReference(id=name) for name in NAMES),
            ),
        ),
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8), st.lists(st.tuples(VALUES, VALUES), min_size=1))
def test_indexed_rules_are_those_of_a_linear_scan(
    rules: list[tuple[str, str]], inputs: list[tuple[FeelValue, FeelValue]]
) -> None:
    model = load_model(graph_of(model_of(rules)))
    tests = [[compile_unary_tests(cell, NAMES) for cell in cells] for cells in rules]

    for values in inputs:
        given = dict(zip(NAMES, values, strict=True))
        linear = [
            Decimal(number)
            for number, row in enumerate(tests, 1)
            if all(test.evaluate(value, given).value is True for test, value in zip(row, values, strict=True))
        ]

        assert (model.evaluate("Answer", given).value or []) == linear, (rules, values)


@given(st.sets(st.integers(0, 200)))
def test_a_set_of_rules_is_listed_in_order(numbers: set[int]) -> None:
    rules = sum(1 << number for number in numbers)

    assert list(bits_of(rules)) == list_of(rules) == sorted(numbers)
