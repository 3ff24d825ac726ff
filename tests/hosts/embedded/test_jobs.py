# SPDX-License-Identifier: Apache-2.0
"""Jobs are locked, fenced and completed once."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from taktloom.hosts.embedded import CompletionResult, EmbeddedEngine, InstanceStart, JobCompletion, ManualClock
from taktloom.hosts.embedded.advancing.back_off import doubling
from taktloom.hosts.embedded.core.catalogue import UnknownProcessError
from taktloom.hosts.embedded.work.jobs import JobLockError, UnknownJobError
from taktloom.model.errors import LimitExceededError
from taktloom.model.identifiers import InstanceKey, JobId, ProcessId
from taktloom.model.operations import InstanceSummary, JobState, LockedJob
from tests.hosts.embedded.conftest import MONDAY

PERMIT, GUARDED = ProcessId("permit"), ProcessId("guarded")
Deploy = Callable[..., None]


def lock_one(engine: EmbeddedEngine, job_type: str = "register-case", worker: str = "w1") -> LockedJob:
    (job,) = engine.jobs.lock([job_type], worker=worker)
    return job


def job_state(engine: EmbeddedEngine, key: InstanceKey) -> JobState:
    return engine.instances.detail(key).jobs[0].state


def test_a_locked_job_is_not_given_to_another_worker(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")
    engine.instances.start(PERMIT, {})

    job = lock_one(engine)
    others = engine.jobs.lock(["register-case"], worker="w2")

    assert others == ()
    assert (job.fence, job.attempt, job.retries_left) == (1, 1, 3)
    assert job.locked_until == MONDAY + timedelta(seconds=30)


def test_who_takes_several_jobs_gets_none_that_is_locked(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")
    engine.instances.start(PERMIT, {})
    engine.instances.start(PERMIT, {})
    first = lock_one(engine)

    others = engine.jobs.lock(["register-case"], worker="w2", max_jobs=5)

    assert [job.fence for job in others] == [1]
    assert first.job_id not in {job.job_id for job in others}


def test_a_job_whose_lock_ran_out_is_offered_again_under_the_same_id(
    engine: EmbeddedEngine, deploy: Deploy, clock: ManualClock
) -> None:
    deploy("register_and_decide")
    key = engine.instances.start(PERMIT, {}).instance_key
    first = lock_one(engine)

    clock.advance(timedelta(seconds=30))
    shown = job_state(engine, key)
    second = lock_one(engine, worker="w2")

    assert shown is JobState.AVAILABLE
    assert second.job_id == first.job_id
    assert (second.fence, second.attempt) == (2, 2)


def test_a_paused_worker_cannot_complete_what_another_one_has(
    engine: EmbeddedEngine, deploy: Deploy, clock: ManualClock
) -> None:
    deploy("register_and_decide")
    key = engine.instances.start(PERMIT, {}).instance_key
    first = lock_one(engine)
    clock.advance(timedelta(minutes=1))
    second = lock_one(engine, worker="w2")

    with pytest.raises(JobLockError):
        engine.jobs.complete(first.job_id, first.fence, {"by": "first"})
    engine.jobs.complete(second.job_id, second.fence, {"by": "second"})

    assert {view.name: view.value for view in engine.instances.detail(key).variables} == {"by": "second"}


def test_a_completion_after_the_lock_ran_out_is_refused_even_if_nobody_else_has_it(
    engine: EmbeddedEngine, deploy: Deploy, clock: ManualClock
) -> None:
    deploy("register_and_decide")
    engine.instances.start(PERMIT, {})
    job = lock_one(engine)
    clock.advance(timedelta(seconds=30))

    with pytest.raises(JobLockError):
        engine.jobs.complete(job.job_id, job.fence, {})


def test_the_same_completion_twice_is_acknowledged_and_done_once(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")
    key = engine.instances.start(PERMIT, {}).instance_key
    job = lock_one(engine)

    first = engine.jobs.complete(job.job_id, job.fence, {})
    second = engine.jobs.complete(job.job_id, job.fence, {})

    assert (first, second) == (CompletionResult.DONE, CompletionResult.ALREADY_DONE)
    assert engine.instances.detail(key).journal_size == 2


def test_a_completion_with_another_fence_is_refused(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")
    engine.instances.start(PERMIT, {})
    job = lock_one(engine)
    engine.jobs.complete(job.job_id, job.fence, {})

    with pytest.raises(JobLockError) as refused:
        engine.jobs.complete(job.job_id, job.fence + 1, {})

    assert refused.value.parameters == {"job_id": job.job_id, "state": "completed"}


def test_a_completion_after_the_instance_was_cancelled_is_refused(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")
    key = engine.instances.start(PERMIT, {}).instance_key
    job = lock_one(engine)
    engine.instances.cancel(key)

    with pytest.raises(JobLockError):
        engine.jobs.complete(job.job_id, job.fence, {})

    assert engine.instances.detail(key).journal_size == 2


def test_the_event_log_names_the_worker_or_who_is_told_to_have_done_it(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")
    keys = [engine.instances.start(PERMIT, {}).instance_key for _ in range(2)]
    jobs = engine.jobs.lock(["register-case"], worker="w1", max_jobs=2)

    engine.jobs.complete(jobs[0].job_id, jobs[0].fence, {})
    engine.jobs.complete(jobs[1].job_id, jobs[1].fence, {}, actor="robot-7")

    done_by = [engine.instances.events(key)[1].resource for key in keys]
    assert done_by == ["w1", "robot-7"]
    assert engine.jobs.get(jobs[0].job_id).state is JobState.COMPLETED


def test_an_unknown_job_is_named(engine: EmbeddedEngine) -> None:
    with pytest.raises(UnknownJobError) as refused:
        engine.jobs.complete(JobId("404"), 1, {})

    assert refused.value.parameters == {"job_id": "404"}


def test_a_heartbeat_extends_the_lock(engine: EmbeddedEngine, deploy: Deploy, clock: ManualClock) -> None:
    deploy("register_and_decide")
    engine.instances.start(PERMIT, {})
    job = lock_one(engine)

    clock.advance(timedelta(seconds=20))
    until = engine.jobs.heartbeat(job.job_id, job.fence, timedelta(seconds=30))
    clock.advance(timedelta(seconds=20))

    assert until == MONDAY + timedelta(seconds=50)
    assert engine.jobs.complete(job.job_id, job.fence, {}) is CompletionResult.DONE


def test_a_failed_job_waits_and_is_offered_again(engine: EmbeddedEngine, deploy: Deploy, clock: ManualClock) -> None:
    deploy("guarded_job")
    key = engine.instances.start(GUARDED, {}).instance_key
    job = lock_one(engine, "check")

    engine.jobs.fail(job.job_id, job.fence, "TimeoutError")
    at_once = engine.jobs.lock(["check"], worker="w1")
    waiting = job_state(engine, key)
    clock.advance(doubling(1))
    again = lock_one(engine, "check")

    assert at_once == ()
    assert waiting is JobState.WAITING
    assert (again.retries_left, again.attempt) == (1, 2)


def test_the_pause_before_a_retry_doubles_up_to_ten_minutes() -> None:
    pauses = [doubling(attempt).total_seconds() for attempt in (1, 2, 3, 9, 10, 1000)]

    assert pauses == [2, 4, 8, 512, 600, 600]


def test_a_job_without_retries_left_becomes_an_incident_and_goes_on_when_that_is_resolved(
    engine: EmbeddedEngine, deploy: Deploy
) -> None:
    deploy("guarded_job")
    key = engine.instances.start(GUARDED, {"n": Decimal(1)}).instance_key
    job = lock_one(engine, "check")

    engine.jobs.fail(job.job_id, job.fence, "KeyError", retries=0)
    (incident,) = engine.incidents.search().items
    none_ready = engine.jobs.lock(["check"], worker="w1")
    engine.incidents.resolve(incident.incident_id, variables={"n": Decimal(2)}, actor="ada")
    again = lock_one(engine, "check")
    engine.jobs.complete(again.job_id, again.fence, {})

    assert (incident.kind, incident.message, incident.job_id) == ("job-failed", "KeyError", job.job_id)
    assert none_ready == ()
    assert again.job_id == job.job_id
    assert again.variables == {"n": Decimal(2)}
    assert again.retries_left == 2
    assert engine.instances.summary(key).status == "completed"
    assert engine.instances.summary(key).open_incidents == 0


def test_a_thrown_error_takes_the_boundary_event(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("guarded_job")
    key = engine.instances.start(GUARDED, {}).instance_key
    job = lock_one(engine, "check")

    engine.jobs.throw_error(job.job_id, job.fence, "NOT_ELIGIBLE")

    visits = {str(visit.element_id): visit.state for visit in engine.instances.detail(key).visits}
    assert engine.instances.summary(key).status == "completed"
    assert visits["check"] == "terminated"
    assert visits["rejected"] == "completed"


def test_an_error_that_nothing_catches_becomes_an_incident(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("guarded_job")
    engine.instances.start(GUARDED, {})
    job = lock_one(engine, "check")

    engine.jobs.throw_error(job.job_id, job.fence, "OTHER")

    (incident,) = engine.incidents.search().items
    assert incident.kind == "uncaught-error"


def test_a_batch_completes_what_it_can_and_says_what_it_could_not(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")
    for _ in range(3):
        engine.instances.start(PERMIT, {})
    jobs = engine.jobs.lock(["register-case"], worker="w1", max_jobs=10)
    stale = JobCompletion(job_id=jobs[1].job_id, fence=jobs[1].fence + 5, variables={})

    results = engine.jobs.complete_many(
        [
            JobCompletion(job_id=jobs[0].job_id, fence=jobs[0].fence, variables={}),
            stale,
            JobCompletion(job_id=jobs[2].job_id, fence=jobs[2].fence, variables={}),
        ]
    )

    assert results[0] is CompletionResult.DONE
    assert isinstance(results[1], JobLockError)
    assert results[2] is CompletionResult.DONE


def test_many_instances_start_at_once_and_a_refused_one_does_not_stop_the_others(
    engine: EmbeddedEngine, deploy: Deploy
) -> None:
    deploy("register_and_decide")
    starts = [InstanceStart(variables={"number": Decimal(number)}, business_key=f"A-{number}") for number in range(100)]
    starts[40] = InstanceStart(variables={"letter": "x" * 20_000})

    outcomes = engine.instances.start_many(PERMIT, starts)

    assert isinstance(outcomes[40], LimitExceededError)
    started = [outcome for outcome in outcomes if isinstance(outcome, InstanceSummary)]
    assert [one.business_key for one in started] == [f"A-{number}" for number in range(100) if number != 40]
    assert engine.deployments.process(PERMIT).active == 99
    assert engine.instances.check_replay(started[-1].instance_key) == 1
    with pytest.raises(UnknownProcessError):
        engine.instances.start_many(ProcessId("none"), starts)
    with pytest.raises(LimitExceededError):
        engine.instances.start_many(PERMIT, [*starts, starts[0]])


def test_too_many_or_too_large_is_refused_and_changes_nothing(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")
    key = engine.instances.start(PERMIT, {}).instance_key
    job = lock_one(engine)

    with pytest.raises(LimitExceededError) as too_large:
        engine.jobs.complete(job.job_id, job.fence, {"letter": "x" * 20_000})
    with pytest.raises(LimitExceededError):
        engine.jobs.lock(["register-case"], worker="w", max_jobs=100_000)

    assert too_large.value.parameters["limit_name"] == "variable_bytes"
    assert job_state(engine, key) is JobState.LOCKED
    assert engine.jobs.complete(job.job_id, job.fence, {}) is CompletionResult.DONE


def test_a_waiting_worker_gets_a_job_as_soon_as_there_is_one(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")
    found: list[LockedJob] = []
    waiting = threading.Thread(
        target=lambda: found.extend(engine.jobs.lock(["register-case"], worker="w1", wait=timedelta(minutes=2)))
    )
    began = time.monotonic()
    waiting.start()

    engine.instances.start(PERMIT, {})
    waiting.join(timeout=60)

    assert len(found) == 1
    assert time.monotonic() - began < 60
    assert [worker.name for worker in engine.jobs.workers()] == ["w1"]


def test_a_completion_after_a_thrown_error_is_refused(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")
    key = engine.instances.start(ProcessId("permit"), {}).instance_key
    job = engine.jobs.lock(["register-case"], worker="w")[0]
    engine.jobs.throw_error(job.job_id, job.fence, "NOT_ELIGIBLE")

    with pytest.raises(JobLockError):
        engine.jobs.complete(job.job_id, job.fence, {"n": Decimal(1)})

    assert [entry.kind for entry in engine.instances.journal(key).items] == ["InstanceStarted", "JobErrorThrown"]


def test_a_lock_that_ran_out_is_counted_when_the_job_is_handed_out_again_and_a_failure_is_not(
    engine: EmbeddedEngine, deploy: Deploy, clock: ManualClock
) -> None:
    deploy("register_and_decide")
    for _ in range(3):
        engine.instances.start(PERMIT, {})
    lost, failed, held = engine.jobs.lock(["register-case"], worker="w1", max_jobs=3, lock_for=timedelta(minutes=5))
    engine.jobs.fail(failed.job_id, failed.fence, "no", retries=1)
    engine.jobs.heartbeat(held.job_id, held.fence, lock_for=timedelta(hours=1))
    clock.advance(timedelta(minutes=6))

    again = engine.jobs.lock(["register-case"], worker="w2", max_jobs=3)

    assert {job.job_id for job in again} == {lost.job_id, failed.job_id}
    assert engine.vital_signs.job_events["register-case", "timed-out"] == 1
