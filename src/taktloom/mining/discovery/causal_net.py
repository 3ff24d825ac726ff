# SPDX-License-Identifier: Apache-2.0
"""Causal nets: activities with the sets of neighbours they activate and wait for, and their picture in BPMN.

An output binding is a set of activities that one run of an activity activates together, an input binding a set that it
waits for together. Several bindings of a side are alternatives. In BPMN each side becomes an exclusive gateway over its
bindings and a parallel gateway within one; an arc that several bindings share gets an exclusive gateway of its own.
Source: van der Aalst, Adriansyah & van Dongen, "Causal nets: a modeling language tailored towards process discovery",
CONCUR 2011.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from taktloom.mining.discovery.sketch import (
    END_ID,
    END_LABEL,
    START_ID,
    NodeKind,
    ProcessSketch,
    SketchBuilder,
    element_id_of,
)
from taktloom.model.identifiers import ElementId

Bindings = Mapping[int, tuple[frozenset[int], ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CausalNet:
    """names by code; start and end are two codes without a name. outputs, inputs: bindings per activity, in order."""

    names: Sequence[str]
    start: int
    end: int
    outputs: Bindings
    inputs: Bindings


def sketch_causal_net(net: CausalNet, *, end_label: str = END_LABEL) -> ProcessSketch:
    """Nodes and flows of *net* between a start and an end; gateways only where there is something to decide."""
    return _Drawing(net, end_label).draw()


class _Drawing:
    def __init__(self, net: CausalNet, end_label: str) -> None:
        self._net, self._builder = net, SketchBuilder()
        self._nodes: dict[int, ElementId] = {net.start: self._builder.node(START_ID, NodeKind.START)}
        for code, name in enumerate(net.names):
            self._nodes[code] = self._builder.node(element_id_of("task", name), NodeKind.ACTIVITY, name)
        self._nodes[net.end] = self._builder.node(END_ID, NodeKind.END, end_label)

    def draw(self) -> ProcessSketch:
        leaving = {code: self._leave(code, bindings) for code, bindings in self._net.outputs.items() if bindings}
        entering = {code: self._enter(code, bindings) for code, bindings in self._net.inputs.items() if bindings}
        for source, targets in leaving.items():
            for target, exits in targets.items():
                self._join(exits, entering[target][source])
        return self._builder.finish()

    def _leave(self, code: int, bindings: Sequence[frozenset[int]]) -> dict[int, list[ElementId]]:
        """Per neighbour, the nodes that a flow to it leaves from."""
        exits: dict[int, list[ElementId]] = {}
        node = self._nodes[code]
        if len(bindings) > 1:
            node = self._gateway(NodeKind.CHOICE)
            self._builder.flow(self._nodes[code], node)
        for binding in bindings:
            origin = node
            if len(binding) > 1:
                origin = self._gateway(NodeKind.FORK)
                self._builder.flow(node, origin)
            for neighbour in sorted(binding):
                exits.setdefault(neighbour, []).append(origin)
        return exits

    def _enter(self, code: int, bindings: Sequence[frozenset[int]]) -> dict[int, list[ElementId]]:
        """Per neighbour, the nodes that a flow from it enters."""
        entries: dict[int, list[ElementId]] = {}
        node = self._nodes[code]
        if len(bindings) > 1:
            node = self._gateway(NodeKind.MERGE)
            self._builder.flow(node, self._nodes[code])
        for binding in bindings:
            target = node
            if len(binding) > 1:
                target = self._gateway(NodeKind.JOIN)
                self._builder.flow(target, node)
            for neighbour in sorted(binding):
                entries.setdefault(neighbour, []).append(target)
        return entries

    def _join(self, exits: list[ElementId], entries: list[ElementId]) -> None:
        source, target = exits[0], entries[0]
        if len(exits) > 1:
            source = self._gateway(NodeKind.MERGE)
            for each in exits:
                self._builder.flow(each, source)
        if len(entries) > 1:
            target = self._gateway(NodeKind.CHOICE)
            for each in entries:
                self._builder.flow(target, each)
        self._builder.flow(source, target)

    def _gateway(self, kind: NodeKind) -> ElementId:
        self._builder.gateways += 1
        return self._builder.gateway(kind, self._builder.gateways)
