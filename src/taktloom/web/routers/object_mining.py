# SPDX-License-Identifier: Apache-2.0
"""Models of an uploaded object-centric log: graph and Petri net, as data and as pictures.

What takes longer than two seconds answers 202 with the work; when that is done, the same address gives the model.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from taktloom.app import object_mining
from taktloom.app.calls import calls
from taktloom.app.long_work import WorkStatus
from taktloom.app.object_mining import ObjectModelRequest
from taktloom.web.callers import Caller
from taktloom.web.routers.works import ACCEPTED, begun
from taktloom.web.routes import Route
from taktloom.web.schemas import object_mining as schemas
from taktloom.web.schemas.convert import shown

router = APIRouter(prefix="/logs/uploads/{upload_id}", tags=["logs"], route_class=Route)


def _request(
    object_type: Annotated[list[str], Query(description="Object types; none: all.", max_length=200)] = [],  # noqa: B006 - read only
    timezone: Annotated[str | None, Query(description="Zone of times that have none.")] = None,
    noise: Annotated[float, Query(ge=0, le=1)] = 0.2,
    single_share: Annotated[float, Query(ge=0, le=1)] = 0.98,
) -> ObjectModelRequest:
    return ObjectModelRequest(
        object_types=tuple(object_type), timezone=timezone, noise=noise, single_share=single_share
    )


Asked = Annotated[ObjectModelRequest, Depends(_request)]


@router.get("/object-graph", response_model=schemas.ObjectGraphOut, responses=ACCEPTED)
@calls(object_mining.start_object_graph)
def show_object_graph(context: Caller, upload_id: str, request: Asked) -> schemas.ObjectGraphOut | Response:
    """The object-centric directly-follows graph."""
    found = object_mining.start_object_graph(context, upload_id=upload_id, request=request)
    return begun(found) if isinstance(found, WorkStatus) else shown(schemas.ObjectGraphOut, found.graph)


@router.get("/object-graph.svg", response_class=Response, responses=ACCEPTED)
@calls(object_mining.start_object_graph)
def draw_object_graph(context: Caller, upload_id: str, request: Asked) -> Response:
    """Its picture."""
    found = object_mining.start_object_graph(context, upload_id=upload_id, request=request)
    return begun(found) if isinstance(found, WorkStatus) else _picture(found.svg)


@router.get("/object-net", response_model=schemas.ObjectNetOut, responses=ACCEPTED)
@calls(object_mining.start_object_net)
def show_object_net(context: Caller, upload_id: str, request: Asked) -> schemas.ObjectNetOut | Response:
    """The object-centric Petri net."""
    found = object_mining.start_object_net(context, upload_id=upload_id, request=request)
    return begun(found) if isinstance(found, WorkStatus) else shown(schemas.ObjectNetOut, found.net)


@router.get("/object-net.svg", response_class=Response, responses=ACCEPTED)
@calls(object_mining.start_object_net)
def draw_object_net(context: Caller, upload_id: str, request: Asked) -> Response:
    """Its picture."""
    found = object_mining.start_object_net(context, upload_id=upload_id, request=request)
    return begun(found) if isinstance(found, WorkStatus) else _picture(found.svg)


def _picture(svg: str) -> Response:
    return Response(svg, media_type="image/svg+xml")
