# SPDX-License-Identifier: Apache-2.0
"""What FEEL expressions mean (DMN 1.5, 10.3): the readings that engines get wrong, each as one sentence."""

from decimal import Decimal

import pytest

from taktloom.feel import (
    Budget,
    FeelBudgetError,
    FeelSyntaxError,
    Scope,
    WarningKind,
    compile_expression,
    compile_unary_tests,
    evaluate,
)
from taktloom.feel.temporal_text import parse_date_time
from taktloom.feel.values import FeelValue, feel_text

CONTEXT: dict[str, FeelValue] = {
    "a": Decimal(5),
    "b": Decimal(2),
    "a-b": Decimal(77),
    "Full Name": "Ann Lee",
    "for each": Decimal(9),
    "Loan": {"Credit Score": Decimal(650), "amount": Decimal("1000.50")},
    "people": [{"first name": "A", "age": Decimal(3)}, {"first name": "B", "age": Decimal(30)}],
    "xs": [Decimal(1), Decimal(2), Decimal(3)],
    "nothing": None,
}


def answer(expression: str) -> str:
    return feel_text(evaluate(expression, CONTEXT).value)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("a-b", "77"),
        ("a - b", "77"),
        ("b-a", "-3"),
        ('Full   Name + "!"', '"Ann Lee!"'),
        ("for each + 1", "10"),
        ("Loan.Credit Score >= 600", "true"),
        ('people[first name = "B"].age', "[30]"),
        ("{x y: 1, z: x y + 1}.z", "2"),
        ("for full in xs return full * 2", "[2, 4, 6]"),
    ],
)
def test_the_longest_name_of_the_scope_is_meant(expression: str, expected: str) -> None:
    assert answer(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 + 2 * 3 ** 2", "19"),
        ("-2 ** 2", "4"),
        ("2 ** 3 ** 2", "64"),
        ("10 - 4 - 3", "3"),
        ("a > 3 and b < 1 or true", "true"),
        ("5 between 1 and 10 and true", "true"),
        ("if a > 3 then 1 else 2 + 3", "1"),
        ("0.1 + 0.2 = 0.3", "true"),
        ("1 / 3", "0.3333333333333333333333333333333333"),
        ("1.5e2", "150"),
    ],
)
def test_operators_bind_as_the_standard_says(expression: str, expected: str) -> None:
    assert answer(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("true and null", "null"),
        ("false and null", "false"),
        ("true or null", "true"),
        ("false or null", "null"),
        ('true and "x"', "null"),
        ("nothing = null", "true"),
        ("nothing > 3", "null"),
        ('1 = "1"', "null"),
        ('1 < "1"', "null"),
        ("if null then 1 else 2", "2"),
        ("not(null)", "null"),
        ("1 / 0", "null"),
        ("unknown + 1", "null"),
        ("null instance of number", "false"),
        ("some x in [1, null] satisfies x > 5", "null"),
        ("every x in [] satisfies false", "true"),
    ],
)
def test_null_and_unlike_types_give_three_valued_answers(expression: str, expected: str) -> None:
    assert answer(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("xs[1]", "1"),
        ("xs[-1]", "3"),
        ("xs[4]", "null"),
        ("xs[0]", "null"),
        ("xs[item > 1]", "[2, 3]"),
        ("5[1]", "5"),
        ("nothing[item > 1]", "[]"),
        ("people.first name", '["A", "B"]'),
        ('people[age > 10 and first name = "B"][1].age', "30"),
        ("[1..3[", "[1..3)"),
        ("2 in ]1..3[", "true"),
        ("3 in [1..3)", "false"),
        ("5 in (< 3, > 4)", "true"),
        ("2 in xs", "true"),
        ("[[1, 2], [3]][count(item) = 2]", "[[1, 2]]"),
    ],
)
def test_lists_count_from_one_and_ranges_know_their_ends(expression: str, expected: str) -> None:
    assert answer(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('date("2024-01-31") + duration("P1M")', "2024-02-29"),
        ('date("2024-03-01") - date("2024-02-01")', "P29D"),
        ('@"2024-03-31T01:30:00@Europe/Paris" + @"PT1H"', "2024-03-31T03:30:00@Europe/Paris"),
        ('date and time("2024-01-01T10:00:00@Europe/Paris") = @"2024-01-01T09:00:00Z"', "true"),
        ('is(@"10:00:00Z", @"10:00:00+00:00")', "true"),
        ('is(@"2024-01-01T10:00:00@Europe/Paris", @"2024-01-01T09:00:00Z")', "false"),
        ('@"P1Y" + @"P1D"', "null"),
        ('@"-999999999-01-01".year', "-999999999"),
        ('string(@"10:30:00.000000001")', '"10:30:00.000000001"'),
        ('date("2023-02-29")', "null"),
        ('date("+2024-01-01")', "null"),
        ('@"2024-01-01" < @"2024-01-01T10:00:00"', "null"),
        ('day of week(@"2024-05-17")', '"Friday"'),
        ('years and months duration(@"2023-12-31", @"2024-02-29")', "P1M"),
    ],
)
def test_dates_and_durations_keep_zone_kind_and_precision(expression: str, expected: str) -> None:
    assert answer(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("(function(x: number) x * 2)(4)", "8"),
        ('(function(x: number) x * 2)("4")', "null"),
        ("{f: function(n) if n = 0 then 1 else n * f(n - 1), r: f(20)}.r", "2432902008176640000"),
        ("sort(xs, function(x, y) x > y)", "[3, 2, 1]"),
        ('substring(start position: 2, string: "hello")', '"ello"'),
        ("for i in 1..2, j in [i * 10] return i + j", "[11, 22]"),
        ("for i in 3..1 return i", "[3, 2, 1]"),
        ("for i in 1..4 return if i <= 2 then 1 else partial[-1] + partial[-2]", "[1, 1, 2, 3]"),
        ("[function(x) x + a][1](1)", "6"),
        ("(for i in [1, 2] return function() i)[1]()", "1"),
    ],
)
def test_functions_close_over_what_they_see(expression: str, expected: str) -> None:
    assert answer(expression) == expected


