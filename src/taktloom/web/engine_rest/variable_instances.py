# SPDX-License-Identifier: Apache-2.0
"""Variables of running instances, listed with where they belong."""

from collections.abc import Iterator

from fastapi import APIRouter

from taktloom.app import instances
from taktloom.app.calls import calls
from taktloom.app.context import Context
from taktloom.model.errors import NotFoundError
from taktloom.model.operations import InstanceDetail, VariableView
from taktloom.web.callers import Caller
from taktloom.web.engine_rest import schemas
from taktloom.web.engine_rest.criteria import Asked, Criteria, fits_pattern, only
from taktloom.web.engine_rest.instances import fits_values, require_running, wanted_variables
from taktloom.web.engine_rest.values import typed_value
from taktloom.web.routes import WholeTextRoute

router = APIRouter(prefix="/variable-instance", route_class=WholeTextRoute)


@router.get("")
@router.post("", name="query_variable_instances")
@calls(instances.show_instance)
def list_variable_instances(context: Caller, asked: Asked) -> list[schemas.VariableInstanceOut]:
    """The variables of running instances; processInstanceIdIn is needed."""
    orders = {
        "variableName": lambda one: one.name,
        "variableType": lambda one: one.type,
        "activityInstanceId": lambda one: one.activity_instance_id,
    }
    return asked.page(_filtered(context, asked), orders)


@router.get("/count")
@router.post("/count", name="query_variable_instance_count")
@calls(instances.show_instance)
def count_variable_instances(context: Caller, asked: Asked) -> schemas.Count:
    """How many variables fit."""
    return schemas.Count(count=len(asked.page(_filtered(context, asked), {})))


@router.get("/{variable_id}")
@calls(instances.show_instance)
def show_variable_instance(context: Caller, variable_id: str) -> schemas.VariableInstanceOut:
    """One variable by the id that a list tells."""
    detail = instances.show_instance(context, instance_key=variable_id.partition(":")[0])
    require_running(detail.summary)
    for one in _shown(detail):
        if one.id == variable_id:
            return one
    raise NotFoundError("There is no variable of that id.", remedy="List the variables of the instance.")


def _filtered(context: Context, asked: Criteria) -> list[schemas.VariableInstanceOut]:
    name, pattern = asked.text("variableName"), asked.text("variableNameLike")
    keys, executions = asked.texts("processInstanceIdIn"), asked.texts("executionIdIn")
    scopes, activities = asked.texts("variableScopeIdIn"), asked.texts("activityInstanceIdIn")
    wanted = wanted_variables(asked, "variableValues")
    asked.require_supported()
    if not keys and not executions:
        asked.refuse("processInstanceIdIn", "it is needed")
    found = [one for detail in _running(context, keys or executions) for one in _shown(detail)]
    return [
        one
        for one in found
        if name in {None, one.name}
        and fits_pattern(one.name, pattern)
        and only(one.process_instance_id, executions)
        and only(one.activity_instance_id, scopes)
        and only(one.activity_instance_id, activities)
        and (one.name not in wanted or fits_values({one.name: one.value}, {one.name: wanted[one.name]}))
        and (not wanted or one.name in wanted)
    ]


def _running(context: Context, keys: tuple[str, ...]) -> Iterator[InstanceDetail]:
    for key in dict.fromkeys(keys):
        try:
            detail = instances.show_instance(context, instance_key=key)
        except NotFoundError:  # a filter that nothing fits
            continue
        if detail.summary.status == "active":
            yield detail


def _shown(detail: InstanceDetail) -> list[schemas.VariableInstanceOut]:
    return [_variable(detail.summary.instance_key, detail.summary.definition_key, one) for one in detail.variables]


def _variable(instance_key: str, definition_key: str, one: VariableView) -> schemas.VariableInstanceOut:
    typed, scope = typed_value(one.value), one.scope_element_id or instance_key
    information = typed["valueInfo"]
    return schemas.VariableInstanceOut(
        id=f"{instance_key}:{scope}:{one.name}",
        name=one.name,
        type=str(typed["type"]),
        value=typed["value"],
        value_info=information if isinstance(information, dict) else {},
        process_definition_id=definition_key,
        process_instance_id=instance_key,
        execution_id=instance_key,
        activity_instance_id=scope,
    )
