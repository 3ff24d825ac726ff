# SPDX-License-Identifier: Apache-2.0
"""What an attribute's value is held against. A missing value meets `Missing` and nothing else.

Values compare by their type: a text never equals a number, and no text lies in a range of numbers.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, TypeAlias

from taktloom.mining.filters.checks import require_between, require_zone
from taktloom.mining.logs.errors import MalformedRecordError

Scalar: TypeAlias = str | int | float | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf:
    """The value is one of these."""

    tag: ClassVar[str] = "one_of"
    values: tuple[Scalar, ...]

    def __post_init__(self) -> None:
        if not self.values:
            raise MalformedRecordError(field="values", expected="at least one value")


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRange:
    """The number lies between the two, both included; None: no bound."""

    tag: ClassVar[str] = "number_range"
    at_least: float | None = None
    at_most: float | None = None

    def __post_init__(self) -> None:
        require_between(self.at_least, self.at_most)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstantRange:
    """The instant is at or after *since* and before *until*; None: no bound."""

    tag: ClassVar[str] = "instant_range"
    since: datetime | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        require_zone(since=self.since, until=self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainsText:
    """The text contains *text*, letter by letter, upper and lower case told apart."""

    tag: ClassVar[str] = "contains"
    text: str

    def __post_init__(self) -> None:
        if not self.text:
            raise MalformedRecordError(field="text", expected="text that is not empty")


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """There is no value."""

    tag: ClassVar[str] = "missing"


ValueTest: TypeAlias = OneOf | NumberRange | InstantRange | ContainsText | Missing
VALUE_TESTS: tuple[type[ValueTest], ...] = (OneOf, NumberRange, InstantRange, ContainsText, Missing)
