# SPDX-License-Identifier: Apache-2.0
"""Equality of structures: bounded by what they consist of, not by how often a part occurs."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.feel import Budget, FeelBudgetError, evaluate
from taktloom.feel.operators import equal
from taktloom.feel.values import FeelValue

SCALARS: st.SearchStrategy[FeelValue] = (
    st.none() | st.booleans() | st.integers(-3, 3).map(Decimal) | st.sampled_from("abc")
)
VALUES: st.SearchStrategy[FeelValue] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3),
    max_leaves=8,
)
SHARED = "{a0: [1]" + "".join(f", a{n}: [a{n - 1}, a{n - 1}]" for n in range(1, 60)) + "}.a59"


def by_recursion(left: FeelValue, right: FeelValue) -> bool:
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(by_recursion, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(by_recursion(item, right[key]) for key, item in left.items())
    return type(left) is type(right) and left == right


@given(VALUES, VALUES)
def test_structures_are_equal_when_their_parts_are(left: FeelValue, right: FeelValue) -> None:
    if isinstance(left, list | dict) and type(left) is type(right):
        assert equal(left, right) is by_recursion(left, right)
    assert equal(left, left) is True


@pytest.mark.parametrize(
    "text", [f"{SHARED} = {SHARED}", f"{SHARED} in ({SHARED})", f"is({SHARED}, {SHARED})", f"{SHARED} != {SHARED}"]
)
def test_parts_that_are_shared_are_compared_once(text: str) -> None:
    assert evaluate(text).value is ("!=" not in text)


@pytest.mark.parametrize("text", [f"{SHARED}.x", f"flatten({SHARED})", f"string({SHARED})"])
def test_what_visits_every_part_spends_its_steps(text: str) -> None:
    with pytest.raises(FeelBudgetError) as caught:
        evaluate(text, budget=Budget(steps=20_000))

    assert caught.value.budget == "steps"


def test_comparing_long_lists_again_and_again_spends_steps() -> None:
    with pytest.raises(FeelBudgetError) as caught:
        evaluate("{l: for i in 1..1000 return i, r: count(for i in 1..5000 return l = (for j in l return j))}.r")

    assert caught.value.budget == "steps"


def test_a_test_of_one_value_is_not_the_range_of_one_value() -> None:
    assert evaluate("[(= 10) = [10..10], (= 10) = (= 10), 10 in (= 10), (= 10).start]").value == [
        False,
        True,
        True,
        Decimal(10),
    ]


def test_a_result_nested_too_deeply_to_be_written_is_refused() -> None:
    with pytest.raises(FeelBudgetError):
        evaluate("{f: function(n) if n = 0 then [] else [f(n - 1)], r: f(500)}.r")
