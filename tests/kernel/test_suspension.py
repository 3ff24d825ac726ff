# SPDX-License-Identifier: Apache-2.0
"""A suspended instance takes note of what comes and moves no token until it is resumed."""

import pytest

from taktloom.kernel.commands import CancelJob, CreateJob, InstanceOutcome, OpenUserTask
from taktloom.kernel.events import InstanceResumed, InstanceSuspended
from taktloom.kernel.state_json import save_state
from taktloom.kernel.suspension import NotSuspendedError
from taktloom.model.event_definitions import ConditionalDefinition, MessageDefinition
from taktloom.model.process import BoundaryEvent, EndEvent, ParallelGateway, ServiceTask, StartEvent, UserTask
from tests.kernel.build import eid, process
from tests.kernel.driver import Driver
from tests.properties.processes import compiled


def suspend(run: Driver) -> None:
    run.send(InstanceSuspended(occurred_at=run.now, actor="ada", reason="a check"))


def resume(run: Driver) -> None:
    run.send(InstanceResumed(occurred_at=run.now, actor="ada"))


def two_jobs() -> Driver:
    model = process(
        StartEvent(id=eid("start")),
        ParallelGateway(id=eid("fork")),
        ServiceTask(id=eid("first"), job_type="a"),
        ServiceTask(id=eid("second"), job_type="b"),
        UserTask(id=eid("after_first")),
        UserTask(id=eid("after_second")),
        EndEvent(id=eid("end")),
        flows="start > fork > first > after_first > end\nfork > second > after_second > end",
    )
    return Driver(compiled(model))


def test_work_that_is_finished_meanwhile_goes_on_in_order_after_the_resumption() -> None:
    run = two_jobs()
    run.start()
    suspend(run)

    said = [*run.complete("second", n=2), *run.complete("first", n=1)]
    resume(run)

    assert said == []
    opened = [command.element_id for command in run.log if isinstance(command, OpenUserTask)]
    assert opened == ["after_second", "after_first"]
    assert run.variables()["n"] == 1
    assert run.state.parked == []


def test_an_event_that_interrupts_breaks_off_at_once_and_goes_on_later() -> None:
    model = process(
        StartEvent(id=eid("start")),
        ServiceTask(id=eid("work"), job_type="a"),
        BoundaryEvent(id=eid("stop"), attached_to=eid("work"), definition=MessageDefinition(name="stop")),
        ServiceTask(id=eid("tidy"), job_type="b"),
        EndEvent(id=eid("end")),
        flows="start > work > end\nstop > tidy > end",
    )
    run = Driver(compiled(model))
    run.start()
    suspend(run)

    said = run.correlate("stop")
    before = len(run.log)
    resume(run)

    assert [type(command) for command in said if isinstance(command, CancelJob | CreateJob)] == [CancelJob]
    assert [one.element_id for one in run.log[before:] if isinstance(one, CreateJob)] == ["tidy"]


def test_a_condition_that_becomes_true_meanwhile_is_looked_at_when_it_goes_on() -> None:
    model = process(
        StartEvent(id=eid("start")),
        ServiceTask(id=eid("work"), job_type="a"),
        BoundaryEvent(id=eid("high"), attached_to=eid("work"), definition=ConditionalDefinition(condition="n > 5")),
        EndEvent(id=eid("end")),
        flows="start > work > end\nhigh > end",
    )
    run = Driver(compiled(model))
    run.start(n=1)
    suspend(run)
    run.set_variables(n=9)

    assert run.is_active
    resume(run)

    assert run.outcome() is InstanceOutcome.COMPLETED


def test_a_suspended_instance_can_be_cancelled() -> None:
    run = two_jobs()
    run.start()
    suspend(run)
    run.complete("first")

    run.cancel()

    assert run.outcome() is InstanceOutcome.CANCELLED
    assert not run.state.is_suspended
    assert run.state.parked == []


def test_suspending_twice_and_resuming_what_runs_are_refused() -> None:
    run = two_jobs()
    run.start()
    running = save_state(run.state)

    with pytest.raises(NotSuspendedError):
        resume(run)
    assert save_state(run.state) == running
    suspend(run)
    suspended = save_state(run.state)
    with pytest.raises(NotSuspendedError):
        suspend(run)
    assert save_state(run.state) == suspended
