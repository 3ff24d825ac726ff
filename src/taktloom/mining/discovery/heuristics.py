# SPDX-License-Identifier: Apache-2.0
"""The heuristics miner: dependencies that are frequent enough, and the bindings that the log shows.

A dependency is taken when its measure reaches the threshold or is nearly as strong as the activity's best one; every
activity keeps its best cause and its best follower, so that all are connected. Bindings are read off the traces: an
event's cause is the nearest event before it that may cause it, its follower the nearest after it that it may cause.
The model may be unsound; that is told with it.
Sources: Weijters, van der Aalst & Alves de Medeiros, "Process mining with the HeuristicsMiner algorithm", BETA working
paper 166, 2006 (measures); Weijters & Ribeiro, "Flexible heuristics miner", CIDM 2011 (bindings, relative-to-best).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from taktloom.mining.discovery.causal_net import CausalNet
from taktloom.mining.discovery.coding import VariantCounts, code_variants, require_share
from taktloom.mining.discovery.follows import CodedLog, FollowsGraph, follows_graph
from taktloom.mining.watching import heeding, telling

Arc = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeuristicsThresholds:
    """All in 0..1. dependency also holds for loops of one and two. relative_to_best: how far below the best is still
    taken. binding_share: least share of a binding among its activity's."""

    dependency: float = 0.9
    relative_to_best: float = 0.05
    binding_share: float = 0.05


def discover_causal_net(variants: VariantCounts, *, thresholds: HeuristicsThresholds | None = None) -> CausalNet:
    """The causal net of the log. Raises ThresholdOutOfRangeError and TooManyActivitiesError."""
    thresholds = thresholds or HeuristicsThresholds()
    for name in ("dependency", "relative_to_best", "binding_share"):
        require_share(name, getattr(thresholds, name))
    names, log = code_variants(variants)
    start, end = len(names), len(names) + 1
    framed = {(start, *trace, end): count for trace, count in log.items()} or {(start, end): 1}
    graph = follows_graph(framed)
    arcs = _dependencies(graph, framed, thresholds, (start, end))
    outputs, inputs = _bindings(framed, arcs, thresholds.binding_share)
    return CausalNet(names=names, start=start, end=end, outputs=outputs, inputs=inputs)


def dependency_measure(forward: int, backward: int) -> float:
    """a ⇒ b from |a > b| and |b > a|, in -1..1."""
    return (forward - backward) / (forward + backward + 1)


def _dependencies(graph: FollowsGraph, log: CodedLog, thresholds: HeuristicsThresholds, frame: Arc) -> set[Arc]:
    start, end = frame
    measures = {
        (a, b): dependency_measure(count, graph.edges.get((b, a), 0)) for (a, b), count in graph.edges.items() if a != b
    }
    arcs = {
        (a, a) for a in graph.alphabet if (n := graph.edges.get((a, a), 0)) and n / (n + 1) >= thresholds.dependency
    }
    arcs |= _two_loops(log, arcs, thresholds.dependency)
    followers = _best(measures, graph, by_source=True)
    causes = _best(measures, graph, by_source=False)
    for (a, b), measure in measures.items():
        best = min(measures[followers[a]], measures[causes[b]])
        is_near = measure > 0 and best - measure < thresholds.relative_to_best
        if (a, b) in (followers[a], causes[b]) or measure >= thresholds.dependency or is_near:
            arcs.add((a, b))
    return {(a, b) for a, b in arcs if b != start and a != end}


def _best(measures: Mapping[Arc, float], graph: FollowsGraph, *, by_source: bool) -> dict[int, Arc]:
    """The strongest arc per source or target; ties to the more frequent, then to the smaller code."""
    best: dict[int, Arc] = {}
    for arc in sorted(measures):
        owner = arc[0] if by_source else arc[1]
        known = best.get(owner)
        if known is None or (measures[arc], graph.edges[arc]) > (measures[known], graph.edges[known]):
            best[owner] = arc
    return best


def _two_loops(log: CodedLog, self_loops: set[Arc], threshold: float) -> set[Arc]:
    """Arcs of loops of two: a b a is frequent and neither loops alone."""
    seen: Counter[Arc] = Counter()
    for trace, count in heeding(log.items()):
        for at in heeding(range(len(trace) - 2)):
            if trace[at] == trace[at + 2] and trace[at] != trace[at + 1]:
                seen[trace[at], trace[at + 1]] += count
    found: set[Arc] = set()
    for a, b in seen:
        count = seen[a, b] + seen[b, a]
        if count / (count + 1) >= threshold and (a, a) not in self_loops and (b, b) not in self_loops:
            found |= {(a, b), (b, a)}
    return found


Found = dict[int, Counter[frozenset[int]]]


def _bindings(
    log: CodedLog, arcs: set[Arc], share: float
) -> tuple[dict[int, tuple[frozenset[int], ...]], dict[int, tuple[frozenset[int], ...]]]:
    causes: dict[int, set[int]] = {}
    followers: dict[int, set[int]] = {}
    for a, b in arcs:
        followers.setdefault(a, set()).add(b)
        causes.setdefault(b, set()).add(a)
    outputs: Found = {}
    inputs: Found = {}
    for trace, count in telling(log.items(), "discovering"):
        links = _links(trace, causes, followers)
        _count(outputs, trace, ((i, trace[j]) for i, j in links), count)
        _count(inputs, trace, ((j, trace[i]) for i, j in links), count)
    return _kept(outputs, followers, share), _kept(inputs, causes, share)


def _links(trace: tuple[int, ...], causes: Mapping[int, set[int]], followers: Mapping[int, set[int]]) -> set[Arc]:
    """Pairs of positions (i, j): i is the nearest possible cause of j, or j the nearest possible follower of i."""
    links: set[Arc] = set()
    last: dict[int, int] = {}
    for at, activity in heeding(enumerate(trace)):
        before = max((last[cause] for cause in causes.get(activity, ()) if cause in last), default=-1)
        if before >= 0:
            links.add((before, at))
        last[activity] = at
    following: dict[int, int] = {}
    for at in heeding(range(len(trace) - 1, -1, -1)):
        after = min((following[each] for each in followers.get(trace[at], ()) if each in following), default=-1)
        if after >= 0:
            links.add((at, after))
        following[trace[at]] = at
    return links


def _count(found: Found, trace: tuple[int, ...], ends: Iterable[Arc], count: int) -> None:
    at: dict[int, set[int]] = {}
    for position, activity in heeding(ends):
        at.setdefault(position, set()).add(activity)
    for position, activities in heeding(at.items()):
        found.setdefault(trace[position], Counter())[frozenset(activities)] += count


def _kept(found: Found, neighbours: Mapping[int, set[int]], share: float) -> dict[int, tuple[frozenset[int], ...]]:
    """The frequent bindings, most frequent first, and for every arc left out the most frequent one that has it."""
    kept: dict[int, tuple[frozenset[int], ...]] = {}
    for activity, around in neighbours.items():
        ranked = sorted(found.get(activity, Counter()).items(), key=lambda item: (-item[1], sorted(item[0])))
        total = sum(count for _, count in ranked)
        chosen = [binding for binding, count in ranked if count >= share * total]
        for neighbour in sorted(around):
            if not any(neighbour in binding for binding in chosen):
                chosen.append(next((b for b, _ in ranked if neighbour in b), frozenset((neighbour,))))
        kept[activity] = tuple(dict.fromkeys(chosen))
    return kept
