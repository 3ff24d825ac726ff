# SPDX-License-Identifier: Apache-2.0
"""Texts of dates, times and durations to values; each parser returns None for a text that is not of its form.

Forms: XML Schema 1.1 lexical forms without the `+` sign and without leading zeros of long years, plus `@Zone/Name`
after a time (DMN 1.5, 10.3.4.1).
"""

import re

from taktloom.feel.temporal import NANOS_PER_SECOND, DaysTime, FeelDate, FeelDateTime, FeelTime, YearsMonths

__all__ = ["parse_date", "parse_date_time", "parse_duration", "parse_temporal", "parse_time"]

_DATE = re.compile(r"(-?(?:[1-9][0-9]{4,8}|[0-9]{4}))-([0-9]{2})-([0-9]{2})", re.ASCII)
_TIME = re.compile(
    r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,30}))?"
    r"(?:(Z|z)|([+-])([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?|@([A-Za-z0-9_/+\-]{1,64}))?",
    re.ASCII,
)
_DAYS_TIME = re.compile(
    r"(-)?P(?:([0-9]{1,18})D)?(?:(T)(?:([0-9]{1,18})H)?(?:([0-9]{1,18})M)?(?:([0-9]{1,18})(?:\.([0-9]{0,30}))?S)?)?",
    re.ASCII,
)
_YEARS_MONTHS = re.compile(r"(-)?P(?:([0-9]{1,18})Y)?(?:([0-9]{1,18})M)?", re.ASCII)


def parse_temporal(text: str) -> FeelDate | FeelTime | FeelDateTime | DaysTime | YearsMonths | None:
    """Read the text of an at-literal: date, date and time, time or duration, told apart by form."""
    if text.lstrip("-").startswith("P"):
        return parse_duration(text)
    if "T" in text.partition("@")[0]:
        return parse_date_time(text)
    return parse_time(text) if text[2:3] == ":" else parse_date(text)


def parse_date(text: str) -> FeelDate | None:
    """`2024-02-29`, `-0044-03-15`, `999999999-12-31`."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    try:
        return FeelDate(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def parse_time(text: str) -> FeelTime | None:
    """`10:15:00`, `10:15:00.5Z`, `10:15:00+01:00`, `10:15:00@Europe/Paris`."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    hour, minute, second, fraction, utc, sign, off_hours, off_minutes, off_seconds, zone = match.groups()
    if hour == "24" and minute == second == "00" and not _nanos(fraction):
        hour = "00"  # XML Schema's end of the day; without a day it is the same time as its beginning
    try:
        offset = 0 if utc else _offset(sign, off_hours, off_minutes, off_seconds)
        return FeelTime(int(hour), int(minute), int(second), _nanos(fraction), offset, zone)
    except ValueError:
        return None


def parse_date_time(text: str) -> FeelDateTime | None:
    """A date, `T`, a time."""
    day, separator, clock = text.partition("T")
    ends_day = clock.startswith("24:00:00")  # XML Schema's end of the day: the first moment of the next
    date, time = parse_date(day), parse_time(f"00{clock[2:]}" if ends_day else clock)
    if not separator or date is None or time is None or (ends_day and time.nanosecond):
        return None
    try:
        return FeelDateTime(FeelDate.of_days(date.days + 1) if ends_day else date, time)
    except ValueError:
        return None


def parse_duration(text: str) -> DaysTime | YearsMonths | None:
    """`P3DT4H`, `-PT0.5S`, `P1Y2M`; the two kinds never mix."""
    try:
        return _years_months(text) or _days_time(text)
    except ValueError:
        return None


def _years_months(text: str) -> YearsMonths | None:
    match = _YEARS_MONTHS.fullmatch(text)
    if match is None or (match[2] is None and match[3] is None):
        return None
    months = int(match[2] or 0) * 12 + int(match[3] or 0)
    return YearsMonths(-months if match[1] else months)


def _days_time(text: str) -> DaysTime | None:
    match = _DAYS_TIME.fullmatch(text)
    if match is None:
        return None
    sign, days, marker, hours, minutes, seconds, fraction = match.groups()
    has_time = hours is not None or minutes is not None or seconds is not None
    if (days is None and not has_time) or (marker and not has_time):
        return None
    whole = int(days or 0) * 86_400 + int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
    nanos = whole * NANOS_PER_SECOND + _nanos(fraction)
    return DaysTime(-nanos if sign else nanos)


def _nanos(fraction: str | None) -> int:
    return int((fraction or "")[:9].ljust(9, "0"))


def _offset(sign: str | None, hours: str, minutes: str, seconds: str | None) -> int | None:
    if sign is None:
        return None
    if int(minutes) > 59 or int(seconds or 0) > 59:
        raise ValueError("offset out of range")
    offset = int(hours) * 3600 + int(minutes) * 60 + int(seconds or 0)
    return -offset if sign == "-" else offset
