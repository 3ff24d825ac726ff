# SPDX-License-Identifier: Apache-2.0
"""A file layer of SQLite that fails on order: the real library on real files, over a disk that can be pulled out.

Every call that reaches the files is counted. At a chosen call a fault happens: the call fails before or after it is
carried out, the disk is full, a sync loses what it should have kept, or the machine goes down. After a power loss the
disk holds, file by file, what was synced last and of every later write any part: dropped, torn at sectors, in another
order; a new file may be missing and a deleted one may be back unless the folder was synced since. This is what POSIX
and the disk promise, and no more. The write-ahead log's shared index is never on the disk: it is lost with the machine.

Sources: https://www.sqlite.org/atomiccommit.html (chapter 2, hardware assumptions), https://www.sqlite.org/vfs.html;
Pillai et al., All File Systems Are Not Created Equal, OSDI 2014; Rebello et al., Can Applications Recover from fsync
Failures?, ATC 2020.
"""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from pathlib import Path
from random import Random

import apsw

_SECTOR = 512  # the smallest unit that any disk writes whole
_NUMBERS = count(1)


class DiskFault(StrEnum):
    """What can happen at a call. error_after: carried out, but the caller is told that it failed."""

    ERROR_BEFORE = "error-before"
    ERROR_AFTER = "error-after"
    DISK_FULL = "disk-full"
    SYNC_LOST = "sync-lost"
    CRASH = "crash"
    POWER_LOSS = "power-loss"


class MachineDownError(apsw.IOError):
    """The simulated machine is down: nothing more can be read or written."""


@dataclass(slots=True)
class _Image:
    """One file as the disk knows it. unsynced: writes (offset, bytes) and truncations (size, None) since its sync."""

    synced: bytearray = field(default_factory=bytearray)
    unsynced: list[tuple[int, bytes | None]] = field(default_factory=list)

    def settle(self) -> None:
        """All writes have reached the disk."""
        for offset, data in self.unsynced:
            _apply(self.synced, offset, data)
        self.unsynced.clear()

    def after_power_loss(self, chance: Random) -> bytes:
        """One of the contents that the disk may hold."""
        content = bytearray(self.synced)
        writes = list(self.unsynced)
        match chance.randrange(4):
            case 0:
                writes = []
            case 1:
                writes = writes[: chance.randint(0, len(writes))]
            case 2:
                writes = [_torn(write, chance) for write in writes if chance.random() < 0.5]
            case _:
                writes = [_torn(write, chance) for write in writes]
                chance.shuffle(writes)
        for offset, data in writes:
            _apply(content, offset, data)
        return bytes(content)


