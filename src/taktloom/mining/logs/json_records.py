# SPDX-License-Identifier: Apache-2.0
"""Checked reading of JSON objects into records: a missing or wrongly typed field is refused by name."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from taktloom.mining.logs.errors import MalformedRecordError


def as_mapping(value: object) -> Mapping[str, object]:
    """*value* as a JSON object."""
    if not isinstance(value, Mapping):
        raise MalformedRecordError(field="", expected="object")
    return cast("Mapping[str, object]", value)


def as_text(record: Mapping[str, object], name: str) -> str:
    """The required text field *name*."""
    value = record.get(name)
    if not isinstance(value, str):
        raise MalformedRecordError(field=name, expected="text")
    return value


def as_optional_text(record: Mapping[str, object], name: str) -> str | None:
    """The text field *name*, None when absent or null."""
    return None if record.get(name) is None else as_text(record, name)


def as_integer(record: Mapping[str, object], name: str) -> int:
    """The required integer field *name*."""
    value = record.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise MalformedRecordError(field=name, expected="integer")
    return value


def as_optional_number(record: Mapping[str, object], name: str) -> float | None:
    """The number field *name*, None when absent or null."""
    value = record.get(name)
    if value is None:
        return None
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise MalformedRecordError(field=name, expected="number")
    return float(value)


def as_list(record: Mapping[str, object], name: str) -> list[object]:
    """The list field *name*, empty when absent or null."""
    value = record.get(name)
    if value is None:
        return []
    if not isinstance(value, (list, tuple)):
        raise MalformedRecordError(field=name, expected="list")
    return list(value)


def as_texts(record: Mapping[str, object], name: str) -> tuple[str, ...]:
    """The list of texts *name*, empty when absent or null."""
    values = as_list(record, name)
    if not all(isinstance(value, str) for value in values):
        raise MalformedRecordError(field=name, expected="list of text")
    return tuple(cast("list[str]", values))


def as_optional_instant(record: Mapping[str, object], name: str) -> datetime | None:
    """The ISO instant *name* with its zone, None when absent or null."""
    text = as_optional_text(record, name)
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise MalformedRecordError(field=name, expected="instant") from error
    if instant.tzinfo is None:
        raise MalformedRecordError(field=name, expected="instant with zone")
    return instant
