# SPDX-License-Identifier: Apache-2.0
"""The BPMN process as data: what `formats` reads and writes and `kernel` compiles.

Concrete classes keep the XML name. Expressions and mappings are FEEL text, not yet compiled. What the reader met but
this model has no class for is an `UnsupportedNode`, so that compiling can refuse it by name; nothing is dropped.
Durations, dates and cycles of timers are text: an ISO 8601 literal or FEEL.
Source: BPMN 2.0.2, chapters 8 and 10.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from taktloom.model.collaboration import Collaboration
from taktloom.model.diagram import Diagram
from taktloom.model.event_definitions import EventDefinition, MessageDefinition
from taktloom.model.findings import Finding
from taktloom.model.identifiers import ElementId, ProcessId
from taktloom.model.places import NOWHERE, Place
from taktloom.model.process_data import (
    NO_EVENT_DATA,
    CorrelationKey,
    CorrelationSubscription,
    DataAssociation,
    DataElement,
    DataReference,
    EventData,
    InputOutput,
    VariableMapping,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """What a file says at an element beyond the fields of this model, kept so that writing gives it back.

    attributes: expanded name (`{namespace}local`) and value. extensions: children of <extensionElements>, children:
    other children of the element; each as XML text that declares its own namespaces. absent: what the writer would
    write and the file leaves out: `@` and an attribute's name, or the name of children. sequence: names of the children
    in the file's order, where that is not the schema's.
    """

    attributes: tuple[tuple[str, str], ...] = ()
    extensions: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    sequence: tuple[str, ...] = ()


NOTHING_FOREIGN = Foreign()


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
class JobDefinition:
    """Work for a machine: a job of *type*, literal or FEEL after `=`.

    retries >= 1; headers: static text for the worker. priority: a whole number, literal or FEEL after `=`, 0 for None.
    back_off: ISO 8601 durations to wait after the first, second … failure, the last one from then on; empty: the host
    decides.
    """

    type: str
    retries: int = 3
    headers: tuple[tuple[str, str], ...] = ()
    priority: str | None = None
    back_off: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardLoop:
    """Repeats while FEEL *condition* holds, tested before or after each round, at most *maximum* times."""

    condition: str | None = None
    test_before: bool = False
    maximum: int | None = None


class MultiInstanceBehavior(Enum):
    """When a multi-instance activity throws events as its instances complete (BPMN 2.0.2, 13.3.7)."""

    ALL = "All"
    NONE = "None"
    ONE = "One"
    COMPLEX = "Complex"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplexBehavior:
    """Throws *event* each time that an instance completes while FEEL *condition* holds."""

    condition: str
    event: EventDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiInstanceLoop:
    """Many instances, one after another or at once.

    cardinality: FEEL number. input_collection: FEEL list, of which each instance gets one item as variable
    input_element. output_collection: the variable that collects FEEL *output_element* of each instance, in order.
    input_item, output_item: what data associations call these two, ids of the inputDataItem and outputDataItem.
    completion_condition: FEEL, after each instance. none_event, one_event: thrown by those behaviors.
    """

    is_sequential: bool = False
    cardinality: str | None = None
    input_collection: str | None = None
    input_element: str | None = None
    output_collection: str | None = None
    output_element: str | None = None
    input_item: ElementId | None = None
    output_item: ElementId | None = None
    completion_condition: str | None = None
    behavior: MultiInstanceBehavior = MultiInstanceBehavior.ALL
    none_event: EventDefinition | None = None
    one_event: EventDefinition | None = None
    complex_behaviors: tuple[ComplexBehavior, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StartEvent(FlowNode):
    """definition None: a none start event. is_interrupting: of an event sub-process only."""

    definition: EventDefinition | None = None
    is_interrupting: bool = True
    outputs: tuple[VariableMapping, ...] = ()
    form_id: str | None = None
    data: EventData = NO_EVENT_DATA


@dataclass(frozen=True, slots=True, kw_only=True)
class EndEvent(FlowNode):
    """definition None: a none end event. inputs map what is thrown; job: a worker sends the message."""

    definition: EventDefinition | None = None
    job: JobDefinition | None = None
    inputs: tuple[VariableMapping, ...] = ()
    data: EventData = NO_EVENT_DATA


@dataclass(frozen=True, slots=True, kw_only=True)
class IntermediateCatchEvent(FlowNode):
    """Waits for its definition."""

    definition: EventDefinition
    outputs: tuple[VariableMapping, ...] = ()
    data: EventData = NO_EVENT_DATA


@dataclass(frozen=True, slots=True, kw_only=True)
class IntermediateThrowEvent(FlowNode):
    """definition None: a none event, a milestone that is passed through. inputs, job: as of the end event."""

    definition: EventDefinition | None = None
    job: JobDefinition | None = None
    inputs: tuple[VariableMapping, ...] = ()
    data: EventData = NO_EVENT_DATA


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryEvent(FlowNode):
    """Attached to an activity; cancels it when `is_interrupting`.

    compensation_handler: of a compensation boundary event the activity that its association leads to.
    """

    attached_to: ElementId
    definition: EventDefinition
    is_interrupting: bool = True
    outputs: tuple[VariableMapping, ...] = ()
    data: EventData = NO_EVENT_DATA
    compensation_handler: ElementId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity(FlowNode):
    """What all activities have: default flow, variable mappings, loop, data, token quantities, event log attributes."""

    default_flow: ElementId | None = None
    inputs: tuple[VariableMapping, ...] = ()
    outputs: tuple[VariableMapping, ...] = ()
    event_attributes: tuple[EventAttribute, ...] = ()
    loop: StandardLoop | MultiInstanceLoop | None = None
    is_for_compensation: bool = False
    start_quantity: int = 1
    completion_quantity: int = 1
    properties: tuple[DataElement, ...] = ()
    io: InputOutput | None = None
    data_inputs: tuple[DataAssociation, ...] = ()
    data_outputs: tuple[DataAssociation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Activity):
    """A task without a kind: passed through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualTask(Activity):
    """Work outside the engine: passed through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTask(Activity):
    """Work for a person. assignee, candidate_groups, due_date …: literal text, or FEEL when it begins with `=`.

    form_id names a form of the definitions; None shows the variables as a plain list. priority: 0–100, 50 by default.
    calendar: the name of the business calendar that due and follow-up date count by.
    """

    assignee: str | None = None
    candidate_users: str | None = None
    candidate_groups: str | None = None
    due_date: str | None = None
    follow_up_date: str | None = None
    priority: str | None = None
    form_id: str | None = None
    calendar: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTask(Activity):
    """Work for a machine: a job of *job_type*; the other fields as those of JobDefinition."""

    job_type: str
    retries: int = 3
    headers: tuple[tuple[str, str], ...] = ()
    priority: str | None = None
    back_off: tuple[str, ...] = ()

    @property
    def job(self) -> JobDefinition:
        """The job as every other element has it."""
        return JobDefinition(
            type=self.job_type,
            retries=self.retries,
            headers=self.headers,
            priority=self.priority,
            back_off=self.back_off,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SendTask(Activity):
    """Sends *message*: a worker by *job*, else the engine itself delivers it."""

    message: MessageDefinition | None = None
    job: JobDefinition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveTask(Activity):
    """Waits for *message*; `instantiate` starts the process with it."""

    message: MessageDefinition
    instantiate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptTask(Activity):
    """FEEL *script* whose value becomes *result_variable*; with *job* a worker runs it (scripts in other languages)."""

    script: str
    result_variable: str
    job: JobDefinition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessRuleTask(Activity):
    """Evaluates the decision *decision_id* into *result_variable*, or orders *job*."""

    decision_id: str
    result_variable: str
    job: JobDefinition | None = None
    binding: str = "latest"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallActivity(Activity):
    """Runs the process *called_element* (literal id, or FEEL after `=`) as an instance of its own.

    called_task: the global task that it calls instead, which then runs in its place. binding: which version,
    `latest`, `deployment` or a version tag as `tag:…`. passes_all_variables: whether the child begins with everything
    visible; returns_all_variables: whether all its variables come back; else only mappings and data associations do.
    """

    called_element: str = ""
    called_task: "AnyFlowNode | None" = None
    binding: str = "latest"
    passes_all_variables: bool = True
    returns_all_variables: bool = True


class GatewayDirection(Enum):
    """What the modeler says of a gateway's flows; only checked, never run."""

    UNSPECIFIED = "Unspecified"
    CONVERGING = "Converging"
    DIVERGING = "Diverging"
    MIXED = "Mixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway(FlowNode):
    """What all gateways have."""

    direction: GatewayDirection = GatewayDirection.UNSPECIFIED


