# SPDX-License-Identifier: Apache-2.0
"""When resources work: weekly calendars of whole hours, with how far they can be trusted.

An hour of a weekday belongs to a calendar when on at least the confidence's share of that weekday's dates, among those
from the resource's first to its last event, something was recorded in it. Support is the share of the resource's events
that lie in its calendar. Where support is below its threshold or events are few, the calendar of its role is taken,
then that of everybody; `level` says which. Events are starts (where known) and completions on the local wall clock.
A few events leave hours empty by chance. So a calendar counts only where the hours of the day in which work is done are
alike from date to date beyond chance (Rayleigh test on the mean hour of each date); where even everybody's are not, the
hours cannot be told, and every hour is open.
Sources: Estrada-Torres, Camargo, Dumas, Garcia-Banuelos, Mahdy & Yerokhin, "Discovering business process simulation
models in the presence of multitasking and availability constraints", DKE 134, 2021 (section on calendars); Mardia &
Jupp, "Directional statistics", 2000, section 6.3.1 (Rayleigh test).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.distinct import distinct
from taktloom.mining.statistics.arrays import MICROSECONDS_PER_SECOND, NOBODY, LogArrays
from taktloom.mining.statistics.resources import MONDAY_OFFSET

HOUR_US, DAY_US = 3_600 * MICROSECONDS_PER_SECOND, 86_400 * MICROSECONDS_PER_SECOND
CONFIDENCE, SUPPORT, FEWEST_EVENTS = 0.1, 0.7, 30
LEVEL = 0.01  # probability of telling hours of somebody who works at any hour
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SLOTS = 7 * 24

Slots = NDArray[np.bool_]


class CalendarLevel(StrEnum):
    """Whose events a calendar rests on. CANNOT_TELL: on nobody's, every hour is open; events too sparse or spread."""

    RESOURCE = "resource"
    ROLE = "role"
    EVERYBODY = "everybody"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveredCalendar:
    """week: spans such as `09:00-17:00` per weekday, none where closed. hours: open hours a week.

    support: share of *this resource's* events that lie in it. confidence: mean share of dates on which an open hour was
    worked in. events: the resource's own.
    """

    resource: str
    level: CalendarLevel
    week: Mapping[str, tuple[str, ...]]
    hours: int
    support: float
    confidence: float
    events: int


def discover_calendars(
    log: LogArrays,
    roles: Sequence[Sequence[str]] = (),
    *,
    confidence: float = CONFIDENCE,
    support: float = SUPPORT,
) -> tuple[DiscoveredCalendar, ...]:
    """A calendar for every resource, most events first. roles: groups of resources that may stand in for each other."""
    who, at = _moments(log, log.resource != NOBODY)
    everybody = _Hours(at)
    role_of = {name: number for number, role in enumerate(roles) for name in role}
    codes = {name: code for code, name in enumerate(log.resources)}
    shared = [_Hours(at[np.isin(who, [codes[name] for name in role])]) for role in roles]
    found = []
    present, counts = np.unique(who, return_counts=True)
    of_each = np.split(at[np.argsort(who, kind="stable")], np.cumsum(counts)[:-1])
    for code, moments in zip(present.tolist(), of_each, strict=False):  # an empty log still splits into one part
        name = log.resources[code]
        own = _Hours(moments)
        role = role_of.get(name)
        levels = [(CalendarLevel.RESOURCE, own)] if own.events >= FEWEST_EVENTS else []
        levels += [(CalendarLevel.ROLE, shared[role])] if role is not None and len(roles[role]) > 1 else []
        found.append(_first_supported(name, own, [*levels, (CalendarLevel.EVERYBODY, everybody)], confidence, support))
    return tuple(sorted(found, key=lambda each: (-each.events, each.resource)))


def common_calendar(log: LogArrays, counted: Slots, *, confidence: float = CONFIDENCE) -> DiscoveredCalendar:
    """One calendar of all rows that are *counted*, whoever did them; `resource` is empty."""
    hours = _Hours(_moments(log, counted)[1])
    return _first_supported("", hours, [(CalendarLevel.EVERYBODY, hours)], confidence, 0.0)


