# SPDX-License-Identifier: Apache-2.0
"""Messages, signals and conditions that start instances of the newest version of each process.

What is watched is stored at deployment. Of a parallel multiple start event every part must have come; those that have
are kept in `start_part` until the last one comes, so that a restart forgets none.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from taktloom.feel.values import FeelValue
from taktloom.hosts.embedded.advancing.instances import is_suspended_version, start_instance
from taktloom.hosts.embedded.core.catalogue import RunnableDefinition
from taktloom.hosts.embedded.core.unit import Unit
from taktloom.hosts.embedded.core.values import ValueOwner, dump_values, load_values
from taktloom.kernel import (
    EventStart,
    ExecutableProcess,
    conditional_starts,
    message_starts,
    signal_starts,
    start_condition_holds,
)
from taktloom.kernel.events import InstanceStarted
from taktloom.model.identifiers import InstanceKey, ProcessId
from taktloom.storage import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedBy:
    """Who starts an instance, under which key of the business, and in which trace (W3C Trace Context)."""

    actor: str | None = None
    business_key: str | None = None
    traceparent: str | None = None


def store_event_starts(unit: Unit, executable: ExecutableProcess) -> None:
    """Watch what starts the newly deployed version, and no longer what started the one before."""
    name = {"tenant_id": unit.tenant_id, "process_id": executable.id}
    for statement in ("delete_message_starts", "delete_signal_starts", "delete_condition_starts", "delete_start_parts"):
        unit.session.run(statement, **name)
    for message in message_starts(executable, unit.now):
        unit.session.run(
            "insert_message_start", **name, element_id=message.element_id, message_name=message.message_name
        )
    for signal in signal_starts(executable, unit.now):
        unit.session.run("insert_signal_start", **name, element_id=signal.element_id, signal_name=signal.signal_name)
    for element_id in {start.element_id for start in conditional_starts(executable)}:
        unit.session.run("insert_condition_start", **name, element_id=element_id)


def start_by_message(
    unit: Unit, message_name: str, variables: Mapping[str, FeelValue], by: StartedBy, *, most: int = 1
) -> list[InstanceKey] | None:
    """Instances at the first *most* start events for messages of this name, by process id, then by element id.

    None when there is no such event; empty when it has taken the message and still waits for its other parts.
    """
    triggered = 0
    started: list[InstanceKey] = []
    for row in unit.session.all("message_starts", tenant_id=unit.tenant_id, message_name=message_name):
        definition = _newest(unit, row)
        for start in message_starts(definition.executable, unit.now):
            if start.element_id != row.text("element_id") or start.message_name != message_name:
                continue
            if triggered == most:
                return started
            triggered += 1
            started.extend(start_by_event(unit, definition, start, variables, by))
    return started if triggered else None


def start_by_signal(
    unit: Unit, signal_name: str, variables: Mapping[str, FeelValue], by: StartedBy
) -> list[InstanceKey]:
    """One instance at each start event that the signal starts."""
    started: list[InstanceKey] = []
    for row in unit.session.all("signal_starts", tenant_id=unit.tenant_id, signal_name=signal_name):
        definition = _newest(unit, row)
        for start in signal_starts(definition.executable, unit.now):
            if start.element_id == row.text("element_id") and start.signal_name == signal_name:
                started.extend(start_by_event(unit, definition, start, variables, by))
    return started


def start_by_conditions(unit: Unit, variables: Mapping[str, FeelValue], by: StartedBy) -> list[InstanceKey]:
    """One instance at each conditional start event whose condition has become true of *variables*."""
    started: list[InstanceKey] = []
    for row in unit.session.all("condition_starts", tenant_id=unit.tenant_id):
        definition = _newest(unit, row)
        starts = [s for s in conditional_starts(definition.executable) if s.element_id == row.text("element_id")]
        holding = [start for start in starts if start_condition_holds(start, variables, unit.now)]
        was_true = bool(row.integer("was_true"))
        if was_true != bool(holding):
            unit.session.run(
                "note_condition_start",
                tenant_id=unit.tenant_id,
                process_id=row.text("process_id"),
                element_id=row.text("element_id"),
                was_true=int(bool(holding)),
            )
        for start in () if was_true else holding:
            started.extend(start_by_event(unit, definition, start, variables, by))
    return started


def start_by_event(
    unit: Unit,
    definition: RunnableDefinition,
    start: EventStart,
    variables: Mapping[str, FeelValue],
    by: StartedBy,
) -> list[InstanceKey]:
    """The new instance; none while other parts of the start event are missing, or the version is suspended."""
    if is_suspended_version(unit, definition):
        return []
    if start.parts > 1:
        gathered = _gather(unit, definition, start, variables)
        if gathered is None:
            return []
        variables = gathered
    event = InstanceStarted(occurred_at=unit.now, actor=by.actor, variables=variables, start_element=start.element_id)
    return [start_instance(unit, definition, event, business_key=by.business_key, traceparent=by.traceparent)]


def _newest(unit: Unit, row: Row) -> RunnableDefinition:
    return unit.core.catalogue.startable(unit.session, unit.tenant_id, ProcessId(row.text("process_id")), None)


def _gather(
    unit: Unit, definition: RunnableDefinition, start: EventStart, variables: Mapping[str, FeelValue]
) -> Mapping[str, FeelValue] | None:
    """All parts' variables, later parts last, once every part has come; a part that comes again replaces itself."""
    name = {"tenant_id": unit.tenant_id, "process_id": definition.process_id, "element_id": start.element_id}
    owner = ValueOwner(tenant_id=unit.tenant_id)
    sealed = unit.core.codec.seal(dump_values(variables), owner)
    unit.session.run("write_start_part", **name, part=start.part, variables_sealed=sealed)
    rows = unit.session.all("start_parts", **name)
    if len(rows) < start.parts:
        return None
    unit.session.run("delete_start_parts_of", **name)
    merged: dict[str, FeelValue] = {}
    for row in rows:
        merged.update(load_values(unit.core.codec.unseal(row.blob("variables_sealed"), owner)))
    return merged
