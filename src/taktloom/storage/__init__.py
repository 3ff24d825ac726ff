# SPDX-License-Identifier: Apache-2.0
"""Opening databases safely, running numbered migrations, named statements in two dialects, copying a live database.

`taktloom.storage.postgresql` and `postgresql_migrations` are imported where a server is used: they need a driver.
"""

from taktloom.storage.backup import backup_database, copy_database, fill_database, sync_path
from taktloom.storage.buffered import BufferedSession
from taktloom.storage.dialects import PostgresqlStatement, is_postgresql_url, postgresql_schema, postgresql_statement
from taktloom.storage.migrations import Migration, NewerDatabaseError, load_migrations, migrate
from taktloom.storage.queries import load_queries, parse_queries
from taktloom.storage.refusals import (
    ConnectionLostError,
    MissingDriverError,
    QueryRefusedError,
    QueryTooLongError,
    Refusal,
    UnsafeCommitError,
    UnstorableValueError,
)
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
from taktloom.storage.statistics import assume_statistics, has_statistics

__all__ = [
    "MEMORY",
    "BufferedSession",
    "ConnectionLostError",
    "DatabaseUnusableError",
    "Migration",
    "MissingDriverError",
    "NewerDatabaseError",
    "PostgresqlStatement",
    "QueryRefusedError",
    "QueryTooLongError",
    "Refusal",
    "Row",
    "Session",
    "SqlValue",
    "SqliteSession",
    "SyncLevel",
    "UnsafeCommitError",
    "UnsafeSqliteError",
    "UnstorableValueError",
    "assume_statistics",
    "backup_database",
    "check_integrity",
    "copy_database",
    "data_version",
    "fill_database",
    "from_micros",
    "has_statistics",
    "is_postgresql_url",
    "load_migrations",
    "load_queries",
    "migrate",
    "open_connection",
    "parse_queries",
    "postgresql_schema",
    "postgresql_statement",
    "require_safe_version",
    "savepoint",
    "sync_path",
    "to_micros",
    "to_micros_or_none",
    "transaction",
]
