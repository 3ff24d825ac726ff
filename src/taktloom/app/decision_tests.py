# SPDX-License-Identifier: Apache-2.0
"""Test cases of decisions: describing what a decision asks for, running cases, filling cases from the rules.

Cases live inside the DMN file (see `formats/dmn/case_reader.py`). Nothing here is kept: the editor writes the file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from taktloom.app.context import Context, use_case
from taktloom.app.decisions import MAX_BATCH, now_of
from taktloom.assure.permissions import Permission
from taktloom.model.decision import DecisionDefinition, DecisionTestCase
from taktloom.model.errors import LimitExceededError, NotFoundError, TaktloomError
from taktloom.model.findings import Finding, Severity
from taktloom.model.places import Place

if TYPE_CHECKING:
    from taktloom.decisions import CaseRun, Check, DecisionInterface, DecisionModel, ExplainedDecision
    from taktloom.feel import FeelWarning
    from taktloom.feel.values import FeelDateTime, FeelValue


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionCases:
    """A decision of a file: what it asks for, and the cases kept with it."""

    interface: "DecisionInterface"
    cases: tuple[DecisionTestCase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOutcome:
    """What one case gave. actual: FEEL texts by output name ("" for the whole value); see `decisions.CaseRun`."""

    case: DecisionTestCase
    status: str
    checks: "tuple[CheckedOutput, ...]"
    actual: Mapping[str, str]
    warnings: "tuple[FeelWarning, ...]"
    trace: "tuple[ExplainedDecision, ...]"
    error: TaktloomError | None
    column: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedOutput:
    """One expectation, as FEEL texts."""

    name: str
    expected: str
    actual: str
    is_met: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCount:
    """How many of the cases a rule matched."""

    number: int
    id: str | None
    annotation: str
    hits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReport:
    """The outcomes of a decision's cases in order, counts by status, and the hits of each rule of its table."""

    interface: "DecisionInterface"
    outcomes: tuple[CaseOutcome, ...]
    counts: Mapping[str, int]
    rules: tuple[RuleCount, ...]


@use_case(Permission.DECISION_EVALUATE)
def describe_decisions(context: Context, *, content: bytes) -> tuple[DecisionCases, ...]:
    """The decisions of a DMN text in file order."""
    del context
    from taktloom.decisions import describe_decision
    from taktloom.formats.dmn import read_dmn, read_test_cases

    graph = read_dmn(content)
    return tuple(
        DecisionCases(interface=describe_decision(graph, decision), cases=read_test_cases(decision))
        for decision in graph.decisions
    )


@use_case(Permission.DECISION_EVALUATE)
def run_cases(context: Context, *, content: bytes, decision_id: str, cases: Sequence[DecisionTestCase]) -> CaseReport:
    """Run at most 10,000 cases against a decision of a DMN text. Raises NotFoundError, LimitExceededError."""
    from taktloom.decisions import load_model

    if len(cases) > MAX_BATCH:
        raise LimitExceededError(
            f"{len(cases)} test cases are too many.",
            remedy=f"Run at most {MAX_BATCH} at a time.",
            parameters={"count": str(len(cases)), "limit": str(MAX_BATCH)},
        )
    model = load_model(content)
    return _report(model, _decision(model, decision_id), cases, now_of(context))


@use_case(Permission.DECISION_EVALUATE)
def run_file_tests(context: Context, *, content: bytes, decision_id: str | None = None) -> tuple[CaseReport, ...]:
    """Run the cases kept in a DMN file: of one decision, or of every decision that has some."""
    return _reports(content, now_of(context), decision_id)


@use_case(Permission.DECISION_EVALUATE)
def propose_cases(context: Context, *, content: bytes, decision_id: str) -> tuple[DecisionTestCase, ...]:
    """A case for each rule of a decision's table; none for a decision without table. Raises NotFoundError."""
    del context
    from taktloom.decisions import cases_of_rules, load_model

    model = load_model(content)
    return cases_of_rules(model, _decision(model, decision_id))


