# SPDX-License-Identifier: Apache-2.0
"""Events at activities that run several times, in any order, or are undone."""

from dataclasses import replace

import pytest

from taktloom.kernel.commands import Unsubscribe
from taktloom.model.event_definitions import (
    ConditionalDefinition,
    ErrorDefinition,
    EscalationDefinition,
    EventDefinition,
    MessageDefinition,
    SignalDefinition,
)
from taktloom.model.process import (
    AdHocSubProcess,
    AnyFlowNode,
    BoundaryEvent,
    IntermediateThrowEvent,
    MultiInstanceLoop,
    StandardLoop,
    StartEvent,
    SubProcess,
    Transaction,
)
from tests.kernel.build import eid, event_sub_process, flows_of, process, sub_process
from tests.kernel.driver import Driver, run_of
from tests.kernel.parts import E, S, error, job, side_timer

MESSAGE = MessageDefinition(name="m")
THREE = MultiInstanceLoop(cardinality="3")
LOOPS: list[MultiInstanceLoop | StandardLoop] = [
    THREE,
    MultiInstanceLoop(cardinality="3", is_sequential=True),
    StandardLoop(condition="true", maximum=3),
]


def at(name: str, host: str, definition: EventDefinition, *, interrupts: bool = True) -> BoundaryEvent:
    return BoundaryEvent(id=eid(name), attached_to=eid(host), definition=definition, is_interrupting=interrupts)


def handler(definition: EventDefinition, *, interrupts: bool = True) -> SubProcess:
    start = StartEvent(id=eid("hs"), definition=definition, is_interrupting=interrupts)
    return event_sub_process("h", start, job("hj"), flows="hs > hj")


def sub(*inside: AnyFlowNode) -> SubProcess:
    """`is > a` inside `sub`, and what has no flow beside it."""
    return sub_process("sub", StartEvent(id=eid("is")), job("a"), *inside, flows="is > a")


def started(*nodes: AnyFlowNode, flows: str) -> Driver:
    run = run_of(process(S, *nodes, E, flows=flows))
    run.start(done=False)
    run.visits()
    return run


@pytest.mark.parametrize("loop", LOOPS, ids=["parallel", "sequential", "standard"])
def test_a_boundary_event_breaks_the_whole_loop_off(loop: MultiInstanceLoop | StandardLoop) -> None:
    run = started(replace(job("a"), loop=loop), at("b", "a", MESSAGE), flows="s > a > e\nb > e")

    run.correlate("b")

    assert run.visits() == "a- b+ b e+ e"
    assert (run.state.jobs, run.state.tokens, len(run.state.scopes)) == ({}, {}, 1)


@pytest.mark.parametrize("loop", LOOPS, ids=["parallel", "sequential", "standard"])
def test_a_boundary_event_of_a_loop_is_armed_once(loop: MultiInstanceLoop | StandardLoop) -> None:
    run = started(
        replace(job("a"), loop=loop),
        at("b", "a", SignalDefinition(name="x"), interrupts=False),
        flows="s > a > e\nb > e",
    )

    run.signal("b")
    run.signal("b")

    assert run.visits() == "b+ b e+ e b+ b e+ e"
    assert len(run.state.signals) == 1


@pytest.mark.parametrize("loop", LOOPS, ids=["parallel", "sequential", "standard"])
def test_an_error_of_one_round_leaves_the_loop_failed(loop: MultiInstanceLoop | StandardLoop) -> None:
    run = started(replace(job("a"), loop=loop), error("b", "a", "E1"), flows="s > a > e\nb > e")

    run.throw("a", "E1")

    assert run.visits() == "a! b+ b e+ e"
    assert run.state.jobs == {}


def test_each_round_of_a_sub_process_has_event_sub_processes_of_its_own() -> None:
    run = started(replace(sub(handler(MESSAGE)), loop=THREE), flows="s > sub > e")

    assert len(run.state.subscriptions) == 3
    run.correlate("hs")

    assert run.visits() == "a- h+ hs+ hs hj+"
    assert (len(run.state.subscriptions), len(run.state.jobs)) == (2, 3)


def test_an_error_in_a_round_is_handled_in_that_round() -> None:
    looping = replace(sub(handler(ErrorDefinition(code="E1"))), loop=THREE)
    run = started(looping, error("b", "sub", "E1"), flows="s > sub > e\nb > e")

    run.throw("a", "E1")
    assert run.visits() == "a! h+ hs+ hs hj+"
    assert len(run.state.jobs) == 3
    run.throw("hj", "E1")

    assert run.visits() == "a- a- hj! h! sub! b+ b e+ e"
    assert len(run.state.scopes) == 1


