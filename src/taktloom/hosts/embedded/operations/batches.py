# SPDX-License-Identifier: Apache-2.0
"""Batches: one operation over many instances or incidents, each for itself, with progress that survives a crash.

A batch is stored with a row per target. Each target is claimed, operated on and marked done in one transaction, so that
a crash in between leaves it as it was and a second engine cannot do it again; one that is refused is marked failed with
the reason and stops no other. Targets are run in small groups, between which other work has its turn.
"""

import json
import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from taktloom.feel.values import FeelValue
from taktloom.feel.wire import utf8, values_from_python
from taktloom.hosts.embedded.advancing.advance import advance, event_time
from taktloom.hosts.embedded.advancing.instances import Instances
from taktloom.hosts.embedded.advancing.operator_actions import Order, record_action, require_reason
from taktloom.hosts.embedded.core.changes import Topic
from taktloom.hosts.embedded.core.limits import page_size, require_within
from taktloom.hosts.embedded.core.unit import Core, Unit
from taktloom.hosts.embedded.core.values import ValueOwner
from taktloom.hosts.embedded.operations.incident_groups import IncidentGroups
from taktloom.hosts.embedded.operations.incidents import incident_row, resolve_incident
from taktloom.hosts.embedded.operations.migration import migrate_instance
from taktloom.hosts.embedded.operations.modification import feel_changes, modify_instance, set_variables
from taktloom.hosts.embedded.operations.restarts import restart_instance
from taktloom.hosts.embedded.operations.retention import delete_ended_instance
from taktloom.hosts.embedded.operations.suspension import resume_instance, suspend_instance
from taktloom.kernel.events import InstanceCancelled, TokenAction, TokenChange
from taktloom.kernel.record_form import load_record, save_record
from taktloom.model.cursors import number_of_cursor
from taktloom.model.errors import ConflictError, MisuseError, NotFoundError, TaktloomError, UnexpectedError
from taktloom.model.identifiers import BatchId, ElementId, IncidentId, InstanceKey, TenantId
from taktloom.model.interventions import (
    Batch,
    BatchItem,
    BatchItemState,
    BatchKind,
    BatchState,
    MigrationRequest,
    RestartRequest,
    Selection,
    TokenMove,
)
from taktloom.model.operations import InstanceQuery, Page
from taktloom.model.places import Place
from taktloom.storage import Row, to_micros

__all__ = ["BatchParameters", "BatchStateError", "BatchThread", "Batches", "EmptyBatchError", "UnknownBatchError"]

_LOG = logging.getLogger(__name__)
_GROUP = 20  # targets that are under way at once: enough to share a commit, few enough to let others in
_PAGE = 500
_LOOK_AGAIN = timedelta(seconds=30)


class EmptyBatchError(MisuseError):
    """Nothing was selected."""

    code = "TL-2584"


class UnknownBatchError(NotFoundError):
    """No batch has that id."""

    code = "TL-2585"


class BatchStateError(ConflictError):
    """The batch is over, or not in the state that the call needs."""

    code = "TL-2586"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchParameters:
    """What the operation needs beside its targets: variables to set, a migration, changes and moves, a restart.

    allows_stuck: as in `Order`.
    """

    variables: Mapping[str, object] = field(default_factory=dict)
    migration: MigrationRequest | None = None
    changes: tuple[TokenChange, ...] = ()
    moves: tuple[TokenMove, ...] = ()
    restart: RestartRequest | None = None
    allows_stuck: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FeelParameters(BatchParameters):
    """Parameters as they are stored and used: their variables are FEEL values."""

    variables: Mapping[str, FeelValue] = field(default_factory=dict)


