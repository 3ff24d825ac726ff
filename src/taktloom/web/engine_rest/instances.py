# SPDX-License-Identifier: Apache-2.0
"""Process instances and their variables."""

from collections.abc import Mapping
from typing import cast

from fastapi import APIRouter, Body, Query
from starlette.responses import Response

from taktloom.app import instances, operations
from taktloom.app.calls import calls
from taktloom.app.context import Context
from taktloom.feel.values import FeelValue
from taktloom.model.errors import InputRefusedError, NotFoundError
from taktloom.model.identifiers import ProcessId
from taktloom.model.operations import InstanceQuery, InstanceSummary
from taktloom.web.callers import Caller
from taktloom.web.engine_rest import schemas
from taktloom.web.engine_rest.criteria import Asked, Criteria, collect, only
from taktloom.web.engine_rest.values import content_of, read_value, read_variables, typed_value, typed_values
from taktloom.web.routes import WholeTextRoute

router = APIRouter(route_class=WholeTextRoute)
_ACTIONS: Mapping[str, str] = {
    "cancel": "cancel",
    "startBeforeActivity": "before",
    "startAfterActivity": "after",
    "startTransition": "along",
}


class InstructionRefusedError(InputRefusedError):
    """An instruction of a modification that is not supported."""

    code = "TL-2910"


@router.get("/process-instance")
@router.post("/process-instance", name="query_instances")
@calls(instances.list_instances)
def list_instances(context: Caller, asked: Asked) -> list[schemas.InstanceOut]:
    """Running instances, newest first."""
    found = _filtered(context, asked)
    orders = {
        "instanceId": lambda one: one.instance_key,
        "definitionKey": lambda one: one.process_id,
        "definitionId": lambda one: one.definition_key,
        "businessKey": lambda one: one.business_key or "",
    }
    return [shown_instance(one) for one in asked.page(found, orders)]


@router.get("/process-instance/count")
@router.post("/process-instance/count", name="query_instance_count")
@calls(instances.list_instances)
def count_instances(context: Caller, asked: Asked) -> schemas.Count:
    """How many running instances fit."""
    return schemas.Count(count=len(asked.page(_filtered(context, asked), {})))


@router.get("/process-instance/{instance_id}")
@calls(instances.show_instance)
def show_instance(context: Caller, instance_id: str) -> schemas.InstanceOut:
    """One running instance."""
    return shown_instance(_running(context, instance_id))


@router.delete("/process-instance/{instance_id}", status_code=204)
@calls(instances.cancel_instance, instances.show_instance)
def delete_instance(context: Caller, instance_id: str) -> None:
    """Cancel a running instance; its history stays."""
    _running(context, instance_id)
    instances.cancel_instance(context, instance_key=instance_id, reason="deleted through engine-rest")


@router.put("/process-instance/{instance_id}/suspended", status_code=204)
@calls(operations.suspend_instance, operations.resume_instance)
def set_suspended(context: Caller, instance_id: str, body: schemas.SuspendedIn) -> None:
    """Suspend an instance, or let it go on."""
    change = operations.suspend_instance if body.suspended else operations.resume_instance
    change(context, instance_key=instance_id, reason="through engine-rest")


@router.post("/process-instance/{instance_id}/modification", status_code=204)
@calls(operations.modify_instance)
def modify_instance(context: Caller, instance_id: str, body: schemas.ModificationIn) -> None:
    """Move tokens: all instructions or none."""
    changes = tuple(_change(one) for one in body.instructions)
    modification = operations.Modification(changes=changes, allows_stuck=True)  # as Camunda 7, which does not look
    reason = body.annotation or "through engine-rest"
    operations.modify_instance(context, instance_key=instance_id, modification=modification, reason=reason)


@router.get("/process-instance/{instance_id}/variables")
@calls(instances.show_instance)
def list_variables(
    context: Caller, instance_id: str, deserialize_value: bool = Query(default=True, alias="deserializeValue")
) -> schemas.TypedMap:
    """The instance's own variables."""
    del deserialize_value  # JSON is always sent as text
    return typed_values(own_variables(context, instance_id))


@router.post("/process-instance/{instance_id}/variables", status_code=204)
@calls(instances.set_variables)
def change_variables(context: Caller, instance_id: str, body: schemas.ModificationsIn) -> None:
    """Set variables; those to be deleted become null."""
    changed: dict[str, FeelValue] = dict.fromkeys(body.deletions or ())
    changed.update(read_variables(body.modifications))
    instances.set_variables(context, instance_key=instance_id, variables=changed)


@router.get("/process-instance/{instance_id}/variables/{name}")
@calls(instances.show_instance)
def show_variable(context: Caller, instance_id: str, name: str) -> schemas.Typed:
    """One variable."""
    return typed_value(_variable(context, instance_id, name))


