# SPDX-License-Identifier: Apache-2.0
"""What follows a dot: entries of contexts, and the properties of dates, times, durations and ranges.

Source: DMN 1.5, 10.3.2.15, table 65 (properties of temporal values) and 10.3.2.7 (ranges).
"""

from collections.abc import Callable
from decimal import Decimal

from taktloom.feel.kinds import DaysTime, FeelDate, FeelDateTime, FeelTime, FeelValue, Range, YearsMonths
from taktloom.feel.temporal import NANOS_PER_SECOND

__all__ = ["property_of"]


def property_of(value: FeelValue, name: str) -> FeelValue:
    """The entry or property *name*; null where there is none; of a list, the list of its items' properties."""
    if isinstance(value, dict):
        return value.get(name)
    if isinstance(value, list):
        return [property_of(item, name) for item in value]
    read = _PROPERTIES.get((type(value), name))
    return None if read is None else read(value)


def _offset(value: FeelTime | FeelDateTime) -> FeelValue:
    offset = value.utc_offset
    return None if offset is None else DaysTime(offset * NANOS_PER_SECOND)


def _seconds_part(units: Callable[[int], int]) -> Callable[[DaysTime], FeelValue]:
    def read(value: DaysTime) -> FeelValue:
        part = Decimal(units(abs(value.nanos) // NANOS_PER_SECOND))
        return -part if value.nanos < 0 and part else part

    return read


def _months_part(units: Callable[[int], int]) -> Callable[[YearsMonths], FeelValue]:
    def read(value: YearsMonths) -> FeelValue:
        part = Decimal(units(abs(value.months)))
        return -part if value.months < 0 and part else part

    return read


_PROPERTIES: dict[tuple[type, str], Callable[..., FeelValue]] = {
    (FeelDate, "year"): lambda value: Decimal(value.year),
    (FeelDate, "month"): lambda value: Decimal(value.month),
    (FeelDate, "day"): lambda value: Decimal(value.day),
    (FeelDate, "weekday"): lambda value: Decimal(value.weekday),
    (FeelDateTime, "year"): lambda value: Decimal(value.date.year),
    (FeelDateTime, "month"): lambda value: Decimal(value.date.month),
    (FeelDateTime, "day"): lambda value: Decimal(value.date.day),
    (FeelDateTime, "weekday"): lambda value: Decimal(value.date.weekday),
    (FeelDateTime, "hour"): lambda value: Decimal(value.time.hour),
    (FeelDateTime, "minute"): lambda value: Decimal(value.time.minute),
    (FeelDateTime, "second"): lambda value: Decimal(value.time.second),
    (FeelDateTime, "time offset"): _offset,
    (FeelDateTime, "timezone"): lambda value: value.time.zone,
    (FeelTime, "hour"): lambda value: Decimal(value.hour),
    (FeelTime, "minute"): lambda value: Decimal(value.minute),
    (FeelTime, "second"): lambda value: Decimal(value.second),
    (FeelTime, "time offset"): _offset,
    (FeelTime, "timezone"): lambda value: value.zone,
    (DaysTime, "days"): _seconds_part(lambda seconds: seconds // 86_400),
    (DaysTime, "hours"): _seconds_part(lambda seconds: seconds // 3600 % 24),
    (DaysTime, "minutes"): _seconds_part(lambda seconds: seconds // 60 % 60),
    (DaysTime, "seconds"): _seconds_part(lambda seconds: seconds % 60),
    (YearsMonths, "years"): _months_part(lambda months: months // 12),
    (YearsMonths, "months"): _months_part(lambda months: months % 12),
    (Range, "start"): lambda value: value.start,
    (Range, "end"): lambda value: value.end,
    (Range, "start included"): lambda value: value.start_included,
    (Range, "end included"): lambda value: value.end_included,
}
