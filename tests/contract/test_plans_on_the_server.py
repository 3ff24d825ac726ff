# SPDX-License-Identifier: Apache-2.0
"""In a new database, without any statistics, statements go to their rows by whole keys.

An index of which columns are left out before those that are compared reads all that the tenant has: a hundred times
slower with a thousand instances, and the plan that a prepared statement gets is kept.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from taktloom.hosts.embedded import EmbeddedEngine
from taktloom.hosts.embedded.stores.database import PACKAGE
from taktloom.hosts.embedded.stores.postgresql_database import WRITER_SETTINGS
from taktloom.storage import load_queries, postgresql_statement
from taktloom.storage.postgresql import PgConnection, connect
from tests.postgresql_server import PostgresqlServer

OF_EACH_STEP = (
    "add_open_incidents",
    "cancel_job",
    "end_instance",
    "end_job",
    "entries_since_states",
    "is_job_ready",
    "job_by_id",
    "live_instance",
    "lock_external_task",
    "lock_jobs_of_type",
    "next_job_ready_at",
    "ready_job_priorities",
    "save_instance_state",
    "unlock_external_task",
)
COLUMNS = """SELECT c.relname, array_to_string(array(
  SELECT pg_get_indexdef(x.indexrelid, n, true) FROM generate_series(1, x.indnkeyatts) AS n ORDER BY n), ',')
FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid"""


@pytest.fixture(scope="module")
def server(postgresql_server: PostgresqlServer) -> Iterator[PgConnection]:
    """A session as the writer has it, on a new database: one that others use is analysed by the server now and then."""
    url = postgresql_server.new_database()
    EmbeddedEngine.open(url).drain()
    with connect(url, settings=WRITER_SETTINGS) as connection:
        connection.execute("SET plan_cache_mode = force_generic_plan")
        yield connection


@pytest.mark.parametrize("name", OF_EACH_STEP)
def test_a_statement_of_each_step_leaves_out_no_column_of_its_index(server: PgConnection, name: str) -> None:
    columns = {str(index): str(names).split(",") for index, names in server.execute(COLUMNS).fetchall()}

    found = list(_conditions(_plan(server, name)))

    assert all(index for index, _ in found), "a table is read as a whole"
    assert [(index, condition) for index, condition in found if _leaves_out(columns[index], condition)] == []


def _plan(server: PgConnection, name: str) -> Mapping[str, Any]:
    statement = postgresql_statement(load_queries(PACKAGE, "sql", dialect="postgresql")[name])
    server.execute("DEALLOCATE ALL")
    server.execute(f"PREPARE asked AS {statement.text}".encode(), prepare=False)
    given = ", ".join(["NULL"] * len(statement.names))
    row = server.execute(f"EXPLAIN (FORMAT JSON) EXECUTE asked ({given})".encode(), prepare=False).fetchone()
    assert row is not None
    plan: Mapping[str, Any] = (json.loads(row[0]) if isinstance(row[0], str) else row[0])[0]["Plan"]  # type: ignore[index]
    return plan


def _conditions(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Index and condition of each look into a table; an empty index where it is read as a whole."""
    if "Index Name" in node:
        yield node["Index Name"], node.get("Index Cond", "")
    elif node["Node Type"] == "Seq Scan":
        yield "", node["Relation Name"]
    for below in node.get("Plans", ()):
        yield from _conditions(below)


def _leaves_out(columns: list[str], condition: str) -> bool:
    """Whether a column is compared although one before it is not compared for being equal."""
    compared = [bool(re.search(rf"[( ]{column} ", condition)) for column in columns]
    equal = [bool(re.search(rf"[( ]{column} = ", condition)) for column in columns]
    leading = next((at for at, is_equal in enumerate(equal) if not is_equal), len(columns))
    return any(compared[leading + 1 :])
