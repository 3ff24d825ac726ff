# SPDX-License-Identifier: Apache-2.0
"""What the host must watch to start instances, and how they begin."""

from datetime import timedelta
from decimal import Decimal

import pytest

from taktloom.feel.values import FeelValue
from taktloom.kernel import (
    EventStart,
    MessageStart,
    SignalStart,
    TimerStart,
    compile_process,
    conditional_starts,
    gather_start,
    message_starts,
    next_timer_start,
    signal_starts,
    start_condition_holds,
    timer_starts,
)
from taktloom.kernel.commands import Subscribe
from taktloom.kernel.starts import Gathered
from taktloom.model.errors import DefinitionError, NotFoundError
from taktloom.model.event_definitions import (
    ConditionalDefinition,
    EventDefinition,
    MessageDefinition,
    MultipleDefinition,
    SignalDefinition,
    TimerDefinition,
)
from taktloom.model.process import (
    EndEvent,
    EventBasedGateway,
    IntermediateCatchEvent,
    ProcessDefinition,
    ReceiveTask,
    StartEvent,
)
from tests.kernel.build import eid, event_sub_process, process
from tests.kernel.driver import START, run_of, shown
from tests.kernel.parts import E, S, job

MESSAGE = MessageDefinition(name="order", retrievals=((eid("customer"), "customer.id"),))
SEVERAL = (MESSAGE, SignalDefinition(name="go"), TimerDefinition(duration="PT1H"), ConditionalDefinition(condition="x"))


def started_by(definition: EventDefinition) -> ProcessDefinition:
    return process(StartEvent(id=eid("x"), definition=definition), job("a"), E, flows="x > a > e")


def gateway(*, is_parallel: bool = False) -> ProcessDefinition:
    return process(
        EventBasedGateway(id=eid("g"), instantiate=True, is_parallel=is_parallel),
        IntermediateCatchEvent(id=eid("m"), definition=MessageDefinition(name="m", correlation_key="=id")),
        IntermediateCatchEvent(id=eid("n"), definition=MessageDefinition(name="n", correlation_key="=id")),
        E,
        job("a"),
        S,
        flows="g > m > a\ng > n > e\ns > e",
    )


def test_a_cycle_starts_instances_as_often_as_it_says() -> None:
    compiled = compile_process(started_by(TimerDefinition(cycle="R3/PT1H")))

    current: TimerStart | None = timer_starts(compiled, START)[0]
    instants = []
    while current is not None:
        instants.append(current.plan.due_at - START)
        current = next_timer_start(current)

    assert instants == [timedelta(hours=hours) for hours in (1, 2, 3)]


def test_message_starts_are_known_by_name_and_by_what_can_be_read_from_the_message() -> None:
    compiled = compile_process(started_by(MESSAGE))

    assert message_starts(compiled, START) == (
        MessageStart(element_id=eid("x"), message_name="order", retrievals=((eid("customer"), "customer.id"),)),
    )
    assert timer_starts(compiled, START) == ()


def test_signal_starts_are_known_by_name() -> None:
    compiled = compile_process(started_by(SignalDefinition(name='="go" + "!"')))

    assert signal_starts(compiled, START) == (SignalStart(element_id=eid("x"), signal_name="go!"),)


@pytest.mark.parametrize(("variables", "holds"), [({"n": Decimal(2)}, True), ({"n": Decimal(1)}, False), ({}, False)])
def test_conditional_starts_hold_where_the_condition_is_true(variables: dict[str, FeelValue], holds: bool) -> None:
    (start,) = conditional_starts(compile_process(started_by(ConditionalDefinition(condition="=n > 1"))))

    assert start.element_id == "x"
    assert start_condition_holds(start, variables, START) is holds


def test_a_multiple_start_event_starts_with_each_of_its_parts() -> None:
    compiled = compile_process(started_by(MultipleDefinition(definitions=SEVERAL)))

    assert [s.part for s in message_starts(compiled, START)] == [0]
    assert [s.part for s in signal_starts(compiled, START)] == [1]
    assert [s.part for s in timer_starts(compiled, START)] == [2]
    assert [(s.part, s.parts) for s in conditional_starts(compiled)] == [(3, 1)]


