# SPDX-License-Identifier: Apache-2.0
"""On PostgreSQL journal and event log lie in partitions by month; months whose instances may go are dropped whole."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from taktloom.hosts.embedded import EmbeddedEngine, EngineOptions, ManualClock
from taktloom.hosts.embedded.advancing.operator_actions import Order
from taktloom.hosts.embedded.core.live import UnknownInstanceError
from taktloom.hosts.embedded.stores import postgresql_months
from taktloom.hosts.embedded.stores.database import PACKAGE
from taktloom.model.identifiers import InstanceKey, ProcessId
from taktloom.model.interventions import HistoryLevel
from taktloom.model.places import Place
from taktloom.storage.postgresql import connect
from taktloom.storage.postgresql_migrations import OWN, load_postgresql_migrations, migrate_postgresql
from tests.contract.conftest import MODELS
from tests.postgresql_server import PostgresqlServer

PERMIT = ProcessId("permit")
ORDER = Order(actor="ada", reason="data minimisation")
MARCH, APRIL, MAY, JUNE = (datetime(2026, month, 20, 9, 0, tzinfo=UTC) for month in (3, 4, 5, 6))
MIGRATIONS_BEFORE = 2  # of the server's own, before there were months


@pytest.fixture
def url(postgresql_server: PostgresqlServer) -> str:
    """A new database: months are dropped from it."""
    return postgresql_server.new_database()


@pytest.fixture
def clock() -> ManualClock:
    """The twentieth of March."""
    return ManualClock(MARCH)


@pytest.fixture
def engine(url: str, options: EngineOptions) -> Iterator[EmbeddedEngine]:
    """An engine with a process whose ended instances go with their month, and one that keeps them."""
    opened = EmbeddedEngine.open(url, options)
    model = (MODELS / "register_and_decide.bpmn").read_bytes()
    opened.deployments.deploy({"p.bpmn": model, "q.bpmn": model.replace(b'"permit"', b'"appeal"')})
    opened.retention.set_policy(PERMIT, 0, HistoryLevel.FULL, ORDER)
    yield opened
    opened.drain()


def start(engine: EmbeddedEngine, process_id: ProcessId = PERMIT) -> InstanceKey:
    """The key of a new instance."""
    return engine.instances.start(process_id, {}).instance_key


def cancel(engine: EmbeddedEngine, *keys: InstanceKey) -> None:
    """End the instances, now."""
    for key in keys:
        engine.instances.cancel(key)


def go_to(engine: EmbeddedEngine, clock: ManualClock, instant: datetime) -> None:
    """Let time pass, with what a running engine does every ten minutes."""
    while clock.now() < instant:
        clock.advance(min(timedelta(days=15), instant - clock.now()))
        engine.retention.run_due()


def partitions(url: str, table: str = "journal") -> dict[str, set[str]]:
    """The instances with rows in each partition of a month."""
    with connect(url) as connection:
        names = [
            str(name)
            for (name,) in connection.execute(
                "SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r' AND relname LIKE $1",
                [f"{table}_y%"],
            )
        ]
        return {
            name.removeprefix(f"{table}_"): {
                str(key) for (key,) in connection.execute(f"SELECT DISTINCT instance_key FROM {name}".encode())
            }
            for name in names
        }


def kinds_of_history(engine: EmbeddedEngine, key: InstanceKey) -> tuple[int, int]:
    """How many events an instance has, and how many journal entries replay to its state."""
    return len(engine.instances.events(key)), engine.instances.check_replay(key)


def test_rows_are_written_to_the_month_in_which_their_instance_started(
    engine: EmbeddedEngine, clock: ManualClock, url: str
) -> None:
    of_march = start(engine)
    clock.advance(APRIL - MARCH)
    engine.retention.run_due()
    of_april = start(engine)
    cancel(engine, of_march)

    assert partitions(url) == {"y2026m03": {of_march}, "y2026m04": {of_april}, "y2026m05": set()}
    assert partitions(url, "event_log")["y2026m03"] == {of_march}


def test_a_month_whose_ended_instances_are_due_is_dropped_with_them(
    engine: EmbeddedEngine, clock: ManualClock, url: str
) -> None:
    ended = [start(engine) for _ in range(3)]
    cancel(engine, *ended)

    clock.advance(timedelta(days=11))
    too_early = engine.retention.run_due()
    go_to(engine, clock, APRIL)

    assert too_early.instances == 0
    assert "y2026m03" not in partitions(url)
    assert "y2026m03" not in partitions(url, "event_log")
    for key in ended:
        with pytest.raises(UnknownInstanceError):
            engine.instances.detail(key)


def test_an_instance_that_still_runs_is_filed_on_before_its_month_is_dropped(
    engine: EmbeddedEngine, clock: ManualClock, url: str
) -> None:
    ended, running = start(engine), start(engine)
    cancel(engine, ended)
    before = kinds_of_history(engine, running)

    go_to(engine, clock, APRIL)
    after = kinds_of_history(engine, running)
    (job,) = engine.jobs.lock(["register-case"], worker="w")
    engine.jobs.complete(job.job_id, job.fence, {})

    assert "y2026m03" not in partitions(url)
    assert running in partitions(url)["y2026m04"]
    assert after == before
    assert kinds_of_history(engine, running)[1] == before[1] + 1


def test_an_instance_that_ended_in_a_later_month_than_it_started_goes_with_the_later_one(
    engine: EmbeddedEngine, clock: ManualClock, url: str
) -> None:
    ended, late = start(engine), start(engine)
    cancel(engine, ended)
    clock.advance(APRIL - MARCH)
    cancel(engine, late)
    history = kinds_of_history(engine, late)
    engine.retention.run_due()

    filed, kept = partitions(url), kinds_of_history(engine, late)
    go_to(engine, clock, MAY)

    assert "y2026m03" not in filed
    assert late in filed["y2026m04"]
    assert kept == history
    assert "y2026m04" not in partitions(url)
    with pytest.raises(UnknownInstanceError):
        engine.instances.detail(late)


def test_an_instance_on_hold_is_filed_on_month_by_month_and_goes_when_the_hold_ends(
    engine: EmbeddedEngine, clock: ManualClock, url: str
) -> None:
    held, others = start(engine), [start(engine) for _ in range(2)]
    cancel(engine, held, *others)
    history = kinds_of_history(engine, held)
    engine.retention.hold(held, ORDER, is_kept=True)

    go_to(engine, clock, MAY)
    while_held = kinds_of_history(engine, held)
    months_while_held = partitions(url)
    engine.retention.hold(held, ORDER, is_kept=False)
    purge = engine.retention.run_due()

    assert while_held == history
    assert "y2026m03" not in months_while_held
    assert [month for month, keys in months_while_held.items() if held in keys] == ["y2026m04"]
    assert purge.instances == 1
    assert all(held not in keys for keys in partitions(url).values())


def test_a_month_of_which_most_instances_stay_is_emptied_of_the_due_ones_by_rows(
    engine: EmbeddedEngine, clock: ManualClock, url: str
) -> None:
    due = start(engine)
    staying = {start(engine, ProcessId("appeal")) for _ in range(2)}
    cancel(engine, due, *staying)

    clock.advance(APRIL - MARCH)
    purge = engine.retention.run_due()

    assert purge.instances == 1
    assert partitions(url)["y2026m03"] == staying
    assert partitions(url, "event_log")["y2026m03"] == staying


def test_a_crash_before_the_drop_leaves_rows_that_nobody_sees_and_the_next_run_drops_them(
    engine: EmbeddedEngine, clock: ManualClock, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended, running = start(engine), start(engine)
    cancel(engine, ended)
    clock.advance(APRIL - MARCH)
    with monkeypatch.context() as crashed:
        crashed.setattr(postgresql_months, "_finish", lambda *_: None)
        engine.retention.run_due()

    left, seen = partitions(url), {event.instance_key for event in engine.event_log.read().events}
    engine.retention.run_due()

    assert left["y2026m03"] == {ended, running}
    assert seen == {running}
    assert "y2026m03" not in partitions(url)
    assert kinds_of_history(engine, running)[1] == 1


def test_the_preview_counts_what_is_due_by_whole_months(engine: EmbeddedEngine, clock: ManualClock) -> None:
    cancel(engine, start(engine))

    due = []
    for _ in range(3):
        due.append({one.process_id: one.due for one in engine.retention.policies().items}[PERMIT])
        clock.advance(timedelta(days=6))

    assert due == [0, 0, 1]


def test_a_database_without_months_is_upgraded_and_its_history_stays_readable(
    url: str, options: EngineOptions, clock: ManualClock
) -> None:
    every = load_postgresql_migrations(PACKAGE)
    with connect(url) as connection:
        before = {**every, OWN: every[OWN][:MIGRATIONS_BEFORE]}
        migrate_postgresql(connection, before, Place(source="test"))
        _write_as_before(connection_url=url)
    engine = EmbeddedEngine.open(url, options)
    engine.deployments.deploy({"p.bpmn": (MODELS / "register_and_decide.bpmn").read_bytes()})
    new = start(engine)

    with connect(url) as connection:
        journal = connection.execute("SELECT instance_key, sequence FROM journal ORDER BY filed_under").fetchall()
        positions = connection.execute("SELECT position, instance_key FROM event_log ORDER BY position").fetchall()
    clock.advance(APRIL - MARCH)
    engine.retention.run_due()
    engine.drain()

    assert journal[0] == ("1770000000000000", 1)
    assert positions[0] == (1, "1770000000000000")
    assert {key for _, key in positions[1:]} == {new}
    assert [position for position, _ in positions] == list(range(1, len(positions) + 1))


def _write_as_before(connection_url: str) -> None:
    """A journal entry and an event of an instance of before."""
    with connect(connection_url) as connection:
        connection.execute(
            "INSERT INTO journal (tenant_id, instance_key, sequence, occurred_at, kind, payload_sealed) "
            "VALUES ('default', '1770000000000000', 1, 1770000000000000, 'InstanceStarted', '')"
        )
        connection.execute(
            "INSERT INTO event_log (tenant_id, instance_key, process_id, version, visit, element_id, element_type, "
            "activity, lifecycle, occurred_at) VALUES ('default', '1770000000000000', 'permit', 1, 'v', 'start', "
            "'startEvent', 'Start', 'complete', 1770000000000000)"
        )
