# SPDX-License-Identifier: Apache-2.0
"""Rules that never give the answer: a cell that holds for no value, or other rules that always come first.

A rule is called shadowed only when the rules before it cover everything it may match. Of those before it only rules
whose cells are exact count; the rule's own cells are taken to hold wherever that is not known.
"""

from collections.abc import Iterator, Sequence

from taktloom.decisions.table_check.cells import Cell, Reach
from taktloom.decisions.table_check.columns import Column
from taktloom.decisions.table_check.examined import Examined
from taktloom.decisions.table_check.outputs import ranks
from taktloom.decisions.table_check.results import TableFinding
from taktloom.decisions.table_check.search import uncovered
from taktloom.decisions.table_index import bits_of
from taktloom.model.decision import HitPolicy
from taktloom.model.findings import Finding, Severity

__all__ = ["dead_cells", "shadowed_rules"]

_NAMED_RULES = 10


def dead_cells(examined: Examined) -> Iterator[TableFinding]:
    """Cells that hold for no value of their column."""
    for number, column in enumerate(examined.columns):
        if not column.classes:
            continue
        reached = 0
        for one in column.classes:
            reached |= one.rules
        for row in bits_of(column.exact & ~reached):
            yield _dead_cell(examined, row, number)


def _dead_cell(examined: Examined, row: int, number: int) -> TableFinding:
    column, clause = examined.columns[number], examined.table.inputs[number]
    cell, label = column.cells[row], examined.label(clause)
    place = examined.table.rules[row].place
    rule, text = str(row + 1), cell.text
    if _is_of_other_kind(cell, column):
        finding = Finding(
            severity=Severity.WARNING,
            rule="cell-of-wrong-type",
            message=f"Rule {rule} compares {label!r} with {text!r}, which is of another type; it never matches.",
            place=place,
            remedy="Write a value of the column's type.",
            parameters={"rule": rule, "column": label, "cell": text},
        )
    else:
        finding = Finding(
            severity=Severity.WARNING,
            rule="rule-never-matches",
            message=f"No value of {label!r} matches the cell {text!r}, so rule {rule} never matches.",
            place=place,
            remedy="Mend the cell or the allowed values, or delete the rule.",
            parameters={"rule": rule, "column": label, "cell": text},
        )
    return TableFinding(finding=finding, table_id=examined.table.id, rules=(row + 1,), column=number + 1)


def _is_of_other_kind(cell: Cell, column: Column) -> bool:
    kinds = {type(constant) for constant in cell.constants if constant is not None}
    return column.domain.kind is not None and bool(kinds) and column.domain.kind not in kinds


def shadowed_rules(examined: Examined) -> Iterator[TableFinding]:
    """Rules of a FIRST or PRIORITY table that other rules always answer for."""
    for row, before in _before(examined):
        if not before or _is_reachable(examined, row, before):
            continue
        finding = Finding(
            severity=Severity.WARNING,
            rule="rule-shadowed",
            message=f"Rule {row + 1} never gives the answer: the rules {_named(before)} cover all it matches.",
            place=examined.table.rules[row].place,
            remedy="Delete it, or move it before them.",
            parameters={"rule": str(row + 1), "others": _named(before)},
        )
        rules = (row + 1, *(number + 1 for number in bits_of(before)))
        yield TableFinding(finding=finding, table_id=examined.table.id, rules=rules)


def _named(rules: int) -> str:
    numbers = [str(number + 1) for number in bits_of(rules)]
    return ", ".join(numbers[:_NAMED_RULES]) + (" …" if len(numbers) > _NAMED_RULES else "")


def _before(examined: Examined) -> Iterator[tuple[int, int]]:
    """Each rule with the exact rules that are preferred to it and have something in common with it."""
    order = _order(examined)
    if order is None:
        return
    for place, row in enumerate(order):
        better = sum(1 << other for other in order[:place])
        yield row, better & examined.exact & _meeting(examined, row)


def _order(examined: Examined) -> Sequence[int] | None:
    """The rules by preference; None where none is preferred or that is not known."""
    table = examined.table
    if table.hit_policy is HitPolicy.FIRST:
        return range(len(table.rules))
    if table.hit_policy is not HitPolicy.PRIORITY:
        return None
    found = ranks(table, examined.known)
    return None if found is None else sorted(range(len(table.rules)), key=lambda row: (found[row], row))


def _meeting(examined: Examined, row: int) -> int:
    common = -1
    for column in examined.columns:
        union = 0
        for one in column.classes:
            if one.rules >> row & 1 or column.cells[row].reach is not Reach.EXACT:
                union |= one.rules
        common &= union
    return common


def _is_reachable(examined: Examined, row: int, before: int) -> bool:
    columns = [
        [one for one in column.classes if one.rules >> row & 1 or column.cells[row].reach is not Reach.EXACT]
        for column in examined.columns
    ]
    if not all(columns):
        return True  # a dead cell, told elsewhere
    return next(uncovered(columns, before, examined.work), None) is not None or examined.work.is_spent
