# SPDX-License-Identifier: Apache-2.0
"""The JSON form of the kernel's records, read off the types of their fields, so that a new field needs no code here.

Text is written directly, without the objects between: a state is written at every step.

- A record is an object with sorted keys; fields that have their default are left out.
- A mapping keeps its own order (it may be the order of arrival); with numbers as keys it is sorted by them.
- A mapping to None is an ordered set: a list. A mapping to records that carry their key as `id` leaves the `id` out.
- Values of FEEL have their wire form; instants are ISO 8601 in UTC; members of enumerations are their values.
"""

import json
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache, lru_cache
from itertools import compress
from json.encoder import encode_basestring
from operator import attrgetter, is_not
from typing import Any, Union, get_args, get_origin

from taktloom.feel.values import FeelValue, JsonValue
from taktloom.feel.wire import from_stored_json, json_text
from taktloom.kernel.kept_variables import Variables, variables_text

__all__ = ["JsonObject", "instant_text", "load_record", "save_record"]

JsonObject = dict[str, JsonValue]

_COLLECTIONS = (dict, list, tuple)

_WRITER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":"))


def save_record(record: object) -> str:
    """The record's fields that differ from their defaults; raises ValueConversionError for a function in a variable."""
    kind: Any = type(record)
    return _record_form(kind).save(record)


def load_record(kind: Any, plain: Mapping[str, object]) -> Any:
    """A record of *kind* from its stored fields; what is left out has its default."""
    return _record_form(kind).load(plain)


@dataclass(frozen=True, slots=True)
class _Form:
    """How values of one type are written, as JSON text, and read, from what it says: fresh lists and objects.

    inner: of a type that may be None how all else is written.
    """

    save: Callable[[Any], str]
    load: Callable[[Any], Any]
    inner: "Callable[[Any], str] | None" = None

    @property
    def save_present(self) -> Callable[[Any], str]:
        return self.inner or self.save


@cache
def _record_form(kind: Any, *, left_out: str = "") -> _Form:
    """left_out: a field that is told otherwise."""
    stored = (item for item in fields(kind) if item.name != left_out and item.metadata.get("is_stored", True))
    items = sorted(stored, key=lambda item: item.name)
    own = list[kind.__name__]  # records that hold others of their own kind can only name it
    hints = [list[kind] if item.type == own else item.type for item in items]
    forms = {
        item.name: _BY_ID if item.metadata.get("stored_as") == "id" else _form_of(hint)
        for item, hint in zip(items, hints, strict=True)
    }

    readers = {name: form.load for name, form in forms.items() if form.load is not _same}

    def load(plain: Mapping[str, Any]) -> object:
        return kind(**{name: readers[name](value) if name in readers else value for name, value in plain.items()})

    return _Form(_saving(items, forms), load)


def _saving(items: list[Any], forms: Mapping[str, _Form]) -> Callable[[Any], str]:
    """States are written at every step and most of their fields are empty, so this loop is kept short."""
    names = [f'"{item.name}":' for item in items]
    saves = [forms[item.name].save_present if item.default is None else forms[item.name].save for item in items]
    defaults = [item.default for item in items]
    # every default that is a collection is empty; most fields hold the very default, as NO_ENTRIES
    may_be_empty = [item.default_factory is not MISSING or isinstance(item.default, _COLLECTIONS) for item in items]
    read = attrgetter(*(item.name for item in items)) if len(items) > 1 else None

    plans = list(zip(defaults, may_be_empty, names, saves, strict=True))

    def save(record: object) -> str:
        values = read(record) if read else [getattr(record, items[0].name)] if items else ()
        differs = list(map(is_not, values, defaults))
        texts = [
            name + save_value(value)
            for value, (default, is_collection, name, save_value) in zip(
                compress(values, differs), compress(plans, differs), strict=True
            )
            if (value if is_collection else value != default or type(value) is not type(default))
        ]
        return "{" + ",".join(texts) + "}"

    return save


