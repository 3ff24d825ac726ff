# SPDX-License-Identifier: Apache-2.0
"""User tasks: find, look at, claim, assign and complete them."""

import json
from collections.abc import Mapping

from taktloom.feel.values import FeelValue
from taktloom.hosts.embedded.advance import advance, event_time
from taktloom.hosts.embedded.changes import Topic
from taktloom.hosts.embedded.core import Core, Unit
from taktloom.hosts.embedded.deployments import form_schema
from taktloom.hosts.embedded.instances import COUNTED_UP_TO
from taktloom.hosts.embedded.limits import page_size, require_within
from taktloom.hosts.embedded.values import ValueOwner, load_values
from taktloom.hosts.embedded.views import user_task_view
from taktloom.kernel.events import UserTaskCompleted
from taktloom.model.errors import ConflictError, NotFoundError
from taktloom.model.identifiers import DefinitionKey, InstanceKey, SubjectKey, TenantId, UserTaskId
from taktloom.model.operations import Page, UserTaskDetail, UserTaskQuery, UserTaskView
from taktloom.model.places import Place
from taktloom.storage import Row, Session, to_micros


class UnknownUserTaskError(NotFoundError):
    """No user task has that id."""

    code = "TL-2540"


class UserTaskStateError(ConflictError):
    """The task is over, or somebody else has it."""

    code = "TL-2541"


class UserTasks:
    """User tasks of one tenant."""

    def __init__(self, core: Core, tenant_id: TenantId) -> None:
        self._core, self._tenant_id = core, tenant_id

    def search(self, query: UserTaskQuery) -> Page[UserTaskView]:
        """Tasks, oldest first; see UserTaskQuery for who sees what."""
        limit = page_size(query.limit, self._core.limits)
        filters = _filters(self._tenant_id, query)
        with self._core.database.reading() as session:
            rows = session.all("list_user_tasks", **filters, after=query.cursor, limit=limit + 1)
            total = session.count("count_user_tasks", **filters, limit=COUNTED_UP_TO + 1)
        items = tuple(map(user_task_view, rows[:limit]))
        cursor = items[-1].user_task_id if len(rows) > limit else None
        return Page(items=items, next_cursor=cursor, total=total if total <= COUNTED_UP_TO else None)

    def detail(self, user_task_id: UserTaskId) -> UserTaskDetail:
        """The task with its form and the variables it was opened with; raises UnknownUserTaskError."""
        with self._core.database.reading() as session:
            row = _task(session, self._tenant_id, user_task_id)
            form_id = row.text_or_none("form_id")
            key = DefinitionKey(row.text("definition_key"))
            executable = self._core.catalogue.by_key(session, self._tenant_id, key).executable
            schema = None if form_id is None else form_schema(session, self._tenant_id, executable, form_id)
        subject = row.text_or_none("subject_key")
        owner = ValueOwner(tenant_id=self._tenant_id, subject_key=None if subject is None else SubjectKey(subject))
        return UserTaskDetail(
            task=user_task_view(row),
            form_schema=schema,
            variables=load_values(self._core.codec.unseal(row.blob("variables_sealed"), owner)),
        )

    def claim(self, user_task_id: UserTaskId, *, user: str) -> UserTaskView:
        """Take an open task that nobody has; taking one's own again changes nothing. Raises UserTaskStateError."""

        def work(unit: Unit) -> UserTaskView:
            row = _open_task(unit, user_task_id)
            holder = row.text_or_none("assignee")
            if holder not in {None, user}:
                raise _taken(user_task_id, holder or "")
            return _assign(unit, user_task_id, user) if holder is None else user_task_view(row)

        return self._core.submit(self._tenant_id, work)

    def unclaim(self, user_task_id: UserTaskId) -> UserTaskView:
        """Give an open task back to its groups; raises UserTaskStateError."""

        def work(unit: Unit) -> UserTaskView:
            _open_task(unit, user_task_id)
            return _assign(unit, user_task_id, None)

        return self._core.submit(self._tenant_id, work)

    def assign(self, user_task_id: UserTaskId, *, assignee: str) -> UserTaskView:
        """Give an open task to somebody, whoever has it now; raises UserTaskStateError."""
        require_within("assignee", len(assignee), self._core.limits.text_characters)

        def work(unit: Unit) -> UserTaskView:
            _open_task(unit, user_task_id)
            return _assign(unit, user_task_id, assignee)

        return self._core.submit(self._tenant_id, work)

    def complete(
        self, user_task_id: UserTaskId, variables: Mapping[str, FeelValue], *, user: str | None = None
    ) -> UserTaskView:
        """Finish an open task; an unclaimed one becomes *user*'s by it.

        Raises UserTaskStateError when it is over or somebody else's, LimitExceededError.
        """

        def work(unit: Unit) -> UserTaskView:
            row = _open_task(unit, user_task_id)
            holder = row.text_or_none("assignee")
            if user is not None and holder not in {None, user}:
                raise _taken(user_task_id, holder or "")
            if holder is None and user is not None:
                _assign(unit, user_task_id, user)
            _end(unit, user_task_id)
            instance = unit.instance(InstanceKey(row.text("instance_key")))
            event = UserTaskCompleted(
                occurred_at=event_time(unit, instance),
                actor=user or holder,
                user_task_id=user_task_id,
                variables=variables,
            )
            advance(unit, instance, event)
            unit.note(Topic.TASKS, "completed", instance)
            return user_task_view(_task(unit.session, unit.tenant_id, user_task_id))

        return self._core.submit(self._tenant_id, work)


