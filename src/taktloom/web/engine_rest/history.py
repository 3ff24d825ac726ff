# SPDX-License-Identifier: Apache-2.0
"""Basic history: instances, what they visited, their variables."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from fastapi import APIRouter

from taktloom.app import instances
from taktloom.app.calls import calls
from taktloom.app.context import Context
from taktloom.model.errors import NotFoundError
from taktloom.model.identifiers import ProcessId
from taktloom.model.operations import InstanceDetail, InstanceQuery, InstanceSummary
from taktloom.web.callers import Caller
from taktloom.web.engine_rest import schemas
from taktloom.web.engine_rest.activity_instances import activity_instance_id, kind_of
from taktloom.web.engine_rest.criteria import Asked, Criteria, collect, fits_pattern, only
from taktloom.web.engine_rest.instances import fits_values
from taktloom.web.engine_rest.values import instant_text, typed_value
from taktloom.web.routes import WholeTextRoute

router = APIRouter(prefix="/history", route_class=WholeTextRoute)
_STATES = {
    "active": "ACTIVE",
    "completed": "COMPLETED",
    "cancelled": "EXTERNALLY_TERMINATED",
    "terminated": "COMPLETED",
    "failed": "INTERNALLY_TERMINATED",
}


@router.get("/process-instance")
@router.post("/process-instance", name="query_history_instances")
@calls(instances.list_instances)
def list_historic_instances(context: Caller, asked: Asked) -> list[schemas.HistoricInstanceOut]:
    """Running and ended instances, newest first."""
    orders = {
        "instanceId": lambda one: one.instance_key,
        "definitionId": lambda one: one.definition_key,
        "definitionKey": lambda one: one.process_id,
        "businessKey": lambda one: one.business_key or "",
        "startTime": lambda one: one.started_at,
        "endTime": lambda one: instant_text(one.ended_at) or "",
        "duration": lambda one: _millis(one.started_at, one.ended_at) or 0,
    }
    return [_instance(one) for one in asked.page(_filtered(context, asked), orders)]


@router.get("/process-instance/count")
@router.post("/process-instance/count", name="query_history_instance_count")
@calls(instances.list_instances)
def count_historic_instances(context: Caller, asked: Asked) -> schemas.Count:
    """How many instances fit."""
    return schemas.Count(count=len(asked.page(_filtered(context, asked), {})))


@router.get("/process-instance/{instance_id}")
@calls(instances.show_instance)
def show_historic_instance(context: Caller, instance_id: str) -> schemas.HistoricInstanceOut:
    """One running or ended instance."""
    return _instance(instances.show_instance(context, instance_key=instance_id).summary)


@router.get("/activity-instance")
@router.post("/activity-instance", name="query_history_activities")
@calls(instances.show_instance)
def list_historic_activities(context: Caller, asked: Asked) -> list[schemas.HistoricActivityOut]:
    """What one instance visited, in order of entry; processInstanceId is needed."""
    orders = {
        "activityInstanceID": lambda one: one.id,
        "activityId": lambda one: one.activity_id,
        "startTime": lambda one: one.start_time or "",
        "endTime": lambda one: one.end_time or "",
        "duration": lambda one: one.duration_in_millis or 0,
    }
    return asked.page(_filtered_activities(context, asked), orders)


@router.get("/activity-instance/count")
@router.post("/activity-instance/count", name="query_history_activity_count")
@calls(instances.show_instance)
def count_historic_activities(context: Caller, asked: Asked) -> schemas.Count:
    """How many visits of one instance fit."""
    return schemas.Count(count=len(asked.page(_filtered_activities(context, asked), {})))


@router.get("/variable-instance")
@router.post("/variable-instance", name="query_history_variables")
@calls(instances.show_instance)
def list_historic_variables(context: Caller, asked: Asked) -> list[schemas.HistoricVariableOut]:
    """The present or last variables of instances; processInstanceId or processInstanceIdIn is needed."""
    orders = {"instanceId": lambda one: one.process_instance_id, "variableName": lambda one: one.name}
    return asked.page(_filtered_variables(context, asked), orders)


@router.get("/variable-instance/count")
@router.post("/variable-instance/count", name="query_history_variable_count")
@calls(instances.show_instance)
def count_historic_variables(context: Caller, asked: Asked) -> schemas.Count:
    """How many variables of instances fit."""
    return schemas.Count(count=len(asked.page(_filtered_variables(context, asked), {})))


def _filtered_activities(context: Context, asked: Criteria) -> list[schemas.HistoricActivityOut]:
    element_id, kind = asked.text("activityId"), asked.text("activityType")
    is_finished, is_unfinished = asked.is_set("finished"), asked.is_set("unfinished")
    asked_for = asked.text("processInstanceId")
    if asked_for is None:
        asked.refuse("processInstanceId", "it is needed")
    return [
        one
        for detail in _details(context, (asked_for or "",))
        for one in _activities(detail)
        if element_id in {None, one.activity_id}
        and kind in {None, one.activity_type}
        and not (is_finished and one.end_time is None)
        and not (is_unfinished and one.end_time is not None)
    ]


def _filtered_variables(context: Context, asked: Criteria) -> list[schemas.HistoricVariableOut]:
    name, pattern, kinds = asked.text("variableName"), asked.text("variableNameLike"), asked.texts("variableTypeIn")
    one_key, keys = asked.text("processInstanceId"), asked.texts("processInstanceIdIn")
    wanted = asked.text("variableValue")
    if one_key is None and not keys:
        asked.refuse("processInstanceId", "it is needed")
    return [
        one
        for detail in _details(context, keys or (one_key or "",))
        for one in _variables(detail)
        if name in {None, one.name}
        and one_key in {None, one.process_instance_id}
        and fits_pattern(one.name, pattern)
        and only(one.type.lower(), [kind.lower() for kind in kinds])
        and (wanted is None or fits_values({one.name: one.value}, {one.name: wanted}))
    ]


def _details(context: Context, keys: tuple[str, ...]) -> Iterator[InstanceDetail]:
    for key in dict.fromkeys(keys):
        with suppress(NotFoundError):  # a filter that nothing fits
            yield instances.show_instance(context, instance_key=key)


def _filtered(context: Context, asked: Criteria) -> list[InstanceSummary]:
    process_id, business_key = asked.text("processDefinitionKey"), asked.text("processInstanceBusinessKey")
    instance_id, ids = asked.text("processInstanceId"), asked.texts("processInstanceIds")
    definition_id, super_id = asked.text("processDefinitionId"), asked.text("superProcessInstanceId")
    states = {
        status
        for status, state in _STATES.items()
        for name in ("active", "completed", "externallyTerminated", "internallyTerminated")
        if asked.is_set(name) and state == _upper(name)
    }
    is_finished, is_unfinished = asked.is_set("finished"), asked.is_set("unfinished")
    finished_after, finished_before = asked.instant("finishedAfter"), asked.instant("finishedBefore")
    query = InstanceQuery(
        process_id=None if process_id is None else ProcessId(process_id),
        search=instance_id or business_key,
        status="active" if is_unfinished else None,
        with_incidents=asked.flag("withIncidents") or None,
        started_after=asked.instant("startedAfter"),
        started_before=asked.instant("startedBefore"),
        limit=500,
    )
    asked.require_supported()
    found = collect(lambda cursor: instances.list_instances(context, query=replace(query, cursor=cursor)))
    return [
        one
        for one in found
        if instance_id in {None, one.instance_key}
        and business_key in {None, one.business_key}
        and definition_id in {None, one.definition_key}
        and super_id in {None, one.caller_key}
        and only(one.instance_key, ids)
        and (not states or one.status in states)
        and not (is_finished and one.ended_at is None)
        and _is_between(one.ended_at, finished_after, finished_before)
    ]


def _is_between(at: datetime | None, after: datetime | None, before: datetime | None) -> bool:
    if after is None and before is None:
        return True
    return at is not None and (after is None or at >= after) and (before is None or at <= before)


def _upper(name: str) -> str:
    return "".join(f"_{letter}" if letter.isupper() else letter for letter in name).upper()


def _instance(one: InstanceSummary) -> schemas.HistoricInstanceOut:
    return schemas.HistoricInstanceOut(
        id=one.instance_key,
        business_key=one.business_key,
        process_definition_id=one.definition_key,
        process_definition_key=one.process_id,
        process_definition_name=one.process_name,
        process_definition_version=one.version,
        start_time=instant_text(one.started_at),
        end_time=instant_text(one.ended_at),
        duration_in_millis=_millis(one.started_at, one.ended_at),
        start_user_id=one.started_by,
        delete_reason="cancelled" if one.status == "cancelled" else None,
        root_process_instance_id=one.instance_key if one.caller_key is None else None,
        super_process_instance_id=one.caller_key,
        state=_STATES.get(one.status, one.status.upper()),
    )


def _activities(detail: InstanceDetail) -> list[schemas.HistoricActivityOut]:
    summary = detail.summary
    tasks = {task.element_id: task for task in detail.user_tasks}
    return [
        schemas.HistoricActivityOut(
            id=activity_instance_id(visit),
            parent_activity_instance_id=summary.instance_key,
            activity_id=visit.element_id,
            activity_name=visit.element_name,
            activity_type=kind_of(visit),
            process_definition_key=summary.process_id,
            process_definition_id=summary.definition_key,
            process_instance_id=summary.instance_key,
            execution_id=summary.instance_key,
            task_id=tasks[visit.element_id].user_task_id if visit.element_id in tasks else None,
            assignee=visit.resource if visit.element_type == "userTask" else None,
            start_time=instant_text(visit.entered_at),
            end_time=instant_text(visit.left_at),
            duration_in_millis=_millis(visit.entered_at, visit.left_at),
            canceled=visit.state == "terminated",
            root_process_instance_id=summary.instance_key if summary.caller_key is None else None,
        )
        for visit in detail.visits
    ]


def _variables(detail: InstanceDetail) -> list[schemas.HistoricVariableOut]:
    summary = detail.summary
    shown = []
    for one in detail.variables:
        typed = typed_value(one.value)
        scope = one.scope_element_id or summary.instance_key
        information = typed["valueInfo"]
        shown.append(
            schemas.HistoricVariableOut(
                id=f"{scope}:{one.name}",
                name=one.name,
                type=str(typed["type"]),
                value=typed["value"],
                value_info=information if isinstance(information, dict) else {},
                process_definition_key=summary.process_id,
                process_definition_id=summary.definition_key,
                process_instance_id=summary.instance_key,
                execution_id=summary.instance_key,
                activity_instance_id=scope,
                root_process_instance_id=summary.instance_key if summary.caller_key is None else None,
            )
        )
    return shown


def _millis(start: datetime, end: datetime | None) -> int | None:
    return None if end is None else int((end - start).total_seconds() * 1000)
