# SPDX-License-Identifier: Apache-2.0
"""Cron expressions, above all in the two nights when clocks change."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.calendars.cron import parse_cron
from taktloom.calendars.durations import TimeTextError


def instants(text: str, after: str, count: int) -> list[str]:
    start = datetime.fromisoformat(after).replace(tzinfo=UTC)
    return [f"{found:%m-%dT%H:%M:%S}" for found in islice(parse_cron(text).instants(start), count)]


def test_five_fields_are_minutes_and_more() -> None:
    assert instants("0 9 * * MON-FRI", "2026-11-20T09:00", 2) == ["11-23T09:00:00", "11-24T09:00:00"]


def test_six_fields_begin_with_seconds() -> None:
    assert instants("*/20 0 9 * * *", "2026-11-20T09:00:10", 3) == [
        "11-20T09:00:20",
        "11-20T09:00:40",
        "11-21T09:00:00",
    ]


def test_names_of_rhythms_and_question_marks_are_understood() -> None:
    assert instants("@daily", "2026-11-20T09:00", 1) == ["11-21T00:00:00"]
    assert instants("0 0 9 ? * MON", "2026-11-20T09:00", 1) == ["11-23T09:00:00"]


@pytest.mark.parametrize("zone", ["@Europe/Berlin", "[Europe/Berlin]"])
def test_a_zone_shifts_the_wall_clock(zone: str) -> None:
    assert instants(f"0 9 * * *{zone}", "2026-07-01T00:00", 1) == ["07-01T07:00:00"]
    assert instants(f"@daily{zone}", "2026-07-01T00:00", 1) == ["07-01T22:00:00"]


@pytest.mark.parametrize("text", ["30 2 * * *@Europe/Berlin", "0 30 2 * * *@Europe/Berlin"])
def test_a_time_in_the_skipped_hour_is_met_at_the_moment_of_the_change(text: str) -> None:
    assert instants(text, "2026-03-28T12:00", 2) == ["03-29T01:00:00", "03-30T00:30:00"]


@pytest.mark.parametrize("text", ["30 2 * * *@Europe/Berlin", "0 30 2 * * *@Europe/Berlin"])
def test_a_time_in_the_doubled_hour_is_met_once_the_first_time(text: str) -> None:
    assert instants(text, "2026-10-24T12:00", 2) == ["10-25T00:30:00", "10-26T01:30:00"]
    assert instants(text, "2026-10-25T00:30", 1) == ["10-26T01:30:00"]
    assert instants(text, "2026-10-25T01:10", 1) == ["10-26T01:30:00"]


def test_a_rhythm_goes_on_in_real_time_through_both_nights() -> None:
    text = "*/30 * * * *@Europe/Berlin"

    for night in ("2026-03-29T00:00", "2026-10-25T00:00"):
        start = datetime.fromisoformat(night).replace(tzinfo=UTC)
        found = list(islice(parse_cron(text).instants(start), 8))
        assert found == [start + number * timedelta(minutes=30) for number in range(1, 9)]


@given(
    st.sampled_from(["15 2 * * *", "0 */6 * * *", "30 1 * * SUN", "0 0 3 * * *", "59 23 L * *", "5 0 * * 1#1"]),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai"]),
    st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001
)
def test_instants_ascend_and_begin_after_the_start(fields: str, zone: str, start: datetime) -> None:
    after = start.replace(tzinfo=UTC)
    found = list(islice(parse_cron(f"{fields}@{zone}").instants(after), 5))

    assert after < found[0]
    assert found == sorted(set(found))
    # Looking again from one of them gives the one after it: nothing doubles and nothing is left out.
    assert [parse_cron(f"{fields}@{zone}").after(one) for one in found[:-1]] == found[1:]


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)))  # noqa: DTZ001
def test_a_daily_time_comes_on_every_day_of_the_wall_clock(start: datetime) -> None:
    zone = ZoneInfo("America/New_York")
    found = list(islice(parse_cron("30 2 * * *@America/New_York").instants(start.replace(tzinfo=UTC)), 10))
    days = [moment.astimezone(zone).date() for moment in found]

    assert [later - earlier for earlier, later in pairwise(days)] == [timedelta(days=1)] * 9


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("61 * * * *", "bad minute"),
        ("* * *", "wrong number of fields"),
        ("@never", "is not one of"),
        ("0 9 * * *@Mars/Phobos", "zone is unknown"),
        ("0 0 31 2 *", "bad day-of-month"),
        ("*/0 * * * *", "bad minute"),
        ("", "is expected"),
        ("0 " * 150, "is expected"),
    ],
)
def test_what_is_no_cron_expression_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(TimeTextError, match=reason):
        parse_cron(text)


@given(st.text(max_size=30))
def test_any_text_is_a_cron_expression_or_refused(text: str) -> None:
    try:
        parsed = parse_cron(text)
    except TimeTextError:
        return

    assert parse_cron(str(parsed)) == parsed
