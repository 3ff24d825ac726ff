# SPDX-License-Identifier: Apache-2.0
"""Events that meet: at one activity, in one scope, at one instant."""

from datetime import timedelta

import pytest

from taktloom.kernel.commands import CancelTimer, InstanceOutcome, StartTimer
from taktloom.kernel.events import SignalReceived, TimerFired
from taktloom.kernel.state_json import load_state, save_state
from taktloom.model.errors import ConflictError, NotFoundError
from taktloom.model.event_definitions import (
    ConditionalDefinition,
    ErrorDefinition,
    EscalationDefinition,
    EventDefinition,
    MessageDefinition,
    MultipleDefinition,
    SignalDefinition,
    TerminateDefinition,
    TimerDefinition,
)
from taktloom.model.process import (
    AdHocSubProcess,
    AnyFlowNode,
    BoundaryEvent,
    BusinessRuleTask,
    CallActivity,
    EndEvent,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    JobDefinition,
    ParallelGateway,
    ReceiveTask,
    ScriptTask,
    SendTask,
    StartEvent,
    SubProcess,
    Transaction,
)
from taktloom.model.process_data import VariableMapping
from tests.kernel.build import eid, event_sub_process, flows_of, process, sub_process
from tests.kernel.driver import START, Driver, run_of, shown
from tests.kernel.parts import E, S, error, job, side_timer, timer, user

SIGNAL = SignalDefinition(name="x")
MESSAGE = MessageDefinition(name="m")
HOUR = TimerDefinition(duration="PT1H")


def at(name: str, host: str, definition: EventDefinition, *, interrupts: bool = True) -> BoundaryEvent:
    return BoundaryEvent(id=eid(name), attached_to=eid(host), definition=definition, is_interrupting=interrupts)


def handler(name: str, definition: EventDefinition, *inside: AnyFlowNode, interrupts: bool = True) -> AnyFlowNode:
    """`hs > …` inside `h`."""
    start = StartEvent(id=eid(f"{name}s"), definition=definition, is_interrupting=interrupts)
    return event_sub_process(name, start, *inside, flows=" > ".join([start.id, *(node.id for node in inside)]))


def several(*definitions: EventDefinition, is_parallel: bool = False) -> MultipleDefinition:
    return MultipleDefinition(definitions=definitions, is_parallel=is_parallel)  # type: ignore[arg-type]


def sub(*inside: AnyFlowNode) -> AnyFlowNode:
    """`is > a > …` inside `sub`, and what has no flow beside it."""
    return sub_process("sub", StartEvent(id=eid("is")), job("a"), *inside, flows="is > a")


def job_with(*events: AnyFlowNode) -> Driver:
    """Job `a` with boundary events that lead to the end."""
    flows = "\n".join(["s > a > e", *(f"{event.id} > e" for event in events)])
    run = run_of(process(S, job("a"), *events, E, flows=flows))
    run.start()
    run.visits()
    return run


HOSTS: list[AnyFlowNode] = [
    job("a"),
    user("a"),
    BusinessRuleTask(id=eid("a"), decision_id="d", result_variable="r"),
    ReceiveTask(id=eid("a"), message=MessageDefinition(name="r")),
    SendTask(id=eid("a"), job=JobDefinition(type="send")),
    ScriptTask(id=eid("a"), script="", result_variable="", job=JobDefinition(type="python")),
    CallActivity(id=eid("a"), called_element="child"),
    sub_process("a", StartEvent(id=eid("is")), job("j"), flows="is > j"),
    Transaction(id=eid("a"), nodes=(StartEvent(id=eid("is")), job("j")), flows=flows_of("is > j")),
    AdHocSubProcess(id=eid("a"), nodes=(job("j"),)),
]


