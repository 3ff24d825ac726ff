# SPDX-License-Identifier: Apache-2.0
"""Deployed files, process definitions, starting an instance, evaluating a decision."""

from collections.abc import Iterable
from typing import TypeAlias

from fastapi import APIRouter, Request
from starlette.datastructures import UploadFile

from taktloom.app import decisions, deployments, instances, processes
from taktloom.app.calls import calls
from taktloom.app.context import Context
from taktloom.model.errors import InputRefusedError, NotFoundError
from taktloom.model.operations import DeployedDecision, DeployedProcess, Deployment
from taktloom.web.bodies import add_file
from taktloom.web.callers import Caller
from taktloom.web.engine_rest import schemas
from taktloom.web.engine_rest.criteria import Asked, Criteria, only
from taktloom.web.engine_rest.instances import shown_instance
from taktloom.web.engine_rest.values import instant_text, read_variables, typed_value, typed_values
from taktloom.web.routes import WholeTextRoute

router = APIRouter(route_class=WholeTextRoute)
AnyStarted: TypeAlias = schemas.InstanceOut | schemas.StartedOut
_OLD_DMN = (".dmn11.xml", ".dmn10.xml")


class OptionRefusedError(InputRefusedError):
    """An option of this convention that is not supported here."""

    code = "TL-2907"


@router.post("/deployment/create")
@calls(deployments.deploy_files)
async def create_deployment(context: Caller, request: Request) -> schemas.DeployedOut:
    """Deploy the files of a multipart form, all or none; unchanged files keep their version."""
    from starlette.concurrency import run_in_threadpool

    files: dict[str, bytes] = {}
    said: dict[str, str] = {}
    async with request.form() as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                add_file(files, _file_name(value.filename or name), await value.read())
            else:
                said[name] = str(value)
    if not files:
        raise OptionRefusedError("No resource was sent.", remedy="Send at least one file with a file name.")
    require_tenant(context, said.get("tenant-id"))
    deployment = await run_in_threadpool(deployments.deploy_files, context, files=files)
    return _deployed(deployment, said)


@router.get("/deployment")
@calls(processes.list_processes)
def list_deployments(context: Caller, asked: Asked) -> list[schemas.DeploymentOut]:
    """Deployments of the processes that run, oldest first; those of one instant are one."""
    wanted = asked.text("id")
    found = {_deployment_id(one): one for one in _all_definitions(context)}
    shown = [_deployment(one) for key, one in sorted(found.items()) if wanted in {None, key}]
    return asked.page(shown, {"id": lambda one: one.id, "deploymentTime": lambda one: one.deployment_time})


@router.get("/deployment/{deployment_id}")
@calls(processes.list_processes)
def show_deployment(context: Caller, deployment_id: str) -> schemas.DeploymentOut:
    """One deployment."""
    found = next((one for one in _all_definitions(context) if _deployment_id(one) == deployment_id), None)
    if found is None:
        raise NotFoundError(f"There is no deployment {deployment_id}.", remedy="Look at the list of deployments.")
    return _deployment(found)


@router.delete("/deployment/{deployment_id}")
@calls(processes.list_processes)
def delete_deployment(context: Caller, deployment_id: str) -> None:
    """Refused: deployed versions stay, because what ran under them is proven by them."""
    show_deployment(context, deployment_id)
    raise OptionRefusedError(
        "Deployed versions are not deleted: the history of their instances refers to them.",
        remedy="Deploy a newer version; it is the one that starts from then on.",
    )


@router.get("/process-definition")
@calls(processes.list_processes)
def list_definitions(context: Caller, asked: Asked) -> list[schemas.DefinitionOut]:
    """Process definitions."""
    found = _filtered(context, asked)
    orders = {
        "id": lambda one: one.id,
        "key": lambda one: one.key,
        "name": lambda one: one.name,
        "version": lambda one: one.version,
        "deploymentId": lambda one: one.deployment_id,
    }
    return asked.page([_definition(one) for one in found], orders)


@router.get("/process-definition/count")
@calls(processes.list_processes)
def count_definitions(context: Caller, asked: Asked) -> schemas.Count:
    """How many process definitions fit."""
    return schemas.Count(count=len(asked.page(_filtered(context, asked), {})))


