# SPDX-License-Identifier: Apache-2.0
"""What SQLite's planner is told about the tables: assumed numbers, the same for every database, never measured ones.

Every key begins with `tenant_id`. Without statistics the planner takes any equality for a good one, finds that the
primary key begins with a column that it knows, and reads all rows of the tenant, however many, where an index would
give the three that are wanted. So it is told that a tenant has a million rows of each kind, and roughly how far each
further column narrows them. Assumed numbers, since measured ones (ANALYZE) would give a young database plans that are
wrong for a grown one, and plans that nobody has tested.

Format: https://www.sqlite.org/fileformat2.html#the_sqlite_stat1_table
"""

from collections.abc import Iterator

import apsw

from taktloom.storage.sqlite import transaction

_ROWS = 1_000_000
_ROWS_OF_PARTIAL = 10_000  # indexes with a WHERE are for the few rows that are still open
_BROAD = 10  # how many values a column has: a process, a state
_NARROW = 20_000  # and one that names something: an instance, a digest, an instant
_NARROW_ENDS = ("_key", "_at", "_digest", "_until", "signature", "position")
_NARROW_NAMES = frozenset({"job_id", "user_task_id", "incident_id", "timer_id", "subscription_id", "message_id"})
_BROAD_NAMES = frozenset({"definition_key"})


def assume_statistics(connection: apsw.Connection) -> None:
    """Write the assumed numbers for the present schema and have the planner of this connection use them."""
    with transaction(connection):
        connection.execute("ANALYZE sqlite_schema")  # makes the table, and reads no other
        connection.execute("DELETE FROM sqlite_stat1")
        connection.executemany("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", list(_lines(connection)))
    connection.execute("ANALYZE sqlite_schema")


def has_statistics(connection: apsw.Connection) -> bool:
    """Whether the database holds assumed numbers."""
    return bool(connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'").fetchall())


def _lines(connection: apsw.Connection) -> Iterator[tuple[str, str | None, str]]:
    tables = connection.execute(
        "SELECT name, wr FROM pragma_table_list WHERE type = 'table' AND schema = 'main' AND name NOT LIKE 'sqlite%'"
    ).fetchall()
    for table, is_without_rowid in tables:
        if not is_without_rowid:
            yield str(table), None, str(_ROWS)
        for name, is_unique, is_partial, origin in connection.execute(
            'SELECT name, "unique", partial, origin FROM pragma_index_list(?)', (table,)
        ).fetchall():
            columns = [
                str(row[0])
                for row in connection.execute("SELECT name FROM pragma_index_info(?) ORDER BY seqno", (name,))
            ]
            index = table if is_without_rowid and origin == "pk" else name
            yield (
                str(table),
                str(index),
                _numbers(columns, rows=_ROWS_OF_PARTIAL if is_partial else _ROWS, is_unique=bool(is_unique)),
            )


def _numbers(columns: list[str], *, rows: int, is_unique: bool) -> str:
    """The rows of the index, then of how many rows each longer beginning of its columns is shared."""
    numbers, left = [rows], rows
    for column in columns:
        if column != "tenant_id":
            left = max(left // (_NARROW if _is_narrow(column) else _BROAD), 2)
        numbers.append(left)
    if is_unique:
        numbers[-1] = 1
    return " ".join(map(str, numbers))


def _is_narrow(column: str) -> bool:
    return column in _NARROW_NAMES or (column.endswith(_NARROW_ENDS) and column not in _BROAD_NAMES)
