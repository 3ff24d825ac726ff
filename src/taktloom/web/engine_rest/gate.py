# SPDX-License-Identifier: Apache-2.0
"""The gate of `/engine-rest`: a service account's key as HTTP Basic password or Bearer token, nothing else.

With Basic the user name is the account's name. Session cookies open nothing here, so no token against forged requests
is needed. Addresses are brought to one form: a doubled or a final slash counts for nothing, and `/engine/default` may
stand before everything.
"""

import base64
import binascii
import re
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from taktloom.app import service_accounts
from taktloom.app.context import Principal
from taktloom.app.wiring import Rooms
from taktloom.model.errors import NotAuthenticatedError, TaktloomError
from taktloom.web.callers import SAFE_METHODS
from taktloom.web.engine_rest.problems import answer
from taktloom.web.rates import RateLimiter

PREFIX = "/engine-rest"
ENGINE = "default"
_ENGINE = re.compile(rf"^{PREFIX}/engine/{ENGINE}(?=/.)")


class EngineRestGate:
    """Puts the principal into the request's state, or answers with an error."""

    def __init__(self, application: ASGIApp, rooms: Rooms) -> None:
        self._application, self._rooms = application, rooms
        self._rates = RateLimiter(rooms.settings.requests_per_second)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http":
            scope = {**scope, "path": normal_path(scope["path"]), "state": dict(scope.get("state") or {})}
            try:
                request = Request(scope)
                principal = await find_principal(request, self._rooms)
                self._rates.require(principal)
                if request.method not in SAFE_METHODS:
                    self._rooms.monitor.require_writable()
                request.state.principal = principal
                request.state.find_principal = partial(find_principal, request, self._rooms)
            except TaktloomError as error:
                await answer(error)(scope, receive, send)
                return

        async def send_plainly(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 204:
                del MutableHeaders(scope=message)["Content-Type"]  # clients would read the missing body as JSON
            await send(message)

        await self._application(scope, receive, send_plainly)


def normal_path(path: str) -> str:
    """One form of an address."""
    return _ENGINE.sub(PREFIX, re.sub(r"/{2,}", "/", path)).rstrip("/") or "/"


async def find_principal(request: Request, rooms: Rooms) -> Principal:
    """Who calls. Raises NotAuthenticatedError, KeyRefusedError."""
    name, key = credentials_of(request)
    principal = service_accounts.recalled_principal(rooms, key)
    if principal is None:
        principal = await run_in_threadpool(service_accounts.principal_of_key, rooms, key)
    if name is None or principal.name == service_accounts.principal_name(name):
        return principal
    raise NotAuthenticatedError(
        "The user name is not that of the key's service account.", remedy="Give the service account's name."
    )


def credentials_of(request: Request) -> tuple[str | None, str]:
    """The account's name, None with Bearer, and the key. Raises NotAuthenticatedError."""
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return None, credentials.strip()
    if scheme.lower() == "basic":
        return _basic(credentials.strip())
    raise NotAuthenticatedError(
        "The request names nobody.", remedy="Send a service account's name and key by HTTP Basic, or the key as Bearer."
    )


def _basic(credentials: str) -> tuple[str, str]:
    try:
        name, _, key = base64.b64decode(credentials, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise NotAuthenticatedError(
            "The Basic credentials cannot be read.", remedy="Send `name:key` in Base64."
        ) from error
    return name, key
