# SPDX-License-Identifier: Apache-2.0
"""The BPMN process as data: what `formats` reads and writes and `kernel` compiles.

Concrete classes keep the XML name. Expressions and mappings are FEEL text, not yet compiled. What the reader met but
this model has no class for is an `UnsupportedNode`, so that compiling can refuse it by name; nothing is dropped.
Durations, dates and cycles of timers are text: an ISO 8601 literal or FEEL.
Source: BPMN 2.0.2, chapters 8 and 10.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

from taktloom.model.findings import Finding
from taktloom.model.identifiers import ElementId, ProcessId
from taktloom.model.places import NOWHERE, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """What a file holds at an element that this model has no field for, kept so that writing gives it back.

    attributes: expanded name (`{namespace}local`) and value. extensions: children of <extensionElements>, children:
    other children of the element; each as XML text that declares its own namespaces.
    """

    attributes: tuple[tuple[str, str], ...] = ()
    extensions: tuple[str, ...] = ()
    children: tuple[str, ...] = ()


NOTHING_FOREIGN = Foreign()


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableMapping:
    """One input or output mapping: FEEL *source* into variable path *target*."""

    source: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventAttribute:
    """An attribute that the model declares for the event log: column name, FEEL source, `case` or `event` level."""

    name: str
    source: str
    level: str = "event"


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceFlow:
    """A flow from one node to another; *condition* is FEEL text or None. *name* is its label."""

    id: ElementId
    source: ElementId
    target: ElementId
    name: str = ""
    condition: str | None = None
    place: Place = NOWHERE
    documentation: str = ""
    foreign: Foreign = NOTHING_FOREIGN


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerDefinition:
    """Exactly one of date, duration, cycle is given: ISO 8601 literal or FEEL text."""

    date: str | None = None
    duration: str | None = None
    cycle: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDefinition:
    """A message by name; *correlation_key* is FEEL text, None where any message of the name fits (start)."""

    name: str
    correlation_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorDefinition:
    """A BPMN error by code; None catches every code."""

    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminateDefinition:
    """Ends the process instance or its enclosing scope at once."""


EventDefinition: TypeAlias = TimerDefinition | MessageDefinition | ErrorDefinition | TerminateDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowNode:
    """What all flow nodes have. incoming/outgoing: flow ids in document order."""

    id: ElementId
    name: str = ""
    incoming: tuple[ElementId, ...] = ()
    outgoing: tuple[ElementId, ...] = ()
    place: Place = NOWHERE
    documentation: str = ""
    foreign: Foreign = NOTHING_FOREIGN


@dataclass(frozen=True, slots=True, kw_only=True)
class StartEvent(FlowNode):
    """definition None: a none start event."""

    definition: EventDefinition | None = None
    outputs: tuple[VariableMapping, ...] = ()
    form_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndEvent(FlowNode):
    """definition None: a none end event."""

    definition: EventDefinition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntermediateCatchEvent(FlowNode):
    """Waits for its definition."""

    definition: EventDefinition
    outputs: tuple[VariableMapping, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IntermediateThrowEvent(FlowNode):
    """definition None: a none event, a milestone that is passed through."""

    definition: EventDefinition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryEvent(FlowNode):
    """Attached to an activity; cancels it when `is_interrupting`."""

    attached_to: ElementId
    definition: EventDefinition
    is_interrupting: bool = True
    outputs: tuple[VariableMapping, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity(FlowNode):
    """What all activities have: default flow and variable mappings, event log attributes."""

    default_flow: ElementId | None = None
    inputs: tuple[VariableMapping, ...] = ()
    outputs: tuple[VariableMapping, ...] = ()
    event_attributes: tuple[EventAttribute, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Activity):
    """A task without a kind: passed through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualTask(Activity):
    """Work outside the engine: passed through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTask(Activity):
    """Work for a person. assignee, candidate_groups, due_date: literal text, or FEEL when it begins with `=`.

    form_id names a form of the definitions; None shows the variables as a plain list.
    """

    assignee: str | None = None
    candidate_groups: str | None = None
    due_date: str | None = None
    form_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTask(Activity):
    """Work for a machine: a job of *job_type*. retries >= 1; headers are static text for the worker."""

    job_type: str
    retries: int = 3
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptTask(Activity):
    """FEEL *script* whose value becomes *result_variable*."""

    script: str
    result_variable: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessRuleTask(Activity):
    """Evaluates the decision *decision_id* into *result_variable*."""

    decision_id: str
    result_variable: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExclusiveGateway(FlowNode):
    """Exactly one outgoing flow is taken."""

    default_flow: ElementId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParallelGateway(FlowNode):
    """Waits for one token on each incoming flow, then gives one to each outgoing flow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubProcess(Activity):
    """An embedded sub-process: a scope of its own with nodes and flows."""

    nodes: tuple["AnyFlowNode", ...] = ()
    flows: tuple[SequenceFlow, ...] = ()
    artifacts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsupportedNode(FlowNode):
    """A flow node that this version cannot run; *xml_name* such as `complexGateway`, *reason* names the rule.

    xml: the whole element as text, for writing it back. attached_to: of a boundary event its activity.
    """

    xml_name: str
    reason: str = ""
    xml: str = ""
    attached_to: ElementId | None = None


