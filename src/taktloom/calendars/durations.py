# SPDX-License-Identifier: Apache-2.0
"""Durations as ISO 8601 writes them: calendar months, weeks and days, then exact time."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

__all__ = ["Interval", "TimeTextError", "parse_interval"]

_INTERVAL = re.compile(
    r"P(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})W)?(?:(\d{1,7})D)?"
    r"(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,12})(?:[.,](\d{1,9}))?S)?)?",
    re.ASCII,
)


class TimeTextError(ValueError):
    """The text is no instant, duration or cycle; the argument says what was expected."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A duration; on a calendar without business hours a week is seven days."""

    months: int
    days: int
    time: timedelta
    weeks: int = 0

    @property
    def is_zero(self) -> bool:
        """Whether it lasts no time at all."""
        return not (self.months or self.days or self.weeks or self.time)

    def after(self, moment: datetime, times: int = 1) -> datetime:
        """*times* intervals after the aware *moment*, on its zone's calendar; a day past a month's end is its last.

        Raises OverflowError, ValueError past the year 9999.
        """
        months, days = self.months * times, timedelta(days=(self.days + 7 * self.weeks) * times)
        # Arithmetic forgets which of the two times of a doubled hour is meant.
        later = add_months(moment, months) + days if months or days else moment
        return later.astimezone(UTC) + self.time * times

    def __str__(self) -> str:
        seconds, micros = divmod(self.time // timedelta(microseconds=1), 1_000_000)
        days = self.days + 7 * self.weeks
        date = (f"{self.months}M" if self.months else "") + (f"{days}D" if days else "")
        time = f"T{seconds}.{micros:06d}S" if micros else f"T{seconds}S" if seconds else ""
        return f"P{date}{time}"


def add_months(moment: datetime, months: int) -> datetime:
    """The same day and time *months* later; the last day of the month where it has no such day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, _days_in_month(year, month + 1)))


def parse_interval(text: str) -> Interval:
    """An ISO 8601 duration; raises TimeTextError."""
    match = _INTERVAL.fullmatch(text)
    if match is None or not any(match.groups()) or text.endswith("T"):
        raise TimeTextError("an ISO 8601 duration is expected, such as PT15M or P2D")
    years, months, weeks, days, hours, minutes, seconds, fraction = match.groups()
    time = timedelta(
        hours=int(hours or 0),
        minutes=int(minutes or 0),
        seconds=int(seconds or 0),
        microseconds=int((fraction or "")[:6].ljust(6, "0")),
    )
    return Interval(int(years or 0) * 12 + int(months or 0), int(days or 0), time, int(weeks or 0))


def _days_in_month(year: int, month: int) -> int:
    first_of_next = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return (first_of_next - timedelta(days=1)).day
