# SPDX-License-Identifier: Apache-2.0
"""Which part of a directly-follows graph a map shows, so that no part of the process hangs in the air."""

from collections import defaultdict
from collections.abc import Sequence

from taktloom.mining.statistics.directly_follows import DirectlyFollowsGraph, Flow

LEAST_BOUND = 24  # activities: a screen holds as many, however few were asked for


def select_map(graph: DirectlyFollowsGraph, *, activities: float, flows: float) -> DirectlyFollowsGraph:
    """The most frequent activities and, among them, flows; order kept. Shares are 0 … 1 of all there are.

    Whatever the shares, each activity shown keeps its most frequent way in and out. Where none of those it comes from
    or goes to is among the shown, the most frequent of them is shown too: else a rare step's neighbour would look like
    the end of the process. So many may be added as were asked for: in a wide process the ways of ways would else be
    all of it, and no screen can hold that.
    """
    asked = {node.activity for node in graph.nodes[: _part(len(graph.nodes), activities)]}
    names = _with_ways(graph, asked, most=max(2 * len(asked), LEAST_BOUND))
    among = [flow for flow in graph.flows if flow.source in names and flow.target in names]
    return DirectlyFollowsGraph(
        nodes=tuple(node for node in graph.nodes if node.activity in names), flows=tuple(flows_shown(among, flows))
    )


def flows_shown(flows: Sequence[Flow], share: float) -> list[Flow]:
    """The first *share* of flows (most frequent first), with the first into and out of each activity; order kept."""
    entered: set[str] = set()
    left: set[str] = set()
    shown = []
    for rank, flow in enumerate(flows):
        is_way = flow.source != flow.target and (flow.source not in left or flow.target not in entered)
        if rank < _part(len(flows), share) or is_way:
            shown.append(flow)
        if flow.source != flow.target:
            left.add(flow.source)
            entered.add(flow.target)
    return shown


def _with_ways(graph: DirectlyFollowsGraph, names: set[str], *, most: int) -> set[str]:
    begun = {node.activity: node.first_in for node in graph.nodes}
    ended = {node.activity: node.last_in for node in graph.nodes}
    strongest_in: dict[str, Flow] = {}
    strongest_out: dict[str, Flow] = {}
    targets: dict[str, set[str]] = defaultdict(set)
    sources: dict[str, set[str]] = defaultdict(set)
    for flow in graph.flows:
        if flow.source != flow.target:
            strongest_in.setdefault(flow.target, flow)
            strongest_out.setdefault(flow.source, flow)
            targets[flow.source].add(flow.target)
            sources[flow.target].add(flow.source)
    shown, fresh = set(names), set(names)
    while fresh:  # what was shown before has its ways, or needs none
        outward = [strongest_out[name] for name in fresh if name in targets and targets[name].isdisjoint(shown)]
        inward = [strongest_in[name] for name in fresh if name in sources and sources[name].isdisjoint(shown)]
        fresh = {flow.target for flow in outward if flow.frequency > ended[flow.source]}
        fresh |= {flow.source for flow in inward if flow.frequency > begun[flow.target]}
        if len(shown) + len(fresh) > most:
            frequent = [node.activity for node in graph.nodes if node.activity in fresh]
            return shown | set(frequent[: most - len(shown)])
        shown |= fresh
    return shown


def _part(count: int, share: float) -> int:
    return min(count, max(1, round(count * share)))
