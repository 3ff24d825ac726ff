# SPDX-License-Identifier: Apache-2.0
"""Any weighted directed graph as SVG: boxes in groups of colours, thicker lines for greater weights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from taktloom.mining.drawing.layered import Box, draw_layered
from taktloom.mining.drawing.shapes import (
    LINE_HEIGHT,
    box_size,
    draw_head,
    draw_label,
    draw_line,
    draw_loop,
    middle_of,
    text_lines,
)

# Colour-blind safe: Okabe & Ito, 2008.
GROUP_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a6d00", "#444444")


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphNode:
    """name: unique. lines: further texts under it. group: which colour; is_round: a circle without text."""

    name: str
    label: str
    lines: tuple[str, ...] = ()
    group: int = 0
    is_round: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphEdge:
    """weight: thickness, > 0. group: which colour."""

    source: str
    target: str
    weight: float
    label: str = ""
    group: int = -1


def graph_svg(nodes: Sequence[GraphNode], edges: Sequence[GraphEdge], *, legend: Sequence[str] = ()) -> str:
    """The graph as an SVG document; edges most important first. legend: names of the groups, in their order.

    Two edges with the same ends share a line; their labels stand together.
    """
    texts = {node.name: [*text_lines(node.label), *node.lines] for node in nodes}
    sizes = {node.name: (22.0, 22.0) if node.is_round else box_size(texts[node.name]) for node in nodes}
    joined = _joined(edges)
    drawing = draw_layered(sizes, list(joined))
    most = max((sum(each.weight for each in group) for group in joined.values()), default=1.0)
    parts = [draw_head(drawing)]
    for ends, group in joined.items():
        width = 1.0 + 4.0 * sum(each.weight for each in group) / most
        colour = _colour(group[0].group)
        label = " / ".join(each.label for each in group if each.label)
        if ends[0] == ends[1]:
            parts.append(draw_loop(drawing.boxes[ends[0]], label, colour, width))
            continue
        x, y = middle_of(drawing.edges[ends])
        title = f"<title>{escape(f'{ends[0]} → {ends[1]}')}</title>"
        shown = draw_label(x, y, label) if label else ""
        parts.append(f"<g>{title}{draw_line(drawing, ends, colour, width)}{shown}</g>")
    parts += [_node(drawing.boxes[node.name], node, texts[node.name]) for node in nodes]
    parts += [
        f'<text x="8" y="{14 + 15 * number}" fill="{_colour(number)}">{escape(text)}</text>'
        for number, text in enumerate(legend)
    ]
    return "\n".join([*parts, "</svg>\n"])


def _joined(edges: Sequence[GraphEdge]) -> Mapping[tuple[str, str], list[GraphEdge]]:
    joined: dict[tuple[str, str], list[GraphEdge]] = {}
    for edge in edges:
        joined.setdefault((edge.source, edge.target), []).append(edge)
    return joined


def _colour(group: int) -> str:
    return "#64748b" if group < 0 else GROUP_COLOURS[group % len(GROUP_COLOURS)]


def _node(box: Box, node: GraphNode, lines: Sequence[str]) -> str:
    colour = _colour(node.group)
    title = f"<title>{escape(node.label)}</title>"
    if node.is_round:
        centre = f'cx="{box.x:.0f}" cy="{box.y + box.height / 2:.0f}"'
        return f'<g>{title}<circle {centre} r="10" fill="#ffffff" stroke="{colour}" stroke-width="2"/></g>'
    rows = "".join(
        f'<text x="{box.x:.0f}" y="{box.y + 19 + index * LINE_HEIGHT:.0f}" text-anchor="middle" fill="#0f172a">'
        f"{escape(each)}</text>"
        for index, each in enumerate(lines)
    )
    return (
        f'<g>{title}<rect x="{box.x - box.width / 2:.0f}" y="{box.y:.0f}" width="{box.width:.0f}" '
        f'height="{box.height:.0f}" rx="6" fill="#ffffff" stroke="{colour}" stroke-width="2"/>{rows}</g>'
    )
