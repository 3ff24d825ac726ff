# SPDX-License-Identifier: Apache-2.0
"""Instants, durations and cycles of timers (ISO 8601), literal or computed by FEEL, to due instants in UTC.

- A duration counts from the event's time. Days are days of the calendar in the anchor's zone, hours are exact; without
  a zone the calendar is UTC, where both are the same. The day past the end of a month is its last day.
- A date without zone is read as UTC.
- A cycle `R<n>/<duration>` first fires after one duration; `R<n>/<start>/<duration>` first fires at its start. Instants
  before the wait began are skipped, without counting against n. `/<end>` after the duration ends it. The instants are
  counted from the first one and never from the previous firing, so that neither lateness nor short months add up.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import Enum

from taktloom.calendars.zones import UnknownZoneError, load_zone
from taktloom.feel.values import FeelValue
from taktloom.kernel.commands import IncidentKind
from taktloom.kernel.expressions import Context, TextExpression, kind_of
from taktloom.kernel.failure import ElementFailure

__all__ = ["Timer", "TimerKind", "TimerPlan", "check_literal", "next_plan", "plan_due_date", "plan_timer"]

UNENDING = -1
SEPARATOR = "|"  # in a recorded schedule: names of time zones have slashes themselves
_MAX_REPETITIONS = 1_000_000
_MAX_SKIPPED = 1_000_000
_INTERVAL = re.compile(
    r"P(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})W)?(?:(\d{1,7})D)?"
    r"(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,12})(?:[.,](\d{1,9}))?S)?)?",
    re.ASCII,
)
_ZONED = re.compile(r"(?P<moment>[^@\[]+)(?:@(?P<at>[\w/+\-]+)|\[(?P<bracket>[\w/+\-]+)\])?", re.ASCII)


class TimerKind(Enum):
    """Which of the three texts the model gives."""

    DATE = "timeDate"
    DURATION = "timeDuration"
    CYCLE = "timeCycle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """A compiled timer definition."""

    kind: TimerKind
    text: TextExpression


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerPlan:
    """The next due instant (UTC) and, of a cycle, what comes after it; see TimerWait."""

    due_at: datetime
    repetitions_left: int = 0
    schedule: str | None = None
    occurrence: int = 0


@dataclass(frozen=True, slots=True)
class Interval:
    """A duration: calendar months and days, then exact time."""

    months: int
    days: int
    time: timedelta

    def after(self, moment: datetime, times: int = 1) -> datetime:
        """*times* intervals after the aware *moment*, on the calendar of its zone."""
        year, month = divmod(moment.year * 12 + moment.month - 1 + self.months * times, 12)
        day = min(moment.day, _days_in_month(year, month + 1))
        shifted = moment.replace(year=year, month=month + 1, day=day) + timedelta(days=self.days * times)
        return shifted.astimezone(UTC) + self.time * times


class TimerTextError(ValueError):
    """The text is no instant, duration or cycle; the argument says what was expected."""


def plan_timer(timer: Timer, context: Context, now: datetime) -> TimerPlan:
    """When the timer fires first; raises ElementFailure (kind timer) if the value is unfit."""
    if timer.text.expression is None:
        text, shown = timer.text.literal, timer.text.literal
    else:
        text, shown = _text_of(timer.text.expression.evaluate(context, now)), timer.text.expression.text
    try:
        return _PLANS[timer.kind](text, now)
    except (TimerTextError, OverflowError, ValueError) as error:
        reason = str(error) if isinstance(error, TimerTextError) else "it is out of range"
        raise ElementFailure(IncidentKind.TIMER, f"The timer '{shown}' cannot be used: {reason}.") from error


def plan_due_date(text: TextExpression, context: Context, now: datetime) -> datetime | None:
    """A due date: an instant, or a duration from now; None where FEEL gives null. Raises ElementFailure."""
    if text.expression is None:
        literal = text.literal
    else:
        value = text.expression.evaluate(context, now)
        if value is None:
            return None
        literal = _text_of(value)
    try:
        return parse_interval(literal).after(now) if literal.startswith("P") else parse_instant(literal).astimezone(UTC)
    except (TimerTextError, OverflowError, ValueError) as error:
        raise ElementFailure(IncidentKind.TIMER, "The due date is no ISO 8601 date or duration.") from error


def check_literal(kind: TimerKind, text: str) -> str | None:
    """Why the literal *text* cannot be a timer of this kind; None if it can, or if only its time has passed."""
    try:
        _CHECKS[kind](text)
    except TimerTextError as error:
        return str(error)
    except (OverflowError, ValueError):
        return "it is out of range"
    return None


def next_plan(plan: TimerPlan) -> TimerPlan | None:
    """The firing after *plan* of a cycle; None when it was the last one. Never fails."""
    if plan.schedule is None or plan.repetitions_left == 0:
        return None
    first, interval, end = _parse_schedule(plan.schedule)
    occurrence = plan.occurrence + 1
    try:
        due = interval.after(first, occurrence)
    except (OverflowError, ValueError):  # beyond the year 9999: nobody waits for it
        return None
    if end is not None and due > end:
        return None
    left = plan.repetitions_left if plan.repetitions_left == UNENDING else plan.repetitions_left - 1
    return TimerPlan(due_at=due, repetitions_left=left, schedule=plan.schedule, occurrence=occurrence)


def parse_instant(text: str) -> datetime:
    """ISO 8601 date or date and time, with offset, `@Zone/Name`, `[Zone/Name]` or none (UTC), as aware datetime."""
    match = _ZONED.fullmatch(text)
    if match is None:
        raise TimerTextError("an ISO 8601 date and time is expected")
    try:
        moment = datetime.fromisoformat(match["moment"])
        zone: tzinfo | None = load_zone(match["at"] or match["bracket"]) if match["at"] or match["bracket"] else None
    except UnknownZoneError:
        raise TimerTextError("its time zone is unknown") from None
    except ValueError:
        raise TimerTextError("an ISO 8601 date and time is expected") from None
    if zone is not None:
        return (moment.replace(tzinfo=zone) if moment.tzinfo is None else moment).astimezone(zone)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def parse_interval(text: str) -> Interval:
    """ISO 8601 duration; raises TimerTextError, for zero and negative ones of cycles see the caller."""
    match = _INTERVAL.fullmatch(text)
    if match is None or not any(match.groups()) or text.endswith("T"):
        raise TimerTextError("an ISO 8601 duration is expected, such as PT15M or P2D")
    years, months, weeks, days, hours, minutes, seconds, fraction = match.groups()
    time = timedelta(
        hours=int(hours or 0),
        minutes=int(minutes or 0),
        seconds=int(seconds or 0),
        microseconds=int((fraction or "")[:6].ljust(6, "0")),
    )
    return Interval(int(years or 0) * 12 + int(months or 0), int(weeks or 0) * 7 + int(days or 0), time)


def _plan_date(text: str, now: datetime) -> TimerPlan:
    return TimerPlan(due_at=max(parse_instant(text).astimezone(UTC), now))


def _plan_duration(text: str, now: datetime) -> TimerPlan:
    return TimerPlan(due_at=parse_interval(text).after(now))


def _plan_cycle(text: str, now: datetime) -> TimerPlan:
    repetitions, start, interval, end = _parse_cycle(text)
    first = interval.after(now) if start is None else start
    occurrence = 0
    if first < now:
        occurrence = _first_occurrence(first, interval, now)
    due = interval.after(first, occurrence)
    if end is not None and due > end:
        raise TimerTextError("its end has passed")
    schedule = SEPARATOR.join(
        [_instant_text(first), _interval_text(interval), *([] if end is None else [_instant_text(end)])]
    )
    left = UNENDING if repetitions == UNENDING else repetitions - 1
    return TimerPlan(due_at=due, repetitions_left=left, schedule=schedule, occurrence=occurrence)


def _first_occurrence(first: datetime, interval: Interval, now: datetime) -> int:
    """Number of the first instant at or after *now*, by bisection: the start may be long ago."""
    high = 1
    while interval.after(first, high) < now:
        high *= 2
        if high > _MAX_SKIPPED * 1000:
            raise TimerTextError("its start lies too far back")
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
        raise TimerTextError("an ISO 8601 cycle is expected, such as R3/PT1H")
    repetitions = int(head[1:]) if len(head) > 1 else UNENDING
    if repetitions == 0 or repetitions > _MAX_REPETITIONS:
        raise TimerTextError("it would never fire" if repetitions == 0 else "it repeats too often")
    start = None if parts[0].startswith("P") else parse_instant(parts.pop(0))
    if not parts:
        raise TimerTextError("an ISO 8601 cycle is expected, such as R3/PT1H")
    interval = parse_interval(parts[0])
    if interval == Interval(0, 0, timedelta()):
        raise TimerTextError("its interval is zero")
    end = parse_instant(parts[1]).astimezone(UTC) if len(parts) == 2 else None
    return repetitions, start, interval, end


def _parse_schedule(text: str) -> tuple[datetime, Interval, datetime | None]:
    first, interval, *end = text.split(SEPARATOR)
    return parse_instant(first), parse_interval(interval), parse_instant(end[0]) if end else None


def _instant_text(moment: datetime) -> str:
    key = getattr(moment.tzinfo, "key", None)
    if key is None or key == "UTC":
        return moment.astimezone(UTC).isoformat()
    return f"{moment.replace(tzinfo=None).isoformat()}@{key}"


def _interval_text(interval: Interval) -> str:
    seconds, micros = divmod(interval.time // timedelta(microseconds=1), 1_000_000)
    date = (f"{interval.months}M" if interval.months else "") + (f"{interval.days}D" if interval.days else "")
    time = f"T{seconds}.{micros:06d}S" if micros else f"T{seconds}S" if seconds else ""
    return f"P{date}{time}"


def _text_of(value: FeelValue) -> str:
    if value is None or isinstance(value, bool | list | dict):
        raise ElementFailure(IncidentKind.TIMER, f"The timer's expression gives {kind_of(value)}.")
    return str(value)


def _days_in_month(year: int, month: int) -> int:
    first_of_next = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return (first_of_next - timedelta(days=1)).day


_PLANS = {TimerKind.DATE: _plan_date, TimerKind.DURATION: _plan_duration, TimerKind.CYCLE: _plan_cycle}
_CHECKS = {TimerKind.DATE: parse_instant, TimerKind.DURATION: parse_interval, TimerKind.CYCLE: _parse_cycle}