@router.get("/process-instance/{instance_id}/variables/{name}/data")
@router.get("/execution/{instance_id}/localVariables/{name}/data", name="read_local_variable")
@router.get("/execution/{instance_id}/variables/{name}/data", name="read_execution_variable")
@calls(instances.show_instance)
def read_variable(context: Caller, instance_id: str, name: str) -> Response:
    """The raw content of a variable: of a file its bytes, else the text of the value."""
    content, media_type = content_of(_variable(context, instance_id, name))
    disposition = {"Content-Disposition": "attachment"}  # never shown in a browser: anybody may have sent it
    return Response(content, media_type=media_type, headers=disposition)


@router.put("/process-instance/{instance_id}/variables/{name}", status_code=204)
@calls(instances.set_variables)
def set_variable(context: Caller, instance_id: str, name: str, body: Mapping[str, object] = Body()) -> None:
    """Set one variable."""
    instances.set_variables(context, instance_key=instance_id, variables={name: read_value(name, body)})


@router.delete("/process-instance/{instance_id}/variables/{name}", status_code=204)
@calls(instances.set_variables)
def delete_variable(context: Caller, instance_id: str, name: str) -> None:
    """Set one variable to null."""
    instances.set_variables(context, instance_key=instance_id, variables={name: None})


def shown_instance(one: InstanceSummary) -> schemas.InstanceOut:
    """An instance as this convention shows it."""
    return schemas.InstanceOut(
        id=one.instance_key,
        definition_id=one.definition_key,
        definition_key=one.process_id,
        business_key=one.business_key,
        ended=one.status != "active",
        suspended=one.is_suspended,
    )


def own_variables(context: Context, instance_id: str) -> dict[str, object]:
    """The variables of the instance's own scope. Raises NotFoundError."""
    detail = instances.show_instance(context, instance_key=instance_id)
    require_running(detail.summary)
    return {one.name: one.value for one in detail.variables if one.scope_element_id is None}


def _change(instruction: schemas.InstructionIn) -> operations.ChangeOrder:
    action = _ACTIONS.get(instruction.type)
    element_id = instruction.transition_id if instruction.type == "startTransition" else instruction.activity_id
    if action is None or element_id is None or instruction.activity_instance_id or instruction.transition_instance_id:
        raise InstructionRefusedError(
            f"The instruction '{instruction.type[:50]}' cannot be used.",
            remedy=f"The types are {', '.join(_ACTIONS)}, with an activityId or transitionId and no instance of it.",
        )
    return operations.ChangeOrder(action=action, element_id=element_id, variables=read_variables(instruction.variables))


def _variable(context: Context, instance_id: str, name: str) -> FeelValue:
    variables = own_variables(context, instance_id)
    if name not in variables:
        raise NotFoundError(f"The instance {instance_id} has no variable of that name.", remedy="List its variables.")
    return cast("FeelValue", variables[name])


def require_running(summary: InstanceSummary) -> None:
    """Raise NotFoundError for an instance that has ended."""
    if summary.status != "active":
        raise NotFoundError(
            f"There is no running process instance {summary.instance_key}.", remedy="Look into the history."
        )


def _running(context: Context, instance_id: str) -> InstanceSummary:
    summary = instances.show_instance(context, instance_key=instance_id).summary
    require_running(summary)
    return summary


def _filtered(context: Context, asked: Criteria) -> list[InstanceSummary]:
    process_id, business_key = asked.text("processDefinitionKey"), asked.text("businessKey")
    definition_id, ids = asked.text("processDefinitionId"), asked.texts("processInstanceIds")
    with_incident, super_id = asked.flag("withIncident"), asked.text("superProcessInstance")
    wanted = wanted_variables(asked)
    asked.require_supported()
    found = collect(
        lambda cursor: instances.list_instances(
            context,
            query=InstanceQuery(
                process_id=None if process_id is None else ProcessId(process_id),
                status="active",
                search=business_key,
                with_incidents=with_incident or None,
                cursor=cursor,
                limit=500,
            ),
        )
    )
    fitting = [
        one
        for one in found
        if business_key in {None, one.business_key}
        and definition_id in {None, one.definition_key}
        and super_id in {None, one.caller_key}
        and only(one.instance_key, ids)
    ]
    return [one for one in fitting if _has(context, one, wanted)] if wanted else fitting


def wanted_variables(asked: Criteria, parameter: str = "variables") -> dict[str, str]:
    """`name_eq_value,…`, or a list of `{name, operator, value}`; other comparisons are not supported."""
    wanted: dict[str, str] = {}
    for name, operator, value in asked.comparisons(parameter):
        if operator != "eq":
            asked.refuse(parameter, "only comparisons for equality are supported")
        wanted[name] = _text(value)
    return wanted


def fits_values(shown: Mapping[str, object], wanted: Mapping[str, str]) -> bool:
    """Whether values, as they are shown, are those that a filter wants."""
    return all(name in shown and _text(shown[name]) == value for name, value in wanted.items())


def _has(context: Context, one: InstanceSummary, wanted: Mapping[str, str]) -> bool:
    present = own_variables(context, one.instance_key)
    return fits_values({name: typed_value(value)["value"] for name, value in present.items()}, wanted)


def _text(shown: object) -> str:
    return str(shown).lower() if isinstance(shown, bool) else str(shown)
