# SPDX-License-Identifier: Apache-2.0
"""`kill -9` in the middle of what an operator does: what was done is whole, what was not can be done again.

Deployment, retention, batches, backup, restore and the upgrade of an older database on a file, retention and a batch on
a PostgreSQL server, too. Each kind of work runs once to its end, which tells how long it takes, and is then
killed at moments of that time that are drawn from a seed, each time in a new copy of what was prepared. The programs
are forked from a process that has imported everything, so that a kill costs little.

Quick by default: TAKTLOOM_KILLS=100 pytest tests/reliability/test_killed_operations.py
"""

import multiprocessing
import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path

import apsw
import pytest

from taktloom.app import backup
from taktloom.app.backup import restore_as_operator
from taktloom.app.context import LOCAL_OPERATOR, Context
from taktloom.app.folder_lock import HalfRestoredError
from taktloom.app.settings import Settings
from taktloom.app.wiring import Rooms
from taktloom.hosts.embedded import EmbeddedEngine
from taktloom.hosts.embedded.advancing.operator_actions import Order
from taktloom.hosts.embedded.operations.batches import BatchParameters
from taktloom.model.identifiers import InstanceKey, ProcessId
from taktloom.model.interventions import (
    BatchKind,
    BatchState,
    HistoryLevel,
    MigrationRequest,
    RestartRequest,
    Selection,
)
from taktloom.model.operations import InstanceQuery
from taktloom.storage import check_integrity
from tests.hosts.embedded.test_migration import version
from tests.postgresql_server import PostgresqlServer
from tests.reliability import operations_desk
from tests.reliability.operations_desk import FILES, MARCH, MAY, WORK, open_engine

KILLS = int(os.environ.get("TAKTLOOM_KILLS", "2"))
SEED = 20261123
ORDERS = ProcessId("orders")
ORDER = Order(actor="ada", reason="a drill")
INSTANCES = 15
EARLIER = Path(__file__).parents[1] / "journals" / "engine_schema_1.sql"
EARLIER_INSTANCES = 7

pytestmark = [pytest.mark.reliability, pytest.mark.timeout(max(300, 20 * KILLS))]


def prepare_nothing(folder: Path, where: Path | str) -> None:
    """An empty database."""
    del folder
    open_engine(where).drain()


def prepare_ended(folder: Path, where: Path | str) -> None:
    """Ended instances that may go, one of them on hold; on a server they ended in March."""
    del folder
    engine = _with_orders(where)
    engine.retention.set_policy(ORDERS, 0, HistoryLevel.FULL, ORDER)
    keys = [engine.instances.start(ORDERS, {}).instance_key for _ in range(INSTANCES)]
    for key in keys:
        engine.instances.cancel(key)
    engine.retention.hold(keys[0], ORDER, is_kept=True)
    engine.drain()


def prepare_migration(folder: Path, where: Path | str) -> None:
    """A stored batch that migrates running instances."""
    del folder
    engine = _with_orders(where)
    engine.deployments.deploy({"orders.bpmn": version("pick", "check", "pack")})
    keys = tuple(engine.instances.start(ORDERS, {}, version=1).instance_key for _ in range(INSTANCES))
    request = MigrationRequest(process_id=ORDERS, source_version=1, target_version=2)
    engine.batches.create(BatchKind.MIGRATE, Selection(keys=keys), BatchParameters(migration=request), ORDER)
    engine.drain()


def prepare_restarts(folder: Path, where: Path | str) -> None:
    """A stored batch that starts ended instances again."""
    del folder
    engine = _with_orders(where)
    keys = tuple(engine.instances.start(ORDERS, {}).instance_key for _ in range(INSTANCES))
    for key in keys:
        engine.instances.cancel(key)
    parameters = BatchParameters(restart=RestartRequest())
    engine.batches.create(BatchKind.RESTART, Selection(keys=keys), parameters, ORDER)
    engine.drain()


def prepare_data(folder: Path, where: Path | str) -> None:
    """A data folder with running instances."""
    del where
    rooms = Rooms(Settings(data=folder / "data"))
    rooms.engine.deployments.deploy({"orders.bpmn": version("pick", "pack")})
    for _ in range(INSTANCES):
        rooms.engine.instances.start(ORDERS, {})
    rooms.close()


def prepare_saved(folder: Path, where: Path | str) -> None:
    """A backup of such a folder."""
    prepare_data(folder, where)
    _back_up(folder, "saved.zip")


