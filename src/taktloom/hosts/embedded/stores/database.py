# SPDX-License-Identifier: Apache-2.0
"""The engine's database: one writing connection and a pool of reading ones.

`Database` is what the engine needs of a store. SQLite is here: in memory there is a single connection, which readers
borrow while the writer is between transactions; on disk readers see the last commit (WAL) and never wait. PostgreSQL is
in postgresql_database.py.
"""

import queue
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import apsw

from taktloom.model.identifiers import InstanceKey
from taktloom.model.places import NOWHERE, Place
from taktloom.storage import (
    MEMORY,
    Refusal,
    Session,
    SqliteSession,
    SyncLevel,
    assume_statistics,
    copy_database,
    data_version,
    fill_database,
    has_statistics,
    load_migrations,
    load_queries,
    migrate,
    open_connection,
)

PACKAGE = "taktloom.hosts.embedded"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """How to use a database server. password: beside the address, so that the address may be shown.

    readers: connections for queries, at most. query_timeout_ms: longest run of one of them.
    """

    password: str | None = None
    readers: int = 16
    query_timeout_ms: int = 30_000


class Database(ABC):
    """Owns the connections. `lock` is held by whoever uses the writing session."""

    lock: threading.RLock
    writing: Session

    @abstractmethod
    def begin(self) -> bool:
        """Begin the writing transaction; whether somebody else has committed since the last one (or look).

        Where that is only found out by a later statement, the statement raises what is a CONFLICT.
        """

    @abstractmethod
    def commit(self) -> None:
        """Commit. When it returns the commit stands, when it raises it does not; never anything between."""

    def commit_soon(self) -> bool:
        """Commit, or have it committed while the next transaction is prepared: then true, and `land` must follow.

        Until `land` nobody may use the writing session. Raises as *commit* does.
        """
        self.commit()
        return False

    @property
    def has_landed(self) -> bool:
        """Whether `land` need not wait for long."""
        return True

    def land(self) -> None:  # noqa: B027 - where commit_soon waits, nothing is left to do
        """Wait for what *commit_soon* has begun; returns and raises as *commit* does."""

    @abstractmethod
    def rollback(self) -> None:
        """Take the writing transaction back, if there is one; never raises."""

    @abstractmethod
    def look(self) -> bool:
        """Whether somebody else has committed since the last transaction or look."""

    @abstractmethod
    def refusal_of(self, error: BaseException) -> Refusal | None:
        """What an error of the store means; None where it does not come from the store."""

    @abstractmethod
    def own_key(self, key: InstanceKey) -> InstanceKey:
        """The first key from *key* on that no other engine on this database gives to an instance."""

    @abstractmethod
    def reading(self) -> AbstractContextManager[Session]:
        """Lend a session for queries, in one consistent view of the database."""

    @abstractmethod
    def backup(self, target: Path) -> None:
        """Copy the live database to *target*; raises where that is the server's business."""

    @abstractmethod
    def close(self) -> None:
        """Close the idle connections; sessions on loan must have come back."""

    @property
    def place(self) -> Place:
        """Which database it is, for errors."""
        return NOWHERE

    @property
    def is_shared(self) -> bool:
        """Whether others may write while the writing transaction is open, so that its view may be old."""
        return False

    @property
    def is_silent(self) -> bool:
        """Whether the writer has waited for the store for seconds; never waits itself."""
        return False

    def may_have_kept(self, error: BaseException) -> bool:
        """Whether what *commit* raised leaves open if the transaction is there after a crash of this process."""
        del error
        return False

    def tell_others(self) -> None:  # noqa: B027 - a store that others' commits cannot escape tells nothing
        """Hint to the other engines on this database that something was committed; it may be lost."""

    def prepare_history(self, now: datetime) -> None:  # noqa: B027 - one table needs no preparing
        """Make room for the history of the months to come."""

    def drop_history(self, now: datetime) -> None:  # noqa: B027 - rows of instances are deleted with them
        """Before and after old instances are removed: give free at once what holds none but those."""

    def listen(self, hint: Callable[[], None]) -> None:  # noqa: B027 - as above
        """Call *hint* when another engine hints that it has committed; it may never be called."""


