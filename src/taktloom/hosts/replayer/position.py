# SPDX-License-Identifier: Apache-2.0
"""One position of a replay: the kernel's state after some events of the case, and what can happen next in it.

Everything is done by kernel events, as any host does it; the state is copied, never patched.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import TypeAlias

from taktloom.feel.values import FeelValue
from taktloom.hosts.replayer.copying import copied
from taktloom.kernel import ExecutableProcess, InstanceState, step
from taktloom.kernel.commands import EvaluateDecision
from taktloom.kernel.events import (
    DataStoreRead,
    DecisionEvaluated,
    FlowChosen,
    JobCompleted,
    JobErrorThrown,
    KernelEvent,
    MessageCorrelated,
    SignalReceived,
    TimerFired,
    TimerPlanned,
)
from taktloom.kernel.executable import NONE, Node
from taktloom.kernel.failure import ElementFailure
from taktloom.kernel.state import EventWait
from taktloom.kernel.variables import visible_variables
from taktloom.model.errors import TaktloomError
from taktloom.model.identifiers import ElementId, RequestId, TimerId

Values: TypeAlias = Mapping[str, FeelValue]
NO_VALUES: Values = {}
Decide: TypeAlias = Callable[[str, Values, datetime], FeelValue]
"""decision id, inputs, instant -> value; raises TaktloomError"""
Make: TypeAlias = Callable[[datetime, Values], KernelEvent]


@dataclass(frozen=True, slots=True)
class OpenWork:
    """Something that the log may tell of: completed at an instant with values. key: what completes, by its ids.

    context: the variables that a job sees.
    """

    element_id: ElementId
    key: tuple[str, ...]
    make: Make
    context: Values


@dataclass(frozen=True, slots=True)
class RunningTimer:
    """A timer and when it is due; None: it goes by a business calendar that is not known here."""

    id: TimerId
    element_id: ElementId
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Choice:
    """A gateway that asks: the flows to take, and whether the data of the case choose otherwise (None: not known)."""

    request_id: RequestId
    event: Callable[[datetime], FlowChosen]
    flows: tuple[ElementId, ...]
    element_id: ElementId
    says_otherwise: bool


class Stepper:
    """Drives the kernel along *process*. decide: evaluates a decision; None: there is none, its value is unknown."""

    def __init__(self, process: ExecutableProcess, decide: Decide | None) -> None:
        self._process, self._decide = process, decide

    def advanced(self, state: InstanceState, event: KernelEvent) -> InstanceState:
        """A copy of *state* after *event*, with what a host answers at once: decisions and requests for data."""
        after = copied(state)
        if isinstance(event, TimerFired) and (wait := after.timers.get(event.timer_id)) and wait.calendar is not None:
            # Its calendar is not known here: it fires when the case says so.
            at = max(event.occurred_at, wait.due_at)
            self._step(after, TimerPlanned(occurred_at=at, timer_id=event.timer_id, due_at=at))
        asked = self._step(after, event)
        while (request := _unanswered(self._process, after)) is not None:
            asked |= self._step(after, self._answer(after, request, asked, event.occurred_at))
        return after

    def decided(self, decision_id: str, inputs: Values, at: datetime) -> FeelValue:
        """What the decision gives; None where there is none, or where it gives no answer for these inputs."""
        if self._decide is None:
            return None
        try:
            return self._decide(decision_id, inputs, at)
        except TaktloomError:
            return None

    def _step(self, state: InstanceState, event: KernelEvent) -> dict[RequestId, EvaluateDecision]:
        """Change *state*; the decisions that are asked for."""
        commands = step(self._process, state, event, has_event_log=False)
        return {each.request_id: each for each in commands if isinstance(each, EvaluateDecision)}

    def _answer(
        self, state: InstanceState, request_id: RequestId, asked: Mapping[RequestId, EvaluateDecision], at: datetime
    ) -> DecisionEvaluated | DataStoreRead:
        command = asked.get(request_id)
        if command is not None:
            value = self.decided(command.decision_id, command.inputs, at)
            return DecisionEvaluated(occurred_at=at, request_id=request_id, value=value)
        return DataStoreRead(occurred_at=at, request_id=request_id)


def open_work(process: ExecutableProcess, state: InstanceState) -> Iterator[OpenWork]:
    """Jobs, messages and signals that are waited for, oldest first."""
    for job_id, token in state.jobs.items():
        yield OpenWork(
            process.nodes[token.element].id,
            (job_id,),
            lambda at, values, job_id=job_id: JobCompleted(occurred_at=at, job_id=job_id, variables=values),  # type: ignore[misc]
            visible_variables(state, token.inner or token.scope),
        )
    for subscription_id, wait in state.subscriptions.items():
        yield OpenWork(
            process.nodes[wait.element].id,
            (subscription_id,),
            lambda at, values, each=subscription_id: MessageCorrelated(  # type: ignore[misc]
                occurred_at=at, subscription_id=each, variables=values
            ),
            NO_VALUES,
        )
    for subscription_id, signal in state.signals.items():
        yield OpenWork(
            process.nodes[signal.element].id,
            (subscription_id,),
            lambda at, values, each=subscription_id: SignalReceived(  # type: ignore[misc]
                occurred_at=at, subscription_id=each, variables=values
            ),
            NO_VALUES,
        )


def errors_caught(process: ExecutableProcess, state: InstanceState) -> Iterator[OpenWork]:
    """For each open job the errors that a boundary event of it waits for."""
    for job_id, token in state.jobs.items():
        for code, event in process.nodes[token.element].catches:
            yield OpenWork(
                process.nodes[event].id,
                (job_id, code or ""),
                lambda at, values, job_id=job_id, code=code: JobErrorThrown(  # type: ignore[misc]
                    occurred_at=at, job_id=job_id, error_code=code or "replay", variables=values
                ),
                NO_VALUES,
            )


def running_timers(process: ExecutableProcess, state: InstanceState) -> list[RunningTimer]:
    """All of them, the earliest due first."""
    found = [
        RunningTimer(timer_id, process.nodes[wait.element].id, None if wait.calendar is not None else wait.due_at)
        for timer_id, wait in state.timers.items()
    ]
    return sorted(found, key=lambda timer: (timer.due_at is None, timer.due_at, timer.id))


def fired(timer: RunningTimer, at: datetime) -> TimerFired:
    """The event; the kernel lets no timer fire before it is due, so an early one has its due instant."""
    return TimerFired(occurred_at=at if timer.due_at is None else max(at, timer.due_at), timer_id=timer.id)


def choices(
    process: ExecutableProcess,
    state: InstanceState,
    now: datetime,
    subsets: int,
    reads: Mapping[ElementId, frozenset[str]],
) -> list[Choice]:
    """What can be chosen at the first gateway that asks; none where none does. reads: variables, per flow."""
    for request_id, token in state.requests.items():
        node = process.nodes[token.element]
        if node.id in process.external_choices:
            told = _told_by_data(process, node, visible_variables(state, token.scope), now, reads)
            return [
                Choice(
                    request_id,
                    _chosen(request_id, flows),
                    flows,
                    node.id,
                    told is not None and told != frozenset(flows),
                )
                for flows in _options(process, node, subsets)
            ]
    return []


def marking(process: ExecutableProcess, state: InstanceState) -> tuple[object, ...]:
    """What two positions have in common that go on alike: where tokens stand and what they wait for."""
    waits: list[EventWait] = [*state.timers.values(), *state.subscriptions.values(), *state.signals.values()]
    tokens = sorted(
        (token.element, token.arrived_by, token.is_active, len(token.waits)) for token in state.tokens.values()
    )
    return (tuple(tokens), tuple(sorted(wait.element for wait in waits)), len(state.incidents), state.status)


def _options(process: ExecutableProcess, node: Node, subsets: int) -> Iterator[tuple[ElementId, ...]]:
    flows = tuple(process.flows[index].id for index in node.outgoing)
    sizes = range(1, len(flows) + 1)
    if node.element_type == "exclusiveGateway":
        sizes = range(1, 2)
    elif len(flows) > subsets:
        yield flows
        sizes = range(1, 2)
    for size in sizes:
        yield from combinations(flows, size)


def _chosen(request_id: RequestId, flows: tuple[ElementId, ...]) -> Callable[[datetime], FlowChosen]:
    return lambda at: FlowChosen(occurred_at=at, request_id=request_id, flow_id=flows[0], more=flows[1:])


def _told_by_data(
    process: ExecutableProcess, node: Node, context: Values, now: datetime, reads: Mapping[ElementId, frozenset[str]]
) -> frozenset[ElementId] | None:
    """The flows that the conditions choose; None where the case's data do not decide one of them."""
    told: list[ElementId] = []
    for index in node.outgoing:
        flow = process.flows[index]
        if index == node.default_flow or flow.condition is None:
            continue
        if any(context.get(name) is None for name in reads.get(flow.id, ())):
            return None
        try:
            value = flow.condition.evaluate(context, now)
        except ElementFailure:
            return None
        if not isinstance(value, bool):
            return None
        if value:
            told.append(flow.id)
            if node.element_type == "exclusiveGateway":
                break
    if not told and node.default_flow != NONE:
        told.append(process.flows[node.default_flow].id)
    return frozenset(told) if told else None


def _unanswered(process: ExecutableProcess, state: InstanceState) -> RequestId | None:
    """A request that is no choice: what it would answer is not in the log."""
    for request_id, token in state.requests.items():
        if process.nodes[token.element].id not in process.external_choices:
            return request_id
    return None
