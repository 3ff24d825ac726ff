# SPDX-License-Identifier: Apache-2.0
"""Copies of an instance's state: of its records, dicts and lists; everything below them is never changed in place, and
the containers that are empty for all states stay shared.

A search makes one copy for each step that it tries, so that `copy.deepcopy`, which asks every value what it is and
remembers each one it has met, took four fifths of a replay.
"""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from types import ModuleType
from typing import TypeAlias, TypeVar

from taktloom.kernel import state as records
from taktloom.kernel.state import InstanceState

Copied = TypeVar("Copied")
Known: TypeAlias = dict[int, object]
"""copies of records by the identity of the original"""


def copied(state: InstanceState) -> InstanceState:
    """A state that can be advanced without changing *state*; a record that stands in it twice does so in the copy."""
    return _record(state, {})


def _any(value: object, known: Known) -> object:
    copy = _COPY.get(type(value))
    return value if copy is None else copy(value, known)


def _record(value: Copied, known: Known) -> Copied:
    found = known.get(id(value))
    if found is not None:
        return found  # type: ignore[return-value]  # the copy of this very record
    new: Copied = object.__new__(type(value))
    known[id(value)] = new
    for name in _FIELDS[type(value)]:
        setattr(new, name, _any(getattr(value, name), known))
    return new


def _dict(value: dict[object, object], known: Known) -> dict[object, object]:
    return {key: _any(each, known) for key, each in value.items()}


def _list(value: list[object], known: Known) -> list[object]:
    return [_any(each, known) for each in value]


def _records_of(module: ModuleType) -> list[type]:
    every = [each for each in vars(module).values() if isinstance(each, type) and is_dataclass(each)]
    return [each for each in every if each.__module__ == module.__name__]


_FIELDS = {each: tuple(item.name for item in fields(each)) for each in _records_of(records)}
_COPY: dict[type, Callable[..., object]] = {dict: _dict, list: _list, **dict.fromkeys(_FIELDS, _record)}