@pytest.mark.parametrize(
    ("tests", "value", "expected"),
    [
        ("-", "1", True),
        ("< 5, > 10", "12", True),
        ("[1..5)", "5", False),
        ('"a", "b"', '"b"', True),
        ('not("a", "b")', '"b"', False),
        ("? > 3 and ? < 5", "4", True),
        ("null", "null", True),
        ("> 3", "null", None),
        ("true", "false", False),
        ("false", "false", True),
        ("xs", "2", True),
        ("a", "5", True),
        ('@"2024-01-01"', '@"2024-01-01"', True),
    ],
)
def test_a_cell_is_a_test_of_its_input(tests: str, value: str, expected: bool | None) -> None:
    given = evaluate(value).value

    assert compile_unary_tests(tests, CONTEXT).evaluate(given, CONTEXT).value is expected


def test_what_became_null_is_told_with_its_place() -> None:
    result = evaluate("1 + missing", {})

    assert [(warning.kind, warning.position) for warning in result.warnings] == [
        (WarningKind.UNKNOWN_NAME, 4),
        (WarningKind.TYPE_MISMATCH, 0),
    ]


def test_a_division_by_zero_is_told_apart_from_unlike_types() -> None:
    kinds = [evaluate(text).warnings[0].kind for text in ("1 / 0", '1 + "a"')]

    assert kinds == [WarningKind.OUT_OF_DOMAIN, WarningKind.TYPE_MISMATCH]


def test_names_that_nobody_declared_are_known_after_compiling() -> None:
    compiled = compile_expression("for x in items return x + count(limit)", ["items"])

    assert compiled.unknown_names == {"limit"}


def test_the_clock_is_what_the_caller_says() -> None:
    now = parse_date_time("2024-05-17T23:30:00Z")

    assert feel_text(evaluate("today()", now=now, zone="Europe/Paris").value) == "2024-05-18"
    assert evaluate("now()").value is None


@pytest.mark.parametrize(
    ("text", "position"),
    [("1 +", 3), ("(1", 2), ('"open', 0), ("if a then b", 11), ("[1, ]", 4), ("a b c §", 6), ("", 0), ("x in", 4)],
)
def test_a_syntax_error_tells_where(text: str, position: int) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression(text)

    assert caught.value.position == position


@pytest.mark.parametrize(
    ("expression", "budget"),
    [
        ("for i in 1..1000000000 return i", "items"),
        ("count(for i in 1..2000, j in 1..2000 return null)", "items"),
        ("some i in 1..1000000000 satisfies i < 0", "steps"),
        ("{f: function(n) f(n + 1), r: f(0)}.r", "depth"),
        (
            '{a: "' + "x" * 1000 + '", r: for i in 1..20 return if i = 1 then a else partial[-1] + partial[-1]}',
            "characters",
        ),
        ('matches("' + "a" * 200 + '", "(a|aa)(\\\\1|a)*(a*)*(a*)*b\\\\1")', "matching"),
    ],
)
def test_what_would_take_forever_spends_a_named_budget(expression: str, budget: str) -> None:
    with pytest.raises(FeelBudgetError) as caught:
        evaluate(expression, budget=Budget(steps=500_000, items=10_000))

    assert caught.value.budget == budget


def test_a_result_that_shares_parts_without_end_is_refused() -> None:
    entries = ["x0: [1, 1]", *(f"x{n}: [x{n - 1}, x{n - 1}]" for n in range(1, 40))]

    with pytest.raises(FeelBudgetError):
        evaluate("{" + ", ".join(entries) + "}")


def test_deep_nesting_is_a_syntax_error_and_no_crash() -> None:
    for text in ("not(" * 5000 + "1" + ")" * 5000, "-" * 5000 + "1", "1" + "=1" * 5000, "[" * 5000, "{a:" * 5000):
        with pytest.raises(FeelSyntaxError):
            compile_expression(text)


def test_a_declared_name_hides_a_built_in() -> None:
    compiled = compile_expression("count + 1", Scope.of(["count"]))

    assert compiled.evaluate({"count": Decimal(2)}).value == Decimal(3)
