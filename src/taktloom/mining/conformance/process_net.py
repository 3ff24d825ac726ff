# SPDX-License-Identifier: Apache-2.0
"""A BPMN process as a Petri net whose transitions remember the element and flow they stand for.

One place per sequence flow; an activity is a transition labelled with its name; an exclusive gateway has a silent
transition per pair of incoming and outgoing flow, a parallel gateway one that takes and gives all; events that wait are
silent. Several incoming flows of an activity are an implicit exclusive join.
Source: Dijkman, Dumas & Ouyang, "Semantics and analysis of business process models in BPMN", IST 50, 2008, section 4.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from taktloom.mining.petri import PetriNet, Transition
from taktloom.model.errors import DefinitionError
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
    TerminateDefinition,
    UnsupportedNode,
)

_NOT_TRANSLATED = (BoundaryEvent, SubProcess, UnsupportedNode)


class NotAPetriNetError(DefinitionError):
    """The process has an element whose meaning a plain Petri net cannot hold."""

    code = "TL-1111"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessNet:
    """net, and for each of its transitions the element and (at exclusive gateways) the flow taken."""

    net: PetriNet
    elements: tuple[ElementId, ...]
    flows: tuple[ElementId | None, ...]


def process_net(process: ProcessDefinition, *, silent: Collection[ElementId] = ()) -> ProcessNet:
    """The net of *process*. silent: activities that leave no event in the log (choice and rule tasks).

    Several start or end events share the initial and the final place. Raises NotAPetriNetError for boundary events,
    sub-processes, terminate end events and unknown elements.
    """
    places = {flow.id: index + 2 for index, flow in enumerate(process.flows)}
    transitions: list[Transition] = []
    elements: list[ElementId] = []
    flows: list[ElementId | None] = []
    for node in process.nodes:
        _require_translatable(node)
        label = node.name if isinstance(node, Activity) and node.id not in silent else None
        for inputs, outputs, flow in _moves(node):
            taken = tuple(sorted(places[i] for i in inputs)) or (0,)
            given = tuple(sorted(places[o] for o in outputs)) or (1,)
            transitions.append(Transition(id=f"t{len(transitions)}", label=label, inputs=taken, outputs=given))
            elements.append(node.id)
            flows.append(flow)
    names = ("initial", "final", *(str(flow.id) for flow in process.flows))
    net = PetriNet(places=names, transitions=tuple(transitions), initial=0, final=1)
    return ProcessNet(net=net, elements=tuple(elements), flows=tuple(flows))


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