def _form_of(hint: Any) -> _Form:
    if hint == FeelValue:
        return _Form(json_text, from_stored_json)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in {Union, types.UnionType}:
        (inner,) = (argument for argument in arguments if argument is not type(None))
        form = _form_of(inner)
        return _Form(
            lambda value: "null" if value is None else form.save(value),
            _same if form.load is _same else lambda value: None if value is None else form.load(value),
            form.save,
        )
    if origin is tuple:
        return _tuple_form(arguments)
    if origin is list:
        form = _form_of(arguments[0])
        return _Form(
            lambda items: _list(map(form.save, items)),
            _same if form.load is _same else lambda items: [form.load(item) for item in items],
        )
    if origin is not None:
        return _mapping_form(*arguments)
    return _plain_form(getattr(hint, "__supertype__", hint))  # of an id its text


def _save_ids(entries: Mapping[str, Any]) -> str:
    """Of records that are stored elsewhere; read, they are still ids."""
    return _object([f"{encode_basestring(name)}:{encode_basestring(item.id)}" for name, item in entries.items()])


def _plain_form(hint: Any) -> _Form:
    if is_dataclass(hint):
        kind: Any = hint
        return _Form(save_record, lambda plain: load_record(kind, plain))  # later: a record may hold its own kind
    if issubclass(hint, datetime):
        return _Form(instant_text, datetime.fromisoformat)
    if issubclass(hint, Enum):
        texts = {member: _scalar_text(member.value) for member in hint}  # of a closed set, known beforehand
        return _Form(texts.__getitem__, hint)
    if hint is str:
        return _Form(encode_basestring, _same)
    if hint is int:
        return _Form(int.__repr__, _same)
    if hint is bool:
        return _Form({True: "true", False: "false"}.__getitem__, _same)
    return _Form(_scalar_text, _same)


def _tuple_form(arguments: tuple[Any, ...]) -> _Form:
    if arguments[-1] is Ellipsis:
        form = _form_of(arguments[0])
        return _Form(lambda items: _list(map(form.save, items)), lambda items: tuple(form.load(item) for item in items))
    forms = [_form_of(argument) for argument in arguments]
    return _Form(
        lambda items: _list(form.save(item) for form, item in zip(forms, items, strict=True)),
        lambda items: tuple(form.load(item) for form, item in zip(forms, items, strict=True)),
    )


def _mapping_form(key: Any, value: Any) -> _Form:
    if value in {None, type(None)}:
        return _Form(lambda entries: _list(map(encode_basestring, entries)), dict.fromkeys)
    form = _form_of(value)
    if value == FeelValue and key is not int:
        return _Form(
            variables_text, lambda entries: Variables({name: from_stored_json(item) for name, item in entries.items()})
        )
    if is_dataclass(value) and any(item.name == "id" and item.type == key for item in fields(value)):
        return _keyed_form(value)
    if key is int:
        return _Form(
            lambda entries: _object([f'"{number}":{form.save(entries[number])}' for number in sorted(entries)]),
            lambda entries: {int(number): form.load(item) for number, item in entries.items()},
        )
    return _Form(
        lambda entries: _object([f"{encode_basestring(name)}:{form.save(item)}" for name, item in entries.items()]),
        _same if form.load is _same else lambda entries: {name: form.load(item) for name, item in entries.items()},
    )


def _keyed_form(kind: Any) -> _Form:
    own, whole = _record_form(kind, left_out="id"), _record_form(kind)

    def load(entries: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
        return {key: whole.load({"id": key, **plain}) for key, plain in entries.items()}

    return _Form(
        lambda entries: _object([f"{encode_basestring(key)}:{own.save(item)}" for key, item in entries.items()]), load
    )


def _object(entries: list[str]) -> str:
    return "{" + ",".join(entries) + "}"


def _list(items: Iterable[str]) -> str:
    return "[" + ",".join(items) + "]"


@lru_cache(maxsize=4096)  # the instants of a step are a few, and those of a group of instances come again
def instant_text(value: datetime) -> str:
    """An instant as JSON text."""
    return f'"{(value if value.tzinfo is UTC else value.astimezone(UTC)).isoformat()}"'


def _scalar_text(value: Any) -> str:
    return _WRITER.encode(value)


def _same(value: Any) -> Any:
    return value


_BY_ID = _Form(_save_ids, _same)
