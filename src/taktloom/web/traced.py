# SPDX-License-Identifier: Apache-2.0
"""The trace of each request to the interfaces, by its header `traceparent`; pages and health have none."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from taktloom.app.telemetry import passed_on
from taktloom.app.wiring import Rooms
from taktloom.web.observed import METHODS, route_of

_TRACED = ("/api/", "/engine-rest/")


class Traced:
    """Puts a span around a request, or passes its trace on where no spans are made."""

    def __init__(self, application: ASGIApp, *, rooms: Rooms) -> None:
        self._application, self._rooms = application, rooms

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or not scope["path"].startswith(_TRACED):
            await self._application(scope, receive, send)
            return
        headers = Headers(scope=scope)
        telemetry = self._rooms.telemetry
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        with passed_on(headers) if telemetry is None else telemetry.request(method, headers) as answered:

            async def send_noting(message: Message) -> None:
                if message["type"] == "http.response.start":
                    answered.status = message["status"]
                await send(message)

            try:
                await self._application(scope, receive, send_noting)
            finally:
                answered.route = route_of(scope)
