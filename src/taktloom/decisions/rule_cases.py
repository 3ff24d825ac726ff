# SPDX-License-Identifier: Apache-2.0
"""A test case for each rule of a decision table, from the cells where a concrete value can be found.

The values of a cell are tried (bounds, a value inside, the allowed values outside a negation) until the rule is the one
that answers: the first match, or the only one. A rule that no combination reaches (another one hides it) gets the first
combination, and its case then fails, which is what the author wants to know. Input columns that are not the name of an
input data, and cells that have to be evaluated, stay empty.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from taktloom.decisions.cell_intervals import Interval, SimpleCell, simple_cell
from taktloom.decisions.decision_model import DecisionModel
from taktloom.decisions.hit_policy import LISTING_POLICIES
from taktloom.decisions.interface import DecisionField, describe_decision, table_of
from taktloom.decisions.literals import literal
from taktloom.feel.errors import Budget, FeelSyntaxError
from taktloom.feel.kinds import DECIMAL, DaysTime, FeelDate, FeelValue, YearsMonths
from taktloom.feel.parser import parse_unary_tests
from taktloom.model.decision import DecisionDefinition, DecisionTable, DecisionTestCase, HitPolicy, Rule
from taktloom.model.errors import TaktloomError

__all__ = ["cases_of_rules"]

_MAX_TRIES = 60
_MAX_CASES = 1_000
_MAX_VALUES = 6
_TRY = Budget(steps=100_000)
_OUTSIDE = "…"


@dataclass(frozen=True, slots=True)
class _Column:
    """An input column that is the name of an input: where it stands, and what the input may be."""

    index: int
    field: DecisionField


def cases_of_rules(model: DecisionModel, decision: DecisionDefinition) -> tuple[DecisionTestCase, ...]:
    """One case for each rule, in order, at most 1,000; none for a decision that is no table."""
    table = table_of(decision)
    if table is None:
        return ()
    fields = {field.name: field for field in describe_decision(model.graph, decision).inputs}
    columns = [
        _Column(index, fields[name])
        for index, clause in enumerate(table.inputs)
        if (name := clause.expression.text.strip()) in fields
    ]
    return tuple(
        _case(model, decision, table, columns, number) for number in range(1, min(len(table.rules), _MAX_CASES) + 1)
    )


def _case(
    model: DecisionModel, decision: DecisionDefinition, table: DecisionTable, columns: Sequence[_Column], number: int
) -> DecisionTestCase:
    rule = table.rules[number - 1]
    inputs = _reaching(model, decision.id, table, _combinations(rule, columns), number)
    return DecisionTestCase(
        id=f"rule_{number}",
        name="",
        inputs={name: literal(value) for name, value in inputs.items()},
        expected=_expected(table, rule),
    )


def _expected(table: DecisionTable, rule: Rule) -> dict[str, str]:
    """The rule's own outputs, where one rule is the whole answer."""
    if table.hit_policy in LISTING_POLICIES:
        return {}
    names = [""] if len(table.outputs) == 1 else [clause.name or "" for clause in table.outputs]
    return {name: text for name, text in zip(names, rule.outputs, strict=False) if text}


def _combinations(rule: Rule, columns: Sequence[_Column]) -> Iterator[dict[str, FeelValue]]:
    choices: list[list[tuple[str, FeelValue]]] = []
    for column in columns:
        text = rule.inputs[column.index] if column.index < len(rule.inputs) else ""
        values = list(itertools.islice(_values(text, column.field), _MAX_VALUES))
        if values:
            choices.append([(column.field.name, value) for value in values])
    yield from map(dict, itertools.islice(itertools.product(*choices), _MAX_TRIES))


def _reaching(
    model: DecisionModel,
    decision_id: str,
    table: DecisionTable,
    combinations: Iterator[dict[str, FeelValue]],
    number: int,
) -> Mapping[str, FeelValue]:
    """The first combination that the rule answers, else the first of all."""
    first: Mapping[str, FeelValue] | None = None
    for inputs in combinations:
        first = inputs if first is None else first
        if _is_answered(model, decision_id, table, inputs, number):
            return inputs
    return first or {}


