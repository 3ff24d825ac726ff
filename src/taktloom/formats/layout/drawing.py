# SPDX-License-Identifier: Apache-2.0
"""Shapes and orthogonal lines of one process or sub-process.

Boundary events sit on the lower edge of their host, the one with the uppermost branch rightmost, so that their lines do
not cross. Lines leave a split downwards and reach a meeting point from below, along the row of their branch. A
compensation handler lies where a branch of its boundary event would.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from taktloom.formats.layout.beside import Beside, compensation_lines, notes_of, place_beside
from taktloom.formats.layout.graph import FlowGraph, Link, host_of, make_graph
from taktloom.formats.layout.grid import TURN, Grid, make_grid
from taktloom.formats.layout.labels import Boxes, LabelRequest, place_labels
from taktloom.formats.layout.rows import Rows, place_rows, stacked_links
from taktloom.formats.layout.shapes import Point, below, left, middle, moved_edge, moved_shape, right, tidy
from taktloom.formats.layout.sizes import GATEWAY, TASK, Size, boundary_step, extent_of, label_size, node_size
from taktloom.model.diagram import Edge, LabelBounds, Shape
from taktloom.model.identifiers import ElementId
from taktloom.model.process import AnyFlowNode, ExclusiveGateway, Lane, ProcessDefinition, SequenceFlow, SubProcess

__all__ = ["Drawing", "draw"]

BELOW_EVENT = 10.0  # to where a line that must go up turns


@dataclass(slots=True, kw_only=True)
class Drawing:
    """Shapes and edges from the container's own corner (0, 0). lanes_width: 0 where there are no lanes."""

    width: float
    height: float
    lanes_width: float = 0.0
    shapes: list[Shape] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)

    def add_moved(self, other: "Drawing", by: Point) -> None:
        """Put another drawing into this one."""
        self.shapes.extend(moved_shape(shape, by) for shape in other.shapes)
        self.edges.extend(moved_edge(edge, by) for edge in other.edges)


def draw(owner: ProcessDefinition | SubProcess) -> Drawing:
    """Lay one container out, its sub-processes first, then what stands beside its nodes."""
    notes = notes_of(owner)
    handled = [
        SequenceFlow(id=line.id, source=line.source, target=line.target) for line in compensation_lines(owner, notes)
    ]
    drawing = _draw_rows(owner.nodes, (*owner.flows, *handled), owner.lanes)
    nodes = {node.id for node in owner.nodes}
    boxes = {shape.element_id: shape for shape in drawing.shapes if shape.element_id in nodes}
    beside = place_beside(notes, boxes, (drawing.width, drawing.height))
    drawing.shapes.extend(beside.shapes)
    drawing.edges.extend(beside.edges)
    _stretch_lanes(drawing, owner.lanes, beside)
    whole = Drawing(width=beside.width, height=beside.height + beside.above, lanes_width=drawing.lanes_width)
    whole.add_moved(drawing, (0.0, beside.above))
    return whole


def _stretch_lanes(drawing: Drawing, lanes: Sequence[Lane], beside: Beside) -> None:
    """The first and last lane reach as far as what stands above and below the rows."""
    for number, shape in enumerate(drawing.shapes[: len(lanes)]):
        above = beside.above if number == 0 else 0.0
        below = max(beside.height - drawing.height, 0.0) if number == len(lanes) - 1 else 0.0
        drawing.shapes[number] = replace(shape, y=shape.y - above, height=shape.height + above + below)


def _draw_rows(nodes: Sequence[AnyFlowNode], flows: Sequence[SequenceFlow], lanes: Sequence[Lane]) -> Drawing:
    inner = {node.id: draw(node) for node in nodes if isinstance(node, SubProcess)}
    graph = make_graph(nodes, flows)
    rows = place_rows(graph)
    hosted = _hosted(nodes)
    sizes = {node.id: _size(node, inner.get(node.id), hosted.get(node.id, [])) for node in nodes}
    extents = {node.id: extent_of(node, sizes[node.id], graph, hosted.get(node.id, [])) for node in nodes}
    names = {flow.id: label_size(flow.name) for flow in flows if flow.name}
    grid = make_grid(graph, rows, extents, names, lanes)
    boxes = _boxes(graph, rows, sizes, grid)
    _add_boundary_boxes(boxes, hosted, sizes, graph)
    edges = _edges(graph, rows, grid, boxes)
    labels = place_labels(LabelRequest(nodes=nodes, graph=graph, boxes=boxes, edges=edges, flows=names))
    drawing = Drawing(width=grid.width, height=grid.height, lanes_width=grid.width if lanes else 0.0)
    if lanes:
        drawing.shapes.extend(_lane_shapes(lanes, grid))
    for node in nodes:
        drawing.shapes.append(_shape(node, boxes[node.id], labels.get(node.id)))
        if node.id in inner:
            drawing.add_moved(inner[node.id], (boxes[node.id].x, boxes[node.id].y))
    drawing.edges.extend(replace(edge, label=labels.get(edge.element_id)) for edge in edges)
    return drawing


