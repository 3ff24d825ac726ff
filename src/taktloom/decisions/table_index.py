# SPDX-License-Identifier: Apache-2.0
"""Which rules of a decision table may match, found without trying each: one look-up a column, joined with `&`.

Each column has, for every kind of value in its simple cells, the sorted bounds of their intervals. The bounds cut the
values into positions: each bound is one, and so is each gap between two. A position holds the set of rules whose cell
holds there, as the bits of one integer. A value is looked up by hash where only single values are compared, else by
bisection. Cells that are not simple, and values of a kind the column does not know, are left to evaluation.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from taktloom.decisions.cell_intervals import KEYS, Interval, Key, SimpleCell
from taktloom.feel.kinds import FeelValue

__all__ = ["Column", "TableIndex", "bits_of", "list_of", "make_index", "rules_by_position"]

Lookup = Callable[[FeelValue], int]


@dataclass(frozen=True, slots=True)
class Column:
    """Look-ups by class of the value; *open_rules* have a cell that has to be evaluated, for every value."""

    lookups: dict[type, Lookup]
    open_rules: int


@dataclass(frozen=True, slots=True)
class TableIndex:
    """The columns of a table and the set of all its rules."""

    columns: tuple[Column, ...]
    all_rules: int

    def candidates(self, values: Sequence[FeelValue]) -> tuple[int, list[tuple[int, int]]]:
        """Rules that may match, and for each column the rules among them whose cell is still to be evaluated.

        Both sets are bits; columns with nothing to evaluate are left out.
        """
        candidates = self.all_rules
        pending: list[tuple[int, int]] = []
        number = 0
        for column, value in zip(self.columns, values, strict=True):
            lookup = column.lookups.get(type(value))
            if lookup is None:
                pending.append((number, self.all_rules))
            else:
                candidates &= lookup(value)
                if not candidates:
                    return 0, []
                if column.open_rules:
                    pending.append((number, column.open_rules))
            number += 1  # noqa: SIM113  (enumerate makes a tuple more for each column)
        return candidates, pending


def make_index(columns: Iterable[Sequence[SimpleCell | None]], rules: int) -> TableIndex:
    """Index of a table given by columns; None stands for a cell that has to be evaluated."""
    return TableIndex(tuple(_column(cells) for cells in columns), (1 << rules) - 1)


def bits_of(rules: int) -> Iterator[int]:
    """The indexes in a set of rules, ascending."""
    while rules:
        lowest = rules & -rules
        yield lowest.bit_length() - 1
        rules ^= lowest


def list_of(rules: int) -> list[int]:
    """The indexes in a set of rules, ascending, as a list; quick where there is one or none."""
    if not rules & (rules - 1):
        return [rules.bit_length() - 1] if rules else []
    return list(bits_of(rules))


def _column(cells: Sequence[SimpleCell | None]) -> Column:
    open_rules = sum(1 << number for number, cell in enumerate(cells) if cell is None)
    anyway = open_rules | sum(1 << number for number, cell in enumerate(cells) if cell is not None and cell.is_open)
    kinds = {kind for cell in cells if cell is not None for kind in cell.kinds()}
    if not kinds and anyway == (1 << len(cells)) - 1 and not open_rules:
        return Column({kind: _constant_lookup(anyway) for kind in (*KEYS, type(None), list, dict)}, 0)
    return Column({kind: _lookup(kind, cells) for kind in kinds}, open_rules)


def _constant_lookup(rules: int) -> Lookup:
    return lambda value: rules


def rules_by_position(kind: type, cells: Sequence[SimpleCell | None]) -> tuple[list[Key], list[int]]:
    """The bounds of one kind, ascending, and the rules at each position: gap, bound, gap, … bound, gap.

    Cells that have to be evaluated count as holding everywhere.
    """
    anyway = sum(1 << number for number, cell in enumerate(cells) if cell is None or cell.is_open)
    key_of = KEYS[kind]
    bounds = sorted({key_of(bound) for cell in cells for bound in _bounds(cell, kind)})
    return bounds, _rules_at(bounds, kind, cells, anyway)


def _lookup(kind: type, cells: Sequence[SimpleCell | None]) -> Lookup:
    bounds, at = rules_by_position(kind, cells)
    gaps = set(at[0::2])
    if len(gaps) == 1:  # only single values matter
        return _hash_lookup(dict(zip(bounds, at[1::2], strict=True)), at[0], kind)
    return _bisect_lookup(bounds, at, kind)


def _hash_lookup(rules: dict[Key, int], otherwise: int, kind: type) -> Lookup:
    if kind in {str, bool, Decimal}:
        return lambda value: rules.get(value, otherwise)
    key_of = KEYS[kind]
    return lambda value: rules.get(key_of(value), otherwise)


def _bisect_lookup(bounds: list[Key], at: list[int], kind: type) -> Lookup:
    key_of, count = KEYS[kind], len(bounds)
    if kind in {str, bool, Decimal}:

        def look_up_itself(value: Any) -> int:
            index = bisect_left(bounds, value)
            return at[2 * index + (index < count and bounds[index] == value)]

        return look_up_itself

    def look_up(value: FeelValue) -> int:
        key = key_of(value)
        index = bisect_left(bounds, key)
        return at[2 * index + (index < count and bounds[index] == key)]

    return look_up


def _bounds(cell: SimpleCell | None, kind: type) -> Iterator[FeelValue]:
    for interval in cell.intervals if cell is not None else ():
        if interval.kind is kind:
            yield from (bound for bound in (interval.low, interval.high) if bound is not None)


def _rules_at(bounds: list[Key], kind: type, cells: Sequence[SimpleCell | None], anyway: int) -> list[int]:
    """The rules at each position: gap, bound, gap, … bound, gap."""
    places = {bound: 2 * index + 1 for index, bound in enumerate(bounds)}
    end = 2 * len(bounds) + 1
    changes = [0] * (end + 1)
    for number, cell in enumerate(cells):
        if cell is None or cell.is_open:
            continue
        for first, last in _runs(cell, kind, places, end):
            changes[first] ^= 1 << number
            changes[last] ^= 1 << number
    at, current = [], anyway
    for change in changes[:end]:
        current ^= change
        at.append(current)
    return at


def _runs(cell: SimpleCell, kind: type, places: dict[Key, int], end: int) -> list[tuple[int, int]]:
    """Disjoint half-open runs of positions where the cell holds for values of *kind*."""
    runs: list[tuple[int, int]] = []
    for first, last in sorted(_run(item, places, end) for item in cell.intervals if item.kind is kind):
        if runs and first <= runs[-1][1]:
            runs[-1] = (runs[-1][0], max(last, runs[-1][1]))
        elif first < last:
            runs.append((first, last))
    if not cell.is_negated:
        return runs
    if cell.kinds() != {kind}:
        return []  # a test of another kind is null, and `not` of it too
    edges = [0, *(edge for run in runs for edge in run), end]
    return [(first, last) for first, last in zip(edges[0::2], edges[1::2], strict=True) if first < last]


def _run(interval: Interval, places: dict[Key, int], end: int) -> tuple[int, int]:
    key_of = KEYS[interval.kind]
    first = 0 if interval.low is None else places[key_of(interval.low)] + (not interval.low_included)
    last = end if interval.high is None else places[key_of(interval.high)] + interval.high_included
    return first, max(first, last)
