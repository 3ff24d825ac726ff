# SPDX-License-Identifier: Apache-2.0
"""What operators do to running processes: suspension, modification, migration, and the record of it."""

from dataclasses import replace
from typing import Literal

from fastapi import APIRouter

from taktloom.app import operations
from taktloom.app.calls import calls
from taktloom.web.callers import Caller, Limit
from taktloom.web.paging import Cursor, shown_page
from taktloom.web.routes import Route
from taktloom.web.schemas import operations as schemas
from taktloom.web.schemas.convert import shown
from taktloom.web.schemas.running import ReasonIn
from taktloom.web.schemas.shared import PageOut
from taktloom.web.values import from_wire

router = APIRouter(tags=["operations"], route_class=Route)


@router.post("/instances/{instance_key}/suspension", status_code=204)
@calls(operations.suspend_instance)
def suspend_instance(context: Caller, instance_key: str, body: schemas.RequiredReasonIn) -> None:
    """Suspend an instance and those that it has called: no job is handed out, no timer fires, nothing is lost."""
    operations.suspend_instance(context, instance_key=instance_key, reason=body.reason)


@router.post("/instances/{instance_key}/resumption", status_code=204)
@calls(operations.resume_instance)
def resume_instance(context: Caller, instance_key: str, body: ReasonIn) -> None:
    """Let a suspended instance go on, with what has come meanwhile."""
    operations.resume_instance(context, instance_key=instance_key, reason=body.reason)


@router.post("/processes/{process_id}/suspension")
@calls(operations.suspend_version)
def suspend_version(context: Caller, process_id: str, body: schemas.VersionSuspensionIn) -> schemas.VersionsChanged:
    """Let no new instance of a version start, or of any version; running ones go on."""
    changed = operations.suspend_version(context, process_id=process_id, version=body.version, reason=body.reason)
    return schemas.VersionsChanged(versions=changed)


@router.post("/processes/{process_id}/resumption")
@calls(operations.resume_version)
def resume_version(context: Caller, process_id: str, body: schemas.VersionResumptionIn) -> schemas.VersionsChanged:
    """Let instances of a version start again."""
    changed = operations.resume_version(context, process_id=process_id, version=body.version, reason=body.reason)
    return schemas.VersionsChanged(versions=changed)


@router.post("/instances/{instance_key}/modification/preview")
@calls(operations.preview_modification)
def preview_modification(
    context: Caller, instance_key: str, body: schemas.ModificationPreviewIn
) -> schemas.ModificationPreview:
    """What a modification would begin and end, and at which joins it would be stuck; nothing is changed."""
    found = operations.preview_modification(context, instance_key=instance_key, modification=modification_of(body))
    return shown(schemas.ModificationPreview, found)


@router.post("/instances/{instance_key}/modification", status_code=204)
@calls(operations.modify_instance)
def modify_instance(context: Caller, instance_key: str, body: schemas.ModificationIn) -> None:
    """Move, place, cancel or complete tokens: all changes or none.

    Refused where the instance would then wait for ever at a join, unless allow_stuck is true.
    """
    modification = replace(modification_of(body), allows_stuck=body.allow_stuck)
    operations.modify_instance(context, instance_key=instance_key, modification=modification, reason=body.reason)


@router.post("/migrations/plan")
@calls(operations.plan_migration)
def plan_migration(context: Caller, body: schemas.MigrationPlanIn) -> schemas.MigrationPlanOut:
    """What becomes of each element of one version in another."""
    return shown(schemas.MigrationPlanOut, operations.plan_migration(context, migration=migration_of(body)))


@router.post("/migrations/preview")
@calls(operations.preview_migration)
def preview_migration(
    context: Caller,
    body: schemas.MigrationPlanIn,
    cursor: Cursor,
    verdict: Literal["migrates", "waits", "cannot", "stuck"] | None = None,
    limit: Limit = 50,
) -> schemas.MigrationRunOut:
    """Whether each active instance of the source version migrates, waits or cannot, and why; nothing is changed.

    The verdict stuck: it could migrate, but would then wait for ever at a join.
    """
    run = operations.preview_migration(
        context, migration=migration_of(body), verdict=verdict, cursor=cursor.position, limit=limit
    )
    answer = shown(schemas.MigrationRunOut, run)
    return answer.model_copy(update={"next_cursor": cursor.follow(run.next_cursor)})


@router.post("/instances/{instance_key}/migration/preview")
@calls(operations.check_migration)
def check_migration(context: Caller, instance_key: str, body: schemas.MigrationPlanIn) -> schemas.InstanceVerdictOut:
    """Whether one instance migrates, and why not."""
    verdict = operations.check_migration(context, instance_key=instance_key, migration=migration_of(body))
    return shown(schemas.InstanceVerdictOut, verdict)


@router.post("/instances/{instance_key}/migration", status_code=204)
@calls(operations.migrate_instance)
def migrate_instance(context: Caller, instance_key: str, body: schemas.MigrationIn) -> None:
    """Carry one instance over to another version; it stays as it is when something stands in the way.

    Refused where it would then wait for ever at a join, unless allow_stuck is true.
    """
    migration = replace(migration_of(body), allows_stuck=body.allow_stuck)
    operations.migrate_instance(context, instance_key=instance_key, migration=migration, reason=body.reason)


@router.get("/operator-actions")
@calls(operations.list_actions)
def list_actions(
    context: Caller,
    cursor: Cursor,
    instance_key: str | None = None,
    batch_id: str | None = None,
    limit: Limit = 50,
) -> PageOut[schemas.OperatorActionOut]:
    """What operators did, newest first, with their reasons."""
    page = operations.list_actions(
        context, instance_key=instance_key, batch_id=batch_id, cursor=cursor.position, limit=limit
    )
    return shown_page(schemas.OperatorActionOut, page, cursor)


def modification_of(body: schemas.ModificationPreviewIn) -> operations.Modification:
    """As the use case takes it."""
    return operations.Modification(
        changes=tuple(
            operations.ChangeOrder(
                action=one.action,
                element_id=one.element_id,
                token_id=one.token_id,
                scope_id=one.scope_id,
                variables=from_wire(one.variables),
            )
            for one in body.changes
        ),
        moves=tuple((one.source, one.target) for one in body.moves),
        variables=from_wire(body.variables),
    )


def migration_of(body: schemas.MigrationPlanIn) -> operations.MigrationOrder:
    """As the use case takes it."""
    return operations.MigrationOrder(
        process_id=body.process_id,
        source_version=body.source_version,
        target_version=body.target_version,
        mapping=body.mapping,
        renewed=tuple(body.renewed),
    )
