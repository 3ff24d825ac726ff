# SPDX-License-Identifier: Apache-2.0
"""The gate before the interface: finds out who calls before a byte of the body is read.

Public are health and sign-in; everything else of `/api/` wants a session or key. A large upload of somebody who may not
import is refused before it is received. Permissions are the use cases' business and are checked there.
A key that calls too often is refused here, and what would change something while the store takes no writes.
"""

from functools import partial

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from taktloom.app import logs
from taktloom.app.context import ANONYMOUS, Access, require
from taktloom.app.wiring import Rooms
from taktloom.model.errors import TaktloomError
from taktloom.web.callers import SAFE_METHODS, find_principal
from taktloom.web.problems import problem_of, problem_response
from taktloom.web.rates import RateLimiter

API = "/api/"
PUBLIC = frozenset({("GET", "/health"), ("HEAD", "/health"), ("POST", "/session"), ("POST", "/session/one-time")})


class Gate:
    """Puts the principal into the request's state, or answers with a problem."""

    def __init__(self, application: ASGIApp, *, rooms: Rooms, prefix: str, upload_path: str) -> None:
        self._application, self._rooms = application, rooms
        self._rates = RateLimiter(rooms.settings.requests_per_second)
        self._prefix, self._upload_path = prefix, upload_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or not scope["path"].startswith(API):
            await self._application(scope, receive, send)
            return
        try:
            await self._admit(Request(scope))
        except TaktloomError as error:
            await problem_response(problem_of(error))(scope, receive, send)
            return
        await self._application(scope, receive, send)

    async def _admit(self, request: Request) -> None:
        path = request.url.path
        if (request.method, path.removeprefix(self._prefix)) in PUBLIC:
            request.state.principal = ANONYMOUS
            return
        principal = await find_principal(request, self._rooms)
        require(principal, Access.SIGNED_IN)
        self._rates.require(principal)
        if request.method not in SAFE_METHODS:
            self._rooms.monitor.require_writable()
        if path == self._upload_path:
            require(principal, logs.receive_upload.requirement)
        request.state.principal, request.state.find_principal = principal, partial(find_principal, request, self._rooms)
