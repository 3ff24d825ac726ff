# SPDX-License-Identifier: Apache-2.0
"""A BPMN process as a Petri net whose transitions remember the element and flow they stand for.

One place per sequence flow; an activity is a transition labelled with its name; an exclusive gateway has a silent
transition per pair of incoming and outgoing flow, a parallel gateway one that takes and gives all; events that wait are
silent. Several incoming flows of an activity are an implicit exclusive join. Silent transitions that only hand tokens
on are then joined with what comes after (or, where nothing is chosen, before) them: the language stays, and the search
for silent runs meets far fewer markings.
Sources: Berthelot, "Checking properties of nets using transformations", Advances in Petri Nets 1985 (agglomeration);
Dijkman, Dumas & Ouyang, "Semantics and analysis of business process models in BPMN", IST 50, 2008, section 4.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from taktloom.mining.petri import PetriNet, Transition, require_small
from taktloom.mining.watching import heed
from taktloom.model.errors import DefinitionError
from taktloom.model.event_definitions import TerminateDefinition
from taktloom.model.identifiers import ElementId
from taktloom.model.places import Place
from taktloom.model.process import (
    Activity,
    AnyFlowNode,
    BoundaryEvent,
    EndEvent,
    ExclusiveGateway,
    ParallelGateway,
    ProcessDefinition,
    StartEvent,
    SubProcess,
    UnsupportedNode,
)

INITIAL, FINAL = 0, 1

_NOT_TRANSLATED = (BoundaryEvent, SubProcess, UnsupportedNode)


class NotAPetriNetError(DefinitionError):
    """The process has an element whose meaning a plain Petri net cannot hold."""

    code = "TL-1111"


Choice = tuple[ElementId, ElementId]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessNet:
    """net, and for each of its transitions the choices that firing it makes, in order.

    splits: every choice there is, in the order of the process.
    """

    net: PetriNet
    choices: tuple[tuple[Choice, ...], ...]
    splits: tuple[Choice, ...]


def process_net(process: ProcessDefinition, *, silent: Collection[ElementId] = ()) -> ProcessNet:
    """The net of *process*. silent: activities that leave no event in the log (choice and rule tasks).

    Several start or end events share the initial and the final place. Raises NotAPetriNetError for boundary events,
    sub-processes, terminate end events and unknown elements, NetTooLargeError above 10,000 flows and elements.
    """
    require_small(len(process.flows) + len(process.nodes))
    places = {flow.id: index + 2 for index, flow in enumerate(process.flows)}
    steps: list[_Step] = []
    for node in process.nodes:
        _require_translatable(node)
        label = node.name if isinstance(node, Activity) and node.id not in silent else None
        for inputs, outputs, flow in _moves(node):
            taken = frozenset(places[each] for each in inputs) or frozenset({INITIAL})
            given = frozenset(places[each] for each in outputs) or frozenset({FINAL})
            chosen = () if flow is None else ((node.id, flow),)
            steps.append(_Step(label=label, inputs=taken, outputs=given, choices=chosen))
    splits = tuple(dict.fromkeys(choice for step in steps for choice in step.choices))
    return _net_of(_agglomerated(steps, range(2, len(places) + 2)), [str(flow.id) for flow in process.flows], splits)


def _net_of(steps: list["_Step"], names: list[str], splits: tuple[Choice, ...]) -> ProcessNet:
    used = sorted({INITIAL, FINAL}.union(*(step.inputs | step.outputs for step in steps)))
    index = {place: number for number, place in enumerate(used)}
    transitions = tuple(
        Transition(
            id=f"t{number}",
            label=step.label,
            inputs=tuple(sorted(index[place] for place in step.inputs)),
            outputs=tuple(sorted(index[place] for place in step.outputs)),
        )
        for number, step in enumerate(steps)
    )
    named = ("initial", "final", *(names[place - 2] for place in used[2:]))
    net = PetriNet(places=named, transitions=transitions, initial=INITIAL, final=FINAL)
    return ProcessNet(net=net, choices=tuple(step.choices for step in steps), splits=splits)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """A transition in the making."""

    label: str | None
    inputs: frozenset[int]
    outputs: frozenset[int]
    choices: tuple[Choice, ...]


def _agglomerated(steps: list[_Step], places: Iterable[int]) -> list[_Step]:
    """Join silent steps with their neighbours, place by place, until nothing changes."""
    remaining = list(places)
    changed = True
    while changed:
        changed = False
        for place in list(remaining):
            heed()
            joined = _without_place(steps, place)
            if joined is not None:
                steps, changed = joined, True
                remaining.remove(place)
    return steps


def _without_place(steps: list[_Step], place: int) -> list[_Step] | None:
    """The steps without *place*, None where it has to stay."""
    givers = [step for step in steps if place in step.outputs]
    takers = [step for step in steps if place in step.inputs]
    if not givers or not takers or any(step in givers for step in takers):
        return None
    if len(givers) == 1 and givers[0].label is None and givers[0].outputs == {place}:
        pairs = [(givers[0], taker) for taker in takers]
    elif len(takers) == 1 and takers[0].label is None and takers[0].inputs == {place}:
        pairs = [(giver, takers[0]) for giver in givers]
    else:
        return None
    if any(a.inputs & (b.inputs - {place}) or (a.outputs - {place}) & b.outputs for a, b in pairs):
        return None
    merged: dict[int, list[_Step]] = {id(step): [] for step in (*givers, *takers)}
    kept = takers if len(pairs) == len(takers) and pairs[0][0] is pairs[-1][0] else givers
    for (first, second), owner in zip(pairs, kept, strict=True):
        merged[id(owner)].append(
            _Step(
                label=first.label or second.label,
                inputs=first.inputs | (second.inputs - {place}),
                outputs=(first.outputs - {place}) | second.outputs,
                choices=(*first.choices, *second.choices),
            )
        )
    return [after for step in steps for after in merged.get(id(step), [step])]


def _require_translatable(node: AnyFlowNode) -> None:
    terminates = isinstance(node, EndEvent) and isinstance(node.definition, TerminateDefinition)
    if isinstance(node, _NOT_TRANSLATED) or terminates:
        raise NotAPetriNetError(
            f"'{node.name or node.id}' has no counterpart in a plain Petri net.",
            Place(element_id=node.id),
            "Check conformance by replaying on the executable process instead.",
            {"element": node.id},
        )


_Move = tuple[tuple[ElementId, ...], tuple[ElementId, ...], ElementId | None]


def _moves(node: AnyFlowNode) -> Iterator[_Move]:
    """Flows taken, flows given, and the chosen flow where there is a choice."""
    if isinstance(node, ParallelGateway | StartEvent):
        yield node.incoming, node.outgoing, None
        return
    entries = tuple((flow,) for flow in node.incoming)
    for entry in entries:
        if isinstance(node, ExclusiveGateway):
            for flow in node.outgoing:
                yield entry, (flow,), flow if len(node.outgoing) > 1 else None
        else:
            yield entry, node.outgoing, None
