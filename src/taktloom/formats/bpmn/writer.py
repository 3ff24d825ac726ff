# SPDX-License-Identifier: Apache-2.0
"""`Definitions` to BPMN 2.0 XML, valid against the OMG schema.

What the model has classes for is written in the standard's elements with `zeebe:` and `taktloom:` extensions, which
Camunda's modelers can edit; what it keeps as foreign is written back where it was. Messages and errors become root
elements, one per name and code.
"""

from collections.abc import Callable, Iterable, Mapping

from lxml import etree

from taktloom.formats.bpmn.diagram import write_diagram
from taktloom.formats.bpmn.names import PREFIXES, TAKTLOOM, XSI, ZEEBE, bpmn
from taktloom.formats.bpmn.roots import Roots, foreign_element
from taktloom.model.event_definitions import ErrorDefinition, EventDefinition, MessageDefinition, TimerDefinition
from taktloom.model.identifiers import ElementId
from taktloom.model.process import (
    Activity,
    AdHocSubProcess,
    AnyFlowNode,
    BoundaryEvent,
    BusinessRuleTask,
    CallActivity,
    ComplexGateway,
    Definitions,
    EndEvent,
    EventAttribute,
    EventBasedGateway,
    ExclusiveGateway,
    FlowNode,
    Foreign,
    Form,
    InclusiveGateway,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    Lane,
    ManualTask,
    ParallelGateway,
    ProcessDefinition,
    ReceiveTask,
    ScriptTask,
    SendTask,
    SequenceFlow,
    ServiceTask,
    StartEvent,
    SubProcess,
    Task,
    Transaction,
    UnsupportedNode,
    UserTask,
)
from taktloom.model.process_data import VariableMapping

__all__ = ["write_bpmn"]

XML_NAMES: Mapping[type[FlowNode], str] = {
    StartEvent: "startEvent",
    EndEvent: "endEvent",
    IntermediateCatchEvent: "intermediateCatchEvent",
    IntermediateThrowEvent: "intermediateThrowEvent",
    BoundaryEvent: "boundaryEvent",
    Task: "task",
    ManualTask: "manualTask",
    UserTask: "userTask",
    ServiceTask: "serviceTask",
    ScriptTask: "scriptTask",
    BusinessRuleTask: "businessRuleTask",
    ExclusiveGateway: "exclusiveGateway",
    ParallelGateway: "parallelGateway",
    SubProcess: "subProcess",
    Transaction: "transaction",
    AdHocSubProcess: "adHocSubProcess",
    SendTask: "sendTask",
    ReceiveTask: "receiveTask",
    CallActivity: "callActivity",
    InclusiveGateway: "inclusiveGateway",
    ComplexGateway: "complexGateway",
    EventBasedGateway: "eventBasedGateway",
}


def write_bpmn(definitions: Definitions) -> bytes:
    """The file as UTF-8 bytes with an XML declaration; the drawing is written if there is one."""
    given = {prefix: uri for prefix, uri in definitions.namespaces if prefix and prefix not in PREFIXES}
    root = etree.Element(bpmn("definitions"), nsmap={**given, **PREFIXES})
    root.set("id", definitions.id)
    if definitions.name:
        root.set("name", definitions.name)
    root.set("targetNamespace", definitions.target_namespace)
    _write_foreign_attributes(root, definitions.foreign)
    roots = Roots(definitions)
    processes = [_Writer(roots).process(process) for process in definitions.processes]
    others = [foreign_element(text) for text in definitions.roots]
    imports = [element for element in others if etree.QName(element).localname in BEFORE_ROOTS]
    relationships = [element for element in others if etree.QName(element).localname == "relationship"]
    root.extend(imports)
    root.extend([*roots.elements(), *processes])
    root.extend(element for element in others if element not in imports and element not in relationships)
    if definitions.diagram is not None:
        write_diagram(root, definitions.diagram, roots.plane_element())
    root.extend(relationships)
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


