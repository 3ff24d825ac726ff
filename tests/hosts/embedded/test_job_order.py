# SPDX-License-Identifier: Apache-2.0
"""Jobs are given out by priority; after a failure they wait as their model says; escalations leave them be."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from taktloom.feel.values import FeelValue
from taktloom.hosts.embedded import EmbeddedEngine, ManualClock
from taktloom.hosts.embedded.work.jobs import JobLockError
from taktloom.model.external_tasks import FetchRequest, TopicRequest
from taktloom.model.identifiers import InstanceKey, ProcessId
from taktloom.model.operations import LockedJob, UserTaskQuery

Deploy = Callable[..., None]


def start(engine: EmbeddedEngine, rank: FeelValue) -> InstanceKey:
    return engine.instances.start(ProcessId("ranked"), {"rank": rank}).instance_key


def lock_one(engine: EmbeddedEngine) -> LockedJob:
    (job,) = engine.jobs.lock(["work"], worker="w1", lock_for=timedelta(minutes=1))
    return job


def test_jobs_are_given_out_by_priority_and_of_equal_ones_the_oldest_first(
    engine: EmbeddedEngine, deploy: Deploy, clock: ManualClock
) -> None:
    deploy("ranked_work")
    keys = {}
    for name, rank in (("low", -5), ("first", 7), ("none", None), ("second", 7)):
        keys[start(engine, None if rank is None else Decimal(rank))] = name
        clock.advance(timedelta(seconds=1))

    two = engine.jobs.lock(["work"], worker="w1", max_jobs=2)
    rest = engine.jobs.lock(["work"], worker="w1", max_jobs=5)

    assert [(keys[job.instance_key], job.priority) for job in two] == [("first", 7), ("second", 7)]
    assert [(keys[job.instance_key], job.priority) for job in rest] == [("none", 0), ("low", -5)]


def test_jobs_of_several_types_are_given_out_by_priority_too(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("ranked_work", "guarded_job")
    engine.instances.start(ProcessId("guarded"), {})
    urgent = start(engine, Decimal(3))

    (job,) = engine.jobs.lock(["check", "work"], worker="w1")

    assert job.instance_key == urgent


def test_a_higher_priority_that_has_to_wait_does_not_hold_up_a_lower_one(
    engine: EmbeddedEngine, deploy: Deploy
) -> None:
    deploy("ranked_work")
    start(engine, Decimal(9))
    failing = lock_one(engine)
    engine.jobs.fail(failing.job_id, failing.fence, "TimeoutError")
    low = start(engine, Decimal(1))

    (job,) = engine.jobs.lock(["work"], worker="w1", max_jobs=5)

    assert job.instance_key == low


def test_external_tasks_show_and_are_fetched_by_the_priority_of_the_model(
    engine: EmbeddedEngine, deploy: Deploy
) -> None:
    deploy("ranked_work")
    for rank in (1, 8, 4):
        start(engine, Decimal(rank))

    fetched = engine.external_tasks.fetch(
        FetchRequest(
            worker="w1",
            max_tasks=3,
            by_priority=True,
            topics=(TopicRequest(topic="work", lock_for=timedelta(minutes=1)),),
        )
    )

    assert [one.task.priority for one in fetched] == [8, 4, 1]


@pytest.mark.parametrize("rank", ["soon", Decimal("1.5"), Decimal(10**10)])
def test_a_priority_that_is_no_whole_number_is_an_incident(
    engine: EmbeddedEngine, deploy: Deploy, rank: FeelValue
) -> None:
    deploy("ranked_work")
    key = start(engine, rank)

    (incident,) = engine.incidents.search().items

    assert incident.instance_key == key
    assert incident.message == "The job's priority is no whole number of 32 bits."
    assert engine.jobs.lock(["work"], worker="w1") == ()


def test_each_failure_waits_as_the_list_of_pauses_says_and_after_the_last_one_is_an_incident(
    engine: EmbeddedEngine, deploy: Deploy, clock: ManualClock
) -> None:
    deploy("ranked_work")
    key = start(engine, None)
    pauses = []
    for _ in range(2):
        job = lock_one(engine)
        engine.jobs.fail(job.job_id, job.fence, "TimeoutError")
        failed_at, job_is_back = clock.now(), False
        while not job_is_back:
            clock.advance(timedelta(seconds=30))
            job_is_back = engine.jobs.get(job.job_id).state.value == "available"
        pauses.append(clock.now() - failed_at)
    job = lock_one(engine)
    engine.jobs.fail(job.job_id, job.fence, "TimeoutError")

    assert pauses == [timedelta(minutes=1), timedelta(minutes=5)]
    assert job.retries_left == 1
    assert engine.instances.detail(key).incidents[0].kind == "job-failed"


def test_after_an_operators_retry_the_list_of_pauses_begins_again(
    engine: EmbeddedEngine, deploy: Deploy, clock: ManualClock
) -> None:
    deploy("ranked_work")
    key = start(engine, None)
    job = lock_one(engine)
    engine.jobs.fail(job.job_id, job.fence, "TimeoutError", retries=0)
    engine.incidents.resolve(engine.instances.detail(key).incidents[0].incident_id)
    again = lock_one(engine)
    engine.jobs.fail(again.job_id, again.fence, "TimeoutError")

    clock.advance(timedelta(minutes=1))

    assert lock_one(engine).job_id == job.job_id


def test_a_pause_that_the_worker_asks_for_goes_before_the_models(
    engine: EmbeddedEngine, deploy: Deploy, clock: ManualClock
) -> None:
    deploy("ranked_work")
    start(engine, None)
    job = lock_one(engine)
    engine.jobs.fail(job.job_id, job.fence, "asked to be called again", retry_in=timedelta(seconds=3))

    clock.advance(timedelta(seconds=3))

    assert lock_one(engine).job_id == job.job_id


def test_an_escalation_from_a_job_starts_its_handler_and_the_job_goes_on(
    engine: EmbeddedEngine, deploy: Deploy
) -> None:
    deploy("ranked_work")
    key = start(engine, None)
    job = lock_one(engine)

    is_ours = engine.jobs.throw_escalation(job.job_id, job.fence, "LATE", variables={"by": Decimal(2)})
    (task,) = engine.user_tasks.search(UserTaskQuery(instance_key=key)).items
    engine.jobs.complete(job.job_id, job.fence, {})

    assert is_ours
    assert task.name == "Call the customer"
    assert engine.instances.detail(key).summary.status == "active"


def test_an_escalation_that_interrupts_takes_the_job_away(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("ranked_work")
    key = start(engine, None)
    job = lock_one(engine)

    is_ours = engine.jobs.throw_escalation(job.job_id, job.fence, "STOP")

    assert not is_ours
    assert engine.instances.detail(key).summary.status == "completed"
    with pytest.raises(JobLockError):
        engine.jobs.complete(job.job_id, job.fence, {})


def test_an_escalation_under_an_old_fence_is_refused_and_changes_nothing(
    engine: EmbeddedEngine, deploy: Deploy, clock: ManualClock
) -> None:
    deploy("ranked_work")
    key = start(engine, None)
    job = lock_one(engine)
    clock.advance(timedelta(minutes=2))
    size = engine.instances.detail(key).journal_size

    with pytest.raises(JobLockError):
        engine.jobs.throw_escalation(job.job_id, job.fence, "STOP")

    assert engine.instances.detail(key).journal_size == size
