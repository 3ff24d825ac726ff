# SPDX-License-Identifier: Apache-2.0
"""Sequence flows: where they may begin and end, and their conditions. Source: BPMN 2.0.2, 7.6.1, 8.4.13 and 10."""

from collections.abc import Callable, Iterator

from taktloom.kernel.rules.container import Container
from taktloom.kernel.rules.structural import Breaches, StructuralRule, breach, structural, warning_rule
from taktloom.model.event_definitions import LinkDefinition, single_definitions
from taktloom.model.identifiers import ElementId
from taktloom.model.process import (
    Activity,
    AnyFlowNode,
    BoundaryEvent,
    ComplexGateway,
    EndEvent,
    EventBasedGateway,
    ExclusiveGateway,
    InclusiveGateway,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    ParallelGateway,
    SequenceFlow,
    StartEvent,
    SubProcess,
)

__all__ = ["RULES"]

CONNECT = "Connect the flow to a node of the same process or sub-process, or delete it."


def _unknown(container: Container, end: Callable[[SequenceFlow], str]) -> Breaches:
    said = {
        f.place.element_id for f in container.definition.findings if f.rule in {"flow-crosses-pool", "flow-to-data"}
    }
    for flow in container.flows:
        if end(flow) not in container.homes and flow.id not in said:
            yield breach(flow, node=end(flow), container=container.owner.id)


@structural("flow-source-unknown", "The flow's source '{node}' is no flow node of '{container}'.", CONNECT)
def flow_source_unknown(container: Container) -> Breaches:
    """BPMN 2.0.2, 8.4.13: sourceRef names the flow node that the sequence flow leaves."""
    yield from _unknown(container, lambda flow: flow.source)


@structural("flow-target-unknown", "The flow's target '{node}' is no flow node of '{container}'.", CONNECT)
def flow_target_unknown(container: Container) -> Breaches:
    """BPMN 2.0.2, 8.4.13: targetRef names the flow node that the sequence flow leads to."""
    yield from _unknown(container, lambda flow: flow.target)


@structural(
    "flow-crosses-sub-process", "The flow crosses the border of a sub-process: '{node}' is in '{home}'.", CONNECT
)
def flow_crosses_sub_process(container: Container) -> Breaches:
    """BPMN 2.0.2, 7.6.1: a sequence flow MUST NOT cross the boundary of a sub-process."""
    for flow in container.flows:
        for node in (flow.source, flow.target):
            if node not in container.nodes and node in container.homes:
                yield breach(flow, node=node, home=container.homes[node])
                break


