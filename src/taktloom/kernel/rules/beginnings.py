# SPDX-License-Identifier: Apache-2.0
"""How the process and its sub-processes begin and end. Source: BPMN 2.0.2, 10.5.2, 10.5.3, 10.3.5 and 13.2."""

from collections.abc import Iterator

from taktloom.kernel.rules.container import Container
from taktloom.kernel.rules.structural import Breaches, StructuralRule, breach, structural, warning_rule
from taktloom.model.event_definitions import (
    CompensateDefinition,
    ErrorDefinition,
    LinkDefinition,
    single_definitions,
)
from taktloom.model.identifiers import ElementId
from taktloom.model.process import (
    Activity,
    AdHocSubProcess,
    AnyFlowNode,
    BoundaryEvent,
    EndEvent,
    EventBasedGateway,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    ReceiveTask,
    StartEvent,
    SubProcess,
)

__all__ = ["RULES"]


@structural("process-without-flow-nodes", "'{container}' has nothing in it.", "Add a start event, or delete it.")
def process_without_flow_nodes(container: Container) -> Breaches:
    """BPMN 2.0.2, 13.2: what is started consists of flow nodes that get a token."""
    if not container.nodes and not isinstance(container.owner, AdHocSubProcess) and not container.is_event_sub_process:
        yield breach(container.owner, container=container.owner.id)


def begins(container: Container) -> Iterator[AnyFlowNode]:
    """The nodes that can get a first token."""
    starts = [*container.of(StartEvent), *_instantiating(container)]
    if starts and not isinstance(container.owner, AdHocSubProcess):
        yield from starts
        return
    for node in container.nodes.values():
        if not container.into(node) and not _is_begun_elsewhere(node):
            yield node


def _instantiating(container: Container) -> Iterator[AnyFlowNode]:
    for node in container.nodes.values():
        if isinstance(node, ReceiveTask | EventBasedGateway) and node.instantiate and not container.into(node):
            yield node


def _is_begun_elsewhere(node: AnyFlowNode) -> bool:
    if isinstance(node, BoundaryEvent):
        return True
    if isinstance(node, IntermediateCatchEvent):
        return any(isinstance(one, LinkDefinition) for one in single_definitions(node.definition))
    if isinstance(node, SubProcess) and node.triggered_by_event:
        return True
    return isinstance(node, Activity) and node.is_for_compensation


@structural(
    "nothing-to-start",
    "'{container}' has neither a start event nor an element without incoming flow: nothing would begin.",
    "Add a start event.",
)
def nothing_to_start(container: Container) -> Breaches:
    """BPMN 2.0.2, 13.2: without start event, all flow nodes without incoming sequence flow begin."""
    owner = container.owner
    if container.is_event_sub_process or isinstance(owner, AdHocSubProcess) or not container.nodes:
        return
    if next(begins(container), None) is None:
        yield breach(owner, container=owner.id)


@structural("several-none-start-events", "The sub-process has more than one none start event.", "Keep one of them.")
def several_none_start_events(container: Container) -> Breaches:
    """BPMN 2.0.2, 13.3.4: a sub-process begins at its unique empty start event."""
    is_embedded = not container.is_process and not container.is_event_sub_process
    if is_embedded and not isinstance(container.owner, AdHocSubProcess):
        yield from map(breach, _none_starts(container)[1:])


