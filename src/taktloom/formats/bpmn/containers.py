# SPDX-License-Identifier: Apache-2.0
"""Readers of what holds flow nodes: the process and its sub-processes, with their flows, lanes and artifacts."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from lxml import etree

from taktloom.formats.bpmn.events import EVENT_READERS, unsupported_event
from taktloom.formats.bpmn.extensions import Extensions, foreign_of, xml_text
from taktloom.formats.bpmn.names import BPMN, CAMUNDA, FLOW_NODES, bpmn, local_name
from taktloom.formats.bpmn.reading import Reading, children, text_of
from taktloom.formats.bpmn.tasks import TASK_READERS, unsupported_task
from taktloom.model.identifiers import ElementId, ProcessId
from taktloom.model.process import (
    AnyFlowNode,
    ExclusiveGateway,
    Form,
    Lane,
    ParallelGateway,
    ProcessDefinition,
    SequenceFlow,
    SubProcess,
    UnsupportedNode,
)

__all__ = ["read_process"]

MAX_NESTING = 60
VERSION_TAG = f"{{{CAMUNDA}}}versionTag"
LOOPS = frozenset({"standardLoopCharacteristics", "multiInstanceLoopCharacteristics"})


@dataclass(slots=True)
class Contents:
    """What was found in a container."""

    nodes: list[AnyFlowNode] = field(default_factory=list)
    flows: list[SequenceFlow] = field(default_factory=list)
    lanes: list[Lane] = field(default_factory=list)
    artifacts: list[str] = field(default_factory=list)


def read_process(reading: Reading, element: etree._Element) -> ProcessDefinition:
    """One <process>; findings about it are those that the reading has collected meanwhile."""
    first = len(reading.findings)
    extensions = Extensions(element)
    contents = _read_contents(reading, element, depth=0)
    known = frozenset({"id", "name", "isExecutable", "processType", "isClosed", VERSION_TAG})
    return ProcessDefinition(
        id=ProcessId(reading.element_id(element)),
        name=(element.get("name") or "").strip(),
        is_executable=(element.get("isExecutable") or "true") in {"true", "1"},
        version_tag=extensions.get("versionTag", "value") or element.get(VERSION_TAG),
        nodes=tuple(contents.nodes),
        flows=tuple(contents.flows),
        lanes=tuple(contents.lanes),
        forms=tuple(Form(id=f.get("id") or "", schema=text_of(f)) for f in extensions.all("userTaskForm")),
        case_attributes=extensions.attributes("case"),
        place=reading.place(element),
        findings=tuple(reading.findings[first:]),
        documentation=text_of(element.find(bpmn("documentation"))),
        foreign=foreign_of(element, known - {"processType", "isClosed"}, _CONTAINED),
        artifacts=tuple(contents.artifacts),
    )


def _read_contents(reading: Reading, element: etree._Element, depth: int) -> Contents:
    contents = Contents()
    for child in element.iterchildren(f"{{{BPMN}}}*"):
        kind = local_name(child.tag)
        if kind in FLOW_NODES:
            contents.nodes.append(_read_node(reading, child, kind, depth))
        elif kind == "sequenceFlow":
            contents.flows.append(_read_flow(reading, child))
        elif kind == "laneSet":
            contents.lanes.extend(_read_lanes(reading, child))
        elif kind in _ARTIFACTS:
            contents.artifacts.append(xml_text(child))
    contents.nodes = _with_flows(contents.nodes, contents.flows)
    return contents


def _with_flows(nodes: list[AnyFlowNode], flows: list[SequenceFlow]) -> list[AnyFlowNode]:
    """The lists of flows come from the flows: many tools leave <incoming> and <outgoing> out."""
    incoming: dict[ElementId, list[ElementId]] = {}
    outgoing: dict[ElementId, list[ElementId]] = {}
    for flow in flows:
        incoming.setdefault(flow.target, []).append(flow.id)
        outgoing.setdefault(flow.source, []).append(flow.id)
    return [
        replace(node, incoming=tuple(incoming.get(node.id, ())), outgoing=tuple(outgoing.get(node.id, ())))
        for node in nodes
    ]


def _read_node(reading: Reading, element: etree._Element, kind: str, depth: int) -> AnyFlowNode:
    reason = _unsupported_reason(reading, element, kind, depth)
    if reason is None:
        if kind == "subProcess":
            return _read_sub_process(reading, element, depth)
        return READERS[kind](reading, element)
    host = element.get("attachedToRef")
    return UnsupportedNode(
        **reading.node(element, frozenset(str(name) for name in element.attrib), FLOW_NODES | _CONTAINED),
        xml_name=kind,
        reason=reason,
        xml=xml_text(element),
        attached_to=ElementId(host.rpartition(":")[2]) if host else None,
    )


def _unsupported_reason(reading: Reading, element: etree._Element, kind: str, depth: int) -> str | None:
    """None if the element is run; else why not, "" where its kind says all."""
    if kind not in READERS and kind != "subProcess":
        return ""
    for child in element:
        if local_name(child.tag) in LOOPS:
            return local_name(child.tag)
    for attribute, plain in _PLAIN_ATTRIBUTES.items():
        if (element.get(attribute) or plain) != plain:
            return attribute
    if kind == "subProcess" and depth >= MAX_NESTING:
        return f"nested more than {MAX_NESTING} deep"
    reason = unsupported_event(reading, element, kind) if kind in EVENT_READERS else unsupported_task(element, kind)
    return reason or None


def _read_sub_process(reading: Reading, element: etree._Element, depth: int) -> AnyFlowNode:
    contents = _read_contents(reading, element, depth + 1)
    return SubProcess(
        **reading.activity(element, frozenset({"triggeredByEvent"}), _CONTAINED),
        nodes=tuple(contents.nodes),
        flows=tuple(contents.flows),
        artifacts=tuple(contents.artifacts),
    )


def _read_exclusive_gateway(reading: Reading, element: etree._Element) -> AnyFlowNode:
    default = element.get("default")
    return ExclusiveGateway(
        **reading.node(element, frozenset({"default"}), frozenset()),
        default_flow=ElementId(default) if default else None,
    )


def _read_parallel_gateway(reading: Reading, element: etree._Element) -> AnyFlowNode:
    return ParallelGateway(**reading.node(element, frozenset(), frozenset()))


def _read_flow(reading: Reading, element: etree._Element) -> SequenceFlow:
    known = frozenset({"id", "name", "sourceRef", "targetRef"})
    return SequenceFlow(
        id=reading.element_id(element),
        source=ElementId((element.get("sourceRef") or "").rpartition(":")[2]),
        target=ElementId((element.get("targetRef") or "").rpartition(":")[2]),
        name=(element.get("name") or "").strip(),
        condition=reading.expression(element.find(bpmn("conditionExpression"))),
        place=reading.place(element),
        documentation=text_of(element.find(bpmn("documentation"))),
        foreign=foreign_of(element, known, frozenset({"documentation", "extensionElements", "conditionExpression"})),
    )


def _read_lanes(reading: Reading, element: etree._Element) -> Iterator[Lane]:
    """Lanes of the set; of nested sets the innermost lanes, which hold the nodes."""
    for lane in element.iter(bpmn("lane")):
        if lane.find(bpmn("childLaneSet")) is None:
            nodes = tuple(ElementId(text_of(reference)) for reference in children(lane, "flowNodeRef"))
            yield Lane(id=reading.element_id(lane), name=(lane.get("name") or "").strip(), nodes=nodes)


READERS: Mapping[str, Callable[[Reading, etree._Element], AnyFlowNode]] = {
    **TASK_READERS,
    **EVENT_READERS,
    "exclusiveGateway": _read_exclusive_gateway,
    "parallelGateway": _read_parallel_gateway,
}
_ARTIFACTS = frozenset(
    {"association", "dataObject", "dataObjectReference", "dataStoreReference", "group", "textAnnotation"}
)
_CONTAINED = frozenset(
    {*FLOW_NODES, *_ARTIFACTS, *LOOPS, "documentation", "extensionElements", "laneSet", "sequenceFlow"}
)
# Attributes that change what an activity does, with the value that changes nothing.
_PLAIN_ATTRIBUTES: Mapping[str, str] = {
    "isForCompensation": "false",
    "startQuantity": "1",
    "completionQuantity": "1",
    "triggeredByEvent": "false",
    "parallelMultiple": "false",
}
