# SPDX-License-Identifier: Apache-2.0
"""Event sub-processes: when they wait, what they break off, how often they run."""

from datetime import timedelta
from decimal import Decimal

import pytest

from taktloom.kernel.commands import CreateJob, InstanceOutcome
from taktloom.kernel.events import JobCompleted
from taktloom.kernel.state_json import load_state, save_state
from taktloom.model.errors import NotFoundError
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
from taktloom.model.process import EndEvent, IntermediateThrowEvent, StartEvent, SubProcess
from taktloom.model.process_data import VariableMapping
from tests.kernel.build import eid, event_sub_process, process, sub_process
from tests.kernel.driver import START, Driver, run_of, shown
from tests.kernel.parts import E, S, error, job, timer


def handler(definition: EventDefinition, *, interrupts: bool = True, name: str = "h") -> SubProcess:
    """`hs > hj > he` inside `h`."""
    start = StartEvent(id=eid(f"{name}s"), definition=definition, is_interrupting=interrupts)
    return event_sub_process(
        name, start, job(f"{name}j"), EndEvent(id=eid(f"{name}e")), flows=f"{name}s > {name}j > {name}e"
    )


def job_beside(*handlers: SubProcess) -> Driver:
    """A process of one job, and event sub-processes."""
    return run_of(process(S, job("a"), E, *handlers, flows="s > a > e"))


WAITING: list[tuple[EventDefinition, str]] = [
    (MessageDefinition(name="m"), "message"),
    (SignalDefinition(name="s"), "signal"),
    (TimerDefinition(duration="PT1H"), "timer"),
    (ConditionalDefinition(condition="x > 1"), "condition"),
    (MultipleDefinition(definitions=(MessageDefinition(name="m"), TimerDefinition(duration="PT9H"))), "message"),
]


def trigger(run: Driver, kind: str, start: str = "hs") -> None:
    if kind == "message":
        run.correlate(start)
    elif kind == "signal":
        run.signal(start)
    elif kind == "timer":
        run.fire(start)
    else:
        run.set_variables(x=2)


@pytest.mark.parametrize(("definition", "kind"), WAITING)
def test_an_interrupting_one_takes_the_place_of_its_process(definition: EventDefinition, kind: str) -> None:
    run = run_of(process(S, job("a"), E, handler(definition), flows="s > a > e"))
    run.start(x=0)
    run.visits()

    trigger(run, kind)

    assert run.visits() == "a- h+ hs+ hs hj+"
    assert run.open_work() == {"job": ["hj"]}
    run.complete("hj")
    assert run.visits() == "hj he+ he h"
    assert run.outcome() is InstanceOutcome.COMPLETED


@pytest.mark.parametrize(("definition", "kind"), WAITING)
def test_an_interrupting_one_takes_the_place_of_its_sub_process_which_completes(
    definition: EventDefinition, kind: str
) -> None:
    sub = sub_process("sub", StartEvent(id=eid("is")), job("a"), handler(definition), flows="is > a")
    run = run_of(process(S, sub, E, flows="s > sub > e"))
    run.start(x=0)
    run.visits()

    trigger(run, kind)
    run.complete("hj")

    assert run.visits() == "a- h+ hs+ hs hj+ hj he+ he h sub e+ e"
    assert run.has_finished


@pytest.mark.parametrize(("definition", "kind"), WAITING)
def test_one_that_does_not_interrupt_runs_beside_its_scope(definition: EventDefinition, kind: str) -> None:
    run = run_of(process(S, job("a"), E, handler(definition, interrupts=False), flows="s > a > e"))
    run.start(x=0)
    run.visits()

    trigger(run, kind)
    run.complete("a")

    assert run.visits() == "h+ hs+ hs hj+ a e+ e"
    assert not run.has_finished
    run.complete("hj")
    assert run.has_finished


def test_several_copies_run_at_once_and_the_scope_waits_for_all() -> None:
    run = run_of(process(S, job("a"), E, handler(MessageDefinition(name="m"), interrupts=False), flows="s > a > e"))
    run.start()
    run.correlate("hs", n=1)
    first = run.peek("job", "hj")
    run.correlate("hs", n=2)

    assert first in run.state.jobs
    assert len(run.state.jobs) == 3
    run.complete("a")
    run.complete("hj")
    assert not run.has_finished
    assert list(run.state.jobs) == [first]


