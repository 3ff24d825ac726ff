# SPDX-License-Identifier: Apache-2.0
"""Data and annotations: in a strip above the rows or below them, each near the element that it belongs to.

They stand above where that element is the uppermost in its column, so that the line between them meets nothing else,
else below. Their lines are straight, as modelers draw associations.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lxml import etree

from taktloom.formats.layout.shapes import Point, middle
from taktloom.formats.layout.sizes import LABEL_CLEARANCE, Size, label_size, text_lines
from taktloom.formats.xml_reader import read_xml
from taktloom.model.diagram import Edge, LabelBounds, Shape
from taktloom.model.identifiers import ElementId
from taktloom.model.process import (
    Activity,
    AnyFlowNode,
    EndEvent,
    IntermediateThrowEvent,
    ProcessDefinition,
    SubProcess,
)
from taktloom.model.process_data import DataAssociation

__all__ = ["Beside", "Line", "Notes", "compensation_lines", "notes_of", "place_beside"]

DATA: Size = (36.0, 50.0)
STORE: Size = (50.0, 50.0)
NOTE_WIDTH = 120.0
NOTE_LINE = 16.0
GAP = 30.0
STRIP_GAP = 40.0
MARGIN = 16.0  # to the border of the container
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An association: its own id and those of its two ends."""

    id: ElementId
    source: ElementId
    target: ElementId


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    id: ElementId
    size: Size
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """What stands beside the nodes of a container, and the associations in it."""

    items: tuple[_Item, ...] = ()
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Shapes and lines in the container's coordinates; *above* is how far the strip above reaches over the rows."""

    shapes: tuple[Shape, ...] = ()
    edges: tuple[Edge, ...] = ()
    above: float = 0.0
    width: float = 0.0
    height: float = 0.0


def notes_of(owner: ProcessDefinition | SubProcess) -> Notes:
    """References to data, annotations and associations of a process or sub-process."""
    items = [
        _Item(id=reference.id, size=STORE if reference.is_store else DATA, label=reference.name)
        for reference in owner.data_references
    ]
    lines: list[Line] = []
    for artifact in (read_xml(text) for text in owner.artifacts):
        given = artifact.get("id")
        if artifact.tag == f"{BPMN}textAnnotation" and given:
            items.append(_Item(id=ElementId(given), size=_note_size(artifact)))
        elif artifact.tag == f"{BPMN}association" and given:
            ends = (_reference(artifact.get("sourceRef")), _reference(artifact.get("targetRef")))
            lines.append(Line(id=ElementId(given), source=ends[0], target=ends[1]))
    for node in owner.nodes:
        lines.extend(_data_lines(node))
    return Notes(items=tuple(items), lines=tuple(lines))


def compensation_lines(owner: ProcessDefinition | SubProcess, notes: Notes) -> list[Line]:
    """The associations that lead from boundary events to compensation handlers."""
    handlers = {node.id for node in owner.nodes if isinstance(node, Activity) and node.is_for_compensation}
    nodes = {node.id for node in owner.nodes}
    return [line for line in notes.lines if line.target in handlers and line.source in nodes]


def place_beside(notes: Notes, boxes: Mapping[ElementId, Shape], size: Size) -> Beside:
    """Place the items of *notes*; *size* is that of the rows."""
    items = {item.id: item for item in notes.items}
    partners: dict[ElementId, ElementId] = {}
    for line in notes.lines:
        for one, other in ((line.source, line.target), (line.target, line.source)):
            if one in items and other in boxes:
                partners.setdefault(one, other)
    above = [item for item in notes.items if item.id in partners and _is_uppermost(boxes[partners[item.id]], boxes)]
    below = [item for item in notes.items if item not in above]
    reach = max((item.size[1] + _label_height(item) for item in above), default=0.0)
    shapes = [*_row(above, partners, boxes, -STRIP_GAP), *_row(below, partners, boxes, size[1])]
    return _beside(notes, boxes, shapes, size, reach)


