# SPDX-License-Identifier: Apache-2.0
"""Cells of a decision table as sets of values: what can be indexed and checked for gaps without evaluating anything.

A cell is *simple* when all its tests are constants: `"a", "b"`, `[1..5)`, `>= @"2024-01-01"`, `not(3)`, `true`. Each
test is then an interval of one kind of value. Everything else (names, `?`, calls, dates with times, whose equality and
order differ) is left to evaluation.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from taktloom.feel import syntax
from taktloom.feel.kinds import DaysTime, FeelDate, FeelValue, YearsMonths
from taktloom.feel.syntax import UnaryTests
from taktloom.feel.temporal_text import parse_temporal

__all__ = ["KEYS", "Interval", "Key", "SimpleCell", "simple_cell"]

Key: TypeAlias = Any  # numbers, texts and booleans as they are, the others as the number that orders them

# kinds whose equality and order agree, with what orders them
KEYS: dict[type, Callable[[Any], Key]] = {
    Decimal: lambda value: value,
    str: lambda value: value,
    bool: lambda value: value,
    FeelDate: lambda value: value.days,
    DaysTime: lambda value: value.nanos,
    YearsMonths: lambda value: value.months,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Values of one kind between two bounds; None is no bound."""

    kind: type
    low: FeelValue = None
    high: FeelValue = None
    low_included: bool = False
    high_included: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SimpleCell:
    """The union of intervals, or what is outside of it; no intervals and not negated: every value, null too."""

    intervals: tuple[Interval, ...]
    is_negated: bool = False

    @property
    def is_open(self) -> bool:
        """Whether the cell is `-`."""
        return not self.intervals

    def kinds(self) -> set[type]:
        """The kinds of values that the cell compares with."""
        return {interval.kind for interval in self.intervals}


def simple_cell(tests: UnaryTests) -> SimpleCell | None:
    """The cell as intervals; None where it has to be evaluated."""
    intervals: list[Interval] = []
    for test in tests.tests:
        found = _intervals(test)
        if found is None:
            return None
        intervals.extend(found)
    return SimpleCell(intervals=tuple(intervals), is_negated=tests.is_negated)


def _intervals(test: syntax.Expression) -> list[Interval] | None:
    if isinstance(test, syntax.UnaryComparison):
        return _compared(test)
    if isinstance(test, syntax.RangeLiteral):
        return _between(test)
    value = _constant(test)
    if value is None:
        return None
    return [Interval(kind=type(value), low=value, high=value, low_included=True, high_included=True)]


def _compared(test: syntax.UnaryComparison) -> list[Interval] | None:
    value = _constant(test.operand)
    if value is None:
        return None
    kind, included = type(value), test.operator in {"<=", ">=", "="}
    if test.operator == "=":
        return [Interval(kind=kind, low=value, high=value, low_included=True, high_included=True)]
    below = Interval(kind=kind, high=value, high_included=included)
    above = Interval(kind=kind, low=value, low_included=included)
    if test.operator == "!=":
        return [below, above]
    if kind is bool:
        return None  # booleans have no order
    return [below] if test.operator.startswith("<") else [above]


def _between(test: syntax.RangeLiteral) -> list[Interval] | None:
    low, high = _constant(test.low), _constant(test.high)
    if low is None or high is None or type(low) is not type(high) or isinstance(low, bool):
        return None
    if KEYS[type(low)](low) > KEYS[type(high)](high):
        return None
    return [
        Interval(kind=type(low), low=low, high=high, low_included=test.low_included, high_included=test.high_included)
    ]


def _constant(node: syntax.Expression) -> FeelValue:
    """The value of a literal whose kind has an order in line with equality; None for anything else."""
    value: FeelValue = None
    if isinstance(node, syntax.StringLiteral | syntax.NumberLiteral | syntax.BooleanLiteral):
        value = node.value
    elif isinstance(node, syntax.Negation) and isinstance(node.operand, syntax.NumberLiteral):
        value = -node.operand.value
    elif isinstance(node, syntax.AtLiteral):
        value = parse_temporal(node.text)
    return value if type(value) in KEYS else None
