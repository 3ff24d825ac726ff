# SPDX-License-Identifier: Apache-2.0
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.calendars.zones import load_zone
from taktloom.mining.logs.errors import DateFormatNeededError, TimeZoneNeededError
from taktloom.mining.logs.times import DATE_FORMATS, TIME_FORMATS, ClockRules, fitting_formats, parse_times

MOMENTS = st.lists(st.datetimes(datetime(1971, 1, 1), datetime(2090, 1, 1)), min_size=1, max_size=20)  # noqa: DTZ001
ZONES = st.sampled_from(["Europe/Amsterdam", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "UTC"])
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse(values: Sequence[str | None], **rules: str) -> list[datetime | None]:
    parsed = parse_times(pl.Series("when", values, dtype=pl.String), ClockRules(**rules))  # type: ignore[arg-type]
    return [None if each is None else EPOCH + timedelta(microseconds=each) for each in parsed.utc.to_list()]


@given(MOMENTS, ZONES)
def test_wall_times_in_a_zone_are_the_instants_of_the_pinned_zone_table(moments: list[datetime], zone: str) -> None:
    expected = [moment.replace(tzinfo=load_zone(zone)).astimezone(UTC) for moment in moments]

    assert parse([moment.isoformat(" ") for moment in moments], timezone=zone) == expected


@pytest.mark.parametrize("zone", ["Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"])
def test_every_change_of_the_clock_from_1990_to_2037_is_where_the_pinned_table_has_it(zone: str) -> None:
    hours = [datetime(1990, 1, 1, tzinfo=UTC) + timedelta(hours=6 * number) for number in range(4 * 365 * 47)]
    walls = [hour.astimezone(load_zone(zone)).replace(tzinfo=None) for hour in hours]

    offsets = parse_times(pl.Series("when", hours), ClockRules(timezone=zone)).offset_min.to_list()

    assert offsets == [
        round((wall - hour.replace(tzinfo=None)).total_seconds() / 60) for wall, hour in zip(walls, hours, strict=True)
    ]


@given(MOMENTS, st.integers(-14 * 60, 14 * 60))
def test_times_with_offset_are_those_instants(moments: list[datetime], minutes: int) -> None:
    aware = [moment.replace(tzinfo=timezone(timedelta(minutes=minutes))) for moment in moments]

    assert parse([moment.isoformat() for moment in aware]) == aware


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-05T13:07:09Z",
        "2024-03-05 13:07:09+00:00",
        "2024-03-05T13:07:09.000+0000",
        "2024-03-05T14:07:09.000000000+01",
        "2024-03-05 13:07:09 UTC",
        "1709644029",
        "1709644029000",
        "1709644029000000",
        "1709644029000000000",
    ],
)
def test_spellings_of_one_instant(text: str) -> None:
    assert parse([text]) == [datetime(2024, 3, 5, 13, 7, 9, tzinfo=UTC)]


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-15 13:07",
        "2024/3/15 13:07:00",
        "15/03/2024 13:07",
        "03/15/2024 13:07:00.000",
        "15.03.2024 13:07",
        "15-03-2024 13:07",
        "2024年03月15日 13:07",
        "03/15/2024 01:07 PM",
        "15-Mar-2024 13:07:00",
        "20240315 13:07",
        "2024-03-15T13:07",
        "2024-03-15 13:07:00,000",
        "20240315130700",
        "20240315T130700",
        "15 March 2024 13:07",
        "March 15, 2024 13:07",
        "15-MAR-24 01.07.00.000000000 PM",
        "15.03.24 13:07",
        "03/15/24 1:07 PM",
        "45366.5465277778",
        "45366,5465277778",
    ],
)
def test_spellings_of_one_wall_time(text: str) -> None:
    assert parse([text], timezone="UTC") == [datetime(2024, 3, 15, 13, 7, tzinfo=UTC)]


def test_a_zone_name_after_the_offset_changes_nothing() -> None:
    assert parse(["2024-03-15T13:07+01:00[Europe/Berlin]"]) == [datetime(2024, 3, 15, 12, 7, tzinfo=UTC)]


def test_a_year_of_two_digits_is_never_one_of_the_first_century() -> None:
    assert parse(["15.03.24", "16.03.99", "0024-03-15"], timezone="UTC") == [
        datetime(2024, 3, 15, tzinfo=UTC), datetime(1999, 3, 16, tzinfo=UTC), None,
    ]  # fmt: skip
    assert parse(["0024-03-15", "24-03-15"], timezone="UTC", date_format="%Y-%m-%d") == [
        datetime(24, 3, 15, tzinfo=UTC), None,
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["13/03/24", "24-03-13", "03/04/24"])
def test_two_digits_that_may_be_day_or_year_are_asked_for(text: str) -> None:
    with pytest.raises(DateFormatNeededError):
        parse([text], timezone="UTC")


