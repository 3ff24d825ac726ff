# SPDX-License-Identifier: Apache-2.0
"""From columns and rows to pixels: a column is as wide as its widest node or label, a row reaches as far up and down.

Between columns there is room for the label of a flow to the next column, above its line.
Lanes are bands one below the other, each with the rows that its nodes use; a node in no lane goes with the node before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from taktloom.formats.layout.graph import FlowGraph, Link, columns_of
from taktloom.formats.layout.rows import Rows
from taktloom.formats.layout.sizes import LINE_CLEARANCE, Extent, Size
from taktloom.model.identifiers import ElementId
from taktloom.model.process import Lane

__all__ = ["TURN", "Grid", "make_grid"]

COLUMN_GAP = 50.0
TURN = 20.0  # from a shape to where its line turns
ARROW = 14.0
ROW_GAP = 40.0
SHARED_GAP = 26.0  # part of the gap above a row that labels of flows may take
CHANNEL = 30.0  # height of a row that holds lines only
MARGIN = 40.0
LANE_HEAD = 30.0
LANE_HEIGHT = 120.0  # at least

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


@dataclass(slots=True)
class _Room:
    """What must fit: width of each column and of the gap behind it, reach of each row above and below its middle."""

    widths: dict[int, float] = field(default_factory=dict)
    gaps: dict[int, float] = field(default_factory=dict)
    ups: dict[Band, float] = field(default_factory=dict)
    downs: dict[Band, float] = field(default_factory=dict)

    def add_column(self, column: int, width: float) -> None:
        self.widths[column] = max(self.widths.get(column, 0.0), width)

    def add_gap(self, column: int, width: float) -> None:
        self.gaps[column] = max(self.gaps.get(column, COLUMN_GAP), width)

    def add_row(self, band: Band, up: float, down: float) -> None:
        self.ups[band] = max(self.ups.get(band, 0.0), up)
        self.downs[band] = max(self.downs.get(band, 0.0), down)


def make_grid(
    graph: FlowGraph,
    rows: Rows,
    extents: Mapping[ElementId, Extent],
    labels: Mapping[ElementId, Size],
    lanes: Sequence[Lane],
) -> Grid:
    """Pixels from (0, 0). labels: sizes of the names of flows."""
    columns = columns_of(graph, rows.before)
    lane_of = _lanes_of_nodes(graph, columns, lanes)
    room = _Room()
    for node in graph.order:
        extent = extents[node]
        room.add_column(columns[node], extent.width)
        room.add_row((lane_of.get(node, 0), rows.nodes[node]), extent.up, extent.down)
    for link in _all_links(graph):
        _add_link(room, link, columns, _bands_of(link, rows, lane_of), labels.get(link.flow))
    x: dict[int, float] = {}
    edge = MARGIN + (LANE_HEAD if lanes else 0.0)
    gap = 0.0
    for column in sorted(room.widths):
        edge += gap
        x[column] = edge + room.widths[column] / 2
        edge += room.widths[column]
        gap = room.gaps.get(column, COLUMN_GAP)
    y, bands, height = _stack(room, max(len(lanes), 1))
    return Grid(x=x, y=y, bands=bands, width=edge + MARGIN, height=height, columns=columns, lane_of=lane_of)


def _bands_of(link: Link, rows: Rows, lane_of: dict[ElementId, int]) -> list[Band]:
    """The rows that the line of the flow may run along."""
    if link.flow in rows.channels:
        return [(lane_of.get(link.source, 0), rows.channels[link.flow])]
    return [(lane_of.get(node, 0), rows.nodes[node]) for node in (link.source, link.target)]


def _add_link(room: _Room, link: Link, columns: dict[ElementId, int], bands: list[Band], label: Size | None) -> None:
    for band in bands:
        room.add_row(band, CHANNEL / 2, CHANNEL / 2)
    if label is None:
        return
    width, height = label
    first, last = sorted((columns[link.source], columns[link.target]))
    if last - first <= 1:
        room.add_gap(first, TURN + width + ARROW)
    for band in bands:
        room.add_row(band, height + 2 * LINE_CLEARANCE - SHARED_GAP, 0.0)


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


def _stack(room: _Room, lane_count: int) -> tuple[dict[Band, float], tuple[tuple[float, float], ...], float]:
    """Middles of the rows lane by lane, the lanes' tops and heights, and the whole height."""
    y: dict[Band, float] = {}
    bands: list[tuple[float, float]] = []
    top = 0.0
    for lane in range(lane_count):
        edge = top + MARGIN
        for band in sorted(band for band in room.ups if band[0] == lane):
            y[band] = edge + room.ups[band]
            edge = y[band] + room.downs[band] + ROW_GAP
        bottom = max(edge - ROW_GAP + MARGIN, top + LANE_HEIGHT)
        bands.append((top, bottom - top))
        top = bottom
    return y, tuple(bands), top
