# SPDX-License-Identifier: Apache-2.0
"""Business time as one map of instants: everything that measures differences then measures open time.

The map counts the open microseconds of a calendar since the first day of the log; it never falls, and stands still
while the calendar is closed. A log whose times are mapped is a log as before, so that durations, waiting times and the
times of the map need no second form.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from taktloom.calendars.business import BusinessCalendar, opening_spans
from taktloom.calendars.local_time import instant_of
from taktloom.mining.statistics.arrays import LogArrays
from taktloom.model.errors import LimitExceededError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MAX_DAYS = 200 * 366
_MICROSECOND = timedelta(microseconds=1)


class LogTooLongForCalendarError(LimitExceededError):
    """The log covers more days than a calendar is laid out for."""

    code = "TL-2170"


@dataclass(frozen=True, slots=True, eq=False)
class OpenTime:
    """Openings as µs since 1970, ascending and apart; passed: open µs before each."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    passed: NDArray[np.int64]

    def before(self, instants_us: NDArray[np.int64]) -> NDArray[np.int64]:
        """Open µs before each instant, since the first opening laid out."""
        if self.starts.size == 0:
            return np.zeros_like(instants_us)
        at = np.searchsorted(self.starts, instants_us, side="right") - 1
        inside = np.minimum(instants_us, self.ends[at]) - self.starts[at]
        return np.where(at < 0, 0, self.passed[at] + inside)


def lay_out(calendar: BusinessCalendar, first_us: int, last_us: int) -> OpenTime:
    """The openings between two instants, a day more on each side. Raises LogTooLongForCalendarError above 200 years."""
    begin = (EPOCH + timedelta(microseconds=first_us)).date() - timedelta(days=1)
    days = (EPOCH + timedelta(microseconds=last_us)).date().toordinal() - begin.toordinal() + 2
    if days > MAX_DAYS:
        raise LogTooLongForCalendarError(
            f"The log covers {days} days.",
            remedy=f"Filter it to a period of at most {MAX_DAYS} days, or measure without a calendar.",
            parameters={"days": str(days), "limit": str(MAX_DAYS)},
        )
    spans = [
        (
            instant_of(calendar.zone, day, timedelta(minutes=span.start)),
            instant_of(calendar.zone, day, timedelta(minutes=span.end)),
        )
        for day, open_spans, _ in opening_spans(calendar, begin, days)
        for span in open_spans
    ]
    starts = np.array([(start - EPOCH) // _MICROSECOND for start, end in spans if start < end], dtype=np.int64)
    ends = np.array([(end - EPOCH) // _MICROSECOND for start, end in spans if start < end], dtype=np.int64)
    return OpenTime(starts=starts, ends=ends, passed=np.cumsum(ends - starts) - (ends - starts))


def in_open_time(log: LogArrays, calendar: BusinessCalendar) -> LogArrays:
    """*log* with its times counted in open time; the local clock stays, for what looks at hours of the day."""
    if log.case.size == 0:
        return log
    first = log.occurred_at if log.started_at is None else log.started_at
    open_time = lay_out(calendar, int(first.min()), int(log.occurred_at.max()))
    started = None if log.started_at is None else open_time.before(log.started_at)
    return replace(log, occurred_at=open_time.before(log.occurred_at), started_at=started)
