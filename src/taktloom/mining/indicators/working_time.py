# SPDX-License-Identifier: Apache-2.0
"""How long work took, counted in the hours in which people work: nights and weekends between a start and its
completion are no work.

The hours are those of a business calendar that is given, else of the calendars that the log itself shows (per resource,
else per everybody; `mining.organisation.calendars`). Work of a system, and all work where no calendar can be told,
counts by the clock. Work outside all open hours that begins and ends on one day was done outside them: it counts by the
clock too. Times are local wall-clock times for discovered calendars and instants for given ones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from taktloom.calendars.business import BusinessCalendar
from taktloom.calendars.definition import WEEKDAYS, shown_span
from taktloom.mining.distinct import distinct
from taktloom.mining.organisation.calendars import (
    FEWEST_EVENTS,
    SUPPORT,
    CalendarLevel,
    DiscoveredCalendar,
    common_calendar,
    discover_calendars,
    weekly_slots,
)
from taktloom.mining.performance.open_time import lay_out
from taktloom.mining.performance.weekly_hours import WeeklyHours
from taktloom.mining.statistics.arrays import NOBODY, LogArrays

Times: TypeAlias = NDArray[np.int64]

HOUR_US, DAY_US = 3_600_000_000, 86_400_000_000


class HoursBasis(StrEnum):
    """Where the hours come from in which work is counted."""

    GIVEN = "given"
    DISCOVERED = "discovered"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedCalendar:
    """A business calendar as somebody gives it. version: None where it is not kept under that name."""

    name: str
    version: int | None = None
    calendar: BusinessCalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingHours:
    """What work was counted by. week: open spans such as `09:00-17:00` per weekday; of discovered ones everybody's.

    own, shared: resources that were counted by their own calendar, and by a calendar of others. support: share of
    the events of people that lie in the common calendar. name, version, zone: of a given calendar. reason: why by the
    clock: `no-start-times`, `coarse-times`, `few-events`, `no-common-hours`.
    """

    basis: HoursBasis
    week: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    own: int = 0
    shared: int = 0
    support: float | None = None
    name: str = ""
    version: int | None = None
    zone: str = ""
    reason: str = ""


def count_working_time(
    log: LogArrays, *, is_system: NDArray[np.bool_], finest_unit_us: int, given: NamedCalendar | None = None
) -> tuple[Times, WorkingHours]:
    """Per row the µs of work from its start to its completion (0 without a start), and what they were counted by.

    is_system: per row, a system did it. Raises LogTooLongForCalendarError for a given calendar and 200 years.
    """
    if log.started_at is None:
        return np.zeros_like(log.occurred_at), WorkingHours(basis=HoursBasis.CLOCK, reason="no-start-times")
    by_clock = np.maximum(log.occurred_at - log.started_at, 0)
    if given is not None:
        spans = lay_out(given.calendar, int(log.started_at.min()), int(log.occurred_at.max()))
        counted = spans.before(log.occurred_at) - spans.before(log.started_at)
        return _with_overtime(log, by_clock, counted, is_system), _given_hours(given)
    if finest_unit_us >= HOUR_US:
        return by_clock, WorkingHours(basis=HoursBasis.CLOCK, reason="coarse-times")
    common = common_calendar(log, ~is_system)
    if common.events < FEWEST_EVENTS:
        return by_clock, WorkingHours(basis=HoursBasis.CLOCK, reason="few-events")
    if common.level is CalendarLevel.CANNOT_TELL or common.support < SUPPORT:
        return by_clock, WorkingHours(basis=HoursBasis.CLOCK, reason="no-common-hours")
    own = [each for each in discover_calendars(log) if each.level is CalendarLevel.RESOURCE]
    counted = _by_weeks(log, common, own)
    people = distinct(log.resource[~is_system & (log.resource != NOBODY)])
    with_own = np.isin([log.resources[code] for code in people.tolist()], [each.resource for each in own])
    return _with_overtime(log, by_clock, counted, is_system), WorkingHours(
        basis=HoursBasis.DISCOVERED,
        week=dict(common.week),
        own=int(with_own.sum()),
        shared=int(people.size - with_own.sum()),
        support=common.support,
    )


def _given_hours(given: NamedCalendar) -> WorkingHours:
    spans = zip(WEEKDAYS, given.calendar.week, strict=True)
    return WorkingHours(
        basis=HoursBasis.GIVEN,
        week={day: tuple(map(shown_span, open_spans)) for day, open_spans in spans if open_spans},
        name=given.name,
        version=given.version,
        zone=given.calendar.zone,
    )


def _by_weeks(log: LogArrays, common: DiscoveredCalendar, own: Sequence[DiscoveredCalendar]) -> Times:
    """Open µs of each row: by its resource's own calendar, else by the common one."""
    begins, ends = _local_spans(log)
    counted = WeeklyHours(weekly_slots(common)).between(begins, ends)
    code = {name: number for number, name in enumerate(log.resources)}
    by_resource = np.argsort(log.resource, kind="stable")
    bounds = np.searchsorted(log.resource[by_resource], np.arange(len(log.resources) + 1))
    for calendar in own:
        number = code[calendar.resource]
        rows = by_resource[bounds[number] : bounds[number + 1]]
        counted[rows] = WeeklyHours(weekly_slots(calendar)).between(begins[rows], ends[rows])
    return counted


def _with_overtime(log: LogArrays, by_clock: Times, counted: Times, is_system: NDArray[np.bool_]) -> Times:
    """Systems by the clock, and what was begun and completed on one day without any open time."""
    begins, ends = _local_spans(log)
    is_overtime = (counted <= 0) & (begins // DAY_US == ends // DAY_US)
    return np.where(is_system | is_overtime, by_clock, np.maximum(counted, 0))


def _local_spans(log: LogArrays) -> tuple[Times, Times]:
    started = log.occurred_at if log.started_at is None else log.started_at
    return log.local - np.maximum(log.occurred_at - started, 0), log.local
