# SPDX-License-Identifier: Apache-2.0
"""FEEL values to JSON and to Python's own types, and back: used at the doors and by the stores.

JSON: null, booleans, strings, lists and contexts are themselves. A number is a JSON number when every JSON reader gets
the same decimal back (integers within ±2^53, fractions whose double prints the same digits), else tagged. Everything
else is tagged `{"@type": NAME, "value": TEXT}`; a context that itself has an `@type` entry is wrapped the same way.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from json.encoder import encode_basestring
from typing import TypeAlias, cast
from zoneinfo import ZoneInfo

from taktloom.feel.kinds import (
    DaysTime,
    FeelDate,
    FeelDateTime,
    FeelFunction,
    FeelTime,
    FeelValue,
    Range,
    YearsMonths,
    decimal_of,
)
from taktloom.feel.lexer import normalize_name
from taktloom.feel.temporal import NANOS_PER_SECOND
from taktloom.feel.temporal_text import parse_date, parse_date_time, parse_duration, parse_time
from taktloom.model.errors import InputRefusedError, MisuseError

__all__ = [
    "JsonValue",
    "ValueConversionError",
    "clock_from_python",
    "from_json",
    "from_python",
    "from_stored_json",
    "json_text",
    "own_copy",
    "to_json",
    "to_python",
    "utf8",
    "values_from_python",
    "variables_from_python",
]

JsonValue: TypeAlias = bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"] | None

_MAX_EXACT_INTEGER = 2**53 - 1
_MAX_DEPTH = 200
_MAX_STORED_DEPTH = 300  # the engine puts values that came from outside into lists and contexts of its own
_DIGITS_KEPT = 15  # of any decimal number, by a double and back
_LAST_DIGITS = frozenset("123456789")
_PLAIN = (str, bool)
_AS_THEY_ARE = frozenset({str, bool, type(None)})
_NUMBERS = (int, float, Decimal)
_WRITER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":"))


class ValueConversionError(MisuseError):
    """A Python or JSON value has no FEEL value, or the other way round."""

    code = "TL-2301"


def to_json(value: FeelValue, *, depth: int = 0) -> JsonValue:
    """The wire form; raises ValueConversionError for what could not be read back: a function, which cannot travel,
    a number that is none of FEEL's, what is nested deeper than is stored, and what is no FEEL value at all.
    """
    if value is None or isinstance(value, _PLAIN):
        return value
    if isinstance(value, Decimal):
        return _number_to_json(value)
    if depth > _MAX_STORED_DEPTH:
        raise _too_deep(_MAX_STORED_DEPTH)
    if isinstance(value, list):
        return [to_json(item, depth=depth + 1) for item in value]
    if isinstance(value, dict):
        entries: dict[str, JsonValue] = {key: to_json(item, depth=depth + 1) for key, item in value.items()}
        return {"@type": "context", "value": entries} if "@type" in entries else entries
    if isinstance(value, Range):
        return {"@type": "range", "value": _range_to_json(value)}
    if isinstance(value, FeelFunction):
        raise ValueConversionError("A function cannot be stored or sent.", remedy="Store the result of calling it.")
    tag = _TAGS.get(type(value))
    if tag is None:
        raise ValueConversionError(
            f"A value of the Python type {type(value).__name__} is no FEEL value.",
            remedy="Turn it into one, with from_python.",
            parameters={"type": type(value).__name__},
        )
    return {"@type": tag, "value": str(value)}


def json_text(value: FeelValue, depth: int = 0) -> str:
    """The wire form as JSON text without spaces, entries in their own order; raises as `to_json` does.

    The same as writing what `to_json` gives; said directly, since states are written at every step.
    """
    write = _TEXTS.get(type(value))
    if write is not None:
        return write(value)
    if depth < _MAX_STORED_DEPTH:
        if type(value) is list:
            return "[" + ",".join([json_text(item, depth + 1) for item in value]) + "]"
        if type(value) is dict and "@type" not in value:
            entries = [f"{encode_basestring(name)}:{json_text(entry, depth + 1)}" for name, entry in value.items()]
            return "{" + ",".join(entries) + "}"
    return _WRITER.encode(to_json(value, depth=depth))


def utf8(text: str) -> bytes:
    """What is stored of the text. Raises InputRefusedError for half of a character (a lone surrogate)."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise InputRefusedError(
            "A text has half of a character (a lone surrogate).", remedy="Send text in valid Unicode."
        ) from None