@warning_rule(
    "none-start-event-unused",
    "There is another none start event before this one, which begins the process when it is started or called.",
    "Keep one of them, or give this one a trigger.",
)
def none_start_event_unused(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.2: of several none start events only one is triggered when the process is called."""
    if container.is_process:
        yield from map(breach, _none_starts(container)[1:])


def _is_ad_hoc(container: Container) -> bool:
    return isinstance(container.owner, AdHocSubProcess)


def _none_starts(container: Container) -> list[StartEvent]:
    return [node for node in container.of(StartEvent) if node.definition is None]


@structural(
    "triggered-start-in-sub-process",
    "The start event of an embedded sub-process has a trigger.",
    "Make it a none start event.",
)
def triggered_start_in_sub_process(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.2: the start event of an embedded sub-process MUST NOT have a trigger."""
    if container.is_process or container.is_event_sub_process or isinstance(container.owner, AdHocSubProcess):
        return
    yield from (breach(node) for node in container.of(StartEvent) if node.definition is not None)


@structural(
    "event-sub-process-without-start-event",
    "The event sub-process has no start event.",
    "Add a start event with a trigger.",
)
def event_sub_process_without_start_event(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3.5: an event sub-process MUST have one and only one start event."""
    if container.is_event_sub_process and next(container.of(StartEvent), None) is None:
        yield breach(container.owner)


@structural(
    "event-sub-process-with-several-start-events",
    "The event sub-process has more than one start event.",
    "Keep one of them; a multiple event waits for several triggers.",
)
def event_sub_process_with_several_start_events(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3.5: an event sub-process MUST have one and only one start event."""
    if container.is_event_sub_process:
        yield from map(breach, list(container.of(StartEvent))[1:])


@structural(
    "event-sub-process-with-none-start-event",
    "The start event of the event sub-process has no trigger.",
    "Give it a trigger, such as a message or timer.",
)
def event_sub_process_with_none_start_event(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.2: the start event of an event sub-process MUST have a trigger."""
    if container.is_event_sub_process:
        yield from (breach(node) for node in container.of(StartEvent) if node.definition is None)


@structural(
    "non-interrupting-error-start",
    "An error start event always interrupts the process around it.",
    "Mark it as interrupting.",
)
def non_interrupting_error_start(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.2: an event sub-process begun by an error always interrupts."""
    for node in container.of(StartEvent):
        is_error = any(isinstance(one, ErrorDefinition) for one in single_definitions(node.definition))
        if container.is_event_sub_process and is_error and not node.is_interrupting:
            yield breach(node)


def _handled(
    container: Container, kind: type[ErrorDefinition | CompensateDefinition]
) -> Iterator[tuple[SubProcess, str]]:
    """Event sub-processes that are begun by this kind of event, with the code."""
    for sub_process in container.of(SubProcess):
        for start in sub_process.nodes if sub_process.triggered_by_event else ():
            for one in single_definitions(start.definition) if isinstance(start, StartEvent) else ():
                if isinstance(one, kind):
                    yield sub_process, getattr(one, "code", None) or ""


@structural(
    "error-handled-twice",
    "Another event sub-process of this level handles the same error.",
    "Keep one of them.",
)
def error_handled_twice(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.6: an error is caught by one handler of the nearest scope."""
    seen: set[str] = set()
    for sub_process, code in _handled(container, ErrorDefinition):
        if code in seen:
            yield breach(sub_process)
        seen.add(code)


@structural(
    "compensation-handled-twice",
    "Another event sub-process of this level compensates it.",
    "Keep one of them.",
)
def compensation_handled_twice(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.7.1: a sub-process has at most one compensation event sub-process."""
    yield from (breach(found) for found, _ in list(_handled(container, CompensateDefinition))[1:])


@warning_rule(
    "compensation-handler-of-process",
    "The event sub-process compensates the whole process, which nothing compensates once it is over.",
    "Put it into the sub-process that is to be compensated.",
)
def compensation_handler_of_process(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.7.1: a compensation event sub-process is within a process or a sub-process."""
    if container.is_process:
        yield from (breach(found) for found, _ in _handled(container, CompensateDefinition))


@structural("ad-hoc-without-activity", "The ad-hoc sub-process has no activity.", "Add the activities to choose from.")
def ad_hoc_without_activity(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3.5: an ad-hoc sub-process MUST contain at least one activity."""
    if isinstance(container.owner, AdHocSubProcess) and next(container.of(Activity), None) is None:
        yield breach(container.owner)


@structural(
    "ad-hoc-with-start-event",
    "A start event is in the ad-hoc sub-process.",
    "Delete it: the activities without incoming flow can be started.",
)
def ad_hoc_with_start_event(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3.5: start events MUST NOT be used in an ad-hoc sub-process."""
    if isinstance(container.owner, AdHocSubProcess) and not container.is_event_sub_process:
        yield from map(breach, container.of(StartEvent))


@structural(
    "ad-hoc-with-end-event",
    "An end event is in the ad-hoc sub-process.",
    "Delete it: the completion condition says when it ends.",
)
def ad_hoc_with_end_event(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3.5: end events MUST NOT be used in an ad-hoc sub-process."""
    if isinstance(container.owner, AdHocSubProcess):
        yield from map(breach, container.of(EndEvent))


@structural(
    "ad-hoc-triggered-by-event",
    "The ad-hoc sub-process is marked as event sub-process.",
    "Put it into an event sub-process.",
)
def ad_hoc_triggered_by_event(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3.5: an event sub-process begins at its start event, which an ad-hoc sub-process cannot have."""
    yield from (breach(node) for node in container.of(AdHocSubProcess) if node.triggered_by_event)


@warning_rule(
    "end-event-without-start-event",
    "There is an end event and no start event.",
    "Add a start event.",
)
def end_event_without_start_event(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.2: if there is an end event, there MUST be at least one start event."""
    if container.is_event_sub_process or isinstance(container.owner, AdHocSubProcess):
        return
    starts = [*container.of(StartEvent), *_instantiating(container)]
    end = next(container.of(EndEvent), None)
    if end is not None and not starts:
        yield breach(end)


@warning_rule(
    "start-event-without-end-event",
    "There is a start event and no end event.",
    "Add an end event to each path.",
)
def start_event_without_end_event(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.3: if there is a start event, there MUST be at least one end event."""
    start = next(container.of(StartEvent), None)
    throws = any(not container.out_of(node) for node in container.of(IntermediateThrowEvent))
    if start is not None and next(container.of(EndEvent), None) is None and not throws:
        yield breach(start)


@warning_rule("unreachable-node", "No path leads here from a start event.", "Connect or delete it.")
def unreachable_node(container: Container) -> Breaches:
    """BPMN 2.0.2, 13.2: a flow node is begun by a token, which comes from a start event."""
    pending = [node.id for node in begins(container)]
    if not pending:
        return  # said by nothing-to-start already
    caught = _catching_links(container)
    reached: set[ElementId] = set()
    while pending:
        node_id = pending.pop()
        if node_id not in reached:
            reached.add(node_id)
            pending.extend(_followers(container, node_id, caught))
    for node in container.nodes.values():
        if node.id not in reached and not (isinstance(node, SubProcess) and node.triggered_by_event):
            yield breach(node)


def _catching_links(container: Container) -> dict[str, list[ElementId]]:
    caught: dict[str, list[ElementId]] = {}
    for catch in container.of(IntermediateCatchEvent):
        for one in single_definitions(catch.definition):
            if isinstance(one, LinkDefinition):
                caught.setdefault(one.name, []).append(catch.id)
    return caught


def _followers(container: Container, node_id: ElementId, caught: dict[str, list[ElementId]]) -> Iterator[ElementId]:
    """Behind its flows, at its boundary, and behind a link."""
    yield from (flow.target for flow in container.outgoing.get(node_id, []))
    for event in container.boundaries.get(node_id, []):
        yield event.id
        if event.compensation_handler is not None:
            yield event.compensation_handler
    node = container.nodes.get(node_id)
    for one in single_definitions(node.definition) if isinstance(node, IntermediateThrowEvent) else ():
        if isinstance(one, LinkDefinition):
            yield from caught.get(one.name, [])


RULES: tuple[StructuralRule, ...] = (
    process_without_flow_nodes,
    nothing_to_start,
    several_none_start_events,
    none_start_event_unused,
    triggered_start_in_sub_process,
    event_sub_process_without_start_event,
    event_sub_process_with_several_start_events,
    event_sub_process_with_none_start_event,
    non_interrupting_error_start,
    error_handled_twice,
    compensation_handled_twice,
    compensation_handler_of_process,
    ad_hoc_without_activity,
    ad_hoc_with_start_event,
    ad_hoc_with_end_event,
    ad_hoc_triggered_by_event,
    end_event_without_start_event,
    start_event_without_end_event,
    unreachable_node,
)
