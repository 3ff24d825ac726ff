# SPDX-License-Identifier: Apache-2.0
"""Rows of running processes as the model types that doors show."""

import json
from collections.abc import Iterable
from datetime import datetime

from taktloom.hosts.embedded.core.catalogue import RunnableDefinition
from taktloom.kernel import ExecutableProcess
from taktloom.kernel.executable import NONE
from taktloom.kernel.state import InstanceState
from taktloom.model.events import Lifecycle
from taktloom.model.identifiers import (
    DefinitionKey,
    ElementId,
    IncidentId,
    InstanceKey,
    JobId,
    ProcessId,
    SubscriptionId,
    TimerId,
    UserTaskId,
)
from taktloom.model.operations import (
    ElementVisit,
    IncidentView,
    InstanceSummary,
    JobState,
    JobView,
    SignalView,
    TimerView,
    UserTaskView,
)
from taktloom.storage import Row

_OPEN_STATES = {JobState.AVAILABLE, JobState.LOCKED, JobState.WAITING}
_VISIT_STATES = {
    Lifecycle.START: "active",
    Lifecycle.COMPLETE: "completed",
    Lifecycle.TERMINATE: "terminated",
    Lifecycle.FAILED: "failed",
}


def instance_summary(row: Row) -> InstanceSummary:
    """From instance."""
    return InstanceSummary(
        instance_key=InstanceKey(row.text("instance_key")),
        definition_key=DefinitionKey(row.text("definition_key")),
        process_id=ProcessId(row.text("process_id")),
        process_name=row.text("process_name"),
        version=row.integer("version"),
        status=row.text("status"),
        business_key=row.text_or_none("business_key"),
        started_at=row.instant("started_at"),
        started_by=row.text_or_none("started_by"),
        ended_at=row.instant_or_none("ended_at"),
        open_incidents=row.integer("open_incidents"),
        is_suspended=bool(row.integer("is_suspended")),
        is_on_hold=bool(row.integer("on_hold")),
        caller_key=None if row.text_or_none("caller_key") is None else InstanceKey(row.text("caller_key")),
    )


def incident_view(row: Row) -> IncidentView:
    """From incident, with its instance's business_key and is_suspended."""
    job_id = row.text_or_none("job_id")
    return IncidentView(
        incident_id=IncidentId(row.text("incident_id")),
        instance_key=InstanceKey(row.text("instance_key")),
        process_id=ProcessId(row.text("process_id")),
        process_name=row.text("process_name"),
        version=row.integer("version"),
        element_id=ElementId(row.text("element_id")),
        element_name=row.text("element_name"),
        kind=row.text("kind"),
        message=row.text("message"),
        job_id=None if job_id is None else JobId(job_id),
        raised_at=row.instant("raised_at"),
        resolved_at=row.instant_or_none("resolved_at"),
        business_key=row.text_or_none("business_key"),
        is_suspended=bool(row.integer("is_suspended")),
    )


def signal_view(row: Row) -> SignalView:
    """From signal_subscription."""
    return SignalView(
        subscription_id=SubscriptionId(row.text("subscription_id")),
        element_id=ElementId(row.text("element_id")),
        signal_name=row.text("signal_name"),
    )


def job_view(row: Row, *, now: datetime) -> JobView:
    """From job; a lock that has run out, or a back-off that is over, shows as available."""
    state, ready_at = JobState(row.text("state")), row.instant("ready_at")
    if state in _OPEN_STATES and ready_at <= now:
        state = JobState.AVAILABLE
    is_locked = state is JobState.LOCKED
    return JobView(
        job_id=JobId(row.text("job_id")),
        job_type=row.text("job_type"),
        instance_key=InstanceKey(row.text("instance_key")),
        element_id=ElementId(row.text("element_id")),
        state=state,
        retries_left=row.integer("retries_left"),
        worker=row.text_or_none("worker") if is_locked else None,
        locked_until=ready_at if is_locked else None,
        created_at=row.instant("created_at"),
        priority=row.integer("priority"),
    )


def user_task_view(row: Row) -> UserTaskView:
    """From user_task."""
    return UserTaskView(
        user_task_id=UserTaskId(row.text("user_task_id")),
        name=row.text("name"),
        instance_key=InstanceKey(row.text("instance_key")),
        process_id=ProcessId(row.text("process_id")),
        process_name=row.text("process_name"),
        version=row.integer("version"),
        element_id=ElementId(row.text("element_id")),
        business_key=row.text_or_none("business_key"),
        assignee=row.text_or_none("assignee"),
        candidate_groups=tuple(json.loads(row.text("candidate_groups"))),
        state=row.text("state"),
        created_at=row.instant("created_at"),
        due_at=row.instant_or_none("due_at"),
        completed_at=row.instant_or_none("ended_at"),
        candidate_users=tuple(json.loads(row.text("candidate_users"))),
        priority=row.integer("priority"),
        follow_up_at=row.instant_or_none("follow_up_at"),
        owner=row.text_or_none("owner"),
        delegation=row.text_or_none("delegation"),
    )


def timer_view(row: Row) -> TimerView:
    """From timer."""
    return TimerView(
        timer_id=TimerId(row.text("timer_id")),
        element_id=ElementId(row.text("element_id")),
        due_at=row.instant("due_at"),
    )


def element_visits(
    rows: Iterable[Row], definition: RunnableDefinition, present: InstanceState
) -> tuple[ElementVisit, ...]:
    """The visits that event-log rows tell of, in order of entry, then where else tokens stand now.

    Catching events and joins have no row before they are left; their tokens are in the state.
    """
    visits: dict[str, ElementVisit] = {}
    for row in rows:
        visit = row.text("visit")
        known = visits.get(visit)
        occurred_at, state = row.instant("occurred_at"), _VISIT_STATES.get(Lifecycle(row.text("lifecycle")), "active")
        visits[visit] = ElementVisit(
            visit=visit,
            element_id=ElementId(row.text("element_id")),
            element_name=definition.element_name(row.text("element_id")),
            element_type=row.text("element_type"),
            state=state,
            entered_at=row.instant_or_none("started_at") or (known.entered_at if known else occurred_at),
            left_at=None if state == "active" else occurred_at,
            resource=row.text_or_none("resource") or (known.resource if known else None),
            scope_element_id=_scope_of(definition.executable, row.text("element_id")),
        )
    for token in present.tokens.values():
        node = definition.executable.nodes[token.element]
        if node.is_round and not token.visit:  # the kernel's own: the round around a visit, or compensation going on
            continue
        visits.setdefault(
            token.visit or token.id,
            ElementVisit(
                visit=token.visit or token.id,
                element_id=node.id,
                element_name=definition.element_name(node.id),
                element_type=node.element_type,
                state="active",
                entered_at=token.entered_at,
                left_at=None,
                scope_element_id=_scope_of(definition.executable, node.id),
            ),
        )
    return tuple(visits.values())


def _scope_of(process: ExecutableProcess, element_id: str) -> ElementId | None:
    """The sub-process that the element is in; None at the top, and for one that this version does not have."""
    index = process.node_index.get(ElementId(element_id), NONE)
    parent = NONE if index == NONE else process.nodes[index].parent
    while parent != NONE and process.nodes[parent].is_round:
        parent = process.nodes[parent].parent
    return None if parent == NONE else process.nodes[parent].id
