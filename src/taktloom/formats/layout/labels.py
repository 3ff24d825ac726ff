# SPDX-License-Identifier: Apache-2.0
"""Where names stand that are written beside their element.

The layout leaves room for each name at its first place: above or below the node, above the line of the flow, near where
the flow leaves its source. Where lines do cross (models without blocks, lanes) the place may be taken; then the first
of the others that is free is used, and where none is, the one that covers least.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from taktloom.formats.layout.graph import FlowGraph
from taktloom.formats.layout.shapes import Point
from taktloom.formats.layout.sizes import LABEL_CLEARANCE, LINE_CLEARANCE, LabelSide, Size, node_label
from taktloom.model.diagram import Edge, LabelBounds, Shape
from taktloom.model.identifiers import ElementId
from taktloom.model.process import AnyFlowNode

__all__ = ["Boxes", "LabelRequest", "place_labels"]

Boxes = dict[ElementId, Shape]
Box = tuple[float, float, float, float]  # left, top, right, bottom
SLASH = 14.0  # room at the start of a line for the mark of a default flow
CELL = 250.0
CROSSED_LINE = 400.0  # as bad as covering so many square pixels of a shape


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRequest:
    """One container, drawn. flows: sizes of the names of flows."""

    nodes: Sequence[AnyFlowNode]
    graph: FlowGraph
    boxes: Boxes
    edges: Sequence[Edge]
    flows: Mapping[ElementId, Size]


def place_labels(request: LabelRequest) -> dict[ElementId, LabelBounds]:
    """Label bounds by element; nodes first, then flows in order."""
    names = {node.id: label for node in request.nodes if (label := node_label(node, request.graph)) is not None}
    if not names and not request.flows:
        return {}
    taken = _Taken()
    for shape in request.boxes.values():
        taken.add((shape.x, shape.y, shape.x + shape.width, shape.y + shape.height), is_line=False)
    for edge in request.edges:
        for (x1, y1), (x2, y2) in pairwise(edge.waypoints):
            taken.add((min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)), is_line=True)
    found: dict[ElementId, LabelBounds] = {}
    for node_id, (side, size) in names.items():
        found[node_id] = taken.place(_beside_node(request.boxes[node_id], side, size), size)
    for edge in request.edges:
        wanted = request.flows.get(edge.element_id)
        if wanted is not None:
            found[edge.element_id] = taken.place(_beside_line(edge, wanted), wanted)
    return found


@dataclass(slots=True)
class _Taken:
    """What labels must not cover, by squares of the plane; lines are boxes without breadth."""

    cells: dict[tuple[int, int], list[tuple[Box, bool]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, box: Box, *, is_line: bool) -> None:
        for cell in _cells(box):
            self.cells[cell].append((box, is_line))

    def place(self, corners: Iterator[Point], size: Size) -> LabelBounds:
        """The first corner where nothing is covered, else the one that covers least."""
        best: tuple[float, Box] | None = None
        for x, y in corners:
            box = (x, y, x + size[0], y + size[1])
            cost = self._cost(box)
            if best is None or cost < best[0]:
                best = cost, box
            if cost == 0:
                break
        assert best is not None  # every element has at least one place
        left, top, right, bottom = best[1]
        self.add(best[1], is_line=False)
        return LabelBounds(x=left, y=top, width=right - left, height=bottom - top)

    def _cost(self, box: Box) -> float:
        cost = 0.0
        for other, is_line in {entry for cell in _cells(box) for entry in self.cells.get(cell, ())}:
            width = min(box[2], other[2]) - max(box[0], other[0])
            height = min(box[3], other[3]) - max(box[1], other[1])
            if width >= 0 and height >= 0:
                cost += CROSSED_LINE if is_line else width * height
        return cost


def _cells(box: Box) -> Iterator[tuple[int, int]]:
    for column in range(int(box[0] // CELL), int(box[2] // CELL) + 1):
        for row in range(int(box[1] // CELL), int(box[3] // CELL) + 1):
            yield column, row


def _beside_node(shape: Shape, side: LabelSide, size: Size) -> Iterator[Point]:
    width, height = size
    centre, bottom = shape.x + shape.width / 2, shape.y + shape.height
    above, below = shape.y - LABEL_CLEARANCE - height, bottom + LABEL_CLEARANCE
    if side is LabelSide.BESIDE_LINE:
        for y in (below, below + SLASH):  # the second is under a line that turns right below the events
            yield centre - LABEL_CLEARANCE - width, y
            yield centre + LABEL_CLEARANCE, y
        yield centre - width / 2, above
        return
    first, second = (above, below) if side is LabelSide.ABOVE else (below, above)
    for y in (first, second):
        for x in (centre - width / 2, centre + LABEL_CLEARANCE, centre - LABEL_CLEARANCE - width):
            yield x, y


def _beside_line(edge: Edge, size: Size) -> Iterator[Point]:
    """Above each level stretch, then below it; then beside the middle of any stretch."""
    stretches = list(pairwise(edge.waypoints))
    level = [stretch for stretch in stretches if abs(stretch[0][1] - stretch[1][1]) < 1]
    for start, end in level:
        clear = SLASH if start == edge.waypoints[0] else LINE_CLEARANCE
        yield from _along(start, end, size, start[1] - LINE_CLEARANCE - size[1], clear)
    for start, end in level:
        yield from _along(start, end, size, start[1] + LINE_CLEARANCE, SLASH)
    for (x, y1), (_, y2) in stretches:
        y = (y1 + y2 - size[1]) / 2
        yield x + LINE_CLEARANCE, y
        yield x - LINE_CLEARANCE - size[0], y


def _along(start: Point, end: Point, size: Size, y: float, clear: float) -> Iterator[Point]:
    """Near the start, *clear* of it; in the middle; before the arrow."""
    left, right = sorted((start[0], end[0]))
    first, last = left + clear, right - clear - size[0]
    near, far = (first, last) if end[0] >= start[0] else (last, first)
    yield near, y
    yield (left + right - size[0]) / 2, y
    yield far, y
