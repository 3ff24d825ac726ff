# SPDX-License-Identifier: Apache-2.0
"""Human or system: what each resource's own events say, never its name.

Four kinds of evidence, each True (speaks for a system), False (for a person) or None (cannot tell):
- clock: works around the clock. A person leaves at least 6 hours of the day nearly empty (under 1 % of the events each);
- weekend: Saturdays and Sundays hold at least 14 % of the events (half of an even spread); a person's at most 10 %;
- speed: at least half of the events come within 2 seconds after the step before them; a person's under 20 %;
- volume: on its busiest day at least 1,500 events (one every 20 seconds for 8 hours), which no person does by hand.
System: two for it, or volume with speed, and not more against than for. Human: at least two against and none for, or
three against one. Anything else, and resources with under MINIMUM_EVENTS events, cannot be told.
Clock and weekend need the local wall clock; when a log holds UTC only, they are weighed only if a caller names a zone.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.statistics.arrays import MICROSECONDS_PER_SECOND, NOBODY, LogArrays

MINIMUM_EVENTS = 30
QUIET_SHARE = 0.01
QUIET_HOURS_OF_PEOPLE = 6
WEEKEND_OF_SYSTEMS, WEEKEND_OF_PEOPLE = 0.14, 0.10
FAST_S = 2
FAST_OF_SYSTEMS, FAST_OF_PEOPLE = 0.5, 0.2
VOLUME_OF_SYSTEMS = 1_500
HOUR_US, DAY_US = 3_600 * MICROSECONDS_PER_SECOND, 86_400 * MICROSECONDS_PER_SECOND
MONDAY_OFFSET = 3  # 1970-01-01 was a Thursday


class Actor(StrEnum):
    """Who a resource is."""

    HUMAN = "human"
    SYSTEM = "system"
    CANNOT_TELL = "cannot-tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceEvidence:
    """A resource, its class and the measurements behind it.

    quiet_hours: the longest run of hours of the day (around midnight) with under 1 % of the events each; None without a
    local clock, as weekend_share is. fast_share: share of events within 2 s after the step before; None when no event
    has one or the log's clock is coarser. busiest_day: the most events on one day.
    """

    resource: str
    actor: Actor
    events: int
    quiet_hours: int | None
    weekend_share: float | None
    fast_share: float | None
    busiest_day: int
    evidence_for_system: tuple[str, ...]
    evidence_for_human: tuple[str, ...]


def classify_resources(log: LogArrays, *, has_local_clock: bool, finest_unit_us: int) -> tuple[ResourceEvidence, ...]:
    """Every resource of *log*, most events first (ties by name)."""
    known = np.flatnonzero(log.resource != NOBODY)
    count = len(log.resources)
    who = log.resource[known]
    events = np.bincount(who, minlength=count)
    hours = _hours(who, log.local[known], count) if has_local_clock else None
    weekend = _weekend(who, log.local[known], count) if has_local_clock else None
    fast = _fast_shares(log, count) if finest_unit_us <= MICROSECONDS_PER_SECOND else None
    busiest = _busiest_days(who, log.local[known], count)
    rows = []
    for code in np.flatnonzero(events).tolist():
        facts = _Facts(
            events=int(events[code]),
            quiet_hours=None if hours is None else longest_quiet_run(hours[code]),
            weekend_share=None if weekend is None else float(weekend[code] / events[code]),
            fast_share=None if fast is None or np.isnan(fast[code]) else float(fast[code]),
            busiest_day=int(busiest[code]),
        )
        rows.append(_judge(log.resources[code], facts))
    return tuple(sorted(rows, key=lambda row: (-row.events, row.resource)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    events: int
    quiet_hours: int | None
    weekend_share: float | None
    fast_share: float | None
    busiest_day: int


def _judge(resource: str, facts: _Facts) -> ResourceEvidence:
    signs = _signs(facts)
    system = tuple(name for name, sign in signs.items() if sign is True)
    human = tuple(name for name, sign in signs.items() if sign is False)
    actor = Actor.CANNOT_TELL
    if facts.events >= MINIMUM_EVENTS:
        if len(system) >= 2 and len(system) >= len(human):
            actor = Actor.SYSTEM
        elif len(human) >= 2 and (not system or len(human) >= 3):
            actor = Actor.HUMAN
    return ResourceEvidence(
        resource=resource,
        actor=actor,
        events=facts.events,
        quiet_hours=facts.quiet_hours,
        weekend_share=facts.weekend_share,
        fast_share=facts.fast_share,
        busiest_day=facts.busiest_day,
        evidence_for_system=system,
        evidence_for_human=human,
    )


def _signs(facts: _Facts) -> dict[str, bool | None]:
    signs: dict[str, bool | None] = {"volume": True if facts.busiest_day >= VOLUME_OF_SYSTEMS else None}
    if facts.quiet_hours is not None:
        signs["clock"] = facts.quiet_hours < QUIET_HOURS_OF_PEOPLE
    if facts.weekend_share is not None:
        signs["weekend"] = _between(facts.weekend_share, WEEKEND_OF_PEOPLE, WEEKEND_OF_SYSTEMS)
    if facts.fast_share is not None:
        signs["speed"] = _between(facts.fast_share, FAST_OF_PEOPLE, FAST_OF_SYSTEMS)
    return signs


def _between(share: float, people: float, systems: float) -> bool | None:
    if share >= systems:
        return True
    return False if share <= people else None


def longest_quiet_run(hours: NDArray[np.int64]) -> int:
    """The longest run of nearly empty hours of the day, across midnight; *hours*: 24 counts."""
    quiet = hours < QUIET_SHARE * hours.sum()
    if quiet.all():
        return 24
    longest = run = 0
    for is_quiet in [*quiet.tolist(), *quiet.tolist()]:
        run = run + 1 if is_quiet else 0
        longest = max(longest, run)
    return longest


def _hours(who: NDArray[np.int64], local: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    hour = (local // HOUR_US) % 24
    return np.bincount(who * 24 + hour, minlength=count * 24).reshape(count, 24)


def _weekend(who: NDArray[np.int64], local: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    weekday = (local // DAY_US + MONDAY_OFFSET) % 7
    return np.bincount(who[weekday >= 5], minlength=count)


def _fast_shares(log: LogArrays, count: int) -> NDArray[np.float64]:
    who = log.resource[log.follows]
    known = who != NOBODY
    total = np.bincount(who[known], minlength=count)
    fast = np.bincount(who[known & (log.gap_us <= FAST_S * MICROSECONDS_PER_SECOND)], minlength=count)
    return np.where(total > 0, fast / np.maximum(total, 1), np.nan)


def _busiest_days(who: NDArray[np.int64], local: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    busiest = np.zeros(count, dtype=np.int64)
    if who.size:
        day = local // DAY_US
        days = int(day.max() - day.min()) + 1
        key, events = np.unique(who * days + (day - day.min()), return_counts=True)
        np.maximum.at(busiest, key // days, events)
    return busiest