@router.get("/process-definition/key/{key}")
@router.get("/process-definition/key/{key}/tenant-id/{tenant_id}", name="show_definition_of_tenant")
@calls(processes.show_process)
def show_definition_of_key(context: Caller, key: str, tenant_id: str | None = None) -> schemas.DefinitionOut:
    """The newest version of a process."""
    require_tenant(context, tenant_id)
    return _definition(processes.show_process(context, process_id=key).summary.latest)


@router.get("/process-definition/key/{key}/xml")
@router.get("/process-definition/key/{key}/tenant-id/{tenant_id}/xml", name="read_definition_of_tenant")
@calls(processes.read_bpmn, processes.show_process)
def read_definition_of_key(context: Caller, key: str, tenant_id: str | None = None) -> schemas.XmlOut:
    """The newest version's file."""
    require_tenant(context, tenant_id)
    latest = processes.show_process(context, process_id=key).summary.latest
    return _xml(context, latest)


@router.post("/process-definition/key/{key}/start")
@router.post("/process-definition/key/{key}/tenant-id/{tenant_id}/start", name="start_definition_of_tenant")
@calls(instances.start_instance)
def start_by_key(context: Caller, key: str, body: schemas.StartIn, tenant_id: str | None = None) -> AnyStarted:
    """Start an instance of the newest version."""
    require_tenant(context, tenant_id)
    return _start(context, key, None, body)


@router.get("/process-definition/{definition_id}")
@calls(processes.show_process)
def show_definition(context: Caller, definition_id: str) -> schemas.DefinitionOut:
    """One version of a process."""
    return _definition(_version(context, definition_id))


@router.get("/process-definition/{definition_id}/xml")
@calls(processes.read_bpmn, processes.show_process)
def read_definition(context: Caller, definition_id: str) -> schemas.XmlOut:
    """One version's file."""
    return _xml(context, _version(context, definition_id))


@router.post("/process-definition/{definition_id}/start")
@calls(instances.start_instance)
def start_by_id(context: Caller, definition_id: str, body: schemas.StartIn) -> AnyStarted:
    """Start an instance of one version."""
    process_id, version = _split(definition_id)
    return _start(context, process_id, version, body)


@router.post("/decision-definition/key/{key}/evaluate")
@router.post("/decision-definition/key/{key}/tenant-id/{tenant_id}/evaluate", name="evaluate_decision_of_tenant")
@calls(decisions.evaluate_decision)
def evaluate_decision(
    context: Caller, key: str, body: schemas.EvaluateIn, tenant_id: str | None = None
) -> list[schemas.TypedMap]:
    """Evaluate the newest version of a decision; one entry per rule that gave a result."""
    require_tenant(context, tenant_id)
    answer = decisions.evaluate_decision(context, decision_id=key, inputs=read_variables(body.variables))
    if answer.value is None:
        return []
    rows = answer.value if isinstance(answer.value, list) else [answer.value]
    return [typed_values(row) if isinstance(row, dict) else {key: typed_value(row)} for row in rows]


def require_tenant(context: Context, tenant_id: str | None) -> None:
    """Raise NotFoundError for a tenant that is not the caller's; none is fine."""
    if tenant_id and tenant_id != context.principal.tenant_id:
        raise NotFoundError(f"There is no tenant {tenant_id}.", remedy="Leave the tenant out.")


def _start(context: Context, process_id: str, version: int | None, body: schemas.StartIn) -> AnyStarted:
    if body.start_instructions or body.case_instance_id:
        raise OptionRefusedError(
            "startInstructions and caseInstanceId are not supported.", remedy="Start at the start event."
        )
    started = instances.start_instance(
        context,
        process_id=process_id,
        variables=read_variables(body.variables),
        business_key=body.business_key,
        version=version,
    )
    shown = shown_instance(started)
    if not body.with_variables_in_return:
        return shown
    return schemas.StartedOut(**shown.model_dump(), variables=typed_values(read_variables(body.variables)))


def _all_definitions(context: Context) -> Iterable[DeployedProcess]:
    for summary in processes.list_processes(context).items:
        yield from processes.show_process(context, process_id=summary.latest.process_id).versions


