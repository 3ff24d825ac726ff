# SPDX-License-Identifier: Apache-2.0
"""Decisions and expressions, evaluated without keeping anything."""

from collections.abc import Mapping

from taktloom.app.context import Context, use_case
from taktloom.assure.permissions import Permission
from taktloom.model.errors import NotFoundError
from taktloom.model.operations import DeployedDecision, Page


@use_case(Permission.PROCESS_VIEW)
def list_decisions(context: Context) -> Page[DeployedDecision]:
    """The newest version of every decision."""
    decisions = context.rooms.engine.deployments.decisions()
    return Page(items=decisions, total=len(decisions))


@use_case(Permission.DECISION_EVALUATE)
def evaluate_decision(context: Context, *, decision_id: str, inputs: Mapping[str, object]) -> object:
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
def evaluate_file(context: Context, *, content: bytes, decision_id: str, inputs: Mapping[str, object]) -> object:
    """Evaluate a decision of a DMN file."""
    return _evaluate(context, content, decision_id, inputs)


def _evaluate(context: Context, content: bytes, decision_id: str, inputs: Mapping[str, object]) -> object:
    from taktloom.decisions import load_model

    return load_model(content).evaluate(decision_id, inputs, now=context.rooms.clock())