class Batches:
    """Batches of one tenant; `run_due` runs those of all."""

    def __init__(self, core: Core, tenant_id: TenantId) -> None:
        self._core, self._tenant_id = core, tenant_id
        self._instances, self._groups = Instances(core, tenant_id), IncidentGroups(core, tenant_id)

    def preview(self, kind: BatchKind, selection: Selection) -> tuple[str, ...]:
        """The targets that a batch would have. Raises LimitExceededError, MisuseError for a selection of nothing."""
        targets = tuple(dict.fromkeys(self._targets(kind, selection)))
        require_within("batch_targets", len(targets), self._core.limits.batch_targets)
        return targets

    def create(self, kind: BatchKind, selection: Selection, parameters: BatchParameters, order: Order) -> Batch:
        """Store a batch, which begins at once. Raises EmptyBatchError, ReasonMissingError, and what preview raises."""
        require_reason(order, self._core.limits.text_characters)
        if kind is BatchKind.MIGRATE and parameters.migration is None:
            raise MisuseError("A migration needs its two versions.", remedy="Give process, source and target version.")
        targets = self.preview(kind, selection)
        if not targets:
            raise EmptyBatchError("Nothing is selected.", remedy="Look at the preview of the selection.")
        given = _feel_parameters(parameters)
        return self._core.submit(self._tenant_id, lambda unit: _insert(unit, kind, targets, given, order))

    def search(self, *, cursor: str | None = None, limit: int = 50) -> Page[Batch]:
        """Batches, newest first."""
        limit = page_size(limit, self._core.limits)
        with self._core.database.reading() as session:
            rows = session.all("list_batches", tenant_id=self._tenant_id, before=cursor, limit=limit + 1)
        items = tuple(map(_batch, rows[:limit]))
        return Page(items=items, next_cursor=items[-1].batch_id if len(rows) > limit else None)

    def get(self, batch_id: BatchId) -> Batch:
        """One batch; raises UnknownBatchError."""
        with self._core.database.reading() as session:
            row = session.first("batch_by_id", tenant_id=self._tenant_id, batch_id=batch_id)
        return _batch(_found(row, batch_id))

    def items(
        self, batch_id: BatchId, *, state: BatchItemState | None = None, cursor: str | None = None, limit: int = 50
    ) -> Page[BatchItem]:
        """The targets of a batch in order; raises UnknownBatchError."""
        batch, limit = self.get(batch_id), page_size(limit, self._core.limits)
        after = number_of_cursor(cursor) or 0
        with self._core.database.reading() as session:
            rows = session.all(
                "batch_items",
                tenant_id=self._tenant_id,
                batch_id=batch_id,
                state=None if state is None else state.value,
                after=after,
                limit=limit + 1,
            )
        items = tuple(map(_item, rows[:limit]))
        next_cursor = str(items[-1].position) if len(rows) > limit else None
        return Page(items=items, next_cursor=next_cursor, total=batch.total if state is None else None)

    def pause(self, batch_id: BatchId, order: Order) -> Batch:
        """Begin no further target; raises UnknownBatchError, BatchStateError."""
        return self._turn(batch_id, {BatchState.RUNNING}, BatchState.PAUSED, order)

    def resume(self, batch_id: BatchId, order: Order) -> Batch:
        """Go on with a paused one; raises UnknownBatchError, BatchStateError."""
        return self._turn(batch_id, {BatchState.PAUSED}, BatchState.RUNNING, order)

    def cancel(self, batch_id: BatchId, order: Order) -> Batch:
        """Skip what is left; what is done stays done. Raises UnknownBatchError, BatchStateError."""
        return self._turn(batch_id, {BatchState.RUNNING, BatchState.PAUSED}, BatchState.CANCELLED, order)

    def retry(self, batch_id: BatchId, order: Order) -> Batch:
        """Try the failed targets of a batch that is over once more; raises UnknownBatchError, BatchStateError."""
        return self._turn(batch_id, {BatchState.DONE}, BatchState.RUNNING, order)

    def run_due(self) -> int:
        """Run all batches of all tenants to their end, or until they are paused; how many targets were looked at."""
        looked_at = 0
        while True:
            group = self._next_group()
            if not group:
                return looked_at
            looked_at += len(group)
            futures = [(row, self._core.post(_tenant(row), partial(_run_item, row=row))) for row in group]
            for row, future in futures:
                self._note(row, future)

    def _next_group(self) -> list[Row]:
        with self._core.database.reading() as session:
            return session.all("due_batch_items", limit=_GROUP)

    def _note(self, row: Row, future: "Future[None]") -> None:
        error = future.exception()
        if error is None:
            return
        if not isinstance(error, TaktloomError):
            _LOG.error("a target of batch %s failed", row.text("batch_id"), exc_info=error)
            error = UnexpectedError("Something went wrong on our side; the log tells more.")
        failure = error
        self._core.submit(_tenant(row), lambda unit: _fail_item(unit, row, failure))

    def _turn(self, batch_id: BatchId, allowed: set[BatchState], to: BatchState, order: Order) -> Batch:
        def work(unit: Unit) -> Batch:
            row = _found(unit.session.first("batch_by_id", tenant_id=unit.tenant_id, batch_id=batch_id), batch_id)
            present = BatchState(row.text("state"))
            if present not in allowed:
                raise BatchStateError(
                    f"The batch {batch_id} is {present.value}.",
                    Place(element_id=batch_id),
                    "Look at the batch again; nothing was changed.",
                    {"batch_id": batch_id, "state": present.value},
                )
            name = {"tenant_id": unit.tenant_id, "batch_id": batch_id}
            if present is BatchState.DONE:
                unit.session.run("reopen_failed_items", **name)
            if to is BatchState.CANCELLED:
                unit.session.run("skip_pending_items", **name, now=to_micros(unit.now))
            ended_at = to_micros(unit.now) if to is BatchState.CANCELLED else None
            unit.session.run("turn_batch", **name, state=to.value, ended_at=ended_at)
            unit.session.run("count_batch", **name)
            record_action(unit, f"batch-{to.value}", Order(actor=order.actor, reason=order.reason, batch_id=batch_id))
            _end_if_over(unit, batch_id)
            unit.note(Topic.INSTANCES, "batch")
            return _batch(_found(unit.session.first("batch_by_id", **name), batch_id))

        return self._core.submit(self._tenant_id, work)

    def _targets(self, kind: BatchKind, selection: Selection) -> Iterable[str]:
        limit = self._core.limits.batch_targets + 1
        if selection.keys:
            return selection.keys
        if kind.is_of_incidents:
            if selection.signature is not None:
                return self._groups.incidents(selection.signature, limit)
            with self._core.database.reading() as session:
                rows = session.all(
                    "open_incident_ids", tenant_id=self._tenant_id, process_id=selection.process_id, limit=limit
                )
            return [row.text("incident_id") for row in rows]
        if selection.query is None:
            raise MisuseError("No instances are selected.", remedy="Give their keys, or a filter of instances.")
        return self._instances_of(selection.query, limit)

    def _instances_of(self, query: InstanceQuery, limit: int) -> list[str]:
        found: list[str] = []
        cursor: str | None = None
        while len(found) < limit:
            page = self._instances.search(_page_of(query, cursor))
            found.extend(one.instance_key for one in page.items)
            cursor = page.next_cursor
            if cursor is None:
                break
        return found[::-1]  # oldest first


