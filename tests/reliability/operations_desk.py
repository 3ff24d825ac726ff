# SPDX-License-Identifier: Apache-2.0
"""What an operator's program does while it is killed: one function for each kind of work, on a folder of its own.

Each opens what it needs, says `begun`, and does the work; test_killed_operations.py has prepared the folder.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from taktloom.app import backup
from taktloom.app.context import LOCAL_OPERATOR, Context
from taktloom.app.settings import Settings
from taktloom.app.wiring import Rooms
from taktloom.hosts.embedded import EmbeddedEngine, EngineOptions, ManualClock
from tests.hosts.embedded.test_migration import version

Say = Callable[[], None]
MARCH = datetime(2026, 3, 20, 9, tzinfo=UTC)
MAY = datetime(2026, 5, 20, 9, tzinfo=UTC)
DEPLOYMENTS = 4
FILES = ("orders", "returns", "repairs")


def open_engine(where: Path | str, at: datetime | None = None) -> EmbeddedEngine:
    """The engine on a file or a database server; at: another time than now."""
    return EmbeddedEngine.open(where, EngineOptions() if at is None else EngineOptions(clock=ManualClock(at)))


def files_of(number: int) -> dict[str, bytes]:
    """Three processes whose content differs from that of every other number."""
    text = version("pick", f"pack{number}")
    return {f"{name}.bpmn": text.replace(b'"orders"', f'"{name}"'.encode()) for name in FILES}


def deploy(folder: Path, where: Path | str, begun: Say) -> None:
    """Deploy three files together, again and again."""
    del folder
    engine = open_engine(where)
    begun()
    for number in range(DEPLOYMENTS):
        engine.deployments.deploy(files_of(number), by="ada")


def purge(folder: Path, where: Path | str, begun: Say) -> None:
    """Remove the instances whose time is over; on a server in May, when all of March is due."""
    del folder
    engine = open_engine(where, MAY if isinstance(where, str) else None)
    begun()
    engine.retention.run_due()


def run_batch(folder: Path, where: Path | str, begun: Say) -> None:
    """Run the batch that is stored."""
    del folder
    engine = open_engine(where)
    begun()
    engine.batches.run_due()


def back_up(folder: Path, where: Path | str, begun: Say) -> None:
    """Back the folder up beside it, twice."""
    del where
    rooms = Rooms(Settings(data=folder / "data"))
    begun()
    for number in (1, 2):
        context = Context(principal=LOCAL_OPERATOR, rooms=rooms)
        backup.write_backup(context, file=folder / f"backup-{number}.zip")


def restore(folder: Path, where: Path | str, begun: Say) -> None:
    """Restore into new folders, one after the other."""
    del where
    begun()
    for number in (1, 2):
        backup.restore_as_operator(folder / f"restored-{number}", file=folder / "saved.zip")


def upgrade(folder: Path, where: Path | str, begun: Say) -> None:
    """Open a database of an earlier version."""
    del folder
    begun()
    open_engine(where)


WORK: Mapping[str, Callable[[Path, Path | str, Say], None]] = {
    "deploy": deploy,
    "purge": purge,
    "migrate": run_batch,
    "restart": run_batch,
    "back up": back_up,
    "restore": restore,
    "upgrade": upgrade,
}
