# SPDX-License-Identifier: Apache-2.0
"""Readers of what holds flow nodes: the process and its sub-processes, with their flows, lanes, data and artifacts."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypedDict

from lxml import etree

from taktloom.formats.bpmn.activities import ActivityFields, activity_fields
from taktloom.formats.bpmn.callables import read_call_activity
from taktloom.formats.bpmn.camunda import camunda
from taktloom.formats.bpmn.collaborations import keys_of
from taktloom.formats.bpmn.data import (
    read_data_element,
    read_data_elements,
    read_data_reference,
    read_io,
    read_subscription,
)
from taktloom.formats.bpmn.elsewhere import report_elsewhere
from taktloom.formats.bpmn.events import EVENT_READERS, unsupported_event
from taktloom.formats.bpmn.extensions import Extensions, xml_text
from taktloom.formats.bpmn.gateways import GATEWAY_READERS
from taktloom.formats.bpmn.kept import canonical, difference
from taktloom.formats.bpmn.names import BPMN, FLOW_NODES, PREFIXES, bpmn, local_name, reference
from taktloom.formats.bpmn.node_writer import flow_element, node_element, process_element
from taktloom.formats.bpmn.parts_writer import AS_READ, data_element, data_reference
from taktloom.formats.bpmn.reading import Reading, children, is_true, text_of
from taktloom.formats.bpmn.tasks import TASK_READERS
from taktloom.model.collaboration import Collaboration
from taktloom.model.event_definitions import CompensateDefinition
from taktloom.model.findings import Severity
from taktloom.model.identifiers import ElementId, ProcessId
from taktloom.model.process import (
    NOTHING_FOREIGN,
    AdHocSubProcess,
    AnyFlowNode,
    BoundaryEvent,
    Form,
    Lane,
    ProcessDefinition,
    SequenceFlow,
    SubProcess,
    Transaction,
    UnsupportedNode,
)
from taktloom.model.process_data import DataElement, DataReference

__all__ = ["CONTAINED", "read_flow", "read_node", "read_process", "with_flows"]

MAX_NESTING = 60


@dataclass(slots=True)
class Contents:
    """What was found in a container. associations: source and target of the associations in it."""

    nodes: list[AnyFlowNode] = field(default_factory=list)
    flows: list[SequenceFlow] = field(default_factory=list)
    lanes: list[Lane] = field(default_factory=list)
    data_objects: list[DataElement] = field(default_factory=list)
    data_references: list[DataReference] = field(default_factory=list)
    artifacts: list[str] = field(default_factory=list)
    associations: list[tuple[str, str]] = field(default_factory=list)
    order: list[str] = field(default_factory=list)


class _ContentFields(TypedDict):
    nodes: tuple[AnyFlowNode, ...]
    flows: tuple[SequenceFlow, ...]
    lanes: tuple[Lane, ...]
    data_objects: tuple[DataElement, ...]
    data_references: tuple[DataReference, ...]
    artifacts: tuple[str, ...]
    order: tuple[str, ...]


class _SubProcessFields(ActivityFields, _ContentFields):
    triggered_by_event: bool


def read_process(
    reading: Reading, element: etree._Element, collaborations: tuple[Collaboration, ...]
) -> ProcessDefinition:
    """One <process>; findings about it are those that the reading has collected meanwhile."""
    first, first_form = len(reading.findings), len(reading.forms)
    report_elsewhere(reading, element)
    if element.get("isExecutable") is None:
        reading.report(
            "executable-not-said",
            element,
            "The process does not say whether it is executable; it runs.",
            'Write isExecutable="true", or "false" if it only describes.',
            Severity.INFORMATION,
        )
    extensions = Extensions(element)
    contents = _read_contents(reading, element, depth=0)
    process_id = ProcessId(reading.element_id(element))
    forms = [Form(id=f.get("id") or "", schema=text_of(f)) for f in extensions.all("userTaskForm")]
    process = ProcessDefinition(
        id=process_id,
        name=(element.get("name") or "").strip(),
        is_executable=is_true(element, "isExecutable", missing=True),
        version_tag=extensions.get("versionTag", "value") or camunda(element, "versionTag"),
        forms=(*forms, *reading.forms[first_form:]),
        case_attributes=extensions.attributes("case"),
        place=reading.place(element),
        findings=tuple(reading.findings[first:]),
        documentation=text_of(element.find(bpmn("documentation"))),
        properties=read_data_elements(reading, element, "property"),
        io=read_io(reading, element),
        correlation_keys=keys_of(collaborations, process_id),
        correlation_subscriptions=tuple(
            read_subscription(reading, child) for child in children(element, "correlationSubscription")
        ),
        **_fields(contents),
    )
    return replace(process, foreign=difference(element, process_element(process), CONTAINED))


def _fields(contents: Contents) -> _ContentFields:
    return _ContentFields(
        nodes=tuple(contents.nodes),
        flows=tuple(contents.flows),
        lanes=tuple(contents.lanes),
        data_objects=tuple(contents.data_objects),
        data_references=tuple(contents.data_references),
        artifacts=tuple(contents.artifacts),
        order=tuple(contents.order),
    )


def _read_contents(reading: Reading, element: etree._Element, depth: int) -> Contents:
    contents = Contents()
    elements: dict[int, etree._Element] = {}
    for child in element.iterchildren(f"{{{BPMN}}}*"):
        kind = local_name(child.tag)
        if kind == "laneSet":
            contents.lanes.extend(_read_lanes(reading, child))
        elif reading.is_shallow or kind in _BESIDE_CONTENTS:
            continue
        elif kind not in CONTAINED:
            remedy = "Model it with elements that are run; the reference lists them."
            reading.report("unsupported-element", child, f"'{kind}' is not run.", remedy)
        elif kind in FLOW_NODES:
            elements[len(contents.nodes)] = child
            contents.nodes.append(read_node(reading, child, kind, depth))
            contents.order.append(contents.nodes[-1].id)
        elif kind == "sequenceFlow":
            contents.flows.append(read_flow(reading, child))
            contents.order.append(contents.flows[-1].id)
        else:
            _read_artifact(reading, child, kind, contents)
    nodes = _with_handlers(with_flows(contents.nodes, contents.flows), contents.associations)
    contents.nodes = [_with_kept(node, elements[number]) for number, node in enumerate(nodes)]
    return contents


def _with_kept(node: AnyFlowNode, element: etree._Element) -> AnyFlowNode:
    if isinstance(node, UnsupportedNode):
        return node
    contained = CONTAINED if isinstance(node, SubProcess) else frozenset[str]()
    foreign = difference(element, node_element(node, AS_READ), contained)
    return node if foreign == NOTHING_FOREIGN else replace(node, foreign=foreign)


def _read_artifact(reading: Reading, element: etree._Element, kind: str, contents: Contents) -> None:
    """Data and artifacts; the text of data is kept only where the model says less."""
    contents.order.append(element.get("id") or "")
    holder = etree.Element("holder", nsmap=PREFIXES)
    if kind == "dataObject":
        contents.data_objects.append(read_data_element(reading, element))
        data_element(holder, kind, contents.data_objects[-1])
    elif kind in {"dataObjectReference", "dataStoreReference"}:
        is_store = kind == "dataStoreReference"
        contents.data_references.append(read_data_reference(reading, element, is_store=is_store))
        data_reference(holder, contents.data_references[-1])
    elif kind == "association":
        contents.associations.append((reference(element.get("sourceRef")), reference(element.get("targetRef"))))
    if not len(holder) or canonical(holder[0]) != canonical(element):
        contents.artifacts.append(xml_text(element))


def _with_handlers(nodes: list[AnyFlowNode], associations: list[tuple[str, str]]) -> list[AnyFlowNode]:
    """A compensation boundary event leads to its handler by an association, drawn in either direction."""
    handlers = {node.id for node in nodes if getattr(node, "is_for_compensation", False)}
    led: dict[str, ElementId] = {}
    for source, target in associations:
        for start, end in ((source, target), (target, source)):
            if end in handlers:
                led.setdefault(start, ElementId(end))
    return [
        replace(node, compensation_handler=led[node.id])
        if isinstance(node, BoundaryEvent) and isinstance(node.definition, CompensateDefinition) and node.id in led
        else node
        for node in nodes
    ]


def with_flows(nodes: Iterable[AnyFlowNode], flows: Iterable[SequenceFlow]) -> list[AnyFlowNode]:
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


def read_node(reading: Reading, element: etree._Element, kind: str, depth: int = 0) -> AnyFlowNode:
    """One flow node, without its flows and what is kept of it."""
    report_elsewhere(reading, element)
    reason = _unsupported_reason(reading, element, kind, depth)
    if reason is None:
        reader = SUB_PROCESS_READERS.get(kind)
        return READERS[kind](reading, element) if reader is None else reader(reading, element, depth)
    host = reference(element.get("attachedToRef"))
    return UnsupportedNode(
        **reading.node(element),
        xml_name=kind,
        reason=reason,
        xml=xml_text(element),
        attached_to=ElementId(host) if host else None,
    )


def _unsupported_reason(reading: Reading, element: etree._Element, kind: str, depth: int) -> str | None:
    """None if the element is one of the execution standard; else why not, "" where its kind says all."""
    if kind in SUB_PROCESS_READERS:
        return f"nested more than {MAX_NESTING} deep" if depth >= MAX_NESTING else None
    if kind not in READERS:
        return ""
    return (unsupported_event(reading, element, kind) or None) if kind in EVENT_READERS else None


def _sub_process_fields(reading: Reading, element: etree._Element, depth: int) -> _SubProcessFields:
    contents = _read_contents(reading, element, depth + 1)
    return _SubProcessFields(
        **activity_fields(reading, element),
        triggered_by_event=is_true(element, "triggeredByEvent"),
        **_fields(contents),
    )


def _read_sub_process(reading: Reading, element: etree._Element, depth: int) -> AnyFlowNode:
    return SubProcess(**_sub_process_fields(reading, element, depth))


def _read_transaction(reading: Reading, element: etree._Element, depth: int) -> AnyFlowNode:
    return Transaction(**_sub_process_fields(reading, element, depth))


def _read_ad_hoc(reading: Reading, element: etree._Element, depth: int) -> AnyFlowNode:
    return AdHocSubProcess(
        **_sub_process_fields(reading, element, depth),
        is_sequential=element.get("ordering") == "Sequential",
        completion_condition=reading.expression(element.find(bpmn("completionCondition"))),
        cancels_remaining=is_true(element, "cancelRemainingInstances", missing=True),
        active_elements=Extensions(element).get("adHoc", "activeElementsCollection"),
    )


def read_flow(reading: Reading, element: etree._Element) -> SequenceFlow:
    """One sequence flow."""
    flow = SequenceFlow(
        id=reading.element_id(element),
        source=ElementId((element.get("sourceRef") or "").rpartition(":")[2]),
        target=ElementId((element.get("targetRef") or "").rpartition(":")[2]),
        name=(element.get("name") or "").strip(),
        condition=reading.expression(element.find(bpmn("conditionExpression"))),
        place=reading.place(element),
        documentation=text_of(element.find(bpmn("documentation"))),
    )
    foreign = difference(element, flow_element(flow))
    return flow if foreign == NOTHING_FOREIGN else replace(flow, foreign=foreign)


def _read_lanes(reading: Reading, element: etree._Element) -> Iterator[Lane]:
    """Lanes of the set; of nested sets the innermost lanes, which hold the nodes."""
    for lane in element.iter(bpmn("lane")):
        if lane.find(bpmn("childLaneSet")) is None:
            nodes = tuple(ElementId(text_of(reference)) for reference in children(lane, "flowNodeRef"))
            yield Lane(id=reading.element_id(lane), name=(lane.get("name") or "").strip(), nodes=nodes)


READERS: Mapping[str, Callable[[Reading, etree._Element], AnyFlowNode]] = {
    **TASK_READERS,
    **EVENT_READERS,
    **GATEWAY_READERS,
    "callActivity": read_call_activity,
}
SUB_PROCESS_READERS: Mapping[str, Callable[[Reading, etree._Element, int], AnyFlowNode]] = {
    "subProcess": _read_sub_process,
    "transaction": _read_transaction,
    "adHocSubProcess": _read_ad_hoc,
}
_ARTIFACTS = frozenset(
    {"association", "dataObject", "dataObjectReference", "dataStoreReference", "group", "textAnnotation"}
)
_BESIDE_CONTENTS = frozenset(  # what else the schema lets stand in a process or sub-process
    {
        "auditing",
        "completionCondition",
        "correlationSubscription",
        "dataInputAssociation",
        "dataOutputAssociation",
        "documentation",
        "extensionElements",
        "humanPerformer",
        "incoming",
        "ioBinding",
        "ioSpecification",
        "monitoring",
        "multiInstanceLoopCharacteristics",
        "outgoing",
        "performer",
        "potentialOwner",
        "property",
        "resourceRole",
        "standardLoopCharacteristics",
        "supportedInterfaceRef",
        "supports",
    }
)
CONTAINED = frozenset({*FLOW_NODES, *_ARTIFACTS, "sequenceFlow"})
