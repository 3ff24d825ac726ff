# SPDX-License-Identifier: Apache-2.0
"""Results of long work, kept on disk so that the second look is instant, also after a restart.

A result belongs to one import of one log and to what computed it, formulas and libraries: its file names both, and a
file that names others is not read. A cache only: nothing is lost with it, it is no part of a backup, and a file that
cannot be read is computed anew.
"""

import hashlib
import json
import shutil
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from taktloom import __version__

if TYPE_CHECKING:
    from taktloom.mining.logs.metadata import LogMetadata

Result = TypeVar("Result")
COMPUTING_ROOMS = ("calendars", "evidence", "formats", "mining", "model", "programme")
COMPUTING_LIBRARIES = ("numpy", "polars", "tzdata", "holidays")  # draws, counts, working hours: another may differ


class KeptResults:
    """One JSON file per log and name of a result."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, log: "LogMetadata", name: str, kind: type[Result]) -> Result | None:
        """The kept result, None when there is none of this import and code."""
        from pydantic import TypeAdapter, ValidationError

        try:
            record = json.loads(self._file(log, name).read_bytes())
            if record["key"] != _key(log, name):
                return None
            return TypeAdapter(kind).validate_python(record["result"])
        except (OSError, ValueError, KeyError, TypeError, ValidationError):
            return None

    def save(self, log: "LogMetadata", name: str, kind: type[Result], result: Result) -> None:
        """Keep *result*; what cannot be written is computed again next time."""
        from pydantic import TypeAdapter

        record = {"key": _key(log, name), "result": TypeAdapter(kind).dump_python(result, mode="json")}
        file = self._file(log, name)
        unfinished = file.with_suffix(".unfinished")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
            unfinished.replace(file)
        except OSError:
            unfinished.unlink(missing_ok=True)

    def forget(self, log_id: str) -> None:
        """Remove what was computed of a log."""
        shutil.rmtree(self._folder / log_id, ignore_errors=True)

    def _file(self, log: "LogMetadata", name: str) -> Path:
        return self._folder / log.log_id / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.json"


def _key(log: "LogMetadata", name: str) -> dict[str, str | None]:
    return {
        "name": name,
        "source": log.source_sha256,
        "imported_at": log.imported_at.isoformat(),
        "cursor": log.cursor,
        "code": code_version(),
    }


@cache
def code_version() -> str:
    """Version, and digest of the rooms and libraries that compute: after an edit or an update no old result shows."""
    digest = hashlib.sha256()
    for library in COMPUTING_LIBRARIES:
        digest.update(f"{library} {version(library)}\0".encode())
    for room in COMPUTING_ROOMS:
        _add(digest, files(f"taktloom.{room}"), room)
    return f"{__version__}+{digest.hexdigest()[:16]}"


def _add(digest: "hashlib._Hash", folder: Traversable, place: str) -> None:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        path = f"{place}/{entry.name}"
        if entry.is_dir():
            _add(digest, entry, path)
        elif entry.name.endswith(".py"):
            digest.update(path.encode() + b"\0" + hashlib.sha256(entry.read_bytes()).digest())
