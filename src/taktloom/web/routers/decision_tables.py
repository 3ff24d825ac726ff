# SPDX-License-Identifier: Apache-2.0
"""Decision tables: check them, read them from spreadsheets, write them to spreadsheets. Nothing is kept."""

from typing import TYPE_CHECKING

from fastapi import APIRouter, Response

from taktloom.app import decision_tables, linting
from taktloom.app.calls import calls
from taktloom.app.decision_tables import SheetFile, SheetFormat
from taktloom.web.callers import Caller
from taktloom.web.routes import Route
from taktloom.web.schemas import decision_tables as schemas
from taktloom.web.schemas.convert import shown, shown_all
from taktloom.web.schemas.shared import FindingOut

if TYPE_CHECKING:
    from taktloom.decisions.sheet_table import SheetOptions
    from taktloom.decisions.table_check import TableFinding

router = APIRouter(prefix="/decision-tables", tags=["decisions"], route_class=Route)

_MEDIA = {
    SheetFormat.CSV: "text/csv; charset=utf-8",
    SheetFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@router.post("/checks")
@calls(linting.check_decisions)
def check_tables(context: Caller, body: schemas.TableCheckIn) -> schemas.DecisionCheck:
    """Lint a DMN text; each table is checked for gaps, overlaps and more, with examples."""
    check = linting.check_decisions(context, content=body.dmn_xml.encode(), name="model.dmn")
    tables = [
        schemas.TableCheck(
            table_id=table.table_id,
            name=table.name,
            findings=[_finding(one) for one in table.findings],
            rules=table.rules,
            cells=table.cells,
            unread_cells=table.unread_cells,
            is_complete=table.is_complete,
        )
        for table in check.tables
    ]
    return schemas.DecisionCheck(findings=shown_all(FindingOut, check.findings), tables=tables)


@router.post("/previews")
@calls(decision_tables.preview_table)
def preview_table(context: Caller, body: schemas.SheetIn) -> schemas.SheetPreview:
    """Read a CSV file or Excel workbook as a decision table; make a draft of it with `POST /drafts`."""
    file = SheetFile(
        name=body.file_name,
        content=body.content,
        sheet=body.sheet,
        delimiter=body.delimiter,
        encoding=body.encoding,
    )
    preview = decision_tables.preview_table(context, file=file, options=_options(body))
    table = preview.table
    return schemas.SheetPreview(
        sheet=table.sheet,
        sheets=list(table.sheets),
        name=table.name,
        hit_policy=table.hit_policy.value,
        columns=shown_all(schemas.SheetColumn, table.columns),
        rules=[list(cells) for cells in table.rules],
        interpretations=shown_all(schemas.Interpretation, table.interpretations),
        findings=shown_all(FindingOut, table.findings),
        dmn_xml=None if preview.dmn_xml is None else preview.dmn_xml.decode(),
    )


@router.post("/exports", response_class=Response)
@calls(decision_tables.export_table)
def export_table(context: Caller, body: schemas.TableExportIn) -> Response:
    """A decision's table as CSV or Excel workbook, which `previews` reads back."""
    kind = SheetFormat(body.format)
    content = decision_tables.export_table(
        context, content=body.dmn_xml.encode(), decision_id=body.decision_id, kind=kind
    )
    return Response(content, media_type=_MEDIA[kind])


def _options(body: schemas.SheetIn) -> "SheetOptions":
    from taktloom.decisions.sheet_table import ColumnChoice, ColumnRole, SheetOptions

    choices = {
        column: ColumnChoice(role=None if one.role is None else ColumnRole(one.role), type_ref=one.type_ref)
        for column, one in body.columns.items()
    }
    return SheetOptions(name=body.name, hit_policy=body.hit_policy, choices=choices, decimal_comma=body.decimal_comma)


def _finding(one: "TableFinding") -> schemas.TableFinding:
    from taktloom.decisions import literal

    example = [
        {
            "expression": part.expression,
            "value": part.value,
            "text": literal(part.value),
            "is_free": part.is_free,
        }
        for part in one.example
    ]
    return schemas.TableFinding(
        finding=shown(FindingOut, one.finding),
        rules=list(one.rules),
        column=one.column,
        example=[schemas.ExampleValue.model_validate(part) for part in example],
        new_rule=list(one.new_rule),
    )
