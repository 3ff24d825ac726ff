# SPDX-License-Identifier: Apache-2.0
"""Human or system: what each resource's own events say, never its name.

Six kinds of evidence, each True (speaks for a system), False (for a person) or None (cannot tell):
- clock: works around the clock. A person leaves at least 6 hours of the day nearly empty (under 1 % of events each),
  and works in more than 3;
- night: at least half of the events lie between 23:00 and 05:00 (a batch job); nothing speaks for a person; who has the
  hours of a shift may be a person who works at night;
- weekend: Saturdays and Sundays hold at least 14 % of the events (half of an even spread); a person's at most 10 %;
- speed: at least half of the events come within 2 seconds after the step before them; a person's under 20 %;
- instant: where starts are known, at least 90 % of the steps take a second or less; a person's at most 10 %;
- volume: on its busiest day at least 1,500 events (one every 20 seconds for 8 hours), which no person does by hand.
System: at least two for it, and not more against. Human: at least two against and none for, or three against one.
Anything else, and resources with under MINIMUM_EVENTS events, cannot be told.
Clock, night and weekend need the local wall clock: with UTC only they are weighed when a caller names a zone. Where
most resources work around the clock (a hospital, shifts, generated data) doing so tells nothing: then none of the three
speaks for a system.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.statistics.arrays import MICROSECONDS_PER_SECOND, NOBODY, LogArrays
from taktloom.mining.watching import heeding

MINIMUM_EVENTS = 30
QUIET_SHARE = 0.01
QUIET_HOURS_OF_PEOPLE = 6
QUIET_HOURS_OF_BATCHES = 21
NIGHT_HOURS, NIGHT_SHARE_OF_SYSTEMS = (23, 0, 1, 2, 3, 4), 0.5
WEEKEND_OF_SYSTEMS, WEEKEND_OF_PEOPLE = 0.14, 0.10
FAST_S = 2
FAST_OF_SYSTEMS, FAST_OF_PEOPLE = 0.5, 0.2
INSTANT_S = 1
INSTANT_OF_SYSTEMS, INSTANT_OF_PEOPLE = 0.9, 0.1
VOLUME_OF_SYSTEMS = 1_500
HOUR_US, DAY_US = 3_600 * MICROSECONDS_PER_SECOND, 86_400 * MICROSECONDS_PER_SECOND
MONDAY_OFFSET = 3  # 1970-01-01 was a Thursday


class Actor(StrEnum):
    """Who a resource is."""

    HUMAN = "human"
    SYSTEM = "system"
    CANNOT_TELL = "cannot-tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceFacts:
    """The measurements of one resource.

    quiet_hours: the longest run of hours of the day (across midnight) with under 1 % of the events each; None without a
    local clock, as night_share and weekend_share are. fast_share: share of events within 2 s after the step before;
    None when no event has one or the log's clock is coarser. instant_share: share of steps with known start that take a
    second or less; None when none has a start. busiest_day: the most events on one day.
    """

    events: int
    quiet_hours: int | None
    night_share: float | None
    weekend_share: float | None
    fast_share: float | None
    instant_share: float | None
    busiest_day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceEvidence:
    """A resource, its class, the measurements and which kinds of evidence speak for which class."""

    resource: str
    actor: Actor
    facts: ResourceFacts
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
    instant = _instant_shares(log, count)
    rows = []
    for code in heeding(np.flatnonzero(events).tolist()):
        facts = ResourceFacts(
            events=int(events[code]),
            quiet_hours=None if hours is None else longest_quiet_run(hours[code]),
            night_share=None if hours is None else float(hours[code][list(NIGHT_HOURS)].sum() / events[code]),
            weekend_share=None if weekend is None else float(weekend[code] / events[code]),
            fast_share=None if fast is None or np.isnan(fast[code]) else float(fast[code]),
            instant_share=None if np.isnan(instant[code]) else float(instant[code]),
            busiest_day=int(busiest[code]),
        )
        rows.append((log.resources[code], facts))
    is_calendar_telling = _most_rest([facts for _, facts in rows])
    judged = [
        _judge(resource, facts, _signs(facts, is_calendar_telling=is_calendar_telling))
        for resource, facts in heeding(rows)
    ]
    return tuple(sorted(judged, key=lambda row: (-row.facts.events, row.resource)))


def _most_rest(rows: list[ResourceFacts]) -> bool:
    """Whether most resources with enough events leave the night empty, weighed by events."""
    known = [facts for facts in rows if facts.events >= MINIMUM_EVENTS and facts.quiet_hours is not None]
    resting = [facts for facts in known if (facts.quiet_hours or 0) >= QUIET_HOURS_OF_PEOPLE]
    return 2 * len(resting) > len(known)


def _judge(resource: str, facts: ResourceFacts, signs: Mapping[str, bool | None]) -> ResourceEvidence:
    system = tuple(name for name, sign in signs.items() if sign is True)
    human = tuple(name for name, sign in signs.items() if sign is False)
    actor = Actor.CANNOT_TELL
    if facts.events >= MINIMUM_EVENTS:
        if len(system) >= 2 and len(system) >= len(human):
            actor = Actor.SYSTEM
        elif len(human) >= 2 and (not system or (len(system) == 1 and len(human) >= 3)):
            actor = Actor.HUMAN
    return ResourceEvidence(
        resource=resource, actor=actor, facts=facts, evidence_for_system=system, evidence_for_human=human
    )


def _signs(facts: ResourceFacts, *, is_calendar_telling: bool) -> dict[str, bool | None]:
    signs: dict[str, bool | None] = {"volume": True if facts.busiest_day >= VOLUME_OF_SYSTEMS else None}
    if facts.quiet_hours is not None and facts.quiet_hours < QUIET_HOURS_OF_BATCHES:
        signs["clock"] = facts.quiet_hours < QUIET_HOURS_OF_PEOPLE
    if (
        facts.night_share is not None
        and facts.night_share >= NIGHT_SHARE_OF_SYSTEMS
        and signs.get("clock") is not False
    ):
        signs["night"] = True
    if facts.weekend_share is not None:
        signs["weekend"] = _between(facts.weekend_share, WEEKEND_OF_PEOPLE, WEEKEND_OF_SYSTEMS)
    if not is_calendar_telling:
        signs = {name: None if name != "volume" and sign else sign for name, sign in signs.items()}
    if facts.fast_share is not None:
        signs["speed"] = _between(facts.fast_share, FAST_OF_PEOPLE, FAST_OF_SYSTEMS)
    if facts.instant_share is not None:
        signs["instant"] = _between(facts.instant_share, INSTANT_OF_PEOPLE, INSTANT_OF_SYSTEMS)
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


def _instant_shares(log: LogArrays, count: int) -> NDArray[np.float64]:
    if log.started_at is None:
        return np.full(count, np.nan)
    known = (log.resource != NOBODY) & log.has_start
    who = log.resource[known]
    total = np.bincount(who, minlength=count)
    working = log.occurred_at[known] - log.started_at[known]
    instant = np.bincount(who[working <= INSTANT_S * MICROSECONDS_PER_SECOND], minlength=count)
    return np.where(total > 0, instant / np.maximum(total, 1), np.nan)


def _busiest_days(who: NDArray[np.int64], local: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    busiest = np.zeros(count, dtype=np.int64)
    if who.size:
        day = local // DAY_US
        days = int(day.max() - day.min()) + 1
        key, events = np.unique(who * days + (day - day.min()), return_counts=True)
        np.maximum.at(busiest, key // days, events)
    return busiest
