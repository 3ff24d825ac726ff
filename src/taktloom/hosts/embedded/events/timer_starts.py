# SPDX-License-Identifier: Apache-2.0
"""Timers that start instances of the newest version of each process: planned at deployment, again after each firing.

A deployment that leaves a start event's timer as it was leaves its plan alone: a cycle goes on counting, a date that
has come does not come again. A timer that is new or was changed is planned anew; a date in the past then fires at once,
once. Firings missed while nothing ran are made up for by one.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from taktloom.hosts.embedded.advancing.calendars import reckon, reckon_later
from taktloom.hosts.embedded.core.unit import Unit
from taktloom.hosts.embedded.events.event_starts import StartedBy, start_by_event
from taktloom.kernel import EventStart, ExecutableProcess, timer_starts
from taktloom.kernel.timers import TimerPlan, plan_after, reckoned, reckoning_of
from taktloom.model.event_definitions import EventDefinition
from taktloom.model.identifiers import ElementId, ProcessId
from taktloom.storage import Row, to_micros


def plan_timer_starts(unit: Unit, executable: ExecutableProcess, previous: ExecutableProcess | None) -> None:
    """Plan what is new or changed since the *previous* version; forget what is gone. Raises DefinitionError."""
    before = {} if previous is None else dict(_definitions(previous))
    unchanged = {
        element_id for element_id, definition in _definitions(executable) if before.get(element_id) == definition
    }
    for row in unit.session.all("timer_starts_of_process", tenant_id=unit.tenant_id, process_id=executable.id):
        if row.text("element_id") not in unchanged:
            _delete(unit, row, "delete_timer_start")
    for start in timer_starts(executable, unit.now, unchanged=unchanged):
        _insert(unit, executable.id, start, _reckoned(unit, start.plan))


def firing_of_start(row: Row) -> Callable[[Unit], bool]:
    """The work that starts an instance for a due row of timer_start; whether it did."""
    process_id = ProcessId(row.text("process_id"))
    start = EventStart(
        element_id=ElementId(row.text("element_id")), part=row.integer("part"), parts=row.integer("parts")
    )

    def fire(unit: Unit) -> bool:
        # Another process may have fired it or be about to, or a deployment may have replaced it.
        if not _delete(unit, row, "claim_timer_start"):
            return False
        definition = unit.core.catalogue.startable(unit.session, unit.tenant_id, process_id, None)
        start_by_event(unit, definition, start, {}, StartedBy())
        following = _following(unit, _plan_of(row))
        if following is not None:
            _insert(unit, process_id, start, following)
        return True

    return fire


def _definitions(executable: ExecutableProcess) -> Iterator[tuple[ElementId, EventDefinition]]:
    for node in executable.definition.nodes:
        definition: EventDefinition | None = getattr(node, "definition", None)
        if definition is not None:
            yield node.id, definition


def _following(unit: Unit, plan: TimerPlan) -> TimerPlan | None:
    """The first firing that is still to come."""
    following = plan_after(plan, unit.now)
    reckoning = None if following is None else reckoning_of(following, unit.now)
    return following if following is None or reckoning is None else reckoned(following, *reckon_later(unit, reckoning))


def _reckoned(unit: Unit, plan: TimerPlan) -> TimerPlan:
    reckoning = reckoning_of(plan)
    return plan if reckoning is None else replace(plan, due_at=reckon(unit, reckoning))


def _insert(unit: Unit, process_id: ProcessId, start: EventStart, plan: TimerPlan) -> None:
    unit.session.run(
        "insert_timer_start",
        tenant_id=unit.tenant_id,
        process_id=process_id,
        element_id=start.element_id,
        part=start.part,
        parts=start.parts,
        due_at=to_micros(plan.due_at),
        repetitions_left=plan.repetitions_left,
        schedule=plan.schedule,
        occurrence=plan.occurrence,
        calendar=plan.calendar,
    )


def _delete(unit: Unit, row: Row, statement: str) -> bool:
    deleted = unit.session.run(
        statement,
        tenant_id=unit.tenant_id,
        process_id=row.text("process_id"),
        element_id=row.text("element_id"),
        part=row.integer("part"),
        due_at=row.integer("due_at"),
    )
    return deleted > 0


def _plan_of(row: Row) -> TimerPlan:
    return TimerPlan(
        due_at=row.instant("due_at"),
        repetitions_left=row.integer("repetitions_left"),
        schedule=row.text_or_none("schedule"),
        occurrence=row.integer("occurrence"),
        calendar=row.text_or_none("calendar"),
    )
