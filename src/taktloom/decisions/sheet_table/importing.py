# SPDX-License-Identifier: Apache-2.0
"""A sheet to a decision model with one table; nothing is changed without being listed.

A cell that is not understood is an error with its place; then there is no model. Every cell that became something else
than it says is an interpretation.
"""

from dataclasses import dataclass, field

from taktloom.decisions.sheet_table.cell_reading import CellReader, Reading, infer_type
from taktloom.decisions.sheet_table.layout import (
    HeaderRow,
    Layout,
    PlacedColumn,
    find_layout,
    hit_policy_of,
    letter_of,
    type_of_word,
)
from taktloom.decisions.sheet_table.modelling import TableParts, graph_of
from taktloom.decisions.sheet_table.names import feel_name, is_feel_name
from taktloom.decisions.sheet_table.results import (
    ColumnRole,
    Interpretation,
    SheetColumn,
    SheetOptions,
    SheetTable,
)
from taktloom.feel.scope import Scope
from taktloom.formats.sheets import CellKind, Sheet, SheetCell, cell_name
from taktloom.model.decision import Aggregation, HitPolicy
from taktloom.model.findings import Finding, Severity
from taktloom.model.places import Place

__all__ = ["read_sheet_table"]

_SHOWN = 100  # findings and interpretations beyond are counted, not listed one by one


def read_sheet_table(sheet: Sheet, options: SheetOptions, *, source: str = "") -> SheetTable:
    """Understand *sheet* as a decision table. The findings tell what is not understood; errors leave no model."""
    return _Import(sheet, options, source).result()


@dataclass(slots=True)
class _Column:
    placed: PlacedColumn
    name: str
    type_ref: str
    is_inferred: bool
    reader: CellReader
    cells: list[str] = field(default_factory=list)
    values: str | None = None
    default: str | None = None


