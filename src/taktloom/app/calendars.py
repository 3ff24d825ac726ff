# SPDX-License-Identifier: Apache-2.0
"""Business calendars: named, versioned, one of them the default; and what they compute."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from taktloom.app.context import Context, use_case
from taktloom.assure.permissions import Permission
from taktloom.model.errors import LimitExceededError
from taktloom.model.operations import CalendarDay, CalendarView

MOST_DAYS = 800


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarAnswer:
    """due_at: of the rule after the anchor; opens_at: when it is open next after the anchor."""

    calendar: str
    anchor: datetime
    rule: str
    due_at: datetime
    opens_at: datetime


@use_case(Permission.PROCESS_VIEW)
def list_calendars(context: Context) -> tuple[CalendarView, ...]:
    """All calendars by name."""
    return context.rooms.engine.calendars.all()


@use_case(Permission.PROCESS_VIEW)
def show_calendar(context: Context, *, name: str) -> CalendarView:
    """One calendar; `default` is the default one."""
    return context.rooms.engine.calendars.show(name)


@use_case(Permission.PROCESS_VIEW)
def list_calendar_versions(context: Context, *, name: str) -> tuple[CalendarView, ...]:
    """All versions of a calendar, newest first."""
    return context.rooms.engine.calendars.versions(name)


@use_case(Permission.CALENDAR_EDIT)
def save_calendar(
    context: Context, *, name: str, definition: Mapping[str, object], is_default: bool = False
) -> CalendarView:
    """Save a new version; what was computed before stays as it is."""
    saved = context.rooms.engine.calendars.save(name, definition, by=context.principal.name, is_default=is_default)
    context.audit("save-calendar", f"calendar {name}", reason=f"version {saved.version}")
    return saved


@use_case(Permission.CALENDAR_EDIT)
def remove_calendar(context: Context, *, name: str) -> None:
    """Remove a calendar that no deployed process counts by."""
    context.rooms.engine.calendars.remove(name)
    context.audit("remove-calendar", f"calendar {name}")


@use_case(Permission.PROCESS_VIEW)
def list_calendar_days(context: Context, *, name: str, start: date | None, days: int) -> tuple[CalendarDay, ...]:
    """What the days from *start* (None: today, in UTC) are like."""
    if not 1 <= days <= MOST_DAYS:
        raise LimitExceededError(
            f"{days} days are asked for; at most {MOST_DAYS} are shown at once.",
            remedy="Ask for fewer days.",
            parameters={"limit": "days", "given": str(days), "allowed": str(MOST_DAYS)},
        )
    calendars = context.rooms.engine.calendars
    return calendars.days(name, start or calendars.now().date(), days)


@use_case(Permission.PROCESS_VIEW)
def compute_due(context: Context, *, name: str, anchor: datetime | None, rule: str) -> CalendarAnswer:
    """When a duration such as P2D or PT8H after *anchor* (None: now) is over by the calendar."""
    calendars = context.rooms.engine.calendars
    anchor = anchor or calendars.now()
    due_at = calendars.due_at(name, anchor, rule)
    return CalendarAnswer(
        calendar=name, anchor=anchor, rule=rule, due_at=due_at, opens_at=calendars.next_opening(name, anchor)
    )


@use_case(Permission.PROCESS_VIEW)
def measure_business_time(context: Context, *, name: str, start: datetime | None, end: datetime | None) -> timedelta:
    """Open time between two instants (None: now); negative where the second is earlier."""
    calendars = context.rooms.engine.calendars
    return calendars.duration_between(name, start or calendars.now(), end or calendars.now())
