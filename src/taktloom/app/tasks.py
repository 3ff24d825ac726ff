# SPDX-License-Identifier: Apache-2.0
"""User tasks: the inbox and what one does in it.

A person may see and work on user tasks that are theirs, or that nobody has and that are offered to one of their groups
(a role counts as a group) or to everybody. `task.view_all` lifts the limit.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from taktloom.app.context import Context, PrincipalKind, use_case
from taktloom.assure.permissions import Permission
from taktloom.feel.values import FeelValue
from taktloom.model.errors import NotFoundError, PermissionDeniedError
from taktloom.model.identifiers import InstanceKey, ProcessId, UserTaskId
from taktloom.model.operations import Page, UserTaskQuery, UserTaskView


class TaskListView(StrEnum):
    """mine: assigned to the caller; group: unassigned, offered to the caller; all: everybody's."""

    MINE = "mine"
    GROUP = "group"
    ALL = "all"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDetail:
    """A user task with its form, read."""

    task: UserTaskView
    form_schema: Mapping[str, object] | None
    variables: Mapping[str, object]


@use_case(Permission.TASK_WORK)
def list_tasks(context: Context, *, request: TaskListRequest) -> Page[UserTaskView]:
    """User tasks, oldest first."""
    principal = context.principal
    sees_all = Permission.TASK_VIEW_ALL in principal.permissions
    if request.view is TaskListView.ALL and not sees_all:
        raise PermissionDeniedError(
            f"{principal.name} lacks the permission {Permission.TASK_VIEW_ALL}.",
            remedy="Look at your own tasks, or at those of your groups.",
            parameters={"permission": Permission.TASK_VIEW_ALL.value},
        )
    is_group = request.view is TaskListView.GROUP
    query = UserTaskQuery(
        assignee=principal.name if request.view is TaskListView.MINE else None,
        is_unassigned=True if is_group else None,
        visible_to=principal.name if is_group else None,
        visible_to_groups=principal.groups if is_group else None,
        process_id=None if request.process_id is None else ProcessId(request.process_id),
        instance_key=None if request.instance_key is None else InstanceKey(request.instance_key),
        state=request.state,
        search=request.search,
        cursor=request.cursor,
        limit=request.limit,
    )
    return context.rooms.engine.user_tasks.search(query)


@use_case(Permission.TASK_WORK)
def show_task(context: Context, *, user_task_id: str) -> TaskDetail:
    """One user task with form and variables."""
    detail = context.rooms.engine.user_tasks.detail(UserTaskId(user_task_id))
    _require_visible(context, detail.task)
    return TaskDetail(
        task=detail.task,
        form_schema=None if detail.form_schema is None else json.loads(detail.form_schema),
        variables=detail.variables,
    )


@use_case(Permission.TASK_WORK)
def claim_task(context: Context, *, user_task_id: str) -> UserTaskView:
    """Take an unassigned task."""
    task = _visible(context, user_task_id)
    return context.rooms.engine.user_tasks.claim(task.user_task_id, user=context.principal.name)


@use_case(Permission.TASK_WORK)
def unclaim_task(context: Context, *, user_task_id: str) -> UserTaskView:
    """Give one's own task back; with task.view_all anybody's."""
    task = _visible(context, user_task_id)
    return context.rooms.engine.user_tasks.unclaim(task.user_task_id)


@use_case(Permission.TASK_VIEW_ALL)
def assign_task(context: Context, *, user_task_id: str, assignee: str) -> UserTaskView:
    """Assign to an enabled user. Raises NotFoundError for another name."""
    user = context.rooms.identity.find_user(assignee)
    if user is None or user.is_disabled:
        raise NotFoundError(
            f"There is no user {assignee}.", remedy="Name an enabled user.", parameters={"id": assignee}
        )
    task = context.rooms.engine.user_tasks.assign(UserTaskId(user_task_id), assignee=user.username)
    context.audit("assign-task", f"user task {user_task_id}", reason=user.username)
    return task


@use_case(Permission.TASK_WORK)
def complete_task(context: Context, *, user_task_id: str, variables: Mapping[str, FeelValue]) -> UserTaskView:
    """Complete with the form's values. The local operator may complete what somebody else has claimed."""
    task = _visible(context, user_task_id)
    is_for_other = context.principal.kind is PrincipalKind.LOCAL and task.assignee is not None
    user = None if is_for_other else context.principal.name
    return context.rooms.engine.user_tasks.complete(task.user_task_id, variables, user=user)


def _visible(context: Context, user_task_id: str) -> UserTaskView:
    task = context.rooms.engine.user_tasks.detail(UserTaskId(user_task_id)).task
    _require_visible(context, task)
    return task


def _require_visible(context: Context, task: UserTaskView) -> None:
    principal = context.principal
    if Permission.TASK_VIEW_ALL in principal.permissions or task.assignee == principal.name:
        return
    is_offered = not task.candidate_groups or bool(set(task.candidate_groups) & set(principal.groups))
    if task.assignee is None and is_offered:
        return
    raise PermissionDeniedError(
        "This user task belongs to somebody else or is offered to other groups.",
        remedy="Ask for it to be assigned to you.",
        parameters={"permission": Permission.TASK_VIEW_ALL.value},
    )
