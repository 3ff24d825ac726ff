# SPDX-License-Identifier: Apache-2.0
"""Diagram interchange: shapes and edges of all diagrams of a file, the first drawing of an element counting.

Coordinates that are missing or no numbers leave the shape out: a broken drawing must not keep a process from running.
"""

from lxml import etree

from taktloom.formats.bpmn.names import BPMNDI, DC, DI
from taktloom.model.diagram import Diagram, Edge, LabelBounds, Shape
from taktloom.model.identifiers import ElementId

__all__ = ["read_diagram", "read_edge", "read_shape", "write_diagram", "write_edge", "write_shape"]

_TRUTH = {"true": True, "1": True, "false": False, "0": False}


def read_diagram(root: etree._Element) -> Diagram | None:
    """The drawing, None where there is nothing to draw."""
    shapes: dict[str, Shape] = {}
    edges: dict[str, Edge] = {}
    for element in root.iter(f"{{{BPMNDI}}}BPMNShape"):
        shape = read_shape(element)
        if shape is not None:
            shapes.setdefault(shape.element_id, shape)
    for element in root.iter(f"{{{BPMNDI}}}BPMNEdge"):
        edge = read_edge(element)
        if edge is not None:
            edges.setdefault(edge.element_id, edge)
    if not shapes and not edges:
        return None
    return Diagram(shapes=tuple(shapes.values()), edges=tuple(edges.values()))


def write_diagram(root: etree._Element, diagram: Diagram, plane_element: str, number: int = 1) -> None:
    """Append one BPMNDiagram with all shapes and edges to *root*; *number* makes its ids."""
    holder = etree.SubElement(root, f"{{{BPMNDI}}}BPMNDiagram", id=f"BPMNDiagram_{number}")
    plane = etree.SubElement(holder, f"{{{BPMNDI}}}BPMNPlane", id=f"BPMNPlane_{number}", bpmnElement=plane_element)
    for shape in diagram.shapes:
        write_shape(plane, shape)
    for edge in diagram.edges:
        write_edge(plane, edge)


def read_shape(element: etree._Element) -> Shape | None:
    """One BPMNShape; None where it cannot be drawn."""
    bounds = _read_bounds(element)
    target = _target(element)
    if bounds is None or not target:
        return None
    return Shape(
        element_id=ElementId(target),
        x=bounds.x,
        y=bounds.y,
        width=bounds.width,
        height=bounds.height,
        is_expanded=_TRUTH.get(element.get("isExpanded") or ""),
        is_horizontal=_TRUTH.get(element.get("isHorizontal") or ""),
        is_marker_visible=_TRUTH.get(element.get("isMarkerVisible") or ""),
        label=_read_label(element),
    )


def read_edge(element: etree._Element) -> Edge | None:
    """One BPMNEdge; None where it cannot be drawn."""
    points = []
    for waypoint in element.findall(f"{{{DI}}}waypoint"):
        x, y = _number(waypoint.get("x")), _number(waypoint.get("y"))
        if x is None or y is None:
            return None
        points.append((x, y))
    target = _target(element)
    if len(points) < 2 or not target:
        return None
    return Edge(element_id=ElementId(target), waypoints=tuple(points), label=_read_label(element))


def _read_label(element: etree._Element) -> LabelBounds | None:
    label = element.find(f"{{{BPMNDI}}}BPMNLabel")
    return None if label is None else _read_bounds(label)


def _read_bounds(element: etree._Element) -> LabelBounds | None:
    bounds = element.find(f"{{{DC}}}Bounds")
    if bounds is None:
        return None
    x, y, width, height = (_number(bounds.get(name)) for name in ("x", "y", "width", "height"))
    if x is None or y is None or width is None or height is None:
        return None
    return LabelBounds(x=x, y=y, width=width, height=height)


def _target(element: etree._Element) -> str:
    return (element.get("bpmnElement") or "").rpartition(":")[2]  # a QName; its prefix names this very file


def write_edge(plane: etree._Element, edge: Edge) -> etree._Element:
    """Append one edge."""
    element = etree.SubElement(plane, f"{{{BPMNDI}}}BPMNEdge", id=f"{edge.element_id}_di", bpmnElement=edge.element_id)
    for x, y in edge.waypoints:
        etree.SubElement(element, f"{{{DI}}}waypoint", x=_number_text(x), y=_number_text(y))
    _write_label(element, edge.label)
    return element


def write_shape(plane: etree._Element, shape: Shape) -> etree._Element:
    """Append one shape."""
    element = etree.SubElement(
        plane, f"{{{BPMNDI}}}BPMNShape", id=f"{shape.element_id}_di", bpmnElement=shape.element_id
    )
    if shape.is_horizontal is not None:
        element.set("isHorizontal", str(shape.is_horizontal).lower())
    if shape.is_expanded is not None:
        element.set("isExpanded", str(shape.is_expanded).lower())
    if shape.is_marker_visible is not None:
        element.set("isMarkerVisible", str(shape.is_marker_visible).lower())
    _write_bounds(element, shape)
    _write_label(element, shape.label)
    return element


def _write_label(element: etree._Element, label: LabelBounds | None) -> None:
    if label is not None:
        _write_bounds(etree.SubElement(element, f"{{{BPMNDI}}}BPMNLabel"), label)


def _write_bounds(element: etree._Element, box: Shape | LabelBounds) -> None:
    bounds = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    etree.SubElement(element, f"{{{DC}}}Bounds", {name: _number_text(value) for name, value in bounds.items()})


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if abs(number) < 1e9 else None  # also leaves out nan and infinity


def _number_text(number: float) -> str:
    return repr(float(number)).removesuffix(".0")  # exact, so that a drawing survives being read and written
