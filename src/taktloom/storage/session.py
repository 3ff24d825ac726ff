# SPDX-License-Identifier: Apache-2.0
"""One connection with the named statements of its database: parameters are bound by name, rows come by name.

`Session` is what every store gives; `SqliteSession` is SQLite's, `postgresql.PostgresqlSession` the other one's.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager

import apsw

from taktloom.storage.rows import Row
from taktloom.storage.sqlite import SqlValue, savepoint


class Session(ABC):
    """Runs named statements on one connection; one thread at a time."""

    @abstractmethod
    def run(self, name: str, /, **bindings: SqlValue) -> int:
        """Run a statement that gives no rows; the number of rows it changed."""

    @abstractmethod
    def run_many(self, name: str, rows: Iterable[Mapping[str, SqlValue]], /) -> int:
        """Run a statement once for each set of bindings, in order; how many rows it changed altogether."""

    @abstractmethod
    def rows(self, name: str, /, **bindings: SqlValue) -> Iterator[Row]:
        """The rows of a query, one by one."""

    @property
    @abstractmethod
    def in_transaction(self) -> bool:
        """Whether a transaction is open, be it one that has failed."""

    @abstractmethod
    def savepoint(self) -> AbstractContextManager[None]:
        """Take back what the block did when it raises; the transaction around it goes on."""

    @abstractmethod
    def close(self) -> None:
        """Close the connection."""

    def all(self, name: str, /, **bindings: SqlValue) -> list[Row]:
        """All rows of a query."""
        return list(self.rows(name, **bindings))

    def first(self, name: str, /, **bindings: SqlValue) -> Row | None:
        """The first row, None when there is none."""
        found = self.all(name, **bindings)
        return found[0] if found else None

    def count(self, name: str, /, **bindings: SqlValue) -> int:
        """The single whole number that a query gives; 0 for null or no row."""
        found = self.first(name, **bindings)
        return (found.integer_or_none("n") or 0) if found else 0


class SqliteSession(Session):
    """A session on a SQLite connection."""

    def __init__(self, connection: apsw.Connection, queries: Mapping[str, str]) -> None:
        self.connection = connection
        self._queries = queries
        self._columns: dict[str, Mapping[str, int]] = {}

    def run(self, name: str, /, **bindings: SqlValue) -> int:
        """See Session."""
        self.connection.execute(self._queries[name], bindings, prepare_flags=apsw.SQLITE_PREPARE_PERSISTENT)
        return self.connection.changes()

    def run_many(self, name: str, rows: Iterable[Mapping[str, SqlValue]], /) -> int:
        """See Session."""
        before = self.connection.total_changes()
        self.connection.executemany(self._queries[name], rows, prepare_flags=apsw.SQLITE_PREPARE_PERSISTENT)
        return self.connection.total_changes() - before

    def rows(self, name: str, /, **bindings: SqlValue) -> Iterator[Row]:
        """See Session."""
        cursor = self.connection.execute(self._queries[name], bindings, prepare_flags=apsw.SQLITE_PREPARE_PERSISTENT)
        for values in cursor:
            columns = self._columns.get(name)
            if columns is None:
                columns = self._columns[name] = {column[0]: at for at, column in enumerate(cursor.get_description())}
            yield Row(columns, values)

    @property
    def in_transaction(self) -> bool:
        """See Session; false also after SQLite has taken a transaction back by itself, as when the disk is full."""
        return self.connection.in_transaction

    def savepoint(self) -> AbstractContextManager[None]:
        """See Session."""
        return savepoint(self.connection)

    def close(self) -> None:
        """See Session."""
        self.connection.close()
