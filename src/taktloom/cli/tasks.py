# SPDX-License-Identifier: Apache-2.0
"""`taktloom task`: what people do with user tasks beside taking and completing them; see running.py for those."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from taktloom.app import task_notes, tasks
from taktloom.app.calls import calls
from taktloom.cli.models import read_file
from taktloom.cli.opening import opened
from taktloom.cli.output import DataOption, JsonOption, cell, print_json, print_table, say
from taktloom.cli.running import TaskArgument, task_commands
from taktloom.model.errors import MisuseError
from taktloom.model.operations import UserTaskView

NumberArgument = Annotated[int, typer.Argument(help="Number, as `attachments` shows it.")]


@task_commands.command("show")
@calls(tasks.show_task)
def show_task(task_id: TaskArgument, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Show a user task with its variables and the form that it shows."""
    with opened(data) as context:
        detail = tasks.show_task(context, user_task_id=task_id)
        if as_json:
            print_json(detail)
            return
        task = detail.task
        form = (
            "" if detail.form_id is None else f"{detail.form_id} version {detail.form_version or 'of the process file'}"
        )
        print_table(
            ("field", "value"),
            [
                ("name", task.name),
                ("instance", task.instance_key),
                ("state", task.state),
                ("assignee", task.assignee),
                ("due", task.due_at),
                ("follow up", task.follow_up_at),
                ("priority", task.priority),
                ("form", form),
                *((f"variable {name}", cell(value)) for name, value in sorted(detail.variables.items())),
            ],
            empty="",
        )


@task_commands.command("unclaim")
@calls(tasks.unclaim_task)
def unclaim_task(task_id: TaskArgument, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Give one's own user task back to its groups."""
    with opened(data) as context:
        _tell(tasks.unclaim_task(context, user_task_id=task_id), as_json)


@task_commands.command("delegate")
@calls(tasks.delegate_task)
def delegate_task(
    task_id: TaskArgument,
    to: Annotated[str, typer.Option("--to", help="Who does part of it.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let somebody else do part of a user task; it comes back when they resolve it."""
    with opened(data) as context:
        _tell(tasks.delegate_task(context, user_task_id=task_id, to=to), as_json)


@task_commands.command("resolve")
@calls(tasks.resolve_task)
def resolve_task(task_id: TaskArgument, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Give a delegated user task back to who delegated it."""
    with opened(data) as context:
        _tell(tasks.resolve_task(context, user_task_id=task_id), as_json)


@task_commands.command("plan")
@calls(tasks.plan_task, tasks.show_task)
def plan_task(
    task_id: TaskArgument,
    due: Annotated[str | None, typer.Option(help="When it is due: 2026-03-02T09:00:00Z, or none.")] = None,
    follow_up: Annotated[str | None, typer.Option(help="When to look at it again: as --due.")] = None,
    priority: Annotated[int | None, typer.Option(min=0, max=100, help="From 0 to 100.")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Set due date, follow-up date and priority of a user task; what is not named stays.

    Example: taktloom task plan 1700000000000000000000005 --follow-up 2026-03-02T09:00:00Z --priority 80
    """
    with opened(data) as context:
        now = tasks.show_task(context, user_task_id=task_id).task
        planned = tasks.plan_task(
            context,
            user_task_id=task_id,
            due_at=_instant(due, now.due_at),
            follow_up_at=_instant(follow_up, now.follow_up_at),
            priority=now.priority if priority is None else priority,
        )
        _tell(planned, as_json)


@task_commands.command("comment")
@calls(task_notes.add_comment)
def add_comment(
    task_id: TaskArgument,
    text: Annotated[str, typer.Argument(help="What to say.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a comment to a user task."""
    with opened(data) as context:
        comment = task_notes.add_comment(context, user_task_id=task_id, text=text)
        print_json(comment) if as_json else say(f"Comment {comment.number} is written.")


@task_commands.command("comments")
@calls(task_notes.list_comments)
def list_comments(task_id: TaskArgument, data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the comments of a user task, oldest first."""
    with opened(data) as context:
        found = task_notes.list_comments(context, user_task_id=task_id)
        if as_json:
            print_json(found)
            return
        rows = [(one.number, one.author, cell(one.written_at), one.text) for one in found]
        print_table(("number", "who", "when", "text"), rows, empty="No comments.")


@task_commands.command("attach")
@calls(task_notes.add_attachment)
def add_attachment(
    task_id: TaskArgument,
    file: Annotated[Path, typer.Argument(help="The file.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Attach a file to a user task."""
    with opened(data) as context:
        attached = task_notes.add_attachment(context, user_task_id=task_id, name=file.name, content=read_file(file))
        print_json(attached) if as_json else say(f"Attachment {attached.number}: {attached.name}")


@task_commands.command("attachments")
@calls(task_notes.list_attachments)
def list_attachments(task_id: TaskArgument, data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the files at a user task."""
    with opened(data) as context:
        found = task_notes.list_attachments(context, user_task_id=task_id)
        if as_json:
            print_json(found)
            return
        rows = [(one.number, one.name, one.size_bytes, one.added_by, cell(one.added_at)) for one in found]
        print_table(("number", "name", "bytes", "who", "when"), rows, empty="No attachments.")


@task_commands.command("fetch")
@calls(task_notes.read_attachment)
def read_attachment(
    task_id: TaskArgument,
    number: NumberArgument,
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write it.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a file at a user task to disk; an existing one is not overwritten."""
    with opened(data) as context:
        content = task_notes.read_attachment(context, user_task_id=task_id, number=number)
        try:
            with output.open("xb") as target:
                target.write(content.content)
        except OSError as error:
            raise MisuseError(
                f"{output} cannot be written: {error.strerror}.",
                remedy="Name a new file in a folder that may be written.",
                parameters={"path": str(output)},
            ) from error
        print_json({"path": str(output)}) if as_json else say(str(output))


@task_commands.command("detach")
@calls(task_notes.remove_attachment)
def remove_attachment(
    task_id: TaskArgument, number: NumberArgument, data: DataOption = None, as_json: JsonOption = False
) -> None:
    """Remove a file from a user task."""
    with opened(data) as context:
        task_notes.remove_attachment(context, user_task_id=task_id, number=number)
        if as_json:
            print_json({"user_task_id": task_id, "number": number})


@task_commands.command("history")
@calls(task_notes.show_task_history)
def show_task_history(task_id: TaskArgument, data: DataOption = None, as_json: JsonOption = False) -> None:
    """List what was done with a user task, without values."""
    with opened(data) as context:
        found = task_notes.show_task_history(context, user_task_id=task_id)
        if as_json:
            print_json(found)
            return
        print_table(
            ("when", "who", "what"), [(cell(one.occurred_at), one.actor, one.kind) for one in found], empty="Nothing."
        )


def _tell(task: UserTaskView, as_json: bool) -> None:
    print_json(task) if as_json else say(f"{task.name}: {task.assignee or '-'}")


def _instant(text: str | None, unchanged: datetime | None) -> datetime | None:
    """What an option means: not given, `none`, or an instant. Raises MisuseError."""
    if text is None:
        return unchanged
    if text == "none":
        return None
    with suppress(ValueError, OverflowError):
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    raise MisuseError(
        f"{text} is no instant with a zone.",
        remedy="Write it as 2026-03-02T09:00:00Z.",
        parameters={"value": text},
    )