def test_a_parallel_multiple_start_event_needs_all_of_its_parts() -> None:
    compiled = compile_process(started_by(MultipleDefinition(definitions=SEVERAL[:2], is_parallel=True)))
    (message,), (signal,) = message_starts(compiled, START), signal_starts(compiled, START)
    gathered: Gathered = {}

    assert (message.parts, signal.parts) == (2, 2)
    assert gather_start(gathered, signal, {"a": Decimal(1), "b": Decimal(1)}) is None
    assert gather_start(gathered, signal, {"a": Decimal(2), "b": Decimal(2)}) is None
    assert gather_start(gathered, message, {"a": Decimal(3)}) == {"a": Decimal(2), "b": Decimal(2)}
    assert gathered == {}
    assert gather_start(gathered, EventStart(element_id=eid("y")), {"c": None}) == {"c": None}


def test_a_timer_start_that_gives_no_instant_is_refused() -> None:
    compiled = compile_process(started_by(TimerDefinition(date="=missing")))

    with pytest.raises(DefinitionError) as refused:
        timer_starts(compiled, START)

    assert refused.value.place.element_id == "x"


def test_the_start_of_an_event_sub_process_starts_no_instance() -> None:
    start = StartEvent(id=eid("hs"), definition=MESSAGE)
    compiled = compile_process(process(S, E, event_sub_process("h", start, job("j"), flows="hs > j"), flows="s > e"))

    assert message_starts(compiled, START) == ()


@pytest.mark.parametrize("definition", SEVERAL)
def test_an_instance_begins_at_the_start_event_that_has_come(definition: EventDefinition) -> None:
    run = run_of(started_by(definition))

    run.start("x", n=1)

    assert run.visits() == "x+ x a+"
    assert run.variables() == {"n": Decimal(1)}


def test_events_behind_an_instantiating_gateway_start_instances() -> None:
    compiled = compile_process(gateway())

    assert [start.element_id for start in message_starts(compiled, START)] == ["m", "n"]


def test_an_exclusive_instantiating_gateway_goes_on_with_the_event_that_came_first() -> None:
    run = run_of(gateway())

    run.start("m", id="7")

    assert run.visits() == "g+ g m+ m a+"
    assert run.open_work() == {"job": ["a"]}


def test_a_parallel_instantiating_gateway_waits_for_the_other_events_with_what_the_first_one_brought() -> None:
    run = run_of(gateway(is_parallel=True))

    run.start("m", id="7")

    assert run.visits() == "g+ g m+ m a+ n+"
    subscribed = run.work["subscription"]["n"]
    assert isinstance(subscribed, Subscribe)
    assert subscribed.correlation_key == "7"
    run.complete("a")
    assert not run.has_finished
    run.correlate("n")
    assert run.visits() == "a n e+ e"
    assert run.has_finished


def test_an_instantiating_receive_task_starts_instances_and_is_done_with_its_message() -> None:
    receive = ReceiveTask(id=eid("r"), message=MESSAGE, instantiate=True)
    definition = process(receive, job("a"), E, flows="r > a > e")
    run = run_of(definition)

    assert [start.element_id for start in message_starts(run.process, START)] == ["r"]
    commands = run.start("r", n=1)

    assert run.visits() == "r+ r a+"
    assert shown(commands)[:2] == ["RecordEvent r start", "RecordEvent r complete"]
    assert run.variables() == {"n": Decimal(1)}


def test_an_event_behind_a_gateway_that_does_not_instantiate_starts_nothing() -> None:
    definition = process(
        S,
        EventBasedGateway(id=eid("g")),
        IntermediateCatchEvent(id=eid("m"), definition=MESSAGE),
        IntermediateCatchEvent(id=eid("n"), definition=SignalDefinition(name="n")),
        E,
        flows="s > g > m > e\ng > n > e",
    )

    assert message_starts(compile_process(definition), START) == ()
    with pytest.raises(NotFoundError):
        run_of(definition).start("m")


def test_event_sub_processes_wait_before_the_first_event_goes_on() -> None:
    start = StartEvent(id=eid("hs"), definition=SignalDefinition(name="x"))
    definition = gateway()
    beside = event_sub_process("h", start, EndEvent(id=eid("he")), flows="hs > he")
    run = run_of(ProcessDefinition(id=definition.id, nodes=(*definition.nodes, beside), flows=definition.flows))

    run.start("m", id="7")

    assert run.open_work() == {"signal": ["hs"], "job": ["a"]}
    run.visits()
    run.signal("hs")
    assert run.visits() == "a- h+ hs+ hs he+ he h"
