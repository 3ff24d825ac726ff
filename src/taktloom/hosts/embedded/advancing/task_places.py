# SPDX-License-Identifier: Apache-2.0
"""Where open user tasks are found: lists that cost the same whether there are a thousand tasks or a million.

Each open task stands in a few places (`user_task_place`): the list of all, its process, its assignee or, while nobody
has it, each group and person that it is offered to. A list of one place is a range of an index. What a person may take
is the union of several places: each of them is read in the wanted order, a chunk at a time, and they are merged here,
so that no query ever sorts or looks through the tasks of others.

What the places cannot tell (a text in the name, a filter beside the place) is looked at row by row, for at most
`_LOOKED_AT` tasks per call; the cursor then stands where the search stopped and the page may be short.
"""

import base64
import binascii
import heapq
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

from taktloom.hosts.embedded.core.unit import Unit
from taktloom.hosts.embedded.core.views import user_task_view
from taktloom.model.errors import InputRefusedError
from taktloom.model.identifiers import TenantId
from taktloom.model.operations import Page, TaskOrder, UserTaskQuery, UserTaskView
from taktloom.model.places import Place
from taktloom.storage import Row, Session, SqlValue, to_micros

NEVER = 9_223_372_036_854_775_807
_CHUNK = 200
_LOOKED_AT = 5_000
_UNITED = 1_000  # counted of what stands in several places: each id has to be looked at
_NO_MICROS = -(2**62)

Key: TypeAlias = tuple[int, int, str]


class TaskCursorError(InputRefusedError):
    """The cursor is none that a list of user tasks has given."""

    code = "TL-2542"


@dataclass(frozen=True, slots=True)
class _Candidate:
    key: Key
    row: Row


def write_places(unit: Unit, task: Row) -> None:
    """Put an open task where it is to be found now, and nowhere else."""
    name = {"tenant_id": unit.tenant_id, "user_task_id": task.text("user_task_id")}
    unit.session.run("delete_user_task_places", **name)
    due_at = task.integer_or_none("due_at")
    groups, users = json.loads(task.text("candidate_groups")), json.loads(task.text("candidate_users"))
    for place in places_of(task.text("process_id"), task.text_or_none("assignee"), groups, users):
        unit.session.run(
            "insert_user_task_place",
            **name,
            place=place,
            process_id=task.text("process_id"),
            created_at=task.integer("created_at"),
            due_at=NEVER if due_at is None else due_at,
            urgency=100 - task.integer("priority"),
            follow_up_at=task.integer_or_none("follow_up_at") or 0,
        )


def places_of(process_id: str, assignee: str | None, groups: Iterable[str], users: Iterable[str]) -> tuple[str, ...]:
    """The places in which an open task stands."""
    everywhere = ("open", f"process:{process_id}")
    if assignee is not None:
        return (*everywhere, f"assignee:{assignee}")
    offers = (*(f"group:{group}" for group in groups), *(f"user:{user}" for user in users))
    return (*everywhere, *(dict.fromkeys(offers) or ("everybody",)))


def search_places(session: Session, tenant_id: TenantId, query: UserTaskQuery, limit: int) -> Page[UserTaskView]:
    """Open tasks in the order asked for; see the module. Raises TaskCursorError."""
    places, start = _places_of_query(query), _read_cursor(query)
    found: list[UserTaskView] = []
    last, looked_at = start, 0
    size = min(limit + 1, _CHUNK)
    reader = _Reader(session=session, tenant_id=tenant_id, order=query.order, start=start, size=size)
    for chunk in _chunks(reader.merged(places), size):
        looked_at += len(chunk)
        rows = _rows(session, tenant_id, [one.row.text("user_task_id") for one in chunk if _may_fit(one.row, query)])
        for one in chunk:
            row = rows.get(one.row.text("user_task_id"))
            if row is not None and fits(row, query):
                if len(found) == limit:
                    return Page(items=tuple(found), next_cursor=_cursor(query.order, last), total=None)
                found.append(user_task_view(row))
            last = one.key
        if looked_at >= _LOOKED_AT and len(chunk) == size:
            return Page(items=tuple(found), next_cursor=_cursor(query.order, last), total=None)
    return Page(items=tuple(found), next_cursor=None, total=None)


