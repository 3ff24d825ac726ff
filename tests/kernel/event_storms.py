# SPDX-License-Identifier: Apache-2.0
"""Random processes full of events, and hosts that send whatever is open; what must hold after every step."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

from taktloom.kernel import compile_process, step
from taktloom.kernel.commands import (
    CancelJob,
    CancelTimer,
    CloseIncident,
    Command,
    CreateJob,
    RaiseIncident,
    StartTimer,
    Subscribe,
    SubscribeSignal,
    Unsubscribe,
)
from taktloom.kernel.events import (
    JobCompleted,
    JobErrorThrown,
    KernelEvent,
    MessageCorrelated,
    SignalReceived,
    TimerFired,
    VariablesSet,
)
from taktloom.kernel.state import EventWait, InstanceState, InstanceStatus
from taktloom.model.event_definitions import (
    ConditionalDefinition,
    ErrorDefinition,
    EscalationDefinition,
    EventDefinition,
    MessageDefinition,
    MultipleDefinition,
    SignalDefinition,
    SingleDefinition,
    TerminateDefinition,
    TimerDefinition,
)
from taktloom.model.identifiers import ElementId, ProcessId
from taktloom.model.process import (
    AnyFlowNode,
    BoundaryEvent,
    EndEvent,
    EventBasedGateway,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    MultiInstanceLoop,
    ParallelGateway,
    ProcessDefinition,
    ScriptTask,
    SequenceFlow,
    ServiceTask,
    StartEvent,
    SubProcess,
)
from tests.kernel.driver import KEY, Driver, feel

WAITING: tuple[SingleDefinition, ...] = (
    MessageDefinition(name="m"),
    SignalDefinition(name="s"),
    TimerDefinition(duration="PT1H"),
    ConditionalDefinition(condition="x"),
    ConditionalDefinition(condition="not(x)"),
)
DEEPEST = 3


class ModelMaker:
    """Makes one process of blocks; every path ends in the end event of its scope, or at an event that ends more."""

    def __init__(self, random: Random) -> None:
        self._random, self._count = random, 0

    def process(self) -> ProcessDefinition:
        nodes, flows = self._content(0)
        return ProcessDefinition(id=ProcessId("p"), nodes=tuple(nodes), flows=tuple(flows))

    def _id(self, kind: str) -> ElementId:
        self._count += 1
        return ElementId(f"{kind}{self._count}")

    def _content(self, depth: int, start: StartEvent | None = None) -> tuple[list[AnyFlowNode], list[SequenceFlow]]:
        nodes: list[AnyFlowNode] = [start or StartEvent(id=self._id("start"))]
        flows: list[SequenceFlow] = []
        last = nodes[0].id
        for _ in range(self._random.randint(1, 3)):
            last = self._block(depth, last, nodes, flows)
        nodes.append(self._end(depth))
        self._flow(last, nodes[-1].id, flows)
        kinds = (*WAITING, ErrorDefinition(code="E"), EscalationDefinition(), self._several())
        for definition in self._random.sample(kinds, self._random.choice((0, 0, 1, 2)) if depth < DEEPEST else 0):
            nodes.append(self._handler(depth, definition))
        return nodes, flows

    def _flow(self, source: ElementId, target: ElementId, flows: list[SequenceFlow]) -> None:
        flows.append(SequenceFlow(id=self._id("flow"), source=source, target=target))

    def _end(self, depth: int) -> EndEvent:
        definition = self._random.choice(
            (None, None, None, ErrorDefinition(code="E"), EscalationDefinition(code="C"), TerminateDefinition())
        )
        return EndEvent(id=self._id("end"), definition=definition if depth else None)

    def _handler(self, depth: int, definition: EventDefinition) -> SubProcess:
        interrupts = isinstance(definition, ErrorDefinition) or self._random.random() < 0.5
        start = StartEvent(id=self._id("start"), definition=definition, is_interrupting=interrupts)
        nodes, flows = self._content(depth + 1, start)
        return SubProcess(id=self._id("handler"), nodes=tuple(nodes), flows=tuple(flows), triggered_by_event=True)

    def _several(self) -> MultipleDefinition:
        parts = tuple(self._random.sample(WAITING[:3], 2))
        return MultipleDefinition(definitions=parts, is_parallel=self._random.random() < 0.5)

    def _block(self, depth: int, last: ElementId, nodes: list[AnyFlowNode], flows: list[SequenceFlow]) -> ElementId:
        kind = self._random.choice(("job", "job", "script", "catch", "throw", "parallel", "gateway", "sub", "sub"))
        if kind == "parallel":
            return self._parallel(depth, last, nodes, flows)
        if kind == "gateway":
            return self._gateway(last, nodes, flows)
        node = self._node(kind if depth < DEEPEST else "job", depth)
        nodes.append(node)
        self._flow(last, node.id, flows)
        if kind in {"job", "sub"}:
            self._boundaries(node.id, nodes, flows)
        return node.id

    def _node(self, kind: str, depth: int) -> AnyFlowNode:
        match kind:
            case "script":
                return ScriptTask(id=self._id("script"), script="not(x)", result_variable="x")
            case "catch":
                definition: EventDefinition = self._random.choice((*WAITING, self._several()))
                return IntermediateCatchEvent(id=self._id("catch"), definition=definition)
            case "throw":
                return IntermediateThrowEvent(
                    id=self._id("throw"),
                    definition=self._random.choice((EscalationDefinition(code="C"), SignalDefinition(name="s"))),
                )
            case "sub":
                nodes, flows = self._content(depth + 1)
                loop = MultiInstanceLoop(cardinality="2", is_sequential=self._random.random() < 0.5)
                sub = SubProcess(id=self._id("sub"), nodes=tuple(nodes), flows=tuple(flows))
                return replace(sub, loop=loop) if self._random.random() < 0.2 else sub
            case _:
                return ServiceTask(id=self._id("job"), job_type="work")

    def _boundaries(self, host: ElementId, nodes: list[AnyFlowNode], flows: list[SequenceFlow]) -> None:
        kinds = (*WAITING, self._several(), ErrorDefinition(), EscalationDefinition(code="C"))
        for definition in self._random.sample(kinds, self._random.choice((0, 0, 1, 2))):
            interrupts = isinstance(definition, ErrorDefinition) or self._random.random() < 0.5
            event = BoundaryEvent(
                id=self._id("edge"), attached_to=host, definition=definition, is_interrupting=interrupts
            )
            end = EndEvent(id=self._id("end"))
            nodes.extend((event, end))
            self._flow(event.id, end.id, flows)

    def _parallel(self, depth: int, last: ElementId, nodes: list[AnyFlowNode], flows: list[SequenceFlow]) -> ElementId:
        split, join = ParallelGateway(id=self._id("split")), ParallelGateway(id=self._id("join"))
        nodes.extend((split, join))
        self._flow(last, split.id, flows)
        for _ in range(2):
            node = self._node(self._random.choice(("job", "script", "catch")), depth)
            nodes.append(node)
            self._flow(split.id, node.id, flows)
            self._flow(node.id, join.id, flows)
        return join.id

    def _gateway(self, last: ElementId, nodes: list[AnyFlowNode], flows: list[SequenceFlow]) -> ElementId:
        gateway, joined = EventBasedGateway(id=self._id("gateway")), self._id("script")
        nodes.append(gateway)
        self._flow(last, gateway.id, flows)
        for definition in self._random.sample(WAITING, 2):
            event = IntermediateCatchEvent(id=self._id("catch"), definition=definition)
            nodes.append(event)
            self._flow(gateway.id, event.id, flows)
            self._flow(event.id, joined, flows)
        nodes.append(ScriptTask(id=joined, script="not(x)", result_variable="x"))
        return joined


class Storm:
    """A host that knows what is open only by commands, and sends something of it at random."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self.run = Driver(compile_process(ModelMaker(self._random).process()))
        self._open: dict[str, str] = {}

    def blow(self, steps: int) -> None:
        """Start, and send events until the instance is over or *steps* are done; checks after each of them."""
        self._note(self.run.start(x=False))
        for _ in range(steps):
            self.check()
            if not self.run.is_active:
                return
            self._note(self.run.send(self._next_event()))
        self.check()

    def replayed(self) -> tuple[InstanceState, list[Command]]:
        """State and commands of the same events once more."""
        state, commands = InstanceState(instance_key=KEY), list[Command]()
        for event in self.run.events:
            commands.extend(step(self.run.process, state, event))
        return state, commands

    def check(self) -> None:
        """All that must hold when nothing moves."""
        state = self.run.state
        check_waits(state)
        check_tokens(state)
        known = {*state.jobs, *state.timers, *state.subscriptions, *state.signals, *state.incidents}
        assert set(self._open) == known, "the host and the kernel must agree on what is open"
        if self.run.is_active:
            assert known or state.conditions, "an active instance waits for something"
        open_visits: Counter[str] = Counter()
        for item in self.run.history:
            open_visits[item.element_id] += 1 if item.lifecycle == "activated" else -1
            assert open_visits[item.element_id] >= 0, "a visit ends once"
        nodes = self.run.process.nodes
        active = Counter(
            nodes[t.element].id for t in state.tokens.values() if t.is_active and not nodes[t.element].is_round
        )
        assert +open_visits == active

    def _next_event(self) -> KernelEvent:
        state, now = self.run.state, self.run.now
        choices: list[KernelEvent] = [
            VariablesSet(occurred_at=now, variables=feel({"x": self._random.random() < 0.5})) for _ in range(2)
        ]
        for job in state.jobs:
            choices.extend(JobCompleted(occurred_at=now, job_id=job) for _ in range(2))
            choices.append(JobErrorThrown(occurred_at=now, job_id=job, error_code="E"))
        choices.extend(MessageCorrelated(occurred_at=now, subscription_id=wait) for wait in state.subscriptions)
        choices.extend(SignalReceived(occurred_at=now, subscription_id=wait) for wait in state.signals)
        for timer, wait in state.timers.items():
            choices.append(TimerFired(occurred_at=max(now, wait.due_at), timer_id=timer))
        event = self._random.choice(choices)
        self.run.now = event.occurred_at
        if isinstance(event, JobCompleted | JobErrorThrown):
            del self._open[event.job_id]
        elif isinstance(event, TimerFired):
            del self._open[event.timer_id]
        elif isinstance(event, MessageCorrelated):
            del self._open[event.subscription_id]
        return event

    def _note(self, commands: list[Command]) -> None:
        for command in commands:
            match command:
                case CreateJob(job_id=wait) | StartTimer(timer_id=wait) | RaiseIncident(incident_id=wait):
                    self._open[wait] = command.element_id
                case Subscribe(subscription_id=wait) | SubscribeSignal(subscription_id=wait):
                    self._open[wait] = command.element_id
                case CancelJob(job_id=wait) | CancelTimer(timer_id=wait) | CloseIncident(incident_id=wait):
                    del self._open[wait]
                case Unsubscribe(subscription_id=wait):
                    del self._open[wait]


