# SPDX-License-Identifier: Apache-2.0
"""What people leave at a user task: its history, comments and files. Whoever may see the task may see and add them."""

from dataclasses import dataclass

from taktloom.app.context import Context, use_case
from taktloom.app.tasks import own_task, visible_task
from taktloom.assure.permissions import Permission
from taktloom.model.operations import TaskAttachment, TaskComment, TaskHistoryEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentContent:
    """A file with what is in it."""

    attachment: TaskAttachment
    content: bytes


@use_case(Permission.TASK_WORK)
def show_task_history(context: Context, *, user_task_id: str) -> tuple[TaskHistoryEntry, ...]:
    """Who did what with the task, oldest first."""
    task = visible_task(context, user_task_id)
    return context.rooms.engine.task_notes.history(task.user_task_id)


@use_case(Permission.TASK_WORK)
def list_comments(context: Context, *, user_task_id: str) -> tuple[TaskComment, ...]:
    """Comments, oldest first."""
    task = visible_task(context, user_task_id)
    return context.rooms.engine.task_notes.comments(task.user_task_id)


@use_case(Permission.TASK_WORK)
def add_comment(context: Context, *, user_task_id: str, text: str) -> TaskComment:
    """Comment on a task."""
    task = visible_task(context, user_task_id)
    return context.rooms.engine.task_notes.comment(task.user_task_id, text, author=context.principal.name)


@use_case(Permission.TASK_WORK)
def list_attachments(context: Context, *, user_task_id: str) -> tuple[TaskAttachment, ...]:
    """Files, oldest first."""
    task = visible_task(context, user_task_id)
    return context.rooms.engine.task_notes.attachments(task.user_task_id)


@use_case(Permission.TASK_WORK)
def add_attachment(context: Context, *, user_task_id: str, name: str, content: bytes) -> TaskAttachment:
    """Add a file to an open task."""
    task = visible_task(context, user_task_id)
    return context.rooms.engine.task_notes.attach(task.user_task_id, name, content, by=context.principal.name)


@use_case(Permission.TASK_WORK)
def read_attachment(context: Context, *, user_task_id: str, number: int) -> AttachmentContent:
    """One file."""
    task = visible_task(context, user_task_id)
    attachment, content = context.rooms.engine.task_notes.attachment(task.user_task_id, number)
    return AttachmentContent(attachment=attachment, content=content)


@use_case(Permission.TASK_WORK)
def remove_attachment(context: Context, *, user_task_id: str, number: int) -> None:
    """Delete a file of one's own task; with task.view_all of anybody's."""
    task = own_task(context, user_task_id)
    context.rooms.engine.task_notes.detach(task.user_task_id, number, by=context.principal.name)