class FaultyDisk:
    """One simulated machine's disk, registered as a file layer under `name`; closed by `close`.

    folder: of the machine's files, on the real disk. The fault in wait is set with `fail_at`; `is_down` tells that the
    machine went down, after which `restart` gives the folder with what was left.
    """

    def __init__(self, folder: Path, chance: Random) -> None:
        self.name = f"taktloom-faults-{next(_NUMBERS)}"
        self.calls = 0
        self.is_down = False
        self.happened: Counter[DiskFault] = Counter()
        self.full_for = 0
        self.life = 0
        self._root, self._chance = folder, chance
        self._fault: DiskFault | None = None
        self._fault_at, self._full_writes = -1, 0
        self._down_after: int | None = None
        self._files: dict[str, _Image] = {}
        self._entries: dict[str, _Image] = {}
        self._layer = _FaultyLayer(self)
        self.folder = self._next_folder()

    def put(self, file_name: str, content: bytes) -> Path:
        """Place a file, synced."""
        image = _Image(synced=bytearray(content))
        self._files[file_name] = self._entries[file_name] = image
        path = self.folder / file_name
        path.write_bytes(content)
        return path

    def fail_at(self, fault: DiskFault, calls: int, *, full_for: int = 0, down_after: int | None = None) -> None:
        """Let *fault* happen after the next *calls* calls; full_for: of a full disk, how many writes fail.

        down_after: how many calls after a failed sync the power is lost; None: it is not. Until then everybody reads
        what is not on the disk, so whoever takes it for written is found out.
        """
        self._fault, self._fault_at = fault, self.calls + calls
        self._full_writes, self._down_after = full_for, down_after

    def heal(self) -> None:
        """No fault is in wait, and there is room again."""
        self._fault, self.full_for = None, 0

    def pull_the_plug(self) -> None:
        """Power loss now, between two calls."""
        self._go_down(DiskFault.POWER_LOSS)

    def kill(self) -> None:
        """The process ends now, between two calls; what it has written stays."""
        self._go_down(DiskFault.CRASH)

    def restart(self) -> Path:
        """The folder as the next process finds it."""
        old, lost_power = self.folder, self._lost_power
        if lost_power:
            kept = self._entries_after_power_loss()
            contents = {name: image.after_power_loss(self._chance) for name, image in kept.items()}
        else:
            contents = {name: (old / name).read_bytes() for name in self._files if (old / name).exists()}
        self.folder = self._next_folder()
        self._remove(old)
        for name, content in contents.items():
            (self.folder / name).write_bytes(content)
        if lost_power:
            self._files = {name: _Image(synced=bytearray(content)) for name, content in contents.items()}
            self._entries = dict(self._files)
        self.is_down = False
        self.heal()
        return self.folder

    def close(self) -> None:
        """Remove the layer and the files; connections must be closed before."""
        self._layer.unregister()
        self._remove(self.folder)

    def _next_folder(self) -> Path:
        self.life += 1
        self._lost_power = False
        folder = self._root / f"{self.name}-{self.life}"
        folder.mkdir()
        return folder

    def _remove(self, folder: Path) -> None:
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()

    def _entries_after_power_loss(self) -> dict[str, _Image]:
        kept: dict[str, _Image] = {}
        for name in sorted(self._files.keys() | self._entries.keys()):
            present, on_disk = self._files.get(name), self._entries.get(name)
            chosen = present if present is on_disk or self._chance.random() < 0.5 else on_disk
            if chosen is not None:
                kept[name] = chosen
        return kept

    def _go_down(self, fault: DiskFault) -> None:
        if not self.is_down:
            self.happened[fault] += 1
            self.is_down = True
            self._lost_power = fault is DiskFault.POWER_LOSS

    # What the layer asks and tells, call by call.

    def before(self, code: int, life: int) -> DiskFault | None:
        """Count a call that fails with *code*; the fault that is due after it, if one is. Raises apsw.Error.

        life: in which of the machine's lives the file was opened; what is left of an earlier one reaches nothing.
        """
        if self.is_down or life != self.life:
            raise MachineDownError("the machine is down")
        self.calls += 1
        if self._fault is None or self.calls <= self._fault_at:
            return None
        fault, self._fault = self._fault, None
        if fault in {DiskFault.CRASH, DiskFault.POWER_LOSS}:
            if self._chance.random() < 0.5:
                self._go_down(fault)
                raise MachineDownError("the machine is down")
            return fault
        if fault is DiskFault.DISK_FULL:
            self.full_for = self._full_writes
            return None
        if fault is DiskFault.SYNC_LOST and code != apsw.SQLITE_IOERR_FSYNC:
            self._fault = fault  # it waits for the next sync
            return None
        self.happened[fault] += 1
        if fault is DiskFault.SYNC_LOST and self._down_after is not None:
            self._fault, self._fault_at = DiskFault.POWER_LOSS, self.calls + self._down_after
        if fault is DiskFault.ERROR_BEFORE:
            raise apsw.exception_for(code)
        return fault

    def after(self, fault: DiskFault | None, code: int) -> None:
        """The call is carried out; raises what should happen after it."""
        if fault is None:
            return
        if fault in {DiskFault.CRASH, DiskFault.POWER_LOSS}:
            self._go_down(fault)
            raise MachineDownError("the machine is down")
        raise apsw.exception_for(code)

    def require_room(self) -> None:
        """Raise apsw.FullError while the disk is full."""
        if self.full_for > 0:
            self.full_for -= 1
            self.happened[DiskFault.DISK_FULL] += 1
            raise apsw.exception_for(apsw.SQLITE_FULL)

    def opened(self, path: str) -> str:
        """A file of the machine was opened; its name in the folder."""
        name = Path(path).name
        if name not in self._files:
            self._files[name] = _Image()
        return name

    def written(self, name: str, offset: int, data: bytes | None) -> None:
        """Bytes were written at *offset*; without data: the file was cut to that size."""
        self._files[name].unsynced.append((offset, data))

    def synced(self, name: str, fault: DiskFault | None) -> None:
        """The file's writes are on the disk, or gone for good; a log's or journal's sync keeps the folder's entries."""
        if fault is DiskFault.SYNC_LOST:
            self._files[name].unsynced.clear()
            return
        self._files[name].settle()
        if name.endswith(("-wal", "-journal")):
            self._entries = dict(self._files)

    def deleted(self, path: str, *, is_synced: bool) -> None:
        """A file is gone; its name may come back until the folder is synced."""
        self._files.pop(Path(path).name, None)
        if is_synced:
            self._entries = dict(self._files)


