# SPDX-License-Identifier: Apache-2.0
"""The pruned directly-follows graph of the split miner: loops set aside, concurrency told apart, rare edges dropped.

Two activities that follow each other in both orders about equally often are concurrent, unless they alternate (a b a):
then they loop. Of two unequal orders the rarer is dropped. Then each activity keeps the edges of its widest ways from
the start and to the end (the way whose rarest edge is most frequent), and what is frequent besides.
Source: Augusto et al., Knowledge and Information Systems 59, 2019, sections 4.1–4.3, algorithms 1–4.
"""

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from taktloom.mining.discovery.follows import CodedLog, follows_graph
from taktloom.mining.watching import heeding

Edge = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitGraph:
    """edges with counts; start and end are codes beyond the activities'. concurrent: both orders of each pair."""

    start: int
    end: int
    edges: Mapping[Edge, int]
    concurrent: frozenset[Edge]
    repeated: frozenset[int]


def split_graph(log: CodedLog, activities: int, *, concurrency: float, filtering: float) -> SplitGraph:
    """The pruned graph. concurrency: largest imbalance of two orders that still counts as concurrent, 0..1.
    filtering: percentile of the edges' counts below which edges go, 0..1."""
    start, end = activities, activities + 1
    framed = {(start, *trace, end): count for trace, count in log.items()} or {(start, end): 1}
    graph = follows_graph(framed)
    repeated = frozenset(a for a, b in graph.edges if a == b)
    edges = {edge: count for edge, count in graph.edges.items() if edge[0] != edge[1]}
    loops = _short_loops(framed, repeated)
    concurrent = set[Edge]()
    kept = dict(edges)
    for a, b in sorted(edges):
        if a > b or (b, a) not in edges or (a, b) in loops:
            continue
        forward, backward = edges[a, b], edges[b, a]
        if abs(forward - backward) / (forward + backward) < concurrency:
            concurrent |= {(a, b), (b, a)}
            del kept[a, b], kept[b, a]
        else:
            del kept[(a, b) if forward < backward else (b, a)]
    kept = _reconnected(kept, edges, start, end)
    kept = _filtered(kept, start, end, filtering)
    concurrent = {edge for edge in concurrent if edge not in kept and (edge[1], edge[0]) not in kept}
    return SplitGraph(start=start, end=end, edges=kept, concurrent=frozenset(concurrent), repeated=repeated)


def _short_loops(log: CodedLog, repeated: frozenset[int]) -> set[Edge]:
    seen: Counter[Edge] = Counter()
    for trace, count in heeding(log.items()):
        for at in range(len(trace) - 2):
            if trace[at] == trace[at + 2] and trace[at] != trace[at + 1]:
                seen[trace[at], trace[at + 1]] += count
    pairs = {edge for edge in seen if edge[0] not in repeated and edge[1] not in repeated}
    return pairs | {(b, a) for a, b in pairs}


def _reconnected(kept: dict[Edge, int], edges: Mapping[Edge, int], start: int, end: int) -> dict[Edge, int]:
    """Give back the strongest edge to what can no longer be reached from the start, or no longer reaches the end."""
    nodes = {node for edge in edges for node in edge}
    result = dict(kept)
    for origin, is_forward in ((start, True), (end, False)):
        while True:
            reached = _reached(result, origin, is_forward=is_forward)
            if reached >= nodes:
                break
            bridges = [
                (count, edge)
                for edge, count in edges.items()
                if (edge[0] in reached, edge[1] in reached) == ((True, False) if is_forward else (False, True))
            ]
            count, edge = max(bridges, key=lambda each: (each[0], (-each[1][0], -each[1][1])))
            result[edge] = count
    return result


def _reached(edges: Iterable[Edge], origin: int, *, is_forward: bool) -> set[int]:
    onward: dict[int, list[int]] = {}
    for a, b in edges:
        onward.setdefault(a if is_forward else b, []).append(b if is_forward else a)
    seen, queue = {origin}, [origin]
    for node in queue:
        for other in onward.get(node, ()):
            if other not in seen:
                seen.add(other)
                queue.append(other)
    return seen


def _filtered(edges: dict[Edge, int], start: int, end: int, share: float) -> dict[Edge, int]:
    best = _widest_ways(edges, start, is_forward=True) | _widest_ways(edges, end, is_forward=False)
    strongest: dict[tuple[int, bool], int] = {}
    for (a, b), count in edges.items():
        for key in ((a, True), (b, False)):
            strongest[key] = max(strongest.get(key, 0), count)
    counts = sorted(strongest.values())
    threshold = counts[min(len(counts) - 1, int(share * len(counts)))] if share > 0 else 0
    return {edge: count for edge, count in edges.items() if edge in best or count >= threshold}


def _widest_ways(edges: Mapping[Edge, int], origin: int, *, is_forward: bool) -> set[Edge]:
    """The last edge of a widest way from *origin* to each node (Dijkstra on the bottleneck; ties to small codes)."""
    onward: dict[int, list[tuple[int, int]]] = {}
    for (a, b), count in sorted(edges.items()):
        onward.setdefault(a if is_forward else b, []).append((b if is_forward else a, count))
    ways: set[Edge] = set()
    settled = {origin}
    widest = max(edges.values(), default=0)
    queue = [(-min(widest, count), -count, origin, node) for node, count in onward.get(origin, ())]
    heapq.heapify(queue)
    while queue:
        width, _, before, node = heapq.heappop(queue)
        if node in settled:
            continue
        settled.add(node)
        ways.add((before, node) if is_forward else (node, before))
        for other, count in onward.get(node, ()):
            if other not in settled:
                heapq.heappush(queue, (max(width, -count), -count, node, other))
    return ways
