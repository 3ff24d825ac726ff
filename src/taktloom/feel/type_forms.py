# SPDX-License-Identifier: Apache-2.0
"""The forms of FEEL types, one class each; what they mean for values is in `types.py`. Source: DMN 1.5, 10.3.2.9."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

__all__ = [
    "ConstrainedType",
    "ContextType",
    "FeelType",
    "FunctionType",
    "ListType",
    "NamedReference",
    "RangeType",
    "SimpleType",
]


class SimpleType(Enum):
    """The types without parts, by their FEEL names."""

    ANY = "Any"
    NULL = "Null"
    NUMBER = "number"
    STRING = "string"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    DATE_TIME = "date and time"
    DAYS_TIME = "days and time duration"
    YEARS_MONTHS = "years and months duration"
    DURATION = "duration"
    CONTEXT = "context"
    FUNCTION = "function"


@dataclass(frozen=True, slots=True)
class ListType:
    """`list<element>`"""

    element: "FeelType"


@dataclass(frozen=True, slots=True)
class RangeType:
    """`range<element>`"""

    element: "FeelType"


@dataclass(frozen=True, slots=True)
class ContextType:
    """`context<key: type, …>`; a value may have more entries."""

    entries: Mapping[str, "FeelType"]


@dataclass(frozen=True, slots=True)
class FunctionType:
    """`function<parameters> -> result`"""

    parameters: tuple["FeelType", ...]
    result: "FeelType"


@dataclass(frozen=True, slots=True)
class ConstrainedType:
    """A type with allowed values: *allows* tells of a value that conforms to *base* whether it is one of them.

    It also takes what it tells the steps that this took, or None.
    """

    base: "FeelType"
    allows: Callable[..., bool] = field(compare=False)


@dataclass(slots=True)
class NamedReference:
    """A type used inside its own definition; *target* is set when the definition is complete."""

    name: str
    target: "FeelType | None" = None


FeelType: TypeAlias = SimpleType | ListType | RangeType | ContextType | FunctionType | ConstrainedType | NamedReference