def prepare_earlier(folder: Path, where: Path | str) -> None:
    """The database of an earlier version, with work of every kind open."""
    del folder
    connection = apsw.Connection(str(where))
    connection.execute(EARLIER.read_text(encoding="utf-8"))
    connection.close()


def check_deployments(folder: Path, where: Path | str) -> None:
    """The files of a deployment have come together or not at all."""
    del folder
    engine = open_engine(where)
    before = [one.versions for one in engine.deployments.processes().items]
    engine.deployments.deploy(operations_desk.files_of(1000), by="ada")
    after = [one.versions for one in engine.deployments.processes().items]
    engine.drain()

    assert len(after) == len(FILES)
    assert after == [number + 1 for number in before or [0] * len(FILES)]
    assert len(set(after)) == 1


def check_purge(folder: Path, where: Path | str) -> None:
    """Each instance is whole or gone, and the record of the removals tells how many; the rest goes later."""
    del folder
    engine = open_engine(where, MAY if isinstance(where, str) else None)
    present = _keys(engine, ORDERS)
    replayed = [engine.instances.check_replay(key) for key in present]
    removed = sum(
        action.details["instances"]  # type: ignore[misc]
        for action in engine.operator_actions.search(limit=500).items
        if action.action == "delete-history"
    )
    engine.retention.run_due()
    (left,) = _keys(engine, ORDERS)
    policy = next(one for one in engine.retention.policies().items if one.process_id == ORDERS)

    assert replayed == [2] * len(present)
    assert removed == INSTANCES - len(present)
    assert engine.instances.check_replay(left) == 2
    assert (policy.ended, policy.due, policy.on_hold) == (1, 0, 1)
    engine.drain()


def check_migration(folder: Path, where: Path | str) -> None:
    """The batch goes on where it was, and each instance is migrated once."""
    del folder
    engine = _finished_batch(where)
    for key in _keys(engine, ORDERS):
        actions = [one.action for one in engine.operator_actions.search(instance_key=key).items]
        assert engine.instances.detail(key).summary.version == 2
        assert actions == ["migrate-instance"]
        assert engine.instances.check_replay(key) == 2
    engine.drain()


def check_restarts(folder: Path, where: Path | str) -> None:
    """The batch goes on where it was, and each instance is started again once."""
    del folder
    engine = _finished_batch(where)
    running = engine.instances.search(InstanceQuery(status="active", limit=500)).items
    engine.drain()

    assert len(running) == INSTANCES


def check_backup(folder: Path, where: Path | str) -> None:
    """A file that is there is whole; the next backup leaves nothing behind of the killed one."""
    del where
    made = list(folder.glob("*.zip"))
    _back_up(folder, "after.zip")
    for number, file in enumerate([*made, folder / "after.zip"]):
        _restore(folder / f"restored-{number}", file)

    assert not list(folder.glob(".taktloom-backup-*"))


def check_restore(folder: Path, where: Path | str) -> None:
    """What was restored is whole, or says that it is not, and is restored again."""
    del where
    for number in (1, 2):
        data = folder / f"restored-{number}"
        if data.exists() and any(path.name != "server.lock" for path in data.iterdir()):
            with suppress(HalfRestoredError):
                _check_data(data)
                continue
        _restore(data, folder / "saved.zip")


def check_upgrade(folder: Path, where: Path | str) -> None:
    """Every instance is there, and the copy made before the upgrade is as the database was."""
    engine = open_engine(where)
    found = len(engine.instances.search(InstanceQuery(limit=100)).items)
    engine.drain()
    copy = folder / "engine.db.before-0002"

    assert found == EARLIER_INSTANCES
    assert check_integrity(Path(where)) == ()
    assert apsw.Connection(str(copy)).pragma("user_version") == 1
    assert check_integrity(copy) == ()


@dataclass(frozen=True)
class Kind:
    """A kind of work: what lies there before, and what must hold after each kill."""

    prepare: Callable[[Path, Path | str], None]
    check: Callable[[Path, Path | str], None]


KINDS: Mapping[str, Kind] = {
    "deploy": Kind(prepare_nothing, check_deployments),
    "purge": Kind(prepare_ended, check_purge),
    "migrate": Kind(prepare_migration, check_migration),
    "restart": Kind(prepare_restarts, check_restarts),
    "back up": Kind(prepare_data, check_backup),
    "restore": Kind(prepare_saved, check_restore),
    "upgrade": Kind(prepare_earlier, check_upgrade),
}
ON_SERVER = ("purge", "restart")  # months that are dropped, and work claimed row by row


