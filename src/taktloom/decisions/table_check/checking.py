# SPDX-License-Identifier: Apache-2.0
"""Everything that is checked of a decision table, in one walk, with counted work.

Not more than 1,000 rules and 100 input columns are checked, 200,000 classes of values looked at, and 20 findings of a
sort given; where one of these ends a check, a finding says so.
Source: DMN 1.5, 8.2.10 (hit policies, completeness).
"""

from collections.abc import Iterator
from itertools import islice

from taktloom.decisions.table_check.cells import Reach
from taktloom.decisions.table_check.domains import TableScope
from taktloom.decisions.table_check.examined import Examined
from taktloom.decisions.table_check.gaps import gaps
from taktloom.decisions.table_check.outputs import output_findings
from taktloom.decisions.table_check.overlaps import duplicates, overlaps
from taktloom.decisions.table_check.reach import dead_cells, shadowed_rules
from taktloom.decisions.table_check.results import TableCheck, TableFinding
from taktloom.model.decision import DecisionTable
from taktloom.model.findings import Finding, Severity

__all__ = ["MAX_COLUMNS", "MAX_FINDINGS", "MAX_LOOKS", "MAX_RULES", "check_table", "examine_table"]

MAX_RULES = 1_000
MAX_COLUMNS = 100
MAX_LOOKS = 200_000
MAX_FINDINGS = 20
_NOTHING = TableScope()
_NAMED_CELLS = 10


def check_table(table: DecisionTable, known: TableScope = _NOTHING, *, type_ref: str | None = None) -> list[Finding]:
    """The findings of *table* without their examples' values; see `examine_table`."""
    return [one.finding for one in examine_table(table, known, type_ref=type_ref).findings]


def examine_table(
    table: DecisionTable, known: TableScope = _NOTHING, *, name: str = "", type_ref: str | None = None
) -> TableCheck:
    """Check *table*. type_ref: the type of what it decides; name: of the decision, for whoever shows the result."""
    findings = list(output_findings(table, known, type_ref))
    if len(table.rules) > MAX_RULES or len(table.inputs) > MAX_COLUMNS:
        findings.append(_too_large(table))
    elif table.rules and table.inputs:
        examined = Examined(table, known, MAX_LOOKS)
        findings += _input_findings(examined)
        unread = list(_unread(examined))
        findings += _notes(examined, unread)
        return TableCheck(
            table_id=table.id,
            name=name,
            findings=tuple(findings),
            rules=len(table.rules),
            cells=len(table.rules) * len(table.inputs),
            unread_cells=len(unread),
            is_complete=not unread
            and not examined.work.is_spent
            and all(one.finding.rule != "table-findings-cut" for one in findings),
        )
    return TableCheck(table_id=table.id, name=name, findings=tuple(findings), rules=len(table.rules))


def _input_findings(examined: Examined) -> list[TableFinding]:
    findings: list[TableFinding] = []
    for sort in (dead_cells, duplicates, overlaps, gaps, shadowed_rules):
        found = list(islice(sort(examined), MAX_FINDINGS + 1))
        findings += found[:MAX_FINDINGS]
        if len(found) > MAX_FINDINGS:
            findings.append(_cut(examined.table, found[0].finding.rule))
    return findings


def _notes(examined: Examined, unread: list[str]) -> Iterator[TableFinding]:
    table = examined.table
    if unread:
        cells = ", ".join(unread[:_NAMED_CELLS]) + (" …" if len(unread) > _NAMED_CELLS else "")
        yield _note(
            table,
            "table-cells-not-read",
            f"The check cannot know when these cells hold: {cells}.",
            "Look at their rules yourself, or test them with examples.",
            {"cells": cells},
        )
    if examined.work.is_spent:
        yield _note(
            table,
            "table-check-ended",
            f"The check ended after {MAX_LOOKS} looks; there may be more gaps and rules that are never reached.",
            "Split the table.",
            {"looks": str(MAX_LOOKS)},
        )


def _unread(examined: Examined) -> Iterator[str]:
    """`rule/column` of the cells that are not exact; what is not FEEL is told elsewhere."""
    for row in range(len(examined.table.rules)):
        for number, column in enumerate(examined.columns, 1):
            if column.cells[row].reach is not Reach.EXACT and not column.cells[row].is_broken:
                yield f"{row + 1}/{number}"


def _too_large(table: DecisionTable) -> TableFinding:
    return _note(
        table,
        "table-too-large-to-check",
        f"Tables of more than {MAX_RULES} rules or {MAX_COLUMNS} input columns are not checked for gaps and overlaps.",
        "Split the table.",
        {"rules": str(MAX_RULES), "columns": str(MAX_COLUMNS)},
    )


def _cut(table: DecisionTable, rule: str) -> TableFinding:
    return _note(
        table,
        "table-findings-cut",
        f"There are more than {MAX_FINDINGS} findings of the sort {rule!r}; the first are shown.",
        "Mend these first, then check again.",
        {"limit": str(MAX_FINDINGS), "sort": rule},
    )


def _note(table: DecisionTable, rule: str, message: str, remedy: str, parameters: dict[str, str]) -> TableFinding:
    finding = Finding(
        severity=Severity.INFORMATION,
        rule=rule,
        message=message,
        place=table.place,
        remedy=remedy,
        parameters=parameters,
    )
    return TableFinding(finding=finding, table_id=table.id)
