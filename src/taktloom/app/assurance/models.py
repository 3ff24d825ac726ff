# SPDX-License-Identifier: Apache-2.0
"""Small random processes for the simulation: block-structured, so that every one of them can be driven to its end.

A block is a task, a wait, a throw, or a sequence, choice, parallel or inclusive block, a sub-process with boundary
events, a multi-instance activity, a call. Beside the random processes of a family stand three fixed ones that they
reach: `callee` (called), `hearer` (started by the message that they throw) and `ticker` (started twice by a timer).

A second deployment of several files brings newer versions of the first random process, with one job more, and of
`ticker`, whose timer stays as it was, and `siren`, which is started by the signal.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from random import Random
from typing import NamedTuple

from taktloom.formats.bpmn import read_bpmn, write_bpmn
from taktloom.kernel import ExecutableProcess, compile_process
from taktloom.model.event_definitions import (
    CompensateDefinition,
    ErrorDefinition,
    EventDefinition,
    MessageDefinition,
    SignalDefinition,
    TimerDefinition,
)
from taktloom.model.identifiers import DefinitionKey, ElementId, ProcessId
from taktloom.model.process import (
    AnyFlowNode,
    BoundaryEvent,
    CallActivity,
    Definitions,
    EndEvent,
    EventBasedGateway,
    ExclusiveGateway,
    InclusiveGateway,
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
    UserTask,
)
from taktloom.model.process_data import VariableMapping
from taktloom.model.webhooks import WebhookTopic

JOB_TYPE = "work"
ERROR_CODE = "E"
MESSAGE, HEARD, SIGNAL = "note", "heard", "alarm"
CALLEE, HEARER, TICKER = ProcessId("callee"), ProcessId("hearer"), ProcessId("ticker")
SIREN = ProcessId("siren")
TICKS = 2
TOLD = (  # to webhooks
    WebhookTopic.INSTANCE_STARTED,
    WebhookTopic.INSTANCE_ENDED,
    WebhookTopic.TASK_COMPLETED,
    WebhookTopic.INCIDENT_RAISED,
)
_RANDOM_PROCESSES = 3
_DEEPEST = 2

_ASSOCIATION = (
    '<association xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="{id}" sourceRef="{source}"'
    ' targetRef="{target}" associationDirection="One"/>'
)

Ends = tuple[ElementId, ElementId]


class _Level(NamedTuple):
    nodes: tuple[AnyFlowNode, ...]
    flows: tuple[SequenceFlow, ...]
    artifacts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """The processes that some runs share. startable: ids of the random ones.

    files: deployed before a run; newer: what may be deployed in it, which makes the versions in newer_keys.
    """

    files: Mapping[str, bytes]
    newer: Mapping[str, bytes]
    newer_keys: frozenset[DefinitionKey]
    executables: Mapping[DefinitionKey, ExecutableProcess]
    startable: tuple[ProcessId, ...]


def make_family(number: int) -> Family:
    """The processes of family *number*, always the same for one number."""
    chance = Random(f"family-{number}")
    made = [_Maker(chance).process(ProcessId(f"random{index}")) for index in range(_RANDOM_PROCESSES)]
    files = _written([*made, _callee(), _hearer(), _ticker("ticker")])
    newer = _written([_with_one_job_more(made[0]), _ticker("ticker, renamed"), _siren()])
    first = {DefinitionKey(f"{name}:1"): executable for name, executable in _compiled(files).items()}
    second = {
        DefinitionKey(f"{name}:{1 if name == SIREN else 2}"): executable
        for name, executable in _compiled(newer).items()
    }
    return Family(
        files=files,
        newer=newer,
        newer_keys=frozenset(second),
        executables=first | second,
        startable=tuple(process.id for process in made),
    )


def _written(definitions: Sequence[ProcessDefinition]) -> dict[str, bytes]:
    return {f"{one.id}.bpmn": write_bpmn(Definitions(processes=(one,))) for one in definitions}


def _compiled(files: Mapping[str, bytes]) -> dict[ProcessId, ExecutableProcess]:
    read = [process for content in files.values() for process in read_bpmn(content).processes]
    return {process.id: compile_process(process) for process in read}


def _with_one_job_more(process: ProcessDefinition) -> ProcessDefinition:
    """Before the end, to which the last flow leads; all else keeps its id, so that instances can migrate."""
    *flows, last = process.flows
    job = ServiceTask(id=ElementId("more"), job_type=JOB_TYPE)
    around = (replace(last, target=job.id), SequenceFlow(id=ElementId("after"), source=job.id, target=last.target))
    return replace(process, nodes=(*process.nodes, job), flows=(*flows, *around))


@dataclass
class _Maker:
    """Makes the nodes and flows of one process level after another; ids are counted through all of them."""

    chance: Random
    count: int = 0
    nodes: list[AnyFlowNode] = field(default_factory=list)
    flows: list[SequenceFlow] = field(default_factory=list)
    artifacts: list[str] = field(default_factory=list)

    def process(self, process_id: ProcessId) -> ProcessDefinition:
        level = self._level(0)
        return ProcessDefinition(
            id=process_id, name=process_id, nodes=level.nodes, flows=level.flows, artifacts=level.artifacts
        )

    def _level(self, depth: int) -> "_Level":
        outer = self.nodes, self.flows, self.artifacts
        self.nodes, self.flows, self.artifacts = [], [], []
        start, end = self._add(StartEvent(id=self._id("start"))), self._add(EndEvent(id=self._id("end")))
        first, last = self._sequence(depth, self.chance.randint(1, 3 if depth == 0 else 2))
        self._flow(start, first)
        self._flow(last, end)
        level = _Level(tuple(self.nodes), tuple(self.flows), tuple(self.artifacts))
        self.nodes, self.flows, self.artifacts = outer
        return level

    def _id(self, kind: str) -> ElementId:
        self.count += 1
        return ElementId(f"{kind}-{self.count}")

    def _add(self, node: AnyFlowNode) -> ElementId:
        self.nodes.append(node)
        return node.id

    def _flow(self, source: ElementId, target: ElementId, condition: str | None = None) -> ElementId:
        flow = SequenceFlow(id=self._id("flow"), source=source, target=target, condition=condition)
        self.flows.append(flow)
        return flow.id

    def _sequence(self, depth: int, length: int) -> Ends:
        ends = [self._block(depth) for _ in range(length)]
        for (_, last), (first, _) in pairwise(ends):
            self._flow(last, first)
        return ends[0][0], ends[-1][1]

    def _block(self, depth: int) -> Ends:
        if depth < _DEEPEST and self.chance.random() < 0.45:
            return self.chance.choice(_BLOCKS)(self, depth + 1)
        return self.chance.choice(_LEAVES)(self)

    def single(self, node: AnyFlowNode) -> Ends:
        """A block of one node."""
        return self._add(node), node.id

    def service(self) -> Ends:
        """A job, perhaps with what catches its error and a timer beside it."""
        host = self._add(ServiceTask(id=self._id("job"), job_type=JOB_TYPE))
        return (host, self._guard(host)) if self.chance.random() < 0.4 else (host, host)

    def catch(self, definition: EventDefinition, kind: str) -> Ends:
        """A wait."""
        return self.single(IntermediateCatchEvent(id=self._id(kind), definition=definition))

    def throw(self, definition: EventDefinition | None, kind: str) -> Ends:
        """A throw; a signal carries nothing, for whoever hears it keeps the case that it belongs to."""
        case = VariableMapping(source="case", target="case")
        inputs = (case,) if isinstance(definition, MessageDefinition) else ()
        return self.single(IntermediateThrowEvent(id=self._id(kind), definition=definition, inputs=inputs))

    def script(self) -> Ends:
        """A script."""
        script = "if n = null then 1 else n + 1"
        return self.single(ScriptTask(id=self._id("script"), script=script, result_variable="n"))

    def user(self) -> Ends:
        """A user task."""
        return self.single(UserTask(id=self._id("task"), candidate_groups="clerks"))

    def call(self) -> Ends:
        """A call activity."""
        return self.single(CallActivity(id=self._id("call"), called_element=CALLEE))

    def many(self) -> Ends:
        """A multi-instance job."""
        loop = MultiInstanceLoop(cardinality=str(self.chance.randint(2, 3)), is_sequential=self.chance.random() < 0.5)
        return self.single(ServiceTask(id=self._id("many"), job_type=JOB_TYPE, loop=loop))

    def race(self) -> Ends:
        """An event-based gateway: a message or a timer."""
        gateway, merge = (
            self._add(EventBasedGateway(id=self._id("race"))),
            self._add(ExclusiveGateway(id=self._id("x"))),
        )
        for definition in (_own_message(), TimerDefinition(duration="PT2H")):
            event = self._add(IntermediateCatchEvent(id=self._id("catch"), definition=definition))
            self._flow(gateway, event)
            self._flow(event, merge)
        return gateway, merge

    def undone(self) -> Ends:
        """A job that is then compensated."""
        host = self._add(ServiceTask(id=self._id("job"), job_type=JOB_TYPE))
        handler = self._add(ServiceTask(id=self._id("undo"), job_type=JOB_TYPE, is_for_compensation=True))
        edge = BoundaryEvent(
            id=self._id("edge"), attached_to=host, definition=CompensateDefinition(), compensation_handler=handler
        )
        self._add(edge)
        self.artifacts.append(_ASSOCIATION.format(id=self._id("link"), source=edge.id, target=handler))
        thrown = self._add(IntermediateThrowEvent(id=self._id("throw"), definition=CompensateDefinition()))
        self._flow(host, thrown)
        return host, thrown

    def _guard(self, host: ElementId) -> ElementId:
        """Error, timer and message at the edge of an activity; who interrupts goes on behind it, the others end."""
        merge = self._add(ExclusiveGateway(id=self._id("x")))
        self._flow(host, merge)
        edges: list[tuple[EventDefinition, bool]] = [
            (ErrorDefinition(code=ERROR_CODE), True),
            (TimerDefinition(duration="PT6H"), self.chance.random() < 0.3),
            (_own_message(), False),
        ]
        for definition, is_interrupting in self.chance.sample(edges, self.chance.randint(1, 3)):
            edge = BoundaryEvent(
                id=self._id("edge"), attached_to=host, definition=definition, is_interrupting=is_interrupting
            )
            self._flow(self._add(edge), merge if is_interrupting else self._add(EndEvent(id=self._id("end"))))
        return merge

    def exclusive(self, depth: int) -> Ends:
        """A choice."""
        split, join = self._id("choice"), self._add(ExclusiveGateway(id=self._id("x")))
        first, last = self._block(depth)
        self._flow(split, first, "n > 1")
        self._flow(last, join)
        other = self._flow(split, join)
        return self._add(ExclusiveGateway(id=split, default_flow=other)), join

    def inclusive(self, depth: int) -> Ends:
        """An inclusive choice of two branches or the default."""
        split, join = self._id("some"), self._add(InclusiveGateway(id=self._id("o")))
        for condition in ("n > 1", "n < 3"):
            first, last = self._block(depth)
            self._flow(split, first, condition)
            self._flow(last, join)
        other = self._flow(split, join)
        return self._add(InclusiveGateway(id=split, default_flow=other)), join

    def parallel(self, depth: int) -> Ends:
        """Two branches at once."""
        split, join = self._add(ParallelGateway(id=self._id("fork"))), self._add(ParallelGateway(id=self._id("join")))
        for _ in range(2):
            first, last = self._block(depth)
            self._flow(split, first)
            self._flow(last, join)
        return split, join

    def sub_process(self, depth: int) -> Ends:
        """A sub-process, guarded, alone or many times."""
        level = self._level(depth)
        loop = MultiInstanceLoop(cardinality="2") if self.chance.random() < 0.2 else None
        host = self._add(SubProcess(id=self._id("sub"), loop=loop, **level._asdict()))
        return host, self._guard(host)


_LEAVES: tuple[Callable[[_Maker], Ends], ...] = (
    _Maker.service,
    _Maker.service,
    _Maker.service,
    _Maker.user,
    _Maker.script,
    _Maker.call,
    _Maker.many,
    _Maker.race,
    _Maker.undone,
    lambda maker: maker.catch(TimerDefinition(duration="PT1H"), "timer"),
    lambda maker: maker.catch(_own_message(), "catch"),
    lambda maker: maker.catch(_own_message(), "catch"),
    lambda maker: maker.catch(SignalDefinition(name=SIGNAL), "signal"),
    lambda maker: maker.throw(MessageDefinition(name=HEARD), "say"),
    lambda maker: maker.throw(SignalDefinition(name=SIGNAL), "shout"),
)
_BLOCKS: tuple[Callable[[_Maker, int], Ends], ...] = (
    _Maker.exclusive,
    _Maker.inclusive,
    _Maker.parallel,
    _Maker.parallel,
    _Maker.sub_process,
    _Maker.sub_process,
)


def _own_message() -> MessageDefinition:
    """The message to one case."""
    return MessageDefinition(name=MESSAGE, correlation_key="case")


def _callee() -> ProcessDefinition:
    return _line(CALLEE, StartEvent(id=ElementId("called")), ServiceTask(id=ElementId("help"), job_type=JOB_TYPE))


def _hearer() -> ProcessDefinition:
    start = StartEvent(id=ElementId("hear"), definition=MessageDefinition(name=HEARD))
    return _line(HEARER, start, ServiceTask(id=ElementId("answer"), job_type=JOB_TYPE))


def _siren() -> ProcessDefinition:
    start = StartEvent(id=ElementId("howl"), definition=SignalDefinition(name=SIGNAL))
    return _line(SIREN, start, UserTask(id=ElementId("calm"), candidate_groups="clerks"))


def _ticker(name: str) -> ProcessDefinition:
    start = StartEvent(id=ElementId("tick"), definition=TimerDefinition(cycle=f"R{TICKS}/PT3H"))
    return replace(_line(TICKER, start, UserTask(id=ElementId("look"), candidate_groups="clerks")), name=name)


def _line(process_id: ProcessId, start: StartEvent, *nodes: AnyFlowNode) -> ProcessDefinition:
    everything = (start, *nodes, EndEvent(id=ElementId("done")))
    flows = tuple(
        SequenceFlow(id=ElementId(f"{one.id}-{next_one.id}"), source=one.id, target=next_one.id)
        for one, next_one in pairwise(everything)
    )
    return ProcessDefinition(id=process_id, name=process_id, nodes=everything, flows=flows)
