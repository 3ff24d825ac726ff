# SPDX-License-Identifier: Apache-2.0
"""The soundness check: each container is reduced and explored by itself, the innermost ones first.

A process is sound when from every state that it can reach it can still complete, no two tokens meet on one flow, no end
event is reached twice, and every node can be reached. Where reducing alone shows that all is well, nothing more is
done; otherwise the container is explored as it stands, so that paths are shortest and name the real elements, or in its
reduced form where it has too many states. What is found are warnings: they never refuse a model.

Source: W. M. P. van der Aalst, The Application of Petri Nets to Workflow Management, 1998 (soundness); F. Corradini et
al., A classification of BPMN collaborations based on safeness and soundness notions, 2018.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator

from taktloom.kernel.rules import Container, containers_of
from taktloom.kernel.soundness.abstraction import MAX_QUANTITY, abstract, begun, linked
from taktloom.kernel.soundness.exploration import MOVES_PER_STATE, Exploration, Flaw, FlawKind, explore
from taktloom.kernel.soundness.findings import said
from taktloom.kernel.soundness.net import Net
from taktloom.kernel.soundness.outcomes import NO_OUTCOME, Outcome, can_happen, outcome_of
from taktloom.kernel.soundness.reduction import reduce_net
from taktloom.kernel.soundness.rules import DEAD_ACTIVITY, FLAWS, NOT_DECIDED
from taktloom.model.event_definitions import TerminateDefinition, single_definitions
from taktloom.model.findings import Finding
from taktloom.model.identifiers import ElementId
from taktloom.model.process import (
    Activity,
    AnyFlowNode,
    BoundaryEvent,
    EndEvent,
    Gateway,
    ProcessDefinition,
    StartEvent,
    SubProcess,
)

__all__ = ["MAX_STATES", "check_control_flow"]

MAX_STATES = 20_000  # of one container; about half a second
SMALL_NET_STATES = 5_000


def check_control_flow(definition: ProcessDefinition, *, max_states: int = MAX_STATES) -> tuple[Finding, ...]:
    """Deadlocks, lack of synchronisation, improper completion, livelocks and dead elements of the process.

    max_states: bound for each container. Every finding is a warning with a shortest counter-example in `path`; that a
    container could not be decided within the bound is an information.
    """
    checks: list[_ContainerCheck] = []
    outcomes: dict[ElementId, Outcome] = {}
    for container in reversed(containers_of(definition)):
        check = _ContainerCheck(container, outcomes, max_states)
        checks.append(check)
        outcomes[ElementId(container.owner.id)] = check.outcome
    found: list[Finding] = []
    dead: set[ElementId] = set()
    interrupted: set[ElementId] = set()
    for check in reversed(checks):
        owner = ElementId(check.container.owner.id)
        if owner not in dead:
            found.extend(check.findings(is_interrupted=owner in interrupted or check.has_interrupting_handler()))
        dead.update(inner for node_id in check.dead for inner in _with_inner(check.container.nodes[node_id]))
        interrupted |= check.interrupted_inside(everything=owner in interrupted)
    return tuple(found)


def _with_inner(node: AnyFlowNode) -> Iterator[ElementId]:
    yield node.id
    if isinstance(node, SubProcess):
        for inner in node.nodes:
            yield from _with_inner(inner)


class _ContainerCheck:
    """What is known of one container once it is explored."""

    def __init__(self, container: Container, outcomes: dict[ElementId, Outcome], max_states: int) -> None:
        self.container, self.outcomes, self.max_states = container, outcomes, max_states
        self.net = abstract(container, outcomes)
        self.result = Exploration(completes=True) if self.net is None else _explored(self.net, max_states)
        self._ids = frozenset(container.nodes)
        self.ways = self._led_to(() if self.net is None else begun(container))
        self.dead = self._without_gateways(tuple(self._dead()))
        result = self.result
        is_unclear = not result.is_complete or any(flaw.kind is not FlawKind.LIVELOCK for flaw in result.flaws)
        completes = result.completes or is_unclear or self._terminates()
        self.outcome = outcome_of(container, outcomes, completes=completes)

    def findings(self, *, is_interrupted: bool) -> Iterator[Finding]:
        """Shortest paths first, dead elements last. is_interrupted: whether an event may end an endless loop here."""
        if any(isinstance(node, Activity) and _has_many_tokens(node) for node in self._nodes()):
            yield self._undecided(f"its activities take or give more than {MAX_QUANTITY} tokens")
            return
        for flaw in _first_ones(self.result.flaws):
            if not (flaw.kind is FlawKind.LIVELOCK and is_interrupted):
                yield self._flaw(flaw)
        for node_id in self.dead:
            yield self._dead_element(node_id)
        if self.result.is_partial and not self.result.flaws:
            yield self._undecided("a gateway or activity has too many ways out to try all of them together")
        elif not self.result.is_complete and not self.result.flaws:
            yield self._undecided(
                f"it has more than {self.max_states} states or {self.max_states * MOVES_PER_STATE} moves"
            )

    def has_interrupting_handler(self) -> bool:
        """Whether an event sub-process can end everything else here."""
        return any(
            start.is_interrupting
            for node in self._nodes()
            if isinstance(node, SubProcess) and node.triggered_by_event
            for start in node.nodes
            if isinstance(start, StartEvent)
        )

    def interrupted_inside(self, *, everything: bool) -> set[ElementId]:
        """Sub-processes here that an event can end."""
        inner = {node.id: node for node in self._nodes() if isinstance(node, SubProcess)}
        if everything or self.has_interrupting_handler():
            return set(inner)
        return {
            event.attached_to
            for event in self._nodes()
            if isinstance(event, BoundaryEvent) and event.is_interrupting and event.attached_to in inner
            if can_happen(event, inner[event.attached_to], self.outcomes.get(event.attached_to, NO_OUTCOME))
        }

    def _terminates(self) -> bool:
        """A terminate end event completes what it is in; errors and cancelling do not."""
        return any(
            node.id in self.result.alive
            and any(isinstance(one, TerminateDefinition) for one in single_definitions(node.definition))
            for node in self._nodes()
            if isinstance(node, EndEvent)
        )

    def _nodes(self) -> Iterable[AnyFlowNode]:
        return self.container.nodes.values()

    def _flaw(self, flaw: Flaw) -> Finding:
        return said(FLAWS[flaw.kind], self.container.nodes[flaw.element], flaw.path)

    def _dead_element(self, node_id: ElementId) -> Finding:
        return said(DEAD_ACTIVITY, self.container.nodes[node_id], self._way_to(node_id))

    def _undecided(self, reason: str) -> Finding:
        return said(NOT_DECIDED, self.container.owner, container=self.container.owner.id, reason=reason)

    def _dead(self) -> Iterator[ElementId]:
        """Nodes that flows lead to and no state reaches; what may follow a second token is taken for reached."""
        if self.net is None or not self.result.is_complete or self.result.is_partial:
            return
        doubled = (self.net.nodes[number].element for number in self.result.doubled)
        spared = self._led_to(element for element in doubled if element is not None)
        for node_id in self.ways:
            if node_id not in self.result.alive and node_id not in spared:
                yield node_id

    def _led_to(self, begin: Iterable[ElementId]) -> dict[ElementId, ElementId]:
        """The nodes that flows, links and boundary events lead to, nearest first, each with the one before it."""
        came = {node_id: node_id for node_id in begin}
        pending = deque(came)
        while pending:
            node_id = pending.popleft()
            for following in self._following(node_id):
                if following not in came:
                    came[following] = node_id
                    pending.append(following)
        return came

    def _following(self, node_id: ElementId) -> Iterator[ElementId]:
        yield from (flow.target for flow in self.container.outgoing.get(node_id, ()) if flow.target in self._ids)
        host = self.container.nodes[node_id]
        for event in self.container.boundaries.get(node_id, ()):
            if isinstance(host, Activity) and can_happen(event, host, self.outcomes.get(node_id)):
                yield event.id
        if self.net is not None and not self.container.outgoing.get(node_id):
            yield from linked(self.container, host)

    def _without_gateways(self, dead: tuple[ElementId, ...]) -> tuple[ElementId, ...]:
        """Where more is dead than gateways, the gateways need no mention."""
        return tuple(n for n in dead if not isinstance(self.container.nodes[n], Gateway)) or dead

    def _way_to(self, node_id: ElementId) -> tuple[ElementId, ...]:
        """The elements on a shortest way along the flows."""
        way = [node_id]
        while self.ways[way[0]] != way[0]:
            way.insert(0, self.ways[way[0]])
        return tuple(way)


def _has_many_tokens(node: Activity) -> bool:
    return max(node.start_quantity, node.completion_quantity) > MAX_QUANTITY


def _first_ones(flaws: Iterable[Flaw]) -> Iterator[Flaw]:
    """Without what only follows from a place where a second token came."""
    doubled: set[ElementId] = set()
    for flaw in flaws:
        passed = Counter(flaw.path)
        if not any(passed[element] > 1 for element in doubled):
            yield flaw
        if flaw.kind is FlawKind.LACK_OF_SYNCHRONISATION:
            doubled.add(flaw.element)


def _explored(net: Net, max_states: int) -> Exploration:
    """Reduced first; where that shows a flaw or dead ways, as it stands too, so that the paths are shortest.

    Where events begin paths beside what goes on, the rules of reduction do not keep every flaw: such a net is explored
    as it stands, unless it is large.
    """
    if any(way.spawns for node in net.nodes.values() for way in node.alternatives):
        whole = explore(net, max_states=min(max_states, SMALL_NET_STATES))
        if whole.is_complete:
            return whole
    reduced = explore(reduce_net(net), max_states=max_states)
    if reduced.is_complete and not reduced.flaws and net.elements() <= reduced.alive:
        return reduced
    if not reduced.is_complete:
        return reduced
    whole = explore(net, max_states=max_states)
    if not whole.is_complete:  # what it has seen came nearest first: its paths are the shortest all the same
        known = {(flaw.kind, flaw.element) for flaw in whole.flaws}
        rest = [flaw for flaw in reduced.flaws if (flaw.kind, flaw.element) not in known]
        reduced.flaws = sorted((*whole.flaws, *rest), key=lambda flaw: len(flaw.path))
        return reduced
    return whole
