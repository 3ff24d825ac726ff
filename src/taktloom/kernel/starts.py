# SPDX-License-Identifier: Apache-2.0
"""What starts instances without a person, for the host to watch: timers, messages, signals and conditions.

They belong to the deployed process and not to an instance, so they are no commands: the host asks once after
deployment, keeps what it gets, and sends InstanceStarted with the start element when it has come. Beside start events
these are instantiating receive tasks and the events behind instantiating event-based gateways; never the start events
of event sub-processes. Expressions see no variables, for there are none yet.

Of a parallel multiple start event all parts must have come: the host lets each one that comes through `gather_start`.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from taktloom.feel.values import FeelValue
from taktloom.kernel.executable import ExecutableProcess, Node
from taktloom.kernel.expressions import Expression, evaluate_text
from taktloom.kernel.failure import ElementFailure
from taktloom.kernel.starting import can_start
from taktloom.kernel.timers import TimerPlan, next_plan, plan_timer
from taktloom.kernel.triggers import (
    ConditionTrigger,
    MessageTrigger,
    SeveralTriggers,
    SignalTrigger,
    TimerTrigger,
    Trigger,
    condition_holds,
    trigger_of,
)
from taktloom.model.errors import DefinitionError
from taktloom.model.identifiers import ElementId
from taktloom.model.places import Place

__all__ = [
    "ConditionalStart",
    "EventStart",
    "MessageStart",
    "SignalStart",
    "TimerPlan",
    "TimerStart",
    "conditional_starts",
    "gather_start",
    "message_starts",
    "next_timer_start",
    "signal_starts",
    "start_condition_holds",
    "timer_starts",
]

NO_VARIABLES: Mapping[str, FeelValue] = {}
Gathered = dict[ElementId, dict[int, Mapping[str, FeelValue]]]
AnyTrigger = TypeVar("AnyTrigger", bound=Trigger)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventStart:
    """What all have: the element to start at, and which one of its *parts* this is, all of which must have come."""

    element_id: ElementId
    part: int = 0
    parts: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerStart(EventStart):
    """Start an instance when `plan.due_at` (UTC) has come; then ask for the next one."""

    plan: TimerPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageStart(EventStart):
    """Start an instance for each message of this name; its variables are those of the message.

    retrievals: of BPMN correlation, as in MessageDefinition.
    """

    message_name: str
    retrievals: tuple[tuple[ElementId, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalStart(EventStart):
    """Start an instance for each signal of this name."""

    signal_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionalStart(EventStart):
    """Start an instance when the condition becomes true; the host remembers what it was before."""

    condition: Expression


def timer_starts(
    process: ExecutableProcess, now: datetime, *, unchanged: Collection[ElementId] = ()
) -> tuple[TimerStart, ...]:
    """The first due instants after deployment at *now* (UTC). Raises DefinitionError if an expression gives none.

    unchanged: start events left out, because they have a plan already, or have none any more.
    """
    found = []
    for start, trigger in _starts(process, TimerTrigger):
        if start.element_id in unchanged:
            continue
        try:
            plan = plan_timer(trigger.timer, NO_VARIABLES, now)
        except ElementFailure as failure:
            place = Place(source=process.definition.place.source, element_id=start.element_id)
            raise DefinitionError(failure.message, place, "Mend the timer of the start event.") from failure
        found.append(TimerStart(element_id=start.element_id, part=start.part, parts=start.parts, plan=plan))
    return tuple(found)


def next_timer_start(start: TimerStart) -> TimerStart | None:
    """The start after *start*, None when it was the last one."""
    following = next_plan(start.plan)
    return None if following is None else replace(start, plan=following)


def message_starts(process: ExecutableProcess, now: datetime) -> tuple[MessageStart, ...]:
    """Names of the messages that start instances; *now* is what now() gives in a name that is FEEL."""
    return tuple(
        MessageStart(
            element_id=start.element_id,
            part=start.part,
            parts=start.parts,
            message_name=evaluate_text(trigger.name, NO_VARIABLES, now) or "",
            retrievals=trigger.retrievals,
        )
        for start, trigger in _starts(process, MessageTrigger)
    )


def signal_starts(process: ExecutableProcess, now: datetime) -> tuple[SignalStart, ...]:
    """Names of the signals that start instances; *now* as for messages."""
    return tuple(
        SignalStart(
            element_id=start.element_id,
            part=start.part,
            parts=start.parts,
            signal_name=evaluate_text(trigger.name, NO_VARIABLES, now) or "",
        )
        for start, trigger in _starts(process, SignalTrigger)
    )


def conditional_starts(process: ExecutableProcess) -> tuple[ConditionalStart, ...]:
    """The conditions that start instances."""
    return tuple(
        ConditionalStart(element_id=start.element_id, part=start.part, parts=start.parts, condition=trigger.condition)
        for start, trigger in _starts(process, ConditionTrigger)
    )


def start_condition_holds(start: ConditionalStart, variables: Mapping[str, FeelValue], now: datetime) -> bool:
    """Whether the condition is true of *variables*; anything but true is not yet true."""
    return condition_holds(start.condition, variables, now)


def gather_start(
    gathered: Gathered, start: EventStart, variables: Mapping[str, FeelValue]
) -> Mapping[str, FeelValue] | None:
    """*start* has come with *variables*: those to start an instance with, None while other parts are missing.

    gathered: the host's memory, which this function alone writes. A part that comes again replaces the earlier one.
    """
    if start.parts == 1:
        return variables
    come = gathered.setdefault(start.element_id, {})
    come[start.part] = variables
    if len(come) < start.parts:
        return None
    del gathered[start.element_id]
    return {name: value for part in sorted(come) for name, value in come[part].items()}


def _starts(process: ExecutableProcess, kind: type[AnyTrigger]) -> Iterator[tuple[EventStart, AnyTrigger]]:
    for node in process.nodes:
        whole = trigger_of(node)
        if whole is not None and can_start(process, node):
            for start, trigger in _parts(node, whole):
                if isinstance(trigger, kind):
                    yield start, trigger


def _parts(node: Node, trigger: Trigger) -> Iterator[tuple[EventStart, Trigger]]:
    if isinstance(trigger, SeveralTriggers):
        parts = len(trigger.parts) if trigger.is_parallel else 1
        for number, single in enumerate(trigger.parts):
            yield EventStart(element_id=node.id, part=number, parts=parts), single
    else:
        yield EventStart(element_id=node.id), trigger
