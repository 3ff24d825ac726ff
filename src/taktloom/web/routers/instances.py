# SPDX-License-Identifier: Apache-2.0
"""Process instances, incidents and messages."""

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from taktloom.app import incidents, instances, messages
from taktloom.app.calls import calls
from taktloom.model.identifiers import ElementId, ProcessId
from taktloom.model.operations import InstanceQuery
from taktloom.web.callers import Caller, Limit
from taktloom.web.paging import Cursor, shown_page
from taktloom.web.routes import Route
from taktloom.web.schemas import running as schemas
from taktloom.web.schemas.convert import shown
from taktloom.web.schemas.shared import InstantIn, PageOut
from taktloom.web.values import from_wire

router = APIRouter(tags=["instances"], route_class=Route)

Search = Annotated[str | None, Query(max_length=200)]


@router.get("/instances")
@calls(instances.list_instances)
def list_instances(
    context: Caller,
    cursor: Cursor,
    process_id: str | None = None,
    version: int | None = None,
    version_tag: Search = None,
    status: Literal["active", "completed", "terminated", "cancelled", "failed"] | None = None,
    with_incidents: bool | None = None,
    is_suspended: bool | None = None,
    element_id: str | None = None,
    search: Search = None,
    started_after: InstantIn | None = None,
    started_before: InstantIn | None = None,
    limit: Limit = 50,
) -> PageOut[schemas.InstanceSummary]:
    """Process instances, newest first."""
    query = InstanceQuery(
        process_id=None if process_id is None else ProcessId(process_id),
        version=version,
        version_tag=version_tag,
        status=status,
        with_incidents=with_incidents,
        is_suspended=is_suspended,
        element_id=None if element_id is None else ElementId(element_id),
        search=search,
        started_after=started_after,
        started_before=started_before,
        cursor=cursor.position,
        limit=limit,
    )
    return shown_page(schemas.InstanceSummary, instances.list_instances(context, query=query), cursor)


@router.get("/instances/{instance_key}")
@calls(instances.show_instance)
def show_instance(context: Caller, instance_key: str) -> schemas.InstanceDetail:
    """One instance with everything on its page."""
    return shown(schemas.InstanceDetail, instances.show_instance(context, instance_key=instance_key))


@router.post("/instances/{instance_key}/cancel", status_code=204)
@calls(instances.cancel_instance)
def cancel_instance(context: Caller, instance_key: str, body: schemas.ReasonIn) -> None:
    """End an instance now."""
    instances.cancel_instance(context, instance_key=instance_key, reason=body.reason)


@router.put("/instances/{instance_key}/variables", status_code=204)
@calls(instances.set_variables)
def set_variables(context: Caller, instance_key: str, body: schemas.VariablesChange) -> None:
    """Set variables of an instance, or of the scope of an active element."""
    instances.set_variables(
        context,
        instance_key=instance_key,
        variables=from_wire(body.variables),
        element_id=body.element_id,
        reason=body.reason,
    )


@router.get("/instances/{instance_key}/events")
@calls(instances.list_events)
def list_events(context: Caller, instance_key: str) -> list[schemas.EventOut]:
    """The instance's rows of the event log, oldest first."""
    return [shown(schemas.EventOut, event) for event in instances.list_events(context, instance_key=instance_key)]


@router.get("/instances/{instance_key}/journal")
@calls(instances.list_journal)
def list_journal(
    context: Caller, instance_key: str, cursor: Cursor, limit: Limit = 200
) -> PageOut[schemas.JournalEntryOut]:
    """The instance's journal: every kernel event with its payload, oldest first."""
    page = instances.list_journal(context, instance_key=instance_key, cursor=cursor.position, limit=limit)
    return shown_page(schemas.JournalEntryOut, page, cursor)


@router.get("/incidents")
@calls(incidents.list_incidents)
def list_incidents(
    context: Caller,
    cursor: Cursor,
    process_id: str | None = None,
    state: Literal["open", "resolved", "all"] = "open",
    limit: Limit = 50,
) -> PageOut[schemas.IncidentView]:
    """Incidents, newest first."""
    page = incidents.list_incidents(context, process_id=process_id, state=state, cursor=cursor.position, limit=limit)
    return shown_page(schemas.IncidentView, page, cursor)


@router.post("/incidents/{incident_id}/resolve", status_code=204)
@calls(incidents.resolve_incident)
def resolve_incident(context: Caller, incident_id: str, body: schemas.IncidentResolve) -> None:
    """Set variables where given, then try again."""
    incidents.resolve_incident(
        context,
        incident_id=incident_id,
        variables=None if body.variables is None else from_wire(body.variables),
        reason=body.reason,
    )


@router.post("/incidents/resolve")
@calls(incidents.resolve_incidents)
def resolve_incidents(context: Caller, body: schemas.IncidentsResolve) -> schemas.Resolved:
    """Try many again; each is answered for."""
    outcome = incidents.resolve_incidents(context, incident_ids=tuple(body.incident_ids), reason=body.reason)
    return shown(schemas.Resolved, outcome)


@router.post("/messages")
@calls(messages.publish_message)
def publish_message(context: Caller, body: schemas.MessageIn) -> schemas.MessageOut:
    """Publish a message for one receiver; `correlated` names the instance that it started or moved."""
    message = messages.PublishedMessage(
        name=body.name,
        correlation_key=body.correlation_key,
        variables=from_wire(body.variables),
        message_id=body.message_id,
        time_to_live=timedelta(seconds=body.time_to_live_s),
        business_key=body.business_key,
    )
    keys = messages.publish_message(context, message=message)
    return schemas.MessageOut(correlated=list(keys))


@router.post("/signals")
@calls(messages.broadcast_signal)
def broadcast_signal(context: Caller, body: schemas.SignalIn) -> schemas.SignalOut:
    """Throw a signal to all who wait for it; `heard` names the instances that heard it or were started by it."""
    keys = messages.broadcast_signal(context, name=body.name, variables=from_wire(body.variables))
    return schemas.SignalOut(heard=list(keys))


@router.post("/conditions")
@calls(messages.evaluate_conditions)
def evaluate_conditions(context: Caller, body: schemas.ConditionsIn) -> schemas.ConditionsOut:
    """Look at conditional start events with these variables; `started` names the new instances."""
    started = messages.evaluate_conditions(context, variables=from_wire(body.variables))
    keys = [str(one.instance_key) for one in started]
    return schemas.ConditionsOut(started=keys)


@router.post("/instances/{instance_key}/activations", status_code=204)
@calls(instances.activate_activities)
def activate_activities(context: Caller, instance_key: str, body: schemas.ActivationIn) -> None:
    """Start activities of an ad-hoc sub-process that is active in the instance."""
    instances.activate_activities(
        context,
        instance_key=instance_key,
        element_ids=tuple(body.element_ids),
        variables=from_wire(body.variables),
    )
