# SPDX-License-Identifier: Apache-2.0
"""Decisions and expressions: what is deployed, and evaluation of one or many inputs without keeping anything."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from taktloom.app.context import Context, use_case
from taktloom.assure.permissions import Permission
from taktloom.feel.values import FeelValue
from taktloom.model.errors import LimitExceededError, TaktloomError
from taktloom.model.operations import DeployedDecision, Page, RuleHits

if TYPE_CHECKING:
    from taktloom.decisions import DecisionInterface, DecisionModel, DecisionResult, ExplainedDecision
    from taktloom.feel import Budget, FeelWarning
    from taktloom.feel.values import FeelDateTime

MAX_BATCH = 10_000
_BATCH_STEPS = 20_000_000  # of all inputs of a batch together; some ten seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one input gave. error: why there is no value, set for an input of a batch only."""

    value: FeelValue = None
    warnings: "tuple[FeelWarning, ...]" = ()
    trace: "tuple[ExplainedDecision, ...]" = ()
    error: TaktloomError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpressionAnswer:
    """The value of an expression; *text* is FEEL that gives it again."""

    value: FeelValue
    text: str
    warnings: "tuple[FeelWarning, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionDetail:
    """One deployed version, the others, what it asks for, and how often processes asked it."""

    deployed: DeployedDecision
    versions: tuple[DeployedDecision, ...]
    interface: "DecisionInterface"
    hits: RuleHits


@use_case(Permission.PROCESS_VIEW)
def list_decisions(context: Context) -> Page[DeployedDecision]:
    """The newest version of every decision."""
    decisions = context.rooms.engine.deployments.decisions()
    return Page(items=decisions, total=len(decisions))


@use_case(Permission.PROCESS_VIEW)
def show_decision(context: Context, *, decision_id: str, version: int | None = None) -> DecisionDetail:
    """One deployed decision; version None: the newest. Raises NotFoundError."""
    from taktloom.decisions import describe_decision
    from taktloom.formats.dmn import read_dmn

    room = context.rooms.engine.decisions
    file = room.file(decision_id, version=version)
    graph = read_dmn(file.content, source=file.deployed.resource_name)
    decision = next(one for one in graph.decisions if one.id == decision_id)
    return DecisionDetail(
        deployed=file.deployed,
        versions=room.versions(decision_id),
        interface=describe_decision(graph, decision),
        hits=room.hits(decision_id, version=file.deployed.version),
    )


@use_case(Permission.PROCESS_VIEW)
def read_decision(context: Context, *, decision_id: str, version: int) -> bytes:
    """The DMN file of a deployed version as the browser's viewer can open it. Raises NotFoundError."""
    from taktloom.app import model_files

    content = context.rooms.engine.decisions.file(decision_id, version=version).content
    return model_files.editable_dmn(content) or content


@use_case(Permission.DECISION_EVALUATE)
def evaluate_decision(
    context: Context, *, decision_id: str, inputs: Mapping[str, FeelValue], version: int | None = None
) -> Answer:
    """Evaluate a deployed version; None: the newest. Raises NotFoundError, FeelBudgetError."""
    content = context.rooms.engine.decisions.file(decision_id, version=version).content
    return _evaluate(context, content, decision_id, inputs)


@use_case(Permission.DECISION_EVALUATE)
def evaluate_decision_batch(
    context: Context,
    *,
    decision_id: str,
    inputs: Sequence[Mapping[str, object]],
    version: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> tuple[Answer, ...]:
    """Evaluate a deployed version for each of at most 10,000 inputs in wire form; one that fails leaves the others."""
    content = context.rooms.engine.decisions.file(decision_id, version=version).content
    return _evaluate_batch(context, content, decision_id, inputs, progress)


@use_case(Permission.DECISION_EVALUATE)
def evaluate_file(context: Context, *, content: bytes, decision_id: str, inputs: Mapping[str, FeelValue]) -> Answer:
    """Evaluate a decision of a DMN file, named by its id or name."""
    return _evaluate(context, content, decision_id, inputs)


@use_case(Permission.DECISION_EVALUATE)
def evaluate_file_batch(
    context: Context,
    *,
    content: bytes,
    decision_id: str,
    inputs: Sequence[Mapping[str, object]],
    progress: Callable[[int], None] | None = None,
) -> tuple[Answer, ...]:
    """Evaluate a decision of a DMN file for each input; *progress* hears how many are done."""
    return _evaluate_batch(context, content, decision_id, inputs, progress)


@use_case(Permission.DECISION_EVALUATE)
def evaluate_expression(context: Context, *, expression: str, variables: Mapping[str, FeelValue]) -> ExpressionAnswer:
    """Evaluate a FEEL expression. Raises FeelSyntaxError with the place, FeelBudgetError."""
    from taktloom.decisions import literal
    from taktloom.feel import evaluate

    result = evaluate(expression, dict(variables), now=now_of(context), zone=context.rooms.settings.zone)
    return ExpressionAnswer(value=result.value, text=literal(result.value), warnings=result.warnings)


def now_of(context: Context) -> "FeelDateTime":
    """What `now()` gives."""
    from taktloom.feel import from_python
    from taktloom.feel.values import FeelDateTime

    now = from_python(context.rooms.clock())
    assert isinstance(now, FeelDateTime)
    return now


def _evaluate(context: Context, content: bytes, decision_id: str, inputs: Mapping[str, FeelValue]) -> Answer:
    from taktloom.decisions import load_model

    model = load_model(content)
    return _answer(model, model.evaluate(decision_id, dict(inputs), now=now_of(context)))


def _evaluate_batch(
    context: Context,
    content: bytes,
    decision_id: str,
    inputs: Sequence[Mapping[str, object]],
    progress: Callable[[int], None] | None = None,
) -> tuple[Answer, ...]:
    from taktloom.decisions import load_model
    from taktloom.feel import Budget

    if len(inputs) > MAX_BATCH:
        raise LimitExceededError(
            f"A batch of {len(inputs)} inputs is too large.",
            remedy=f"Send at most {MAX_BATCH} at a time.",
            parameters={"count": str(len(inputs)), "limit": str(MAX_BATCH)},
        )
    model = load_model(content)
    model.require(decision_id)
    now, left, each = now_of(context), _BATCH_STEPS, Budget().steps
    answers: list[Answer] = []
    for given in inputs:
        answer, used = _try(model, decision_id, given, now, Budget(steps=max(1, min(each, left))))
        left -= used
        answers.append(answer)
        if progress is not None:
            progress(len(answers))
    return tuple(answers)


def _try(
    model: "DecisionModel", decision_id: str, given: Mapping[str, object], now: "FeelDateTime", budget: "Budget"
) -> tuple[Answer, int]:
    """The answer and the steps that it took."""
    from taktloom.feel import FeelBudgetError, from_json, to_json

    try:
        inputs = {name: from_json(value) for name, value in given.items()}
        result = model.evaluate(decision_id, inputs, now=now, budget=budget)
        to_json(result.value)  # a function is a value that cannot be told
        return _answer(model, result), result.steps
    except TaktloomError as error:
        return Answer(error=error), budget.steps if isinstance(error, FeelBudgetError) else 0


def _answer(model: "DecisionModel", result: "DecisionResult") -> Answer:
    from taktloom.decisions import explain

    return Answer(value=result.value, warnings=result.warnings, trace=explain(model, result))
