# SPDX-License-Identifier: Apache-2.0
"""What catching events wait for, alike at start, intermediate and boundary events and receive tasks.

`plan` evaluates and may fail; what it returns opens the wait and cannot fail. Errors, escalations, compensation and
cancellation are not waited for: who throws them looks for who catches them (`propagation.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from taktloom.kernel.behaviour import Behaviour
from taktloom.kernel.commands import IncidentKind
from taktloom.kernel.executable import Node
from taktloom.kernel.expressions import Context, Expression, TextExpression, evaluate_text
from taktloom.kernel.failure import ElementFailure
from taktloom.kernel.run import Holder, Run
from taktloom.kernel.state import ConditionWait, GatheredEvents, SignalWait, SubscriptionWait, TimerWait
from taktloom.kernel.timers import Timer, TimerPlan, plan_timer
from taktloom.model.identifiers import ElementId

__all__ = [
    "ConditionTrigger",
    "EventBehaviour",
    "MessageTrigger",
    "SeveralTriggers",
    "SignalTrigger",
    "TimerTrigger",
    "Trigger",
    "WaitPlan",
    "condition_holds",
    "timer_wait",
    "trigger_of",
]


class WaitPlan(Protocol):
    """A wait whose expressions are evaluated; holds: what is waited for is the case already."""

    @property
    def holds(self) -> bool:
        """Whether the event happens at once."""

    def open(self, run: Run, holder: Holder, event: Node, part: int = 0) -> None:
        """Let *holder* wait at *event*; part: which one of its event definitions."""


class Trigger(Protocol):
    """What an event waits for."""

    def plan(self, context: Context, now: datetime, rules: int) -> WaitPlan:
        """Evaluate; rules: those under which it happens (see events.py). Raises ElementFailure."""


def trigger_of(node: Node) -> Trigger | None:
    """What a catching event or receive task waits for; None for other nodes, and for what only a thrower finds."""
    trigger: Trigger | None = getattr(node.behaviour, "trigger", None)
    return trigger


@dataclass(frozen=True, slots=True)
class EventBehaviour(Behaviour):
    """An event that catches. is_interrupting: it happens once; else it waits on each time it has happened."""

    trigger: Trigger | None
    is_interrupting: bool = True


@dataclass(frozen=True, slots=True)
class TimerTrigger:
    """Waits for an instant."""

    timer: Timer

    def plan(self, context: Context, now: datetime, rules: int) -> WaitPlan:
        """When it fires."""
        return _PlannedTimer(plan_timer(self.timer, context, now, rules))


@dataclass(frozen=True, slots=True)
class MessageTrigger:
    """Waits for a message by name, with a correlation key or (None) with any. retrievals: as in MessageDefinition."""

    name: TextExpression
    correlation_key: TextExpression | None
    retrievals: tuple[tuple[ElementId, str], ...] = ()

    def plan(self, context: Context, now: datetime, rules: int) -> WaitPlan:
        """Name and key; a key expression that gives null fails, because it would match other cases' messages."""
        name = evaluate_text(self.name, context, now)
        if not name:
            raise ElementFailure(IncidentKind.EXPRESSION, "The message's name is empty.")
        if self.correlation_key is None:
            return _PlannedSubscription(name, None)
        key = evaluate_text(self.correlation_key, context, now)
        if key is None:
            raise ElementFailure(IncidentKind.EXPRESSION, f"The correlation key of message '{name}' is null.")
        return _PlannedSubscription(name, key)


@dataclass(frozen=True, slots=True)
class SignalTrigger:
    """Waits for a signal by name."""

    name: TextExpression

    def plan(self, context: Context, now: datetime, rules: int) -> WaitPlan:
        """The name."""
        name = evaluate_text(self.name, context, now)
        if not name:
            raise ElementFailure(IncidentKind.EXPRESSION, "The signal's name is empty.")
        return _PlannedSignal(name)


@dataclass(frozen=True, slots=True)
class ConditionTrigger:
    """Waits until a condition becomes true."""

    condition: Expression

    def plan(self, context: Context, now: datetime, rules: int) -> WaitPlan:
        """Whether it is true already."""
        return _PlannedCondition(condition_holds(self.condition, context, now))


@dataclass(frozen=True, slots=True)
class SeveralTriggers:
    """Waits for any of several events, or is_parallel: for all of them, in any order (BPMN 2.0.2, 10.5.5)."""

    parts: tuple[Trigger, ...]
    is_parallel: bool

    def plan(self, context: Context, now: datetime, rules: int) -> WaitPlan:
        """All of them."""
        return _PlannedSeveral(tuple(part.plan(context, now, rules) for part in self.parts), self.is_parallel)


def condition_holds(condition: Expression, context: Context, now: datetime) -> bool:
    """Whether a conditional event's condition is true.

    All else is not yet true: such a condition often speaks of variables that do not exist so far.
    """
    try:
        return condition.evaluate(context, now) is True
    except ElementFailure:  # over its limit
        return False


def timer_wait(element: int, part: int, plan: TimerPlan) -> TimerWait:
    """The wait for the planned instant."""
    return TimerWait(
        element=element,
        part=part,
        due_at=plan.due_at,
        repetitions_left=plan.repetitions_left,
        schedule=plan.schedule,
        occurrence=plan.occurrence,
        calendar=plan.calendar,
    )


@dataclass(frozen=True, slots=True)
class _PlannedTimer:
    timer: TimerPlan
    holds: bool = False

    def open(self, run: Run, holder: Holder, event: Node, part: int = 0) -> None:
        run.start_timer(holder, timer_wait(event.index, part, self.timer))


@dataclass(frozen=True, slots=True)
class _PlannedSubscription:
    message_name: str
    correlation_key: str | None
    holds: bool = False

    def open(self, run: Run, holder: Holder, event: Node, part: int = 0) -> None:
        wait = SubscriptionWait(
            element=event.index, part=part, message_name=self.message_name, correlation_key=self.correlation_key
        )
        run.subscribe(holder, wait)


@dataclass(frozen=True, slots=True)
class _PlannedSignal:
    signal_name: str
    holds: bool = False

    def open(self, run: Run, holder: Holder, event: Node, part: int = 0) -> None:
        run.subscribe_signal(holder, SignalWait(element=event.index, part=part, signal_name=self.signal_name))


@dataclass(frozen=True, slots=True)
class _PlannedCondition:
    holds: bool

    def open(self, run: Run, holder: Holder, event: Node, part: int = 0) -> None:
        run.watch(holder, ConditionWait(element=event.index, part=part, was_true=self.holds))


@dataclass(frozen=True, slots=True)
class _PlannedSeveral:
    plans: Sequence[WaitPlan]
    is_parallel: bool

    @property
    def holds(self) -> bool:
        return (all if self.is_parallel else any)(plan.holds for plan in self.plans)

    def open(self, run: Run, holder: Holder, event: Node, part: int = 0) -> None:
        """Open all; of a parallel multiple event what holds already counts as come, unless it happens at once."""
        for number, plan in enumerate(self.plans, part):
            plan.open(run, holder, event, number)
        come = [number for number, plan in enumerate(self.plans) if plan.holds]
        if self.is_parallel and come and len(come) < len(self.plans):
            run.gather(holder, GatheredEvents(element=event.index, parts=come))
