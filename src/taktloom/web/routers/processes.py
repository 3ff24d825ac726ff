# SPDX-License-Identifier: Apache-2.0
"""Models, drafts, deployments and processes."""

from dataclasses import replace

from fastapi import APIRouter, Request, Response
from starlette.datastructures import UploadFile

from taktloom.app import deployments, drafts, instances, processes
from taktloom.app.calls import calls
from taktloom.model.errors import InputRefusedError, LimitExceededError, TaktloomError
from taktloom.model.operations import RefusedStart
from taktloom.web.bodies import add_file
from taktloom.web.callers import Caller, Limit
from taktloom.web.paging import Cursor, shown_list, shown_page
from taktloom.web.routes import Route
from taktloom.web.schemas import processes as schemas
from taktloom.web.schemas.convert import shown
from taktloom.web.schemas.running import InstancesStarted, InstanceStart, InstanceStarts, InstanceSummary
from taktloom.web.schemas.shared import FindingOut, PageOut
from taktloom.web.values import from_wire

router = APIRouter(tags=["processes"], route_class=Route)

MAX_FILES = 50
_DEPLOYMENT_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/DeployDraft"}},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}},
                    "required": ["files"],
                }
            },
        },
    }
}


@router.get("/processes")
@calls(processes.list_processes)
def list_processes(context: Caller) -> PageOut[schemas.ProcessSummary]:
    """All deployed processes with their counts."""
    return shown_list(schemas.ProcessSummary, processes.list_processes(context))


@router.get("/processes/{process_id}")
@calls(processes.show_process)
def show_process(context: Caller, process_id: str) -> schemas.ProcessDetail:
    """One process with all its versions, newest first."""
    return shown(schemas.ProcessDetail, processes.show_process(context, process_id=process_id))


@router.get("/processes/{process_id}/versions/{version}/xml", response_class=Response)
@calls(processes.read_bpmn)
def read_bpmn(context: Caller, process_id: str, version: int) -> Response:
    """The BPMN file as deployed."""
    xml = processes.read_bpmn(context, process_id=process_id, version=version)
    return Response(xml, media_type="application/xml")


@router.get("/processes/{process_id}/versions/{version}/dmn", response_class=Response)
@calls(processes.read_dmn)
def read_dmn(context: Caller, process_id: str, version: int) -> Response:
    """The DMN file deployed with this version."""
    return Response(processes.read_dmn(context, process_id=process_id, version=version), media_type="application/xml")


@router.get("/processes/{process_id}/start-form")
@calls(processes.show_start_form)
def show_start_form(context: Caller, process_id: str, version: int | None = None) -> schemas.StartForm:
    """The form that starts an instance."""
    return shown(schemas.StartForm, processes.show_start_form(context, process_id=process_id, version=version))


@router.put("/processes/{process_id}/baseline", status_code=204)
@calls(processes.set_baseline)
def set_baseline(context: Caller, process_id: str, body: schemas.BaselineIn) -> None:
    """Compare this process with a log from now on; null: with none."""
    processes.set_baseline(context, process_id=process_id, log_id=body.log_id)


@router.post("/processes/{process_id}/instances", status_code=201)
@calls(instances.start_instance)
def start_instance(context: Caller, process_id: str, body: InstanceStart) -> InstanceSummary:
    """Start an instance of the latest version, or of the one named."""
    started = instances.start_instance(
        context,
        process_id=process_id,
        variables=from_wire(body.variables),
        business_key=body.business_key,
        version=body.version,
        version_tag=body.version_tag,
    )
    return shown(InstanceSummary, started)


@router.post("/processes/{process_id}/starts")
@calls(instances.start_instances)
def start_instances(context: Caller, process_id: str, body: InstanceStarts) -> InstancesStarted:
    """Start many instances in few changes; each is answered for by its number, and one refused stops no other."""
    starts: list[instances.Start] = []
    places: list[int] = []  # of the starts that can be read
    unreadable: list[RefusedStart] = []
    for number, item in enumerate(body.starts):
        try:
            starts.append(instances.Start(variables=from_wire(item.variables), business_key=item.business_key))
        except TaktloomError as error:
            unreadable.append(instances.refused_start(number, error))
        else:
            places.append(number)
    answer = instances.start_instances(
        context, process_id=process_id, starts=starts, version=body.version, version_tag=body.version_tag
    )
    refused = [*unreadable, *(replace(one, number=places[one.number]) for one in answer.refused)]
    started = [replace(one, number=places[one.number]) for one in answer.started]
    refused.sort(key=lambda one: one.number)
    return shown(InstancesStarted, replace(answer, started=tuple(started), refused=tuple(refused)))


