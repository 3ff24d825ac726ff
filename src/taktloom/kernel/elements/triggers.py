# SPDX-License-Identifier: Apache-2.0
"""What catching events wait for: a timer or a message, alike at intermediate and boundary events.

`plan` evaluates and may fail; what it returns opens the wait and cannot fail.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from taktloom.kernel.commands import IncidentKind
from taktloom.kernel.executable import Node
from taktloom.kernel.expressions import Context, TextExpression, evaluate_text
from taktloom.kernel.failure import ElementFailure
from taktloom.kernel.run import Run
from taktloom.kernel.state import Token
from taktloom.kernel.timers import Timer, TimerPlan, plan_timer

__all__ = ["MessageTrigger", "TimerTrigger", "Trigger", "WaitPlan"]


class WaitPlan(Protocol):
    """A wait whose expressions are evaluated."""

    def open(self, run: Run, token: Token, event: Node) -> None:
        """Let *token* wait at *event*."""


class Trigger(Protocol):
    """What an event waits for."""

    def plan(self, context: Context, now: datetime) -> WaitPlan:
        """Evaluate; raises ElementFailure."""


@dataclass(frozen=True, slots=True)
class TimerTrigger:
    """Waits for an instant."""

    timer: Timer

    def plan(self, context: Context, now: datetime) -> WaitPlan:
        """When it fires."""
        return _PlannedTimer(plan_timer(self.timer, context, now))


@dataclass(frozen=True, slots=True)
class MessageTrigger:
    """Waits for a message by name, with a correlation key or (None) with any."""

    name: TextExpression
    correlation_key: TextExpression | None

    def plan(self, context: Context, now: datetime) -> WaitPlan:
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
class _PlannedTimer:
    timer: TimerPlan

    def open(self, run: Run, token: Token, event: Node) -> None:
        run.start_timer(token, event, self.timer)


@dataclass(frozen=True, slots=True)
class _PlannedSubscription:
    message_name: str
    correlation_key: str | None

    def open(self, run: Run, token: Token, event: Node) -> None:
        run.subscribe(token, event, self.message_name, self.correlation_key)
