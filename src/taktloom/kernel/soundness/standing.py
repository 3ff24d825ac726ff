# SPDX-License-Identifier: Apache-2.0
"""From where tokens stand now: at which joins would they wait for ever?

Unlike `exploration`, which starts at the start and takes a second token on a flow for a flaw, this begins with any
tokens anywhere, as many as there are. Only what cannot be otherwise is told apart: a token that needs no other goes on
first, one alternative after the other, and joins fire when nothing else can move. That gives every state in which
nothing moves any more, since no join takes what another node could have had (A. Valmari, Stubborn sets for reduced
state space generation, 1991). Inclusive gateways wait for all that can still come (BPMN 2.0.2, 13.4.3).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from taktloom.kernel.soundness.net import SINK, Alternative, Join, Net, NetNode
from taktloom.model.identifiers import ElementId

__all__ = ["Marking", "Rest", "Standing", "StuckJoin"]

MAX_STATES = 2_000  # of one marking; beyond that nothing is claimed

Places = tuple[tuple[int, int], ...]
Expects = Callable[[int, Mapping[int, int]], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckJoin:
    """A join at which tokens wait for ever; missing: its edges over which none can come any more."""

    element: ElementId
    missing: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marking:
    """Where tokens are: places with how many, in order. A place is an edge, or what `Standing.inside` gives."""

    places: Places

    @classmethod
    def of(cls, counts: Mapping[int, int]) -> "Marking":
        """Of the places with how many tokens."""
        return cls(places=tuple(sorted((place, count) for place, count in counts.items() if count)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """How it can come to rest. ends: without a token left over. is_complete: whether all states were seen."""

    stuck: tuple[StuckJoin, ...]
    ends: bool
    is_complete: bool


@dataclass(frozen=True, slots=True)
class _State:
    """spent: non-interrupting events that have begun their path; is_over: all was left at once."""

    places: Places
    spent: frozenset[ElementId] = frozenset()
    is_over: bool = False


class Standing:
    """Looks from markings of one net. expects: whether an inclusive gateway (its number) still has to wait."""

    def __init__(self, net: Net, expects: Expects) -> None:
        self._net, self._expects, self._edges = net, expects, len(net.edges)
        self._known: dict[Marking, Rest] = {}

    def inside(self, number: int) -> int:
        """The place of a token that is in the node already."""
        return self._edges + number

    def at_rest(self, marking: Marking) -> Rest:
        """Everything that *marking* can come to."""
        known = self._known.get(marking)
        if known is None:
            known = self._known[marking] = self._explore(marking)
        return known

    def from_start(self) -> Rest:
        """What every instance that begins in this net can come to."""
        return self.at_rest(Marking.of({self.inside(self._net.start): 1}))

    def _explore(self, marking: Marking) -> Rest:
        first = _State(marking.places)
        seen, pending = {first}, [first]
        stuck: dict[ElementId, StuckJoin] = {}
        ends = False
        while pending:
            state = pending.pop()
            following = list(self._following(state))
            if not following:
                ends = ends or state.is_over or not state.places
                for join in self._stuck_in(state):
                    stuck.setdefault(join.element, join)
            for one in following:
                if one not in seen:
                    seen.add(one)
                    pending.append(one)
            if len(seen) > MAX_STATES:
                return Rest(stuck=(), ends=ends, is_complete=False)
        return Rest(stuck=tuple(stuck.values()), ends=ends, is_complete=True)

    def _following(self, state: _State) -> Iterator[_State]:
        counts = dict(state.places)
        for place in counts:
            if place >= self._edges:
                yield from self._moved(state, self._net.nodes[place - self._edges], {place: 1})
                return
            node = self._net.nodes[self._net.edges[place].target]
            if node.join is Join.ANY:
                yield from self._moved(state, node, {place: 1})
                return
        for number, node in self._net.nodes.items():
            taken = self._taken(number, node, counts)
            if taken:
                yield from self._moved(state, node, taken)
                return

    def _taken(self, number: int, node: NetNode, counts: Mapping[int, int]) -> dict[int, int]:
        """What a join takes if it can fire; nothing where it cannot. Every token is at some join."""
        filled = [edge for edge in node.inputs if counts.get(edge)]
        if not filled or node.join is Join.ANY:
            return {}
        if node.join is Join.GATHER:
            return _gathered(filled, node.needed, counts)
        if len(filled) < len(node.inputs) and (node.join is Join.ALL or self._expects(number, counts)):
            return {}
        return dict.fromkeys(filled, 1)

    def _moved(self, state: _State, node: NetNode, taken: Mapping[int, int]) -> Iterator[_State]:
        left = dict(state.places)
        for place, count in taken.items():
            left[place] -= count
        for way in node.alternatives or (Alternative(edges=frozenset()),):
            if way.spawns & state.spent:
                continue
            if way.aborts:
                yield _State((), is_over=True)
                continue
            counts = dict(left)
            for edge in way.edges:
                if self._net.edges[edge].target != SINK:
                    counts[edge] = counts.get(edge, 0) + 1
            yield _State(Marking.of(counts).places, state.spent | way.spawns)

    def _stuck_in(self, state: _State) -> Iterator[StuckJoin]:
        counts = dict(state.places)
        for node in self._net.nodes.values():
            if node.element is not None and any(edge in counts for edge in node.inputs):
                missing = () if node.join is Join.GATHER else tuple(one for one in node.inputs if one not in counts)
                yield StuckJoin(element=node.element, missing=missing)


def _gathered(filled: list[int], needed: int, counts: Mapping[int, int]) -> dict[int, int]:
    taken: dict[int, int] = {}
    for edge in filled:
        taken[edge] = min(needed, counts[edge])
        needed -= taken[edge]
        if not needed:
            return {place: count for place, count in taken.items() if count}
    return {}