def count_places(session: Session, tenant_id: TenantId, query: UserTaskQuery, *, up_to: int) -> int | None:
    """How many tasks the query finds; None where that is above *up_to*, or where rows would have to be looked at."""
    if _needs_rows(query):
        return None
    return count_of_places(session, tenant_id, _places_of_query(query), up_to=up_to)


def count_of_places(
    session: Session, tenant_id: TenantId, places: Iterable[str], *, up_to: int, due_until: int = NEVER
) -> int | None:
    """How many tasks stand in any of the places; *due_until* NEVER counts those without due date too."""
    places = tuple(places)
    bindings: dict[str, SqlValue] = {"tenant_id": tenant_id, "due_until": due_until, "limit": up_to + 1}
    if len(places) == 1:
        number = session.count("count_place", place=places[0], **bindings)
        return number if number <= up_to else None
    ids: set[str] = set()
    bindings["limit"] = min(up_to, _UNITED) + 1
    for place in places:
        ids.update(row.text("user_task_id") for row in session.all("ids_of_place", place=place, **bindings))
        if len(ids) > min(up_to, _UNITED):
            return None
    return len(ids)


def _needs_rows(query: UserTaskQuery) -> bool:
    is_of_process_alone = query.process_id is not None and _places_of_query(query)[0] == f"process:{query.process_id}"
    others = (
        query.search,
        None if is_of_process_alone else query.process_id,
        query.due_after,
        query.due_before,
        query.follow_up_before,
        query.priority_at_least,
        query.candidate_group if not query.is_unassigned else None,
        query.candidate_user if not query.is_unassigned else None,
        query.is_unassigned if _places_of_query(query)[0].startswith(("process:", "open")) else None,
    )
    return any(one is not None and one != "" for one in others)


def offered_places(user: str | None, groups: Iterable[str]) -> tuple[str, ...]:
    """Where a person finds what they may take."""
    own = () if user is None else (f"user:{user}",)
    return (*(f"group:{group}" for group in dict.fromkeys(groups)), *own, "everybody")


def not_a_cursor() -> TaskCursorError:
    """What a list answers to a cursor of another one."""
    return TaskCursorError(
        "The cursor does not belong to this list of user tasks.",
        Place(element_id="cursor"),
        "Begin at the first page, in the same order.",
    )


def fits(row: Row, query: UserTaskQuery) -> bool:
    """Whether a task's row is what the query asks for."""
    assignee = row.text_or_none("assignee")
    checks = (
        query.state is None or row.text("state") == query.state,
        query.assignee is None or assignee == query.assignee,
        query.is_unassigned is None or (assignee is None) == query.is_unassigned,
        query.process_id is None or row.text("process_id") == query.process_id,
        query.instance_key is None or row.text("instance_key") == query.instance_key,
        query.business_key is None or row.text_or_none("business_key") == query.business_key,
        query.candidate_group is None or query.candidate_group in json.loads(row.text("candidate_groups")),
        query.candidate_user is None or query.candidate_user in json.loads(row.text("candidate_users")),
        query.due_before is None or _is_before(row.integer_or_none("due_at"), to_micros(query.due_before)),
        query.due_after is None or (row.integer_or_none("due_at") or _NO_MICROS) >= to_micros(query.due_after),
        query.follow_up_before is None
        or _is_before(row.integer_or_none("follow_up_at"), to_micros(query.follow_up_before)),
        query.priority_at_least is None or row.integer("priority") >= query.priority_at_least,
        _is_visible(row, query),
        _holds_text(row, query.search),
    )
    return all(checks)


def _is_before(value: int | None, bound: int) -> bool:
    return value is not None and value < bound


def _is_visible(row: Row, query: UserTaskQuery) -> bool:
    if query.visible_to is None and query.visible_to_groups is None:
        return True
    assignee = row.text_or_none("assignee")
    if assignee is not None:
        return assignee == query.visible_to
    groups, users = json.loads(row.text("candidate_groups")), json.loads(row.text("candidate_users"))
    is_offered = bool(set(groups) & set(query.visible_to_groups or ())) or query.visible_to in users
    return is_offered or not (groups or users)


def _holds_text(row: Row, search: str | None) -> bool:
    if not search:
        return True
    wanted = search.casefold()
    texts = (row.text("name"), row.text_or_none("business_key") or "")
    return row.text("instance_key") == search or any(wanted in text.casefold() for text in texts)


