# SPDX-License-Identifier: Apache-2.0
"""One connection with the named statements of its database: parameters are bound by name, rows come by name."""

from collections.abc import Iterator, Mapping

import apsw

from taktloom.storage.rows import Row
from taktloom.storage.sqlite import SqlValue


class Session:
    """Runs named statements on one connection; one thread at a time."""

    def __init__(self, connection: apsw.Connection, queries: Mapping[str, str]) -> None:
        self.connection = connection
        self._queries = queries
        self._columns: dict[str, Mapping[str, int]] = {}

    def run(self, name: str, /, **bindings: SqlValue) -> int:
        """Run a statement that gives no rows; the number of rows it changed."""
        self.connection.execute(self._queries[name], bindings, prepare_flags=apsw.SQLITE_PREPARE_PERSISTENT)
        return self.connection.changes()

    def rows(self, name: str, /, **bindings: SqlValue) -> Iterator[Row]:
        """The rows of a query, one by one."""
        cursor = self.connection.execute(self._queries[name], bindings, prepare_flags=apsw.SQLITE_PREPARE_PERSISTENT)
        for values in cursor:
            columns = self._columns.get(name)
            if columns is None:
                columns = self._columns[name] = {column[0]: at for at, column in enumerate(cursor.get_description())}
            yield Row(columns, values)

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

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()
