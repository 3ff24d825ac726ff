# SPDX-License-Identifier: Apache-2.0
"""Requirements, types, functions and imports of a whole model, from DMN text."""

from decimal import Decimal

import pytest

from taktloom.decisions import load_model
from taktloom.feel.temporal_text import parse_date_time
from taktloom.feel.values import FeelValue
from taktloom.formats.xml_reader import XmlError
from taktloom.model.errors import NotFoundError
from taktloom.model.findings import Severity

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def dmn(body: str, namespace: str = "urn:test") -> str:
    return f'<definitions xmlns="{NAMESPACE}" id="d" name="test" namespace="{namespace}">{body}</definitions>'


def decision(name: str, text: str, requirement: str = "") -> str:
    return (
        f'<decision id="{name}" name="{name}"><variable name="{name}"/>{requirement}'
        f"<literalExpression><text>{text}</text></literalExpression></decision>"
    )


LOAN = dmn(
    """
    <itemDefinition name="tLoan"><itemComponent name="amount"><typeRef>number</typeRef></itemComponent>
      <itemComponent name="term in years"><typeRef>number</typeRef></itemComponent></itemDefinition>
    <itemDefinition name="tGrade"><typeRef>string</typeRef><allowedValues><text>"A", "B"</text></allowedValues>
    </itemDefinition>
    <inputData id="loan" name="Loan"><variable name="Loan" typeRef="tLoan"/></inputData>
    <inputData id="grade" name="Grade"><variable name="Grade" typeRef="tGrade"/></inputData>
    <businessKnowledgeModel id="rate" name="Rate of"><variable name="Rate of"/>
      <encapsulatedLogic><formalParameter name="grade" typeRef="string"/>
        <literalExpression><text>if grade = "A" then 0.01 else 0.02</text></literalExpression></encapsulatedLogic>
    </businessKnowledgeModel>
    <decision id="interest" name="Yearly interest"><variable name="Yearly interest" typeRef="number"/>
      <informationRequirement><requiredInput href="#loan"/></informationRequirement>
      <informationRequirement><requiredInput href="#grade"/></informationRequirement>
      <knowledgeRequirement><requiredKnowledge href="#rate"/></knowledgeRequirement>
      <literalExpression><text>Loan.amount * Rate of(Grade)</text></literalExpression></decision>
    <decision id="total" name="Total"><variable name="Total"/>
      <informationRequirement><requiredInput href="#loan"/></informationRequirement>
      <informationRequirement><requiredDecision href="#interest"/></informationRequirement>
      <literalExpression><text>Yearly interest * Loan.term in years</text></literalExpression></decision>
    <decisionService id="service" name="Pricing"><variable name="Pricing"/>
      <outputDecision href="#total"/><encapsulatedDecision href="#interest"/>
      <inputData href="#loan"/><inputData href="#grade"/></decisionService>
    """
)
INPUTS: dict[str, FeelValue] = {"Loan": {"amount": Decimal(1000), "term in years": Decimal(5)}, "Grade": "B"}


def test_a_decision_is_made_after_what_it_requires() -> None:
    result = load_model(LOAN).evaluate("Total", INPUTS)

    assert result.value == Decimal(100)
    assert [(trace.name, trace.value) for trace in result.trace] == [
        ("Yearly interest", Decimal(20)),
        ("Total", Decimal(100)),
    ]


def test_a_service_is_evaluated_with_its_inputs() -> None:
    assert load_model(LOAN).evaluate("Total", INPUTS, service="Pricing").value == Decimal(100)


def test_a_knowledge_model_can_be_asked_alone() -> None:
    assert load_model(LOAN).evaluate("Rate of", {"grade": "A"}).value == Decimal("0.01")


def test_an_input_that_is_not_of_its_type_is_null_with_a_warning() -> None:
    result = load_model(LOAN).evaluate("Total", {**INPUTS, "Grade": "C"})

    assert any("Grade" in warning.message for warning in result.warnings)


def test_an_unknown_decision_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        load_model(LOAN).evaluate("Nothing", {})


