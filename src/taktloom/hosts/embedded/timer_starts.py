# SPDX-License-Identifier: Apache-2.0
"""Timer start events of the newest version of each process: planned at deployment, re-planned after each firing.

Deploying anew plans anew: a date that has passed does not fire, a cycle counts from its own start (or from the
deployment where it has none). Firings missed while nothing ran are made up for by one.
"""

from collections.abc import Callable
from datetime import datetime

from taktloom.hosts.embedded.core import Unit
from taktloom.hosts.embedded.instances import start_instance
from taktloom.kernel import ExecutableProcess
from taktloom.kernel.compilation import Compilation
from taktloom.kernel.events import InstanceStarted
from taktloom.kernel.failure import ElementFailure
from taktloom.kernel.timers import TimerKind, TimerPlan, next_plan, parse_instant, plan_timer
from taktloom.model.errors import DefinitionError
from taktloom.model.event_definitions import TimerDefinition
from taktloom.model.identifiers import ElementId, ProcessId
from taktloom.model.process import StartEvent
from taktloom.storage import Row, to_micros

_SKIPPED_AT_MOST = 10_000  # missed firings passed over per look, so that a cycle of seconds cannot stall the writer


def plan_timer_starts(unit: Unit, executable: ExecutableProcess) -> None:
    """Replace the planned starts of a process by those of its newly deployed version."""
    unit.session.run("delete_timer_starts", tenant_id=unit.tenant_id, process_id=executable.id)
    for node in executable.definition.nodes:
        if isinstance(node, StartEvent) and isinstance(node.definition, TimerDefinition):
            plan = _first_plan(node, node.definition, unit.now)
            if plan is not None:
                _insert(unit, executable.id, node.id, plan)


def firing_of_start(row: Row) -> Callable[[Unit], None]:
    """The work that starts an instance for a due row of timer_start."""
    process_id, element_id = ProcessId(row.text("process_id")), ElementId(row.text("element_id"))

    def fire(unit: Unit) -> None:
        name = {"tenant_id": unit.tenant_id, "process_id": process_id, "element_id": element_id}
        # Another process may have fired it, or a deployment may have replaced it.
        if not unit.session.run("claim_timer_start", **name, due_at=row.integer("due_at")):
            return
        definition = unit.core.catalogue.startable(unit.session, unit.tenant_id, process_id, None)
        start_instance(unit, definition, InstanceStarted(occurred_at=unit.now, start_element=element_id))
        following = _following(_plan_of(row), unit.now)
        if following is not None:
            _insert(unit, process_id, element_id, following)

    return fire


def _first_plan(node: StartEvent, definition: TimerDefinition, now: datetime) -> TimerPlan | None:
    timer = Compilation(names=frozenset(), external_choices=frozenset(), decisions=None).timer(definition, node)
    is_literal_date = timer.kind is TimerKind.DATE and timer.text.expression is None
    if is_literal_date and parse_instant(timer.text.literal) <= now:
        return None
    try:
        return plan_timer(timer, {}, now)
    except ElementFailure as failure:
        raise DefinitionError(failure.message, node.place, "Mend the timer of the start event.") from failure


def _following(plan: TimerPlan, now: datetime) -> TimerPlan | None:
    following = next_plan(plan)
    for _ in range(_SKIPPED_AT_MOST):
        if following is None or following.due_at > now:
            break
        following = next_plan(following)
    return following


def _insert(unit: Unit, process_id: ProcessId, element_id: ElementId, plan: TimerPlan) -> None:
    unit.session.run(
        "insert_timer_start",
        tenant_id=unit.tenant_id,
        process_id=process_id,
        element_id=element_id,
        due_at=to_micros(plan.due_at),
        repetitions_left=plan.repetitions_left,
        schedule=plan.schedule,
        occurrence=plan.occurrence,
    )


def _plan_of(row: Row) -> TimerPlan:
    return TimerPlan(
        due_at=row.instant("due_at"),
        repetitions_left=row.integer("repetitions_left"),
        schedule=row.text_or_none("schedule"),
        occurrence=row.integer("occurrence"),
    )
