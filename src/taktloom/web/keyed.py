# SPDX-License-Identifier: Apache-2.0
"""`Idempotency-Key`: a POST that is sent again under the same key is answered as before and not done again.

Stands inside the gate, so that a key belongs to who sends it. Answers that hold a secret shown once (sessions, one-time
links, API keys) are never kept: a key sent there is refused. A file upload and a request for work are not repeated by
their answer either.
"""

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from taktloom.app import idempotency
from taktloom.app.wiring import Rooms
from taktloom.model.errors import TaktloomError
from taktloom.web.problems import problem_of, problem_response

HEADER, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"
KEPT_BYTES = 4_000_000
NOT_KEPT = ("/session", "/sessions", "/users", "/service-accounts", "/me", "/logs/uploads", "/jobs/activations")

PARAMETER = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": idempotency.LONGEST_KEY, "pattern": "^[ -~]+$"},
    "description": "Sent again under the same key, the request is answered as before and not carried out again.",
}


def takes_key(method: str, path: str) -> bool:
    """Whether the answer of *path*, below the prefix of the interface, may be kept."""
    return method == "POST" and not any(path == one or path.startswith(f"{one}/") for one in NOT_KEPT)


class KeyedRequests:
    """Keeps the answers of keyed POST requests below *prefix*."""

    def __init__(self, application: ASGIApp, *, rooms: Rooms, prefix: str) -> None:
        self._application, self._rooms, self._prefix = application, rooms, prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        key = Headers(scope=scope).get(HEADER) if self._concerns(scope) else None
        if key is None:
            await self._application(scope, receive, send)
            return
        body = await _whole(receive)
        if body is None:
            return
        try:
            sent = self._sent(scope, key, body)
            answer = await run_in_threadpool(idempotency.begin, self._rooms, sent)
        except TaktloomError as error:
            await problem_response(problem_of(error))(scope, receive, send)
            return
        if answer is not None:
            await _replay(answer, send)
            return
        await self._carry_out(scope, body, send, sent)

    async def _carry_out(self, scope: Scope, body: bytes, send: Send, sent: idempotency.Sent) -> None:
        """Let the application answer, and keep the answer before it is sent."""
        held: list[Message] = []

        async def hold(message: Message) -> None:
            held.append(message)

        try:
            await self._application(scope, _given(body), hold)
        except BaseException:
            await run_in_threadpool(idempotency.finish, self._rooms, sent, _FAILED)
            raise
        await run_in_threadpool(idempotency.finish, self._rooms, sent, _answer_of(held))
        for message in held:
            await send(message)

    def _concerns(self, scope: Scope) -> bool:
        path: str = scope.get("path", "")
        return scope["type"] == "http" and scope["method"] == "POST" and path.startswith(self._prefix)

    def _sent(self, scope: Scope, key: str, body: bytes) -> idempotency.Sent:
        path = scope["path"].removeprefix(self._prefix)
        if not takes_key(scope["method"], path):
            raise idempotency.KeyUnusableError(
                "Answers of this address are not kept.", remedy=f"Send the request without {HEADER}."
            )
        idempotency.require_usable(key)
        request = b"\n".join((scope["method"].encode(), path.encode(), scope["query_string"], body))
        return idempotency.Sent(principal=scope["state"]["principal"], key=key, request=request)


_FAILED = idempotency.Answer(status=500, content_type="", content=b"")


async def _whole(receive: Receive) -> bytes | None:
    """The body; None when the client went away."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _given(body: bytes) -> Receive:
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return pending.pop() if pending else {"type": "http.disconnect"}

    return receive


def _answer_of(held: list[Message]) -> idempotency.Answer:
    start = next(message for message in held if message["type"] == "http.response.start")
    content = b"".join(message.get("body", b"") for message in held if message["type"] == "http.response.body")
    kind = Headers(raw=start["headers"]).get("Content-Type", "")
    if len(content) > KEPT_BYTES:
        return _FAILED  # too large to keep; only evaluations, which change nothing, give so much
    return idempotency.Answer(status=start["status"], content_type=kind, content=content)


async def _replay(answer: idempotency.Answer, send: Send) -> None:
    start: Message = {"type": "http.response.start", "status": answer.status, "headers": []}
    headers = MutableHeaders(scope=start)
    headers[REPLAYED] = "true"
    if answer.content_type:
        headers["Content-Type"] = answer.content_type
    if answer.status != 204:
        headers["Content-Length"] = str(len(answer.content))
    await send(start)
    await send({"type": "http.response.body", "body": answer.content})
