# SPDX-License-Identifier: Apache-2.0
"""Backup and restore: one zip file with a manifest and the SHA-256 of every file in it.

The engine is copied first, the identity store after it, the logs last; each database by SQLite's online backup, which
is consistent in itself. Logs are immutable folders; the right to change them is held while they are copied. An
instance that refers to a user or log therefore finds it in the copy, unless it was deleted in between.

Either may be killed at any time. A backup is made in a hidden folder beside its file, which the next backup there
clears away if nobody holds its lock. A restore works in `.restoring` inside the data folder, which is refused as long
as that is there; restoring again clears it and what was moved out of it already.
"""

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from taktloom import __version__
from taktloom.app.context import LOCAL_OPERATOR, Context, require, use_case
from taktloom.app.demo_state import FILE_NAME as DEMO_FILE
from taktloom.app.folder_lock import LOCK_NAME, RESTORING_NAME, FolderLock, is_locked
from taktloom.app.settings import CONFIG_NAME
from taktloom.app.wiring import ENGINE_FILE, IDENTITY_FILE
from taktloom.assure.permissions import Permission
from taktloom.model.errors import ConflictError, IncidentError, InputRefusedError
from taktloom.model.places import Place
from taktloom.storage import backup_database, check_integrity, sync_path

FORMAT = 1
MANIFEST = "manifest.json"
FOLDERS = ("logs", "rates")
SINGLE_FILES = (CONFIG_NAME, DEMO_FILE)
_WORKSPACE, _UNFINISHED = ".taktloom-backup-", "unfinished.zip"
_RESTORED = frozenset({RESTORING_NAME, ENGINE_FILE, IDENTITY_FILE, *SINGLE_FILES, *FOLDERS})
_CHUNK = 1 << 20
_MANIFEST_BYTES = 100_000_000


class BackupRefusedError(InputRefusedError):
    """The file is no backup, is damaged, or was written by a newer version."""

    code = "TL-2930"


class FolderNotEmptyError(ConflictError):
    """A backup is restored into an empty folder only."""

    code = "TL-2931"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupDone:
    """What was written or restored. has_engine: false where the engine's data is on a database server, not in it."""

    file: Path
    files: int
    size_bytes: int
    created_at: datetime
    version: str
    has_engine: bool = True


@use_case(Permission.SYSTEM_ADMIN)
def write_backup(context: Context, *, file: Path) -> BackupDone:
    """Write all stores into *file*; the file appears whole or not at all."""
    if file.exists():
        raise ConflictError(f"{file} exists.", Place(source=str(file)), "Name a new file.", {"path": str(file)})
    data, created_at = context.rooms.settings.data, context.rooms.clock()
    has_engine = not context.rooms.settings.database
    names = (ENGINE_FILE, IDENTITY_FILE) if has_engine else (IDENTITY_FILE,)
    try:
        _clear_interrupted(file.parent)
        with tempfile.TemporaryDirectory(prefix=_WORKSPACE, dir=file.parent) as name, FolderLock(Path(name)):
            folder = Path(name)
            copies = _copy_databases(data, folder, names)
            with context.rooms.logs.changing():
                count = _write_zip(folder / _UNFINISHED, [*copies, *_plain_files(data)], created_at)
            os.replace(folder / _UNFINISHED, file)
        sync_path(file.parent)
    except OSError as error:
        raise IncidentError(
            f"The backup cannot be written: {error.strerror}.",
            Place(source=str(file)),
            "Free space or name another place.",
        ) from error
    context.audit("backup", str(file))
    return BackupDone(
        file=file,
        files=count,
        size_bytes=file.stat().st_size,
        created_at=created_at,
        version=__version__,
        has_engine=has_engine,
    )


def restore_as_operator(data: Path, *, file: Path) -> BackupDone:
    """Restore on the command line, before there are rooms to make a context with."""
    require(LOCAL_OPERATOR, restore_backup.requirement)
    return _restore(data, file)


@use_case(Permission.SYSTEM_ADMIN)
def restore_backup(context: Context, *, data: Path, file: Path) -> BackupDone:
    """Restore *file* into the empty folder *data*."""
    del context
    return _restore(data, file)


