# SPDX-License-Identifier: Apache-2.0
"""Event logs: upload, import, manage. Imports are long work: they report progress and can be cancelled."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from taktloom.app.context import Context, use_case
from taktloom.app.history import history_of
from taktloom.app.log_records import (
    LogDetailRecord,
    LogRecord,
    MappingRecord,
    SniffRecord,
    UploadRecord,
    column_mapping,
    import_findings,
    log_detail_record,
    log_record,
    mapping_record,
    sniff_record,
    with_mapped_columns,
)
from taktloom.app.long_work import ANSWERED_WITHIN_S, Report, WorkHandle, WorkKind, WorkStatus, paced, unheard
from taktloom.assure.permissions import Permission
from taktloom.model.errors import InputRefusedError, TaktloomError
from taktloom.model.findings import Finding
from taktloom.model.operations import Page

if TYPE_CHECKING:
    from taktloom.mining.logs.canonical import CanonicalLog
    from taktloom.mining.logs.requests import ImportRequest as MiningRequest
    from taktloom.mining.logs.requests import ImportWatch, Progress
    from taktloom.mining.objects.case_view import CaseView

NAME_LENGTH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRequest:
    """How to import. mapping None: the suggested one. timezone: IANA name for times that have none.

    object_type: whose cases an object-centric file is read as; None: the type that most events touch.
    """

    upload_id: str = ""
    name: str = ""
    mapping: MappingRecord | None = None
    timezone: str | None = None
    date_format: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    skip_bad_rows: bool = False
    is_synthetic: bool = False
    object_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportProgress:
    """How far an import is."""

    import_id: str
    state: str
    stage: str
    done: int
    total: int | None
    eta_s: float | None
    log_id: str | None
    skipped_rows: int
    findings: tuple[Finding, ...]
    error: TaktloomError | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAtUpload:
    """An upload that is still being looked at, and the work to follow."""

    upload_id: str
    status: WorkStatus


@use_case(Permission.LOG_EDIT)
def receive_upload(context: Context, *, file_name: str, stream: BinaryIO) -> UploadRecord | LookedAtUpload:
    """Keep an uploaded file and look what it holds; a file that is no log is not kept, nor one whose look is cancelled.

    Of workbooks and object-centric files, which take longer, the work to follow after two seconds.
    """
    upload_id, _ = context.rooms.logs.keep_upload(file_name, stream, limit=context.rooms.settings.upload_bytes)
    return _look_at_upload(context, upload_id)


@use_case(Permission.LOG_EDIT)
def show_upload(context: Context, *, upload_id: str) -> UploadRecord | LookedAtUpload:
    """What a kept upload holds, as `receive_upload` tells it. Raises NotFoundError."""
    return _look_at_upload(context, upload_id)


def _look_at_upload(context: Context, upload_id: str) -> UploadRecord | LookedAtUpload:
    logs = context.rooms.logs
    path, file_name = logs.upload(upload_id)

    def look(report: Report) -> UploadRecord:
        try:
            return logs.upload_result(
                upload_id, "sniff", lambda: UploadRecord(upload_id=upload_id, sniff=_sniff(path, file_name, report))
            )
        except BaseException:  # whatever it was, there is nothing to import
            logs.drop_upload(upload_id)
            raise

    try:
        is_long = _is_read_whole(path, file_name)
    except BaseException:
        logs.drop_upload(upload_id)
        raise
    if not is_long:
        return look(unheard)
    key = ("upload", upload_id, "sniff")
    found = context.rooms.long_work.answer(
        lambda handle: look(handle.advance), kind=WorkKind.ANALYSIS, key=key, seconds=ANSWERED_WITHIN_S
    )
    return LookedAtUpload(upload_id=upload_id, status=found) if isinstance(found, WorkStatus) else found


@use_case(Permission.LOG_EDIT)
def sniff_file(context: Context, *, path: Path) -> SniffRecord:
    """Look what a file on this machine holds."""
    del context
    return _sniff(path, path.name, unheard)


@use_case(Permission.LOG_EDIT)
def start_import(context: Context, *, request: ImportRequest) -> str:
    """Begin to import an upload; the id to follow it by."""
    logs = context.rooms.logs
    path, file_name = logs.upload(request.upload_id)

    def work(handle: WorkHandle) -> LogRecord:
        with _readable(context, request, (path, file_name), handle.advance) as wanted, logs.changing():
            log = logs.catalogue.import_log(wanted, progress=_progress(handle), cancelled=handle.is_cancelled)
        logs.drop_upload(request.upload_id)
        return _imported(context, log, "import-log")

    return _begun(context, work, ("import", repr(request)), request)


@use_case(Permission.LOG_EDIT)
def import_file(
    context: Context,
    *,
    path: Path,
    request: ImportRequest,
    report: Report | None = None,
) -> LogRecord:
    """Import a file of this machine now; *report* hears stage, done and total."""
    logs = context.rooms.logs
    with _readable(context, request, (path, path.name), report or unheard) as wanted, logs.changing():
        log = logs.catalogue.import_log(wanted, progress=_passing_on(report))
    return _imported(context, log, "import-log")


def _begun(
    context: Context, work: Callable[[WorkHandle], LogRecord], key: tuple[str, ...], request: ImportRequest
) -> str:
    """The same order given twice is one import; another of the same upload is refused while that runs."""
    return context.rooms.long_work.begin(work, kind=WorkKind.IMPORT, key=key, holds=("upload", request.upload_id))


def _passing_on(report: Report | None) -> "Callable[[Progress], None]":
    def pass_on(progress: "Progress") -> None:
        if report is not None:
            report(progress.stage.value, progress.done, progress.total or None)

    return pass_on


@use_case(Permission.LOG_EDIT)
def show_import(context: Context, *, import_id: str) -> ImportProgress:
    """How far it is."""
    status = context.rooms.long_work.show(import_id, WorkKind.IMPORT)
    record = status.result if isinstance(status.result, LogRecord) else None
    metadata = None if record is None else context.rooms.logs.metadata(record.log_id)
    return _import_progress(status, record, () if metadata is None else import_findings(metadata))


@use_case(Permission.LOG_EDIT)
def cancel_import(context: Context, *, import_id: str) -> None:
    """Cancel; nothing of it remains."""
    context.rooms.long_work.cancel(import_id, WorkKind.IMPORT)


@use_case(Permission.LOG_VIEW)
def list_logs(context: Context) -> Page[LogRecord]:
    """All logs, newest import first."""
    catalogue = context.rooms.logs.catalogue
    records = tuple(log_record(catalogue.open_log(one.log_id)) for one in catalogue.list_logs())
    return Page(items=records, total=len(records))


@use_case(Permission.LOG_VIEW)
def show_log(context: Context, *, log_id: str) -> LogDetailRecord:
    """One log."""
    log = context.rooms.logs.open_log(log_id)
    return replace(log_detail_record(log), history=history_of(context, log))


@use_case(Permission.LOG_VIEW)
def show_columns(context: Context, *, log_id: str) -> SniffRecord:
    """All columns of a log's kept source with samples, also those that its mapping leaves out."""
    catalogue = context.rooms.logs.catalogue
    metadata = catalogue.open_log(log_id).metadata
    sniff = sniff_record(catalogue.look_at_source(log_id), metadata.source_name)
    if metadata.date_format is not None:  # chosen at the import; nobody need be asked again
        sniff = replace(sniff, date_formats=(metadata.date_format,))
    return with_mapped_columns(sniff, mapping_record(metadata.mapping))