class _Import:
    def __init__(self, sheet: Sheet, options: SheetOptions, source: str) -> None:
        self.sheet, self.options, self.source = sheet, options, source
        self.findings: list[Finding] = []
        self.interpretations: list[Interpretation] = []
        self.more = 0

    def result(self) -> SheetTable:
        """Everything, in the order in which a person would look at it."""
        layout = find_layout(self.sheet, self.options)
        if layout is None:
            self._error("sheet-without-table", "The sheet is empty.", "Name the columns in the first row.", {})
            return self._made(HitPolicy.UNIQUE, [], [], None)
        policy, aggregation = self._policy(layout)
        rows = [row for row in range(layout.first_rule, len(self.sheet.rows)) if self._has_content(row, layout)]
        columns = self._columns(layout, rows)
        self._check_columns(layout, columns, rows)
        for column in columns:
            self._read_header_texts(column, layout)
            for row in rows:
                column.cells.append(self._read(column, row))
        parts = self._parts(columns, rows, (policy, aggregation))
        return self._made(policy, columns, rows, parts)

    def _made(self, policy: HitPolicy, columns: list[_Column], rows: list[int], parts: TableParts | None) -> SheetTable:
        if self.more:
            message = f"{self.more} more cells are not understood."
            self._error(
                "sheet-cells-cut", message, "Mend the first ones, then import again.", {"count": str(self.more)}
            )
        failed = any(finding.severity is Severity.ERROR for finding in self.findings)
        return SheetTable(
            sheet=self.sheet.name,
            sheets=self.sheet.names or (self.sheet.name,),
            name=self._name(),
            hit_policy=policy,
            columns=tuple(_shown(column) for column in columns),
            rules=tuple(tuple(column.cells[number] for column in columns) for number in range(len(rows))),
            interpretations=tuple(self.interpretations),
            findings=tuple(self.findings),
            graph=None if failed or parts is None else graph_of(self._name(), parts),
        )

    def _name(self) -> str:
        stem = self.source.replace("\\", "/").rpartition("/")[2].rpartition(".")[0]
        is_default = self.sheet.name.lower().startswith(("sheet", "tabelle", "table", "工作表"))
        return " ".join((self.options.name or (stem if stem and is_default else self.sheet.name) or "table").split())

    def _policy(self, layout: Layout) -> tuple[HitPolicy, Aggregation | None]:
        if self.options.hit_policy is None:
            return layout.policy or (HitPolicy.UNIQUE, None)
        found = hit_policy_of(self.options.hit_policy)
        if found is None:
            text = self.options.hit_policy
            message = f"{text!r} is no hit policy."
            self._error(
                "sheet-hit-policy-unknown", message, "Use one of U, A, P, F, R, O, C, C+, C<, C>, C#.", {"text": text}
            )
        return found or (HitPolicy.UNIQUE, None)

    def _has_content(self, row: int, layout: Layout) -> bool:
        return any(
            self.sheet.cell(row, column.index) for column in layout.columns if column.role is not ColumnRole.SKIP
        )

    def _columns(self, layout: Layout, rows: list[int]) -> list[_Column]:
        kept = [column for column in layout.columns if column.role is not ColumnRole.SKIP]
        inputs = [column for column in kept if column.role is ColumnRole.INPUT]
        taken: set[str] = set()
        names: dict[int, str] = {}
        for placed in sorted(kept, key=lambda one: one.role is not ColumnRole.INPUT):
            names[placed.index] = self._column_name(placed, layout, taken)
        roots = [names[one.index].partition(".")[0] for one in inputs]
        scope = Scope.of(dict.fromkeys(roots))
        columns = []
        for placed in kept:
            type_ref, is_inferred = self._type(placed, rows)
            reader = CellReader(type_ref, scope, decimal_comma=self.options.decimal_comma)
            columns.append(_Column(placed, names[placed.index], type_ref, is_inferred, reader))
        return columns

    def _column_name(self, placed: PlacedColumn, layout: Layout, taken: set[str]) -> str:
        if placed.role is ColumnRole.ANNOTATION:
            return placed.name
        wanted = placed.texts.get(HeaderRow.EXPRESSION, placed.name)
        path = [part.strip() for part in wanted.split(".")]
        if placed.role is ColumnRole.INPUT and wanted not in taken and all(map(is_feel_name, path)):
            taken.add(".".join(path))
            return ".".join(path)
        name = feel_name(wanted, taken)
        if name != wanted:
            self._interpreted((layout.header_row, placed.index), wanted, Reading(name, "name"))
        return name

    def _type(self, placed: PlacedColumn, rows: list[int]) -> tuple[str, bool]:
        choices = self.options.choices
        choice = choices.get(placed.header) or choices.get(placed.name) or choices.get(letter_of(placed.index))
        if choice is not None and choice.type_ref is not None:
            known = type_of_word(choice.type_ref)
            if known is not None:
                return known, False
            self._error(
                "sheet-type-unknown",
                f"{choice.type_ref!r} is no type of a column.",
                "Use number, string, boolean, date, time or another type of FEEL.",
                {"text": choice.type_ref},
            )
        if HeaderRow.TYPE in placed.texts:
            return type_of_word(placed.texts[HeaderRow.TYPE]) or "Any", False
        cells = [cell for row in rows if (cell := self.sheet.cell(row, placed.index)) is not None]
        good = [cell for cell in cells if cell.kind is not CellKind.BROKEN]
        if placed.role is ColumnRole.ANNOTATION:
            return "string", False
        return infer_type(good, decimal_comma=self.options.decimal_comma), True

    def _check_columns(self, layout: Layout, columns: list[_Column], rows: list[int]) -> None:
        roles = {column.placed.role for column in columns}
        if ColumnRole.INPUT not in roles:
            remedy = "Write in: before the name of a column, or say which one it is."
            self._error("sheet-without-input", "No column is an input.", remedy, {})
        if ColumnRole.OUTPUT not in roles:
            remedy = "Write out: before the name of a column, or say which one it is."
            self._error("sheet-without-output", "No column is an output.", remedy, {})
        if layout.is_guessed:
            self._warn(
                "sheet-roles-guessed",
                "Nothing says which columns are inputs and which are outputs; the last one was taken for the output.",
                "Write in: and out: before the names, or choose the roles.",
                {},
            )
        if not rows:
            self._error("sheet-without-rules", "There is no rule below the names.", "Write one rule a row.", {})

    def _read_header_texts(self, column: _Column, layout: Layout) -> None:
        row = layout.header_row
        values = column.placed.texts.get(HeaderRow.VALUES)
        if values is not None:
            column.values = self._understood(column.reader.tests(SheetCell(text=values)), column, (row, values))
        default = column.placed.texts.get(HeaderRow.DEFAULT)
        if default is not None:
            column.default = self._understood(column.reader.expression(SheetCell(text=default)), column, (row, default))

    def _read(self, column: _Column, row: int) -> str:
        cell = self.sheet.cell(row, column.placed.index)
        if cell is not None and cell.kind is CellKind.BROKEN:
            self._broken(cell, (row, column.placed.index))
            return "-"
        if column.placed.role is ColumnRole.ANNOTATION:
            return "" if cell is None else cell.text
        read = column.reader.tests if column.placed.role is ColumnRole.INPUT else column.reader.expression
        feel = self._understood(read(cell), column, (row, "" if cell is None else cell.text))
        if cell is not None and (cell.is_formula or cell.is_merged):
            how = "merged" if cell.is_merged else "calculated"
            self._interpreted((row, column.placed.index), cell.text, Reading(feel, how))
        return feel

    def _understood(self, reading: Reading | None, column: _Column, at: tuple[int, str]) -> str:
        row, text = at
        place = (row, column.placed.index)
        if reading is None:
            self._cell_error(text, column, place)
            return text
        if reading.how is not None:
            self._interpreted(place, text, reading)
        return reading.feel

    def _cell_error(self, text: str, column: _Column, at: tuple[int, int]) -> None:
        if len(self.findings) >= _SHOWN:
            self.more += 1
            return
        self.findings.append(
            Finding(
                severity=Severity.ERROR,
                rule="sheet-cell-not-understood",
                message=f"{text!r} is not understood in the column {column.name!r} of type {column.type_ref}.",
                place=self._place(at),
                remedy="Write a value, a range such as 18..25, or FEEL after feel: (a text with signs in quotes).",
                parameters={"text": text, "column": column.name, "type": column.type_ref},
            )
        )

    def _broken(self, cell: SheetCell, at: tuple[int, int]) -> None:
        if cell.text:
            message, remedy = f"The cell holds the error {cell.text}.", "Mend the formula."
        else:
            message, remedy = "The formula has no calculated value.", "Open the file, calculate it and save it again."
        self._add(
            Severity.ERROR, "sheet-formula-without-value", (message, remedy), {"error": cell.text}, self._place(at)
        )

    def _interpreted(self, at: tuple[int, int], before: str, reading: Reading) -> None:
        cell = f"{self.sheet.name}!{cell_name(*at)}"
        self.interpretations.append(Interpretation(cell=cell, before=before, after=reading.feel, how=reading.how or ""))

    def _place(self, at: tuple[int, int]) -> Place:
        return Place(source=self.source, line=at[0] + 1, element_id=f"{self.sheet.name}!{cell_name(*at)}")

    def _error(self, rule: str, message: str, remedy: str, parameters: dict[str, str]) -> None:
        self._add(Severity.ERROR, rule, (message, remedy), parameters, Place(source=self.source))

    def _warn(self, rule: str, message: str, remedy: str, parameters: dict[str, str]) -> None:
        self._add(Severity.WARNING, rule, (message, remedy), parameters, Place(source=self.source))

    def _add(
        self, severity: Severity, rule: str, texts: tuple[str, str], parameters: dict[str, str], place: Place
    ) -> None:
        self.findings.append(
            Finding(severity=severity, rule=rule, message=texts[0], place=place, remedy=texts[1], parameters=parameters)
        )

    def _parts(
        self, columns: list[_Column], rows: list[int], policy: tuple[HitPolicy, Aggregation | None]
    ) -> TableParts:
        return TableParts(
            columns=tuple(_shown(column) for column in columns),
            values=tuple(column.values for column in columns),
            defaults=tuple(column.default for column in columns),
            rules=tuple(tuple(column.cells[number] for column in columns) for number in range(len(rows))),
            policy=policy[0],
            aggregation=policy[1],
        )


def _shown(column: _Column) -> SheetColumn:
    placed = column.placed
    return SheetColumn(
        letter=letter_of(placed.index),
        header=placed.header,
        name=column.name,
        role=placed.role,
        type_ref=column.type_ref,
        how=placed.how,
        is_type_inferred=column.is_inferred,
        label=placed.name,
    )
