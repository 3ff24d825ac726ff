# SPDX-License-Identifier: Apache-2.0
"""The directly-follows relation of a (sub)log in the miner's own coding, and its infrequency filter.

Activities are integers here, so that graphs of thousands of sublogs are cheap. An empty trace contributes nothing.
Source: Leemans, Fahland & van der Aalst, "Discovering Block-Structured Process Models from Event Logs Containing
Infrequent Behaviour", BPM Workshops 2013 (published 2014), section 3.1 (filter by the strongest outgoing edge).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from taktloom.mining.watching import heeding

CodedLog: TypeAlias = Mapping[tuple[int, ...], int]


@dataclass(frozen=True, slots=True)
class FollowsGraph:
    """alphabet: ascending codes. edges, starts, ends: counts of cases' steps, all > 0."""

    alphabet: tuple[int, ...]
    edges: Mapping[tuple[int, int], int]
    starts: Mapping[int, int]
    ends: Mapping[int, int]


def follows_graph(log: CodedLog) -> FollowsGraph:
    """Count what directly follows what, what starts and what ends a trace."""
    edges: Counter[tuple[int, int]] = Counter()
    starts: Counter[int] = Counter()
    ends: Counter[int] = Counter()
    alphabet: set[int] = set()
    for trace, count in heeding(log.items()):
        if not trace:
            continue
        alphabet.update(trace)
        starts[trace[0]] += count
        ends[trace[-1]] += count
        for pair in pairwise(trace):
            edges[pair] += count
    return FollowsGraph(tuple(sorted(alphabet)), edges, starts, ends)


def without_infrequent(graph: FollowsGraph, noise: float) -> FollowsGraph:
    """Keep an edge (or end) when it has at least *noise* times the count of its source's strongest one.

    Start activities are compared with the strongest start activity. The alphabet stays.
    """
    strongest: dict[int, int] = dict(graph.ends)
    for (source, _), count in graph.edges.items():
        strongest[source] = max(strongest.get(source, 0), count)
    first = max(graph.starts.values(), default=0)
    last = max(graph.ends.values(), default=0)
    return FollowsGraph(
        graph.alphabet,
        {edge: count for edge, count in graph.edges.items() if count >= noise * strongest[edge[0]]},
        {activity: count for activity, count in graph.starts.items() if count >= noise * first},
        {activity: count for activity, count in graph.ends.items() if count >= noise * last},
    )
