# SPDX-License-Identifier: Apache-2.0
"""Looking back and keeping: moments of an instance, starting again, stuck instances, versions, retention."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from taktloom.app.context import Context, use_case
from taktloom.assure.permissions import Permission
from taktloom.feel.values import FeelValue
from taktloom.model.identifiers import InstanceKey, ProcessId
from taktloom.model.interventions import (
    HistoryLevel,
    InstanceMoment,
    Purge,
    RestartRequest,
    RetentionPolicy,
    StuckInstance,
    VersionUse,
)
from taktloom.model.operations import InstanceSummary, Page

if TYPE_CHECKING:
    from taktloom.hosts.embedded.advancing.operator_actions import Order


@use_case(Permission.INSTANCE_VIEW)
def show_moment(context: Context, *, instance_key: str, sequence: int) -> InstanceMoment:
    """An instance right after one of its journal entries."""
    return context.rooms.engine.time_travel.moment(InstanceKey(instance_key), sequence)


@use_case(Permission.INSTANCE_OPERATE)
def restart_instance(
    context: Context,
    *,
    instance_key: str,
    request: RestartRequest,
    variables: Mapping[str, FeelValue] | None = None,
    reason: str,
) -> InstanceSummary:
    """Start an instance again from the history of this one; variables: set over those that it takes."""
    engine = context.rooms.engine
    key = engine.restarts.restart(InstanceKey(instance_key), request, _order(context, reason), variables=variables)
    context.audit("restart-instance", f"instance {instance_key} as {key}", reason=reason)
    return engine.instances.summary(key)


@use_case(Permission.INSTANCE_VIEW)
def list_stuck(
    context: Context, *, process_id: str | None = None, cursor: str | None = None, limit: int = 50
) -> Page[StuckInstance]:
    """Active instances that wait for nothing."""
    return context.rooms.engine.stuck.search(
        process_id=None if process_id is None else ProcessId(process_id), cursor=cursor, limit=limit
    )


@use_case(Permission.PROCESS_VIEW)
def list_versions(context: Context, *, process_id: str) -> tuple[VersionUse, ...]:
    """The versions of a process and who uses them, newest first."""
    return context.rooms.engine.versions.uses(ProcessId(process_id))


@use_case(Permission.PROCESS_DEPLOY)
def delete_version(context: Context, *, process_id: str, version: int, reason: str) -> None:
    """Delete an old version that no instance refers to."""
    context.rooms.engine.versions.delete(ProcessId(process_id), version, _order(context, reason))
    context.audit("delete-version", f"process {process_id}:{version}", reason=reason)


@use_case(Permission.SYSTEM_VIEW)
def list_retention(context: Context, *, cursor: str | None = None, limit: int = 100) -> Page[RetentionPolicy]:
    """How long ended instances are kept, and how many are due to go: the preview of the next run."""
    return context.rooms.engine.retention.policies(cursor=cursor, limit=limit)


@use_case(Permission.SYSTEM_ADMIN)
def set_retention(
    context: Context, *, process_id: str, days: int | None, history_level: HistoryLevel, reason: str
) -> None:
    """Keep ended instances of a process for so many days, None: for ever."""
    order = _order(context, reason)
    context.rooms.engine.retention.set_policy(ProcessId(process_id), days, history_level, order)
    target = f"process {process_id}: {days} days, history {history_level.value}"
    context.audit("set-retention", target, reason=reason)


@use_case(Permission.SYSTEM_ADMIN)
def hold_instance(context: Context, *, instance_key: str, is_kept: bool, reason: str) -> None:
    """Keep an instance whatever the policy says, or no longer."""
    context.rooms.engine.retention.hold(InstanceKey(instance_key), _order(context, reason), is_kept=is_kept)
    context.audit("hold-instance" if is_kept else "release-instance", f"instance {instance_key}", reason=reason)


@use_case(Permission.SYSTEM_ADMIN)
def run_retention(context: Context) -> Purge:
    """Remove what is due now, at most 5,000 instances."""
    purge = context.rooms.engine.retention.run_due()
    context.audit("run-retention", f"{purge.instances} instances")
    return purge


def _order(context: Context, reason: str) -> "Order":
    from taktloom.hosts.embedded.advancing.operator_actions import Order

    return Order(actor=context.principal.name, reason=reason)