@structural(
    "start-event-with-incoming-flow", "A flow leads into the start event.", "Lead it to the node after the start."
)
def start_event_with_incoming_flow(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.2: a start event MUST NOT be a target for sequence flow."""
    yield from (breach(node) for node in container.of(StartEvent) if container.into(node))


@structural(
    "boundary-event-with-incoming-flow",
    "A flow leads into the boundary event.",
    "Lead it to the node after the event.",
)
def boundary_event_with_incoming_flow(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.4: an event attached to an activity's boundary MUST NOT be a target for sequence flow."""
    yield from (breach(node) for node in container.of(BoundaryEvent) if container.into(node))


@structural(
    "end-event-with-outgoing-flow",
    "A flow leaves the end event.",
    "Make it an intermediate event, or delete the flow.",
)
def end_event_with_outgoing_flow(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.3: an end event MUST NOT be a source for sequence flow."""
    yield from (breach(node) for node in container.of(EndEvent) if container.out_of(node))


@structural(
    "flow-into-event-sub-process",
    "A flow leads into the event sub-process, which only its start event begins.",
    "Delete the flow, or make it an embedded sub-process.",
)
def flow_into_event_sub_process(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3.5: an event sub-process MUST NOT have any incoming sequence flow."""
    yield from (breach(node) for node in container.of(SubProcess) if node.triggered_by_event and container.into(node))


@structural(
    "flow-out-of-event-sub-process",
    "A flow leaves the event sub-process, which nothing follows.",
    "Delete the flow, or make it an embedded sub-process.",
)
def flow_out_of_event_sub_process(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3.5: an event sub-process MUST NOT have any outgoing sequence flow."""
    yield from (breach(node) for node in container.of(SubProcess) if node.triggered_by_event and container.out_of(node))


def _handlers(container: Container) -> list[Activity]:
    return [node for node in container.of(Activity) if node.is_for_compensation]


@structural(
    "flow-into-compensation-activity",
    "A flow leads into an activity that is there for compensation.",
    "Delete the flow: an association from the compensation event leads to it.",
)
def flow_into_compensation_activity(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.7.1: a compensation activity has no incoming sequence flow."""
    yield from (breach(node) for node in _handlers(container) if container.incoming.get(node.id))


@structural(
    "flow-out-of-compensation-activity",
    "A flow leaves an activity that is there for compensation.",
    "Delete the flow; a sub-process can hold several steps of compensation.",
)
def flow_out_of_compensation_activity(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.7.1: a compensation activity has no outgoing sequence flow."""
    yield from (breach(node) for node in _handlers(container) if container.outgoing.get(node.id))


def _is_link(node: IntermediateCatchEvent | IntermediateThrowEvent) -> bool:
    return any(isinstance(one, LinkDefinition) for one in single_definitions(node.definition))


@structural(
    "link-catch-with-incoming-flow",
    "A flow leads into the catching link event, which only throwing links reach.",
    "Lead the flow to a throwing link event or to the node behind this one.",
)
def link_catch_with_incoming_flow(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.4: a target link event MUST NOT be a target for sequence flow."""
    yield from (breach(n) for n in container.of(IntermediateCatchEvent) if _is_link(n) and container.into(n))


@structural(
    "link-throw-with-outgoing-flow",
    "A flow leaves the throwing link event, which goes on at the catching link.",
    "Delete the flow.",
)
def link_throw_with_outgoing_flow(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.4: a source link event MUST NOT be a source for sequence flow."""
    yield from (breach(n) for n in container.of(IntermediateThrowEvent) if _is_link(n) and container.out_of(n))


@warning_rule("event-without-outgoing-flow", "No flow leaves the event: its token ends there.", "Add an outgoing flow.")
def event_without_outgoing_flow(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.2 and 10.5.4: a start event and an event at a boundary are sources for sequence flow."""
    for node in container.of(StartEvent, BoundaryEvent):
        handles = isinstance(node, BoundaryEvent) and node.compensation_handler is not None
        if not handles and not container.out_of(node):
            yield breach(node)


REMOVE_CONDITION = "Remove it, or put an exclusive gateway in between."


def _conditional(container: Container, *kinds: type[AnyFlowNode]) -> Breaches:
    for node in container.of(*kinds):
        yield from (breach(flow) for flow in container.outgoing.get(node.id, ()) if flow.condition is not None)


@structural("condition-after-event", "A flow out of an event has a condition.", REMOVE_CONDITION)
def condition_after_event(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.2 and 10.5.4: a conditional sequence flow MUST NOT leave an event."""
    kinds = (StartEvent, IntermediateCatchEvent, IntermediateThrowEvent, BoundaryEvent)
    yield from _conditional(container, *kinds)


@structural("condition-after-parallel-gateway", "A flow out of a parallel gateway has a condition.", REMOVE_CONDITION)
def condition_after_parallel_gateway(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.6.4: a parallel gateway creates paths without checking any conditions."""
    yield from _conditional(container, ParallelGateway)


@structural(
    "condition-after-event-gateway",
    "A flow out of an event-based gateway has a condition.",
    "Remove it: the event that happens first decides.",
)
def condition_after_event_gateway(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.6.6: the outgoing sequence flows of the event gateway MUST NOT have a condition expression."""
    yield from _conditional(container, EventBasedGateway)


@structural(
    "lone-conditional-flow",
    "The only flow out of the activity has a condition: where it does not hold, the case has nowhere to go.",
    "Remove the condition, or add another outgoing flow.",
)
def lone_conditional_flow(container: Container) -> Breaches:
    """BPMN 2.0.2, 8.4.13: a conditional flow out of an activity needs at least one other outgoing sequence flow."""
    for node in container.of(Activity):
        flows = container.outgoing.get(node.id, [])
        if len(flows) == 1 and flows[0].condition is not None and flows[0].id != node.default_flow:
            yield breach(flows[0])


def _with_default(container: Container) -> Iterator[tuple[AnyFlowNode, ElementId]]:
    for node in container.nodes.values():
        if isinstance(node, Activity | ExclusiveGateway | InclusiveGateway | ComplexGateway) and node.default_flow:
            yield node, node.default_flow


@structural(
    "default-flow-unknown",
    "The default flow '{flow}' does not leave this element.",
    "Name one of its outgoing flows.",
)
def default_flow_unknown(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3, 10.6.2, 10.6.3 and 10.6.5: default names one of the outgoing sequence flows."""
    for node, default in _with_default(container):
        if all(flow.id != default for flow in container.out_of(node)):
            yield breach(node, flow=default)


@warning_rule(
    "default-flow-with-condition",
    "The default flow has a condition, which is never read.",
    "Remove the condition or the default mark.",
)
def default_flow_with_condition(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3 and 10.6.2: a condition of the default sequence flow SHALL be ignored."""
    for node, default in _with_default(container):
        for flow in container.out_of(node):
            if flow.id == default and flow.condition is not None:
                yield breach(flow)


def _undecided(container: Container) -> Iterator[list[SequenceFlow]]:
    """Of each diverging exclusive gateway the flows without condition that are not the marked default flow."""
    for node in container.of(ExclusiveGateway):
        outgoing = container.out_of(node)
        if len(outgoing) > 1:
            flows = [flow for flow in outgoing if flow.condition is None and flow.id != node.default_flow]
            is_meant = len(flows) == 1 and node.default_flow is None
            yield [] if is_meant else flows


@structural(
    "flow-without-condition",
    "A flow out of a diverging exclusive gateway has no condition and is not the default flow.",
    "Give it a condition or mark it as default.",
)
def flow_without_condition(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.6.2: the conditions of the outgoing sequence flows decide which one is taken."""
    for flows in _undecided(container):
        yield from map(breach, flows)


@warning_rule(
    "inclusive-flow-without-condition",
    "A flow out of a diverging inclusive gateway has no condition: it is always taken.",
    "Give it a condition or mark it as default.",
)
def inclusive_flow_without_condition(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.6.3: each outgoing sequence flow whose condition holds is taken."""
    for node in container.of(InclusiveGateway):
        outgoing = container.out_of(node)
        for flow in outgoing if len(outgoing) > 1 else ():
            if flow.condition is None and flow.id != node.default_flow:
                yield breach(flow)


RULES: tuple[StructuralRule, ...] = (
    flow_source_unknown,
    flow_target_unknown,
    flow_crosses_sub_process,
    start_event_with_incoming_flow,
    boundary_event_with_incoming_flow,
    end_event_with_outgoing_flow,
    flow_into_event_sub_process,
    flow_out_of_event_sub_process,
    flow_into_compensation_activity,
    flow_out_of_compensation_activity,
    link_catch_with_incoming_flow,
    link_throw_with_outgoing_flow,
    condition_after_event,
    condition_after_parallel_gateway,
    condition_after_event_gateway,
    lone_conditional_flow,
    default_flow_unknown,
    default_flow_with_condition,
    flow_without_condition,
    event_without_outgoing_flow,
    inclusive_flow_without_condition,
)
