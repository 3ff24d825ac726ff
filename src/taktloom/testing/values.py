# SPDX-License-Identifier: Apache-2.0
"""Variables at the kit's door: Python's own values in and out, whole numbers as int, other numbers as Decimal."""

from collections.abc import Mapping
from decimal import Decimal
from types import UnionType

from taktloom.feel.values import FeelValue, from_python, to_python
from taktloom.model.errors import MisuseError

__all__ = ["as_feel", "as_python", "is_a", "value_as_python"]

_PLAIN = 10**15  # whole numbers that need no check of their size
_ALIKE = frozenset({str, bool, type(None)})  # the same in both worlds


def is_a(value: object, kind: type | UnionType) -> bool:
    """Whether a test gives what the type says: nobody checks the types of tests."""
    return isinstance(value, kind)


def as_feel(variables: Mapping[str, object]) -> dict[str, FeelValue]:
    """What a test gives. Raises MisuseError for what has no names, or no FEEL value."""
    if type(variables) is not dict and not is_a(variables, Mapping):
        raise _unnamed()
    made = {}
    for name, value in variables.items():
        if not is_a(name, str):
            raise _unnamed()
        made[name] = _from_python(value)
    return made


def as_python(variables: Mapping[str, FeelValue]) -> dict[str, object]:
    """What a test gets."""
    return {name: value_as_python(value) for name, value in variables.items()}


def value_as_python(value: FeelValue) -> object:
    """One value; what Python cannot hold exactly stays a FEEL value."""
    kind = type(value)
    if kind in _ALIKE:
        return value
    if kind is Decimal:
        return _number(value)  # type: ignore[arg-type]
    if isinstance(value, list):
        return [value_as_python(item) for item in value]
    if isinstance(value, dict):
        return {key: value_as_python(item) for key, item in value.items()}
    return to_python(value)


def _unnamed() -> MisuseError:
    return MisuseError("Variables are not given by name.", remedy="Give a dictionary with strings as keys.")


def _from_python(value: object) -> FeelValue:
    if type(value) is int and -_PLAIN < value < _PLAIN:
        return Decimal(value)
    return from_python(value)


def _number(value: Decimal) -> object:
    whole = int(value)
    return whole if whole == value else value
