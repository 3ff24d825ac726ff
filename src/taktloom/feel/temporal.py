# SPDX-License-Identifier: Apache-2.0
"""FEEL's dates, times and durations as value classes.

Python's `datetime` cannot hold FEEL's domain (years ±999,999,999, nanoseconds, zone kept in the text), so these are
own classes over plain integers in the proleptic Gregorian calendar. Python's `==` on them is structural identity
(FEEL's `is()`); FEEL's `=` lives in `operators.py`. Source: DMN 1.5, 10.3.2.3.
"""

from dataclasses import dataclass

from taktloom.calendars.zones import offset_at_instant, offset_at_local, zone_exists

__all__ = [
    "MAX_YEAR",
    "NANOS_PER_DAY",
    "NANOS_PER_SECOND",
    "DaysTime",
    "FeelDate",
    "FeelDateTime",
    "FeelTime",
    "YearsMonths",
    "days_in_month",
    "days_of_civil",
]

MAX_YEAR = 999_999_999
NANOS_PER_SECOND = 1_000_000_000
NANOS_PER_DAY = 86_400 * NANOS_PER_SECOND
_MAX_OFFSET = 18 * 3600
_MAX_DAYS = 366 * (MAX_YEAR + 1)
_MONTH_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_MONTHS_LIMIT = 12 * (MAX_YEAR + 1) * 2
_NANOS_LIMIT = _MAX_DAYS * 2 * NANOS_PER_DAY


def days_in_month(year: int, month: int) -> int:
    """Length of a month in the proleptic Gregorian calendar."""
    if month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0):
        return 29
    return _MONTH_LENGTHS[month - 1]


