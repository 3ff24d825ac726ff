# SPDX-License-Identifier: Apache-2.0
"""Rules that match the same inputs where the hit policy does not allow it, and rules that stand there twice."""

from collections.abc import Iterator, Sequence

from taktloom.decisions.table_check.cells import constant_of
from taktloom.decisions.table_check.columns import ValueClass
from taktloom.decisions.table_check.examined import Examined
from taktloom.decisions.table_check.results import TableFinding
from taktloom.decisions.table_index import bits_of
from taktloom.feel.kinds import FeelValue
from taktloom.feel.operators import equal
from taktloom.model.decision import HitPolicy
from taktloom.model.findings import Finding, Severity

__all__ = ["duplicates", "overlaps"]

_LISTING = frozenset({HitPolicy.COLLECT, HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER})


def duplicates(examined: Examined) -> Iterator[TableFinding]:
    """Rules with the conditions and outputs of an earlier one."""
    for first, second in _twins(examined):
        is_meant = examined.table.hit_policy in _LISTING
        finding = Finding(
            severity=Severity.INFORMATION if is_meant else Severity.WARNING,
            rule="duplicate-rule",
            message=f"Rule {second + 1} says the same as rule {first + 1}.",
            place=examined.table.rules[second].place,
            remedy="Delete one of them.",
            parameters={"first": str(first + 1), "second": str(second + 1)},
        )
        yield TableFinding(finding=finding, table_id=examined.table.id, rules=(first + 1, second + 1))


def overlaps(examined: Examined) -> Iterator[TableFinding]:
    """Each pair of rules that a UNIQUE table, or an ANY table with different outputs, must not let match together."""
    table = examined.table
    if table.hit_policy not in {HitPolicy.UNIQUE, HitPolicy.ANY}:
        return
    twins = set(_twins(examined))
    for first in range(len(table.rules)):
        if examined.open >> first & 1:
            continue
        for second in bits_of(_overlapping(examined, first) & ~examined.open >> first + 1 << first + 1):
            agrees = _same_outputs(examined, first, second)
            if (first, second) in twins or (agrees and table.hit_policy is HitPolicy.ANY):
                continue
            both = 1 << first | 1 << second
            values = [_common_value(column.classes, both) for column in examined.columns]
            if {first, second} <= examined.matching(values):
                yield _overlap(examined, (first, second), values, agrees=agrees)


def _twins(examined: Examined) -> Iterator[tuple[int, int]]:
    seen: dict[tuple[tuple[str, ...], tuple[str, ...]], int] = {}
    for number, rule in enumerate(examined.table.rules):
        key = (tuple(map(_plain, rule.inputs)), tuple(text.strip() for text in rule.outputs))
        first = seen.setdefault(key, number)
        if first != number:
            yield first, number


def _plain(cell: str) -> str:
    return cell.strip() or "-"


def _overlapping(examined: Examined, number: int) -> int:
    """The rules that have a value in common with this one in every column."""
    common = (1 << len(examined.table.rules)) - 1
    for column in examined.columns:
        union = 0
        for one in column.classes:
            if one.rules >> number & 1:
                union |= one.rules
        common &= union
    return common


def _common_value(classes: Sequence[ValueClass], both: int) -> FeelValue:
    return next(one.example for one in classes if one.rules & both == both)


def _same_outputs(examined: Examined, first: int, second: int) -> bool:
    """Whether both rules give the same, as far as that can be known; texts that are equal are."""
    rules, scope = examined.table.rules, examined.known.scope
    for one, other in zip(rules[first].outputs, rules[second].outputs, strict=False):
        if one.strip() == other.strip():
            continue
        left, right = constant_of(one or "null", scope), constant_of(other or "null", scope)
        if left is None or right is None or not (left == right == (None,) or equal(left[0], right[0]) is True):
            return False
    return True


def _overlap(examined: Examined, pair: tuple[int, int], values: Sequence[FeelValue], *, agrees: bool) -> TableFinding:
    first, second, policy = str(pair[0] + 1), str(pair[1] + 1), examined.table.hit_policy.value
    example = examined.text(values)
    place = examined.table.rules[pair[1]].place
    if agrees:
        finding = Finding(
            severity=Severity.WARNING,
            rule="table-overlap-same-outputs",
            message=f"Rules {first} and {second} both match {example} and give the same; UNIQUE does not allow it.",
            place=place,
            remedy="Choose the hit policy ANY, or make one rule of them.",
            parameters={"first": first, "second": second, "example": example},
        )
    else:
        finding = Finding(
            severity=Severity.WARNING,
            rule="table-overlap",
            message=f"Rules {first} and {second} both match {example}, which the hit policy {policy} does not allow.",
            place=place,
            remedy="Make their conditions exclude each other, or choose another hit policy.",
            parameters={"first": first, "second": second, "example": example, "policy": policy},
        )
    return TableFinding(
        finding=finding, table_id=examined.table.id, rules=(pair[0] + 1, pair[1] + 1), example=examined.example(values)
    )
