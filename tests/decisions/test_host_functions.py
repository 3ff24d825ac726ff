# SPDX-License-Identifier: Apache-2.0
"""External functions: null without a registration, typed with one."""

import math
from decimal import Decimal

import pytest

from taktloom.decisions import HostFunction, load_model
from taktloom.feel.host_functions import UnknownTypeError
from taktloom.feel.values import FeelValue
from tests.decisions.test_decision_model import decision, dmn

COSINE = HostFunction(call=math.cos, parameters=("number",), result="number")
LITERAL = '{f: function(x) external {java: {class: "a.Math", method signature: "cos(double)"}}, r: f(%s)}.r'
KNOWLEDGE = (
    '<businessKnowledgeModel id="k" name="k"><variable name="k"/><encapsulatedLogic kind="Java">'
    '<formalParameter name="x" typeRef="number"/><context>'
    '<contextEntry><variable name="class"/><literalExpression><text>"a.Math"</text></literalExpression></contextEntry>'
    '<contextEntry><variable name="method signature"/><literalExpression><text>"cos( double )"</text>'
    "</literalExpression></contextEntry></context></encapsulatedLogic></businessKnowledgeModel>"
)
USE = '<knowledgeRequirement><requiredKnowledge href="#k"/></knowledgeRequirement>'


def decide(text: str, functions: dict[str, HostFunction]) -> tuple[FeelValue, list[str]]:
    result = load_model(dmn(KNOWLEDGE + decision("D", text, USE)), functions=functions).evaluate("D", {})
    return result.value, [warning.message for warning in result.warnings]


@pytest.mark.parametrize("name", ["a.Math.cos(double)", "a.Math.cos", " a.Math.cos( double )"])
@pytest.mark.parametrize("text", [LITERAL % "0", "k(0)"])
def test_a_registered_function_answers(name: str, text: str) -> None:
    assert decide(text, {name: COSINE}) == (Decimal(1), [])


@pytest.mark.parametrize("text", [LITERAL % "0", "k(0)"])
def test_without_a_registration_the_answer_is_null_and_names_what_is_missing(text: str) -> None:
    value, warnings = decide(text, {"a.Math.sin": COSINE})

    assert value is None
    assert warnings[0] == "The host has registered no external function 'a.Math.cos(double)'."


def test_arguments_and_answers_are_checked() -> None:
    wrong_result = HostFunction(call=str, parameters=("number",), result="number")

    assert decide(LITERAL % '"a"', {"a.Math.cos": COSINE})[0] is None
    assert decide(LITERAL % "[0]", {"a.Math.cos": COSINE})[0] == Decimal(1)
    assert decide(LITERAL % "0", {"a.Math.cos": wrong_result})[0] is None


def test_a_function_that_fails_gives_null() -> None:
    value, warnings = decide(LITERAL % "0", {"a.Math.cos": HostFunction(call=lambda x: 1 / x, parameters=("number",))})

    assert value is None
    assert "failed: DivisionByZero" in warnings[0] or "failed: ZeroDivisionError" in warnings[0]


def test_a_function_with_an_unknown_type_is_refused() -> None:
    with pytest.raises(UnknownTypeError):
        load_model(dmn(""), functions={"f": HostFunction(call=len, parameters=("text",))})
