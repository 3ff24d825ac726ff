# SPDX-License-Identifier: Apache-2.0
"""One connection with the named statements of its database: parameters are bound by name, rows come by name.

`Session` is what every store gives; `SqliteSession` is SQLite's, `postgresql.PostgresqlSession` the other one's.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager

import apsw

from taktloom.storage.refusals import unstorable
from taktloom.storage.rows import Row
from taktloom.storage.sqlite import SqlValue, savepoint
from taktloom.storage.statements import calls_for


class Session(ABC):
    """Runs named statements on one connection; one thread at a time."""

    @abstractmethod
    def text(self, name: str, /) -> str:
        """The SQL of a named statement."""

    @abstractmethod
    def run(self, name: str, /, **bindings: SqlValue) -> int:
        """Run a statement that gives no rows; the number of rows it changed."""

    @abstractmethod
    def run_many(self, name: str, rows: Iterable[Mapping[str, SqlValue]], /) -> int:
        """Run a statement once for each set of bindings, in order; how many rows it changed altogether."""

    def send_many(self, name: str, rows: Iterable[Mapping[str, SqlValue]], /) -> None:
        """As run_many, but it may wait for the store only in `settle`, which raises what was refused."""
        self.run_many(name, rows)

    def settle(self) -> None:  # noqa: B027 - where send_many waits, nothing is left to do
        """Wait until everything that was sent is done."""

    @property
    def is_sending(self) -> bool:
        """Whether something was sent that `settle` has still to hear of."""
        return False

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

    epoch: int | None = None  # another one when what was deferred is written: until then it waits; None: nothing waits
    is_spoilt: bool = False  # deferred rows were refused: only taking the transaction back helps

    def defer(self, name: str, key: str | None = None, /, **bindings: SqlValue) -> None:
        """Run a statement at any time before its effect can be seen, and before the end of the transaction.

        key: of the row that it writes, where other deferred statements of the group may write the same one.
        """
        del key
        self.run(name, **bindings)

    def defer_new(self, name: str, key: str, /, **bindings: SqlValue) -> None:
        """As defer, for a row that no other deferred statement writes. key: of those under which it is looked for."""
        del key
        self.run(name, **bindings)

    def defer_newest(self, name: str, key: str, /, **bindings: SqlValue) -> None:
        """As defer, in place of what waits for the same row by the same statement; or over it, if that is written."""
        del key
        self.run(name, **bindings)

    def first_of(self, name: str, key: str, /, **bindings: SqlValue) -> Row | None:
        """As first, for a query that reads only rows that writes are deferred to under *key*, in all of its tables.

        What is deferred to other rows need not be written before.
        """
        del key
        return self.first(name, **bindings)

    def all_of(self, name: str, keys: Iterable[str], /, **bindings: SqlValue) -> list[Row]:
        """As first_of, for a query that reads the rows of several keys."""
        del keys
        return self.all(name, **bindings)

    def kept(self, name: str, /, **bindings: SqlValue) -> Row | None:
        """As first, for what is asked often and rarely changes: the answer may be kept until its tables change."""
        return self.first(name, **bindings)

    def change_count(self, table: str) -> tuple[int, int]:
        """A mark that is another one after rows of *table* were changed other than by defer, or taken back."""
        raise NotImplementedError(table)

    def flush(self) -> None:  # noqa: B027 - a session that defers nothing has nothing to do
        """Run now what was deferred."""

    def finish(self) -> None:
        """As flush, before the commit: what the store refuses may be heard of only then."""
        self.flush()

    def forget(self) -> None:  # noqa: B027 - nor anything to forget
        """The transaction was taken back, or others have written: nothing that was kept is sure any more."""

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

    def text(self, name: str, /) -> str:
        """See Session."""
        return self._queries[name]

    def run(self, name: str, /, **bindings: SqlValue) -> int:
        """See Session."""
        self._execute(self._queries[name], bindings)
        return self.connection.changes()

    def run_many(self, name: str, rows: Iterable[Mapping[str, SqlValue]], /) -> int:
        """See Session."""
        before, text, given = self.connection.total_changes(), self._queries[name], list(rows)
        calls = calls_for(text, given)
        if calls is None:
            try:
                self.connection.executemany(text, given, prepare_flags=apsw.SQLITE_PREPARE_PERSISTENT)
            except (OverflowError, UnicodeEncodeError) as error:
                raise unstorable() from error
        else:
            # One step of SQLite for many rows: each step gives the interpreter lock away and has to get it back.
            for call, values in calls:
                self._execute(call, values)
        return self.connection.total_changes() - before

    def rows(self, name: str, /, **bindings: SqlValue) -> Iterator[Row]:
        """See Session."""
        cursor = self._execute(self._queries[name], bindings)
        for values in cursor:
            columns = self._columns.get(name)
            if columns is None:
                columns = self._columns[name] = {column[0]: at for at, column in enumerate(cursor.get_description())}
            yield Row(columns, values)

    def _execute(self, text: str, bindings: "apsw.Bindings") -> apsw.Cursor:
        try:
            return self.connection.execute(text, bindings, prepare_flags=apsw.SQLITE_PREPARE_PERSISTENT)
        except (OverflowError, UnicodeEncodeError) as error:
            raise unstorable() from error

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