def test_it_waits_from_before_the_first_element_until_its_scope_is_complete() -> None:
    sub = sub_process(
        "sub",
        StartEvent(id=eid("is")),
        job("a"),
        handler(MessageDefinition(name="m"), interrupts=False),
        flows="is > a",
    )
    run = run_of(process(S, sub, job("b"), E, flows="s > sub > b > e"))

    assert shown(run.start()) == ["RecordEvent sub start", "Subscribe hs", "RecordEvent a start", "CreateJob a"]
    assert shown(run.complete("a")) == [
        "RecordEvent a complete",
        "Unsubscribe",
        "RecordEvent sub complete",
        "RecordEvent b start",
        "CreateJob b",
    ]


def test_a_cycle_starts_one_copy_at_each_instant() -> None:
    run = run_of(
        process(S, job("a"), E, handler(TimerDefinition(cycle="R2/PT1H"), interrupts=False), flows="s > a > e")
    )
    run.start()

    instants = []
    while "hs" in run.work["timer"]:
        run.fire("hs")
        instants.append(run.now - START)

    assert instants == [timedelta(hours=1), timedelta(hours=2)]
    assert len(run.state.jobs) == 3


def test_an_interrupting_one_withdraws_the_others_and_ends_their_copies() -> None:
    run = run_of(
        process(
            S,
            job("a"),
            E,
            handler(SignalDefinition(name="x"), name="h"),
            handler(MessageDefinition(name="m"), interrupts=False, name="k"),
            flows="s > a > e",
        )
    )
    run.start()
    run.correlate("ks")
    run.visits()

    run.signal("hs")

    assert run.visits() == "a- kj- k- h+ hs+ hs hj+"
    assert run.open_work() == {"job": ["hj"]}


def test_what_came_goes_through_the_output_mappings_of_the_start_event() -> None:
    start = StartEvent(
        id=eid("hs"),
        definition=MessageDefinition(name="m"),
        is_interrupting=False,
        outputs=(VariableMapping(source="amount * 2", target="twice"),),
    )
    inside = event_sub_process("h", start, job("hj"), flows="hs > hj")
    run = run_of(process(S, job("a"), E, inside, flows="s > a > e"))
    run.start(base=1)

    run.correlate("hs", amount=4)

    assert run.variables() == {"base": Decimal(1), "twice": Decimal(8)}
    created = run.work["job"]["hj"]
    assert isinstance(created, CreateJob)
    assert created.variables == {"base": Decimal(1), "twice": Decimal(8)}


def test_an_error_goes_to_the_event_sub_process_before_the_boundary_event_around_it() -> None:
    bad = EndEvent(id=eid("bad"), definition=ErrorDefinition(code="E1"))
    inside = sub_process(
        "sub", StartEvent(id=eid("is")), job("a"), bad, handler(ErrorDefinition(code=None)), flows="is > a > bad"
    )
    run = run_of(process(S, inside, error("b", "sub", "E1"), E, flows="s > sub > e\nb > e"))
    run.start()
    run.visits()

    run.complete("a")

    assert run.visits() == "a bad+ bad h+ hs+ hs hj+"
    run.complete("hj")
    assert run.visits() == "hj he+ he h sub e+ e"


def test_an_error_of_a_worker_leaves_its_activity_failed() -> None:
    run = run_of(process(S, job("a"), E, handler(ErrorDefinition(code="E1")), flows="s > a > e"))
    run.start()
    run.visits()

    run.throw("a", "E1", why="x")

    assert run.visits() == "a! h+ hs+ hs hj+"
    assert run.variables() == {"why": "x"}


def test_an_error_inside_the_handler_of_errors_goes_outside() -> None:
    again = EndEvent(id=eid("again"), definition=ErrorDefinition(code="E1"))
    handling = event_sub_process(
        "h", StartEvent(id=eid("hs"), definition=ErrorDefinition(code="E1")), again, flows="hs > again"
    )
    inside = sub_process("sub", StartEvent(id=eid("is")), job("a"), handling, flows="is > a")
    run = run_of(process(S, inside, error("b", "sub", "E1"), E, flows="s > sub > e\nb > e"))
    run.start()
    run.visits()

    run.throw("a", "E1")

    assert run.visits() == "a! h+ hs+ hs again+ again h! sub! b+ b e+ e"


