# SPDX-License-Identifier: Apache-2.0
"""From the rooms' records to response schemas."""

from collections.abc import Iterable
from typing import TypeVar

from pydantic import BaseModel

Schema = TypeVar("Schema", bound=BaseModel)


def shown(schema: type[Schema], record: object) -> Schema:
    """Fill *schema* from the attributes of *record* (and of the records inside it)."""
    return schema.model_validate(record)


def shown_all(schema: type[Schema], records: Iterable[object]) -> list[Schema]:
    """One response per record, in order."""
    return [schema.model_validate(record) for record in records]