def calendar_document(calendar: DiscoveredCalendar, zone: str) -> dict[str, object]:
    """As business calendars are written, to be deployed or measured with."""
    return {"zone": zone, "week": {day: list(spans) for day, spans in calendar.week.items() if spans}}


def weekly_slots(calendar: DiscoveredCalendar) -> Slots:
    """By hour of the week from Monday 00:00 whether it is open."""
    slots = np.zeros(SLOTS, dtype=np.bool_)
    for number, day in enumerate(WEEKDAYS):
        for span in calendar.week[day]:
            begin, end = (int(each[:2]) for each in span.split("-"))
            slots[24 * number + begin : 24 * number + end] = True
    return slots


def _moments(log: LogArrays, counted: Slots) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Resource and local µs of every start and completion of the counted rows."""
    who, at = log.resource[counted], log.local[counted]
    if log.started_at is None:
        return who, at
    begun = counted & log.has_start
    ahead = log.local[begun] - log.occurred_at[begun]
    return np.concatenate([who, log.resource[begun]]), np.concatenate([at, log.started_at[begun] + ahead])


class _Hours:
    """Events of one or several resources by hour of the week."""

    def __init__(self, local: NDArray[np.int64]) -> None:
        self.events = int(local.size)
        day, hour = local // DAY_US, local // HOUR_US % 24
        weekday = (day + MONDAY_OFFSET) % 7
        self.slot = weekday * 24 + hour
        if local.size == 0:
            self.shares, self.chance = np.zeros(SLOTS), 1.0
            return
        worked = distinct(day * 24 + hour)  # each hour of each date once
        dates = np.arange(int(day.min()), int(day.max()) + 1)
        possible = np.bincount((dates + MONDAY_OFFSET) % 7, minlength=7)
        seen = np.bincount(((worked // 24 + MONDAY_OFFSET) % 7) * 24 + worked % 24, minlength=SLOTS)
        self.shares = seen / np.maximum(np.repeat(possible, 24), 1)
        self.chance = _rayleigh(worked // 24, worked % 24)

    def open_slots(self, confidence: float) -> Slots:
        found: Slots = (self.shares >= confidence) & (self.shares > 0)
        return found


def _rayleigh(date: NDArray[np.int64], hour: NDArray[np.int64]) -> float:
    """How likely hours are so alike from date to date when each date's fall anywhere on the clock.

    One arrow per date, the mean of its hours on the circle, so that a long day or a batch counts once. Of few dates the
    probability is too great rather than too small.
    """
    _, place = np.unique(date, return_inverse=True)
    turns = np.exp(2j * np.pi * hour / 24)
    counts = np.bincount(place)
    arrows = (np.bincount(place, weights=turns.real) + 1j * np.bincount(place, weights=turns.imag)) / counts
    spread = float((np.abs(arrows) ** 2).sum())
    return float(np.exp(-(np.abs(arrows.sum()) ** 2) / spread)) if spread > 0 else 1.0


def _first_supported(
    name: str, own: _Hours, levels: Sequence[tuple[CalendarLevel, _Hours]], confidence: float, support: float
) -> DiscoveredCalendar:
    for level, hours in levels:
        slots = hours.open_slots(confidence)
        is_supported = slots.any() and (_share_in(slots, own) >= support or level is CalendarLevel.EVERYBODY)
        if is_supported and hours.chance <= LEVEL:
            break
    else:
        level, hours, slots = CalendarLevel.CANNOT_TELL, own, np.ones(SLOTS, dtype=np.bool_)
    return DiscoveredCalendar(
        resource=name,
        level=level,
        week={day: _spans(slots[24 * number : 24 * number + 24]) for number, day in enumerate(WEEKDAYS)},
        hours=int(slots.sum()),
        support=_share_in(slots, own),
        confidence=float(hours.shares[slots].mean()) if slots.any() else 0.0,
        events=own.events,
    )


def _share_in(slots: Slots, hours: _Hours) -> float:
    return float(slots[hours.slot].mean()) if hours.events else 0.0


def _spans(hours: Slots) -> tuple[str, ...]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], hours, [False]]).astype(np.int8)))
    return tuple(f"{begin:02d}:00-{end:02d}:00" for begin, end in edges.reshape(-1, 2).tolist())
