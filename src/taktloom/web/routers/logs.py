# SPDX-License-Identifier: Apache-2.0
"""Event logs: upload, import, manage."""

from typing import Annotated

from fastapi import APIRouter, File, Response, UploadFile

from taktloom.app import history, logs
from taktloom.app.calls import calls
from taktloom.app.log_records import MappingRecord, UploadRecord
from taktloom.web.callers import Caller
from taktloom.web.paging import shown_list
from taktloom.web.problems import problem_of
from taktloom.web.routers.works import ACCEPTED, begun
from taktloom.web.routes import Route
from taktloom.web.schemas import logs as schemas
from taktloom.web.schemas.convert import shown
from taktloom.web.schemas.shared import PageOut

router = APIRouter(prefix="/logs", tags=["logs"], route_class=Route)


@router.post("/uploads", status_code=201, response_model=schemas.UploadOut, responses=ACCEPTED)
@calls(logs.receive_upload)
def upload(context: Caller, file: Annotated[UploadFile, File()]) -> schemas.UploadOut | Response:
    """Upload a log file and learn what it seems to hold; nothing is imported yet.

    202 where looking takes longer: `Location` is where to ask again when the work is done."""
    return _upload_out(logs.receive_upload(context, file_name=file.filename or "log.csv", stream=file.file))


@router.get("/uploads/{upload_id}", response_model=schemas.UploadOut, responses=ACCEPTED)
@calls(logs.show_upload)
def show_upload(context: Caller, upload_id: str) -> schemas.UploadOut | Response:
    """What an upload seems to hold."""
    return _upload_out(logs.show_upload(context, upload_id=upload_id))


@router.post("", status_code=202)
@calls(logs.start_import)
def start_import(context: Caller, body: schemas.ImportIn) -> schemas.ImportStarted:
    """Import an uploaded file; follow it at `/logs/imports/{import_id}`."""
    return schemas.ImportStarted(import_id=logs.start_import(context, request=_request(body)))


@router.post("/from-history", status_code=202)
@calls(history.start_history_log)
def start_history_log(context: Caller, body: schemas.HistoryIn) -> schemas.ImportStarted:
    """Make or renew the log of a process's own history; follow it at `/logs/imports/{import_id}`."""
    return schemas.ImportStarted(import_id=history.start_history_log(context, process_id=body.process_id))


@router.get("/imports/{import_id}")
@calls(logs.show_import)
def show_import(context: Caller, import_id: str) -> schemas.ImportOut:
    """How far an import has come."""
    progress = logs.show_import(context, import_id=import_id)
    problem = None if progress.error is None else problem_of(progress.error)
    return shown(schemas.ImportOut, progress).model_copy(update={"problem": problem})


@router.delete("/imports/{import_id}", status_code=204)
@calls(logs.cancel_import)
def cancel_import(context: Caller, import_id: str) -> None:
    """Cancel an import; nothing of it remains."""
    logs.cancel_import(context, import_id=import_id)


@router.get("")
@calls(logs.list_logs)
def list_logs(context: Caller) -> PageOut[schemas.LogSummary]:
    """All imported logs, newest first."""
    return shown_list(schemas.LogSummary, logs.list_logs(context))


@router.get("/{log_id}")
@calls(logs.show_log)
def show_log(context: Caller, log_id: str) -> schemas.LogDetail:
    """One log with its column mapping and what its import noticed."""
    return shown(schemas.LogDetail, logs.show_log(context, log_id=log_id))


@router.get("/{log_id}/columns")
@calls(logs.show_columns)
def show_columns(context: Caller, log_id: str) -> schemas.LogSniff:
    """All columns of the log's kept source, also those left out of its mapping: what a remap may choose from."""
    return shown(schemas.LogSniff, logs.show_columns(context, log_id=log_id))


@router.patch("/{log_id}")
@calls(logs.rename_log)
def rename_log(context: Caller, log_id: str, body: schemas.LogChange) -> schemas.LogSummary:
    """Rename a log."""
    return shown(schemas.LogSummary, logs.rename_log(context, log_id=log_id, name=body.name))


@router.delete("/{log_id}", status_code=204)
@calls(logs.delete_log)
def delete_log(context: Caller, log_id: str) -> None:
    """Delete a log and everything computed from it."""
    logs.delete_log(context, log_id=log_id)


@router.post("/{log_id}/newer", status_code=202)
@calls(logs.import_newer)
def import_newer(context: Caller, log_id: str, body: schemas.ImportIn) -> schemas.ImportStarted:
    """Replace the log's content by a newer export of the same log; the id stays."""
    return schemas.ImportStarted(import_id=logs.import_newer(context, log_id=log_id, request=_request(body)))


@router.post("/{log_id}/remap", status_code=202)
@calls(logs.remap_log)
def remap_log(context: Caller, log_id: str, body: schemas.RemapIn) -> schemas.ImportStarted:
    """Import the kept source again with another column mapping; the id stays."""
    request = logs.ImportRequest(
        mapping=_mapping(body.mapping),
        timezone=body.timezone,
        date_format=body.date_format,
        skip_bad_rows=body.skip_bad_rows,
    )
    return schemas.ImportStarted(import_id=logs.remap_log(context, log_id=log_id, request=request))


def _upload_out(found: UploadRecord | logs.LookedAtUpload) -> schemas.UploadOut | Response:
    if isinstance(found, UploadRecord):
        return shown(schemas.UploadOut, found)
    answer = begun(found.status)
    answer.headers["Location"] = f"/api/v1/logs/uploads/{found.upload_id}"
    return answer


def _request(body: schemas.ImportIn) -> logs.ImportRequest:
    return logs.ImportRequest(
        upload_id=body.upload_id,
        name=body.name,
        mapping=None if body.mapping is None else _mapping(body.mapping),
        timezone=body.timezone,
        date_format=body.date_format,
        delimiter=body.delimiter,
        encoding=body.encoding,
        skip_bad_rows=body.skip_bad_rows,
        object_type=body.object_type,
    )


def _mapping(mapping: schemas.ColumnMapping) -> MappingRecord:
    return MappingRecord(**mapping.model_dump())
