# SPDX-License-Identifier: Apache-2.0
"""What is asked of the import of a sheet, and what it understood."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from taktloom.model.decision import DecisionRequirementsGraph, HitPolicy
from taktloom.model.findings import Finding

__all__ = ["ColumnChoice", "ColumnRole", "Interpretation", "SheetColumn", "SheetOptions", "SheetTable"]


class ColumnRole(StrEnum):
    """What a column of the sheet is in the table."""

    INPUT = "input"
    OUTPUT = "output"
    ANNOTATION = "annotation"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnChoice:
    """What the user says of a column; None: as recognised. type_ref: a built-in type."""

    role: ColumnRole | None = None
    type_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetOptions:
    """choices: by header text or by letter (`B`). decimal_comma: `1,5` is a number and `;` separates values."""

    name: str | None = None
    hit_policy: str | None = None
    choices: Mapping[str, ColumnChoice] = field(default_factory=dict)
    decimal_comma: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetColumn:
    """A column as it was understood.

    header: as in the sheet; label: without its prefix; name: as in the model, the expression of an input. how: where
    the role is from (`chosen`, `prefix`, `role-row`, `guessed`).
    """

    letter: str
    header: str
    name: str
    role: ColumnRole
    type_ref: str | None
    how: str
    label: str = ""
    is_type_inferred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpretation:
    """A cell that became something else than it says: *how* is a stable word (`quoted`, `range` …)."""

    cell: str
    before: str
    after: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetTable:
    """What was understood. graph: None where an error stands in the findings."""

    sheet: str
    sheets: tuple[str, ...]
    name: str
    hit_policy: HitPolicy
    columns: tuple[SheetColumn, ...]
    rules: tuple[tuple[str, ...], ...]
    interpretations: tuple[Interpretation, ...]
    findings: tuple[Finding, ...]
    graph: DecisionRequirementsGraph | None
