# SPDX-License-Identifier: Apache-2.0
"""History, comments and files of user tasks.

A file is served as a download that no browser shows or runs, whatever is in it.
"""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from taktloom.app import task_notes
from taktloom.app.calls import calls
from taktloom.web.callers import Caller
from taktloom.web.routes import Route
from taktloom.web.schemas import tasks as schemas
from taktloom.web.schemas.convert import shown, shown_all

router = APIRouter(prefix="/tasks/{user_task_id}", tags=["tasks"], route_class=Route)

_BYTES = {"type": "string", "format": "binary"}


@router.get("/history")
@calls(task_notes.show_task_history)
def show_task_history(context: Caller, user_task_id: str) -> list[schemas.HistoryEntry]:
    """Who did what with the task, oldest first."""
    return shown_all(schemas.HistoryEntry, task_notes.show_task_history(context, user_task_id=user_task_id))


@router.get("/comments")
@calls(task_notes.list_comments)
def list_comments(context: Caller, user_task_id: str) -> list[schemas.Comment]:
    """Comments, oldest first."""
    return shown_all(schemas.Comment, task_notes.list_comments(context, user_task_id=user_task_id))


@router.post("/comments", status_code=201)
@calls(task_notes.add_comment)
def add_comment(context: Caller, user_task_id: str, body: schemas.CommentIn) -> schemas.Comment:
    """Comment on a task."""
    return shown(schemas.Comment, task_notes.add_comment(context, user_task_id=user_task_id, text=body.text))


@router.get("/attachments")
@calls(task_notes.list_attachments)
def list_attachments(context: Caller, user_task_id: str) -> list[schemas.Attachment]:
    """Files, oldest first."""
    return shown_all(schemas.Attachment, task_notes.list_attachments(context, user_task_id=user_task_id))


@router.post(
    "/attachments",
    status_code=201,
    openapi_extra={"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": _BYTES}}}},
)
@calls(task_notes.add_attachment)
async def add_attachment(
    context: Caller, request: Request, user_task_id: str, name: Annotated[str, Query(max_length=300)] = ""
) -> schemas.Attachment:
    """Add a file to an open task; its kind is told by the ending of its name."""
    content = await request.body()
    added = await run_in_threadpool(
        lambda: task_notes.add_attachment(context, user_task_id=user_task_id, name=name, content=content)
    )
    return shown(schemas.Attachment, added)


@router.get("/attachments/{number}", response_class=Response)
@calls(task_notes.read_attachment)
def read_attachment(context: Caller, user_task_id: str, number: int) -> Response:
    """Download a file."""
    found = task_notes.read_attachment(context, user_task_id=user_task_id, number=number)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.attachment.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
    }
    return Response(found.content, media_type=found.attachment.media_type, headers=headers)


@router.delete("/attachments/{number}", status_code=204)
@calls(task_notes.remove_attachment)
def remove_attachment(context: Caller, user_task_id: str, number: int) -> None:
    """Delete a file of one's own open task."""
    task_notes.remove_attachment(context, user_task_id=user_task_id, number=number)