def test_an_escalation_of_a_round_reaches_the_boundary_event_of_the_loop() -> None:
    throwing = IntermediateThrowEvent(id=eid("t"), definition=EscalationDefinition(code="x"))
    inside = sub_process("sub", StartEvent(id=eid("is")), throwing, job("a"), flows="is > t > a")
    run = run_of(
        process(
            S, replace(inside, loop=MultiInstanceLoop(cardinality="2", is_sequential=True)), E,
            at("b", "sub", EscalationDefinition(), interrupts=False),
            flows="s > sub > e\nb > e",
        )
    )  # fmt: skip

    run.start()
    run.complete("a")

    assert run.visits() == "s+ s sub+ is+ is t+ t b+ b e+ e a+ a is+ is t+ t b+ b e+ e a+"


def ad_hoc(*inside: AnyFlowNode, condition: str | None = None, flows: str = "") -> AdHocSubProcess:
    return AdHocSubProcess(
        id=eid("sub"), nodes=(job("a"), job("c"), *inside), flows=flows_of(flows), completion_condition=condition
    )


def test_an_event_sub_process_takes_the_place_of_ad_hoc_work() -> None:
    run = started(ad_hoc(handler(MESSAGE)), flows="s > sub > e")

    run.correlate("hs")
    run.complete("hj")

    assert run.visits() == "a- c- h+ hs+ hs hj+ hj h sub e+ e"


def test_an_event_sub_process_waits_in_an_ad_hoc_sub_process_as_long_as_it_is_open() -> None:
    run = started(ad_hoc(handler(MESSAGE, interrupts=False), condition="done"), flows="s > sub > e")
    run.complete("a")
    run.complete("c")
    run.correlate("hs")
    run.complete("hj")
    run.visits()

    assert list(run.state.tokens) == [next(iter(run.state.tokens))]
    run.correlate("hs")

    assert run.visits() == "h+ hs+ hs hj+"


def test_an_event_sub_process_that_took_the_place_of_ad_hoc_work_ends_it() -> None:
    run = started(ad_hoc(handler(MESSAGE), condition="done"), flows="s > sub > e")

    run.correlate("hs")
    run.complete("hj")

    assert run.visits() == "a- c- h+ hs+ hs hj+ hj h sub e+ e"


def test_an_event_sub_process_waits_where_no_ad_hoc_activity_has_begun() -> None:
    idle = replace(ad_hoc(handler(MESSAGE), condition="done"), active_elements="[]")
    run = started(idle, flows="s > sub > e")

    run.correlate("hs")

    assert run.visits() == "h+ hs+ hs hj+"


def test_an_event_sub_process_takes_the_place_of_a_transaction_s_flow() -> None:
    inside = sub(handler(ConditionalDefinition(condition="x")))
    transaction = Transaction(id=inside.id, nodes=inside.nodes, flows=inside.flows)
    run = started(transaction, flows="s > sub > e")

    run.set_variables(x=True)
    run.complete("hj")

    assert run.visits() == "a- h+ hs+ hs hj+ hj h sub e+ e"


def test_the_waits_of_a_scope_end_when_it_is_complete() -> None:
    run = started(
        sub(handler(MESSAGE)), side_timer("t", "sub", duration="PT1H"), job("c"), flows="s > sub > c > e\nt > e"
    )

    commands = run.complete("a")

    assert Unsubscribe in map(type, commands)
    assert run.open_work() == {"job": ["c"]}


def test_a_condition_at_a_multi_instance_activity_sees_its_numbers() -> None:
    enough = at("b", "a", ConditionalDefinition(condition="numberOfCompletedInstances = 2"))
    run = started(replace(job("a"), loop=LOOPS[1]), enough, flows="s > a > e\nb > e")

    run.complete("a")
    assert run.visits() == ""
    run.complete("a")

    assert run.visits() == "a- b+ b e+ e"


def test_the_result_of_a_job_makes_a_condition_true_before_the_next_job_is_offered() -> None:
    run = started(job("a"), job("c"), handler(ConditionalDefinition(condition="n > 1")), flows="s > a > c > e")

    run.complete("a", n=2)

    assert run.visits() == "a h+ hs+ hs hj+"
    assert run.open_work() == {"job": ["hj"]}
