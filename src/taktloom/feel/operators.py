# SPDX-License-Identifier: Apache-2.0
"""FEEL's operators on values: each gives null (None) where the operand types have no meaning together.

Equality and order are three-valued: values of different types are neither equal nor unequal (null), only `null = null`
and `null = x` are booleans. Source: DMN 1.5, 10.3.2.13 to 10.3.2.15, tables 42 to 54.
"""

from collections.abc import Callable
from decimal import Decimal, DecimalException
from typing import TypeAlias

from taktloom.feel.kinds import DECIMAL, DaysTime, FeelDate, FeelDateTime, FeelTime, FeelValue, Range, YearsMonths
from taktloom.feel.temporal import NANOS_PER_DAY, NANOS_PER_SECOND

__all__ = [
    "ARITHMETIC",
    "COMPARISONS",
    "add",
    "contains",
    "divide",
    "equal",
    "identical",
    "matches",
    "multiply",
    "negate",
    "not_equal",
    "ordering",
    "power",
    "subtract",
]

Charge: TypeAlias = Callable[[int], None]
_SECOND_RESOLUTION = NANOS_PER_SECOND


def equal(left: FeelValue, right: FeelValue, charge: Charge | None = None) -> bool | None:
    """FEEL `=`. charge: told how many parts of lists and contexts are compared, to stop at a budget."""
    if left is None or right is None:
        return left is right
    if type(left) is not type(right):
        return None
    if isinstance(left, list | dict):
        return _equal_structures(left, right, charge)
    compare = _EQUALITY.get(type(left))
    return compare(left, right) if compare is not None else left == right


def not_equal(left: FeelValue, right: FeelValue, charge: Charge | None = None) -> bool | None:
    """FEEL `!=`."""
    answer = equal(left, right, charge)
    return None if answer is None else not answer


def ordering(left: FeelValue, right: FeelValue) -> int | None:
    """-1, 0 or 1 where the values have an order, else None."""
    if type(left) is not type(right):
        return None
    if isinstance(left, str) and isinstance(right, str):
        return (left > right) - (left < right)
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return (left > right) - (left < right)
    key = _ORDER_KEYS.get(type(left))
    if key is None or _differ_in_locality(left, right):
        return None
    first, second = key(left), key(right)
    return (first > second) - (first < second)


def contains(interval: Range, value: FeelValue) -> bool | None:
    """Tell whether *value* lies in *interval*; None where it cannot be compared with a bound."""
    low_holds = _bound_holds(value, interval.start, interval.start_included, 1)
    if low_holds is False:
        return False
    high_holds = _bound_holds(value, interval.end, interval.end_included, -1)
    if high_holds is False:
        return False
    return True if low_holds and high_holds else None


def matches(value: FeelValue, test: FeelValue, charge: Charge | None = None) -> bool | None:
    """Tell whether *value* passes a test that is itself a value: a range, a list of tests, or something to equal."""
    if isinstance(test, Range) and not isinstance(value, Range):
        return contains(test, value)
    if isinstance(test, list):
        if isinstance(value, list) and equal(value, test, charge):
            return True
        if charge is not None:
            charge(len(test))
        return any(matches(value, item, charge) is True for item in test)
    return equal(value, test, charge)


def add(left: FeelValue, right: FeelValue) -> FeelValue:
    """FEEL `+`."""
    return _apply(_ADD, left, right)


def subtract(left: FeelValue, right: FeelValue) -> FeelValue:
    """FEEL `-`."""
    return _apply(_SUBTRACT, left, right)


def multiply(left: FeelValue, right: FeelValue) -> FeelValue:
    """FEEL `*`."""
    return _apply(_MULTIPLY, left, right)


def divide(left: FeelValue, right: FeelValue) -> FeelValue:
    """FEEL `/`; null for a division by zero."""
    return _apply(_DIVIDE, left, right)


def power(left: FeelValue, right: FeelValue) -> FeelValue:
    """FEEL `**`; anything to the power of 0 is 1."""
    return _apply(_POWER, left, right)


def negate(value: FeelValue) -> FeelValue:
    """FEEL unary `-`."""
    if isinstance(value, Decimal):
        return DECIMAL.minus(value)
    if isinstance(value, DaysTime):
        return DaysTime(-value.nanos)
    if isinstance(value, YearsMonths):
        return YearsMonths(-value.months)
    return None


_Table = dict[tuple[type, type], Callable[..., FeelValue]]


def _apply(table: _Table, left: FeelValue, right: FeelValue) -> FeelValue:
    operation = table.get((type(left), type(right)))
    if operation is None:
        return None
    try:
        return operation(left, right)
    except (DecimalException, ValueError, OverflowError):
        return None  # out of the domain: 1/0, year 1,000,000,000, a duration beyond all dates


def _bound_holds(value: FeelValue, bound: FeelValue, included: bool, sign: int) -> bool | None:  # noqa: FBT001
    if bound is None:
        return True if value is not None and not included else None
    order = ordering(value, bound)
    if order is None:
        return None
    return order == sign or (order == 0 and included)


