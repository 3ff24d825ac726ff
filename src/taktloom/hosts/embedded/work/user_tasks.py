# SPDX-License-Identifier: Apache-2.0
"""User tasks: find, look at, claim, assign, delegate, plan and complete them."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime

from taktloom.feel.values import FeelValue
from taktloom.feel.wire import values_from_python
from taktloom.hosts.embedded.advancing.advance import advance, event_time
from taktloom.hosts.embedded.advancing.instances import COUNTED_UP_TO
from taktloom.hosts.embedded.advancing.task_places import (
    count_of_places,
    count_places,
    fits,
    not_a_cursor,
    offered_places,
    search_places,
    write_places,
)
from taktloom.hosts.embedded.advancing.task_rows import (
    UserTaskStateError,
    assign_task,
    end_task,
    note_event,
    open_task_row,
    taken,
    task_row,
)
from taktloom.hosts.embedded.core.changes import Topic
from taktloom.hosts.embedded.core.job_values import user_task_variables
from taktloom.hosts.embedded.core.limits import page_size, require_count, require_within
from taktloom.hosts.embedded.core.unit import Core, Unit
from taktloom.hosts.embedded.core.values import ValueOwner
from taktloom.hosts.embedded.core.views import user_task_view
from taktloom.hosts.embedded.work.form_versions import find_form, form_schema
from taktloom.hosts.embedded.work.forms import require_fits_form
from taktloom.kernel.events import UserTaskCompleted
from taktloom.model.errors import InputRefusedError, TaktloomError
from taktloom.model.identifiers import DefinitionKey, InstanceKey, SubjectKey, TenantId, UserTaskId
from taktloom.model.operations import Page, TaskCounts, UserTaskDetail, UserTaskQuery, UserTaskView
from taktloom.model.places import Place
from taktloom.storage import Row, Session, SqlValue, to_micros, to_micros_or_none

_LOOKED_AT = 5_000
_CHUNK = 500
_COUNTED = 1_000


class TaskPlanRefusedError(InputRefusedError):
    """The priority is out of its range."""

    code = "TL-2547"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPlan:
    """When a task is due, when it is to be looked at again, and how urgent it is (0 to 100)."""

    due_at: datetime | None
    follow_up_at: datetime | None
    priority: int


class UserTasks:
    """User tasks of one tenant. actor: who does it, for the task's history."""

    def __init__(self, core: Core, tenant_id: TenantId) -> None:
        self._core, self._tenant_id = core, tenant_id

    def search(self, query: UserTaskQuery) -> Page[UserTaskView]:
        """Tasks in the order of the query; see UserTaskQuery for who sees what, task_places for how. TaskCursorError.

        A page may be shorter than asked for while there is a next one.
        """
        limit = page_size(query.limit, self._core.limits)
        with self._core.database.reading() as session:
            if query.state != "open" or query.instance_key is not None or query.business_key is not None:
                return _search_rows(session, self._tenant_id, query, limit)
            page = search_places(session, self._tenant_id, query, limit)
            if query.cursor is not None:
                return page
            if page.next_cursor is None:
                return Page(items=page.items, next_cursor=None, total=len(page.items))
            total = count_places(session, self._tenant_id, query, up_to=COUNTED_UP_TO)
        return Page(items=page.items, next_cursor=page.next_cursor, total=total)

    def counts(self, user: str, groups: Sequence[str]) -> TaskCounts:
        """How much there is to do for somebody."""
        mine = (f"assignee:{user}",)
        with self._core.database.reading() as session:

            def count(places: tuple[str, ...], **due: int) -> int | None:
                return count_of_places(session, self._tenant_id, places, up_to=_COUNTED, **due)

            late = count(mine, due_until=to_micros(self._core.clock.now()))
            return TaskCounts(mine=count(mine), offered=count(offered_places(user, groups)), late=late)

    def detail(self, user_task_id: UserTaskId) -> UserTaskDetail:
        """The task with its form and the variables it was opened with; raises UnknownUserTaskError."""
        with self._core.database.reading() as session:
            row = task_row(session, self._tenant_id, user_task_id)
            form_id = row.text_or_none("form_id")
            key = DefinitionKey(row.text("definition_key"))
            executable = self._core.catalogue.by_key(session, self._tenant_id, key).executable
            schema = None if form_id is None else form_schema(session, self._tenant_id, executable, key, form_id)
            form = None if form_id is None else find_form(session, self._tenant_id, key, form_id)
            variables = self._variables(session, row)
        is_own = any(own.id == form_id for own in executable.definition.forms)
        return UserTaskDetail(
            task=user_task_view(row),
            form_schema=schema,
            variables=variables,
            form_id=form_id,
            form_version=None if form is None or is_own else form.integer("version"),
        )

    def view(self, user_task_id: UserTaskId) -> UserTaskView:
        """The task without its form and variables; raises UnknownUserTaskError."""
        with self._core.database.reading() as session:
            return user_task_view(task_row(session, self._tenant_id, user_task_id))

    def claim(self, user_task_id: UserTaskId, *, user: str) -> UserTaskView:
        """Take an open task that nobody has; taking one's own again changes nothing. Raises UserTaskStateError."""
        return self._core.submit(self._tenant_id, _claiming(user_task_id, user))

    def claim_many(self, user_task_ids: Sequence[UserTaskId], *, user: str) -> tuple[UserTaskView | TaktloomError, ...]:
        """Take several tasks, each by itself: of each the task, or why not. Raises LimitExceededError."""
        return self._each(user_task_ids, lambda one: _claiming(one, user))

    def assign_many(
        self, user_task_ids: Sequence[UserTaskId], *, assignee: str, actor: str | None = None
    ) -> tuple[UserTaskView | TaktloomError, ...]:
        """Give several tasks to somebody, each by itself: of each the task, or why not. Raises LimitExceededError."""
        return self._each(user_task_ids, lambda one: _assigning(one, assignee, actor))

    def unclaim(self, user_task_id: UserTaskId, *, actor: str | None = None) -> UserTaskView:
        """Give an open task back to its groups; raises UserTaskStateError."""

        def work(unit: Unit) -> UserTaskView:
            row = open_task_row(unit, user_task_id)
            return _handed(unit, assign_task(unit, row, None), "unclaimed", actor, row)

        return self._core.submit(self._tenant_id, work)

    def assign(self, user_task_id: UserTaskId, *, assignee: str, actor: str | None = None) -> UserTaskView:
        """Give an open task to somebody, whoever has it now; raises UserTaskStateError."""
        require_within("assignee", len(assignee), self._core.limits.text_characters)
        return self._core.submit(self._tenant_id, _assigning(user_task_id, assignee, actor))

    def delegate(self, user_task_id: UserTaskId, *, to: str, actor: str | None = None) -> UserTaskView:
        """Let somebody else do part of a task that one has; it comes back when they resolve it. UserTaskStateError."""

        def work(unit: Unit) -> UserTaskView:
            row = open_task_row(unit, user_task_id)
            holder = row.text_or_none("assignee")
            if holder is None or holder == to:
                raise UserTaskStateError(
                    f"User task {user_task_id} can only be delegated by who has it, to somebody else.",
                    Place(element_id=user_task_id),
                    "Claim it first, and name somebody else.",
                    {"user_task_id": user_task_id},
                )
            owner = row.text_or_none("owner") if row.text_or_none("delegation") == "pending" else holder
            changed = assign_task(unit, row, to, owner=owner, delegation="pending")
            return _handed(unit, changed, "delegated", actor, row)

        return self._core.submit(self._tenant_id, work)

    def resolve(self, user_task_id: UserTaskId, *, actor: str | None = None) -> UserTaskView:
        """Give a delegated task back to who delegated it; raises UserTaskStateError."""

        def work(unit: Unit) -> UserTaskView:
            row = open_task_row(unit, user_task_id)
            if row.text_or_none("delegation") != "pending":
                raise UserTaskStateError(
                    f"User task {user_task_id} is not delegated.",
                    Place(element_id=user_task_id),
                    "Complete it, or give it back to its groups.",
                    {"user_task_id": user_task_id},
                )
            owner = row.text_or_none("owner")
            changed = assign_task(unit, row, owner, owner=owner, delegation="resolved")
            return _handed(unit, changed, "resolved", actor, row)

        return self._core.submit(self._tenant_id, work)

    def plan(self, user_task_id: UserTaskId, plan: TaskPlan, *, actor: str | None = None) -> UserTaskView:
        """Set due date, follow-up date and priority of an open task. TaskPlanRefusedError, UserTaskStateError."""
        if not 0 <= plan.priority <= 100:
            raise TaskPlanRefusedError(
                "The priority is no whole number from 0 to 100.", Place(element_id="priority"), "Give a smaller one."
            )

        def work(unit: Unit) -> UserTaskView:
            open_task_row(unit, user_task_id)
            unit.session.run(
                "plan_user_task",
                tenant_id=unit.tenant_id,
                user_task_id=user_task_id,
                due_at=to_micros_or_none(plan.due_at),
                follow_up_at=to_micros_or_none(plan.follow_up_at),
                priority=plan.priority,
            )
            changed = task_row(unit.session, unit.tenant_id, user_task_id)
            write_places(unit, changed)
            detail = {
                "due_at": None if plan.due_at is None else plan.due_at.isoformat(),
                "follow_up_at": None if plan.follow_up_at is None else plan.follow_up_at.isoformat(),
                "priority": str(plan.priority),
            }
            note_event(unit, user_task_id, "planned", actor, detail)
            unit.note(Topic.TASKS, "planned")
            return user_task_view(changed)

        return self._core.submit(self._tenant_id, work)

    def complete(
        self, user_task_id: UserTaskId, variables: Mapping[str, object], *, user: str | None = None
    ) -> UserTaskView:
        """Finish an open task; an unclaimed one becomes *user*'s by it.

        Raises UserTaskStateError when it is over, delegated or somebody else's, FormRefusedError when the values do not
        fit its form, LimitExceededError.
        """
        values = values_from_python(variables)

        def work(unit: Unit) -> UserTaskView:
            row = open_task_row(unit, user_task_id)
            holder = row.text_or_none("assignee")
            if user is not None and holder not in {None, user}:
                raise taken(user_task_id, holder or "")
            if row.text_or_none("delegation") == "pending":
                raise UserTaskStateError(
                    f"User task {user_task_id} is delegated; only who has delegated it completes it.",
                    Place(element_id=user_task_id),
                    "Give it back (resolve) first.",
                    {"user_task_id": user_task_id},
                )
            self._require_fits(unit, row, values)
            if holder is None and user is not None:
                assign_task(unit, row, user)
            end_task(unit, user_task_id, "completed")
            note_event(unit, user_task_id, "completed", user)
            instance = unit.instance(InstanceKey(row.text("instance_key")))
            event = UserTaskCompleted(
                occurred_at=event_time(unit, instance),
                actor=user or holder,
                user_task_id=user_task_id,
                variables=values,
            )
            advance(unit, instance, event)
            unit.note(Topic.TASKS, "completed", instance)
            return user_task_view(task_row(unit.session, unit.tenant_id, user_task_id))

        return self._core.submit(self._tenant_id, work)

    def _require_fits(self, unit: Unit, row: Row, variables: Mapping[str, FeelValue]) -> None:
        form_id = row.text_or_none("form_id")
        if form_id is None:
            return
        key = DefinitionKey(row.text("definition_key"))
        executable = self._core.catalogue.by_key(unit.session, unit.tenant_id, key).executable
        schema = form_schema(unit.session, unit.tenant_id, executable, key, form_id)
        if schema is not None:
            require_fits_form(schema, variables, self._variables(unit.session, row), unit.now)

    def _variables(self, session: Session, row: Row) -> Mapping[str, FeelValue]:
        subject = row.text_or_none("subject_key")
        owner = ValueOwner(tenant_id=self._tenant_id, subject_key=None if subject is None else SubjectKey(subject))
        key = InstanceKey(row.text("instance_key"))
        return user_task_variables(session, self._core.codec, key, owner, row.blob("variables_sealed"))

    def _each(
        self, user_task_ids: Sequence[UserTaskId], work: Callable[[UserTaskId], Callable[[Unit], UserTaskView]]
    ) -> tuple[UserTaskView | TaktloomError, ...]:
        require_count("batch_items", user_task_ids, self._core.limits.batch_items)
        futures = [self._core.post(self._tenant_id, work(one)) for one in dict.fromkeys(user_task_ids)]
        return tuple(map(_outcome, futures))


