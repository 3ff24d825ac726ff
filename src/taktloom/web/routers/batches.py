# SPDX-License-Identifier: Apache-2.0
"""Batches, incidents by cause, looking back and keeping."""

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from taktloom.app import batches, keeping
from taktloom.app.calls import calls
from taktloom.app.operations import Modification
from taktloom.model.identifiers import ElementId, ProcessId
from taktloom.model.interventions import HistoryLevel, RestartRequest, Selection
from taktloom.model.operations import InstanceQuery
from taktloom.web.callers import Caller, Limit
from taktloom.web.paging import Cursor, shown_page
from taktloom.web.routers.operations import migration_of, modification_of
from taktloom.web.routes import Route
from taktloom.web.schemas import batches as schemas
from taktloom.web.schemas.convert import shown, shown_all
from taktloom.web.schemas.operations import ModificationPreviewIn
from taktloom.web.schemas.running import InstanceSummary
from taktloom.web.schemas.shared import PageOut
from taktloom.web.values import from_wire

router = APIRouter(tags=["operations"], route_class=Route)


@router.get("/incident-groups")
@calls(batches.list_incident_groups)
def list_incident_groups(
    context: Caller, cursor: Cursor, process_id: str | None = None, limit: Limit = 50
) -> PageOut[schemas.IncidentGroupOut]:
    """Open incidents by cause, the most frequent cause first."""
    page = batches.list_incident_groups(context, process_id=process_id, cursor=cursor.position, limit=limit)
    return shown_page(schemas.IncidentGroupOut, page, cursor)


@router.post("/batches/preview")
@calls(batches.preview_batch)
def preview_batch(context: Caller, body: schemas.BatchPreviewIn) -> schemas.BatchPreviewOut:
    """How many targets a batch would have, and the first of them."""
    return shown(schemas.BatchPreviewOut, batches.preview_batch(context, order=_order(body)))


@router.post("/batches", status_code=201)
@calls(batches.create_batch)
def create_batch(context: Caller, body: schemas.BatchIn) -> schemas.BatchOut:
    """Do one thing to many instances or incidents, each for itself."""
    order = replace(_order(body), allows_stuck=body.allow_stuck)
    return shown(schemas.BatchOut, batches.create_batch(context, order=order, reason=body.reason))


@router.get("/batches")
@calls(batches.list_batches)
def list_batches(context: Caller, cursor: Cursor, limit: Limit = 50) -> PageOut[schemas.BatchOut]:
    """Batches, newest first."""
    return shown_page(schemas.BatchOut, batches.list_batches(context, cursor=cursor.position, limit=limit), cursor)


@router.get("/batches/{batch_id}")
@calls(batches.show_batch)
def show_batch(context: Caller, batch_id: str) -> schemas.BatchOut:
    """One batch and how far it is."""
    return shown(schemas.BatchOut, batches.show_batch(context, batch_id=batch_id))


@router.get("/batches/{batch_id}/items")
@calls(batches.list_batch_items)
def list_batch_items(
    context: Caller,
    batch_id: str,
    cursor: Cursor,
    state: Literal["pending", "done", "failed", "skipped"] | None = None,
    limit: Limit = 50,
) -> PageOut[schemas.BatchItemOut]:
    """The targets of a batch and what became of each."""
    page = batches.list_batch_items(context, batch_id=batch_id, state=state, cursor=cursor.position, limit=limit)
    return shown_page(schemas.BatchItemOut, page, cursor)


@router.post("/batches/{batch_id}/turn")
@calls(batches.turn_batch)
def turn_batch(context: Caller, batch_id: str, body: schemas.BatchTurnIn) -> schemas.BatchOut:
    """Pause, resume or cancel a batch, or retry the failed targets of one that is over."""
    batch = batches.turn_batch(context, batch_id=batch_id, action=body.action, reason=body.reason)
    return shown(schemas.BatchOut, batch)


@router.get("/instances/{instance_key}/moments/{sequence}")
@calls(keeping.show_moment)
def show_moment(context: Caller, instance_key: str, sequence: int) -> schemas.MomentOut:
    """The instance right after one of its journal entries, and what differs from the moment before."""
    return shown(schemas.MomentOut, keeping.show_moment(context, instance_key=instance_key, sequence=sequence))


