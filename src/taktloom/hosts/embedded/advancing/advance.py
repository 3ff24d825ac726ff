# SPDX-License-Identifier: Apache-2.0
"""One advance: a kernel event goes in, the state moves, and every command is carried out in the same transaction.

Journal entry, state, jobs, timers, subscriptions, user tasks, incidents and event-log rows are written together or not
at all. Questions of the kernel that the engine answers by itself (decisions, a message that already lies in the
buffer) become further kernel events of the same advance, each with its own journal entry.
"""

from datetime import datetime

from taktloom.hosts.embedded.advancing.carry_out import RULES
from taktloom.hosts.embedded.advancing.holding import hold_waits
from taktloom.hosts.embedded.core.changes import Topic
from taktloom.hosts.embedded.core.clock import IdSource
from taktloom.hosts.embedded.core.limits import require_within
from taktloom.hosts.embedded.core.live import LiveInstance
from taktloom.hosts.embedded.core.unit import Unit
from taktloom.kernel import step
from taktloom.kernel.events import InstanceMigrated, KernelEvent
from taktloom.kernel.state_json import save_event
from taktloom.model.identifiers import InstanceKey
from taktloom.storage import to_micros


def advance(unit: Unit, instance: LiveInstance, event: KernelEvent) -> None:
    """Move *instance* by *event* and save it; raises what the kernel raises, and then nothing is changed."""
    _run(unit, instance, event)
    if instance.state.is_suspended:
        hold_waits(unit, instance)
    if type(event) is InstanceMigrated:  # its journal up to here was run by another version
        unit.core.live.save_whole(unit.session, instance)
    else:
        unit.core.live.save(unit.session, instance)


def begin(unit: Unit, instance: LiveInstance, event: KernelEvent) -> None:
    """As advance, for the first event of an instance whose row was just written."""
    unit.touched.append((unit.tenant_id, instance.instance_key))
    _run(unit, instance, event)
    if instance.state.is_suspended:
        hold_waits(unit, instance)
    unit.core.live.add(unit.session, instance)


def event_time(unit: Unit, instance: LiveInstance) -> datetime:
    """The time to stamp on the next event: now, but never before the instance's last event."""
    return max(unit.now, instance.advanced_at)


def next_instance_key(unit: Unit, ids: IdSource) -> InstanceKey:
    """A key above every key that the database holds."""
    live = unit.core.live
    key = unit.core.database.own_key(ids.instance_key(unit.now, after=live.greatest_key(unit.session)))
    live.note_key(key)
    return key


def _run(unit: Unit, instance: LiveInstance, first: KernelEvent) -> None:
    pending = [first]
    limits = unit.core.limits
    for event in pending:  # answers are put at its end
        payload = save_event(event)
        require_within("variable_bytes", len(payload), limits.variable_bytes)
        commands = step(instance.definition.executable, instance.state, event)
        _write_journal(unit, instance, event, payload)
        instance.advanced_at = event.occurred_at
        for command in commands:
            answer = RULES[type(command)](unit, instance, command)
            if answer is not None:
                require_within("follow_up_events", len(pending), limits.follow_up_events)
                pending.append(answer)
    unit.note_often(Topic.INSTANCES, "advanced", instance)


def _write_journal(unit: Unit, instance: LiveInstance, event: KernelEvent, payload: bytes) -> None:
    instance.journal_size += 1
    instance.later_bytes += len(payload)
    unit.session.defer_new(
        "insert_journal_entry",
        instance.instance_key,
        tenant_id=unit.tenant_id,
        instance_key=instance.instance_key,
        sequence=instance.journal_size,
        occurred_at=to_micros(event.occurred_at),
        kind=type(event).__name__,
        actor=event.actor,
        subject_key=instance.subject_key,
        payload_sealed=unit.core.codec.seal(payload, instance.owner),
    )
