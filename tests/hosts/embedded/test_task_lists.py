# SPDX-License-Identifier: Apache-2.0
"""Lists of user tasks against a plain look at every task, and what people do with tasks."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from taktloom.feel.values import FeelValue
from taktloom.hosts.embedded import CountingIds, EmbeddedEngine, EngineLimits, EngineOptions, ManualClock, TaskPlan
from taktloom.hosts.embedded.advancing.task_places import TaskCursorError
from taktloom.hosts.embedded.advancing.task_rows import UserTaskStateError
from taktloom.hosts.embedded.work.task_notes import AttachmentRefusedError, EmptyCommentError, UnknownAttachmentError
from taktloom.hosts.embedded.work.user_tasks import TaskPlanRefusedError
from taktloom.model.errors import LimitExceededError, TaktloomError
from taktloom.model.identifiers import ProcessId, UserTaskId
from taktloom.model.operations import TaskOrder, UserTaskQuery, UserTaskView
from taktloom.storage import load_queries, open_connection
from tests.hosts.embedded.conftest import MONDAY

MODEL = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="x"><process id="{name}" isExecutable="true">
  <startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="t"/><userTask id="t" name="Check {name}">
  <extensionElements><zeebe:assignmentDefinition assignee="=who" candidateGroups="=groups" candidateUsers="=users"/>
  <zeebe:taskSchedule dueDate="=due"/><zeebe:priorityDefinition priority="=urgency"/></extensionElements></userTask>
  <sequenceFlow id="g" sourceRef="t" targetRef="e"/><endEvent id="e"/></process></definitions>"""
GROUPS, USERS = ("clerks", "boss", "legal"), ("ada", "bea")


@pytest.fixture(scope="module")
def filled() -> Iterator[tuple[EmbeddedEngine, list[UserTaskView]]]:
    """An engine with sixty tasks of every kind, and what each of them is."""
    clock = ManualClock(MONDAY)
    engine = EmbeddedEngine.open(None, EngineOptions(clock=clock, ids=CountingIds(), limits=EngineLimits()))
    names = ("permit", "refund")
    engine.deployments.deploy({f"{name}.bpmn": MODEL.format(name=name).encode() for name in names})
    for number in range(60):
        groups = [group for at, group in enumerate(GROUPS) if number >> at & 1]
        variables: dict[str, FeelValue] = {
            "who": USERS[number % 2] if number % 5 == 0 else None,
            "groups": list[FeelValue](groups),
            "users": [USERS[number % 2]] if number % 7 == 0 else [],
            "due": None if number % 3 == 0 else (MONDAY + timedelta(hours=number * 7 % 50)).isoformat(),
            "urgency": str(number * 11 % 100),
        }
        engine.instances.start(ProcessId(names[number % 2]), variables, business_key=f"K-{number % 10}")
        clock.advance(timedelta(minutes=number % 2))
    tasks = [task for key in range(10) for task in everything(engine, UserTaskQuery(business_key=f"K-{key}"))]
    yield engine, tasks
    engine.drain()


def everything(engine: EmbeddedEngine, query: UserTaskQuery, limit: int = 7) -> list[UserTaskView]:
    """All pages."""
    found: list[UserTaskView] = []
    cursor = None
    while True:
        page = engine.user_tasks.search(replace(query, cursor=cursor, limit=limit))
        found.extend(page.items)
        cursor = page.next_cursor
        if cursor is None:
            return found


queries = st.fixed_dictionaries(
    {},
    optional={
        "assignee": st.sampled_from(USERS),
        "is_unassigned": st.booleans(),
        "process_id": st.sampled_from([ProcessId("permit"), ProcessId("refund")]),
        "candidate_group": st.sampled_from(GROUPS),
        "candidate_user": st.sampled_from(USERS),
        "due_before": st.integers(0, 60).map(lambda hours: MONDAY + timedelta(hours=hours)),
        "due_after": st.integers(0, 60).map(lambda hours: MONDAY + timedelta(hours=hours)),
        "priority_at_least": st.integers(0, 100),
        "search": st.sampled_from(["permit", "K-3", "CHECK", "nothing"]),
        "business_key": st.sampled_from(["K-1", "K-2"]),
    },
)
people = st.none() | st.tuples(st.sampled_from(USERS), st.sets(st.sampled_from(GROUPS)).map(tuple))


