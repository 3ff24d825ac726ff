# SPDX-License-Identifier: Apache-2.0
"""The pulse, and what an engine mends that begins behind it."""

from datetime import timedelta
from pathlib import Path

from taktloom.hosts.embedded import CountingIds, EmbeddedEngine, EngineOptions, ManualClock
from taktloom.model.identifiers import ProcessId
from tests.hosts.embedded.conftest import MODELS, MONDAY

PERMIT = ProcessId("permit")


def _open(where: Path, clock: ManualClock) -> EmbeddedEngine:
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
