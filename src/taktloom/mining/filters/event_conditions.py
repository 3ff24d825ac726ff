# SPDX-License-Identifier: Apache-2.0
"""Conditions on one event, that is, on one row of the canonical log: an activity instance with its completion."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, TypeAlias

from taktloom.mining.filters.checks import require_texts, require_zone
from taktloom.mining.filters.values import ValueTest


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityIn:
    """The event's activity is one of these."""

    tag: ClassVar[str] = "activity"
    activities: tuple[str, ...]

    def __post_init__(self) -> None:
        require_texts(activities=self.activities)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletedIn:
    """The event completes at or after *since* and before *until*; None: no bound."""

    tag: ClassVar[str] = "completed_in"
    since: datetime | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        require_zone(since=self.since, until=self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventAttribute:
    """An attribute of the event meets a test. column: `resource`, `role`, `lifecycle`, or an `event.*` column."""

    tag: ClassVar[str] = "attribute"
    column: str
    test: ValueTest


@dataclass(frozen=True, slots=True, kw_only=True)
class EventAll:
    """Every one of the conditions holds; without any, always."""

    tag: ClassVar[str] = "all"
    conditions: tuple["EventCondition", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventAny:
    """At least one of the conditions holds; without any, never."""

    tag: ClassVar[str] = "any"
    conditions: tuple["EventCondition", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventNot:
    """The condition does not hold."""

    tag: ClassVar[str] = "not"
    condition: "EventCondition"


EventCondition: TypeAlias = ActivityIn | CompletedIn | EventAttribute | EventAll | EventAny | EventNot
EVENT_CONDITIONS: tuple[type[EventCondition], ...] = (
    ActivityIn,
    CompletedIn,
    EventAttribute,
    EventAll,
    EventAny,
    EventNot,
)
