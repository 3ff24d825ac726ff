# SPDX-License-Identifier: Apache-2.0
"""FEEL values on their way in and out: variables of requests and responses."""

from collections.abc import Mapping
from typing import cast

from taktloom.feel.values import FeelValue
from taktloom.feel.wire import ValueConversionError, from_json, to_json
from taktloom.model.errors import LimitExceededError
from taktloom.model.places import Place

VALUES_AT_MOST = 2_000_000  # in the variables of one call, whose stored form may have 4 MiB: two bytes each


def to_wire(value: object) -> object:
    """The JSON form of a FEEL value."""
    return to_json(cast("FeelValue", value))


def from_wire(variables: Mapping[str, object]) -> dict[str, FeelValue]:
    """Variables of a request as FEEL values.

    Raises ValueConversionError, with the variable's name as its place, for what FEEL cannot hold.
    Raises LimitExceededError where there are more than can be kept: each becomes an object of a hundred bytes, so that
    a small body could fill the memory before its size is known.
    """
    _require_few(variables)
    return {name: _read(name, value) for name, value in variables.items()}


def _read(name: str, value: object) -> FeelValue:
    try:
        return from_json(value)
    except ValueConversionError as error:
        raise ValueConversionError(error.cause, Place(element_id=name[:100]), error.remedy, error.parameters) from error


def _require_few(variables: Mapping[str, object]) -> None:
    left, waiting = VALUES_AT_MOST, [cast("Mapping[str, object] | list[object]", variables)]
    while waiting:
        container = waiting.pop()
        left -= len(container)
        if left < 0:
            raise LimitExceededError(
                f"The variables hold more than {VALUES_AT_MOST} values.",
                remedy="Send less at once, or keep long tables elsewhere and send where they are.",
                parameters={"limit": str(VALUES_AT_MOST)},
            )
        inside = container.values() if isinstance(container, Mapping) else container
        waiting.extend(one for one in inside if isinstance(one, dict | list))
