# SPDX-License-Identifier: Apache-2.0
"""What a database server does that a file does not: it goes away, forgets sessions, and answers late or never."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from taktloom.hosts.embedded import Change, EmbeddedEngine, EngineOptions, Topic
from taktloom.hosts.embedded.stores.database import ServerOptions
from taktloom.hosts.embedded.stores.postgresql_database import (
    BackupByServerError,
    OutcomeUnknownError,
    PostgresqlDatabase,
    TooManyNodesError,
)
from taktloom.model.identifiers import ProcessId
from taktloom.model.places import Place
from taktloom.storage import (
    ConnectionLostError,
    DatabaseUnusableError,
    NewerDatabaseError,
    QueryTooLongError,
    SyncLevel,
    UnsafeCommitError,
)
from taktloom.storage.postgresql import PostgresqlSession, connect
from taktloom.storage.postgresql_migrations import load_postgresql_migrations, migrate_postgresql
from tests.contract.conftest import MODELS
from tests.postgresql_server import PostgresqlServer

PERMIT = ProcessId("permit")


@pytest.fixture
def url(postgresql_server: PostgresqlServer) -> str:
    """An empty database."""
    return postgresql_server.engine_database()


@pytest.fixture
def engine(url: str, options: EngineOptions) -> Iterator[EmbeddedEngine]:
    """An engine with a process."""
    opened = EmbeddedEngine.open(url, options)
    opened.deployments.deploy({"p.bpmn": (MODELS / "register_and_decide.bpmn").read_bytes()})
    yield opened
    opened.drain()


def test_the_engine_goes_on_after_the_server_has_ended_every_connection(
    engine: EmbeddedEngine, url: str, postgresql_server: PostgresqlServer
) -> None:
    engine.instances.start(PERMIT, {})
    postgresql_server.stop_backends(url)

    key = engine.instances.start(PERMIT, {}).instance_key

    assert engine.deployments.process(PERMIT).active == 2
    assert engine.instances.check_replay(key) == 1


def test_an_idle_engine_finds_a_server_that_has_come_back(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = engine._core.database
    assert isinstance(database, PostgresqlDatabase)
    with database.lock:
        database._connection.close()
        with monkeypatch.context() as away:
            away.setattr(PostgresqlDatabase, "_reconnect", _refuse)
            seen_while_away = [database.look(), database.look()]
        database._next_try = 0.0
        seen_when_back = [database.look(), database.look()]

    assert seen_while_away == [False, False]
    assert seen_when_back == [True, False]


def test_work_whose_connection_breaks_before_the_commit_is_done_once(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks = _breaking_commits(engine, monkeypatch, after_commit=False, times=1)

    engine.instances.start(PERMIT, {})

    assert breaks == [True]
    assert engine.deployments.process(PERMIT).active == 1


def test_a_commit_whose_answer_is_lost_is_found_to_stand_and_not_done_again(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks = _breaking_commits(engine, monkeypatch, after_commit=True, times=1)

    key = engine.instances.start(PERMIT, {}).instance_key

    assert breaks == [True]
    assert engine.deployments.process(PERMIT).active == 1
    assert engine.instances.check_replay(key) == 1


def test_a_server_that_stays_away_is_reported_and_nothing_was_changed(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    _breaking_commits(engine, monkeypatch, after_commit=False, times=100)

    with pytest.raises(ConnectionLostError) as lost:
        engine.instances.start(PERMIT, {})
    monkeypatch.undo()

    assert "postgres@" not in str(lost.value)
    assert engine.deployments.process(PERMIT).active == 0


def test_an_outcome_that_cannot_be_learnt_is_said_to_be_unknown(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    _breaking_commits(engine, monkeypatch, after_commit=True, times=1)
    monkeypatch.setattr("taktloom.hosts.embedded.stores.postgresql_database._PATIENCE_S", 0.0)
    monkeypatch.setattr(PostgresqlDatabase, "_reconnect", _refuse)

    with pytest.raises(OutcomeUnknownError):
        engine.instances.start(PERMIT, {})


def test_a_node_whose_session_ended_in_the_middle_of_its_transaction_writes_nothing_of_it(
    engine: EmbeddedEngine, url: str, options: EngineOptions, postgresql_server: PostgresqlServer
) -> None:
    other = EmbeddedEngine.open(url, options)
    key = engine.instances.start(PERMIT, {}).instance_key
    attempts: list[int] = []

    def paused_too_long(unit: object) -> None:
        del unit
        attempts.append(1)
        if len(attempts) == 1:
            postgresql_server.stop_backends(url)  # as idle_in_transaction_session_timeout does
            other.instances.cancel(key)

    engine._core.submit(engine.tenant_id, paused_too_long)

    assert len(attempts) == 2
    assert engine.instances.summary(key).status == "cancelled"
    other.drain()


def test_commits_of_another_node_are_noticed_without_any_notification(
    engine: EmbeddedEngine, url: str, options: EngineOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PostgresqlDatabase, "tell_others", lambda self: None)
    heard = threading.Event()
    engine.subscribe(lambda change: heard.set() if _is_foreign(change) else None)
    other = EmbeddedEngine.open(url, options)
    heard.clear()

    other.instances.start(PERMIT, {})

    assert heard.wait(60)
    other.drain()


def test_nodes_number_their_instances_apart(url: str, options: EngineOptions) -> None:
    nodes = [EmbeddedEngine.open(url, options) for _ in range(3)]
    nodes[0].deployments.deploy({"p.bpmn": (MODELS / "register_and_decide.bpmn").read_bytes()})

    endings = [{int(node.instances.start(PERMIT, {}).instance_key) % 100 for _ in range(3)} for node in nodes]
    for node in nodes:
        node.drain()

    assert [len(ending) for ending in endings] == [1, 1, 1]
    assert len(set().union(*endings)) == 3


def test_there_are_at_most_as_many_nodes_as_numbers(
    engine: EmbeddedEngine, url: str, options: EngineOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    del engine
    monkeypatch.setattr("taktloom.hosts.embedded.stores.postgresql_database.NODES_AT_MOST", 2)
    with connect(url) as connection:
        for number in range(2):
            connection.execute("SELECT pg_try_advisory_lock($1::integer, $2::integer)", [0x7461_6B6E, number])

        with pytest.raises(TooManyNodesError):
            EmbeddedEngine.open(url, options)


def test_an_older_program_refuses_a_newer_database(url: str) -> None:
    known = load_postgresql_migrations("taktloom.hosts.embedded")
    older = {series: migrations[:-1] for series, migrations in known.items()}

    with connect(url) as connection:
        migrate_postgresql(connection, known, _nowhere())
        with pytest.raises(NewerDatabaseError):
            migrate_postgresql(connection, older, _nowhere())
        assert migrate_postgresql(connection, known, _nowhere()) == 0


def test_several_nodes_that_start_on_an_empty_database_migrate_it_once(
    postgresql_server: PostgresqlServer, options: EngineOptions
) -> None:
    empty = postgresql_server.new_database()
    opened: list[EmbeddedEngine] = []
    threads = [threading.Thread(target=lambda: opened.append(EmbeddedEngine.open(empty, options))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(opened) == 3
    assert opened[0].deployments.processes().items == ()
    for engine in opened:
        engine.drain()


def test_full_safety_is_refused_where_the_server_does_not_wait_for_its_disk(
    postgresql_server: PostgresqlServer, options: EngineOptions
) -> None:
    unsafe = postgresql_server.new_database()
    name = unsafe.removeprefix("postgresql://postgres@/").partition("?")[0]
    postgresql_server.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")

    with pytest.raises(UnsafeCommitError) as refused:
        EmbeddedEngine.open(unsafe, options)
    accepted = EmbeddedEngine.open(unsafe, replace(options, sync=SyncLevel.NORMAL))
    accepted.drain()

    assert refused.value.parameters == {"parameter": "synchronous_commit"}


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ada:s3cr3t@127.0.0.1:1/x",
        "postgresql://ada:s3cr3t@/x?host=/nowhere&password=s3cr3t",
        "postgresql://ada:s3cr3t@[broken/x",
        "postgresql://ada:s3cr3t@host:notaport/x?nonsense=s3cr3t",
    ],
)
def test_no_message_repeats_the_password(address: str, options: EngineOptions) -> None:
    with pytest.raises(DatabaseUnusableError) as refused:
        EmbeddedEngine.open(address, replace(options, server=ServerOptions(password="s3cr3t")))

    assert "s3cr3t" not in f"{refused.value} {refused.value.parameters} {refused.value.__cause__}"


def test_a_query_that_takes_too_long_is_ended_and_the_next_one_runs(url: str, options: EngineOptions) -> None:
    engine = EmbeddedEngine.open(url, replace(options, server=ServerOptions(readers=1, query_timeout_ms=500)))

    with pytest.raises(QueryTooLongError), engine._core.database.reading() as session:
        session.connection.execute("SELECT pg_sleep(5)")  # type: ignore[attr-defined]
    found = engine.deployments.processes().items

    assert found == ()
    engine.drain()


def test_a_backup_is_the_servers_business(engine: EmbeddedEngine, tmp_path: Path) -> None:
    with pytest.raises(BackupByServerError, match="pg_dump"):
        engine.backup(tmp_path / "copy.db")


def _breaking_commits(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch, *, after_commit: bool, times: int
) -> list[bool]:
    """Break the writer's connection before or after the server has carried out a commit; the list grows by each."""
    breaks: list[bool] = []
    commit = PostgresqlSession.send_commit

    def breaking(self: PostgresqlSession) -> None:
        is_broken = len(breaks) < times
        if after_commit or not is_broken:
            commit(self)
        if is_broken:
            if after_commit:
                self.settle()
            breaks.append(True)
            self.connection.close()
            raise psycopg.OperationalError("server closed the connection unexpectedly")

    del engine
    monkeypatch.setattr(PostgresqlSession, "send_commit", breaking)
    return breaks


def _refuse(self: PostgresqlDatabase) -> None:
    raise ConnectionLostError("The database server has gone away.")


def _is_foreign(change: Change) -> bool:
    return change.topic is Topic.EVERYTHING


def _nowhere() -> Place:
    return Place(source="postgresql://")
