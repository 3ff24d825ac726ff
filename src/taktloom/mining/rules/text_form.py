# SPDX-License-Identifier: Apache-2.0
"""A rule on one line: `response: Register | Enter -> Approve within 2 working days`.

    exists [N]: A              absence: A            at_most N: A
    response: A -> B [within N hours|days|working hours|working days]        precedence: the same
    not_together: A -> B       four_eyes: A -> B     same_person: A -> B

Activities that count alike are joined by ` | `. What needs a filter is written as JSON.
"""

import re

from taktloom.mining.logs.errors import MalformedRecordError
from taktloom.mining.rules.business_rules import COUNTED, BusinessRule, RuleKind, TimeLimit, TimeUnit

_HEAD = re.compile(r"\s*([a-z_-]+)(?: +(\d{1,6}))?\s*:\s*(.+)", re.DOTALL)
_LIMIT = re.compile(r"(\d{1,6}) +((?:working[ _])?(?:hours?|days?))")
_WITHIN = re.compile(r"\s+within\s+(\d{1,6} +(?:working[ _])?(?:hours?|days?))\s*$")
LONGEST_RULE = 10_000


def rule_from_text(text: str) -> BusinessRule:
    """The rule of one line; raises MalformedRecordError with what is expected."""
    head = _HEAD.fullmatch(text[:LONGEST_RULE])
    name = head.group(1).replace("-", "_") if head else ""
    if head is None or name not in tuple(RuleKind) or name == RuleKind.CASE_MEETS:
        kinds = ", ".join(f"{kind}:" for kind in RuleKind if kind is not RuleKind.CASE_MEETS)
        raise MalformedRecordError(field="rule", expected=f"one of {kinds} and its activities")
    kind, body = RuleKind(name), head.group(3)
    within = _WITHIN.search(body)
    if within is not None:
        body = body[: within.start()]
    first, _, second = body.partition(" -> ")
    return BusinessRule(
        kind=kind,
        first=_activities(first),
        second=_activities(second),
        times=int(head.group(2) or 1),
        within=None if within is None else limit_from_text(within.group(1)),
    )


def rule_to_text(rule: BusinessRule) -> str:
    """The line of a rule, its name where it has one; a filter is not spelled out."""
    if rule.name:
        return rule.name
    if rule.kind is RuleKind.CASE_MEETS:
        return f"{rule.kind}: {'' if rule.where is None else rule.where.tag}"
    times = f" {rule.times}" if rule.kind in COUNTED else ""
    pair = f" -> {' | '.join(rule.second)}" if rule.second else ""
    within = "" if rule.within is None else f" within {limit_to_text(rule.within)}"
    return f"{rule.kind}{times}: {' | '.join(rule.first)}{pair}{within}"


def limit_from_text(text: str) -> TimeLimit:
    """`2 working days`; raises MalformedRecordError."""
    found = _LIMIT.fullmatch(text.strip())
    if found is None:
        raise MalformedRecordError(field="within", expected="such as 8 hours, 3 days, 16 working hours, 2 working days")
    unit = found.group(2).replace(" ", "_")
    return TimeLimit(amount=int(found.group(1)), unit=TimeUnit(unit if unit.endswith("s") else f"{unit}s"))


def limit_to_text(limit: TimeLimit) -> str:
    """The inverse of `limit_from_text`."""
    return f"{limit.amount} {limit.unit.value.replace('_', ' ')}"


def _activities(text: str) -> tuple[str, ...]:
    return tuple(name for name in (part.strip() for part in text.split(" | ")) if name)
