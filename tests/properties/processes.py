# SPDX-License-Identifier: Apache-2.0
"""Random well-formed, block-structured processes and random ways through them.

A block is a task of some kind, a sequence, an exclusive or parallel block, a loop, a sub-process, or a task with
boundary events. Every exclusive gateway is an external choice, so that the path is chosen by the test and not by data.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from hypothesis import strategies as st

from taktloom.kernel import ExecutableProcess, compile_process
from taktloom.kernel.commands import ChooseFlow, StartTimer
from taktloom.model.event_definitions import ErrorDefinition, MessageDefinition, TimerDefinition
from taktloom.model.identifiers import ElementId, ProcessId
from taktloom.model.process import (
    AnyFlowNode,
    BoundaryEvent,
    BusinessRuleTask,
    EndEvent,
    ExclusiveGateway,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    ManualTask,
    ParallelGateway,
    ProcessDefinition,
    ScriptTask,
    SequenceFlow,
    ServiceTask,
    StartEvent,
    SubProcess,
    Task,
    UserTask,
)
from taktloom.model.process_data import VariableMapping
from tests.kernel.driver import Driver

LEAVES = ("task", "manual", "user", "service", "mapped", "script", "rule", "timer", "message", "throw", "guarded")
BLOCKS = ("sequence", "exclusive", "parallel", "loop", "sub")

Tree = tuple[str, tuple["Tree", ...]]


def trees() -> st.SearchStrategy[Tree]:
    """Shapes of processes; leaves have no children."""
    leaves = st.sampled_from(LEAVES).map(lambda kind: (kind, ()))

    def blocks(children: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
        several = st.lists(children, min_size=2, max_size=3).map(tuple)
        single = children.map(lambda child: (child,))
        return st.one_of(
            st.tuples(st.sampled_from(("sequence", "exclusive", "parallel", "parallel")), several),
            st.tuples(st.sampled_from(("loop", "sub")), single),
        )

    return st.recursive(leaves, blocks, max_leaves=12)


@dataclass
class Builder:
    """Turns a tree into nodes and flows of one container."""

    count: list[int]
    nodes: list[AnyFlowNode] = field(default_factory=list)
    flows: list[SequenceFlow] = field(default_factory=list)

    def new_id(self, kind: str) -> ElementId:
        self.count[0] += 1
        return ElementId(f"{kind}{self.count[0]}")

    def add(self, node: AnyFlowNode) -> ElementId:
        self.nodes.append(node)
        return node.id

    def connect(self, source: ElementId, target: ElementId) -> ElementId:
        flow_id = self.new_id("f")
        self.flows.append(SequenceFlow(id=flow_id, source=source, target=target))
        return flow_id

    def contents(self, tree: Tree) -> None:
        start = self.add(StartEvent(id=self.new_id("start")))
        first, last = self.block(tree)
        self.connect(start, first)
        self.connect(last, self.add(EndEvent(id=self.new_id("end"))))

    def block(self, tree: Tree) -> tuple[ElementId, ElementId]:
        """Add the block; its first and last node."""
        kind, children = tree
        if kind in LEAVES:
            node = self.add(LEAF_MAKERS[kind](self.new_id(kind)))
            return (node, self.guard(node)) if kind == "guarded" else (node, node)
        return {
            "sequence": self.sequence,
            "exclusive": self.exclusive,
            "parallel": self.parallel,
            "loop": self.loop,
            "sub": self.sub,
        }[kind](children)

    def guard(self, host: ElementId) -> ElementId:
        """Boundary events of every kind: what interrupts goes on behind the host, the others end; the merge behind."""
        merge = self.add(ExclusiveGateway(id=self.new_id("merge")))
        self.connect(host, merge)
        definitions = (
            (TimerDefinition(duration="PT1H"), True),
            (TimerDefinition(cycle="R2/PT10M"), False),
            (MessageDefinition(name="note"), False),
            (ErrorDefinition(code="E"), True),
        )
        for definition, is_interrupting in definitions:
            event = BoundaryEvent(
                id=self.new_id("boundary"), attached_to=host, definition=definition, is_interrupting=is_interrupting
            )
            after = merge if is_interrupting else self.add(EndEvent(id=self.new_id("end")))
            self.connect(self.add(event), after)
        return merge

    def sequence(self, children: Sequence[Tree]) -> tuple[ElementId, ElementId]:
        ends = [self.block(child) for child in children]
        for (_, last), (first, _) in pairwise(ends):
            self.connect(last, first)
        return ends[0][0], ends[-1][1]

    def exclusive(self, children: Sequence[Tree]) -> tuple[ElementId, ElementId]:
        split, join = self.new_id("choice"), self.new_id("merge")
        self.branches(split, join, children)
        default = self.connect(split, join)
        self.condition_all(split, default)
        self.add(ExclusiveGateway(id=split, default_flow=default))
        self.add(ExclusiveGateway(id=join))
        return split, join

    def parallel(self, children: Sequence[Tree]) -> tuple[ElementId, ElementId]:
        split, join = self.new_id("fork"), self.new_id("join")
        self.branches(split, join, children)
        self.add(ParallelGateway(id=split))
        self.add(ParallelGateway(id=join))
        return split, join

    def branches(self, split: ElementId, join: ElementId, children: Sequence[Tree]) -> None:
        for child in children:
            first, last = self.block(child)
            self.connect(split, first)
            self.connect(last, join)

    def loop(self, children: Sequence[Tree]) -> tuple[ElementId, ElementId]:
        merge, choice = self.new_id("merge"), self.new_id("choice")
        first, last = self.block(children[0])
        self.connect(merge, first)
        self.connect(last, choice)
        again = self.connect(choice, merge)
        leave = self.new_id("pass")
        self.add(ExclusiveGateway(id=merge))
        self.add(ExclusiveGateway(id=choice, default_flow=again))
        self.add(IntermediateThrowEvent(id=leave))
        self.connect(choice, leave)
        self.condition_all(choice, again)
        return merge, leave

    def sub(self, children: Sequence[Tree]) -> tuple[ElementId, ElementId]:
        inner = Builder(self.count)
        inner.contents(children[0])
        node = self.add(
            SubProcess(id=self.new_id("sub"), nodes=tuple(inner.nodes), flows=tuple(inner.flows), inputs=MAPPED)
        )
        return node, node

    def condition_all(self, gateway: ElementId, default: ElementId) -> None:
        """The other flows get a condition, which nobody reads: the gateway is an external choice."""
        for index, flow in enumerate(self.flows):
            if flow.source == gateway and flow.id != default:
                self.flows[index] = SequenceFlow(id=flow.id, source=gateway, target=flow.target, condition="true")


MAPPED = (VariableMapping(source="if n = null then 0 else n + 1", target="n"),)
LEAF_MAKERS: dict[str, Callable[[ElementId], AnyFlowNode]] = {
    "task": lambda name: Task(id=name),
    "manual": lambda name: ManualTask(id=name),
    "user": lambda name: UserTask(id=name, candidate_groups="clerks"),
    "service": lambda name: ServiceTask(id=name, job_type="work"),
    "mapped": lambda name: ServiceTask(
        id=name, job_type="work", inputs=MAPPED, outputs=(VariableMapping(source="n", target="m.deep"),)
    ),
    "script": lambda name: ScriptTask(id=name, script="if m = null then 1 else m", result_variable="k"),
    "rule": lambda name: BusinessRuleTask(id=name, decision_id="d", result_variable="rate"),
    "timer": lambda name: IntermediateCatchEvent(id=name, definition=TimerDefinition(duration="PT5M")),
    "message": lambda name: IntermediateCatchEvent(
        id=name, definition=MessageDefinition(name="m", correlation_key='"key"')
    ),
    "throw": lambda name: IntermediateThrowEvent(id=name, name=name),
    "guarded": lambda name: ServiceTask(id=name, job_type="work"),
}


def definition_of(tree: Tree) -> ProcessDefinition:
    """The process of the tree."""
    builder = Builder([0])
    builder.contents(tree)
    return ProcessDefinition(id=ProcessId("random"), nodes=tuple(builder.nodes), flows=tuple(builder.flows))


def compiled(definition: ProcessDefinition) -> ExecutableProcess:
    """Compiled with every diverging exclusive gateway as an external choice."""
    choices = frozenset(ElementId(name) for name in _names(definition.nodes) if name.startswith("choice"))
    return compile_process(definition, external_choices=choices)


def _names(nodes: Sequence[AnyFlowNode]) -> list[str]:
    found: list[str] = []
    for node in nodes:
        found.append(node.id)
        if isinstance(node, SubProcess):
            found.extend(_names(node.nodes))
    return found


def take_a_step(run: Driver, data: st.DataObject) -> None:
    """Do one of the things that the open work allows; a timer that repeats is no reason not to end."""
    kind, element = data.draw(st.sampled_from(options(run)))
    if kind == "job":
        act = data.draw(st.sampled_from(("complete", "complete", "complete", "fail", "throw")))
        JOB_ENDS[act](run, element)
    elif kind == "choice":
        asked = run.work["choice"][element]
        assert isinstance(asked, ChooseFlow)
        run.choose(element, data.draw(st.sampled_from(asked.flow_ids)))
    else:
        ACTIONS[kind](run, element)


def complete(run: Driver, element: str) -> None:
    """Complete the job with two variables."""
    run.complete(element, n=1, m=2)


def throw(run: Driver, element: str) -> None:
    """Throw the error that some of the activities catch."""
    run.throw(element, "E", reason="r")


def fail(run: Driver, element: str) -> None:
    """Fail the job, or complete it when it has failed already."""
    if element in run.work.get("incident", {}):
        run.complete(element)
    else:
        run.fail(element)


def options(run: Driver) -> list[tuple[str, str]]:
    """What can be done, in a fixed order; timers only when they are the next due."""
    found = [(kind, name) for kind, names in sorted(run.work.items()) for name in sorted(names) if kind != "timer"]
    timers = [command for command in run.work.get("timer", {}).values() if isinstance(command, StartTimer)]
    if timers:
        found.append(("timer", min(timers, key=lambda command: (command.due_at, command.timer_id)).element_id))
    return found


JOB_ENDS: dict[str, Callable[[Driver, str], None]] = {"complete": complete, "fail": fail, "throw": throw}
ACTIONS: dict[str, Callable[[Driver, str], object]] = {
    "task": lambda run, element: run.complete_task(element, k="x"),
    "timer": lambda run, element: run.fire(element),
    "subscription": lambda run, element: run.correlate(element, n=3),
    "decision": lambda run, element: run.decide(element, {"@type": "x", "b": [1, None, "y"], "a": 2}),
    "incident": lambda run, element: run.resolve(element, k=1),
}
