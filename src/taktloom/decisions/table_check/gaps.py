# SPDX-License-Identifier: Apache-2.0
"""Inputs that no rule covers."""

from collections.abc import Iterator
from itertools import islice

from taktloom.decisions.table_check.examined import Examined
from taktloom.decisions.table_check.results import TableFinding
from taktloom.decisions.table_check.search import Classes, uncovered
from taktloom.model.decision import DecisionTable, HitPolicy
from taktloom.model.findings import Finding, Severity

__all__ = ["gaps"]

_MAX_REGIONS = 200  # that are found before neighbours are joined
_SINGLE = frozenset({HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.PRIORITY, HitPolicy.FIRST})


def gaps(examined: Examined) -> Iterator[TableFinding]:
    """Each gap with an input in it and the cells of a rule that would close it; none where there is a default."""
    table, columns = examined.table, examined.columns
    if any(clause.default is not None and clause.default.text for clause in table.outputs):
        return
    if not all(column.classes for column in columns):
        return
    everything = (1 << len(table.rules)) - 1
    found = islice(uncovered([column.classes for column in columns], everything, examined.work), _MAX_REGIONS)
    regions = [[*region, *(column.classes for column in columns[len(region) :])] for region in found]
    if len(regions) < _MAX_REGIONS:  # else some were not found, and the findings are cut short anyway
        regions = _joined(regions)
    for region in regions:
        values = [classes[0].example for classes in region]
        if examined.matching(values):
            continue
        new_rule = tuple(column.tests(classes) for column, classes in zip(columns, region, strict=True))
        said = max((number for number, text in enumerate(new_rule, 1) if text != "-"), default=0)
        yield TableFinding(
            finding=_finding(table, examined.text(values, said)),
            table_id=table.id,
            example=examined.example(values),
            new_rule=new_rule,
        )


def _joined(regions: list[list[Classes]]) -> list[list[Classes]]:
    """Regions that differ in one column only as one; the order of the first of them stays."""
    for column in reversed(range(len(regions[0]) if regions else 0)):
        kept: dict[tuple[frozenset[int], ...], list[Classes]] = {}
        for region in regions:
            key = tuple(
                frozenset() if index == column else frozenset(map(id, classes)) for index, classes in enumerate(region)
            )
            other = kept.setdefault(key, region)
            if other is not region:
                kept[key] = [*region[:column], [*other[column], *region[column]], *region[column + 1 :]]
        regions = list(kept.values())
    return regions


def _finding(table: DecisionTable, example: str) -> Finding:
    parameters = {"example": example}
    if table.hit_policy in _SINGLE:
        return Finding(
            severity=Severity.WARNING,
            rule="table-gap",
            message=f"No rule covers {example}.",
            place=table.place,
            remedy="Add a rule, or a default output.",
            parameters=parameters,
        )
    return Finding(
        severity=Severity.INFORMATION,
        rule="table-gap-in-list",
        message=f"No rule covers {example}; the table then gives an empty list.",
        place=table.place,
        remedy="Leave it so if that is meant, else add a rule.",
        parameters=parameters,
    )
