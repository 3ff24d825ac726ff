# SPDX-License-Identifier: Apache-2.0
"""Analyses of a log: one route per analysis of the table, made from its parameters."""

import inspect
from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from typing import Annotated, Any, get_type_hints

from fastapi import APIRouter, Query, Response
from starlette.responses import JSONResponse

from taktloom.app import works
from taktloom.app.analyses import running
from taktloom.app.analyses.records import Analysis
from taktloom.app.analyses.table import ANALYSES
from taktloom.app.calls import calls
from taktloom.app.long_work import WorkStatus
from taktloom.app.review import Filter
from taktloom.web.callers import Caller
from taktloom.web.routers.review import Filtered
from taktloom.web.routers.works import work_out
from taktloom.web.schemas import analyses as schemas
from taktloom.web.schemas import logs as log_schemas
from taktloom.web.schemas.convert import shown_all
from taktloom.web.schemas.shared import PageOut

router = APIRouter(tags=["analyses"])

_MEDIA_TYPES = {
    ".bpmn": "application/xml",
    ".pnml": "application/xml",
    ".csv": "text/csv; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".html": "text/html; charset=utf-8",
}


@router.get("/analyses")
@calls(running.list_analyses)
def list_analyses(context: Caller) -> PageOut[schemas.AnalysisOut]:
    """Which analyses there are, with their parameters."""
    return PageOut(items=shown_all(schemas.AnalysisOut, running.list_analyses(context)))


def _result_route(analysis: Analysis[Any]) -> Callable[..., Any]:
    def show(context: Caller, log_id: str, chosen: Filtered, **parameters: Any) -> Any:
        found = running.start_analysis(context, request=_request(analysis, log_id, chosen, parameters))
        if isinstance(found, WorkStatus):
            work = work_out(works.work_progress(found))
            return JSONResponse(work.model_dump(mode="json"), status_code=202)
        return schemas.result_out(found)

    return _named(show, analysis, "show")


def _file_route(analysis: Analysis[Any]) -> Callable[..., Any]:
    def export(context: Caller, log_id: str, file: str, chosen: Filtered, **parameters: Any) -> Response:
        output = running.analyse(context, request=_request(analysis, log_id, chosen, parameters))
        name, content = running.file_of(output, file)
        kind = _MEDIA_TYPES.get(name[name.rfind(".") :], "application/octet-stream")
        return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})

    return _named(export, analysis, "export")


def _request(
    analysis: Analysis[Any], log_id: str, chosen: Filter, parameters: dict[str, Any]
) -> running.AnalysisRequest:
    return running.AnalysisRequest(log_id=log_id, name=analysis.name, parameters=parameters, chosen=chosen)


def _named(endpoint: Callable[..., Any], analysis: Analysis[Any], verb: str) -> Callable[..., Any]:
    """The endpoint with the analysis' parameters as query parameters."""
    hints = get_type_hints(analysis.parameters)
    own = [
        inspect.Parameter(
            each.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if each.default is MISSING else each.default,
            annotation=_query(each, hints),
        )
        for each in fields(analysis.parameters)
    ]
    kept = [each for each in inspect.signature(endpoint).parameters.values() if each.name != "parameters"]
    endpoint.__signature__ = inspect.Signature([*kept, *own])  # type: ignore[attr-defined]
    endpoint.__name__ = f"{verb}_{analysis.name.replace('-', '_')}"
    endpoint.__doc__ = analysis.summary
    return endpoint


def _query(each: "Field[Any]", hints: dict[str, Any]) -> Any:
    meta = each.metadata
    return Annotated[hints[each.name], Query(description=meta["help"], ge=meta["least"], le=meta["most"])]


_ACCEPTED: dict[int | str, dict[str, Any]] = {
    202: {"model": log_schemas.WorkOut, "description": "Takes longer; follow it at `/works`"}
}
for _analysis in ANALYSES.values():
    _path = f"/logs/{{log_id}}/analyses/{_analysis.name}"
    router.add_api_route(
        _path,
        calls(running.start_analysis)(_result_route(_analysis)),
        response_model=schemas.AnalysisResultOut,
        responses=_ACCEPTED,
    )
    router.add_api_route(
        f"{_path}/files/{{file}}", calls(running.analyse)(_file_route(_analysis)), response_class=Response
    )
