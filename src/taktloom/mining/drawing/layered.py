# SPDX-License-Identifier: Apache-2.0
"""Layered drawing of a directed graph: layers top to bottom, flows down, returning flows up at their own bends.

Steps as in Sugiyama, Tagawa & Toda (1981): make acyclic (a depth-first walk in order of weight turns back edges), layer
by longest path, put a bend into every layer that an edge crosses, order layers by the median of neighbours (Eades &
Wormald 1994), place. Everything is in the order given, so equal input gives equal pictures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from taktloom.model.errors import LimitExceededError

SWEEPS = 8
MOST_PLACES = 200_000  # some seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A node's place: centre x, top y, width and height in pixels."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Boxes by node, the points of each edge from source to target, and the size of the whole."""

    boxes: Mapping[str, Box]
    edges: Mapping[tuple[str, str], tuple[tuple[float, float], ...]]
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Spacing:
    """Pixels between neighbours in a layer, between layers, and around the whole; the width of a bend."""

    across: float = 36
    between: float = 64
    margin: float = 24
    bend: float = 18


Node = tuple[str, int]  # a node and 0, or an edge's name and the number of its bend


def draw_layered(
    sizes: Mapping[str, tuple[float, float]],
    edges: Sequence[tuple[str, str]],
    spacing: Spacing | None = None,
) -> Drawing:
    """Place nodes of the given (width, height); edges most important first, self loops allowed.

    Raises DrawingTooLargeError where nodes, edges and the bends of edges are more than 200,000.
    """
    space = spacing or Spacing()
    _require_drawable(len(sizes) + len(edges))
    plain = [edge for edge in edges if edge[0] != edge[1]]
    turned = _back_edges(list(sizes), plain)
    down = {edge: (edge[1], edge[0]) if edge in turned else edge for edge in plain}
    layer = _layers(list(sizes), list(down.values()))
    _require_drawable(len(sizes) + sum(layer[lower] - layer[upper] for upper, lower in down.values()))
    rows, chains = _bends(sizes, down, layer)
    _order(rows, chains)
    places = _place(rows, sizes, space)
    return _finish(places, sizes, chains, turned, space)


class DrawingTooLargeError(LimitExceededError):
    """A picture of so much would show nobody anything, and take minutes."""

    code = "TL-2165"


def _require_drawable(places: int) -> None:
    if places > MOST_PLACES:
        raise DrawingTooLargeError(
            f"The picture has {places} nodes, lines and bends, more than {MOST_PLACES}.",
            remedy="Show a smaller share of the activities and flows, or filter the log.",
            parameters={"places": str(places), "most": str(MOST_PLACES)},
        )


