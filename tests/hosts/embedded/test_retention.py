# SPDX-License-Identifier: Apache-2.0
"""Ended instances go whole when their time is over, and stay where they must; the level of history is kept to."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from taktloom.hosts.embedded import EmbeddedEngine, ManualClock
from taktloom.hosts.embedded.advancing.operator_actions import Order, ReasonMissingError
from taktloom.hosts.embedded.core.live import UnknownInstanceError
from taktloom.hosts.embedded.operations.batches import BatchParameters
from taktloom.model.errors import MisuseError
from taktloom.model.identifiers import InstanceKey, ProcessId
from taktloom.model.interventions import BatchItemState, BatchKind, HistoryLevel, Selection
from taktloom.model.operations import InstanceQuery, UserTaskQuery

Deploy = Callable[..., None]
PERMIT = ProcessId("permit")
ORDER = Order(actor="ada", reason="data minimisation")


@pytest.fixture
def days_until_due(store: Path | str | None) -> int:
    """Of what ended on the 2nd of March and is kept for 30 days: on a server whole months are due."""
    return 60 if isinstance(store, str) else 30


def finish(engine: EmbeddedEngine) -> InstanceKey:
    key = engine.instances.start(PERMIT, {}).instance_key
    (job,) = engine.jobs.lock(["register-case"], worker="w")
    engine.jobs.complete(job.job_id, job.fence, {})
    (task,) = engine.user_tasks.search(UserTaskQuery()).items
    engine.user_tasks.complete(task.user_task_id, {}, user="bea")
    return key


def test_what_ended_long_enough_ago_goes_whole_and_the_record_stays(
    engine: EmbeddedEngine, deploy: Deploy, clock: ManualClock, days_until_due: int
) -> None:
    deploy("register_and_decide")
    old = finish(engine)
    running = engine.instances.start(PERMIT, {}).instance_key
    engine.retention.set_policy(PERMIT, 30, HistoryLevel.FULL, ORDER)
    clock.advance(timedelta(days=days_until_due - 1))
    assert engine.retention.run_due().instances == 0
    clock.advance(timedelta(days=1))

    (policy,) = engine.retention.policies().items
    purge = engine.retention.run_due()

    assert (policy.days, policy.ended, policy.due, policy.on_hold) == (30, 1, 1, 0)
    assert (purge.instances, purge.is_complete) == (1, True)
    with pytest.raises(UnknownInstanceError):
        engine.instances.detail(old)
    assert engine.instances.summary(running).status == "active"
    assert "retention" in {action.actor for action in engine.operator_actions.search().items}


def test_what_is_on_hold_stays_until_the_hold_ends(engine: EmbeddedEngine, deploy: Deploy, clock: ManualClock) -> None:
    deploy("register_and_decide")
    key = finish(engine)
    engine.retention.set_policy(PERMIT, 0, HistoryLevel.FULL, ORDER)
    engine.retention.hold(key, ORDER, is_kept=True)
    clock.advance(timedelta(days=31))

    assert engine.retention.run_due().instances == 0
    engine.retention.hold(key, ORDER, is_kept=False)
    assert engine.retention.run_due().instances == 1


def test_a_run_is_bounded_and_says_whether_more_is_due(
    engine: EmbeddedEngine, deploy: Deploy, clock: ManualClock
) -> None:
    deploy("register_and_decide")
    for _ in range(3):
        finish(engine)
    engine.retention.set_policy(PERMIT, 0, HistoryLevel.FULL, ORDER)
    clock.advance(timedelta(days=31))

    first = engine.retention.run_due(2)
    second = engine.retention.run_due(2)

    assert (first.instances, first.is_complete) == (2, False)
    assert (second.instances, second.is_complete) == (1, True)


def test_a_batch_deletes_ended_instances_and_refuses_running_ones(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")
    ended = finish(engine)
    running = engine.instances.start(PERMIT, {}).instance_key

    selection = Selection(keys=(ended, running))
    batch = engine.batches.create(BatchKind.DELETE_HISTORY, selection, BatchParameters(), ORDER)
    engine.batches.run_due()

    items = engine.batches.items(batch.batch_id).items
    assert [(one.state, one.error_code) for one in items] == [
        (BatchItemState.DONE, None),
        (BatchItemState.FAILED, "TL-2587"),
    ]
    assert [one.instance_key for one in engine.instances.search(InstanceQuery()).items] == [running]


@pytest.mark.parametrize(
    ("level", "rows"), [(HistoryLevel.FULL, 5), (HistoryLevel.ACTIVITY, 4), (HistoryLevel.NONE, 0)]
)
def test_the_level_of_history_counts_for_instances_that_start_from_then_on(
    engine: EmbeddedEngine, deploy: Deploy, level: HistoryLevel, rows: int
) -> None:
    deploy("register_and_decide")
    engine.retention.set_policy(PERMIT, None, level, ORDER)

    key = finish(engine)

    assert len(engine.instances.events(key)) == rows
    assert engine.instances.check_replay(key) == 3


def test_a_policy_needs_a_reason_and_days_that_can_be(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")

    with pytest.raises(ReasonMissingError):
        engine.retention.set_policy(PERMIT, 1, HistoryLevel.FULL, Order(actor="ada"))
    with pytest.raises(MisuseError, match="-1 days"):
        engine.retention.set_policy(PERMIT, -1, HistoryLevel.FULL, ORDER)
    assert engine.retention.policies().items[0].days is None
