# SPDX-License-Identifier: Apache-2.0
"""Joins at which tokens would wait for ever are foreseen from where they stand, with the flows that stay empty."""

import pytest

from taktloom.kernel.dead_joins import DeadJoin, JoinOutlook
from taktloom.kernel.events import InstanceModified, TokenAction, TokenChange
from taktloom.model.event_definitions import ErrorDefinition, TerminateDefinition
from taktloom.model.identifiers import ElementId
from taktloom.model.process import (
    AdHocSubProcess,
    BoundaryEvent,
    ComplexGateway,
    EndEvent,
    ExclusiveGateway,
    InclusiveGateway,
    ManualTask,
    MultiInstanceLoop,
    ParallelGateway,
    ProcessDefinition,
    ServiceTask,
    StartEvent,
    SubProcess,
    UserTask,
)
from tests.kernel.build import eid, flows_of, process
from tests.kernel.driver import Driver
from tests.properties.processes import compiled

Gateway = InclusiveGateway | ComplexGateway
MERGED = "start > first > fork > a > join > last > end\nfork > b > join"


def forked(join: Gateway | None = None) -> ProcessDefinition:
    """start > first > fork > (a, b) > join > last > end"""
    tasks = (UserTask(id=eid(name)) for name in ("first", "a", "b", "last"))
    ends = (StartEvent(id=eid("start")), EndEvent(id=eid("end")))
    gateways = ParallelGateway(id=eid("fork")), join or ParallelGateway(id=eid("join"))
    return process(*ends, *tasks, *gateways, flows=MERGED)


def started(model: ProcessDefinition) -> Driver:
    run = Driver(compiled(model))
    run.start(None)
    return run


def moved(run: Driver, cancelled: tuple[str, ...], **placed: str) -> tuple[DeadJoin, ...]:
    """placed: element, or flow with `along`, by the action."""
    changes = [TokenChange(action=TokenAction.CANCEL, element_id=eid(name)) for name in cancelled]
    changes += [TokenChange(action=TokenAction(action), element_id=eid(name)) for action, name in placed.items()]
    run.send(InstanceModified(occurred_at=run.now, actor="ada", changes=tuple(changes), reason="by hand"))
    return JoinOutlook(run.process).dead_joins(run.state)


def dead(element: str, *flows: str) -> DeadJoin:
    return DeadJoin(element_id=eid(element), flows=tuple(map(ElementId, flows)))


def test_one_branch_of_a_fork_waits_for_the_other_over_a_flow_that_is_named() -> None:
    run = started(forked())

    found = moved(run, ("first",), before="a")

    assert found == (dead("join", "b-join"),)
    assert found[0].reason == "It would wait here for ever: no token can come over 'b-join'."


def test_with_a_token_on_each_flow_the_join_fires() -> None:
    run = started(forked())

    assert moved(run, ("first",), before="a", along="b-join") == ()


def test_before_the_fork_and_behind_the_join_nothing_is_missing() -> None:
    run = started(forked())
    before = JoinOutlook(run.process).dead_joins(run.state)

    assert (before, moved(run, ("first",), after="join")) == ((), ())


def test_a_token_too_many_in_one_branch_is_left_over() -> None:
    run = started(forked())

    assert moved(run, (), before="a") == (dead("join", "b-join"),)


def test_an_inclusive_join_does_not_wait_for_what_cannot_come() -> None:
    run = started(forked(InclusiveGateway(id=eid("join"))))

    assert moved(run, ("first",), before="a") == ()


def test_of_complex_gateways_nothing_is_claimed() -> None:
    run = started(forked(ComplexGateway(id=eid("join"), activation_condition="activationCount >= 2")))

    assert moved(run, ("first",), before="a") == ()


def test_an_end_that_ends_everything_leaves_nothing_waiting() -> None:
    tasks = (UserTask(id=eid(name)) for name in ("first", "a", "b"))
    gateways = ParallelGateway(id=eid("fork")), ParallelGateway(id=eid("join"))
    stop = EndEvent(id=eid("stop"), definition=TerminateDefinition())
    ends = StartEvent(id=eid("start")), EndEvent(id=eid("end")), stop
    other = UserTask(id=eid("other"))
    flows = "start > first > fork > a > join > end\nfork > b > join\nfork > other > stop"
    run = started(process(*ends, *tasks, *gateways, other, flows=flows))

    assert moved(run, ("first",), before="other") == ()


