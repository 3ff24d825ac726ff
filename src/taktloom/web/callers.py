# SPDX-License-Identifier: Apache-2.0
"""Who calls: the principal behind a session cookie or an API key, found once per request.

A browser sends the cookie, and with everything but GET and HEAD also the session's CSRF token in `X-CSRF-Token`; an
API key as Bearer token needs none, because no browser attaches it on its own.
"""

from dataclasses import replace
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Query, Request

from taktloom.app import people, service_accounts
from taktloom.app.context import ANONYMOUS, Context, Principal
from taktloom.app.wiring import Rooms
from taktloom.model.errors import NotAuthenticatedError, PermissionDeniedError

COOKIE = "taktloom_session"
CSRF_HEADER = "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

# Threads of their own: who calls is found out, and refused, while requests that wait for a store take all others.
_LOOKUPS = CapacityLimiter(10)


class CsrfError(PermissionDeniedError):
    """A changing request came with a session cookie but without the session's CSRF token."""

    code = "TL-2903"


def rooms_of(request: Request) -> Rooms:
    """The rooms that this application was made with."""
    rooms: Rooms = request.app.state.rooms
    return rooms


async def caller(request: Request) -> Context:
    """The context of this request; the gate has found out who calls."""
    rooms = rooms_of(request)
    return Context(principal=request.state.principal, rooms=rooms)


def cookie_name(request: Request) -> str:
    """The session cookie's name, with the port that this server listens on.

    Browsers send a host's cookies to every port of it (RFC 6265, section 8.5): under one name, two servers on one
    machine would sign each other's users out.
    """
    _, port = request.scope.get("server") or ("", None)
    return COOKIE if port is None else f"{COOKIE}_{port}"


def principal_of(request: Request, rooms: Rooms) -> Principal:
    """Who calls. Raises KeyRefusedError for a bad key, CsrfError for a cookie without its token."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return service_accounts.principal_of_key(rooms, key.strip())
    token = request.cookies.get(cookie_name(request))
    if token is None:
        return ANONYMOUS
    session = people.find_session(rooms, token)
    if session is None:
        return ANONYMOUS
    if request.method not in SAFE_METHODS and not session.has_csrf_token(request.headers.get(CSRF_HEADER, "")):
        raise CsrfError(
            "The request lacks the session's CSRF token.",
            remedy=f"Send the csrf_token of GET /api/v1/session in the header {CSRF_HEADER}.",
        )
    return people.principal_of_session(session)


async def find_principal(request: Request, rooms: Rooms) -> Principal:
    """As principal_of, on another thread where it may have to wait."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    found = service_accounts.recalled_principal(rooms, key.strip()) if scheme.lower() == "bearer" else None
    if found is not None:
        return found
    return await to_thread.run_sync(principal_of, request, rooms, limiter=_LOOKUPS)


async def is_still_admitted(request: Request) -> bool:
    """For answers that take long: whether the key or session has not ended since, and opens what it did.

    The gate left in the request's state how it finds out who calls.
    """
    admitted: Principal = request.state.principal
    try:
        found: Principal = await request.state.find_principal()
    except NotAuthenticatedError:
        return False
    return replace(found, session=None) == replace(admitted, session=None)


Caller = Annotated[Context, Depends(caller)]
Limit = Annotated[int, Query(ge=1, le=500)]


def client_address(request: Request) -> str:
    """The peer's address, for throttling; uvicorn replaces it by the forwarded one only behind a trusted proxy."""
    return request.client.host if request.client else "unknown"
