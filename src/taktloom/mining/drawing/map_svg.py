# SPDX-License-Identifier: Apache-2.0
"""The process map as SVG: darker boxes are more frequent, thicker lines too; red lines are the slow ones.

The picture carries its own colours and no script, so that it looks alike everywhere. Text from the log is escaped.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import assert_never
from xml.sax.saxutils import escape, quoteattr

from taktloom.mining.drawing.layered import Box, Drawing, draw_layered
from taktloom.mining.statistics.directly_follows import ActivityNode, DirectlyFollowsGraph, Flow

BOX_HEIGHT, LINE_HEIGHT, CHARACTER_WIDTH = 30.0, 16.0, 7.2
LONGEST_LINE = 26
BEGIN, END = "\x02", "\x03"


class MapMetric(StrEnum):
    """What the flows are labelled with."""

    FREQUENCY = "frequency"
    MEDIAN_TIME = "median-time"


def map_svg(graph: DirectlyFollowsGraph, *, metric: MapMetric = MapMetric.FREQUENCY, detail: float = 0.4) -> str:
    """The map as an SVG document; *detail* 0 … 1 is the share of flows shown beside each activity's strongest ones."""
    flows = select_flows(graph, detail)
    texts = {node.activity: [*_lines(node.activity), str(node.events)] for node in graph.nodes}
    sizes = {BEGIN: (20.0, 20.0), **{name: _size(lines) for name, lines in texts.items()}, END: (20.0, 20.0)}
    first = [(BEGIN, node.activity) for node in graph.nodes if _is_gate(node.first_in, graph, "first_in")]
    last = [(node.activity, END) for node in graph.nodes if _is_gate(node.last_in, graph, "last_in")]
    drawing = draw_layered(sizes, [*first, *((flow.source, flow.target) for flow in flows), *last])
    slowest = max((flow.elapsed.median_s or 0.0 for flow in flows), default=0.0)
    busiest = max((flow.frequency for flow in flows), default=1)
    parts = [_head(drawing)]
    parts += [_line(drawing, edge, "#9aa4b2", 1.2) for edge in [*first, *last]]
    for flow in flows:
        parts.append(_flow(drawing, flow, metric, _Scale(busiest, slowest)))
    most = max((node.events for node in graph.nodes), default=1)
    parts += [_activity(drawing.boxes[node.activity], texts[node.activity], node, most) for node in graph.nodes]
    parts += [_circle(drawing.boxes[BEGIN], "#16a34a"), _circle(drawing.boxes[END], "#dc2626"), "</svg>\n"]
    return "\n".join(parts)


class _Scale:
    """The largest values, for widths and colours."""

    def __init__(self, busiest: int, slowest_s: float) -> None:
        self.busiest, self.slowest_s = max(1, busiest), slowest_s

    def width(self, frequency: int) -> float:
        return 1.0 + 4.0 * frequency / self.busiest

    def colour(self, elapsed_s: float | None) -> str:
        """Slate, or red from half of the slowest median on."""
        is_slow = elapsed_s is not None and self.slowest_s > 0 and elapsed_s >= self.slowest_s / 2
        return "#dc2626" if is_slow else "#64748b"


def select_flows(graph: DirectlyFollowsGraph, detail: float) -> tuple[Flow, ...]:
    """The strongest flow into and out of every activity, and the most frequent *detail* of all flows."""
    kept: dict[tuple[str, str], Flow] = {}
    entered: set[str] = set()
    left: set[str] = set()
    limit = round(len(graph.flows) * min(1.0, max(0.0, detail)))
    for rank, flow in enumerate(graph.flows):
        is_strongest = flow.source != flow.target and (flow.source not in left or flow.target not in entered)
        if is_strongest or rank < limit:
            kept[flow.source, flow.target] = flow
        if flow.source != flow.target:
            left.add(flow.source)
            entered.add(flow.target)
    return tuple(kept.values())


def _is_gate(cases: int, graph: DirectlyFollowsGraph, name: str) -> bool:
    most = max((getattr(node, name) for node in graph.nodes), default=0)
    return cases > 0 and cases * 50 >= most


def _lines(text: str) -> list[str]:
    """At most two lines, cut with an ellipsis; wide characters count twice."""
    lines = [""]
    for word in text.split(" "):
        candidate = f"{lines[-1]} {word}".strip()
        if _columns(candidate) <= LONGEST_LINE or not lines[-1]:
            lines[-1] = candidate
        else:
            lines.append(word)
    if len(lines) > 2:
        lines = [lines[0], lines[1] + " …"]
    return [_cut(line) for line in lines]


