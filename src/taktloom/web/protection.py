# SPDX-License-Identifier: Apache-2.0
"""What protects every answer: security headers, and a limit on every request's body.

The content security policy allows nothing from elsewhere. `style-src 'unsafe-inline'` is there because the diagram
components (bpmn-js, dmn-js, form-js) set style attributes; scripts may never be inline.
"""

import asyncio
import time

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from taktloom.model.errors import LimitExceededError
from taktloom.web.problems import (
    BodyTooLargeError,
    BodyTooSlowError,
    RequestUnreadableError,
    problem_response,
    refused,
)
from taktloom.web.schemas.shared import Problem

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
TRANSPORT = "max-age=31536000"
GRACE_S, BYTES_PER_S = 60.0, 1024  # how long a body may take, and how fast it must be in the long run


class SecurityHeaders:
    """Adds the headers to every answer; API answers are kept by no cache."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return

        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if scope["scheme"] == "https":
                    headers.setdefault("Strict-Transport-Security", TRANSPORT)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._application(scope, receive, send_protected)


class BodyLimit:
    """Refuses bodies over the limit, by the header where it is sent, else while reading. Uploads have their own.

    A body that comes slower than BYTES_PER_S after its first minute holds a connection for nothing: it is refused, too.
    """

    def __init__(self, application: ASGIApp, *, limit: int, upload_limit: int, upload_path: str) -> None:
        self._application, self._limit = application, limit
        self._upload_limit, self._upload_path = upload_limit, upload_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        limit = self._upload_limit if scope["path"] == self._upload_path else self._limit
        if _is_ambiguous(scope):
            await _hung_up(_AMBIGUOUS)(scope, receive, send)
            return
        if _declared_length(scope) > limit:
            await _hung_up(_too_large(limit))(scope, receive, send)
            return
        has_begun = False

        async def send_noting(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._application(scope, _Body(receive, limit).receive, send_noting)
        except BodyTooLargeError as refusal:
            if not has_begun:
                problem = _TOO_SLOW if isinstance(refusal, BodyTooSlowError) else _too_large(limit)
                await _hung_up(problem)(scope, receive, send)


class _Body:
    """Counts a body while it comes, and waits no longer for it than it deserves."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive, self._limit = receive, limit
        self._begun_at, self._seen, self._is_whole = time.monotonic(), 0, False

    async def receive(self) -> Message:
        """ASGI. Raises BodyTooLargeError, BodyTooSlowError."""
        if self._is_whole:
            return await self._receive()  # the client's departure, for which long answers wait
        patience = GRACE_S + self._seen / BYTES_PER_S - (time.monotonic() - self._begun_at)
        try:
            async with asyncio.timeout(patience):
                message = await self._receive()
        except TimeoutError as error:
            raise BodyTooSlowError from error
        self._is_whole = message["type"] != "http.request" or not message.get("more_body")
        self._seen += len(message.get("body", b""))
        if self._seen > self._limit:
            raise BodyTooLargeError
        return message


def _too_large(limit: int) -> Problem:
    cause = f"The request is larger than {limit} bytes."
    problem = refused(413, LimitExceededError.code, cause, "Send less, or raise the limit.")
    return problem.model_copy(update={"parameters": {"limit": str(limit)}})


_TOO_SLOW = refused(
    408, RequestUnreadableError.code, "The body of the request did not come in time.", "Send it again, faster."
)
_AMBIGUOUS = refused(
    400,
    RequestUnreadableError.code,
    "The request gives its length in two ways.",
    "Send either Content-Length or Transfer-Encoding.",
)


def _hung_up(problem: Problem) -> ASGIApp:
    """The problem, after which the connection ends: what else comes on it belongs to nothing."""
    response = problem_response(problem)
    response.headers["Connection"] = "close"
    return response


def _is_ambiguous(scope: Scope) -> bool:
    """Whether a proxy may take another end of the body for the true one (RFC 9112, section 6.1)."""
    names = {name for name, _ in scope["headers"]}
    return b"content-length" in names and b"transfer-encoding" in names


def _declared_length(scope: Scope) -> int:
    value = dict(scope["headers"]).get(b"content-length", b"0")
    return int(value) if value.isdigit() else 0
