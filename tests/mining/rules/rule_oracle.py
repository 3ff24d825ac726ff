# SPDX-License-Identifier: Apache-2.0
"""Rules read aloud in loops over the plain reading of a log; all that is shared is the calendar."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from taktloom.calendars.business import BusinessCalendar, add_business_days, add_business_time
from taktloom.mining.rules import BusinessRule, RuleKind, TimeLimit, TimeUnit
from tests.mining.log_oracle import Step

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def verdict_of(
    steps: Sequence[Step], rule: BusinessRule, *, is_open: bool, until: int, calendar: BusinessCalendar | None
) -> tuple[str, int | None]:
    """The verdict's name, and the place of the step where it broke."""
    first = [n for n, step in enumerate(steps) if step.activity in rule.first]
    second = [n for n, step in enumerate(steps) if step.activity in rule.second]

    def due(step: Step) -> int | None:
        return None if rule.within is None else _due(step.occurred_at, rule.within, calendar)

    broken: int | None = None
    if rule.kind is RuleKind.EXISTS:
        if len(first) >= rule.times:
            return "kept", None
        return ("undecided", None) if is_open else ("broken", len(steps) - 1)
    if rule.kind in (RuleKind.ABSENCE, RuleKind.AT_MOST):
        allowed = 0 if rule.kind is RuleKind.ABSENCE else rule.times
        broken = first[allowed] if len(first) > allowed else None
    elif rule.kind is RuleKind.RESPONSE:
        broken = _unanswered(steps, first, second, due, is_open=is_open, until=until)
    elif rule.kind is RuleKind.PRECEDENCE:
        broken = _uncaused(steps, first, second, due)
        if broken is None and first and rule.within is None:
            return "kept", None
    elif rule.kind is RuleKind.NOT_TOGETHER:
        broken = max(first[0], second[0]) if first and second else None
    else:
        return _persons(steps, rule, first, second, is_open=is_open)
    return ("broken", broken) if broken is not None else ("undecided" if is_open else "kept", None)


Due = Callable[[Step], int | None]


def _unanswered(
    steps: Sequence[Step], first: list[int], second: list[int], due: Due, *, is_open: bool, until: int
) -> int | None:
    for n in first:
        answers = [m for m in second if m > n]
        last = due(steps[n])
        if answers and (last is None or steps[answers[0]].occurred_at <= last):
            continue
        if answers or not is_open or (last is not None and last < until):
            return n
    return None


def _uncaused(steps: Sequence[Step], first: list[int], second: list[int], due: Due) -> int | None:
    for n in second:
        causes = [m for m in first if m < n]
        if not causes or ((last := due(steps[causes[-1]])) is not None and steps[n].occurred_at > last):
            return n
    return None


def _persons(
    steps: Sequence[Step], rule: BusinessRule, first: list[int], second: list[int], *, is_open: bool
) -> tuple[str, int | None]:
    concerned = sorted(set(first) | set(second))
    for n in concerned:
        who = steps[n].resource
        earlier = [m for m in concerned if m < n and steps[m].resource is not None]
        if who is None:
            continue
        if rule.kind is RuleKind.FOUR_EYES:
            others = first if n in second else second
            if any(steps[m].resource == who for m in earlier if m in others):
                return "broken", n
        elif earlier and steps[earlier[0]].resource != who:
            return "broken", n
    is_unknown = bool(first and second) and any(steps[n].resource is None for n in concerned)
    return ("undecided" if is_unknown or is_open else "kept"), None


def _due(at: int, limit: TimeLimit, calendar: BusinessCalendar | None) -> int:
    instant = EPOCH + timedelta(microseconds=at)
    if limit.unit is TimeUnit.HOURS:
        due = instant + timedelta(hours=limit.amount)
    elif limit.unit is TimeUnit.DAYS:
        due = instant + timedelta(days=limit.amount)
    else:
        assert calendar is not None
        add = add_business_time if limit.unit is TimeUnit.WORKING_HOURS else add_business_days
        amount = timedelta(hours=limit.amount) if limit.unit is TimeUnit.WORKING_HOURS else limit.amount
        due = add(calendar, instant, amount)  # type: ignore[arg-type]
    return (due - EPOCH) // timedelta(microseconds=1)
