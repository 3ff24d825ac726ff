# SPDX-License-Identifier: Apache-2.0
"""Suspending and resuming instances and versions of processes.

A suspended instance hands out no jobs and fires no timers; what comes for it is taken note of and goes on when it is
resumed (`kernel/suspension.py`). The instances that it has called are suspended and resumed with it. Of a suspended
version no instance starts: a start by hand or by a call is refused, a message or signal starts nothing (a message with
a time to live waits in the buffer), a timer stays due and starts one instance when the version is resumed.
"""

from collections.abc import Iterator

from taktloom.hosts.embedded.advancing.advance import advance, event_time
from taktloom.hosts.embedded.advancing.holding import release_waits
from taktloom.hosts.embedded.advancing.operator_actions import Order, record_action, require_reason
from taktloom.hosts.embedded.core.changes import Topic
from taktloom.hosts.embedded.core.live import LiveInstance
from taktloom.hosts.embedded.core.unit import Core, Unit
from taktloom.kernel.events import InstanceResumed, InstanceSuspended
from taktloom.model.identifiers import InstanceKey, ProcessId, TenantId
from taktloom.storage import to_micros

__all__ = ["Suspension", "resume_instance", "suspend_instance"]


class Suspension:
    """Suspends what one tenant runs."""

    def __init__(self, core: Core, tenant_id: TenantId) -> None:
        self._core, self._tenant_id = core, tenant_id

    def suspend(self, instance_key: InstanceKey, order: Order) -> None:
        """Suspend the instance and those that it has called.

        Raises UnknownInstanceError, InstanceEndedError, NotSuspendedError (it is already), ReasonMissingError.
        """
        require_reason(order, self._core.limits.text_characters)
        self._core.submit(self._tenant_id, lambda unit: suspend_instance(unit, instance_key, order))

    def resume(self, instance_key: InstanceKey, order: Order) -> None:
        """Let them go on; errors as suspend, but no reason is needed."""
        self._core.submit(self._tenant_id, lambda unit: resume_instance(unit, instance_key, order))

    def suspend_version(self, process_id: ProcessId, order: Order, *, version: int | None = None) -> int:
        """Let no instance of the version start, None: of any; how many versions it changed. Running ones go on.

        Raises UnknownProcessError, ReasonMissingError.
        """
        require_reason(order, self._core.limits.text_characters)
        return self._mark_version(process_id, version, order, "suspend-version")

    def resume_version(self, process_id: ProcessId, order: Order, *, version: int | None = None) -> int:
        """Let instances start again; errors as suspend_version, but no reason is needed."""
        return self._mark_version(process_id, version, order, "resume-version")

    def _mark_version(self, process_id: ProcessId, version: int | None, order: Order, action: str) -> int:
        def work(unit: Unit) -> int:
            unit.core.catalogue.startable(unit.session, unit.tenant_id, process_id, version)
            changed = unit.session.run(
                "suspend_versions",
                tenant_id=unit.tenant_id,
                process_id=process_id,
                version=version,
                suspended_at=to_micros(unit.now) if action == "suspend-version" else None,
            )
            record_action(unit, action, order, process_id=process_id, version=version)
            unit.note(Topic.PROCESSES, action)
            unit.note(Topic.TIMERS, "planned")
            return changed

        return self._core.submit(self._tenant_id, work)


def suspend_instance(unit: Unit, instance_key: InstanceKey, order: Order) -> None:
    """As Suspension.suspend, inside the present unit of work."""
    first = unit.instance(instance_key)
    for instance in (first, *_called(unit, first)):
        if instance is not first and instance.state.is_suspended:
            continue
        _flag(unit, instance, is_suspended=1)
        event = InstanceSuspended(occurred_at=event_time(unit, instance), actor=order.actor, reason=order.reason)
        advance(unit, instance, event)
        _record(unit, instance, "suspend-instance", order)


def resume_instance(unit: Unit, instance_key: InstanceKey, order: Order) -> None:
    """As Suspension.resume, inside the present unit of work."""
    first = unit.instance(instance_key)
    for instance in (first, *list(_called(unit, first))):
        if instance is not first and not instance.state.is_suspended:
            continue
        event = InstanceResumed(occurred_at=event_time(unit, instance), actor=order.actor, reason=order.reason)
        _flag(unit, instance, is_suspended=0)
        release_waits(unit, instance)
        advance(unit, instance, event)
        _record(unit, instance, "resume-instance", order)


def _called(unit: Unit, caller: LiveInstance) -> Iterator[LiveInstance]:
    """The active instances that *caller* has called, directly and through others."""
    for row in unit.session.all("active_called_instances", tenant_id=unit.tenant_id, caller_key=caller.instance_key):
        called = unit.instance(InstanceKey(row.text("instance_key")))
        yield called
        yield from _called(unit, called)


def _flag(unit: Unit, instance: LiveInstance, *, is_suspended: int) -> None:
    unit.session.run(
        "flag_suspended", tenant_id=unit.tenant_id, instance_key=instance.instance_key, is_suspended=is_suspended
    )


def _record(unit: Unit, instance: LiveInstance, action: str, order: Order) -> None:
    record_action(unit, action, order, instance_key=instance.instance_key, process_id=instance.definition.process_id)
    unit.note(Topic.INSTANCES, action, instance)