@router.post("/instances/{instance_key}/restart", status_code=201)
@calls(keeping.restart_instance)
def restart_instance(context: Caller, instance_key: str, body: schemas.RestartIn) -> InstanceSummary:
    """Start an instance again from the history of this one, from its start or from an element."""
    started = keeping.restart_instance(
        context,
        instance_key=instance_key,
        request=_restart(body),
        variables=from_wire(body.variables),
        reason=body.reason,
    )
    return shown(InstanceSummary, started)


@router.get("/stuck-instances")
@calls(keeping.list_stuck)
def list_stuck(
    context: Caller, cursor: Cursor, process_id: str | None = None, limit: Limit = 50
) -> PageOut[schemas.StuckInstanceOut]:
    """Active instances that wait for nothing: no work, no event, no incident."""
    page = keeping.list_stuck(context, process_id=process_id, cursor=cursor.position, limit=limit)
    return shown_page(schemas.StuckInstanceOut, page, cursor)


@router.get("/processes/{process_id}/versions")
@calls(keeping.list_versions)
def list_versions(context: Caller, process_id: str) -> list[schemas.VersionUseOut]:
    """The versions of a process and who uses them, newest first."""
    return shown_all(schemas.VersionUseOut, keeping.list_versions(context, process_id=process_id))


@router.delete("/processes/{process_id}/versions/{version}", status_code=204)
@calls(keeping.delete_version)
def delete_version(
    context: Caller, process_id: str, version: int, reason: Annotated[str, Query(min_length=1, max_length=1000)]
) -> None:
    """Delete an old version that no instance refers to."""
    keeping.delete_version(context, process_id=process_id, version=version, reason=reason)


@router.get("/retention")
@calls(keeping.list_retention)
def list_retention(context: Caller, cursor: Cursor, limit: Limit = 100) -> PageOut[schemas.RetentionPolicyOut]:
    """How long ended instances of each process are kept, and how many are due to go."""
    return shown_page(
        schemas.RetentionPolicyOut, keeping.list_retention(context, cursor=cursor.position, limit=limit), cursor
    )


@router.put("/processes/{process_id}/retention", status_code=204)
@calls(keeping.set_retention)
def set_retention(context: Caller, process_id: str, body: schemas.RetentionIn) -> None:
    """Keep ended instances for so many days, null: for ever; and what new instances write to the event log."""
    level = HistoryLevel(body.history_level)
    keeping.set_retention(context, process_id=process_id, days=body.days, history_level=level, reason=body.reason)


@router.put("/instances/{instance_key}/hold", status_code=204)
@calls(keeping.hold_instance)
def hold_instance(context: Caller, instance_key: str, body: schemas.HoldIn) -> None:
    """Keep an instance whatever the policy says, or no longer."""
    keeping.hold_instance(context, instance_key=instance_key, is_kept=body.is_kept, reason=body.reason)


@router.post("/retention/runs")
@calls(keeping.run_retention)
def run_retention(context: Caller) -> schemas.PurgeOut:
    """Remove what is due now; it also goes by itself."""
    return shown(schemas.PurgeOut, keeping.run_retention(context))


def _order(body: schemas.BatchPreviewIn) -> batches.BatchOrder:
    return batches.BatchOrder(
        kind=body.kind,
        selection=_selection(body.selection),
        variables=from_wire(body.variables),
        migration=None if body.migration is None else migration_of(body.migration),
        modification=_modification(body),
        restart=None if body.restart is None else _restart(body.restart),
    )


def _restart(body: schemas.RestartFromIn) -> RestartRequest:
    return RestartRequest(
        version=body.version,
        element_id=None if body.element_id is None else ElementId(body.element_id),
        is_after=body.is_after,
        sequence=body.sequence,
        has_last_variables=body.has_last_variables,
    )


def _modification(body: schemas.BatchPreviewIn) -> Modification:
    return modification_of(ModificationPreviewIn(changes=body.changes, moves=body.moves))


def _selection(body: schemas.SelectionIn) -> Selection:
    chosen = body.query
    query = (
        None
        if chosen is None
        else InstanceQuery(
            process_id=None if chosen.process_id is None else ProcessId(chosen.process_id),
            version=chosen.version,
            version_tag=chosen.version_tag,
            status=chosen.status,
            with_incidents=chosen.with_incidents,
            is_suspended=chosen.is_suspended,
            element_id=None if chosen.element_id is None else ElementId(chosen.element_id),
            search=chosen.search,
            started_after=chosen.started_after,
            started_before=chosen.started_before,
        )
    )
    return Selection(
        keys=tuple(body.keys),
        query=query,
        signature=body.signature,
        process_id=None if body.process_id is None else ProcessId(body.process_id),
    )
