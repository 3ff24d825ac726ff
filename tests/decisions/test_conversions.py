# SPDX-License-Identifier: Apache-2.0
"""Implicit conversions at every typed boundary (DMN 1.5, 10.3.2.9.4): to and from a list of one, a date to its
midnight, and null for what does not conform to the type asked for."""

import pytest

from taktloom.decisions import load_model
from taktloom.feel import FeelBudgetError, feel_text
from tests.decisions.dmn_text import decision, dmn, input_data, knowledge, literal, parameters, requires, variable

TYPES = (
    '<itemDefinition name="tPerson"><itemComponent name="age"><typeRef>number</typeRef></itemComponent>'
    '<itemComponent name="name"><typeRef>string</typeRef></itemComponent></itemDefinition>'
    '<itemDefinition name="tPeople" isCollection="true"><typeRef>tPerson</typeRef></itemDefinition>'
    '<itemDefinition name="tNumbers" isCollection="true"><typeRef>number</typeRef></itemDefinition>'
    '<itemDefinition name="tPositive"><typeRef>number</typeRef><allowedValues><text>&gt; 0</text></allowedValues>'
    "</itemDefinition>"
    '<itemDefinition name="tPositives" isCollection="true"><typeRef>number</typeRef>'
    "<allowedValues><text>&gt; 0</text></allowedValues></itemDefinition>"
    '<itemDefinition name="tPair" isCollection="true"><typeRef>number</typeRef>'
    "<typeConstraint><text>count(?) = 2</text></typeConstraint></itemDefinition>"
    '<itemDefinition name="tChange"><functionItem outputTypeRef="number"><parameters name="x" typeRef="number"/>'
    "</functionItem></itemDefinition>"
    '<itemDefinition name="tTree"><itemComponent name="children" isCollection="true"><typeRef>tTree</typeRef>'
    "</itemComponent></itemDefinition>"
)
PERSON = '{age: 1, name: "x"}'
RESULTS = [
    ('"a"', "number", "null"),
    ("[1]", "number", "1"),
    ("[1, 2]", "number", "null"),
    ("[]", "number", "null"),
    ("null", "number", "null"),
    ("1", "tNumbers", "[1]"),
    ('[1, "a"]', "tNumbers", "null"),
    ("[1, null]", "tNumbers", "[1, null]"),
    ("[[1]]", "tNumbers", "null"),
    ("{age: 1}", "tPerson", "null"),
    ("{age: 1, name: null}", "tPerson", "{age: 1, name: null}"),
    ('{age: 1, name: "x", more: 2}', "tPerson", '{age: 1, name: "x", more: 2}'),
    (PERSON, "tPeople", f"[{PERSON}]"),
    (f"[{PERSON}]", "tPerson", PERSON),
    ('{age: [1], name: "x"}', "tPerson", "null"),
    ("0", "tPositive", "null"),
    ("[1]", "tPositive", "1"),
    ("[1, 0]", "tPositives", "null"),
    ("[1, 2]", "tPair", "[1, 2]"),
    ("[1]", "tPair", "null"),
    ('@"2020-01-01"', "date and time", "2020-01-01T00:00:00Z"),
    ('@"2020-01-01"', "dateTime", "2020-01-01T00:00:00Z"),
    ('[@"2020-01-01"]', "date and time", "2020-01-01T00:00:00Z"),
    ('@"2020-01-01T10:00:00Z"', "date", "null"),
    ("[1, 2]", "list<number>", "[1, 2]"),
    ("1", "Any", "1"),
    ("function(x: number) x + 1", "tChange", "function(x)"),
    ("function(x) x * 2", "tChange", "function(x)"),
    ('function(x: string) "a"', "tChange", "null"),
    ('function(x: number) "a"', "tChange", "null"),
    ("function(x: number, y: number) x", "tChange", "null"),
    ("abs", "tChange", "function(n)"),
    ("string length", "tChange", "null"),
    ("{children: [{children: []}]}", "tTree", "{children: [{children: []}]}"),
    ("{children: [{children: [1]}]}", "tTree", "null"),
]


def answer(*parts: str, name: str = "it", inputs: dict[str, object] | None = None) -> str:
    return feel_text(load_model(dmn(TYPES, *parts)).evaluate(name, inputs or {}).value)


@pytest.mark.parametrize(("text", "type_ref", "expected"), RESULTS)
def test_the_value_of_a_decision_is_converted_to_its_type(text: str, type_ref: str, expected: str) -> None:
    model = load_model(dmn(TYPES, decision("it", text, type_ref)))

    result = model.evaluate("it", {})

    assert feel_text(result.value) == expected
    assert bool(result.warnings) == (expected == "null" != text)


@pytest.mark.parametrize(("text", "type_ref", "expected"), [row for row in RESULTS if "<" not in row[1]])
def test_a_context_entry_a_literal_and_a_cell_are_converted_alike(text: str, type_ref: str, expected: str) -> None:
    entry = f"<context><contextEntry>{variable('e', type_ref)}{literal(text)}</contextEntry></context>"
    column = f'<relation><column name="c" typeRef="{type_ref}"/><row>{literal(text)}</row></relation>'

    assert answer(decision("it", entry)) == f"{{e: {expected}}}"
    assert answer(decision("it", literal(text, type_ref))) == expected
    assert answer(decision("it", column)) == f"[{{c: {expected}}}]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f(5)", '"number"'),
        ("f([5])", '"number"'),
        ("f(x: 5)", '"number"'),
        ("f(null)", '"null"'),
        ('f("a")', "null"),
        ("f([])", "null"),
        ("f()", "null"),
        ("f(1, 2)", "null"),
        ("f(y: 5)", "null"),
        ("f(x: 5, y: 6)", "null"),
    ],
)
def test_a_knowledge_model_is_not_invoked_on_what_does_not_fit(text: str, expected: str) -> None:
    body = 'if x = null then "null" else if x instance of number then "number" else "other"'
    known = knowledge("f", [("x", "number")], body)

    assert answer(known, decision("it", text, None, [requires("Knowledge", "f")])) == expected


