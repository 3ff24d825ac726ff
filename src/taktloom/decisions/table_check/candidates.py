# SPDX-License-Identifier: Apache-2.0
"""Values that stand for all values of a kind: each constant, one between each two, one below and one above.

Their order is the *position* (see `table_index.py`): gap, constant, gap, … A run of positions is an interval, which can
be written as a unary test.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from taktloom.decisions.literals import literal
from taktloom.feel.kinds import (
    DECIMAL,
    DaysTime,
    FeelDate,
    FeelDateTime,
    FeelTime,
    FeelValue,
    YearsMonths,
)
from taktloom.feel.temporal import NANOS_PER_DAY, NANOS_PER_SECOND

__all__ = ["Scale", "make_scale"]

Key: TypeAlias = Any
_STEPS = (NANOS_PER_DAY, 3600 * NANOS_PER_SECOND, 60 * NANOS_PER_SECOND, NANOS_PER_SECOND, 1)
_OTHER = "other"


@dataclass(frozen=True, slots=True)
class Scale:
    """The values of a column that stand for all.

    constants: what cuts the values. points: the values by position; None where there is none. is_ordered: else the
    points are the constants themselves and, for texts, one more that no cell names.
    """

    constants: tuple[FeelValue, ...]
    points: tuple[FeelValue, ...]
    is_ordered: bool = True

    def tests(self, positions: Sequence[int]) -> str:
        """Unary tests for the values at *positions* (ascending)."""
        if not self.is_ordered:
            return self._listed(positions)
        held = {*positions, *(index for index, point in enumerate(self.points) if point is None)}
        parts, position, end = [], 0, len(self.points)
        while position < end:
            last = position
            while last in held:
                last += 1
            if last > position and any(index in positions for index in range(position, last)):
                parts.append(self._interval(position, last - 1))
            position = max(last, position) + 1
        return "-" if "-" in parts else ", ".join(parts)

    def _listed(self, positions: Sequence[int]) -> str:
        other = len(self.constants)
        if len(positions) == len(self.points):
            return "-"
        if other not in positions:
            return ", ".join(literal(self.constants[position]) for position in positions)
        missing = [literal(value) for index, value in enumerate(self.constants) if index not in positions]
        return f"not({', '.join(missing)})"

    def _interval(self, first: int, last: int) -> str:
        while self.points[first] is None and first < last:
            first += 1
        while self.points[last] is None and last > first:
            last -= 1
        if first == last and first % 2:
            return literal(self.constants[first // 2])
        low = None if first == 0 else literal(self.constants[(first - 1) // 2])
        high = None if last == len(self.points) - 1 else literal(self.constants[last // 2])
        if low is None and high is None:
            return "-"
        if low is None:
            return f"{'<=' if last % 2 else '<'} {high}"
        if high is None:
            return f"{'>=' if first % 2 else '>'} {low}"
        return f"{'[' if first % 2 else '('}{low}..{high}{']' if last % 2 else ')'}"


def make_scale(kind: type, constants: Sequence[FeelValue], *, orders_texts: bool) -> Scale:
    """The scale of one kind of values, cut by *constants*."""
    if kind is bool:
        return Scale((False, True), (False, True), is_ordered=False)
    if kind is str and not orders_texts:
        texts = tuple(dict.fromkeys(constants))
        return Scale(texts, (*texts, _other_text(texts)), is_ordered=False)
    key_of = _KEYS[kind]
    by_key: dict[Key, FeelValue] = {}
    for value in constants:
        by_key.setdefault(key_of(value), value)
    keys = sorted(by_key)
    values = tuple(by_key[key] for key in keys)
    if not keys:
        return Scale((), (_SAMPLES[kind],))
    between = _BETWEEN[kind]
    points: list[FeelValue] = [between(None, keys[0], values[0])]
    for index, value in enumerate(values):
        high = keys[index + 1] if index + 1 < len(keys) else None
        points += [value, between(keys[index], high, value)]
    return Scale(values, tuple(points))


def _other_text(texts: Sequence[FeelValue]) -> str:
    other = _OTHER
    while other in texts:
        other += " …"
    return other


def _number(low: Decimal | None, high: Decimal | None, near: FeelValue) -> FeelValue:
    if low is None or high is None:
        return DECIMAL.add(low, Decimal(1)) if low is not None else DECIMAL.subtract(high or Decimal(0), Decimal(1))
    whole = DECIMAL.add(low.to_integral_value("ROUND_FLOOR"), Decimal(1))
    middle = whole if whole < high else DECIMAL.divide(DECIMAL.add(low, high), Decimal(2))
    return middle if low < middle < high else None


def _text(low: str | None, high: str | None, near: FeelValue) -> FeelValue:
    if low is None:
        return None if high == "" else ""
    return next((text for text in (f"{low} …", f"{low} ", f"{low}!") if high is None or text < high), None)


def _whole(low: int | None, high: int | None) -> int | None:
    if low is None:
        return (high or 0) - 1
    return low + 1 if high is None or low + 1 < high else None


def _date(low: int | None, high: int | None, near: FeelValue) -> FeelValue:
    key = _whole(low, high)
    return None if key is None else _made(FeelDate.of_days, key)


def _months(low: int | None, high: int | None, near: FeelValue) -> FeelValue:
    key = _whole(low, high)
    return None if key is None else _made(YearsMonths, key)


def _moment(low: int | None, high: int | None) -> int | None:
    """A moment or length after *low* by a whole day, hour, minute or second where there is room."""
    if low is None:
        return (high or 0) - NANOS_PER_DAY
    return next((low + step for step in _STEPS if high is None or low + step < high), None)


def _days_time(low: int | None, high: int | None, near: FeelValue) -> FeelValue:
    key = _moment(low, high)
    return None if key is None else _made(DaysTime, key)


def _date_time(low: int | None, high: int | None, near: FeelValue) -> FeelValue:
    key = _moment(low, high)
    if key is None or not isinstance(near, FeelDateTime):
        return None
    if near.is_local:
        return _made(FeelDateTime.of_local_nanos, key)
    return _made(lambda nanos: FeelDateTime.of_instant(nanos, near.time.offset, near.time.zone), key)


def _time(low: int | None, high: int | None, near: FeelValue) -> FeelValue:
    if not isinstance(near, FeelTime):
        return None
    if low is None:
        key = min((high or 0) - NANOS_PER_SECOND, (high or 0) // 2)
    else:
        steps = _STEPS[1:] if high is not None else (3600 * NANOS_PER_SECOND, NANOS_PER_SECOND)
        ends = high if high is not None else NANOS_PER_DAY
        key = next((low + step for step in steps if low + step < ends), -1)
    if not 0 <= key < NANOS_PER_DAY:
        return None
    found = FeelTime.of_nanos(key + (near.utc_offset or 0) * NANOS_PER_SECOND, near.offset, near.zone)
    return found if found.instant_nanos == key else None


def _made(make: Callable[[int], FeelValue], key: int) -> FeelValue:
    try:
        return make(key)
    except ValueError:  # outside the domain of the kind
        return None


_KEYS: dict[type, Callable[[Any], Key]] = {
    Decimal: lambda value: value,
    str: lambda value: value,
    FeelDate: lambda value: value.days,
    FeelTime: lambda value: value.instant_nanos,
    FeelDateTime: lambda value: value.instant_nanos,
    DaysTime: lambda value: value.nanos,
    YearsMonths: lambda value: value.months,
}
_BETWEEN: dict[type, Callable[[Any, Any, FeelValue], FeelValue]] = {
    Decimal: _number,
    str: _text,
    FeelDate: _date,
    FeelTime: _time,
    FeelDateTime: _date_time,
    DaysTime: _days_time,
    YearsMonths: _months,
}
_SAMPLES: dict[type, FeelValue] = {
    Decimal: Decimal(0),
    str: _OTHER,
    FeelDate: FeelDate(2024, 1, 1),
    FeelTime: FeelTime(12, 0, 0),
    FeelDateTime: FeelDateTime(FeelDate(2024, 1, 1), FeelTime(12, 0, 0)),
    DaysTime: DaysTime(NANOS_PER_DAY),
    YearsMonths: YearsMonths(1),
}
