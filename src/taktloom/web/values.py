# SPDX-License-Identifier: Apache-2.0
"""FEEL values on their way in and out: variables of requests and responses."""

from collections.abc import Mapping
from typing import cast

from taktloom.feel.values import FeelValue
from taktloom.feel.wire import from_json, to_json


def to_wire(value: object) -> object:
    """The JSON form of a FEEL value."""
    return to_json(cast("FeelValue", value))


def from_wire(variables: Mapping[str, object]) -> dict[str, FeelValue]:
    """Variables of a request as FEEL values; raises ValueConversionError for what FEEL cannot hold."""
    return {name: from_json(value) for name, value in variables.items()}
