# SPDX-License-Identifier: Apache-2.0
"""Opening SQLite safely: one way for every database of this package.

Write-ahead log, foreign keys on, a busy time-out, and a stated sync level. A library version with a known corruption
bug is refused before the first byte is written: in WAL mode, versions before 3.51.3 (save 3.44.6+ and 3.50.7+) can lose
committed pages when a checkpoint meets a log reset (https://www.sqlite.org/wal.html#walresetbug); 3.52.0 was withdrawn.

A process that dies between writing a commit to the log and syncing it leaves a commit that the next process reads, but
that the disk need not have. Whoever asks again is told that it is done already, without anything being written, and a
power loss would then take what was acknowledged. So the log is written anew and synced before anybody reads from it.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

import apsw

from taktloom.model.errors import IncidentError
from taktloom.model.places import Place

SqlValue: TypeAlias = int | float | str | bytes | None

MEMORY = ":memory:"
_BUSY_TIMEOUT_MS = 10_000
_LOG_PART = 1 << 16  # bytes; the layer below takes no 128 KiB at once
_CACHE_KIB = 4_096  # per connection; a busy server has dozens, and the system caches pages too
_STATEMENT_CACHE = 300  # more than the statements of one database, so that each is prepared once


class SyncLevel(StrEnum):
    """What a commit waits for. full: the disk has it. normal: power loss may undo the last commits, never corrupt."""

    FULL = "full"
    NORMAL = "normal"


class UnsafeSqliteError(IncidentError):
    """The SQLite library in use can corrupt databases."""

    code = "TL-3601"


class DatabaseUnusableError(IncidentError):
    """The file cannot be opened, is no database of ours, or is damaged."""

    code = "TL-3602"


def require_safe_version(version: str) -> None:
    """Raise UnsafeSqliteError when *version* ("3.51.3") has a known corruption bug."""
    parts = tuple(int(part) for part in version.split("."))[:3]
    patched_branch = (3, 44, 6) <= parts < (3, 45) or (3, 50, 7) <= parts < (3, 51)
    if patched_branch or (parts >= (3, 51, 3) and parts != (3, 52, 0)):
        return
    raise UnsafeSqliteError(
        f"SQLite {version} can corrupt databases in WAL mode.",
        remedy="Install the current apsw package: it brings its own SQLite.",
        parameters={"version": version},
    )


def open_connection(
    path: Path | str, *, sync: SyncLevel = SyncLevel.FULL, vfs: str | None = None, is_first: bool = True
) -> apsw.Connection:
    """Open *path* (created when absent; ":memory:" for a private one) with the pragmas of this package.

    vfs: the name of a registered file layer (see faults.py); None: the system's own. is_first: this process has not
    opened it before, so that what another one left in the log may not be on the disk.
    """
    require_safe_version(apsw.sqlite_lib_version())
    connection: apsw.Connection | None = None
    try:
        connection = apsw.Connection(str(path), vfs=vfs, statementcachesize=_STATEMENT_CACHE)
        connection.set_busy_timeout(_BUSY_TIMEOUT_MS)
        if str(path) != MEMORY:
            _require_write_ahead_log(connection)
            if is_first and sync is SyncLevel.FULL:
                _write_log_left_behind_anew(connection, path, vfs)
        connection.execute(f"PRAGMA synchronous = {sync.value}")  # from a closed enum, never from data
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        connection.execute("PRAGMA temp_store = MEMORY")
    except apsw.Error as error:
        if connection is not None:
            with suppress(apsw.Error):
                connection.close(True)
        raise DatabaseUnusableError(
            f"The database cannot be opened: {error}.",
            Place(source=str(path)),
            "Check that the folder exists, is writable and on a local disk, or restore a backup.",
        ) from error
    return connection


def _write_log_left_behind_anew(connection: apsw.Connection, path: Path | str, vfs: str | None) -> None:
    """Have the disk keep what an ended process left in the log, and the log's place in its folder.

    To sync it is not enough: where a sync has failed before, the system may show what the disk does not have and have
    nothing left to write (Rebello et al., Can Applications Recover from fsync Failures?, ATC 2020). A checkpoint may be
    held up by others. Under the write lock nobody adds to the log or begins it again; who has that lock for long has
    done this when it opened the database, and what it could not sync since is shown to nobody. Opened as a log, the
    file takes no part in the locks; opened to be created, its first sync covers the folder.
    """
    log = f"{Path(path).resolve()}-wal"
    if not Path(log).exists():
        return
    try:
        connection.execute("BEGIN IMMEDIATE")
    except apsw.BusyError:
        return
    try:
        flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_WAL
        file = apsw.VFSFile(vfs or "", log, [flags, 0])
        try:
            size = file.xFileSize()
            for offset in range(0, size, _LOG_PART):
                file.xWrite(file.xRead(min(_LOG_PART, size - offset), offset), offset)
            file.xSync(apsw.SQLITE_SYNC_FULL)
        finally:
            file.xClose()
    finally:
        connection.execute("ROLLBACK")


def _require_write_ahead_log(connection: apsw.Connection) -> None:
    """Switch to the log; raises where SQLite did not, for it says so by its answer only.

    With a rollback journal the sync level `full` does not keep the last commit through a power loss.
    """
    mode = connection.execute("PRAGMA journal_mode = WAL").get
    if mode != "wal":
        raise apsw.CantOpenError(f"the write-ahead log cannot be used, the journal mode stays {mode}")


@contextmanager
def transaction(connection: apsw.Connection) -> Iterator[apsw.Connection]:
    """Take the write lock at once (BEGIN IMMEDIATE), commit at the end, roll back when the block raises."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def savepoint(connection: apsw.Connection) -> Iterator[None]:
    """Take back what the block did when it raises; the transaction around it goes on.

    Where SQLite has taken back the whole transaction by itself, as when the disk is full, there is none any more.
    """
    connection.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK TO part")
            connection.execute("RELEASE part")
        raise
    connection.execute("RELEASE part")


def pragma_number(connection: apsw.Connection, name: str) -> int:
    """Read a numeric pragma, such as `user_version` or `data_version`."""
    value = connection.pragma(name)
    return value if isinstance(value, int) else int(str(value))


def data_version(connection: apsw.Connection) -> int:
    """A number that changes when another connection has committed to the same file."""
    return pragma_number(connection, "data_version")


def check_integrity(path: Path) -> tuple[str, ...]:
    """Run SQLite's own quick check; the problems, empty when sound."""
    connection = open_connection(path)
    try:
        lines = [str(row[0]) for row in connection.execute("PRAGMA quick_check")]
    finally:
        connection.close()
    return () if lines == ["ok"] else tuple(lines)