def check_waits(state: InstanceState) -> None:
    """Each wait has one holder that knows it, and each holder knows only waits that are open."""
    found: list[tuple[str, str]] = [(job_id, token.id) for job_id, token in state.jobs.items()]
    found.extend((wait_id, incident.token) for wait_id, incident in state.incidents.items())
    kinds: list[Mapping[Any, EventWait]] = [
        state.timers, state.subscriptions, state.signals, state.conditions, state.gathered
    ]  # fmt: skip
    for waits in kinds:
        found.extend((wait_id, wait.token or wait.scope or "") for wait_id, wait in waits.items())
    held: list[tuple[str, str]] = [(wait_id, token.id) for token in state.tokens.values() for wait_id in token.waits]
    held.extend((wait_id, scope_id) for scope_id, scope in state.scopes.items() for wait_id in scope.waits)
    assert sorted(found) == sorted(held)
    assert not state.must_look


def check_tokens(state: InstanceState) -> None:
    """Tokens and scopes know each other; when the instance is over only its variables are left."""
    inside = {token_id: scope_id for scope_id, scope in state.scopes.items() for token_id in scope.tokens}
    assert inside == {token.id: token.scope for token in state.tokens.values()}
    owners = {scope_id: scope.owner for scope_id, scope in state.scopes.items() if scope.owner is not None}
    assert owners == {token.inner: token.id for token in state.tokens.values() if token.inner is not None}
    assert all(scope.parent in state.scopes for scope in state.scopes.values() if scope.parent is not None)
    if state.status is not InstanceStatus.ACTIVE:
        assert (state.tokens, list(state.scopes)) == ({}, [state.root])
