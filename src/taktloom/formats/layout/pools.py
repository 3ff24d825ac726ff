# SPDX-License-Identifier: Apache-2.0
"""Pools one below the other, with the message flows between them.

A message flow is straight where its ends stand over each other, else it turns in the gap between two pools. Pools of
other parties (black boxes) are as wide as the widest.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from taktloom.formats.layout.drawing import Drawing, draw
from taktloom.formats.layout.shapes import Point, middle, tidy
from taktloom.formats.layout.sizes import label_size
from taktloom.model.collaboration import Collaboration, MessageFlow
from taktloom.model.diagram import Edge, LabelBounds, Shape
from taktloom.model.identifiers import ElementId
from taktloom.model.process import ProcessDefinition

__all__ = ["draw_pools"]

HEAD = 30.0  # the pool's name
GAP = 60.0  # room for messages
BLACK_BOX = 60.0
WIDTH = 600.0  # at least
LABEL_GAP = 4.0
STEP = 12.0  # between messages that turn in one gap


@dataclass(slots=True)
class _Stack:
    drawing: Drawing
    top: float = 0.0


def draw_pools(processes: Sequence[ProcessDefinition], collaborations: Sequence[Collaboration]) -> Drawing:
    """All pools in order, then the processes that have none."""
    pools = [pool for collaboration in collaborations for pool in collaboration.participants]
    by_id = {process.id: process for process in processes}
    contents = {pool.id: draw(by_id[pool.process]) for pool in pools if pool.process in by_id}
    in_pools = {pool.process for pool in pools}
    others = [draw(process) for process in processes if process.id not in in_pools]
    width = max([drawing.width + HEAD for drawing in contents.values()], default=WIDTH)
    stack = _Stack(Drawing(width=max(width, WIDTH), height=0.0))
    for pool in pools:
        inner = contents.pop(pool.id, None)
        height = BLACK_BOX if inner is None else max(inner.height, BLACK_BOX)
        stack.drawing.shapes.append(
            Shape(element_id=pool.id, x=0, y=stack.top, width=stack.drawing.width, height=height, is_horizontal=True)
        )
        if inner is not None:
            stack.drawing.add_moved(_widened(inner, stack.drawing.width - HEAD), (HEAD, stack.top))
        stack.top += height + GAP
    for drawing in others:
        stack.drawing.add_moved(drawing, (0.0, stack.top))
        stack.top += drawing.height + GAP
    messages = [flow for collaboration in collaborations for flow in collaboration.message_flows]
    _add_messages(stack.drawing, messages)
    return replace(stack.drawing, height=max(stack.top - GAP, 0.0))


def _widened(drawing: Drawing, width: float) -> Drawing:
    """The drawing with its lanes as wide as its pool."""
    shapes = [
        replace(shape, width=width)
        if shape.is_horizontal and shape.x == 0 and shape.width == drawing.lanes_width
        else shape
        for shape in drawing.shapes
    ]
    return replace(drawing, shapes=shapes)


@dataclass(slots=True)
class _Used:
    """How many messages turn in each gap, and leave or reach each element."""

    turns: dict[float, int] = field(default_factory=dict)
    ends: dict[ElementId, int] = field(default_factory=dict)

    def end(self, shape: Shape) -> float:
        """Where the next message meets the shape: its middle, then beside it."""
        count = self.ends[shape.element_id] = self.ends.get(shape.element_id, 0) + 1
        reach = shape.width / 2 - STEP
        return middle(shape)[0] + _spread(count, reach if reach > STEP else 0.0)

    def turn(self, edge: float) -> float:
        """How far from the edge of a pool the next message turns."""
        count = self.turns[edge] = self.turns.get(edge, 0) + 1
        return GAP / 2 + _spread(count, GAP / 2 - STEP / 2)


def _spread(count: int, reach: float) -> float:
    """0, one step right, one step left, two steps right … and again from 0 where the reach is used up."""
    steps = count // 2 * STEP
    return (steps % reach if reach else 0.0) * (1 if count % 2 else -1)


def _add_messages(drawing: Drawing, messages: Sequence[MessageFlow]) -> None:
    shapes = {shape.element_id: shape for shape in drawing.shapes}
    pools = [shape for shape in drawing.shapes if shape.is_horizontal and shape.x == 0]
    used = _Used()
    for message in messages:
        source, target = shapes.get(message.source), shapes.get(message.target)
        if source is not None and target is not None:
            drawing.edges.append(_message(message, source, target, _turn(source, target, pools, used), used))


def _turn(source: Shape, target: Shape, pools: Sequence[Shape], used: _Used) -> float:
    """Height in the gap nearest to the target where the message may turn; each message gets its own."""
    is_downwards = middle(source)[1] < middle(target)[1]
    holder = next((pool for pool in pools if pool.y <= middle(target)[1] <= pool.y + pool.height), target)
    edge = holder.y if is_downwards else holder.y + holder.height
    return edge - used.turn(edge) if is_downwards else edge + used.turn(edge)


def _message(message: MessageFlow, source: Shape, target: Shape, turn: float, used: _Used) -> Edge:
    """A pool is met where the other end stands."""
    if source.is_horizontal:
        start = end = used.end(target)
    elif target.is_horizontal:
        start = end = used.end(source)
    else:
        start, end = used.end(source), used.end(target)
    is_downwards = middle(source)[1] < middle(target)[1]
    leaves = source.y + source.height if is_downwards else source.y
    arrives = target.y if is_downwards else target.y + target.height
    points: list[Point] = [(start, leaves), (start, turn), (end, turn), (end, arrives)]
    label = _label(message.name, points) if message.name else None
    return Edge(element_id=message.id, waypoints=tidy(points), label=label)


def _label(name: str, points: Sequence[Point]) -> LabelBounds:
    width, height = label_size(name)
    x, y = points[1]  # between two pools, where nothing else stands
    return LabelBounds(x=x + LABEL_GAP, y=y + LABEL_GAP, width=width, height=height)