def is_wanted(task: UserTaskView, query: UserTaskQuery) -> bool:
    """The specification of a query, said plainly."""
    if query.visible_to is not None:
        groups, users = set(task.candidate_groups), set(task.candidate_users)
        is_offered = groups & set(query.visible_to_groups or ()) or query.visible_to in users or not (groups or users)
        if task.assignee != query.visible_to and not (task.assignee is None and is_offered):
            return False
    wanted = query.search or ""
    is_due_before = task.due_at is not None and (query.due_before is None or task.due_at < query.due_before)
    return (
        (query.assignee is None or task.assignee == query.assignee)
        and (query.is_unassigned is None or (task.assignee is None) == query.is_unassigned)
        and (query.process_id is None or task.process_id == query.process_id)
        and (query.candidate_group is None or query.candidate_group in task.candidate_groups)
        and (query.candidate_user is None or query.candidate_user in task.candidate_users)
        and (query.business_key is None or task.business_key == query.business_key)
        and (query.due_before is None or is_due_before)
        and (query.due_after is None or (task.due_at is not None and task.due_at >= query.due_after))
        and (query.priority_at_least is None or task.priority >= query.priority_at_least)
        and (wanted.lower() in task.name.lower() or wanted.lower() in (task.business_key or "").lower())
    )


def rank(task: UserTaskView, order: TaskOrder) -> tuple[float, ...]:
    created = task.created_at.timestamp()
    due = float("inf") if task.due_at is None else task.due_at.timestamp()
    return {
        TaskOrder.OLDEST: (created, float(task.user_task_id)),
        TaskOrder.NEWEST: (-created, -float(task.user_task_id)),
        TaskOrder.DUE: (due, float(task.user_task_id)),
        TaskOrder.PRIORITY: (-task.priority, created, float(task.user_task_id)),
    }[order]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(queries, people, st.sampled_from(TaskOrder), st.integers(1, 30))
def test_a_list_holds_what_a_look_at_every_task_finds_in_the_order_asked_for(
    filled: tuple[EmbeddedEngine, list[UserTaskView]],
    given_query: dict[str, object],
    person: tuple[str, tuple[str, ...]] | None,
    order: TaskOrder,
    limit: int,
) -> None:
    engine, tasks = filled
    who = {} if person is None else {"visible_to": person[0], "visible_to_groups": person[1]}
    query = UserTaskQuery(**given_query, **who, order=order)  # type: ignore[arg-type]

    found = everything(engine, query, limit)

    expected = [task for task in tasks if is_wanted(task, query)]
    is_by_id = query.business_key is not None
    expected.sort(key=lambda task: (int(task.user_task_id),) if is_by_id else rank(task, order))
    assert [task.user_task_id for task in found] == [task.user_task_id for task in expected]


def test_totals_and_counts_say_how_much_there_is(filled: tuple[EmbeddedEngine, list[UserTaskView]]) -> None:
    engine, tasks = filled
    everyones = engine.user_tasks.search(UserTaskQuery(limit=5))
    counts = engine.user_tasks.counts("ada", ["clerks"])

    offered = [
        task
        for task in tasks
        if task.assignee is None
        and ("clerks" in task.candidate_groups or "ada" in task.candidate_users
             or not (task.candidate_groups or task.candidate_users))
    ]  # fmt: skip
    assert everyones.total == 60
    assert counts.mine == sum(task.assignee == "ada" for task in tasks)
    assert counts.offered == len(offered)
    assert counts.late == sum(
        task.assignee == "ada" and task.due_at is not None and task.due_at <= MONDAY + timedelta(minutes=30)
        for task in tasks
    )


@pytest.mark.parametrize("cursor", ["!", "eyJ", "WzEsMiwzLDRd", "WyJkdWUiLCAxLCAwLCAiMSJd"])
def test_a_cursor_of_something_else_is_refused(filled: tuple[EmbeddedEngine, list[UserTaskView]], cursor: str) -> None:
    with pytest.raises(TaskCursorError):
        filled[0].user_tasks.search(UserTaskQuery(cursor=cursor))
    with pytest.raises(TaskCursorError):
        filled[0].user_tasks.search(UserTaskQuery(cursor="x", state=None))


