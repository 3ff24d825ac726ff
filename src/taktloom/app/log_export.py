# SPDX-License-Identifier: Apache-2.0
"""Event logs, or views of them, as files; with pseudonyms in place of names where wanted."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from taktloom.app.context import Context, use_case
from taktloom.app.long_work import ANSWERED_WITHIN_S, Report, WorkHandle, WorkKind, WorkStatus, paced, unheard
from taktloom.app.review import ALL, Filter, condition_of, view_of
from taktloom.assure.permissions import Permission
from taktloom.model.errors import MisuseError

if TYPE_CHECKING:
    from taktloom.mining.logs.canonical import CanonicalLog

ENDINGS = (".xes", ".xes.gz", ".csv", ".parquet")
KEY_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Pseudonyms:
    """key_file: made with random bytes where there is none. keep: attributes that stay; all others are left out."""

    key_file: Path
    keep: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequest:
    """Which log, or part of it. pseudonyms: cases, resources and events lose their names, attributes are left out
    unless named."""

    log_id: str
    chosen: Filter = ALL
    pseudonyms: Pseudonyms | None = None


@use_case(Permission.LOG_VIEW)
def export_log(context: Context, *, request: ExportRequest, output: Path, report: Report = unheard) -> None:
    """Write the events to *output*, in the format that its name tells; an existing file is written anew, and stays
    when writing fails. *report* hears how far it is, and may raise to stop.

    XES and Parquet are for programs; in CSV, texts that a spreadsheet would compute are made harmless.
    """
    from taktloom.mining.watching import watched_by

    if not output.name.lower().endswith(ENDINGS):
        raise MisuseError(
            f"Cannot tell the format of {output.name}.",
            remedy="Name it .xes, .xes.gz, .csv or .parquet.",
            parameters={"name": output.name},
        )
    log = context.rooms.logs.open_log(request.log_id)
    unfinished = output.with_name(f".{secrets.token_hex(8)}-{output.name}")
    try:
        with context.rooms.logs.reading(log), watched_by(paced(report)):
            with _without_names(view_of(log, request.chosen), request.pseudonyms) as view:
                _write(view, unfinished)
            unfinished.replace(output)
    finally:
        unfinished.unlink(missing_ok=True)


@use_case(Permission.LOG_VIEW)
def start_export(context: Context, *, log_id: str, ending: str, chosen: Filter = ALL) -> Path | WorkStatus:
    """The events of the chosen part as a file where that is made within two seconds, else the work to follow; asked
    again, the same work is joined, and a file that is there is not made again."""
    logs = context.rooms.logs
    metadata = logs.metadata(log_id)
    condition_of(chosen.steps)  # a filter that is none is an answer, not a work that fails
    kept = logs.kept_file(metadata, repr(chosen), ending)
    if kept.is_file():
        return kept

    def work(handle: WorkHandle) -> Path:
        handle.advance("reading", 0, None)
        kept.parent.mkdir(parents=True, exist_ok=True)
        export_log(context, request=ExportRequest(log_id=log_id, chosen=chosen), output=kept, report=handle.advance)
        logs.drop_old_files()
        return kept

    key = ("export", log_id, metadata.imported_at, chosen, ending)
    return context.rooms.long_work.answer(work, kind=WorkKind.ANALYSIS, key=key, seconds=ANSWERED_WITHIN_S)


def _write(view: "CanonicalLog", output: Path) -> None:
    from taktloom.mining.logs.export import events_csv, write_parquet
    from taktloom.mining.logs.xes_writer import write_xes

    ending = output.suffix.lower()
    if ending == ".parquet":
        write_parquet(view, output)
    elif ending == ".csv":
        with output.open("w", encoding="utf-8-sig", newline="") as file:
            file.writelines(events_csv(view))
    else:
        write_xes(view, output)


@contextmanager
def _without_names(log: "CanonicalLog", pseudonyms: Pseudonyms | None) -> "Iterator[CanonicalLog]":
    if pseudonyms is None:
        yield log
        return
    from taktloom.mining.privacy.pseudonyms import pseudonymise_log

    key = _key_of(pseudonyms.key_file)
    with tempfile.TemporaryDirectory(prefix="taktloom-") as folder:
        yield pseudonymise_log(log, Path(folder), key, keep=pseudonyms.keep)


def _key_of(file: Path) -> bytes:
    """The bytes of the key file; a new one can be read by its owner only."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_bytes(secrets.token_bytes(KEY_BYTES))
    return file.read_bytes()
