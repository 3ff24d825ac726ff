# SPDX-License-Identifier: Apache-2.0
"""Opening SQLite safely, running numbered migrations and copying a live database."""

from taktloom.storage.backup import backup_database, copy_database
from taktloom.storage.buffered import BufferedSession
from taktloom.storage.migrations import Migration, NewerDatabaseError, load_migrations, migrate
from taktloom.storage.queries import load_queries, parse_queries
from taktloom.storage.rows import Row, from_micros, to_micros, to_micros_or_none
from taktloom.storage.session import Session, SqliteSession
from taktloom.storage.sqlite import (
    MEMORY,
    DatabaseUnusableError,
    SqlValue,
    SyncLevel,
    UnsafeSqliteError,
    check_integrity,
    data_version,
    open_connection,
    require_safe_version,
    savepoint,
    transaction,
)

__all__ = [
    "MEMORY",
    "BufferedSession",
    "DatabaseUnusableError",
    "Migration",
    "NewerDatabaseError",
    "Row",
    "Session",
    "SqlValue",
    "SqliteSession",
    "SyncLevel",
    "UnsafeSqliteError",
    "backup_database",
    "check_integrity",
    "copy_database",
    "data_version",
    "from_micros",
    "load_migrations",
    "load_queries",
    "migrate",
    "open_connection",
    "parse_queries",
    "require_safe_version",
    "savepoint",
    "to_micros",
    "to_micros_or_none",
    "transaction",
]