def test_an_escalation_is_handled_beside_its_thrower_which_goes_on_afterwards() -> None:
    throwing = IntermediateThrowEvent(id=eid("t"), definition=EscalationDefinition(code="late"))
    run = run_of(
        process(
            S,
            throwing,
            job("b"),
            E,
            handler(EscalationDefinition(code="late"), interrupts=False),
            flows="s > t > b > e",
        )
    )

    run.start()

    assert run.visits() == "s+ s t+ t h+ hs+ hs hj+ b+"


def test_an_escalation_that_interrupts_ends_its_thrower() -> None:
    throwing = IntermediateThrowEvent(id=eid("t"), definition=EscalationDefinition(code="late"))
    run = run_of(process(S, throwing, job("b"), E, handler(EscalationDefinition(code=None)), flows="s > t > b > e"))

    run.start()

    assert run.visits() == "s+ s t+ t h+ hs+ hs hj+"
    assert run.open_work() == {"job": ["hj"]}


def test_terminate_inside_ends_only_the_event_sub_process() -> None:
    stop = EndEvent(id=eid("stop"), definition=TerminateDefinition())
    start = StartEvent(id=eid("hs"), definition=MessageDefinition(name="m"), is_interrupting=False)
    run = run_of(process(S, job("a"), E, event_sub_process("h", start, stop, flows="hs > stop"), flows="s > a > e"))
    run.start()
    run.visits()

    run.correlate("hs")

    assert run.visits() == "h+ hs+ hs stop+ stop h"
    assert run.open_work() == {"job": ["a"], "subscription": ["hs"]}


def test_a_boundary_event_around_ends_what_waits_and_runs_inside() -> None:
    inside = sub_process(
        "sub",
        StartEvent(id=eid("is")),
        job("a"),
        handler(MessageDefinition(name="m"), interrupts=False),
        flows="is > a",
    )
    run = run_of(process(S, inside, timer("late", "sub", duration="PT1H"), E, flows="s > sub > e\nlate > e"))
    run.start()
    run.correlate("hs")
    run.visits()

    run.fire("late")

    assert run.visits() == "a- hj- h- sub- late+ late e+ e"
    assert run.open_work() == {}
    assert (run.state.subscriptions, run.state.tokens, len(run.state.scopes)) == ({}, {}, 1)


def test_a_waiting_scope_survives_being_stored() -> None:
    run = run_of(
        process(S, job("a"), E, *[handler(d, name=f"h{n}") for n, (d, _) in enumerate(WAITING)], flows="s > a > e")
    )
    run.start(x=0)

    loaded = load_state(save_state(run.state))

    assert loaded == run.state


def test_what_a_scope_cannot_wait_for_is_an_incident_before_its_first_element_begins() -> None:
    beside = handler(MessageDefinition(name="=name"), interrupts=False)
    inside = sub_process("sub", StartEvent(id=eid("is")), job("a"), beside, flows="is > a")
    run = run_of(process(S, inside, E, flows="s > sub > e"))

    assert shown(run.start()) == ["RecordEvent sub start", "RaiseIncident is expression"]
    assert run.visits() == "s+ s sub+"
    commands = run.resolve("is", name="m")

    assert shown(commands) == ["CloseIncident", "Subscribe hs", "RecordEvent a start", "CreateJob a"]
    assert run.visits() == "is+ is a+"


def test_an_event_ends_the_incidents_of_what_it_breaks_off() -> None:
    run = job_beside(handler(SignalDefinition(name="x")))
    run.start()
    run.fail("a")
    run.visits()

    commands = run.signal("hs")

    assert shown(commands)[:4] == ["Unsubscribe", "RecordEvent a ate_abort", "CancelJob", "CloseIncident"]
    assert run.state.incidents == {}
    assert run.visits() == "a- h+ hs+ hs hj+"


def test_a_late_answer_to_what_an_event_has_broken_off_is_refused_and_changes_nothing() -> None:
    run = job_beside(handler(SignalDefinition(name="x")))
    run.start()
    late = run.peek("job", "a")
    run.signal("hs")
    before = save_state(run.state)

    with pytest.raises(NotFoundError):
        run.send(JobCompleted(occurred_at=run.now, job_id=late))

    assert save_state(run.state) == before
