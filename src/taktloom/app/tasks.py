# SPDX-License-Identifier: Apache-2.0
"""User tasks: the inbox and what one does in it.

A person may see and work on user tasks that are theirs, or that nobody has and that are offered to one of their groups
(a role counts as a group) or to everybody. `task.view_all` lifts the limit.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from taktloom.app.context import Context, Principal, PrincipalKind, require, use_case
from taktloom.assure.permissions import Permission
from taktloom.feel.values import FeelValue
from taktloom.model.errors import LimitExceededError, NotFoundError, PermissionDeniedError, TaktloomError
from taktloom.model.identifiers import InstanceKey, ProcessId, UserTaskId
from taktloom.model.operations import Page, TaskCounts, TaskOrder, UserTaskQuery, UserTaskView

MOST_IN_BULK = 500


class TaskListView(StrEnum):
    """mine: assigned to the caller; group: unassigned, offered to the caller; all: everybody's."""

    MINE = "mine"
    GROUP = "group"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilters:
    """What narrows a list further; None: not at all. assignee, group: only with task.view_all in the view of all."""

    assignee: str | None = None
    group: str | None = None
    business_key: str | None = None
    due_before: datetime | None = None
    due_after: datetime | None = None
    follow_up_before: datetime | None = None
    priority_at_least: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskListRequest:
    """Which user tasks; state None: any."""

    view: TaskListView = TaskListView.MINE
    process_id: str | None = None
    instance_key: str | None = None
    search: str | None = None
    state: str | None = "open"
    cursor: str | None = None
    limit: int = 50
    order: TaskOrder = TaskOrder.OLDEST
    filters: TaskFilters = field(default_factory=TaskFilters)


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkOutcome:
    """What came of one of several tasks: the task, or the error."""

    user_task_id: str
    task: UserTaskView | None
    error: TaktloomError | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDetail:
    """A user task with its form, read."""

    task: UserTaskView
    form_schema: Mapping[str, object] | None
    variables: Mapping[str, object]
    form_id: str | None
    form_version: int | None


@use_case(Permission.TASK_WORK)
def list_tasks(context: Context, *, request: TaskListRequest) -> Page[UserTaskView]:
    """User tasks in the order asked for."""
    principal = context.principal
    sees_all = Permission.TASK_VIEW_ALL in principal.permissions
    if request.view is TaskListView.ALL and not sees_all:
        raise PermissionDeniedError(
            f"{principal.name} lacks the permission {Permission.TASK_VIEW_ALL}.",
            remedy="Look at your own tasks, or at those of your groups.",
            parameters={"permission": Permission.TASK_VIEW_ALL.value},
        )
    return context.rooms.engine.user_tasks.search(_query(principal, request))


def _query(principal: Principal, request: TaskListRequest) -> UserTaskQuery:
    """A view fixes whose tasks are looked at; the filters only narrow it."""
    filters, view = request.filters, request.view
    is_group, is_all = view is TaskListView.GROUP, view is TaskListView.ALL
    query = UserTaskQuery(
        process_id=None if request.process_id is None else ProcessId(request.process_id),
        instance_key=None if request.instance_key is None else InstanceKey(request.instance_key),
        state=request.state,
        search=request.search,
        cursor=request.cursor,
        limit=request.limit,
        order=request.order,
        business_key=filters.business_key,
        candidate_group=filters.group,
        due_before=filters.due_before,
        due_after=filters.due_after,
        follow_up_before=filters.follow_up_before,
        priority_at_least=filters.priority_at_least,
    )
    if is_all:
        return replace(query, assignee=filters.assignee, is_unassigned=True if filters.group else None)
    if is_group:
        return replace(query, is_unassigned=True, visible_to=principal.name, visible_to_groups=principal.groups)
    return replace(query, assignee=principal.name)


@use_case(Permission.TASK_WORK)
def count_tasks(context: Context) -> TaskCounts:
    """How many tasks the caller has, may take, and is late with."""
    principal = context.principal
    return context.rooms.engine.user_tasks.counts(principal.name, principal.groups)


@use_case(Permission.TASK_WORK)
def show_task(context: Context, *, user_task_id: str) -> TaskDetail:
    """One user task with form and variables."""
    detail = context.rooms.engine.user_tasks.detail(UserTaskId(user_task_id))
    _require_visible(context, detail.task)
    return TaskDetail(
        task=detail.task,
        form_schema=None if detail.form_schema is None else json.loads(detail.form_schema),
        variables=detail.variables,
        form_id=detail.form_id,
        form_version=detail.form_version,
    )


@use_case(Permission.TASK_WORK)
def claim_task(context: Context, *, user_task_id: str) -> UserTaskView:
    """Take an unassigned task."""
    task = visible_task(context, user_task_id)
    return context.rooms.engine.user_tasks.claim(task.user_task_id, user=context.principal.name)


@use_case(Permission.TASK_WORK)
def claim_tasks(context: Context, *, user_task_ids: Sequence[str]) -> tuple[BulkOutcome, ...]:
    """Take several unassigned tasks; each succeeds or fails by itself."""
    _require_few(user_task_ids)
    tasks: list[UserTaskId] = []
    refused: dict[str, TaktloomError] = {}
    for one in dict.fromkeys(user_task_ids):
        try:
            tasks.append(visible_task(context, one).user_task_id)
        except TaktloomError as error:
            refused[one] = error
    outcomes = context.rooms.engine.user_tasks.claim_many(tasks, user=context.principal.name)
    return _bulk(user_task_ids, dict(zip(tasks, outcomes, strict=True)), refused)


