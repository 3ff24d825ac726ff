# SPDX-License-Identifier: Apache-2.0
"""Rows for the event log: start and completion of activities, completion of events that have a name.

Attributes are only those that the model declares, evaluated at completion, when the results are in. An attribute that
cannot be evaluated is null: no process stops for its log. The resource is who completed the work; the start of a visit
and what the engine does by itself have none.
"""

from collections.abc import Mapping
from datetime import datetime

from taktloom.feel.values import FeelValue
from taktloom.kernel.commands import RecordEvent
from taktloom.kernel.executable import Attribute, Node
from taktloom.kernel.expressions import Context
from taktloom.kernel.failure import ElementFailure
from taktloom.kernel.state import Token
from taktloom.model.events import Lifecycle

__all__ = ["completion_row", "start_row", "termination_row"]

NO_ATTRIBUTES: Mapping[str, FeelValue] = {}
_START, _COMPLETE = Lifecycle.START, Lifecycle.COMPLETE  # looked up for every row


def start_row(node: Node, token: Token) -> RecordEvent:
    """The activity has begun."""
    return RecordEvent(
        visit=token.visit,
        element_id=node.id,
        element_type=node.element_type,
        activity=node.name or node.id,
        lifecycle=_START,
        started_at=None,
        resource=None,
        role=token.role or node.role,
        attributes=NO_ATTRIBUTES,
    )


def termination_row(node: Node, token: Token) -> RecordEvent:
    """The activity was broken off."""
    return _end_row(node, token, Lifecycle.TERMINATE, None, NO_ATTRIBUTES)


def completion_row(node: Node, token: Token, actor: str | None, attributes: Mapping[str, FeelValue]) -> RecordEvent:
    """The visit is over; *actor* caused it."""
    resource = actor if node.behaviour.names_resource else None
    return _end_row(node, token, _COMPLETE, resource, attributes)


def evaluate_attributes(attributes: tuple[Attribute, ...], context: Context, now: datetime) -> Mapping[str, FeelValue]:
    """Values by column name."""
    values: dict[str, FeelValue] = {}
    for attribute in attributes:
        try:
            values[attribute.column] = attribute.source.evaluate(context, now)
        except ElementFailure:
            values[attribute.column] = None
    return values


def _end_row(
    node: Node, token: Token, lifecycle: Lifecycle, resource: str | None, attributes: Mapping[str, FeelValue]
) -> RecordEvent:
    return RecordEvent(
        visit=token.visit,
        element_id=node.id,
        element_type=node.element_type,
        activity=node.name or node.id,
        lifecycle=lifecycle,
        started_at=token.entered_at,
        resource=resource,
        role=token.role or node.role,
        attributes=attributes,
    )
