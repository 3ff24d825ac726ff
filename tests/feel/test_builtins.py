# SPDX-License-Identifier: Apache-2.0
"""Built-in functions: no arguments whatever make one raise, and named invocation knows the standard's parameters."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taktloom.feel import Budget, FeelBudgetError, evaluate
from taktloom.feel.builtins import BUILT_INS
from taktloom.feel.kinds import feel_text
from taktloom.feel.operators import ARITHMETIC, COMPARISONS, matches
from taktloom.feel.properties import property_of
from taktloom.feel.runtime import Run, apply
from taktloom.feel.temporal_text import parse_temporal
from taktloom.feel.values import FeelFunction, FeelValue, Parameter, Range

EXTREMES = ["0", "-1", "2.5", "1E+6100", "-1E-6100", "9999999999999999999999999999999999", "1E+20", "-3"]
TIMES = [
    "-999999999-01-01",
    "999999999-12-31",
    "2024-02-29",
    "23:59:59.999999999",
    "10:00:00@Europe/Paris",
    "10:00:00Z",
]
MOMENTS = ["999999999-12-31T23:59:59-18:00", "-999999999-01-01T00:00:00@Asia/Tokyo", "2024-03-31T02:30:00@Europe/Paris"]
SPANS = ["P1D", "-PT0.000000001S", "P999999999Y", "-P1M", "P300000000000D"]
TEXTS = [
    "",
    "a",
    "(a*)*b",
    "[",
    "$1",
    "2024-02-29",
    "P1D",
    "10:00:00",
    "1,5",
    "[1..3]",
    "i",
    "\U0001f40e" * 3,
    "\ud800",
]
IDENTITY = FeelFunction(name="f", parameters=(Parameter(name="x"),), call=lambda run, x: x)
LESS = FeelFunction(name="g", parameters=(Parameter(name="x"), Parameter(name="y")), call=lambda run, x, y: True)

scalars: st.SearchStrategy[FeelValue] = st.one_of(
    st.sampled_from([None, True, False, IDENTITY, LESS]),
    st.sampled_from([Decimal(number) for number in EXTREMES]),
    st.sampled_from([parse_temporal(text) for text in (*TIMES, *MOMENTS, *SPANS)]),
    st.sampled_from(TEXTS),
)
ranges: st.SearchStrategy[FeelValue] = st.builds(
    lambda start, end, included: Range(start=start, end=end, start_included=included), scalars, scalars, st.booleans()
)
values: st.SearchStrategy[FeelValue] = st.recursive(
    st.one_of(scalars, ranges),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(["key", "value", "a"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=400)
@given(st.sampled_from(sorted(BUILT_INS)), st.lists(values, max_size=4))
def test_no_arguments_make_a_built_in_raise(name: str, arguments: list[FeelValue]) -> None:
    run = Run(Budget(steps=20_000, matching=20_000))

    try:
        value = apply(run, BUILT_INS[name], arguments)
    except FeelBudgetError:
        return

    assert feel_text(value) is not None


@settings(max_examples=400)
@given(values, values, st.sampled_from(["year", "time offset", "days", "start", "key", "weekday", "timezone"]))
def test_no_operands_make_an_operator_raise(left: FeelValue, right: FeelValue, name: str) -> None:
    for operation in (*ARITHMETIC.values(), *COMPARISONS.values(), matches):
        assert feel_text(operation(left, right)) is not None
    assert feel_text(property_of(left, name)) is not None


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('number(from: "1.000,5", grouping separator: ".", decimal separator: ",")', "1000.5"),
        ('contains(match: "b", string: "abc")', "true"),
        ("insert before(list: [1, 3], position: 2, newItem: 2)", "[1, 2, 3]"),
        ('string join(list: ["a", "b"], delimiter: ", ")', '"a, b"'),
        ("round half up(n: 2.5, scale: 0)", "3"),
        ("round half down(2.5, 0)", "2"),
        ("decimal(2.5, 0)", "2"),
        ("modulo(-12, 5)", "3"),
        ("modulo(12, -5)", "-3"),
        ("modulo(10.1, -4.5)", "-3.4"),
        ("stddev(2, 4, 7, 5)", "2.081665999466132735282297706979931"),
        ("mode([6, 1, 9, 6, 1])", "[1, 6]"),
        ("median(8, 2, 5, 3, 4)", "4"),
        ("flatten([[1, [2]], 3])", "[1, 2, 3]"),
        ("union([1, 2], [2, 3])", "[1, 2, 3]"),
        ("duplicate values([1, 2, 1])", "[1]"),
        ("sublist([1, 2, 3], -2, 1)", "[2]"),
        ('context put({a: {b: 1}}, ["a", "b"], 2)', "{a: {b: 2}}"),
        ("context merge([{a: 1}, {a: 2, b: 3}])", "{a: 2, b: 3}"),
        ('context([{key: "a", value: 1}, {key: "a", value: 2}])', "null"),
        ("overlaps([1..5], (5..8])", "false"),
        ("during(5, [1..5])", "true"),
        ("before([1..5), 5)", "true"),
        ('range("[1..3)") = [1..3)', "true"),
        ('week of year(@"2005-01-01")', "53"),
        ('date and time(2024, 5, 17, 10, 30, 0.5, "Europe/Paris")', "2024-05-17T10:30:00.5@Europe/Paris"),
        ("sqrt(16, 2)", "null"),
        ("abs(n: -1, m: 2)", "null"),
        ('upper case("stra\\u00dfe")', '"STRASSE"'),
    ],
)
def test_built_ins_answer_as_the_standard_says(expression: str, expected: str) -> None:
    assert feel_text(evaluate(expression).value) == expected
