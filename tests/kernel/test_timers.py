# SPDX-License-Identifier: Apache-2.0
"""Texts of timers and the instants they give. Sources: ISO 8601; BPMN 2.0.2, 10.5.5 (Timer)."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from taktloom.kernel.commands import IncidentKind, Reckoning
from taktloom.kernel.expressions import TextExpression, compile_feel
from taktloom.kernel.failure import ElementFailure
from taktloom.kernel.timers import (
    Timer,
    TimerKind,
    TimerPlan,
    check_literal,
    next_plan,
    plan_after,
    plan_due_date,
    plan_timer,
    reckoning_of,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def plan(kind: TimerKind, text: str, now: datetime = NOW, calendar: str | None = None) -> TimerPlan:
    return plan_timer(Timer(kind=kind, text=TextExpression(literal=text), calendar=calendar), {}, now)


def cycle(text: str, now: datetime = NOW, calendar: str | None = None) -> TimerPlan:
    return plan(TimerKind.CYCLE, text, now, calendar)


def all_of(first: TimerPlan, at_most: int = 20) -> list[datetime]:
    """The instants of a cycle."""
    found, one = [first.due_at], next_plan(first)
    while one is not None and len(found) < at_most:
        found.append(one.due_at)
        one = next_plan(one)
    return found


def refusal(kind: TimerKind, text: str, now: datetime = NOW, calendar: str | None = None) -> str:
    with pytest.raises(ElementFailure) as caught:
        plan(kind, text, now, calendar)
    assert caught.value.kind is IncidentKind.TIMER
    return caught.value.message.removeprefix(f"The timer '{text}' cannot be used: ")


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("2026-03-02T10:00:00Z", NOW + HOUR),
        ("2026-03-02T09:00:00Z", NOW),
        ("2026-03-02T08:59:59Z", NOW),  # past: at once
        ("2026-03-03", NOW.replace(day=3, hour=0)),
        ("2026-03-02T12:00:00", NOW.replace(hour=12)),  # without zone: UTC
        ("2026-03-02T12:00:00+02:00", NOW.replace(hour=10)),
        ("2026-07-01T12:00:00@Europe/Berlin", datetime(2026, 7, 1, 10, 0, tzinfo=UTC)),
        ("2026-07-01T12:00:00[Europe/Berlin]", datetime(2026, 7, 1, 10, 0, tzinfo=UTC)),
        ("2026-07-01T12:00:00+00:00[Europe/Berlin]", datetime(2026, 7, 1, 12, 0, tzinfo=UTC)),  # the offset counts
    ],
)
def test_a_date_is_an_instant_and_one_that_has_passed_is_due_at_once(text: str, due: datetime) -> None:
    assert plan(TimerKind.DATE, text) == TimerPlan(due_at=due)


def test_a_date_or_duration_fires_once() -> None:
    assert next_plan(plan(TimerKind.DATE, "2026-03-03")) is None
    assert next_plan(plan(TimerKind.DURATION, "PT1H")) is None
    assert plan_after(plan(TimerKind.DURATION, "PT1H"), NOW + DAY) is None


def test_a_cycle_counts_its_repetitions_from_one_duration_after_it_began() -> None:
    first = cycle("R3/PT1H")

    assert all_of(first) == [NOW + HOUR, NOW + 2 * HOUR, NOW + 3 * HOUR]
    assert (first.repetitions_left, first.occurrence) == (2, 0)
    assert all_of(cycle("R1/PT1H")) == [NOW + HOUR]
    assert len(all_of(cycle("R/PT1H"))) == 20


def test_a_cycle_with_a_start_fires_at_its_start_first() -> None:
    later, at_once = cycle("R2/2026-03-03T09:00:00Z/P1D"), cycle("R2/2026-03-02T09:00:00Z/P1D")

    assert all_of(later) == [NOW + DAY, NOW + 2 * DAY]
    assert all_of(at_once) == [NOW, NOW + DAY]
    assert at_once.occurrence == 0


@pytest.mark.parametrize(
    ("begun", "due", "occurrence"),
    [
        (timedelta(), timedelta(), 0),
        (timedelta(microseconds=1), DAY, 1),
        (DAY, DAY, 1),
        (DAY + timedelta(microseconds=1), 2 * DAY, 2),
        (6 * DAY + HOUR, 7 * DAY, 7),
        (7 * DAY, 7 * DAY, 7),
        (8 * DAY, 8 * DAY, 8),
        (1000 * DAY - HOUR, 1000 * DAY, 1000),
    ],
)
def test_instants_before_the_wait_began_are_skipped_and_do_not_count(
    begun: timedelta, due: timedelta, occurrence: int
) -> None:
    found = cycle("R3/2026-03-02T09:00:00Z/P1D", NOW + begun)

    assert (found.due_at, found.occurrence, found.repetitions_left) == (NOW + due, occurrence, 2)


def test_a_cycle_ends_with_its_last_instant_before_or_at_its_end() -> None:
    assert all_of(cycle("R/PT1H/2026-03-02T11:00:00Z")) == [NOW + HOUR, NOW + 2 * HOUR]
    assert all_of(cycle("R/PT1H/2026-03-02T10:59:59Z")) == [NOW + HOUR]
    assert all_of(cycle("R/PT1H/2026-03-02T10:00:00Z")) == [NOW + HOUR]


def test_a_cycle_on_the_last_of_a_month_does_not_drift_to_earlier_days() -> None:
    days = [
        (due.month, due.day) for due in all_of(cycle("R4/2026-01-31T09:00:00Z/P1M", datetime(2026, 1, 1, tzinfo=UTC)))
    ]

    assert days == [(1, 31), (2, 28), (3, 31), (4, 30)]


def test_days_of_a_cycle_are_days_of_its_zone() -> None:
    before_summer = datetime(2026, 3, 28, 0, 0, tzinfo=UTC)

    dues = all_of(cycle("R3/2026-03-28T09:00:00@Europe/Berlin/P1D", before_summer))

    assert [due.hour for due in dues] == [8, 7, 7]  # the clock is put forward on the 29th


def test_a_cron_expression_fires_at_its_next_instants_without_end() -> None:
    first = cycle("0 0 10 * * *")

    assert all_of(first, at_most=3) == [NOW + HOUR, NOW + HOUR + DAY, NOW + HOUR + 2 * DAY]
    assert first.repetitions_left == -1


def test_what_was_missed_of_a_cycle_counts_as_having_been() -> None:
    first = cycle("R5/PT1H")

    late = plan_after(first, NOW + 3 * HOUR)

    assert late is not None
    assert (late.due_at, late.occurrence, late.repetitions_left) == (NOW + 4 * HOUR, 3, 1)
    assert plan_after(first, NOW + HOUR) == next_plan(first)
    assert plan_after(first, NOW + 5 * HOUR) is None
    assert plan_after(cycle("0 0 10 * * *"), NOW + 3 * DAY) == TimerPlan(
        due_at=NOW + 3 * DAY + HOUR, repetitions_left=-1, schedule=cycle("0 0 10 * * *").schedule, occurrence=1
    )


def test_a_cycle_that_runs_past_the_year_9999_is_over() -> None:
    first = cycle("R/9999-06-01T00:00:00Z/P1Y")

    assert next_plan(first) is None
    assert plan_after(first, datetime(9999, 12, 31, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        (TimerKind.DATE, "tomorrow", "an ISO 8601 date and time is expected."),
        (TimerKind.DATE, "2026-13-01", "an ISO 8601 date and time is expected."),
        (TimerKind.DATE, "2026-03-03T09:00:00@Mars/Olympus", "its time zone is unknown."),
        (TimerKind.CYCLE, "R0/PT1H", "it would never fire."),
        (TimerKind.CYCLE, "R1000001/PT1H", "it repeats too often."),
        (TimerKind.CYCLE, "R3", "an ISO 8601 cycle is expected, such as R3/PT1H."),
        (TimerKind.CYCLE, "R3/2026-03-03T09:00:00Z", "an ISO 8601 cycle is expected, such as R3/PT1H."),
        (TimerKind.CYCLE, "R3/PT0S", "its interval is zero."),
        (TimerKind.CYCLE, "R3/2026-01-01T00:00:00Z/P1D/2026-01-05T00:00:00Z", "its end has passed."),
        (TimerKind.CYCLE, "R/0001-01-01T00:00:00Z/PT0.000001S", "its start lies too far back."),
        (TimerKind.DURATION, "P9999Y", "it is out of range."),
    ],
)
def test_an_unfit_text_is_told_with_its_reason(kind: TimerKind, text: str, reason: str) -> None:
    assert refusal(kind, text) == reason


def test_a_million_repetitions_are_allowed() -> None:
    assert cycle("R1000000/PT1H").repetitions_left == 999_999
    assert check_literal(TimerKind.CYCLE, "R1000000/PT1H") is None


def test_a_literal_is_checked_without_a_clock() -> None:
    assert check_literal(TimerKind.CYCLE, "R3/2020-01-01T00:00:00Z/P1D/2020-01-05T00:00:00Z") is None  # only passed
    assert check_literal(TimerKind.CYCLE, "R3/PT0S") == "its interval is zero"
    assert check_literal(TimerKind.CYCLE, "0 0 10 * * *") is None
    assert check_literal(TimerKind.DURATION, "1 hour") is not None
    with_end = "R/2026-03-03T09:00:00Z/P1D/2026-04-01T00:00:00Z"
    assert check_literal(TimerKind.CYCLE, with_end) is None
    assert check_literal(TimerKind.CYCLE, with_end, "office") == (
        "a cycle by a business calendar has no end; say how often it repeats"
    )
    assert check_literal(TimerKind.CYCLE, "R3/P1D", "office") is None
    assert check_literal(TimerKind.DATE, "2026-03-03", "office") is None


# by a business calendar: the host reckons from the anchor


def test_by_a_business_calendar_the_plan_gives_anchor_and_rule() -> None:
    duration, date = (
        plan(TimerKind.DURATION, "P2D", calendar="office"),
        plan(TimerKind.DATE, "2026-03-07", calendar="office"),
    )

    assert reckoning_of(duration) == Reckoning(calendar="office", anchor=NOW, rule="P2D")
    assert reckoning_of(date) == Reckoning(calendar="office", anchor=NOW.replace(day=7, hour=0), rule="")
    assert reckoning_of(plan(TimerKind.DATE, "2026-03-01", calendar="office")) == Reckoning(
        calendar="office", anchor=NOW, rule=""
    )
    assert reckoning_of(plan(TimerKind.DURATION, "P2D")) is None
    assert refusal(TimerKind.DURATION, "two days", calendar="office") != ""


@pytest.mark.parametrize(
    ("text", "anchor"),
    [
        ("R3/P1D", NOW),
        ("R3/2026-03-05T09:00:00Z/P1D", NOW + 2 * DAY),  # so that the first instant is the start
        ("R3/2026-03-02T09:00:00Z/P1D", NOW - DAY),
        ("R3/2026-02-25T10:00:00Z/P1D", NOW - DAY + HOUR),  # the next one is today at ten
        ("R3/2026-02-25T09:00:00Z/P1D", NOW - DAY),
    ],
)
def test_a_cycle_by_a_business_calendar_counts_from_the_instant_before_its_next_one(
    text: str, anchor: datetime
) -> None:
    found = cycle(text, calendar="office")

    assert (found.due_at, found.repetitions_left, found.calendar) == (anchor, 2, "office")
    following = next_plan(found)
    assert following is not None
    assert (following.due_at, following.repetitions_left, following.occurrence) == (anchor, 1, 1)


def test_a_cron_cycle_by_a_business_calendar_begins_now_and_does_not_end() -> None:
    found = cycle("0 0 10 * * *", calendar="office")

    assert (found.due_at, found.repetitions_left) == (NOW, -1)
    assert refusal(TimerKind.CYCLE, "R/PT1H/2027-01-01", calendar="office") != ""


def test_a_due_date_is_an_instant_or_a_duration_from_now() -> None:
    assert plan_due_date(TextExpression(literal="P2D"), {}, NOW) == NOW + 2 * DAY
    assert plan_due_date(TextExpression(literal="2026-03-01"), {}, NOW) == NOW.replace(day=1, hour=0)
    assert plan_due_date(TextExpression(literal="P2D"), {}, NOW, "office") == Reckoning(
        calendar="office", anchor=NOW, rule="P2D"
    )
    assert plan_due_date(TextExpression(literal="2026-03-07"), {}, NOW, "office") == Reckoning(
        calendar="office", anchor=NOW.replace(day=7, hour=0), rule=""
    )
    with pytest.raises(ElementFailure, match="no ISO 8601 date or duration"):
        plan_due_date(TextExpression(literal="soon"), {}, NOW)


def test_a_start_in_the_second_of_two_equal_hours_is_kept() -> None:
    doubled = "2026-10-25T02:30+01:00@Europe/Berlin"

    assert all_of(cycle(f"R3/{doubled}/PT1H")) == [datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (1, 2, 3)]
    assert plan(TimerKind.DATE, doubled).due_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    first, second, _ = all_of(cycle(f"R3/{doubled}/P1D"))
    assert (first, second) == (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), datetime(2026, 10, 26, 1, 30, tzinfo=UTC))


def test_months_of_a_start_with_an_offset_are_months_of_its_own_calendar() -> None:
    found = all_of(cycle("R4/2026-03-31T00:30+02:00/P1M"))

    assert [f"{one.astimezone(timezone(2 * HOUR)):%m-%dT%H:%M}" for one in found] == [
        "03-31T00:30",
        "04-30T00:30",
        "05-31T00:30",
        "06-30T00:30",
    ]


def test_a_date_in_a_skipped_hour_is_the_moment_of_the_change() -> None:
    moment_of_change = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    skipped = "2026-03-29T02:30@Europe/Berlin"

    assert plan(TimerKind.DATE, skipped).due_at == moment_of_change
    assert plan(TimerKind.DATE, skipped, calendar="office").due_at == moment_of_change
    assert plan_due_date(TextExpression(literal=skipped), {}, NOW) == moment_of_change


def test_a_negative_duration_is_over_at_once() -> None:
    deadline = TextExpression("", compile_feel('date and time("2026-03-02T08:00:00Z") - now()', ()))

    assert plan_timer(Timer(kind=TimerKind.DURATION, text=deadline), {}, NOW) == TimerPlan(due_at=NOW)
    assert plan_due_date(deadline, {}, NOW) == NOW - HOUR
    by_calendar = plan_timer(Timer(kind=TimerKind.DURATION, text=deadline, calendar="office"), {}, NOW)
    assert (by_calendar.due_at, by_calendar.schedule) == (NOW, "")
    assert check_literal(TimerKind.DURATION, "-PT1H") == "an ISO 8601 duration is expected, such as PT15M or P2D"


def test_what_was_missed_of_an_interval_by_a_business_calendar_is_left_to_the_host() -> None:
    first = cycle("R/PT1H", calendar="office")

    following = plan_after(first, NOW + 3 * DAY)

    assert following is not None
    assert following.due_at == first.due_at
    daily = plan_after(cycle("0 9 * * *", calendar="office"), NOW + 3 * DAY)
    assert daily is not None
    assert daily.due_at == NOW + 3 * DAY  # of a cron expression no instant depends on the last one
