# SPDX-License-Identifier: Apache-2.0
"""How large shapes and labels are, and how far each node reaches with its label.

A task grows with its name, up to 160 x 100, such that the lines stay clear of the marker in its corner. The name of an
event or gateway stands below it, above where lines may leave or arrive below. Boundary events stand far enough apart
that their names fit between their lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from math import ceil

from taktloom.formats.layout.graph import FlowGraph
from taktloom.formats.layout.text import LINE_HEIGHT, text_width, wrap
from taktloom.model.process import Activity, AnyFlowNode, Gateway, Task, UnsupportedNode

__all__ = [
    "EVENT",
    "GATEWAY",
    "LABEL_CLEARANCE",
    "LINE_CLEARANCE",
    "TASK",
    "Extent",
    "LabelSide",
    "Size",
    "boundary_step",
    "extent_of",
    "label_size",
    "node_label",
    "node_size",
    "text_lines",
]

Size = tuple[float, float]

TASK = (100.0, 80.0)
GATEWAY = (50.0, 50.0)
EVENT = (36.0, 36.0)
TASK_SIZES = (TASK, (120.0, 80.0), (140.0, 80.0), (120.0, 100.0), (140.0, 100.0), (160.0, 100.0))
TASK_FONT, LABEL_FONT = 12.0, 11.0
PADDING = 7.0  # of the text in a task
MARKER = 22.0  # height of the sign in the upper left corner
LABEL_WIDTHS = (102.0, 136.0, 170.0, 204.0)  # in Arial the lines that 90, 120, 150, 180 hold
LABEL_LINES = 3  # more only where the widest label needs more
LABEL_CLEARANCE = 4.0
LINE_CLEARANCE = 5.0
BOUNDARY_STEP = 46.0
NAMED_BOUNDARY_STEP = 72.0
BOUNDARY_LABEL = 58.0


class LabelSide(Enum):
    """Where the name of an event or gateway stands."""

    ABOVE = "above"
    BELOW = "below"
    BESIDE_LINE = "left of the line of a boundary event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """What a node needs with its label: width, reach above and below its middle."""

    width: float
    up: float
    down: float


def node_size(node: AnyFlowNode) -> Size:
    """Width and height of what holds no other nodes."""
    if isinstance(node, Gateway):
        return GATEWAY
    if isinstance(node, UnsupportedNode):
        return GATEWAY if node.xml_name.endswith("Gateway") else EVENT if node.xml_name.endswith("Event") else TASK
    return _task_size(node) if isinstance(node, Activity) else EVENT


def _task_size(node: Activity) -> Size:
    """The smallest of the sizes that the name fits in without a broken word, else the largest."""
    head = PADDING if type(node) is Task else MARKER
    words = max((text_width(word, TASK_FONT) for word in node.name.split()), default=0.0)
    for width, height in TASK_SIZES:
        inside = width - 2 * PADDING
        lines = len(wrap(node.name, inside, TASK_FONT))
        is_whole = words <= inside or width == TASK_SIZES[-1][0]
        if is_whole and lines * TASK_FONT * LINE_HEIGHT <= height - 2 * head:
            return width, height
    return TASK_SIZES[-1]


def label_size(name: str) -> Size:
    """Width and height of a name beside its element: as narrow as three lines allow."""
    for limit in LABEL_WIDTHS:
        size = _wrapped_size(name, limit)
        if size[1] <= LABEL_LINES * LABEL_FONT * LINE_HEIGHT + 1:
            break
    return size


def _wrapped_size(name: str, limit: float) -> Size:
    lines = wrap(name, limit, LABEL_FONT)
    height = ceil(max(len(lines), 1) * LABEL_FONT * LINE_HEIGHT)
    if len(lines) > 1:
        return limit, height  # the viewer wraps at the width that it is given
    slack = 4.0  # a font that is a little wider must not break the last word off
    return ceil(text_width(name, LABEL_FONT) + slack), height


def text_lines(text: str, width: float) -> list[str]:
    """A text of the size of names in tasks, wrapped at *width*."""
    return wrap(text, width, TASK_FONT)


def boundary_step(events: Sequence[AnyFlowNode]) -> float:
    """Distance of the boundary events of one activity."""
    return NAMED_BOUNDARY_STEP if any(event.name for event in events) else BOUNDARY_STEP


def has_label(node: AnyFlowNode) -> bool:
    """Whether the node's name is written beside it."""
    if isinstance(node, UnsupportedNode):
        return bool(node.name) and node.xml_name.endswith(("Gateway", "Event"))
    return bool(node.name) and not isinstance(node, Activity)


def node_label(node: AnyFlowNode, graph: FlowGraph) -> tuple[LabelSide, Size] | None:
    """Where the name stands and how large it is; None without a name or where the shape holds it."""
    if not has_label(node):
        return None
    if node.id not in graph.incoming:  # no node of the graph: a boundary event
        return LabelSide.BESIDE_LINE, _wrapped_size(node.name, BOUNDARY_LABEL)
    lines = max(graph.incoming[node.id] + len(graph.back.get(node.id, ())), graph.outgoing[node.id])
    return (LabelSide.ABOVE if lines > 1 else LabelSide.BELOW), label_size(node.name)


def extent_of(node: AnyFlowNode, size: Size, graph: FlowGraph, events: Sequence[AnyFlowNode]) -> Extent:
    """What the node needs; *events* sit on it."""
    width, half = size[0], size[1] / 2
    up = down = half
    label = node_label(node, graph)
    if label is not None and label[0] is not LabelSide.BESIDE_LINE:
        width = max(width, label[1][0] + 2 * LABEL_CLEARANCE)
        reach = half + label[1][1] + 2 * LABEL_CLEARANCE
        up, down = (reach, down) if label[0] is LabelSide.ABOVE else (up, reach)
    for event in events:
        named = node_label(event, graph)
        down = max(down, half + EVENT[1] / 2 + (0.0 if named is None else named[1][1] + LABEL_CLEARANCE))
    return Extent(width=width, up=up, down=down)
