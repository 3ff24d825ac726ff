# SPDX-License-Identifier: Apache-2.0
"""Incidents lie together by cause; batches do one thing to many, each for itself, and survive a crash."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from taktloom.hosts.embedded import CountingIds, EmbeddedEngine, EngineOptions, InlineWriter, ManualClock
from taktloom.hosts.embedded.advancing.causes import without_particulars
from taktloom.hosts.embedded.advancing.operator_actions import Order, ReasonMissingError
from taktloom.hosts.embedded.operations.batches import (
    BatchParameters,
    BatchStateError,
    EmptyBatchError,
    UnknownBatchError,
)
from taktloom.kernel.events import TokenAction, TokenChange
from taktloom.model.errors import InvalidCursorError, MisuseError
from taktloom.model.identifiers import BatchId, ElementId, InstanceKey, ProcessId
from taktloom.model.interventions import (
    BatchItemState,
    BatchKind,
    BatchState,
    MigrationRequest,
    RestartRequest,
    Selection,
)
from taktloom.model.operations import InstanceQuery
from tests.hosts.embedded.conftest import MONDAY
from tests.hosts.embedded.test_migration import deploy, version, work

Deploy = Callable[..., None]
ORDERS, DIVIDE = ProcessId("orders"), ProcessId("divide")
ORDER = Order(actor="ada", reason="the server runs again")
NOTHING = BatchParameters()
FAULTS = (
    "Connection to 10.0.7.{n} refused",
    "Order {n} is not known to https://erp.example/orders/{n}",
    "Customer 'Smith {n}' has no address",
    "Time-out after {n} ms",
    "Unexpected answer: status 5{n:02}",
)


def fail_all(engine: EmbeddedEngine, job_type: str) -> None:
    """Every open job of the type fails for good, with one of five faults that differ in their particulars."""
    for number, job in enumerate(engine.jobs.lock([job_type], worker="w", max_jobs=1000)):
        fault = FAULTS[number % len(FAULTS)].format(n=number)
        engine.jobs.fail(job.job_id, job.fence, fault, retries=0)


def start(engine: EmbeddedEngine, count: int) -> list[InstanceKey]:
    return [engine.instances.start(ORDERS, {}, version=1).instance_key for _ in range(count)]


def test_ended_instances_start_again_as_a_batch_each_with_its_own_last_variables(engine: EmbeddedEngine) -> None:
    deploy(engine, version("pick", "pack"))
    keys = [engine.instances.start(ORDERS, {"n": Decimal(number)}).instance_key for number in range(3)]
    for key in keys:
        engine.instances.set_variables(key, {"box": str(key)})
        engine.instances.cancel(key, reason="the scales were broken", actor="ada")
    parameters = BatchParameters(variables={"again": True}, restart=RestartRequest(has_last_variables=True))

    ended = Selection(query=InstanceQuery(status="cancelled"))
    batch = engine.batches.create(BatchKind.RESTART, ended, parameters, ORDER)
    engine.batches.run_due()

    assert engine.batches.get(batch.batch_id).done == 3
    running = engine.instances.search(InstanceQuery(status="active")).items
    found = [{v.name: v.value for v in engine.instances.detail(one.instance_key).variables} for one in running]
    assert {one["n"] for one in found} == {Decimal(number) for number in range(3)}
    assert {one["box"] for one in found} == set(map(str, keys))
    assert [one["again"] for one in found] == [True] * 3


def test_three_hundred_faults_of_five_kinds_are_five_groups_and_a_retry_of_all_finishes_all() -> None:
    engine = EmbeddedEngine.open(None, EngineOptions(clock=ManualClock(MONDAY), ids=CountingIds()))
    deploy(engine, version("pick"))
    keys = start(engine, 300)
    fail_all(engine, "pick")

    groups = engine.incident_groups.search()

    assert (groups.total, [group.incidents for group in groups.items]) == (5, [60] * 5)
    assert {(group.live, round(group.share, 2)) for group in groups.items} == {(300, 0.2)}
    for group in groups.items:
        engine.batches.create(BatchKind.RETRY, Selection(signature=group.signature), NOTHING, ORDER)
    assert engine.batches.run_due() == 300
    work(engine, "pick")
    work(engine, "pick")
    work(engine, "pick")
    assert sum(engine.instances.summary(key).status == "completed" for key in keys) == 300
    assert engine.incident_groups.search().total == 0
    engine.drain()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Order 17 failed", "Order 18 failed"),
        ("Row 'a b' is bad", 'Row "c" is bad'),
        ("at 2026-03-02T09:00:00Z", "at 2025-01-01T10:11:12Z"),
        ("id 3f2504e0-4f89-11d3-9a0c-0305e82c3301", "id 6fa459ea-ee8a-3ca4-894e-db77e160355e"),
        ("GET https://a.example/x failed", "GET https://b.example/y?z=1 failed"),
    ],
)
def test_what_differs_from_case_to_case_does_not_tell_causes_apart(one: str, other: str) -> None:
    assert without_particulars(one) == without_particulars(other)


def test_other_words_are_another_cause() -> None:
    assert without_particulars("No address") != without_particulars("No telephone")


class Died(Exception):
    """An engine's process ends."""