def failing_tests(content: bytes, name: str, now: "FeelDateTime") -> tuple[Finding, ...]:
    """A warning for each decision of a DMN file with cases that do not pass."""
    findings = []
    for report in _reports(content, now, None):
        failing = report.counts["failed"] + report.counts["broken"]
        if failing:
            findings.append(
                Finding(
                    severity=Severity.WARNING,
                    rule="decision-test-failed",
                    message=f"{failing} of {len(report.outcomes)} test cases of {report.interface.name!r} do not pass.",
                    place=Place(source=name, element_id=report.interface.decision_id),
                    remedy="Look at the Tests tab below the decision: mend the rules or the expectation.",
                    parameters={
                        "failed": str(failing),
                        "count": str(len(report.outcomes)),
                        "name": report.interface.name,
                    },
                )
            )
    return tuple(findings)


def _reports(content: bytes, now: "FeelDateTime", decision_id: str | None) -> tuple[CaseReport, ...]:
    from taktloom.decisions import load_model
    from taktloom.formats.dmn import read_test_cases

    model = load_model(content)
    wanted = model.graph.decisions if decision_id is None else (_decision(model, decision_id),)
    with_cases = ((decision, read_test_cases(decision)) for decision in wanted)
    return tuple(
        _report(model, decision, cases, now) for decision, cases in with_cases if cases or decision_id is not None
    )


def _report(
    model: "DecisionModel", decision: DecisionDefinition, cases: Sequence[DecisionTestCase], now: "FeelDateTime"
) -> CaseReport:
    from taktloom.decisions import CaseStatus, describe_decision
    from taktloom.decisions import run_cases as run_all

    interface = describe_decision(model.graph, decision)
    runs = run_all(model, decision.id, cases, now=now)
    names = [field.name for field in interface.outputs]
    return CaseReport(
        interface=interface,
        outcomes=tuple(_outcome(model, run, names) for run in runs),
        counts={status.value: sum(run.status is status for run in runs) for status in CaseStatus},
        rules=_rule_counts(model, interface, runs),
    )


def _rule_counts(
    model: "DecisionModel", interface: "DecisionInterface", runs: Sequence["CaseRun"]
) -> tuple[RuleCount, ...]:
    hits: dict[int, int] = {}
    for run in runs:
        trace = () if run.result is None else run.result.trace[-1:]  # the last one made is the one asked for
        for number in (number for made in trace for number in model.own_rules(made) or ()):
            hits[number] = hits.get(number, 0) + 1
    return tuple(
        RuleCount(number=rule.number, id=rule.id, annotation=rule.annotation, hits=hits.get(rule.number, 0))
        for rule in interface.rules
    )


def _outcome(model: "DecisionModel", run: "CaseRun", names: Sequence[str]) -> CaseOutcome:
    from taktloom.decisions import explain, literal

    result = run.result
    return CaseOutcome(
        case=run.case,
        status=run.status.value,
        checks=tuple(_check(check) for check in run.checks),
        actual={} if result is None else {name: literal(_part(result.value, name)) for name in names},
        warnings=() if result is None else result.warnings,
        trace=() if result is None else explain(model, result),
        error=run.error,
        column=run.column,
    )


def _check(check: "Check") -> CheckedOutput:
    from taktloom.decisions import literal

    return CheckedOutput(
        name=check.name, expected=literal(check.expected), actual=literal(check.actual), is_met=check.is_met
    )


def _part(value: "FeelValue", name: str) -> "FeelValue":
    if not name:
        return value
    return value.get(name) if isinstance(value, dict) else None


def _decision(model: "DecisionModel", decision_id: str) -> DecisionDefinition:
    found = next((one for one in model.graph.decisions if decision_id in {one.id, one.name}), None)
    if found is None:
        raise NotFoundError(
            f"The model has no decision {decision_id!r}.",
            Place(source=model.graph.name),
            "Use one of its decisions' names.",
            {"name": decision_id},
        )
    return found
