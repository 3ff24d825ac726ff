# SPDX-License-Identifier: Apache-2.0
"""Decisions and expressions, evaluated without keeping anything."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from taktloom.app.context import Context, use_case
from taktloom.assure.permissions import Permission
from taktloom.feel.values import FeelValue
from taktloom.model.errors import NotFoundError
from taktloom.model.operations import DeployedDecision, Page

if TYPE_CHECKING:
    from taktloom.decisions import DecisionResult
    from taktloom.feel import Result as FeelResult
    from taktloom.feel.values import FeelDateTime


@use_case(Permission.PROCESS_VIEW)
def list_decisions(context: Context) -> Page[DeployedDecision]:
    """The newest version of every decision."""
    decisions = context.rooms.engine.deployments.decisions()
    return Page(items=decisions, total=len(decisions))


@use_case(Permission.DECISION_EVALUATE)
def evaluate_decision(context: Context, *, decision_id: str, inputs: Mapping[str, FeelValue]) -> "DecisionResult":
    """Evaluate the newest deployed version."""
    content = context.rooms.engine.deployments.decision_xml(decision_id)
    if content is None:
        raise NotFoundError(
            f"No decision {decision_id} is deployed.",
            remedy="Deploy a DMN file that holds it.",
            parameters={"id": decision_id},
        )
    return _evaluate(context, content, decision_id, inputs)


@use_case(Permission.DECISION_EVALUATE)
def evaluate_file(
    context: Context, *, content: bytes, decision_id: str, inputs: Mapping[str, FeelValue]
) -> "DecisionResult":
    """Evaluate a decision of a DMN file."""
    return _evaluate(context, content, decision_id, inputs)


@use_case(Permission.DECISION_EVALUATE)
def evaluate_expression(context: Context, *, expression: str, variables: Mapping[str, FeelValue]) -> "FeelResult":
    """Evaluate a FEEL expression."""
    from taktloom.feel import evaluate

    return evaluate(expression, dict(variables), now=_now(context), zone=context.rooms.settings.zone)


def _evaluate(context: Context, content: bytes, decision_id: str, inputs: Mapping[str, FeelValue]) -> "DecisionResult":
    from taktloom.decisions import load_model

    return load_model(content).evaluate(decision_id, dict(inputs), now=_now(context))


def _now(context: Context) -> "FeelDateTime":
    from taktloom.feel import from_python
    from taktloom.feel.values import FeelDateTime

    now = from_python(context.rooms.clock())
    assert isinstance(now, FeelDateTime)
    return now
