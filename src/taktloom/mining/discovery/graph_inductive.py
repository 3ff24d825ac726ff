# SPDX-License-Identifier: Apache-2.0
"""The inductive miner on a directly-follows graph alone (IMd, with the infrequency filter IMfD).

Needs no traces: what a database counted, or a log of billions of events, is enough. The recursion splits the graph
instead of the log, so its cost depends on activities only. Steps that were skipped are seen where an edge jumps over
them. Sound by construction; a graph does not tell whether of two parallel steps one was left out, so that, unlike the
log-based miner without noise, not every trace need fit.
Source: Leemans, Fahland & van der Aalst, "Scalable process discovery and conformance checking", Software & Systems
Modeling 17, 2018, section 4 (IMD and its split functions).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from taktloom.mining.discovery.coding import require_share
from taktloom.mining.discovery.cuts import Cut, find_cut
from taktloom.mining.discovery.follows import FollowsGraph, without_infrequent
from taktloom.mining.discovery.process_tree import (
    SILENT,
    ActivityLeaf,
    Block,
    Operator,
    ProcessTree,
    exclusive,
    loop,
)
from taktloom.mining.discovery.tree_reduction import reduce_tree
from taktloom.mining.watching import tell


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedFollows:
    """A directly-follows graph by name, every count > 0. empty: cases without any event."""

    edges: Mapping[tuple[str, str], int]
    starts: Mapping[str, int]
    ends: Mapping[str, int]
    empty: int = 0


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the graph and how often it was passed without an event."""

    graph: FollowsGraph
    skipped: int


def discover_process_tree_from_graph(follows: CountedFollows, *, noise: float = 0.0) -> ProcessTree:
    """A process tree with one leaf per activity of the graph. noise: as in `discover_process_tree`.

    Raises ThresholdOutOfRangeError.
    """
    require_share("noise", noise)
    names = sorted({*follows.starts, *follows.ends, *(name for edge in follows.edges for name in edge)})
    code = {name: index for index, name in enumerate(names)}
    graph = FollowsGraph(
        tuple(range(len(names))),
        {(code[source], code[target]): count for (source, target), count in sorted(follows.edges.items())},
        {code[name]: count for name, count in sorted(follows.starts.items())},
        {code[name]: count for name, count in sorted(follows.ends.items())},
    )
    return mine_graph(graph, names, noise=noise, empty=follows.empty)


def mine_graph(graph: FollowsGraph, names: Sequence[str], *, noise: float, empty: int = 0) -> ProcessTree:
    """As `discover_process_tree_from_graph`, on codes."""
    return reduce_tree(_GraphMiner(names, noise).mine(_Part(graph, empty)))


class _GraphMiner:
    def __init__(self, names: Sequence[str], noise: float) -> None:
        self._names, self._noise = names, noise
        self._placed = 0

    def mine(self, part: _Part) -> ProcessTree:
        tree = self._mine_graph(part.graph)
        entered = sum(part.graph.starts.values())
        is_optional = part.skipped > 0 and part.skipped >= self._noise / 2 * (part.skipped + entered)
        return exclusive(tree, SILENT) if is_optional and tree != SILENT else tree

    def _mine_graph(self, graph: FollowsGraph) -> ProcessTree:
        if not graph.alphabet:
            return SILENT
        if len(graph.alphabet) == 1:
            return self._single(graph)
        cut = find_cut(graph)
        if cut is None:
            graph = without_infrequent(graph, self._noise)
            cut = find_cut(graph)
        if cut is None:
            return loop(exclusive(*(self._leaf(activity) for activity in graph.alphabet)), SILENT)
        children = [self.mine(part) for part in _SPLITS[cut.operator](graph, cut)]
        if cut.operator is Operator.LOOP:
            return loop(children[0], children[1] if len(children) == 2 else exclusive(*children[1:]))
        return Block(cut.operator, tuple(children))

    def _leaf(self, activity: int) -> ActivityLeaf:
        self._placed += 1
        tell("discovering", self._placed, len(self._names))
        return ActivityLeaf(self._names[activity])

    def _single(self, graph: FollowsGraph) -> ProcessTree:
        (activity,) = graph.alphabet
        leaf = self._leaf(activity)
        repeated, entered = graph.edges.get((activity, activity), 0), max(1, sum(graph.starts.values()))
        return loop(leaf, SILENT) if repeated and repeated >= self._noise / 2 * entered else leaf


def _split_exclusive(graph: FollowsGraph, cut: Cut) -> list[_Part]:
    return [_Part(_inside(graph, part, graph.starts, graph.ends), 0) for part in cut.parts]


_split_parallel = _split_exclusive


def _split_sequence(graph: FollowsGraph, cut: Cut) -> list[_Part]:
    rank = {activity: index for index, part in enumerate(cut.parts) for activity in part}
    last = len(cut.parts)
    hops = [(rank[a], rank[b], a, b, count) for (a, b), count in graph.edges.items() if rank[a] != rank[b]]
    hops += [(-1, rank[b], -1, b, count) for b, count in graph.starts.items()]
    hops += [(rank[a], last, a, -1, count) for a, count in graph.ends.items()]
    parts = []
    for index, members in enumerate(cut.parts):
        starts = _summed((b, count) for _, to, _, b, count in hops if to == index)
        ends = _summed((a, count) for origin, _, a, _, count in hops if origin == index)
        skipped = sum(count for origin, to, _, _, count in hops if origin < index < to)
        parts.append(_Part(_inside(graph, members, starts, ends), skipped))
    return parts


def _split_loop(graph: FollowsGraph, cut: Cut) -> list[_Part]:
    body, *redos = cut.parts
    parts = [_Part(_inside(graph, body, graph.starts, graph.ends), 0)]
    # an edge from an end of the body straight to a start is a round without a redo step
    for redo in redos:
        starts = _summed((b, n) for (a, b), n in graph.edges.items() if a not in redo and b in redo)
        ends = _summed((a, n) for (a, b), n in graph.edges.items() if a in redo and b not in redo)
        parts.append(_Part(_inside(graph, redo, starts, ends), 0))
    return parts


_SPLITS = {
    Operator.EXCLUSIVE: _split_exclusive,
    Operator.SEQUENCE: _split_sequence,
    Operator.PARALLEL: _split_parallel,
    Operator.LOOP: _split_loop,
}


def _inside(
    graph: FollowsGraph, part: frozenset[int], starts: Mapping[int, int], ends: Mapping[int, int]
) -> FollowsGraph:
    edges = {(a, b): count for (a, b), count in graph.edges.items() if a in part and b in part}
    return FollowsGraph(
        tuple(sorted(part)),
        edges,
        {activity: count for activity, count in starts.items() if activity in part},
        {activity: count for activity, count in ends.items() if activity in part},
    )


def _summed(counts: Iterable[tuple[int, int]]) -> dict[int, int]:
    totals: dict[int, int] = {}
    for activity, count in counts:
        totals[activity] = totals.get(activity, 0) + count
    return totals
