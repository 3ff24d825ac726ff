# SPDX-License-Identifier: Apache-2.0
"""Analyses and their results."""

from typing import Literal

from pydantic import JsonValue, TypeAdapter

from taktloom.app.analyses.records import AnalysisOutput
from taktloom.web.schemas.shared import Out


class ParameterOut(Out):
    name: str
    help: str
    default: JsonValue
    least: float | None
    most: float | None
    kind: Literal["text", "integer", "number", "boolean", "choice", "list", "instant", "document", "log"]
    is_required: bool
    choices: list[str]
    is_document: bool = False


class AnalysisOut(Out):
    name: str
    summary: str
    parameters: list[ParameterOut]


class TableOut(Out):
    """words: columns whose texts are the product's own, to be shown in the reader's language.

    units: where rows differ in it, each row's unit of its cells under *measured*: s, share, or nothing.
    """

    title: str
    columns: list[str]
    rows: list[list[JsonValue]]
    words: list[str]
    measured: list[str]
    units: list[str]


class AnalysisResultOut(Out):
    """result: as the analysis documents it. tables: the same for people. files: names that can be fetched."""

    result: JsonValue
    notes: list[str]
    tables: list[TableOut]
    files: list[str]


_ANYTHING: TypeAdapter[object] = TypeAdapter(object)


def result_out(output: AnalysisOutput) -> AnalysisResultOut:
    """As it is sent: records, enumerations, times and durations in their JSON form."""
    tables = [
        TableOut(
            title=table.title,
            columns=list(table.columns),
            rows=[[_json(cell) for cell in row] for row in table.rows],
            words=list(table.words),
            measured=list(table.measured),
            units=list(table.units),
        )
        for table in output.tables
    ]
    files = [*output.files, *(["table.csv"] if output.tables else []), "page.html"]
    return AnalysisResultOut(result=_json(output.data), notes=list(output.notes), tables=tables, files=files)


def _json(value: object) -> JsonValue:
    plain: JsonValue = _ANYTHING.dump_python(value, mode="json")
    return plain
