# SPDX-License-Identifier: Apache-2.0
"""An input column as classes of values: values that the same rules cover behave alike, so one stands for all.

Numbers are taken to be dense: `<= 5` and `>= 6` leave 5.5 open, unless the allowed values say otherwise. Null counts
only where a cell of the column names it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from taktloom.decisions.cell_intervals import SimpleCell
from taktloom.decisions.literals import literal
from taktloom.decisions.table_check.candidates import Scale, make_scale
from taktloom.decisions.table_check.cells import SCALARS, Cell, Reach, read_cell
from taktloom.decisions.table_check.domains import Domain
from taktloom.decisions.table_index import bits_of, make_index
from taktloom.feel.errors import FeelBudgetError
from taktloom.feel.kinds import FeelValue
from taktloom.feel.scope import Scope

__all__ = ["Column", "Point", "ValueClass", "make_column"]


@dataclass(frozen=True, slots=True)
class Point:
    """A value that stands for its neighbours, and where it is on its scale; null has none."""

    value: FeelValue
    scale: Scale | None
    position: int


@dataclass(frozen=True, slots=True)
class ValueClass:
    """Values that the same rules (bits) cover; no points where nothing is said of the column."""

    points: tuple[Point, ...]
    rules: int

    @property
    def example(self) -> FeelValue:
        """One of the values."""
        return self.points[0].value if self.points else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Cells by rule and the classes of values; rules (bits) whose cell is exact or open."""

    cells: tuple[Cell, ...]
    domain: Domain
    points: tuple[Point, ...]
    classes: tuple[ValueClass, ...]
    exact: int
    open: int

    @property
    def is_free(self) -> bool:
        """Whether the table says nothing of the values."""
        return not self.points

    def tests(self, chosen: Sequence[ValueClass]) -> str:
        """Unary tests for the values of the *chosen* classes, for one value of them where cells are sampled."""
        members = [point for one in chosen for point in one.points]
        kept = [point for one in self.classes for point in one.points]
        if len(members) == len(kept):
            return "-"
        if any(cell.reach is Reach.SAMPLED for cell in self.cells):
            return literal(members[0].value)
        nulls = [literal(None) for point in members if point.scale is None]
        valued = [point for point in members if point.scale is not None]
        return ", ".join([*self._written(valued, kept), *nulls])

    def _written(self, members: Sequence[Point], kept: Sequence[Point]) -> list[str]:
        scales = {id(point.scale): point.scale for point in self.points if point.scale is not None}
        scale = next(iter(scales.values()), None)
        if not members or scale is None:
            return []
        is_whole = len(kept) == len(self.points)
        if len(scales) == 1 and (scale.is_ordered or is_whole):
            text = scale.tests(sorted(point.position for point in members))
            has_null = any(point.scale is None for point in self.points)
            if not (has_null and (text == "-" or text.startswith("not("))):
                return [text]
        return [literal(point.value) for point in members]


def make_column(texts: Sequence[str], domain: Domain, scope: Scope) -> Column:
    """Read the cells of a column and find its classes."""
    read = {text: read_cell(text, scope) for text in dict.fromkeys(texts)}
    cells = tuple(read[text] for text in texts)
    allowed = [read_cell(text, scope) for text in domain.tests]
    points = tuple(_points(domain, [*read.values(), *allowed]))
    return Column(
        cells=cells,
        domain=domain,
        points=points,
        classes=tuple(_classes(points, cells, allowed)),
        exact=_bits(cell.reach is Reach.EXACT for cell in cells),
        open=_bits(cell.reach is Reach.OPEN for cell in cells),
    )


def _bits(flags: Iterable[bool]) -> int:
    return sum(1 << index for index, flag in enumerate(flags) if flag)


def _points(domain: Domain, cells: Sequence[Cell]) -> list[Point]:
    by_kind: dict[type, list[FeelValue]] = {} if domain.kind is None else {domain.kind: []}
    for cell in sorted(cells, key=lambda cell: cell.reach is Reach.SAMPLED):
        for constant in cell.constants:
            kind = type(constant)
            is_welcome = domain.kind is None and cell.reach is Reach.EXACT
            if kind in SCALARS and (kind in by_kind or is_welcome):
                by_kind.setdefault(kind, []).append(constant)
    orders_texts = any(cell.orders_texts for cell in cells)
    points: list[Point] = []
    for kind, constants in by_kind.items():
        scale = make_scale(kind, constants, orders_texts=orders_texts)
        points += [Point(value, scale, index) for index, value in enumerate(scale.points) if value is not None]
    if points and any(constant is None for cell in cells for constant in cell.constants):
        points.append(Point(None, None, 0))
    return points


def _classes(points: Sequence[Point], cells: Sequence[Cell], allowed: Sequence[Cell]) -> Iterator[ValueClass]:
    if not points:
        yield ValueClass((), (1 << len(cells)) - 1)
        return
    found: dict[int, list[Point]] = {}
    coverage = _Coverage(cells)
    for point in points:
        if point.value is None or all(_holds(test, point.value) for test in allowed):
            found.setdefault(coverage.rules_at(point.value), []).append(point)
    for rules, members in found.items():
        yield ValueClass(tuple(members), rules)


class _Coverage:
    """Which rules hold for a value: by the table's own index where it knows the cells, else by evaluation."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        simple: list[SimpleCell | None] = [cell.simple for cell in cells]
        self._cells = cells
        self._index = make_index([simple], len(cells)).columns[0]
        self._unread = _bits(cell.simple is None for cell in cells)

    def rules_at(self, value: FeelValue) -> int:
        """The rules whose cell holds for *value*; open ones may, so they do."""
        look_up = self._index.lookups.get(type(value))
        if look_up is None:
            return self._evaluated(value, (1 << len(self._cells)) - 1)
        return look_up(value) & ~self._unread | self._evaluated(value, self._unread)

    def _evaluated(self, value: FeelValue, rules: int) -> int:
        found, answers = 0, dict[str, bool]()
        for number in bits_of(rules):
            cell = self._cells[number]
            if cell.text not in answers:
                answers[cell.text] = _holds(cell, value)
            found |= answers[cell.text] << number
        return found


def _holds(cell: Cell, value: FeelValue) -> bool:
    try:
        return cell.holds(value)
    except FeelBudgetError:
        return True
