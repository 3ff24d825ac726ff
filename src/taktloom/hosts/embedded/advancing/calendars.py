# SPDX-License-Identifier: Apache-2.0
"""Named business calendars of a tenant: saved in versions, one of them the default.

Saving never changes what has been computed: a due instant is a recorded fact. What is computed afterwards goes by the
newest version. A calendar that a deployed process counts by cannot be removed.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache

from taktloom.calendars.business import (
    BusinessCalendar,
    NoOpeningError,
    business_duration_between,
    next_opening,
    opening_spans,
)
from taktloom.calendars.definition import calendar_from, calendar_problems, shown_span
from taktloom.calendars.durations import TimeTextError
from taktloom.calendars.reckoning import due_by_calendar, later_by_calendar
from taktloom.feel.wire import utf8
from taktloom.hosts.embedded.core.changes import Topic
from taktloom.hosts.embedded.core.limits import require_within
from taktloom.hosts.embedded.core.unit import Core, Unit
from taktloom.kernel import ExecutableProcess
from taktloom.kernel.commands import Reckoning
from taktloom.model.errors import ConflictError, IncidentError, InputRefusedError, NotFoundError
from taktloom.model.event_definitions import TimerDefinition, single_definitions
from taktloom.model.identifiers import DefinitionKey, ElementId, TenantId
from taktloom.model.operations import CalendarDay, CalendarView
from taktloom.model.places import Place
from taktloom.model.process import AnyFlowNode, BoundaryEvent, IntermediateCatchEvent, StartEvent, SubProcess, UserTask
from taktloom.storage import Row, Session, to_micros

__all__ = ["DEFAULT_CALENDAR", "Calendars", "load_calendar", "note_calendars", "reckon", "reckon_later"]

DEFAULT_CALENDAR = "default"  # in a model: whatever calendar is the tenant's default when the instant is computed
_LISTED = 1_000
_USES_NAMED = 5
_LONGEST_NAME = 100


class UnknownCalendarError(NotFoundError):
    """There is no calendar of that name, or none is the default."""

    code = "TL-2552"


class CalendarRefusedError(InputRefusedError):
    """The calendar cannot be used; the examples name the fields."""

    code = "TL-2553"


_LONGEST_MEASURED = timedelta(days=36_525)  # each year is reckoned day by day


class CalendarInUseError(ConflictError):
    """A deployed process counts by the calendar."""

    code = "TL-2554"


class CalendarOutOfTimeError(IncidentError):
    """The calendar does not have that much open time."""

    code = "TL-3554"


class Calendars:
    """The business calendars of one tenant."""

    def __init__(self, core: Core, tenant_id: TenantId) -> None:
        self._core, self._tenant_id = core, tenant_id

    def save(
        self, name: str, document: Mapping[str, object], *, by: str | None = None, is_default: bool = False
    ) -> CalendarView:
        """Save a new version, unless nothing has changed; the tenant's first calendar becomes the default.

        Raises CalendarRefusedError with every problem, LimitExceededError.
        """
        _require_name(name)
        text = json.dumps(document, sort_keys=True, ensure_ascii=False, default=str)
        require_within("calendar_bytes", len(utf8(text)), self._core.limits.calendar_bytes)
        require_sound(name, document)

        def work(unit: Unit) -> CalendarView:
            session, key = unit.session, {"tenant_id": unit.tenant_id, "name": name}
            known = session.first("current_calendar", **key)
            first = session.first("default_calendar", tenant_id=unit.tenant_id) is None
            version = known.integer("version") if known is not None else 0
            if known is None or known.text("definition") != text:
                version = session.count("greatest_calendar_version", **key) + 1
                session.run(
                    "insert_calendar", **key, version=version, definition=text, now=to_micros(unit.now), saved_by=by
                )
            is_now_default = is_default or first or (known is not None and known.integer("is_default") == 1)
            if is_now_default:
                session.run("clear_default_calendar", tenant_id=unit.tenant_id)
            session.run("set_current_calendar", **key, version=version, is_default=int(is_now_default))
            unit.note(Topic.PROCESSES, "calendar-saved")
            return _view(_current(session, unit.tenant_id, name))

        return self._core.submit(self._tenant_id, work)

    def remove(self, name: str) -> None:
        """Remove the calendar; its versions stay on record. Raises UnknownCalendarError, CalendarInUseError."""

        def work(unit: Unit) -> None:
            row = _current(unit.session, unit.tenant_id, name)
            names = [name] if not row.integer("is_default") else [name, DEFAULT_CALENDAR]
            uses = [
                use.text("definition_key")
                for one in names
                for use in unit.session.all("calendar_uses", tenant_id=unit.tenant_id, name=one, limit=_USES_NAMED)
            ]
            if uses:
                raise CalendarInUseError(
                    f"Deployed processes count by the calendar {name}: {', '.join(uses[:_USES_NAMED])}.",
                    Place(element_id=name),
                    "Change the calendar instead of removing it.",
                    {"calendar": name, "processes": ", ".join(uses[:_USES_NAMED])},
                )
            unit.session.run("delete_current_calendar", tenant_id=unit.tenant_id, name=name)

        self._core.submit(self._tenant_id, work)

    def all(self) -> tuple[CalendarView, ...]:
        """All calendars by name, each in its newest version."""
        with self._core.database.reading() as session:
            return tuple(map(_view, session.all("list_calendars", tenant_id=self._tenant_id, limit=_LISTED)))

    def show(self, name: str) -> CalendarView:
        """One calendar; `default` is the default one. Raises UnknownCalendarError."""
        with self._core.database.reading() as session:
            return _view(_current(session, self._tenant_id, name))

    def versions(self, name: str) -> tuple[CalendarView, ...]:
        """All versions, newest first, those of a removed calendar too. Raises UnknownCalendarError."""
        with self._core.database.reading() as session:
            rows = session.all("calendar_versions", tenant_id=self._tenant_id, name=name, limit=_LISTED)
        if not rows:
            raise _unknown(name)
        return tuple(map(_view, rows))

    def calendar(self, name: str = DEFAULT_CALENDAR) -> BusinessCalendar:
        """For computing, such as KPIs by business time; raises UnknownCalendarError."""
        with self._core.database.reading() as session:
            return load_calendar(session, self._tenant_id, name)

    def days(self, name: str, start: date, days: int) -> tuple[CalendarDay, ...]:
        """What each of *days* days from *start* is like, with holidays by name."""
        found = opening_spans(self.calendar(name), start, days)
        return tuple(
            CalendarDay(day=day, hours=tuple(map(shown_span, spans)), holiday=name) for day, spans, name in found
        )

    def now(self) -> datetime:
        """The engine's present time (UTC)."""
        return self._core.clock.now()

    def due_at(self, name: str, anchor: datetime, rule: str) -> datetime:
        """What a rule gives; see calendars.reckoning. Raises CalendarRefusedError for a rule that gives nothing."""
        try:
            return due_by_calendar(self.calendar(name), anchor, rule)
        except TimeTextError as error:
            raise CalendarRefusedError(
                f"The rule cannot be used: {error}.",
                Place(element_id="rule"),
                "Write an ISO 8601 duration such as P2D or PT8H.",
                {"detail": str(error)},
            ) from error
        except (NoOpeningError, OverflowError, ValueError) as error:
            raise _never(name) from error

    def duration_between(self, name: str, start: datetime, end: datetime) -> timedelta:
        """Open time between two instants. Raises CalendarRefusedError where they lie too far apart, or beyond time."""
        try:
            if abs(end - start) > _LONGEST_MEASURED:
                raise OverflowError
            return business_duration_between(self.calendar(name), start, end)
        except OverflowError as error:
            raise CalendarRefusedError(
                f"The time between these instants cannot be measured by the calendar {name}.",
                Place(element_id="start"),
                "Give instants that lie at most 100 years apart, between the years 2 and 9998.",
                {"calendar": name},
            ) from error

    def next_opening(self, name: str, after: datetime) -> datetime:
        """When it is open next. Raises CalendarRefusedError where it never is."""
        try:
            return next_opening(self.calendar(name), after)
        except (NoOpeningError, OverflowError) as error:
            raise _never(name) from error


