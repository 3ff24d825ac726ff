# SPDX-License-Identifier: Apache-2.0
"""Events that a multi-instance activity throws as its instances complete, caught at its boundary."""

from dataclasses import replace

import pytest

from taktloom.kernel.commands import ThrowMessage, ThrowSignal
from taktloom.kernel.events import SignalReceived
from taktloom.model.errors import NotFoundError
from taktloom.model.event_definitions import (
    ErrorDefinition,
    EscalationDefinition,
    EventDefinition,
    MessageDefinition,
    SignalDefinition,
)
from taktloom.model.process import (
    BoundaryEvent,
    ComplexBehavior,
    EndEvent,
    MultiInstanceBehavior,
    MultiInstanceLoop,
    ScriptTask,
    StartEvent,
)
from taktloom.model.process_data import VariableMapping
from tests.kernel.activity_driver import ActivityDriver, active
from tests.kernel.build import eid, process, sub_process
from tests.kernel.parts import E, S, error, job

DONE = EscalationDefinition(code="done")
SIGNAL = SignalDefinition(name="done")
NONE, ONE, ALL = MultiInstanceBehavior.NONE, MultiInstanceBehavior.ONE, MultiInstanceBehavior.ALL


def boundary(definition: EventDefinition, *, interrupts: bool = False, **fields: object) -> BoundaryEvent:
    made = BoundaryEvent(id=eid("b"), attached_to=eid("a"), definition=definition, is_interrupting=interrupts)
    return replace(made, **fields)  # type: ignore[arg-type]


def run_of(loop: MultiInstanceLoop, event: BoundaryEvent) -> ActivityDriver:
    return active(process(S, replace(job("a"), loop=loop), event, job("note"), E, flows="s > a > e\nb > note > e"))


def loop_of(behavior: MultiInstanceBehavior, event: EventDefinition) -> MultiInstanceLoop:
    return MultiInstanceLoop(cardinality="3", behavior=behavior, none_event=event, one_event=event)


@pytest.mark.parametrize(("behavior", "caught"), [(NONE, [1, 2, 3]), (ONE, [1, 1, 1]), (ALL, [0, 0, 0])])
@pytest.mark.parametrize("event", [DONE, SIGNAL])
def test_the_behavior_says_with_which_instances_the_event_is_thrown(
    behavior: MultiInstanceBehavior, caught: list[int], event: EventDefinition
) -> None:
    run = run_of(loop_of(behavior, event), boundary(event))

    counts = []
    for _ in range(3):
        run.finish_job()
        counts.append(run.open_jobs().count("note"))

    assert counts == caught
    assert "a completed" in run.told()


def test_the_event_is_caught_before_the_activity_is_over() -> None:
    run = run_of(loop_of(NONE, SIGNAL), boundary(SIGNAL))
    run.finish_job()
    run.finish_job()
    run.told()

    run.finish_job()

    assert run.told() == [
        "b activated", "b completed", "note activated", "a completed", "e activated", "e completed"
    ]  # fmt: skip


def test_an_interrupting_event_ends_all_instances_and_nothing_more_is_thrown() -> None:
    run = run_of(loop_of(ONE, DONE), boundary(DONE, interrupts=True))

    run.finish_job()

    assert run.open_jobs() == ["note"]
    assert run.told()[2:] == ["a activated", "a terminated", "b activated", "b completed", "note activated"]


def test_an_error_of_the_behavior_leaves_the_activity_failed() -> None:
    loop = loop_of(ONE, ErrorDefinition(code="E1"))
    run = active(process(S, replace(job("a"), loop=loop), error("caught", "a", "E1"), E, flows="s > a > e\ncaught > e"))

    run.finish_job()

    assert run.told()[2:4] == ["a activated", "a failed"]