def _back_edges(nodes: list[str], edges: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Edges that close a cycle in a depth-first walk from the first nodes on."""
    outgoing: dict[str, list[str]] = {node: [] for node in nodes}
    for source, target in edges:
        outgoing[source].append(target)
    state: dict[str, int] = {}
    back: set[tuple[str, str]] = set()
    for root in nodes:
        if root in state:
            continue
        state[root] = 1
        stack = [(root, iter(outgoing[root]))]
        while stack:
            node, targets = stack[-1]
            target = next(targets, "")
            if not target:
                state[node] = 2
                stack.pop()
            elif target not in state:
                state[target] = 1
                stack.append((target, iter(outgoing[target])))
            elif state[target] == 1:
                back.add((node, target))
    return back


def _layers(nodes: list[str], edges: list[tuple[str, str]]) -> dict[str, int]:
    """Longest path from a node without incoming edge; the edges are acyclic."""
    incoming = dict.fromkeys(nodes, 0)
    outgoing: dict[str, list[str]] = {node: [] for node in nodes}
    for source, target in edges:
        incoming[target] += 1
        outgoing[source].append(target)
    layer = dict.fromkeys(nodes, 0)
    ready = [node for node in nodes if incoming[node] == 0]
    while ready:
        node = ready.pop()
        for target in outgoing[node]:
            layer[target] = max(layer[target], layer[node] + 1)
            incoming[target] -= 1
            if incoming[target] == 0:
                ready.append(target)
    return layer


def _bends(
    sizes: Mapping[str, tuple[float, float]],
    down: Mapping[tuple[str, str], tuple[str, str]],
    layer: Mapping[str, int],
) -> tuple[list[list[Node]], dict[tuple[str, str], list[Node]]]:
    """Rows of nodes and bends, and per edge the chain from its upper to its lower end."""
    rows: list[list[Node]] = [[] for _ in range(max(layer.values(), default=0) + 1)]
    for node in sizes:
        rows[layer[node]].append((node, 0))
    chains = {}
    for edge, (upper, lower) in down.items():
        chain: list[Node] = [(upper, 0)]
        for level in range(layer[upper] + 1, layer[lower]):
            bend = (f"{edge[0]}\x1f{edge[1]}", level)
            rows[level].append(bend)
            chain.append(bend)
        chains[edge] = [*chain, (lower, 0)]
    return rows, chains


def _order(rows: list[list[Node]], chains: Mapping[tuple[str, str], list[Node]]) -> None:
    above: dict[Node, list[Node]] = {}
    below: dict[Node, list[Node]] = {}
    for chain in chains.values():
        for upper, lower in pairwise(chain):
            above.setdefault(lower, []).append(upper)
            below.setdefault(upper, []).append(lower)
    for sweep in range(SWEEPS):
        neighbours = above if sweep % 2 == 0 else below
        sequence = range(1, len(rows)) if sweep % 2 == 0 else range(len(rows) - 2, -1, -1)
        for index in sequence:
            fixed = rows[index - 1] if sweep % 2 == 0 else rows[index + 1]
            position = {node: place for place, node in enumerate(fixed)}
            current = {node: place for place, node in enumerate(rows[index])}
            rows[index].sort(
                key=lambda node: (_median(neighbours.get(node, []), position, current[node]), current[node])
            )


def _median(neighbours: Sequence[Node], position: Mapping[Node, int], own: int) -> float:
    places = sorted(position[node] for node in neighbours if node in position)
    if not places:
        return float(own)
    middle = len(places) // 2
    return float(places[middle]) if len(places) % 2 else (places[middle - 1] + places[middle]) / 2


def _place(rows: list[list[Node]], sizes: Mapping[str, tuple[float, float]], space: Spacing) -> dict[Node, Box]:
    """Centres: each row packed from the left, the row centred on the widest."""

    def size(node: Node) -> tuple[float, float]:
        return sizes.get(node[0], (space.bend, 0.0))

    widths = [sum(size(node)[0] for node in row) + space.across * max(0, len(row) - 1) for row in rows]
    widest, y = max(widths, default=0.0), space.margin
    places: dict[Node, Box] = {}
    for row, width in zip(rows, widths, strict=True):
        x = space.margin + (widest - width) / 2
        height = max((size(node)[1] for node in row), default=0.0)
        for node in row:
            own_width, own_height = size(node)
            places[node] = Box(x=x + own_width / 2, y=y + (height - own_height) / 2, width=own_width, height=own_height)
            x += own_width + space.across
        y += height + space.between
    return places


def _finish(
    places: Mapping[Node, Box],
    sizes: Mapping[str, tuple[float, float]],
    chains: Mapping[tuple[str, str], list[Node]],
    turned: set[tuple[str, str]],
    space: Spacing,
) -> Drawing:
    edges = {}
    for edge, chain in chains.items():
        boxes = [places[node] for node in chain]
        points = [(boxes[0].x, boxes[0].y + boxes[0].height)]
        points += [(box.x, box.y) for box in boxes[1:-1]]
        points.append((boxes[-1].x, boxes[-1].y))
        edges[edge] = tuple(reversed(points)) if edge in turned else tuple(points)
    boxes_of = {node: places[node, 0] for node in sizes}
    width = max((box.x + box.width / 2 for box in places.values()), default=0.0) + space.margin
    height = max((box.y + box.height for box in places.values()), default=0.0) + space.margin
    return Drawing(boxes=boxes_of, edges=edges, width=width + space.margin, height=height)