def _restore(data: Path, file: Path) -> BackupDone:
    if is_locked(data):
        raise FolderNotEmptyError(
            "A server runs on this data folder.",
            Place(source=str(data)),
            "Stop it, or name another folder with --data.",
        )
    _require_empty(data)
    is_new = not data.exists()
    with FolderLock(data):
        _clear_half_restored(data)
        workspace = data / RESTORING_NAME
        workspace.mkdir()
        try:
            manifest = _unpack(file, workspace)
            for name in (ENGINE_FILE, IDENTITY_FILE):
                if (workspace / name).exists() and check_integrity(workspace / name):
                    raise _refused(file, f"the database {name} is damaged")
        except BaseException:
            shutil.rmtree(workspace, ignore_errors=True)
            if is_new:
                shutil.rmtree(data, ignore_errors=True)
            raise
        for one in workspace.iterdir():
            one.rename(data / one.name)
        sync_path(data)
        workspace.rmdir()
        sync_path(data)
    return BackupDone(
        file=file,
        files=len(manifest.hashes),
        size_bytes=file.stat().st_size,
        created_at=manifest.created_at,
        version=manifest.version,
    )


def _require_empty(data: Path) -> None:
    present = {one.name for one in data.iterdir()} - {LOCK_NAME} if data.is_dir() else set()
    if present and not (RESTORING_NAME in present and present <= _RESTORED):
        raise FolderNotEmptyError(
            "The data folder is not empty.", Place(source=str(data)), "Name an empty or new folder with --data."
        )


def _clear_half_restored(data: Path) -> None:
    """Remove what an interrupted restore left; the mark goes last, so that this may be interrupted, too."""
    for name in sorted(_RESTORED, key=RESTORING_NAME.__eq__):
        _remove(data / name)


def _clear_interrupted(folder: Path) -> None:
    """Remove the workspaces of backups that were killed: nobody holds their locks."""
    for one in folder.glob(f"{_WORKSPACE}*"):
        if (one / LOCK_NAME).exists() and not is_locked(one):
            _remove(one)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Manifest:
    created_at: datetime
    version: str
    hashes: dict[str, str]


def _copy_databases(data: Path, folder: Path, names: tuple[str, ...]) -> list[tuple[str, Path]]:
    copies = []
    for name in names:
        if (data / name).exists():
            backup_database(data / name, folder / name)
            copies.append((name, folder / name))
    return copies


def _plain_files(data: Path) -> Iterator[tuple[str, Path]]:
    for name in SINGLE_FILES:
        if (data / name).is_file():
            yield name, data / name
    for folder in FOLDERS:
        for path in sorted((data / folder).rglob("*")):
            relative = path.relative_to(data)
            if path.is_file() and not any(part.startswith(".") for part in relative.parts):
                yield relative.as_posix(), path


def _write_zip(target: Path, files: list[tuple[str, Path]], created_at: datetime) -> int:
    hashes = {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, path in files:
            hashes[name] = _hash_of(path)
            archive.write(path, name)
        manifest = {
            "format": FORMAT,
            "version": __version__,
            "created_at": created_at.isoformat(),
            "sha256": hashes,
        }
        archive.writestr(MANIFEST, json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False))
    with target.open("rb") as file:
        os.fsync(file.fileno())
    return len(hashes)


def _unpack(file: Path, workspace: Path) -> _Manifest:
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = _read_manifest(archive, file)
            if set(archive.namelist()) != {MANIFEST, *manifest.hashes}:
                raise _refused(file, "its files are not those of its manifest")
            for name, expected in manifest.hashes.items():
                target = _safe_target(workspace, name, file)
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(name) as source, target.open("wb") as copy:
                    shutil.copyfileobj(source, copy, _CHUNK)
                sync_path(target)
                if _hash_of(target) != expected:
                    raise _refused(file, f"{name} differs from its hash")
    except FileNotFoundError as error:
        raise _refused(file, "there is no such file") from error
    except (zipfile.BadZipFile, OSError, EOFError, ValueError) as error:
        raise _refused(file, "it is no zip file or is damaged") from error
    return manifest


def _read_manifest(archive: zipfile.ZipFile, file: Path) -> _Manifest:
    if MANIFEST not in archive.namelist() or archive.getinfo(MANIFEST).file_size > _MANIFEST_BYTES:
        raise _refused(file, "it has no manifest")
    record = json.loads(archive.read(MANIFEST))
    if not isinstance(record, dict) or record.get("format") != FORMAT or not isinstance(record.get("sha256"), dict):
        raise _refused(file, "its manifest has another format than this version reads")
    return _Manifest(
        created_at=datetime.fromisoformat(str(record.get("created_at"))),
        version=str(record.get("version")),
        hashes={str(name): str(value) for name, value in record["sha256"].items()},
    )


def _safe_target(workspace: Path, name: str, file: Path) -> Path:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name:
        raise _refused(file, f"the name {name} leaves the folder")
    return workspace / path


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refused(file: Path, reason: str) -> BackupRefusedError:
    return BackupRefusedError(
        f"The backup cannot be restored: {reason}.",
        Place(source=str(file)),
        "Take another backup file; nothing was changed.",
        {"reason": reason},
    )