@dataclass(frozen=True, slots=True, kw_only=True)
class ExclusiveGateway(Gateway):
    """Exactly one outgoing flow is taken."""

    default_flow: ElementId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParallelGateway(Gateway):
    """Waits for one token on each incoming flow, then gives one to each outgoing flow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InclusiveGateway(Gateway):
    """Takes every outgoing flow whose condition holds; joins what can still come (BPMN 2.0.2, 13.4.3)."""

    default_flow: ElementId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplexGateway(Gateway):
    """Fires when FEEL *activation_condition* over `activationCount` holds, then resets (BPMN 2.0.2, 13.4.5)."""

    default_flow: ElementId | None = None
    activation_condition: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventBasedGateway(Gateway):
    """The first event behind it decides; `instantiate` starts the process, is_parallel: with all events needed."""

    instantiate: bool = False
    is_parallel: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SubProcess(Activity):
    """An embedded sub-process: a scope of its own with nodes and flows; triggered_by_event: an event sub-process.

    order: ids of what it contains as the file has them, of what has none "".
    """

    triggered_by_event: bool = False
    nodes: tuple["AnyFlowNode", ...] = ()
    flows: tuple[SequenceFlow, ...] = ()
    lanes: tuple["Lane", ...] = ()
    data_objects: tuple[DataElement, ...] = ()
    data_references: tuple[DataReference, ...] = ()
    artifacts: tuple[str, ...] = ()
    order: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction(SubProcess):
    """A sub-process that a cancel end event undoes: what it completed is compensated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdHocSubProcess(SubProcess):
    """Activities in any order. active_elements: FEEL list of the element ids to start with."""

    is_sequential: bool = False
    completion_condition: str | None = None
    cancels_remaining: bool = True
    active_elements: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsupportedNode(FlowNode):
    """A flow node that this version cannot run; *xml_name* such as `choreographyTask`, *reason* names the rule.

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
    | SendTask
    | ReceiveTask
    | ScriptTask
    | BusinessRuleTask
    | CallActivity
    | ExclusiveGateway
    | ParallelGateway
    | InclusiveGateway
    | ComplexGateway
    | EventBasedGateway
    | SubProcess
    | Transaction
    | AdHocSubProcess
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
    of what is no flow node, flow or lane: annotations, data objects of which the file says more than the model ….
    correlation_keys: those of the collaboration in which the process takes part. order: as of a sub-process.
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
    properties: tuple[DataElement, ...] = ()
    data_objects: tuple[DataElement, ...] = ()
    data_references: tuple[DataReference, ...] = ()
    io: InputOutput | None = None
    correlation_keys: tuple[CorrelationKey, ...] = ()
    correlation_subscriptions: tuple[CorrelationSubscription, ...] = ()
    order: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """A BPMN file: its processes and, when present, their drawing.

    roots: XML texts of the other root elements (messages, collaborations, signals …). order: ids of all root elements
    as the file has them, of what has none "". drawings: XML texts of the file's diagrams, with the styles and colours
    that `diagram`, which unites them, does not have.
    namespaces: the file's prefixes ("" for the default one), since values inside foreign parts may use them.
    """

    processes: tuple[ProcessDefinition, ...]
    diagram: Diagram | None = None
    collaborations: tuple[Collaboration, ...] = ()
    findings: tuple[Finding, ...] = ()
    id: str = "definitions"
    name: str = ""
    target_namespace: str = "urn:taktloom:process"
    roots: tuple[str, ...] = ()
    namespaces: tuple[tuple[str, str], ...] = ()
    foreign: Foreign = NOTHING_FOREIGN
    order: tuple[str, ...] = field(default=(), compare=False)
    drawings: tuple[str, ...] = ()
