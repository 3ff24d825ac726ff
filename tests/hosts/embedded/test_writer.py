# SPDX-License-Identifier: Apache-2.0
"""Many callers share one transaction, and each gets only its own outcome."""

import gc
import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from itertools import count
from pathlib import Path

import apsw
import pytest

from taktloom.hosts.embedded import Change, EmbeddedEngine, EngineOptions, Topic
from taktloom.hosts.embedded.advancing.carry_out import RULES
from taktloom.hosts.embedded.core.writer import InlineWriter, StorageFailedError
from taktloom.hosts.embedded.stores.database import SqliteDatabase
from taktloom.kernel.commands import Command
from taktloom.model.errors import TaktloomError
from taktloom.model.identifiers import InstanceKey, ProcessId
from taktloom.model.operations import InstanceQuery
from taktloom.storage import Session, SqliteSession
from taktloom.storage.faults import DiskFault, FaultyDisk
from tests.hosts.embedded.conftest import MODELS

PERMIT = ProcessId("permit")
Deploy = Callable[..., None]


def test_every_kernel_command_is_carried_out() -> None:
    from typing import get_args

    assert set(RULES) == set(get_args(Command))


def test_callers_that_are_refused_do_not_touch_the_others_of_their_group(
    engine: EmbeddedEngine, deploy: Deploy
) -> None:
    deploy("register_and_decide")

    def start(number: int) -> str:
        try:
            return engine.instances.start(PERMIT if number % 3 else ProcessId("other"), {}).status
        except TaktloomError as error:
            return error.code

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(start, range(90)))

    assert outcomes.count("active") == 60
    assert outcomes.count("TL-2592") == 30
    assert engine.deployments.process(PERMIT).active == 60


def test_one_instance_takes_events_of_many_callers_one_after_another(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")
    key = engine.instances.start(PERMIT, {}).instance_key

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: engine.instances.set_variables(key, {f"v{n}": Decimal(n)}), range(40)))

    assert engine.instances.check_replay(key) == 41
    assert len(engine.instances.detail(key).variables) == 40


