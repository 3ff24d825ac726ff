# SPDX-License-Identifier: Apache-2.0
"""Batches of inputs share a budget and do not disturb each other; deploying a draft tells which test cases fail."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from taktloom.app import decision_tests, decisions, deployments, drafts
from taktloom.app.context import LOCAL_OPERATOR, Context
from taktloom.app.settings import Settings
from taktloom.app.wiring import Rooms
from taktloom.feel import FeelBudgetError
from taktloom.feel.wire import ValueConversionError
from taktloom.model.errors import LimitExceededError, NotFoundError
from tests.app.models import PERMIT_BPMN
from tests.decisions.models import risk_model

MODEL = risk_model().encode()
CURRIED = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="d" name="d" namespace="urn:test">
  <inputData id="n" name="n"><variable name="n" typeRef="number"/></inputData>
  <decision id="pick" name="pick"><variable name="pick"/>
    <informationRequirement><requiredInput href="#n"/></informationRequirement>
    <literalExpression><text>if n = 1 then function(x) x else count(for i in 1..n return i)</text></literalExpression>
  </decision></definitions>"""


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    rooms = Rooms(Settings(data=tmp_path / "data"))
    yield Context(principal=LOCAL_OPERATOR, rooms=rooms)
    rooms.close()


def test_an_input_whose_value_cannot_be_told_or_takes_too_long_leaves_the_others(context: Context) -> None:
    inputs = [{"n": 1}, {"n": 2}, {"n": 3_000_000}, {"n": 4}]

    answers = decisions.evaluate_file_batch(context, content=CURRIED, decision_id="pick", inputs=inputs)

    assert [answer.value for answer in answers] == [None, 2, None, 4]
    assert isinstance(answers[0].error, ValueConversionError)
    assert isinstance(answers[2].error, FeelBudgetError)


def test_the_inputs_of_a_batch_share_a_budget(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decisions, "_BATCH_STEPS", 1_000)

    answers = decisions.evaluate_file_batch(context, content=CURRIED, decision_id="pick", inputs=[{"n": 400}] * 4)

    assert [answer.value for answer in answers[:2]] == [400, 400]
    assert isinstance(answers[3].error, FeelBudgetError)


def test_progress_hears_of_every_input_and_too_many_are_refused_at_once(context: Context) -> None:
    heard: list[int] = []

    decisions.evaluate_file_batch(
        context, content=CURRIED, decision_id="pick", inputs=[{"n": 2}] * 3, progress=heard.append
    )

    assert heard == [1, 2, 3]
    with pytest.raises(LimitExceededError):
        decisions.evaluate_file_batch(context, content=CURRIED, decision_id="pick", inputs=[{}] * 10_001)


def test_the_tests_of_one_decision_or_of_all_that_have_some_are_run(context: Context) -> None:
    every = decision_tests.run_file_tests(context, content=MODEL)
    fee = decision_tests.run_file_tests(context, content=MODEL, decision_id="Fee")

    assert [(report.interface.name, report.counts["passed"]) for report in every] == [("Risk", 1)]
    assert [(report.interface.name, report.outcomes) for report in fee] == [("Fee", ())]
    assert [rule.hits for rule in every[0].rules] == [1, 0, 0, 0]
    with pytest.raises(NotFoundError):
        decision_tests.run_file_tests(context, content=MODEL, decision_id="nobody")


def test_a_draft_is_deployed_though_a_test_case_fails_and_the_deployment_says_so(context: Context) -> None:
    failing = risk_model(expected="low").encode()
    draft = drafts.create_draft(context, name="Permit", bpmn_xml=PERMIT_BPMN, dmn_xml=failing)

    deployed = deployments.deploy_draft(context, draft_id=draft.draft_id, revision=draft.revision)

    assert [decision.decision_id for decision in deployed.decisions] == ["risk", "fee"]
    assert [(finding.rule, finding.parameters["name"]) for finding in deployed.findings] == [
        ("decision-test-failed", "Risk")
    ]
    passing = drafts.create_draft(context, name="Permit", bpmn_xml=PERMIT_BPMN, dmn_xml=MODEL)
    assert deployments.deploy_draft(context, draft_id=passing.draft_id, revision=passing.revision).findings == ()
