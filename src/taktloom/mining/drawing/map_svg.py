# SPDX-License-Identifier: Apache-2.0
"""The process map as SVG: darker boxes are more frequent, thicker lines too; red lines are the slow ones.

The picture carries its own colours and no script, so that it looks alike everywhere. Text from the log is escaped.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import assert_never
from xml.sax.saxutils import escape

from taktloom.mining.drawing.layered import Box, Drawing, draw_layered
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
from taktloom.mining.statistics.directly_follows import ActivityNode, DirectlyFollowsGraph, Flow

BEGIN, END = "\x02", "\x03"


class MapMetric(StrEnum):
    """What the flows are labelled with."""

    FREQUENCY = "frequency"
    MEDIAN_TIME = "median-time"


def map_svg(graph: DirectlyFollowsGraph, *, metric: MapMetric = MapMetric.FREQUENCY) -> str:
    """The whole graph as an SVG document; `select_map` chooses a part of it."""
    flows = graph.flows
    texts = {node.activity: [*text_lines(node.activity), str(node.events)] for node in graph.nodes}
    sizes = {BEGIN: (20.0, 20.0), **{name: box_size(lines) for name, lines in texts.items()}, END: (20.0, 20.0)}
    begun = max((node.first_in for node in graph.nodes), default=0)
    ended = max((node.last_in for node in graph.nodes), default=0)
    first = [(BEGIN, node.activity) for node in graph.nodes if _is_gate(node.first_in, begun)]
    last = [(node.activity, END) for node in graph.nodes if _is_gate(node.last_in, ended)]
    drawing = draw_layered(sizes, [*first, *((flow.source, flow.target) for flow in flows), *last])
    slowest = max((flow.elapsed.median_s or 0.0 for flow in flows), default=0.0)
    busiest = max((flow.frequency for flow in flows), default=1)
    parts = [draw_head(drawing)]
    parts += [draw_line(drawing, edge, "#9aa4b2", 1.2) for edge in [*first, *last]]
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


def _is_gate(cases: int, most: int) -> bool:
    return cases > 0 and cases * 50 >= most


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
        return draw_loop(drawing.boxes[flow.source], label, colour, width)
    points = drawing.edges[flow.source, flow.target]
    x, y = middle_of(points)
    line = draw_line(drawing, (flow.source, flow.target), colour, width)
    title = escape(f"{flow.source} → {flow.target}")
    return f"<g><title>{title}</title>{line}{draw_label(x, y, label)}</g>"


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
