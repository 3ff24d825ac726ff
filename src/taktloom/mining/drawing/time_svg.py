# SPDX-License-Identifier: Apache-2.0
"""Performance spectrum, dotted chart and bars as SVG; numbers only come from the data, texts are escaped."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

from taktloom.mining.performance.spectrum import DottedChart, Segment

WIDTH, MARGIN, BAND, LABEL = 1200, 20, 70, 240
# Colour-blind safe: Okabe & Ito, 2008; from fast to slow.
CLASSES = ("#56b4e9", "#009e73", "#e69f00", "#d55e00")
PALETTE = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#000000")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def spectrum_svg(segments: Sequence[Segment]) -> str:
    """One band per segment; a line from each begin (above) to its end (below)."""
    times = [int(time) for each in segments for column in (each.begins_us, each.ends_us) for time in column]
    scale = _Scale(times)
    parts = []
    for number, each in enumerate(segments):
        top = MARGIN + number * BAND
        parts.append(_text(MARGIN, top + 14, each.source) + _text(MARGIN, top + 50, each.target))
        columns = zip(each.begins_us.tolist(), each.ends_us.tolist(), each.quartile.tolist(), strict=True)
        parts += [
            f'<line x1="{scale(begin):.1f}" y1="{top}" x2="{scale(end):.1f}" y2="{top + BAND - 14}" '
            f'stroke="{CLASSES[quartile]}" stroke-opacity="0.5"/>'
            for begin, end, quartile in columns
        ]
    return _drawing(parts, scale, MARGIN + len(segments) * BAND)


def dotted_svg(chart: DottedChart, *, height: int = 700) -> str:
    """A dot per event, a line of dots per case, cases from the top in the order of their first event."""
    scale = _Scale(chart.at_us.tolist())
    legend = chart.activities[: len(PALETTE)]
    parts = [
        _text(MARGIN + 12, MARGIN + 14 + 18 * number, name) + _dot(MARGIN, MARGIN + 10 + 18 * number, number, 4)
        for number, name in enumerate(legend)
    ]
    columns = zip(chart.line.tolist(), chart.at_us.tolist(), chart.activity.tolist(), strict=True)
    rows = max(1, chart.cases)
    parts += [_dot(scale(at), MARGIN + line / rows * height, activity, 1.5) for line, at, activity in columns]
    return _drawing(parts, scale, MARGIN + height)


class _Scale:
    def __init__(self, times: Sequence[int]) -> None:
        self.first, self.last = min(times, default=0), max(times, default=1)

    def __call__(self, time: float) -> float:
        span = max(1, self.last - self.first)
        return LABEL + (time - self.first) / span * (WIDTH - LABEL - MARGIN)


def _dot(x: float, y: float, activity: int, radius: float) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{PALETTE[activity % len(PALETTE)]}"/>'


def _text(x: float, y: float, text: str) -> str:
    shown = text if len(text) <= 34 else text[:33] + "…"
    return f'<text x="{x:.0f}" y="{y:.0f}">{escape(shown)}</text>'


def _drawing(parts: Iterable[str], scale: _Scale, height: float) -> str:
    days = [(_EPOCH + timedelta(microseconds=time)).date().isoformat() for time in (scale.first, scale.last)]
    axis = _text(LABEL, height + 24, days[0]) + _text(WIDTH - MARGIN - 80, height + 24, days[1])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height + 40:.0f}" '
        f'font-family="sans-serif" font-size="12">{"".join(parts)}{axis}</svg>'
    )
