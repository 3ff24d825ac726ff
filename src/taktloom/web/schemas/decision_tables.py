# SPDX-License-Identifier: Apache-2.0
"""Checks of decision tables; tables from spreadsheets and to them."""

from typing import Literal

from pydantic import Base64Bytes, Field

from taktloom.web.schemas.processes import XML_LIMIT
from taktloom.web.schemas.shared import FindingOut, In, Out, Wire

_SHEET_LIMIT = 7_200_000  # 5 MiB in base64

Role = Literal["input", "output", "annotation", "skip"]


class TableCheckIn(In):
    dmn_xml: str = Field(max_length=XML_LIMIT)


class ExampleValue(Out):
    """One column's part of an example. is_free: the table says nothing of the column there."""

    expression: str
    value: Wire
    text: str
    is_free: bool


class TableFinding(Out):
    """rules, column: numbers from 1, inputs before outputs. new_rule: input cells of a rule that closes the gap."""

    finding: FindingOut
    rules: list[int]
    column: int | None
    example: list[ExampleValue]
    new_rule: list[str]


class TableCheck(Out):
    """is_complete: every cell was read and nothing was cut short. unread_cells: those whose rules only run tells."""

    table_id: str | None
    name: str
    findings: list[TableFinding]
    rules: int
    cells: int
    unread_cells: int
    is_complete: bool


class DecisionCheck(Out):
    """findings: of the model as a whole; those of its tables stand with them."""

    findings: list[FindingOut]
    tables: list[TableCheck]


class ColumnChoice(In):
    role: Role | None = None
    type_ref: str | None = Field(default=None, max_length=100)


class SheetIn(In):
    """content: the file in base64. columns: what the user says of a column, by its letter or header."""

    file_name: str = Field(min_length=1, max_length=300)
    content: Base64Bytes = Field(max_length=_SHEET_LIMIT)
    sheet: str | None = Field(default=None, max_length=100)
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    encoding: str | None = Field(default=None, max_length=40)
    name: str | None = Field(default=None, max_length=200)
    hit_policy: str | None = Field(default=None, max_length=40)
    decimal_comma: bool = False
    columns: dict[str, ColumnChoice] = Field(default_factory=dict, max_length=400)


class SheetColumn(Out):
    letter: str
    header: str
    name: str
    role: Role
    type_ref: str | None
    how: str
    is_type_inferred: bool


class Interpretation(Out):
    """A cell that became something else than it says; how: a stable word such as `quoted` or `range`."""

    cell: str
    before: str
    after: str
    how: str


class SheetPreview(Out):
    """dmn_xml: the model, null while an error stands among the findings. rules: FEEL by column."""

    sheet: str
    sheets: list[str]
    name: str
    hit_policy: str
    columns: list[SheetColumn]
    rules: list[list[str]]
    interpretations: list[Interpretation]
    findings: list[FindingOut]
    dmn_xml: str | None


class TableExportIn(In):
    """decision_id: id or name; null where the model has one table only."""

    dmn_xml: str = Field(max_length=XML_LIMIT)
    decision_id: str | None = Field(default=None, max_length=300)
    format: Literal["csv", "xlsx"]
