# SPDX-License-Identifier: Apache-2.0
"""Suspended instances hand out nothing and lose nothing; of suspended versions no instance starts."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from taktloom.hosts.embedded import EmbeddedEngine, ManualClock, Message
from taktloom.hosts.embedded.advancing.instances import VersionSuspendedError
from taktloom.hosts.embedded.advancing.operator_actions import Order, ReasonMissingError
from taktloom.hosts.embedded.core.live import InstanceEndedError, UnknownInstanceError
from taktloom.hosts.embedded.work.external_tasks import ExternalTaskHeldError
from taktloom.kernel.suspension import NotSuspendedError
from taktloom.model.identifiers import InstanceKey, ProcessId
from taktloom.model.operations import InstanceQuery, UserTaskQuery
from tests.hosts.embedded.test_between_instances import CALLED, CALLER, model

Deploy = Callable[..., None]
PERMIT, PAUSE, PAYMENT, HOURLY = (ProcessId(name) for name in ("permit", "pause", "payment", "hourly"))
ORDER = Order(actor="ada", reason="a check by the auditors")


def test_jobs_are_not_handed_out_until_the_instance_is_resumed(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")
    key = engine.instances.start(PERMIT, {}).instance_key
    engine.suspension.suspend(key, ORDER)

    assert engine.jobs.lock(["register-case"], worker="w") == ()
    assert engine.instances.summary(key).is_suspended
    engine.suspension.resume(key, Order(actor="ada"))

    (job,) = engine.jobs.lock(["register-case"], worker="w")
    engine.jobs.complete(job.job_id, job.fence, {})
    assert engine.user_tasks.search(UserTaskQuery()).total == 1
    assert engine.instances.check_replay(key) == 4


def test_a_job_in_a_workers_hands_may_be_finished_and_counts_when_resumed(
    engine: EmbeddedEngine, deploy: Deploy
) -> None:
    deploy("register_and_decide")
    key = engine.instances.start(PERMIT, {}).instance_key
    (job,) = engine.jobs.lock(["register-case"], worker="w")
    engine.suspension.suspend(key, ORDER)

    engine.jobs.complete(job.job_id, job.fence, {})

    assert engine.user_tasks.search(UserTaskQuery()).total == 0
    engine.suspension.resume(key, ORDER)
    assert engine.user_tasks.search(UserTaskQuery()).total == 1


def test_a_lock_that_runs_out_meanwhile_does_not_hand_the_job_to_another(
    engine: EmbeddedEngine, deploy: Deploy, clock: ManualClock
) -> None:
    deploy("register_and_decide")
    key = engine.instances.start(PERMIT, {}).instance_key
    engine.jobs.lock(["register-case"], worker="w")
    engine.suspension.suspend(key, ORDER)

    clock.advance(timedelta(hours=1))

    assert engine.jobs.lock(["register-case"], worker="other") == ()


def test_a_timer_that_comes_due_meanwhile_fires_once_when_resumed(
    engine: EmbeddedEngine, deploy: Deploy, clock: ManualClock
) -> None:
    deploy("wait_an_hour")
    key = engine.instances.start(PAUSE, {}).instance_key
    engine.suspension.suspend(key, ORDER)

    clock.advance(timedelta(hours=2))

    assert engine.timers.fire_due() == 0
    assert engine.timers.next_due_at() is None
    assert len(engine.instances.detail(key).timers) == 1
    engine.suspension.resume(key, ORDER)
    assert engine.timers.fire_due() == 1
    assert engine.instances.summary(key).status == "completed"


def test_a_message_that_comes_meanwhile_is_taken_and_goes_on_when_resumed(
    engine: EmbeddedEngine, deploy: Deploy
) -> None:
    deploy("wait_for_payment")
    key = engine.instances.start(PAYMENT, {"invoice": "A"}).instance_key
    engine.suspension.suspend(key, ORDER)

    taken = engine.messages.correlate(Message(name="payment", correlation_key="A", variables={"paid": True}))

    assert taken == (key,)
    assert engine.instances.summary(key).status == "active"
    engine.suspension.resume(key, ORDER)
    assert engine.instances.summary(key).status == "completed"


def test_called_instances_are_suspended_and_resumed_with_their_caller(engine: EmbeddedEngine) -> None:
    engine.deployments.deploy({"calls.bpmn": model(CALLER, CALLED)})
    key = engine.instances.start(ProcessId("caller"), {}).instance_key
    (called,) = engine.instances.search(InstanceQuery(process_id=ProcessId("called"))).items

    engine.suspension.suspend(key, ORDER)

    assert engine.instances.summary(called.instance_key).is_suspended
    assert engine.jobs.lock(["work"], worker="w") == ()
    engine.suspension.resume(key, ORDER)
    (job,) = engine.jobs.lock(["work"], worker="w")
    engine.jobs.complete(job.job_id, job.fence, {})
    assert engine.instances.summary(key).status == "completed"


def test_of_a_suspended_version_nothing_starts_and_what_runs_goes_on(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")
    key = engine.instances.start(PERMIT, {}).instance_key

    assert engine.suspension.suspend_version(PERMIT, ORDER) == 1

    with pytest.raises(VersionSuspendedError) as refused:
        engine.instances.start(PERMIT, {})
    assert refused.value.parameters["version"] == "1"
    assert len(engine.jobs.lock(["register-case"], worker="w")) == 1
    engine.suspension.resume_version(PERMIT, ORDER)
    assert engine.instances.start(PERMIT, {}).instance_key > key


def test_a_timer_start_of_a_suspended_version_stays_due(
    engine: EmbeddedEngine, deploy: Deploy, clock: ManualClock
) -> None:
    deploy("every_hour")
    engine.suspension.suspend_version(HOURLY, ORDER)

    clock.advance(timedelta(hours=1, minutes=1))

    assert engine.timers.fire_due() == 0
    engine.suspension.resume_version(HOURLY, ORDER)
    assert engine.timers.fire_due() == 1
    assert engine.instances.search(InstanceQuery(process_id=HOURLY)).total == 1


def test_a_message_starts_nothing_of_a_suspended_version_and_waits_in_the_buffer(
    engine: EmbeddedEngine, deploy: Deploy
) -> None:
    deploy("start_by_message")
    (process,) = engine.deployments.processes().items
    engine.suspension.suspend_version(process.latest.process_id, ORDER)
    name = "application"

    keys = engine.messages.correlate(Message(name=name, variables={}, time_to_live=timedelta(hours=1)))

    assert keys == ()
    assert engine.instances.search(InstanceQuery()).total == 0


def test_what_cannot_be_suspended_is_refused_and_nothing_is_changed(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")
    key = engine.instances.start(PERMIT, {}).instance_key
    before = engine.instances.detail(key)

    with pytest.raises(ReasonMissingError):
        engine.suspension.suspend(key, Order(actor="ada"))
    with pytest.raises(NotSuspendedError):
        engine.suspension.resume(key, ORDER)
    with pytest.raises(UnknownInstanceError):
        engine.suspension.suspend(InstanceKey("404"), ORDER)
    assert engine.instances.detail(key) == before
    engine.instances.cancel(key, reason="over")
    with pytest.raises(InstanceEndedError):
        engine.suspension.suspend(key, ORDER)


def test_every_action_is_recorded_with_actor_and_reason(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")
    key = engine.instances.start(PERMIT, {}).instance_key
    engine.suspension.suspend(key, ORDER)
    engine.instances.set_variables(key, {"secret": "blue"}, reason="as the applicant said", actor="bea")
    engine.instances.cancel(key, reason="a duplicate", actor="bea")

    actions = engine.operator_actions.search(instance_key=key).items

    assert {(one.action, one.actor, one.reason) for one in actions} == {
        ("suspend-instance", "ada", "a check by the auditors"),
        ("set-variables", "bea", "as the applicant said"),
        ("cancel-instance", "bea", "a duplicate"),
    }
    assert "blue" not in str(actions)
    assert not engine.instances.summary(key).is_suspended


def test_a_task_of_a_suspended_instance_cannot_be_locked_by_its_id(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")
    key = engine.instances.start(PERMIT, {}).instance_key
    task_id = engine.instances.detail(key).jobs[0].job_id
    engine.suspension.suspend(key, ORDER)

    with pytest.raises(ExternalTaskHeldError, match="suspended"):
        engine.external_tasks.lock(task_id, worker="w", lock_for=timedelta(minutes=1))
    engine.suspension.resume(key, Order(actor="ada"))
    engine.external_tasks.lock(task_id, worker="w", lock_for=timedelta(minutes=1))

    assert engine.external_tasks.get(task_id).worker == "w"
