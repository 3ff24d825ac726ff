# SPDX-License-Identifier: Apache-2.0
"""Batches: one operation over many instances or incidents; incidents by cause, and skipping one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from taktloom.app.context import Context, use_case
from taktloom.app.operations import MigrationOrder, Modification, changes_of
from taktloom.assure.permissions import Permission
from taktloom.feel.values import FeelValue
from taktloom.model.identifiers import BatchId, ProcessId
from taktloom.model.interventions import (
    Batch,
    BatchItem,
    BatchItemState,
    BatchKind,
    IncidentGroup,
    RestartRequest,
    Selection,
)
from taktloom.model.operations import Page

if TYPE_CHECKING:
    from taktloom.hosts.embedded.advancing.operator_actions import Order

__all__ = ["BatchOrder", "BatchPreview"]

_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOrder:
    """What to do to which targets; variables: to set, or the results of what is skipped. restart None: as it began.

    allows_stuck: of a migration or modification, also where an instance would then wait for ever at a join.
    """

    kind: str
    selection: Selection
    variables: Mapping[str, FeelValue] = field(default_factory=dict)
    migration: MigrationOrder | None = None
    modification: Modification = field(default_factory=Modification)
    restart: RestartRequest | None = None
    allows_stuck: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPreview:
    """How many targets a batch would have, and the first of them."""

    targets: int
    first: tuple[str, ...]


@use_case(Permission.INSTANCE_VIEW)
def list_incident_groups(
    context: Context, *, process_id: str | None = None, cursor: str | None = None, limit: int = 50
) -> Page[IncidentGroup]:
    """Open incidents by cause, the most frequent cause first."""
    return context.rooms.engine.incident_groups.search(
        process_id=None if process_id is None else ProcessId(process_id), cursor=cursor, limit=limit
    )


@use_case(Permission.INSTANCE_VIEW)
def preview_batch(context: Context, *, order: BatchOrder) -> BatchPreview:
    """The targets that a batch would have."""
    targets = context.rooms.engine.batches.preview(BatchKind(order.kind), order.selection)
    return BatchPreview(targets=len(targets), first=targets[:_SHOWN])


@use_case(Permission.INSTANCE_OPERATE)
def create_batch(context: Context, *, order: BatchOrder, reason: str) -> Batch:
    """Store a batch; it runs beside other work."""
    from taktloom.hosts.embedded.operations.batches import BatchParameters

    changes, moves = changes_of(order.modification)
    parameters = BatchParameters(
        variables=order.variables,
        migration=None if order.migration is None else order.migration.request(),
        changes=changes,
        moves=moves,
        restart=order.restart,
        allows_stuck=order.allows_stuck,
    )
    batches = context.rooms.engine.batches
    batch = batches.create(BatchKind(order.kind), order.selection, parameters, _order(context, reason))
    context.audit(f"batch-{order.kind}", f"batch {batch.batch_id}, {batch.total} targets", reason=reason)
    return batch


@use_case(Permission.INSTANCE_OPERATE)
def run_batches(context: Context) -> int:
    """Run what is pending now, in this program: for the command line. How many targets were looked at."""
    return context.rooms.engine.batches.run_due()


@use_case(Permission.INSTANCE_VIEW)
def list_batches(context: Context, *, cursor: str | None = None, limit: int = 50) -> Page[Batch]:
    """Batches, newest first."""
    return context.rooms.engine.batches.search(cursor=cursor, limit=limit)


@use_case(Permission.INSTANCE_VIEW)
def show_batch(context: Context, *, batch_id: str) -> Batch:
    """One batch and how far it is."""
    return context.rooms.engine.batches.get(BatchId(batch_id))


@use_case(Permission.INSTANCE_VIEW)
def list_batch_items(
    context: Context, *, batch_id: str, state: str | None = None, cursor: str | None = None, limit: int = 50
) -> Page[BatchItem]:
    """The targets of a batch and what became of each."""
    return context.rooms.engine.batches.items(
        BatchId(batch_id), state=None if state is None else BatchItemState(state), cursor=cursor, limit=limit
    )


@use_case(Permission.INSTANCE_OPERATE)
def turn_batch(context: Context, *, batch_id: str, action: str, reason: str = "") -> Batch:
    """Pause, resume, cancel, or retry the failed targets of a batch."""
    batches, order = context.rooms.engine.batches, _order(context, reason)
    turns = {"pause": batches.pause, "resume": batches.resume, "cancel": batches.cancel, "retry": batches.retry}
    batch = turns[action](BatchId(batch_id), order)
    context.audit(f"{action}-batch", f"batch {batch_id}", reason=reason)
    return batch


def _order(context: Context, reason: str) -> "Order":
    from taktloom.hosts.embedded.advancing.operator_actions import Order

    return Order(actor=context.principal.name, reason=reason)
