# SPDX-License-Identifier: Apache-2.0
"""Business calendars: when is open, how much open time lies between two instants, and when some of it has passed.

A day is open in the spans of its weekday. A holiday of the calendar's regions is closed. An exception for a day says
its spans itself and stands above both, so that a Saturday can be worked and a bridge day be off.

A span is the time from the instant at which the wall clock first shows its start to the instant at which it first shows
its end. In the night of the skipped hour it is shorter by what is skipped, in the night of the doubled hour longer.

Years are tables of instants, built once per calendar and year, with the open time before each span: everything here is
a bisection in them.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from taktloom.calendars.holidays import holiday_names
from taktloom.calendars.local_time import instant_of, local_of

__all__ = [
    "BusinessCalendar",
    "HolidayRegion",
    "NoOpeningError",
    "Span",
    "add_business_days",
    "add_business_time",
    "business_duration_between",
    "is_open",
    "next_opening",
    "opening_spans",
]

MINUTES_A_DAY = 24 * 60
_YEARS_SEARCHED = 60
_LAST_YEAR = 9998  # of year 9999 the end cannot be told in UTC everywhere
_NOTHING = timedelta()
_DAY = timedelta(days=1)


class NoOpeningError(ValueError):
    """The calendar has not that much open time within 60 years."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Open from *start* to before *end*: minutes since midnight on the wall clock, 0 <= start < end <= 1440."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, order=True)
class HolidayRegion:
    """A country (ISO 3166 code) or one of its regions (ISO 3166-2 without the country)."""

    country: str
    region: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessCalendar:
    """Opening hours. week: spans of Monday to Sunday, ascending and apart. exceptions: days with spans of their own.

    An exception without spans is a closed day.
    """

    zone: str
    week: tuple[tuple[Span, ...], ...]
    regions: tuple[HolidayRegion, ...] = ()
    exceptions: tuple[tuple[date, tuple[Span, ...]], ...] = ()

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """The spans of a day, none where it is closed."""
        exception = _exceptions(self).get(day)
        if exception is not None:
            return exception
        spans = self.week[day.weekday()]
        if spans and any(day in holiday_names(place.country, place.region, day.year) for place in self.regions):
            return ()
        return spans


def is_open(calendar: BusinessCalendar, instant: datetime) -> bool:
    """Whether the aware *instant* lies in a span; its end does not."""
    year = _year(calendar, local_of(calendar.zone, instant).year)
    at = bisect_right(year.starts, instant) - 1
    return at >= 0 and instant < year.ends[at]


def next_opening(calendar: BusinessCalendar, instant: datetime) -> datetime:
    """*instant* itself where it is open, else the next start of a span (UTC). Raises NoOpeningError."""
    for year in _years_from(calendar, instant):
        at = bisect_right(year.ends, instant)
        if at < len(year.starts):
            return max(year.starts[at], instant.astimezone(UTC))
    raise NoOpeningError(calendar.zone)


def business_duration_between(calendar: BusinessCalendar, start: datetime, end: datetime) -> timedelta:
    """Open time from one aware instant to another; negative where *end* is before *start*."""
    if end < start:
        return -business_duration_between(calendar, end, start)
    first, last = local_of(calendar.zone, start).year, local_of(calendar.zone, end).year
    whole = sum((_year(calendar, year).total for year in range(first, last)), _NOTHING)
    return whole + _year(calendar, last).open_before(end) - _year(calendar, first).open_before(start)


def add_business_time(calendar: BusinessCalendar, instant: datetime, time: timedelta) -> datetime:
    """The first instant (UTC) at which *time* of open time has passed since the aware *instant*.

    Of zero time it is the next opening. Raises NoOpeningError, ValueError for a negative time.
    """
    if time < _NOTHING:
        raise ValueError("business time is added, not taken away")
    if time == _NOTHING:
        return next_opening(calendar, instant)
    left = time
    for year in _years_from(calendar, instant):
        target = year.open_before(instant) + left
        if target <= year.total:
            return year.when_open_for(target)
        left = target - year.total
    raise NoOpeningError(calendar.zone)


def add_business_days(calendar: BusinessCalendar, instant: datetime, days: int) -> datetime:
    """The same time of day on the *days*-th open day after that of *instant*; where that is closed, the next opening.

    Raises NoOpeningError.
    """
    local = local_of(calendar.zone, instant)
    since_midnight = local - datetime.combine(local.date(), datetime.min.time())
    if days == 0:
        return next_opening(calendar, instant)
    day, last, left = local.date(), min(local.year + _YEARS_SEARCHED, _LAST_YEAR), days
    while left:
        day += _DAY
        if day.year > last:
            raise NoOpeningError(calendar.zone)
        left -= bool(calendar.spans_on(day))
    return next_opening(calendar, instant_of(calendar.zone, day, since_midnight))


def opening_spans(calendar: BusinessCalendar, start: date, days: int) -> Iterator[tuple[date, tuple[Span, ...], str]]:
    """Of each of *days* days from *start* its spans and the name of the holiday it is, if any; none after year 9999."""
    for number in range(min(days, (date.max - start).days + 1)):
        day = start + number * _DAY
        names = (holiday_names(place.country, place.region, day.year).get(day) for place in calendar.regions)
        yield day, calendar.spans_on(day), next((name for name in names if name), "")


@dataclass(frozen=True, slots=True)
class _Year:
    """The spans of a local year as instants, ascending; passed: open time before each of them."""

    starts: list[datetime] = field(default_factory=list)
    ends: list[datetime] = field(default_factory=list)
    passed: list[timedelta] = field(default_factory=list)

    @property
    def total(self) -> timedelta:
        return self.passed[-1] + (self.ends[-1] - self.starts[-1]) if self.starts else _NOTHING

    def open_before(self, instant: datetime) -> timedelta:
        at = bisect_right(self.starts, instant) - 1
        return _NOTHING if at < 0 else self.passed[at] + (min(instant, self.ends[at]) - self.starts[at])

    def when_open_for(self, time: timedelta) -> datetime:
        """The first instant by which *time* > 0 has passed since the year began."""
        at = bisect_right(self.passed, time - timedelta.resolution) - 1
        return self.starts[at] + (time - self.passed[at])


def _years_from(calendar: BusinessCalendar, instant: datetime) -> Iterator[_Year]:
    first = local_of(calendar.zone, instant).year
    for year in range(first, min(first + _YEARS_SEARCHED, _LAST_YEAR) + 1):
        yield _year(calendar, year)


@lru_cache(maxsize=512)
def _year(calendar: BusinessCalendar, year: int) -> _Year:
    table, passed = _Year(), _NOTHING
    day = date(year, 1, 1)
    while day.year == year:
        for span in calendar.spans_on(day):
            start = instant_of(calendar.zone, day, timedelta(minutes=span.start))
            end = instant_of(calendar.zone, day, timedelta(minutes=span.end))
            if start < end:  # nothing is left of a span within a skipped hour
                table.starts.append(start)
                table.ends.append(end)
                table.passed.append(passed)
                passed += end - start
        day += _DAY
    return table


@lru_cache(maxsize=512)
def _exceptions(calendar: BusinessCalendar) -> Mapping[date, tuple[Span, ...]]:
    return dict(calendar.exceptions)
