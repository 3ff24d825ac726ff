# SPDX-License-Identifier: Apache-2.0
"""User tasks for programs that act for people: a desk that lists, claims and completes in somebody's name.

Unlike the inbox of a signed-in person, the caller names whose task it is; hence all of it needs the permission to see
everybody's tasks.
"""

from collections.abc import Mapping

from taktloom.app.context import Context, use_case
from taktloom.assure.permissions import Permission
from taktloom.feel.values import FeelValue
from taktloom.model.identifiers import UserTaskId
from taktloom.model.operations import Page, UserTaskDetail, UserTaskQuery, UserTaskView


@use_case(Permission.TASK_VIEW_ALL)
def list_all_tasks(context: Context, *, query: UserTaskQuery) -> Page[UserTaskView]:
    """User tasks, oldest first."""
    return context.rooms.engine.user_tasks.search(query)


@use_case(Permission.TASK_VIEW_ALL)
def show_any_task(context: Context, *, user_task_id: str) -> UserTaskDetail:
    """One user task with its variables."""
    return context.rooms.engine.user_tasks.detail(UserTaskId(user_task_id))


@use_case(Permission.TASK_VIEW_ALL)
def claim_for(context: Context, *, user_task_id: str, user: str) -> None:
    """Take an unassigned task for somebody. Raises UserTaskStateError when it is somebody else's."""
    context.rooms.engine.user_tasks.claim(UserTaskId(user_task_id), user=user)
    context.audit("claim-task", f"user task {user_task_id}", reason=user)


@use_case(Permission.TASK_VIEW_ALL)
def set_assignee(context: Context, *, user_task_id: str, user: str | None) -> None:
    """Assign to somebody, whoever has it now; None: to nobody."""
    tasks = context.rooms.engine.user_tasks
    if user is None:
        tasks.unclaim(UserTaskId(user_task_id))
    else:
        tasks.assign(UserTaskId(user_task_id), assignee=user)
    context.audit("assign-task", f"user task {user_task_id}", reason=user or "nobody")


@use_case(Permission.TASK_VIEW_ALL)
def delegate_for(context: Context, *, user_task_id: str, user: str) -> None:
    """Let somebody do part of a task for who has it. Raises UserTaskStateError when nobody has it."""
    context.rooms.engine.user_tasks.delegate(UserTaskId(user_task_id), to=user, actor=context.principal.name)
    context.audit("delegate-task", f"user task {user_task_id}", reason=user)


@use_case(Permission.TASK_VIEW_ALL)
def resolve_for(context: Context, *, user_task_id: str) -> None:
    """Give a delegated task back to who has delegated it. Raises UserTaskStateError when it is not delegated."""
    context.rooms.engine.user_tasks.resolve(UserTaskId(user_task_id), actor=context.principal.name)
    context.audit("resolve-task", f"user task {user_task_id}")


@use_case(Permission.TASK_VIEW_ALL)
def complete_for(context: Context, *, user_task_id: str, variables: Mapping[str, FeelValue]) -> None:
    """Complete in the name of whoever it is assigned to, else of the caller."""
    tasks = context.rooms.engine.user_tasks
    holder = tasks.detail(UserTaskId(user_task_id)).task.assignee
    tasks.complete(UserTaskId(user_task_id), variables, user=holder or context.principal.name)
    context.audit("complete-task", f"user task {user_task_id}", reason=holder or "")
