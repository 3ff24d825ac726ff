# SPDX-License-Identifier: Apache-2.0
"""All states that a net can reach, nearest first, and what is wrong in them.

A state is a number: one bit for each edge that holds a token, and for what must be remembered of complex gateways and
of non-interrupting events. Nearest means: fewest elements passed (E. W. Dijkstra, 1959), so that the first state in
which something shows gives the shortest path to it. A second token on an edge ends a path: what comes after is not
looked at. The numbers of states and moves are bounded; beyond that nothing is claimed that would need the rest.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from heapq import heappop, heappush

from taktloom.kernel.soundness.net import SINK, Alternative, Join, Net, NetNode
from taktloom.model.identifiers import ElementId

__all__ = ["MOVES_PER_STATE", "Exploration", "Flaw", "FlawKind", "explore"]


class FlawKind(Enum):
    """What can be wrong with the control flow."""

    DEADLOCK = "deadlock"
    LACK_OF_SYNCHRONISATION = "lack-of-synchronisation"
    IMPROPER_COMPLETION = "improper-completion"
    LIVELOCK = "livelock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """What is wrong at *element*; path: the elements passed on a shortest way to it, in order."""

    kind: FlawKind
    element: ElementId
    path: tuple[ElementId, ...]


@dataclass(slots=True, kw_only=True)
class Exploration:
    """What was found. alive: elements that are reached. doubled: nodes behind which a second token came.

    completes: whether it can end without being left at once. is_complete: whether all states were seen. is_partial:
    whether ways were left out.
    """

    flaws: list[Flaw] = field(default_factory=list)
    alive: set[ElementId] = field(default_factory=set)
    doubled: set[int] = field(default_factory=set)
    states: int = 0
    completes: bool = False
    is_complete: bool = True
    is_partial: bool = False


def explore(net: Net, *, max_states: int) -> Exploration:
    """Explore *net* from its start, at most *max_states* states."""
    return _Explorer(net, max_states).run()


@dataclass(frozen=True, slots=True)
class _Way:
    """One alternative as bits. spent: bits that must not be set yet. passed: the elements on it and on its edges."""

    edges: int
    aborts: bool
    spent: int
    passed: tuple[ElementId, ...]
    alive: frozenset[ElementId]


@dataclass(frozen=True, slots=True)
class _Node:
    """A node with masks. inputs: (bit, mask of edges from which a token can still come there) in order.

    gathered: of one that gathers tokens a bit for each that has come, but the last one.
    """

    number: int
    node: NetNode
    inputs: tuple[tuple[int, int], ...]
    mask: int
    ways: tuple[_Way, ...]
    fired: int = 0
    taken: tuple[int, ...] = ()
    gathered: tuple[int, ...] = ()


MOVES_PER_STATE = 5  # on average over all states that may be looked at
_TRIED = 100  # states that are tried, to show one that comes again
_OVER = -1  # the state of a container that was left at once: by a terminate or error end event


class _Explorer:
    def __init__(self, net: Net, max_states: int) -> None:
        self.net, self.max_states = net, max_states
        self.bits = {edge: 1 << position for position, edge in enumerate(net.edges)}
        self.free = len(net.edges)
        self.spent: dict[ElementId, int] = {}
        self.ends = sum(bit for edge, bit in self.bits.items() if net.edges[edge].target == SINK)
        gathering = (number for number, node in net.nodes.items() if node.join is Join.GATHER)
        self.gathered = {
            number: tuple(self._bit() for _ in range(net.nodes[number].needed - 1)) for number in gathering
        }
        self.waiting = sum(bit for bits in self.gathered.values() for bit in bits)
        self.reach = _Reach(net, self.bits, self.gathered)
        self.nodes = {number: self._node(number, node) for number, node in net.nodes.items()}
        self.complex = [node for node in self.nodes.values() if node.fired]
        self.by_bit = {bit: self.nodes[net.edges[e].target] for e, bit in self.bits.items() if not bit & self.ends}
        self.edge_of = {bit: edge for edge, bit in self.bits.items()}
        self.tokens = sum(self.by_bit)
        self.found = Exploration(is_partial=net.is_partial)
        self.best: dict[tuple[FlawKind, ElementId], Flaw] = {}
        self.came: dict[int, tuple[int | None, tuple[ElementId, ...]]] = {}
        self.distance: dict[int, int] = {}
        self.before: dict[int, list[int]] = {}
        self.heap: list[tuple[int, int, int]] = []
        self.tainted: set[int] = set()
        self.moves = 0
        self.final: set[int] = set()
        self.dead: set[int] = set()

    def run(self) -> Exploration:
        """Explore until nothing is left or the bound is reached."""
        for way in self.nodes[self.net.start].ways:
            self._reach_state(None, _OVER if way.aborts else way.edges, way.passed, way.alive)
        done: set[int] = set()
        while self.heap:
            distance, _, state = heappop(self.heap)
            if state in done or distance > self.distance[state]:
                continue
            if len(done) == self.max_states or self.moves > MOVES_PER_STATE * self.max_states:
                self.found.is_complete = False
                break
            done.add(state)
            self._expand(state)
        self.found.states = len(done)
        self.found.completes = bool(self.final - {_OVER})
        if self.found.is_complete:
            self._find_livelocks(done)
        self.found.flaws = sorted(self.best.values(), key=lambda flaw: (len(flaw.path), flaw.kind.value, flaw.element))
        return self.found

    def _expand(self, state: int) -> None:
        if state == _OVER or not state & (self.tokens | self.waiting):
            self.final.add(state)
            return
        if self._gather(state):  # it does not stay on its flow, so nothing else comes before
            return
        moved = False
        for node, left in self._enabled(state):
            covers = node.node.covers
            for way in node.ways or (_Way(0, False, 0, (), frozenset()),):
                if way.spent & state:
                    continue
                moved = True
                self.moves += 1
                passed = way.passed if node.node.element is None else (node.node.element, *way.passed)
                double = left & way.edges
                if double and not self._is_spawned_end(state | way.spent, double):
                    self._second_token(state, node, double, passed)
                    self.found.alive |= covers
                    continue
                following = _OVER if way.aborts else left | way.edges | way.spent
                self._reach_state(state, following, passed, way.alive | covers)
        moved = self._settle_complex(state) or moved
        if not moved:
            self.dead.add(state)
            self._deadlock(state)

    def _reach_state(
        self, before: int | None, state: int, passed: tuple[ElementId, ...], alive: frozenset[ElementId]
    ) -> None:
        self.found.alive |= alive
        self.found.alive.update(passed)
        if before is not None:
            self.before.setdefault(state, []).append(before)
        distance = len(passed) + (0 if before is None else self.distance[before])
        if distance < self.distance.get(state, distance + 1):
            self.distance[state] = distance
            self.came[state] = (before, passed)
            heappush(self.heap, (distance, len(self.came), state))

    def _enabled(self, state: int) -> Iterator[tuple[_Node, int]]:
        """Nodes that may fire with the state that is left once they took their tokens; in the order of the edges."""
        rest, seen = state & self.tokens, 0
        while rest:
            bit = rest & -rest
            rest ^= bit
            node = self.by_bit[bit]
            join = node.node.join
            if join is Join.ANY:
                yield node, state & ~bit
                continue
            if join is Join.GATHER:
                if all(state & one for one in node.gathered):
                    yield node, state & ~bit & ~sum(node.gathered)
                continue
            if seen & bit:
                continue
            seen |= node.mask
            present = state & node.mask
            if (
                (join is Join.ALL and present == node.mask)
                or (join is Join.INCLUSIVE and self._nothing_more_comes(state, node, present))
                or (join is Join.COMPLEX and not state & node.fired and self._may_activate(node, present))
            ):
                yield node, state & ~present | self._remembered(node, present)

    def _nothing_more_comes(self, state: int, node: _Node, arrived: int) -> bool:
        """The inclusive gateway's rule (BPMN 2.0.2, 13.4.3): a token that can reach an empty input holds it back."""
        to_empty = to_filled = 0
        for bit, reach in node.inputs:
            if bit & arrived:
                to_filled |= reach
            else:
                to_empty |= reach
        return not state & to_empty & ~to_filled & ~node.mask

    def _may_activate(self, node: _Node, present: int) -> bool:
        decided = None if node.node.activation is None else node.node.activation(present.bit_count())
        return decided is not False

    def _remembered(self, node: _Node, present: int) -> int:
        """What a complex gateway keeps until its reset: that it has fired, and which inputs it took."""
        if node.node.join is not Join.COMPLEX:
            return 0
        kept = node.fired
        for (bit, _), taken in zip(node.inputs, node.taken, strict=True):
            if bit & present:
                kept |= taken
        return kept

    def _settle_complex(self, state: int) -> bool:
        """Complex gateways that have fired take what still comes, then reset (BPMN 2.0.2, 13.4.5)."""
        moved = False
        for node in self.complex:
            if not node.fired & state:
                continue
            arrived = waiting = 0
            for (bit, _), taken in zip(node.inputs, node.taken, strict=True):
                arrived |= bit if taken & state else 0
                if bit & state and not taken & state:
                    waiting |= bit
                    self._reach_state(state, state & ~bit | taken, (), frozenset())
            if not waiting and self._nothing_more_comes(state, node, arrived):
                self._reset(state, node)
            moved = moved or bool(waiting) or self._nothing_more_comes(state, node, arrived)
        return moved

    def _gather(self, state: int) -> bool:
        """A token that is not the last one which the activity needs waits there, whatever flow it came by."""
        for number in self.gathered:
            node = self.nodes[number]
            free = next((bit for bit in node.gathered if not bit & state), 0)
            come = next((bit for bit, _ in node.inputs if bit & state), 0)
            if free and come:
                self._reach_state(state, state & ~come | free, (), frozenset())
                return True
        return False

    def _reset(self, state: int, node: _Node) -> None:
        edges = sum(self.bits[edge] for edge in node.node.reset)
        left = state & ~node.fired & ~sum(node.taken)
        if left & edges:
            self._second_token(state, node, left & edges, ())
        else:
            routes = (self.net.edges[edge].route for edge in sorted(node.node.reset))
            passed = tuple(element for route in routes for element in route)
            self._reach_state(state, left | edges, passed, frozenset(passed))

    def _is_spawned_end(self, state: int, double: int) -> bool:
        """Whether a path that began beside the others may just have ended where they end, which is no flaw."""
        return not double & ~self.ends and bool(state & sum(self.spent.values()))

    def _second_token(self, state: int, node: _Node, double: int, passed: tuple[ElementId, ...]) -> None:
        self.tainted.add(state)
        self.found.doubled.add(node.number)
        edge = self.net.edges[self.edge_of[double & -double]]
        at = node.node.element
        ends = edge.target == SINK and edge.end is not None and (at in {None, edge.end} or len(node.inputs) < 2)
        if ends and edge.end is not None:
            self._note(FlawKind.IMPROPER_COMPLETION, edge.end, state, passed)
        elif at is not None:
            self._note(FlawKind.LACK_OF_SYNCHRONISATION, at, state, passed)

    def _deadlock(self, state: int) -> None:
        for bit, node in self.by_bit.items():
            if bit & state and node.node.element is not None:
                self._note(FlawKind.DEADLOCK, node.node.element, state, ())
                return
        for number, bits in self.gathered.items():
            element = self.nodes[number].node.element
            if element is not None and state & sum(bits):
                self._note(FlawKind.DEADLOCK, element, state, ())
                return

    def _find_livelocks(self, done: set[int]) -> None:
        """States from which neither completion nor anything said already can be reached: they go on for ever."""
        good: set[int] = set()
        pending = [*self.final, *self.dead, *self.tainted]
        while pending:
            state = pending.pop()
            if state not in good:
                good.add(state)
                pending.extend(self.before.get(state, ()))
        doomed = sorted((state for state in done if state not in good), key=lambda one: (self.distance[one], one))
        if doomed:
            state = next((one for one in doomed[:_TRIED] if self._recurs(one)), doomed[0])
            path = self._path(state)
            if path:
                self._note(FlawKind.LIVELOCK, path[-1], state, ())

    def _recurs(self, state: int) -> bool:
        """Whether the state can come again."""
        seen: set[int] = set()
        pending = list(self.before.get(state, ()))
        while pending:
            before = pending.pop()
            if before == state:
                return True
            if before not in seen:
                seen.add(before)
                pending.extend(self.before.get(before, ()))
        return False

    def _note(self, kind: FlawKind, element: ElementId, state: int, passed: tuple[ElementId, ...]) -> None:
        known = self.best.get((kind, element))
        if known is None or self.distance[state] + len(passed) < len(known.path):
            self.best[kind, element] = Flaw(kind=kind, element=element, path=(*self._path(state), *passed))

    def _path(self, state: int) -> tuple[ElementId, ...]:
        parts: list[tuple[ElementId, ...]] = []
        at: int | None = state
        while at is not None:
            at, passed = self.came[at]
            parts.append(passed)
        return tuple(element for part in reversed(parts) for element in part)

    def _node(self, number: int, node: NetNode) -> _Node:
        inputs = tuple((self.bits[edge], self.reach.of(number, edge)) for edge in node.inputs)
        is_complex = node.join is Join.COMPLEX
        return _Node(
            number=number,
            node=node,
            inputs=inputs,
            mask=sum(bit for bit, _ in inputs),
            ways=tuple(self._way(way) for way in node.alternatives),
            fired=self._bit() if is_complex else 0,
            taken=tuple(self._bit() for _ in inputs) if is_complex else (),
            gathered=self.gathered.get(number, ()),
        )

    def _way(self, way: Alternative) -> _Way:
        edges = sorted(way.edges)
        passed = way.route + tuple(element for edge in edges for element in self.net.edges[edge].route)
        alive = way.covers.union(*(self.net.edges[edge].covers for edge in edges))
        spent = 0
        for event in sorted(way.spawns):
            if event not in self.spent:
                self.spent[event] = self._bit()
            spent |= self.spent[event]
        return _Way(sum(self.bits[edge] for edge in edges), way.aborts, spent, passed, alive)

    def _bit(self) -> int:
        self.free += 1
        return 1 << (self.free - 1)


class _Reach:
    """For inclusive and complex gateways: from which edges a token can come to an input without passing the gateway."""

    def __init__(self, net: Net, bits: dict[int, int], gathered: dict[int, tuple[int, ...]]) -> None:
        self.net, self.bits, self.gathered = net, bits, gathered

    def of(self, number: int, edge: int) -> int:
        """Mask of the edges; 0 for other joins, which never ask."""
        if self.net.nodes[number].join not in {Join.INCLUSIVE, Join.COMPLEX}:
            return 0
        mask = 0
        seen: set[int] = {number}
        pending = [self.net.edges[edge].source]
        while pending:
            source = pending.pop()
            if source in seen:
                continue
            seen.add(source)
            if source not in self.net.nodes:
                continue  # left over from a way that was found never to be taken
            mask |= sum(self.gathered.get(source, ()))
            for before in self.net.nodes[source].inputs:
                mask |= self.bits[before]
                pending.append(self.net.edges[before].source)
        return mask
