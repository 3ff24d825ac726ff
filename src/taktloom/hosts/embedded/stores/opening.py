# SPDX-License-Identifier: Apache-2.0
"""The stores that the engine can stand on, by where the database is."""

from pathlib import Path

from taktloom.hosts.embedded.stores.database import Database, ServerOptions, SqliteDatabase
from taktloom.storage import SyncLevel, is_postgresql_url


def open_database(
    where: Path | str | None, *, sync: SyncLevel, server: ServerOptions, vfs: str | None = None
) -> Database:
    """Open or create the database *where*: a file, the address of a PostgreSQL database, or None for memory.

    vfs: the name of a registered SQLite file layer.
    Raises DatabaseUnusableError, NewerDatabaseError, UnsafeSqliteError, UnsafeCommitError, MissingDriverError.
    """
    if isinstance(where, str) and is_postgresql_url(where):
        from taktloom.hosts.embedded.stores.postgresql_database import PostgresqlDatabase

        return PostgresqlDatabase(where, sync=sync, options=server)
    return SqliteDatabase(None if where is None else Path(where), sync=sync, vfs=vfs)
