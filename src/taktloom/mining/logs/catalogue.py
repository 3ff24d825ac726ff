# SPDX-License-Identifier: Apache-2.0
"""The logs of one data folder: list, open, import, rename, map anew, replace by a newer export, delete.

A log's source file lies in its folder, so that it can be mapped anew. Whole folders are exchanged by renaming; what a
crash leaves between two renames is put right by `recover`, to be called once before the folder is used.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.logs.errors import MalformedRecordError
from taktloom.mining.logs.event_source import EventSource, HistoryRequest, prepare_history
from taktloom.mining.logs.importing import WORKSPACE_PREFIX, import_log, prepare_log, read_columns, sniff_log
from taktloom.mining.logs.layout import sync_folder, write_json
from taktloom.mining.logs.mapping import ColumnMapping
from taktloom.mining.logs.metadata import METADATA_FILE, SOURCE_FILE, LogMetadata, load_metadata, metadata_to_json
from taktloom.mining.logs.requests import (
    BadRows,
    ImportRequest,
    ImportWatch,
    LogSniff,
    MissingAttributes,
    Progress,
    ignore_progress,
    never_cancelled,
)
from taktloom.model.errors import ConflictError, InputRefusedError, NotFoundError
from taktloom.model.places import Place

RETIRED_PREFIX = ".retired-"
LONGEST_NAME = 200


class LogNotFoundError(NotFoundError):
    """No log of this id."""

    code = "TL-2121"

    def __init__(self, log_id: str) -> None:
        super().__init__(f"There is no log '{log_id}'.", Place(element_id=log_id), "List the logs.", {"log_id": log_id})
        self.args = (log_id,)


class LogIdTakenError(ConflictError):
    """A log of this id exists."""

    code = "TL-2122"

    def __init__(self, log_id: str) -> None:
        super().__init__(
            f"A log '{log_id}' exists.",
            Place(element_id=log_id),
            "Replace it, or choose another id.",
            {"log_id": log_id},
        )
        self.args = (log_id,)


class LogCatalogue:
    """The logs in *folder* (`<data>/logs`); callers see to it that one program changes it at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def recover(self) -> None:
        """Put right what a crash left: finish or undo a replacement, remove half-done imports."""
        if not self.folder.is_dir():
            return
        for retired in sorted(self.folder.glob(f"{RETIRED_PREFIX}*")):
            log_id = retired.name.removeprefix(RETIRED_PREFIX)
            if (retired / METADATA_FILE).exists() and not (self.folder / log_id).exists():
                retired.rename(self.folder / log_id)
            else:
                shutil.rmtree(retired, ignore_errors=True)
        for workspace in self.folder.glob(f"{WORKSPACE_PREFIX}*"):
            shutil.rmtree(workspace, ignore_errors=True)

    def list_logs(self) -> tuple[LogMetadata, ...]:
        """All readable logs, newest import first; `list_damaged` names the others."""
        found = [metadata for metadata in map(_metadata_or_none, self._folders()) if metadata is not None]
        return tuple(sorted(found, key=lambda log: (-log.imported_at.timestamp(), log.log_id)))

    def list_damaged(self) -> tuple[str, ...]:
        """Ids of folders whose `log.json` cannot be read; they can be deleted."""
        return tuple(sorted(folder.name for folder in self._folders() if _metadata_or_none(folder) is None))

    def _folders(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        return [each for each in self.folder.iterdir() if each.name[0] != "." and (each / METADATA_FILE).exists()]

    def open_log(self, log_id: str) -> CanonicalLog:
        """The log of this id; raises LogNotFoundError."""
        return CanonicalLog.open(self._folder_of(log_id))

    def import_log(
        self,
        request: ImportRequest,
        *,
        progress: Callable[[Progress], None] = ignore_progress,
        cancelled: Callable[[], bool] = never_cancelled,
    ) -> CanonicalLog:
        """Import a new log; raises LogIdTakenError beside what `importing.import_log` raises."""
        if request.log_id is not None and (self.folder / _require_id(request.log_id)).exists():
            raise LogIdTakenError(request.log_id)
        return import_log(request, self.folder, progress=progress, cancelled=cancelled)

    def rename(self, log_id: str, name: str) -> LogMetadata:
        """Give the log another name; its id stays."""
        wanted = name.strip()
        if not wanted or len(wanted) > LONGEST_NAME:
            raise MalformedRecordError(field="name", expected=f"text of 1 to {LONGEST_NAME} characters")
        folder = self._folder_of(log_id)
        renamed = replace(load_metadata(folder), name=wanted)
        draft = folder / f".{METADATA_FILE}"
        write_json(draft, metadata_to_json(renamed))
        os.replace(draft, folder / METADATA_FILE)
        sync_folder(folder)
        return renamed

    def delete(self, log_id: str) -> None:
        """Remove the log with its source file."""
        folder = self._folder_of(log_id)
        doomed = Path(tempfile.mkdtemp(prefix=WORKSPACE_PREFIX, dir=self.folder))
        folder.rename(doomed / "log")
        sync_folder(self.folder)
        shutil.rmtree(doomed, ignore_errors=True)

    def look_at_source(self, log_id: str) -> LogSniff:
        """A first look at the log's kept source, read as it was imported: all its columns, mapped or not."""
        folder = self._folder_of(log_id)
        known = load_metadata(folder)
        return sniff_log(
            folder / SOURCE_FILE, encoding=known.encoding, delimiter=known.delimiter, source_name=known.source_name
        )

    def map_anew(  # noqa: PLR0913 - what is optional is keyword-only
        self,
        log_id: str,
        mapping: ColumnMapping,
        *,
        at: datetime,
        timezone: str | None = None,
        date_format: str | None = None,
        bad_rows: BadRows = BadRows.REFUSE,
        watch: ImportWatch | None = None,
    ) -> CanonicalLog:
        """Read the log's source file again with another mapping; the zone stays unless another is given.

        So does the date format, while the columns of times do.
        """
        folder = self._folder_of(log_id)
        known = load_metadata(folder)
        request = ImportRequest(
            path=folder / SOURCE_FILE,
            name=known.name,
            imported_at=at,
            mapping=mapping,
            timezone=timezone or known.timezone,
            bad_rows=bad_rows,
            delimiter=known.delimiter,
            encoding=known.encoding,
            date_format=date_format or (known.date_format if _keeps_times(mapping, known.mapping) else None),
            source_name=known.source_name,
            is_synthetic=known.is_synthetic,
        )
        return self._exchange(log_id, request, watch or ImportWatch())

    def replace(
        self,
        log_id: str,
        request: ImportRequest,
        *,
        progress: Callable[[Progress], None] = ignore_progress,
        cancelled: Callable[[], bool] = never_cancelled,
    ) -> CanonicalLog:
        """Put a newer export in the log's place: same id and name.

        The log's mapping and zone hold where the request names none and the columns of the parts are still there;
        attributes that are gone are dropped. If the import fails, the old log stays.
        """
        known = load_metadata(self._folder_of(log_id))
        request = replace(request, name=known.name, timezone=request.timezone or known.timezone)
        if request.mapping is None and set(known.mapping.role_columns()) <= set(read_columns(request)):
            request = replace(request, mapping=known.mapping, missing_attributes=MissingAttributes.DROP)
        return self._exchange(log_id, request, ImportWatch(report=progress, cancelled=cancelled))

    def refresh_history(self, source: EventSource, request: HistoryRequest) -> CanonicalLog:
        """Make or renew the log of the engine's own history, reading what is new.

        Raises UnreadableLogError while there are no events.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        log_id = _require_id(request.log_id)
        known = self.folder / log_id
        return self._fill(log_id, lambda _, ready: prepare_history(source, request, ready, known))

    def _exchange(self, log_id: str, request: ImportRequest, watch: ImportWatch) -> CanonicalLog:
        wanted = replace(request, log_id=log_id)
        return self._fill(log_id, lambda workspace, ready: prepare_log(wanted, workspace, ready, watch))

    def _fill(self, log_id: str, prepare: Callable[[Path, Path], None]) -> CanonicalLog:
        """Put what *prepare* writes in the place of the log, whole or not at all."""
        place, retired = self.folder / log_id, self.folder / f"{RETIRED_PREFIX}{log_id}"
        workspace = Path(tempfile.mkdtemp(prefix=WORKSPACE_PREFIX, dir=self.folder))
        try:
            ready = workspace / "log"
            ready.mkdir()
            prepare(workspace, ready)
            if place.exists():
                place.rename(retired)
            ready.rename(place)
            sync_folder(self.folder)
            shutil.rmtree(retired, ignore_errors=True)
        finally:
            shutil.rmtree(workspace, ignore_errors=True)
        return CanonicalLog.open(place)

    def _folder_of(self, log_id: str) -> Path:
        folder = self.folder / _require_id(log_id)
        if not (folder / METADATA_FILE).exists():
            raise LogNotFoundError(log_id)
        return folder


def _keeps_times(mapping: ColumnMapping, known: ColumnMapping) -> bool:
    return mapping.time_columns() == known.time_columns()


def _metadata_or_none(folder: Path) -> LogMetadata | None:
    try:
        return load_metadata(folder)
    except InputRefusedError:
        return None


def _require_id(log_id: str) -> str:
    """An id is one name inside the folder, never a path."""
    if not re.fullmatch(r"\w[\w\-]{0,79}", log_id):
        raise LogNotFoundError(log_id[:80])
    return log_id
