# SPDX-License-Identifier: Apache-2.0
"""Decision services as functions and as doors (DMN 1.5, 10.4), and what an import makes visible (6.3.3)."""

import pytest

from taktloom.decisions import DecisionModel, load_model
from taktloom.feel import feel_text
from tests.decisions.dmn_text import decision, dmn, imports, input_data, invocation, knowledge, requires, service

CHAIN = dmn(
    input_data("n", "number"),
    input_data("s", "string"),
    decision("base", "n * 10", "number", [requires("Input", "n")]),
    decision("middle", "base + 1", "number", [requires("Decision", "base")]),
    decision("top", "middle * 2", "number", [requires("Decision", "middle")]),
    decision("word", "s", "string", [requires("Input", "s")]),
    service("From base", ["top"], encapsulated=["middle"], decisions=["base"]),
    service("Both", ["top", "word"], encapsulated=["middle", "base"], data=["n", "s"]),
    f'<decision id="id-of-last" name="last"><variable name="last"/>{requires("Decision", "base")}'
    "<literalExpression><text>base * 2</text></literalExpression></decision>",
    '<decisionService id="id-of-named" name="Named"><variable name="Named"/><outputDecision href="#id-of-last"/>'
    '<outputDecision href="#top"/><encapsulatedDecision href="#middle"/><encapsulatedDecision href="#base"/>'
    '<inputData href="#n"/></decisionService>',
    service("Mistyped", ["top"], encapsulated=["middle"], decisions=["base"], type_ref="string"),
    *(
        decision(name, text, None, [requires("Knowledge", called)])
        for name, called, text in (
            ("positional", "From base", "From base(5)"),
            ("named", "From base", "From base(base: 5)"),
            ("misfit", "From base", 'From base("a")'),
            ("too few", "Both", "Both(1)"),
            ("too many", "From base", "From base(1, 2)"),
            ("several", "Both", 'Both(1, "q")'),
            ("entry", "Both", 'Both(s: "q", n: 1).word'),
            ("mistyped", "Mistyped", "Mistyped(1)"),
            ("as value", "From base", "for f in [From base, abs] return f(-1)"),
            (
                "boxed",
                "From base",
                invocation("From base", base="7"),
            ),
        )
    ),
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("positional", "12"),
        ("named", "12"),
        ("misfit", "null"),
        ("too few", "null"),
        ("too many", "null"),
        ("several", '{top: 22, word: "q"}'),
        ("entry", '"q"'),
        ("mistyped", "null"),
        ("as value", "[0, 1]"),
        ("boxed", "16"),
    ],
)
def test_a_service_is_a_function(name: str, expected: str) -> None:
    assert feel_text(load_model(CHAIN).evaluate(name, {"n": 3, "s": "hi"}).value) == expected


@pytest.mark.parametrize(
    ("name", "wanted", "inputs", "expected"),
    [
        ("top", "From base", {"base": 1}, "4"),
        ("top", "From base", {"base": 1, "n": 100}, "4"),
        ("word", "Both", {"n": 1, "s": "x"}, '"x"'),
        ("top", "Both", {"n": 1, "s": "x"}, "22"),
        ("Both", None, {"n": 1, "s": "x"}, '{top: 22, word: "x"}'),
        ("Both", "Both", {"n": 1, "s": "x"}, '{top: 22, word: "x"}'),
        ("id-of-last", "Named", {"n": 1}, "20"),
        ("last", "id-of-named", {"n": 1}, "20"),
        ("top", None, {"n": 100, "base": 1}, "2002"),
    ],
)
def test_a_service_is_a_door_whose_inputs_stand_for_decisions(
    name: str, wanted: str | None, inputs: dict[str, object], expected: str
) -> None:
    assert feel_text(load_model(CHAIN).evaluate(name, inputs, service=wanted).value) == expected


