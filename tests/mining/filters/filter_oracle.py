# SPDX-License-Identifier: Apache-2.0
"""Filters by loops over dictionaries: the definitions read aloud. It shares nothing with the evaluation in columns."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from taktloom.mining.filters import case_conditions as cases
from taktloom.mining.filters import event_conditions as events
from taktloom.mining.filters import values
from taktloom.mining.filters.log_filter import KeepBetween, KeepCases, KeepEvents, LastRule, LogFilter

MIX = 0x9E3779B97F4A7C15
FULL = 2**64


@dataclass(frozen=True)
class PlainEvent:
    """An activity instance; attributes by column name."""

    position: int
    activity: str
    resource: str | None
    begun_at: datetime
    at: datetime
    attributes: dict[str, object]


@dataclass(frozen=True)
class PlainCase:
    code: int
    case_id: str
    attributes: dict[str, object]
    events: tuple[PlainEvent, ...]

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(event.activity for event in self.events)


Log = list[PlainCase]


def apply_plainly(log: Log, condition: LogFilter) -> Log:
    for step in condition.steps:
        if isinstance(step, KeepCases):
            log = [case for case in log if meets_case(case, step.where, log)]
        elif isinstance(step, KeepEvents):
            log = [replace(case, events=tuple(e for e in case.events if meets_event(e, step.where))) for case in log]
        else:
            log = [replace(case, events=_between(case, step)) for case in log]
        log = [case for case in log if case.events]
    return log


def _between(case: PlainCase, step: KeepBetween) -> tuple[PlainEvent, ...]:
    begins = [n for n, activity in enumerate(case.path) if activity in step.begin]
    if not begins:
        return ()
    ends = [n for n, activity in enumerate(case.path) if activity in step.end and n > begins[0]]
    if not ends:
        return ()
    last = ends[0] if step.until is LastRule.FIRST else ends[-1]
    return case.events[begins[0] : last + 1]


def meets_event(event: PlainEvent, where: events.EventCondition) -> bool:
    match where:
        case events.ActivityIn():
            return event.activity in where.activities
        case events.CompletedIn():
            return inside(event.at, where.since, where.until)
        case events.EventAttribute():
            value = event.resource if where.column == "resource" else event.attributes[where.column]
            return meets_value(value, where.test)
        case events.EventAll():
            return all(meets_event(event, each) for each in where.conditions)
        case events.EventAny():
            return any(meets_event(event, each) for each in where.conditions)
        case events.EventNot():
            return not meets_event(event, where.condition)


def meets_value(value: object, test: values.ValueTest) -> bool:
    if value is None or isinstance(test, values.Missing):
        return value is None and isinstance(test, values.Missing)
    match test:
        case values.OneOf():
            return any(_kind(each) == _kind(value) and each == value for each in test.values)
        case values.NumberRange():
            if _kind(value) != "number":
                return False
            assert isinstance(value, (int, float))
            above = test.at_least is None or value >= test.at_least
            return above and (test.at_most is None or value <= test.at_most)
        case values.InstantRange():
            return isinstance(value, datetime) and inside(value, test.since, test.until)
        case values.ContainsText():
            return isinstance(value, str) and test.text in value


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, (int, float)) else type(value).__name__


def inside(at: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or at >= since) and (until is None or at < until)


def meets_case(case: PlainCase, where: cases.CaseCondition, log: Log) -> bool:
    match where:
        case cases.CaseAll():
            return all(meets_case(case, each, log) for each in where.conditions)
        case cases.CaseAny():
            return any(meets_case(case, each, log) for each in where.conditions)
        case cases.CaseNot():
            return not meets_case(case, where.condition, log)
        case cases.VariantIn() | cases.TopVariants() | cases.VariantCoverage() | cases.Sample() | cases.CaseIn():
            return _meets_by_log(case, where, log)
        case cases.Period() | cases.CaseDuration():
            return _meets_times(case, where)
        case cases.Follows():
            return _follows(case, where)
        case cases.FourEyes():
            return _four_eyes(case, where)
        case _:
            return _meets_steps(case, where)


def _meets_steps(case: PlainCase, where: cases.CaseCondition) -> bool:  # noqa: PLR0911 - one line per condition
    match where:
        case cases.StartsWith():
            return case.path[0] in where.activities
        case cases.EndsWith():
            return case.path[-1] in where.activities
        case cases.Having():
            return any(activity in where.activities for activity in case.path)
        case cases.Lacking():
            return not any(activity in where.activities for activity in case.path)
        case cases.SomeEvent():
            return sum(meets_event(event, where.where) for event in case.events) >= where.at_least
        case cases.EveryEvent():
            return all(meets_event(event, where.where) for event in case.events)
        case cases.CaseAttribute():
            return meets_value(case.attributes[where.column], where.test)
        case cases.CaseLength():
            above = where.at_least is None or len(case.events) >= where.at_least
            return above and (where.at_most is None or len(case.events) <= where.at_most)
        case cases.Repeats():
            counted = Counter(a for a in case.path if not where.activities or a in where.activities)
            return any(count >= where.at_least for count in counted.values())
    raise AssertionError(where)


def _meets_times(case: PlainCase, where: cases.Period | cases.CaseDuration) -> bool:
    first, last = min(event.begun_at for event in case.events), case.events[-1].at
    if isinstance(where, cases.CaseDuration):
        above = where.at_least is None or last - first >= where.at_least
        return above and (where.at_most is None or last - first <= where.at_most)
    match where.rule:
        case cases.PeriodRule.CONTAINED:
            return inside(first, where.since, where.until) and inside(last, where.since, where.until)
        case cases.PeriodRule.INTERSECTING:
            return (where.until is None or first < where.until) and (where.since is None or last >= where.since)
        case cases.PeriodRule.ACTIVE:
            return any(inside(event.at, where.since, where.until) for event in case.events)
        case cases.PeriodRule.STARTED:
            return inside(first, where.since, where.until)
        case cases.PeriodRule.ENDED:
            return inside(last, where.since, where.until)


def _follows(case: PlainCase, where: cases.Follows) -> bool:
    for j, target in enumerate(case.events):
        for i, source in enumerate(case.events[:j]):
            if source.activity not in where.source or target.activity not in where.target:
                continue
            if where.rule is cases.FollowRule.DIRECTLY and i != j - 1:
                continue
            gap = target.at - source.at
            if gap < (where.at_least or timedelta(0)) or (where.at_most is not None and gap > where.at_most):
                continue
            if not any(event.activity in where.without for event in case.events[i + 1 : j]):
                return True
    return False


def _four_eyes(case: PlainCase, where: cases.FourEyes) -> bool:
    def doers(activities: Iterable[str]) -> set[str]:
        return {e.resource for e in case.events if e.activity in activities and e.resource is not None}

    first, second = doers(where.first), doers(where.second)
    if where.rule is cases.SeparationRule.SAME:
        return bool(first & second)
    return bool(first) and bool(second) and not first & second


def _meets_by_log(case: PlainCase, where: cases.CaseCondition, log: Log) -> bool:
    if isinstance(where, cases.CaseIn):
        return case.case_id in where.cases
    if isinstance(where, cases.Sample):
        drawn = drawn_number(case.code, where.seed)
        if where.share is not None:
            return drawn < int(where.share * FULL)
        assert where.count is not None
        return sum(drawn_number(other.code, where.seed) < drawn for other in log) < where.count
    counted = Counter(each.path for each in log)  # in the order of first cases, which breaks ties
    ranked = [path for path, _ in counted.most_common()]
    if isinstance(where, cases.TopVariants):
        return case.path in ranked[: where.count]
    if isinstance(where, cases.VariantCoverage):
        covered = 0
        for path in ranked:
            if covered >= where.share * len(log) - 1e-9:
                return False
            covered += counted[path]
            if path == case.path:
                return True
    raise AssertionError(where)


def drawn_number(code: int, seed: int) -> int:
    value = (code + (seed + 1) * MIX) % FULL
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9 % FULL
    value = (value ^ (value >> 27)) * 0x94D049BB133111EB % FULL
    return value ^ (value >> 31)
