# SPDX-License-Identifier: Apache-2.0
"""Gaps and overlaps of decision tables, each with inputs that show it.

The cells of a column cut its values into positions (see `table_index.py`); values at positions with the same rules
behave alike, so one of them stands for all. A gap is a choice of one such value for each column that no rule covers; it
is looked for depth first, and a set of rules that is still possible is looked at once a column. Two rules overlap when
every column has a value that both cover.

What is not seen: null inputs; cells that have to be evaluated (names, `?`, calls) are taken to cover everything when
gaps are looked for, and their rules are left out when overlaps are; a column that compares different kinds of values
is such a one as a whole. Numbers are taken to be dense: `<= 5` and `>= 6` leave 5.5 open. Tables above 500 rules are
not checked, and no more than ten findings of a sort are given.
Source: DMN 1.5, 8.2.10 (hit policies, completeness).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from taktloom.decisions.cell_intervals import Key, SimpleCell, simple_cell
from taktloom.decisions.table_index import bits_of, rules_by_position
from taktloom.feel.errors import FeelSyntaxError
from taktloom.feel.kinds import DECIMAL, DaysTime, FeelDate, FeelValue, YearsMonths, feel_text
from taktloom.feel.parser import parse_unary_tests
from taktloom.model.decision import DecisionTable, HitPolicy, InputClause
from taktloom.model.findings import Finding, Severity

__all__ = ["check_table"]

_MAX_RULES = 500
_MAX_FINDINGS = 10
_MAX_LOOKS = 50_000
_SINGLE = frozenset({HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.PRIORITY, HitPolicy.FIRST})


@dataclass(frozen=True, slots=True)
class _Class:
    """Values of a column that the same rules cover; *example* is None where the column says nothing of its values."""

    example: FeelValue
    rules: int


def check_table(table: DecisionTable) -> list[Finding]:
    """Warnings about inputs that no rule covers, and about rules that a unique or any policy does not let overlap."""
    if not 0 < len(table.rules) <= _MAX_RULES or not table.inputs:
        return []
    cells = [_column(table, number) for number in range(len(table.inputs))]
    columns = [_classes(column, clause) for column, clause in zip(cells, table.inputs, strict=True)]
    return [*_gaps(table, columns), *_overlaps(table, cells, columns)]


def _gaps(table: DecisionTable, columns: Sequence[Sequence[_Class]]) -> Iterator[Finding]:
    has_default = any(clause.default is not None and clause.default.text for clause in table.outputs)
    if table.hit_policy not in _SINGLE or has_default or not all(columns):
        return
    for found, _ in zip(_uncovered(columns, (1 << len(table.rules)) - 1), range(_MAX_FINDINGS), strict=False):
        example = _text(table, [*found, *(column[0].example for column in columns[len(found) :])])
        yield Finding(
            severity=Severity.WARNING,
            rule="table-gap",
            message=f"No rule covers {example}.",
            place=table.place,
            remedy="Add a rule, or a default output.",
            parameters={"example": example},
        )


def _uncovered(columns: Sequence[Sequence[_Class]], rules: int) -> Iterator[list[FeelValue]]:
    """Values for the first columns that no rule covers, whatever the others are."""
    seen: set[tuple[int, int]] = set()
    pending: list[tuple[list[FeelValue], int]] = [([], rules)]
    while pending and len(seen) < _MAX_LOOKS:
        chosen, left = pending.pop()
        for item in columns[len(chosen)]:
            still, values = left & item.rules, [*chosen, item.example]
            if (len(values), still) in seen:
                continue
            seen.add((len(values), still))
            if not still:
                yield values
            elif len(values) < len(columns):
                pending.append((values, still))


def _overlaps(
    table: DecisionTable, cells: Sequence[Sequence[SimpleCell | None]], columns: Sequence[Sequence[_Class]]
) -> Iterator[Finding]:
    if table.hit_policy not in {HitPolicy.UNIQUE, HitPolicy.ANY}:
        return
    left_out = sum(1 << number for number in range(len(table.rules)) if any(column[number] is None for column in cells))
    count = 0
    for number in range(len(table.rules)):
        if left_out >> number & 1:
            continue
        for other in bits_of(_overlapping(columns, number) & ~left_out >> number + 1 << number + 1):
            if table.hit_policy is HitPolicy.ANY and table.rules[number].outputs == table.rules[other].outputs:
                continue
            yield _overlap(table, columns, number, other)
            count += 1
            if count == _MAX_FINDINGS:
                return


def _overlapping(columns: Sequence[Sequence[_Class]], number: int) -> int:
    """The rules that have a value in common with this one in every column."""
    common = -1
    for column in columns:
        union = 0
        for item in column:
            if item.rules >> number & 1:
                union |= item.rules
        common &= union
    return common


def _overlap(table: DecisionTable, columns: Sequence[Sequence[_Class]], number: int, other: int) -> Finding:
    both = 1 << number | 1 << other
    example = _text(table, [next(item.example for item in column if item.rules & both == both) for column in columns])
    first, second, policy = str(number + 1), str(other + 1), table.hit_policy.value
    return Finding(
        severity=Severity.WARNING,
        rule="table-overlap",
        message=f"Rules {first} and {second} both match {example}, which the hit policy {policy} does not allow.",
        place=table.rules[other].place,
        remedy="Make their conditions exclude each other, or choose another hit policy.",
        parameters={"first": first, "second": second, "example": example, "policy": policy},
    )


def _text(table: DecisionTable, values: Sequence[FeelValue]) -> str:
    parts = [
        f"{clause.label or clause.expression.text} = {feel_text(value)}"
        for clause, value in zip(table.inputs, values, strict=True)
        if value is not None
    ]
    return ", ".join(parts) or "any input"


def _column(table: DecisionTable, number: int) -> list[SimpleCell | None]:
    """The cells of a column; all None where they compare different kinds of values."""
    cells = [_cell(rule.inputs[number] if number < len(rule.inputs) else "-") for rule in table.rules]
    kinds = {kind for cell in cells if cell is not None for kind in cell.kinds()}
    return cells if len(kinds) <= 1 else [None] * len(cells)


def _cell(text: str) -> SimpleCell | None:
    try:
        return simple_cell(parse_unary_tests(text or "-"))
    except FeelSyntaxError:
        return None


def _classes(cells: Sequence[SimpleCell | None], clause: InputClause) -> list[_Class]:
    """The values of a column that make a difference, each with the rules that cover it."""
    everything = (1 << len(cells)) - 1
    allowed = _cell(clause.values) if clause.values else None
    watched = [*cells, allowed if allowed is not None else SimpleCell(intervals=())]
    kinds = {kind for cell in watched if cell is not None for kind in cell.kinds()}
    if len(kinds) != 1:
        return [_Class(None, everything)]
    kind = kinds.pop()
    bounds, at = rules_by_position(kind, watched)
    found: dict[int, _Class] = {}
    for position, rules in enumerate(at):
        example = _example(kind, bounds, position)
        if example is not None and rules >> len(cells) & 1:
            found.setdefault(rules & everything, _Class(example, rules & everything))
    if kind is bool and len(bounds) == 1 and clause.values is None:
        found.setdefault(at[0] & everything, _Class(not bounds[0], at[0] & everything))
    return list(found.values())


def _example(kind: type, bounds: Sequence[Key], position: int) -> FeelValue:
    """A value at a position; None where there is no value between two bounds."""
    index, is_bound = divmod(position, 2)
    if is_bound:
        return _of_key(kind, bounds[index])
    low = bounds[index - 1] if index else None
    high = bounds[index] if index < len(bounds) else None
    if kind is bool:
        return None
    if kind is str:
        return _text_between(low, high)
    if kind is Decimal:
        return _number_between(low, high)
    if low is None:
        return _of_key(kind, (high or 0) - 1)
    return None if high is not None and low + 1 >= high else _of_key(kind, low + 1)


def _of_key(kind: type, key: Key) -> FeelValue:
    if kind is FeelDate:
        return FeelDate.of_days(key)
    if kind in {DaysTime, YearsMonths}:
        made: FeelValue = kind(key)
        return made
    value: FeelValue = key
    return value


def _number_between(low: Decimal | None, high: Decimal | None) -> Decimal:
    if low is None or high is None:
        return DECIMAL.add(low, Decimal(1)) if low is not None else DECIMAL.subtract(high or Decimal(0), Decimal(1))
    whole = DECIMAL.add(low.to_integral_value("ROUND_FLOOR"), Decimal(1))
    return whole if whole < high else DECIMAL.divide(DECIMAL.add(low, high), Decimal(2))


def _text_between(low: str | None, high: str | None) -> str | None:
    if low is None:
        return None if high == "" else ""
    return next((text for text in (f"{low} …", f"{low} ", f"{low}!") if high is None or text < high), None)
