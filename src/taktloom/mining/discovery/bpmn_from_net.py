# SPDX-License-Identifier: Apache-2.0
"""A free-choice workflow net as BPMN: places become exclusive gateways, transitions tasks or parallel gateways.

In a free-choice net transitions that share an input place share all of them, so that every choice is made by one
gateway. Nets that mix choice and synchronisation have no such picture and are refused by name of the place.
Source: Favre, Fahland & Völzer, "The relationship between workflow graphs and free-choice workflow nets", Information
Systems 47, 2015.
"""

from taktloom.mining.discovery.sketch import (
    END_ID,
    END_LABEL,
    START_ID,
    NodeKind,
    ProcessSketch,
    SketchBuilder,
    element_id_of,
)
from taktloom.mining.petri import PetriNet
from taktloom.model.errors import DefinitionError
from taktloom.model.identifiers import ElementId
from taktloom.model.places import Place


class NotFreeChoiceError(DefinitionError):
    """Two transitions share some input places but not all: BPMN's gateways cannot say that."""

    code = "TL-1112"


def sketch_net(net: PetriNet, *, end_label: str = END_LABEL) -> ProcessSketch:
    """Nodes and flows of the free-choice workflow net *net*. Raises NotFreeChoiceError."""
    return _Drawing(net, end_label).draw()


class _Drawing:
    def __init__(self, net: PetriNet, end_label: str) -> None:
        self._net, self._builder = net, SketchBuilder()
        self._groups = _choices(net)
        self._end_label = end_label

    def draw(self) -> ProcessSketch:
        builder = self._builder
        start = builder.node(START_ID, NodeKind.START)
        begins, finishes = self._transitions()
        end = builder.node(END_ID, NodeKind.END, self._end_label)
        entries = self._choice_entries(begins)
        entries[self._net.final] = end
        givers: dict[int, list[ElementId]] = {self._net.initial: [start]}
        for at, transition in enumerate(self._net.transitions):
            for place in transition.outputs:
                givers.setdefault(place, []).append(finishes[at])
        for place, sources in sorted(givers.items()):
            if place not in entries:
                continue  # a place that nothing takes from: its tokens remain, which soundness tells
            target = entries[place]
            if len(sources) > 1:
                target = self._gateway(NodeKind.MERGE)
                builder.flow(target, entries[place])
            for source in sources:
                builder.flow(source, target)
        _drop_passages(builder)
        return builder.finish()

    def _transitions(self) -> tuple[list[ElementId], list[ElementId]]:
        """Per transition, the node that is entered and the node that is left."""
        begins, finishes = [], []
        for transition in self._net.transitions:
            if transition.label is None:
                node = self._gateway(NodeKind.FORK if len(transition.outputs) > 1 else NodeKind.MERGE)
                begins.append(node)
                finishes.append(node)
                continue
            node = self._builder.node(element_id_of("task", transition.label), NodeKind.ACTIVITY, transition.label)
            begins.append(node)
            if len(transition.outputs) > 1:
                fork = self._gateway(NodeKind.FORK)
                self._builder.flow(node, fork)
                node = fork
            finishes.append(node)
        return begins, finishes

    def _choice_entries(self, begins: list[ElementId]) -> dict[int, ElementId]:
        """Per place with takers, the node that its token enters."""
        entries: dict[int, ElementId] = {}
        for places, takers in self._groups.items():
            node = begins[takers[0]]
            if len(takers) > 1:
                node = self._gateway(NodeKind.CHOICE)
                for taker in takers:
                    self._builder.flow(node, begins[taker])
            if len(places) > 1:
                join = self._gateway(NodeKind.JOIN)
                self._builder.flow(join, node)
                node = join
            entries.update(dict.fromkeys(places, node))
        return entries

    def _gateway(self, kind: NodeKind) -> ElementId:
        self._builder.gateways += 1
        return self._builder.gateway(kind, self._builder.gateways)


def _choices(net: PetriNet) -> dict[tuple[int, ...], list[int]]:
    """Input places -> the transitions that take from just these."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for at, transition in enumerate(net.transitions):
        groups.setdefault(transition.inputs, []).append(at)
    owner: dict[int, tuple[int, ...]] = {}
    for places in groups:
        for place in places:
            if place in owner or not places:
                raise _refusal(net.places[place])
            owner[place] = places
    if () in groups:
        raise _refusal(net.transitions[groups[()][0]].id)
    return groups


def _refusal(name: str) -> NotFreeChoiceError:
    return NotFreeChoiceError(
        f"The net is not free-choice at '{name}'.",
        Place(element_id=name),
        "Keep it as a Petri net (PNML), or discover a model with the inductive or the split miner.",
        {"element": name},
    )


def _drop_passages(builder: SketchBuilder) -> None:
    """Gateways with one flow in and one out say nothing."""
    for node_id, node in list(builder.nodes.items()):
        if node.kind in {NodeKind.START, NodeKind.END, NodeKind.ACTIVITY}:
            continue
        entering = [flow for flow in builder.flows if flow[1] == node_id]
        leaving = [flow for flow in builder.flows if flow[0] == node_id]
        if len(entering) == 1 and len(leaving) == 1 and entering[0][0] != node_id:
            at = builder.flows.index(entering[0])
            builder.flows[at] = (entering[0][0], leaving[0][1])
            builder.flows.remove(leaving[0])
            del builder.nodes[node_id]
