# SPDX-License-Identifier: Apache-2.0
"""The planner is told how tables look when they have grown, so that plans are the ones that were tested."""

import re
from pathlib import Path

import apsw
import pytest

from taktloom.hosts.embedded import EmbeddedEngine
from taktloom.hosts.embedded.stores.database import SqliteDatabase
from taktloom.storage import (
    SqliteSession,
    SyncLevel,
    assume_statistics,
    has_statistics,
    load_migrations,
    load_queries,
    migrate,
    open_connection,
)

ENGINE = "taktloom.hosts.embedded"
QUERIES = load_queries(ENGINE, "sql")
PLANS = {
    "ready_jobs": "job USING INDEX job_ready (tenant_id=? AND job_type=? AND priority=? AND ready_at<?)",
    "lock_job": "job USING PRIMARY KEY (tenant_id=? AND job_id=?)",
    "next_job_ready_after": "INDEX job_ready (tenant_id=? AND job_type=? AND priority=? AND ready_at>?)",
    "is_job_ready": "INDEX job_ready (tenant_id=? AND job_type=? AND priority=? AND ready_at<?)",
    "ready_job_priorities": "INDEX job_ready (tenant_id=? AND job_type=? AND priority<?)",
    "next_job_ready_at": "INDEX job_ready (tenant_id=? AND job_type=? AND priority=?)",
    "jobs_of_instance": "job USING PRIMARY KEY (tenant_id=? AND job_id>? AND job_id<?)",
    "hold_jobs": "job USING PRIMARY KEY (tenant_id=? AND job_id>? AND job_id<?)",
    "delete_jobs_of_instance": "job USING PRIMARY KEY (tenant_id=? AND job_id>? AND job_id<?)",
    "timers_of_instance": "timer USING INDEX timer_by_instance (tenant_id=? AND instance_key=?)",
    "events_of_instance": "e USING INDEX event_log_by_instance (tenant_id=? AND instance_key=?)",
    "events_after": "e USING INTEGER PRIMARY KEY (rowid>?)",
    "incidents_of_instance": "n USING INDEX incident_by_instance (tenant_id=? AND instance_key=?)",
    "user_tasks_of_instance": "user_task USING INDEX user_task_by_instance (tenant_id=? AND instance_key=?)",
    "matching_subscriptions": "INDEX subscription_match (tenant_id=? AND message_name=? AND correlation_digest=?)",
    "signal_subscriptions": "USING INDEX signal_subscription_match (tenant_id=? AND signal_name=?)",
    "buffered_messages": "message USING INDEX message_buffered (tenant_id=? AND message_name=?)",
    "active_elements": "job USING INDEX job_by_element (tenant_id=? AND process_id=?)",
    "finished_cycles": "instance USING INDEX instance_by_process (tenant_id=? AND process_id=? AND status=?)",
    "save_instance_state": "",
    "entries_since_states": "j USING PRIMARY KEY (tenant_id=? AND instance_key=? AND sequence>?)",
    "journal_size": "journal USING PRIMARY KEY (tenant_id=? AND instance_key=?)",
}


@pytest.fixture(scope="module")
def session() -> SqliteSession:
    """An empty database of the engine, as it is opened."""
    connection = open_connection(":memory:")
    migrate(connection, load_migrations(ENGINE), path=None)
    assume_statistics(connection)
    return SqliteSession(connection, QUERIES)


@pytest.mark.parametrize(("name", "expected"), PLANS.items())
def test_what_is_asked_all_the_time_is_found_by_an_index(session: SqliteSession, name: str, expected: str) -> None:
    plan = _plan(session, name)

    assert expected in plan
    assert "(tenant_id=?)" not in plan


def test_the_jobs_of_one_type_are_handed_out_without_sorting_all_that_wait(session: SqliteSession) -> None:
    assert "TEMP B-TREE" not in _plan(session, "ready_jobs")


def test_every_engine_database_has_the_assumed_numbers_from_its_first_day() -> None:
    engine = EmbeddedEngine.open(None)
    session = engine._core.database.writing
    assert isinstance(session, SqliteSession)

    stored = session.connection.execute("SELECT idx, stat FROM sqlite_stat1 WHERE tbl = 'job'").fetchall()
    rows = {str(row[0]): str(row[1]) for row in stored}

    assert has_statistics(session.connection)
    assert rows["job"] == "1000000 1000000 1"
    assert rows["job_by_element"] == "10000 10000 1000 100"
    assert rows["job_ready"] == "10000 10000 1000 100 2 2"
    engine.drain()


def _plan(session: SqliteSession, name: str) -> str:
    text = QUERIES[name]
    bindings = dict.fromkeys(re.findall(r"(?<!:):([a-z_][a-z0-9_]*)", text))
    return "\n".join(str(row[3]) for row in session.connection.execute(f"EXPLAIN QUERY PLAN {text}", bindings))


def test_each_engine_in_memory_begins_with_the_tables_and_numbers_of_one_in_a_file(tmp_path: Path) -> None:
    in_file, in_memory = _opened(tmp_path / "engine.db"), _opened(None)
    in_memory.execute("DELETE FROM sqlite_stat1; CREATE TABLE other (x)")
    again = _opened(None)

    for question in (
        "SELECT type, name, sql FROM sqlite_schema ORDER BY rowid",
        "SELECT tbl, idx, stat FROM sqlite_stat1 ORDER BY tbl, idx",
        "PRAGMA user_version",
    ):
        assert again.execute(question).fetchall() == in_file.execute(question).fetchall()


def _opened(path: Path | None) -> apsw.Connection:
    session = SqliteDatabase(path, sync=SyncLevel.NORMAL).writing
    assert isinstance(session, SqliteSession)
    return session.connection
