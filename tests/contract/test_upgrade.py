# SPDX-License-Identifier: Apache-2.0
"""A database that an earlier version made, with work of every kind open, is upgraded and all of it goes on."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import apsw
import pytest

from taktloom.hosts.embedded import EmbeddedEngine, EngineOptions, ManualClock, Message
from taktloom.model.identifiers import InstanceKey, JobId, ProcessId
from taktloom.model.operations import InstanceQuery

STORED = sorted((Path(__file__).parents[1] / "journals").glob("engine_schema_*.sql"))
MADE_AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NUMBER = 1_772_442_000_000_000
ENDED, AT_TASK, LOCKED, FAILED_ONCE, AT_TIMER, AT_MESSAGE, AT_INCIDENT = (
    InstanceKey(str(NUMBER + number)) for number in range(7)
)


@pytest.fixture
def clock() -> ManualClock:
    """Three minutes after the database was left: the lock of five minutes still holds."""
    return ManualClock(MADE_AT + timedelta(minutes=3))


@pytest.fixture(params=STORED, ids=[path.stem for path in STORED])
def engine(request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock) -> Iterator[EmbeddedEngine]:
    """This version's engine on the earlier database."""
    path = tmp_path / "engine.db"
    connection = apsw.Connection(str(path))
    connection.execute(request.param.read_text(encoding="utf-8"))
    connection.close()
    opened = EmbeddedEngine.open(path, EngineOptions(clock=clock))
    yield opened
    opened.drain()


def status(engine: EmbeddedEngine, key: InstanceKey) -> str:
    return engine.instances.detail(key).summary.status


def test_there_is_a_database_of_more_than_one_schema() -> None:
    assert len(STORED) >= 2


def test_every_instance_is_there_and_its_journal_replays(engine: EmbeddedEngine) -> None:
    found = {one.instance_key for one in engine.instances.search(InstanceQuery(limit=100)).items}

    assert found == {ENDED, AT_TASK, LOCKED, FAILED_ONCE, AT_TIMER, AT_MESSAGE, AT_INCIDENT}
    for key in found:
        assert engine.instances.check_replay(key) == engine.instances.detail(key).journal_size > 0
    assert status(engine, ENDED) == "completed"


def test_open_tasks_and_jobs_are_completed(engine: EmbeddedEngine, clock: ManualClock) -> None:
    (locked,) = engine.instances.detail(LOCKED).jobs
    engine.jobs.complete(JobId(locked.job_id), 1, {"file": "A-3"})  # under the lock that was given before
    clock.advance(timedelta(hours=1))
    (retried,) = engine.jobs.lock(["register-case"], worker="new", max_jobs=10, lock_for=timedelta(minutes=1))
    engine.jobs.complete(retried.job_id, retried.fence, {"file": "A-4"})
    for key in (AT_TASK, LOCKED, FAILED_ONCE):
        (task,) = engine.instances.detail(key).user_tasks
        engine.user_tasks.complete(task.user_task_id, {"decision": "yes"}, user="ann")

    assert retried.attempt == 2
    assert [status(engine, key) for key in (AT_TASK, LOCKED, FAILED_ONCE)] == ["completed"] * 3


def test_timers_messages_and_incidents_go_on(engine: EmbeddedEngine, clock: ManualClock) -> None:
    engine.messages.correlate(Message(name="payment", correlation_key="I-1", variables={}))
    clock.advance(timedelta(hours=1))
    engine.timers.fire_due()
    (incident,) = engine.instances.detail(AT_INCIDENT).incidents
    engine.incidents.resolve(incident.incident_id, variables={"amount": Decimal(150)})

    assert status(engine, AT_MESSAGE) == "completed"
    assert status(engine, AT_TIMER) == "completed"
    assert status(engine, AT_INCIDENT) == "completed"


def test_new_instances_start_beside_the_old_ones(engine: EmbeddedEngine) -> None:
    engine.instances.start(ProcessId("permit"), {"amount": Decimal(9)})

    assert len(engine.instances.search(InstanceQuery(limit=100)).items) == 8
