# SPDX-License-Identifier: Apache-2.0
"""Jobs are handed out of the writer's memory exactly as the database would hand them out."""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from taktloom.hosts.embedded import CountingIds, EmbeddedEngine, EngineOptions, JobCompletion, ManualClock
from taktloom.hosts.embedded.advancing.instances import start_instance
from taktloom.hosts.embedded.advancing.operator_actions import Order
from taktloom.hosts.embedded.core.unit import Unit
from taktloom.hosts.embedded.core.writer import InlineWriter
from taktloom.hosts.embedded.work.job_locks import LockOrder, lock_jobs
from taktloom.kernel.events import InstanceStarted
from taktloom.model.errors import ConflictError, TaktloomError
from taktloom.model.identifiers import DEFAULT_TENANT, InstanceKey, ProcessId
from taktloom.model.operations import LockedJob
from taktloom.storage import to_micros
from tests.hosts.embedded.conftest import MODELS, MONDAY

RANKED, GUARDED = ProcessId("ranked"), ProcessId("guarded")
TYPES = ("work", "check")
REASON = Order(actor="ann", reason="looked at")
READY = """SELECT job_id, fence, attempt FROM job WHERE job_type = ? AND state IN ('available', 'waiting', 'locked')
AND is_held = 0 AND ready_at <= ? ORDER BY priority DESC, ready_at, job_id LIMIT ?"""


def deployed(where: Path | None, clock: ManualClock) -> EmbeddedEngine:
    engine = EmbeddedEngine.open(where, EngineOptions(clock=clock, ids=CountingIds(), writer=InlineWriter))
    files = ("ranked_work", "guarded_job")
    engine.deployments.deploy({f"{name}.bpmn": (MODELS / f"{name}.bpmn").read_bytes() for name in files})
    return engine


class Callers:
    """Do one thing or another, as chance has it."""

    def __init__(self, engine: EmbeddedEngine, clock: ManualClock, chance: random.Random) -> None:
        self.engine, self.clock, self.chance = engine, clock, chance
        self.locked: list[LockedJob] = []
        self.keys: list[InstanceKey] = []

    def act(self) -> None:
        names = (
            "start",
            "start",
            "complete",
            "complete_many",
            "fail",
            "cancel",
            "suspend",
            "rank",
            "wait",
            "beat",
            "look",
        )
        with suppress(TaktloomError, IndexError):  # IndexError: there is none to choose
            getattr(self, self.chance.choice(names))()

    def start(self) -> None:
        for _ in range(self.chance.randrange(1, 6)):
            process = self.chance.choice((RANKED, RANKED, GUARDED))
            rank = Decimal(self.chance.randrange(3))
            self.keys.append(self.engine.instances.start(process, {"rank": rank}).instance_key)

    def complete(self) -> None:
        job = self.chance.choice(self.locked)
        self.engine.jobs.complete(job.job_id, job.fence, {})

    def complete_many(self) -> None:
        some = self.chance.sample(self.locked, min(5, len(self.locked)))
        self.engine.jobs.complete_many(
            [JobCompletion(job_id=job.job_id, fence=job.fence, variables={}) for job in some]
        )

    def fail(self) -> None:
        job = self.chance.choice(self.locked)
        retry_in = timedelta(seconds=self.chance.randrange(1, 60))
        self.engine.jobs.fail(job.job_id, job.fence, "failed", retries=1, retry_in=retry_in)

    def cancel(self) -> None:
        self.engine.instances.cancel(self.chance.choice(self.keys))

    def suspend(self) -> None:
        key = self.chance.choice(self.keys)
        try:
            self.engine.suspension.suspend(key, REASON)
        except ConflictError:
            self.engine.suspension.resume(key, REASON)

    def rank(self) -> None:
        (job,) = self.engine.instances.detail(self.chance.choice(self.keys)).jobs
        self.engine.external_tasks.set_priority(job.job_id, self.chance.randrange(5))

    def wait(self) -> None:
        self.clock.advance(timedelta(seconds=self.chance.randrange(1, 40)))

    def beat(self) -> None:
        job = self.chance.choice(self.locked)
        self.engine.jobs.heartbeat(job.job_id, job.fence, timedelta(seconds=30))

    def look(self) -> None:
        """Another process writes between."""
        with self.engine._core.database.lock:
            self.engine._core.writer._hear_of_foreign_writes()


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_the_jobs_that_are_handed_out_are_those_that_the_database_would_choose(seed: int) -> None:
    clock, chance = ManualClock(MONDAY), random.Random(seed)
    engine = deployed(None, clock)
    callers = Callers(engine, clock, chance)
    expected, found = [], []

    for _ in range(80):
        for _ in range(chance.randrange(3)):
            callers.act()
        job_type, many = chance.choice(TYPES), chance.choice((1, 2, 3, 10))
        with engine._core.database.reading() as session:
            rows = session.connection.execute(READY, (job_type, to_micros(clock.now()), many)).fetchall()  # type: ignore[attr-defined]
        jobs = engine.jobs.lock([job_type], worker="w", max_jobs=many, lock_for=timedelta(seconds=30))
        expected.append(sorted((row[0], row[1] + 1, row[2] + 1) for row in rows))
        found.append(sorted((job.job_id, job.fence, job.attempt) for job in jobs))
        callers.locked += jobs

    assert found == expected
    assert sum(map(len, found)) > 20
    engine.drain()


