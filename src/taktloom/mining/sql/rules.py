# SPDX-License-Identifier: Apache-2.0
"""Business rules checked on every case of a table on an SQL engine; every case counts as ended.

The verdicts are those of `mining.rules`: broken where it is; else not decidable where a resource is unknown on which
the rule depends; else kept. What needs a calendar or a filter needs the local path.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from taktloom.mining.rules.business_rules import BusinessRule, RuleKind, TimeUnit
from taktloom.mining.rules.text_form import rule_to_text
from taktloom.mining.sql.errors import SqlTableRefusedError
from taktloom.mining.sql.event_table import EventTable, counted_as, fetched

LIMITS_US = {TimeUnit.HOURS: 3_600_000_000, TimeUnit.DAYS: 86_400_000_000}
Cases = Any
"""An Ibis table of one row per case: case, broken, activated, unknown (0 or 1)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCount:
    """Cases by verdict. activated: cases that gave the rule something to check. share: kept of the decided ones."""

    rule: str
    kept: int
    broken: int
    undecided: int
    activated: int
    share: float | None


def count_rule(table: EventTable, rule: BusinessRule) -> RuleCount:
    """How many cases keep and break *rule*; raises SqlTableRefusedError for a rule that needs the local path."""
    _require_countable(rule)
    cases = _CHECKS[rule.kind](_marked(table, rule), rule)
    broken, unknown = cases.broken > 0, (cases.broken == 0) & (cases.unknown > 0)
    (counted,) = fetched(
        cases.aggregate(
            cases=cases.count(),
            broken=counted_as(broken).sum(),
            undecided=counted_as(unknown).sum(),
            activated=counted_as(cases.activated > 0).sum(),
        )
    )
    found = {name: int(counted[name] or 0) for name in counted}
    kept = found["cases"] - found["broken"] - found["undecided"]
    decided = kept + found["broken"]
    return RuleCount(
        rule=rule_to_text(rule),
        kept=kept,
        broken=found["broken"],
        undecided=found["undecided"],
        activated=found["activated"],
        share=kept / decided if decided else None,
    )


def _require_countable(rule: BusinessRule) -> None:
    if rule.kind not in _CHECKS or rule.only is not None:
        cause = "This rule filters cases, which is not done on SQL engines."
    elif rule.within is not None and rule.within.unit not in LIMITS_US:
        cause = "This rule counts working time, which is not done on SQL engines."
    else:
        return
    raise SqlTableRefusedError("rule", cause, "Import the log to check it.")


def _marked(table: EventTable, rule: BusinessRule) -> Any:
    """The rows with 0 or 1 for being of `first` and of `second`."""
    rows = table.rows
    return rows.mutate(
        one=counted_as(rows.activity.isin(rule.first)),
        other=counted_as(rows.activity.isin(rule.second or ("",))),  # no activity is empty
    )


def _counts(rows: Any) -> Any:
    return rows.group_by("case").aggregate(one=rows.one.sum(), other=rows.other.sum())


def _cases(counts: Any, *, broken: Any, activated: Any, unknown: Any | None = None) -> Cases:
    import ibis

    none = ibis.literal(0).cast("int64")
    return counts.select(
        "case",
        broken=counted_as(broken),
        activated=counted_as(activated),
        unknown=none if unknown is None else counted_as(unknown),
    )


def _exists(rows: Any, rule: BusinessRule) -> Cases:
    counts = _counts(rows)
    return _cases(counts, broken=counts.one < rule.times, activated=counts.one >= 0)


def _at_most(rows: Any, rule: BusinessRule) -> Cases:
    counts = _counts(rows)
    times = 0 if rule.kind is RuleKind.ABSENCE else rule.times
    return _cases(counts, broken=counts.one > times, activated=counts.one >= (0 if times == 0 else 1))


def _response(rows: Any, rule: BusinessRule) -> Cases:
    """After each step of first, the next of second, not later than the limit."""
    import ibis

    later = ibis.window(group_by="case", order_by=ibis.desc("step"), preceding=(None, 1))
    answer = (rows.other > 0).ifelse(rows["at"], ibis.null("int64")).min().over(later)
    return _limited(rows.mutate(met=_in_time(answer - rows["at"], rule)), "one")


def _precedence(rows: Any, rule: BusinessRule) -> Cases:
    """Before each step of second, the last of first, not earlier than the limit."""
    import ibis

    earlier = ibis.window(group_by="case", order_by="step", preceding=(None, 1))
    cause = (rows.one > 0).ifelse(rows["at"], ibis.null("int64")).max().over(earlier)
    return _limited(rows.mutate(met=_in_time(rows["at"] - cause, rule)), "other")


def _in_time(gap: Any, rule: BusinessRule) -> Any:
    """Whether there is such a step and it is in time."""
    if rule.within is None:
        return gap.notnull()
    return (gap <= rule.within.amount * LIMITS_US[rule.within.unit]).fill_null(False)


def _limited(rows: Any, asking: str) -> Cases:
    failed = (rows[asking] > 0) & ~rows.met
    counts = rows.group_by("case").aggregate(failed=counted_as(failed).sum(), asked=rows[asking].sum())
    return _cases(counts, broken=counts.failed > 0, activated=counts.asked > 0)


def _not_together(rows: Any, rule: BusinessRule) -> Cases:
    del rule
    counts = _counts(rows)
    has_one, has_other = counts.one > 0, counts.other > 0
    return _cases(counts, broken=has_one & has_other, activated=has_one | has_other)


def _persons(rows: Any) -> Any:
    """Per case steps of both, those by unknown resources, resources that did any, and those that did both."""
    either = rows.filter((rows.one > 0) | (rows.other > 0))
    by_person = either.group_by("case", "resource").aggregate(one=either.one.sum(), other=either.other.sum())
    is_known = by_person.resource.notnull()
    counts = by_person.group_by("case").aggregate(
        one=by_person.one.sum(),
        other=by_person.other.sum(),
        nobody=counted_as(~is_known).sum(),
        persons=counted_as(is_known).sum(),
        shared=counted_as(is_known & (by_person.one > 0) & (by_person.other > 0)).sum(),
    )
    cases = rows.select("case").distinct()
    joined = cases.left_join(counts, "case")
    return joined.select(
        "case", **{name: joined[name].fill_null(0) for name in ("one", "other", "nobody", "persons", "shared")}
    )


def _four_eyes(rows: Any, rule: BusinessRule) -> Cases:
    del rule
    return _persons_cases(_persons(rows), lambda counts: counts.shared > 0)


def _same_person(rows: Any, rule: BusinessRule) -> Cases:
    del rule
    return _persons_cases(_persons(rows), lambda counts: counts.persons > 1)


def _persons_cases(counts: Any, is_broken: Callable[[Any], Any]) -> Cases:
    both = (counts.one > 0) & (counts.other > 0)
    return _cases(counts, broken=is_broken(counts), activated=both, unknown=both & (counts.nobody > 0))


_CHECKS: Mapping[RuleKind, Callable[[Any, BusinessRule], Cases]] = {
    RuleKind.EXISTS: _exists,
    RuleKind.ABSENCE: _at_most,
    RuleKind.AT_MOST: _at_most,
    RuleKind.RESPONSE: _response,
    RuleKind.PRECEDENCE: _precedence,
    RuleKind.NOT_TOGETHER: _not_together,
    RuleKind.FOUR_EYES: _four_eyes,
    RuleKind.SAME_PERSON: _same_person,
}
