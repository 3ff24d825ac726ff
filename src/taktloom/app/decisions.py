# SPDX-License-Identifier: Apache-2.0
"""Decisions."""

from collections.abc import Mapping

from taktloom.app.context import Context, use_case
from taktloom.app.unwired import not_wired
from taktloom.assure.permissions import Permission
from taktloom.model.operations import DeployedDecision, Page


@use_case(Permission.PROCESS_VIEW)
def list_decisions(context: Context) -> Page[DeployedDecision]:
    """List."""
    not_wired()


@use_case(Permission.DECISION_EVALUATE)
def evaluate_decision(context: Context, *, decision_id: str, inputs: Mapping[str, object]) -> object:
    """Evaluate."""
    not_wired()