def _is_answered(
    model: DecisionModel, decision_id: str, table: DecisionTable, inputs: Mapping[str, FeelValue], number: int
) -> bool:
    try:
        trace = model.evaluate(decision_id, inputs, budget=_TRY).trace
    except TaktloomError:
        return False
    rules = model.own_rules(trace[-1]) or () if trace else ()
    if table.hit_policy is HitPolicy.UNIQUE:
        return rules == (number,)
    return number in (rules[:1] if table.hit_policy is HitPolicy.FIRST else rules)


def _values(text: str, field: DecisionField) -> Iterator[FeelValue]:
    """Values that the cell accepts, the plainest first; nothing for `-` and for cells that have to be evaluated."""
    try:
        cell = simple_cell(parse_unary_tests(text or "-"))
    except FeelSyntaxError:
        return
    if cell is None or cell.is_open:
        return
    if cell.is_negated:
        yield from _outside(cell, field)
        return
    for interval in cell.intervals:
        yield from _inside(interval)


def _outside(cell: SimpleCell, field: DecisionField) -> Iterator[FeelValue]:
    """Allowed values that are none of the cell's; a text, number or day that differs where all are allowed."""
    refused = [literal(value) for interval in cell.intervals for value in (interval.low, interval.high)]
    for choice in field.choices:
        if choice not in refused:
            parsed = simple_cell(parse_unary_tests(choice))
            yield from (interval.low for interval in (parsed.intervals if parsed is not None else ()))
    if field.choices:
        return
    for interval in cell.intervals:
        if interval.kind is str:
            yield f"{interval.low}{_OUTSIDE}"
        elif interval.kind is bool:
            yield not interval.low
        else:
            yield from (_moved(interval.high, 1), _moved(interval.low, -1))


def _inside(interval: Interval) -> Iterator[FeelValue]:
    low, high = interval.low, interval.high
    if low is not None and interval.low_included:
        yield low
    if low is not None and low != high:
        yield from _between(low, high)
    if high is not None and high != low:
        if interval.high_included:
            yield high
        yield from _below(low, high)


def _between(low: FeelValue, high: FeelValue) -> Iterator[FeelValue]:
    above = _moved(low, 1)
    if above is not None and (high is None or _is_less(above, high)):
        yield above
    if isinstance(low, Decimal) and isinstance(high, Decimal):
        yield DECIMAL.divide(DECIMAL.add(low, high), Decimal(2))
    if isinstance(low, str) and high is None:
        yield f"{low}{_OUTSIDE}"


def _below(low: FeelValue, high: FeelValue) -> Iterator[FeelValue]:
    below = _moved(high, -1)
    if below is not None and (low is None or _is_less(low, below)):
        yield below
    if isinstance(high, str) and low is None and high:
        yield ""


def _is_less(low: FeelValue, high: FeelValue) -> bool:
    if isinstance(low, Decimal) and isinstance(high, Decimal):
        return low < high
    if isinstance(low, FeelDate) and isinstance(high, FeelDate):
        return low.days < high.days
    if isinstance(low, DaysTime) and isinstance(high, DaysTime):
        return low.nanos < high.nanos
    return isinstance(low, YearsMonths) and isinstance(high, YearsMonths) and low.months < high.months


def _moved(value: FeelValue, by: int) -> FeelValue:
    """The value one unit further: one, a day, an hour, a month; None for what has no unit."""
    if isinstance(value, Decimal):
        return DECIMAL.add(value, Decimal(by))
    if isinstance(value, FeelDate):
        return FeelDate.of_days(value.days + by)
    if isinstance(value, DaysTime):
        return DaysTime(value.nanos + by * 3_600_000_000_000)
    return YearsMonths(value.months + by) if isinstance(value, YearsMonths) else None