class BatchThread:
    """Runs batches as soon as there are any."""

    def __init__(self, core: Core, batches: Batches) -> None:
        self._batches = batches
        self._wake = threading.Event()
        self._is_stopping = False
        self._unsubscribe = core.feed.wake(self._wake.set, [(Topic.INSTANCES, "batch")])
        self._thread = threading.Thread(target=self._loop, name="taktloom-batches", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the group in hand."""
        self._unsubscribe()
        self._is_stopping = True
        self._wake.set()
        self._thread.join()

    def _loop(self) -> None:
        while not self._is_stopping:
            self._wake.clear()
            try:
                self._batches.run_due()
            except Exception:  # the thread must survive a full disk; the targets stay pending
                _LOG.exception("running batches failed")
            if not self._is_stopping:
                self._wake.wait(_LOOK_AGAIN.total_seconds())


# running


def _run_item(unit: Unit, row: Row) -> None:
    """Claim the target, operate, all in one transaction; a claim that finds nothing left to do does nothing."""
    batch_id = BatchId(row.text("batch_id"))
    name = {"tenant_id": unit.tenant_id, "batch_id": batch_id}
    if not unit.session.run("claim_batch_item", **name, position=row.integer("position"), now=to_micros(unit.now)):
        return
    batch = unit.session.first("batch_by_id", **name)
    assert batch is not None  # it has this item
    parameters = _parameters(unit, batch)
    order = Order(
        actor=batch.text_or_none("created_by"),
        reason=batch.text("reason"),
        batch_id=batch_id,
        allows_stuck=parameters.allows_stuck,
    )
    _OPERATIONS[BatchKind(batch.text("kind"))](unit, row.text("target"), parameters, order)
    unit.session.run("add_to_batch", **name, done=1, failed=0)
    _end_if_over(unit, batch_id)
    unit.note(Topic.INSTANCES, "advanced")


def _fail_item(unit: Unit, row: Row, error: TaktloomError) -> None:
    batch_id = BatchId(row.text("batch_id"))
    name = {"tenant_id": unit.tenant_id, "batch_id": batch_id}
    if unit.session.run(
        "fail_batch_item",
        **name,
        position=row.integer("position"),
        error_code=error.code,
        message=error.cause[: unit.core.limits.text_characters],
        now=to_micros(unit.now),
    ):
        unit.session.run("add_to_batch", **name, done=0, failed=1)
        _end_if_over(unit, batch_id)


def _end_if_over(unit: Unit, batch_id: BatchId) -> None:
    unit.session.run("end_batch", tenant_id=unit.tenant_id, batch_id=batch_id, now=to_micros(unit.now))


def _retry(unit: Unit, target: str, parameters: FeelParameters, order: Order) -> None:
    resolve_incident(unit, IncidentId(target), parameters.variables, order)


def _skip(unit: Unit, target: str, parameters: FeelParameters, order: Order) -> None:
    row = incident_row(unit.session, unit.tenant_id, IncidentId(target))
    skip_incident(unit, row, parameters.variables, order)


def skip_incident(unit: Unit, row: Row, variables: Mapping[str, FeelValue], order: Order) -> None:
    """Complete the visit that the open incident holds up, with these results. row: of incident."""
    key, incident_id = InstanceKey(row.text("instance_key")), IncidentId(row.text("incident_id"))
    wait = unit.instance(key).state.incidents.get(incident_id)
    change = TokenChange(
        action=TokenAction.COMPLETE,
        element_id=ElementId(row.text("element_id")),
        token_id=None if wait is None else wait.token,
        variables=variables,
    )
    modify_instance(unit, key, (change,), replace(order, allows_stuck=True))  # it stands where it stood


def _cancel(unit: Unit, target: str, parameters: FeelParameters, order: Order) -> None:
    del parameters
    instance = unit.instance(InstanceKey(target))
    event = InstanceCancelled(occurred_at=event_time(unit, instance), actor=order.actor, reason=order.reason)
    advance(unit, instance, event)
    name = {"instance_key": instance.instance_key}
    record_action(unit, "cancel-instance", order, **name, process_id=instance.definition.process_id)


def _suspend(unit: Unit, target: str, parameters: FeelParameters, order: Order) -> None:
    del parameters
    suspend_instance(unit, InstanceKey(target), order)


def _resume(unit: Unit, target: str, parameters: FeelParameters, order: Order) -> None:
    del parameters
    resume_instance(unit, InstanceKey(target), order)


def _migrate(unit: Unit, target: str, parameters: FeelParameters, order: Order) -> None:
    assert parameters.migration is not None  # checked when the batch was made
    migrate_instance(unit, InstanceKey(target), parameters.migration, order)


def _modify(unit: Unit, target: str, parameters: FeelParameters, order: Order) -> None:
    if parameters.variables:
        _set_variables(unit, target, parameters, order)
    modify_instance(unit, InstanceKey(target), parameters.changes, order, moves=parameters.moves)


def _set_variables(unit: Unit, target: str, parameters: FeelParameters, order: Order) -> None:
    set_variables(unit, InstanceKey(target), parameters.variables, order)


def _restart(unit: Unit, target: str, parameters: FeelParameters, order: Order) -> None:
    request = parameters.restart or RestartRequest()
    restart_instance(unit, InstanceKey(target), request, parameters.variables, order)


def _delete_history(unit: Unit, target: str, parameters: FeelParameters, order: Order) -> None:
    del parameters
    delete_ended_instance(unit, InstanceKey(target), order)


_OPERATIONS: Mapping[BatchKind, Callable[[Unit, str, FeelParameters, Order], None]] = {
    BatchKind.RETRY: _retry,
    BatchKind.SKIP: _skip,
    BatchKind.CANCEL: _cancel,
    BatchKind.SUSPEND: _suspend,
    BatchKind.RESUME: _resume,
    BatchKind.MIGRATE: _migrate,
    BatchKind.MODIFY: _modify,
    BatchKind.SET_VARIABLES: _set_variables,
    BatchKind.RESTART: _restart,
    BatchKind.DELETE_HISTORY: _delete_history,
}


# rows


def _insert(unit: Unit, kind: BatchKind, targets: Sequence[str], parameters: FeelParameters, order: Order) -> Batch:
    batch_id = BatchId(unit.core.ids.record_id(unit.now))
    name = {"tenant_id": unit.tenant_id, "batch_id": batch_id}
    content = dump_parameters(parameters)
    require_within("variable_bytes", len(content), unit.core.limits.variable_bytes)
    unit.session.run(
        "insert_batch",
        **name,
        kind=kind.value,
        reason=order.reason,
        created_at=to_micros(unit.now),
        created_by=order.actor,
        total=len(targets),
        parameters_sealed=unit.core.codec.seal(content, ValueOwner(tenant_id=unit.tenant_id)),
    )
    for position, target in enumerate(targets, 1):
        unit.session.run("insert_batch_item", **name, position=position, target=target)
    batch_order = Order(actor=order.actor, reason=order.reason, batch_id=batch_id)
    record_action(unit, "create-batch", batch_order, kind=kind.value, targets=len(targets))
    unit.note(Topic.INSTANCES, "batch")
    return _batch(_found(unit.session.first("batch_by_id", **name), batch_id))


def _feel_parameters(given: BatchParameters) -> FeelParameters:
    return FeelParameters(
        variables=values_from_python(given.variables),
        migration=given.migration,
        changes=feel_changes(given.changes),
        moves=given.moves,
        restart=given.restart,
        allows_stuck=given.allows_stuck,
    )


def dump_parameters(parameters: FeelParameters) -> bytes:
    """As stored: the JSON form of the kernel's records."""
    return utf8(save_record(parameters))


def _parameters(unit: Unit, batch: Row) -> FeelParameters:
    owner = ValueOwner(tenant_id=unit.tenant_id)
    content = unit.core.codec.unseal(batch.blob("parameters_sealed"), owner)
    parameters: FeelParameters = load_record(FeelParameters, json.loads(content))
    return parameters


def _found(row: Row | None, batch_id: BatchId) -> Row:
    if row is None:
        raise UnknownBatchError(
            f"There is no batch {batch_id}.",
            Place(element_id=batch_id),
            "Look at the list of batches.",
            {"batch_id": batch_id},
        )
    return row


def _tenant(row: Row) -> TenantId:
    return TenantId(row.text("tenant_id"))


def _page_of(query: InstanceQuery, cursor: str | None) -> InstanceQuery:
    return replace(query, cursor=cursor, limit=_PAGE)


def _batch(row: Row) -> Batch:
    return Batch(
        batch_id=BatchId(row.text("batch_id")),
        kind=BatchKind(row.text("kind")),
        state=BatchState(row.text("state")),
        reason=row.text("reason"),
        created_at=row.instant("created_at"),
        created_by=row.text_or_none("created_by"),
        ended_at=row.instant_or_none("ended_at"),
        total=row.integer("total"),
        done=row.integer("done"),
        failed=row.integer("failed"),
    )


def _item(row: Row) -> BatchItem:
    return BatchItem(
        position=row.integer("position"),
        target=row.text("target"),
        state=BatchItemState(row.text("state")),
        error_code=row.text_or_none("error_code"),
        message=row.text_or_none("message"),
        ended_at=row.instant_or_none("ended_at"),
    )
