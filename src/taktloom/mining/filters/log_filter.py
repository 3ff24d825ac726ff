# SPDX-License-Identifier: Apache-2.0
"""A filter of a log: a value that can be stored, sent and combined.

A filter is a row of steps. Each step is judged on what the steps before it left: `KeepCases` keeps or drops whole
cases, `KeepEvents` and `KeepBetween` drop events, and a case without events is gone. The order of events never changes.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, TypeAlias

from taktloom.mining.filters.case_conditions import CaseAll, CaseAny, CaseCondition, CaseNot, EveryEvent, SomeEvent
from taktloom.mining.filters.checks import require_texts
from taktloom.mining.filters.errors import FilterTooLargeError
from taktloom.mining.filters.event_conditions import EventAll, EventAny, EventCondition, EventNot

MOST_STEPS = 50
MOST_CONDITIONS = 500
DEEPEST = 16


class LastRule(StrEnum):
    """Which step of the closing activities ends the stretch: the first after its begin, or the last."""

    FIRST = "first"
    LAST = "last"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepCases:
    """Keep the cases that meet the condition."""

    tag: ClassVar[str] = "cases"
    where: CaseCondition


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepEvents:
    """Keep the events that meet the condition."""

    tag: ClassVar[str] = "events"
    where: EventCondition


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepBetween:
    """Keep of each case the events from its first step of *begin* to the first (or last) step of *end* after it, both
    included; a case without such a stretch is dropped."""

    tag: ClassVar[str] = "between"
    begin: tuple[str, ...]
    end: tuple[str, ...]
    until: LastRule = LastRule.FIRST

    def __post_init__(self) -> None:
        require_texts(begin=self.begin, end=self.end)


FilterStep: TypeAlias = KeepCases | KeepEvents | KeepBetween
FILTER_STEPS: tuple[type[FilterStep], ...] = (KeepCases, KeepEvents, KeepBetween)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """Steps, applied one after the other; without any, everything passes. Raises FilterTooLargeError."""

    steps: tuple[FilterStep, ...] = ()

    def __post_init__(self) -> None:
        if len(self.steps) > MOST_STEPS:
            raise FilterTooLargeError("steps", MOST_STEPS)
        conditions = sum(_size(step.where, 1) for step in self.steps if not isinstance(step, KeepBetween))
        if conditions > MOST_CONDITIONS:
            raise FilterTooLargeError("conditions", MOST_CONDITIONS)

    @property
    def is_empty(self) -> bool:
        """Whether everything passes."""
        return not self.steps

    def then(self, *steps: FilterStep) -> "LogFilter":
        """This filter and then *steps*."""
        return LogFilter(steps=self.steps + steps)


ALL_PASS = LogFilter()


def keep_cases(*conditions: CaseCondition) -> LogFilter:
    """The filter that keeps the cases which meet all *conditions*, each judged on what the one before left."""
    return LogFilter(steps=tuple(KeepCases(where=condition) for condition in conditions))


def keep_events(*conditions: EventCondition) -> LogFilter:
    """The filter that keeps the events which meet all *conditions*."""
    return LogFilter(steps=tuple(KeepEvents(where=condition) for condition in conditions))


def _size(condition: CaseCondition | EventCondition, depth: int) -> int:
    """How many conditions there are in it; raises FilterTooLargeError when nested too deeply."""
    if depth > DEEPEST:
        raise FilterTooLargeError("levels", DEEPEST)
    if isinstance(condition, (CaseAll, CaseAny, EventAll, EventAny)):
        return 1 + sum(_size(each, depth + 1) for each in condition.conditions)
    if isinstance(condition, (CaseNot, EventNot)):
        return 1 + _size(condition.condition, depth + 1)
    if isinstance(condition, (SomeEvent, EveryEvent)):
        return 1 + _size(condition.where, depth + 1)
    return 1
