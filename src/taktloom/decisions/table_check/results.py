# SPDX-License-Identifier: Apache-2.0
"""What the check of a table gives: findings with their rules and an example, and what was looked at."""

from dataclasses import dataclass

from taktloom.feel.kinds import FeelValue
from taktloom.model.findings import Finding

__all__ = ["ExampleValue", "TableCheck", "TableFinding"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleValue:
    """A value of one input column. is_free: the table says nothing of the column there; *value* is then null."""

    expression: str
    value: FeelValue = None
    is_free: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFinding:
    """A finding about a table.

    rules: numbers of the rules involved, from 1. column: number of the input or output column, from 1, inputs first.
    example: one value for each input column, empty where none is needed. new_rule: the input cells of a rule that
    would cover just this gap.
    """

    finding: Finding
    table_id: str | None = None
    rules: tuple[int, ...] = ()
    column: int | None = None
    example: tuple[ExampleValue, ...] = ()
    new_rule: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCheck:
    """All findings of one table. rules, cells: how many were looked at; unread_cells: those that could not be."""

    table_id: str | None
    name: str
    findings: tuple[TableFinding, ...]
    rules: int = 0
    cells: int = 0
    unread_cells: int = 0
    is_complete: bool = False
