# SPDX-License-Identifier: Apache-2.0
"""Filters as JSON: `{"steps": [{"keep": "cases", "where": {"type": "having", "activities": ["A"]}}]}`.

A step is told by `keep`, a condition or test by `type`; the other fields are those of the class, absent ones take their
defaults. Durations are seconds under `<field>_s`, instants ISO 8601 with zone. A wrong shape is refused by the path of
its field, such as `steps[0].where.activities`.
"""

import math
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, fields
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache

from taktloom.mining.filters.case_conditions import CASE_CONDITIONS, CaseCondition
from taktloom.mining.filters.errors import FilterTooLargeError
from taktloom.mining.filters.event_conditions import EVENT_CONDITIONS, EventCondition
from taktloom.mining.filters.log_filter import DEEPEST, FILTER_STEPS, MOST_STEPS, FilterStep, LogFilter
from taktloom.mining.filters.values import VALUE_TESTS, Scalar, ValueTest
from taktloom.mining.logs.errors import MalformedRecordError
from taktloom.mining.logs.json_records import as_mapping

MOST_VALUES = 100_000
SECONDS = "_s"
Decode = Callable[[object, str, int], object]


def filter_to_json(condition: LogFilter) -> dict[str, object]:
    """The filter as plain JSON values; fields that hold their default are left out."""
    return {"steps": [_encode(step) for step in condition.steps]}


def filter_from_json(record: Mapping[str, object]) -> LogFilter:
    """The inverse of `filter_to_json`; raises MalformedRecordError, FilterTooLargeError."""
    _refuse_unknown(record, {"steps"}, "")
    steps = _list(record.get("steps", []), "steps")
    if len(steps) > MOST_STEPS:
        raise FilterTooLargeError("steps", MOST_STEPS)
    kinds = {kind.tag: kind for kind in FILTER_STEPS}
    decoded = [_decode_tagged(step, f"steps[{number}]", 0, "keep", kinds) for number, step in enumerate(steps)]
    return LogFilter(steps=typing.cast("tuple[FilterStep, ...]", tuple(decoded)))


def condition_to_json(condition: CaseCondition | EventCondition | ValueTest) -> dict[str, object]:
    """One condition or test as plain JSON values."""
    return _encode(condition)


def case_condition_from_json(record: object, path: str) -> CaseCondition:
    """The inverse of `condition_to_json` for a condition on cases; *path* stands before the fields of its errors.

    Raises MalformedRecordError, FilterTooLargeError.
    """
    kinds = {kind.tag: kind for kind in CASE_CONDITIONS}
    return typing.cast("CaseCondition", _decode_tagged(record, path, 0, "type", kinds))


def _encode(value: object) -> dict[str, object]:
    is_step = isinstance(value, FILTER_STEPS)
    record: dict[str, object] = {"keep" if is_step else "type": getattr(value, "tag", "")}
    for each in fields(typing.cast("LogFilter", value)):
        found = getattr(value, each.name)
        if each.default is not MISSING and found == each.default:
            continue
        record[_json_name(each.name, found)] = _plain(found)
    return record


def _json_name(name: str, value: object) -> str:
    return name + SECONDS if isinstance(value, timedelta) else name


def _plain(value: object) -> object:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if hasattr(value, "tag"):
        return _encode(value)
    return value


def _decode_tagged(value: object, path: str, depth: int, tag: str, kinds: Mapping[str, type]) -> object:
    if depth > DEEPEST:
        raise FilterTooLargeError("levels", DEEPEST)
    record = _mapping(value, path)
    name = record.get(tag)
    kind = kinds.get(name) if isinstance(name, str) else None
    if kind is None:
        raise MalformedRecordError(field=_join(path, tag), expected=f"one of {', '.join(sorted(kinds))}")
    decoders = _decoders(kind)
    _refuse_unknown(record, {tag, *decoders}, path)
    given: dict[str, object] = {}
    for json_name, (each, decode) in decoders.items():
        if record.get(json_name) is not None:
            given[each.name] = decode(record[json_name], _join(path, json_name), depth)
        elif each.default is MISSING:
            raise MalformedRecordError(field=_join(path, json_name), expected="given")
    try:
        return kind(**given)
    except MalformedRecordError as error:
        field, expected = error.args
        raise MalformedRecordError(field=_join(path, str(field)), expected=str(expected)) from None


