# SPDX-License-Identifier: Apache-2.0
"""Instants, durations and cycles of timers (ISO 8601), literal or computed by FEEL, to due instants in UTC.

- A duration counts from the event's time. Days are days of the calendar in the anchor's zone, hours are exact; without
  a zone the calendar is UTC, where both are the same. The day past the end of a month is its last day. A negative one,
  as FEEL gives for the time to an instant that has passed, is over at once.
- A date without zone is read as UTC. One in a skipped hour is the moment of the change, one that has passed is now.
- A cycle `R<n>/<duration>` first fires after one duration; `R<n>/<start>/<duration>` first fires at its start. Instants
  before the wait began are skipped, without counting against n. `/<end>` after the duration ends it. The instants are
  counted from the first one and never from the previous firing, so that neither lateness nor short months add up.
- A cycle may also be a cron expression with an optional zone; see `calendars.cron`.
- A timer that names a business calendar is planned by the host, which has the calendars: the plan's instant is then the
  anchor from which the rule in `schedule` counts (`calendars.reckoning`), and a cycle counts from its last instant.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from enum import Enum
from typing import NamedTuple

from taktloom.calendars.cron import parse_cron
from taktloom.calendars.durations import Interval, TimeTextError, parse_interval
from taktloom.calendars.local_time import instant_of
from taktloom.calendars.reckoning import CRON_RULE
from taktloom.calendars.zones import UnknownZoneError, load_zone
from taktloom.feel.values import FeelValue
from taktloom.kernel.commands import IncidentKind, Reckoning
from taktloom.kernel.events import MISSED_FIRINGS_AS_ONE, NEWEST_RULES
from taktloom.kernel.expressions import Context, TextExpression, kind_of
from taktloom.kernel.failure import ElementFailure
from taktloom.kernel.state import TimerWait

__all__ = [
    "Timer",
    "TimerKind",
    "TimerPlan",
    "check_literal",
    "next_plan",
    "plan_after",
    "plan_due_date",
    "plan_of",
    "plan_timer",
    "reckoned",
    "reckoning_of",
]

UNENDING = -1
SEPARATOR = "|"  # in a recorded schedule: names of time zones have slashes themselves
_MAX_REPETITIONS = 1_000_000
_MAX_SKIPPED = 1_000_000
_ZONED = re.compile(r"(?P<moment>[^@\[]+)(?:@(?P<at>[\w/+\-]+)|\[(?P<bracket>[\w/+\-]+)\])?", re.ASCII)
_RESOLUTION = timedelta.resolution


class TimerKind(Enum):
    """Which of the three texts the model gives."""

    DATE = "timeDate"
    DURATION = "timeDuration"
    CYCLE = "timeCycle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """A compiled timer definition; calendar: the name of a business calendar, None for the wall calendar."""

    kind: TimerKind
    text: TextExpression
    calendar: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerPlan:
    """The next due instant (UTC) and, of a cycle, what comes after it; see TimerWait.

    calendar: of a plan that the host has to finish; *due_at* is the anchor until then, *schedule* the rule.
    """

    due_at: datetime
    repetitions_left: int = 0
    schedule: str | None = None
    occurrence: int = 0
    calendar: str | None = None


def plan_timer(timer: Timer, context: Context, now: datetime, rules: int = NEWEST_RULES) -> TimerPlan:
    """When the timer fires first; raises ElementFailure (kind timer) if the value is unfit.

    rules: those under which it happens (see events.py).
    """
    if timer.text.expression is None:
        text, shown = timer.text.literal, timer.text.literal
    else:
        text, shown = _text_of(timer.text.expression.evaluate(context, now)), timer.text.expression.text
    try:
        plans = _PLANS_BEFORE if rules < MISSED_FIRINGS_AS_ONE else _PLANS
        if timer.calendar is None:
            return plans.by_wall[timer.kind](text, now)
        return replace(plans.by_calendar[timer.kind](text, now), calendar=timer.calendar)
    except (TimeTextError, OverflowError, ValueError) as error:
        reason = str(error) if isinstance(error, TimeTextError) else "it is out of range"
        raise ElementFailure(IncidentKind.TIMER, f"The timer '{shown}' cannot be used: {reason}.") from error


def plan_due_date(
    text: TextExpression, context: Context, now: datetime, calendar: str | None = None
) -> datetime | Reckoning | None:
    """A due date: an instant, or a duration from now; None where FEEL gives null. Raises ElementFailure.

    With a business calendar it is what the host has to reckon.
    """
    if text.expression is None:
        literal = text.literal
    else:
        value = text.expression.evaluate(context, now)
        if value is None:
            return None
        literal = _text_of(value)
    try:
        is_negative = literal.startswith("-P")
        is_duration = literal.startswith("P") or is_negative
        interval = parse_interval(literal.removeprefix("-")) if is_duration else None
        if interval is None:
            due = _instant(literal)
        elif calendar is None or is_negative:
            due = interval.after(now, -1 if is_negative else 1)
        else:
            return Reckoning(calendar=calendar, anchor=now, rule=literal)
    except (TimeTextError, OverflowError, ValueError) as error:
        raise ElementFailure(IncidentKind.TIMER, "The due date is no ISO 8601 date or duration.") from error
    return due if calendar is None else Reckoning(calendar=calendar, anchor=due, rule="")


def plan_of(wait: TimerWait) -> TimerPlan:
    """What the timer waits for."""
    return TimerPlan(
        due_at=wait.due_at,
        repetitions_left=wait.repetitions_left,
        schedule=wait.schedule,
        occurrence=wait.occurrence,
        calendar=wait.calendar,
    )


def reckoning_of(plan: TimerPlan, after: datetime | None = None) -> Reckoning | None:
    """What the host has to reckon before the plan holds; None where it holds. after: as in Reckoning."""
    if plan.calendar is None:
        return None
    return Reckoning(calendar=plan.calendar, anchor=plan.due_at, rule=plan.schedule or "", after=after)


def reckoned(plan: TimerPlan, due_at: datetime, missed: int = 0) -> TimerPlan | None:
    """*plan* with the instant that the host has reckoned; None where what was missed was the last of the cycle."""
    return _at(plan, due_at, plan.occurrence + missed)


def check_literal(kind: TimerKind, text: str, calendar: str | None = None) -> str | None:
    """Why the literal *text* cannot be a timer of this kind; None if it can, or if only its time has passed."""
    try:
        _CHECKS[kind](text)
        if calendar is not None and kind is TimerKind.CYCLE:
            _require_no_end(text)
    except TimeTextError as error:
        return str(error)
    except (OverflowError, ValueError):
        return "it is out of range"
    return None


def next_plan(plan: TimerPlan) -> TimerPlan | None:
    """The firing after *plan* of a cycle; None when it was the last one. Never fails."""
    if plan.schedule is None or plan.repetitions_left == 0:
        return None
    if plan.calendar is not None:
        return _at(plan, plan.due_at, plan.occurrence + 1)
    if plan.schedule.startswith(CRON_RULE):
        due = parse_cron(plan.schedule.removeprefix(CRON_RULE)).after(plan.due_at)
        return None if due is None else _at(plan, due, plan.occurrence + 1)
    return _of_interval(plan, plan.occurrence + 1)


def plan_after(plan: TimerPlan, now: datetime) -> TimerPlan | None:
    """The first firing of a cycle after *plan* and after *now*; what was missed counts as having been. Never fails.

    An interval by a business calendar goes one step on: the host reckons how many were missed (`reckoned`).
    """
    following = next_plan(plan)
    if following is None or following.due_at > now or following.schedule is None:
        return following
    if following.schedule.startswith(CRON_RULE):
        return next_plan(replace(plan, due_at=now))
    if plan.calendar is not None:
        return following
    first, interval, _ = _parse_schedule(following.schedule)
    try:
        return _of_interval(plan, _first_occurrence(first, interval, now + _RESOLUTION))
    except (OverflowError, ValueError):
        return None


def _of_interval(plan: TimerPlan, occurrence: int) -> TimerPlan | None:
    first, interval, end = _parse_schedule(plan.schedule or "")
    try:
        due = interval.after(first, occurrence)
    except (OverflowError, ValueError):  # beyond the year 9999: nobody waits for it
        return None
    return None if end is not None and due > end else _at(plan, due, occurrence)


def _at(plan: TimerPlan, due: datetime, occurrence: int) -> TimerPlan | None:
    left = plan.repetitions_left
    if left != UNENDING:
        left -= occurrence - plan.occurrence
        if left < 0:
            return None
    return replace(plan, due_at=due, repetitions_left=left, occurrence=occurrence)


def parse_instant(text: str) -> datetime:
    """ISO 8601 date or date and time, with offset, `@Zone/Name`, `[Zone/Name]` or none (UTC), as aware datetime."""
    match = _ZONED.fullmatch(text)
    if match is None:
        raise TimeTextError("an ISO 8601 date and time is expected")
    try:
        moment = datetime.fromisoformat(match["moment"])
        zone: tzinfo | None = load_zone(match["at"] or match["bracket"]) if match["at"] or match["bracket"] else None
    except UnknownZoneError:
        raise TimeTextError("its time zone is unknown") from None
    except ValueError:
        raise TimeTextError("an ISO 8601 date and time is expected") from None
    if zone is not None:
        return (moment.replace(tzinfo=zone) if moment.tzinfo is None else moment).astimezone(zone)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _instant(text: str) -> datetime:
    """The instant (UTC) of the text; a time of the wall clock in a skipped hour is the moment of the change."""
    moment = parse_instant(text)
    zone = getattr(moment.tzinfo, "key", None)
    if zone is None:
        return moment.astimezone(UTC)
    instant = moment.astimezone(UTC)
    if instant.astimezone(moment.tzinfo).replace(tzinfo=None) == moment.replace(tzinfo=None):
        return instant
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return instant_of(zone, moment.date(), moment.replace(tzinfo=None) - midnight.replace(tzinfo=None))


def _plan_date(text: str, now: datetime) -> TimerPlan:
    return TimerPlan(due_at=max(_instant(text), now))


def _date_before(text: str, now: datetime) -> TimerPlan:
    """Under the first rules: a skipped hour with the offset before the change."""
    return TimerPlan(due_at=max(parse_instant(text).astimezone(UTC), now))


def _plan_duration(text: str, now: datetime) -> TimerPlan:
    if text.startswith("-"):
        parse_interval(text[1:])
        return TimerPlan(due_at=now)
    return _duration_before(text, now)


def _duration_before(text: str, now: datetime) -> TimerPlan:
    """Under the first rules: a negative one is none."""
    return TimerPlan(due_at=parse_interval(text).after(now))


def _plan_cycle(text: str, now: datetime) -> TimerPlan:
    return _planned_cycle(text, now, keeps_offset=True)


def _cycle_before(text: str, now: datetime) -> TimerPlan:
    """Under the first rules: the offset of the start forgotten."""
    return _planned_cycle(text, now, keeps_offset=False)


def _planned_cycle(text: str, now: datetime, *, keeps_offset: bool) -> TimerPlan:
    if not _is_iso_cycle(text):
        return _plan_cron(text, now)
    repetitions, start, interval, end = _parse_cycle(text)
    first = interval.after(now) if start is None else start if keeps_offset else start.replace(fold=0)
    occurrence = 0
    if first < now:
        occurrence = _first_occurrence(first, interval, now)
    due = interval.after(first, occurrence)
    if end is not None and due > end:
        raise TimeTextError("its end has passed")
    start_text = _start_text if keeps_offset else _start_text_before
    schedule = SEPARATOR.join([start_text(first), str(interval), *([] if end is None else [start_text(end)])])
    return TimerPlan(due_at=due, repetitions_left=_left(repetitions), schedule=schedule, occurrence=occurrence)


def _plan_cron(text: str, now: datetime) -> TimerPlan:
    cron = parse_cron(text)
    due = cron.after(now)
    if due is None:
        raise TimeTextError("it would never fire")
    return TimerPlan(due_at=due, repetitions_left=UNENDING, schedule=f"{CRON_RULE}{cron}")


def _date_by_calendar(text: str, now: datetime) -> TimerPlan:
    return replace(_plan_date(text, now), schedule="")


def _date_by_calendar_before(text: str, now: datetime) -> TimerPlan:
    return replace(_date_before(text, now), schedule="")


def _duration_by_calendar(text: str, now: datetime) -> TimerPlan:
    if text.startswith("-"):
        return replace(_plan_duration(text, now), schedule="")
    return _duration_by_calendar_before(text, now)


def _duration_by_calendar_before(text: str, now: datetime) -> TimerPlan:
    parse_interval(text)
    return TimerPlan(due_at=now, schedule=text)


def _cycle_by_calendar(text: str, now: datetime) -> TimerPlan:
    """The anchor is the last instant by the wall calendar that has passed, or a start that is still to come."""
    if not _is_iso_cycle(text):
        return TimerPlan(due_at=now, repetitions_left=UNENDING, schedule=f"{CRON_RULE}{parse_cron(text)}")
    _require_no_end(text)
    repetitions, start, interval, _ = _parse_cycle(text)
    anchor = now
    if start is not None:
        passed = _first_occurrence(start, interval, now) if start < now else 0
        anchor = interval.after(start, passed - 1)
    return TimerPlan(due_at=anchor, repetitions_left=_left(repetitions), schedule=str(interval))


def _require_no_end(text: str) -> None:
    if _is_iso_cycle(text) and _parse_cycle(text)[3] is not None:
        raise TimeTextError("a cycle by a business calendar has no end; say how often it repeats")


def _is_iso_cycle(text: str) -> bool:
    return text.startswith("R")


def _left(repetitions: int) -> int:
    return UNENDING if repetitions == UNENDING else repetitions - 1


def _check_cycle(text: str) -> None:
    if _is_iso_cycle(text):
        _parse_cycle(text)
    else:
        parse_cron(text)


def _first_occurrence(first: datetime, interval: Interval, now: datetime) -> int:
    """Number of the first instant at or after *now*, by bisection: the start may be long ago."""
    high = 1
    while interval.after(first, high) < now:
        high *= 2
        if high > _MAX_SKIPPED * 1000:
            raise TimeTextError("its start lies too far back")
    low = high // 2
    while low < high:
        middle = (low + high) // 2
        if interval.after(first, middle) < now:
            low = middle + 1
        else:
            high = middle
    return low


def _parse_cycle(text: str) -> tuple[int, datetime | None, Interval, datetime | None]:
    head, *parts = re.split(r"/(?=PT?\d|\d)", text)  # not at the slashes inside the name of a time zone
    if not re.fullmatch(r"R\d{0,7}", head, re.ASCII) or not 1 <= len(parts) <= 3:
        raise TimeTextError("an ISO 8601 cycle is expected, such as R3/PT1H")
    repetitions = int(head[1:]) if len(head) > 1 else UNENDING
    if repetitions == 0 or repetitions > _MAX_REPETITIONS:
        raise TimeTextError("it would never fire" if repetitions == 0 else "it repeats too often")
    start = None if parts[0].startswith("P") else parse_instant(parts.pop(0))
    if not parts:
        raise TimeTextError("an ISO 8601 cycle is expected, such as R3/PT1H")
    interval = parse_interval(parts[0])
    if interval.is_zero:
        raise TimeTextError("its interval is zero")
    end = parse_instant(parts[1]).astimezone(UTC) if len(parts) == 2 else None
    return repetitions, start, interval, end


def _parse_schedule(text: str) -> tuple[datetime, Interval, datetime | None]:
    first, interval, *end = text.split(SEPARATOR)
    return parse_instant(first), parse_interval(interval), parse_instant(end[0]) if end else None


def _start_text(moment: datetime) -> str:
    """The wall clock's time, its offset and its zone: the offset tells apart the two times of a doubled hour."""
    key = getattr(moment.tzinfo, "key", None)
    return moment.isoformat() if key is None else f"{moment.isoformat()}@{key}"


