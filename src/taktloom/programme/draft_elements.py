# SPDX-License-Identifier: Apache-2.0
"""The elements of a draft, one by one: tasks with forms, choices with whoever answers them, and a note on each."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from taktloom.mining.decisions.discovering import MinedDecision, Verdict
from taktloom.mining.decisions.rule_list import text_literal
from taktloom.mining.discovery.bpmn_from_sketch import gateway_of
from taktloom.mining.discovery.sketch import NodeKind, ProcessSketch, SketchFlow, SketchNode, element_id_of
from taktloom.model.decision import DecisionRequirementsGraph
from taktloom.model.identifiers import ElementId, ProcessId
from taktloom.model.process import (
    AnyFlowNode,
    BusinessRuleTask,
    EndEvent,
    EventAttribute,
    ExclusiveGateway,
    Form,
    ProcessDefinition,
    SequenceFlow,
    ServiceTask,
    StartEvent,
    UserTask,
)
from taktloom.programme.attributes import ProcessAttribute
from taktloom.programme.decision_tables import RouteTable, decision_graph
from taktloom.programme.forms import FormChoice, make_form
from taktloom.programme.policy import PotentialClass
from taktloom.programme.potential import ActivityPotential
from taktloom.programme.wording import DraftWording

AUTOMATED = frozenset({PotentialClass.CALL_AN_API, PotentialClass.ELIMINATE})
RETRIES = 3
SHOWN_NAME = 80

NoteValue = str | float | int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementNote:
    """Why an element is as it is. code: key of the catalogues; values: the numbers behind it, with `n`."""

    element_id: ElementId
    code: str
    values: Mapping[str, NoteValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoicePoint:
    """Who answers a gateway: the task *asked_at* sets *variable* to one of the words of *branches* (flow -> word).

    is_by_rule: a business rule task; else a user task.
    """

    gateway: ElementId
    variable: str
    asked_at: ElementId
    is_by_rule: bool
    branches: Mapping[ElementId, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftInputs:
    """What the elements are made of. variables: column -> variable; groups: activity -> (group, events, of known)."""

    wording: DraftWording
    potential: Mapping[str, ActivityPotential]
    decisions: Mapping[ElementId, MinedDecision]
    variables: Mapping[str, str]
    case_fields: tuple[ProcessAttribute, ...]
    fields: Mapping[str, tuple[ProcessAttribute, ...]]
    groups: Mapping[str, tuple[str, int, int]]


class DraftBuilder:
    """Builds one process from a sketch; `notes` and `choices` are filled on the way."""

    def __init__(self, sketch: ProcessSketch, inputs: DraftInputs) -> None:
        self._sketch = sketch
        self._inputs = inputs
        self._asked_in: dict[ElementId, list[ChoicePoint]] = {}
        self._inserted: dict[ElementId, ChoicePoint] = {}
        self._forms: list[Form] = []
        self._tables: list[RouteTable] = []
        self.notes: list[ElementNote] = []
        self.choices: list[ChoicePoint] = []

    def build(self, process_id: ProcessId, name: str) -> tuple[ProcessDefinition, DecisionRequirementsGraph | None]:
        """The process and its decisions."""
        for node in self._sketch.nodes:
            if node.kind in {NodeKind.CHOICE, NodeKind.REPEAT}:
                self._plan_choice(node)
        flows = self._flows()
        nodes = [element for node in self._sketch.nodes for element in self._elements(node, flows)]
        graph = decision_graph(process_id, name, self._tables, self._inputs.variables)
        process = ProcessDefinition(
            id=process_id,
            name=name,
            nodes=tuple(nodes),
            flows=flows,
            forms=tuple(self._forms),
            case_attributes=_attributes(self._inputs.case_fields, "case"),
        )
        return process, graph

    def _plan_choice(self, node: SketchNode) -> None:
        """Who answers the gateway: a rule, the user task before it, or a task of its own."""
        decision = self._inputs.decisions.get(node.id)
        branches = {flow.id: flow.label for flow in self._sketch.outgoing(node.id)}
        sources = [self._sketch.node(flow.source) for flow in self._sketch.incoming(node.id)]
        is_by_rule = node.kind is NodeKind.CHOICE and decision is not None and decision.verdict is Verdict.RULE
        asked_at = ElementId(f"{'decide' if is_by_rule else 'choose'}_{node.id}")
        if not is_by_rule and len(sources) == 1 and self._is_user_task(sources[0]):
            asked_at = sources[0].id
        choice = ChoicePoint(
            gateway=node.id, variable=str(node.id), asked_at=asked_at, is_by_rule=is_by_rule, branches=branches
        )
        self.choices.append(choice)
        self._asked_in.setdefault(asked_at, []).append(choice)
        if asked_at not in {source.id for source in sources}:
            self._inserted[node.id] = choice
        self.notes.append(_choice_note(choice, node, decision))

    def _is_user_task(self, node: SketchNode) -> bool:
        return node.kind is NodeKind.ACTIVITY and not self._is_automated(node.label)

    def _is_automated(self, activity: str) -> bool:
        potential = self._inputs.potential.get(activity)
        return potential is not None and potential.potential_class in AUTOMATED

    def _flows(self) -> tuple[SequenceFlow, ...]:
        """Sketch flows with conditions; flows into a gateway with a task before it lead to that task."""
        flows = []
        for flow in self._sketch.flows:
            inserted = self._inserted.get(flow.target)
            target = flow.target if inserted is None else inserted.asked_at
            flows.append(
                SequenceFlow(
                    id=flow.id,
                    source=flow.source,
                    target=target,
                    name=flow.label,
                    condition=self._condition(flow),
                )
            )
        for gateway, choice in self._inserted.items():
            flows.append(SequenceFlow(id=ElementId(f"flow_{choice.asked_at}"), source=choice.asked_at, target=gateway))
        return tuple(flows)

    def _condition(self, flow: SketchFlow) -> str | None:
        kind = self._sketch.node(flow.source).kind
        if kind not in {NodeKind.CHOICE, NodeKind.REPEAT} or flow.id == self._default_flow(flow.source):
            return None
        return f"{flow.source} = {text_literal(flow.label)}"

    def _default_flow(self, gateway: ElementId) -> ElementId:
        """The commonest branch; at a repetition the way on, so that nothing repeats unasked."""
        flows = self._sketch.outgoing(gateway)
        decision = self._inputs.decisions.get(gateway)
        if self._sketch.node(gateway).kind is NodeKind.REPEAT:
            redo = self._redo_targets(gateway)
            return next((flow.id for flow in flows if flow.id not in redo), flows[-1].id)
        if decision is None:
            return flows[-1].id
        counts = dict(zip(decision.flows, decision.branch_counts, strict=True))
        return max(flows, key=lambda flow: counts.get(flow.id, 0)).id

    def _redo_targets(self, gateway: ElementId) -> list[ElementId]:
        """Flows of a repetition that lead back to it; the builder of the sketch draws the redo part first."""
        return [self._sketch.outgoing(gateway)[0].id]

    def _elements(self, node: SketchNode, flows: tuple[SequenceFlow, ...]) -> list[AnyFlowNode]:
        if node.kind is NodeKind.START:
            return [self._start(node, flows)]
        if node.kind is NodeKind.END:
            return [EndEvent(id=node.id, name=self._inputs.wording.end, incoming=_entering(node.id, flows))]
        if node.kind is NodeKind.ACTIVITY:
            return [self._task(node, flows)]
        gateway = gateway_of(node.id, node.kind, _entering(node.id, flows), _leaving(node.id, flows))
        if node.kind not in {NodeKind.CHOICE, NodeKind.REPEAT}:
            return [gateway]
        answered = ExclusiveGateway(
            id=gateway.id,
            incoming=gateway.incoming,
            outgoing=gateway.outgoing,
            default_flow=self._default_flow(node.id),
        )
        inserted = self._inserted.get(node.id)
        return [answered] if inserted is None else [self._answering_task(inserted, flows), answered]

    def _start(self, node: SketchNode, flows: tuple[SequenceFlow, ...]) -> StartEvent:
        form_id = None
        if self._inputs.case_fields:
            form_id = "form_start"
            self._forms.append(make_form(form_id, self._inputs.case_fields))
        return StartEvent(
            id=node.id, name=self._inputs.wording.start, outgoing=_leaving(node.id, flows), form_id=form_id
        )

    def _task(self, node: SketchNode, flows: tuple[SequenceFlow, ...]) -> UserTask | ServiceTask:
        incoming, outgoing = _entering(node.id, flows), _leaving(node.id, flows)
        fields = self._inputs.fields.get(node.label, ())
        self.notes.append(_task_note(node, self._inputs.potential.get(node.label)))
        if self._is_automated(node.label):
            return ServiceTask(
                id=node.id,
                name=node.label,
                incoming=incoming,
                outgoing=outgoing,
                job_type=str(element_id_of("task", node.label)).removeprefix("task_"),
                retries=RETRIES,
                event_attributes=_attributes(fields, "event"),
            )
        group, events, known = self._inputs.groups[node.label]
        self.notes.append(
            ElementNote(
                element_id=node.id,
                code="candidate-group" if known else "no-group-in-log",
                values={"group": group, "events": events, "n": known},
            )
        )
        form_id = f"form_{node.id}"
        self._forms.append(make_form(form_id, fields, self._form_choices(node.id)))
        return UserTask(
            id=node.id,
            name=node.label,
            incoming=incoming,
            outgoing=outgoing,
            candidate_groups=_literal(group),
            form_id=form_id,
            event_attributes=_attributes(fields, "event"),
        )

    def _answering_task(self, choice: ChoicePoint, flows: tuple[SequenceFlow, ...]) -> BusinessRuleTask | UserTask:
        incoming, outgoing = _entering(choice.asked_at, flows), _leaving(choice.asked_at, flows)
        words = " | ".join(choice.branches.values())
        shown = words if len(words) <= SHOWN_NAME else words[:SHOWN_NAME] + "…"
        if choice.is_by_rule:
            decision_id, name = f"decision_{choice.gateway}", self._inputs.wording.decide + shown
            self._tables.append(
                RouteTable(
                    decision_id=decision_id,
                    name=name,
                    mined=self._inputs.decisions[choice.gateway],
                    branches=choice.branches,
                    result_variable=choice.variable,
                )
            )
            return BusinessRuleTask(
                id=choice.asked_at,
                name=name,
                incoming=incoming,
                outgoing=outgoing,
                decision_id=decision_id,
                result_variable=choice.variable,
            )
        form_id = f"form_{choice.asked_at}"
        self._forms.append(make_form(form_id, (), self._form_choices(choice.asked_at)))
        return UserTask(
            id=choice.asked_at,
            name=self._inputs.wording.choose + shown,
            incoming=incoming,
            outgoing=outgoing,
            candidate_groups=_literal(self._group_near(choice.gateway)),
            form_id=form_id,
        )

    def _group_near(self, gateway: ElementId) -> str:
        """The group of the nearest activity before the gateway, else of any activity."""
        queue, seen = [gateway], {gateway}
        for node_id in queue:
            label = self._sketch.node(node_id).label
            if label in self._inputs.groups:
                return self._inputs.groups[label][0]
            for flow in self._sketch.incoming(node_id):
                if flow.source not in seen:
                    seen.add(flow.source)
                    queue.append(flow.source)
        return next(iter(self._inputs.groups.values()))[0]

    def _form_choices(self, task: ElementId) -> tuple[FormChoice, ...]:
        return tuple(
            FormChoice(
                variable=choice.variable,
                label=self._inputs.wording.next_step,
                options=tuple(choice.branches.values()),
                default=choice.branches[self._default_flow(choice.gateway)],
            )
            for choice in self._asked_in.get(task, [])
        )


def _entering(node: ElementId, flows: tuple[SequenceFlow, ...]) -> tuple[ElementId, ...]:
    return tuple(flow.id for flow in flows if flow.target == node)


def _leaving(node: ElementId, flows: tuple[SequenceFlow, ...]) -> tuple[ElementId, ...]:
    return tuple(flow.id for flow in flows if flow.source == node)


def _literal(group: str) -> str:
    """A group's name as literal text: a leading `=` would make it FEEL."""
    return group.lstrip("= ").strip() or "case-worker"