def days_of_civil(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 of a civil date (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms")."""
    shifted = year - (month <= 2)
    era, year_of_era = divmod(shifted, 400)
    day_of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146_097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 719_468


def _civil_of_days(days: int) -> tuple[int, int, int]:
    era, day_of_era = divmod(days + 719_468, 146_097)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted_month = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * shifted_month + 2) // 5 + 1
    month = shifted_month + 3 if shifted_month < 10 else shifted_month - 9
    return year_of_era + era * 400 + (month <= 2), month, day


@dataclass(frozen=True, slots=True)
class FeelDate:
    """A day; raises ValueError for a day that does not exist."""

    year: int
    month: int
    day: int

    def __post_init__(self) -> None:
        if not (-MAX_YEAR <= self.year <= MAX_YEAR and 1 <= self.month <= 12):
            raise ValueError("year or month out of range")
        if not 1 <= self.day <= days_in_month(self.year, self.month):
            raise ValueError("day out of range")

    @staticmethod
    def of_days(days: int) -> "FeelDate":
        """The day *days* days after 1970-01-01."""
        return FeelDate(*_civil_of_days(days))

    @property
    def days(self) -> int:
        """Days since 1970-01-01."""
        return days_of_civil(self.year, self.month, self.day)

    @property
    def weekday(self) -> int:
        """1 is Monday, 7 is Sunday."""
        return (self.days + 3) % 7 + 1

    def plus_months(self, months: int) -> "FeelDate":
        """Add months; a day past the end of the month becomes its last day."""
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return FeelDate(year, month + 1, min(self.day, days_in_month(year, month + 1)))

    def __str__(self) -> str:
        sign = "-" if self.year < 0 else ""
        return f"{sign}{abs(self.year):04d}-{self.month:02d}-{self.day:02d}"


@dataclass(frozen=True, slots=True)
class FeelTime:
    """A time of day; *offset* is seconds east of UTC; *zone* an IANA name; at most one of the two is set."""

    hour: int
    minute: int
    second: int
    nanosecond: int = 0
    offset: int | None = None
    zone: str | None = None

    def __post_init__(self) -> None:
        if not (0 <= self.hour <= 23 and 0 <= self.minute <= 59 and 0 <= self.second <= 59):
            raise ValueError("time of day out of range")
        if not 0 <= self.nanosecond < NANOS_PER_SECOND:
            raise ValueError("nanosecond out of range")
        if self.offset is not None and (self.zone is not None or not -_MAX_OFFSET <= self.offset <= _MAX_OFFSET):
            raise ValueError("offset out of range")
        if self.zone is not None and not zone_exists(self.zone):
            raise ValueError("unknown time zone")

    @staticmethod
    def of_nanos(nanos: int, offset: int | None = None, zone: str | None = None) -> "FeelTime":
        """The time *nanos* nanoseconds after midnight, wrapped into one day."""
        seconds, nanosecond = divmod(nanos % NANOS_PER_DAY, NANOS_PER_SECOND)
        return FeelTime(seconds // 3600, seconds // 60 % 60, seconds % 60, nanosecond, offset, zone)

    @property
    def nanos(self) -> int:
        """Nanoseconds since local midnight."""
        return (self.hour * 3600 + self.minute * 60 + self.second) * NANOS_PER_SECOND + self.nanosecond

    @property
    def is_local(self) -> bool:
        """Whether neither offset nor zone is known."""
        return self.offset is None and self.zone is None

    @property
    def utc_offset(self) -> int | None:
        """Seconds east of UTC; of a named zone its offset on 1970-01-01, because a bare time has no day."""
        if self.zone is not None:
            return offset_at_local(self.zone, self.nanos // NANOS_PER_SECOND)
        return self.offset

    @property
    def instant_nanos(self) -> int:
        """Nanoseconds since midnight UTC (local midnight where no offset is known); may leave 0..one day."""
        return self.nanos - (self.utc_offset or 0) * NANOS_PER_SECOND

    def __str__(self) -> str:
        text = f"{self.hour:02d}:{self.minute:02d}:{self.second:02d}"
        if self.nanosecond:
            text += f".{self.nanosecond:09d}".rstrip("0")
        if self.zone is not None:
            return f"{text}@{self.zone}"
        return text if self.offset is None else text + _offset_text(self.offset)


@dataclass(frozen=True, slots=True)
class FeelDateTime:
    """A day and a time of day, local or with offset or zone."""

    date: FeelDate
    time: FeelTime

    @staticmethod
    def of_local_nanos(nanos: int, offset: int | None = None, zone: str | None = None) -> "FeelDateTime":
        """From nanoseconds since 1970-01-01T00:00 on the wall clock of *offset* or *zone*."""
        days, rest = divmod(nanos, NANOS_PER_DAY)
        return FeelDateTime(FeelDate.of_days(days), FeelTime.of_nanos(rest, offset, zone))

    @staticmethod
    def of_instant(nanos: int, offset: int | None = None, zone: str | None = None) -> "FeelDateTime":
        """From nanoseconds since the epoch in UTC, shown in *offset* or *zone* (UTC if neither)."""
        if zone is not None:
            east = offset_at_instant(zone, nanos // NANOS_PER_SECOND)
        else:
            offset = east = offset or 0
        return FeelDateTime.of_local_nanos(nanos + east * NANOS_PER_SECOND, offset, zone)

    @property
    def local_nanos(self) -> int:
        """Nanoseconds since 1970-01-01T00:00 on the local wall clock."""
        return self.date.days * NANOS_PER_DAY + self.time.nanos

    @property
    def is_local(self) -> bool:
        """Whether neither offset nor zone is known."""
        return self.time.is_local

    @property
    def utc_offset(self) -> int | None:
        """Seconds east of UTC at this moment, None for a local date and time."""
        if self.time.zone is not None:
            return offset_at_local(self.time.zone, self.local_nanos // NANOS_PER_SECOND)
        return self.time.offset

    @property
    def instant_nanos(self) -> int:
        """Nanoseconds since the epoch in UTC; a local date and time is read as if it were UTC."""
        return self.local_nanos - (self.utc_offset or 0) * NANOS_PER_SECOND

    def __str__(self) -> str:
        return f"{self.date}T{self.time}"


@dataclass(frozen=True, slots=True, order=True)
class DaysTime:
    """A days and time duration: an exact number of nanoseconds."""

    nanos: int

    def __post_init__(self) -> None:
        if abs(self.nanos) > _NANOS_LIMIT:
            raise ValueError("duration out of range")

    @property
    def seconds(self) -> int:
        """Whole seconds, towards zero."""
        return -(-self.nanos // NANOS_PER_SECOND) if self.nanos < 0 else self.nanos // NANOS_PER_SECOND

    def __str__(self) -> str:
        seconds, fraction = divmod(abs(self.nanos), NANOS_PER_SECOND)
        days, seconds = divmod(seconds, 86_400)
        hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
        last = f"{seconds}" + (f".{fraction:09d}".rstrip("0") if fraction else "")
        time = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M")) if n) + (
            f"{last}S" if last != "0" else ""
        )
        text = (f"{days}D" if days else "") + (f"T{time}" if time else "")
        return ("-" if self.nanos < 0 else "") + "P" + (text or "T0S")


@dataclass(frozen=True, slots=True, order=True)
class YearsMonths:
    """A years and months duration: a number of months."""

    months: int

    def __post_init__(self) -> None:
        if abs(self.months) > _MONTHS_LIMIT:
            raise ValueError("duration out of range")

    def __str__(self) -> str:
        years, months = divmod(abs(self.months), 12)
        text = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
        return ("-" if self.months < 0 else "") + "P" + (text or "0M")


def _offset_text(offset: int) -> str:
    if offset == 0:
        return "Z"
    minutes, seconds = divmod(abs(offset), 60)
    text = f"{'-' if offset < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{text}:{seconds:02d}" if seconds else text
