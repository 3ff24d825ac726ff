# SPDX-License-Identifier: Apache-2.0
"""What starts instances without a person: timer and message start events, for the host to watch.

They belong to the deployed process and not to an instance, so they are no commands: the host asks once after
deployment, keeps what it gets, and sends InstanceStarted with the start element when the instant or message comes. A
timer's expression sees no variables.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from taktloom.feel.values import FeelValue
from taktloom.kernel.executable import NONE, ExecutableProcess, Node
from taktloom.kernel.expressions import evaluate_text
from taktloom.kernel.failure import ElementFailure
from taktloom.kernel.timers import TimerPlan, next_plan, plan_timer
from taktloom.kernel.triggers import MessageTrigger, TimerTrigger, Trigger, Waiting
from taktloom.model.errors import DefinitionError
from taktloom.model.identifiers import ElementId
from taktloom.model.places import Place

__all__ = ["MessageStart", "TimerPlan", "TimerStart", "message_starts", "next_timer_start", "timer_starts"]

NO_VARIABLES: Mapping[str, FeelValue] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerStart:
    """Start an instance at *element_id* when `plan.due_at` (UTC) has come; then ask for the next one."""

    element_id: ElementId
    plan: TimerPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageStart:
    """Start an instance at *element_id* for each message of this name; its variables are those of the message."""

    element_id: ElementId
    message_name: str


def timer_starts(process: ExecutableProcess, now: datetime) -> tuple[TimerStart, ...]:
    """The first due instants after deployment at *now* (UTC). Raises DefinitionError if an expression gives none."""
    found = []
    for node in process.nodes:
        trigger = _trigger_of(node)
        if isinstance(trigger, TimerTrigger):
            try:
                plan = plan_timer(trigger.timer, NO_VARIABLES, now)
            except ElementFailure as failure:
                place = Place(source=process.definition.place.source, element_id=node.id)
                raise DefinitionError(failure.message, place, "Mend the timer of the start event.") from failure
            found.append(TimerStart(element_id=node.id, plan=plan))
    return tuple(found)


def next_timer_start(start: TimerStart) -> TimerStart | None:
    """The start after *start*, None when it was the last one."""
    following = next_plan(start.plan)
    return None if following is None else TimerStart(element_id=start.element_id, plan=following)


def message_starts(process: ExecutableProcess, now: datetime) -> tuple[MessageStart, ...]:
    """Names of the messages that start instances; *now* is what now() gives in a name that is FEEL."""
    found = []
    for node in process.nodes:
        trigger = _trigger_of(node)
        if isinstance(trigger, MessageTrigger):
            name = evaluate_text(trigger.name, NO_VARIABLES, now) or ""
            found.append(MessageStart(element_id=node.id, message_name=name))
    return tuple(found)


def _trigger_of(node: Node) -> Trigger | None:
    if node.parent == NONE and node.element_type == "startEvent" and isinstance(node.behaviour, Waiting):
        return node.behaviour.trigger
    return None