def test_complex_behaviors_throw_where_their_conditions_hold() -> None:
    loop = MultiInstanceLoop(
        cardinality="4", behavior=MultiInstanceBehavior.COMPLEX,
        complex_behaviors=(
            ComplexBehavior(condition="numberOfCompletedInstances = 2 or loopCounter = 4", event=DONE),
            ComplexBehavior(condition="false", event=ErrorDefinition(code="E")),
        ),
    )  # fmt: skip
    run = run_of(loop, boundary(DONE))

    counts = []
    for _ in range(4):
        run.finish_job()
        counts.append(run.open_jobs().count("note"))
    assert counts == [0, 1, 1, 2]


def test_a_condition_of_a_complex_behavior_that_fails_is_an_incident_and_can_be_mended() -> None:
    part = ComplexBehavior(condition="enough", event=DONE)
    loop = MultiInstanceLoop(cardinality="1", behavior=MultiInstanceBehavior.COMPLEX, complex_behaviors=(part,))
    run = run_of(loop, boundary(DONE))
    run.finish_job()
    assert run.incidents() == [("a", "expression")]

    run.resolve("a", enough=True)

    assert run.open_jobs() == ["note"]


def test_a_signal_is_broadcast_to_all_but_those_that_have_had_it() -> None:
    run = run_of(loop_of(NONE, SIGNAL), boundary(SIGNAL))
    (own,) = run.state.signals

    run.finish_job()

    (signal,) = [command for command in run.log if isinstance(command, ThrowSignal)]
    assert (signal.signal_name, signal.passed) == ("done", (own,))
    assert list(run.state.signals) == [own]


def test_a_message_that_waits_at_the_boundary_is_taken_there_and_one_that_does_not_is_sent() -> None:
    here = MessageDefinition(name="here")
    run = run_of(loop_of(ONE, here), boundary(here))
    run.finish_job()
    assert (run.open_jobs(), [c for c in run.log if isinstance(c, ThrowMessage)]) == (["a", "a", "note"], [])

    other = run_of(loop_of(ONE, MessageDefinition(name="there")), boundary(here))
    other.finish_job()
    assert [c.message_name for c in other.log if isinstance(c, ThrowMessage)] == ["there"]


def test_output_mappings_of_the_boundary_event_see_the_numbers_of_instances() -> None:
    mapping = VariableMapping(source="numberOfCompletedInstances", target="done")
    run = run_of(loop_of(NONE, SIGNAL), boundary(SIGNAL, outputs=(mapping,)))

    run.finish_job()
    run.finish_job()

    assert run.variables() == {"done": 2}


def test_instances_that_are_done_in_one_step_throw_one_by_one() -> None:
    script = ScriptTask(id=eid("a"), script="1", result_variable="x", loop=loop_of(NONE, SIGNAL))
    run = active(process(S, script, boundary(SIGNAL), job("note"), E, flows="s > a > e\nb > note > e"))

    assert run.open_jobs() == ["note"] * 3
    assert run.state.signals == {}


def test_a_signal_of_a_boundary_event_that_is_gone_is_refused() -> None:
    run = run_of(loop_of(ONE, SIGNAL), boundary(SIGNAL, interrupts=True))
    (own,) = run.state.signals
    run.finish_job()

    with pytest.raises(NotFoundError):
        run.send(SignalReceived(occurred_at=run.now, subscription_id=own))
    assert run.open_jobs() == ["note"]


def test_what_the_completion_condition_terminates_is_counted_when_the_event_is_caught() -> None:
    mapping = VariableMapping(source="numberOfTerminatedInstances", target="ended")
    loop = replace(loop_of(NONE, SIGNAL), completion_condition="numberOfCompletedInstances = 1")
    run = run_of(loop, boundary(SIGNAL, outputs=(mapping,)))

    run.finish_job()

    assert run.variables() == {"ended": 2}


def test_an_escalation_inside_one_instance_is_caught_for_all_of_them() -> None:
    end = EndEvent(id=eid("ie"), definition=DONE)
    sub = sub_process("a", StartEvent(id=eid("is")), job("j"), end, flows="is > j > ie")
    many = replace(sub, loop=MultiInstanceLoop(cardinality="3"))
    run = active(process(S, many, boundary(DONE, interrupts=True), job("note"), E, flows="s > a > e\nb > note > e"))

    run.finish_job()

    assert run.open_jobs() == ["note"]
