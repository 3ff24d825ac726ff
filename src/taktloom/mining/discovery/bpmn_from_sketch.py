# SPDX-License-Identifier: Apache-2.0
"""A sketch as a BPMN process of plain tasks: the picture of what the log shows, not yet made to run."""

from taktloom.mining.discovery.process_tree import ProcessTree
from taktloom.mining.discovery.sketch import NodeKind, ProcessSketch, SketchNode, sketch_process
from taktloom.model.identifiers import ElementId, ProcessId
from taktloom.model.process import (
    AnyFlowNode,
    EndEvent,
    ExclusiveGateway,
    ParallelGateway,
    ProcessDefinition,
    SequenceFlow,
    StartEvent,
    Task,
)


def bpmn_from_tree(tree: ProcessTree, *, process_id: ProcessId, name: str = "") -> ProcessDefinition:
    """The process of *tree*, not executable: activities are tasks without a kind, choices have no conditions."""
    return bpmn_from_sketch(sketch_process(tree), process_id=process_id, name=name)


def bpmn_from_sketch(sketch: ProcessSketch, *, process_id: ProcessId, name: str = "") -> ProcessDefinition:
    """The process of *sketch*; see `bpmn_from_tree`."""
    flows = tuple(
        SequenceFlow(id=flow.id, source=flow.source, target=flow.target, name=flow.label) for flow in sketch.flows
    )
    nodes = tuple(_flow_node(node, sketch) for node in sketch.nodes)
    return ProcessDefinition(id=process_id, name=name, is_executable=False, nodes=nodes, flows=flows)


def _flow_node(node: SketchNode, sketch: ProcessSketch) -> AnyFlowNode:
    incoming = tuple(flow.id for flow in sketch.incoming(node.id))
    outgoing = tuple(flow.id for flow in sketch.outgoing(node.id))
    if node.kind is NodeKind.START:
        return StartEvent(id=node.id, outgoing=outgoing)
    if node.kind is NodeKind.END:
        return EndEvent(id=node.id, incoming=incoming)
    if node.kind is NodeKind.ACTIVITY:
        return Task(id=node.id, name=node.label, incoming=incoming, outgoing=outgoing)
    return gateway_of(node.id, node.kind, incoming, outgoing)


def gateway_of(
    node_id: ElementId, kind: NodeKind, incoming: tuple[ElementId, ...], outgoing: tuple[ElementId, ...]
) -> ExclusiveGateway | ParallelGateway:
    """The gateway of a sketch's gateway node, without a default flow."""
    if kind in {NodeKind.FORK, NodeKind.JOIN}:
        return ParallelGateway(id=node_id, incoming=incoming, outgoing=outgoing)
    return ExclusiveGateway(id=node_id, incoming=incoming, outgoing=outgoing)