def load_calendar(session: Session, tenant_id: TenantId, name: str) -> BusinessCalendar:
    """The newest version of a calendar, or of the default one; raises UnknownCalendarError."""
    return _parsed(_current(session, tenant_id, name).text("definition"))


def reckon(unit: Unit, reckoning: Reckoning) -> datetime:
    """The instant that the kernel asks for. Raises CalendarOutOfTimeError, UnknownCalendarError."""
    return reckon_later(unit, reckoning)[0]


def reckon_later(unit: Unit, reckoning: Reckoning) -> tuple[datetime, int]:
    """As reckon, with how many instants of a cycle were missed before it."""
    calendar = load_calendar(unit.session, unit.tenant_id, reckoning.calendar)
    anchor, rule, missed = reckoning.anchor, reckoning.rule, 0
    try:
        if reckoning.after is None:
            due = due_by_calendar(calendar, anchor, rule)
        else:
            due, missed = later_by_calendar(calendar, anchor, rule, reckoning.after)
        return max(due, anchor), missed
    except (NoOpeningError, OverflowError, ValueError) as error:
        raise _out_of_time(reckoning.calendar) from error


def note_calendars(
    unit: Unit, executable: ExecutableProcess, definition_key: DefinitionKey
) -> list[tuple[str, ElementId]]:
    """Note which calendars a newly deployed version counts by; those that do not exist, with the element."""
    missing: list[tuple[str, ElementId]] = []
    for name, element_id in _calendars_of(executable.definition.nodes):
        if _find(unit.session, unit.tenant_id, name) is None:
            missing.append((name, element_id))
        else:
            unit.session.run("insert_calendar_use", tenant_id=unit.tenant_id, name=name, definition_key=definition_key)
    return missing


