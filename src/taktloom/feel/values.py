# SPDX-License-Identifier: Apache-2.0
"""FEEL values and their conversions: the one place other rooms import them from (see `kinds.py` and `wire.py`)."""

from taktloom.feel.kinds import (
    DaysTime,
    FeelDate,
    FeelDateTime,
    FeelFunction,
    FeelTime,
    FeelValue,
    Parameter,
    Range,
    YearsMonths,
    decimal_of,
    feel_text,
    plain_text,
)
from taktloom.feel.wire import JsonValue, ValueConversionError, from_json, from_python, to_json, to_python

__all__ = [
    "DaysTime",
    "FeelDate",
    "FeelDateTime",
    "FeelFunction",
    "FeelTime",
    "FeelValue",
    "JsonValue",
    "Parameter",
    "Range",
    "ValueConversionError",
    "YearsMonths",
    "decimal_of",
    "feel_text",
    "from_json",
    "from_python",
    "plain_text",
    "to_json",
    "to_python",
]
