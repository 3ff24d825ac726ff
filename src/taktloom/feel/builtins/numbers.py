# SPDX-License-Identifier: Apache-2.0
"""Numeric functions (DMN 1.5, 10.3.4.5)."""

from collections.abc import Callable
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
    DecimalException,
)

from taktloom.feel.builtins.declare import BuiltIn, declare
from taktloom.feel.kinds import DECIMAL, DaysTime, FeelValue, YearsMonths, decimal_of
from taktloom.feel.runtime import Run

__all__ = ["FUNCTIONS"]

_MIN_SCALE, _MAX_SCALE = -6111, 6176
_WIDE = Context(prec=13_000, Emin=-20_000, Emax=20_000)


def _rounded(number: Decimal, scale: Decimal | None, rounding: str) -> FeelValue:
    digits = Decimal(0) if scale is None else scale
    if not _MIN_SCALE <= digits <= _MAX_SCALE:
        return None
    exponent = Decimal(1).scaleb(-int(digits), _WIDE)
    try:
        return decimal_of(number.quantize(exponent, rounding, _WIDE))
    except DecimalException:
        return None


def _rounding(rounding: str) -> Callable[..., FeelValue]:
    def call(run: Run, number: Decimal, scale: Decimal | None = None) -> FeelValue:
        return _rounded(number, scale, rounding)

    return call


def _decimal(run: Run, number: Decimal, scale: Decimal) -> FeelValue:
    return _rounded(number, scale.to_integral_value(ROUND_DOWN), ROUND_HALF_EVEN)


def _abs(run: Run, value: FeelValue) -> FeelValue:
    if isinstance(value, Decimal):
        return value.copy_abs()
    if isinstance(value, DaysTime):
        return DaysTime(abs(value.nanos))
    return YearsMonths(abs(value.months)) if isinstance(value, YearsMonths) else None


def _modulo(run: Run, dividend: Decimal, divisor: Decimal) -> FeelValue:
    if divisor == 0:
        return None
    remainder = _WIDE.remainder(dividend, divisor)
    if remainder != 0 and (remainder < 0) != (divisor < 0):
        remainder = _WIDE.add(remainder, divisor)
    return decimal_of(remainder)


def _sqrt(run: Run, number: Decimal) -> FeelValue:
    return None if number < 0 else DECIMAL.sqrt(number)


def _log(run: Run, number: Decimal) -> FeelValue:
    return None if number <= 0 else DECIMAL.ln(number)


def _exp(run: Run, number: Decimal) -> FeelValue:
    try:
        return DECIMAL.exp(number)
    except DecimalException:
        return None


def _odd(run: Run, number: Decimal) -> FeelValue:
    return _parity(number, 1)


def _even(run: Run, number: Decimal) -> FeelValue:
    return _parity(number, 0)


def _parity(number: Decimal, remainder: int) -> FeelValue:
    if number != number.to_integral_value():
        return None
    return _WIDE.remainder(number, Decimal(2)).copy_abs() == remainder


FUNCTIONS: tuple[BuiltIn, ...] = (
    declare("decimal", _decimal, "n: number, scale: number"),
    declare("floor", _rounding(ROUND_FLOOR), "n: number, [scale: number]"),
    declare("ceiling", _rounding(ROUND_CEILING), "n: number, [scale: number]"),
    declare("round up", _rounding(ROUND_UP), "n: number, scale: number"),
    declare("round down", _rounding(ROUND_DOWN), "n: number, scale: number"),
    declare("round half up", _rounding(ROUND_HALF_UP), "n: number, scale: number"),
    declare("round half down", _rounding(ROUND_HALF_DOWN), "n: number, scale: number"),
    declare("abs", _abs, "n: number"),
    declare("abs", _abs, "n: duration"),
    declare("modulo", _modulo, "dividend: number, divisor: number"),
    declare("sqrt", _sqrt, "number: number"),
    declare("log", _log, "number: number"),
    declare("exp", _exp, "number: number"),
    declare("odd", _odd, "number: number"),
    declare("even", _even, "number: number"),
)
