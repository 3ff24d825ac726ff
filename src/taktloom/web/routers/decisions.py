# SPDX-License-Identifier: Apache-2.0
"""Decisions: evaluate, explain, test; expressions. Nothing that is sent here is kept."""

from dataclasses import fields

from fastapi import APIRouter, Response

from taktloom.app import decision_tests, decisions
from taktloom.app.calls import calls
from taktloom.model.decision import DecisionTestCase
from taktloom.web.callers import Caller
from taktloom.web.paging import shown_list
from taktloom.web.problems import problem_of
from taktloom.web.routes import Route
from taktloom.web.schemas import decisions as schemas
from taktloom.web.schemas.convert import shown, shown_all
from taktloom.web.schemas.processes import DeployedDecision
from taktloom.web.schemas.shared import PageOut
from taktloom.web.values import from_wire

router = APIRouter(tags=["decisions"], route_class=Route)


@router.get("/decisions")
@calls(decisions.list_decisions)
def list_decisions(context: Caller) -> PageOut[DeployedDecision]:
    """All deployed decisions."""
    return shown_list(DeployedDecision, decisions.list_decisions(context))


@router.get("/decisions/{decision_id}")
@calls(decisions.show_decision)
def show_decision(context: Caller, decision_id: str, version: int | None = None) -> schemas.DecisionDetail:
    """One deployed version, the others, what it asks for, and how often processes asked it, rule by rule."""
    return shown(schemas.DecisionDetail, decisions.show_decision(context, decision_id=decision_id, version=version))


@router.get("/decisions/{decision_id}/versions/{version}/dmn", response_class=Response)
@calls(decisions.read_decision)
def read_decision(context: Caller, decision_id: str, version: int) -> Response:
    """The DMN file of a deployed version."""
    return Response(
        decisions.read_decision(context, decision_id=decision_id, version=version), media_type="application/xml"
    )


@router.post("/decisions/{decision_id}/evaluations")
@calls(decisions.evaluate_decision)
def evaluate_decision(context: Caller, decision_id: str, body: schemas.EvaluationIn) -> schemas.Evaluation:
    """Evaluate a deployed decision, with every decision made on the way and the rules that matched."""
    answer = decisions.evaluate_decision(
        context, decision_id=decision_id, inputs=from_wire(body.inputs), version=body.version
    )
    return shown(schemas.Evaluation, answer)


@router.post("/decisions/{decision_id}/evaluations/batch")
@calls(decisions.evaluate_decision_batch)
def evaluate_decision_batch(context: Caller, decision_id: str, body: schemas.BatchIn) -> schemas.BatchResults:
    """Evaluate a deployed decision for many inputs; one that fails does not stop the others."""
    return _results(
        decisions.evaluate_decision_batch(context, decision_id=decision_id, inputs=body.inputs, version=body.version)
    )


@router.post("/models/evaluations")
@calls(decisions.evaluate_file_batch)
def evaluate_model(context: Caller, body: schemas.ModelBatchIn) -> schemas.BatchResults:
    """Evaluate a decision of a DMN text, such as a draft's, for many inputs."""
    content = body.dmn_xml.encode()
    return _results(
        decisions.evaluate_file_batch(context, content=content, decision_id=body.decision_id, inputs=body.inputs)
    )


@router.post("/models/decisions")
@calls(decision_tests.describe_decisions)
def describe_decisions(context: Caller, body: schemas.ModelIn) -> schemas.ModelDecisions:
    """What each decision of a DMN text asks for and gives, and the test cases kept with it."""
    found = decision_tests.describe_decisions(context, content=body.dmn_xml.encode())
    return schemas.ModelDecisions(decisions=shown_all(schemas.DecisionCases, found))


@router.post("/models/decision-tests")
@calls(decision_tests.run_cases)
def run_decision_tests(context: Caller, body: schemas.TestRunIn) -> schemas.TestReport:
    """Run test cases against a decision of a DMN text."""
    cases = [DecisionTestCase(**case.model_dump()) for case in body.cases]
    report = decision_tests.run_cases(context, content=body.dmn_xml.encode(), decision_id=body.decision_id, cases=cases)
    return schemas.TestReport(
        interface=shown(schemas.DecisionInterface, report.interface),
        outcomes=[_outcome(outcome) for outcome in report.outcomes],
        counts=dict(report.counts),
        rules=shown_all(schemas.RuleCount, report.rules),
    )


@router.post("/models/decision-cases")
@calls(decision_tests.propose_cases)
def propose_cases(context: Caller, body: schemas.ModelDecisionIn) -> schemas.TestCases:
    """A test case for each rule of a decision's table."""
    cases = decision_tests.propose_cases(context, content=body.dmn_xml.encode(), decision_id=body.decision_id)
    return schemas.TestCases(cases=shown_all(schemas.TestCase, cases))


@router.post("/expressions/evaluations")
@calls(decisions.evaluate_expression)
def evaluate_expression(context: Caller, body: schemas.ExpressionIn) -> schemas.ExpressionResult:
    """Evaluate a FEEL expression."""
    result = decisions.evaluate_expression(context, expression=body.expression, variables=from_wire(body.context))
    return shown(schemas.ExpressionResult, result)


def _results(answers: tuple[decisions.Answer, ...]) -> schemas.BatchResults:
    return schemas.BatchResults(results=[_result(answer) for answer in answers])


def _result(answer: decisions.Answer) -> schemas.BatchResult:
    evaluation = shown(schemas.Evaluation, answer)
    problem = None if answer.error is None else problem_of(answer.error)
    return schemas.BatchResult.model_construct(**dict(evaluation), problem=problem)


def _outcome(outcome: decision_tests.CaseOutcome) -> schemas.TestOutcome:
    problem = None if outcome.error is None else problem_of(outcome.error)
    return schemas.TestOutcome.model_validate(
        {field.name: getattr(outcome, field.name) for field in fields(outcome) if field.name != "error"}
        | {"problem": problem}
    )
