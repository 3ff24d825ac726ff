# SPDX-License-Identifier: Apache-2.0
"""A group of work is computed while the commit before it is under way: what then fails, fails as if it had waited."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import psycopg
import pytest

from taktloom.hosts.embedded import EmbeddedEngine, EngineOptions, SystemIds
from taktloom.hosts.embedded.core.unit import Unit
from taktloom.hosts.embedded.core.writer import StorageFailedError
from taktloom.hosts.embedded.stores.postgresql_database import OutcomeUnknownError, PostgresqlDatabase
from taktloom.model.identifiers import DEFAULT_TENANT, InstanceKey, ProcessId
from taktloom.storage import ConnectionLostError
from taktloom.storage.postgresql import PostgresqlSession
from tests.contract.conftest import MODELS
from tests.postgresql_server import PostgresqlServer

PERMIT = ProcessId("permit")
MARKS = ("first", "second")


@pytest.fixture
def url(postgresql_server: PostgresqlServer) -> str:
    """An empty database."""
    return postgresql_server.engine_database()


@pytest.fixture
def engine(url: str, options: EngineOptions) -> Iterator[EmbeddedEngine]:
    """An engine with a process, alone on its server."""
    opened = EmbeddedEngine.open(url, options)
    opened.deployments.deploy({"p.bpmn": (MODELS / "register_and_decide.bpmn").read_bytes()})
    opened.instances.start(PERMIT, {})
    yield opened
    opened.drain()


def test_the_next_group_is_run_before_the_commit_is_heard_of_and_told_after_it(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    _note_landings(monkeypatch, order)

    told = _two_groups(engine, order)

    assert [future.result() for future in told] == ["first", "second"]
    assert order == ["run first", "run second", "landed", "landed"]


def test_a_lost_flight_is_run_again_before_the_group_that_was_run_meanwhile(
    engine: EmbeddedEngine, url: str, postgresql_server: PostgresqlServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    _lose(monkeypatch, lambda session: session.connection.close(), before_commit=True)

    told = _two_groups(engine, order)

    assert [future.result() for future in told] == ["first", "second"]
    assert order == ["run first", "run second", "run first", "run second"]
    assert _marks(postgresql_server, url) == ["first", "second"]


def test_a_flight_that_arrived_though_its_answer_was_lost_is_not_run_again(
    engine: EmbeddedEngine, url: str, postgresql_server: PostgresqlServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    _lose(monkeypatch, lambda session: session.connection.close(), before_commit=False)

    told = _two_groups(engine, order)

    assert [future.result() for future in told] == ["first", "second"]
    assert order.count("run first") == 1
    assert _marks(postgresql_server, url) == ["first", "second"]


def test_of_a_flight_whose_outcome_nobody_knows_that_is_said_and_the_next_group_is_run(
    engine: EmbeddedEngine, url: str, postgresql_server: PostgresqlServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    with monkeypatch.context() as away:
        away.setattr("taktloom.hosts.embedded.stores.postgresql_database._PATIENCE_S", 0.0)
        reconnect, refusals = PostgresqlDatabase._reconnect, [1]

        def refuse_once(self: PostgresqlDatabase) -> None:
            if refusals:
                refusals.pop()
                raise ConnectionLostError("The database server has gone away.")
            reconnect(self)

        away.setattr(PostgresqlDatabase, "_reconnect", refuse_once)
        _lose(away, lambda session: session.connection.close(), before_commit=True)
        first, second = _two_groups(engine, order)
        second.result()

    with pytest.raises(OutcomeUnknownError):
        first.result()
    assert order == ["run first", "run second", "run second"]
    assert _marks(postgresql_server, url) == ["second"]


def test_a_row_that_the_server_refuses_in_a_flight_takes_back_its_own_work_only(
    engine: EmbeddedEngine, url: str, postgresql_server: PostgresqlServer
) -> None:
    order: list[str] = []

    def refused(unit: Unit) -> str:
        unit.session.defer(
            "save_instance_state",
            "nobody",
            tenant_id="nobody",
            instance_key="nobody",
            journal_size=0,
            state_sealed=b"",
        )
        return "refused"

    told = _two_groups(engine, order, beside_first=refused)

    assert told[0].result() == "first"
    assert told[1].result() == "second"
    assert told[2].exception() is not None
    assert _marks(postgresql_server, url) == ["first", "second"]


def test_another_node_that_came_and_went_between_two_groups_is_noticed(
    engine: EmbeddedEngine, url: str, options: EngineOptions
) -> None:
    model = (MODELS / "register_and_decide.bpmn").read_bytes()
    database = engine._core.database
    with database.lock:  # so that nobody looks meanwhile
        guest = EmbeddedEngine.open(url, options)
        guest.deployments.deploy({"p.bpmn": model.replace(b"</definitions>", b"<!-- newer --></definitions>")})
        guest.drain()

    key = engine.instances.start(PERMIT, {}).instance_key

    assert engine.instances.summary(key).version == 2


def test_whatever_is_acknowledged_while_connections_are_ended_again_and_again_is_there_once(
    url: str, options: EngineOptions, postgresql_server: PostgresqlServer
) -> None:
    engine = EmbeddedEngine.open(url, replace(options, ids=SystemIds()))
    engine.deployments.deploy({"p.bpmn": (MODELS / "register_and_decide.bpmn").read_bytes()})
    is_over = threading.Event()

    def end_connections() -> None:
        while not is_over.wait(0.03):
            postgresql_server.stop_backends(url)

    def start(_: int) -> InstanceKey | None:
        try:
            return engine.instances.start(PERMIT, {}).instance_key
        except (ConnectionLostError, StorageFailedError):
            return None  # nothing was kept

    ending = threading.Thread(target=end_connections)
    ending.start()
    try:
        with ThreadPoolExecutor(8) as callers:
            keys = list(callers.map(start, range(160)))
    finally:
        is_over.set()
        ending.join()

    acknowledged = [key for key in keys if key is not None]
    assert len(set(acknowledged)) == len(acknowledged) > 0
    assert engine.deployments.process(PERMIT).active == len(acknowledged)
    assert {engine.instances.check_replay(key) for key in acknowledged} == {1}
    engine.drain()


def _two_groups(
    engine: EmbeddedEngine, order: list[str], *, beside_first: Callable[[Unit], str] | None = None
) -> "Sequence[Future[str]]":
    """Work in a group, and work that is queued while it runs, so that it is the next group's; what becomes of each."""
    core, tenant = engine._core, DEFAULT_TENANT
    is_running, is_queued = threading.Event(), threading.Event()

    def first(unit: Unit) -> str:
        order.append("run first")
        is_running.set()
        assert is_queued.wait(10)
        return _write(unit, "first")

    def second(unit: Unit) -> str:
        order.append("run second")
        return _write(unit, "second")

    told = [core.post(tenant, first)]
    assert is_running.wait(10)
    others = [second] if beside_first is None else [second, beside_first]
    told += [core.post(tenant, work) for work in others]
    is_queued.set()
    return told


