# SPDX-License-Identifier: Apache-2.0
"""Variables at the kit's door: Python's own values in and out, whole numbers as int, other numbers as Decimal."""

from collections.abc import Mapping
from decimal import Decimal

from taktloom.feel.values import FeelValue, from_python, to_python
from taktloom.model.errors import MisuseError

__all__ = ["as_feel", "as_python", "value_as_python"]


def as_feel(variables: Mapping[str, object]) -> dict[str, FeelValue]:
    """What a test gives. Raises MisuseError for what has no names, or no FEEL value."""
    if not isinstance(variables, Mapping) or not all(isinstance(name, str) for name in variables):
        raise MisuseError("Variables are not given by name.", remedy="Give a dictionary with strings as keys.")
    return {name: from_python(value) for name, value in variables.items()}


def as_python(variables: Mapping[str, FeelValue]) -> dict[str, object]:
    """What a test gets."""
    return {name: value_as_python(value) for name, value in variables.items()}


def value_as_python(value: FeelValue) -> object:
    """One value; what Python cannot hold exactly stays a FEEL value."""
    return _whole_numbers(to_python(value))


def _whole_numbers(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else value
    if isinstance(value, list):
        return [_whole_numbers(item) for item in value]
    if isinstance(value, dict):
        return {key: _whole_numbers(item) for key, item in value.items()}
    return value
