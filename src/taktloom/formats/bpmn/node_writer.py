# SPDX-License-Identifier: Apache-2.0
"""Flow nodes, flows and processes to elements, from what the model says alone: without the contents of containers.

What a file says beyond that is put back by `taktloom.formats.bpmn.kept`. The order of children is the schema's.
"""

from collections.abc import Callable, Mapping

from lxml import etree

from taktloom.formats.bpmn.extension_writer import node_extensions, process_extensions
from taktloom.formats.bpmn.names import CALENDAR, GLOBAL_TASKS, PREFIXES, bpmn
from taktloom.formats.bpmn.parts_writer import (
    RootIds,
    add,
    boolean,
    data_element,
    write_associations,
    write_definitions,
    write_expression,
    write_io,
    write_loop,
    write_subscription,
)
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
    EventBasedGateway,
    ExclusiveGateway,
    FlowNode,
    Gateway,
    GatewayDirection,
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
    UserTask,
)
from taktloom.model.process_data import EventData

__all__ = [
    "GLOBAL_NAMES",
    "XML_NAMES",
    "definitions_element",
    "flow_element",
    "lane_set",
    "node_element",
    "process_element",
]

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
    SendTask: "sendTask",
    ReceiveTask: "receiveTask",
    ScriptTask: "scriptTask",
    BusinessRuleTask: "businessRuleTask",
    CallActivity: "callActivity",
    ExclusiveGateway: "exclusiveGateway",
    ParallelGateway: "parallelGateway",
    InclusiveGateway: "inclusiveGateway",
    ComplexGateway: "complexGateway",
    EventBasedGateway: "eventBasedGateway",
    SubProcess: "subProcess",
    Transaction: "transaction",
    AdHocSubProcess: "adHocSubProcess",
}
GLOBAL_NAMES = {task: name for name, task in GLOBAL_TASKS.items()}


def node_element(
    node: AnyFlowNode, ids: RootIds, *, name: str = "", namespaces: Mapping[str, str] | None = None
) -> etree._Element:
    """A flow node; *name* where it is written under another name, as a global task is."""
    element = _element(name or XML_NAMES[type(node)], namespaces)
    element.set("id", node.id)
    if node.name:
        element.set("name", node.name)
    _write_head(element, node.documentation, node_extensions(node))
    for child, flows in (("incoming", node.incoming), ("outgoing", node.outgoing)):
        for flow in flows:
            add(element, child, flow)
    for kind, write in NODE_WRITERS:
        if isinstance(node, kind):
            write(element, node, ids)
    return element


def flow_element(flow: SequenceFlow, namespaces: Mapping[str, str] | None = None) -> etree._Element:
    """A sequence flow."""
    element = _element("sequenceFlow", namespaces)
    element.set("id", flow.id)
    if flow.name:
        element.set("name", flow.name)
    element.set("sourceRef", flow.source)
    element.set("targetRef", flow.target)
    _write_head(element, flow.documentation, [])
    write_expression(element, "conditionExpression", flow.condition)
    return element


def process_element(process: ProcessDefinition, namespaces: Mapping[str, str] | None = None) -> etree._Element:
    """A process without nodes, flows and artifacts; its lane set is last before they come."""
    element = _element("process", namespaces)
    element.set("id", process.id)
    if process.name:
        element.set("name", process.name)
    element.set("isExecutable", boolean(process.is_executable))
    _write_head(element, process.documentation, process_extensions(process))
    write_io(element, process.io)
    for item in process.properties:
        data_element(element, "property", item)
    if process.lanes:
        lane_set(element, process.lanes, f"{process.id}_lanes")
    for subscription in process.correlation_subscriptions:
        write_subscription(element, subscription)
    return element


def definitions_element(definitions: Definitions, namespaces: Mapping[str, str]) -> etree._Element:
    """The root element without children."""
    element = _element("definitions", namespaces)
    element.set("id", definitions.id)
    if definitions.name:
        element.set("name", definitions.name)
    element.set("targetNamespace", definitions.target_namespace)
    return element


def lane_set(parent: etree._Element, lanes: tuple[Lane, ...], set_id: str) -> None:
    """One lane set."""
    holder = add(parent, "laneSet", id=set_id)
    for lane in lanes:
        child = add(holder, "lane", id=lane.id, name=lane.name)
        for node in lane.nodes:
            add(child, "flowNodeRef", node)


def _element(name: str, namespaces: Mapping[str, str] | None) -> etree._Element:
    return etree.Element(bpmn(name), nsmap=dict(namespaces or PREFIXES))


def _write_head(element: etree._Element, documentation: str, extensions: list[etree._Element]) -> None:
    """Documentation and extension elements, the first children of everything."""
    if documentation:
        add(element, "documentation", documentation)
    if extensions:
        add(element, "extensionElements").extend(extensions)


def _write_activity(element: etree._Element, node: Activity, ids: RootIds) -> None:
    if node.default_flow is not None:
        element.set("default", node.default_flow)
    if node.is_for_compensation:
        element.set("isForCompensation", "true")
    for name, quantity in (("startQuantity", node.start_quantity), ("completionQuantity", node.completion_quantity)):
        if quantity != 1:
            element.set(name, str(quantity))
    write_io(element, node.io)
    for item in node.properties:
        data_element(element, "property", item)
    write_associations(element, "Input", node.data_inputs)
    write_associations(element, "Output", node.data_outputs)
    write_loop(element, node.loop, ids)