def _differ_in_locality(left: FeelValue, right: FeelValue) -> bool:
    if isinstance(left, FeelDateTime | FeelTime) and isinstance(right, FeelDateTime | FeelTime):
        return left.is_local != right.is_local
    return False


def identical(left: FeelValue, right: FeelValue, charge: Charge | None = None) -> bool:
    """FEEL `is()`: the same element of the domain, zone and fraction of a second included, inside of structures too."""
    return _equal_structures(left, right, charge, _identical_parts)


def _identical_parts(left: FeelValue, right: FeelValue) -> bool:
    if isinstance(left, FeelTime | FeelDateTime):
        return left == right
    if isinstance(left, Range) and isinstance(right, Range):
        return equal(left, right) is True and all(map(identical, (left.start, left.end), (right.start, right.end)))
    return equal(left, right) is True


def _equal_parts(left: FeelValue, right: FeelValue) -> bool:
    return equal(left, right) is True


def _equal_structures(
    left: FeelValue,
    right: FeelValue,
    charge: Charge | None,
    agree: Callable[[FeelValue, FeelValue], bool] = _equal_parts,
) -> bool:
    """Part by part, without recursion; a pair that is met again is not compared again.

    `[a, a]` of `[b, b]` of … has as many parts as 2 to the power of its depth, but few that differ.
    """
    pending, seen = [(left, right)], set()
    while pending:
        first, second = pending.pop()
        if first is second:
            continue
        if type(first) is not type(second):
            return False
        if not isinstance(first, list | dict):
            if not agree(first, second):
                return False
            continue
        pair = id(first), id(second)
        if pair in seen:
            continue
        seen.add(pair)
        parts = _parts_of(first, second)
        if parts is None:
            return False
        if charge is not None:
            charge(len(parts))
        pending.extend(reversed(parts))
    return True


def _parts_of(left: FeelValue, right: FeelValue) -> list[tuple[FeelValue, FeelValue]] | None:
    """The parts that have to be equal in pairs; None where the shapes differ."""
    if isinstance(left, list) and isinstance(right, list):
        return list(zip(left, right, strict=True)) if len(left) == len(right) else None
    if isinstance(left, dict) and isinstance(right, dict) and left.keys() == right.keys():
        return [(item, right[key]) for key, item in left.items()]
    return None


def _equal_moments(left: FeelTime | FeelDateTime, right: FeelTime | FeelDateTime) -> bool | None:
    if left.is_local != right.is_local:
        return None
    # the standard compares times by hour, minute and second; nanoseconds are kept but do not count here
    return left.instant_nanos // _SECOND_RESOLUTION == right.instant_nanos // _SECOND_RESOLUTION


def _equal_ranges(left: Range, right: Range) -> bool | None:
    if (left.start_included, left.end_included) != (right.start_included, right.end_included):
        return False
    if left.is_test != right.is_test:
        return False
    return equal(left.start, right.start) is True and equal(left.end, right.end) is True


_EQUALITY: dict[type, Callable[..., bool | None]] = {
    FeelTime: _equal_moments,
    FeelDateTime: _equal_moments,
    Range: _equal_ranges,
}
_ORDER_KEYS: dict[type, Callable[..., int]] = {
    FeelDate: lambda value: value.days,
    FeelTime: lambda value: value.instant_nanos,
    FeelDateTime: lambda value: value.instant_nanos,
    DaysTime: lambda value: value.nanos,
    YearsMonths: lambda value: value.months,
}


