# SPDX-License-Identifier: Apache-2.0
"""Diagrams of a written file: those of the file that was read, brought up to date, or a new one.

A kept diagram has what the model has not (styles, colours, several pages); where the model was moved or drawn anew
meanwhile, only bounds and waypoints are changed.
"""

from collections.abc import Iterator, Mapping

from lxml import etree

from taktloom.formats.bpmn.diagram import read_edge, read_shape, write_diagram, write_edge, write_shape
from taktloom.formats.bpmn.kept import foreign_element
from taktloom.formats.bpmn.names import BPMNDI, bpmn
from taktloom.model.diagram import Diagram, Edge, Shape
from taktloom.model.identifiers import ElementId
from taktloom.model.process import Definitions

__all__ = ["kept_drawings", "write_drawing"]


def write_drawing(root: etree._Element, definitions: Definitions) -> None:
    """Append new diagrams to *root* if the model is drawn; relationships stay behind them."""
    if definitions.diagram is None:
        return
    for number, (plane_element, part) in enumerate(_pages(root, definitions.diagram, definitions), start=1):
        write_diagram(root, part, plane_element, number)
    root.extend(root.findall(bpmn("relationship")))


def kept_drawings(definitions: Definitions, namespaces: Mapping[str, str]) -> list[etree._Element]:
    """The diagrams of the file that was read, as the model is drawn now."""
    holder = etree.Element("holder", nsmap=namespaces)
    holder.extend(foreign_element(text) for text in definitions.drawings)
    _bring_up_to_date(holder, definitions.diagram or Diagram())
    return list(holder)


def _bring_up_to_date(holder: etree._Element, diagram: Diagram) -> None:
    """The first drawing of an element is the one that the model has; other pages stay as they are."""
    shapes = {shape.element_id: shape for shape in diagram.shapes}
    edges = {edge.element_id: edge for edge in diagram.edges}
    for element in list(holder.iter(f"{{{BPMNDI}}}BPMNShape", f"{{{BPMNDI}}}BPMNEdge")):
        if element.tag == f"{{{BPMNDI}}}BPMNShape":
            _update_shape(element, shapes)
        else:
            _update_edge(element, edges)
    plane = holder.find(f".//{{{BPMNDI}}}BPMNPlane")
    if plane is None:
        return
    for shape in shapes.values():
        write_shape(plane, shape)
    for edge in edges.values():
        write_edge(plane, edge)


def _update_shape(element: etree._Element, shapes: dict[ElementId, Shape]) -> None:
    """Takes the shape out of *shapes*; one that the model has no longer is removed at its first drawing."""
    read = read_shape(element)
    if read is None:
        return
    wanted = shapes.pop(read.element_id, None)
    if wanted is not None and wanted != read:
        _replace(element, wanted)


def _update_edge(element: etree._Element, edges: dict[ElementId, Edge]) -> None:
    read = read_edge(element)
    if read is None:
        return
    wanted = edges.pop(read.element_id, None)
    if wanted is not None and wanted != read:
        _replace(element, wanted)


def _replace(element: etree._Element, wanted: Shape | Edge) -> None:
    """A new drawing of the element under the old one's id and with its colours and styles."""
    holder = etree.Element("holder")
    new = write_shape(holder, wanted) if isinstance(wanted, Shape) else write_edge(holder, wanted)
    for name, value in element.attrib.items():
        new.set(name, value)
    parent = element.getparent()
    if parent is not None:
        parent.replace(element, new)


def _pages(root: etree._Element, diagram: Diagram, definitions: Definitions) -> Iterator[tuple[str, Diagram]]:
    """What each page shows, with its part of the drawing: processes without a collaboration have a page each."""
    processes = root.findall(bpmn("process"))
    if len(processes) == 1 or root.find(bpmn("collaboration")) is not None:
        if diagram.shapes or diagram.edges:
            yield _plane_element(root, definitions), diagram
        return
    for process in processes:
        ids = {element.get("id") for element in process.iter("{*}*")}
        shapes = tuple(shape for shape in diagram.shapes if shape.element_id in ids)
        edges = tuple(edge for edge in diagram.edges if edge.element_id in ids)
        if shapes or edges:
            yield str(process.get("id")), Diagram(shapes=shapes, edges=edges)


def _plane_element(root: etree._Element, definitions: Definitions) -> str:
    """What the drawing shows: the collaboration if the file has one, else the first process."""
    collaboration = root.find(bpmn("collaboration"))
    if collaboration is not None and collaboration.get("id"):
        return str(collaboration.get("id"))
    return definitions.processes[0].id
