# SPDX-License-Identifier: Apache-2.0
"""Random activities of every kind inside each other, driven in random order: nothing is lost, nothing is left over."""

import random
from dataclasses import replace
from itertools import pairwise

import pytest

from taktloom.kernel import compile_process
from taktloom.kernel.commands import CreateJob
from taktloom.kernel.state import InstanceState, InstanceStatus
from taktloom.model.event_definitions import CancelDefinition, CompensateDefinition, ErrorDefinition
from taktloom.model.process import (
    Activity,
    AdHocSubProcess,
    AnyFlowNode,
    BoundaryEvent,
    CallActivity,
    EndEvent,
    ExclusiveGateway,
    IntermediateThrowEvent,
    MultiInstanceLoop,
    ParallelGateway,
    ProcessDefinition,
    ScriptTask,
    SequenceFlow,
    StandardLoop,
    StartEvent,
    SubProcess,
    Transaction,
)
from tests.kernel.activity_driver import ActivityDriver
from tests.kernel.build import eid, event_sub_process
from tests.kernel.parts import job

SEEDS = range(60)
LOOPS = (
    None,
    None,
    StandardLoop(maximum=2),
    StandardLoop(condition="loopCounter < 2", test_before=True),
    MultiInstanceLoop(cardinality="2"),
    MultiInstanceLoop(is_sequential=True, input_collection="[1, 2, 3]", input_element="item",
                      output_collection="all", output_element="result"),
    MultiInstanceLoop(cardinality="3", completion_condition="numberOfCompletedInstances = 2"),
)  # fmt: skip


class Maker:
    """Makes a random process; `names` counts the elements."""

    def __init__(self, seed: int) -> None:
        self.chance, self.names = random.Random(seed), 0

    def name(self, prefix: str) -> str:
        self.names += 1
        return f"{prefix}{self.names}"

    def process(self) -> ProcessDefinition:
        nodes, flows = self.container(2, EndEvent(id=eid(self.name("e"))))
        return replace(ProcessDefinition(id="p"), nodes=nodes, flows=flows)  # type: ignore[arg-type]

    def container(self, depth: int, end: EndEvent) -> tuple[tuple[AnyFlowNode, ...], tuple[SequenceFlow, ...]]:
        """A start, a fork of one or two chains of activities, a join, a throw that may compensate, and *end*."""
        start, fork, join = (
            StartEvent(id=eid(self.name("s"))),
            *(ParallelGateway(id=eid(self.name("g"))) for _ in "12"),
        )
        middle = IntermediateThrowEvent(
            id=eid(self.name("t")), definition=CompensateDefinition() if self.chance.random() < 0.4 else None
        )
        nodes: list[AnyFlowNode] = [start, fork]
        chains = [[start, fork], [join, middle, end]]
        for _ in range(self.chance.choice((1, 2))):
            steps = [self.activity(depth) for _ in range(self.chance.choice((1, 2)))]
            nodes.extend(node for step in steps for node in step)
            chains.append([fork, *(node for step in steps for node in way(step)), join])
            chains.extend([step[1], step[2]] for step in steps if has_exit(step))
        nodes += [join, middle, end]
        pairs = [(a.id, b.id) for chain in chains for a, b in pairwise(chain)]
        return tuple(nodes), tuple(
            SequenceFlow(id=eid(f"{a}-{b}"), source=a, target=b) for a, b in dict.fromkeys(pairs)
        )

    def activity(self, depth: int) -> list[AnyFlowNode]:
        """An activity, and its compensation boundary event with handler where it has one."""
        kinds = ["job", "script", "call"] + (["sub", "transaction", "ad-hoc"] if depth else [])
        made: Activity = getattr(self, self.chance.choice(kinds).replace("-", "_"))(depth)
        made = replace(made, loop=self.chance.choice(LOOPS))
        boundary: list[AnyFlowNode] = []
        if isinstance(made, Transaction) or self.chance.random() < 0.3:
            definition = CancelDefinition() if isinstance(made, Transaction) else ErrorDefinition(code="E1")
            boundary.append(BoundaryEvent(id=eid(f"{made.id}-c"), attached_to=made.id, definition=definition))
            boundary.append(ExclusiveGateway(id=eid(f"{made.id}-x")))
        if self.chance.random() < 0.5:
            handler = replace(job(self.name("u")), is_for_compensation=True)
            boundary += [
                handler,
                BoundaryEvent(id=eid(self.name("b")), attached_to=made.id, definition=CompensateDefinition(),
                              compensation_handler=handler.id),
            ]  # fmt: skip
        return [made, *boundary]  # type: ignore[list-item]

    def job(self, depth: int) -> Activity:
        del depth
        return job(self.name("j"))

    def script(self, depth: int) -> Activity:
        del depth
        return ScriptTask(id=eid(self.name("x")), script="1", result_variable="result")

    def call(self, depth: int) -> Activity:
        del depth
        return CallActivity(id=eid(self.name("k")), called_element="child")

    def sub(self, depth: int) -> Activity:
        nodes, flows = self.container(depth - 1, EndEvent(id=eid(self.name("e"))))
        if self.chance.random() < 0.3:
            nodes = (*nodes, self.handler())
        return SubProcess(id=eid(self.name("sub")), nodes=nodes, flows=flows)

    def handler(self) -> SubProcess:
        """An event sub-process for compensation, or for errors, that undoes what is around it and does a job."""
        definition = self.chance.choice((CompensateDefinition(), ErrorDefinition(code="E1")))
        start = StartEvent(id=eid(self.name("s")), definition=definition)
        undo = IntermediateThrowEvent(id=eid(self.name("t")), definition=CompensateDefinition())
        return event_sub_process(self.name("h"), start, undo, work := job(self.name("j")),
                                 flows=f"{start.id} > {undo.id} > {work.id}")  # fmt: skip

    def transaction(self, depth: int) -> Activity:
        cancels = CancelDefinition() if self.chance.random() < 0.5 else None
        nodes, flows = self.container(depth - 1, EndEvent(id=eid(self.name("e")), definition=cancels))
        return Transaction(id=eid(self.name("tx")), nodes=nodes, flows=flows)

    def ad_hoc(self, depth: int) -> Activity:
        steps = [self.activity(depth - 1) for _ in range(2)]
        inner = [node for step in steps for node in step if not isinstance(node, ExclusiveGateway)]
        return AdHocSubProcess(
            id=eid(self.name("any")),
            nodes=tuple(inner),
            is_sequential=self.chance.random() < 0.5,
            completion_condition=self.chance.choice((None, "true")),
            cancels_remaining=self.chance.random() < 0.5,
        )


