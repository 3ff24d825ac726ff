# SPDX-License-Identifier: Apache-2.0
"""Tables on SQL engines that the settings name: which there are, and their analyses, counted where the data lies."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response

from taktloom.app import connections
from taktloom.app.calls import calls
from taktloom.app.connections import TableRequest
from taktloom.app.long_work import WorkStatus
from taktloom.web.callers import Caller
from taktloom.web.routers.analyses import file_answer
from taktloom.web.routers.works import ACCEPTED, begun
from taktloom.web.routes import Route
from taktloom.web.schemas import connections as schemas
from taktloom.web.schemas.convert import shown_all

router = APIRouter(prefix="/connections", tags=["connections"], route_class=Route)

NONE = "No connection is named: an administrator adds them to taktloom.toml, as the configuration page tells."
AnalysisName = Literal["flows", "times", "variants", "durations", "rework", "hand-overs", "rules"]


def _request(
    connection: str,
    table: str,
    analysis: AnalysisName,
    rule: Annotated[list[str], Query(description="A rule on one line; only with rules.", max_length=100)] = [],  # noqa: B006 - read only
    filter_: Annotated[
        str | None, Query(alias="filter", max_length=20_000, description="Steps of a filter in their JSON form.")
    ] = None,
    *,
    fresh: Annotated[bool, Query(description="Count anew, whatever is kept.")] = False,
) -> TableRequest:
    return TableRequest(
        connection=connection, table=table, analysis=analysis, rules=tuple(rule), steps=filter_, is_fresh=fresh
    )


Asked = Annotated[TableRequest, Depends(_request)]


@router.get("")
@calls(connections.list_connections)
def list_connections(context: Caller) -> schemas.ConnectionsOut:
    """The connections, their tables and what can be asked of each; no engine is called."""
    found = connections.list_connections(context)
    return schemas.ConnectionsOut(items=shown_all(schemas.ConnectionOut, found), notes=[] if found else [NONE])


@router.get(
    "/{connection}/tables/{table}/analyses/{analysis}", response_model=schemas.CountedTableOut, responses=ACCEPTED
)
@calls(connections.start_table_analysis)
def show_table_analysis(context: Caller, request: Asked) -> schemas.CountedTableOut | Response:
    """An analysis of a table, counted by its engine; 202 and the work to follow where it takes longer."""
    found = connections.start_table_analysis(context, request=request)
    return begun(found) if isinstance(found, WorkStatus) else schemas.counted_out(found)


@router.get(
    "/{connection}/tables/{table}/analyses/{analysis}/files/{file}", response_class=Response, responses=ACCEPTED
)
@calls(connections.start_table_file)
def export_table_analysis(context: Caller, file: str, request: Asked) -> Response:
    """Its table as CSV, or the whole as a page."""
    found = connections.start_table_file(context, request=request, file=file)
    return begun(found) if isinstance(found, WorkStatus) else file_answer(found)