def _filtered(context: Context, asked: Criteria) -> list[DeployedProcess]:
    key, name, version = asked.text("key"), asked.text("name"), asked.number("version")
    keys, ids, deployment_id = asked.texts("keysIn"), asked.texts("processDefinitionIdIn"), asked.text("deploymentId")
    wanted_id, tag = asked.text("processDefinitionId"), asked.text("versionTag")
    if asked.is_set("latestVersion"):
        found = [summary.latest for summary in processes.list_processes(context).items]
    else:
        found = list(_all_definitions(context))
    return [
        one
        for one in found
        if key in {None, one.process_id}
        and name in {None, one.name}
        and version in {None, one.version}
        and tag in {None, one.version_tag}
        and wanted_id in {None, one.definition_key}
        and deployment_id in {None, _deployment_id(one)}
        and only(one.process_id, keys)
        and only(one.definition_key, ids)
    ]


def _version(context: Context, definition_id: str) -> DeployedProcess:
    process_id, version = _split(definition_id)
    versions = processes.show_process(context, process_id=process_id).versions
    found = next((one for one in versions if one.version == version), None)
    if found is None:
        raise NotFoundError(f"There is no process definition {definition_id}.", remedy="Look at the list.")
    return found


def _split(definition_id: str) -> tuple[str, int]:
    """`<process id>:<version>`."""
    process_id, _, version = definition_id.rpartition(":")
    if process_id and version.isdecimal() and len(version) < 10:
        return process_id, int(version)
    raise NotFoundError(f"There is no process definition {definition_id[:200]}.", remedy="Look at the list.")


def _xml(context: Context, one: DeployedProcess) -> schemas.XmlOut:
    content = processes.read_bpmn(context, process_id=one.process_id, version=one.version)
    return schemas.XmlOut(id=one.definition_key, bpmn20Xml=content.decode("utf-8"))


def _deployment_id(one: DeployedProcess | DeployedDecision) -> str:
    return f"{one.deployed_at:%Y%m%d%H%M%S%f}"


def _deployment(one: DeployedProcess) -> schemas.DeploymentOut:
    return schemas.DeploymentOut(
        id=_deployment_id(one),
        name=one.resource_name,
        source=one.deployed_by,
        deployment_time=instant_text(one.deployed_at),
    )


def _deployed(deployment: Deployment, said: dict[str, str]) -> schemas.DeployedOut:
    every: list[DeployedProcess | DeployedDecision] = [*deployment.processes, *deployment.decisions]
    newest = max(every, key=lambda one: one.deployed_at, default=None)
    decided = {f"{one.decision_id}:{one.version}": _decision(one) for one in deployment.decisions}
    return schemas.DeployedOut(
        id="" if newest is None else _deployment_id(newest),
        name=said.get("deployment-name"),
        source=said.get("deployment-source"),
        deployment_time=None if newest is None else instant_text(newest.deployed_at),
        deployed_process_definitions={str(one.definition_key): _definition(one) for one in deployment.processes}
        or None,
        deployed_decision_definitions=decided or None,
    )


def _definition(one: DeployedProcess) -> schemas.DefinitionOut:
    return schemas.DefinitionOut(
        id=one.definition_key,
        key=one.process_id,
        name=one.name,
        version=one.version,
        resource=one.resource_name,
        deployment_id=_deployment_id(one),
        version_tag=one.version_tag,
        startable_in_tasklist=one.is_startable,
    )


def _decision(one: DeployedDecision) -> schemas.DecisionDefinitionOut:
    return schemas.DecisionDefinitionOut(
        id=f"{one.decision_id}:{one.version}",
        key=one.decision_id,
        name=one.name,
        version=one.version,
        resource=one.resource_name,
        deployment_id=_deployment_id(one),
    )


def _file_name(name: str) -> str:
    """Files of a decision may end in `.dmn11.xml`; what ends in `.xml` is else read as a process."""
    plain = name.replace("\\", "/").rpartition("/")[2] or name
    return f"{plain}.dmn" if plain.lower().endswith(_OLD_DMN) else plain