def _write_user_task(element: etree._Element, node: UserTask, ids: RootIds) -> None:
    del ids
    if node.calendar is not None:
        element.set(CALENDAR, node.calendar)


def _write_event_data(element: etree._Element, data: EventData, kind: str) -> None:
    for item in data.properties:
        data_element(element, "property", item)
    for item in data.elements:
        data_element(element, f"data{kind}", item)
    write_associations(element, kind, data.associations)


def _write_start(element: etree._Element, node: StartEvent, ids: RootIds) -> None:
    if not node.is_interrupting:
        element.set("isInterrupting", "false")
    _write_catching(element, node, ids)


def _write_boundary(element: etree._Element, node: BoundaryEvent, ids: RootIds) -> None:
    element.set("attachedToRef", node.attached_to)
    element.set("cancelActivity", boolean(node.is_interrupting))
    _write_catching(element, node, ids)


def _write_catching(
    element: etree._Element, node: StartEvent | IntermediateCatchEvent | BoundaryEvent, ids: RootIds
) -> None:
    _write_event_data(element, node.data, "Output")
    write_definitions(element, node.definition, ids)


def _write_throwing(element: etree._Element, node: EndEvent | IntermediateThrowEvent, ids: RootIds) -> None:
    _write_event_data(element, node.data, "Input")
    write_definitions(element, node.definition, ids)


def _write_send(element: etree._Element, node: SendTask, ids: RootIds) -> None:
    if node.message is not None and ids.message(node.message):
        element.set("messageRef", ids.message(node.message))


def _write_receive(element: etree._Element, node: ReceiveTask, ids: RootIds) -> None:
    if ids.message(node.message):
        element.set("messageRef", ids.message(node.message))
    if node.instantiate:
        element.set("instantiate", "true")


def _write_script(element: etree._Element, node: ScriptTask, ids: RootIds) -> None:
    """A script for a worker stays where the standard has it; FEEL is in the extension, with its result."""
    del ids
    if node.job is not None and not node.result_variable and node.script:
        language = dict(node.job.headers).get("scriptFormat", node.job.type)
        element.set("scriptLanguage" if element.tag == bpmn("globalScriptTask") else "scriptFormat", language)
        add(element, "script", node.script)


def _write_call(element: etree._Element, node: CallActivity, ids: RootIds) -> None:
    del ids
    if node.called_element and not node.called_element.startswith("="):
        element.set("calledElement", node.called_element)


def _write_gateway(element: etree._Element, node: Gateway, ids: RootIds) -> None:
    del ids
    if node.direction is not GatewayDirection.UNSPECIFIED:
        element.set("gatewayDirection", node.direction.value)


def _write_default(
    element: etree._Element, node: ExclusiveGateway | InclusiveGateway | ComplexGateway, ids: RootIds
) -> None:
    del ids
    if node.default_flow is not None:
        element.set("default", node.default_flow)


def _write_complex(element: etree._Element, node: ComplexGateway, ids: RootIds) -> None:
    del ids
    write_expression(element, "activationCondition", node.activation_condition)


def _write_event_based(element: etree._Element, node: EventBasedGateway, ids: RootIds) -> None:
    del ids
    if node.instantiate:
        element.set("instantiate", "true")
    if node.is_parallel:
        element.set("eventGatewayType", "Parallel")


def _write_sub_process(element: etree._Element, node: SubProcess, ids: RootIds) -> None:
    del ids
    if node.triggered_by_event:
        element.set("triggeredByEvent", "true")
    if node.lanes:
        lane_set(element, node.lanes, f"{node.id}_lanes")


def _write_ad_hoc(element: etree._Element, node: AdHocSubProcess, ids: RootIds) -> None:
    del ids
    if node.is_sequential:
        element.set("ordering", "Sequential")
    if not node.cancels_remaining:
        element.set("cancelRemainingInstances", "false")
    write_expression(element, "completionCondition", node.completion_condition)


# In this order; a node may be of several of these classes.
NODE_WRITERS: tuple[tuple[type[FlowNode], Callable[..., None]], ...] = (
    (Activity, _write_activity),
    (StartEvent, _write_start),
    (BoundaryEvent, _write_boundary),
    (IntermediateCatchEvent, _write_catching),
    (EndEvent, _write_throwing),
    (IntermediateThrowEvent, _write_throwing),
    (UserTask, _write_user_task),
    (SendTask, _write_send),
    (ReceiveTask, _write_receive),
    (ScriptTask, _write_script),
    (CallActivity, _write_call),
    (Gateway, _write_gateway),
    (ExclusiveGateway, _write_default),
    (InclusiveGateway, _write_default),
    (ComplexGateway, _write_default),
    (ComplexGateway, _write_complex),
    (EventBasedGateway, _write_event_based),
    (SubProcess, _write_sub_process),
    (AdHocSubProcess, _write_ad_hoc),
)
