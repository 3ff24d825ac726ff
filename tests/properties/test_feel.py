# SPDX-License-Identifier: Apache-2.0
"""Properties of FEEL: text and syntax, closures and the tree-walking reference, values and their texts."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from taktloom.feel import Budget, FeelBudgetError, FeelSyntaxError, compile_expression, evaluate, feel_text, syntax
from taktloom.feel.compiler import parse
from taktloom.feel.kinds import decimal_of
from taktloom.feel.printer import print_expression
from taktloom.feel.temporal import FeelDate
from taktloom.feel.values import (
    DaysTime,
    FeelDateTime,
    FeelFunction,
    FeelTime,
    FeelValue,
    YearsMonths,
    from_json,
    from_python,
    to_json,
    to_python,
)
from tests.feel.reference import Reference, TooMuchError
from tests.properties.feel_expressions import SCOPE, expressions

CONTEXT: dict[str, FeelValue] = {
    "a": Decimal(2),
    "b c": [Decimal(1), Decimal(2), None],
    "d-e": {"k": Decimal(1), "m n": [{"k": "x"}, {"k": None}]},
    "x": "a",
    "f": evaluate("function(x) [x]").value,
}
BUDGET = Budget(steps=20_000, items=5_000)

numbers = st.decimals(allow_nan=False, allow_infinity=False).map(decimal_of).filter(lambda number: number is not None)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
dates = st.builds(FeelDate, st.integers(-999_999_999, 999_999_999), st.integers(1, 12), st.integers(1, 28))
times = st.builds(
    FeelTime,
    st.integers(0, 23),
    st.integers(0, 59),
    st.integers(0, 59),
    st.integers(0, 999_999_999),
    st.one_of(st.none(), st.integers(-64_800, 64_800)),
)
zoned = st.builds(
    lambda hour, zone: FeelTime(hour, 30, 0, 0, None, zone),
    st.integers(0, 23),
    st.sampled_from(["Europe/Paris", "Asia/Kolkata", "Etc/UTC"]),
)
moments: st.SearchStrategy[FeelValue] = st.one_of(
    dates,
    times,
    zoned,
    st.builds(FeelDateTime, dates, st.one_of(times, zoned)),
    st.builds(DaysTime, st.integers(-(10**20), 10**20)),
    st.builds(YearsMonths, st.integers(-(10**9), 10**9)),
)
plain: st.SearchStrategy[FeelValue] = st.one_of(st.none(), st.booleans(), numbers, texts)
structures: st.SearchStrategy[FeelValue] = st.recursive(
    plain,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=12,
)


def without_functions(value: FeelValue) -> FeelValue:
    """Functions are equal only to themselves: what is compared is that there is one, and its parameters."""
    if isinstance(value, FeelFunction):
        return str(value)
    if isinstance(value, list):
        return [without_functions(item) for item in value]
    return {key: without_functions(item) for key, item in value.items()} if isinstance(value, dict) else value


def place_of(text: str) -> tuple[int, int]:
    """Where the expression begins and ends; for what is none, the place of the error twice. Nothing else is raised."""
    try:
        form = compile_expression(text, SCOPE).syntax
    except FeelSyntaxError as error:
        return error.position, error.position
    return form.start, form.end


@given(expressions)
def test_printing_and_reading_again_is_the_same_syntax(form: syntax.Expression) -> None:
    assert parse(print_expression(form), SCOPE) == form


@given(expressions)
def test_closures_give_what_walking_the_tree_gives(form: syntax.Expression) -> None:
    text = print_expression(form)
    try:
        expected = Reference(20_000).value(form, [dict(CONTEXT)])
        found = compile_expression(text, SCOPE).evaluate(CONTEXT, budget=BUDGET).value
    except (TooMuchError, FeelBudgetError):
        return

    assert without_functions(found) == without_functions(expected), text


@given(expressions)
def test_every_null_of_a_name_or_operator_has_a_warning_with_a_place(form: syntax.Expression) -> None:
    text = print_expression(form)
    try:
        result = compile_expression(text, SCOPE).evaluate(CONTEXT, budget=BUDGET)
    except FeelBudgetError:
        return

    for warning in result.warnings:
        assert warning.message
        assert warning.position is None or 0 <= warning.position <= len(text)


@given(st.one_of(st.text(max_size=200), st.binary(max_size=200).map(lambda data: data.decode("latin-1"))))
def test_any_text_is_an_expression_or_a_syntax_error_with_its_position(text: str) -> None:
    first, last = place_of(text)

    assert 0 <= first <= last <= len(text)


@given(
    st.sampled_from(["(", "[", "{a:", "not(", "-", "if true then ", "for x in [1] return ", "f(", "[1..", '"', "a."]),
    st.integers(1, 3_000),
    st.sampled_from(["", "1", ")", "]", "}"]),
)
def test_however_deep_a_text_is_nested_it_is_read_or_refused(piece: str, times: int, rest: str) -> None:
    text = piece * times + rest

    first, last = place_of(text)

    assert 0 <= first <= last <= len(text)


@given(structures)
def test_the_text_of_a_value_evaluates_to_that_value(value: FeelValue) -> None:
    assert evaluate(feel_text(value)).value == value


@given(moments)
def test_the_text_of_a_moment_or_duration_is_that_of_its_literal(value: FeelValue) -> None:
    assert evaluate(f'@"{value}"').value == value


@given(st.one_of(structures, moments, st.lists(moments), st.dictionaries(texts, moments)))
def test_a_value_comes_back_from_json_and_from_python(value: FeelValue) -> None:
    assert from_json(to_json(value)) == value
    assert equal_moments(from_python(to_python(value)), value)


def equal_moments(left: FeelValue, right: FeelValue) -> bool:
    """Python knows the offset of a zone, but not always its name: the instants are the same."""
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(equal_moments, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal_moments(left[key], right[key]) for key in left)
    if isinstance(left, FeelDateTime) and isinstance(right, FeelDateTime):
        return left.instant_nanos == right.instant_nanos
    return left == right
