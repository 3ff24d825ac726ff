# SPDX-License-Identifier: Apache-2.0
"""User tasks are found by those who may do them, and belong to one person at a time."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from taktloom.hosts.embedded import EmbeddedEngine
from taktloom.hosts.embedded.advancing.task_rows import UnknownUserTaskError, UserTaskStateError
from taktloom.model.identifiers import ProcessId, UserTaskId
from taktloom.model.operations import UserTaskQuery, UserTaskView

PERMIT = ProcessId("permit")
Deploy = Callable[..., None]
FORM = b'{"id": "decision", "type": "default", "components": []}'


@pytest.fixture
def task(engine: EmbeddedEngine, deploy: Deploy) -> UserTaskView:
    """An open task of the group `clerks`."""
    deploy("register_and_decide")
    return open_task(engine)


def open_task(engine: EmbeddedEngine) -> UserTaskView:
    key = engine.instances.start(PERMIT, {"amount": Decimal(7)}, business_key="2026-1").instance_key
    (job,) = engine.jobs.lock(["register-case"], worker="w1")
    engine.jobs.complete(job.job_id, job.fence, {})
    return engine.user_tasks.search(UserTaskQuery(instance_key=key)).items[0]


def test_a_claimed_task_cannot_be_claimed_or_completed_by_another(engine: EmbeddedEngine, task: UserTaskView) -> None:
    claimed = engine.user_tasks.claim(task.user_task_id, user="bea")

    again = engine.user_tasks.claim(task.user_task_id, user="bea")
    with pytest.raises(UserTaskStateError) as claim_refused:
        engine.user_tasks.claim(task.user_task_id, user="cid")
    with pytest.raises(UserTaskStateError):
        engine.user_tasks.complete(task.user_task_id, {}, user="cid")

    assert claimed.assignee == again.assignee == "bea"
    assert claim_refused.value.parameters["assignee"] == "bea"


def test_a_task_given_back_can_be_claimed_by_another(engine: EmbeddedEngine, task: UserTaskView) -> None:
    engine.user_tasks.claim(task.user_task_id, user="bea")

    returned = engine.user_tasks.unclaim(task.user_task_id)
    claimed = engine.user_tasks.claim(task.user_task_id, user="cid")

    assert returned.assignee is None
    assert claimed.assignee == "cid"


def test_a_task_can_be_assigned_over_its_holder(engine: EmbeddedEngine, task: UserTaskView) -> None:
    engine.user_tasks.claim(task.user_task_id, user="bea")

    assert engine.user_tasks.assign(task.user_task_id, assignee="dan").assignee == "dan"


def test_a_completed_task_cannot_be_completed_again(engine: EmbeddedEngine, task: UserTaskView) -> None:
    done = engine.user_tasks.complete(task.user_task_id, {"ok": True}, user="bea")

    with pytest.raises(UserTaskStateError) as refused:
        engine.user_tasks.complete(task.user_task_id, {"ok": False}, user="bea")

    assert (done.state, done.assignee) == ("completed", "bea")
    assert refused.value.parameters["state"] == "completed"
    assert engine.instances.detail(task.instance_key).journal_size == 3


def test_a_task_of_a_cancelled_instance_is_closed(engine: EmbeddedEngine, task: UserTaskView) -> None:
    engine.instances.cancel(task.instance_key)

    with pytest.raises(UserTaskStateError):
        engine.user_tasks.claim(task.user_task_id, user="bea")

    assert engine.user_tasks.search(UserTaskQuery()).items == ()


def test_an_unknown_task_is_named(engine: EmbeddedEngine) -> None:
    with pytest.raises(UnknownUserTaskError):
        engine.user_tasks.detail(UserTaskId("404"))


def test_the_detail_has_the_deployed_form_and_the_variables(engine: EmbeddedEngine, task: UserTaskView) -> None:
    without_form = engine.user_tasks.detail(task.user_task_id)

    engine.deployments.deploy({"decision.form": FORM})
    with_form = engine.user_tasks.detail(task.user_task_id)

    assert without_form.form_schema is None
    assert with_form.form_schema == FORM.decode()
    assert with_form.variables == {"amount": Decimal(7)}


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        (UserTaskQuery(), True),
        (UserTaskQuery(visible_to="bea", visible_to_groups=("clerks", "heads")), True),
        (UserTaskQuery(visible_to="bea", visible_to_groups=("heads",)), False),
        (UserTaskQuery(visible_to="bea"), False),
        (UserTaskQuery(is_unassigned=True), True),
        (UserTaskQuery(is_unassigned=False), False),
        (UserTaskQuery(assignee="bea"), False),
        (UserTaskQuery(search="2026"), True),
        (UserTaskQuery(search="deCIDe"), True),
        (UserTaskQuery(search="invoice"), False),
        (UserTaskQuery(process_id=ProcessId("other")), False),
        (UserTaskQuery(state="completed"), False),
    ],
)
def test_a_query_finds_what_it_names(
    engine: EmbeddedEngine, task: UserTaskView, query: UserTaskQuery, is_found: bool
) -> None:
    page = engine.user_tasks.search(query)

    assert [row.user_task_id for row in page.items] == ([task.user_task_id] if is_found else [])
    assert page.total == int(is_found)


def test_the_holder_sees_a_task_whatever_its_groups(engine: EmbeddedEngine, task: UserTaskView) -> None:
    engine.user_tasks.assign(task.user_task_id, assignee="eve")

    seen = engine.user_tasks.search(UserTaskQuery(visible_to="eve", visible_to_groups=()))

    assert len(seen.items) == 1


def test_pages_follow_one_another_without_gap_or_repetition(engine: EmbeddedEngine, task: UserTaskView) -> None:
    expected = [task.user_task_id] + [open_task(engine).user_task_id for _ in range(4)]

    first = engine.user_tasks.search(UserTaskQuery(limit=2))
    second = engine.user_tasks.search(UserTaskQuery(limit=2, cursor=first.next_cursor))
    third = engine.user_tasks.search(UserTaskQuery(limit=2, cursor=second.next_cursor))

    found = [row.user_task_id for page in (first, second, third) for row in page.items]
    assert found == expected
    assert third.next_cursor is None
    assert first.total == 5
