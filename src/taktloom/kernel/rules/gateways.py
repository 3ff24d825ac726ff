# SPDX-License-Identifier: Apache-2.0
"""Gateways: their flows, direction, and what an event-based gateway may lead to. Source: BPMN 2.0.2, 10.6."""

from collections.abc import Iterator

from taktloom.kernel.rules.container import Container
from taktloom.kernel.rules.structural import Breaches, StructuralRule, breach, structural, warning_rule
from taktloom.model.event_definitions import (
    ConditionalDefinition,
    MessageDefinition,
    SignalDefinition,
    TimerDefinition,
    single_definitions,
)
from taktloom.model.process import (
    AnyFlowNode,
    ComplexGateway,
    EventBasedGateway,
    ExclusiveGateway,
    Gateway,
    GatewayDirection,
    IntermediateCatchEvent,
    ReceiveTask,
    SequenceFlow,
    StartEvent,
)

__all__ = ["RULES"]

_AWAITED = (MessageDefinition, TimerDefinition, SignalDefinition, ConditionalDefinition)


@structural(
    "gateway-without-outgoing-flow", "No flow leaves the gateway.", "Add an outgoing flow, or use an end event."
)
def gateway_without_outgoing_flow(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.6: a gateway joins or splits, so at least one sequence flow leaves it."""
    for node in container.of(Gateway):
        if not isinstance(node, EventBasedGateway) and not container.outgoing.get(node.id):
            yield breach(node)


@structural(
    "gateway-without-incoming-flow",
    "No flow leads into the gateway, although a start event begins the process.",
    "Lead a flow to it, or delete it.",
)
def gateway_without_incoming_flow(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.6.1 to 10.6.6: without incoming flow a gateway acts only where no start event begins."""
    if next(container.of(StartEvent), None) is None:
        return
    for node in container.of(Gateway):
        instantiates = isinstance(node, EventBasedGateway) and node.instantiate
        if not instantiates and not container.incoming.get(node.id):
            yield breach(node)


@warning_rule(
    "gateway-without-effect",
    "One flow leads into the gateway and one leaves it: it neither splits nor joins.",
    "Delete it, or add the flow that is missing.",
)
def gateway_without_effect(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.6: a gateway MUST have multiple incoming or multiple outgoing sequence flows."""
    for node in container.of(Gateway):
        flows = len(container.incoming.get(node.id, ())), len(container.outgoing.get(node.id, ()))
        if flows == (1, 1) and not isinstance(node, EventBasedGateway):
            yield breach(node)


def _directed(container: Container, direction: GatewayDirection) -> Iterator[tuple[Gateway, int, int]]:
    for node in container.of(Gateway):
        if node.direction is direction:
            yield node, len(container.incoming.get(node.id, ())), len(container.outgoing.get(node.id, ()))


@structural(
    "converging-gateway-splits",
    "The gateway is marked as converging and has {count} outgoing flows.",
    "Leave one outgoing flow, or mark it as mixed.",
)
def converging_gateway_splits(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.6, gatewayDirection: a converging gateway MUST NOT have multiple outgoing sequence flows."""
    for node, _, outgoing in _directed(container, GatewayDirection.CONVERGING):
        if outgoing > 1:
            yield breach(node, count=str(outgoing))


@structural(
    "diverging-gateway-joins",
    "The gateway is marked as diverging and has {count} incoming flows.",
    "Leave one incoming flow, or mark it as mixed.",
)
def diverging_gateway_joins(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.6, gatewayDirection: a diverging gateway MUST NOT have multiple incoming sequence flows."""
    for node, incoming, _ in _directed(container, GatewayDirection.DIVERGING):
        if incoming > 1:
            yield breach(node, count=str(incoming))


@structural(
    "mixed-gateway-one-sided",
    "The gateway is marked as mixed and does not both join and split.",
    "Add flows on both sides, or mark it as what it is.",
)
def mixed_gateway_one_sided(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.6, gatewayDirection: a mixed gateway has multiple incoming and multiple outgoing flows."""
    for node, incoming, outgoing in _directed(container, GatewayDirection.MIXED):
        if incoming < 2 or 0 < outgoing < 2:
            yield breach(node)


@warning_rule(
    "gateway-without-default-flow",
    "No flow is marked as default: a case that fits no condition becomes an incident.",
    "Mark one flow as default.",
)
def gateway_without_default_flow(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.6.2: where no condition holds and there is no default flow, an exception is raised."""
    for node in container.of(ExclusiveGateway):
        outgoing = container.out_of(node)
        if len(outgoing) > 1 and node.default_flow is None and all(flow.condition is not None for flow in outgoing):
            yield breach(node)


@warning_rule(
    "default-flow-not-marked",
    "The flow '{flow}' has no condition and is taken as the default flow of the gateway, which marks none.",
    "Mark it as default.",
)
def default_flow_not_marked(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.6.2: default names the sequence flow that is taken if no condition holds."""
    for node in container.of(ExclusiveGateway):
        outgoing = container.out_of(node)
        plain = [flow for flow in outgoing if flow.condition is None]
        if len(outgoing) > 1 and node.default_flow is None and len(plain) == 1:
            yield breach(node, flow=plain[0].id)


@structural(
    "activation-condition-missing",
    "The complex gateway joins {count} flows and does not say when it fires.",
    "Write an activation condition, such as activationCount >= 2.",
)
def activation_condition_missing(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.6.5: activationCondition determines which combination of tokens activates the gateway."""
    for node in container.of(ComplexGateway):
        if len(container.into(node)) > 1 and not node.activation_condition:
            yield breach(node, count=str(len(container.into(node))))


@structural(
    "event-gateway-too-few-flows",
    "{count} flows leave the event-based gateway, which needs at least two events to choose from.",
    "Add another event, or put the event directly into the flow.",
)
def event_gateway_too_few_flows(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.6.6: an event gateway MUST have two or more outgoing sequence flows."""
    for node in container.of(EventBasedGateway):
        if len(container.out_of(node)) < 2:
            yield breach(node, count=str(len(container.out_of(node))))


def _chosen(container: Container, node: EventBasedGateway) -> Iterator[tuple[SequenceFlow, AnyFlowNode]]:
    for flow in container.out_of(node):
        target = container.nodes.get(flow.target)
        if target is not None:
            yield flow, target


def _is_awaited(node: AnyFlowNode) -> bool:
    if isinstance(node, ReceiveTask):
        return True
    if not isinstance(node, IntermediateCatchEvent):
        return False
    return all(isinstance(one, _AWAITED) for one in single_definitions(node.definition))


@structural(
    "event-gateway-target-unfit",
    "The flow out of the event-based gateway leads to '{node}', which waits for no event.",
    "Lead it to a catching message, timer, signal or conditional event, or to a receive task.",
)
def event_gateway_target_unfit(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.6.6: only these catching events and receive tasks may follow an event gateway."""
    for node in container.of(EventBasedGateway):
        for flow, target in _chosen(container, node):
            if not _is_awaited(target):
                yield breach(flow, node=target.id)


@structural(
    "event-gateway-mixes-messages",
    "Message events and receive tasks follow the same event-based gateway.",
    "Use one of them for all messages.",
)
def event_gateway_mixes_messages(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.6.6: where message events are used, receive tasks MUST NOT be used, and vice versa."""
    for node in container.of(EventBasedGateway):
        targets = [target for _, target in _chosen(container, node)]
        events = any(
            isinstance(one, MessageDefinition)
            for target in targets
            if isinstance(target, IntermediateCatchEvent)
            for one in single_definitions(target.definition)
        )
        if events and any(isinstance(target, ReceiveTask) for target in targets):
            yield breach(node)


@structural(
    "event-gateway-target-shared",
    "Another flow leads into '{node}', which follows an event-based gateway.",
    "Give the event no other incoming flow.",
)
def event_gateway_target_shared(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.6.6: target elements of an event gateway MUST NOT have additional incoming sequence flows."""
    for node in container.of(EventBasedGateway):
        for _, target in _chosen(container, node):
            if len(container.into(target)) > 1:
                yield breach(target, node=target.id)


@structural(
    "event-gateway-target-with-boundary",
    "A boundary event is attached to '{node}', which follows an event-based gateway.",
    "Let the other event follow the gateway itself.",
)
def event_gateway_target_with_boundary(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.6.6: receive tasks behind an event gateway MUST NOT have attached intermediate events."""
    for node in container.of(EventBasedGateway):
        for _, target in _chosen(container, node):
            yield from (breach(event, node=target.id) for event in container.boundaries.get(target.id, ()))


@structural(
    "event-gateway-target-repeats",
    "The receive task repeats or needs several tokens, though one message alone lets it begin.",
    "Put the repetition around a sub-process that begins with the gateway or the receive task.",
)
def event_gateway_target_repeats(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.6.6, 10.3.3: the event that comes first is chosen, so the task has happened, once."""
    chosen = {target.id for node in container.of(EventBasedGateway) for _, target in _chosen(container, node)}
    for task in container.of(ReceiveTask):
        if (task.instantiate or task.id in chosen) and (task.loop is not None or task.start_quantity > 1):
            yield breach(task)


@structural(
    "instantiating-gateway-with-incoming-flow",
    "A flow leads into the event-based gateway, which begins the process.",
    "Delete the flow, or let it not instantiate.",
)
def instantiating_gateway_with_incoming_flow(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.6.6: an instantiating event gateway MUST NOT have any incoming sequence flows."""
    for node in container.of(EventBasedGateway):
        if node.instantiate and container.into(node):
            yield breach(node)


@structural(
    "parallel-event-gateway-not-instantiating",
    "The event-based gateway waits for all its events and does not begin the process.",
    "Let it instantiate, or make it exclusive.",
)
def parallel_event_gateway_not_instantiating(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.6.6: eventGatewayType Parallel only where instantiate is true."""
    for node in container.of(EventBasedGateway):
        if node.is_parallel and not node.instantiate:
            yield breach(node)


@structural(
    "instantiating-gateway-in-sub-process",
    "The event-based gateway in a sub-process is to begin a process.",
    "Put it at the top of the process, or let it not instantiate.",
)
def instantiating_gateway_in_sub_process(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.6.6: an event gateway can start a process, and no sub-process."""
    if not container.is_process:
        yield from (breach(node) for node in container.of(EventBasedGateway) if node.instantiate)


RULES: tuple[StructuralRule, ...] = (
    gateway_without_outgoing_flow,
    gateway_without_incoming_flow,
    converging_gateway_splits,
    diverging_gateway_joins,
    mixed_gateway_one_sided,
    activation_condition_missing,
    event_gateway_too_few_flows,
    event_gateway_target_unfit,
    event_gateway_mixes_messages,
    event_gateway_target_shared,
    event_gateway_target_with_boundary,
    event_gateway_target_repeats,
    instantiating_gateway_with_incoming_flow,
    parallel_event_gateway_not_instantiating,
    instantiating_gateway_in_sub_process,
    gateway_without_effect,
    gateway_without_default_flow,
    default_flow_not_marked,
)
