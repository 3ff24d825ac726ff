# SPDX-License-Identifier: Apache-2.0
"""Event-based gateways: the first event decides."""

import pytest

from taktloom.kernel.state_json import load_state, save_state
from taktloom.model.event_definitions import (
    ConditionalDefinition,
    EventDefinition,
    MessageDefinition,
    MultipleDefinition,
    SignalDefinition,
    TimerDefinition,
)
from taktloom.model.process import EventBasedGateway, IntermediateCatchEvent, ReceiveTask, StartEvent
from tests.kernel.build import eid, event_sub_process, process
from tests.kernel.driver import Driver, run_of, shown
from tests.kernel.parts import E, S, job


def catch(name: str, definition: EventDefinition) -> IntermediateCatchEvent:
    return IntermediateCatchEvent(id=eid(name), definition=definition)


def waiting_for(*definitions: EventDefinition) -> Driver:
    """`s > g`, then `c0 > j0 > e`, `c1 > j1 > e` …"""
    numbered = list(enumerate(definitions))
    events = [catch(f"c{n}", definition) for n, definition in numbered]
    flows = "\n".join(["s > g", *(f"g > c{n} > j{n} > e" for n, _ in numbered)])
    return run_of(
        process(S, EventBasedGateway(id=eid("g")), *events, *(job(f"j{n}") for n, _ in numbered), E, flows=flows)
    )


ALL = (
    MessageDefinition(name="m"),
    SignalDefinition(name="x"),
    TimerDefinition(duration="PT2H"),
    ConditionalDefinition(condition="x = 1"),
    TimerDefinition(duration="PT1H"),
)


def test_while_it_waits_the_gateway_is_active_and_all_events_are_waited_for() -> None:
    run = waiting_for(*ALL)

    commands = run.start()

    assert shown(commands) == ["Subscribe c0", "SubscribeSignal c1", "StartTimer c2", "StartTimer c4"]
    assert run.visits() == "s+ s g+"


@pytest.mark.parametrize("first", range(5))
def test_the_first_event_decides_and_the_others_are_withdrawn(first: int) -> None:
    run = waiting_for(*ALL)
    run.start()
    run.visits()
    name = f"c{first}"

    {
        0: lambda: run.correlate(name),
        1: lambda: run.signal(name),
        2: lambda: run.fire(name),
        3: lambda: run.set_variables(x=1),
        4: lambda: run.fire(name),
    }[first]()

    assert run.visits() == f"g c{first}+ c{first} j{first}+"
    assert run.open_work() == {"job": [f"j{first}"]}
    assert (run.state.timers, run.state.subscriptions, run.state.signals, run.state.conditions) == ({}, {}, {}, {})


def test_a_condition_that_is_true_already_decides_before_anything_is_waited_for() -> None:
    run = waiting_for(*ALL)

    commands = run.start(x=1)

    assert shown(commands) == ["RecordEvent j3 start", "CreateJob j3"]
    assert run.visits() == "s+ s g+ g c3+ c3 j3+"


def test_of_several_true_conditions_the_first_in_the_order_of_the_flows_decides() -> None:
    run = waiting_for(ConditionalDefinition(condition="b"), ConditionalDefinition(condition="a"))

    run.start(a=True, b=True)

    assert run.visits() == "s+ s g+ g c0+ c0 j0+"


def test_conditions_that_become_true_together_decide_in_the_order_of_the_flows() -> None:
    run = waiting_for(ConditionalDefinition(condition="b"), ConditionalDefinition(condition="a"))
    run.start()
    run.visits()

    run.set_variables(a=True, b=True)

    assert run.visits() == "g c0+ c0 j0+"


def test_what_came_reaches_the_variables_of_the_event() -> None:
    run = waiting_for(MessageDefinition(name="m"), SignalDefinition(name="x"))
    run.start(a=1)

    run.correlate("c0", b=2)

    assert run.variables() == {"a": 1, "b": 2}


def test_a_parallel_multiple_event_behind_it_decides_with_its_last_part() -> None:
    both = MultipleDefinition(definitions=(MessageDefinition(name="m"), SignalDefinition(name="x")), is_parallel=True)
    run = waiting_for(both, TimerDefinition(duration="PT1H"))
    run.start()
    run.visits()

    run.correlate("c0", a=1)
    run.state = load_state(save_state(run.state))
    assert run.visits() == ""
    run.signal("c0", b=2)

    assert run.visits() == "g c0+ c0 j0+"
    assert run.variables() == {"a": 1, "b": 2}
    assert run.open_work() == {"job": ["j0"]}


def test_a_receive_task_behind_it_decides_with_its_message() -> None:
    receive = ReceiveTask(id=eid("c0"), message=MessageDefinition(name="m"))
    run = run_of(
        process(
            S,
            EventBasedGateway(id=eid("g")),
            receive,
            catch("c1", TimerDefinition(duration="PT1H")),
            E,
            flows="s > g > c0 > e\ng > c1 > e",
        )
    )

    assert shown(run.start()) == ["Subscribe c0", "StartTimer c1"]
    commands = run.correlate("c0", n=1)

    assert run.visits() == "s+ s g+ g c0+ c0 e+ e"
    assert shown(commands)[:3] == ["CancelTimer", "RecordEvent c0 start", "RecordEvent c0 complete"]
    assert run.variables() == {"n": 1}


def test_an_interrupted_gateway_withdraws_all_and_is_terminated() -> None:
    start = StartEvent(id=eid("hs"), definition=SignalDefinition(name="stop"))
    run = run_of(
        process(
            S,
            EventBasedGateway(id=eid("g")),
            catch("c0", MessageDefinition(name="m")),
            catch("c1", TimerDefinition(duration="PT1H")),
            E,
            event_sub_process("h", start, job("hj"), flows="hs > hj"),
            flows="s > g > c0 > e\ng > c1 > e",
        )
    )
    run.start()
    run.visits()

    run.signal("hs")

    assert run.visits() == "g- h+ hs+ hs hj+"
    assert run.open_work() == {"job": ["hj"]}


def test_two_gateways_in_a_row_wait_one_after_the_other() -> None:
    run = run_of(
        process(
            S,
            EventBasedGateway(id=eid("g")),
            catch("c", MessageDefinition(name="m")),
            catch("d", TimerDefinition(duration="PT1H")),
            EventBasedGateway(id=eid("k")),
            catch("i", MessageDefinition(name="m")),
            catch("o", TimerDefinition(duration="PT1H")),
            E,
            flows="s > g > c > k > i > e\ng > d > k > o > e",
        )
    )
    run.start()

    run.fire("d")
    run.correlate("i")

    assert run.visits() == "s+ s g+ g d+ d k+ k i+ i e+ e"
    assert run.has_finished
