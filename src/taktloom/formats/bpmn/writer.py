# SPDX-License-Identifier: Apache-2.0
"""`Definitions` to BPMN 2.0 XML, valid against the OMG schema; what was read comes back without loss.

What the model has classes for is written in the standard's elements with `zeebe:` and `taktloom:` extensions, which
Camunda's modelers can edit. What a file said beyond or in other words is put back (`kept`), after a check that it still
says what the model says.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import cast

from lxml import etree

from taktloom.formats.bpmn.collaboration_writer import new_collaborations
from taktloom.formats.bpmn.containers import CONTAINED, read_flow, read_node, read_process, with_flows
from taktloom.formats.bpmn.drawing_writer import kept_drawings, write_drawing
from taktloom.formats.bpmn.index import index_file
from taktloom.formats.bpmn.kept import apply_kept, foreign_element, is_same, mended, sort_children
from taktloom.formats.bpmn.names import BPMN, PREFIXES, bpmn, local_name
from taktloom.formats.bpmn.node_writer import definitions_element, flow_element, node_element, process_element
from taktloom.formats.bpmn.parts_writer import data_element, data_reference
from taktloom.formats.bpmn.reading import Reading
from taktloom.formats.bpmn.root_order import arranged
from taktloom.formats.bpmn.roots import Roots, all_nodes
from taktloom.model.process import (
    NOTHING_FOREIGN,
    AnyFlowNode,
    Definitions,
    Foreign,
    ProcessDefinition,
    SequenceFlow,
    SubProcess,
    UnsupportedNode,
)

__all__ = ["write_bpmn"]

ARTIFACTS = frozenset({"association", "group", "textAnnotation"})


def write_bpmn(definitions: Definitions) -> bytes:
    """The file as UTF-8 bytes with an XML declaration; the drawings are written if there are any."""
    namespaces = _namespaces(definitions)
    root = apply_kept(definitions_element(definitions, namespaces), definitions.foreign)
    roots = Roots(definitions, namespaces)
    writing = _Writing(roots, namespaces)
    processes = [writing.process(process) for process in definitions.processes]
    new = [*roots.elements(definitions.processes), *new_collaborations(definitions, roots.kept)]
    pages = kept_drawings(definitions, namespaces)
    root.extend(arranged(definitions.order, [*roots.kept, *processes, *pages], new))
    if not pages:
        write_drawing(root, definitions)
    sort_children(root, definitions.foreign)
    writing.check(root)
    _mark_without_namespace(root)
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _namespaces(definitions: Definitions) -> Mapping[str, str]:
    """The file's prefixes, which values may use, and ours where they are free."""
    found: dict[str | None, str] = {prefix or None: uri for prefix, uri in definitions.namespaces}
    for prefix, uri in PREFIXES.items():
        if uri not in found.values():
            free = prefix
            while free in found:
                free = f"{free}_"
            found[free] = uri
    return cast("Mapping[str, str]", found)  # lxml has the default namespace under None, its types have not


def _mark_without_namespace(root: etree._Element) -> None:
    """Vendors' elements without a namespace stay so under a default one; lxml does not see to it itself."""
    if root.nsmap.get(cast("str", None)) is None:
        return
    pending = [part for part in root.iter("{}*") if _has_namespace(part.getparent())]
    for part in pending:
        marked = foreign_element(f'<{part.tag} xmlns=""/>')
        marked.attrib.update(part.attrib)
        marked.text, marked.tail = part.text, part.tail
        marked.extend(list(part))
        parent = part.getparent()
        if parent is not None:
            parent.replace(part, marked)


def _has_namespace(element: etree._Element | None) -> bool:
    return element is not None and etree.QName(element).namespace is not None


