# SPDX-License-Identifier: Apache-2.0
"""How long ended instances are kept, what they write to the event log, and removing them whole.

A policy counts days from the end of an instance, for each process. What is due goes by itself while the engine runs, in
bounded batches, oldest first; a called instance goes when its caller is over. An instance on hold stays, whatever the
policy says. With an instance goes everything of it but the record of what operators did. On PostgreSQL instances are
due with the month in which they ended, and their journal and events go with its partitions (postgresql_months.py).
"""

import logging
import threading
from datetime import timedelta

from taktloom.hosts.embedded.advancing.operator_actions import Order, record_action, require_reason
from taktloom.hosts.embedded.core.changes import Topic
from taktloom.hosts.embedded.core.limits import page_size
from taktloom.hosts.embedded.core.live import unknown_instance
from taktloom.hosts.embedded.core.unit import Core, Unit
from taktloom.hosts.embedded.operations.steady_time import SteadyTime
from taktloom.model.errors import ConflictError, MisuseError
from taktloom.model.identifiers import InstanceKey, ProcessId, TenantId
from taktloom.model.interventions import HistoryLevel, Purge, RetentionPolicy
from taktloom.model.operations import Page
from taktloom.model.places import Place
from taktloom.storage import Row, to_micros

__all__ = ["InstanceKeptError", "Retention", "RetentionThread", "delete_ended_instance"]

_LOG = logging.getLogger(__name__)
_AT_ONCE = 50  # instances removed in one transaction
_PER_RUN = 5_000
_PAUSE = timedelta(minutes=10)
_LONGEST_DAYS = 36_500
_COUNTED_DAYS = 731  # how long the counters of decisions and rules are kept
_MICROSECONDS_PER_DAY = 86_400_000_000
_BY_ITSELF = Order(actor="retention", reason="The retention policy of the process.")

# Rows that refer to others go before those; each statement takes tenant_id and instance_key.
_PARTS = (
    "delete_attachment_contents_of_instance",
    "delete_attachments_of_instance",
    "delete_comments_of_instance",
    "delete_task_events_of_instance",
    "delete_task_places_of_instance",
    "delete_task_groups_of_instance",
    "delete_user_tasks_of_instance",
    "delete_task_values_of_instance",
    "delete_jobs_of_instance",
    "delete_timers_of_instance",
    "delete_subscriptions_of_instance",
    "delete_signals_of_instance",
    "delete_incidents_of_instance",
    "delete_outbox_of_instance",
    "delete_events_of_instance",
    "delete_journal_of_instance",
    "delete_state_of_instance",
    "delete_instance",
)


class InstanceKeptError(ConflictError):
    """The instance still runs, is on hold, or was called by one that runs: it cannot be deleted."""

    code = "TL-2587"


class Retention:
    """Policies of one tenant; `run_due` runs those of all."""

    def __init__(self, core: Core, tenant_id: TenantId) -> None:
        self._core, self._tenant_id = core, tenant_id

    def policies(self, *, cursor: str | None = None, limit: int = 100) -> Page[RetentionPolicy]:
        """One for each process, by id, with what is due now: the preview of the next run."""
        limit, now = page_size(limit, self._core.limits), to_micros(self._core.clock.now())
        with self._core.database.reading() as session:
            rows = session.all(
                "retention_policies", tenant_id=self._tenant_id, after=cursor or "", now=now, limit=limit + 1
            )
        items = tuple(map(_policy, rows[:limit]))
        return Page(items=items, next_cursor=items[-1].process_id if len(rows) > limit else None)

    def set_policy(self, process_id: ProcessId, days: int | None, level: HistoryLevel, order: Order) -> None:
        """Keep ended instances for *days*, None: for ever; *level* counts for instances that start from now on.

        Raises UnknownProcessError, ReasonMissingError, MisuseError for days that cannot be.
        """
        require_reason(order, self._core.limits.text_characters)
        if days is not None and not 0 <= days <= _LONGEST_DAYS:
            raise MisuseError(
                f"Ended instances cannot be kept for {days} days.",
                remedy=f"Give 0 to {_LONGEST_DAYS} days, or none to keep them for ever.",
                parameters={"days": str(days)},
            )

        def work(unit: Unit) -> None:
            unit.core.catalogue.startable(unit.session, unit.tenant_id, process_id, None)
            name = {"tenant_id": unit.tenant_id, "process_id": process_id}
            unit.session.run("set_retention", **name, days=days, history_level=level.value)
            record_action(unit, "set-retention", order, process_id=process_id, days=days, history_level=level.value)
            unit.note(Topic.PROCESSES, "retention-set")

        self._core.submit(self._tenant_id, work)

    def hold(self, instance_key: InstanceKey, order: Order, *, is_kept: bool) -> None:
        """Keep the instance whatever the policy says, or no longer. Raises UnknownInstanceError, ReasonMissingError."""
        require_reason(order, self._core.limits.text_characters)

        def work(unit: Unit) -> None:
            name = {"tenant_id": unit.tenant_id, "instance_key": instance_key}
            if not unit.session.run("hold_instance", **name, on_hold=int(is_kept)):
                raise unknown_instance(instance_key)
            record_action(unit, "hold" if is_kept else "release-hold", order, instance_key=instance_key)

        self._core.submit(self._tenant_id, work)

    def run_due(self, limit: int = _PER_RUN) -> Purge:
        """Remove what is due, of all tenants, at most *limit* instances."""
        self._core.submit(self._tenant_id, _remove_what_is_over)
        self._core.database.drop_history(self._core.clock.now())
        purge = self._remove(limit)
        if purge.instances:
            self._core.database.drop_history(self._core.clock.now())
        return purge

    def _remove(self, limit: int) -> Purge:
        removed = 0
        while removed < limit:
            now = to_micros(self._core.clock.now())
            with self._core.database.reading() as session:
                rows = session.all("due_instances", now=now, limit=min(_AT_ONCE, limit - removed))
            if not rows:
                return Purge(instances=removed, is_complete=True)
            by_tenant: dict[str, list[Row]] = {}
            for row in rows:
                by_tenant.setdefault(row.text("tenant_id"), []).append(row)
            for tenant, due in by_tenant.items():
                removed += self._core.submit(TenantId(tenant), lambda unit, some=due: _remove_due(unit, some))  # type: ignore[misc]
        return Purge(instances=removed, is_complete=False)


