# SPDX-License-Identifier: Apache-2.0
"""Running instances migrate to another version, each whole or not at all; the dry run says which, and why not."""

from datetime import timedelta
from itertools import pairwise

import pytest

from taktloom.hosts.embedded import EmbeddedEngine
from taktloom.hosts.embedded.advancing.operator_actions import Order
from taktloom.hosts.embedded.core.catalogue import UnknownProcessError
from taktloom.hosts.embedded.operations.migration import VersionDiffersError
from taktloom.kernel.migration import MigrationRefusedError
from taktloom.kernel.migration_plan import MigrationPlanError, Verdict
from taktloom.model.identifiers import ElementId, InstanceKey, ProcessId
from taktloom.model.interventions import MigrationRequest
from taktloom.model.operations import InstanceQuery, UserTaskQuery
from tests.hosts.embedded.test_between_instances import job, model, process

ORDERS = ProcessId("orders")
ORDER = Order(actor="ada", reason="the new version checks the address")
REQUEST = MigrationRequest(process_id=ORDERS, source_version=1, target_version=2)


def version(*elements: str) -> bytes:
    """start > the elements > end; a name with a capital is a user task."""
    body = "".join(f'<userTask id="{name}" name="{name}"/>' if name.istitle() else job(name) for name in elements)
    names = ["start", *elements, "end"]
    flows = [f"{one} {other}" for one, other in pairwise(names)]
    return model(process("orders", f'<startEvent id="start"/>{body}<endEvent id="end"/>', *flows))


def start(engine: EmbeddedEngine, *done: str) -> InstanceKey:
    """An instance that has done the jobs of these types."""
    key = engine.instances.start(ORDERS, {}, version=1).instance_key
    for job_type in done:
        work(engine, job_type)
    return key


def work(engine: EmbeddedEngine, job_type: str) -> None:
    locked = engine.jobs.lock([job_type], worker="w", max_jobs=100, lock_for=timedelta(seconds=30))
    for one in locked:
        engine.jobs.complete(one.job_id, one.fence, {})


def deploy(engine: EmbeddedEngine, *versions: bytes) -> None:
    for content in versions:
        engine.deployments.deploy({"orders.bpmn": content})


def test_an_instance_goes_on_by_the_new_version_with_its_open_work_and_its_whole_journal(
    engine: EmbeddedEngine,
) -> None:
    deploy(engine, version("pick", "pack"), version("pick", "Check", "pack"))
    key = start(engine)
    (locked,) = engine.jobs.lock(["pick"], worker="w")

    engine.migrations.migrate(key, REQUEST, ORDER)
    engine.jobs.complete(locked.job_id, locked.fence, {})

    (task,) = engine.user_tasks.search(UserTaskQuery()).items
    assert (task.element_id, task.version) == ("Check", 2)
    assert engine.instances.summary(key).version == 2
    engine.user_tasks.complete(task.user_task_id, {})
    work(engine, "pack")
    assert engine.instances.summary(key).status == "completed"
    assert engine.instances.check_replay(key) == 5
    (action,) = engine.operator_actions.search(instance_key=key).items
    assert action.details == {"source": 1, "target": 2}


def test_an_instance_that_was_never_written_before_its_migration_is_read_on_its_new_version(
    engine: EmbeddedEngine,
) -> None:
    deploy(engine, version("pick", "pack"), version("Check", "pick", "pack"))
    key = start(engine)

    engine.migrations.migrate(key, REQUEST, ORDER)
    engine._core.live.forget_all()
    work(engine, "pick")

    assert engine.instances.check_replay(key) == 3
    work(engine, "pack")
    assert engine.instances.summary(key).status == "completed"


def test_an_open_task_and_its_instance_are_shown_with_the_new_version(engine: EmbeddedEngine) -> None:
    deploy(engine, version("Check", "pack"), version("Check", "weigh", "pack"))
    key = start(engine)

    engine.migrations.migrate(key, REQUEST, ORDER)

    (task,) = engine.user_tasks.search(UserTaskQuery()).items
    assert (task.instance_key, task.element_id, task.version) == (key, "Check", 2)


def test_it_can_go_back_and_its_state_is_the_same_as_before(engine: EmbeddedEngine) -> None:
    deploy(engine, version("pick", "pack"), version("pick", "Check", "pack"))
    key = start(engine)
    before = engine.instances.detail(key)

    engine.migrations.migrate(key, REQUEST, ORDER)
    back = MigrationRequest(process_id=ORDERS, source_version=2, target_version=1)
    engine.migrations.migrate(key, back, ORDER)

    after = engine.instances.detail(key)
    assert (after.summary, after.jobs, after.variables) == (before.summary, before.jobs, before.variables)
    assert engine.instances.check_replay(key) == 3