def _bring_up_to_date(connection: apsw.Connection, path: Path | None) -> None:
    if migrate(connection, load_migrations(PACKAGE), path=path) or not has_statistics(connection):
        assume_statistics(connection)


@cache
def _empty_database() -> bytes:
    """What every database in memory begins with: the migrations of years take twenty times as long as a copy."""
    connection = open_connection(MEMORY)
    try:
        _bring_up_to_date(connection, None)
        return connection.serialize("main")
    finally:
        connection.close()


class SqliteDatabase(Database):
    """One file, or memory. The write lock of SQLite makes writers of several processes take turns."""

    def __init__(self, path: Path | None, *, sync: SyncLevel, vfs: str | None = None) -> None:
        self._path, self._sync, self._vfs = path, sync, vfs
        self._queries = load_queries(PACKAGE, "sql")
        self.lock = threading.RLock()
        self._connection = open_connection(path if path is not None else MEMORY, sync=sync, vfs=vfs)
        try:
            if path is None:
                fill_database(self._connection, _empty_database())
            else:
                _bring_up_to_date(self._connection, path)
        except BaseException:
            self._connection.close(True)
            raise
        self.writing: Session = SqliteSession(self._connection, self._queries)
        self._readers: queue.SimpleQueue[SqliteSession] = queue.SimpleQueue()
        self._seen_version = data_version(self._connection)

    def begin(self) -> bool:
        """See Database."""
        self._connection.execute("BEGIN IMMEDIATE")
        return self.look()

    def commit(self) -> None:
        """See Database."""
        self._connection.execute("COMMIT")

    @property
    def place(self) -> Place:
        """The name of the file, without its folder, which is nobody's business outside."""
        return NOWHERE if self._path is None else Place(source=self._path.name)

    def may_have_kept(self, error: BaseException) -> bool:
        """See Database; the log may hold all of the transaction, and only this process knows that it does not count.

        Rebello et al., Can Applications Recover from fsync Failures?, ATC 2020, call it a false failure.
        """
        return isinstance(error, apsw.IOError)

    def rollback(self) -> None:
        """See Database."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def look(self) -> bool:
        """See Database."""
        version = data_version(self._connection)
        is_changed = version != self._seen_version
        self._seen_version = version
        return is_changed

    def refusal_of(self, error: BaseException) -> Refusal | None:
        """See Database; writers wait for one another, so nothing is ever tried again."""
        return Refusal.REFUSED if isinstance(error, apsw.Error) else None

    def own_key(self, key: InstanceKey) -> InstanceKey:
        """See Database; one writer at a time sees every key that is given."""
        return key

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """See Database."""
        if self._path is None:
            with self.lock:
                yield self.writing
            return
        session = self._take_reader(self._path)
        is_usable = False
        try:
            session.connection.execute("BEGIN")
            try:
                yield session
            finally:
                session.connection.execute("ROLLBACK")
            is_usable = True
        finally:
            # A reader whose block raised may have been hurt itself, by a disk that cannot be read.
            self._readers.put(session) if is_usable else session.close()

    def backup(self, target: Path) -> None:
        """See Database."""
        if self._path is None:
            with self.lock:
                copy_database(self._connection, target)
            return
        source = open_connection(self._path, sync=self._sync, vfs=self._vfs, is_first=False)
        try:
            copy_database(source, target)
        finally:
            source.close()

    def close(self) -> None:
        """See Database."""
        while not self._readers.empty():
            self._readers.get().close()
        with self.lock:
            self.writing.close()

    def _take_reader(self, path: Path) -> SqliteSession:
        try:
            return self._readers.get_nowait()
        except queue.Empty:
            return SqliteSession(open_connection(path, sync=self._sync, vfs=self._vfs, is_first=False), self._queries)
