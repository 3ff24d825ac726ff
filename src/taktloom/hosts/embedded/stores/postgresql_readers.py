# SPDX-License-Identifier: Apache-2.0
"""Connections for queries: lent one at a time, each in a read-only transaction of its own.

A server that is gone refuses at once, one that hangs (paused, its disk stuck, a network that drops everything) says
nothing. Whoever asks it would wait, and those waiting would take every thread of a server in front of it. So a silence
is noticed. A living server begins a transaction at once, however long its queries take: one that does not is away. And
when queries and the writer have waited for seconds and nothing was answered meanwhile, further queries are refused at
once, and one at a time tries whether the server is back.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from taktloom.model.errors import IncidentError
from taktloom.storage.postgresql import PostgresqlSession

SILENCE_S = 5.0  # nothing answered for so long, although asked by queries and the writer: the server is silent
QUEUE_S = 5.0  # how long a query waits for another one to give its connection back
BEGIN_S = 5.0  # how long a connection, or a transaction on it, may take to begin
RETRY_S = 1.0  # between two attempts at a server that is away
BEGIN = "ISOLATION LEVEL REPEATABLE READ READ ONLY"


class QueriesQueuedError(IncidentError):
    """As many queries are running as the server may be asked at a time, and none of them ended in time."""

    code = "TL-3514"


@dataclass(slots=True, eq=False)
class _Loan:
    """One query's turn. session None: its connection is being made."""

    since: float
    session: PostgresqlSession | None = None

    def waits_since(self) -> float | None:
        """Since when it has waited for the server; None while it has an answer in hand."""
        return self.since if self.session is None else self.session.connection.waits_since


class Readers:
    """Lends sessions. refusal: the error for a server that is away; is_writer_stuck: whether the writer waits too."""

    def __init__(
        self,
        open_one: Callable[[], PostgresqlSession],
        *,
        limit: int,
        refusal: Callable[[], IncidentError],
        is_writer_stuck: Callable[[], bool],
    ) -> None:
        self._open_one, self._refusal, self._is_writer_stuck = open_one, refusal, is_writer_stuck
        self._free = threading.Semaphore(limit)
        self._idle: list[PostgresqlSession] = []
        self._loans: dict[int, _Loan] = {}  # by the thread that has it
        self._lock = threading.Lock()
        self._answered_at = time.monotonic()
        self._is_away = self._is_probed = self._is_closed = False
        self._next_probe = 0.0

    def take(self) -> PostgresqlSession:
        """A session in a transaction; what the server has closed meanwhile is thrown away.

        Raises QueriesQueuedError, ConnectionLostError, DatabaseUnusableError; at once while the server is away.
        """
        is_probe = self._require_server()
        try:
            if not self._free.acquire(timeout=QUEUE_S):
                raise QueriesQueuedError(
                    "All connections for queries are in use, and none became free in time.",
                    remedy="Try again in a moment. If it stays, look for slow queries or a lock in the database.",
                )
            return self._begin()
        finally:
            if is_probe:
                self._is_probed = False

    def give_back(self, session: PostgresqlSession) -> None:
        """End its transaction and keep it for the next one."""
        try:
            session.connection.execute("ROLLBACK")
            self._answered_at = time.monotonic()
        except psycopg.Error:
            session.close()
        with self._lock:
            self._loans.pop(threading.get_ident(), None)
            is_kept = not session.connection.closed and not self._is_closed
            if is_kept:
                self._idle.append(session)
        if not is_kept:
            session.close()
        self._free.release()

    def close(self) -> None:
        """Close the idle ones, and the others when they come back."""
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
        for session in idle:
            session.close()

    def _require_server(self) -> bool:
        """Raise while the server is away; True for the one that has to try whether it is back."""
        now = time.monotonic()
        with self._lock:
            if not self._is_away:
                self._is_away = self._is_silent(now)
            if not self._is_away:
                return False
            if not self._is_probed and now >= self._next_probe:
                self._is_probed = True
                return True
        raise self._refusal()

    def _is_silent(self, now: float) -> bool:
        waits = [since for loan in self._loans.values() if (since := loan.waits_since()) is not None]
        is_unanswered = now - self._answered_at > SILENCE_S and any(now - since > SILENCE_S for since in waits)
        return is_unanswered and self._is_writer_stuck()

    def _begin(self) -> PostgresqlSession:
        loan = _Loan(time.monotonic())
        try:
            with self._lock:
                self._loans[threading.get_ident()] = loan
            session = self._session_of(loan)
        except BaseException:
            with self._lock:
                self._loans.pop(threading.get_ident(), None)
                self._next_probe = time.monotonic() + RETRY_S
                # A server that has no connection to spare goes on answering on those that it has given.
                self._is_away = self._next_probe - self._answered_at > 2 * RETRY_S
            self._free.release()
            raise
        self._is_away, self._answered_at = False, time.monotonic()
        return session

    def _session_of(self, loan: _Loan) -> PostgresqlSession:
        while True:
            with self._lock:
                loan.session = self._idle.pop() if self._idle else None
            if loan.session is None:
                loan.session = self._open_one()
                _begin_soon(loan.session)
                return loan.session
            try:
                _begin_soon(loan.session)
            except psycopg.Error:
                loan.session.close()
                loan.session, silent_s = None, time.monotonic() - loan.since
                if silent_s >= BEGIN_S:
                    raise self._refusal() from None  # the next connection would wait as long
                loan.since = time.monotonic()
                continue
            return loan.session


def _begin_soon(session: PostgresqlSession) -> None:
    """Begin a transaction; the connection is closed when that takes too long."""
    connection = session.connection
    patience, connection.patience_s = connection.patience_s, BEGIN_S
    try:
        session.begin(BEGIN)
    finally:
        connection.patience_s = patience