def _attributes(fields: tuple[ProcessAttribute, ...], level: str) -> tuple[EventAttribute, ...]:
    return tuple(
        EventAttribute(name=each.column.partition(".")[2], source=each.variable, level=level) for each in fields
    )


def _task_note(node: SketchNode, potential: ActivityPotential | None) -> ElementNote:
    if potential is None:
        return ElementNote(element_id=node.id, code="no-potential-assessed")
    interval = potential.interval
    return ElementNote(
        element_id=node.id,
        code=potential.potential_class.value,
        values={
            "score": potential.score,
            "low": None if interval is None else interval.low,
            "high": None if interval is None else interval.high,
            "reasons": ", ".join(reason.code for reason in potential.reasons),
            "n": potential.events,
        },
    )


def _choice_note(choice: ChoicePoint, node: SketchNode, decision: MinedDecision | None) -> ElementNote:
    if decision is None:
        return ElementNote(element_id=choice.gateway, code="choice-not-seen", values={"n": 0})
    repeats = node.kind is NodeKind.REPEAT and decision.verdict is Verdict.RULE
    return ElementNote(
        element_id=choice.gateway,
        code="repetition-is-a-persons-choice" if repeats else f"choice-{decision.verdict.value}",
        values={
            "accuracy": decision.accuracy,
            "majority": decision.majority,
            "gain": decision.gain,
            "validation": decision.validation,
            "n": decision.choices,
        },
    )
