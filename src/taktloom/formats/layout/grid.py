# SPDX-License-Identifier: Apache-2.0
"""From columns and rows to pixels: the width of a column and the height of a row follow their largest shape.

Lanes are bands one below the other, each with the rows that its nodes use; a node in no lane goes with the node before.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from taktloom.formats.layout.graph import FlowGraph, Link, columns_of
from taktloom.formats.layout.rows import Rows
from taktloom.model.identifiers import ElementId
from taktloom.model.process import Lane

__all__ = ["COLUMN_GAP", "MARGIN", "Grid", "Size", "make_grid"]

COLUMN_GAP = 60.0
ROW_GAP = 40.0
CHANNEL = 30.0  # height of a row that holds lines only
MARGIN = 40.0
LANE_HEAD = 30.0
LANE_HEIGHT = 120.0  # at least

Size = tuple[float, float]
Band = tuple[int, int]  # number of the lane, row


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """x: middle of each column. y: middle of each row in its lane. bands: top and height of each lane."""

    x: dict[int, float]
    y: dict[Band, float]
    bands: tuple[tuple[float, float], ...]
    width: float
    height: float
    columns: dict[ElementId, int]
    lane_of: dict[ElementId, int]

    def height_of(self, node: ElementId, row: int) -> float:
        """Middle of the row in the lane of the node."""
        return self.y[self.lane_of.get(node, 0), row]


def make_grid(graph: FlowGraph, rows: Rows, sizes: dict[ElementId, Size], lanes: Sequence[Lane]) -> Grid:
    """Pixels from (0, 0)."""
    columns = columns_of(graph, rows.before)
    lane_of = _lanes_of_nodes(graph, columns, lanes)
    widths: dict[int, float] = {}
    heights: dict[Band, float] = {}
    for node in graph.order:
        column, band = columns[node], (lane_of.get(node, 0), rows.nodes[node])
        widths[column] = max(widths.get(column, 0.0), sizes[node][0])
        heights[band] = max(heights.get(band, 0.0), sizes[node][1])
    for link in _all_links(graph):
        if link.flow in rows.channels:
            heights.setdefault((lane_of.get(link.source, 0), rows.channels[link.flow]), CHANNEL)
    x: dict[int, float] = {}
    edge = MARGIN + (LANE_HEAD if lanes else 0.0)
    for column in sorted(widths):
        x[column] = edge + widths[column] / 2
        edge += widths[column] + COLUMN_GAP
    y, bands, height = _stack(heights, max(len(lanes), 1))
    return Grid(
        x=x, y=y, bands=bands, width=edge - COLUMN_GAP + MARGIN, height=height, columns=columns, lane_of=lane_of
    )


def _lanes_of_nodes(graph: FlowGraph, columns: dict[ElementId, int], lanes: Sequence[Lane]) -> dict[ElementId, int]:
    found = {node: number for number, lane in enumerate(lanes) for node in lane.nodes}
    named = frozenset(found)
    for node in sorted(graph.order, key=lambda node: columns[node]):
        found.setdefault(node, 0)
        for link in graph.forward[node]:
            if link.target not in named:
                found.setdefault(link.target, found[node])
    return found


def _all_links(graph: FlowGraph) -> list[Link]:
    return [link for links in (*graph.forward.values(), *graph.back.values()) for link in links]


def _stack(
    heights: dict[Band, float], lane_count: int
) -> tuple[dict[Band, float], tuple[tuple[float, float], ...], float]:
    """Middles of the rows lane by lane, the lanes' tops and heights, and the whole height."""
    y: dict[Band, float] = {}
    bands: list[tuple[float, float]] = []
    top = 0.0
    for lane in range(lane_count):
        edge = top + MARGIN
        for band in sorted(band for band in heights if band[0] == lane):
            y[band] = edge + heights[band] / 2
            edge += heights[band] + ROW_GAP
        bottom = max(edge - ROW_GAP + MARGIN, top + LANE_HEIGHT)
        bands.append((top, bottom - top))
        top = bottom
    return y, tuple(bands), top
