# SPDX-License-Identifier: Apache-2.0
"""Events that a multi-instance activity throws as its instances complete (BPMN 2.0.2, 10.3.8, 13.3.7).

`none`: its event with each instance; `one`: with the first; `complex`: those whose conditions hold, tested each time;
`all`: no event. They can be caught at the boundary of the activity. Signals and messages are delivered by the host
after the step, when the activity may be over: so the activity's own boundary events get them at once, and the host is
told who has had a signal already.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeVar

from taktloom.feel.values import FeelValue
from taktloom.kernel.commands import Command, ThrowMessage, ThrowSignal
from taktloom.kernel.executable import Node
from taktloom.kernel.expressions import Context, Expression, evaluate_condition
from taktloom.kernel.run import Run
from taktloom.kernel.state import EventWait, InstanceStatus, Token
from taktloom.kernel.throwing import Throw
from taktloom.kernel.triggers import EventBehaviour, SeveralTriggers
from taktloom.model.identifiers import SubscriptionId

__all__ = ["Deed", "InstanceEvents", "throw_all"]

Deed: TypeAlias = Callable[[], None]
WaitType = TypeVar("WaitType", bound=EventWait)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceEvents:
    """What is thrown with the first instance, with each, and with those for which a condition holds."""

    first: Throw | None = None
    each: Throw | None = None
    conditional: tuple[tuple[Expression, Throw], ...] = ()

    def prepare(self, run: Run, outer: Token, context: Context, completed: int) -> list[Deed]:
        """Evaluate all that can fail. completed: the instances that are complete, this one included."""
        thrown = [self.first] if completed == 1 else []
        thrown.append(self.each)
        thrown.extend(event for condition, event in self.conditional if evaluate_condition(condition, context, run.now))
        return [event.prepare(run, outer, {}) for event in thrown if event is not None]


def throw_all(run: Run, outer: Token, deeds: list[Deed]) -> None:
    """Throw one after the other, until one of them breaks the activity off in which *outer* stands."""
    for deed in deeds:
        if not _goes_on(run, outer):
            return
        first = len(run.commands)
        deed()
        ordered = run.commands[first:]
        del run.commands[first:]
        for command in ordered:
            _order(run, outer, command)


def _goes_on(run: Run, outer: Token) -> bool:
    """Whether the activity is still there."""
    return run.state.status is InstanceStatus.ACTIVE and outer.id in run.state.tokens and outer.inner is not None


def _order(run: Run, outer: Token, command: Command) -> None:
    """Give the command to the host, after the activity's own boundary events have had what it throws."""
    match command:
        case ThrowSignal():
            _order_signal(run, outer, command)
        case ThrowMessage():
            _order_message(run, outer, command)
        case _:
            run.commands.append(command)


def _order_signal(run: Run, outer: Token, command: ThrowSignal) -> None:
    waits = [(i, wait) for i, wait in _waits(run, run.state.signals, outer) if wait.signal_name == command.signal_name]
    run.commands.append(replace(command, passed=tuple(wait_id for wait_id, _ in waits)))
    for wait_id, wait in waits:
        if wait_id in run.state.signals:  # the one before it may have broken the activity off
            _catch(run, outer, wait)


def _order_message(run: Run, outer: Token, command: ThrowMessage) -> None:
    """A message has one receiver: the activity itself if it waits for it."""
    for _, wait in _waits(run, run.state.subscriptions, outer):
        if wait.message_name == command.message_name and wait.correlation_key in {None, command.correlation_key}:
            _catch(run, outer, wait)
            return
    run.commands.append(command)


def _catch(run: Run, outer: Token, wait: EventWait) -> None:
    """The boundary event happens; its wait stays open unless it interrupts."""
    event = run.process.nodes[wait.element]
    event.catch(run, event, outer, _attributes(run, outer, event))


def _waits(run: Run, waits: Mapping[SubscriptionId, WaitType], outer: Token) -> list[tuple[SubscriptionId, WaitType]]:
    """Those of the activity's boundary events that happen by one event alone; the host sees to the others."""
    ids = [SubscriptionId(wait) for wait in outer.waits]
    return [(i, waits[i]) for i in ids if i in waits and not _needs_more(run.process.nodes[waits[i].element])]


def _needs_more(event: Node) -> bool:
    trigger = event.behaviour.trigger if isinstance(event.behaviour, EventBehaviour) else None
    return isinstance(trigger, SeveralTriggers) and trigger.is_parallel


def _attributes(run: Run, outer: Token, event: Node) -> Mapping[str, FeelValue]:
    """The numbers of instances, for output mappings; without mappings they would become variables of the process."""
    if not event.outputs or outer.inner is None:
        return {}
    return dict(run.state.scopes[outer.inner].variables)
