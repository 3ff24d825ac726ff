# SPDX-License-Identifier: Apache-2.0
"""Rows: each branch of a split gets rows of its own below the branches before it, up to where the branches meet again.

A flow that has no node of its own between split and meeting point, and a flow that leads back, gets a row as a channel
for its line. On block-structured models no two lines cross then.
"""

from dataclasses import dataclass, field

from taktloom.formats.layout.graph import FlowGraph, Link, columns_of
from taktloom.model.identifiers import ElementId

__all__ = ["Rows", "place_rows", "stacked_links"]

MAX_DEPTH = 100  # splits within splits; deeper ones are drawn, but no longer tidily


@dataclass(slots=True)
class Rows:
    """nodes: row of each node. channels: row of the flows that run beside the nodes.

    before: ends of branches, and where the other branches meet: to the right of them, so that no line to the meeting
    point runs through them.
    """

    nodes: dict[ElementId, int] = field(default_factory=dict)
    channels: dict[ElementId, int] = field(default_factory=dict)
    before: list[tuple[ElementId, ElementId]] = field(default_factory=list)


@dataclass(slots=True)
class _Sequence:
    """Nodes one after the other in a row: per position the node with all of its block, and the first free row below."""

    members: list[list[ElementId]] = field(default_factory=list)
    bottoms: list[int] = field(default_factory=list)

    def add(self, block: list[ElementId], bottom: int) -> None:
        self.members.append(block)
        self.bottoms.append(bottom)


def place_rows(graph: FlowGraph) -> Rows:
    """Rows of everything, from 0."""
    rows = Rows()
    bottom = 0
    depths = columns_of(graph, ())
    for root in (*graph.roots, *graph.order):
        if root not in rows.nodes:
            bottom, _ = _Placing(graph, rows, depths).sequence(root, bottom, None, 0)
    return rows


@dataclass(slots=True)
class _Placing:
    graph: FlowGraph
    rows: Rows
    depths: dict[ElementId, int]

    def sequence(self, first: ElementId, row: int, stop: ElementId | None, depth: int) -> tuple[int, list[ElementId]]:
        """Place nodes from *first* until *stop*; the first free row below, and all nodes placed."""
        sequence = _Sequence()
        current: ElementId | None = first
        while current is not None and current != stop and current not in self.rows.nodes:
            self.rows.nodes[current] = row
            links = stacked_links(self.graph, current)
            if len(links) <= 1:
                sequence.add([current], row + 1)
                current = links[0].target if links else None
                continue
            meeting = self.graph.meets[current]
            placed: list[ElementId] = [current]
            bottom = row
            for link in links:
                bottom = self._branch(link, bottom, meeting, depth, placed)
            sequence.add(placed, max(bottom, row + 1))
            if meeting is not None:
                self.rows.before.extend((node, meeting) for node in placed if not self.graph.forward[node])
            current = meeting
        self._back_links(sequence)
        return max(sequence.bottoms, default=row), [node for block in sequence.members for node in block]

    def _branch(self, link: Link, row: int, meeting: ElementId | None, depth: int, placed: list[ElementId]) -> int:
        """Place one branch from *row* on; the first free row below it."""
        if link.target == meeting or link.target in self.rows.nodes or depth >= MAX_DEPTH:
            self.rows.channels[link.flow] = row
            return row + 1
        bottom, inner = self.sequence(link.target, row, meeting, depth + 1)
        placed.extend(inner)
        return bottom

    def _back_links(self, sequence: _Sequence) -> None:
        """Channels below the blocks that a flow leads back over, shorter ones above longer ones.

        Of those that lead back over the same blocks, the one from farther left lies above: the line down to a channel
        then does not cross the other one.
        """
        position = {node: index for index, block in enumerate(sequence.members) for node in block}
        spans = []
        for index, block in enumerate(sequence.members):
            for link in self.graph.back.get(block[0], ()):
                if link.source in position:
                    spans.append((position[link.source] - index, index, self.depths[link.source], link))
        for length, start, _, link in sorted(spans, key=lambda span: span[:3]):
            low, high = min(start, start + length), max(start, start + length)
            channel = max(sequence.bottoms[low : high + 1])
            self.rows.channels[link.flow] = channel
            for index in range(low, high + 1):
                sequence.bottoms[index] = channel + 1


def stacked_links(graph: FlowGraph, node: ElementId) -> list[Link]:
    """Links of the node from top to bottom: those to the main end, the others, those of boundary events."""
    return sorted(graph.forward[node], key=lambda link: (link.port != node, link.target not in graph.live))