def _calendars_of(nodes: tuple[AnyFlowNode, ...]) -> Iterator[tuple[str, ElementId]]:
    for node in nodes:
        if isinstance(node, UserTask) and node.calendar is not None:
            yield node.calendar, node.id
        if isinstance(node, StartEvent | IntermediateCatchEvent | BoundaryEvent):
            for single in single_definitions(node.definition):
                if isinstance(single, TimerDefinition) and single.calendar is not None:
                    yield single.calendar, node.id
        if isinstance(node, SubProcess):
            yield from _calendars_of(node.nodes)


@lru_cache(maxsize=256)
def _parsed(definition: str) -> BusinessCalendar:
    return calendar_from(json.loads(definition))


def _current(session: Session, tenant_id: TenantId, name: str) -> Row:
    row = _find(session, tenant_id, name)
    if row is None:
        raise _unknown(name)
    return row


def _find(session: Session, tenant_id: TenantId, name: str) -> Row | None:
    if name == DEFAULT_CALENDAR:
        return session.first("default_calendar", tenant_id=tenant_id)
    return session.first("current_calendar", tenant_id=tenant_id, name=name)


def _view(row: Row) -> CalendarView:
    return CalendarView(
        name=row.text("name"),
        version=row.integer("version"),
        is_default=row.integer("is_default") == 1,
        definition=json.loads(row.text("definition")),
        saved_at=row.instant("saved_at"),
        saved_by=row.text_or_none("saved_by"),
    )


def _require_name(name: str) -> None:
    if name == DEFAULT_CALENDAR or not name.strip() or name != name.strip() or len(name) > _LONGEST_NAME:
        raise CalendarRefusedError(
            "A calendar's name has 1 to 100 characters and is not 'default', which stands for the default calendar.",
            Place(element_id="name"),
            "Choose another name.",
            {"detail": "name"},
        )


def require_sound(name: str, document: Mapping[str, object]) -> None:
    """Raises CalendarRefusedError with every problem of the document."""
    problems = calendar_problems(document)
    if problems:
        raise CalendarRefusedError(
            f"The calendar {name} has {len(problems)} problems; nothing was saved.",
            problems[0].place,
            "Mend the named fields.",
            {"detail": problems[0].message},
            problems[:20],
        )


def _unknown(name: str) -> UnknownCalendarError:
    return UnknownCalendarError(
        f"There is no calendar {name}.",
        Place(element_id=name),
        "Save it first: taktloom calendar save NAME FILE.",
        {"calendar": name},
    )


def _never(name: str) -> CalendarRefusedError:
    """To who asks; where a model asks, the same is an incident."""
    return CalendarRefusedError(
        f"The calendar {name} is not open for that long within 60 years.",
        Place(element_id=name),
        "Look at its hours, and ask for less time, from an earlier day.",
        {"calendar": name},
    )


def _out_of_time(name: str) -> CalendarOutOfTimeError:
    return CalendarOutOfTimeError(
        f"The calendar {name} is not open for that long within 60 years.",
        Place(element_id=name),
        "Look at its hours, and at the duration that the model asks for.",
        {"calendar": name},
    )
