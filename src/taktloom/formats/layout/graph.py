# SPDX-License-Identifier: Apache-2.0
"""The flow graph of one process or sub-process as the layout sees it.

Boundary events are no nodes of the graph: their flows leave their host. Cycles are cut at the flows that lead back in a
depth-first search from the starts, in document order. A column is the longest path from a start. Where branches meet
again is the nearest node that all ways to an end go through (immediate post-dominator; Cooper, Harvey & Kennedy, "A
Simple, Fast Dominance Algorithm"); branches that only lead back are left out of account.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from taktloom.model.identifiers import ElementId
from taktloom.model.process import AnyFlowNode, BoundaryEvent, SequenceFlow, StartEvent, UnsupportedNode

__all__ = ["FlowGraph", "Link", "host_of", "make_graph"]

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
    """forward: links by source, without those that lead back; back: those, by target; meets: where branches meet."""

    order: tuple[ElementId, ...]
    forward: Links
    back: Links
    incoming: dict[ElementId, int]
    columns: dict[ElementId, int]
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
        columns=_columns(topological, forward),
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


def _columns(topological: Sequence[ElementId], forward: Links) -> dict[ElementId, int]:
    columns = dict.fromkeys(topological, 0)
    for node_id in topological:
        for link in forward[node_id]:
            columns[link.target] = max(columns[link.target], columns[node_id] + 1)
    return columns


def _live(topological: Sequence[ElementId], forward: Links, leads_back: set[ElementId]) -> frozenset[ElementId]:
    """Nodes from which an end can be reached without going back."""
    live: set[ElementId] = set()
    for node_id in reversed(topological):
        links = forward[node_id]
        is_end = not links and node_id not in leads_back
        if is_end or any(link.target in live for link in links):
            live.add(node_id)
    return frozenset(live)


def _post_dominators(
    topological: Sequence[ElementId], forward: Links, live: frozenset[ElementId]
) -> dict[ElementId, ElementId | None]:
    """The nearest common node of all ways to an end; None where the ways meet only behind the ends."""
    nearest: dict[ElementId, ElementId | None] = {}
    depth: dict[ElementId | None, int] = {None: 0}
    for node_id in reversed(topological):
        targets: list[ElementId] = [link.target for link in forward[node_id] if link.target in live]
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
