# SPDX-License-Identifier: Apache-2.0
"""LISTEN/NOTIFY between the engine nodes of one PostgreSQL database: "I have committed, look". Only ever a hint.

Notifications are sent beside the commits, not in them (the server makes notifying transactions wait for each other),
and many commits share one. While the server is away nothing is sent or heard, and nothing depends on it.
"""

import threading
from collections.abc import Callable
from contextlib import suppress

import psycopg

from taktloom.model.errors import TaktloomError
from taktloom.storage.postgresql import PgConnection

_CHANNEL = "taktloom"
_PAUSE_S = 0.02  # between two notifications: commits in it share one
_LISTEN_S = 1.0  # how soon a listener notices that it is to stop
_AWAY_S = 5.0  # before connecting again


class NodeHints:
    """Two threads with a connection each: one sends, one listens."""

    def __init__(self, connect: Callable[[], PgConnection], node_id: str, hint: Callable[[], None]) -> None:
        self._connect, self._node_id, self._hint = connect, node_id, hint
        self._pending, self._stopping = threading.Event(), threading.Event()
        self._threads = [
            threading.Thread(target=self._keep, args=(work,), name=f"taktloom-{name}", daemon=True)
            for name, work in (("tell-nodes", self._send), ("hear-nodes", self._listen))
        ]
        for thread in self._threads:
            thread.start()

    def send(self) -> None:
        """Tell the other nodes soon; returns at once."""
        self._pending.set()

    def close(self) -> None:
        """Stop both threads."""
        self._stopping.set()
        self._pending.set()
        for thread in self._threads:
            thread.join()

    def _keep(self, work: Callable[[PgConnection], None]) -> None:
        while not self._stopping.is_set():
            with suppress(psycopg.Error, TaktloomError), self._connect() as connection:
                work(connection)
            self._stopping.wait(_AWAY_S)

    def _send(self, connection: PgConnection) -> None:
        connection.execute("SET synchronous_commit = off")
        while not self._stopping.is_set():
            self._pending.wait()
            self._pending.clear()
            # Also when stopping: it wakes the thread that listens.
            connection.execute("SELECT pg_notify($1, $2)", [_CHANNEL, self._node_id])
            self._stopping.wait(_PAUSE_S)

    def _listen(self, connection: PgConnection) -> None:
        connection.execute(f"LISTEN {_CHANNEL}")
        while not self._stopping.is_set():
            for notice in connection.notifies(timeout=_LISTEN_S, stop_after=1):
                if notice.payload != self._node_id:
                    self._hint()