def test_where_only_an_error_would_save_it_the_join_is_named() -> None:
    guard = BoundaryEvent(id=eid("wrong"), attached_to=eid("a"), definition=ErrorDefinition(code="E"))
    model = forked()
    nodes = (*model.nodes, guard, EndEvent(id=eid("broken"), definition=TerminateDefinition()))
    run = started(process(*nodes, flows=f"{MERGED}\nwrong > broken"))

    assert moved(run, ("first",), before="a") == (dead("join", "b-join"),)


def test_what_can_befall_every_instance_is_not_said_again() -> None:
    """An exclusive split before a parallel join: the deployment warns of it."""
    tasks = (UserTask(id=eid(name)) for name in ("first", "a", "b"))
    gateways = ExclusiveGateway(id=eid("split"), default_flow=eid("split-a")), ParallelGateway(id=eid("join"))
    ends = StartEvent(id=eid("start")), EndEvent(id=eid("end")), EndEvent(id=eid("out"))
    flows = "start > first > split > a > join > end\nsplit > b > join\nsplit > out"
    conditions = {"split-b": "x", "split-out": "y"}
    run = started(process(*ends, *tasks, *gateways, flows=flows, conditions=conditions))

    assert JoinOutlook(run.process).dead_joins(run.state) == ()
    assert moved(run, ("first",), before="a") == (dead("join", "b-join"),)


def test_scopes_are_looked_at_one_by_one_also_in_rounds_of_a_loop() -> None:
    inner = (StartEvent(id=eid("s")), UserTask(id=eid("a")), UserTask(id=eid("b")), EndEvent(id=eid("e")))
    gateways = ParallelGateway(id=eid("fork")), ParallelGateway(id=eid("join"))
    box = SubProcess(
        id=eid("box"),
        nodes=(*inner, *gateways),
        flows=flows_of("s > fork > a > join > e\nfork > b > join"),
        loop=MultiInstanceLoop(cardinality="2", is_sequential=True),
    )
    ends = StartEvent(id=eid("start")), EndEvent(id=eid("end"))
    run = started(process(*ends, box, flows="start > box > end"))
    outlook = JoinOutlook(run.process)

    assert outlook.dead_joins(run.state) == ()
    assert moved(run, ("b",), before="a") == (dead("join", "b-join"),)


def test_an_activity_that_gathers_tokens_waits_for_ever_where_no_more_can_come() -> None:
    ends = StartEvent(id=eid("start")), EndEvent(id=eid("end"))
    gather = ManualTask(id=eid("gather"), start_quantity=2)
    nodes = (*ends, ServiceTask(id=eid("a"), job_type="a", completion_quantity=2), gather, UserTask(id=eid("rest")))
    run = started(process(*nodes, flows="start > a > gather > rest > end"))
    before = JoinOutlook(run.process).dead_joins(run.state)

    found = moved(run, ("a",), along="a-gather")

    assert (before, found) == ((), (dead("gather"),))
    assert found[0].reason == "It would wait here for ever: no more tokens can come."


@pytest.mark.parametrize("is_sequential", [True, False])
def test_in_an_ad_hoc_sub_process_what_is_missing_may_still_begin(is_sequential: bool) -> None:
    nodes = UserTask(id=eid("a")), UserTask(id=eid("b")), ParallelGateway(id=eid("join")), UserTask(id=eid("c"))
    box = AdHocSubProcess(
        id=eid("box"),
        nodes=nodes,
        flows=flows_of("a > join > c\nb > join"),
        is_sequential=is_sequential,
        active_elements='["a"]',
        completion_condition="false",
    )
    run = started(process(StartEvent(id=eid("start")), box, EndEvent(id=eid("end")), flows="start > box > end"))

    assert JoinOutlook(run.process).dead_joins(run.state) == ()