def _date_plus_days(day: FeelDate, duration: DaysTime) -> FeelValue:
    return FeelDate.of_days((day.days * NANOS_PER_DAY + duration.nanos) // NANOS_PER_DAY)


def _moment_plus_days(moment: FeelDateTime, duration: DaysTime) -> FeelValue:
    clock = moment.time
    if clock.zone is None:
        return FeelDateTime.of_local_nanos(moment.local_nanos + duration.nanos, clock.offset)
    return FeelDateTime.of_instant(moment.instant_nanos + duration.nanos, zone=clock.zone)


def _moment_plus_months(moment: FeelDateTime, duration: YearsMonths) -> FeelValue:
    return FeelDateTime(moment.date.plus_months(duration.months), moment.time)


def _time_plus(clock: FeelTime, duration: DaysTime) -> FeelValue:
    return FeelTime.of_nanos(clock.nanos + duration.nanos, clock.offset, clock.zone)


def _between_moments(left: FeelDateTime, right: FeelDateTime) -> FeelValue:
    if left.is_local != right.is_local:
        return None
    return DaysTime(left.instant_nanos - right.instant_nanos)


def _between_times(left: FeelTime, right: FeelTime) -> FeelValue:
    if left.is_local != right.is_local:
        return None
    return DaysTime(left.instant_nanos - right.instant_nanos)


def _midnight(day: FeelDate) -> FeelDateTime:
    return FeelDateTime(day, FeelTime(0, 0, 0, 0, 0))


def _product(units: int, factor: Decimal) -> int:
    numerator, denominator = factor.as_integer_ratio()
    product = units * numerator
    return -(-product // denominator) if product < 0 else product // denominator


def _quotient(units: int, divisor: Decimal) -> int:
    numerator, denominator = divisor.as_integer_ratio()
    if numerator < 0:
        numerator, denominator = -numerator, -denominator
    product = units * denominator
    return -(-product // numerator) if product < 0 else product // numerator


def _power(base: Decimal, exponent: Decimal) -> FeelValue:
    return Decimal(1) if exponent == 0 else DECIMAL.power(base, exponent)


_ADD: _Table = {
    (Decimal, Decimal): DECIMAL.add,
    (str, str): lambda a, b: a + b,
    (FeelDate, DaysTime): _date_plus_days,
    (DaysTime, FeelDate): lambda a, b: _date_plus_days(b, a),
    (FeelDate, YearsMonths): lambda a, b: a.plus_months(b.months),
    (YearsMonths, FeelDate): lambda a, b: b.plus_months(a.months),
    (FeelDateTime, DaysTime): _moment_plus_days,
    (DaysTime, FeelDateTime): lambda a, b: _moment_plus_days(b, a),
    (FeelDateTime, YearsMonths): _moment_plus_months,
    (YearsMonths, FeelDateTime): lambda a, b: _moment_plus_months(b, a),
    (FeelTime, DaysTime): _time_plus,
    (DaysTime, FeelTime): lambda a, b: _time_plus(b, a),
    (DaysTime, DaysTime): lambda a, b: DaysTime(a.nanos + b.nanos),
    (YearsMonths, YearsMonths): lambda a, b: YearsMonths(a.months + b.months),
}
_SUBTRACT: _Table = {
    (Decimal, Decimal): DECIMAL.subtract,
    (FeelDate, FeelDate): lambda a, b: DaysTime((a.days - b.days) * NANOS_PER_DAY),
    (FeelDateTime, FeelDateTime): _between_moments,
    (FeelDate, FeelDateTime): lambda a, b: _between_moments(_midnight(a), b),
    (FeelDateTime, FeelDate): lambda a, b: _between_moments(a, _midnight(b)),
    (FeelTime, FeelTime): _between_times,
    (FeelDate, DaysTime): lambda a, b: _date_plus_days(a, DaysTime(-b.nanos)),
    (FeelDate, YearsMonths): lambda a, b: a.plus_months(-b.months),
    (FeelDateTime, DaysTime): lambda a, b: _moment_plus_days(a, DaysTime(-b.nanos)),
    (FeelDateTime, YearsMonths): lambda a, b: _moment_plus_months(a, YearsMonths(-b.months)),
    (FeelTime, DaysTime): lambda a, b: _time_plus(a, DaysTime(-b.nanos)),
    (DaysTime, DaysTime): lambda a, b: DaysTime(a.nanos - b.nanos),
    (YearsMonths, YearsMonths): lambda a, b: YearsMonths(a.months - b.months),
}
_MULTIPLY: _Table = {
    (Decimal, Decimal): DECIMAL.multiply,
    (DaysTime, Decimal): lambda a, b: DaysTime(_product(a.nanos, b)),
    (Decimal, DaysTime): lambda a, b: DaysTime(_product(b.nanos, a)),
    (YearsMonths, Decimal): lambda a, b: YearsMonths(_product(a.months, b)),
    (Decimal, YearsMonths): lambda a, b: YearsMonths(_product(b.months, a)),
}
_DIVIDE: _Table = {
    (Decimal, Decimal): DECIMAL.divide,
    (DaysTime, Decimal): lambda a, b: DaysTime(_quotient(a.nanos, b)) if b else None,
    (YearsMonths, Decimal): lambda a, b: YearsMonths(_quotient(a.months, b)) if b else None,
    (DaysTime, DaysTime): lambda a, b: DECIMAL.divide(Decimal(a.nanos), Decimal(b.nanos)),
    (YearsMonths, YearsMonths): lambda a, b: DECIMAL.divide(Decimal(a.months), Decimal(b.months)),
}
_POWER: _Table = {(Decimal, Decimal): _power}

ARITHMETIC: dict[str, Callable[[FeelValue, FeelValue], FeelValue]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "**": power,
}


def _less(left: FeelValue, right: FeelValue) -> bool | None:
    order = ordering(left, right)
    return None if order is None else order < 0


def _less_or_equal(left: FeelValue, right: FeelValue) -> bool | None:
    order = ordering(left, right)
    return None if order is None else order <= 0


def _greater(left: FeelValue, right: FeelValue) -> bool | None:
    return _less(right, left)


def _greater_or_equal(left: FeelValue, right: FeelValue) -> bool | None:
    return _less_or_equal(right, left)


COMPARISONS: dict[str, Callable[[FeelValue, FeelValue], bool | None]] = {
    "=": equal,
    "!=": not_equal,
    "<": _less,
    "<=": _less_or_equal,
    ">": _greater,
    ">=": _greater_or_equal,
}
