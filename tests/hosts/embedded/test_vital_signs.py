# SPDX-License-Identifier: Apache-2.0
"""The pulse, and what an engine mends that begins behind it."""

from datetime import timedelta
from pathlib import Path

import pytest

from taktloom.hosts.embedded import CountingIds, EmbeddedEngine, EngineOptions, ManualClock
from taktloom.hosts.embedded.work.jobs import JobLockError
from taktloom.model.identifiers import ProcessId
from tests.hosts.embedded.conftest import MODELS, MONDAY

PERMIT = ProcessId("permit")


def _open(where: Path | str, clock: ManualClock) -> EmbeddedEngine:
    return EmbeddedEngine.open(where, EngineOptions(clock=clock, ids=CountingIds()))


def test_a_job_that_was_created_while_the_clock_was_ahead_is_ready_after_a_restart_with_the_right_one(
    tmp_path: Path,
) -> None:
    ahead = _open(tmp_path / "engine.db", ManualClock(MONDAY + timedelta(hours=3)))
    ahead.deployments.deploy({"a.bpmn": (MODELS / "register_and_decide.bpmn").read_bytes()})
    for _ in range(2):
        ahead.instances.start(PERMIT, {})
    (paused,) = ahead.jobs.lock(["register-case"], worker="w")
    ahead.jobs.fail(paused.job_id, paused.fence, "later", retries=2, retry_in=timedelta(minutes=5))
    ahead.vital_signs.beat()
    ahead.drain()

    mended = _open(tmp_path / "engine.db", ManualClock(MONDAY))
    too_early = mended.jobs.lock(["register-case"], worker="w", max_jobs=5)
    mended.vital_signs.beat()
    ready = mended.jobs.lock(["register-case"], worker="w", max_jobs=5)
    mended.jobs.complete(ready[0].job_id, ready[0].fence, {})
    replayed = mended.instances.check_replay(ready[0].instance_key)
    mended.drain()

    assert too_early == ()
    assert len(ready) == 1
    assert ready[0].job_id != paused.job_id
    assert replayed == 2


@pytest.mark.parametrize("store", ["sqlite-file", "postgresql"], indirect=True)  # of one in memory nothing is left
def test_locks_and_pauses_of_a_clock_that_was_ahead_last_no_longer_than_they_were_to_last(store: Path | str) -> None:
    clock = ManualClock(MONDAY)
    ahead = _open(store, ManualClock(MONDAY + timedelta(hours=3)))
    ahead.deployments.deploy({"a.bpmn": (MODELS / "register_and_decide.bpmn").read_bytes()})
    for _ in range(3):
        ahead.instances.start(PERMIT, {})
    lost, working, failed = ahead.jobs.lock(["register-case"], worker="w", max_jobs=3, lock_for=timedelta(minutes=1))
    ahead.jobs.fail(failed.job_id, failed.fence, "later", retries=2, retry_in=timedelta(minutes=5))
    ahead.vital_signs.beat()
    ahead.drain()

    mended = _open(store, clock)
    mended.vital_signs.beat()
    clock.advance(timedelta(seconds=59))
    mended.vital_signs.beat()
    before = mended.jobs.lock(["register-case"], worker="other", max_jobs=5)
    mended.jobs.complete(working.job_id, working.fence, {})
    clock.advance(timedelta(seconds=1))
    (again,) = mended.jobs.lock(["register-case"], worker="other", max_jobs=5)
    with pytest.raises(JobLockError):
        mended.jobs.complete(lost.job_id, lost.fence, {})
    mended.jobs.complete(again.job_id, again.fence, {})
    clock.advance(timedelta(minutes=4) - timedelta(microseconds=1))
    still_paused = mended.jobs.lock(["register-case"], worker="other", max_jobs=5)
    clock.advance(timedelta(microseconds=1))
    (retried,) = mended.jobs.lock(["register-case"], worker="other", max_jobs=5)
    mended.drain()

    assert (before, still_paused) == ((), ())
    assert (again.job_id, retried.job_id) == (lost.job_id, failed.job_id)


def test_a_lock_of_a_clock_that_is_a_little_ahead_stays_as_it_is(tmp_path: Path) -> None:
    clock = ManualClock(MONDAY)
    first = _open(tmp_path / "engine.db", ManualClock(MONDAY + timedelta(hours=3)))
    first.deployments.deploy({"a.bpmn": (MODELS / "register_and_decide.bpmn").read_bytes()})
    first.vital_signs.beat()
    first.drain()
    second = _open(tmp_path / "engine.db", clock)
    second.instances.start(PERMIT, {})
    (job,) = second.jobs.lock(["register-case"], worker="w", lock_for=timedelta(minutes=1))

    clock.advance(timedelta(seconds=30))
    second.vital_signs.beat()
    clock.advance(timedelta(seconds=30))
    (again,) = second.jobs.lock(["register-case"], worker="other")
    second.drain()

    assert again.job_id == job.job_id


def test_a_timer_of_a_clock_that_was_ahead_fires_no_earlier_than_it_was_to_fire(tmp_path: Path) -> None:
    clock = ManualClock(MONDAY)
    ahead = _open(tmp_path / "engine.db", ManualClock(MONDAY + timedelta(hours=3)))
    ahead.deployments.deploy({"t.bpmn": (MODELS / "wait_an_hour.bpmn").read_bytes()})
    ahead.instances.start(ProcessId("pause"), {})
    ahead.vital_signs.beat()
    ahead.drain()

    mended = _open(tmp_path / "engine.db", clock)
    mended.vital_signs.beat()
    clock.advance(timedelta(hours=4) - timedelta(microseconds=1))
    early = mended.timers.fire_due()
    clock.advance(timedelta(microseconds=1))
    on_time = mended.timers.fire_due()
    mended.drain()

    assert (early, on_time) == (0, 1)
