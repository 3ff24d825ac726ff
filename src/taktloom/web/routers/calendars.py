# SPDX-License-Identifier: Apache-2.0
"""Business calendars: save, look at, compute."""

from typing import Annotated

from fastapi import APIRouter, Query

from taktloom.app import calendars
from taktloom.app.calls import calls
from taktloom.web.callers import Caller
from taktloom.web.routes import Route
from taktloom.web.schemas import calendars as schemas
from taktloom.web.schemas.convert import shown, shown_all
from taktloom.web.schemas.shared import DayIn, InstantIn

router = APIRouter(prefix="/calendars", tags=["calendars"], route_class=Route)


@router.get("")
@calls(calendars.list_calendars)
def list_calendars(context: Caller) -> list[schemas.CalendarView]:
    """All business calendars by name."""
    return shown_all(schemas.CalendarView, calendars.list_calendars(context))


@router.get("/{name}")
@calls(calendars.show_calendar)
def show_calendar(context: Caller, name: str) -> schemas.CalendarView:
    """One business calendar; `default` is the default one."""
    return shown(schemas.CalendarView, calendars.show_calendar(context, name=name))


@router.put("/{name}")
@calls(calendars.save_calendar)
def save_calendar(context: Caller, name: str, body: schemas.CalendarIn) -> schemas.CalendarView:
    """Save a new version; nothing changes where the definition is the same."""
    saved = calendars.save_calendar(context, name=name, definition=body.definition, is_default=body.is_default)
    return shown(schemas.CalendarView, saved)


@router.delete("/{name}", status_code=204)
@calls(calendars.remove_calendar)
def remove_calendar(context: Caller, name: str) -> None:
    """Remove a business calendar that no deployed process counts by."""
    calendars.remove_calendar(context, name=name)


@router.get("/{name}/versions")
@calls(calendars.list_calendar_versions)
def list_calendar_versions(context: Caller, name: str) -> list[schemas.CalendarView]:
    """All versions, newest first."""
    return shown_all(schemas.CalendarView, calendars.list_calendar_versions(context, name=name))


@router.get("/{name}/days")
@calls(calendars.list_calendar_days)
def list_calendar_days(
    context: Caller, name: str, start: DayIn | None = None, days: int = 31
) -> list[schemas.CalendarDay]:
    """What days are like: open spans and holidays."""
    found = calendars.list_calendar_days(context, name=name, start=start, days=days)
    return shown_all(schemas.CalendarDay, found)


@router.get("/{name}/due")
@calls(calendars.compute_due)
def compute_due(
    context: Caller, name: str, anchor: InstantIn | None = None, rule: Annotated[str, Query(max_length=200)] = ""
) -> schemas.CalendarAnswer:
    """When a duration after an instant is over by the calendar."""
    answer = calendars.compute_due(context, name=name, anchor=anchor, rule=rule)
    return shown(schemas.CalendarAnswer, answer)


@router.get("/{name}/business-time")
@calls(calendars.measure_business_time)
def measure_business_time(
    context: Caller, name: str, start: InstantIn | None = None, end: InstantIn | None = None
) -> schemas.BusinessTime:
    """Open time between two instants, each of them now where it is not given."""
    measured = calendars.measure_business_time(context, name=name, start=start, end=end)
    return schemas.BusinessTime(business_time_s=measured.total_seconds())
