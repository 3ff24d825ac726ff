# SPDX-License-Identifier: Apache-2.0
"""Describing a decision, running its test cases, and filling cases from its rules."""

from dataclasses import replace

import pytest

from taktloom.decisions import (
    CaseStatus,
    DecisionModel,
    FieldKind,
    case_runs,
    cases_of_rules,
    describe_decision,
    literal,
    load_model,
    run_cases,
)
from taktloom.feel import evaluate
from taktloom.formats.dmn import read_dmn, read_test_cases, write_dmn
from taktloom.model.decision import DecisionTestCase
from taktloom.model.errors import LimitExceededError
from tests.decisions.models import risk_model


def model(**changes: str) -> DecisionModel:
    return load_model(risk_model(**changes))


def case(inputs: dict[str, str], **expected: str) -> DecisionTestCase:
    return DecisionTestCase(
        id="c", name="", inputs=inputs, expected={name.replace("whole", ""): text for name, text in expected.items()}
    )


def test_inputs_are_the_input_data_required_directly_or_through_other_decisions_with_kind_and_choices() -> None:
    loaded = model()

    found = describe_decision(loaded.graph, loaded.graph.decisions[0])

    fields = [(field.name, field.kind, field.choices) for field in found.inputs]
    assert fields == [
        ("cost", FieldKind.NUMBER, ()),
        ("zone", FieldKind.TEXT, ('"inner"', '"outer"')),
        ("asked on", FieldKind.DATE, ()),
    ]
    assert [(field.name, field.kind) for field in found.outputs] == [("", FieldKind.TEXT)]
    assert (found.rules[0].number, found.rules[0].id, found.rules[0].annotation) == (1, "r1", "12/12")


def test_an_input_without_type_takes_that_of_the_column_that_reads_it_in_a_required_decision_too() -> None:
    loaded = model()

    fee = describe_decision(loaded.graph, loaded.graph.decisions[1])

    assert [(field.name, field.kind) for field in fee.inputs][2] == ("asked on", FieldKind.DATE)


def test_a_name_that_the_table_reads_and_nothing_declares_is_told() -> None:
    loaded = model(zone_requirement="")

    assert describe_decision(loaded.graph, loaded.graph.decisions[0]).undeclared == ("zone",)
    assert describe_decision(model().graph, model().graph.decisions[0]).undeclared == ()


def test_a_case_passes_fails_is_unchecked_or_broken() -> None:
    cases = [
        case({"cost": "6000", "zone": '"inner"'}, whole='"high"'),
        case({"cost": "6000", "zone": '"inner"'}, whole='"low"'),
        case({"cost": "6000", "zone": '"inner"'}),
        case({"cost": "6000 +"}, whole='"high"'),
    ]

    runs = run_cases(model(), "risk", cases)

    assert [run.status for run in runs] == [
        CaseStatus.PASSED,
        CaseStatus.FAILED,
        CaseStatus.UNCHECKED,
        CaseStatus.BROKEN,
    ]
    assert (runs[1].checks[0].expected, runs[1].checks[0].actual) == ("low", "high")
    assert runs[3].column == "cost"
    assert runs[3].error is not None


def test_an_expectation_is_compared_as_a_feel_value_and_sees_the_inputs() -> None:
    def fee(expected: str) -> CaseStatus:
        return run_cases(model(), "fee", [case({"cost": "200", "zone": '"inner"'}, whole=expected)])[0].status

    assert fee("2.0") is CaseStatus.PASSED
    assert fee("cost / 100") is CaseStatus.PASSED
    assert fee('"2"') is CaseStatus.FAILED
    assert fee("null") is CaseStatus.FAILED


def test_an_expected_null_is_met_by_null_only() -> None:
    runs = run_cases(model(), "fee", [case({}, whole="null"), case({}, whole="0")])

    assert [run.status for run in runs] == [CaseStatus.PASSED, CaseStatus.FAILED]


def test_cases_share_a_budget_and_the_ones_that_come_too_late_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_runs, "BATCH_STEPS", 6)

    runs = run_cases(model(), "risk", [case({"cost": "1"}, whole='"low"')] * 3)

    assert runs[0].status is CaseStatus.PASSED
    assert runs[2].status is CaseStatus.BROKEN
    assert isinstance(runs[2].error, LimitExceededError)


def test_each_rule_gets_a_case_that_it_answers() -> None:
    loaded = model()
    cases = cases_of_rules(loaded, loaded.graph.decisions[0])

    runs = run_cases(loaded, "risk", cases)

    assert [run.status for run in runs] == [CaseStatus.PASSED] * 4
    assert [run.result.trace[-1].matches[0].rules[0] for run in runs if run.result] == [1, 2, 3, 4]
    assert cases[0].inputs == {"cost": "5001", "zone": '"inner"'}
    assert cases[2].inputs["asked on"] == '@"2026-01-01"'


def test_a_rule_that_an_earlier_one_hides_gets_a_case_that_fails() -> None:
    loaded = model(last_rule="&gt; 6000")

    run = run_cases(loaded, "risk", cases_of_rules(loaded, loaded.graph.decisions[0]))[3]

    assert run.case.inputs["cost"] == "6001"
    assert run.status is CaseStatus.PASSED  # another zone than the first rule's reaches it

    hidden = model(last_rule="&gt; 6000", last_zone='"inner"')
    assert run_cases(hidden, "risk", cases_of_rules(hidden, hidden.graph.decisions[0]))[3].status is CaseStatus.FAILED


def test_test_cases_are_read_from_the_file_and_written_back() -> None:
    graph = read_dmn(risk_model())
    expected = (
        DecisionTestCase(id="a", name="big", inputs={"cost": "7000", "zone": '"inner"'}, expected={"": '"high"'}),
    )

    assert read_test_cases(graph.decisions[0]) == expected
    assert read_test_cases(read_dmn(write_dmn(graph)).decisions[0]) == expected
    assert read_test_cases(replace(graph.decisions[0], kept=())) == ()


@pytest.mark.parametrize("text", ['@"2026-01-31"', '@"P1DT2H"', '[1, "a\\"b", null]', '{"a b": @"10:00:00"}', "true"])
def test_a_literal_gives_its_value_again(text: str) -> None:
    value = evaluate(text, {}).value

    assert evaluate(literal(value), {}).value == value
