# SPDX-License-Identifier: Apache-2.0
"""Discovered models as SVG: a process where its diagram says, a Petri net in layers."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

from taktloom.mining.drawing.graph_svg import GraphEdge, GraphNode, graph_svg
from taktloom.mining.drawing.shapes import LINE_HEIGHT, document_head, text_lines
from taktloom.mining.petri import PetriNet
from taktloom.model.diagram import Diagram, Shape
from taktloom.model.process import (
    AnyFlowNode,
    EndEvent,
    ExclusiveGateway,
    InclusiveGateway,
    ParallelGateway,
    ProcessDefinition,
    StartEvent,
)

MARGIN = 20
_INK, _LINE, _GROUND = "#0f172a", "#475569", "#ffffff"
_MARKS = {ExclusiveGateway: "M-7 -7 7 7M7 -7 -7 7", ParallelGateway: "M-9 0H9M0 -9V9"}


def process_svg(definition: ProcessDefinition, diagram: Diagram) -> str:
    """The process as its diagram places it: activities, gateways, plain start and end events, flows."""
    nodes = {node.id: node for node in definition.nodes}
    right = max((shape.x + shape.width for shape in diagram.shapes), default=0.0)
    bottom = max((shape.y + shape.height for shape in diagram.shapes), default=0.0)
    points = [point for edge in diagram.edges for point in edge.waypoints]
    right, bottom = max([right, *(x for x, _ in points)]), max([bottom, *(y for _, y in points)])
    parts = [document_head(right + MARGIN, bottom + MARGIN + LINE_HEIGHT)]
    parts += [_flow(edge.waypoints) for edge in diagram.edges]
    parts += [_node(nodes[shape.element_id], shape) for shape in diagram.shapes if shape.element_id in nodes]
    return "\n".join([*parts, "</svg>\n"])


def net_svg(net: PetriNet) -> str:
    """Places as circles, transitions as boxes, silent ones with a dot; the end places have a colour of their own."""
    ends = {net.initial: 2, net.final: 1}
    nodes = [
        GraphNode(name=f"place {at}", label=name, group=ends.get(at, 0), is_round=True)
        for at, name in enumerate(net.places)
    ]
    nodes += [GraphNode(name=each.id, label=each.label or "·", group=-1) for each in net.transitions]
    edges = [
        GraphEdge(source=f"place {place}", target=each.id, weight=1.0)
        for each in net.transitions
        for place in each.inputs
    ]
    edges += [
        GraphEdge(source=each.id, target=f"place {place}", weight=1.0)
        for each in net.transitions
        for place in each.outputs
    ]
    return graph_svg(nodes, edges)


def _flow(points: Sequence[tuple[float, float]]) -> str:
    path = " ".join(f"{x:.0f} {y:.0f}" for x, y in points)
    return f'<path d="M{path}" fill="none" stroke="{_LINE}" stroke-width="1.5" marker-end="url(#arrow)"/>'


def _node(node: AnyFlowNode, shape: Shape) -> str:
    title = f"<title>{escape(node.name or node.id)}</title>"
    x, y = shape.x + shape.width / 2, shape.y + shape.height / 2
    if isinstance(node, StartEvent | EndEvent):
        width = 3 if isinstance(node, EndEvent) else 1.5
        return f'<g>{title}<circle cx="{x:.0f}" cy="{y:.0f}" r="{shape.width / 2:.0f}" {_outline(width)}/></g>'
    if isinstance(node, ExclusiveGateway | ParallelGateway | InclusiveGateway):
        half = shape.width / 2
        diamond = (
            f'<path d="M{x:.0f} {y - half:.0f}l{half:.0f} {half:.0f}-{half:.0f} {half:.0f}-{half:.0f}-{half:.0f}z"'
        )
        return f"<g>{title}{diamond} {_outline(1.5)}/>{_mark(node, x, y)}</g>"
    box = f'<rect x="{shape.x:.0f}" y="{shape.y:.0f}" width="{shape.width:.0f}" height="{shape.height:.0f}" rx="8"'
    lines = text_lines(node.name or node.id, longest=int(shape.width / 7), most=4)
    first = y + 4 - LINE_HEIGHT * (len(lines) - 1) / 2
    rows = "".join(
        f'<text x="{x:.0f}" y="{first + LINE_HEIGHT * number:.0f}" text-anchor="middle" fill="{_INK}">'
        f"{escape(line)}</text>"
        for number, line in enumerate(lines)
    )
    return f"<g>{title}{box} {_outline(1.5)}/>{rows}</g>"


def _mark(node: AnyFlowNode, x: float, y: float) -> str:
    if isinstance(node, InclusiveGateway):
        return f'<circle cx="{x:.0f}" cy="{y:.0f}" r="10" fill="none" stroke="{_INK}" stroke-width="2"/>'
    path = _MARKS[type(node)]
    return f'<path d="{path}" transform="translate({x:.0f} {y:.0f})" stroke="{_INK}" stroke-width="2.5"/>'


def _outline(width: float) -> str:
    return f'fill="{_GROUND}" stroke="{_INK}" stroke-width="{width}"'