def test_a_target_that_another_engine_was_faster_with_is_not_operated_on_again(tmp_path: Path) -> None:
    path, clock = tmp_path / "engine.db", ManualClock(MONDAY)
    groups: list[str] = []

    class DyingWriter(InlineWriter):
        def _run_queued(self) -> None:
            if groups:
                groups.append("of the faster one")
                if len(groups) == 3:
                    raise Died
            super()._run_queued()

    faster = EmbeddedEngine.open(path, EngineOptions(clock=clock, writer=DyingWriter))

    class SlowWriter(InlineWriter):
        def _run_queued(self) -> None:
            if not groups:
                groups.append("of the slower one")
                with pytest.raises(Died):
                    faster.batches.run_due()
            super()._run_queued()

    deploy(faster, version("pick"))
    keys = start(faster, 21)  # one more than an engine has under way at once
    selection, parameters = Selection(keys=tuple(keys)), BatchParameters(variables={"seen": Decimal(1)})
    batch = faster.batches.create(BatchKind.SET_VARIABLES, selection, parameters, ORDER)

    slower = EmbeddedEngine.open(path, EngineOptions(clock=clock, writer=SlowWriter))
    looked_at = slower.batches.run_due()

    assert looked_at == 21
    assert [slower.instances.check_replay(key) for key in keys] == [2] * 21
    assert (slower.batches.get(batch.batch_id).done, slower.batches.get(batch.batch_id).state) == (21, BatchState.DONE)
    slower.drain()


def test_a_refused_target_tells_why_and_stops_no_other(engine: EmbeddedEngine) -> None:
    deploy(engine, version("pick", "weigh"), version("pick"))
    keys = start(engine, 3)
    job = next(job for job in engine.jobs.lock(["pick"], worker="w", max_jobs=9) if job.instance_key == keys[1])
    engine.jobs.complete(job.job_id, job.fence, {})
    migration = MigrationRequest(process_id=ORDERS, source_version=1, target_version=2)
    selection = Selection(query=InstanceQuery(process_id=ORDERS, version=1, status="active"))

    assert engine.batches.preview(BatchKind.MIGRATE, selection) == tuple(keys)
    made = engine.batches.create(BatchKind.MIGRATE, selection, BatchParameters(migration=migration), ORDER)
    engine.batches.run_due()

    batch = engine.batches.get(made.batch_id)
    assert (batch.state, batch.done, batch.failed) == (BatchState.DONE, 2, 1)
    (failed,) = engine.batches.items(made.batch_id, state=BatchItemState.FAILED).items
    assert (failed.target, failed.error_code) == (keys[1], "TL-2332")
    assert "weigh" in (failed.message or "")
    assert [engine.instances.summary(key).version for key in keys] == [2, 1, 2]
    recorded = engine.operator_actions.search(batch_id=made.batch_id).items
    assert [one.action for one in recorded].count("migrate-instance") == 2
    work(engine, "weigh")
    engine.batches.retry(made.batch_id, ORDER)
    engine.batches.run_due()
    assert engine.batches.get(made.batch_id).state is BatchState.DONE


def test_a_batch_goes_on_after_a_crash_where_it_was(tmp_path: Path) -> None:
    path, options = tmp_path / "engine.db", EngineOptions(clock=ManualClock(MONDAY), ids=CountingIds())
    engine = EmbeddedEngine.open(path, options)
    deploy(engine, version("pick"))
    keys = start(engine, 3)
    selection = Selection(keys=tuple(keys))
    made = engine.batches.create(
        BatchKind.SET_VARIABLES, selection, BatchParameters(variables={"n": Decimal(1)}), ORDER
    )
    engine.drain()

    again = EmbeddedEngine.open(path, options)
    assert again.batches.get(made.batch_id).done == 0
    again.batches.run_due()

    assert again.batches.get(made.batch_id).done == 3
    assert [one.value for one in again.instances.detail(keys[0]).variables] == [1]
    again.drain()


