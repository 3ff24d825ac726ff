# SPDX-License-Identifier: Apache-2.0
"""The flow graph of one process or sub-process as the layout sees it.

Boundary events are no nodes of the graph: their flows leave their host. Cycles are cut at the flows that lead back in a
depth-first search from the starts, in document order. A column is the longest path from a start; what must also lie to
the left of a node comes from `rows`. Where branches meet again is the nearest node that all ways to the main end go
through (immediate post-dominator; Cooper, Harvey & Kennedy, "A Simple, Fast Dominance Algorithm"); branches that only
lead back, or to an end of their own, are left out of account.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from taktloom.model.identifiers import ElementId
from taktloom.model.process import AnyFlowNode, BoundaryEvent, SequenceFlow, StartEvent, UnsupportedNode

__all__ = ["FlowGraph", "Link", "columns_of", "host_of", "make_graph"]

Links = dict[ElementId, list["Link"]]


@dataclass(frozen=True, slots=True)
class Link:
    """A flow between nodes of the graph; *port* is the boundary event that it leaves, else the source."""

    flow: ElementId
    source: ElementId
    target: ElementId
    port: ElementId


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowGraph:
    """forward: links by source, without those that lead back; back: those, by target; meets: where branches meet.

    incoming: number of links without those that lead back; outgoing: of all, those of boundary events at their host.
    """

    order: tuple[ElementId, ...]
    forward: Links
    back: Links
    incoming: dict[ElementId, int]
    outgoing: dict[ElementId, int]
    meets: dict[ElementId, ElementId | None]
    live: frozenset[ElementId]
    roots: tuple[ElementId, ...]


def host_of(node: AnyFlowNode) -> ElementId | None:
    """The activity that a boundary event sits on; None for other nodes."""
    return node.attached_to if isinstance(node, BoundaryEvent | UnsupportedNode) else None


def make_graph(nodes: Sequence[AnyFlowNode], flows: Sequence[SequenceFlow]) -> FlowGraph:
    """The graph; flows that lead nowhere are left out."""
    ids = {node.id for node in nodes}
    hosts = {node.id: host for node in nodes if (host := host_of(node)) is not None and host in ids}
    order = tuple(node.id for node in nodes if node.id not in hosts)
    links = _links(flows, ids, hosts)
    by_source: Links = {node_id: [] for node_id in order}
    for link in links:
        by_source[link.source].append(link)
    starts = [node.id for node in nodes if isinstance(node, StartEvent)]
    topological, back_flows = _cut_cycles(order, by_source, starts)
    forward = {source: [link for link in found if link.flow not in back_flows] for source, found in by_source.items()}
    back: Links = {}
    incoming = dict.fromkeys(order, 0)
    for link in links:
        if link.flow in back_flows:
            back.setdefault(link.target, []).append(link)
        else:
            incoming[link.target] += 1
    live = _live(topological, forward, {link.source for found in back.values() for link in found})
    return FlowGraph(
        order=order,
        forward=forward,
        back=back,
        incoming=incoming,
        outgoing={source: len(found) for source, found in by_source.items()},
        meets=_post_dominators(topological, forward, live),
        live=live,
        roots=tuple(node_id for node_id in order if incoming[node_id] == 0),
    )


def _links(flows: Sequence[SequenceFlow], ids: set[ElementId], hosts: dict[ElementId, ElementId]) -> list[Link]:
    """Links in document order, those of boundary events after the others."""
    found = [
        Link(flow.id, hosts.get(flow.source, flow.source), hosts.get(flow.target, flow.target), flow.source)
        for flow in flows
        if flow.source in ids and flow.target in ids
    ]
    return sorted(found, key=lambda link: link.port in hosts)


def _cut_cycles(
    order: Sequence[ElementId], by_source: Links, starts: Sequence[ElementId]
) -> tuple[list[ElementId], set[ElementId]]:
    """Nodes in topological order of what is left, and the ids of the flows that lead back."""
    finished: list[ElementId] = []
    on_path: dict[ElementId, bool] = {}
    back: set[ElementId] = set()
    targets = {link.target for found in by_source.values() for link in found}
    for root in (*starts, *(node_id for node_id in order if node_id not in targets), *order):
        if root in on_path:
            continue
        on_path[root] = True
        path = [(root, iter(by_source[root]))]
        while path:
            node_id, links = path[-1]
            link = next(links, None)
            if link is None:
                on_path[node_id] = False
                finished.append(node_id)
                path.pop()
            elif on_path.get(link.target):
                back.add(link.flow)
            elif link.target not in on_path:
                on_path[link.target] = True
                path.append((link.target, iter(by_source[link.target])))
    return finished[::-1], back


def columns_of(graph: FlowGraph, before: Sequence[tuple[ElementId, ElementId]]) -> dict[ElementId, int]:
    """Column of each node, from 0. before: pairs of a node and one to the right of it, heeded where they can be."""
    following = {source: [link.target for link in links] for source, links in graph.forward.items()}
    columns = _longest_paths(following)
    if not before:
        return columns
    tighter = {source: list(targets) for source, targets in following.items()}
    for node_id, later in before:
        tighter[node_id].append(later)
    stretched = _longest_paths(tighter)
    return stretched if len(stretched) == len(columns) else columns


def _longest_paths(following: dict[ElementId, list[ElementId]]) -> dict[ElementId, int]:
    """Length of the longest path to each node; nodes on a cycle and behind it are missing."""
    missing = dict.fromkeys(following, 0)
    for targets in following.values():
        for target in targets:
            missing[target] += 1
    ready = [node_id for node_id, count in missing.items() if count == 0]
    found = dict.fromkeys(ready, 0)
    longest = dict.fromkeys(following, 0)
    while ready:
        node_id = ready.pop()
        found[node_id] = longest[node_id]
        for target in following[node_id]:
            longest[target] = max(longest[target], longest[node_id] + 1)
            missing[target] -= 1
            if missing[target] == 0:
                ready.append(target)
    return found


def _live(topological: Sequence[ElementId], forward: Links, leads_back: set[ElementId]) -> frozenset[ElementId]:
    """Nodes that lead on to the main end: the one farthest from the start on ways without boundary events."""
    depth = dict.fromkeys(topological, 0)
    for node_id in topological:
        for link in forward[node_id]:
            depth[link.target] = max(depth[link.target], depth[node_id] + 1)
    exceptional = _reached_by_boundaries(topological, forward)
    ends = [node_id for node_id in topological if not forward[node_id] and node_id not in leads_back]
    live = {max(ends, key=lambda node_id: (node_id not in exceptional, depth[node_id]))} if ends else set()
    for node_id in reversed(topological):
        if any(link.target in live for link in forward[node_id]):
            live.add(node_id)
    return frozenset(live)


def _reached_by_boundaries(topological: Sequence[ElementId], forward: Links) -> set[ElementId]:
    """Nodes that are reached through boundary events only."""
    regular: set[ElementId] = set()
    targets = {link.target for links in forward.values() for link in links}
    for node_id in topological:
        if node_id not in targets or node_id in regular:
            regular.add(node_id)
            regular.update(link.target for link in forward[node_id] if link.port == node_id)
    return set(topological) - regular


def _post_dominators(
    topological: Sequence[ElementId], forward: Links, live: frozenset[ElementId]
) -> dict[ElementId, ElementId | None]:
    """The nearest common node of all ways to an end; None where the ways meet only behind the ends."""
    nearest: dict[ElementId, ElementId | None] = {}
    depth: dict[ElementId | None, int] = {None: 0}
    for node_id in reversed(topological):
        every = [link.target for link in forward[node_id]]
        targets = [target for target in every if target in live] or every
        common: ElementId | None = targets[0] if targets else None
        for target in targets[1:]:
            other: ElementId | None = target
            while common is not None and other is not None and common != other:
                if depth[common] >= depth[other]:
                    common = nearest[common]
                else:
                    other = nearest[other]
            common = common if common == other else None
        nearest[node_id] = common
        depth[node_id] = depth[common] + 1
    return nearest
