# SPDX-License-Identifier: Apache-2.0
"""What lint says of a decision model, and what it leaves alone."""

from dataclasses import replace

import pytest

from taktloom.decisions import load_model
from taktloom.model.decision import (
    DecisionDefinition,
    DecisionRequirementsGraph,
    ElementReference,
    InformationItem,
    InputData,
    ItemDefinition,
    LiteralExpression,
)


def decision(name: str, text: str, *needs: str) -> DecisionDefinition:
    """A decision that requires inputs (lower case) and decisions (upper case) by their names."""
    return DecisionDefinition(
        id=name,
        name=name,
        variable=InformationItem(name=name),
        expression=LiteralExpression(text=text),
        required_inputs=tuple(ElementReference(id=need) for need in needs if need.islower()),
        required_decisions=tuple(ElementReference(id=need) for need in needs if need.isupper()),
    )


def graph(*decisions: DecisionDefinition, inputs: tuple[str, ...] = ("x",)) -> DecisionRequirementsGraph:
    data = tuple(InputData(id=name, name=name, variable=InformationItem(name=name)) for name in inputs)
    return DecisionRequirementsGraph(id="g", name="g", namespace="urn:g", decisions=decisions, inputs=data)


def rules(model: DecisionRequirementsGraph) -> list[str]:
    return [finding.rule for finding in load_model(model).lint]


def test_a_sound_model_has_no_findings() -> None:
    assert rules(graph(decision("A", "x + 1", "x"), decision("B", "A * 2", "A"))) == []


def test_decisions_that_require_each_other_are_named_in_order() -> None:
    model = graph(decision("A", "B", "B"), decision("B", "C", "C"), decision("C", "A", "A"), inputs=())

    findings = load_model(model).lint

    assert [finding.rule for finding in findings] == ["requirement-circle"]
    assert findings[0].parameters == {"way": "A → B → C → A"}


def test_a_decision_that_requires_itself_is_a_circle() -> None:
    assert rules(graph(decision("A", "1", "A"), inputs=())) == ["requirement-circle"]


@pytest.mark.parametrize(
    "text",
    [
        "for i in [1, 2] return i + x",
        "some i in [1] satisfies i > x",
        "{a: x, b: a + 1}.b",
        "[{size: 1}][size > 0]",
        "function(a) a + x",
        "sum([x])",
        "if x > 1 then x else null",
    ],
)
def test_names_that_an_expression_makes_itself_are_known(text: str) -> None:
    assert rules(graph(decision("A", text, "x"))) == []


def test_an_unknown_name_comes_with_the_nearest_one() -> None:
    finding = load_model(graph(decision("A", "income + 1", "incomes"), inputs=("incomes",))).lint[0]

    assert (finding.rule, finding.parameters["near"]) == ("unknown-name", "incomes")


def test_a_name_of_the_model_without_requirement_is_an_error() -> None:
    assert rules(graph(decision("A", "x", "y"), inputs=("x", "y"))) == ["unused-input-data", "name-without-requirement"]


def test_types_names_and_logic_are_looked_at() -> None:
    model = graph(decision("A", "x", "x"))
    typed = replace(model, item_definitions=(ItemDefinition(name="tX", type_ref="tMissing"),))
    twice = replace(model, inputs=(*model.inputs, replace(model.inputs[0], id="x2")))
    empty = replace(model, decisions=(replace(model.decisions[0], expression=None),))

    assert rules(typed) == ["unknown-type"]
    assert rules(twice) == ["name-used-twice", "unused-input-data"]
    assert rules(empty) == ["decision-without-logic"]
