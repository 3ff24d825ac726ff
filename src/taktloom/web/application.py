# SPDX-License-Identifier: Apache-2.0
"""The web application: routers under `/api/v1`, problems, protection, the user interface's files."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.responses import HTMLResponse

from taktloom import __version__
from taktloom.app.calls import use_cases_of
from taktloom.app.context import Access, UseCase
from taktloom.app.wiring import Rooms
from taktloom.web import problems, static
from taktloom.web.callers import COOKIE, CSRF_HEADER, SAFE_METHODS
from taktloom.web.docs_page import docs_page
from taktloom.web.engine_rest.application import engine_rest
from taktloom.web.engine_rest.gate import PREFIX as ENGINE_REST
from taktloom.web.gate import Gate
from taktloom.web.keyed import PARAMETER as IDEMPOTENCY_KEY
from taktloom.web.keyed import KeyedRequests, takes_key
from taktloom.web.observed import Observed
from taktloom.web.protection import BodyLimit, SecurityHeaders
from taktloom.web.route_index import RouteIndex
from taktloom.web.routers import (
    analyses,
    batches,
    calendars,
    connections,
    decision_tables,
    decisions,
    instances,
    logs,
    object_mining,
    operations,
    people,
    processes,
    review,
    task_notes,
    watch,
    webhooks,
    work,
    works,
)
from taktloom.web.schemas.processes import DeployDraft
from taktloom.web.schemas.shared import Problem
from taktloom.web.traced import Traced

PREFIX = "/api/v1"
SECURITY_SCHEMES = {
    "key": {"type": "http", "scheme": "bearer", "description": "The key of a service account."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "The session of a person; behind the name stand `_` and the port that the server listens on.",
    },
    "csrf": {"type": "apiKey", "in": "header", "name": CSRF_HEADER, "description": "The session's CSRF token."},
}
UPLOAD_PATH = f"{PREFIX}/logs/uploads"
ROUTERS = (
    people.router,
    logs.router,
    review.router,
    analyses.router,
    object_mining.router,
    connections.router,
    works.router,
    processes.router,
    decisions.router,
    decision_tables.router,
    instances.router,
    operations.router,
    batches.router,
    work.router,
    task_notes.router,
    calendars.router,
    webhooks.router,
    watch.router,
)


def create_application(rooms: Rooms) -> FastAPI:
    """Make the application on these rooms; it neither starts nor closes them."""
    application = FastAPI(openapi_url=f"{PREFIX}/openapi.json", docs_url=None, redoc_url=None, redirect_slashes=False)
    application.state.rooms = rooms
    application.openapi = _document  # type: ignore[method-assign]
    application.add_api_route(f"{PREFIX}/docs", _show_docs, include_in_schema=False, name="show_docs")
    application.mount(PREFIX, RouteIndex(ROUTERS))
    application.mount("/api", RouteIndex(()))
    application.mount(ENGINE_REST, engine_rest(rooms))
    application.include_router(static.router)
    problems.install(application)
    settings = rooms.settings
    application.add_middleware(problems.Failures)  # the innermost: the next ones stand outside of it
    application.add_middleware(KeyedRequests, rooms=rooms, prefix=PREFIX)
    application.add_middleware(Gate, rooms=rooms, prefix=PREFIX, upload_path=UPLOAD_PATH)
    application.add_middleware(
        BodyLimit, limit=settings.body_bytes, upload_limit=settings.upload_bytes, upload_path=UPLOAD_PATH
    )
    application.add_middleware(SecurityHeaders)
    application.add_middleware(Traced, rooms=rooms)
    application.add_middleware(Observed, rooms=rooms)
    return application


def api_routes() -> Iterator[tuple[str, APIRoute]]:
    """Every route of the interface with its full path."""
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute):
                yield PREFIX + route.path, route


@cache
def _document() -> dict[str, Any]:
    described = FastAPI(
        title="Taktloom",
        version=__version__,
        responses={"default": {"model": Problem, "description": "A problem (application/problem+json)"}},
        generate_unique_id_function=lambda route: route.name,
        separate_input_output_schemas=False,
    )
    for router in ROUTERS:
        described.include_router(router, prefix=PREFIX)
    document = described.openapi()
    document["components"]["schemas"].setdefault(
        "DeployDraft", DeployDraft.model_json_schema(ref_template="#/components/schemas/{model}")
    )
    for path, route in api_routes():
        for method in route.methods or ():
            operation = document["paths"][path][method.lower()]
            cases = use_cases_of(route.endpoint)
            operation["x-permission"] = sorted({_requirement(case) for case in cases})
            operation["x-use-case"] = sorted(case.name for case in cases)
            operation["security"] = _security(method, cases)
            if takes_key(method, route.path):
                operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
            problem = operation["responses"]["default"]["content"]
            problem[problems.MEDIA_TYPE] = problem.pop("application/json")
    document["components"]["securitySchemes"] = SECURITY_SCHEMES
    return document


def _security(method: str, cases: Iterable[UseCase[..., Any]]) -> list[dict[str, list[str]]]:
    """What a call has to bring: nothing, a key, or a session and with changes its token."""
    if any(case.requirement is Access.PUBLIC for case in cases):
        return []
    return [{"key": []}, {"session": []} if method in SAFE_METHODS else {"session": [], "csrf": []}]


def _requirement(case: UseCase[..., Any]) -> str:
    return case.requirement.value if case.requirement is not Access.SIGNED_IN else "signed in"


def _show_docs() -> HTMLResponse:
    return HTMLResponse(docs_page(_document()))