def test_days_of_a_workbook_that_counts_from_1904_are_read_by_the_named_format() -> None:
    expected = datetime(2028, 3, 16, 12, tzinfo=UTC)

    assert parse(["45366.5"], timezone="UTC", date_format="excel-1904") == [expected]
    assert parse(["45366.5", "7.5", "x"], timezone="UTC") == [None, None, None]


def test_a_fraction_of_a_second_in_a_column_of_floats_is_kept() -> None:
    parsed = parse_times(pl.Series("when", [1_710_500_820.25, 1_710_500_821.0]), ClockRules())

    assert parsed.utc.to_list() == [1_710_500_820_250_000, 1_710_500_821_000_000]


@pytest.mark.parametrize(
    ("text", "micros"), [("1", 100_000), ("123", 123_000), ("123456", 123_456), ("123456789", 123_456)]
)
def test_fractions_of_one_to_nine_digits(text: str, micros: int) -> None:
    assert parse([f"2024-03-15T13:07:00.{text}Z"]) == [datetime(2024, 3, 15, 13, 7, 0, micros, tzinfo=UTC)]


def test_one_naive_time_among_others_still_asks_for_the_zone() -> None:
    values = ["2024-03-15T13:07:00Z", "2024-03-15 13:07:00"]

    with pytest.raises(TimeZoneNeededError):
        parse(values)
    assert parse(values, timezone="Asia/Shanghai")[1] == datetime(2024, 3, 15, 5, 7, tzinfo=UTC)


def test_what_is_no_time_is_marked_and_empty_is_not() -> None:
    values = ["2024-03-15T13:07:00Z", "soon", "", None, "2024-02-30T00:00:00Z", "2024-03-15T25:00:00Z"]

    parsed = parse_times(pl.Series("when", values), ClockRules())

    assert parsed.is_bad.to_list() == [False, True, False, False, True, True]
    assert parsed.utc.null_count() == 5


@pytest.mark.parametrize(
    ("texts", "unit"),
    [
        (["2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z"], 86_400_000_000),
        (["2024-01-01T10:00:00Z"], 3_600_000_000),
        (["2024-01-01T10:05:00Z"], 60_000_000),
        (["2024-01-01T10:05:01Z"], 1_000_000),
        (["2024-01-01T10:05:01.5Z"], 1_000),
        (["2024-01-01T10:05:01.000001Z"], 1),
        (["2024-01-01T00:00:00+05:30"], 86_400_000_000),
    ],
)
def test_the_finest_unit_is_what_the_wall_clock_shows(texts: list[str], unit: int) -> None:
    assert parse_times(pl.Series("when", texts), ClockRules()).finest_unit_us == unit


@pytest.mark.parametrize(
    ("text", "minutes"), [("CET", 60), ("cest", 120), ("MESZ", 120), ("EST", -300), ("NZDT", 780), ("GMT", 0)]
)
def test_an_abbreviation_that_means_one_offset_tells_the_zone(text: str, minutes: int) -> None:
    instant = datetime(2024, 3, 1, 20, 30, tzinfo=UTC) - timedelta(minutes=minutes)

    assert parse([f"2024-03-01 20:30:00 {text}"]) == [instant]
    assert parse([f"03/13/2024 8:30 PM {text}"]) == [instant + timedelta(days=12)]


def test_an_abbreviation_of_several_zones_leaves_the_zone_to_the_caller() -> None:
    texts = ["2024-03-01 08:30:00 CST", "2024-07-01 08:30:00 CST"]

    with pytest.raises(TimeZoneNeededError):
        parse(texts)

    assert parse(texts, timezone="Asia/Shanghai") == [
        datetime(2024, 3, 1, 0, 30, tzinfo=UTC),
        datetime(2024, 7, 1, 0, 30, tzinfo=UTC),
    ]


@pytest.mark.parametrize("date_format", DATE_FORMATS)
@pytest.mark.parametrize("moment", [datetime(2024, 3, 5, 7, 8, 9), datetime(1999, 12, 31, 23, 59, 59)])  # noqa: DTZ001
def test_every_format_is_found_in_the_dates_it_writes_also_without_noughts_and_among_other_values(
    date_format: str, moment: datetime
) -> None:
    for time_format in TIME_FORMATS:
        text = moment.strftime(date_format + time_format.replace("%.f", ".%f"))
        spellings = {text} if "%m%d" in date_format else {text, re.sub(r"\b0(?=\d)", "", text)}
        for spelling in spellings:
            assert date_format in fitting_formats(pl.Series([spelling, None]))
            assert date_format in fitting_formats(pl.Series(["nothing", "-", spelling]))