LIBRARY = dmn(
    '<itemDefinition name="tPerson"><itemComponent name="age"><typeRef>number</typeRef></itemComponent>'
    "</itemDefinition>",
    input_data("person", "tPerson"),
    knowledge("grow", [("x", "tPerson")], "x.age + 1", "number"),
    decision("age", "person.age", None, [requires("Input", "person")]),
    service("Ask", ["age"], data=["person"]),
    namespace="urn:people",
)
OTHER = dmn(
    knowledge("grow", [("x", "number")], "x * 100", "number"),
    input_data("person", "number"),
    decision("age", "person", None, [requires("Input", "person")]),
    namespace="urn:other",
)


def values(model: DecisionModel, inputs: dict[str, object]) -> dict[str, str]:
    assert model.findings == []
    return {name: feel_text(model.evaluate(name, inputs).value) for name in model.decisions}


def test_equal_names_of_two_imports_are_told_apart_by_their_prefixes() -> None:
    people, asked = requires("Knowledge", "urn:people#grow"), requires("Input", "asked")
    main = dmn(
        imports("people", "urn:people"),
        imports("the others", "urn:other"),
        input_data("asked", "people.tPerson"),
        decision("grown", "people.grow(asked)", "number", [people, asked]),
        decision("grown other", "the others.grow(2)", None, [requires("Knowledge", "urn:other#grow")]),
        decision("type", "asked instance of people.tPerson", None, [asked]),
        decision(
            "ages",
            "people.age + the others.age",
            None,
            [requires("Decision", "urn:people#age"), requires("Decision", "urn:other#age")],
        ),
        decision("asked service", "people.Ask(asked)", None, [requires("Knowledge", "urn:people#Ask"), asked]),
        decision("input", "people.person.age", None, [requires("Input", "urn:people#person")]),
        decision(
            "boxed",
            invocation("people.grow", x="asked"),
            None,
            [people, asked],
        ),
    )
    inputs: dict[str, object] = {
        "asked": {"age": 5},
        "people": {"person": {"age": 6}},
        "the others": {"person": 7},
    }

    assert values(load_model(main, LIBRARY, OTHER), inputs) == {
        "grown": "6",
        "grown other": "200",
        "type": "true",
        "ages": "13",
        "asked service": "5",
        "input": "6",
        "boxed": "6",
    }


def test_an_import_without_a_name_needs_no_prefix() -> None:
    asked = requires("Input", "asked")
    main = dmn(
        imports("", "urn:people"),
        input_data("asked", "tPerson"),
        decision("grown", "grow(asked)", "number", [requires("Knowledge", "urn:people#grow"), asked]),
        decision("same", "age", None, [requires("Decision", "urn:people#age")]),
        decision("service", "Ask(asked)", None, [requires("Knowledge", "urn:people#Ask"), asked]),
    )

    found = values(load_model(main, LIBRARY), {"asked": {"age": 5}, "person": {"age": 6}})

    assert found == {"grown": "6", "same": "6", "service": "5"}


def test_imports_of_imports_are_reached_through_those_between() -> None:
    middle = dmn(
        imports("people", "urn:people"),
        decision("next", "people.age + 1", None, [requires("Decision", "urn:people#age")]),
        knowledge(
            "twice", [("x", "people.tPerson")], "2 * people.grow(x)", None, requires("Knowledge", "urn:people#grow")
        ),
        namespace="urn:middle",
    )
    main = dmn(
        imports("middle", "urn:middle"),
        input_data("asked", "middle.people.tPerson"),
        decision("a", "middle.next", None, [requires("Decision", "urn:middle#next")]),
        decision(
            "b", "middle.twice(asked)", None, [requires("Knowledge", "urn:middle#twice"), requires("Input", "asked")]
        ),
    )
    inputs: dict[str, object] = {"asked": {"age": 5}, "middle": {"people": {"person": {"age": 6}}}}

    assert values(load_model(main, middle, LIBRARY), inputs) == {"a": "7", "b": "12"}
