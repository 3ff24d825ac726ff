# SPDX-License-Identifier: Apache-2.0
"""Object-centric graphs and nets as SVG, a colour per object type."""

from taktloom.mining.drawing.graph_svg import GraphEdge, GraphNode, graph_svg
from taktloom.mining.objects.object_graph import ObjectCentricGraph
from taktloom.mining.objects.object_net import ObjectCentricNet

BEGIN, END = "\x02", "\x03"


def object_graph_svg(graph: ObjectCentricGraph, *, flows: int = 120) -> str:
    """The graph with its most frequent *flows*; for each type a round begin and end."""
    number = {kind: at for at, kind in enumerate(graph.object_types)}
    nodes = [
        GraphNode(name=each.activity, label=each.activity, lines=(str(each.events),), group=-1)
        for each in graph.activities
    ]
    edges = [
        GraphEdge(
            source=flow.source,
            target=flow.target,
            weight=flow.frequency,
            label=str(flow.frequency),
            group=number[flow.object_type],
        )
        for flow in graph.flows[:flows]
    ]
    for kind, at in number.items():
        nodes += [GraphNode(name=f"{end}{kind}", label=kind, group=at, is_round=True) for end in (BEGIN, END)]
    for gate in graph.gates:
        kind = gate.object_type
        if gate.first:
            edges.append(_gate(f"{BEGIN}{kind}", gate.activity, gate.first, number[kind]))
        if gate.last:
            edges.append(_gate(gate.activity, f"{END}{kind}", gate.last, number[kind]))
    return graph_svg(nodes, edges, legend=graph.object_types)


def _gate(source: str, target: str, count: int, group: int) -> GraphEdge:
    return GraphEdge(source=source, target=target, weight=count, label=str(count), group=group)


def object_net_svg(net: ObjectCentricNet) -> str:
    """The net; variable arcs are thick and marked with an asterisk."""
    kinds = tuple(fit.object_type for fit in net.fits)
    number = {kind: at for at, kind in enumerate(kinds)}
    nodes = [
        GraphNode(name=place.id, label=place.object_type, group=number[place.object_type], is_round=True)
        for place in net.places
    ]
    nodes += [GraphNode(name=step.id, label=step.label or "·", group=-1) for step in net.transitions]
    edges = [
        GraphEdge(
            source=arc.source,
            target=arc.target,
            weight=2.0 if arc.is_variable else 0.5,
            label="*" if arc.is_variable else "",
            group=number[arc.object_type],
        )
        for arc in net.arcs
    ]
    return graph_svg(nodes, edges, legend=kinds)
