# SPDX-License-Identifier: Apache-2.0
"""Operating running processes: suspend and resume, modify, migrate; and the record of what operators did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from taktloom.app.context import Context, use_case
from taktloom.assure.permissions import Permission
from taktloom.feel.values import FeelValue
from taktloom.kernel.events import TokenAction, TokenChange
from taktloom.kernel.migration_plan import ElementMatch, Verdict
from taktloom.model.identifiers import BatchId, ElementId, InstanceKey, ProcessId, ScopeId, TokenId
from taktloom.model.interventions import (
    InstanceVerdict,
    MigrationRequest,
    MigrationRun,
    ModificationPreview,
    OperatorAction,
    TokenMove,
)
from taktloom.model.operations import Page

if TYPE_CHECKING:
    from taktloom.hosts.embedded.advancing.operator_actions import Order

__all__ = ["ChangeOrder", "MigrationOrder", "Modification", "PlannedMigration"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOrder:
    """One change of a modification; see kernel.events.TokenChange."""

    action: str
    element_id: str
    token_id: str | None = None
    scope_id: str | None = None
    variables: Mapping[str, FeelValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Modification:
    """changes, and moves as pairs of elements, from and to. variables: of the instance, set before its tokens move.

    allows_stuck: also where the instance would then wait for ever at a join.
    """

    changes: tuple[ChangeOrder, ...] = ()
    moves: tuple[tuple[str, str], ...] = ()
    variables: Mapping[str, FeelValue] = field(default_factory=dict)
    allows_stuck: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationOrder:
    """From one version of a process to another; mapping: ids of elements, None: no place in the target.

    allows_stuck: also instances that would then wait for ever at a join.
    """

    process_id: str
    source_version: int
    target_version: int
    mapping: Mapping[str, str | None] = field(default_factory=dict)
    renewed: tuple[str, ...] = ()
    allows_stuck: bool = False

    def request(self) -> MigrationRequest:
        """As the engine takes it."""
        return MigrationRequest(
            process_id=ProcessId(self.process_id),
            source_version=self.source_version,
            target_version=self.target_version,
            mapping={
                ElementId(one): None if other is None else ElementId(other) for one, other in self.mapping.items()
            },
            renewed=tuple(ElementId(one) for one in self.renewed),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMigration:
    """What becomes of each element of the source; see kernel.migration_plan.MigrationPlan."""

    matches: tuple[ElementMatch, ...]
    added: tuple[ElementId, ...]
    changed: tuple[ElementId, ...]


@use_case(Permission.INSTANCE_OPERATE)
def suspend_instance(context: Context, *, instance_key: str, reason: str) -> None:
    """Suspend an instance and those that it has called."""
    context.rooms.engine.suspension.suspend(InstanceKey(instance_key), _order(context, reason))
    context.audit("suspend-instance", f"instance {instance_key}", reason=reason)


@use_case(Permission.INSTANCE_OPERATE)
def resume_instance(context: Context, *, instance_key: str, reason: str = "") -> None:
    """Let a suspended instance go on."""
    context.rooms.engine.suspension.resume(InstanceKey(instance_key), _order(context, reason))
    context.audit("resume-instance", f"instance {instance_key}", reason=reason)


@use_case(Permission.INSTANCE_OPERATE)
def suspend_version(context: Context, *, process_id: str, version: int | None = None, reason: str) -> int:
    """Let no instance of a version start, None: of any version; how many versions were suspended."""
    order = _order(context, reason)
    changed = context.rooms.engine.suspension.suspend_version(ProcessId(process_id), order, version=version)
    context.audit("suspend-version", _version(process_id, version), reason=reason)
    return changed


@use_case(Permission.INSTANCE_OPERATE)
def resume_version(context: Context, *, process_id: str, version: int | None = None, reason: str = "") -> int:
    """Let instances of a version start again."""
    order = _order(context, reason)
    changed = context.rooms.engine.suspension.resume_version(ProcessId(process_id), order, version=version)
    context.audit("resume-version", _version(process_id, version), reason=reason)
    return changed


@use_case(Permission.INSTANCE_OPERATE)
def preview_modification(context: Context, *, instance_key: str, modification: Modification) -> ModificationPreview:
    """What a modification would begin and end, and where it would be stuck; nothing is changed."""
    changes, moves = changes_of(modification)
    modifications = context.rooms.engine.modifications
    return modifications.preview(InstanceKey(instance_key), changes, moves, variables=modification.variables)


@use_case(Permission.INSTANCE_OPERATE)
def modify_instance(context: Context, *, instance_key: str, modification: Modification, reason: str) -> None:
    """Move tokens, all changes or none."""
    changes, moves = changes_of(modification)
    order = _order(context, reason, allows_stuck=modification.allows_stuck)
    modifications = context.rooms.engine.modifications
    modifications.modify(InstanceKey(instance_key), changes, order, moves, variables=modification.variables)
    context.audit("modify-instance", f"instance {instance_key}", reason=reason)


@use_case(Permission.INSTANCE_VIEW)
def plan_migration(context: Context, *, migration: MigrationOrder) -> PlannedMigration:
    """Match the elements of two versions."""
    plan = context.rooms.engine.migrations.plan(migration.request())
    return PlannedMigration(matches=plan.matches, added=plan.added, changed=plan.changed)


@use_case(Permission.INSTANCE_VIEW)
def preview_migration(
    context: Context,
    *,
    migration: MigrationOrder,
    verdict: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> MigrationRun:
    """Whether each active instance of the source migrates, and why not; verdict: only these are listed."""
    wanted = None if verdict is None else Verdict(verdict)
    return context.rooms.engine.migrations.dry_run(migration.request(), verdict=wanted, cursor=cursor, limit=limit)


@use_case(Permission.INSTANCE_VIEW)
def check_migration(context: Context, *, instance_key: str, migration: MigrationOrder) -> InstanceVerdict:
    """As preview_migration, of one instance."""
    return context.rooms.engine.migrations.check(InstanceKey(instance_key), migration.request())


@use_case(Permission.INSTANCE_OPERATE)
def migrate_instance(context: Context, *, instance_key: str, migration: MigrationOrder, reason: str) -> None:
    """Carry one instance over to another version."""
    order = _order(context, reason, allows_stuck=migration.allows_stuck)
    context.rooms.engine.migrations.migrate(InstanceKey(instance_key), migration.request(), order)
    target = f"instance {instance_key} to version {migration.target_version}"
    context.audit("migrate-instance", target, reason=reason)


@use_case(Permission.INSTANCE_VIEW)
def list_actions(
    context: Context,
    *,
    instance_key: str | None = None,
    batch_id: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[OperatorAction]:
    """What operators did, newest first."""
    return context.rooms.engine.operator_actions.search(
        instance_key=None if instance_key is None else InstanceKey(instance_key),
        batch_id=None if batch_id is None else BatchId(batch_id),
        cursor=cursor,
        limit=limit,
    )


def changes_of(modification: Modification) -> tuple[tuple[TokenChange, ...], tuple[TokenMove, ...]]:
    """As the engine takes them."""
    changes = tuple(
        TokenChange(
            action=TokenAction(one.action),
            element_id=ElementId(one.element_id),
            token_id=None if one.token_id is None else TokenId(one.token_id),
            scope_id=None if one.scope_id is None else ScopeId(one.scope_id),
            variables=one.variables,
        )
        for one in modification.changes
    )
    moves = tuple(
        TokenMove(source=ElementId(source), target=ElementId(target)) for source, target in modification.moves
    )
    return changes, moves


def _order(context: Context, reason: str, *, allows_stuck: bool = False) -> "Order":
    from taktloom.hosts.embedded.advancing.operator_actions import Order

    return Order(actor=context.principal.name, reason=reason, allows_stuck=allows_stuck)


def _version(process_id: str, version: int | None) -> str:
    return f"process {process_id}" if version is None else f"process {process_id}:{version}"
