# SPDX-License-Identifier: Apache-2.0
"""One server per data folder: an advisory lock on `server.lock`, which the kernel frees when the process dies.

The file holds the pid and address for the message to whoever comes second; its being there means nothing by itself.
A folder that is being restored holds `.restoring` until everything is in its place; without that it is not opened.
"""

import fcntl
import os
from pathlib import Path
from types import TracebackType

from taktloom.model.errors import ConflictError, IncidentError
from taktloom.model.places import Place

LOCK_NAME, RESTORING_NAME = "server.lock", ".restoring"


class FolderInUseError(IncidentError):
    """A server runs on this data folder already."""

    code = "TL-3901"


class HalfRestoredError(ConflictError):
    """Restoring a backup into this data folder was interrupted: what lies there is not whole."""

    code = "TL-2932"


class FolderLock:
    """Holds the lock from entering to leaving the `with` block."""

    def __init__(self, folder: Path) -> None:
        self._path, self._handle = folder / LOCK_NAME, -1

    def __enter__(self) -> "FolderLock":
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(handle, 100).decode(errors="replace").strip() or "unknown"
            os.close(handle)
            raise FolderInUseError(
                f"A server (process {holder}) runs on this data folder.",
                Place(source=str(self._path.parent)),
                "Use that one, stop it, or name another folder with --data.",
                {"pid": holder},
            ) from error
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        self._handle = handle
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        os.ftruncate(self._handle, 0)
        os.close(self._handle)


def is_locked(folder: Path) -> bool:
    """Whether a server runs on the folder."""
    if not (folder / LOCK_NAME).exists():
        return False
    try:
        with FolderLock(folder):
            return False
    except FolderInUseError:
        return True


def require_whole(folder: Path) -> None:
    """Raise HalfRestoredError when a restore into *folder* has begun and not ended."""
    if (folder / RESTORING_NAME).exists():
        raise HalfRestoredError(
            "A backup is being restored into this data folder, or that was interrupted.",
            Place(source=str(folder)),
            "Restore the backup again, into the same folder; what lies half done is replaced.",
        )