def _filters(tenant_id: TenantId, query: UserTaskQuery) -> dict[str, str | int | None]:
    groups = query.visible_to_groups
    if groups is None and query.visible_to is not None:
        groups = ()
    return {
        "tenant_id": tenant_id,
        "assignee": query.assignee,
        "is_unassigned": None if query.is_unassigned is None else int(query.is_unassigned),
        "visible_to": query.visible_to,
        "visible_to_groups": None if groups is None else json.dumps(list(groups), ensure_ascii=False),
        "process_id": query.process_id,
        "instance_key": query.instance_key,
        "state": query.state,
        "search": query.search or None,
    }


def _task(session: Session, tenant_id: TenantId, user_task_id: UserTaskId) -> Row:
    row = session.first("user_task_by_id", tenant_id=tenant_id, user_task_id=user_task_id)
    if row is None:
        raise UnknownUserTaskError(
            f"There is no user task {user_task_id}.",
            Place(element_id=user_task_id),
            "Look at the inbox again.",
            {"user_task_id": user_task_id},
        )
    return row


def _open_task(unit: Unit, user_task_id: UserTaskId) -> Row:
    row = _task(unit.session, unit.tenant_id, user_task_id)
    state = row.text("state")
    if state != "open":
        raise UserTaskStateError(
            f"User task {user_task_id} is {state}.",
            Place(element_id=user_task_id),
            "Look at the inbox again: somebody was quicker, or the case went another way.",
            {"user_task_id": user_task_id, "state": state},
        )
    return row


def _assign(unit: Unit, user_task_id: UserTaskId, assignee: str | None) -> UserTaskView:
    unit.session.run(
        "assign_user_task",
        tenant_id=unit.tenant_id,
        user_task_id=user_task_id,
        assignee=assignee,
        now=to_micros(unit.now),
    )
    unit.note(Topic.TASKS, "assigned")
    return user_task_view(_task(unit.session, unit.tenant_id, user_task_id))


def _end(unit: Unit, user_task_id: UserTaskId) -> None:
    unit.session.run(
        "end_user_task",
        tenant_id=unit.tenant_id,
        user_task_id=user_task_id,
        state="completed",
        now=to_micros(unit.now),
    )


def _taken(user_task_id: UserTaskId, holder: str) -> UserTaskStateError:
    return UserTaskStateError(
        f"User task {user_task_id} belongs to {holder}.",
        Place(element_id=user_task_id),
        "Ask them to give it back, or have it assigned to you.",
        {"user_task_id": user_task_id, "assignee": holder},
    )