def from_json(data: object, *, depth: int = 0) -> FeelValue:
    """Read the wire form; JSON numbers may come as int, Decimal or float. Raises ValueConversionError."""
    if depth > _MAX_DEPTH:
        raise _too_deep(_MAX_DEPTH)
    if type(data) in _AS_THEY_ARE:
        return cast("FeelValue", data)
    if isinstance(data, dict):
        if "@type" in data:
            return _from_tagged(data, depth)
        return {_key(key): from_json(item, depth=depth + 1) for key, item in data.items()}
    if isinstance(data, list):
        return [from_json(item, depth=depth + 1) for item in data]
    return _scalar(data)


def from_stored_json(data: object) -> FeelValue:
    """As `from_json`, of what `json_text` wrote: nested a little deeper than what is taken from outside."""
    return from_json(data, depth=_MAX_DEPTH - _MAX_STORED_DEPTH)


def from_python(value: object, *, depth: int = 0) -> FeelValue:
    """Turn Python's own types (and FEEL values) into FEEL values.

    A naive `datetime` is refused: nobody can tell which instant it means. A float becomes the decimal that it prints.
    """
    if depth > _MAX_DEPTH:
        raise _too_deep(_MAX_DEPTH)
    if isinstance(value, Mapping):
        return {_key(key): from_python(item, depth=depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [from_python(item, depth=depth + 1) for item in value]
    for kind, convert in _FROM_PYTHON:
        if isinstance(value, kind):
            return convert(value)
    return _scalar(value)


def variables_from_python(variables: Mapping[str, object]) -> Mapping[str, FeelValue]:
    """The variables of an evaluation as FEEL values; the mapping itself where nothing has to be converted.

    Raises ValueConversionError for what has no FEEL value.
    """
    for name, value in variables.items():
        if (
            type(value) not in _ATOMS
            or (type(value) is Decimal and not value.is_finite())
            or type(name) is not str
            or not (name.isidentifier() or normalize_name(name) == name)
        ):
            return {normalize_name(_key(name)): _converted(item) for name, item in variables.items()}
    return cast("Mapping[str, FeelValue]", variables)


def clock_from_python(now: FeelDateTime | datetime | None) -> FeelDateTime | None:
    """The clock of an evaluation; raises ValueConversionError for what is no date and time."""
    if now is None or type(now) is FeelDateTime:
        return now
    value = from_python(now)
    if isinstance(value, FeelDateTime):
        return value
    raise ValueConversionError("The clock is no date and time.", remedy="Give a datetime with a time zone.")


def values_from_python(values: Mapping[str, object]) -> Mapping[str, FeelValue]:
    """Values by name as FEEL values, under the very names; the mapping itself where nothing has to be converted.

    Lists and contexts are copied: what the caller does to theirs afterwards changes nothing here.
    Looking costs a small part of writing the values once, so that every door can do it.
    Raises ValueConversionError for what has no FEEL value.
    """
    for value in values.values():
        if type(value) not in _SURE_ATOMS and (type(value) is not Decimal or not value.is_finite()):
            copies: dict[int, FeelValue] = {}
            return {_key(name): _owned(value, copies) for name, value in values.items()}
    return cast("Mapping[str, FeelValue]", values)


def own_copy(value: FeelValue) -> FeelValue:
    """The value with lists and contexts of its own, for who may change them in place."""
    return _owned(value, {})


def _owned(value: object, copies: dict[int, FeelValue]) -> FeelValue:
    try:
        return _copied(value, copies, 0)
    except _NotFeelError:
        return from_python(value)


def _copied(value: object, copies: dict[int, FeelValue], depth: int) -> FeelValue:
    """A FEEL value of its own; raises _NotFeelError. copies: by the identity of what was copied already."""
    if type(value) is list:
        return copies.get(id(value)) or _copied_list(value, copies, depth)
    if type(value) is dict:
        return copies.get(id(value)) or _copied_context(value, copies, depth)
    if type(value) not in _ATOMS or (type(value) is Decimal and not value.is_finite()):
        raise _NotFeelError
    return cast("FeelValue", value)


def _copied_list(value: list[object], copies: dict[int, FeelValue], depth: int) -> FeelValue:
    if depth > _MAX_STORED_DEPTH:
        raise _NotFeelError
    items = cast("list[FeelValue]", value.copy())
    copies[id(value)] = items
    for at, item in enumerate(value):
        if type(item) not in _SURE_ATOMS:
            items[at] = _copied(item, copies, depth + 1)
    return items


def _copied_context(value: dict[object, object], copies: dict[int, FeelValue], depth: int) -> FeelValue:
    if depth > _MAX_STORED_DEPTH or not _TEXT_KEYS.issuperset(map(type, value)):
        raise _NotFeelError
    entries = cast("dict[str, FeelValue]", value.copy())
    copies[id(value)] = entries
    for key, item in cast("dict[str, object]", value).items():
        if type(item) not in _SURE_ATOMS:
            entries[key] = _copied(item, copies, depth + 1)
    return entries


class _NotFeelError(Exception):
    """Some of a value is none of FEEL's."""


def _converted(value: object) -> FeelValue:
    return cast("FeelValue", value) if _are_feel((value,), set()) else from_python(value)


def _are_feel(values: Iterable[object], seen: set[int], depth: int = 0) -> bool:
    """Whether the values are FEEL values through and through. seen: lists and contexts that were looked into."""
    for value in values:
        kind = type(value)
        if kind in _ATOMS:
            if kind is Decimal and not cast("Decimal", value).is_finite():
                return False
            continue
        if (kind is not list and kind is not dict) or depth > _MAX_STORED_DEPTH:
            return False
        if id(value) not in seen:
            seen.add(id(value))
            if not _is_feel_inside(value, seen, depth + 1):
                return False
    return True


def _is_feel_inside(value: object, seen: set[int], depth: int) -> bool:
    if not isinstance(value, dict):
        return _are_feel(cast("list[object]", value), seen, depth)
    return _TEXT_KEYS.issuperset(map(type, value)) and _are_feel(value.values(), seen, depth)


def to_python(value: FeelValue) -> object:
    """Turn a FEEL value into Python's own types where those hold it exactly; what they cannot hold stays a FEEL value.

    Those are years outside 1..9999, fractions below a microsecond, date and time without offset, and durations of years
    and months.
    """
    if isinstance(value, list):
        return [to_python(item) for item in value]
    if isinstance(value, dict):
        return {key: to_python(item) for key, item in value.items()}
    if isinstance(value, FeelDate):
        return date(value.year, value.month, value.day) if 1 <= value.year <= 9999 else value
    if isinstance(value, FeelTime):
        return value if value.zone is not None or value.nanosecond % 1000 else _time_to_python(value)
    if isinstance(value, FeelDateTime):
        return _date_time_to_python(value)
    if isinstance(value, DaysTime) and value.nanos % 1000 == 0 and abs(value.nanos) < 86_400 * 10**9 * 999_999_999:
        return timedelta(microseconds=value.nanos // 1000)
    return value


def _number_to_json(number: Decimal) -> JsonValue:
    if not number.is_finite():
        raise _no_number()
    if number == number.to_integral_value():
        if number.copy_abs() <= _MAX_EXACT_INTEGER:
            return int(number)
    elif Decimal(repr(float(number))) == number:
        return float(number)
    if decimal_of(number) != number:
        raise _no_number()
    return {"@type": "number", "value": str(number)}


def _range_to_json(value: Range) -> dict[str, JsonValue]:
    made: dict[str, JsonValue] = {
        "start": to_json(value.start),
        "end": to_json(value.end),
        "start included": value.start_included,
        "end included": value.end_included,
    }
    return {**made, "test": True} if value.is_test else made


def _from_tagged(data: dict[object, object], depth: int) -> FeelValue:
    kind, value = data["@type"], data.get("value")
    if kind == "context" and isinstance(value, dict):
        return {_key(key): from_json(item, depth=depth + 1) for key, item in value.items()}
    if kind == "range" and isinstance(value, dict):
        return Range(
            start=from_json(value.get("start"), depth=depth + 1),
            end=from_json(value.get("end"), depth=depth + 1),
            start_included=value.get("start included") is True,
            end_included=value.get("end included") is True,
            is_test=value.get("test") is True,
        )
    parse = _PARSERS.get(kind) if isinstance(kind, str) else None
    parsed = parse(value) if parse is not None and isinstance(value, str) else None
    if parsed is None:
        raise ValueConversionError(f"Not a value of type {kind!r}.", remedy="Send the text form of that FEEL type.")
    return parsed


def _scalar(value: object) -> FeelValue:
    if value is None or isinstance(value, _PLAIN):
        return value
    if isinstance(value, _NUMBERS):
        number = _number(value)
        if number is not None:
            return number
        raise _no_number()
    raise ValueConversionError(
        f"A value of the Python type {type(value).__name__} has no FEEL form.",
        remedy="Use numbers, strings, booleans, dates, durations, lists and dictionaries.",
        parameters={"type": type(value).__name__},
    )


def _too_deep(limit: int) -> ValueConversionError:
    return ValueConversionError("The value is nested too deeply.", remedy=f"Keep below {limit} levels.")


def _no_number() -> ValueConversionError:
    return ValueConversionError("The number is not finite or too large.", remedy="FEEL numbers have 34 digits.")


def _number(value: float | Decimal) -> Decimal | None:
    if isinstance(value, float):
        return decimal_of(repr(value))
    if isinstance(value, int) and value.bit_length() > 14_000:  # int to text is limited; far beyond 34 digits anyway
        return None
    return decimal_of(value)


def _key(key: object) -> str:
    if isinstance(key, str):
        return key
    raise ValueConversionError("The keys of a context are strings.", remedy="Turn the keys into strings.")


def _date_time_from_python(value: datetime) -> FeelDateTime:
    if value.tzinfo is None:
        raise ValueConversionError(
            "The date and time has no time zone.", remedy="Attach one, for example with replace(tzinfo=timezone.utc)."
        )
    offset, zone = _offset_and_zone(value.tzinfo, value.utcoffset())
    return FeelDateTime(FeelDate(value.year, value.month, value.day), _clock(value.timetz(), offset, zone))


def _time_from_python(value: time) -> FeelTime:
    if value.tzinfo is None:
        return _clock(value, None, None)
    offset, zone = _offset_and_zone(value.tzinfo, value.utcoffset())
    return _clock(value, offset, zone)


def _clock(value: time, offset: int | None, zone: str | None) -> FeelTime:
    return FeelTime(value.hour, value.minute, value.second, value.microsecond * 1000, offset, zone)


def _offset_and_zone(zone: tzinfo, offset: timedelta | None) -> tuple[int | None, str | None]:
    if isinstance(zone, ZoneInfo) and zone.key not in {None, "UTC"}:
        return None, zone.key
    return int((offset or timedelta()).total_seconds()), None


def _time_to_python(value: FeelTime) -> time:
    zone = None if value.offset is None else timezone(timedelta(seconds=value.offset))
    return time(value.hour, value.minute, value.second, value.nanosecond // 1000, tzinfo=zone)


def _date_time_to_python(value: FeelDateTime) -> object:
    day, clock, offset = value.date, value.time, value.utc_offset
    if offset is None or not 1 <= day.year <= 9999 or clock.nanosecond % 1000:
        return value
    zone = timezone(timedelta(seconds=offset))
    microseconds = clock.nanosecond // 1000
    return datetime(day.year, day.month, day.day, clock.hour, clock.minute, clock.second, microseconds, tzinfo=zone)


def _days_time_from_python(value: timedelta) -> DaysTime:
    return DaysTime((value.days * 86_400 + value.seconds) * NANOS_PER_SECOND + value.microseconds * 1000)


_ATOMS: frozenset[type] = frozenset(
    {type(None), bool, str, Decimal, FeelDate, FeelTime, FeelDateTime, DaysTime, YearsMonths, Range, FeelFunction}
)

_SURE_ATOMS = _ATOMS - {Decimal}  # which may be not finite

_TEXT_KEYS: frozenset[type] = frozenset({str})

_TAGS: dict[type, str] = {
    FeelDate: "date",
    FeelTime: "time",
    FeelDateTime: "date and time",
    DaysTime: "days and time duration",
    YearsMonths: "years and months duration",
}


def _parse_days_time(text: str) -> FeelValue:
    value = parse_duration(text)
    return value if isinstance(value, DaysTime) else None


def _parse_years_months(text: str) -> FeelValue:
    value = parse_duration(text)
    return value if isinstance(value, YearsMonths) else None


_PARSERS: dict[str, Callable[[str], FeelValue]] = {
    "number": decimal_of,
    "date": parse_date,
    "time": parse_time,
    "date and time": parse_date_time,
    "days and time duration": _parse_days_time,
    "years and months duration": _parse_years_months,
}

_FROM_PYTHON: tuple[tuple[type | tuple[type, ...], Callable[..., FeelValue]], ...] = (
    ((FeelDate, FeelTime, FeelDateTime, DaysTime, YearsMonths, Range, FeelFunction), lambda value: value),
    (datetime, _date_time_from_python),
    (date, lambda value: FeelDate(value.year, value.month, value.day)),
    (time, _time_from_python),
    (timedelta, _days_time_from_python),
)


def _number_text(number: Decimal) -> str:
    """Up to 15 digits a double keeps, so what Decimal writes without exponent is what the double would print."""
    text = str(number)
    if len(text) <= _DIGITS_KEPT:
        if text.isdigit():
            return text
        if text[-1] in _LAST_DIGITS and "." in text and "E" not in text and "0.0000" not in text[:7]:
            return text
    plain = _number_to_json(number)
    if type(plain) is int:
        return int.__repr__(plain)
    return float.__repr__(plain) if type(plain) is float else _WRITER.encode(plain)


_TEXTS: Mapping[type, Callable[..., str]] = {
    str: encode_basestring,
    bool: {True: "true", False: "false"}.__getitem__,
    type(None): {None: "null"}.__getitem__,
    Decimal: _number_text,
}
