# SPDX-License-Identifier: Apache-2.0
"""Running test cases of a decision: inputs and expectations are FEEL texts, what comes out is compared as FEEL values.

An expectation sees the inputs of its case, so that the text of a rule's output (`cost * 2`) can be expected as it is.
Equality is that of FEEL: 1.0 is 1, and null is only null. One case that cannot be read leaves the others alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from taktloom.decisions.decision_model import DecisionModel
from taktloom.decisions.run import DecisionResult
from taktloom.feel.compiler import evaluate
from taktloom.feel.errors import Budget, FeelSyntaxError
from taktloom.feel.kinds import FeelDateTime, FeelValue
from taktloom.feel.operators import equal
from taktloom.model.decision import DecisionTestCase
from taktloom.model.errors import TaktloomError

__all__ = ["CaseRun", "CaseStatus", "Check", "run_case", "run_cases"]

BATCH_STEPS = 20_000_000  # for all cases together; some ten seconds
_CELL = Budget(steps=100_000)


class CaseStatus(StrEnum):
    """unchecked: nothing was expected. broken: a text of the case is not FEEL, or a budget was spent."""

    PASSED = "passed"
    FAILED = "failed"
    UNCHECKED = "unchecked"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One expectation. name: of the output, "" for the whole value."""

    name: str
    expected: FeelValue
    actual: FeelValue
    is_met: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRun:
    """What became of one case. result: None when it is broken, and error then says why; column: of the broken text."""

    case: DecisionTestCase
    status: CaseStatus
    checks: tuple[Check, ...] = ()
    result: DecisionResult | None = None
    error: TaktloomError | None = None
    column: str | None = None


class _BrokenTextError(Exception):
    def __init__(self, column: str, reason: TaktloomError) -> None:
        super().__init__(column, reason)
        self.column, self.reason = column, reason


def run_cases(
    model: DecisionModel, decision_id: str, cases: Sequence[DecisionTestCase], *, now: FeelDateTime | None = None
) -> tuple[CaseRun, ...]:
    """Run all; together they may take 20 million steps, and those that come later are broken by the spent budget."""
    left = BATCH_STEPS
    runs: list[CaseRun] = []
    for case in cases:
        run = run_case(model, decision_id, case, now=now, budget=Budget(steps=max(1, min(Budget().steps, left))))
        left -= run.result.steps if run.result is not None else Budget().steps if run.column is None else 0
        runs.append(run)
    return tuple(runs)


def run_case(
    model: DecisionModel,
    decision_id: str,
    case: DecisionTestCase,
    *,
    now: FeelDateTime | None = None,
    budget: Budget | None = None,
) -> CaseRun:
    """Run one case; raises nothing but NotFoundError for a decision that the model lacks."""
    try:
        inputs = {name: _value(name, text, {}, now) for name, text in case.inputs.items()}
        expected = {name: _value(name, text, inputs, now) for name, text in case.expected.items()}
    except _BrokenTextError as broken:
        return CaseRun(case=case, status=CaseStatus.BROKEN, error=broken.reason, column=broken.column)
    try:
        result = model.evaluate(decision_id, inputs, now=now, budget=budget)
    except TaktloomError as error:
        return CaseRun(case=case, status=CaseStatus.BROKEN, error=error)
    checks = tuple(_check(name, value, result.value) for name, value in expected.items())
    return CaseRun(case=case, status=_status(checks), checks=checks, result=result)


def _value(column: str, text: str, context: Mapping[str, FeelValue], now: FeelDateTime | None) -> FeelValue:
    try:
        return evaluate(text, dict(context), now=now, budget=_CELL).value
    except (FeelSyntaxError, TaktloomError) as error:
        raise _BrokenTextError(column, error) from error


def _check(name: str, expected: FeelValue, value: FeelValue) -> Check:
    actual = value
    if name:
        actual = value.get(name) if isinstance(value, dict) else None
    is_met = actual is None if expected is None else equal(expected, actual) is True
    return Check(name=name, expected=expected, actual=actual, is_met=is_met)


def _status(checks: Sequence[Check]) -> CaseStatus:
    if not checks:
        return CaseStatus.UNCHECKED
    return CaseStatus.PASSED if all(check.is_met for check in checks) else CaseStatus.FAILED