@pytest.mark.parametrize("host", HOSTS, ids=lambda node: type(node).__name__)
@pytest.mark.parametrize("interrupts", [True, False])
@pytest.mark.parametrize("kind", ["message", "signal", "timer", "condition"])
def test_a_boundary_event_of_every_kind_sits_on_every_activity(host: AnyFlowNode, interrupts: bool, kind: str) -> None:
    definitions: dict[str, EventDefinition] = {
        "message": MESSAGE,
        "signal": SIGNAL,
        "timer": HOUR,
        "condition": ConditionalDefinition(condition="x"),
    }
    run = run_of(process(S, host, at("b", "a", definitions[kind], interrupts=interrupts), E, flows="s > a > e\nb > e"))
    run.start()
    run.visits()

    {
        "message": lambda: run.correlate("b"),
        "signal": lambda: run.signal("b"),
        "timer": lambda: run.fire("b"),
        "condition": lambda: run.set_variables(x=True),
    }[kind]()

    inner = "j- " if isinstance(host, SubProcess) else ""
    assert run.visits() == (f"{inner}a- b+ b e+ e" if interrupts else "b+ b e+ e")
    assert run.has_finished is interrupts
    assert bool(run.state.tokens) is not interrupts


def test_a_boundary_event_that_does_not_interrupt_happens_as_often_as_its_signal_comes() -> None:
    run = job_with(at("b", "a", SIGNAL, interrupts=False))

    for _ in range(3):
        run.signal("b")

    assert run.visits() == "b+ b e+ e b+ b e+ e b+ b e+ e"
    assert shown(run.complete("a")) == ["RecordEvent a complete", "Unsubscribe", "FinishInstance completed"]


def test_two_timers_of_one_instant_fire_one_after_the_other_and_the_one_that_interrupts_withdraws_the_other() -> None:
    run = job_with(side_timer("beside", "a", duration="PT1H"), timer("late", "a", duration="PT1H"))

    late = run.work["timer"]["late"]
    run.fire("beside")
    commands = run.fire("late")
    assert run.visits() == "beside+ beside e+ e a- late+ late e+ e"
    assert CancelTimer not in map(type, commands)

    other = job_with(side_timer("beside", "a", duration="PT1H"), timer("late", "a", duration="PT1H"))
    withdrawn = other.work["timer"]["beside"]
    assert CancelTimer in map(type, other.fire("late"))
    assert isinstance(withdrawn, StartTimer)
    assert isinstance(late, StartTimer)
    with pytest.raises(ConflictError):
        other.send(TimerFired(occurred_at=other.now, timer_id=withdrawn.timer_id))


def test_a_signal_that_several_wait_for_reaches_only_those_that_the_first_has_left() -> None:
    run = run_of(
        process(
            S, ParallelGateway(id=eid("g")), job("a"), IntermediateCatchEvent(id=eid("c"), definition=SIGNAL), E,
            handler("h", SIGNAL, job("hj")),
            flows="s > g > a > e\ng > c > e",
        )
    )  # fmt: skip
    run.start()
    waiting = list(run.state.signals)
    run.visits()

    run.signal("hs")

    assert len(waiting) == 2
    assert run.visits() == "a- c- h+ hs+ hs hj+"
    with pytest.raises(NotFoundError):
        run.send(SignalReceived(occurred_at=run.now, subscription_id=waiting[1]))


def test_an_event_around_a_scope_withdraws_what_waits_inside_it() -> None:
    outer = sub_process("outer", StartEvent(id=eid("os")), sub(handler("h", MESSAGE, job("hj"))), flows="os > sub")
    run = run_of(process(S, outer, at("b", "outer", SIGNAL), E, flows="s > outer > e\nb > e"))
    run.start()
    run.visits()

    run.signal("b")

    assert run.visits() == "a- sub- outer- b+ b e+ e"
    assert (run.open_work(), run.state.subscriptions, len(run.state.scopes)) == ({}, {}, 1)