LISTS = (
    "place_oldest",
    "place_newest",
    "place_due",
    "place_priority",
    "count_place",
    "ids_of_place",
    "user_tasks_of_business_key_after",
    "user_tasks_of_instance_after",
    "user_tasks_by_ids",
    "ended_user_tasks_of_assignee_after",
)


@pytest.mark.parametrize("name", LISTS)
def test_no_list_looks_through_a_table_or_sorts(name: str, tmp_path: Path) -> None:
    EmbeddedEngine.open(tmp_path / "engine.db").drain()
    connection = open_connection(tmp_path / "engine.db")
    text = load_queries("taktloom.hosts.embedded", "sql")[name]
    names = re.findall(r":([a-z_]+)", text)

    plan = [str(row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {text}", dict.fromkeys(names, "[]"))]

    connection.close()
    assert any("SEARCH user_task" in line for line in plan)
    assert not [line for line in plan if "SCAN user_task" in line or "TEMP B-TREE FOR ORDER" in line]


@pytest.fixture
def task(engine: EmbeddedEngine) -> UserTaskView:
    """A task offered to clerks."""
    engine.deployments.deploy({"permit.bpmn": MODEL.format(name="permit").encode()})
    return start(engine)


def start(engine: EmbeddedEngine) -> UserTaskView:
    variables: dict[str, FeelValue] = {"who": None, "groups": ["clerks"], "users": [], "due": None, "urgency": "50"}
    key = engine.instances.start(ProcessId("permit"), variables).instance_key
    return engine.user_tasks.search(UserTaskQuery(instance_key=key)).items[0]


def offered(engine: EmbeddedEngine, group: str) -> list[UserTaskId]:
    query = UserTaskQuery(is_unassigned=True, visible_to="zoe", visible_to_groups=(group,))
    return [one.user_task_id for one in engine.user_tasks.search(query).items]


def test_a_claimed_task_leaves_its_group_and_comes_back_when_given_back(
    engine: EmbeddedEngine, task: UserTaskView
) -> None:
    assert offered(engine, "clerks") == [task.user_task_id]
    engine.user_tasks.claim(task.user_task_id, user="bea")
    assert offered(engine, "clerks") == []

    engine.user_tasks.unclaim(task.user_task_id, actor="bea")

    assert offered(engine, "clerks") == [task.user_task_id]
    assert engine.user_tasks.search(UserTaskQuery(assignee="bea")).items == ()


def test_a_delegated_task_comes_back_and_only_then_can_be_completed(engine: EmbeddedEngine, task: UserTaskView) -> None:
    engine.user_tasks.claim(task.user_task_id, user="ada")
    delegated = engine.user_tasks.delegate(task.user_task_id, to="bea", actor="ada")
    with pytest.raises(UserTaskStateError):
        engine.user_tasks.complete(task.user_task_id, {}, user="bea")

    resolved = engine.user_tasks.resolve(task.user_task_id, actor="bea")
    done = engine.user_tasks.complete(task.user_task_id, {}, user="ada")

    assert (delegated.assignee, delegated.owner, delegated.delegation) == ("bea", "ada", "pending")
    assert (resolved.assignee, resolved.delegation) == ("ada", "resolved")
    assert done.state == "completed"
    history = engine.task_notes.history(task.user_task_id)
    assert [(one.kind, one.actor) for one in history] == [
        ("opened", None), ("claimed", "ada"), ("delegated", "ada"), ("resolved", "bea"), ("completed", "ada"),
    ]  # fmt: skip
    assert history[2].detail == {"from": "ada", "to": "bea"}


def test_delegating_what_nobody_has_and_resolving_what_is_not_delegated_are_refused(
    engine: EmbeddedEngine, task: UserTaskView
) -> None:
    with pytest.raises(UserTaskStateError):
        engine.user_tasks.delegate(task.user_task_id, to="bea")
    with pytest.raises(UserTaskStateError):
        engine.user_tasks.resolve(task.user_task_id)

    assert engine.user_tasks.view(task.user_task_id) == task


def test_a_plan_moves_the_task_in_the_lists(engine: EmbeddedEngine, task: UserTaskView) -> None:
    other = start(engine)
    due = datetime(2026, 3, 5, tzinfo=UTC)

    engine.user_tasks.plan(other.user_task_id, TaskPlan(due_at=due, follow_up_at=None, priority=90), actor="ada")

    for order in (TaskOrder.DUE, TaskOrder.PRIORITY):
        first, _ = engine.user_tasks.search(UserTaskQuery(order=order)).items
        assert (first.user_task_id, first.due_at, first.priority) == (other.user_task_id, due, 90)
    with pytest.raises(TaskPlanRefusedError):
        engine.user_tasks.plan(task.user_task_id, TaskPlan(due_at=None, follow_up_at=None, priority=101))


def test_of_several_tasks_each_is_claimed_by_itself(engine: EmbeddedEngine, task: UserTaskView) -> None:
    other = start(engine)
    engine.user_tasks.claim(task.user_task_id, user="bea")

    taken, missing, mine = engine.user_tasks.claim_many(
        [task.user_task_id, UserTaskId("9"), other.user_task_id], user="ada"
    )

    assert isinstance(taken, UserTaskStateError)
    assert isinstance(missing, TaktloomError)
    assert isinstance(mine, UserTaskView)
    assert mine.assignee == "ada"
    with pytest.raises(LimitExceededError):
        engine.user_tasks.assign_many([UserTaskId(str(number)) for number in range(101)], assignee="ada")


def test_comments_are_kept_in_order(engine: EmbeddedEngine, task: UserTaskView) -> None:
    engine.task_notes.comment(task.user_task_id, "Ask for the plan.", author="ada")
    engine.task_notes.comment(task.user_task_id, "已收到。", author="bea")

    comments = engine.task_notes.comments(task.user_task_id)

    assert [(one.number, one.author, one.text) for one in comments] == [
        (1, "ada", "Ask for the plan."),
        (2, "bea", "已收到。"),
    ]
    with pytest.raises(EmptyCommentError):
        engine.task_notes.comment(task.user_task_id, "  ", author="ada")
    with pytest.raises(LimitExceededError):
        engine.task_notes.comment(task.user_task_id, "x" * 10_001, author="ada")


def test_a_file_is_kept_and_given_back_as_it_was(engine: EmbeddedEngine, task: UserTaskView) -> None:
    content = b"%PDF-1.7 plan"
    added = engine.task_notes.attach(task.user_task_id, "Bauplan Süd.pdf", content, by="ada")

    found, bytes_again = engine.task_notes.attachment(task.user_task_id, added.number)

    assert (found, bytes_again) == (added, content)
    assert (found.name, found.media_type, found.size_bytes) == ("Bauplan Süd.pdf", "application/pdf", len(content))
    engine.task_notes.detach(task.user_task_id, added.number, by="ada")
    with pytest.raises(UnknownAttachmentError):
        engine.task_notes.attachment(task.user_task_id, added.number)
    assert [one.kind for one in engine.task_notes.history(task.user_task_id)] == ["opened", "attached", "detached"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<script>"),
        ("image.svg", b"<svg/>"),
        ("plan.pdf", b"MZ\x90"),
        ("plan", b"x"),
        ("../plan.pdf", b"%PDF-"),
        ('a".pdf', b"%PDF-"),
        ("a\r\nb.txt", b"x"),
        ("empty.txt", b""),
        (f"{'x' * 200}.txt", b"x"),
    ],
)
def test_files_of_other_kinds_or_names_are_refused(
    engine: EmbeddedEngine, task: UserTaskView, name: str, content: bytes
) -> None:
    with pytest.raises(AttachmentRefusedError):
        engine.task_notes.attach(task.user_task_id, name, content, by="ada")

    assert engine.task_notes.attachments(task.user_task_id) == ()


def test_an_ended_task_takes_no_more_files_but_comments(engine: EmbeddedEngine, task: UserTaskView) -> None:
    engine.user_tasks.complete(task.user_task_id, {}, user="ada")

    with pytest.raises(UserTaskStateError):
        engine.task_notes.attach(task.user_task_id, "late.txt", b"x", by="ada")
    assert engine.task_notes.comment(task.user_task_id, "Done by phone.", author="ada").number == 1
