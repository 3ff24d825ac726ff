# SPDX-License-Identifier: Apache-2.0
"""What start, intermediate and end events do, as the ordered commands of each step."""

from datetime import timedelta
from decimal import Decimal

import pytest

from taktloom.kernel.commands import (
    InstanceOutcome,
    StartTimer,
    Subscribe,
)
from taktloom.model.errors import MisuseError, NotFoundError
from taktloom.model.event_definitions import MessageDefinition, TerminateDefinition, TimerDefinition
from taktloom.model.process import EndEvent, IntermediateCatchEvent, IntermediateThrowEvent, ParallelGateway, StartEvent
from taktloom.model.process_data import VariableMapping
from tests.kernel.build import eid, process
from tests.kernel.driver import START, run_of, shown
from tests.kernel.parts import E, S, job, user


def test_events_with_a_name_have_a_row_and_those_without_have_none() -> None:
    milestone = IntermediateThrowEvent(id=eid("m"), name="Half way")
    silent = IntermediateThrowEvent(id=eid("n"))
    run = run_of(process(S, milestone, silent, E, flows="s > m > n > e"))

    assert shown(run.start()) == ["RecordEvent m complete", "FinishInstance completed"]


@pytest.mark.parametrize(
    ("definition", "due"),
    [
        (TimerDefinition(duration="PT90M"), START + timedelta(minutes=90)),
        (TimerDefinition(duration="P1M"), START.replace(month=4)),
        (TimerDefinition(duration="=wait"), START + timedelta(days=2)),
        (TimerDefinition(date="2026-03-29T09:00:00@Europe/Berlin"), START.replace(day=29, hour=7)),
        (TimerDefinition(date="2026-03-05T09:00:00+02:00"), START.replace(day=5, hour=7)),
        (TimerDefinition(date="2020-01-01"), START),
    ],
)
def test_a_timer_event_waits_until_its_instant(definition: TimerDefinition, due: object) -> None:
    catch = IntermediateCatchEvent(id=eid("t"), definition=definition)
    run = run_of(process(S, catch, E, flows="s > t > e"))

    started = run.start(wait=timedelta(days=2))[-1]

    assert isinstance(started, StartTimer)
    assert started.due_at == due
    assert shown(run.fire("t")) == ["FinishInstance completed"]


def test_a_timer_that_is_not_due_is_refused_and_changes_nothing() -> None:
    catch = IntermediateCatchEvent(id=eid("t"), definition=TimerDefinition(duration="PT1H"))
    run = run_of(process(S, catch, E, flows="s > t > e"))
    run.start()
    due = run.work["timer"]["t"]
    assert isinstance(due, StartTimer)
    run.work["timer"]["t"] = StartTimer(timer_id=due.timer_id, element_id=due.element_id, due_at=START)

    with pytest.raises(MisuseError, match="not due"):
        run.fire("t")

    assert list(run.state.timers) == [due.timer_id]


def test_a_timer_value_that_is_no_instant_is_an_incident() -> None:
    catch = IntermediateCatchEvent(id=eid("t"), definition=TimerDefinition(duration="=wait"))
    run = run_of(process(S, catch, E, flows="s > t > e"))

    assert shown(run.start(wait=True)) == ["RaiseIncident t timer"]
    assert shown(run.resolve("t", wait="PT1S")) == ["CloseIncident", "StartTimer t"]


def test_a_message_event_subscribes_with_its_key_and_takes_the_message_s_variables() -> None:
    message = MessageDefinition(name="payment", correlation_key="=order")
    catch = IntermediateCatchEvent(id=eid("m"), name="Paid", definition=message)
    run = run_of(process(S, catch, E, flows="s > m > e"))

    subscribed = run.start(order=17)[-1]
    commands = run.correlate("m", paid=True)

    assert isinstance(subscribed, Subscribe)
    assert (subscribed.message_name, subscribed.correlation_key) == ("payment", "17")
    assert shown(commands) == ["RecordEvent m complete", "FinishInstance completed"]
    assert run.variables() == {"order": Decimal(17), "paid": True}


def test_a_null_correlation_key_is_an_incident() -> None:
    message = MessageDefinition(name="payment", correlation_key="=order")
    run = run_of(process(S, IntermediateCatchEvent(id=eid("m"), definition=message), E, flows="s > m > e"))

    assert shown(run.start()) == ["RaiseIncident m expression"]


def test_output_mappings_of_a_message_event_alone_hand_out() -> None:
    catch = IntermediateCatchEvent(
        id=eid("m"),
        definition=MessageDefinition(name="payment"),
        outputs=(VariableMapping(source="amount + 1", target="paid.total"),),
    )
    run = run_of(process(S, catch, E, flows="s > m > e"))
    run.start()

    run.correlate("m", amount=1)

    assert run.variables() == {"paid": {"total": Decimal(2)}}


def test_an_instance_may_start_at_a_message_or_timer_start_event() -> None:
    by_message = StartEvent(id=eid("m"), definition=MessageDefinition(name="order"))
    by_timer = StartEvent(id=eid("t"), definition=TimerDefinition(cycle="R/P1D"))
    definition = process(by_message, by_timer, job("a"), job("b"), E, flows="m > a > e\nt > b > e")

    first, second = run_of(definition), run_of(definition)
    first.start("m", x=1)
    second.start("t")

    assert first.open_work() == {"job": ["a"]}
    assert first.variables() == {"x": Decimal(1)}
    assert second.open_work() == {"job": ["b"]}
    with pytest.raises(NotFoundError):
        run_of(definition).start()


def test_terminate_ends_everything_in_the_process() -> None:
    end = EndEvent(id=eid("stop"), name="Stop", definition=TerminateDefinition())
    run = run_of(
        process(
            S, ParallelGateway(id=eid("g")), job("a"), job("b"), user("u"), end, E,
            flows="s > g > a > stop\ng > b > e\ng > u > e",
        )
    )  # fmt: skip
    run.start()

    assert shown(run.complete("a")) == [
        "RecordEvent a complete",
        "RecordEvent stop complete",
        "RecordEvent b ate_abort",
        "CancelJob",
        "RecordEvent u ate_abort",
        "CancelUserTask",
        "FinishInstance terminated",
    ]
    assert run.state.tokens == {}
    assert run.state.jobs == {}


def test_terminating_forgets_the_tokens_that_wait_at_a_join() -> None:
    stop = EndEvent(id=eid("stop"), definition=TerminateDefinition())
    run = run_of(
        process(
            S,
            ParallelGateway(id=eid("g")),
            job("a"),
            job("b"),
            ParallelGateway(id=eid("join")),
            E,
            stop,
            flows="s > g > a > join > e\ng > b > stop\ng > join",
        )
    )
    run.start()
    run.complete("a")

    run.complete("b")

    assert run.outcome() is InstanceOutcome.TERMINATED
    assert [scope.joins for scope in run.state.scopes.values()] == [{}]