def _start_text_before(moment: datetime) -> str:
    key = getattr(moment.tzinfo, "key", None)
    if key is None or key == "UTC":
        return moment.astimezone(UTC).isoformat()
    return f"{moment.replace(tzinfo=None).isoformat()}@{key}"


def _text_of(value: FeelValue) -> str:
    if value is None or isinstance(value, bool | list | dict):
        raise ElementFailure(IncidentKind.TIMER, f"The timer's expression gives {kind_of(value)}.")
    return str(value)


class _Plans(NamedTuple):
    """How each kind is planned, without and with a business calendar."""

    by_wall: Mapping[TimerKind, Callable[[str, datetime], TimerPlan]]
    by_calendar: Mapping[TimerKind, Callable[[str, datetime], TimerPlan]]


_PLANS = _Plans(
    {TimerKind.DATE: _plan_date, TimerKind.DURATION: _plan_duration, TimerKind.CYCLE: _plan_cycle},
    {
        TimerKind.DATE: _date_by_calendar,
        TimerKind.DURATION: _duration_by_calendar,
        TimerKind.CYCLE: _cycle_by_calendar,
    },
)
_PLANS_BEFORE = _Plans(
    {TimerKind.DATE: _date_before, TimerKind.DURATION: _duration_before, TimerKind.CYCLE: _cycle_before},
    {
        TimerKind.DATE: _date_by_calendar_before,
        TimerKind.DURATION: _duration_by_calendar_before,
        TimerKind.CYCLE: _cycle_by_calendar,
    },
)
_CHECKS: dict[TimerKind, Callable[[str], object]] = {
    TimerKind.DATE: parse_instant,
    TimerKind.DURATION: parse_interval,
    TimerKind.CYCLE: _check_cycle,
}
