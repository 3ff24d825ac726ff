# SPDX-License-Identifier: Apache-2.0
"""Connections that do not come to the point are closed: each costs a file descriptor, of which there are few.

uvicorn ends a connection that is silent after an answer, but waits for ever for the first request and for the end of a
request's head. Anybody who can reach the port could hold all connections that way, without signing in.
"""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_S = 30.0  # from the first byte (or the connection) to the end of a request's head


class PatientProtocol(H11Protocol):
    """HTTP/1.1 with a limit on how long a request's head may take."""

    _head_due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Wait for the first request."""
        super().connection_made(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """A part of a head keeps the clock running, a whole one stops it."""
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._expect_head()
        else:
            self._forget_head()

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
