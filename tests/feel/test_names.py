# SPDX-License-Identifier: Apache-2.0
"""Names as the scope knows them: with blanks, operators, keywords and characters of any script (DMN 1.5, 10.3.1.2)."""

import pytest

from taktloom.feel import FeelSyntaxError, evaluate, feel_text

NAMES = [
    "a",
    "_x",
    "Applicant's age",
    "Applicant\u2019s age",
    "a+b",
    "a - b",
    "a-b",
    "a.b",
    "a/b",
    "a*b",
    "a**b",
    "a 1",
    "a1 b2",
    "a and b",
    "or else",
    "in stock",
    "not valid",
    "if x then y",
    "for each",
    "every day",
    "between us",
    "null value",
    "true north",
    "function x",
    "return value",
    "instance of x",
    "external",
    "item count",
    "sum of it",
    "date of birth",
    "order date",
    "days and time duration of x",
    "min value",
    "time",
    "count",
    "Is it?",
    "x?y",
    "? x",
    "名前",
    "naïve",
    "e\u0301t\u00e9",
    "\U0001f40e \U0001f434",
    "Amount (EUR)",
]
PLACES = {
    "{0}": "5",
    "{0} + 1": "6",
    "1+{0}": "6",
    "-{0}": "-5",
    "[{0}, {0}]": "[5, 5]",
    "({0})": "5",
    "if {0} = 5 then {0} else 2": "5",
    "{{x: {0}}}.x": "5",
    "max([{0}, 1])": "5",
    "for i in [1] return {0}": "[5]",
    "{0} in [1..10]": "true",
    "5 = {0}": "true",
    "[1, 6][item > {0}]": "[6]",
    "{0} between 1 and {0}": "true",
    "{0} instance of number": "true",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_stands_wherever_a_value_may(name: str) -> None:
    found = {place: feel_text(evaluate(place.format(name), {name: 5}).value) for place in PLACES}

    assert found == PLACES


@pytest.mark.parametrize("name", [name for name in NAMES if name not in {"? x", "Amount (EUR)", "external"}])
def test_a_name_is_declared_by_a_context_a_loop_and_a_function(name: str) -> None:
    assert feel_text(evaluate(f"{{{name}: 5, r: {name} + 1}}.r").value) == "6"
    assert feel_text(evaluate(f'{{"{name}": 5}}.{name}').value) == "5"
    assert feel_text(evaluate(f"{{f: function({name}) {name} + 1, r: f({name}: 5)}}.r").value) == "6"


@pytest.mark.parametrize("name", ["a  b", " a b ", "a\tb", "a\u00a0b", "a\nb"])
def test_white_space_in_names_is_all_the_same(name: str) -> None:
    assert feel_text(evaluate("a b + a  b", {name: 5}).value) == "10"


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("a<b", "a<b", "true"),
        ("[a,b]", "a,b", "[1, 2]"),
        ("a=b", "a=b", "false"),
        ("f(a)", "f(a)", "null"),
        ("{a:b}", "a:b", "{a: 2}"),
    ],
)
def test_a_key_that_is_no_name_hides_nothing(text: str, name: str, expected: str) -> None:
    assert feel_text(evaluate(text, {"a": 1, "b": 2, name: "hidden"}).value) == expected


@pytest.mark.parametrize("text", ["1a", "$x", "%", "#a", "then", "'a", "a @ b", "{1a: 2}", "for 1a in [1] return 1"])
def test_what_is_no_name_is_a_syntax_error(text: str) -> None:
    with pytest.raises(FeelSyntaxError):
        evaluate(text, {text: 5})


def test_the_longest_known_name_wins() -> None:
    context = {"a": 7, "b": 2, "a - b": 100, "a - b c": 1000, "c": 1}

    assert feel_text(evaluate("a - b", context).value) == "100"
    assert feel_text(evaluate("a - b c", context).value) == "1000"
    assert feel_text(evaluate("a - b - c", context).value) == "99"
    assert feel_text(evaluate("a - (b)", context).value) == "5"
    assert feel_text(evaluate("{a - b: 1, r: a - b}.r", context).value) == "1"