@cache
def _decoders(kind: type) -> dict[str, tuple["Field[object]", Decode]]:
    """By JSON name the field and how its value is read, from the annotation."""
    hints = typing.get_type_hints(kind)
    found = {}
    for each in fields(kind):
        decode, is_duration = _decoder_of(hints[each.name])
        found[each.name + (SECONDS if is_duration else "")] = (each, decode)
    return found


def _decoder_of(hint: object) -> tuple[Decode, bool]:
    if hint in SIMPLE:
        return SIMPLE[hint], False
    options = [each for each in typing.get_args(hint) if each is not types.NoneType]
    if options == [timedelta]:
        return _duration, True
    if len(options) == 1 and options[0] in SIMPLE:
        return SIMPLE[options[0]], False
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _choice(hint), False
    if typing.get_origin(hint) is tuple:
        inner = options[0]
        return _each(SIMPLE[inner] if inner in SIMPLE else _tagged(inner)), False
    return _tagged(hint), False


def _tagged(union: object) -> Decode:
    kinds = {kind.tag: kind for kind in _UNIONS[frozenset(typing.get_args(union))]}
    return lambda value, path, depth: _decode_tagged(value, path, depth + 1, "type", kinds)


def _each(decode: Decode) -> Decode:
    def read(value: object, path: str, depth: int) -> object:
        items = _list(value, path)
        if len(items) > MOST_VALUES:
            raise FilterTooLargeError("values", MOST_VALUES)
        return tuple(decode(item, f"{path}[{number}]", depth) for number, item in enumerate(items))

    return read


def _choice(kind: type[StrEnum]) -> Decode:
    def read(value: object, path: str, depth: int) -> object:
        del depth
        if value not in tuple(kind):
            raise MalformedRecordError(field=path, expected=" | ".join(kind))
        return kind(str(value))

    return read


def _text(value: object, path: str, depth: int) -> str:
    del depth
    if not isinstance(value, str):
        raise MalformedRecordError(field=path, expected="text")
    return value


def _scalar(value: object, path: str, depth: int) -> Scalar:
    del depth
    if not isinstance(value, (str, int, float, bool)) or (isinstance(value, float) and not math.isfinite(value)):
        raise MalformedRecordError(field=path, expected="text, number or boolean")
    return value


def _integer(value: object, path: str, depth: int) -> int:
    del depth
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 2**53:
        raise MalformedRecordError(field=path, expected="integer")
    return value


def _number(value: object, path: str, depth: int) -> float:
    del depth
    if not isinstance(value, (int, float)) or isinstance(value, bool) or abs(value) > 1e300:
        raise MalformedRecordError(field=path, expected="number")
    return float(value)


def _instant(value: object, path: str, depth: int) -> datetime:
    try:
        return datetime.fromisoformat(_text(value, path, depth))
    except ValueError as error:
        raise MalformedRecordError(field=path, expected="instant with zone") from error


def _duration(value: object, path: str, depth: int) -> timedelta:
    try:
        return timedelta(seconds=_number(value, path, depth))
    except (OverflowError, ValueError) as error:
        raise MalformedRecordError(field=path, expected="duration in seconds") from error


def _mapping(value: object, path: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise MalformedRecordError(field=path, expected="object")
    return as_mapping(value)


def _list(value: object, path: str) -> Sequence[object]:
    if not isinstance(value, (list, tuple)):
        raise MalformedRecordError(field=path, expected="list")
    return value


def _refuse_unknown(record: Mapping[str, object], known: set[str], path: str) -> None:
    for name in record:
        if name not in known:
            raise MalformedRecordError(field=_join(path, str(name)[:80]), expected=f"one of {', '.join(sorted(known))}")


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


SIMPLE: dict[object, Decode] = {
    str: _text,
    int: _integer,
    float: _number,
    datetime: _instant,
    Scalar: _scalar,
}
_UNIONS: dict[frozenset[object], Sequence[typing.Any]] = {
    frozenset(kinds): kinds for kinds in (CASE_CONDITIONS, EVENT_CONDITIONS, VALUE_TESTS)
}
