# SPDX-License-Identifier: Apache-2.0
"""The engine's database: one writing connection and a pool of reading ones.

In memory there is a single connection, which readers borrow while the writer is between transactions; on disk readers
see the last commit (WAL) and never wait.
"""

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from taktloom.storage import (
    MEMORY,
    BufferedSession,
    Session,
    SqliteSession,
    SyncLevel,
    copy_database,
    load_migrations,
    load_queries,
    migrate,
    open_connection,
)

_PACKAGE = "taktloom.hosts.embedded"
_PARENTS_FIRST = ("instance", "user_task")  # of the tables with deferred writes those that others refer to


class Database:
    """Owns the connections. `lock` is held by whoever uses the writing connection."""

    def __init__(self, path: Path | None, *, sync: SyncLevel, vfs: str | None = None) -> None:
        self._path, self._sync, self._vfs = path, sync, vfs
        self._queries = load_queries(_PACKAGE, "sql")
        self.lock = threading.RLock()
        self.connection = open_connection(path if path is not None else MEMORY, sync=sync, vfs=vfs)
        migrate(self.connection, load_migrations(_PACKAGE), path=path)
        writing = SqliteSession(self.connection, self._queries)
        self.writing: Session = BufferedSession(writing, self._queries, parents_first=_PARENTS_FIRST)
        self._readers: queue.SimpleQueue[SqliteSession] = queue.SimpleQueue()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Lend a session for queries, in one consistent view of the database."""
        if self._path is None:
            with self.lock:
                yield self.writing
            return
        session = self._take_reader(self._path)
        try:
            session.connection.execute("BEGIN")
            yield session
        finally:
            session.connection.execute("ROLLBACK")
            self._readers.put(session)

    def backup(self, target: Path) -> None:
        """Copy the live database to *target*."""
        if self._path is None:
            with self.lock:
                copy_database(self.connection, target)
            return
        source = open_connection(self._path, sync=self._sync, vfs=self._vfs)
        try:
            copy_database(source, target)
        finally:
            source.close()

    def close(self) -> None:
        """Close the idle connections; sessions on loan must have come back."""
        while not self._readers.empty():
            self._readers.get().close()
        with self.lock:
            self.writing.close()

    def _take_reader(self, path: Path) -> SqliteSession:
        try:
            return self._readers.get_nowait()
        except queue.Empty:
            return SqliteSession(open_connection(path, sync=self._sync, vfs=self._vfs), self._queries)
