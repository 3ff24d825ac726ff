# SPDX-License-Identifier: Apache-2.0
"""One simulated machine: a disk with faults, and one or two engine processes on the same database file."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import apsw

from taktloom.app.assurance.checks import inspector
from taktloom.app.assurance.models import TOLD, Family, make_family
from taktloom.app.assurance.outside import BEGINNING, NodeClock, SeededIds, World
from taktloom.app.assurance.records import Wrong, require
from taktloom.hosts.embedded import Catalogue, EmbeddedEngine, EngineLimits, EngineOptions, InlineWriter, ManualClock
from taktloom.hosts.embedded.core.writer import Writer
from taktloom.hosts.embedded.stores.database import PACKAGE
from taktloom.model.errors import IncidentError
from taktloom.model.identifiers import DEFAULT_TENANT
from taktloom.storage import SqliteSession, load_queries, open_connection
from taktloom.storage.faults import FaultyDisk

DATABASE = "engine.db"
RUNS_PER_FAMILY = 50
_PATIENCE = 5  # openings that may fail before the faults are stopped
_STEPS_BETWEEN = (0, 3, EngineLimits().steps_between_states, 1_000)  # a state is written at every step, … never
_LONG_FROM = (0, EngineLimits().job_value_characters)  # long are all lists, contexts and texts of jobs, or few


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the runs of one family begin with: a database with its processes deployed, and their compiled forms.

    catalogue: holds every version that may be deployed in a run, before the first run and after the last: a run that
    finds more compiled than another reads less, meets its faults elsewhere, and is not the run that its seed tells.
    """

    family: Family
    database: bytes
    catalogue: Catalogue


@lru_cache(maxsize=2)
def ground_of(number: int) -> Ground:
    """Deploy the processes of family *number* once."""
    family, catalogue = make_family(number), Catalogue()
    with TemporaryDirectory(prefix="taktloom-assurance-", dir=fast_folder()) as folder:
        path = Path(folder) / DATABASE
        ids, clock = SeededIds(Random(f"ids-{number}")), ManualClock(BEGINNING)
        options = EngineOptions(clock=clock, ids=ids, writer=InlineWriter, catalogue=catalogue)
        engine = EmbeddedEngine.open(path, options)
        engine.deployments.deploy(dict(family.files), by="assurance")
        if number % 2 == 0:  # the others show what happens where nobody listens, and are faster
            engine.webhooks.add("https://receiver.example", TOLD)
        engine.drain()
        database = path.read_bytes()
        _compile_everything(path, family, options, catalogue)
        return Ground(family=family, database=database, catalogue=catalogue)


def _compile_everything(path: Path, family: Family, options: EngineOptions, catalogue: Catalogue) -> None:
    """Let *catalogue* know all versions of the family; the database is of no use afterwards."""
    engine = EmbeddedEngine.open(path, options)
    engine.deployments.deploy(dict(family.newer), by="assurance")
    engine.drain()
    session = SqliteSession(open_connection(path), load_queries(PACKAGE, "sql"))
    for key in sorted(family.executables):
        catalogue.by_key(session, DEFAULT_TENANT, key)
    session.close()


def fast_folder() -> str | None:
    """Memory where the system offers it as a folder: what is simulated needs no real disk."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


@dataclass(slots=True, kw_only=True)
class Node:
    """One engine process."""

    clock: NodeClock
    engine: EmbeddedEngine


def _interrupted_writer(interrupt: Callable[[], None]) -> type[Writer]:
    """A writer that lets others act between what was read and what is written because of it."""

    class InterruptedWriter(InlineWriter):
        def _run_queued(self) -> None:
            interrupt()
            super()._run_queued()

    return InterruptedWriter


class Machine:
    """The disk and the processes. on_read: called when one looks at its clock; on_write: when it begins to write."""

    def __init__(self, ground: Ground, folder: Path, chance: Random, world: World) -> None:
        self.disk = FaultyDisk(folder, chance)
        self.disk.put(DATABASE, ground.database)
        self.nodes: list[Node] = []
        self.on_read: Callable[[], None] = lambda: None
        self.on_write: Callable[[], None] = lambda: None
        self._ground, self._chance, self._world = ground, chance, world
        self._inspector: SqliteSession | None = None
        self._count = 2 if chance.random() < 0.3 else 1

    @property
    def path(self) -> Path:
        """The database file."""
        return self.disk.folder / DATABASE

    def start(self) -> None:
        """Open every engine; where the machine goes down meanwhile, it is started again."""
        attempts = 0
        while len(self.nodes) < self._count:
            attempts += 1
            if attempts > _PATIENCE:
                self.disk.heal()
            try:
                self.nodes.append(self._open())
            except (IncidentError, apsw.Error) as error:
                require(attempts <= 2 * _PATIENCE, Wrong.STUCK, f"the database cannot be opened: {error!r}")
            if self.disk.is_down:
                self.recover()

    def recover(self) -> None:
        """What a power loss or the death of all processes leaves, under new processes (without opening them)."""
        self.stop()
        self.disk.restart()

    def inspect(self) -> SqliteSession:
        """The checks' session, kept until the engines are closed."""
        if self._inspector is None:
            self._inspector = inspector(self.path)
        return self._inspector

    def stop(self) -> None:
        """Close the engines; on a machine that is down nothing reaches the disk any more."""
        if self._inspector is not None:
            self._inspector.connection.close(True)
            self._inspector = None
        for node in self.nodes:
            with suppress(Exception):  # a dead process's connections are closed without a word
                node.engine.drain()
        self.nodes.clear()

    def close(self) -> None:
        """Remove everything."""
        self.disk.heal()
        self.stop()
        self.disk.close()

    def _open(self) -> Node:
        skew = timedelta(seconds=self._chance.choice((0, 0, 0, -30, 30, 3600)))
        clock = NodeClock(self._world, skew, self.on_read)
        options = EngineOptions(
            clock=clock,
            ids=SeededIds(self._chance),
            writer=_interrupted_writer(self.on_write),
            limits=EngineLimits(
                steps_between_states=self._chance.choice(_STEPS_BETWEEN),
                job_value_characters=self._chance.choice(_LONG_FROM),
            ),
            vfs=self.disk.name,
            catalogue=self._ground.catalogue.copy(),
        )
        return Node(clock=clock, engine=EmbeddedEngine.open(self.path, options))
