# SPDX-License-Identifier: Apache-2.0
"""Analyses of a log: one route per analysis of the table, made from its parameters."""

import inspect
from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from typing import Annotated, Any, get_origin, get_type_hints

from fastapi import APIRouter, Query, Response
from pydantic import Field as BodyField
from pydantic import create_model

from taktloom.app.analyses import running
from taktloom.app.analyses.documents import MOST_BYTES
from taktloom.app.analyses.records import Analysis, is_document
from taktloom.app.analyses.table import ANALYSES
from taktloom.app.calls import calls
from taktloom.app.long_work import WorkStatus
from taktloom.app.review import Filter
from taktloom.web.callers import Caller
from taktloom.web.routers.review import Filtered
from taktloom.web.routers.works import ACCEPTED, begun
from taktloom.web.routes import Route
from taktloom.web.schemas import analyses as schemas
from taktloom.web.schemas.convert import shown_all
from taktloom.web.schemas.shared import In, PageOut

router = APIRouter(tags=["analyses"], route_class=Route)

MOST_VALUES = 1_000
_DOCUMENTS = "documents"  # the parameter of an endpoint that holds the texts of files
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


def _result_route(analysis: Analysis[Any], *, posted: bool) -> Callable[..., Any]:
    def show(context: Caller, log_id: str, chosen: Filtered, **parameters: Any) -> Any:
        found = running.start_analysis(context, request=_request(analysis, log_id, chosen, parameters))
        return begun(found) if isinstance(found, WorkStatus) else schemas.result_out(found)

    return _named(show, analysis, "show", posted=posted)


def _file_route(analysis: Analysis[Any], *, posted: bool) -> Callable[..., Any]:
    def export(context: Caller, log_id: str, file: str, chosen: Filtered, **parameters: Any) -> Response:
        request = _request(analysis, log_id, chosen, parameters)
        found = running.start_analysis_file(context, request=request, file=file)
        return begun(found) if isinstance(found, WorkStatus) else file_answer(found)

    return _named(export, analysis, "export", posted=posted)


def _request(
    analysis: Analysis[Any], log_id: str, chosen: Filter, parameters: dict[str, Any]
) -> running.AnalysisRequest:
    documents: In | None = parameters.pop(_DOCUMENTS, None)
    given = parameters if documents is None else {**parameters, **documents.model_dump()}
    return running.AnalysisRequest(log_id=log_id, name=analysis.name, parameters=given, chosen=chosen)


def _named(endpoint: Callable[..., Any], analysis: Analysis[Any], verb: str, *, posted: bool) -> Callable[..., Any]:
    """The endpoint with the analysis' parameters as query parameters, and those that are files' texts in the body."""
    hints = get_type_hints(analysis.parameters)
    own = [
        inspect.Parameter(
            each.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if each.default is MISSING else each.default,
            annotation=_query(each, hints),
        )
        for each in fields(analysis.parameters)
        if not is_document(each)
    ]
    if posted:
        own.append(_body(analysis))
    kept = [each for each in inspect.signature(endpoint).parameters.values() if each.name != "parameters"]
    endpoint.__signature__ = inspect.Signature([*kept, *own])  # type: ignore[attr-defined]
    endpoint.__name__ = f"{verb}_{analysis.name.replace('-', '_')}{'_with_documents' if posted else ''}"
    endpoint.__doc__ = analysis.summary
    return endpoint


def _query(each: "Field[Any]", hints: dict[str, Any]) -> Any:
    meta = each.metadata
    if get_origin(hints[each.name]) is tuple:
        return Annotated[list[str], Query(description=meta["help"], max_length=MOST_VALUES)]
    return Annotated[hints[each.name], Query(description=meta["help"], ge=meta["least"], le=meta["most"])]


def _body(analysis: Analysis[Any]) -> inspect.Parameter:
    """The texts of files as one body, of which no unknown field is passed over."""
    texts: dict[str, Any] = {
        each.name: (
            Annotated[str, BodyField(description=each.metadata["help"], max_length=MOST_BYTES)],
            ... if each.default is MISSING else each.default,
        )
        for each in fields(analysis.parameters)
        if is_document(each)
    }
    model: type[In] = create_model(f"{analysis.name.title().replace('-', '')}DocumentsIn", __base__=In, **texts)
    default = inspect.Parameter.empty if any(default is ... for _, default in texts.values()) else model()
    return inspect.Parameter(_DOCUMENTS, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=model)


def file_answer(made: running.MadeFile) -> Response:
    """A file to be saved under its name."""
    kind = _MEDIA_TYPES.get(made.name[made.name.rfind(".") :], "application/octet-stream")
    return Response(
        made.content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{made.name}"'}
    )


def _add_routes(analysis: Analysis[Any], method: str) -> None:
    path, posted = f"/logs/{{log_id}}/analyses/{analysis.name}", method == "POST"
    router.add_api_route(
        path,
        calls(running.start_analysis)(_result_route(analysis, posted=posted)),
        methods=[method],
        response_model=schemas.AnalysisResultOut,
        responses=ACCEPTED,
    )
    router.add_api_route(
        f"{path}/files/{{file}}",
        calls(running.start_analysis_file)(_file_route(analysis, posted=posted)),
        methods=[method],
        response_class=Response,
        responses=ACCEPTED,
    )


for _analysis in ANALYSES.values():
    _documents = [each for each in fields(_analysis.parameters) if is_document(each)]
    if all(each.default is not MISSING for each in _documents):
        _add_routes(_analysis, "GET")
    if _documents:  # a file's text does not fit into an address
        _add_routes(_analysis, "POST")
