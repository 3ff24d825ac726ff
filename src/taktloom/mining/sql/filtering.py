# SPDX-License-Identifier: Apache-2.0
"""Filters of a table on an SQL engine: the values that logs are filtered by, as far as an engine can evaluate them.

Each step is judged on what the steps before it left, as on a log. Values reach the engine as literals of Ibis, which
quotes them; a condition that is not here is refused by name.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import and_, or_
from typing import Any

from taktloom.mining.filters import KeepCases, KeepEvents, LogFilter
from taktloom.mining.filters.case_conditions import (
    CaseAll,
    CaseAny,
    CaseDuration,
    CaseIn,
    CaseLength,
    CaseNot,
    EndsWith,
    EveryEvent,
    Having,
    Lacking,
    Period,
    PeriodRule,
    SomeEvent,
    StartsWith,
)
from taktloom.mining.filters.event_conditions import ActivityIn, CompletedIn, EventAll, EventAny, EventNot
from taktloom.mining.sql.errors import SqlTableRefusedError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def in_order(good: Any) -> Any:
    """*good* with each row's place in its case, and what was before it."""
    import ibis

    order = [good["at"], good.position, good.activity, good.resource]  # the last two only where nothing else orders
    window = ibis.window(group_by="case", order_by=order)
    return good.mutate(
        step=ibis.row_number().over(window).cast("int64"),
        previous=good.activity.lag().over(window),
        previous_at=good["at"].lag().over(window),
        previous_resource=good.resource.lag().over(window),
    )


def keep(rows: Any, condition: LogFilter) -> Any:
    """The rows of an event table that every step of *condition* leaves; raises SqlTableRefusedError for a step or
    condition that engines are not asked for."""
    import ibis

    # Cases keep their order in the log, whichever of their events go.
    rows = rows.mutate(begun=rows.position.min().over(ibis.window(group_by="case")))
    for step in condition.steps:
        if isinstance(step, KeepCases):
            rows = _keep_cases(rows, step.where)
        elif isinstance(step, KeepEvents):
            kept = rows.filter(_event(rows, step.where))
            rows = in_order(kept.select("case", "activity", "resource", "at", "started", "position", "begun"))
        else:
            raise _refusal("between")
    return rows


def _keep_cases(rows: Any, condition: object) -> Any:
    """Cases are judged by one row each, put together from marks on their events."""
    marks: dict[str, Any] = {}
    tests = _CaseTests(rows, marks)
    holds = tests.of(condition)
    marked = rows.mutate(**marks) if marks else rows
    last = marked.group_by("case").aggregate(
        events=marked.count(),
        begins=marked.started.min(),
        ends=marked["at"].max(),
        **{name: marked[name].sum() for name in marks},
    )
    return rows.semi_join(last.filter(holds(last)), "case")


class _CaseTests:
    """Turns conditions on cases into tests of the row of a case. marks: 0 or 1 per event, which they count."""

    def __init__(self, rows: Any, marks: dict[str, Any]) -> None:
        self.rows, self._marks = rows, marks

    def of(self, condition: object) -> Callable[[Any], Any]:
        """From the table of cases to whether each meets the condition."""
        make = _CASES.get(type(condition))
        if make is None:
            raise _refusal(getattr(condition, "tag", ""))
        return make(self, condition)

    def count(self, holds: Any) -> Callable[[Any], Any]:
        """How many of the case's events meet *holds*."""
        import ibis

        name = f"mark_{len(self._marks)}"
        self._marks[name] = holds.fill_null(False).ifelse(ibis.literal(1), ibis.literal(0)).cast("int64")
        return lambda cases: cases[name]

    def event(self, condition: object) -> Any:
        """Whether an event meets the condition."""
        return _event(self.rows, condition)

    def activity(self, activities: tuple[str, ...], *, at: str = "") -> Callable[[Any], Any]:
        """How many events are of these activities; at: only the case's `first` or `last`."""
        import ibis

        rows = self.rows
        holds = rows.activity.isin(activities)
        if at == "first":
            holds = holds & (rows.step == 0)
        elif at == "last":
            holds = holds & (rows.step == rows.step.max().over(ibis.window(group_by="case")))
        return self.count(holds)


def _event(rows: Any, condition: object) -> Any:
    make = _EVENTS.get(type(condition))
    if make is None:
        raise _refusal(getattr(condition, "tag", ""))
    return make(rows, condition)


