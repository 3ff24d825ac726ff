# SPDX-License-Identifier: Apache-2.0
"""The JSON form of the kernel's records, read off the types of their fields, so that a new field needs no code here.

- A record is an object with sorted keys; fields that have their default are left out.
- A mapping keeps its own order (it may be the order of arrival); with numbers as keys it is sorted by them.
- A mapping to None is an ordered set: a list. A mapping to records that carry their key as `id` leaves the `id` out.
- Values of FEEL have their wire form; instants are ISO 8601 in UTC; members of enumerations are their values.
"""

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any, Union, get_args, get_origin

from taktloom.feel.values import FeelValue, JsonValue, from_json, to_json

__all__ = ["JsonObject", "load_record", "save_record"]

JsonObject = dict[str, JsonValue]


def save_record(record: object) -> JsonObject:
    """The record's fields that differ from their defaults; raises ValueConversionError for a function in a variable."""
    kind: Any = type(record)
    plain: JsonObject = _record_form(kind).save(record)
    return plain


def load_record(kind: Any, plain: Mapping[str, object]) -> Any:
    """A record of *kind* from its stored fields; what is left out has its default."""
    return _record_form(kind).load(plain)


@dataclass(frozen=True, slots=True)
class _Form:
    """How values of one type are written and read."""

    save: Callable[[Any], Any]
    load: Callable[[Any], Any]


class _Omission(Enum):
    """When a field is left out. empty: every factory of a default makes something empty."""

    NEVER = 0
    EMPTY = 1
    DEFAULT = 2


@cache
def _record_form(kind: Any) -> _Form:
    items = sorted(fields(kind), key=lambda item: item.name)
    own = list[kind.__name__]  # records that hold others of their own kind can only name it
    hints = [list[kind] if item.type == own else item.type for item in items]
    forms = {item.name: _form_of(hint) for item, hint in zip(items, hints, strict=True)}

    def load(plain: Mapping[str, object]) -> object:
        return kind(**{name: forms[name].load(value) for name, value in plain.items()})

    return _Form(_saving(items, forms), load)


def _saving(items: list[Any], forms: Mapping[str, _Form]) -> Callable[[Any], JsonObject]:
    """States are written at every step and most of their fields are empty, so this loop is kept short."""
    parts = [(item.name, forms[item.name].save, *_omission_of(item)) for item in items]
    read = attrgetter(*(item.name for item in items)) if len(items) > 1 else None
    never, empty, same = _Omission.NEVER, _Omission.EMPTY, _same

    def save(record: object) -> JsonObject:
        plain: JsonObject = {}
        values = read(record) if read else [getattr(record, items[0].name)] if items else ()
        for (name, save_value, omission, default), value in zip(parts, values, strict=True):
            if omission is empty:
                if not value:
                    continue
            elif value is default or (omission is not never and value == default and type(value) is type(default)):
                continue
            plain[name] = value if save_value is same else save_value(value)
        return plain

    return save


def _omission_of(item: Any) -> tuple[_Omission, object]:
    if item.default_factory is not MISSING:
        return _Omission.EMPTY, None
    if item.default is MISSING:
        return _Omission.NEVER, MISSING  # no value is this one
    return _Omission.DEFAULT, item.default


def _form_of(hint: Any) -> _Form:
    if hint == FeelValue:
        return _Form(to_json, from_json)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in {Union, types.UnionType}:
        (inner,) = (argument for argument in arguments if argument is not type(None))
        form = _form_of(inner)
        if form.save is _same:
            return form
        return _Form(
            lambda value: None if value is None else form.save(value),
            lambda value: None if value is None else form.load(value),
        )
    if origin is tuple:
        return _tuple_form(arguments)
    if origin is list:
        form = _form_of(arguments[0])
        return _Form(lambda items: [form.save(item) for item in items], lambda items: [form.load(i) for i in items])
    if origin is not None:
        return _mapping_form(*arguments)
    return _plain_form(getattr(hint, "__supertype__", hint))  # of an id its text


def _plain_form(hint: Any) -> _Form:
    if is_dataclass(hint):
        kind: Any = hint
        return _Form(save_record, lambda plain: load_record(kind, plain))  # later: a record may hold its own kind
    if issubclass(hint, datetime):
        return _Form(_save_instant, datetime.fromisoformat)
    if issubclass(hint, Enum):
        return _Form(lambda value: value.value, hint)
    return _Form(_same, _same)


def _tuple_form(arguments: tuple[Any, ...]) -> _Form:
    if arguments[-1] is Ellipsis:
        form = _form_of(arguments[0])
        return _Form(
            lambda items: [form.save(item) for item in items], lambda items: tuple(form.load(item) for item in items)
        )
    forms = [_form_of(argument) for argument in arguments]
    return _Form(
        lambda items: [form.save(item) for form, item in zip(forms, items, strict=True)],
        lambda items: tuple(form.load(item) for form, item in zip(forms, items, strict=True)),
    )


def _mapping_form(key: Any, value: Any) -> _Form:
    if value in {None, type(None)}:
        return _Form(list, dict.fromkeys)
    form = _form_of(value)
    if form.save is _same and key is not int:
        return _Form(dict, dict)
    if is_dataclass(value) and any(item.name == "id" and item.type == key for item in fields(value)):
        return _keyed_form(value, form)
    if key is int:
        return _Form(
            lambda entries: {str(number): form.save(entries[number]) for number in sorted(entries)},
            lambda entries: {int(number): form.load(item) for number, item in entries.items()},
        )
    return _Form(
        lambda entries: {name: form.save(item) for name, item in entries.items()},
        lambda entries: {name: form.load(item) for name, item in entries.items()},
    )


def _keyed_form(kind: Any, form: _Form) -> _Form:
    def save(entries: Mapping[str, object]) -> JsonObject:
        saved = {key: form.save(item) for key, item in entries.items()}
        for plain in saved.values():
            del plain["id"]
        return saved

    def load(entries: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
        return {key: load_record(kind, {**plain, "id": key}) for key, plain in entries.items()}

    return _Form(save, load)


def _save_instant(value: datetime) -> str:
    return (value if value.tzinfo is UTC else value.astimezone(UTC)).isoformat()


def _same(value: Any) -> Any:
    return value
