# SPDX-License-Identifier: Apache-2.0
"""Looking for inputs that none of some rules covers: depth first over the columns, each branch once.

A branch is a set of rules that is still possible after some columns; where nothing was found below it, it is not looked
at again. The work is counted: a look is one class of values of one column.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from taktloom.decisions.table_check.columns import ValueClass

__all__ = ["Classes", "Work", "uncovered"]

Classes = Sequence[ValueClass]


@dataclass(slots=True)
class Work:
    """Looks that are left."""

    left: int

    def spend(self) -> bool:
        """Take one look; False when there is none left."""
        self.left -= 1
        return self.left >= 0

    @property
    def is_spent(self) -> bool:
        """Whether something was not looked at."""
        return self.left < 0


def uncovered(columns: Sequence[Classes], rules: int, work: Work) -> Iterator[list[Classes]]:
    """Classes for the first columns that none of *rules* covers, whatever the other columns are.

    Every uncovered input lies in one of the answers, unless the work is spent.
    """
    yield from _search(columns, 0, rules, set(), work)


def _search(
    columns: Sequence[Classes], depth: int, rules: int, covered: set[tuple[int, int]], work: Work
) -> Iterator[list[Classes]]:
    if not rules:
        yield []
        return
    if depth == len(columns) or (depth, rules) in covered:
        return
    is_found = False
    for still, members in _grouped(columns[depth], rules).items():
        if not work.spend():
            return
        for rest in _search(columns, depth + 1, still, covered, work):
            is_found = True
            yield [members, *rest]
    if not is_found and not work.is_spent:
        covered.add((depth, rules))


def _grouped(classes: Classes, rules: int) -> dict[int, list[ValueClass]]:
    groups: dict[int, list[ValueClass]] = {}
    for one in classes:
        groups.setdefault(rules & one.rules, []).append(one)
    return groups