class RetentionThread:
    """Removes what is due every ten minutes while time is steady, and goes on at once while there is more."""

    def __init__(self, retention: Retention, steady: SteadyTime) -> None:
        self._retention, self._steady, self._stop = retention, steady, threading.Event()
        self._thread = threading.Thread(target=self._loop, name="taktloom-retention", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the transaction in hand."""
        self._stop.set()
        self._thread.join()

    def _loop(self) -> None:
        while not self._stop.wait(_PAUSE.total_seconds()):
            try:
                while self._steady.is_steady() and not self._stop.is_set():
                    if self._retention.run_due(_AT_ONCE).is_complete:
                        break
            except Exception:  # the thread must survive a full disk; what is due stays due
                _LOG.exception("removing ended instances failed")


def delete_ended_instance(unit: Unit, instance_key: InstanceKey, order: Order) -> None:
    """Remove an ended instance with all its rows. Raises UnknownInstanceError, InstanceKeptError."""
    name = {"tenant_id": unit.tenant_id, "instance_key": instance_key}
    row = unit.session.first("instance_by_key", **name)
    if row is None:
        raise unknown_instance(instance_key)
    reason = ""
    if row.text("status") == "active":
        reason = "It still runs."
    elif row.integer("on_hold"):
        reason = "It is on hold."
    elif row.text_or_none("caller_key") and unit.session.first("active_caller", **name) is not None:
        reason = "It was called by an instance that still runs."
    if reason:
        raise InstanceKeptError(
            f"Instance {instance_key} cannot be deleted: {reason}",
            Place(element_id=instance_key),
            "Cancel it or end the hold first, if it shall go.",
            {"instance_key": instance_key},
        )
    for part in _PARTS:
        unit.session.run(part, **name)
    unit.core.live.forget([(unit.tenant_id, instance_key)])
    process_id = ProcessId(row.text("process_id"))
    record_action(unit, "delete-history", order, instance_key=instance_key, process_id=process_id)
    unit.note(Topic.INSTANCES, "deleted")


def _remove_what_is_over(unit: Unit) -> None:
    """What belongs to no instance, of all tenants: expired messages, old counters, uses by versions that are gone."""
    unit.session.run("delete_expired_messages", now=to_micros(unit.now))
    oldest = to_micros(unit.now) // _MICROSECONDS_PER_DAY - _COUNTED_DAYS
    for statement in ("delete_old_decision_uses", "delete_old_rule_hits"):
        unit.session.run(statement, day=oldest)
    unit.session.run("delete_calendar_uses_of_nobody")


def _remove_due(unit: Unit, rows: list[Row]) -> int:
    for row in rows:
        name = {"tenant_id": unit.tenant_id, "instance_key": row.text("instance_key")}
        for part in _PARTS:
            unit.session.run(part, **name)
        unit.core.live.forget([(unit.tenant_id, InstanceKey(row.text("instance_key")))])
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.text("process_id")] = counts.get(row.text("process_id"), 0) + 1
    for process_id, count in counts.items():
        record_action(unit, "delete-history", _BY_ITSELF, process_id=ProcessId(process_id), instances=count)
    unit.note(Topic.INSTANCES, "deleted")
    return len(rows)


def _policy(row: Row) -> RetentionPolicy:
    return RetentionPolicy(
        process_id=ProcessId(row.text("process_id")),
        days=row.integer_or_none("retention_days"),
        history_level=HistoryLevel(row.text("history_level")),
        ended=row.integer("ended"),
        due=row.integer("due"),
        on_hold=row.integer("on_hold"),
    )