def _hosted(nodes: Sequence[AnyFlowNode]) -> dict[ElementId, list[AnyFlowNode]]:
    """Boundary events by the activity that they sit on."""
    ids = {node.id for node in nodes}
    found: dict[ElementId, list[AnyFlowNode]] = {}
    for node in nodes:
        host = host_of(node)
        if host is not None and host in ids:
            found.setdefault(host, []).append(node)
    return found


def _size(node: AnyFlowNode, inner: Drawing | None, events: Sequence[AnyFlowNode]) -> Size:
    width, height = node_size(node) if inner is None else (max(inner.width, TASK[0]), max(inner.height, TASK[1]))
    return max(width, len(events) * boundary_step(events)), height


def _shape(node: AnyFlowNode, box: Shape, label: LabelBounds | None) -> Shape:
    return replace(
        box,
        is_expanded=True if isinstance(node, SubProcess) else None,
        is_marker_visible=True if isinstance(node, ExclusiveGateway) else None,
        label=label,
    )


def _edges(graph: FlowGraph, rows: Rows, grid: Grid, boxes: Boxes) -> list[Edge]:
    edges: list[Edge] = []
    for links in (*graph.forward.values(), *graph.back.values()):
        for link in links:
            channel = rows.channels.get(link.flow)
            height = None if channel is None else grid.height_of(link.source, channel)
            edges.append(Edge(element_id=link.flow, waypoints=tidy(_route(graph, link, boxes, height))))
    return edges


def _boxes(graph: FlowGraph, rows: Rows, sizes: dict[ElementId, Size], grid: Grid) -> Boxes:
    boxes: Boxes = {}
    for node in graph.order:
        width, height = sizes[node]
        x, y = grid.x[grid.columns[node]], grid.height_of(node, rows.nodes[node])
        boxes[node] = Shape(element_id=node, x=x - width / 2, y=y - height / 2, width=width, height=height)
    return boxes


def _add_boundary_boxes(
    boxes: Boxes, hosted: Mapping[ElementId, Sequence[AnyFlowNode]], sizes: dict[ElementId, Size], graph: FlowGraph
) -> None:
    for host_id, events in hosted.items():
        if host_id not in boxes:
            continue
        host, step = boxes[host_id], boundary_step(events)
        attached = [event.id for event in events if event.id not in boxes]
        stacked = [link.port for link in stacked_links(graph, host_id) if link.port != host_id]
        for number, event in enumerate(dict.fromkeys([*stacked, *attached])):
            width, height = sizes[event]
            x = host.x + host.width - min((number + 0.5) * step, host.width) - width / 2
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
    if link.port != link.source and target_y < port_y:
        return _around_host(port, boxes[link.source], target)
    if link.port != link.source:
        return [below(port, target_y), (port_x, target_y), left(target)]
    if abs(port_y - target_y) < 1:
        return [right(port), left(target)]
    if len(graph.forward[link.source]) > 1 and channel is None:
        return _from_split(port, target)
    if graph.incoming[link.target] > 1:
        return [right(port), (target_x, port_y), below(target, port_y)]
    return _with_turn(port, target)


def _around_host(event: Shape, host: Shape, target: Shape) -> list[Point]:
    """From below the boundary event past the right edge of its host, up into another lane."""
    under = event.y + event.height + BELOW_EVENT
    beside = host.x + host.width + TURN
    height = middle(target)[1]
    return [below(event, under), (middle(event)[0], under), (beside, under), (beside, height), left(target)]


def _from_split(port: Shape, target: Shape) -> list[Point]:
    if port.width > GATEWAY[0]:
        return _with_turn(port, target)
    height = middle(target)[1]
    return [below(port, height), (middle(port)[0], height), left(target)]


def _with_turn(port: Shape, target: Shape) -> list[Point]:
    turn = port.x + port.width + TURN
    return [right(port), (turn, middle(port)[1]), (turn, middle(target)[1]), left(target)]
