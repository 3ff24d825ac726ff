# SPDX-License-Identifier: Apache-2.0
"""What kind a value of a request is: pydantic alone would read numbers as instants, texts as numbers, 1 as true."""

import re
from datetime import UTC, datetime
from typing import cast

from pydantic_core.core_schema import CoreSchema, no_info_before_validator_function

from taktloom.web.bodies import WrittenNumber

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def as_utc(instant: datetime) -> datetime:
    """Offsets reach beyond the first and the last year: such an instant is none that can be stored or shown."""
    try:
        return instant.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("in UTC it lies outside the years 1 to 9999") from error


def as_written(value: object) -> object:
    """A number is none of the instants that ISO 8601 writes: 2011 would be read as seconds after 1970."""
    if isinstance(value, str) and _DAY.match(value) is None:
        raise ValueError("write it as 2026-01-31 or 2026-01-31T12:00:00Z")
    if isinstance(value, int | float):
        raise ValueError("write it as text, such as 2026-01-31T12:00:00Z")
    return value


def of_their_kind(schema: object) -> object:
    """The schema with every number and boolean in it guarded."""
    if isinstance(schema, list):
        return [of_their_kind(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") in _KINDS:
        return no_info_before_validator_function(_KINDS[schema["type"]], cast("CoreSchema", schema))
    inner = {key: of_their_kind(schema[key]) for key in _INNER & schema.keys()}
    if "fields" in schema:
        inner["fields"] = {name: of_their_kind(one) for name, one in schema["fields"].items()}
    return {**schema, **inner}


def _number(value: object) -> object:
    if isinstance(value, WrittenNumber):
        return float(str(value["value"]))
    if isinstance(value, str | bool):
        raise ValueError("it has to be a number")
    return value


def _boolean(value: object) -> object:
    if not isinstance(value, bool):
        raise ValueError("it has to be true or false")
    return value


_KINDS = {"int": _number, "float": _number, "bool": _boolean}
_INNER = frozenset({"schema", "items_schema", "values_schema", "choices", "definitions"})
