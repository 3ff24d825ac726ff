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
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from taktloom.kernel.rules import Container, containers_of, problem
from taktloom.kernel.soundness.abstraction import abstract
from taktloom.kernel.soundness.exploration import Exploration, Flaw, FlawKind, explore
from taktloom.kernel.soundness.net import SINK, Net
from taktloom.kernel.soundness.outcomes import NO_OUTCOME, Outcome, can_happen, outcome_of
from taktloom.kernel.soundness.reduction import reduce_net
from taktloom.model.findings import Finding, Severity
from taktloom.model.identifiers import ElementId
from taktloom.model.process import (
    Activity,
    AnyFlowNode,
    BoundaryEvent,
    Gateway,
    ProcessDefinition,
    StartEvent,
    SubProcess,
)

__all__ = ["MAX_STATES", "check_control_flow"]

MAX_STATES = 20_000  # of one container; about half a second


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
        self.dead = self._without_gateways(tuple(self._dead()))
        result = self.result
        is_unclear = not result.is_complete or any(flaw.kind is not FlawKind.LIVELOCK for flaw in result.flaws)
        self.outcome = outcome_of(container, outcomes, completes=result.completes or is_unclear)

    def findings(self, *, is_interrupted: bool) -> Iterator[Finding]:
        """Shortest paths first, dead elements last. is_interrupted: whether an event may end an endless loop here."""
        if any(isinstance(n, Activity) and (n.start_quantity, n.completion_quantity) != (1, 1) for n in self._nodes()):
            yield self._undecided("its activities take or give several tokens")
            return
        for flaw in _first_ones(self.result.flaws):
            if not (flaw.kind is FlawKind.LIVELOCK and is_interrupted):
                yield self._flaw(flaw)
        for node_id in self.dead:
            yield self._dead_element(node_id)
        if not self.result.is_complete:
            yield self._undecided(f"it has more than {self.max_states} states")

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

    def _nodes(self) -> Iterable[AnyFlowNode]:
        return self.container.nodes.values()

    def _flaw(self, flaw: Flaw) -> Finding:
        message, remedy = _TEXTS[flaw.kind]
        node = self.container.nodes[flaw.element]
        return replace(problem(flaw.kind.value, node, message, remedy, Severity.WARNING), path=flaw.path)

    def _dead_element(self, node_id: ElementId) -> Finding:
        finding = problem(
            "dead-activity",
            self.container.nodes[node_id],
            "No case can ever get here, although flows lead to it.",
            "Follow the path: find the gateway that never lets a token through.",
            Severity.WARNING,
        )
        return replace(finding, path=self._way_to(node_id))

    def _undecided(self, reason: str) -> Finding:
        return problem(
            "soundness-not-decided",
            self.container.owner,
            f"Whether the control flow of '{self.container.owner.id}' is sound was not decided: {reason}.",
            "Split the model into sub-processes, which are looked at one by one.",
            Severity.INFORMATION,
            container=self.container.owner.id,
            reason=reason,
        )

    def _dead(self) -> Iterator[ElementId]:
        """Nodes that flows lead to and no state reaches; what may follow a second token is taken for reached."""
        if self.net is None or not self.result.is_complete or self.net.is_partial:
            return
        reached = _reached(self.net, [self.net.start])
        spared = _reached(self.net, self.result.doubled)
        for number, node in self.net.nodes.items():
            if node.element is None or node.element in self.result.alive:
                continue
            if number in reached and number not in spared:
                yield node.element

    def _without_gateways(self, dead: tuple[ElementId, ...]) -> tuple[ElementId, ...]:
        """Where more is dead than gateways, the gateways need no mention."""
        return tuple(n for n in dead if not isinstance(self.container.nodes[n], Gateway)) or dead

    def _way_to(self, node_id: ElementId) -> tuple[ElementId, ...]:
        """The elements on a shortest way along the flows."""
        assert self.net is not None  # else nothing is dead
        came = _reached(self.net, [self.net.start])
        at = next(number for number, node in self.net.nodes.items() if node.element == node_id)
        way: list[ElementId] = []
        while at != self.net.start:
            before, route = came[at]
            element = self.net.nodes[at].element
            way[:0] = [*route, *(() if element is None else (element,))]
            at = before
        return tuple(way)


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
    """Reduced first; where that shows a flaw or too many states, as it stands."""
    reduced = explore(reduce_net(net), max_states=max_states)
    if reduced.is_complete and not reduced.flaws and _covered(net) <= reduced.alive:
        return reduced
    whole = explore(net, max_states=max_states)
    return whole if whole.is_complete or not reduced.is_complete else reduced


def _covered(net: Net) -> set[ElementId]:
    """The elements that flows lead to."""
    return {e for n in _reached(net, [net.start]) if (e := net.nodes[n].element) is not None}


def _reached(net: Net, begin: Iterable[int]) -> dict[int, tuple[int, tuple[ElementId, ...]]]:
    """Nodes that ways lead to, nearest first, each with the node before it and the elements passed in between."""
    came: dict[int, tuple[int, tuple[ElementId, ...]]] = {number: (number, ()) for number in begin}
    pending = deque(came)
    while pending:
        number = pending.popleft()
        for way in net.nodes[number].alternatives:
            for edge in sorted(way.edges):
                target = net.edges[edge].target
                if target != SINK and target not in came:
                    came[target] = (number, way.route)
                    pending.append(target)
    return came


_TEXTS: Mapping[FlawKind, tuple[str, str]] = {
    FlawKind.DEADLOCK: (
        "The case can get stuck here for ever: the join waits for a token that does not come.",
        "Let the join fit the split: exclusive after exclusive, parallel after parallel, inclusive after inclusive.",
    ),
    FlawKind.LACK_OF_SYNCHRONISATION: (
        "What follows can run twice in one case: parallel paths meet here without being joined.",
        "Join the paths with a parallel or inclusive gateway.",
    ),
    FlawKind.IMPROPER_COMPLETION: (
        "The case can end here more than once: parallel paths end in the same event.",
        "Join the parallel paths before the end event, or give each an end event of its own.",
    ),
    FlawKind.LIVELOCK: (
        "The case can come to where it only goes round in circles and never ends.",
        "Give the loop a way out.",
    ),
}