def _may_fit(row: Row, query: UserTaskQuery) -> bool:
    """What the place's own row can rule out, without looking at the task."""
    return (
        (query.process_id is None or row.text("process_id") == query.process_id)
        and (query.due_before is None or row.integer("due_at") < to_micros(query.due_before))
        and (query.due_after is None or row.integer("due_at") >= to_micros(query.due_after))
        and (query.priority_at_least is None or 100 - row.integer("urgency") >= query.priority_at_least)
    )


def _places_of_query(query: UserTaskQuery) -> tuple[str, ...]:
    """The fewest places in which everything is that the query can find."""
    if query.assignee is not None:
        return (f"assignee:{query.assignee}",)
    if query.candidate_user is not None and query.is_unassigned:
        return (f"user:{query.candidate_user}",)
    if query.candidate_group is not None and query.is_unassigned:
        return (f"group:{query.candidate_group}",)
    if query.visible_to is not None or query.visible_to_groups is not None:
        offered = offered_places(query.visible_to, query.visible_to_groups or ())
        own = () if query.is_unassigned or query.visible_to is None else (f"assignee:{query.visible_to}",)
        return (*offered, *own)
    return (f"process:{query.process_id}",) if query.process_id is not None else ("open",)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Reads places in one order from where the page before ended, *size* tasks at a time and later more."""

    session: Session
    tenant_id: TenantId
    order: TaskOrder
    start: Key | None
    size: int

    def merged(self, places: Iterable[str]) -> Iterator[_Candidate]:
        """The tasks of all places in order, each once."""
        seen = ""
        streams = [self._stream(place) for place in places]
        for one in heapq.merge(*streams, key=lambda each: each.key, reverse=self.order is TaskOrder.NEWEST):
            task_id = one.row.text("user_task_id")
            if task_id != seen:  # in several places it has the same key in each, so its copies come one after the other
                seen = task_id
                yield one

    def _stream(self, place: str) -> Iterator[_Candidate]:
        is_descending, size = self.order is TaskOrder.NEWEST, self.size
        key = self.start or ((NEVER, 0, "\U0010ffff") if is_descending else (_NO_MICROS, _NO_MICROS, ""))
        while True:
            bindings: dict[str, SqlValue] = {"first": key[0], "last": key[2], "limit": size}
            if self.order is TaskOrder.PRIORITY:
                bindings["second"] = key[1]
            rows = self.session.all(f"place_{self.order.value}", tenant_id=self.tenant_id, place=place, **bindings)
            for row in rows:
                key = _key(row, self.order)
                yield _Candidate(key, row)
            if len(rows) < size:
                return
            size = _CHUNK


def _key(row: Row, order: TaskOrder) -> Key:
    task_id = row.text("user_task_id")
    match order:
        case TaskOrder.DUE:
            return row.integer("due_at"), 0, task_id
        case TaskOrder.PRIORITY:
            return row.integer("urgency"), row.integer("created_at"), task_id
        case TaskOrder.OLDEST | TaskOrder.NEWEST:
            return row.integer("created_at"), 0, task_id


def _chunks(candidates: Iterator[_Candidate], size: int) -> Iterator[list[_Candidate]]:
    while chunk := list(islice(candidates, size)):
        yield chunk


def _rows(session: Session, tenant_id: TenantId, ids: list[str]) -> dict[str, Row]:
    if not ids:
        return {}
    rows = session.all("user_tasks_by_ids", tenant_id=tenant_id, user_task_ids=json.dumps(ids))
    return {row.text("user_task_id"): row for row in rows}


def _cursor(order: TaskOrder, key: Key | None) -> str | None:
    if key is None:
        return None
    return base64.urlsafe_b64encode(json.dumps([order.value, *key]).encode()).decode()


def _read_cursor(query: UserTaskQuery) -> Key | None:
    if query.cursor is None:
        return None
    try:
        order, first, second, last = json.loads(base64.urlsafe_b64decode(query.cursor.encode()))
        if order != query.order.value or not isinstance(last, str):
            raise ValueError(order)
        return int(first), int(second), last
    except (ValueError, TypeError, binascii.Error) as error:
        raise not_a_cursor() from error
