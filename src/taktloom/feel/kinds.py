# SPDX-License-Identifier: Apache-2.0
"""FEEL values: what an expression takes and gives, and what variables hold.

| FEEL type | Python |
|---|---|
| number | `Decimal`, 34 digits, half-even (decimal128); no NaN, no infinity |
| string, boolean, null | `str`, `bool`, `None` |
| list, context | `list`, `dict` with `str` keys; treated as immutable once made |
| date, time, date and time | `FeelDate`, `FeelTime`, `FeelDateTime` |
| durations | `DaysTime`, `YearsMonths` |
| range | `Range` |
| function | `FeelFunction` |

Wire form (`to_json`, `from_json`): plain JSON where it is exact, else `{"@type": "date", "value": "2024-02-29"}`.
Source: DMN 1.5, 10.3.2.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, DecimalException, DivisionByZero, InvalidOperation, Overflow
from typing import TypeAlias, Union

from taktloom.feel.lexer import is_plain_name
from taktloom.feel.temporal import DaysTime, FeelDate, FeelDateTime, FeelTime, YearsMonths
from taktloom.feel.type_forms import FeelType

__all__ = [
    "DECIMAL",
    "DaysTime",
    "FeelDate",
    "FeelDateTime",
    "FeelFunction",
    "FeelTime",
    "FeelValue",
    "Parameter",
    "Range",
    "YearsMonths",
    "decimal_of",
    "feel_text",
]

DECIMAL = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    clamp=1,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)

FeelValue: TypeAlias = Union[
    bool,
    str,
    Decimal,
    FeelDate,
    FeelTime,
    FeelDateTime,
    DaysTime,
    YearsMonths,
    "Range",
    "FeelFunction",
    list["FeelValue"],
    dict[str, "FeelValue"],
    None,
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """An interval of comparable values; a bound of None that is not included is open towards infinity.

    is_test: written as the test `(= 10)`, which has the bounds of `[10..10]` but does not equal it.
    """

    start: FeelValue
    end: FeelValue
    start_included: bool = True
    end_included: bool = True
    is_test: bool = False

    def __str__(self) -> str:
        opening, closing = "[" if self.start_included else "(", "]" if self.end_included else ")"
        return f"{opening}{feel_text(self.start)}..{feel_text(self.end)}{closing}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A formal parameter; *type* is None for Any. Where null is not accepted, the function answers null to it."""

    name: str
    type: FeelType | None = None
    accepts_null: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FeelFunction:
    """Something that can be invoked: a built-in, a function definition, a BKM, a decision service, a host function.

    call: takes the `Run` (see `runtime.py`), then one value for each parameter, already checked and coerced.
    result: the type that the answer is coerced to, None for Any. required: how many arguments must be given, None for
    all. is_variadic: the last parameter takes any number of arguments. overloads: other parameter lists, in order.
    told: the type of the answer where nothing has to be coerced, for `instance of` only.
    """

    name: str
    parameters: Sequence[Parameter]
    call: Callable[..., FeelValue]
    result: FeelType | None = None
    required: int | None = None
    is_variadic: bool = False
    overloads: "tuple[FeelFunction, ...]" = ()
    told: FeelType | None = None

    def __str__(self) -> str:
        return f"function({', '.join(parameter.name for parameter in self.parameters)})"


def decimal_of(value: Decimal | int | str) -> Decimal | None:
    """Round to decimal128; None where it overflows or is not a number."""
    try:
        number = DECIMAL.create_decimal(value)
    except (DecimalException, ValueError):
        return None
    return number if number.is_finite() else None


def feel_text(value: FeelValue) -> str:
    """The FEEL text of a value; strings in quotes, everything else as `string()` gives it."""
    return _quoted(value) if isinstance(value, str) else plain_text(value)


def plain_text(value: FeelValue) -> str:
    """What `string(value)` gives: a string as it is, strings inside lists and contexts in quotes."""
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return _number_text(value)
    if isinstance(value, list):
        return f"[{', '.join(map(feel_text, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key_text(key)}: {feel_text(item)}" for key, item in value.items()) + "}"
    return str(value)


def _number_text(number: Decimal) -> str:
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def _key_text(key: str) -> str:
    return key if is_plain_name(key) else _quoted(key)


def _quoted(text: str) -> str:
    for character, escape in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        text = text.replace(character, escape)
    return f'"{text}"'
