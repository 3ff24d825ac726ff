# SPDX-License-Identifier: Apache-2.0
"""Recursion beyond Python's stack: same answers, same warnings, a named budget in the end."""

import sys
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taktloom.feel import Budget, FeelBudgetError, evaluate
from taktloom.feel.kinds import DECIMAL

FACTORIAL = "{fact: function(n) if n <= 1 then 1 else n * fact(n - 1), r: fact(%d)}.r"
FIBONACCI = (
    "{f: function(n, memo) if n = 0 then memo else f(n - 1, append(memo, memo[-1] + memo[-2])), r: f(%d, [1, 1])[-1]}.r"
)
NESTED_LOOP = "{f: function(n) if n = 0 then 0 else 1 + sum(for x in [1] return f(n - 1)), r: f(%d)}.r"
TWO_CALLS = "{f: function(n) if n = 0 then 0 else f(n - 1) + (if n = 100 then f(90) else 0), r: f(%d)}.r"


@pytest.mark.parametrize("number", [5, 30, 200, 1000])
def test_a_factorial_is_what_multiplying_up_gives(number: int) -> None:
    expected = Decimal(1)
    for factor in range(2, number + 1):
        expected = DECIMAL.multiply(Decimal(factor), expected)

    assert evaluate(FACTORIAL % number).value == expected


@pytest.mark.parametrize("depth", [1, 40, 200, 1000])
def test_a_list_carried_through_the_calls_is_not_lost(depth: int) -> None:
    expected, following = 1, 1
    for _ in range(depth):
        expected, following = following, expected + following

    value = evaluate(FIBONACCI % depth).value

    assert isinstance(value, Decimal)
    assert abs(value / Decimal(following) - 1) < Decimal("1e-30")


def test_calls_in_loops_go_as_deep_as_others() -> None:
    assert evaluate(NESTED_LOOP % 800).value == Decimal(800)


def test_several_deep_calls_in_one_body_each_get_their_own_answer() -> None:
    assert evaluate(TWO_CALLS % 300).value == Decimal(0)
    two = (
        "{f: function(n) if n = 0 then 1 else f(n - 1) + 0, "
        "g: function(n) if n = 0 then f(400) * 10 else g(n - 1) + f(300), r: g(50)}.r"
    )
    assert evaluate(two).value == Decimal(60)


def test_what_was_warned_of_is_told_once_however_often_a_segment_runs() -> None:
    warned = "{f: function(n) if n = 0 then [unknown] else f(n - 1), r: f(%d)}.r"

    shallow, deep = evaluate(warned % 2), evaluate(warned % 700)

    assert [item.kind for item in deep.warnings] == [item.kind for item in shallow.warnings]
    assert deep.value == [None]


def test_the_limit_of_python_is_left_alone() -> None:
    before = sys.getrecursionlimit()

    evaluate(FACTORIAL % 500)

    assert sys.getrecursionlimit() == before


@pytest.mark.parametrize("depth", [50, 500, 5000])
def test_endless_recursion_names_the_depth(depth: int) -> None:
    with pytest.raises(FeelBudgetError) as caught:
        evaluate("{f: function(n) f(n + 1) + 1, r: f(0)}.r", budget=Budget(depth=depth))

    assert caught.value.budget == "depth"


def test_the_same_depth_is_reached_from_a_deep_stack_as_from_a_shallow_one() -> None:
    def from_below(levels: int) -> object:
        return from_below(levels - 1) if levels else evaluate(FACTORIAL % 300).value

    assert from_below(200) == evaluate(FACTORIAL % 300).value


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 400), st.integers(1, 3))
def test_a_sum_by_recursion_equals_the_sum(count: int, step: int) -> None:
    text = f"{{f: function(n) if n <= 0 then 0 else n + f(n - {step}), r: f({count})}}.r"

    assert evaluate(text).value == Decimal(sum(range(count, 0, -step)))
