# SPDX-License-Identifier: Apache-2.0
"""From a container (the process or a sub-process) to its token net.

- Conditions and events are free: any may hold or happen. Out of an exclusive or event-based gateway exactly one flow is
  taken, out of an inclusive or complex one any non-empty set, out of an activity all flows without condition and any
  set of the others (the default flow if none).
- A sub-process is one node here and has a net of its own; what it may throw (`Outcome`) decides which boundary events
  can follow. A task and a call activity may throw any error and escalation that is caught at them.
- An interrupting boundary event is another way out of its activity. A non-interrupting one begins a path of its own
  beside it, once in an instance: that a reminder may come twice is no lack of synchronisation, and that it may end in
  the same event as the others is no improper completion.
- Loops and multi-instance count as one activity, since each round begins after or beside the others in a scope of its
  own. Handlers of compensation are left out, and throwing compensation is passed through.
- An activity that needs several tokens gathers them, whatever flow they come by; one that gives several has so many
  edges for each flow. In front of a gateway that joins they stand one after the other.
- Throwing and catching links are joined. Each start event begins an instance of its own; without any, every node
  without incoming flow is begun.

Source: BPMN 2.0.2, chapter 13.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise

from taktloom.kernel.rules import Container
from taktloom.kernel.soundness.activation import activation_of, is_taken
from taktloom.kernel.soundness.net import SINK, Alternative, Edge, Join, Net, NetNode, without_repetitions
from taktloom.kernel.soundness.outcomes import NO_OUTCOME, Outcome, can_happen
from taktloom.model.event_definitions import (
    CancelDefinition,
    ErrorDefinition,
    LinkDefinition,
    TerminateDefinition,
    single_definitions,
)
from taktloom.model.identifiers import ElementId
from taktloom.model.process import (
    Activity,
    AdHocSubProcess,
    AnyFlowNode,
    BoundaryEvent,
    ComplexGateway,
    EndEvent,
    EventBasedGateway,
    ExclusiveGateway,
    InclusiveGateway,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    ParallelGateway,
    ReceiveTask,
    SequenceFlow,
    StartEvent,
    SubProcess,
)

__all__ = ["MAX_QUANTITY", "abstract", "begun", "linked"]

MAX_QUANTITY = 8  # tokens that an activity takes or gives at once; of more, nothing is claimed

_MAX_SUBSETS_OF = 8  # flows of which every subset is tried; of more, only single ones, pairs and all
_MAX_PAIRS_OF = 24  # flows of which every pair is tried
_START = 0
_LEAVES_AT_ONCE = (TerminateDefinition, ErrorDefinition, CancelDefinition)


def abstract(container: Container, outcomes: Mapping[ElementId, Outcome]) -> Net | None:
    """The net of *container*, given what its sub-processes may throw; None where nothing begins."""
    return _Abstraction(container, outcomes).net()


def begun(container: Container) -> tuple[ElementId, ...]:
    """The nodes at which something begins."""
    return tuple(node_id for start in _starts(container) for node_id in start)


def linked(container: Container, thrower: AnyFlowNode) -> tuple[ElementId, ...]:
    """The catching link event to which a throwing one leads; empty for everything else."""
    name = _link_name(thrower) if isinstance(thrower, IntermediateThrowEvent) else None
    if name is None:
        return ()
    return tuple(node.id for node in container.of(IntermediateCatchEvent) if _link_name(node) == name)[:1]


def _starts(container: Container) -> Iterator[tuple[ElementId, ...]]:
    """The nodes that begin together, for each way to begin."""
    incoming = container.incoming
    begins = [
        (node.id,)
        for node in container.nodes.values()
        if isinstance(node, StartEvent) or (_instantiates(node) and not incoming.get(node.id))
    ]
    if begins and not isinstance(container.owner, AdHocSubProcess):
        yield from begins
        return
    implicit = tuple(
        node.id
        for node in container.nodes.values()
        if not incoming.get(node.id) and not _is_begun_elsewhere(node) and not _catches_link(node)
    )
    if implicit:
        yield implicit


def _is_begun_elsewhere(node: AnyFlowNode) -> bool:
    """Whether no sequence flow begins it: event sub-processes, boundary events and handlers of compensation."""
    if isinstance(node, BoundaryEvent):
        return True
    if isinstance(node, SubProcess) and node.triggered_by_event:
        return True
    return isinstance(node, Activity) and node.is_for_compensation


@dataclass(frozen=True, slots=True)
class _Exit:
    """A way out of a node before its flows are edges."""

    flows: tuple[ElementId, ...]
    aborts: bool = False
    route: tuple[ElementId, ...] = ()
    spawns: frozenset[ElementId] = frozenset()


class _Abstraction:
    def __init__(self, container: Container, outcomes: Mapping[ElementId, Outcome]) -> None:
        self.container, self.outcomes = container, outcomes
        nodes = [node for node in container.nodes.values() if not isinstance(node, BoundaryEvent)]
        self.number = {node.id: index for index, node in enumerate(nodes, start=_START + 1)}
        self.boundaries: dict[ElementId, list[BoundaryEvent]] = {}
        for node in container.nodes.values():
            if isinstance(node, BoundaryEvent):
                self.boundaries.setdefault(node.attached_to, []).append(node)
        self.edges: dict[int, Edge] = {}
        self.edge_of: dict[ElementId, int] = {}
        self.more: dict[ElementId, frozenset[int]] = {}
        self.queued: dict[ElementId, int] = {}

    def net(self) -> Net | None:
        """All of it."""
        starts = list(_starts(self.container))
        if not starts:
            return None
        nodes = {_START: NetNode(element=None, join=Join.ANY)}
        for node_id, number in self.number.items():
            nodes[number] = self._node(self.container.nodes[node_id])
        self._add_flows(nodes)
        for node_id, number in self.number.items():
            nodes[number].alternatives = self._alternatives(self.container.nodes[node_id], nodes)
        for gateway in self.container.of(ComplexGateway):
            flows = (f for f in self.container.out_of(gateway) if is_taken(f, waiting_for_start=False))
            nodes[self.number[gateway.id]].reset = frozenset(self.edge_of[f.id] for f in flows if f.id in self.edge_of)
        nodes[_START].alternatives = [self._beginning(start, nodes) for start in starts]
        return Net(
            nodes=nodes,
            edges=self.edges,
            start=_START,
            numbers=self.number,
            arrivals={**self.edge_of, **self.queued},
            departures={flow: self.more.get(flow, frozenset()) | {edge} for flow, edge in self.edge_of.items()},
        )

    def _node(self, node: AnyFlowNode) -> NetNode:
        join = _JOINS.get(type(node), Join.ANY)
        activation = activation_of(node) if isinstance(node, ComplexGateway) else None
        chosen = [flow for flow in self.container.out_of(node) if flow.condition is not None]
        ways = self.container.out_of(node) if isinstance(node, InclusiveGateway | ComplexGateway) else chosen
        is_exclusive = isinstance(node, ExclusiveGateway)
        is_partial = len(ways) > _MAX_SUBSETS_OF and not is_exclusive
        needed = min(node.start_quantity, MAX_QUANTITY) if isinstance(node, Activity) else 1
        join = Join.GATHER if needed > 1 else join
        return NetNode(element=node.id, join=join, activation=activation, is_partial=is_partial, needed=needed)

    def _add_flows(self, nodes: dict[int, NetNode]) -> None:
        for flow in self.container.flows:
            host = self._source(flow.source)
            target = self.number.get(flow.target)
            if host is not None and target is not None and flow.id not in self.edge_of:
                tokens = self._tokens_on(flow)
                if tokens > 1 and nodes[target].join not in {Join.ANY, Join.GATHER}:
                    target = self._queue_before(target, flow.source, nodes)
                    (self.queued[flow.id],) = nodes[target].alternatives[0].edges
                self.edge_of[flow.id] = self._edge(host, target, nodes)
                self.more[flow.id] = frozenset(self._edge(host, target, nodes) for _ in range(tokens - 1))
        for thrower in self.container.of(IntermediateThrowEvent):
            for catcher in linked(self.container, thrower):
                self.edge_of[thrower.id] = self._edge(self.number[thrower.id], self.number[catcher], nodes)

    def _tokens_on(self, flow: SequenceFlow) -> int:
        source = self.container.nodes.get(flow.source)
        return min(source.completion_quantity, MAX_QUANTITY) if isinstance(source, Activity) else 1

    def _queue_before(self, target: int, element: ElementId, nodes: dict[int, NetNode]) -> int:
        """A node from which tokens that came together go on to *target* one by one."""
        number = max(nodes) + 1
        nodes[number] = NetNode(element=element, join=Join.ANY)
        nodes[number].alternatives = [Alternative(edges=frozenset({self._edge(number, target, nodes)}))]
        return number

    def _source(self, node_id: ElementId) -> int | None:
        """Number of the flow's source; a boundary event's flows leave its activity."""
        node = self.container.nodes.get(node_id)
        return self.number.get(node.attached_to if isinstance(node, BoundaryEvent) else node_id)

    def _edge(self, source: int, target: int, nodes: dict[int, NetNode], end: ElementId | None = None) -> int:
        number = len(self.edges)
        self.edges[number] = Edge(source=source, target=target, end=end)
        if target != SINK:
            nodes[target].inputs.append(number)
        return number

    def _beginning(self, start: tuple[ElementId, ...], nodes: dict[int, NetNode]) -> Alternative:
        edges = frozenset(self._edge(_START, self.number[node_id], nodes) for node_id in start)
        return Alternative(edges=edges)

    def _alternatives(self, node: AnyFlowNode, nodes: dict[int, NetNode]) -> list[Alternative]:
        number = self.number[node.id]
        exits = list(self._exits(node))
        found = []
        for one in exits:
            edges = {self.edge_of[flow] for flow in one.flows if flow in self.edge_of}
            edges = edges.union(*(self.more.get(flow, ()) for flow in one.flows))
            found.append(
                Alternative(
                    edges=frozenset(edges),
                    aborts=one.aborts,
                    route=one.route,
                    covers=frozenset(one.route),
                    spawns=one.spawns,
                )
            )
        if any(not way.edges and not way.aborts and not way.route for way in found):
            end = self._edge(number, SINK, nodes, end=node.id)
            found = [
                Alternative(edges=frozenset({end})) if not way.edges and not way.aborts and not way.route else way
                for way in found
            ]
        return without_repetitions(found)

    def _exits(self, node: AnyFlowNode) -> Iterator[_Exit]:
        if isinstance(node, EndEvent):
            at_once = any(isinstance(one, _LEAVES_AT_ONCE) for one in single_definitions(node.definition))
            yield _Exit((), aborts=at_once)
            return
        if isinstance(node, IntermediateThrowEvent) and _link_name(node) is not None:
            yield _Exit((node.id,))
            return
        ways = [_Exit(flows) for flows in self._flows_taken(node)]
        if isinstance(node, Activity):
            ways = list(self._activity_exits(node, ways))
        yield from ways

    def _flows_taken(self, node: AnyFlowNode) -> Iterator[tuple[ElementId, ...]]:
        outgoing = self.container.outgoing.get(node.id, [])
        ids = tuple(flow.id for flow in outgoing)
        if not ids:
            yield ()
        elif isinstance(node, ExclusiveGateway) or (isinstance(node, EventBasedGateway) and not node.is_parallel):
            yield from ((flow,) for flow in ids)
        elif isinstance(node, ComplexGateway):
            yield from self._fired(outgoing)
        elif isinstance(node, InclusiveGateway):
            yield from self._subsets(ids)
        elif isinstance(node, Activity):
            yield from self._conditional(node, outgoing)
        else:
            yield ids

    def _fired(self, outgoing: list[SequenceFlow]) -> Iterator[tuple[ElementId, ...]]:
        """Out of a complex gateway that fires: flows whose condition waitingForStart decides, any set of the others."""
        taken = {flow.id: is_taken(flow, waiting_for_start=True) for flow in outgoing}
        always = tuple(flow for flow, is_sure in taken.items() if is_sure)
        open_ones = tuple(flow for flow, is_sure in taken.items() if is_sure is None)
        if always or not open_ones:
            yield always
        for some in self._subsets(open_ones):
            yield always + some

    def _conditional(self, node: Activity, outgoing: list[SequenceFlow]) -> Iterator[tuple[ElementId, ...]]:
        """Out of an activity: all flows without condition, with any set of the others, else with the default flow."""
        chosen = tuple(f.id for f in outgoing if f.condition is not None and f.id != node.default_flow)
        default = tuple(f.id for f in outgoing if f.id == node.default_flow)
        always = tuple(f.id for f in outgoing if f.condition is None and f.id != node.default_flow)
        if always or default or not chosen:
            yield always + default
        for some in self._subsets(chosen):
            yield always + some

    def _subsets(self, flows: tuple[ElementId, ...]) -> Iterator[tuple[ElementId, ...]]:
        """All non-empty subsets, or of many flows single ones, pairs and all; of very many, pairs of neighbours."""
        sizes = list(range(1, len(flows) + 1))
        if len(flows) > _MAX_SUBSETS_OF:
            sizes = [1, 2, len(flows)]
        if len(flows) > _MAX_PAIRS_OF:
            yield from ((flow,) for flow in flows)
            yield from pairwise(flows)
            sizes = [len(flows)]
        for size in sizes:
            yield from combinations(flows, size)

    def _activity_exits(self, node: Activity, ways: list[_Exit]) -> Iterator[_Exit]:
        """With the boundary events of the activity, and what of its errors nobody catches here."""
        outcome = self.outcomes.get(node.id, NO_OUTCOME)
        events = [event for event in self.boundaries.get(node.id, ()) if can_happen(event, node, outcome)]
        exits = list(ways) if outcome.completes else []
        for event in events:
            if event.is_interrupting:
                exits.append(_Exit(self._leaving(event), route=(event.id,)))
        if outcome.escaping_errors(self.boundaries.get(node.id, ())):
            exits.append(_Exit((), aborts=True))
        if outcome.cancels and not any(single_definitions(e.definition) == (CancelDefinition(),) for e in events):
            exits.append(_Exit(()))
        beside = [event for event in events if not event.is_interrupting]
        for one in exits or ways:
            yield from self._beside(one, beside)

    def _beside(self, way: _Exit, events: list[BoundaryEvent]) -> Iterator[_Exit]:
        sizes = range(len(events) + 1) if len(events) <= 2 else (0, 1, len(events))
        for size in sizes:
            for some in combinations(events, size):
                yield _Exit(
                    way.flows + tuple(flow for event in some for flow in self._leaving(event)),
                    way.aborts,
                    tuple(event.id for event in some) + way.route,
                    frozenset(event.id for event in some),
                )

    def _leaving(self, event: BoundaryEvent) -> tuple[ElementId, ...]:
        return tuple(flow.id for flow in self.container.outgoing.get(event.id, ()))


def _instantiates(node: AnyFlowNode) -> bool:
    return isinstance(node, ReceiveTask | EventBasedGateway) and node.instantiate


def _link_name(node: AnyFlowNode) -> str | None:
    if isinstance(node, IntermediateCatchEvent | IntermediateThrowEvent):
        for one in single_definitions(node.definition):
            if isinstance(one, LinkDefinition):
                return one.name
    return None


def _catches_link(node: AnyFlowNode) -> bool:
    return isinstance(node, IntermediateCatchEvent) and _link_name(node) is not None


_JOINS: Mapping[type, Join] = {
    ParallelGateway: Join.ALL,
    InclusiveGateway: Join.INCLUSIVE,
    ComplexGateway: Join.COMPLEX,
}
