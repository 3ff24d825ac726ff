# SPDX-License-Identifier: Apache-2.0
"""Connections that do not come to the point are closed: each costs a file descriptor, of which there are few.

uvicorn ends a connection that is silent after an answer, but waits for ever for the first request and for the end of a
request's head. Anybody who can reach the port could hold all connections that way, without signing in.

Nor may connections take all descriptors: the store and its readers need some, and without any the server could not even
say that it is full. Above a limit a request is refused and its connection closed; monitoring is answered all the same.
"""

import asyncio
import resource
import sys

import h11
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from taktloom.model.errors import IncidentError
from taktloom.web.engine_rest import problems as engine_rest_problems
from taktloom.web.observed import HEALTHY, READY
from taktloom.web.problems import RequestUnreadableError, problem_of, problem_response, refused
from taktloom.web.protection import HEADERS

HEAD_S = 30.0  # from the first byte (or the connection) to the end of a request's head
_LEAST_LEFT = 32  # descriptors for everything that is no connection
_ENOUGH_FILES = 65_536
_REFUSED_AT_ONCE = 16  # connections that may be open only to be told that there are too many


_UNREADABLE = refused(
    400,
    RequestUnreadableError.code,
    "The request is no HTTP that this server reads.",
    "Send HTTP/1.1 whose head has at most 64 KiB and no sign that it may not hold.",
)


class TooManyConnectionsError(IncidentError):
    """The process may not have more open files."""

    code = "TL-3905"


def most_connections(open_files: int) -> int:
    """How many connections a process serves that may have so many open files (its soft limit, RLIMIT_NOFILE)."""
    if open_files == resource.RLIM_INFINITY:
        return sys.maxsize
    return max(1, open_files - max(_LEAST_LEFT, open_files // 4) - _REFUSED_AT_ONCE)


def ask_for_open_files() -> None:
    """Let this process have as many open files as it may ask for: the limit that it begins with is often 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _ENOUGH_FILES if hard == resource.RLIM_INFINITY else min(_ENOUGH_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class PatientProtocol(H11Protocol):
    """HTTP/1.1 with a limit on how long a request's head may take."""

    _head_due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Wait for the first request, unless there are too many."""
        super().connection_made(transport)
        too_many = len(self.connections) - most_connections(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
        if too_many > _REFUSED_AT_ONCE:
            transport.close()
            return
        if too_many > 0:
            self.app = _Full(self.app)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """A part of a head keeps the clock running, a whole one stops it."""
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._expect_head()
        else:
            self._forget_head()

    def send_400_response(self, msg: str) -> None:
        """Tell as a problem that this is no HTTP; *msg* is the server's own word for it, and stands in the log."""
        del msg
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:  # else an answer is on its way
            response = problem_response(_UNREADABLE)
            headers = [*response.raw_headers, (b"connection", b"close")]
            headers += [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
            for event in (
                h11.Response(status_code=_UNREADABLE.status, headers=headers, reason=b"Bad Request"),
                h11.Data(data=bytes(response.body)),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is expected any more."""
        self._forget_head()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        if self._head_due is None:
            self._head_due = self.loop.call_later(HEAD_S, self._give_up)

    def _forget_head(self) -> None:
        if self._head_due is not None:
            self._head_due.cancel()
            self._head_due = None

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()


class _Full:
    """Answers one request of a connection that is one too many: monitoring as always, all else with a refusal."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""

        async def send_last(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
            await send(message)

        is_probe = scope["path"] in {HEALTHY, READY}
        await (self._application if is_probe else _refuse)(scope, receive, send_last)


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    error = TooManyConnectionsError(
        "The server has as many connections as it may have open files for; nothing was changed.",
        remedy="Close connections that are not used, ask again later, or let the server have more open files.",
    )
    is_facade = scope["path"].startswith("/engine-rest")
    response = engine_rest_problems.answer(error) if is_facade else problem_response(problem_of(error))
    await response(scope, receive, send)