@dataclass
class Drill:
    """The killing of one kind of work on one store."""

    name: str
    prepared: Path
    programs: ForkServerContext
    server: PostgresqlServer | None = None

    def run(self) -> int:
        """Prepare, run undisturbed, kill and check again and again; how often the kill came before the end."""
        kind, chance = KINDS[self.name], random.Random(f"{SEED} {self.name}")
        self.prepared.mkdir(parents=True)
        prepared = self.prepared / "engine.db" if self.server is None else self.server.new_database()
        kind.prepare(self.prepared, prepared)
        took = self._work(*self._copy(prepared, "whole"), kill_after=None)[1]
        kills = 0
        for number in range(KILLS):
            folder, where = self._copy(prepared, str(number))
            kills += self._work(folder, where, kill_after=chance.uniform(0, 0.9) * took if number else 0)[0]
            kind.check(folder, where)
        return kills

    def _work(self, folder: Path, where: Path | str, *, kill_after: float | None) -> tuple[bool, float]:
        """Whether it was killed, and for how many seconds it worked."""
        hear, say = self.programs.Pipe(duplex=False)
        process = self.programs.Process(target=_act, args=(self.name, folder, where, say))
        process.start()
        say.close()
        hear.recv()
        began = time.perf_counter()
        if kill_after is None:
            process.join()
            assert process.exitcode == 0
        else:
            process.join(kill_after)
            process.kill()
            process.join()
        return process.exitcode == -signal.SIGKILL, time.perf_counter() - began

    def _copy(self, prepared: Path | str, name: str) -> tuple[Path, Path | str]:
        folder = self.prepared.with_name(f"{self.prepared.name}-{name}")
        shutil.copytree(self.prepared, folder)
        if self.server is None:
            return folder, folder / "engine.db"
        assert isinstance(prepared, str)
        copy = self.server.new_database()
        self.server.execute(f"DROP DATABASE {_name(copy)}")
        self.server.execute(f"CREATE DATABASE {_name(copy)} TEMPLATE {_name(prepared)}")
        return folder, copy


@pytest.fixture(scope="module")
def programs() -> ForkServerContext:
    """Programs are forked from a process that has imported what they need."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([operations_desk.__name__])
    return context


@pytest.mark.parametrize("name", KINDS)
def test_what_was_killed_on_a_file_is_whole_and_goes_on(name: str, tmp_path: Path, programs: ForkServerContext) -> None:
    assert Drill(name, tmp_path / "prepared", programs).run() >= 1


@pytest.mark.parametrize("name", ON_SERVER)
def test_what_was_killed_on_a_server_is_whole_and_goes_on(
    name: str, tmp_path: Path, programs: ForkServerContext, postgresql_server: PostgresqlServer
) -> None:
    assert Drill(name, tmp_path / "prepared", programs, postgresql_server).run() >= 1


def _act(name: str, folder: Path, where: Path | str, say: Connection) -> None:
    WORK[name](folder, where, partial(say.send, "begun"))
    os._exit(0)  # as after a kill, nobody closes anything: what is done is done


def _with_orders(where: Path | str) -> EmbeddedEngine:
    engine = open_engine(where, MARCH if isinstance(where, str) else None)
    engine.deployments.deploy({"orders.bpmn": version("pick", "pack")})
    return engine


def _finished_batch(where: Path | str) -> EmbeddedEngine:
    engine = open_engine(where)
    engine.batches.run_due()
    (batch,) = engine.batches.search().items
    assert (batch.state, batch.done, batch.failed) == (BatchState.DONE, INSTANCES, 0)
    return engine


def _keys(engine: EmbeddedEngine, process_id: ProcessId) -> list[InstanceKey]:
    found = engine.instances.search(InstanceQuery(process_id=process_id, limit=500)).items
    return [one.instance_key for one in found]


def _back_up(folder: Path, name: str) -> None:
    rooms = Rooms(Settings(data=folder / "data"))
    backup.write_backup(Context(principal=LOCAL_OPERATOR, rooms=rooms), file=folder / name)
    rooms.close()


def _restore(data: Path, file: Path) -> None:
    restore_as_operator(data, file=file)
    _check_data(data)


def _check_data(data: Path) -> None:
    rooms = Rooms(Settings(data=data))
    keys = _keys(rooms.engine, ORDERS)
    replayed = [rooms.engine.instances.check_replay(key) for key in keys]
    rooms.close()

    assert replayed == [1] * INSTANCES


def _name(url: str) -> str:
    return url.removeprefix("postgresql://postgres@/").partition("?")[0]
