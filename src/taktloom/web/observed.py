# SPDX-License-Identifier: Apache-2.0
"""What monitoring reads: `/healthz`, `/readyz`, `/metrics`, and the count of every answered request.

The first two are open to anybody and tell no more than well or not. `/metrics` wants a key of the scope `system`, or a
caller on this machine where no proxy stands before the server.
"""

import time
from datetime import timedelta
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from taktloom.app.context import Context, Principal, local_operator
from taktloom.app.metrics import CONTENT_TYPE, Metrics, read_metrics
from taktloom.app.wiring import Rooms
from taktloom.model.errors import NotAuthenticatedError, TaktloomError
from taktloom.web.callers import principal_of
from taktloom.web.problems import problem_of, problem_response

API = "/api/v1"
HEALTHY, READY, METRICS = "/healthz", "/readyz", "/metrics"
# Of its own, so that the alarm can be read while requests that wait for a store take all other threads.
_SCRAPES = CapacityLimiter(2)
OWN_MACHINE = frozenset({"127.0.0.1", "::1"})


class Observed:
    """Answers what monitoring asks, and counts the rest."""

    def __init__(self, application: ASGIApp, *, rooms: Rooms) -> None:
        self._application, self._rooms, self._metrics = application, rooms, Metrics(rooms)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        answer = await self._answer(scope)
        if answer is not None:
            await answer(scope, receive, send)
            return
        await self._count(scope, receive, send)

    async def _answer(self, scope: Scope) -> Response | None:
        if scope["method"] not in {"GET", "HEAD"}:
            return None
        if scope["path"] == HEALTHY:
            return JSONResponse({"status": "ok"})
        if scope["path"] == READY:
            monitor = self._rooms.monitor
            readiness = monitor.readiness() if monitor.has_beaten else await run_in_threadpool(monitor.readiness)
            content: dict[str, Any] = {"ready": readiness.is_ready, "checks": readiness.checks}
            content["warnings"] = list(readiness.warnings)
            return JSONResponse(content, status_code=200 if readiness.is_ready else 503)
        if scope["path"] == METRICS:
            return await to_thread.run_sync(self._show_metrics, Request(scope), limiter=_SCRAPES)
        return None

    def _show_metrics(self, request: Request) -> Response:
        try:
            context = Context(principal=self._reader(request), rooms=self._rooms)
            return Response(read_metrics(context, metrics=self._metrics), headers={"Content-Type": CONTENT_TYPE})
        except TaktloomError as error:
            return problem_response(problem_of(error))

    def _reader(self, request: Request) -> Principal:
        if "Authorization" in request.headers:
            return principal_of(request, self._rooms)
        host = request.client.host if request.client else ""
        if host in OWN_MACHINE and not self._rooms.settings.behind_proxy:
            return local_operator()
        raise NotAuthenticatedError("The request names nobody.", remedy="Send a key of the scope system as Bearer.")

    async def _count(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun, status = time.monotonic(), 500

        async def send_noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._application(scope, receive, send_noting)
        finally:
            if status == 503:
                self._rooms.monitor.doubt()
            took = timedelta(seconds=time.monotonic() - begun)
            method = scope["method"] if scope["method"] in METHODS else "OTHER"
            self._metrics.answered(method=method, route=route_of(scope), status=status, took=took)


METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def route_of(scope: Scope) -> str:
    """The template of the address, so that labels stay few."""
    route = scope.get("route")
    if isinstance(route, APIRoute):
        return route.path if route.path.startswith(API) or not scope["path"].startswith(API) else f"{API}{route.path}"
    if scope["path"].startswith("/engine-rest"):
        return "/engine-rest"
    return "/api" if scope["path"].startswith("/api/") else "pages"