class _Writer:
    """Writes one process; the order of children is the schema's."""

    def __init__(self, roots: Roots) -> None:
        self.roots = roots

    def process(self, process: ProcessDefinition) -> etree._Element:
        element = etree.Element(bpmn("process"), nsmap=PREFIXES)
        element.set("id", process.id)
        if process.name:
            element.set("name", process.name)
        element.set("isExecutable", str(process.is_executable).lower())
        _write_foreign_attributes(element, process.foreign)
        extensions = [*_version_tag(process.version_tag), *_forms(process.forms), *_attributes(process.case_attributes)]
        _write_head(element, process.documentation, extensions, process.foreign)
        _write_children(element, process.foreign, BEFORE_FLOW_ELEMENTS)
        if process.lanes:
            _write_lanes(element, process.lanes)
        self._contents(element, process.nodes, process.flows, process.artifacts)
        _write_children(element, process.foreign, None)
        return element

    def _contents(
        self,
        element: etree._Element,
        nodes: Iterable[AnyFlowNode],
        flows: Iterable[SequenceFlow],
        artifacts: Iterable[str],
    ) -> None:
        for node in nodes:
            element.append(self._node(node))
        for flow in flows:
            element.append(_flow(flow))
        pieces = [foreign_element(text) for text in artifacts]
        for piece in sorted(pieces, key=lambda piece: etree.QName(piece).localname in ARTIFACTS):
            element.append(piece)  # data objects are flow elements, annotations come after all of them

    def _node(self, node: AnyFlowNode) -> etree._Element:
        if isinstance(node, UnsupportedNode):
            if node.xml:
                return foreign_element(node.xml)
            return etree.Element(bpmn(node.xml_name), {"id": node.id, "name": node.name})
        element = etree.Element(bpmn(XML_NAMES[type(node)]))
        element.set("id", node.id)
        if node.name:
            element.set("name", node.name)
        _write_foreign_attributes(element, node.foreign)
        _write_head(element, node.documentation, _extensions(node), node.foreign)
        _write_references(element, node)
        self._special(element, node)
        return element

    def _special(self, element: etree._Element, node: AnyFlowNode) -> None:
        """What only this kind of node has, after the common children."""
        default: ElementId | None = getattr(node, "default_flow", None)
        if default is not None:
            element.set("default", default)
        if isinstance(node, BoundaryEvent) and element.get("attachedToRef") is None:
            element.set("attachedToRef", node.attached_to)
            element.set("cancelActivity", str(node.is_interrupting).lower())
        _write_children(element, node.foreign, None)
        definition: EventDefinition | None = getattr(node, "definition", None)
        if definition is not None and not any("EventDefinition" in text[:200] for text in node.foreign.children):
            self._event_definition(element, node.id, definition)
        if isinstance(node, SubProcess):
            self._contents(element, node.nodes, node.flows, node.artifacts)

    def _event_definition(self, element: etree._Element, node_id: ElementId, definition: EventDefinition) -> None:
        if isinstance(definition, TimerDefinition):
            holder = etree.SubElement(element, bpmn("timerEventDefinition"), id=f"{node_id}_timer")
            texts = (
                ("timeDate", definition.date),
                ("timeDuration", definition.duration),
                ("timeCycle", definition.cycle),
            )
            for name, text in texts:
                if text:
                    _write_expression(holder, name, text)
        elif isinstance(definition, MessageDefinition):
            holder = etree.SubElement(element, bpmn("messageEventDefinition"), id=f"{node_id}_message")
            if definition.name:
                holder.set("messageRef", self.roots.message(definition))
        elif isinstance(definition, ErrorDefinition):
            holder = etree.SubElement(element, bpmn("errorEventDefinition"), id=f"{node_id}_error")
            if definition.code:
                holder.set("errorRef", self.roots.error(definition.code))
        else:
            etree.SubElement(element, bpmn("terminateEventDefinition"), id=f"{node_id}_terminate")


def _flow(flow: SequenceFlow) -> etree._Element:
    element = etree.Element(bpmn("sequenceFlow"))
    element.set("id", flow.id)
    if flow.name:
        element.set("name", flow.name)
    element.set("sourceRef", flow.source)
    element.set("targetRef", flow.target)
    _write_foreign_attributes(element, flow.foreign)
    _write_head(element, flow.documentation, [], flow.foreign)
    if flow.condition is not None:
        _write_expression(element, "conditionExpression", flow.condition)
    return element


def _write_head(
    element: etree._Element, documentation: str, extensions: list[etree._Element], foreign: Foreign
) -> None:
    """Documentation and extension elements, the first children of everything."""
    if documentation:
        etree.SubElement(element, bpmn("documentation")).text = documentation
    pieces = [*extensions, *(foreign_element(text) for text in foreign.extensions)]
    if pieces:
        holder = etree.SubElement(element, bpmn("extensionElements"))
        holder.extend(pieces)


def _write_references(element: etree._Element, node: FlowNode) -> None:
    for name, flows in (("incoming", node.incoming), ("outgoing", node.outgoing)):
        for flow in flows:
            etree.SubElement(element, bpmn(name)).text = flow


def _write_foreign_attributes(element: etree._Element, foreign: Foreign) -> None:
    for name, value in foreign.attributes:
        element.set(name, value)