def test_an_event_sub_process_may_hold_another() -> None:
    inner = handler("k", MESSAGE, job("kj"))
    start = StartEvent(id=eid("hs"), definition=SIGNAL)
    holding = event_sub_process("h", start, job("hj"), inner, flows="hs > hj")
    run = run_of(process(S, job("a"), E, holding, flows="s > a > e"))
    run.start()
    run.visits()

    assert shown(run.signal("hs"))[:3] == ["Unsubscribe", "RecordEvent a ate_abort", "CancelJob"]
    assert run.open_work() == {"job": ["hj"], "subscription": ["ks"]}
    run.correlate("ks")
    run.complete("kj")

    assert run.visits() == "a- h+ hs+ hs hj+ hj- k+ ks+ ks kj+ kj k h"
    assert run.outcome() is InstanceOutcome.COMPLETED


def test_a_copy_that_is_still_running_holds_the_sub_process_open_with_its_boundary_events() -> None:
    beside = handler("h", MESSAGE, job("hj"), interrupts=False)
    run = run_of(process(S, sub(beside), timer("late", "sub", duration="PT1H"), E, flows="s > sub > e\nlate > e"))
    run.start()
    run.correlate("hs")
    run.complete("a")
    run.visits()

    assert run.open_work() == {"job": ["hj"], "subscription": ["hs"], "timer": ["late"]}
    run.fire("late")

    assert run.visits() == "hj- h- sub- late+ late e+ e"


def test_terminate_in_a_scope_ends_its_running_event_sub_processes() -> None:
    stop = EndEvent(id=eid("stop"), definition=TerminateDefinition())
    inside = sub_process(
        "sub", StartEvent(id=eid("is")), job("a"), stop, handler("h", MESSAGE, job("hj"), interrupts=False),
        flows="is > a > stop",
    )  # fmt: skip
    run = run_of(process(S, inside, E, flows="s > sub > e"))
    run.start()
    run.correlate("hs")
    run.visits()

    run.complete("a")

    assert run.visits() == "a stop+ stop hj- h- sub e+ e"
    assert run.open_work() == {}


def test_an_error_in_a_handler_beside_is_caught_in_the_scope_that_it_runs_in() -> None:
    bad = EndEvent(id=eid("bad"), definition=ErrorDefinition(code="E1"))
    inside = sub(handler("h", MESSAGE, bad, interrupts=False), handler("k", ErrorDefinition(code="E1"), job("kj")))
    run = run_of(process(S, inside, error("b", "sub", "E1"), E, flows="s > sub > e\nb > e"))
    run.start()
    run.visits()

    run.correlate("hs")

    assert run.visits() == "h+ hs+ hs bad+ bad a- h! k+ ks+ ks kj+"


def test_an_escalation_in_the_handler_of_escalations_goes_outside() -> None:
    again = IntermediateThrowEvent(id=eid("again"), definition=EscalationDefinition(code="x"))
    throwing = IntermediateThrowEvent(id=eid("t"), definition=EscalationDefinition(code="x"))
    inside = sub_process(
        "sub", StartEvent(id=eid("is")), throwing, handler("h", EscalationDefinition(), again, interrupts=False),
        flows="is > t",
    )  # fmt: skip
    beside = at("b", "sub", EscalationDefinition(code="x"), interrupts=False)
    run = run_of(process(S, inside, beside, E, flows="s > sub > e\nb > e"))

    run.start()

    assert run.visits() == "s+ s sub+ is+ is t+ t h+ hs+ hs again+ again b+ b e+ e h sub e+ e"


@pytest.mark.parametrize("interrupts", [True, False])
def test_a_multiple_boundary_event_happens_with_any_of_its_parts(interrupts: bool) -> None:
    run = job_with(at("b", "a", several(MESSAGE, SIGNAL, HOUR), interrupts=interrupts))

    run.correlate("b", n=1)

    assert run.visits() == ("a- b+ b e+ e" if interrupts else "b+ b e+ e")
    assert run.variables() == {"n": 1}
    if not interrupts:
        run.signal("b")
        run.fire("b")
        run.correlate("b")
        assert run.visits() == "b+ b e+ e b+ b e+ e b+ b e+ e"


