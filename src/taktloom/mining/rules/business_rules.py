# SPDX-License-Identifier: Apache-2.0
"""Rules of a business about its cases, as values.

Most are patterns of linear temporal logic over finite traces as in Declare (Pesic, Schonenberg & van der Aalst,
"DECLARE: full support for loosely-structured processes", EDOC 2007), with a time limit in clock or in working time; the
others look at who did a step (separation of duties: Botha & Eloff, IBM Systems Journal 40(3), 2001) or are a filter.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from taktloom.calendars.business import BusinessCalendar
from taktloom.mining.filters.case_conditions import CaseCondition
from taktloom.mining.logs.errors import MalformedRecordError

MOST_RULES, MOST_AMOUNT = 200, 100_000


class RuleKind(StrEnum):
    """exists: at least `times` steps of first. absence: none. at_most: no more than `times`.
    response: after each step of first comes one of second. precedence: before each step of second was one of first.
    not_together: not both in one case. four_eyes: nobody did both. same_person: one resource did all of both.
    case_meets: the case passes the filter `where`."""

    EXISTS = "exists"
    ABSENCE = "absence"
    AT_MOST = "at_most"
    RESPONSE = "response"
    PRECEDENCE = "precedence"
    NOT_TOGETHER = "not_together"
    FOUR_EYES = "four_eyes"
    SAME_PERSON = "same_person"
    CASE_MEETS = "case_meets"


COUNTED = frozenset({RuleKind.EXISTS, RuleKind.AT_MOST})
TIMED = frozenset({RuleKind.RESPONSE, RuleKind.PRECEDENCE})
PAIRED = TIMED | {RuleKind.NOT_TOGETHER, RuleKind.FOUR_EYES, RuleKind.SAME_PERSON}


class TimeUnit(StrEnum):
    """days: 24 hours each. working_days: the same time of day so many open days later, or the next opening after it."""

    HOURS = "hours"
    DAYS = "days"
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"


NEEDS_CALENDAR = frozenset({TimeUnit.WORKING_HOURS, TimeUnit.WORKING_DAYS})


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimit:
    """How long at most, from completion to completion, the last instant included."""

    amount: int
    unit: TimeUnit

    def __post_init__(self) -> None:
        if not 1 <= self.amount <= MOST_AMOUNT:
            raise MalformedRecordError(field="within", expected=f"whole number from 1 to {MOST_AMOUNT} and a unit")


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessRule:
    """One rule. first, second: activities, any of which counts; only: the cases that the rule is about (None: all).

    Raises MalformedRecordError when a field is missing for the kind, or has no meaning for it.
    """

    kind: RuleKind
    first: tuple[str, ...] = ()
    second: tuple[str, ...] = ()
    times: int = 1
    within: TimeLimit | None = None
    where: CaseCondition | None = None
    only: CaseCondition | None = None
    name: str = ""

    def __post_init__(self) -> None:
        is_filter = self.kind is RuleKind.CASE_MEETS
        _require("where", is_filter == (self.where is not None), given=is_filter)
        _require("first", is_filter != bool(self.first), given=not is_filter)
        _require("second", (self.kind in PAIRED) == bool(self.second), given=self.kind in PAIRED)
        _require("within", self.within is None or self.kind in TIMED, given=False)
        _require("times", self.times == 1 or self.kind in COUNTED, given=False)
        if not 1 <= self.times <= MOST_AMOUNT:
            raise MalformedRecordError(field="times", expected=f"integer from 1 to {MOST_AMOUNT}")
        if self.kind in PAIRED - TIMED and set(self.first) & set(self.second):
            raise MalformedRecordError(field="second", expected="other activities than first")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """rules: 1 … MOST_RULES. calendar: of working time; needed when a rule's limit is in working time."""

    rules: tuple[BusinessRule, ...]
    calendar: BusinessCalendar | None = field(default=None)

    def __post_init__(self) -> None:
        if not 1 <= len(self.rules) <= MOST_RULES:
            raise MalformedRecordError(field="rules", expected=f"1 to {MOST_RULES} rules")
        units = {rule.within.unit for rule in self.rules if rule.within is not None}
        if self.calendar is None and units & NEEDS_CALENDAR:
            raise MalformedRecordError(field="calendar", expected="a calendar, because a rule counts working time")


def _require(name: str, is_met: bool, *, given: bool) -> None:  # noqa: FBT001 - a claim about the field
    if not is_met:
        raise MalformedRecordError(field=name, expected="given" if given else "left out for this kind of rule")
