# SPDX-License-Identifier: Apache-2.0
"""The application behind `/engine-rest`: mounted beside `/api/v1`, with its own errors and its own gate."""

from collections.abc import Iterator

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.types import ASGIApp

from taktloom.app import system
from taktloom.app.calls import calls
from taktloom.app.wiring import Rooms
from taktloom.web.callers import Caller
from taktloom.web.engine_rest import (
    activity_instances,
    definitions,
    events,
    external_tasks,
    history,
    instances,
    operations,
    problems,
    schemas,
    tasks,
    variable_instances,
)
from taktloom.web.engine_rest.gate import ENGINE, PREFIX, EngineRestGate
from taktloom.web.route_index import RouteIndex
from taktloom.web.routes import WholeTextRoute

COMPATIBLE_WITH = "7.23.0"  # whose clients' calls were tried; clients ask for it and expect three numbers
about = APIRouter(route_class=WholeTextRoute)


@about.get("/version")
@calls(system.describe_system)
def show_version(context: Caller) -> schemas.VersionOut:
    """The version of the convention."""
    system.describe_system(context)
    return schemas.VersionOut(version=COMPATIBLE_WITH)


@about.get("/engine")
@calls(system.describe_system)
def list_engines(context: Caller) -> list[schemas.EngineOut]:
    """The one engine."""
    system.describe_system(context)
    return [schemas.EngineOut(name=ENGINE)]


ROUTERS = (
    external_tasks.router,
    definitions.router,
    instances.router,
    activity_instances.router,
    variable_instances.router,
    tasks.router,
    events.router,
    operations.router,
    history.router,
    about,
)


def engine_rest(rooms: Rooms) -> ASGIApp:
    """The application on these rooms, behind its gate."""
    application = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    application.state.rooms = rooms
    application.mount("", RouteIndex(ROUTERS))
    problems.install(application)
    return EngineRestGate(application, rooms)


def engine_rest_routes() -> Iterator[tuple[str, APIRoute]]:
    """Every route with its full path."""
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute):
                yield PREFIX + route.path, route