def _write_children(element: etree._Element, foreign: Foreign, only: frozenset[str] | None) -> None:
    """Foreign children; of a process those in *only* go before the flow elements, the others (None) behind."""
    for text in foreign.children:
        child = foreign_element(text)
        is_early = etree.QName(child).localname in BEFORE_FLOW_ELEMENTS and element.tag == bpmn("process")
        if (only is not None) == is_early:
            element.append(child)


def _write_expression(element: etree._Element, name: str, text: str) -> None:
    child = etree.SubElement(element, bpmn(name))
    child.set(f"{{{XSI}}}type", "bpmn:tFormalExpression")
    child.text = text


def _write_lanes(element: etree._Element, lanes: Iterable[Lane]) -> None:
    holder = etree.SubElement(element, bpmn("laneSet"), id=f"{element.get('id')}_lanes")
    for lane in lanes:
        child = etree.SubElement(holder, bpmn("lane"), id=lane.id, name=lane.name)
        for node in lane.nodes:
            etree.SubElement(child, bpmn("flowNodeRef")).text = node


def _zeebe(name: str, **attributes: str | None) -> etree._Element:
    element = etree.Element(f"{{{ZEEBE}}}{name}")
    for key, value in attributes.items():
        if value is not None:
            element.set(key, value)
    return element


def _extensions(node: AnyFlowNode) -> list[etree._Element]:
    found: list[etree._Element] = []
    for kind, write in EXTENSION_WRITERS.items():
        if isinstance(node, kind):
            found.extend(write(node))
    inputs: tuple[VariableMapping, ...] = getattr(node, "inputs", ())
    outputs: tuple[VariableMapping, ...] = getattr(node, "outputs", ())
    if inputs or outputs:
        mapping = _zeebe("ioMapping")
        mapping.extend(_zeebe("input", source=item.source, target=item.target) for item in inputs)
        mapping.extend(_zeebe("output", source=item.source, target=item.target) for item in outputs)
        found.append(mapping)
    if isinstance(node, Activity):
        found.extend(_attributes(node.event_attributes))
    return found


def _start_extensions(node: StartEvent) -> list[etree._Element]:
    return [] if node.form_id is None else [_zeebe("formDefinition", formId=node.form_id)]


def _user_task_extensions(node: UserTask) -> list[etree._Element]:
    found = [_zeebe("userTask")]
    if node.form_id is not None:
        found.append(_zeebe("formDefinition", formId=node.form_id))
    if node.assignee is not None or node.candidate_groups is not None:
        found.append(_zeebe("assignmentDefinition", assignee=node.assignee, candidateGroups=node.candidate_groups))
    if node.due_date is not None:
        found.append(_zeebe("taskSchedule", dueDate=node.due_date))
    return found


def _service_task_extensions(node: ServiceTask) -> list[etree._Element]:
    if not node.job_type:
        return []
    found = [_zeebe("taskDefinition", type=node.job_type, retries=str(node.retries))]
    if node.headers:
        holder = _zeebe("taskHeaders")
        holder.extend(_zeebe("header", key=key, value=value) for key, value in node.headers)
        found.append(holder)
    return found


def _business_rule_extensions(node: BusinessRuleTask) -> list[etree._Element]:
    if not node.decision_id:
        return []
    return [_zeebe("calledDecision", decisionId=node.decision_id, resultVariable=node.result_variable)]


def _script_extensions(node: ScriptTask) -> list[etree._Element]:
    source = node.script if node.script.startswith("=") else f"={node.script}"
    return [_zeebe("script", expression=source, resultVariable=node.result_variable)]


def _version_tag(tag: str | None) -> list[etree._Element]:
    return [] if tag is None else [_zeebe("versionTag", value=tag)]


def _forms(forms: Iterable[Form]) -> list[etree._Element]:
    found = []
    for form in forms:
        element = _zeebe("userTaskForm", id=form.id)
        element.text = form.schema
        found.append(element)
    return found


def _attributes(attributes: Iterable[EventAttribute]) -> list[etree._Element]:
    return [
        etree.Element(f"{{{TAKTLOOM}}}eventAttribute", {"name": a.name, "source": a.source, "level": a.level})
        for a in attributes
    ]


EXTENSION_WRITERS: Mapping[type, Callable[..., list[etree._Element]]] = {
    StartEvent: _start_extensions,
    UserTask: _user_task_extensions,
    ServiceTask: _service_task_extensions,
    BusinessRuleTask: _business_rule_extensions,
    ScriptTask: _script_extensions,
}
ARTIFACTS = frozenset({"association", "group", "textAnnotation"})
BEFORE_ROOTS = frozenset({"import", "extension"})
BEFORE_FLOW_ELEMENTS = frozenset({"auditing", "monitoring", "property", "ioSpecification"})
