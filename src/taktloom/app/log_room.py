# SPDX-License-Identifier: Apache-2.0
"""The event logs of a data folder: the catalogue, uploads that wait for import, and results kept in memory.

A result belongs to one import of one log: a newer import has another time, so nothing stale can be shown. Changes of
the catalogue take a file lock, because the command line may work beside the server.
"""

import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from taktloom.app.kept_results import KeptResults, code_version
from taktloom.model.errors import ConflictError, LimitExceededError, NotFoundError, TaktloomError

if TYPE_CHECKING:
    from taktloom.mining.logs.canonical import CanonicalLog
    from taktloom.mining.logs.metadata import LogMetadata

Result = TypeVar("Result")
RESULTS_KEPT = 64
UPLOAD_KEPT_S = 24 * 3600
FILES_KEPT = 8
_CHUNK = 1 << 20


class LogRoom:
    """Logs, uploads and results of one data folder."""

    def __init__(self, data: Path) -> None:
        from taktloom.mining.logs.catalogue import LogCatalogue

        self.catalogue: LogCatalogue = LogCatalogue(data / "logs")
        self.kept = KeptResults(data / "results")
        self._uploads, self._rates, self._files = data / "uploads", data / "rates", data / "exports"
        self._lock_file = data / "logs.lock"
        self._results: OrderedDict[Hashable, object] = OrderedDict()
        self._computing: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()
        with self.changing():
            self.catalogue.recover()
            self._drop_old_uploads()
            self.drop_old_files()

    def open_log(self, log_id: str) -> "CanonicalLog":
        """The log. Raises NotFoundError."""
        return self.catalogue.open_log(log_id)

    def metadata(self, log_id: str) -> "LogMetadata":
        """What is known of the log. Raises NotFoundError."""
        return self.catalogue.open_log(log_id).metadata

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the right to change the catalogue; waits for another program that has it."""
        self._lock_file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def result(self, log_id: str, key: Hashable, compute: Callable[["CanonicalLog"], Result]) -> Result:
        """What *compute* gives for the log, kept under *key* until the log is imported anew."""
        log = self.open_log(log_id)

        def compute_from_it() -> Result:
            with self.reading(log):
                return compute(log)

        return self._once((log_id, log.metadata.imported_at, key), compute_from_it)

    @contextmanager
    def reading(self, log: "CanonicalLog") -> Iterator[None]:
        """While the files of *log* are read, which whoever deletes it or imports a newer one does not wait for.

        What fails because of that raises NotFoundError, or ConflictError when there is a newer import.
        """
        try:
            yield
        except TaktloomError:
            raise
        except Exception as error:
            if self.open_log(log.metadata.log_id).metadata.imported_at != log.metadata.imported_at:
                raise ConflictError(
                    "The log was imported anew while it was read.", remedy="Ask again: the newer one is there."
                ) from error
            raise

    def known(self, log_id: str, key: Hashable) -> object | None:
        """What `result` has kept under *key*, None where it would have to compute. Raises NotFoundError."""
        full_key = (log_id, self.open_log(log_id).metadata.imported_at, key)
        with self._lock:
            if full_key in self._results:
                self._results.move_to_end(full_key)
            return self._results.get(full_key)

    def upload_result(self, upload_id: str, key: Hashable, compute: Callable[[], Result]) -> Result:
        """What *compute* gives for an upload, kept under *key* as long as the upload."""
        return self._once((upload_id, key), compute)

    def _once(self, full_key: Hashable, compute: Callable[[], Result]) -> Result:
        with self._lock:
            if full_key in self._results:
                self._results.move_to_end(full_key)
                return self._results[full_key]  # type: ignore[return-value]
            computing = self._computing.setdefault(full_key, threading.Lock())
        with computing:  # two readers of one page compute once
            return self._computed(full_key, compute)

    def kept_result(
        self, log_id: str, name: str, kind: type[Result], compute: Callable[["CanonicalLog"], Result]
    ) -> Result:
        """As `result`, and kept on disk too: for what takes long. *kind*: a dataclass that JSON can hold."""

        def compute_or_load(log: "CanonicalLog") -> Result:
            kept = self.kept.load(log.metadata, name, kind)
            if kept is not None:
                return kept
            computed = compute(log)
            self.kept.save(log.metadata, name, kind, computed)
            return computed

        return self.result(log_id, name, compute_or_load)

    def ready(self, log_id: str, name: str, kind: type[Result]) -> Result | None:
        """A result of `kept_result` that needs no computing now, else None."""
        log = self.open_log(log_id)
        with self._lock:
            found = self._results.get((log_id, log.metadata.imported_at, name))
        if found is not None:
            return found  # type: ignore[return-value]
        kept = self.kept.load(log.metadata, name, kind)
        return kept if kept is None else self.result(log_id, name, lambda _: kept)

    def _computed(self, full_key: Hashable, compute: Callable[[], Result]) -> Result:
        with self._lock:
            if full_key in self._results:
                return self._results[full_key]  # type: ignore[return-value]
        computed = compute()
        with self._lock:
            self._computing.pop(full_key, None)
            self._results[full_key] = computed
            while len(self._results) > RESULTS_KEPT:
                self._results.popitem(last=False)
        return computed

    # files of logs

    def kept_file(self, log: "LogMetadata", part: str, ending: str) -> Path:
        """Where a file of *part* of this import is kept, for a day at most; it need not be there."""
        name = hashlib.sha256(f"{code_version()}\0{log.imported_at.isoformat()}\0{part}".encode()).hexdigest()[:32]
        return self._files / log.log_id / f"{name}.{ending}"

    def drop_old_files(self) -> None:
        """Remove kept files older than a day, and all but the newest."""
        found = sorted(self._files.glob("*/*"), key=_age_s)
        for number, file in enumerate(found):
            if number >= FILES_KEPT or _age_s(file) > UPLOAD_KEPT_S:
                file.unlink(missing_ok=True)

    # uploads

    def keep_upload(self, file_name: str, stream: BinaryIO, *, limit: int) -> tuple[str, Path]:
        """Store an upload; its id and path. Raises LimitExceededError, then nothing is kept."""
        self._drop_old_uploads()
        upload_id = secrets.token_hex(8)
        folder = self._uploads / upload_id
        folder.mkdir(parents=True)
        path = folder / "source"
        try:
            with path.open("wb") as file:
                _copy(stream, file, limit)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        (folder / "upload.json").write_text(json.dumps({"file_name": file_name[:300]}), encoding="utf-8")
        return upload_id, path

    def upload(self, upload_id: str) -> tuple[Path, str]:
        """Path and file name of an upload. Raises NotFoundError."""
        folder = self._uploads / upload_id
        if not re.fullmatch(r"[0-9a-f]{16}", upload_id) or not (folder / "upload.json").is_file():
            raise NotFoundError(
                "There is no such upload.",
                remedy="Uploads are kept for a day and end with their import; upload the file again.",
                parameters={"id": upload_id[:64]},
            )
        return folder / "source", str(json.loads((folder / "upload.json").read_text(encoding="utf-8"))["file_name"])

    def drop_upload(self, upload_id: str) -> None:
        """Remove an upload that has served, and what was found in it."""
        shutil.rmtree(self._uploads / upload_id, ignore_errors=True)
        self._drop_results(upload_id)

    def _drop_old_uploads(self) -> None:
        if not self._uploads.is_dir():
            return
        for folder in self._uploads.iterdir():
            if _age_s(folder) > UPLOAD_KEPT_S:
                self.drop_upload(folder.name)

    # rates

    def load_rates(self, log_id: str) -> dict[str, object] | None:
        """The rates given for a log, None when none are."""
        path = self._rates / f"{self.metadata(log_id).log_id}.json"
        return None if not path.is_file() else dict(json.loads(path.read_text(encoding="utf-8")))

    def save_rates(self, log_id: str, rates: dict[str, object] | None) -> None:
        """Keep rates for a log; None: no longer."""
        path = self._rates / f"{self.metadata(log_id).log_id}.json"
        if rates is None:
            path.unlink(missing_ok=True)
            return
        self._rates.mkdir(exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(rates, sort_keys=True, ensure_ascii=False), encoding="utf-8")
        unfinished.replace(path)

    def forget(self, log_id: str) -> None:
        """Remove what belongs to a deleted log."""
        (self._rates / f"{log_id}.json").unlink(missing_ok=True)
        self.forget_results(log_id)

    def forget_results(self, log_id: str) -> None:
        """Remove what was computed of a log."""
        self.kept.forget(log_id)
        shutil.rmtree(self._files / log_id, ignore_errors=True)
        self._drop_results(log_id)

    def _drop_results(self, owner: str) -> None:
        with self._lock:
            for key in [key for key in self._results if isinstance(key, tuple) and key[0] == owner]:
                del self._results[key]


def _age_s(path: Path) -> float:
    """Since it was written; none for what is gone meanwhile."""
    try:
        return time.time() - path.stat().st_mtime  # noqa: TID251 - files' ages are wall-clock
    except FileNotFoundError:
        return 0.0


def _copy(source: BinaryIO, target: BinaryIO, limit: int) -> None:
    copied = 0
    while chunk := source.read(_CHUNK):
        copied += len(chunk)
        if copied > limit:
            raise LimitExceededError(
                f"The file is larger than {limit} bytes.",
                remedy="Export a shorter period, or raise upload_bytes in the settings.",
                parameters={"limit": str(limit)},
            )
        target.write(chunk)