def test_a_paused_batch_begins_nothing_and_a_cancelled_one_skips_the_rest(engine: EmbeddedEngine) -> None:
    deploy(engine, version("pick"))
    keys = start(engine, 2)
    made = engine.batches.create(BatchKind.CANCEL, Selection(keys=tuple(keys)), NOTHING, ORDER)
    engine.batches.pause(made.batch_id, ORDER)

    assert engine.batches.run_due() == 0
    with pytest.raises(BatchStateError):
        engine.batches.pause(made.batch_id, ORDER)
    engine.batches.resume(made.batch_id, ORDER)
    engine.batches.cancel(made.batch_id, ORDER)

    assert engine.batches.run_due() == 0
    states = {one.state for one in engine.batches.items(made.batch_id).items}
    assert states == {BatchItemState.SKIPPED}
    assert [engine.instances.summary(key).status for key in keys] == ["active", "active"]


@pytest.mark.parametrize(
    ("kind", "status"),
    [(BatchKind.CANCEL, "cancelled"), (BatchKind.MODIFY, "completed"), (BatchKind.SUSPEND, "active")],
)
def test_each_kind_does_its_operation(engine: EmbeddedEngine, kind: BatchKind, status: str) -> None:
    deploy(engine, version("pick"))
    keys = start(engine, 2)
    changes = (TokenChange(action=TokenAction.COMPLETE, element_id=ElementId("pick")),)

    engine.batches.create(kind, Selection(keys=tuple(keys)), BatchParameters(changes=changes), ORDER)
    engine.batches.run_due()

    assert [engine.instances.summary(key).status for key in keys] == [status] * 2
    assert [engine.instances.summary(key).is_suspended for key in keys] == [kind is BatchKind.SUSPEND] * 2


def test_incidents_can_be_skipped_with_results(engine: EmbeddedEngine) -> None:
    deploy(engine, version("pick", "pack"))
    keys = start(engine, 2)
    fail_all(engine, "pick")

    parameters = BatchParameters(variables={"picked": True})
    engine.batches.create(BatchKind.SKIP, Selection(process_id=ORDERS), parameters, ORDER)
    engine.batches.run_due()

    assert engine.incidents.search().total == 0
    assert [one.value for one in engine.instances.detail(keys[0]).variables] == [True]
    work(engine, "pack")
    assert engine.instances.summary(keys[1]).status == "completed"


def test_a_batch_of_nothing_without_reason_or_of_the_wrong_kind_is_refused(engine: EmbeddedEngine) -> None:
    deploy(engine, version("pick"))
    (key,) = start(engine, 1)
    one = Selection(keys=(key,))

    with pytest.raises(EmptyBatchError):
        engine.batches.create(BatchKind.RETRY, Selection(signature="0"), NOTHING, ORDER)
    with pytest.raises(ReasonMissingError):
        engine.batches.create(BatchKind.CANCEL, one, NOTHING, Order(actor="ada"))
    with pytest.raises(MisuseError, match="two versions"):
        engine.batches.create(BatchKind.MIGRATE, one, NOTHING, ORDER)
    with pytest.raises(MisuseError, match="No instances"):
        engine.batches.create(BatchKind.CANCEL, Selection(), NOTHING, ORDER)
    with pytest.raises(UnknownBatchError):
        engine.batches.get(BatchId("404"))
    assert engine.batches.search().items == ()


def test_pages_of_groups_go_on_behind_the_last_one_whatever_was_resolved_meanwhile(engine: EmbeddedEngine) -> None:
    deploy(engine, version("pick"))
    for number in range(6):  # of the kinds 0 to 5 as many incidents as the number is large
        for _ in range(number + 1):
            engine.instances.start(ORDERS, {})
            (job,) = engine.jobs.lock(["pick"], worker="w", max_jobs=1, lock_for=timedelta(seconds=30))
            engine.jobs.fail(job.job_id, job.fence, message=f"cause {'abcdef'[number]}", retries=0)

    first = engine.incident_groups.search(limit=2)
    engine.batches.create(BatchKind.SKIP, Selection(signature=first.items[0].signature), NOTHING, ORDER)
    engine.batches.run_due()
    second = engine.incident_groups.search(limit=2, cursor=first.next_cursor)
    third = engine.incident_groups.search(limit=2, cursor=second.next_cursor)

    pages = [[group.message for group in page.items] for page in (first, second, third)]
    assert pages == [["cause f", "cause e"], ["cause d", "cause c"], ["cause b", "cause a"]]
    assert (second.total, third.next_cursor) == (5, None)
    with pytest.raises(InvalidCursorError):
        engine.incident_groups.search(cursor="2")
