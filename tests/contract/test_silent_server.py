# SPDX-License-Identifier: Apache-2.0
"""A database server that is there and says nothing, or whose tables somebody holds: nobody waits for ever."""

import threading
import time
from collections.abc import Iterator

import psycopg
import pytest

from taktloom.hosts.embedded import EmbeddedEngine, EngineOptions
from taktloom.hosts.embedded.stores import postgresql_readers
from taktloom.hosts.embedded.stores.postgresql_database import PostgresqlDatabase
from taktloom.hosts.embedded.stores.postgresql_readers import QueriesQueuedError, Readers
from taktloom.model.identifiers import ProcessId
from taktloom.storage import ConnectionLostError, QueryRefusedError, Refusal, postgresql
from taktloom.storage.postgresql import PostgresqlSession, connect, refusal_of
from tests.contract.conftest import MODELS
from tests.postgresql_server import PostgresqlServer

PERMIT = ProcessId("permit")


@pytest.fixture
def url(postgresql_server: PostgresqlServer) -> str:
    """An empty database."""
    return postgresql_server.engine_database()


@pytest.fixture
def readers(url: str) -> Iterator[Readers]:
    """Two connections for queries, and a writer that waits, too."""
    made = _readers(url)
    yield made
    made.close()


def test_a_connection_that_gets_no_answer_is_given_up(url: str) -> None:
    with connect(url) as connection:
        connection.patience_s = 0.2
        with pytest.raises(psycopg.OperationalError) as silent:
            connection.execute("SELECT pg_sleep(60)")

        assert refusal_of(silent.value) is Refusal.LOST
        assert connection.closed
        assert connection.waits_since is None


def test_an_engine_says_since_when_its_writer_waits_and_goes_on_when_it_has_given_up(
    url: str, options: EngineOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = EmbeddedEngine.open(url, options)
    engine.deployments.deploy({"p.bpmn": (MODELS / "register_and_decide.bpmn").read_bytes()})
    database = engine._core.database
    assert isinstance(database, PostgresqlDatabase)
    before = engine.vital_signs.silence()
    with database.lock:
        database._connection.waits_since = time.monotonic() - 10
        silence = engine.vital_signs.silence()
        database._connection.waits_since = None
        database._connection.patience_s = 0.2
        with pytest.raises(psycopg.OperationalError):
            database._connection.execute("SELECT pg_sleep(60)")
    engine.instances.start(PERMIT, {})

    assert before is None
    assert silence is not None
    assert silence.code == "TL-3513"
    assert engine.deployments.process(PERMIT).active == 1
    engine.drain()


def test_queries_are_refused_at_once_while_nothing_is_answered_and_go_on_with_the_first_answer(
    readers: Readers,
) -> None:
    waiting = readers.take()
    waiting.connection.waits_since = readers._answered_at = time.monotonic() - 10
    readers._is_probed = True  # one query tries whether the server is back

    with pytest.raises(ConnectionLostError):
        readers.take()
    readers._is_probed = False
    probe = _in_thread(readers)

    waiting.connection.waits_since = None
    assert probe == ["answered"]
    assert _in_thread(readers) == ["answered"]
    readers.give_back(waiting)


def test_a_query_learns_within_seconds_that_the_server_is_silent_and_the_others_at_once(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers = _readers(url, is_writer_stuck=False)
    first, second = readers.take(), _taken_in_thread(readers)
    for session in (first, second):
        readers.give_back(session)
        session.connection.patience_s = 35
    monkeypatch.setattr(postgresql_readers, "BEGIN_S", 0.2)
    monkeypatch.setattr(PostgresqlSession, "begin", _never_answered)
    readers._answered_at -= 10

    with pytest.raises(ConnectionLostError):
        readers.take()
    with pytest.raises(ConnectionLostError):
        readers.take()  # with a session left that nobody has tried
    assert [session.connection.closed for session in (first, second)] == [False, True]

    monkeypatch.undo()
    readers._next_probe = 0
    assert _in_thread(readers) == ["answered"]
    assert first.connection.patience_s == 35
    readers.close()


def _never_answered(session: PostgresqlSession, mode: str) -> None:
    session.connection.execute("SELECT pg_sleep(60)")


def _taken_in_thread(readers: Readers) -> PostgresqlSession:
    taken: list[PostgresqlSession] = []
    thread = threading.Thread(target=lambda: taken.append(readers.take()))
    thread.start()
    thread.join()
    return taken[0]


def test_a_slow_query_alone_does_not_make_the_server_silent(url: str) -> None:
    readers = _readers(url, is_writer_stuck=False)
    slow = readers.take()
    slow.connection.waits_since = readers._answered_at = time.monotonic() - 10

    assert _in_thread(readers) == ["answered"]

    slow.connection.waits_since = None
    readers.give_back(slow)
    readers.close()


def test_a_query_that_gets_no_turn_is_refused(readers: Readers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql_readers, "QUEUE_S", 0.05)
    taken = [readers.take(), readers.take()]

    with pytest.raises(QueriesQueuedError):
        readers.take()

    for session in taken:
        readers.give_back(session)
    readers.give_back(readers.take())


def test_what_another_session_holds_is_a_typed_refusal_for_queries_and_changes(
    url: str, options: EngineOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(postgresql._SESSION_SETTINGS, "lock_timeout", "50ms")
    engine = EmbeddedEngine.open(url, options)
    engine.deployments.deploy({"p.bpmn": (MODELS / "register_and_decide.bpmn").read_bytes()})
    with psycopg.connect(url) as holder:
        holder.execute("LOCK TABLE instance IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(QueryRefusedError) as query:
            engine.deployments.process(PERMIT)
        with pytest.raises(Exception, match="TL-3510") as change:
            engine.instances.start(PERMIT, {})

    assert "lock timeout" in str(query.value)
    assert "lock timeout" in str(change.value)
    assert engine.deployments.process(PERMIT).active == 0
    engine.drain()


def _readers(url: str, *, is_writer_stuck: bool = True) -> Readers:
    return Readers(
        lambda: PostgresqlSession(connect(url), {}),
        limit=2,
        refusal=lambda: ConnectionLostError("gone"),
        is_writer_stuck=lambda: is_writer_stuck,
    )


def _in_thread(readers: Readers) -> list[str]:
    """What another thread's query comes to."""
    said: list[str] = []

    def ask() -> None:
        readers.give_back(readers.take())
        said.append("answered")

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join(30)
    return said
