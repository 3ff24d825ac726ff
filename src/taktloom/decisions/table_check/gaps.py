# SPDX-License-Identifier: Apache-2.0
"""Inputs that no rule covers."""

from collections.abc import Iterator

from taktloom.decisions.table_check.examined import Examined
from taktloom.decisions.table_check.results import TableFinding
from taktloom.decisions.table_check.search import uncovered
from taktloom.model.decision import DecisionTable, HitPolicy
from taktloom.model.findings import Finding, Severity

__all__ = ["gaps"]

_SINGLE = frozenset({HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.PRIORITY, HitPolicy.FIRST})


def gaps(examined: Examined) -> Iterator[TableFinding]:
    """Each gap with an input in it and the cells of a rule that would close it; none where there is a default."""
    table, columns = examined.table, examined.columns
    if any(clause.default is not None and clause.default.text for clause in table.outputs):
        return
    if not all(column.classes for column in columns):
        return
    for found in uncovered([column.classes for column in columns], (1 << len(table.rules)) - 1, examined.work):
        chosen = [*found, *(column.classes for column in columns[len(found) :])]
        values = [classes[0].example for classes in chosen]
        if examined.matching(values):
            continue
        yield TableFinding(
            finding=_finding(table, examined.text(values, len(found))),
            table_id=table.id,
            example=examined.example(values),
            new_rule=tuple(column.tests(classes) for column, classes in zip(columns, chosen, strict=True)),
        )


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
