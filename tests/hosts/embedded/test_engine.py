# SPDX-License-Identifier: Apache-2.0
"""An instance from start to end, over every store."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from taktloom.hosts.embedded import EmbeddedEngine, EngineOptions, ManualClock
from taktloom.hosts.embedded.core.writer import EngineStoppedError
from taktloom.model.errors import InvalidCursorError
from taktloom.model.identifiers import ProcessId, TenantId
from taktloom.model.operations import InstanceQuery, UserTaskQuery
from tests.hosts.embedded.conftest import MODELS

PERMIT = ProcessId("permit")
Deploy = Callable[..., None]


def test_an_instance_goes_through_a_job_and_a_user_task_to_its_end(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")

    started = engine.instances.start(PERMIT, {"amount": Decimal("12.50")}, business_key="2026-17", actor="citizen")
    (job,) = engine.jobs.lock(["register-case"], worker="w1")
    engine.jobs.complete(job.job_id, job.fence, {"register_id": "R1"})
    (task,) = engine.user_tasks.search(UserTaskQuery()).items
    engine.user_tasks.complete(task.user_task_id, {"approved": True}, user="bea")

    detail = engine.instances.detail(started.instance_key)
    assert job.variables == {"amount": Decimal("12.50")}
    assert (task.name, task.candidate_groups, task.business_key) == ("Decide", ("clerks",), "2026-17")
    assert detail.summary.status == "completed"
    assert {view.name: view.value for view in detail.variables} == {
        "amount": Decimal("12.50"),
        "register_id": "R1",
        "approved": True,
    }
    assert [(visit.element_id, visit.state, visit.resource) for visit in detail.visits] == [
        ("register", "completed", "w1"),
        ("decide", "completed", "bea"),
        ("end", "completed", None),
    ]
    assert detail.journal_size == 3


def test_the_journal_replays_to_the_stored_state_at_every_point(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")
    key = engine.instances.start(PERMIT, {"amount": Decimal(1)}).instance_key

    at_start = engine.instances.check_replay(key)
    (job,) = engine.jobs.lock(["register-case"], worker="w1")
    engine.jobs.complete(job.job_id, job.fence, {"x": [Decimal(1), None, {"y": "z"}]})
    after_job = engine.instances.check_replay(key)
    engine.instances.cancel(key, reason="withdrawn", actor="ada")
    after_end = engine.instances.check_replay(key)

    assert (at_start, after_job, after_end) == (1, 2, 3)


def test_the_event_log_is_written_with_the_advance(engine: EmbeddedEngine, deploy: Deploy, clock: ManualClock) -> None:
    deploy("register_and_decide")
    key = engine.instances.start(PERMIT, {"amount": Decimal(5)}).instance_key
    (job,) = engine.jobs.lock(["register-case"], worker="w1")
    engine.jobs.complete(job.job_id, job.fence, {})
    (task,) = engine.user_tasks.search(UserTaskQuery()).items
    engine.user_tasks.complete(task.user_task_id, {}, user="bea")

    events = engine.instances.events(key)
    batch = engine.event_log.read(after=events[0].position)

    assert [(event.activity, event.lifecycle) for event in events] == [
        ("Register", "start"),
        ("Register", "complete"),
        ("Decide", "start"),
        ("Decide", "complete"),
        ("Decided", "complete"),
    ]
    assert events[3].attributes == {"event.amount": Decimal(5)}
    assert events[1].started_at == clock.now()
    assert batch.events == events[1:]
    assert batch.cursor == engine.event_log.newest_position()
    assert {link.object_id for link in batch.objects} == {key}


def test_what_was_acknowledged_is_there_after_reopening(tmp_path: Path, options: EngineOptions) -> None:
    path = tmp_path / "engine.db"
    first = EmbeddedEngine.open(path, options)
    first.deployments.deploy({"p.bpmn": (MODELS / "register_and_decide.bpmn").read_bytes()})
    key = first.instances.start(PERMIT, {}).instance_key
    first.drain()

    second = EmbeddedEngine.open(path, options)
    (job,) = second.jobs.lock(["register-case"], worker="w1")
    second.jobs.complete(job.job_id, job.fence, {})

    assert job.instance_key == key
    assert second.instances.check_replay(key) == 2
    second.drain()


def test_two_processes_on_one_file_see_each_others_commits(tmp_path: Path, options: EngineOptions) -> None:
    path = tmp_path / "engine.db"
    server, command = EmbeddedEngine.open(path, options), EmbeddedEngine.open(path, options)
    server.deployments.deploy({"p.bpmn": (MODELS / "register_and_decide.bpmn").read_bytes()})
    key = server.instances.start(PERMIT, {"n": Decimal(1)}).instance_key

    command.instances.set_variables(key, {"n": Decimal(2)}, actor="operator")
    (job,) = server.jobs.lock(["register-case"], worker="w1")
    server.jobs.complete(job.job_id, job.fence, {"m": Decimal(3)})
    other_key = command.instances.start(PERMIT, {}).instance_key

    variables = {view.name: view.value for view in command.instances.detail(key).variables}
    assert variables == {"n": Decimal(2), "m": Decimal(3)}
    assert command.instances.check_replay(key) == 3
    assert other_key > key
    server.drain()
    command.drain()


def test_tenants_do_not_see_each_other(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")
    engine.instances.start(PERMIT, {})
    other = engine.for_tenant(TenantId("north"))

    other.deployments.deploy({"p.bpmn": (MODELS / "register_and_decide.bpmn").read_bytes()})
    theirs = other.instances.start(PERMIT, {})

    assert [row.instance_key for row in other.instances.search(InstanceQuery()).items] == [theirs.instance_key]
    assert len(other.jobs.lock(["register-case"], worker="w", max_jobs=10)) == 1
    assert len(engine.event_log.read().events) == 1


def test_instance_keys_have_16_digits_and_grow(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")

    keys = [engine.instances.start(PERMIT, {}).instance_key for _ in range(5)]

    assert keys == sorted(set(keys))
    assert all(len(key) == 16 and key.isdecimal() for key in keys)


def test_a_drained_engine_takes_nothing_new(tmp_path: Path, options: EngineOptions) -> None:
    engine = EmbeddedEngine.open(tmp_path / "engine.db", options)
    engine.drain()

    with pytest.raises(EngineStoppedError):
        engine.instances.start(PERMIT, {})


def test_a_backup_holds_what_is_running(tmp_path: Path, options: EngineOptions) -> None:
    engine = EmbeddedEngine.open(tmp_path / "engine.db", options)
    engine.deployments.deploy({"p.bpmn": (MODELS / "register_and_decide.bpmn").read_bytes()})
    key = engine.instances.start(PERMIT, {}).instance_key

    engine.backup(tmp_path / "copy.db")
    copy = EmbeddedEngine.open(tmp_path / "copy.db", options)

    assert copy.instances.check_replay(key) == 1
    copy.drain()
    engine.drain()


def test_tenants_never_share_an_instance_key(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")
    other = engine.for_tenant(TenantId("north"))
    other.deployments.deploy({"p.bpmn": (MODELS / "register_and_decide.bpmn").read_bytes()})

    keys = [view.instances.start(PERMIT, {}).instance_key for view in (engine, other, engine, other)]

    assert keys == sorted(set(keys))


def test_pages_of_instances_and_journals_follow_one_another(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")
    keys = [engine.instances.start(PERMIT, {}).instance_key for _ in range(3)]
    for number in range(3):
        engine.instances.set_variables(keys[0], {"n": Decimal(number)})

    first = engine.instances.search(InstanceQuery(limit=2))
    second = engine.instances.search(InstanceQuery(limit=2, cursor=first.next_cursor))
    journal = engine.instances.journal(keys[0], limit=3)
    rest = engine.instances.journal(keys[0], limit=3, cursor=journal.next_cursor)

    assert [row.instance_key for row in (*first.items, *second.items)] == keys[::-1]
    assert (first.total, second.next_cursor) == (3, None)
    assert [entry.sequence for entry in (*journal.items, *rest.items)] == [1, 2, 3, 4]


def test_a_cursor_that_no_page_gave_is_refused(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")
    key = engine.instances.start(PERMIT, {}).instance_key

    with pytest.raises(InvalidCursorError):
        engine.instances.journal(key, cursor="12; DROP TABLE")
