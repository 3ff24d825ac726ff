# SPDX-License-Identifier: Apache-2.0
"""Jobs as operators see them, and incidents."""

from fastapi import APIRouter

from taktloom.app import external_tasks, incidents
from taktloom.app.calls import calls
from taktloom.app.context import Context
from taktloom.model.errors import NotFoundError
from taktloom.model.external_tasks import ExternalTask, ExternalTaskQuery
from taktloom.model.operations import IncidentView
from taktloom.web.callers import Caller
from taktloom.web.engine_rest import schemas
from taktloom.web.engine_rest.criteria import LOOKED_AT, Asked, Criteria, collect
from taktloom.web.engine_rest.values import instant_text
from taktloom.web.routes import WholeTextRoute

router = APIRouter(route_class=WholeTextRoute)
_JOB_INCIDENT = "failedExternalTask"


@router.get("/job")
@router.post("/job", name="query_jobs")
@calls(external_tasks.list_open_jobs)
def list_jobs(context: Caller, asked: Asked) -> list[schemas.JobOut]:
    """Open jobs."""
    orders = {
        "jobId": lambda one: one.task_id,
        "jobDueDate": lambda one: one.created_at,
        "jobRetries": lambda one: one.retries or 0,
        "jobPriority": lambda one: one.priority,
        "processInstanceId": lambda one: one.instance_key,
        "processDefinitionId": lambda one: one.definition_key,
        "processDefinitionKey": lambda one: one.process_id,
    }
    return [_job(one) for one in asked.page(_jobs(context, asked), orders)]


@router.get("/job/count")
@router.post("/job/count", name="query_job_count")
@calls(external_tasks.list_open_jobs)
def count_jobs(context: Caller, asked: Asked) -> schemas.Count:
    """How many open jobs fit."""
    return schemas.Count(count=len(asked.page(_jobs(context, asked), {})))


@router.get("/job/{job_id}")
@calls(external_tasks.list_open_jobs)
def show_job(context: Caller, job_id: str) -> schemas.JobOut:
    """One open job."""
    found = external_tasks.list_open_jobs(context, query=ExternalTaskQuery(task_id=job_id))
    if not found:
        raise NotFoundError(f"There is no open job {job_id}.", remedy="Look at the list of jobs.")
    return _job(found[0])


@router.put("/job/{job_id}/retries", status_code=204)
@calls(external_tasks.set_job_retries)
def set_job_retries(context: Caller, job_id: str, body: schemas.RetriesIn) -> None:
    """Set how often a job may still be tried; one that waits as an incident is offered again."""
    external_tasks.set_job_retries(context, job_id=job_id, retries=body.retries)


@router.get("/incident")
@calls(incidents.list_incidents)
def list_incidents(context: Caller, asked: Asked) -> list[schemas.IncidentOut]:
    """Open incidents, newest first."""
    orders = {
        "incidentId": lambda one: one.incident_id,
        "incidentTimestamp": lambda one: one.raised_at,
        "activityId": lambda one: one.element_id,
        "processInstanceId": lambda one: one.instance_key,
        "processDefinitionId": lambda one: f"{one.process_id}:{one.version}",
    }
    return [_incident(one) for one in asked.page(_incidents(context, asked), orders)]


@router.get("/incident/count")
@calls(incidents.list_incidents)
def count_incidents(context: Caller, asked: Asked) -> schemas.Count:
    """How many open incidents fit."""
    return schemas.Count(count=len(asked.page(_incidents(context, asked), {})))


@router.get("/incident/{incident_id}")
@calls(incidents.show_incident)
def show_incident(context: Caller, incident_id: str) -> schemas.IncidentOut:
    """One incident."""
    return _incident(incidents.show_incident(context, incident_id=incident_id))


@router.delete("/incident/{incident_id}", status_code=204)
@calls(incidents.resolve_incident)
def resolve_incident(context: Caller, incident_id: str) -> None:
    """Try again what raised it."""
    incidents.resolve_incident(context, incident_id=incident_id, reason="resolved through engine-rest")


def _jobs(context: Context, asked: Criteria) -> list[ExternalTask]:
    with_exception, failed_at = asked.is_set("withException"), asked.text("failedActivityId")
    query = ExternalTaskQuery(
        task_id=asked.text("jobId"),
        instance_key=asked.text("processInstanceId"),
        process_id=asked.text("processDefinitionKey"),
        definition_key=asked.text("processDefinitionId"),
        element_id=asked.text("activityId") or failed_at,
        has_retries=False if asked.is_set("noRetriesLeft") else asked.flag("withRetriesLeft") or None,
        limit=LOOKED_AT,
    )
    asked.require_supported()
    found = external_tasks.list_open_jobs(context, query=query)
    return [one for one in found if one.failure is not None or not (with_exception or failed_at)]


def _job(one: ExternalTask) -> schemas.JobOut:
    return schemas.JobOut(
        id=one.task_id,
        due_date=None,
        process_instance_id=one.instance_key,
        execution_id=one.instance_key,
        process_definition_id=one.definition_key,
        process_definition_key=one.process_id,
        retries=one.retries_left,
        exception_message=one.failure,
        failed_activity_id=one.element_id if one.failure is not None else None,
        priority=one.priority,
        create_time=instant_text(one.created_at),
    )


def _incidents(context: Context, asked: Criteria) -> list[IncidentView]:
    process_id, kind = asked.text("processDefinitionKey"), asked.text("incidentType")
    process_ids = asked.texts("processDefinitionKeyIn")
    wanted = {
        "incident_id": asked.text("incidentId"),
        "instance_key": asked.text("processInstanceId"),
        "element_id": asked.text("activityId"),
        "message": asked.text("incidentMessage"),
        "job_id": asked.text("configuration"),
    }
    definition_id = asked.text("processDefinitionId")
    asked.require_supported()
    found = collect(lambda cursor: incidents.list_incidents(context, process_id=process_id, cursor=cursor, limit=500))
    return [
        one
        for one in found
        if all(value in {None, getattr(one, field)} for field, value in wanted.items())
        and definition_id in {None, f"{one.process_id}:{one.version}"}
        and (not process_ids or one.process_id in process_ids)
        and kind in {None, _kind(one)}
    ]


def _incident(one: IncidentView) -> schemas.IncidentOut:
    return schemas.IncidentOut(
        id=one.incident_id,
        process_definition_id=f"{one.process_id}:{one.version}",
        process_instance_id=one.instance_key,
        execution_id=one.instance_key,
        incident_timestamp=instant_text(one.raised_at),
        incident_type=_kind(one),
        activity_id=one.element_id,
        failed_activity_id=one.element_id,
        cause_incident_id=one.incident_id,
        root_cause_incident_id=one.incident_id,
        configuration=one.job_id,
        incident_message=one.message,
    )


def _kind(one: IncidentView) -> str:
    return _JOB_INCIDENT if one.job_id is not None else one.kind
