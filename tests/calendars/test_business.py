# SPDX-License-Identifier: Apache-2.0
"""Business calendars against a walk over every minute, and on the nights when clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.calendars.business import (
    BusinessCalendar,
    HolidayRegion,
    NoOpeningError,
    Span,
    add_business_days,
    add_business_time,
    business_duration_between,
    is_open,
    next_opening,
    opening_spans,
)

MINUTE = timedelta(minutes=1)
OFFICE = (Span(9 * 60, 12 * 60), Span(13 * 60, 17 * 60))
BERLIN = BusinessCalendar(
    zone="Europe/Berlin",
    week=(OFFICE,) * 5 + ((), ()),
    regions=(HolidayRegion("DE", "BE"),),
    exceptions=((date(2026, 12, 28), ()), (date(2026, 12, 19), (Span(600, 720),))),
)
ALL_DAY = BusinessCalendar(zone="Europe/Berlin", week=((Span(0, 1440),),) * 7)
# Days around the changes of clocks: forward in March, back in October; Lord Howe moves by half an hour.
CHANGES = [
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Asia/Shanghai", date(2026, 10, 1)),
]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@st.composite
def spans(draw: st.DrawFn) -> tuple[Span, ...]:
    edges = sorted(draw(st.sets(st.integers(0, 48).map(lambda half: half * 30), max_size=6)))
    return tuple(Span(start, end) for start, end in zip(edges[::2], edges[1::2], strict=False))


@st.composite
def calendars(draw: st.DrawFn) -> tuple[BusinessCalendar, date]:
    zone, day = draw(st.sampled_from(CHANGES))
    week = tuple(draw(spans()) for _ in range(7))
    exceptions = draw(st.dictionaries(st.integers(-2, 2).map(lambda d: day + timedelta(days=d)), spans(), max_size=2))
    if not any(week):
        week = (OFFICE, *week[1:])
    return BusinessCalendar(zone=zone, week=week, exceptions=tuple(sorted(exceptions.items()))), day


def open_minutes(calendar: BusinessCalendar, start: datetime, minutes: int) -> list[bool]:
    """Walk the wall clock minute by minute. A span begins and ends when its time is first shown.

    A minute shown for the second time is therefore open when a span covers the whole doubled time up to its end.
    """
    zone, found = ZoneInfo(calendar.zone), []
    walls = [(start + number * MINUTE).astimezone(zone) for number in range(minutes)]
    doubled_until = {
        wall.date(): wall.hour * 60 + wall.minute + 1 for wall in walls if wall.fold == 1
    }  # the last minute of the doubled time that is met
    for wall in walls:
        minute = wall.hour * 60 + wall.minute
        until = doubled_until.get(wall.date(), 0)
        if wall.fold == 0:
            found.append(any(span.start <= minute < span.end for span in calendar.spans_on(wall.date())))
        else:
            found.append(any(span.start < until <= span.end for span in calendar.spans_on(wall.date())))
    return found


@given(calendars(), st.integers(0, 2 * 1440), st.integers(0, 2 * 1440))
def test_open_time_between_two_instants_is_what_a_walk_over_the_minutes_counts(
    drawn: tuple[BusinessCalendar, date], first: int, length: int
) -> None:
    calendar, day = drawn
    begin = datetime.combine(day - timedelta(days=2), datetime.min.time(), UTC)
    walked = open_minutes(calendar, begin, 5 * 1440)

    counted = business_duration_between(calendar, begin + first * MINUTE, begin + (first + length) * MINUTE)

    assert counted == sum(walked[first : first + length]) * MINUTE


@given(calendars(), st.integers(0, 2 * 1440))
def test_an_instant_is_open_when_the_walk_says_so(drawn: tuple[BusinessCalendar, date], minute: int) -> None:
    calendar, day = drawn
    begin = datetime.combine(day - timedelta(days=2), datetime.min.time(), UTC)

    assert is_open(calendar, begin + minute * MINUTE) == open_minutes(calendar, begin, 5 * 1440)[minute]


@given(calendars(), st.integers(0, 4 * 1440), st.integers(0, 3000))
def test_adding_open_time_and_measuring_it_gives_the_same_time(
    drawn: tuple[BusinessCalendar, date], minute: int, added: int
) -> None:
    calendar, day = drawn
    start = datetime.combine(day - timedelta(days=2), datetime.min.time(), UTC) + minute * MINUTE
    due = add_business_time(calendar, start, added * MINUTE)

    assert business_duration_between(calendar, start, due) == added * MINUTE
    # And it is the first such instant: a moment earlier less had passed, or it was closed.
    assert added == 0 or business_duration_between(calendar, start, due - timedelta.resolution) < added * MINUTE


@given(calendars(), st.integers(0, 1440), st.integers(0, 1000), st.integers(0, 1000))
def test_open_time_may_be_added_in_parts(
    drawn: tuple[BusinessCalendar, date], minute: int, first: int, second: int
) -> None:
    calendar, day = drawn
    start = datetime.combine(day, datetime.min.time(), UTC) + minute * MINUTE

    whole = add_business_time(calendar, start, (first + second + 1) * MINUTE)

    assert (
        add_business_time(calendar, add_business_time(calendar, start, first * MINUTE), (second + 1) * MINUTE) == whole
    )


@given(calendars(), st.integers(0, 4 * 1440), st.integers(0, 40))
def test_business_days_lead_to_an_open_instant_after_the_start(
    drawn: tuple[BusinessCalendar, date], minute: int, days: int
) -> None:
    calendar, day = drawn
    start = datetime.combine(day - timedelta(days=2), datetime.min.time(), UTC) + minute * MINUTE
    due = add_business_days(calendar, start, days)

    assert due >= start
    assert is_open(calendar, due)


def test_open_hours_leave_out_the_night_holidays_and_closed_days() -> None:
    # Wednesday 23 December, 15:00 in Berlin: two hours are left. 25 and 26 are holidays, 28 is an exception.
    assert add_business_time(BERLIN, utc("2026-12-23T14:00"), timedelta(hours=10)) == utc(
        "2026-12-29T08:00"
    ) + timedelta(hours=1)


def test_a_worked_saturday_counts() -> None:
    assert next_opening(BERLIN, utc("2026-12-18T17:00")) == utc("2026-12-19T09:00")


def test_time_that_runs_out_at_closing_is_due_at_closing() -> None:
    assert add_business_time(BERLIN, utc("2026-12-01T08:00"), timedelta(hours=7)) == utc("2026-12-01T16:00")


def test_two_business_days_keep_the_time_of_day() -> None:
    assert add_business_days(BERLIN, utc("2026-11-27T13:30"), 2) == utc("2026-12-01T13:30")


def test_a_business_day_from_after_closing_is_due_at_the_opening_after_the_next_day() -> None:
    assert add_business_days(BERLIN, utc("2026-11-27T18:00"), 1) == utc("2026-12-01T08:00")


def test_the_short_and_the_long_day_have_their_real_length() -> None:
    def length(day: date) -> timedelta:
        start = datetime.combine(day, datetime.min.time(), ZoneInfo("Europe/Berlin"))
        following = datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo("Europe/Berlin"))
        return business_duration_between(ALL_DAY, start, following)

    assert length(date(2026, 3, 29)) == timedelta(hours=23)
    assert length(date(2026, 10, 25)) == timedelta(hours=25)


def test_a_calendar_that_never_opens_says_so() -> None:
    closed = BusinessCalendar(zone="UTC", week=((),) * 7)

    with pytest.raises(NoOpeningError):
        next_opening(closed, utc("2026-01-01T00:00"))
    with pytest.raises(NoOpeningError):
        add_business_days(closed, utc("2026-01-01T00:00"), 1)
    with pytest.raises(NoOpeningError):
        add_business_time(ALL_DAY, utc("2026-01-01T00:00"), timedelta(days=365 * 100))


def test_between_is_negative_backwards() -> None:
    forwards = business_duration_between(BERLIN, utc("2026-11-02T00:00"), utc("2026-11-03T00:00"))

    assert forwards == timedelta(hours=7)
    assert business_duration_between(BERLIN, utc("2026-11-03T00:00"), utc("2026-11-02T00:00")) == -forwards


def test_a_holiday_is_named_in_the_overview() -> None:
    days = {day: (spans, name) for day, spans, name in opening_spans(BERLIN, date(2026, 12, 24), 5)}

    assert days[date(2026, 12, 24)] == (OFFICE, "")
    assert days[date(2026, 12, 25)][0] == ()
    assert days[date(2026, 12, 25)][1] != ""
    assert days[date(2026, 12, 28)] == ((), "")
