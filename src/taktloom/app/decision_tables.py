# SPDX-License-Identifier: Apache-2.0
"""Decision tables from spreadsheets and to them. Nothing is kept: a model that was understood becomes a draft."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from taktloom.app import model_files
from taktloom.app.context import Context, use_case
from taktloom.assure.permissions import Permission
from taktloom.model.decision import DecisionTable
from taktloom.model.errors import DefinitionError, NotFoundError
from taktloom.model.places import Place

if TYPE_CHECKING:
    from taktloom.decisions.sheet_table import SheetOptions, SheetTable
    from taktloom.formats.sheets import Sheet


class SheetFormat(StrEnum):
    """How a table is written."""

    CSV = "csv"
    XLSX = "xlsx"


class SheetNotUnderstoodError(DefinitionError):
    """The sheet is no decision table that can be read; the findings name the cells."""

    code = "TL-1901"


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetFile:
    """A file as it was given. sheet: of a workbook; delimiter, encoding: of CSV; None: found out."""

    name: str
    content: bytes
    sheet: str | None = None
    delimiter: str | None = None
    encoding: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPreview:
    """What was understood, and the model as DMN for the browser's editor; None where an error stands in the way."""

    table: "SheetTable"
    dmn_xml: bytes | None


@use_case(Permission.PROCESS_EDIT)
def preview_table(context: Context, *, file: SheetFile, options: "SheetOptions") -> SheetPreview:
    """Read a CSV file or workbook as a decision table. Raises SheetError for what is no spreadsheet."""
    del context
    table = _understood(file, options)
    return SheetPreview(table=table, dmn_xml=None if table.graph is None else model_files.dmn_bytes(table.graph))


@use_case(Permission.PROCESS_EDIT)
def convert_table(context: Context, *, file: SheetFile, options: "SheetOptions") -> "tuple[SheetTable, bytes]":
    """The decision model of a spreadsheet as DMN 1.5. Raises SheetError, SheetNotUnderstoodError with the cells."""
    del context
    from taktloom.formats.dmn import write_dmn

    table = _understood(file, options)
    if table.graph is None:
        raise SheetNotUnderstoodError(
            f"The sheet {table.sheet!r} was not understood.",
            Place(source=file.name),
            "Mend the cells that are named.",
            {"sheet": table.sheet},
            table.findings,
        )
    return table, write_dmn(table.graph)


@use_case(Permission.PROCESS_VIEW)
def export_table(context: Context, *, content: bytes, decision_id: str | None, kind: SheetFormat) -> bytes:
    """A decision's table as a spreadsheet that the import reads back. decision_id: id or name; None: the only table.

    Raises NotFoundError where there is no such table, XmlError for what is not DMN.
    """
    del context
    from taktloom.decisions.sheet_table import sheet_of_table
    from taktloom.formats.dmn import read_dmn
    from taktloom.formats.sheets import write_csv, write_xlsx

    tables = [
        (decision, decision.expression)
        for decision in read_dmn(content).decisions
        if isinstance(decision.expression, DecisionTable) and decision_id in {None, decision.id, decision.name}
    ]
    if len(tables) != 1:
        raise NotFoundError(
            f"The model has {len(tables)} decision tables of that name.",
            remedy="Name one decision that is a decision table, by its id.",
            parameters={"count": str(len(tables))},
        )
    decision, table = tables[0]
    sheet = sheet_of_table(table, decision.name)
    return write_csv(sheet) if kind is SheetFormat.CSV else write_xlsx(sheet)


def _understood(file: SheetFile, options: "SheetOptions") -> "SheetTable":
    from taktloom.decisions.sheet_table import read_sheet_table

    return read_sheet_table(_sheet(file), options, source=file.name)


def _sheet(file: SheetFile) -> "Sheet":
    from taktloom.formats.sheets import is_xlsx, read_csv, read_xlsx

    if is_xlsx(file.content):
        return read_xlsx(file.content, sheet=file.sheet, source=file.name)
    return read_csv(file.content, source=file.name, delimiter=file.delimiter, encoding=file.encoding)
