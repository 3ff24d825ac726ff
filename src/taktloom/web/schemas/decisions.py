# SPDX-License-Identifier: Apache-2.0
"""Decisions: evaluations of one and of many inputs, test cases, deployed versions, expressions."""

from datetime import date
from typing import Literal

from pydantic import Field, JsonValue

from taktloom.web.schemas.processes import XML_LIMIT, DeployedDecision
from taktloom.web.schemas.shared import In, Out, Problem, Wire

MAX_BATCH = 10_000
_TEXT_LIMIT = 20_000


class EvaluationIn(In):
    """inputs: variables by name. version: of the decision, null for the newest."""

    inputs: dict[str, JsonValue] = Field(default_factory=dict)
    version: int | None = None


class BatchIn(In):
    """inputs: at most 10,000; each is evaluated on its own."""

    inputs: list[dict[str, JsonValue]] = Field(max_length=MAX_BATCH)
    version: int | None = None


class ModelBatchIn(In):
    """decision_id: id or name of a decision of dmn_xml."""

    dmn_xml: str = Field(max_length=XML_LIMIT)
    decision_id: str = Field(max_length=1000)
    inputs: list[dict[str, JsonValue]] = Field(max_length=MAX_BATCH)


class EvaluationWarning(Out):
    """position: offset in the expression that gave null, null where there is none."""

    kind: str
    message: str
    position: int | None


class ExplainedRule(Out):
    """number: of the rule, from 1. outputs: its cells as written, by output name."""

    number: int
    id: str | None
    annotation: str
    outputs: dict[str, str]


class RuleMatch(Out):
    table_id: str | None
    rules: list[ExplainedRule]


class DecisionTrace(Out):
    """inputs: what the decision was made from, by name."""

    decision_id: str
    name: str
    inputs: dict[str, Wire]
    value: Wire
    matches: list[RuleMatch]


class Evaluation(Out):
    """trace: every decision made on the way, required ones first."""

    value: Wire
    warnings: list[EvaluationWarning]
    trace: list[DecisionTrace]


class BatchResult(Evaluation):
    """problem: why this input has no value; null where it has one."""

    problem: Problem | None


class BatchResults(Out):
    """In the order of the inputs."""

    results: list[BatchResult]


class DecisionField(Out):
    """name: "" for the value of the decision as a whole. choices: the allowed values as FEEL literals."""

    name: str
    kind: Literal["text", "number", "boolean", "date", "feel"]
    type_ref: str | None
    choices: list[str]


class RuleLabel(Out):
    number: int
    id: str | None
    annotation: str


class DecisionInterface(Out):
    """undeclared: names that the table reads and that no requirement gives it, which makes them null."""

    decision_id: str
    name: str
    inputs: list[DecisionField]
    outputs: list[DecisionField]
    rules: list[RuleLabel]
    undeclared: list[str]


class TestCase(Out):
    """FEEL texts: inputs by name, expected by output name ("" for the whole value)."""

    id: str
    name: str
    inputs: dict[str, str]
    expected: dict[str, str]


class TestCaseIn(In):
    id: str = Field(max_length=200)
    name: str = Field(default="", max_length=_TEXT_LIMIT)
    inputs: dict[str, str] = Field(default_factory=dict)
    expected: dict[str, str] = Field(default_factory=dict)


class TestCases(Out):
    cases: list[TestCase]


class DecisionCases(Out):
    interface: DecisionInterface
    cases: list[TestCase]


class ModelDecisions(Out):
    decisions: list[DecisionCases]


class ModelIn(In):
    dmn_xml: str = Field(max_length=XML_LIMIT)


class ModelDecisionIn(ModelIn):
    decision_id: str = Field(max_length=1000)


class TestRunIn(ModelDecisionIn):
    cases: list[TestCaseIn] = Field(max_length=MAX_BATCH)


class CheckedOutput(Out):
    name: str
    expected: str
    actual: str
    is_met: bool


class TestOutcome(Out):
    """actual: FEEL texts by output name. problem: why the case is broken; column: of the text that is no FEEL."""

    case: TestCase
    status: Literal["passed", "failed", "unchecked", "broken"]
    checks: list[CheckedOutput]
    actual: dict[str, str]
    warnings: list[EvaluationWarning]
    trace: list[DecisionTrace]
    problem: Problem | None
    column: str | None


class RuleCount(Out):
    number: int
    id: str | None
    annotation: str
    hits: int


class TestReport(Out):
    """rules: how many of the cases each rule of the decision's table matched."""

    interface: DecisionInterface
    outcomes: list[TestOutcome]
    counts: dict[str, int]
    rules: list[RuleCount]


class RuleHits(Out):
    """What processes asked: rules by number from 1, those that never matched are absent; days of UTC."""

    version: int
    evaluations: int
    unmatched: int
    first_day: date | None
    last_day: date | None
    rules: dict[int, int]


class DecisionDetail(Out):
    deployed: DeployedDecision
    versions: list[DeployedDecision]
    interface: DecisionInterface
    hits: RuleHits


class ExpressionIn(In):
    expression: str = Field(max_length=_TEXT_LIMIT)
    context: dict[str, JsonValue] = Field(default_factory=dict)


class ExpressionResult(Out):
    """text: the value as FEEL text."""

    value: Wire
    text: str
    warnings: list[EvaluationWarning]
