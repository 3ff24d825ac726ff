# SPDX-License-Identifier: Apache-2.0
"""Stopping what an engine is doing, from another thread: when somebody cancels it, or when it takes too long.

DuckDB and SQLite are interrupted, PostgreSQL is asked to cancel the statement. Other drivers offer nothing alike: there
the statement goes on to its end, and what it brings is dropped.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from taktloom.mining.sql.errors import SqlLimitError

AGAIN_S = 0.2
"""after which an engine that has begun another statement in between is stopped again"""

STOPS: Mapping[str, Callable[[Any], object]] = {
    "duckdb": lambda connection: connection.con.interrupt(),
    "postgres": lambda connection: connection.con.cancel_safe(timeout=5.0),
    "sqlite": lambda connection: connection.con.interrupt(),
}


class Stopper:
    """Stops the statements of one connection. stop: to be called by whoever cancels."""

    def __init__(self, connection: Any, limit_s: float | None) -> None:
        self._connection, self._limit_s = connection, limit_s
        self._awake, self._ended = threading.Event(), threading.Event()
        self.is_over_time = False

    def stop(self) -> None:
        """Stop what runs, and what begins after it."""
        self._awake.set()

    def end(self) -> None:
        """Nothing runs any more."""
        self._ended.set()
        self._awake.set()

    def watch(self) -> None:
        """Wait for a call of `stop`, or for the time to be over; for a thread of its own."""
        self.is_over_time = not self._awake.wait(self._limit_s)
        stop = STOPS.get(self._connection.name)
        while stop is not None and not self._ended.is_set():
            with suppress(Exception):  # a connection that has gone needs no stopping
                stop(self._connection)
            self._ended.wait(AGAIN_S)


@contextmanager
def stoppable(connection: Any, *, limit_s: float | None = None) -> Iterator[Stopper]:
    """For the block: its statements on *connection* can be stopped. Raises SqlLimitError when they took too long."""
    stopper = Stopper(connection, limit_s)
    watching = threading.Thread(target=stopper.watch, name="taktloom-sql-stopper", daemon=True)
    watching.start()
    try:
        yield stopper
    except Exception as error:
        if stopper.is_over_time and limit_s is not None:
            raise SqlLimitError("seconds", int(limit_s)) from error
        raise
    finally:
        stopper.end()
        watching.join()
    if stopper.is_over_time and limit_s is not None:
        raise SqlLimitError("seconds", int(limit_s))
