# SPDX-License-Identifier: Apache-2.0
"""A diagram for a requirements graph that has none: inputs at the bottom, each decision above everything it requires.

Rows by the longest way down to an element without requirements; within a row the file's order. Sizes are those that
DMN editors use for new shapes.
"""

from collections.abc import Sequence

from lxml import etree

from taktloom.formats.dmn.namespaces import DC, DI
from taktloom.formats.dmn.xml_builder import XmlBuilder
from taktloom.model.decision import (
    BusinessKnowledgeModel,
    DecisionDefinition,
    DecisionRequirementsGraph,
    ElementReference,
    InputData,
)

__all__ = ["lay_out"]

_DECISION_SIZE, _INPUT_SIZE, _KNOWLEDGE_SIZE = (180, 80), (125, 45), (135, 46)
_GAP_ACROSS, _GAP_DOWN, _MARGIN = 60, 80, 160

_Shape = tuple[int, int, int, int]  # x, y, width, height
_Node = DecisionDefinition | InputData | BusinessKnowledgeModel


def lay_out(root: etree._Element, graph: DecisionRequirementsGraph, builder: XmlBuilder) -> None:
    """Append a DMNDI with a shape for each element and an edge for each requirement inside the file."""
    nodes: list[_Node] = [*graph.decisions, *graph.knowledge_models, *graph.inputs]
    shapes = _shapes(nodes)
    diagram_ns = builder.version.diagram
    interchange = etree.SubElement(root, f"{{{diagram_ns}}}DMNDI")
    diagram = etree.SubElement(interchange, f"{{{diagram_ns}}}DMNDiagram", {"id": builder.new_id("diagram")})
    for node in nodes:
        attributes = {"id": builder.new_id(f"shape_{node.id}"), "dmnElementRef": node.id}
        shape = etree.SubElement(diagram, f"{{{diagram_ns}}}DMNShape", attributes)
        x, y, width, height = shapes[node.id]
        etree.SubElement(
            shape, f"{{{DC}}}Bounds", {"height": str(height), "width": str(width), "x": str(x), "y": str(y)}
        )
    for requirement, source, target in _edges(root, builder):
        if source in shapes and target in shapes:
            _edge(diagram, requirement, shapes[source], shapes[target], builder)


def _shapes(nodes: Sequence[_Node]) -> dict[str, _Shape]:
    levels = _levels(nodes)
    highest = max(levels.values(), default=0)
    used: dict[int, int] = {}
    shapes: dict[str, _Shape] = {}
    for node in nodes:
        level = levels[node.id]
        width, height = _size(node)
        x = used.get(level, _MARGIN)
        y = _MARGIN // 2 + (highest - level) * (_DECISION_SIZE[1] + _GAP_DOWN)
        shapes[node.id] = (x, y, width, height)
        used[level] = x + width + _GAP_ACROSS
    return shapes


def _levels(nodes: Sequence[_Node]) -> dict[str, int]:
    """Longest way down, by relaxation; as many rounds as there are nodes also ends on a circle."""
    levels = {node.id: 0 for node in nodes}
    for _ in nodes:
        changed = False
        for node in nodes:
            wanted = max((levels[item.id] + 1 for item in _required(node) if item.id in levels), default=0)
            if levels[node.id] < wanted <= len(nodes):
                levels[node.id], changed = wanted, True
        if not changed:
            break
    return levels


def _required(node: _Node) -> tuple[ElementReference, ...]:
    if isinstance(node, DecisionDefinition):
        return (*node.required_decisions, *node.required_inputs, *node.required_knowledge)
    return node.required_knowledge if isinstance(node, BusinessKnowledgeModel) else ()


def _size(node: _Node) -> tuple[int, int]:
    if isinstance(node, DecisionDefinition):
        return _DECISION_SIZE
    return _INPUT_SIZE if isinstance(node, InputData) else _KNOWLEDGE_SIZE


def _edges(root: etree._Element, builder: XmlBuilder) -> list[tuple[str, str, str]]:
    found = []
    for name in ("informationRequirement", "knowledgeRequirement"):
        for requirement in root.iter(f"{{{builder.version.model}}}{name}"):
            owner = requirement.getparent()
            href = requirement[0].get("href", "")
            if owner is not None and href.startswith("#"):
                found.append((requirement.get("id", ""), href[1:], owner.get("id", "")))
    return found


def _edge(diagram: etree._Element, requirement: str, source: _Shape, target: _Shape, builder: XmlBuilder) -> None:
    attributes = {"id": builder.new_id(f"edge_{requirement}"), "dmnElementRef": requirement}
    edge = etree.SubElement(diagram, f"{{{builder.version.diagram}}}DMNEdge", attributes)
    ends = (
        (source[0] + source[2] // 2, source[1]),
        (target[0] + target[2] // 2, target[1] + target[3]),
    )
    for x, y in ends:
        etree.SubElement(edge, f"{{{DI}}}waypoint", {"x": str(x), "y": str(y)})