@use_case(Permission.LOG_EDIT)
def rename_log(context: Context, *, log_id: str, name: str) -> LogRecord:
    """Rename; the id stays."""
    with context.rooms.logs.changing():
        renamed = context.rooms.logs.catalogue.rename(log_id, name)
    context.audit("rename-log", f"log {log_id}", reason=name)
    return log_record(context.rooms.logs.open_log(renamed.log_id))


@use_case(Permission.LOG_EDIT)
def delete_log(context: Context, *, log_id: str) -> None:
    """Delete with its source and results."""
    logs = context.rooms.logs
    with logs.changing():
        logs.catalogue.delete(log_id)
        logs.forget(log_id)
    context.audit("delete-log", f"log {log_id}")


@use_case(Permission.LOG_EDIT)
def import_newer(context: Context, *, log_id: str, request: ImportRequest) -> str:
    """Import a newer export in the place of a log; the id to follow it by."""
    logs = context.rooms.logs
    logs.metadata(log_id)
    path, file_name = logs.upload(request.upload_id)

    def work(handle: WorkHandle) -> LogRecord:
        with _readable(context, request, (path, file_name), handle.advance) as wanted, logs.changing():
            log = logs.catalogue.replace(log_id, wanted, progress=_progress(handle), cancelled=handle.is_cancelled)
        logs.drop_upload(request.upload_id)
        logs.forget_results(log_id)
        return _imported(context, log, "import-newer-log")

    return _begun(context, work, ("import-newer", log_id, repr(request)), request)


@use_case(Permission.LOG_EDIT)
def remap_log(context: Context, *, log_id: str, request: ImportRequest) -> str:
    """Read the kept source again with another mapping; the id to follow it by."""
    from taktloom.mining.logs.requests import ImportWatch

    logs = context.rooms.logs
    logs.metadata(log_id)

    def work(handle: WorkHandle) -> LogRecord:
        return _remap(context, log_id, request, ImportWatch(report=_progress(handle), cancelled=handle.is_cancelled))

    return context.rooms.long_work.begin(work, kind=WorkKind.IMPORT)


@use_case(Permission.LOG_EDIT)
def remap_log_now(context: Context, *, log_id: str, request: ImportRequest, report: Report | None = None) -> LogRecord:
    """Read the kept source again with another mapping, and wait for it; *report* hears stage, done and total."""
    from taktloom.mining.logs.requests import ImportWatch

    return _remap(context, log_id, request, ImportWatch(report=_passing_on(report)))