class _FaultyLayer(apsw.VFS):
    """The layer: hands every call on to the system's own, around the disk's faults."""

    def __init__(self, disk: FaultyDisk) -> None:
        self._disk = disk
        super().__init__(disk.name, "")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        """Open a file; temporary ones have no name and no faults."""
        if name is None:
            return super().xOpen(name, flags)
        fault = self._disk.before(apsw.SQLITE_CANTOPEN, self._disk.life)
        opened = _FaultyFile(self._disk, name, flags)
        self._disk.after(fault, apsw.SQLITE_CANTOPEN)
        return opened

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: FBT001, N802
        """Delete a file."""
        fault = self._disk.before(apsw.SQLITE_IOERR_DELETE, self._disk.life)
        super().xDelete(filename, syncdir)
        self._disk.deleted(filename, is_synced=syncdir)
        self._disk.after(fault, apsw.SQLITE_IOERR_DELETE)

    def xSleep(self, microseconds: int) -> int:  # noqa: N802
        """Waiting for a lock takes no time here: who holds it is in the same thread."""
        return microseconds

    def excepthook(self, *_: object) -> bool:
        """Errors that SQLite does not pass on are the faults on purpose."""
        return True


class _FaultyFile(apsw.VFSFile):
    """A file; locks and the shared index of the log go to the system's own layer as they are."""

    def __init__(self, disk: FaultyDisk, name: str | apsw.URIFilename, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self._disk, self._life = disk, disk.life
        self._name = disk.opened(name.filename() if isinstance(name, apsw.URIFilename) else name)

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        """Read."""
        fault = self._disk.before(apsw.SQLITE_IOERR_READ, self._life)
        data = super().xRead(amount, offset)
        self._disk.after(fault, apsw.SQLITE_IOERR_READ)
        return data

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        """Write."""
        fault = self._disk.before(apsw.SQLITE_IOERR_WRITE, self._life)
        self._disk.require_room()
        super().xWrite(data, offset)
        self._disk.written(self._name, offset, bytes(data))
        self._disk.after(fault, apsw.SQLITE_IOERR_WRITE)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        """Cut."""
        fault = self._disk.before(apsw.SQLITE_IOERR_TRUNCATE, self._life)
        super().xTruncate(newsize)
        self._disk.written(self._name, newsize, None)
        self._disk.after(fault, apsw.SQLITE_IOERR_TRUNCATE)

    def xSync(self, flags: int) -> None:  # noqa: N802
        """Sync: only the disk's book-keeping, the system's own sync would cost time and prove nothing here."""
        del flags
        fault = self._disk.before(apsw.SQLITE_IOERR_FSYNC, self._life)
        self._disk.synced(self._name, fault)
        self._disk.after(fault, apsw.SQLITE_IOERR_FSYNC)

    def xLock(self, level: int) -> None:  # noqa: N802
        """Lock."""
        fault = self._disk.before(apsw.SQLITE_IOERR_LOCK, self._life)
        super().xLock(level)
        self._disk.after(fault, apsw.SQLITE_IOERR_LOCK)

    def excepthook(self, *_: object) -> bool:
        """As of the layer."""
        return True


def _torn(write: tuple[int, bytes | None], chance: Random) -> tuple[int, bytes | None]:
    """The write with some of its sectors missing at its end; a truncation is whole or not at all."""
    offset, data = write
    if data is None or chance.random() < 0.5:
        return write
    sectors = chance.randint(0, len(data) // _SECTOR)
    return offset, data[: sectors * _SECTOR]


def _apply(content: bytearray, offset: int, data: bytes | None) -> None:
    if data is None:
        del content[offset:]
        return
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data