def test_a_failed_change_leaves_the_remembered_state_as_it_was(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")
    key = engine.instances.start(PERMIT, {"n": Decimal(1)}).instance_key

    with pytest.raises(TaktloomError):
        engine.instances.set_variables(key, {"n": "x" * 20_000})
    engine.instances.set_variables(key, {"m": Decimal(2)})

    assert {view.name: view.value for view in engine.instances.detail(key).variables} == {
        "n": Decimal(1),
        "m": Decimal(2),
    }
    assert engine.instances.check_replay(key) == 2


def test_listeners_hear_of_a_change_after_its_commit(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")
    heard: list[Change] = []
    stop = engine.subscribe(heard.append)

    key = engine.instances.start(PERMIT, {}).instance_key
    engine.instances.cancel(key)
    stop()
    engine.instances.start(PERMIT, {})

    kinds = [(change.topic, change.kind) for change in heard if change.instance_key == key]
    assert (Topic.INSTANCES, "started") in kinds
    assert (Topic.JOBS, "created") in kinds
    assert kinds[-1] == (Topic.INSTANCES, "advanced")
    assert {change.instance_key for change in heard} == {key}


def test_the_commits_of_another_process_are_heard_of(tmp_path: Path, options: EngineOptions) -> None:
    server = EmbeddedEngine.open(tmp_path / "engine.db", options)
    heard = threading.Event()
    server.subscribe(lambda change: heard.set() if change.topic is Topic.EVERYTHING else None)
    command = EmbeddedEngine.open(tmp_path / "engine.db", options)

    command.deployments.deploy({"p.bpmn": (MODELS / "register_and_decide.bpmn").read_bytes()})
    was_heard = heard.wait(60)

    assert was_heard
    server.drain()
    command.drain()


def test_two_engines_on_one_file_complete_each_job_once_when_both_are_busy(
    tmp_path: Path, options: EngineOptions
) -> None:
    engines = [EmbeddedEngine.open(tmp_path / "engine.db", options) for _ in range(2)]
    engines[0].deployments.deploy({"p.bpmn": (MODELS / "register_and_decide.bpmn").read_bytes()})

    def start_and_complete(number: int) -> int:
        engine, other = engines[number % 2], engines[1 - number % 2]
        engine.instances.start(PERMIT, {"n": Decimal(number)})
        jobs = other.jobs.lock(["register-case"], worker=f"w{number}", max_jobs=3)
        for job in jobs:
            engine.jobs.complete(job.job_id, job.fence, {"by": Decimal(number)})
        return len(jobs)

    with ThreadPoolExecutor(6) as pool:
        completed = sum(pool.map(start_and_complete, range(60)))
    rest = engines[0].jobs.lock(["register-case"], worker="last", max_jobs=100)

    rows = engines[1].instances.search(InstanceQuery(limit=100)).items
    assert completed + len(rest) == len(rows) == 60
    assert sum(engines[0].instances.check_replay(row.instance_key) for row in rows) == 60 + completed
    for engine in engines:
        engine.drain()


def test_a_full_disk_refuses_a_change_whole_and_room_lets_it_go_on(tmp_path: Path, options: EngineOptions) -> None:
    engine = EmbeddedEngine.open(tmp_path / "engine.db", options)
    engine.deployments.deploy({"p.bpmn": (MODELS / "register_and_decide.bpmn").read_bytes()})
    key = engine.instances.start(PERMIT, {"n": Decimal(1)}).instance_key
    connection = _connection(engine)

    connection.execute(f"PRAGMA max_page_count = {connection.pragma('page_count')}")
    with pytest.raises(StorageFailedError):
        _fill(engine, key)
    kept = engine.instances.check_replay(key)
    connection.execute("PRAGMA max_page_count = 1000000")
    engine.instances.set_variables(key, {"after": True})

    assert engine.instances.check_replay(key) == kept + 1
    engine.drain()


@pytest.mark.parametrize("fault", [DiskFault.ERROR_BEFORE, DiskFault.ERROR_AFTER, DiskFault.DISK_FULL])
def test_what_a_failed_change_says_of_being_kept_is_true_after_a_crash(
    tmp_path: Path, options: EngineOptions, fault: DiskFault
) -> None:
    told: dict[str, set[bool]] = {"Nothing of it was kept.": set(), "It may have been kept or not.": set()}
    disk = FaultyDisk(tmp_path, random.Random(1))
    failing = replace(options, vfs=disk.name, writer=InlineWriter)
    for calls in count():
        engine, key = _with_an_instance(disk, failing)
        disk.fail_at(fault, calls, full_for=1)
        failure = _failure_of(engine, key)
        _crash(disk, engine)
        again = EmbeddedEngine.open(disk.folder / "engine.db")
        if failure is not None:
            told[f"{failure.remedy.partition('.')[0]}."].add(bool(again.instances.detail(key).variables))
            assert failure.place.source == "engine.db"
        again.drain()
        if failure is None:  # the fault would have come after the change
            break
    disk.close()

    assert told["Nothing of it was kept."] <= {False}
    assert (True in told["It may have been kept or not."]) is (fault is not DiskFault.DISK_FULL)


@pytest.mark.parametrize("seed", range(6))
def test_what_is_acknowledged_after_a_failed_sync_survives_a_power_loss(
    tmp_path: Path, options: EngineOptions, seed: int
) -> None:
    disk = FaultyDisk(tmp_path, random.Random(seed))
    failing = replace(options, vfs=disk.name, writer=InlineWriter)
    engine, key = _with_an_instance(disk, failing)
    disk.fail_at(DiskFault.SYNC_LOST, seed)
    refused = _failure_of(engine, key)

    started = [engine.instances.start(PERMIT, {}).instance_key for _ in range(5)]
    disk.pull_the_plug()
    with suppress(apsw.Error):
        engine.drain()
    disk.restart()
    again = EmbeddedEngine.open(disk.folder / "engine.db")

    kept = {one.instance_key for one in again.instances.search(InstanceQuery()).items}
    again.drain()
    disk.close()
    assert refused is not None
    assert disk.happened[DiskFault.SYNC_LOST] == 1
    assert kept >= {*started, key}


def test_a_value_never_stands_in_an_index_or_a_plain_column(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("wait_for_payment", "register_and_decide", "divide")
    secret = "s3cr3t-value"
    engine.instances.start(ProcessId("payment"), {"invoice": secret})
    engine.instances.start(PERMIT, {"amount": secret})
    engine.instances.start(ProcessId("divide"), {"amount": secret})

    found = _columns_with(engine, secret)

    assert found != set()
    assert all(column.endswith("_sealed") for column in found)


def _connection(engine: EmbeddedEngine) -> apsw.Connection:
    session = engine._core.database.writing
    assert isinstance(session, SqliteSession)
    return session.connection


def _fill(engine: EmbeddedEngine, key: InstanceKey) -> None:
    for number in range(200):
        engine.instances.set_variables(key, {f"v{number}": "x" * 5000})


def _columns_with(engine: EmbeddedEngine, text: str) -> set[str]:
    session = engine._core.database.writing
    return _sqlite_columns(session, text) if isinstance(session, SqliteSession) else _server_columns(session, text)


def _sqlite_columns(session: SqliteSession, text: str) -> set[str]:
    connection = session.connection
    tables = [str(row[0]) for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    found = set()
    for table in tables:
        for column in [str(row[1]) for row in connection.execute(f"PRAGMA table_info({table})")]:
            query = f"SELECT count(*) FROM {table} WHERE instr(CAST({column} AS BLOB), CAST(? AS BLOB)) > 0"
            if connection.execute(query, (text,)).fetchall() != [(0,)]:
                found.add(column)
    return found


def _server_columns(session: Session, text: str) -> set[str]:
    from taktloom.storage.postgresql import PostgresqlSession

    assert isinstance(session, PostgresqlSession)
    query = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
    found = set()
    for table, column in ((str(row[0]), str(row[1])) for row in session.connection.execute(query).fetchall()):
        # Bytes as hexadecimal digits, the form in which the server shows them, beside what is text anyway.
        hits = session.connection.execute(
            f"SELECT count(*) FROM {table} WHERE strpos({column}::text, $1) + strpos({column}::text, $2) > 0".encode(),
            [text, text.encode().hex()],
        ).fetchone()
        if hits != (0,):
            found.add(column)
    return found


def test_the_writer_survives_a_look_at_a_disk_that_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = EmbeddedEngine.open(tmp_path / "engine.db", EngineOptions(writer=InlineWriter))
    engine.deployments.deploy({"p.bpmn": (MODELS / "register_and_decide.bpmn").read_bytes()}, by="ada")

    def fail(_: object) -> bool:
        raise apsw.IOError("cannot be read")

    with monkeypatch.context() as patched:
        patched.setattr(SqliteDatabase, "look", fail)
        with pytest.raises(StorageFailedError):
            engine.instances.start(PERMIT, {})
    key = engine.instances.start(PERMIT, {}).instance_key

    assert [row.instance_key for row in engine.instances.search(InstanceQuery()).items] == [key]
    engine.drain()


def test_the_search_for_cycles_goes_on_when_nothing_waits(tmp_path: Path) -> None:
    engine = EmbeddedEngine.open(tmp_path / "engine.db", EngineOptions(writer=InlineWriter))
    engine.deployments.deploy({"p.bpmn": (MODELS / "register_and_decide.bpmn").read_bytes()})

    states = [gc.isenabled() for _ in range(3) if engine.instances.start(PERMIT, {}).instance_key]
    engine.drain()

    assert states == [True, True, True]


def test_a_program_that_searches_for_cycles_itself_keeps_the_search_off(tmp_path: Path) -> None:
    engine = EmbeddedEngine.open(tmp_path / "engine.db", EngineOptions(writer=InlineWriter))
    gc.disable()
    try:
        engine.deployments.deploy({"p.bpmn": (MODELS / "register_and_decide.bpmn").read_bytes()})
        engine.instances.start(PERMIT, {})
        is_on = gc.isenabled()
    finally:
        gc.enable()
    engine.drain()

    assert not is_on


def _with_an_instance(disk: FaultyDisk, options: EngineOptions) -> tuple[EmbeddedEngine, InstanceKey]:
    engine = EmbeddedEngine.open(disk.folder / "engine.db", options)
    engine.deployments.deploy({"p.bpmn": (MODELS / "register_and_decide.bpmn").read_bytes()})
    return engine, engine.instances.start(PERMIT, {}).instance_key


def _failure_of(engine: EmbeddedEngine, key: InstanceKey) -> StorageFailedError | None:
    try:
        engine.instances.set_variables(key, {"n": Decimal(1)})
    except StorageFailedError as failure:
        return failure
    return None


def _crash(disk: FaultyDisk, engine: EmbeddedEngine) -> None:
    disk.kill()
    with suppress(apsw.Error):
        engine.drain()
    disk.restart()
