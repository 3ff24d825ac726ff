# SPDX-License-Identifier: Apache-2.0
"""What people leave at a user task: its history, comments and files.

Comments, names and contents of files pass the value codec as variables do. What a file is, its ending says: only kinds
in `MEDIA_TYPES` are taken, and a file whose first bytes belong to something else is refused. The media type that a
sender claims is not asked for, since whoever downloads the file would be told it.
"""

import hashlib
import json
from collections.abc import Mapping

from taktloom.feel.wire import utf8
from taktloom.hosts.embedded.advancing.task_rows import note_event, open_task_row, task_row
from taktloom.hosts.embedded.core.changes import Topic
from taktloom.hosts.embedded.core.limits import require_within
from taktloom.hosts.embedded.core.unit import Core, Unit
from taktloom.hosts.embedded.core.values import ValueOwner
from taktloom.model.errors import InputRefusedError, NotFoundError
from taktloom.model.identifiers import SubjectKey, TenantId, UserTaskId
from taktloom.model.operations import TaskAttachment, TaskComment, TaskHistoryEntry
from taktloom.model.places import Place
from taktloom.storage import Row, SqlValue, to_micros

MEDIA_TYPES: Mapping[str, str] = {
    "csv": "text/csv",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "eml": "message/rfc822",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "json": "application/json",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "pdf": "application/pdf",
    "png": "image/png",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "txt": "text/plain",
    "webp": "image/webp",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_SIGNATURES: Mapping[str, tuple[bytes, ...]] = {
    "docx": _ZIP,
    "gif": (b"GIF87a", b"GIF89a"),
    "jpeg": (b"\xff\xd8\xff",),
    "jpg": (b"\xff\xd8\xff",),
    "ods": _ZIP,
    "odt": _ZIP,
    "pdf": (b"%PDF-",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "pptx": _ZIP,
    "webp": (b"RIFF",),
    "xlsx": _ZIP,
    "zip": _ZIP,
}
_LONGEST_NAME = 200
_EVENTS_SHOWN = 1_000


class AttachmentRefusedError(InputRefusedError):
    """The file is of a kind that is not taken, or not what its name says."""

    code = "TL-2544"


class UnknownAttachmentError(NotFoundError):
    """The task has no attachment of that number."""

    code = "TL-2545"


class EmptyCommentError(InputRefusedError):
    """A comment without text."""

    code = "TL-2546"


class TaskNotes:
    """History, comments and attachments of one tenant's tasks."""

    def __init__(self, core: Core, tenant_id: TenantId) -> None:
        self._core, self._tenant_id = core, tenant_id

    def history(self, user_task_id: UserTaskId) -> tuple[TaskHistoryEntry, ...]:
        """Who did what with the task, oldest first; its opening and end are always there."""
        name = {"tenant_id": self._tenant_id, "user_task_id": user_task_id}
        with self._core.database.reading() as session:
            task = task_row(session, self._tenant_id, user_task_id)
            rows = session.all("user_task_events", **name, limit=_EVENTS_SHOWN)
        opened = TaskHistoryEntry(kind="opened", occurred_at=task.instant("created_at"), actor=None, detail={})
        entries = [opened, *map(_entry, rows)]
        if task.text("state") == "cancelled":
            ended = task.instant_or_none("ended_at") or task.instant("created_at")
            entries.append(TaskHistoryEntry(kind="cancelled", occurred_at=ended, actor=None, detail={}))
        return tuple(entries)

    def comment(self, user_task_id: UserTaskId, text: str, *, author: str) -> TaskComment:
        """Add a comment, to an ended task too. Raises EmptyCommentError, LimitExceededError."""
        require_within("comment_characters", len(text), self._core.limits.comment_characters)
        if not text.strip():
            raise EmptyCommentError("The comment is empty.", Place(element_id="text"), "Write something.")

        def work(unit: Unit) -> TaskComment:
            task = task_row(unit.session, unit.tenant_id, user_task_id)
            name = {"tenant_id": unit.tenant_id, "user_task_id": user_task_id}
            number = unit.session.count("greatest_comment", **name) + 1
            require_within("comments", number, unit.core.limits.comments)
            sealed = unit.core.codec.seal(utf8(text), _owner(unit.tenant_id, task))
            unit.session.run(
                "insert_comment", **name, number=number, author=author, now=to_micros(unit.now), text_sealed=sealed
            )
            note_event(unit, user_task_id, "commented", author, {"number": str(number)})
            unit.note(Topic.TASKS, "commented")
            return TaskComment(number=number, author=author, written_at=unit.now, text=text)

        return self._core.submit(self._tenant_id, work)

    def comments(self, user_task_id: UserTaskId) -> tuple[TaskComment, ...]:
        """All comments, oldest first."""
        with self._core.database.reading() as session:
            task = task_row(session, self._tenant_id, user_task_id)
            rows = session.all("comments", tenant_id=self._tenant_id, user_task_id=user_task_id)
        owner = _owner(self._tenant_id, task)
        return tuple(
            TaskComment(
                number=row.integer("number"),
                author=row.text("author"),
                written_at=row.instant("written_at"),
                text=self._core.codec.unseal(row.blob("text_sealed"), owner).decode(),
            )
            for row in rows
        )

    def attach(self, user_task_id: UserTaskId, name: str, content: bytes, *, by: str) -> TaskAttachment:
        """Add a file to an open task. Raises AttachmentRefusedError, LimitExceededError, UserTaskStateError."""
        require_within("attachment_bytes", len(content), self._core.limits.attachment_bytes)
        media_type = _media_type(name, content)

        def work(unit: Unit) -> TaskAttachment:
            task = open_task_row(unit, user_task_id)
            key = {"tenant_id": unit.tenant_id, "user_task_id": user_task_id}
            sums = unit.session.first("attachment_sums", **key)
            present, greatest = (sums.integer("n"), sums.integer_or_none("greatest") or 0) if sums else (0, 0)
            require_within("attachments", present + 1, unit.core.limits.attachments)
            owner, number = _owner(unit.tenant_id, task), greatest + 1
            unit.session.run(
                "insert_attachment",
                **key,
                number=number,
                name_sealed=unit.core.codec.seal(utf8(name), owner),
                media_type=media_type,
                size_bytes=len(content),
                checksum=hashlib.sha256(content).hexdigest(),
                added_by=by,
                now=to_micros(unit.now),
            )
            sealed = unit.core.codec.seal(content, owner)
            unit.session.run("insert_attachment_content", **key, number=number, content_sealed=sealed)
            note_event(unit, user_task_id, "attached", by, {"number": str(number)})
            unit.note(Topic.TASKS, "attached")
            return next(
                one for one in self._attachments(unit.session.all("attachments", **key), owner) if one.number == number
            )

        return self._core.submit(self._tenant_id, work)

    def attachments(self, user_task_id: UserTaskId) -> tuple[TaskAttachment, ...]:
        """All files of a task, oldest first."""
        with self._core.database.reading() as session:
            task = task_row(session, self._tenant_id, user_task_id)
            rows = session.all("attachments", tenant_id=self._tenant_id, user_task_id=user_task_id)
        return self._attachments(rows, _owner(self._tenant_id, task))

    def attachment(self, user_task_id: UserTaskId, number: int) -> tuple[TaskAttachment, bytes]:
        """One file with its content; raises UnknownAttachmentError."""
        key = {"tenant_id": self._tenant_id, "user_task_id": user_task_id}
        with self._core.database.reading() as session:
            task = task_row(session, self._tenant_id, user_task_id)
            rows = session.all("attachments", **key)
            content = session.first("attachment_content", **key, number=number)
        owner = _owner(self._tenant_id, task)
        found = next((one for one in self._attachments(rows, owner) if one.number == number), None)
        if found is None or content is None:
            raise _unknown(user_task_id, number)
        return found, self._core.codec.unseal(content.blob("content_sealed"), owner)

    def detach(self, user_task_id: UserTaskId, number: int, *, by: str) -> None:
        """Delete a file of an open task; the history keeps that there was one. Raises UnknownAttachmentError."""

        def work(unit: Unit) -> None:
            open_task_row(unit, user_task_id)
            key: dict[str, SqlValue] = {"tenant_id": unit.tenant_id, "user_task_id": user_task_id, "number": number}
            unit.session.run("delete_attachment_content", **key)
            if not unit.session.run("delete_attachment", **key):
                raise _unknown(user_task_id, number)
            note_event(unit, user_task_id, "detached", by, {"number": str(number)})
            unit.note(Topic.TASKS, "detached")

        self._core.submit(self._tenant_id, work)

    def _attachments(self, rows: list[Row], owner: ValueOwner) -> tuple[TaskAttachment, ...]:
        return tuple(
            TaskAttachment(
                number=row.integer("number"),
                name=self._core.codec.unseal(row.blob("name_sealed"), owner).decode(),
                media_type=row.text("media_type"),
                size_bytes=row.integer("size_bytes"),
                checksum=row.text("checksum"),
                added_by=row.text("added_by"),
                added_at=row.instant("added_at"),
            )
            for row in rows
        )


def _entry(row: Row) -> TaskHistoryEntry:
    return TaskHistoryEntry(
        kind=row.text("kind"),
        occurred_at=row.instant("occurred_at"),
        actor=row.text_or_none("actor"),
        detail=json.loads(row.text("detail")),
    )


def _owner(tenant_id: TenantId, task: Row) -> ValueOwner:
    subject = task.text_or_none("subject_key")
    return ValueOwner(tenant_id=tenant_id, subject_key=None if subject is None else SubjectKey(subject))


def _media_type(name: str, content: bytes) -> str:
    ending = name.rpartition(".")[2].lower()
    kinds = ", ".join(sorted(MEDIA_TYPES))
    if len(name) > _LONGEST_NAME or not name.strip() or any(ord(c) < 32 or c in '/\\"' for c in name):
        raise AttachmentRefusedError(
            f"A file's name has 1 to {_LONGEST_NAME} characters, none of them a slash, quote or control character.",
            Place(element_id="name"),
            "Rename the file.",
            {"limit": str(_LONGEST_NAME)},
        )
    if "." not in name or ending not in MEDIA_TYPES:
        raise AttachmentRefusedError(
            f"Files of this kind are not taken; these are: {kinds}.",
            Place(element_id="name"),
            "Convert the file, or put it into a zip file.",
            {"kinds": kinds},
        )
    if not content:
        raise AttachmentRefusedError("The file is empty.", Place(element_id="content"), "Choose another file.")
    signatures = _SIGNATURES.get(ending)
    if signatures is not None and not content.startswith(signatures):
        raise AttachmentRefusedError(
            f"The content of the file is not what its ending .{ending} says.",
            Place(element_id="content"),
            "Give the file the ending of its kind.",
            {"ending": ending},
        )
    return MEDIA_TYPES[ending]


def _unknown(user_task_id: UserTaskId, number: int) -> UnknownAttachmentError:
    return UnknownAttachmentError(
        f"User task {user_task_id} has no attachment {number}.",
        Place(element_id=user_task_id),
        "Look at the task again: it may have been removed.",
        {"user_task_id": user_task_id, "number": str(number)},
    )
