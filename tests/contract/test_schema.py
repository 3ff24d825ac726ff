# SPDX-License-Identifier: Apache-2.0
"""Both stores have the same tables, columns and indexes, and understand every statement.

A migration or statement that has no PostgreSQL side fails here, without anybody having to think of it: write it in
portable words (storage/dialects.py), or its own side beside it (`sql/postgresql/`, `migrations/postgresql/`).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import apsw
import psycopg
import pytest

from taktloom.hosts.embedded.stores.database import PACKAGE
from taktloom.storage import load_migrations, load_queries, migrate, open_connection, postgresql_statement
from taktloom.storage.postgresql import PgConnection, connect
from tests.postgresql_server import PostgresqlServer

ONLY_ON_POSTGRESQL = {"engine_node", "gate", "history_month", "schema_version"}
FILED_UNDER = "filed_under"  # by it the rows of history lie in partitions, which are the server's only
# Indexes that are led by another column on the server, whose planner would mistake them for those of the key.
LED_BY_ANOTHER = {
    "process_id,tenant_id,status,instance_key": "tenant_id,process_id,status,instance_key",
    "definition_key,tenant_id,instance_key": "tenant_id,definition_key,instance_key",
    "job_type,tenant_id,priority,ready_at,job_id": "tenant_id,job_type,priority,ready_at,job_id",
}
KINDS = {"INTEGER": "bigint", "TEXT": "text", "BLOB": "bytea", "REAL": "double precision"}
TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
COLUMNS = """SELECT table_name, column_name, data_type, is_nullable, collation_name
FROM information_schema.columns WHERE table_schema = 'public'
  AND NOT (SELECT relispartition FROM pg_class WHERE oid = CAST(table_name AS regclass))"""
INDEXES = """SELECT t.relname, array_to_string(array(
    SELECT pg_get_indexdef(x.indexrelid, n, true) FROM generate_series(1, x.indnkeyatts) AS n ORDER BY n), ','),
  x.indisunique, x.indpred IS NOT NULL
FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_namespace s ON s.oid = t.relnamespace
WHERE s.nspname = 'public' AND NOT t.relispartition"""


@dataclass(frozen=True)
class Column:
    """A column as both stores can tell of it."""

    kind: str
    is_nullable: bool


@pytest.fixture(scope="module")
def sqlite() -> Iterator[apsw.Connection]:
    """A migrated database in memory."""
    connection = open_connection(":memory:")
    migrate(connection, load_migrations(PACKAGE), path=None)
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def server(postgresql_server: PostgresqlServer) -> Iterator[PgConnection]:
    """A migrated database on the server."""
    with connect(postgresql_server.engine_database()) as connection:
        yield connection


def test_both_stores_have_the_same_tables_and_columns(sqlite: apsw.Connection, server: PgConnection) -> None:
    on_server = {table: found for table, found in _server_columns(server).items() if table not in ONLY_ON_POSTGRESQL}

    assert on_server == _sqlite_columns(sqlite)


def test_what_only_the_server_needs_is_there(server: PgConnection) -> None:
    assert set(_server_columns(server)) >= ONLY_ON_POSTGRESQL


def test_both_stores_have_the_same_indexes(sqlite: apsw.Connection, server: PgConnection) -> None:
    on_server = {index for index in _server_indexes(server) if index[0] not in ONLY_ON_POSTGRESQL}

    assert on_server == _sqlite_indexes(sqlite)


def test_text_compares_by_bytes_on_the_server(server: PgConnection) -> None:
    texts = [
        (str(table), str(column), collation)
        for table, column, kind, _, collation in server.execute(COLUMNS).fetchall()
        if kind == "text"
    ]

    assert [text for text in texts if text[2] != "C" and text[0] not in ONLY_ON_POSTGRESQL] == []


def test_every_statement_can_be_prepared_on_both(sqlite: apsw.Connection, server: PgConnection) -> None:
    refused: dict[str, str] = {}
    for name, text in load_queries(PACKAGE, "sql").items():
        try:
            sqlite.execute(f"EXPLAIN {text}", dict.fromkeys(re.findall(r"(?<!:):([a-z_]+)", text))).fetchall()
        except apsw.Error as error:
            refused[name] = f"SQLite: {error}"
    for name, text in load_queries(PACKAGE, "sql", dialect="postgresql").items():
        result = server.pgconn.prepare(name.encode(), postgresql_statement(text).text.encode())
        if result.status != psycopg.pq.ExecStatus.COMMAND_OK:
            refused[name] = f"PostgreSQL: {result.error_message.decode()}"

    assert refused == {}


def test_a_statement_of_one_store_takes_and_gives_what_the_other_one_does(server: PgConnection) -> None:
    portable, own = load_queries(PACKAGE, "sql"), load_queries(PACKAGE, "sql", dialect="postgresql")
    both = [name for name in own if name in portable and own[name] != portable[name]]

    assert {name: _parameters(own[name]) for name in both} == {name: _parameters(portable[name]) for name in both}


def _parameters(text: str) -> frozenset[str]:
    return frozenset(postgresql_statement(text).names)


def _sqlite_columns(connection: apsw.Connection) -> Mapping[str, Mapping[str, Column]]:
    return {
        table: {
            str(name): Column(KINDS[str(kind)], not (is_required or at))
            for _, name, kind, is_required, _, at in connection.execute(f"PRAGMA table_info({table})")
        }
        for table in _sqlite_tables(connection)
    }


def _sqlite_tables(connection: apsw.Connection) -> list[str]:
    return [str(row[0]) for row in connection.execute(TABLES)]


def _sqlite_indexes(connection: apsw.Connection) -> set[tuple[str, str, bool, bool]]:
    found = set()
    for table in _sqlite_tables(connection):
        for _, name, is_unique, _, is_partial in connection.execute(f"PRAGMA index_list({table})").fetchall():
            columns = [str(row[2]) for row in connection.execute(f"PRAGMA index_info({name})")]
            found.add((table, ",".join(columns), bool(is_unique), bool(is_partial)))
        key = sorted((row[5], str(row[1])) for row in connection.execute(f"PRAGMA table_info({table})") if row[5])
        found.add((table, ",".join(name for _, name in key), True, False))
    return found


def _server_columns(connection: PgConnection) -> Mapping[str, Mapping[str, Column]]:
    tables: dict[str, dict[str, Column]] = {}
    for table, column, kind, nullable, _ in connection.execute(COLUMNS).fetchall():
        if column != FILED_UNDER:
            tables.setdefault(str(table), {})[str(column)] = Column(str(kind), nullable == "YES")
    return tables


def _server_indexes(connection: PgConnection) -> set[tuple[str, str, bool, bool]]:
    found = set()
    for table, columns, is_unique, is_partial in connection.execute(INDEXES).fetchall():
        names = str(columns).replace('"', "").removesuffix(f",{FILED_UNDER}")
        found.add((str(table), LED_BY_ANOTHER.get(names, names), bool(is_unique), bool(is_partial)))
    return found