@pytest.mark.parametrize(
    ("text", "type_ref", "expected"), [('"a"', "number", "null"), ("[7]", "number", "7"), ("7", "tNumbers", "[7]")]
)
def test_the_result_of_a_knowledge_model_is_converted(text: str, type_ref: str, expected: str) -> None:
    known = knowledge("f", [], text, type_ref)

    assert answer(known, decision("it", "f()", None, [requires("Knowledge", "f")])) == expected


@pytest.mark.parametrize(
    ("argument", "type_ref", "expected"),
    [("[7]", None, "7"), ('"a"', None, "null"), ("7", "string", "null"), ("[7]", "number", "7")],
)
def test_a_binding_is_converted_to_its_own_type_and_that_of_the_parameter(
    argument: str, type_ref: str | None, expected: str
) -> None:
    attribute = "" if type_ref is None else f' typeRef="{type_ref}"'
    boxed = (
        f'<invocation>{literal("f")}<binding><parameter name="x"{attribute}/>{literal(argument)}</binding></invocation>'
    )
    known = knowledge("f", [("x", "number")], "x")

    assert answer(known, decision("it", boxed, None, [requires("Knowledge", "f")])) == expected


@pytest.mark.parametrize(
    ("given", "type_ref", "expected"),
    [
        ([5], "number", "5"),
        (5, "tNumbers", "[5]"),
        ("a", "number", "null"),
        ({"age": 1}, "tPerson", "null"),
        ([{"age": 1, "name": "x"}], "tPerson", PERSON),
        (-1, "tPositive", "null"),
    ],
)
def test_an_input_is_converted_to_its_type(given: object, type_ref: str, expected: str) -> None:
    model = dmn(TYPES, input_data("x", type_ref), decision("it", "x", None, [requires("Input", "x")]))

    assert feel_text(load_model(model).evaluate("it", {"x": given}).value) == expected


@pytest.mark.parametrize("function_type", [None, "number", "tChange", "function"])
def test_the_type_of_a_boxed_function_may_be_that_of_its_result(function_type: str | None) -> None:
    attribute = "" if function_type is None else f' typeRef="{function_type}"'
    function = f"<functionDefinition{attribute}>{parameters([('x', 'number')])}{literal('x + 1')}</functionDefinition>"
    boxed = (
        f"<context><contextEntry>{variable('f', function_type)}{function}</contextEntry>"
        f"<contextEntry>{literal('f(1)')}</contextEntry></context>"
    )

    assert answer(decision("it", boxed)) == "2"


def test_a_function_is_passed_as_an_argument_whoever_made_it() -> None:
    apply = knowledge("apply", [("f", "tChange")], "f(3)")
    double = knowledge("double", [("x", "number")], "x * 2", "number")
    needs = [requires("Knowledge", "apply"), requires("Knowledge", "double")]
    text = "[apply(double), apply(abs), apply(function(x: number) x - 1), apply(function(x) x), apply(5)]"

    assert answer(apply, double, decision("it", text, None, needs)) == "[6, 3, 2, 3, null]"


@pytest.mark.parametrize(
    ("type_ref", "given", "expected"),
    [("number", [1, 2], "[2, 3]"), ("tNumbers", [1, 2], "[2, 3]"), ("number", 4, "[5]"), ("number", ["a"], "null")],
)
def test_the_type_in_an_iterator_is_that_of_the_list_or_of_its_items(
    type_ref: str, given: object, expected: str
) -> None:
    parts = f'<in typeRef="{type_ref}">{literal("x")}</in><return>{literal("i + 1")}</return>'
    boxed = f'<for iteratorVariable="i">{parts}</for>'
    model = dmn(TYPES, input_data("x"), decision("it", boxed, None, [requires("Input", "x")]))

    assert feel_text(load_model(model).evaluate("it", {"x": given}).value) == expected


def test_a_value_of_a_recursive_type_is_looked_at_once_however_often_its_parts_are_shared() -> None:
    grow = "{f: function(x, n) if n = 0 then x else f({children: [x, x]}, n - 1), r: f({children: []}, 60)}.r"
    last = requires("Decision", "grown")

    assert answer(decision("grown", grow, "tTree"), decision("it", "count(grown.children)", None, [last])) == "2"


def test_allowed_values_that_take_long_use_up_the_budget_of_the_decision() -> None:
    slow = (
        '<itemDefinition name="tSlow" isCollection="true"><typeRef>number</typeRef><allowedValues>'
        "<text>every i in 1..100000 satisfies i != ?</text></allowedValues></itemDefinition>"
    )
    model = load_model(dmn(slow, decision("it", "for i in 1..1000 return 0.5", "tSlow")))

    with pytest.raises(FeelBudgetError):
        model.evaluate("it", {})


def test_the_iterator_of_a_boxed_loop_hides_an_input_only_in_its_body() -> None:
    boxed = f'<some iteratorVariable="x"><in>{literal("x")}</in><satisfies>{literal("x = 2")}</satisfies></some>'
    model = dmn(input_data("x"), decision("it", boxed, None, [requires("Input", "x")]))

    assert load_model(model).evaluate("it", {"x": [1, 2]}).value is True
