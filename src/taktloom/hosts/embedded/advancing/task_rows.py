# SPDX-License-Identifier: Apache-2.0
"""The rows of a user task: opened and ended by the kernel's commands, changed by people."""

import json
from collections.abc import Mapping

from taktloom.hosts.embedded.advancing.calendars import reckon
from taktloom.hosts.embedded.advancing.task_places import NEVER, places_of, write_places
from taktloom.hosts.embedded.core.live import LiveInstance
from taktloom.hosts.embedded.core.unit import Unit
from taktloom.kernel.commands import OpenUserTask
from taktloom.model.errors import ConflictError, NotFoundError
from taktloom.model.identifiers import TenantId, UserTaskId
from taktloom.model.places import Place
from taktloom.storage import Row, Session, to_micros, to_micros_or_none


class UnknownUserTaskError(NotFoundError):
    """No user task has that id."""

    code = "TL-2540"


class UserTaskStateError(ConflictError):
    """The task is over, somebody else has it, or it is delegated."""

    code = "TL-2541"


def open_task(unit: Unit, instance: LiveInstance, command: OpenUserTask, variables_sealed: bytes) -> None:
    """Write a new task; dates by a business calendar are reckoned now and are facts from then on."""
    definition, now = instance.definition, to_micros(unit.now)
    due_at = command.due_at if command.due_by is None else reckon(unit, command.due_by)
    follow_up_at = command.follow_up_at if command.follow_up_by is None else reckon(unit, command.follow_up_by)
    unit.session.defer(
        "insert_user_task",
        command.user_task_id,
        tenant_id=unit.tenant_id,
        user_task_id=command.user_task_id,
        instance_key=instance.instance_key,
        definition_key=definition.definition_key,
        process_id=definition.process_id,
        process_name=definition.name,
        version=definition.version,
        element_id=command.element_id,
        name=command.name,
        business_key=instance.business_key,
        subject_key=instance.subject_key,
        assignee=command.assignee,
        candidate_groups=json.dumps(list(dict.fromkeys(command.candidate_groups)), ensure_ascii=False),
        candidate_users=json.dumps(list(dict.fromkeys(command.candidate_users)), ensure_ascii=False),
        form_id=command.form_id,
        now=now,
        taken_at=None if command.assignee is None else now,
        due_at=to_micros_or_none(due_at),
        follow_up_at=to_micros_or_none(follow_up_at),
        priority=command.priority,
        variables_sealed=variables_sealed,
    )
    for group in command.candidate_groups:
        unit.session.defer(
            "insert_user_task_group", tenant_id=unit.tenant_id, group_name=group, user_task_id=command.user_task_id
        )
    for place in places_of(definition.process_id, command.assignee, command.candidate_groups, command.candidate_users):
        unit.session.defer(
            "insert_user_task_place",
            command.user_task_id,
            tenant_id=unit.tenant_id,
            user_task_id=command.user_task_id,
            place=place,
            process_id=definition.process_id,
            created_at=now,
            due_at=NEVER if due_at is None else to_micros(due_at),
            urgency=100 - command.priority,
            follow_up_at=0 if follow_up_at is None else to_micros(follow_up_at),
        )


def end_task(unit: Unit, user_task_id: UserTaskId, state: str) -> None:
    """The task is completed or cancelled: out of the inboxes."""
    name = {"tenant_id": unit.tenant_id, "user_task_id": user_task_id}
    unit.session.defer("end_user_task", user_task_id, **name, state=state, now=to_micros(unit.now))
    unit.session.defer("delete_user_task_places", user_task_id, **name)


def assign_task(
    unit: Unit, row: Row, assignee: str | None, *, owner: str | None = None, delegation: str | None = None
) -> Row:
    """Give an open task to somebody or to nobody."""
    task_id = UserTaskId(row.text("user_task_id"))
    unit.session.run(
        "assign_user_task",
        tenant_id=unit.tenant_id,
        user_task_id=task_id,
        assignee=assignee,
        taken_at=None if assignee is None else to_micros(unit.now),
        owner=owner,
        delegation=delegation,
    )
    changed = task_row(unit.session, unit.tenant_id, task_id)
    write_places(unit, changed)
    return changed


def note_event(
    unit: Unit, user_task_id: UserTaskId, kind: str, actor: str | None, detail: Mapping[str, str | None] | None = None
) -> None:
    """Write who did what; *detail* holds names, dates and numbers, never values of the case."""
    unit.session.run(
        "insert_user_task_event",
        tenant_id=unit.tenant_id,
        user_task_id=user_task_id,
        kind=kind,
        now=to_micros(unit.now),
        actor=actor,
        detail=json.dumps(dict(detail or {}), ensure_ascii=False, sort_keys=True),
    )


def task_row(session: Session, tenant_id: TenantId, user_task_id: UserTaskId) -> Row:
    """The task; raises UnknownUserTaskError."""
    row = session.first("user_task_by_id", tenant_id=tenant_id, user_task_id=user_task_id)
    if row is None:
        raise UnknownUserTaskError(
            f"There is no user task {user_task_id}.",
            Place(element_id=user_task_id),
            "Look at the inbox again.",
            {"user_task_id": user_task_id},
        )
    return row


def open_task_row(unit: Unit, user_task_id: UserTaskId) -> Row:
    """The task, which must be open; raises UserTaskStateError."""
    row = task_row(unit.session, unit.tenant_id, user_task_id)
    state = row.text("state")
    if state != "open":
        raise UserTaskStateError(
            f"User task {user_task_id} is {state}.",
            Place(element_id=user_task_id),
            "Look at the inbox again: somebody was quicker, or the case went another way.",
            {"user_task_id": user_task_id, "state": state},
        )
    return row


def taken(user_task_id: UserTaskId, holder: str) -> UserTaskStateError:
    """Somebody else has it."""
    return UserTaskStateError(
        f"User task {user_task_id} belongs to {holder}.",
        Place(element_id=user_task_id),
        "Ask them to give it back, or have it assigned to you.",
        {"user_task_id": user_task_id, "assignee": holder},
    )