@router.post("/deployments", status_code=201, openapi_extra=_DEPLOYMENT_BODY)
@calls(deployments.deploy_files, deployments.deploy_draft)
async def deploy(context: Caller, request: Request) -> schemas.Deployment:
    """Deploy files, or a model draft as it was saved at *revision*."""
    from starlette.concurrency import run_in_threadpool

    if request.headers.get("Content-Type", "").startswith("multipart/form-data"):
        files = await _files(request)
        return shown(schemas.Deployment, await run_in_threadpool(deployments.deploy_files, context, files=files))
    body = schemas.DeployDraft.model_validate_json(await request.body())
    deployed = await run_in_threadpool(
        deployments.deploy_draft, context, draft_id=body.draft_id, revision=body.revision
    )
    return shown(schemas.Deployment, deployed)


async def _files(request: Request) -> dict[str, bytes]:
    async with request.form(max_files=MAX_FILES, max_fields=MAX_FILES) as form:
        uploads = [item for _, item in form.multi_items() if isinstance(item, UploadFile)]
        if not uploads:
            raise InputRefusedError("No file was sent.", remedy="Send .bpmn, .dmn or .form files as `files`.")
        files: dict[str, bytes] = {}
        for upload in uploads:
            content = await upload.read(schemas.XML_LIMIT + 1)
            if len(content) > schemas.XML_LIMIT:
                raise LimitExceededError(
                    f"The file is larger than {schemas.XML_LIMIT} bytes.",
                    remedy="Split the model.",
                    parameters={"limit": str(schemas.XML_LIMIT)},
                )
            add_file(files, upload.filename or "model.bpmn", content)
        return files


@router.post("/models/check")
@calls(deployments.check_model)
def check_model(context: Caller, body: schemas.ModelCheck) -> schemas.Findings:
    """All findings that deploying this model would give; nothing is deployed."""
    findings = deployments.check_model(context, bpmn_xml=body.bpmn_xml.encode(), dmn_xml=_bytes(body.dmn_xml))
    return schemas.Findings(findings=[shown(FindingOut, finding) for finding in findings])


@router.get("/drafts")
@calls(drafts.list_drafts)
def list_drafts(context: Caller, cursor: Cursor, limit: Limit = 100) -> PageOut[schemas.DraftSummary]:
    """Model drafts, last changed first."""
    return shown_page(schemas.DraftSummary, drafts.list_drafts(context, cursor=cursor.position, limit=limit), cursor)


@router.post("/drafts", status_code=201)
@calls(drafts.create_draft)
def create_draft(context: Caller, body: schemas.DraftCreate) -> schemas.ModelDraft:
    """Begin a model draft."""
    draft = drafts.create_draft(
        context,
        name=body.name,
        bpmn_xml=_bytes(body.bpmn_xml),
        dmn_xml=_bytes(body.dmn_xml),
        based_on=body.based_on,
    )
    return shown(schemas.ModelDraft, draft)


@router.get("/drafts/{draft_id}")
@calls(drafts.show_draft)
def show_draft(context: Caller, draft_id: str) -> schemas.ModelDraft:
    """One model draft with its files and notes."""
    return shown(schemas.ModelDraft, drafts.show_draft(context, draft_id=draft_id))


@router.put("/drafts/{draft_id}")
@calls(drafts.save_draft)
def save_draft(context: Caller, draft_id: str, body: schemas.DraftSave) -> schemas.ModelDraft:
    """Save a model draft; refused with 409 when somebody else has saved since *revision* was read."""
    saved = drafts.save_draft(
        context,
        draft_id=draft_id,
        revision=body.revision,
        content=drafts.DraftContent(name=body.name, bpmn_xml=body.bpmn_xml.encode(), dmn_xml=_bytes(body.dmn_xml)),
    )
    return shown(schemas.ModelDraft, saved)


@router.delete("/drafts/{draft_id}", status_code=204)
@calls(drafts.delete_draft)
def delete_draft(context: Caller, draft_id: str) -> None:
    """Delete a model draft."""
    drafts.delete_draft(context, draft_id=draft_id)


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else text.encode()