def _outcome(future: "Future[UserTaskView]") -> UserTaskView | TaktloomError:
    try:
        return future.result()
    except TaktloomError as error:
        return error


def _claiming(user_task_id: UserTaskId, user: str) -> Callable[[Unit], UserTaskView]:
    def work(unit: Unit) -> UserTaskView:
        row = open_task_row(unit, user_task_id)
        holder = row.text_or_none("assignee")
        if holder not in {None, user}:
            raise taken(user_task_id, holder or "")
        if holder is not None:
            return user_task_view(row)
        return _handed(unit, assign_task(unit, row, user), "claimed", user, row)

    return work


def _assigning(user_task_id: UserTaskId, assignee: str, actor: str | None) -> Callable[[Unit], UserTaskView]:
    def work(unit: Unit) -> UserTaskView:
        row = open_task_row(unit, user_task_id)
        return _handed(unit, assign_task(unit, row, assignee), "assigned", actor, row)

    return work


def _handed(unit: Unit, row: Row, kind: str, actor: str | None, before: Row) -> UserTaskView:
    detail = {"from": before.text_or_none("assignee"), "to": row.text_or_none("assignee")}
    note_event(unit, UserTaskId(row.text("user_task_id")), kind, actor, detail)
    unit.note(Topic.TASKS, "assigned")
    return user_task_view(row)


