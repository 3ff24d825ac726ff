# SPDX-License-Identifier: Apache-2.0
"""From a process definition to what `step` runs: number everything, compile every text, report every problem."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from taktloom.kernel.activity_nodes import finish_activities, phases_of
from taktloom.kernel.compilation import Compilation, ScriptRunner
from taktloom.kernel.correlation import MessageCorrelation, message_correlations
from taktloom.kernel.data_compilation import DataNames, compile_node_data
from taktloom.kernel.elements.registry import COMPILERS
from taktloom.kernel.executable import NONE, Catches, ExecutableProcess, Flow, Handlers, Node
from taktloom.kernel.reachability import upstream_flows
from taktloom.kernel.rules import check_structure, problem
from taktloom.model.errors import DefinitionError
from taktloom.model.event_definitions import (
    CancelDefinition,
    CompensateDefinition,
    ConditionalDefinition,
    ErrorDefinition,
    EscalationDefinition,
    EventDefinition,
    LinkDefinition,
    MessageDefinition,
    SignalDefinition,
    TimerDefinition,
    single_definitions,
)
from taktloom.model.findings import Finding, Severity
from taktloom.model.identifiers import ElementId
from taktloom.model.places import Place
from taktloom.model.process import (
    Activity,
    AdHocSubProcess,
    AnyFlowNode,
    BoundaryEvent,
    BusinessRuleTask,
    CallActivity,
    ComplexGateway,
    EndEvent,
    ExclusiveGateway,
    FlowNode,
    Form,
    InclusiveGateway,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    MultiInstanceLoop,
    ProcessDefinition,
    ScriptTask,
    SequenceFlow,
    StartEvent,
    SubProcess,
)
from taktloom.model.process_data import VariableMapping

__all__ = ["compile_process", "variable_names"]


def compile_process(
    definition: ProcessDefinition,
    *,
    external_choices: frozenset[ElementId] = frozenset(),
    decisions: Collection[str] | None = None,
    script_runner: ScriptRunner | None = None,
) -> ExecutableProcess:
    """Compile once; the result is immutable and shared by all instances.

    external_choices: exclusive and inclusive gateways whose flows the host chooses. decisions: ids that can be
    evaluated; None: not checked. script_runner: runs all scripts in place of the kernel, for kits and simulators.
    Raises DefinitionError with every problem (element id, file, line, rule, remedy) in `findings`; what only deserves
    a warning is in the result's `findings`.
    """
    compilation = Compilation(
        names=frozenset(variable_names(definition)),
        external_choices=external_choices,
        decisions=decisions,
        script_runner=script_runner,
    )
    compilation.findings.extend(definition.findings)
    compilation.findings.extend(check_structure(definition))
    numbered = list(_number(definition))
    _check_surroundings(compilation, [node for node, _ in numbered], definition)
    process = _Builder(definition, compilation, numbered).build()
    _raise_errors(process.findings, definition)
    return process


def _number(definition: ProcessDefinition) -> Iterator[tuple[AnyFlowNode, int]]:
    """Nodes in document order with the number of their sub-process, its own nodes right after it."""
    pending: list[tuple[AnyFlowNode, int]] = [(node, NONE) for node in reversed(definition.nodes)]
    index = 0
    while pending:
        node, parent = pending.pop()
        yield node, parent
        if isinstance(node, SubProcess):
            pending.extend((inner, index) for inner in reversed(node.nodes))
        index += 1


def _all_flows(definition: ProcessDefinition) -> Iterator[SequenceFlow]:
    yield from definition.flows
    for node, _ in _number(definition):
        if isinstance(node, SubProcess):
            yield from node.flows


def variable_names(definition: ProcessDefinition) -> Iterator[str]:
    """Names that the model itself gives to variables: mappings, results, and the fields of its forms."""
    flows = list(_all_flows(definition))
    for form in definition.forms:
        yield from _form_keys(form)
    nodes = [node for node, _ in _number(definition)]
    yield from DataNames(definition, nodes).all_names()
    for node in nodes:
        if isinstance(node, ComplexGateway):
            yield from (flow.name or flow.id for flow in flows if flow.target == node.id)
        for mapping in (*_inputs_of(node), *_outputs_of(node)):
            yield mapping.target.split(".")[0].strip()
        if isinstance(node, ScriptTask | BusinessRuleTask) and node.result_variable:
            yield node.result_variable
        loop = getattr(node, "loop", None)
        if isinstance(loop, MultiInstanceLoop):
            yield from (name for name in (loop.input_element, loop.output_collection) if name)


def _inputs_of(node: AnyFlowNode) -> Iterator[VariableMapping]:
    """The input mappings; a called global task reads from what the call activity gives it."""
    yield from getattr(node, "inputs", ())
    if isinstance(node, CallActivity) and node.called_task is not None:
        yield from _inputs_of(node.called_task)


def _outputs_of(node: AnyFlowNode) -> Iterator[VariableMapping]:
    """The output mappings, those of a called global task first."""
    if isinstance(node, CallActivity) and node.called_task is not None:
        yield from _outputs_of(node.called_task)
    yield from getattr(node, "outputs", ())


def _form_keys(form: Form) -> Iterator[str]:
    """Keys of the fields of a form-js form; none where the text is no such form, which is for its own check to say."""
    try:
        pending: list[object] = [json.loads(form.schema)]
    except (ValueError, RecursionError):
        return
    while pending:
        part = pending.pop()
        if isinstance(part, list):
            pending.extend(part)
        elif isinstance(part, dict):
            key = part.get("key")
            if isinstance(key, str) and key.strip():
                yield key.split(".")[0].strip()
            pending.append(part.get("components", []))


def _check_surroundings(compilation: Compilation, nodes: list[AnyFlowNode], definition: ProcessDefinition) -> None:
    """What the caller gave must fit the model."""
    if not definition.is_executable:
        compilation.findings.append(
            problem(
                "process-not-executable",
                definition,
                f"The process '{definition.id}' is marked as not executable.",
                "Mark it as executable if it is to run.",
                Severity.WARNING,
            )
        )
    known = {node.id: node for node in nodes}
    for choice in sorted(compilation.external_choices):
        if not isinstance(known.get(choice), ExclusiveGateway | InclusiveGateway):
            compilation.findings.append(
                problem(
                    "external-choice-unknown",
                    Place(source=definition.place.source, element_id=choice),
                    f"'{choice}' is no exclusive or inclusive gateway of the process.",
                    "Name such gateways only.",
                )
            )
    decisions = compilation.decisions
    for node in nodes:
        if not isinstance(node, BusinessRuleTask) or decisions is None or node.decision_id.startswith("="):
            continue
        if node.decision_id and node.decision_id not in decisions:
            compilation.findings.append(
                problem(
                    "decision-unknown",
                    node,
                    f"The decision '{node.decision_id}' is not deployed.",
                    "Deploy it together with the process, or correct the id.",
                    decision=node.decision_id,
                )
            )


def _without_repetitions(findings: list[Finding]) -> tuple[Finding, ...]:
    """Reader and rules may find the same; each is said once. A text that could not be translated is no FEEL either."""
    untranslated = [f for f in findings if f.rule == "juel-not-translated"]
    once = {(f.rule, f.place.element_id, f.message): f for f in reversed(findings) if not _is_told(f, untranslated)}
    return tuple(once.values())[::-1]


def _is_told(finding: Finding, untranslated: list[Finding]) -> bool:
    """Whether it is about an expression that one of the others is about."""
    if finding.rule != "expression-not-feel":
        return False
    element_id, text = finding.place.element_id, finding.parameters["text"]
    return any(other.place.element_id == element_id and f"'{text}'" in other.message for other in untranslated)


def _raise_errors(findings: tuple[Finding, ...], definition: ProcessDefinition) -> None:
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        first = errors[0]
        raise DefinitionError(
            f"The process '{definition.id}' cannot run: {len(errors)} problem(s). {first.message}",
            first.place,
            first.remedy,
            {"process": definition.id, "count": str(len(errors))},
            findings,
        )


def _waits(definition: EventDefinition | None) -> bool:
    """Whether the event waits by itself, or is only found by who throws."""
    kinds = (TimerDefinition, MessageDefinition, SignalDefinition, ConditionalDefinition)
    return any(isinstance(single, kinds) for single in single_definitions(definition))


def _compensates(node: AnyFlowNode) -> bool:
    """Whether the node throws compensation, by itself or with the instances of its loop, or cancels a transaction."""
    thrown = [node.definition] if isinstance(node, IntermediateThrowEvent | EndEvent) else []
    loop = getattr(node, "loop", None)
    if isinstance(loop, MultiInstanceLoop):
        thrown += [loop.none_event, loop.one_event, *(part.event for part in loop.complex_behaviors)]
    kinds = (CompensateDefinition, CancelDefinition)
    return any(isinstance(single, kinds) for event in thrown for single in single_definitions(event))


class _Builder:
    """Puts nodes and flows together; references that lead nowhere are left out, the rules have named them."""

    def __init__(
        self, definition: ProcessDefinition, compilation: Compilation, numbered: list[tuple[AnyFlowNode, int]]
    ) -> None:
        self.definition, self.compilation, self.numbered = definition, compilation, numbered
        self.node_index = {node.id: index for index, (node, _) in enumerate(numbered)}
        self.flows = self._flows()
        self.flow_index = {flow.id: flow.index for flow in self.flows}
        self.incoming: dict[int, list[int]] = {}
        self.outgoing: dict[int, list[int]] = {}
        for flow in self.flows:
            self.incoming.setdefault(flow.target, []).append(flow.index)
            self.outgoing.setdefault(flow.source, []).append(flow.index)
        self.boundaries: dict[ElementId, list[BoundaryEvent]] = {}
        for node, _ in numbered:
            if isinstance(node, BoundaryEvent):
                self.boundaries.setdefault(node.attached_to, []).append(node)
        self.links = {
            (node.definition.name, parent): index
            for index, (node, parent) in enumerate(numbered)
            if isinstance(node, IntermediateCatchEvent) and isinstance(node.definition, LinkDefinition)
        }
        self.data_names = DataNames(definition, [node for node, _ in numbered])
        self.roles = {node_id: lane.name for lane in definition.lanes for node_id in lane.nodes if lane.name}

    def build(self) -> ExecutableProcess:
        """The whole."""
        nodes = [self._node(index, node, parent) for index, (node, parent) in enumerate(self.numbered)]
        starts = self._starts(self.definition)
        undoing = finish_activities(self.compilation, [node for node, _ in self.numbered], nodes)
        case_attributes = self.compilation.attributes(self.definition.case_attributes, self.definition)
        return ExecutableProcess(
            definition=self.definition,
            nodes=tuple(nodes),
            flows=self.flows,
            node_index=self.node_index,
            flow_index=self.flow_index,
            none_start=starts[0] if starts else NONE,
            starts=starts,
            handlers=self._handlers(self.definition.nodes),
            external_choices=self.compilation.external_choices,
            case_attributes=case_attributes,
            findings=_without_repetitions(self.compilation.findings),
            undoing=undoing,
            undo_start=self._undo_start(),
            compensates=any(_compensates(node) for node, _ in self.numbered),
            upstream=upstream_flows(nodes, self.flows, self._side_ways()),
            correlations=self._correlations(),
        )

    def _undo_start(self) -> int:
        starts = [
            start
            for node in self.definition.nodes
            if isinstance(node, SubProcess) and node.triggered_by_event
            for start in node.nodes
            if isinstance(start, StartEvent) and isinstance(start.definition, CompensateDefinition)
        ]
        return self.node_index[starts[0].id] if starts else NONE

    def _correlations(self) -> Mapping[ElementId, tuple[MessageCorrelation, ...]]:
        found = {node.id: message_correlations(self.definition, node) for node, _ in self.numbered}
        return {node_id: correlations for node_id, correlations in found.items() if correlations}

    def _side_ways(self) -> Mapping[int, Sequence[int]]:
        """Where a token can go on from besides the outgoing flows: boundary events, and the catching ends of links."""
        ways: dict[int, list[int]] = {}
        for host, events in self.boundaries.items():
            if host in self.node_index:
                ways[self.node_index[host]] = [self.node_index[event.id] for event in events]
        caught = {
            (parent, node.definition.name): index
            for index, (node, parent) in enumerate(self.numbered)
            if isinstance(node, IntermediateCatchEvent) and isinstance(node.definition, LinkDefinition)
        }
        for index, (node, parent) in enumerate(self.numbered):
            if isinstance(node, IntermediateThrowEvent) and isinstance(node.definition, LinkDefinition):
                target = caught.get((parent, node.definition.name))
                ways.setdefault(index, []).extend([] if target is None else [target])
        return ways

    def _flows(self) -> tuple[Flow, ...]:
        flows: list[Flow] = []
        for flow in _all_flows(self.definition):
            source, target = self.node_index.get(flow.source), self.node_index.get(flow.target)
            condition = self.compilation.condition(flow)
            if source is not None and target is not None:
                flows.append(
                    Flow(
                        index=len(flows), id=flow.id, source=source, target=target, condition=condition, name=flow.name
                    )
                )
        return tuple(flows)

    def _node(self, index: int, node: AnyFlowNode, parent: int) -> Node:
        compilation = self.compilation
        behaviour = COMPILERS[type(node)](compilation, node)
        outgoing = tuple(self.outgoing.get(index, ()))
        default = self._default(index, node)
        return Node(
            index=index,
            id=node.id,
            name=node.name,
            element_type=behaviour.element_type,
            behaviour=behaviour,
            phases=phases_of(behaviour),
            catch=behaviour.catch,
            parent=parent,
            incoming=tuple(self.incoming.get(index, ())),
            outgoing=outgoing,
            default_flow=default,
            is_conditional=default != NONE or any(self.flows[flow].condition is not None for flow in outgoing),
            starts=self._starts(node) if isinstance(node, SubProcess) else (),
            armed=self._armed(self.boundaries.get(node.id, ())),
            catches=self._catches(self.boundaries.get(node.id, ()), ErrorDefinition),
            escalations=self._catches(self.boundaries.get(node.id, ()), EscalationDefinition),
            handlers=self._handlers(node.nodes) if isinstance(node, SubProcess) else Handlers(),
            link=self._link(node, parent),
            inputs=compilation.mappings(_inputs_of(node), node),
            outputs=compilation.mappings(_outputs_of(node), node),
            attributes=compilation.attributes(getattr(node, "event_attributes", ()), node),
            role=self.roles.get(node.id),
            data=compile_node_data(compilation, self.data_names, node),
            activates_itself=behaviour.activates_itself,
            is_event_sub_process=isinstance(node, SubProcess) and node.triggered_by_event,
        )

    def _default(self, index: int, node: FlowNode) -> int:
        """The default flow; of an exclusive gateway that marks none the only flow without condition (a warning)."""
        default: ElementId | None = getattr(node, "default_flow", None)
        if default is not None:
            return self.flow_index.get(default, NONE)
        plain = [flow for flow in self.outgoing.get(index, ()) if self.flows[flow].condition is None]
        return plain[0] if isinstance(node, ExclusiveGateway) and len(plain) == 1 else NONE

    def _armed(self, events: Iterable[StartEvent | BoundaryEvent]) -> tuple[int, ...]:
        return tuple(self.node_index[event.id] for event in events if _waits(event.definition))

    def _catches(
        self,
        events: Iterable[StartEvent | BoundaryEvent],
        kind: type[ErrorDefinition] | type[EscalationDefinition],
    ) -> Catches:
        return tuple(
            (single.code, self.node_index[event.id])
            for event in events
            for single in single_definitions(event.definition)
            if isinstance(single, kind)
        )

    def _handlers(self, nodes: tuple[AnyFlowNode, ...]) -> Handlers:
        starts = [
            start
            for node in nodes
            if isinstance(node, SubProcess) and node.triggered_by_event
            for start in node.nodes
            if isinstance(start, StartEvent)
        ]
        return Handlers(
            armed=self._armed(starts),
            catches=self._catches(starts, ErrorDefinition),
            escalations=self._catches(starts, EscalationDefinition),
        )

    def _link(self, node: FlowNode, parent: int) -> int:
        if isinstance(node, IntermediateThrowEvent | EndEvent) and isinstance(node.definition, LinkDefinition):
            return self.links.get((node.definition.name, parent), NONE)
        return NONE

    def _starts(self, owner: ProcessDefinition | SubProcess) -> tuple[int, ...]:
        """The none start event; where there is no start at all, each node without incoming flow (10.5.2).

        An ad-hoc sub-process begins with activities, an event sub-process with its trigger.
        """
        starts = [node for node in owner.nodes if isinstance(node, StartEvent)]
        nones = [node for node in starts if node.definition is None]
        if nones:
            return (self.node_index[nones[0].id],)
        if starts or any(getattr(node, "instantiate", False) for node in owner.nodes):
            return ()
        found = [node for node in owner.nodes if self._begins(node)]
        if isinstance(owner, AdHocSubProcess):
            found = [node for node in found if isinstance(node, Activity)]
        return tuple(self.node_index[node.id] for node in found)

    def _begins(self, node: AnyFlowNode) -> bool:
        """Whether a token begins here where there is no start event."""
        if self.incoming.get(self.node_index[node.id]) or isinstance(node, BoundaryEvent):
            return False
        if isinstance(node, SubProcess) and node.triggered_by_event:
            return False
        if isinstance(node, IntermediateCatchEvent) and isinstance(node.definition, LinkDefinition):
            return False
        return not (isinstance(node, Activity) and node.is_for_compensation)