@use_case(Permission.TASK_VIEW_ALL)
def assign_tasks(context: Context, *, user_task_ids: Sequence[str], assignee: str) -> tuple[BulkOutcome, ...]:
    """Assign several tasks to an enabled user; each succeeds or fails by itself."""
    _require_few(user_task_ids)
    user, tasks = _enabled_user(context, assignee), [UserTaskId(one) for one in dict.fromkeys(user_task_ids)]
    outcomes = context.rooms.engine.user_tasks.assign_many(tasks, assignee=user, actor=context.principal.name)
    context.audit("assign-tasks", f"{len(tasks)} user tasks", reason=user)
    return _bulk(user_task_ids, dict(zip(tasks, outcomes, strict=True)), {})


@use_case(Permission.TASK_WORK)
def unclaim_task(context: Context, *, user_task_id: str) -> UserTaskView:
    """Give one's own task back; with task.view_all anybody's."""
    task = visible_task(context, user_task_id)
    return context.rooms.engine.user_tasks.unclaim(task.user_task_id, actor=context.principal.name)


@use_case(Permission.TASK_VIEW_ALL)
def assign_task(context: Context, *, user_task_id: str, assignee: str) -> UserTaskView:
    """Assign to an enabled user. Raises NotFoundError for another name."""
    user = _enabled_user(context, assignee)
    task = context.rooms.engine.user_tasks.assign(UserTaskId(user_task_id), assignee=user, actor=context.principal.name)
    context.audit("assign-task", f"user task {user_task_id}", reason=user)
    return task


@use_case(Permission.TASK_WORK)
def delegate_task(context: Context, *, user_task_id: str, to: str) -> UserTaskView:
    """Let somebody else do part of one's own task; with task.view_all of anybody's."""
    task = own_task(context, user_task_id)
    user = _enabled_user(context, to)
    return context.rooms.engine.user_tasks.delegate(task.user_task_id, to=user, actor=context.principal.name)


@use_case(Permission.TASK_WORK)
def resolve_task(context: Context, *, user_task_id: str) -> UserTaskView:
    """Give a task that was delegated to the caller back to who delegated it."""
    task = own_task(context, user_task_id)
    return context.rooms.engine.user_tasks.resolve(task.user_task_id, actor=context.principal.name)


@use_case(Permission.TASK_VIEW_ALL)
def plan_task(
    context: Context,
    *,
    user_task_id: str,
    due_at: datetime | None,
    follow_up_at: datetime | None,
    priority: int,
) -> UserTaskView:
    """Set due date, follow-up date and priority of an open task."""
    from taktloom.hosts.embedded import TaskPlan

    plan = TaskPlan(due_at=due_at, follow_up_at=follow_up_at, priority=priority)
    task = context.rooms.engine.user_tasks.plan(UserTaskId(user_task_id), plan, actor=context.principal.name)
    context.audit("plan-task", f"user task {user_task_id}", reason="")
    return task


@use_case(Permission.TASK_WORK)
def complete_task(context: Context, *, user_task_id: str, variables: Mapping[str, FeelValue]) -> UserTaskView:
    """Complete with the form's values. The local operator may complete what somebody else has claimed."""
    task = visible_task(context, user_task_id)
    is_for_other = context.principal.kind is PrincipalKind.LOCAL and task.assignee is not None
    user = None if is_for_other else context.principal.name
    return context.rooms.engine.user_tasks.complete(task.user_task_id, variables, user=user)


def visible_task(context: Context, user_task_id: str) -> UserTaskView:
    """The task, which the caller must be allowed to see. Raises PermissionDeniedError."""
    task = context.rooms.engine.user_tasks.view(UserTaskId(user_task_id))
    _require_visible(context, task)
    return task


def own_task(context: Context, user_task_id: str) -> UserTaskView:
    """The task, which the caller must have, or be allowed everybody's. Raises PermissionDeniedError."""
    task = visible_task(context, user_task_id)
    if task.assignee != context.principal.name:
        require(context.principal, Permission.TASK_VIEW_ALL)
    return task


def _require_visible(context: Context, task: UserTaskView) -> None:
    principal = context.principal
    if Permission.TASK_VIEW_ALL in principal.permissions or principal.name in {task.assignee, task.owner}:
        return
    is_offered = (
        principal.name in task.candidate_users
        or bool(set(task.candidate_groups) & set(principal.groups))
        or not (task.candidate_groups or task.candidate_users)
    )
    if task.assignee is None and is_offered:
        return
    raise PermissionDeniedError(
        "This user task belongs to somebody else or is offered to other groups.",
        remedy="Ask for it to be assigned to you.",
        parameters={"permission": Permission.TASK_VIEW_ALL.value},
    )


def _enabled_user(context: Context, name: str) -> str:
    user = context.rooms.identity.find_user(name)
    if user is None or user.is_disabled:
        raise NotFoundError(f"There is no user {name}.", remedy="Name an enabled user.", parameters={"id": name})
    return user.username


def _require_few(user_task_ids: Sequence[str]) -> None:
    if len(user_task_ids) > MOST_IN_BULK:
        raise LimitExceededError(
            f"{len(user_task_ids)} tasks are named; at most {MOST_IN_BULK} are taken at once.",
            remedy="Name fewer tasks.",
            parameters={"limit": "tasks", "given": str(len(user_task_ids)), "allowed": str(MOST_IN_BULK)},
        )


def _bulk(
    asked: Sequence[str],
    outcomes: Mapping[UserTaskId, UserTaskView | TaktloomError],
    refused: Mapping[str, TaktloomError],
) -> tuple[BulkOutcome, ...]:
    found = []
    for one in dict.fromkeys(asked):
        outcome = refused.get(one) or outcomes[UserTaskId(one)]
        error = outcome if isinstance(outcome, TaktloomError) else None
        task = None if isinstance(outcome, TaktloomError) else outcome
        found.append(BulkOutcome(user_task_id=one, task=task, error=error))
    return tuple(found)
