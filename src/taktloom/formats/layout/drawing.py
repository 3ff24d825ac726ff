# SPDX-License-Identifier: Apache-2.0
"""Shapes and orthogonal lines of one process or sub-process.

Boundary events sit on the lower edge of their host, the one with the uppermost branch rightmost, so that their lines do
not cross. Lines
leave a split downwards and reach a meeting point from below, along the row of their branch.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from taktloom.formats.layout.graph import FlowGraph, Link, host_of, make_graph
from taktloom.formats.layout.grid import COLUMN_GAP, Grid, Size, make_grid
from taktloom.formats.layout.rows import Rows, place_rows, stacked_links
from taktloom.formats.layout.shapes import Point, below, left, middle, moved_edge, moved_shape, right, tidy
from taktloom.model.identifiers import ElementId
from taktloom.model.process import (
    Activity,
    AnyFlowNode,
    Edge,
    ExclusiveGateway,
    Lane,
    ParallelGateway,
    SequenceFlow,
    Shape,
    SubProcess,
    UnsupportedNode,
)

__all__ = ["Drawing", "draw"]

TASK = (100.0, 80.0)
GATEWAY = (50.0, 50.0)
EVENT = (36.0, 36.0)
BOUNDARY_STEP = 46.0
Boxes = dict[ElementId, Shape]


@dataclass(slots=True, kw_only=True)
class Drawing:
    """Shapes and edges from the container's own corner (0, 0)."""

    width: float
    height: float
    shapes: list[Shape] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)

    def add_moved(self, other: "Drawing", by: Point) -> None:
        """Put another drawing into this one."""
        self.shapes.extend(moved_shape(shape, by) for shape in other.shapes)
        self.edges.extend(moved_edge(edge, by) for edge in other.edges)


def draw(nodes: Sequence[AnyFlowNode], flows: Sequence[SequenceFlow], lanes: Sequence[Lane] = ()) -> Drawing:
    """Lay one container out, its sub-processes first."""
    inner = {node.id: draw(node.nodes, node.flows) for node in nodes if isinstance(node, SubProcess)}
    sizes = {node.id: _size(node, inner.get(node.id)) for node in nodes}
    graph = make_graph(nodes, flows)
    rows = place_rows(graph)
    grid = make_grid(graph, rows, sizes, lanes)
    boxes = _boxes(graph, rows, sizes, grid)
    _add_boundary_boxes(boxes, nodes, sizes, graph)
    drawing = Drawing(width=grid.width, height=grid.height)
    if lanes:
        drawing.shapes.extend(_lane_shapes(lanes, grid))
    for node in nodes:
        box = boxes[node.id]
        content = inner.get(node.id)
        drawing.shapes.append(box if content is None else replace(box, is_expanded=True))
        if content is not None:
            drawing.add_moved(content, (box.x, box.y))
    for links in (*graph.forward.values(), *graph.back.values()):
        for link in links:
            channel = rows.channels.get(link.flow)
            height = None if channel is None else grid.height_of(link.source, channel)
            points = tidy(_route(graph, link, boxes, height))
            drawing.edges.append(Edge(element_id=link.flow, waypoints=points))
    return drawing


def _size(node: AnyFlowNode, inner: Drawing | None) -> Size:
    if inner is not None:
        return max(inner.width, TASK[0]), max(inner.height, TASK[1])
    if isinstance(node, ExclusiveGateway | ParallelGateway):
        return GATEWAY
    if isinstance(node, UnsupportedNode):
        return GATEWAY if node.xml_name.endswith("Gateway") else EVENT if node.xml_name.endswith("Event") else TASK
    return TASK if isinstance(node, Activity) else EVENT


def _boxes(graph: FlowGraph, rows: Rows, sizes: dict[ElementId, Size], grid: Grid) -> Boxes:
    boxes: Boxes = {}
    for node in graph.order:
        width, height = sizes[node]
        x, y = grid.x[grid.columns[node]], grid.height_of(node, rows.nodes[node])
        boxes[node] = Shape(element_id=node, x=x - width / 2, y=y - height / 2, width=width, height=height)
    return boxes


def _add_boundary_boxes(
    boxes: Boxes, nodes: Sequence[AnyFlowNode], sizes: dict[ElementId, Size], graph: FlowGraph
) -> None:
    events: dict[ElementId, list[ElementId]] = {}
    for node in nodes:
        host_id = host_of(node)
        if host_id is not None and node.id not in boxes:
            events.setdefault(host_id, []).append(node.id)
    for host_id, attached in events.items():
        host = boxes[host_id]
        stacked = [link.port for link in stacked_links(graph, host_id) if link.port != host_id]
        for number, event in enumerate(dict.fromkeys([*stacked, *attached])):
            width, height = sizes[event]
            x = host.x + host.width - min((number + 0.5) * BOUNDARY_STEP, host.width) - width / 2
            y = host.y + host.height - height / 2
            boxes[event] = Shape(element_id=event, x=x, y=y, width=width, height=height)


def _lane_shapes(lanes: Sequence[Lane], grid: Grid) -> list[Shape]:
    return [
        Shape(element_id=lane.id, x=0.0, y=top, width=grid.width, height=height, is_horizontal=True)
        for lane, (top, height) in zip(lanes, grid.bands, strict=True)
    ]


def _route(graph: FlowGraph, link: Link, boxes: Boxes, channel: float | None) -> list[Point]:
    """Waypoints of a flow. channel: height of its own row, None where it needs none."""
    port, target = boxes[link.port], boxes[link.target]
    (port_x, port_y), (target_x, target_y) = middle(port), middle(target)
    if channel is not None and abs(channel - port_y) >= 1:
        return [below(port, channel), (port_x, channel), (target_x, channel), below(target, channel)]
    if link.port != link.source:
        return [below(port, target_y), (port_x, target_y), left(target)]
    if abs(port_y - target_y) < 1:
        return [right(port), left(target)]
    if len(graph.forward[link.source]) > 1 and channel is None:
        return _from_split(port, target)
    if graph.incoming[link.target] > 1:
        return [right(port), (target_x, port_y), below(target, port_y)]
    return _with_turn(port, target)


def _from_split(port: Shape, target: Shape) -> list[Point]:
    if port.width > GATEWAY[0]:
        return _with_turn(port, target)
    height = middle(target)[1]
    return [below(port, height), (middle(port)[0], height), left(target)]


def _with_turn(port: Shape, target: Shape) -> list[Point]:
    turn = port.x + port.width + COLUMN_GAP / 3
    return [right(port), (turn, middle(port)[1]), (turn, middle(target)[1]), left(target)]