def test_a_multiple_boundary_event_may_catch_errors_too() -> None:
    run = job_with(at("b", "a", several(MESSAGE, ErrorDefinition(code="E1"))))

    run.throw("a", "E1")

    assert run.visits() == "a! b+ b e+ e"
    assert run.state.subscriptions == {}


def test_a_parallel_multiple_boundary_event_happens_when_all_parts_have_come_in_any_order() -> None:
    run = job_with(at("b", "a", several(MESSAGE, SIGNAL, ConditionalDefinition(condition="x"), is_parallel=True)))

    run.signal("b", s=1)
    run.set_variables(x=True)
    run.signal("b", s=2)
    assert run.visits() == ""
    run.correlate("b", m=1)

    assert run.visits() == "a- b+ b e+ e"
    assert run.variables() == {"x": True, "s": 1, "m": 1}
    assert (run.state.gathered, run.state.signals, run.state.conditions) == ({}, {}, {})


def test_a_parallel_multiple_boundary_event_beside_its_activity_gathers_anew_each_time() -> None:
    parts = several(MESSAGE, SIGNAL, is_parallel=True)
    run = job_with(at("b", "a", parts, interrupts=False))

    run.correlate("b")
    assert run.open_work() == {"job": ["a"], "signal": ["b"]}
    run.signal("b")
    assert run.visits() == "b+ b e+ e"
    run.signal("b")
    run.signal("b")
    assert run.visits() == ""
    run.state = load_state(save_state(run.state))
    run.correlate("b")

    assert run.visits() == "b+ b e+ e"
    assert run.state.gathered == {}


def test_a_condition_that_is_true_on_entry_counts_as_a_part_that_has_come() -> None:
    parts = several(MESSAGE, ConditionalDefinition(condition="x"), is_parallel=True)
    catch = IntermediateCatchEvent(id=eid("c"), definition=parts, outputs=(VariableMapping(source="n", target="got"),))
    run = run_of(process(S, catch, E, flows="s > c > e"))

    run.start(x=True)
    run.visits()
    run.correlate("c", n=7)

    assert run.visits() == "c e+ e"
    assert run.variables() == {"x": True, "got": 7}


def test_a_multiple_event_sub_process_starts_with_each_of_its_parts() -> None:
    run = run_of(process(S, job("a"), E, handler("h", several(MESSAGE, SIGNAL), interrupts=False), flows="s > a > e"))
    run.start()
    run.visits()

    run.correlate("hs")
    run.signal("hs")

    assert run.visits() == "h+ hs+ hs h h+ hs+ hs h"


def test_timers_beside_an_activity_count_from_the_time_that_it_was_entered() -> None:
    loop = process(
        S, job("a"), side_timer("b", "a", cycle="R2/PT1H"), E, job("again"),
        flows="s > a > again > a\nb > e",
    )  # fmt: skip
    run = run_of(loop)
    run.start()

    instants = []
    run.fire("b")
    instants.append(run.now - START)
    run.wait(minutes=30)
    run.complete("a")
    assert run.work["timer"] == {}
    run.complete("again")
    for _ in range(2):
        run.fire("b")
        instants.append(run.now - START)

    assert instants == [timedelta(hours=hours) for hours in (1, 2.5, 3.5)]
    assert run.work["timer"] == {}


def test_what_came_is_local_to_the_boundary_event_when_it_has_output_mappings() -> None:
    beside = BoundaryEvent(
        id=eid("b"),
        attached_to=eid("a"),
        definition=SIGNAL,
        is_interrupting=False,
        outputs=(VariableMapping(source="n + 1", target="more"),),
    )
    run = job_with(beside)

    run.signal("b", n=1)

    assert run.variables() == {"more": 2}
