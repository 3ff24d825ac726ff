# SPDX-License-Identifier: Apache-2.0
"""Boundary events: what they are attached to and what may catch what. Source: BPMN 2.0.2, 10.5.4 and 10.7."""

from collections.abc import Iterator

from taktloom.kernel.rules.container import Container
from taktloom.kernel.rules.structural import Breaches, StructuralRule, breach, structural
from taktloom.model.event_definitions import (
    CancelDefinition,
    CompensateDefinition,
    ErrorDefinition,
    EscalationDefinition,
    SingleDefinition,
    single_definitions,
)
from taktloom.model.identifiers import ElementId
from taktloom.model.process import (
    Activity,
    BoundaryEvent,
    EndEvent,
    Gateway,
    SubProcess,
    Transaction,
    UnsupportedNode,
)

__all__ = ["RULES"]


@structural(
    "boundary-host-unknown",
    "The boundary event is attached to '{host}', which is not in '{container}'.",
    "Attach it to an activity.",
)
def boundary_host_unknown(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.4: attachedToRef denotes the activity that the boundary event is attached to."""
    for event in container.of(BoundaryEvent):
        if event.attached_to not in container.nodes:
            yield breach(event, host=event.attached_to, container=container.owner.id)


@structural(
    "boundary-on-gateway", "The boundary event is attached to the gateway '{host}'.", "Attach it to an activity."
)
def boundary_on_gateway(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.4: attachedToRef denotes an activity."""
    for event in container.of(BoundaryEvent):
        if isinstance(container.nodes.get(event.attached_to), Gateway):
            yield breach(event, host=event.attached_to)


@structural("boundary-on-event", "The boundary event is attached to the event '{host}'.", "Attach it to an activity.")
def boundary_on_event(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.4: attachedToRef denotes an activity."""
    for event in container.of(BoundaryEvent):
        host = container.nodes.get(event.attached_to)
        if host is not None and not isinstance(host, Activity | Gateway | UnsupportedNode):
            yield breach(event, host=event.attached_to)


@structural(
    "boundary-on-event-sub-process",
    "The boundary event is attached to the event sub-process '{host}'.",
    "Put an event sub-process into it, or attach the event to the activity around it.",
)
def boundary_on_event_sub_process(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3.5 and 10.5.4: an event sub-process has no boundary events; nothing leaves it."""
    for event in container.of(BoundaryEvent):
        host = container.nodes.get(event.attached_to)
        if isinstance(host, SubProcess) and host.triggered_by_event:
            yield breach(event, host=event.attached_to)


def _of(container: Container, kind: type[SingleDefinition]) -> Iterator[tuple[BoundaryEvent, SingleDefinition]]:
    for event in container.of(BoundaryEvent):
        yield from ((event, one) for one in single_definitions(event.definition) if isinstance(one, kind))


@structural(
    "cancel-boundary-outside-transaction",
    "A cancel event is attached to '{host}', which is no transaction.",
    "Attach it to a transaction.",
)
def cancel_boundary_outside_transaction(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.4: a cancel event can only be attached to a transaction sub-process."""
    for event, _ in _of(container, CancelDefinition):
        host = container.nodes.get(event.attached_to)
        if isinstance(host, Activity) and not isinstance(host, Transaction):
            yield breach(event, host=event.attached_to)


@structural(
    "cancel-end-outside-transaction",
    "The end event cancels, and no transaction is around it.",
    "Make the sub-process a transaction, or use another end event.",
)
def cancel_end_outside_transaction(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.3: the cancel end event is used within a transaction sub-process."""
    if any(isinstance(owner, Transaction) for owner in (container.owner, *container.around)):
        return
    for event in container.of(EndEvent):
        if any(isinstance(one, CancelDefinition) for one in single_definitions(event.definition)):
            yield breach(event)


@structural(
    "cancel-caught-twice",
    "Another boundary event of the transaction catches its cancellation.",
    "Keep one of them.",
)
def cancel_caught_twice(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3.5: a cancelled transaction goes on at its cancel event, one only."""
    seen: set[ElementId] = set()
    for event, _ in _of(container, CancelDefinition):
        if event.attached_to in seen:
            yield breach(event)
        seen.add(event.attached_to)


@structural("non-interrupting-cancel", "A cancel boundary event always interrupts.", "Mark it as interrupting.")
def non_interrupting_cancel(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.4: cancelActivity is true for a cancel event, which ends its transaction."""
    yield from (breach(event) for event, _ in _of(container, CancelDefinition) if not event.is_interrupting)


@structural("non-interrupting-error", "An error boundary event always interrupts.", "Mark it as interrupting.")
def non_interrupting_error(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.4: cancelActivity is true for an error event, which always interrupts its activity."""
    yield from (breach(event) for event, _ in _of(container, ErrorDefinition) if not event.is_interrupting)


@structural("error-caught-twice", "Another boundary event of the activity catches the same error.", "Keep one of them.")
def error_caught_twice(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.6: an error is caught by one handler of the nearest scope."""
    seen: set[tuple[ElementId, str | None]] = set()
    for event, one in _of(container, ErrorDefinition):
        key = (event.attached_to, one.code if isinstance(one, ErrorDefinition) else None)
        if key in seen:
            yield breach(event)
        seen.add(key)


@structural(
    "escalation-caught-twice",
    "Another boundary event of the activity catches the same escalation.",
    "Keep one of them.",
)
def escalation_caught_twice(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.6: an escalation is caught by one handler of the nearest scope."""
    seen: set[tuple[ElementId, str | None]] = set()
    for event, one in _of(container, EscalationDefinition):
        key = (event.attached_to, one.code if isinstance(one, EscalationDefinition) else None)
        if key in seen:
            yield breach(event)
        seen.add(key)


@structural(
    "compensation-boundary-with-outgoing-flow",
    "A flow leaves the compensation boundary event.",
    "Lead an association from it to the activity that compensates.",
)
def compensation_boundary_with_outgoing_flow(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.4: a compensation event attached to an activity MUST NOT have outgoing sequence flow."""
    for event, _ in _of(container, CompensateDefinition):
        if container.out_of(event):
            yield breach(event)


@structural(
    "compensation-caught-twice",
    "Another compensation event is attached to '{host}'.",
    "Keep one; a sub-process can hold several steps of compensation.",
)
def compensation_caught_twice(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.7.1: an activity has at most one compensation handler."""
    seen: set[ElementId] = set()
    for event, _ in _of(container, CompensateDefinition):
        if event.attached_to in seen:
            yield breach(event, host=event.attached_to)
        seen.add(event.attached_to)


@structural(
    "compensation-of-compensation",
    "A compensation event is attached to '{host}', which is there for compensation itself.",
    "Delete the event.",
)
def compensation_of_compensation(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.7.1: a compensation activity is not compensated in turn."""
    for event, _ in _of(container, CompensateDefinition):
        host = container.nodes.get(event.attached_to)
        if isinstance(host, Activity) and host.is_for_compensation:
            yield breach(event, host=event.attached_to)


RULES: tuple[StructuralRule, ...] = (
    boundary_host_unknown,
    boundary_on_gateway,
    boundary_on_event,
    boundary_on_event_sub_process,
    cancel_boundary_outside_transaction,
    cancel_end_outside_transaction,
    cancel_caught_twice,
    non_interrupting_cancel,
    non_interrupting_error,
    error_caught_twice,
    escalation_caught_twice,
    compensation_boundary_with_outgoing_flow,
    compensation_caught_twice,
    compensation_of_compensation,
)
