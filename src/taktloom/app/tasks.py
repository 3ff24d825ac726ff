# SPDX-License-Identifier: Apache-2.0
"""User tasks."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from taktloom.app.context import Context, use_case
from taktloom.app.unwired import not_wired
from taktloom.assure.permissions import Permission
from taktloom.model.operations import Page, UserTaskView


class TaskListView(StrEnum):
    """mine: assigned to the caller; group: unassigned, offered to the caller; all: everybody's."""

    MINE = "mine"
    GROUP = "group"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskListRequest:
    """Which user tasks."""

    view: TaskListView = TaskListView.MINE
    process_id: str | None = None
    instance_key: str | None = None
    search: str | None = None
    state: str | None = "open"
    cursor: str | None = None
    limit: int = 50


@use_case(Permission.TASK_WORK)
def list_tasks(context: Context, *, request: TaskListRequest) -> Page[UserTaskView]:
    """List."""
    not_wired()


@use_case(Permission.TASK_WORK)
def show_task(context: Context, *, user_task_id: str) -> object:
    """Show."""
    not_wired()


@use_case(Permission.TASK_WORK)
def claim_task(context: Context, *, user_task_id: str) -> UserTaskView:
    """Claim."""
    not_wired()


@use_case(Permission.TASK_WORK)
def unclaim_task(context: Context, *, user_task_id: str) -> UserTaskView:
    """Unclaim."""
    not_wired()


@use_case(Permission.TASK_VIEW_ALL)
def assign_task(context: Context, *, user_task_id: str, assignee: str) -> UserTaskView:
    """Assign."""
    not_wired()


@use_case(Permission.TASK_WORK)
def complete_task(context: Context, *, user_task_id: str, variables: Mapping[str, object]) -> None:
    """Complete."""
    not_wired()