def test_a_job_that_is_created_and_locked_in_one_transaction_is_written_once_and_is_whole(tmp_path: Path) -> None:
    clock = ManualClock(MONDAY)
    engine = deployed(tmp_path / "engine.db", clock)
    engine.jobs.lock(["work"], worker="w")  # from now on the memory knows that there is none

    lock = engine._core.post(DEFAULT_TENANT, taking(3), is_late=True)
    for rank in (1, 5):
        engine._core.post(DEFAULT_TENANT, starting(rank))
    jobs = lock.result()
    engine.drain()
    again = EmbeddedEngine.open(tmp_path / "engine.db", EngineOptions(clock=clock))

    assert [(job.priority, job.fence, job.attempt) for job in jobs] == [(5, 1, 1), (1, 1, 1)]
    for job in jobs:
        assert again.jobs.get(job.job_id).worker == "w"
        again.jobs.complete(job.job_id, 1, {})
        assert again.instances.check_replay(job.instance_key) == 2
    again.drain()


def test_a_new_job_is_locked_though_more_has_to_be_read_in_the_same_transaction() -> None:
    clock = ManualClock(MONDAY)
    engine = deployed(None, clock)
    for _ in range(3):
        engine.instances.start(RANKED, {"rank": Decimal(1)})
    engine.jobs.lock(["work"], worker="w", max_jobs=1)  # it has read no further

    lock = engine._core.post(DEFAULT_TENANT, taking(9), is_late=True)
    engine._core.post(DEFAULT_TENANT, starting(7))
    jobs = lock.result()

    assert [job.priority for job in jobs] == [7, 1, 1]
    assert engine.jobs.lock(["work"], worker="w", max_jobs=9) == ()
    engine.drain()


def test_a_job_of_a_start_that_was_taken_back_is_not_handed_out() -> None:
    engine = deployed(None, ManualClock(MONDAY))
    engine.instances.start(RANKED, {"rank": Decimal(1)})
    engine.jobs.lock(["work"], worker="w", max_jobs=2)

    def start_and_fail(unit: Unit) -> None:
        starting(1)(unit)
        raise ValueError("after the start")

    with pytest.raises(ValueError, match="after the start"):
        engine._core.submit(DEFAULT_TENANT, start_and_fail)

    assert engine._core.submit(DEFAULT_TENANT, taking(2)) == ()
    engine.drain()


def test_a_lock_that_was_taken_back_leaves_the_job_to_the_next_one() -> None:
    engine = deployed(None, ManualClock(MONDAY))
    engine.instances.start(RANKED, {"rank": Decimal(1)})

    def lock_and_fail(unit: Unit) -> None:
        taking(1)(unit)
        raise ValueError("after the lock")

    with pytest.raises(ValueError, match="after the lock"):
        engine._core.submit(DEFAULT_TENANT, lock_and_fail)
    (job,) = engine.jobs.lock(["work"], worker="w")

    assert (job.fence, job.attempt) == (1, 1)
    engine.drain()


def starting(rank: int) -> Callable[[Unit], None]:
    def work(unit: Unit) -> None:
        definition = unit.core.catalogue.startable(unit.session, unit.tenant_id, RANKED, None)
        start_instance(unit, definition, InstanceStarted(occurred_at=unit.now, variables={"rank": Decimal(rank)}))

    return work


def taking(many: int) -> Callable[[Unit], tuple[LockedJob, ...]]:
    def work(unit: Unit) -> tuple[LockedJob, ...]:
        until = unit.now + timedelta(seconds=30)
        return lock_jobs(unit, LockOrder(job_types=["work"], worker="w", max_jobs=many, until=until))

    return work
