# SPDX-License-Identifier: Apache-2.0
"""What protects every answer: security headers, and a limit on every request's body.

The content security policy allows nothing from elsewhere. `style-src 'unsafe-inline'` is there because the diagram
components (bpmn-js, dmn-js, form-js) set style attributes; scripts may never be inline.
"""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from taktloom.model.errors import LimitExceededError
from taktloom.web.problems import BodyTooLargeError, problem_response, refused

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
    """Refuses bodies over the limit, by the header where it is sent, else while reading. Uploads have their own."""

    def __init__(self, application: ASGIApp, *, limit: int, upload_limit: int, upload_path: str) -> None:
        self._application, self._limit = application, limit
        self._upload_limit, self._upload_path = upload_limit, upload_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        limit = self._upload_limit if scope["path"] == self._upload_path else self._limit
        if _declared_length(scope) > limit:
            await self._refuse(limit)(scope, receive, send)
            return
        seen, has_begun = 0, False

        async def receive_limited() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise BodyTooLargeError
            return message

        async def send_noting(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._application(scope, receive_limited, send_noting)
        except BodyTooLargeError:
            if not has_begun:
                await self._refuse(limit)(scope, receive, send)

    @staticmethod
    def _refuse(limit: int) -> ASGIApp:
        problem = refused(
            413, LimitExceededError.code, f"The request is larger than {limit} bytes.", "Send less, or raise the limit."
        )
        return problem_response(problem.model_copy(update={"parameters": {"limit": str(limit)}}))


def _declared_length(scope: Scope) -> int:
    value = dict(scope["headers"]).get(b"content-length", b"0")
    return int(value) if value.isdigit() else 0