def _remap(context: Context, log_id: str, request: ImportRequest, watch: "ImportWatch") -> LogRecord:
    from taktloom.mining.logs.requests import BadRows

    if request.mapping is None:
        raise InputRefusedError("No mapping was given.", remedy="Name the columns for case, activity and time.")
    logs = context.rooms.logs
    with logs.changing():
        log = logs.catalogue.map_anew(
            log_id,
            column_mapping(request.mapping),
            at=context.rooms.clock(),
            timezone=request.timezone,
            date_format=request.date_format,
            bad_rows=BadRows.SKIP if request.skip_bad_rows else BadRows.REFUSE,
            watch=watch,
        )
    logs.forget_results(log_id)
    return _imported(context, log, "remap-log")


def _sniff(path: Path, file_name: str, report: Report) -> SniffRecord:
    from taktloom.mining.logs.importing import sniff_log
    from taktloom.mining.watching import watched_by

    if not _is_object_centric(path, file_name):
        return sniff_record(sniff_log(path, source_name=file_name), file_name)
    with tempfile.TemporaryDirectory() as folder:  # a look at the cases needs no zone: times are shown as they stand
        with watched_by(paced(report)):
            view = _case_view(path, Path(folder), file_name, object_type=None, timezone="UTC")
        return sniff_record(sniff_log(view.path, source_name=file_name), file_name)


def _is_read_whole(path: Path, file_name: str) -> bool:
    """Whether a look at the beginning does not tell what the file holds."""
    from taktloom.mining.logs.encodings import ZIP_MAGIC

    with path.open("rb") as file:
        return file.read(4) == ZIP_MAGIC or _is_object_centric(path, file_name)


@contextmanager
def _readable(
    context: Context, request: ImportRequest, file: tuple[Path, str], report: Report
) -> "Iterator[MiningRequest]":
    """The request for the file (its path, its name), or for the cases in it when it is object-centric; their type is
    in the names. *report* hears of the reading of those, and may raise to stop."""
    from taktloom.mining.watching import watched_by

    path, file_name = file
    wanted = _mining_request(context, request, path, file_name)
    if not _is_object_centric(path, file_name):
        yield wanted
        return
    with tempfile.TemporaryDirectory() as folder:
        with watched_by(paced(report)):
            view = _case_view(path, Path(folder), file_name, object_type=request.object_type, timezone=request.timezone)
        name = request.name.strip() or f"{wanted.name} · {view.object_type}"
        source = f"{file_name} ({view.object_type})"
        yield replace(wanted, path=view.path, name=name[:NAME_LENGTH], source_name=source)


def _is_object_centric(path: Path, file_name: str) -> bool:
    from taktloom.mining.objects.reading import is_object_log

    return path.is_file() and is_object_log(path, file_name)


def _case_view(
    path: Path, folder: Path, file_name: str, *, object_type: str | None, timezone: str | None
) -> "CaseView":
    from taktloom.mining.objects.case_view import write_case_view

    return write_case_view(path, folder, object_type=object_type, timezone=timezone, source_name=file_name)


def _mining_request(context: Context, request: ImportRequest, path: Path, file_name: str) -> "MiningRequest":
    from taktloom.mining.logs.requests import BadRows
    from taktloom.mining.logs.requests import ImportRequest as MiningRequest

    return MiningRequest(
        path=path,
        name=(request.name.strip() or Path(file_name).name.split(".")[0] or "log")[:NAME_LENGTH],
        imported_at=context.rooms.clock(),
        mapping=None if request.mapping is None else column_mapping(request.mapping),
        timezone=request.timezone,
        bad_rows=BadRows.SKIP if request.skip_bad_rows else BadRows.REFUSE,
        delimiter=request.delimiter,
        encoding=request.encoding,
        date_format=request.date_format,
        source_name=file_name,
        is_synthetic=request.is_synthetic,
    )


def _progress(handle: WorkHandle) -> "Callable[[Progress], None]":
    return lambda progress: handle.report(progress.stage.value, progress.done, progress.total or None)


def _imported(context: Context, log: "CanonicalLog", action: str) -> LogRecord:
    context.audit(action, f"log {log.metadata.log_id}", reason=log.metadata.source_name)
    return log_record(log)


def _import_progress(status: WorkStatus, record: LogRecord | None, findings: tuple[Finding, ...]) -> ImportProgress:
    return ImportProgress(
        import_id=status.work_id,
        state=status.state.value,
        stage=status.stage,
        done=status.done,
        total=status.total,
        eta_s=status.eta_s,
        log_id=None if record is None else record.log_id,
        skipped_rows=sum(int(one.parameters.get("value", "0")) for one in findings if one.rule == "rows-skipped"),
        findings=findings,
        error=status.error,
    )