def test_the_dry_run_says_of_every_instance_whether_it_migrates_and_why_not(engine: EmbeddedEngine) -> None:
    deploy(engine, version("pick", "weigh", "pack"), version("pick", "pack"))
    ready = [start(engine), start(engine)]
    waiting = start(engine)
    instance_jobs = engine.jobs.lock(["pick"], worker="w", max_jobs=10)
    for one in instance_jobs:
        if one.instance_key == waiting:
            engine.jobs.complete(one.job_id, one.fence, {})
    details = [engine.instances.detail(key) for key in (*ready, waiting)]

    first = engine.migrations.dry_run(REQUEST, limit=2)
    rest = engine.migrations.dry_run(REQUEST, limit=2, cursor=first.next_cursor)

    assert first.counts == {"migrates": 2, "waits": 1}
    assert first.is_complete
    assert [one.verdict for one in (*first.items, *rest.items)] == ["migrates", "migrates", "waits"]
    assert rest.items[0].obstacles == (("weigh", "It is gone in the target."),)
    assert rest.next_cursor is None
    assert [engine.instances.detail(key) for key in (*ready, waiting)] == details


def test_the_dry_run_lists_only_one_verdict_page_by_page_and_still_counts_all(engine: EmbeddedEngine) -> None:
    deploy(engine, version("pick", "weigh", "pack"), version("pick", "pack"))
    waiting = [start(engine, "pick") for _ in range(3)]
    ready = [start(engine), start(engine)]

    first = engine.migrations.dry_run(REQUEST, verdict=Verdict.WAITS, limit=2)
    rest = engine.migrations.dry_run(REQUEST, verdict=Verdict.WAITS, cursor=first.next_cursor, limit=2)
    others = engine.migrations.dry_run(REQUEST, verdict=Verdict.MIGRATES)

    assert first.counts == {"migrates": 2, "waits": 3}
    assert [one.instance_key for one in (*first.items, *rest.items)] == waiting
    assert [one.instance_key for one in others.items] == ready
    assert rest.next_cursor is others.next_cursor is None


def test_a_refused_instance_is_unchanged_and_migrates_when_it_has_gone_on(engine: EmbeddedEngine) -> None:
    deploy(engine, version("pick", "weigh", "pack"), version("pick", "pack"))
    key = start(engine, "pick")
    before = engine.instances.detail(key)

    with pytest.raises(MigrationRefusedError) as refused:
        engine.migrations.migrate(key, REQUEST, ORDER)

    assert (refused.value.place.element_id, refused.value.parameters["verdict"]) == ("weigh", "waits")
    assert engine.instances.detail(key) == before
    work(engine, "weigh")
    engine.migrations.migrate(key, REQUEST, ORDER)
    work(engine, "pack")
    assert engine.instances.summary(key).status == "completed"


def test_open_work_at_an_element_with_another_id_is_shown_there(engine: EmbeddedEngine) -> None:
    deploy(engine, version("Sign", "pack"), version("Approve", "pack"))
    key = start(engine)
    mapped = MigrationRequest(
        process_id=ORDERS,
        source_version=1,
        target_version=2,
        mapping={ElementId("Sign"): ElementId("Approve")},
    )

    engine.migrations.migrate(key, mapped, ORDER)

    (task,) = engine.user_tasks.search(UserTaskQuery()).items
    assert (task.element_id, task.instance_key) == ("Approve", key)
    engine.user_tasks.complete(task.user_task_id, {})
    assert [one.instance_key for one in engine.instances.search(InstanceQuery(element_id=ElementId("pack"))).items] == [
        key
    ]


def test_a_plan_that_cannot_be_and_an_instance_of_another_version_are_refused(engine: EmbeddedEngine) -> None:
    deploy(engine, version("pick"), version("pick", "Check"))
    other = engine.instances.start(ORDERS, {}, version=2).instance_key

    with pytest.raises(VersionDiffersError):
        engine.migrations.migrate(other, REQUEST, ORDER)
    with pytest.raises(UnknownProcessError):
        engine.migrations.plan(MigrationRequest(process_id=ORDERS, source_version=1, target_version=9))
    wrong = {ElementId("pick"): ElementId("Check")}
    with pytest.raises(MigrationPlanError):
        engine.migrations.plan(MigrationRequest(process_id=ORDERS, source_version=1, target_version=2, mapping=wrong))


def test_a_suspended_instance_migrates_and_stays_suspended(engine: EmbeddedEngine) -> None:
    deploy(engine, version("pick", "pack"), version("pick", "Check", "pack"))
    key = start(engine)
    engine.suspension.suspend(key, ORDER)

    engine.migrations.migrate(key, REQUEST, ORDER)

    assert engine.instances.summary(key).is_suspended
    engine.suspension.resume(key, ORDER)
    work(engine, "pick")
    assert engine.user_tasks.search(UserTaskQuery()).total == 1
    assert engine.instances.check_replay(key) == 5