def _refusal(tag: str) -> SqlTableRefusedError:
    known = sorted({str(vars(each)["tag"]) for each in (*_CASES, *_EVENTS)})
    return SqlTableRefusedError(
        "filter",
        f"The condition '{tag}' is not evaluated on SQL engines.",
        f"Use {', '.join(known)}, or import the log.",
    )


def _joined(conditions: list[Any], join: Callable[[Any, Any], Any], *, empty: bool) -> Any:
    import ibis

    return reduce(join, conditions, ibis.literal(empty))


def _cases_joined(
    tests: list[Callable[[Any], Any]], join: Callable[[Any, Any], Any], *, empty: bool
) -> Callable[[Any], Any]:
    return lambda cases: _joined([each(cases) for each in tests], join, empty=empty)


def _within(value: Any, since: datetime | None, until: datetime | None) -> Any:
    import ibis

    found = ibis.literal(True)
    if since is not None:
        found = found & (value >= _microseconds(since))
    if until is not None:
        found = found & (value < _microseconds(until))
    return found


def _between(value: Any, at_least: int | None, at_most: int | None) -> Any:
    import ibis

    found = ibis.literal(True)
    if at_least is not None:
        found = found & (value >= at_least)
    if at_most is not None:
        found = found & (value <= at_most)
    return found


def _microseconds(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICROSECOND


def _us(bound: timedelta | None) -> int | None:
    return None if bound is None else bound // _MICROSECOND


def _period(tests: _CaseTests, condition: Period) -> Callable[[Any], Any]:
    since, until, rule = condition.since, condition.until, condition.rule
    if rule is PeriodRule.ACTIVE:
        count = tests.count(_within(tests.rows["at"], since, until))
        return lambda cases: count(cases) > 0
    if rule is PeriodRule.INTERSECTING:
        return lambda cases: _within(cases.begins, None, until) & _within(cases.ends, since, None)
    if rule is PeriodRule.STARTED:
        return lambda cases: _within(cases.begins, since, until)
    if rule is PeriodRule.ENDED:
        return lambda cases: _within(cases.ends, since, until)
    return lambda cases: _within(cases.begins, since, until) & _within(cases.ends, since, until)


def _counted(count: Callable[[Any], Any], least: int) -> Callable[[Any], Any]:
    return lambda cases: count(cases) >= least


def _not(test: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda cases: ~test(cases)


_CASES: Mapping[type, Callable[[_CaseTests, Any], Callable[[Any], Any]]] = {
    Period: _period,
    StartsWith: lambda tests, one: _counted(tests.activity(one.activities, at="first"), 1),
    EndsWith: lambda tests, one: _counted(tests.activity(one.activities, at="last"), 1),
    Having: lambda tests, one: _counted(tests.activity(one.activities), 1),
    Lacking: lambda tests, one: _not(_counted(tests.activity(one.activities), 1)),
    CaseIn: lambda tests, one: lambda cases: cases["case"].isin(one.cases),
    CaseDuration: lambda tests, one: (
        lambda cases: _between(cases.ends - cases.begins, _us(one.at_least), _us(one.at_most))
    ),
    CaseLength: lambda tests, one: lambda cases: _between(cases.events, one.at_least, one.at_most),
    SomeEvent: lambda tests, one: _counted(tests.count(tests.event(one.where)), one.at_least),
    EveryEvent: lambda tests, one: _not(_counted(tests.count(~tests.event(one.where)), 1)),
    CaseAll: lambda tests, one: _cases_joined([tests.of(each) for each in one.conditions], and_, empty=True),
    CaseAny: lambda tests, one: _cases_joined([tests.of(each) for each in one.conditions], or_, empty=False),
    CaseNot: lambda tests, one: _not(tests.of(one.condition)),
}
_EVENTS: Mapping[type, Callable[[Any, Any], Any]] = {
    ActivityIn: lambda rows, one: rows.activity.isin(one.activities),
    CompletedIn: lambda rows, one: _within(rows["at"], one.since, one.until),
    EventAll: lambda rows, one: _joined([_event(rows, each) for each in one.conditions], and_, empty=True),
    EventAny: lambda rows, one: _joined([_event(rows, each) for each in one.conditions], or_, empty=False),
    EventNot: lambda rows, one: ~_event(rows, one.condition),
}