def test_bad_feel_in_one_decision_leaves_the_others_alone() -> None:
    model = load_model(dmn(decision("a", "1 +") + "\n" + decision("b", "2")))

    assert model.evaluate("b", {}).value == Decimal(2)
    assert model.evaluate("a", {}).value is None
    (finding,) = model.findings
    assert (finding.rule, finding.place.line) == ("feel-syntax", 1)


def test_a_circle_of_requirements_is_null_and_told() -> None:
    requires = '<informationRequirement><requiredDecision href="#{}"/></informationRequirement>'
    body = decision("a", "b + 1", requires.format("b")) + decision("b", "a + 1", requires.format("a"))

    result = load_model(dmn(body)).evaluate("a", {})

    assert result.value is None
    assert any("requires itself" in warning.message for warning in result.warnings)


def test_a_dangling_requirement_is_a_finding() -> None:
    missing = '<informationRequirement><requiredInput href="#x"/></informationRequirement>'
    body = decision("a", "1", missing)

    assert [finding.rule for finding in load_model(dmn(body)).findings] == ["dangling-requirement"]


def test_imported_elements_stand_under_their_prefix() -> None:
    library = dmn(decision("VAT", "0.19"), namespace="urn:library")
    main = dmn(
        f'<import name="lib" namespace="urn:library" importType="{NAMESPACE}"/>'
        '<decision id="gross" name="Gross"><variable name="Gross"/><informationRequirement>'
        '<requiredDecision href="urn:library#VAT"/></informationRequirement>'
        "<literalExpression><text>100 * (1 + lib.VAT)</text></literalExpression></decision>"
    )

    assert load_model(main, library).evaluate("Gross", {}).value == Decimal(119)


def test_a_model_imported_twice_has_inputs_of_its_own_each_time() -> None:
    requires = '<informationRequirement><required{} href="{}"/></informationRequirement>'
    prefix = f'<import name="{{}}" namespace="{{}}" importType="{NAMESPACE}"/>'
    people = dmn(
        '<inputData id="p" name="Person name"><variable name="Person name"/></inputData>'
        + decision("Greet", '"Hi " + Person name', requires.format("Input", "#p")),
        namespace="urn:people",
    )
    greeting = prefix.format("people", "urn:people") + decision(
        "Eval", "people.Greet", requires.format("Decision", "urn:people#Greet")
    )
    both = requires.format("Decision", "urn:b1#Eval") + requires.format("Decision", "urn:b2#Eval")
    main = dmn(
        prefix.format("b1", "urn:b1") + prefix.format("b2", "urn:b2") + decision("Both", "[b1.Eval, b2.Eval]", both)
    )
    model = load_model(main, dmn(greeting, namespace="urn:b1"), dmn(greeting, namespace="urn:b2"), people)

    inputs: dict[str, FeelValue] = {
        "b1": {"people": {"Person name": "Ann"}},
        "b2": {"people": {"Person name": "Lee"}},
    }

    assert model.evaluate("Both", inputs).value == ["Hi Ann", "Hi Lee"]


def test_the_clock_reaches_every_decision() -> None:
    body = decision("a", "now().year")

    assert load_model(dmn(body)).evaluate("a", {}, now=parse_date_time("2031-01-01T00:00:00Z")).value == Decimal(2031)


@pytest.mark.parametrize("text", ["<a/>", "", "<definitions/>", dmn("")[:-3]])
def test_what_is_not_dmn_is_refused(text: str) -> None:
    with pytest.raises(XmlError):
        load_model(text)


def test_an_expression_in_another_language_is_an_error_with_its_place_and_not_passed_over() -> None:
    text = dmn(decision("sum", "1 + 1")).replace("<literalExpression", '<literalExpression expressionLanguage="juel"')

    (finding,) = load_model(text).findings

    assert (finding.rule, finding.severity) == ("expression-language-unsupported", Severity.ERROR)
    assert finding.parameters == {"language": "juel"}


def test_the_standards_and_vendors_names_of_feel_are_feel() -> None:
    for language in ("https://www.omg.org/spec/DMN/20230324/FEEL/", "feel", "FEEL"):
        text = dmn(decision("sum", "1 + 1")).replace(
            "<literalExpression", f'<literalExpression expressionLanguage="{language}"'
        )
        assert load_model(text).findings == []