def _write(unit: Unit, name: str) -> str:
    unit.session.defer("insert_process", name, tenant_id=DEFAULT_TENANT, process_id=name)
    return name


def _marks(server: PostgresqlServer, url: str) -> list[str]:
    database = url.removeprefix("postgresql://postgres@/").partition("?")[0]
    found = server.execute("SELECT process_id FROM process ORDER BY process_id", database=database)
    return [str(row[0]) for row in found if row[0] in MARKS]


def _note_landings(monkeypatch: pytest.MonkeyPatch, order: list[str]) -> None:
    settle = PostgresqlSession.settle

    def noting(self: PostgresqlSession) -> None:
        if self.is_sending:
            order.append("landed")
        settle(self)

    monkeypatch.setattr(PostgresqlSession, "settle", noting)
    monkeypatch.setattr(PostgresqlDatabase, "has_landed", False)


def _lose(
    monkeypatch: pytest.MonkeyPatch, breaking: Callable[[PostgresqlSession], object], *, before_commit: bool
) -> None:
    """Break the connection of the first commit that flies, before or after the server has carried it out."""
    commit, settle, flights = PostgresqlSession.send_commit, PostgresqlSession.settle, [1]

    def sending(self: PostgresqlSession) -> None:
        if not (flights and before_commit):
            commit(self)

    def settling(self: PostgresqlSession) -> None:
        is_flight = bool(flights) and self.is_sending
        if is_flight:
            flights.pop()
            if before_commit:
                breaking(self)
                raise psycopg.OperationalError("server closed the connection unexpectedly")
        settle(self)
        if is_flight:
            breaking(self)
            raise psycopg.OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(PostgresqlSession, "send_commit", sending)
    monkeypatch.setattr(PostgresqlSession, "settle", settling)
    monkeypatch.setattr(PostgresqlDatabase, "has_landed", False)