def _search_rows(session: Session, tenant_id: TenantId, query: UserTaskQuery, limit: int) -> Page[UserTaskView]:
    """Tasks of an instance or business key, and ended ones, in order of their ids; bounded as in task_places."""
    found: list[UserTaskView] = []
    after, looked_at = query.cursor or "", 0
    if after and not after.isdigit():
        raise not_a_cursor()
    while looked_at < _LOOKED_AT:
        rows = _rows_after(session, tenant_id, query, after)
        for row in rows:
            if fits(row, query):
                if len(found) == limit:
                    return Page(items=tuple(found), next_cursor=after)
                found.append(user_task_view(row))
            after = row.text("user_task_id")
        looked_at += len(rows)
        if len(rows) < _CHUNK:
            return Page(items=tuple(found), total=len(found) if query.cursor is None else None)
    return Page(items=tuple(found), next_cursor=after)


def _rows_after(session: Session, tenant_id: TenantId, query: UserTaskQuery, after: str) -> list[Row]:
    position: dict[str, SqlValue] = {"tenant_id": tenant_id, "after": after, "limit": _CHUNK}
    if query.instance_key is not None:
        return session.all("user_tasks_of_instance_after", instance_key=query.instance_key, **position)
    if query.business_key is not None:
        return session.all("user_tasks_of_business_key_after", business_key=query.business_key, **position)
    if query.assignee is not None and query.state not in {None, "open"}:
        return session.all("ended_user_tasks_of_assignee_after", assignee=query.assignee, **position)
    return session.all("user_tasks_after", **position)