def _cut(line: str) -> str:
    while _columns(line) > LONGEST_LINE + 2:
        line = line[:-2] + "…"
    return line


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _size(lines: Sequence[str]) -> tuple[float, float]:
    return max(map(_columns, lines)) * CHARACTER_WIDTH + 24, BOX_HEIGHT + LINE_HEIGHT * (len(lines) - 1)


def _head(drawing: Drawing) -> str:
    width, height = round(drawing.width), round(drawing.height)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="Inter, Noto Sans CJK SC, Microsoft YaHei, sans-serif" font-size="12">\n'
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 8 4 0 8z" fill="#475569"/></marker></defs>\n'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
    )


def _flow(drawing: Drawing, flow: Flow, metric: MapMetric, scale: _Scale) -> str:
    match metric:
        case MapMetric.FREQUENCY:
            label = str(flow.frequency)
        case MapMetric.MEDIAN_TIME:
            label = duration_text(flow.elapsed.median_s or 0.0)
        case _:
            assert_never(metric)
    colour, width = scale.colour(flow.elapsed.median_s), scale.width(flow.frequency)
    if flow.source == flow.target:
        return _loop(drawing.boxes[flow.source], label, colour, width)
    points = drawing.edges[flow.source, flow.target]
    x, y = _middle(points)
    line = _line(drawing, (flow.source, flow.target), colour, width)
    title = escape(f"{flow.source} → {flow.target}")
    return f"<g><title>{title}</title>{line}{_label(x, y, label)}</g>"


def _line(drawing: Drawing, edge: tuple[str, str], colour: str, width: float) -> str:
    points = drawing.edges[edge]
    path = f"M{points[0][0]:.0f} {points[0][1]:.0f}"
    for (x0, y0), (x1, y1) in pairwise(points):
        middle = (y0 + y1) / 2
        path += f" C{x0:.0f} {middle:.0f} {x1:.0f} {middle:.0f} {x1:.0f} {y1:.0f}"
    return (
        f'<path d={quoteattr(path)} fill="none" stroke="{colour}" stroke-width="{width:.1f}" '
        'stroke-opacity="0.8" marker-end="url(#arrow)"/>'
    )


def _loop(box: Box, label: str, colour: str, width: float) -> str:
    right, top, bottom = box.x + box.width / 2, box.y + box.height * 0.3, box.y + box.height * 0.7
    far = right + 30
    path = f"M{right:.0f} {top:.0f} C{far:.0f} {top - 8:.0f} {far:.0f} {bottom + 8:.0f} {right:.0f} {bottom:.0f}"
    line = f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width:.1f}" marker-end="url(#arrow)"/>'
    return line + _label(right + 26, (top + bottom) / 2, label)


def _middle(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    if len(points) % 2:
        return points[len(points) // 2]
    (x0, y0), (x1, y1) = points[len(points) // 2 - 1], points[len(points) // 2]
    return (x0 + x1) / 2, (y0 + y1) / 2


def _label(x: float, y: float, text: str) -> str:
    return (
        f'<text x="{x:.0f}" y="{y + 4:.0f}" text-anchor="middle" font-size="11" fill="#1e293b" stroke="#ffffff" '
        f'stroke-width="3" paint-order="stroke">{escape(text)}</text>'
    )


def _activity(box: Box, lines: Sequence[str], node: ActivityNode, most: int) -> str:
    share = node.events / max(1, most)
    shade = round(255 - 90 * share)
    left = box.x - box.width / 2
    rows = "".join(
        f'<text x="{box.x:.0f}" y="{box.y + 19 + index * LINE_HEIGHT:.0f}" text-anchor="middle" '
        f'fill="{"#475569" if index == len(lines) - 1 else "#0f172a"}">{escape(line)}</text>'
        for index, line in enumerate(lines)
    )
    return (
        f"<g><title>{escape(node.activity)}</title>"
        f'<rect x="{left:.0f}" y="{box.y:.0f}" width="{box.width:.0f}" height="{box.height:.0f}" rx="6" '
        f'fill="rgb({shade},{min(255, shade + 35)},255)" stroke="#334155"/>{rows}</g>'
    )


def _circle(box: Box, colour: str) -> str:
    centre = f'cx="{box.x:.0f}" cy="{box.y + box.height / 2:.0f}"'
    return f'<circle {centre} r="9" fill="#ffffff" stroke="{colour}" stroke-width="3"/>'


UNITS: Mapping[str, float] = {"d": 86_400, "h": 3_600, "min": 60, "s": 1}


def duration_text(seconds: float) -> str:
    """Two significant figures in the largest unit that is at least one: `3.2 d`, `45 min`."""
    for unit, length in UNITS.items():
        if seconds >= length:
            value = seconds / length
            return f"{value:.0f} {unit}" if value >= 10 else f"{value:.1f} {unit}"
    return f"{seconds * 1000:.0f} ms"
