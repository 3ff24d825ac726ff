# SPDX-License-Identifier: Apache-2.0
"""Requirements in order: long chains, shared and circular ones, services inside of recursion, many threads."""

import threading
from decimal import Decimal

from benchmarks.decisions import dmn_chain, dmn_table, requests

from taktloom.decisions import load_model
from taktloom.feel.values import FeelValue
from tests.decisions.test_decision_model import decision, dmn


def needs(*names: str) -> str:
    return "".join(
        f'<informationRequirement><requiredDecision href="#{name}"/></informationRequirement>' for name in names
    )


def test_a_chain_of_a_thousand_decisions_is_decided() -> None:
    model = load_model(dmn_chain(1000))

    result = model.evaluate("Step 999", {"Amount": Decimal(5)})

    assert result.value == Decimal(1005)
    assert [entry.name for entry in result.trace] == [f"Step {number}" for number in range(1000)]


def test_a_requirement_of_two_decisions_is_decided_once() -> None:
    body = decision("A", "1") + decision("B", "A + 1", needs("A")) + decision("C", "A + 2", needs("A"))
    model = load_model(dmn(body + decision("D", "B * C", needs("B", "C"))))

    result = model.evaluate("D", {})

    assert result.value == Decimal(6)
    assert [entry.name for entry in result.trace] == ["A", "B", "C", "D"]


def test_a_circle_is_null_and_told_and_the_rest_goes_on() -> None:
    body = decision("A", "B", needs("B")) + decision("B", "if A = null then 7 else 8", needs("A"))
    model = load_model(dmn(body))

    result = model.evaluate("B", {})

    assert result.value == Decimal(7)
    assert any("requires itself" in warning.message for warning in result.warnings)


def test_a_business_knowledge_model_may_call_itself_hundreds_of_times() -> None:
    knowledge = (
        '<businessKnowledgeModel id="sum" name="sum up"><variable name="sum up"/><encapsulatedLogic>'
        '<formalParameter name="n" typeRef="number"/><literalExpression><text>if n = 0 then 0 else n + sum up(n - 1)'
        "</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>"
    )
    use = '<knowledgeRequirement><requiredKnowledge href="#sum"/></knowledgeRequirement>'
    model = load_model(dmn(knowledge + decision("D", "sum up(600)", use)))

    result = model.evaluate("D", {})

    assert result.value == Decimal(600 * 601 // 2)
    assert result.warnings == ()
    assert [entry.name for entry in result.trace] == ["D"]
    assert model.evaluate("sum up", {"n": Decimal(500)}).value == Decimal(500 * 501 // 2)


def test_a_decision_service_called_from_deep_inside_traces_each_of_its_decisions_once() -> None:
    inner = (
        '<inputData id="X" name="X"><variable name="X" typeRef="number"/></inputData>'
        + decision("Double", "X * 2", '<informationRequirement><requiredInput href="#X"/></informationRequirement>')
        + '<decisionService id="s" name="twice"><variable name="twice"/><outputDecision href="#Double"/>'
        '<inputData href="#X"/></decisionService>'
    )
    use = '<knowledgeRequirement><requiredKnowledge href="#s"/></knowledgeRequirement>'
    text = "{f: function(n) if n = 0 then twice(21) else f(n - 1), r: f(400)}.r"
    model = load_model(dmn(inner + decision("D", text, use)))

    result = model.evaluate("D", {})

    assert result.value == Decimal(42)
    assert [entry.name for entry in result.trace] == ["Double", "D"]


def test_threads_on_one_model_get_the_answers_of_one() -> None:
    model, given = load_model(dmn_table(60)), requests(60)
    expected = [model.evaluate("Answer", inputs) for inputs in given]
    found: list[list[FeelValue]] = []

    def work() -> None:
        found.append([model.evaluate("Answer", inputs) for inputs in given])  # type: ignore[misc]  # results compare

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert found == [expected] * 4
