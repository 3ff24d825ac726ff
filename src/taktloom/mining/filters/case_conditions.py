# SPDX-License-Identifier: Apache-2.0
"""Conditions on a whole case, as it is in the log or view that the filter's step is given.

A case begins with its first start (or completion, where starts are unknown) and ends with its last completion. Its
steps are its events in canonical order: by completion, then by place in the source.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, TypeAlias

from taktloom.mining.filters.checks import (
    require_between,
    require_count,
    require_share,
    require_texts,
    require_times,
    require_zone,
)
from taktloom.mining.filters.event_conditions import EventCondition
from taktloom.mining.filters.values import ValueTest
from taktloom.mining.logs.errors import MalformedRecordError


class PeriodRule(StrEnum):
    """How a case lies to a period: begins and ends in it; is open at some instant of it; completes an event in it;
    begins in it; ends in it."""

    CONTAINED = "contained"
    INTERSECTING = "intersecting"
    ACTIVE = "active"
    STARTED = "started"
    ENDED = "ended"


class FollowRule(StrEnum):
    """Whether the second step is the next one, or any later one."""

    DIRECTLY = "directly"
    EVENTUALLY = "eventually"


class SeparationRule(StrEnum):
    """Whether one resource did both activities, or none did."""

    SAME = "same"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The case lies so to the period from *since* (included) until *until* (not included); None: no bound."""

    tag: ClassVar[str] = "period"
    since: datetime | None = None
    until: datetime | None = None
    rule: PeriodRule = PeriodRule.CONTAINED

    def __post_init__(self) -> None:
        require_zone(since=self.since, until=self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartsWith:
    """The case's first step is one of these activities."""

    tag: ClassVar[str] = "starts_with"
    activities: tuple[str, ...]

    def __post_init__(self) -> None:
        require_texts(activities=self.activities)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndsWith:
    """The case's last step is one of these activities."""

    tag: ClassVar[str] = "ends_with"
    activities: tuple[str, ...]

    def __post_init__(self) -> None:
        require_texts(activities=self.activities)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseIn:
    """The case is one of these, by case id."""

    tag: ClassVar[str] = "case"
    cases: tuple[str, ...]

    def __post_init__(self) -> None:
        require_texts(cases=self.cases)


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantIn:
    """The case follows one of these variants, by variant id."""

    tag: ClassVar[str] = "variant"
    variants: tuple[str, ...]

    def __post_init__(self) -> None:
        require_texts(variants=self.variants)


@dataclass(frozen=True, slots=True, kw_only=True)
class TopVariants:
    """The case follows one of the *count* most frequent variants (ties: the one seen first)."""

    tag: ClassVar[str] = "top_variants"
    count: int

    def __post_init__(self) -> None:
        require_count(count=self.count)


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantCoverage:
    """The case follows one of the fewest most frequent variants that together hold at least *share* of the cases."""

    tag: ClassVar[str] = "variant_coverage"
    share: float

    def __post_init__(self) -> None:
        require_share(share=self.share)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAttribute:
    """An attribute of the case (a `case.*` column) meets a test."""

    tag: ClassVar[str] = "case_attribute"
    column: str
    test: ValueTest


@dataclass(frozen=True, slots=True, kw_only=True)
class SomeEvent:
    """At least *at_least* events of the case meet the condition."""

    tag: ClassVar[str] = "some_event"
    where: EventCondition
    at_least: int = 1

    def __post_init__(self) -> None:
        require_count(at_least=self.at_least)


@dataclass(frozen=True, slots=True, kw_only=True)
class EveryEvent:
    """All events of the case meet the condition."""

    tag: ClassVar[str] = "every_event"
    where: EventCondition


@dataclass(frozen=True, slots=True, kw_only=True)
class Having:
    """The case has at least one of these activities."""

    tag: ClassVar[str] = "having"
    activities: tuple[str, ...]

    def __post_init__(self) -> None:
        require_texts(activities=self.activities)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """The case has none of these activities."""

    tag: ClassVar[str] = "lacking"
    activities: tuple[str, ...]

    def __post_init__(self) -> None:
        require_texts(activities=self.activities)


@dataclass(frozen=True, slots=True, kw_only=True)
class Follows:
    """A step of *source* is followed, directly or eventually, by a step of *target*, and for one such pair the time
    from completion to completion lies between *at_least* and *at_most* and no step of *without* lies between."""

    tag: ClassVar[str] = "follows"
    source: tuple[str, ...]
    target: tuple[str, ...]
    rule: FollowRule = FollowRule.EVENTUALLY
    at_least: timedelta | None = None
    at_most: timedelta | None = None
    without: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require_texts(source=self.source, target=self.target)
        require_times(self.at_least, self.at_most)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDuration:
    """The time from the case's begin to its end lies between the two, both included; None: no bound."""

    tag: ClassVar[str] = "duration"
    at_least: timedelta | None = None
    at_most: timedelta | None = None

    def __post_init__(self) -> None:
        require_times(self.at_least, self.at_most)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLength:
    """The case has between *at_least* and *at_most* events, both included; None: no bound."""

    tag: ClassVar[str] = "length"
    at_least: int | None = None
    at_most: int | None = None

    def __post_init__(self) -> None:
        require_between(self.at_least, self.at_most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """At least one of these activities (none given: any activity) occurs at least *at_least* times in the case."""

    tag: ClassVar[str] = "repeats"
    activities: tuple[str, ...] = ()
    at_least: int = 2

    def __post_init__(self) -> None:
        require_count(at_least=self.at_least)


@dataclass(frozen=True, slots=True, kw_only=True)
class FourEyes:
    """same: one resource did both a step of *first* and a step of *second* in the case. different: both were done by a
    known resource, and none did both. Steps whose resource is unknown count for neither."""

    tag: ClassVar[str] = "four_eyes"
    first: tuple[str, ...]
    second: tuple[str, ...]
    rule: SeparationRule = SeparationRule.SAME

    def __post_init__(self) -> None:
        require_texts(first=self.first, second=self.second)
        if set(self.first) & set(self.second):
            raise MalformedRecordError(field="second", expected="other activities than first")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The case is drawn by chance: the share, or that many (all, when there are fewer). The same seed draws the same
    cases of the same log, and a larger sample holds the smaller."""

    tag: ClassVar[str] = "sample"
    share: float | None = None
    count: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if (self.share is None) == (self.count is None):
            raise MalformedRecordError(field="share", expected="given, or count, and not both")
        if self.share is not None:
            require_share(share=self.share)
        if self.count is not None:
            require_count(count=self.count)
        if not 0 <= self.seed < 2**32:
            raise MalformedRecordError(field="seed", expected="integer from 0 to 4294967295")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAll:
    """Every one of the conditions holds; without any, always."""

    tag: ClassVar[str] = "all"
    conditions: tuple["CaseCondition", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAny:
    """At least one of the conditions holds; without any, never."""

    tag: ClassVar[str] = "any"
    conditions: tuple["CaseCondition", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseNot:
    """The condition does not hold."""

    tag: ClassVar[str] = "not"
    condition: "CaseCondition"


CaseCondition: TypeAlias = (
    Period
    | StartsWith
    | EndsWith
    | CaseIn
    | VariantIn
    | TopVariants
    | VariantCoverage
    | CaseAttribute
    | SomeEvent
    | EveryEvent
    | Having
    | Lacking
    | Follows
    | CaseDuration
    | CaseLength
    | Repeats
    | FourEyes
    | Sample
    | CaseAll
    | CaseAny
    | CaseNot
)
CASE_CONDITIONS: tuple[type[CaseCondition], ...] = (
    Period,
    StartsWith,
    EndsWith,
    CaseIn,
    VariantIn,
    TopVariants,
    VariantCoverage,
    CaseAttribute,
    SomeEvent,
    EveryEvent,
    Having,
    Lacking,
    Follows,
    CaseDuration,
    CaseLength,
    Repeats,
    FourEyes,
    Sample,
    CaseAll,
    CaseAny,
    CaseNot,
)