class _Writing:
    """Writes processes, and checks what was kept of them once the whole file is there."""

    def __init__(self, roots: Roots, namespaces: Mapping[str, str]) -> None:
        self.roots, self.namespaces = roots, namespaces
        self._kept: list[tuple[etree._Element, AnyFlowNode | SequenceFlow | ProcessDefinition]] = []

    def process(self, process: ProcessDefinition) -> etree._Element:
        element = apply_kept(process_element(process, self.namespaces), process.foreign)
        self._note(element, process)
        self._contents(element, process)
        return element

    def check(self, root: etree._Element) -> None:
        """Take out kept parts that say something else than the model."""
        if not self._kept:
            return
        ids = {str(child.get("id")): child for child in root.iterchildren("{*}*") if child.get("id")}
        language = root.get("expressionLanguage") or ""
        reading = Reading(source="", roots=ids, language="" if "XPath" in language else language, is_shallow=True)
        index_file(reading, root)
        for element, model in self._kept:
            if not _fits(reading, element, model):
                self._mend(reading, element, model)

    def _mend(
        self, reading: Reading, element: etree._Element, model: AnyFlowNode | SequenceFlow | ProcessDefinition
    ) -> None:
        contents = [child for child in element if local_name(child.tag) in CONTAINED]
        foreign = Foreign() if isinstance(model, UnsupportedNode) else model.foreign
        new = mended(foreign, lambda: self._generated(model), lambda tried: _fits(reading, tried, model))
        new.extend(contents)
        sort_children(new, foreign)
        parent = element.getparent()
        if parent is not None:
            parent.replace(element, new)

    def _generated(self, model: AnyFlowNode | SequenceFlow | ProcessDefinition) -> etree._Element:
        if isinstance(model, ProcessDefinition):
            return process_element(model, self.namespaces)
        if isinstance(model, SequenceFlow):
            return flow_element(model, self.namespaces)
        return node_element(model, self.roots, namespaces=self.namespaces)

    def _note(self, element: etree._Element, model: AnyFlowNode | SequenceFlow | ProcessDefinition) -> None:
        if model.foreign != NOTHING_FOREIGN:
            self._kept.append((element, model))

    def _contents(self, element: etree._Element, owner: ProcessDefinition | SubProcess) -> None:
        pieces = [foreign_element(text) for text in owner.artifacts]
        kept = {piece.get("id"): piece for piece in pieces}
        elements = [
            *(self._node(node) for node in with_flows(owner.nodes, owner.flows)),
            *(self._flow(flow) for flow in owner.flows),
            *(self._data(owner, kept)),
            *sorted(pieces, key=lambda piece: local_name(piece.tag) in ARTIFACTS),
        ]
        element.extend(_as_contained(elements, owner))
        sort_children(element, owner.foreign)

    def _data(
        self, owner: ProcessDefinition | SubProcess, kept: dict[str | None, etree._Element]
    ) -> Iterator[etree._Element]:
        """Data that the file says no more of than the model."""
        holder = etree.Element("holder", nsmap=self.namespaces)
        for item in owner.data_objects:
            if item.id not in kept:
                data_element(holder, "dataObject", item)
        for reference in owner.data_references:
            if reference.id not in kept:
                data_reference(holder, reference)
        yield from list(holder)

    def _node(self, node: AnyFlowNode) -> etree._Element:
        if isinstance(node, UnsupportedNode):
            if node.xml:
                return foreign_element(node.xml)
            return etree.Element(bpmn(node.xml_name), {"id": node.id, "name": node.name})
        element = apply_kept(self._generated(node), node.foreign)
        self._note(element, node)
        if isinstance(node, SubProcess):
            self._contents(element, node)
        return element

    def _flow(self, flow: SequenceFlow) -> etree._Element:
        element = apply_kept(self._generated(flow), flow.foreign)
        self._note(element, flow)
        return element


def _as_contained(elements: list[etree._Element], owner: ProcessDefinition | SubProcess) -> Iterable[etree._Element]:
    """As the file had them; what is new comes behind, artifacts last as the schema has it."""
    if not owner.order:
        return elements
    places: dict[str, list[int]] = {}
    for number, name in enumerate(owner.order):
        places.setdefault(name, []).append(number)
    last = _last_flow_element(owner, places)
    models = [*owner.nodes, *owner.flows]
    names = [item.id for item in models] + [str(element.get("id") or "") for element in elements[len(models) :]]

    def rank(number: int) -> float:
        name, element = names[number], elements[number]
        if places.get(name):
            return places[name].pop(0)
        return len(owner.order) if local_name(element.tag) in ARTIFACTS else last + 0.5

    keys = [rank(number) for number in range(len(elements))]
    return [elements[number] for number in sorted(range(len(elements)), key=lambda number: keys[number])]


def _last_flow_element(owner: ProcessDefinition | SubProcess, places: Mapping[str, list[int]]) -> int:
    return max((places[item.id][-1] for item in (*owner.nodes, *owner.flows) if item.id in places), default=-1)


def _fits(reading: Reading, element: etree._Element, model: AnyFlowNode | SequenceFlow | ProcessDefinition) -> bool:
    """Whether the element is read as the model, contents of containers aside."""
    if isinstance(model, ProcessDefinition):
        read = read_process(reading, element, ())
        made = {f"{node.id}_form" for node in all_nodes(model)}  # these come from the nodes' own form fields
        forms = tuple(form for form in model.forms if form.id not in made or form in read.forms)
        return is_same(read, replace(model, forms=forms))
    if isinstance(model, SequenceFlow):
        return is_same(read_flow(reading, element), model)
    kind = local_name(element.tag)
    return is_same(read_node(reading, element, kind), model) and _has_flows(element, model)


def _has_flows(element: etree._Element, model: AnyFlowNode) -> bool:
    """<incoming> and <outgoing> may be left out; those that are there must not name others only."""
    for name, flows in (("incoming", model.incoming), ("outgoing", model.outgoing)):
        found = {(child.text or "").strip().rpartition(":")[2] for child in element.iterchildren(f"{{{BPMN}}}{name}")}
        if found and flows and found.isdisjoint(flows):
            return False
    return True