AnyFlowNode: TypeAlias = (
    StartEvent
    | EndEvent
    | IntermediateCatchEvent
    | IntermediateThrowEvent
    | BoundaryEvent
    | Task
    | ManualTask
    | UserTask
    | ServiceTask
    | ScriptTask
    | BusinessRuleTask
    | ExclusiveGateway
    | ParallelGateway
    | SubProcess
    | UnsupportedNode
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A lane: a role's name and the nodes in it."""

    id: ElementId
    name: str
    nodes: tuple[ElementId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form kept with the process: *schema* is form-js JSON text."""

    id: str
    schema: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessDefinition:
    """One <process>: its nodes and flows in document order, lanes and embedded forms.

    id is the key of all versions. findings are warnings of reading and compiling; errors are raised instead.
    case_attributes: event log attributes at case level, evaluated at start. artifacts (of a sub-process too): XML texts
    of what is no flow node, flow or lane: annotations, data objects ….
    """

    id: ProcessId
    name: str = ""
    is_executable: bool = True
    version_tag: str | None = None
    nodes: tuple[AnyFlowNode, ...] = ()
    flows: tuple[SequenceFlow, ...] = ()
    lanes: tuple[Lane, ...] = ()
    forms: tuple[Form, ...] = ()
    case_attributes: tuple[EventAttribute, ...] = ()
    place: Place = NOWHERE
    findings: tuple[Finding, ...] = field(default=())
    documentation: str = ""
    foreign: Foreign = NOTHING_FOREIGN
    artifacts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelBounds:
    """Where a name stands that is written beside its element, in pixels."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Diagram interchange of one node, lane or pool: pixels, y grows downwards.

    is_expanded, is_horizontal, is_marker_visible (the X of an exclusive gateway): None where the file does not say.
    """

    element_id: ElementId
    x: float
    y: float
    width: float
    height: float
    is_expanded: bool | None = None
    is_horizontal: bool | None = None
    is_marker_visible: bool | None = None
    label: LabelBounds | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Diagram interchange of one flow: waypoints in pixels, at least two."""

    element_id: ElementId
    waypoints: tuple[tuple[float, float], ...]
    label: LabelBounds | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagram:
    """The drawing of one process."""

    shapes: tuple[Shape, ...] = ()
    edges: tuple[Edge, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """A BPMN file: its processes and, when present, their drawing.

    roots: XML texts of the other root elements (collaborations, signals …) that the model has no class for.
    namespaces: the file's prefixes ("" for the default one), since values inside foreign parts may use them.
    """

    processes: tuple[ProcessDefinition, ...]
    diagram: Diagram | None = None
    findings: tuple[Finding, ...] = ()
    id: str = "definitions"
    name: str = ""
    target_namespace: str = "urn:taktloom:process"
    roots: tuple[str, ...] = ()
    namespaces: tuple[tuple[str, str], ...] = ()
    foreign: Foreign = NOTHING_FOREIGN