def _beside(
    notes: Notes, boxes: Mapping[ElementId, Shape], shapes: Sequence[Shape], size: Size, reach: float
) -> Beside:
    every = {**boxes, **{shape.element_id: shape for shape in shapes}}
    drawn = {shape.element_id for shape in shapes}
    edges = [
        _line(line.id, every[line.source], every[line.target])
        for line in notes.lines
        if line.source in every and line.target in every and (line.source in drawn or line.target in drawn)
    ]
    right = max((shape.x + shape.width + GAP for shape in shapes), default=0.0)
    bottom = max((_bottom(shape) + MARGIN for shape in shapes), default=0.0)
    return Beside(
        shapes=tuple(shapes),
        edges=tuple(edges),
        above=reach + STRIP_GAP + MARGIN if reach else 0.0,
        width=max(right, size[0]),
        height=max(bottom, size[1]),
    )


def _row(
    items: Sequence[_Item], partners: Mapping[ElementId, ElementId], boxes: Mapping[ElementId, Shape], y: float
) -> Iterator[Shape]:
    """The items from left to right as their partners are; those above (y < 0) stand on y."""
    free = GAP

    def wished(item: _Item) -> float:
        partner = partners.get(item.id)
        return free if partner is None else middle(boxes[partner])[0] - item.size[0] / 2

    for item in sorted(items, key=lambda item: (item.id not in partners, wished(item))):
        width, height = item.size
        label = label_size(item.label) if item.label else None
        room = 0.0 if label is None else max((label[0] - width) / 2, 0.0)
        x = max(wished(item), free + room)
        top = y - height - _label_height(item) if y < 0 else y
        yield replace(
            Shape(element_id=item.id, x=x, y=top, width=width, height=height),
            label=None if label is None else _label(x + width / 2, top + height, label),
        )
        free = x + width + room + GAP


def _label(centre: float, bottom: float, size: Size) -> LabelBounds:
    return LabelBounds(x=centre - size[0] / 2, y=bottom + LABEL_CLEARANCE, width=size[0], height=size[1])


def _label_height(item: _Item) -> float:
    return label_size(item.label)[1] + LABEL_CLEARANCE if item.label else 0.0


def _bottom(shape: Shape) -> float:
    return shape.y + shape.height if shape.label is None else shape.label.y + shape.label.height


def _is_uppermost(box: Shape, boxes: Mapping[ElementId, Shape]) -> bool:
    centre = middle(box)[0]
    return not any(
        other.y < box.y and other.x - GAP < centre < other.x + other.width + GAP
        for other in boxes.values()
        if other.element_id != box.element_id
    )


def _line(line_id: ElementId, one: Shape, other: Shape) -> Edge:
    """Straight, from border to border."""
    return Edge(element_id=line_id, waypoints=(_border(one, middle(other)), _border(other, middle(one))))


def _border(shape: Shape, towards: Point) -> Point:
    x, y = middle(shape)
    dx, dy = towards[0] - x, towards[1] - y
    scale = max(abs(dx) / (shape.width / 2), abs(dy) / (shape.height / 2), 1.0)
    return x + dx / scale, y + dy / scale


def _data_lines(node: AnyFlowNode) -> Iterator[Line]:
    if isinstance(node, Activity):
        yield from _associated(node.id, node.data_inputs, is_input=True)
        yield from _associated(node.id, node.data_outputs, is_input=False)
        return
    data = getattr(node, "data", None)
    if data is not None:
        is_input = isinstance(node, EndEvent | IntermediateThrowEvent)
        yield from _associated(node.id, data.associations, is_input=is_input)


def _associated(node: ElementId, associations: Sequence[DataAssociation], *, is_input: bool) -> Iterator[Line]:
    for association in associations:
        if association.id is None:
            continue
        if is_input and association.sources:
            yield Line(id=association.id, source=association.sources[0], target=node)
        elif not is_input and association.target is not None:
            yield Line(id=association.id, source=node, target=association.target)


def _note_size(annotation: etree._Element) -> Size:
    text = "".join(str(part) for part in annotation.itertext()).strip()
    return NOTE_WIDTH, max(len(text_lines(text, NOTE_WIDTH - 12.0)), 1) * NOTE_LINE + 14.0


def _reference(text: str | None) -> ElementId:
    return ElementId((text or "").rpartition(":")[2])
