# SPDX-License-Identifier: Apache-2.0
"""Structural rules: what a model must fulfil to run, each named, with element and remedy.

A rule is a function of one container (the process or a sub-process) that yields findings; `RULES` lists them all.
Sources: BPMN 2.0.2, chapters 7.6 (sequence flow rules), 10 (process), and what this version does not run.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from taktloom.model.event_definitions import (
    CancelDefinition,
    CompensateDefinition,
    ConditionalDefinition,
    ErrorDefinition,
    EscalationDefinition,
    EventDefinition,
    LinkDefinition,
    MessageDefinition,
    MultipleDefinition,
    SignalDefinition,
    TerminateDefinition,
    TimerDefinition,
)
from taktloom.model.findings import Finding, Severity
from taktloom.model.identifiers import ElementId
from taktloom.model.places import Place
from taktloom.model.process import (
    Activity,
    AnyFlowNode,
    BoundaryEvent,
    BusinessRuleTask,
    ComplexGateway,
    EndEvent,
    ExclusiveGateway,
    FlowNode,
    InclusiveGateway,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    ParallelGateway,
    ProcessDefinition,
    ScriptTask,
    SequenceFlow,
    ServiceTask,
    StartEvent,
    SubProcess,
    UnsupportedNode,
)

__all__ = ["RULES", "Container", "check_structure", "containers_of", "problem"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """The process or a sub-process: its nodes and flows, by id where a rule looks them up."""

    owner: ProcessDefinition | SubProcess
    nodes: Mapping[ElementId, AnyFlowNode]
    flows: tuple[SequenceFlow, ...]
    incoming: Mapping[ElementId, list[SequenceFlow]]
    outgoing: Mapping[ElementId, list[SequenceFlow]]

    @property
    def is_process(self) -> bool:
        """Whether this is the top."""
        return isinstance(self.owner, ProcessDefinition)


Rule = Callable[[Container], Iterator[Finding]]


def check_structure(definition: ProcessDefinition) -> list[Finding]:
    """All structural findings, container by container in document order."""
    containers = containers_of(definition)
    findings = list(_duplicate_ids(definition, containers))
    for container in containers:
        for rule in RULES:
            findings.extend(rule(container))
    findings.extend(_unknown_lane_members(definition, containers))
    return findings


def containers_of(definition: ProcessDefinition) -> list[Container]:
    """The process and all its sub-processes, outer ones first."""
    found: list[Container] = []
    pending: list[ProcessDefinition | SubProcess] = [definition]
    while pending:
        owner = pending.pop(0)
        found.append(_container(owner))
        pending.extend(node for node in owner.nodes if isinstance(node, SubProcess))
    return found


def problem(
    rule: str,
    where: FlowNode | SequenceFlow | ProcessDefinition | Place,
    message: str,
    remedy: str,
    severity: Severity = Severity.ERROR,
    **parameters: str,
) -> Finding:
    """A finding at the element; its place names the element even where the reader gave no line.

    parameters: the values inside the message by name; the element's id and name are added.
    """
    place = where if isinstance(where, Place) else where.place
    if not isinstance(where, Place):
        place = Place(source=place.source, line=place.line, element_id=ElementId(where.id))
    name = getattr(where, "name", "") or place.element_id or ""
    return Finding(
        severity=severity,
        rule=rule,
        message=message,
        place=place,
        remedy=remedy,
        parameters={"element": place.element_id or "", "name": name, **parameters},
    )


def _container(owner: ProcessDefinition | SubProcess) -> Container:
    incoming: dict[ElementId, list[SequenceFlow]] = {}
    outgoing: dict[ElementId, list[SequenceFlow]] = {}
    for flow in owner.flows:
        incoming.setdefault(flow.target, []).append(flow)
        outgoing.setdefault(flow.source, []).append(flow)
    nodes = {node.id: node for node in owner.nodes}
    return Container(owner=owner, nodes=nodes, flows=owner.flows, incoming=incoming, outgoing=outgoing)


def _duplicate_ids(definition: ProcessDefinition, containers: Collection[Container]) -> Iterator[Finding]:
    counted: Counter[str] = Counter([definition.id])
    elements: list[FlowNode | SequenceFlow] = []
    for container in containers:
        elements.extend(container.owner.nodes)
        elements.extend(container.flows)
    for element in elements:
        counted[element.id] += 1
        if counted[element.id] == 2:
            yield problem(
                "duplicate-id", element, f"The id '{element.id}' is used twice.", "Give each element an id of its own."
            )


def _unknown_lane_members(definition: ProcessDefinition, containers: Collection[Container]) -> Iterator[Finding]:
    known = {node_id for container in containers for node_id in container.nodes}
    for lane in definition.lanes:
        for node_id in lane.nodes:
            if node_id not in known:
                yield problem(
                    "lane-member-unknown",
                    Place(source=definition.place.source, line=definition.place.line, element_id=lane.id),
                    f"Lane '{lane.name}' names '{node_id}', which does not exist.",
                    "Remove the reference from the lane.",
                    Severity.WARNING,
                    node=node_id,
                )


def _unsupported(container: Container) -> Iterator[Finding]:
    for node in container.nodes.values():
        if isinstance(node, UnsupportedNode):
            yield problem(
                "unsupported-element",
                node,
                f"This version does not run '{node.xml_name}' ({node.reason})."
                if node.reason
                else f"This version does not run '{node.xml_name}'.",
                "Model it with elements that are run; the reference lists them.",
                xml_name=node.xml_name,
                reason=node.reason,
            )


def _dangling_flows(container: Container) -> Iterator[Finding]:
    for flow in container.flows:
        for end, node_id in (("source", flow.source), ("target", flow.target)):
            if node_id not in container.nodes:
                yield problem(
                    f"flow-{end}-unknown",
                    flow,
                    f"The flow's {end} '{node_id}' is no flow node of '{container.owner.id}'.",
                    "Connect the flow to a node of the same process or sub-process, or delete it.",
                    node=node_id,
                    container=container.owner.id,
                )


def _starts(container: Container) -> Iterator[Finding]:
    starts = [node for node in container.nodes.values() if isinstance(node, StartEvent)]
    unsupported = [n for n in container.nodes.values() if isinstance(n, UnsupportedNode) and n.xml_name in _STARTERS]
    if not starts and not unsupported and not container.nodes:
        owner = container.owner
        yield problem("no-start-event", owner, f"'{owner.id}' has no start event.", "Add a start event.")
    nones = [node for node in starts if node.definition is None]
    for node in nones[1:]:
        yield problem(
            "several-none-start-events", node, "There is more than one none start event.", "Keep one of them."
        )
    if isinstance(container.owner, SubProcess) and not container.owner.triggered_by_event:
        for node in starts:
            if node.definition is not None:
                yield problem(
                    "triggered-start-in-sub-process",
                    node,
                    "The start event of an embedded sub-process has a trigger.",
                    "Make it a none start event.",
                )


def _ends_of_flows(container: Container) -> Iterator[Finding]:
    for node in container.nodes.values():
        incoming, outgoing = container.incoming.get(node.id, []), container.outgoing.get(node.id, [])
        if isinstance(node, StartEvent) and incoming:
            yield problem(
                "start-event-with-incoming-flow",
                node,
                "A flow leads into the start event.",
                "Lead it to the node after the start.",
            )
        if isinstance(node, BoundaryEvent) and incoming:
            yield problem(
                "boundary-event-with-incoming-flow",
                node,
                "A flow leads into the boundary event.",
                "Lead it to the node after the event.",
            )
        if isinstance(node, EndEvent) and outgoing:
            yield problem(
                "end-event-with-outgoing-flow",
                node,
                "A flow leaves the end event.",
                "Make it an intermediate event, or delete the flow.",
            )
        if isinstance(node, ExclusiveGateway | ParallelGateway) and not outgoing:
            yield problem(
                "gateway-without-outgoing-flow",
                node,
                "No flow leaves the gateway.",
                "Add an outgoing flow, or use an end event.",
            )
        if isinstance(node, StartEvent | BoundaryEvent) and not outgoing:
            yield problem(
                "event-without-outgoing-flow",
                node,
                "No flow leaves the event: its token ends there.",
                "Add an outgoing flow.",
                Severity.WARNING,
            )


def _defaults(container: Container) -> Iterator[Finding]:
    for node in container.nodes.values():
        if not isinstance(node, Activity | ChoosingGateway) or node.default_flow is None:
            continue
        defaults = [flow for flow in container.outgoing.get(node.id, []) if flow.id == node.default_flow]
        if not defaults:
            yield problem(
                "default-flow-unknown",
                node,
                f"The default flow '{node.default_flow}' does not leave this element.",
                "Name one of its outgoing flows.",
                flow=node.default_flow,
            )
        for flow in defaults:
            if flow.condition is not None:
                yield problem(
                    "default-flow-with-condition",
                    flow,
                    "The default flow has a condition, which is never read.",
                    "Remove the condition or the default mark.",
                    Severity.WARNING,
                )


ChoosingGateway: TypeAlias = ExclusiveGateway | InclusiveGateway | ComplexGateway


def _conditions(container: Container) -> Iterator[Finding]:
    for node in container.nodes.values():
        outgoing = container.outgoing.get(node.id, [])
        if isinstance(node, ExclusiveGateway) and len(outgoing) > 1:
            yield from _exclusive_conditions(node, outgoing)
        elif not isinstance(node, Activity | ChoosingGateway | UnsupportedNode):
            for flow in outgoing:
                if flow.condition is not None:
                    yield problem(
                        "condition-out-of-place",
                        flow,
                        "A flow out of an event or parallel gateway has a condition.",
                        "Remove it, or put an exclusive gateway in between.",
                    )


def _exclusive_conditions(node: ExclusiveGateway, outgoing: list[SequenceFlow]) -> Iterator[Finding]:
    for flow in outgoing:
        if flow.condition is None and flow.id != node.default_flow:
            yield problem(
                "flow-without-condition",
                flow,
                "A flow out of a diverging exclusive gateway has no condition and is not the default flow.",
                "Give it a condition or mark it as default.",
            )
    if node.default_flow is None:
        yield problem(
            "gateway-without-default-flow",
            node,
            "No flow is marked as default: a case that fits no condition becomes an incident.",
            "Mark one flow as default.",
            Severity.WARNING,
        )


def _boundaries(container: Container) -> Iterator[Finding]:
    seen: set[tuple[ElementId, str | None]] = set()
    for node in container.nodes.values():
        if not isinstance(node, BoundaryEvent):
            continue
        host = container.nodes.get(node.attached_to)
        if host is None:
            yield problem(
                "boundary-host-unknown",
                node,
                f"The boundary event is attached to '{node.attached_to}', which is not in '{container.owner.id}'.",
                "Attach it to an activity.",
                host=node.attached_to,
                container=container.owner.id,
            )
        elif not isinstance(host, Activity | UnsupportedNode):
            yield problem(
                "boundary-on-non-activity", node, f"'{host.id}' is no activity.", "Attach the event to an activity."
            )
        if isinstance(node.definition, ErrorDefinition):
            yield from _error_boundary(node, node.definition, seen)


def _error_boundary(
    node: BoundaryEvent, definition: ErrorDefinition, seen: set[tuple[ElementId, str | None]]
) -> Iterator[Finding]:
    if not node.is_interrupting:
        yield problem(
            "non-interrupting-error", node, "An error boundary event always interrupts.", "Mark it as interrupting."
        )
    key = (node.attached_to, definition.code)
    if key in seen:
        yield problem(
            "error-caught-twice",
            node,
            "Another boundary event of the activity catches the same error.",
            "Keep one of them.",
        )
    seen.add(key)


def _event_positions(container: Container) -> Iterator[Finding]:
    for node in container.nodes.values():
        allowed = ALLOWED_DEFINITIONS.get(type(node))
        definition: EventDefinition | None = getattr(node, "definition", None)
        if allowed is not None and definition is not None and not isinstance(definition, allowed):
            yield problem(
                "event-definition-out-of-place",
                node,
                f"{_DEFINITION_NAMES.get(type(definition), 'This event definition')} is not run at this kind of event.",
                "Use another event definition here.",
                definition=type(definition).__name__,
            )


def _event_definitions(container: Container) -> Iterator[Finding]:
    for node in container.nodes.values():
        definition: EventDefinition | None = getattr(node, "definition", None)
        if isinstance(definition, TimerDefinition):
            yield from _timer(node, definition)
        elif isinstance(definition, MessageDefinition) and not definition.name:
            yield problem(
                "message-without-name", node, "The event's message has no name.", "Refer to a message that has a name."
            )
        elif isinstance(definition, ErrorDefinition) and isinstance(node, EndEvent) and not definition.code:
            yield problem(
                "error-without-code", node, "The error that is thrown has no code.", "Refer to an error with a code."
            )


def _timer(node: AnyFlowNode, definition: TimerDefinition) -> Iterator[Finding]:
    given = [text for text in (definition.date, definition.duration, definition.cycle) if text]
    if len(given) != 1:
        yield problem(
            "timer-definition-count",
            node,
            f"The timer has {len(given)} of date, duration and cycle.",
            "Give exactly one of them.",
            count=str(len(given)),
        )
    repeats = isinstance(node, StartEvent) or (isinstance(node, BoundaryEvent) and not node.is_interrupting)
    if definition.cycle and not repeats:
        yield problem(
            "timer-cycle-out-of-place",
            node,
            "A cycle is only run at start events and at boundary events that do not interrupt.",
            "Use a date or duration, or let the boundary event not interrupt.",
        )


def _tasks(container: Container) -> Iterator[Finding]:
    for node in container.nodes.values():
        if isinstance(node, ServiceTask):
            if not node.job_type:
                yield problem(
                    "job-type-missing",
                    node,
                    "The service task has no job type.",
                    "Give it the type that a worker serves.",
                )
            if node.retries < 1:
                yield problem("retries-out-of-range", node, "The job has fewer than one try.", "Give at least 1.")
        elif isinstance(node, BusinessRuleTask) and not node.decision_id:
            yield problem(
                "decision-missing", node, "The business rule task names no decision.", "Name the decision to evaluate."
            )
        elif isinstance(node, ScriptTask) and not node.script:
            yield problem("script-missing", node, "The script task has no script.", "Write a FEEL expression.")
        if isinstance(node, ScriptTask | BusinessRuleTask) and not node.result_variable:
            yield problem(
                "result-variable-missing", node, "The result has no variable.", "Name the variable for the result."
            )


def _unreachable(container: Container) -> Iterator[Finding]:
    hosted: dict[ElementId, list[ElementId]] = {}
    for node in container.nodes.values():
        if isinstance(node, BoundaryEvent):
            hosted.setdefault(node.attached_to, []).append(node.id)
    pending = [node.id for node in container.nodes.values() if isinstance(node, StartEvent)]
    if not pending:
        return  # said by no-start-event already
    pending.extend(n.id for n in container.nodes.values() if isinstance(n, SubProcess) and n.triggered_by_event)
    links = [n for n in container.nodes.values() if isinstance(n, IntermediateCatchEvent)]
    pending.extend(node.id for node in links if isinstance(node.definition, LinkDefinition))
    reached: set[ElementId] = set()
    while pending:
        node_id = pending.pop()
        if node_id not in reached:
            reached.add(node_id)
            pending.extend(flow.target for flow in container.outgoing.get(node_id, []))
            pending.extend(hosted.get(node_id, []))
    for node in container.nodes.values():
        if node.id not in reached:
            yield problem(
                "unreachable-node",
                node,
                "No path leads here from a start event.",
                "Connect or delete it.",
                Severity.WARNING,
            )


def _mappings(container: Container) -> Iterator[Finding]:
    for node in container.nodes.values():
        for mapping in (*getattr(node, "inputs", ()), *getattr(node, "outputs", ())):
            if not mapping.target or not all(part.strip() for part in mapping.target.split(".")):
                yield problem(
                    "mapping-target-invalid",
                    node,
                    f"The mapping's target '{mapping.target}' is no variable path.",
                    "Write a name, or names with dots between.",
                    target=mapping.target,
                )
            if not mapping.source.strip().lstrip("="):
                yield problem(
                    "mapping-source-missing",
                    node,
                    f"The mapping into '{mapping.target}' has no source.",
                    "Write a FEEL expression.",
                    target=mapping.target,
                )


def _attributes(container: Container) -> Iterator[Finding]:
    for node in container.nodes.values():
        names = Counter((attribute.level, attribute.name) for attribute in getattr(node, "event_attributes", ()))
        for (level, name), count in names.items():
            if level not in {"case", "event"} or not name or count > 1:
                yield problem(
                    "event-attribute-invalid",
                    node,
                    f"The event log attribute '{name}' (level '{level}') is not usable or given twice.",
                    "Give each attribute once, with a name and the level case or event.",
                    attribute=name,
                    level=level,
                )


_WAITING = (TimerDefinition, MessageDefinition, SignalDefinition, ConditionalDefinition, MultipleDefinition)
_THROWN = (SignalDefinition, MessageDefinition, EscalationDefinition, MultipleDefinition)
ALLOWED_DEFINITIONS: Mapping[type, tuple[type, ...]] = {
    StartEvent: (*_WAITING, ErrorDefinition, EscalationDefinition, CompensateDefinition),
    EndEvent: (*_THROWN, ErrorDefinition, TerminateDefinition, CompensateDefinition, CancelDefinition),
    IntermediateCatchEvent: (*_WAITING, LinkDefinition),
    IntermediateThrowEvent: (*_THROWN, LinkDefinition, CompensateDefinition),
    BoundaryEvent: (*_WAITING, ErrorDefinition, EscalationDefinition, CompensateDefinition, CancelDefinition),
}
_STARTERS = frozenset({"startEvent", "receiveTask", "eventBasedGateway"})
_DEFINITION_NAMES: Mapping[type, str] = {
    TimerDefinition: "A timer",
    MessageDefinition: "A message",
    ErrorDefinition: "An error",
    TerminateDefinition: "Terminate",
}

RULES: tuple[Rule, ...] = (
    _unsupported,
    _dangling_flows,
    _starts,
    _ends_of_flows,
    _defaults,
    _conditions,
    _boundaries,
    _event_positions,
    _event_definitions,
    _tasks,
    _mappings,
    _attributes,
    _unreachable,
)