def way(step: list[AnyFlowNode]) -> list[AnyFlowNode]:
    """Through the activity; one with a boundary event is left by two ways that meet again."""
    return [step[0], step[2]] if has_exit(step) else step[:1]


def has_exit(step: list[AnyFlowNode]) -> bool:
    """Whether a boundary event may be left by."""
    return len(step) > 2 and isinstance(step[2], ExclusiveGateway)


def drive(run: ActivityDriver, chance: random.Random) -> None:
    """Complete or fail what is open, in any order, until the instance is over."""
    run.start()
    for _ in range(400):
        check(run.state)
        if not run.is_active:
            return
        if run.state.incidents:
            run.resolve(next(iter(run.work["incident"])))
        elif run.state.children and (not run.jobs or chance.random() < 0.5):
            run.child_failed(None) if chance.random() < 0.1 else run.child_completed(result=1)
        elif chance.random() < 0.1:
            run.throw_from(chance.randrange(len(run.jobs)), "E1")
        else:
            run.finish_job(chance.randrange(len(run.jobs)), result=2)
    raise AssertionError("The instance does not end.")


def check(state: InstanceState) -> None:
    """Tokens, scopes and waits belong together."""
    for scope_id, scope in state.scopes.items():
        assert scope.parent is None or scope.parent in state.scopes
        assert all(state.tokens[token].scope == scope_id for token in scope.tokens)
        assert scope.owner is None or state.tokens[scope.owner].inner == scope_id
    held = {wait for token in state.tokens.values() for wait in token.waits}
    held |= {wait for scope in state.scopes.values() for wait in scope.waits}
    tables = (state.jobs, state.children, state.timers, state.subscriptions, state.incidents, state.requests)
    assert held == {wait for table in tables for wait in table}
    for token in state.tokens.values():
        assert token.id in state.scopes[token.scope].tokens


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_is_inside_whatever_ends_and_leaves_nothing_behind(seed: int) -> None:
    maker = Maker(seed)
    run = ActivityDriver(compile_process(maker.process()))

    drive(run, maker.chance)

    assert run.state.status is InstanceStatus.COMPLETED
    assert (run.state.tokens, len(run.state.scopes), run.jobs) == ({}, 1, [])
    ends: dict[str, int] = {}
    for item in run.history:
        ends[item.element_id] = ends.get(item.element_id, 0) + (1 if item.lifecycle == "activated" else -1)
    assert set(ends.values()) == {0}
    assert len({c.job_id for c in run.log if isinstance(c, CreateJob)}) == sum(
        isinstance(c, CreateJob) for c in run.log
    )
