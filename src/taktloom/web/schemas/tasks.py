# SPDX-License-Identifier: Apache-2.0
"""User tasks beyond the inbox row: requests and responses."""

from pydantic import Field

from taktloom.web.schemas.running import UserTaskView
from taktloom.web.schemas.shared import In, Instant, InstantIn, Out, Problem


class TaskCounts(Out):
    """Open tasks: mine, offered to me, mine and late; null: more than are counted (1,000)."""

    mine: int | None
    offered: int | None
    late: int | None


class TaskIdsIn(In):
    user_task_ids: list[str] = Field(min_length=1, max_length=500)


class AssignTasksIn(In):
    user_task_ids: list[str] = Field(min_length=1, max_length=500)
    assignee: str = Field(min_length=1, max_length=200)


class BulkOutcome(Out):
    """The task as it is now, or the problem; never both."""

    user_task_id: str
    task: UserTaskView | None
    problem: Problem | None


class DelegateIn(In):
    to: str = Field(min_length=1, max_length=200)


class PlanIn(In):
    due_at: InstantIn | None = None
    follow_up_at: InstantIn | None = None
    priority: int = 50


class HistoryEntry(Out):
    """kind: opened, claimed, unclaimed, assigned, delegated, resolved, planned, commented, attached, detached, …"""

    kind: str
    occurred_at: Instant
    actor: str | None
    detail: dict[str, str | None]


class CommentIn(In):
    text: str = Field(max_length=10_000)


class Comment(Out):
    number: int
    author: str
    written_at: Instant
    text: str


class Attachment(Out):
    number: int
    name: str
    media_type: str
    size_bytes: int
    checksum: str
    added_by: str
    added_at: Instant
