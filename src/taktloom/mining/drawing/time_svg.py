# SPDX-License-Identifier: Apache-2.0
"""Performance spectrum and dotted chart as SVG over an axis of days in UTC; numbers only come from the data, texts are
escaped. Where there is nothing to draw, the drawing says so."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

from taktloom.mining.drawing.shapes import document_head, text_lines
from taktloom.mining.performance.spectrum import DottedChart, Segment

WIDTH, MARGIN, BAND, LABEL, LEGEND = 920, 20, 70, 240, 24
LONGEST_LABEL = 30  # characters beside the drawing; wide ones count twice
TICKS = 5
# Colour-blind safe: Okabe & Ito, 2008; from fast to slow.
CLASSES = ("#56b4e9", "#009e73", "#e69f00", "#d55e00")
PALETTE = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#000000")
OTHERS = "#b3b3b3"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeWords:
    """What the drawings say. quartiles: of the times of one step, from the fastest to the slowest."""

    quartiles: tuple[str, str, str, str] = ("fastest quarter", "second", "third", "slowest quarter")
    others: str = "other activities"
    cases: str = "cases, by first event"
    nothing: str = "Nothing to draw: no case has two events."
    no_events: str = "Nothing to draw: the log has no events."


ENGLISH = TimeWords()


def spectrum_svg(segments: Sequence[Segment], words: TimeWords = ENGLISH) -> str:
    """One band per segment; a line from each begin (above) to its end (below)."""
    if not segments:
        return _notice(words.nothing)
    scale = _Scale([int(time) for each in segments for column in (each.begins_us, each.ends_us) for time in column])
    parts = [
        f'<rect x="{LABEL + 150 * number}" y="8" width="12" height="12" fill="{CLASSES[number]}"/>'
        + _text(LABEL + 150 * number + 18, 18, word)
        for number, word in enumerate(words.quartiles)
    ]
    for number, each in enumerate(segments):
        top = LEGEND + MARGIN + number * BAND
        parts.append(_text(MARGIN, top + 14, each.source) + _text(MARGIN, top + 50, each.target))
        parts.append(_text(MARGIN, top + 32, f"↓ {each.occurrences:,}", "#595959"))
        columns = zip(each.begins_us.tolist(), each.ends_us.tolist(), each.quartile.tolist(), strict=True)
        parts += [
            f'<line x1="{scale(begin):.1f}" y1="{top}" x2="{scale(end):.1f}" y2="{top + BAND - 14}" '
            f'stroke="{CLASSES[quartile]}" stroke-opacity="0.5"/>'
            for begin, end, quartile in columns
        ]
    return _drawing(parts, scale, LEGEND + MARGIN + len(segments) * BAND)


def dotted_svg(chart: DottedChart, words: TimeWords = ENGLISH, *, height: int = 700) -> str:
    """A dot per event, a line of dots per case, cases from the top in the order of their first event. The most frequent
    activities have colours of their own, the others share one."""
    if not chart.at_us.size:
        return _notice(words.no_events)
    scale = _Scale(chart.at_us.tolist())
    frequent = [code for code, _ in Counter(chart.activity.tolist()).most_common()]
    colours = dict(zip(frequent, PALETTE, strict=False))
    legend = [(chart.activities[code], colour) for code, colour in colours.items()]
    legend += [(words.others, OTHERS)] if len(frequent) > len(PALETTE) else []
    parts = [
        _text(MARGIN + 12, MARGIN + 14 + 18 * number, name) + _dot(MARGIN, MARGIN + 10 + 18 * number, colour, 4)
        for number, (name, colour) in enumerate(legend)
    ]
    parts.append(_text(MARGIN - 6, MARGIN + 34 + 18 * len(legend), f"↓ {chart.cases:,} {words.cases}", "#595959"))
    columns = zip(chart.line.tolist(), chart.at_us.tolist(), chart.activity.tolist(), strict=True)
    rows = max(1, chart.cases)
    parts += [
        _dot(scale(at), MARGIN + line / rows * height, colours.get(activity, OTHERS), 1.5)
        for line, at, activity in columns
    ]
    return _drawing(parts, scale, MARGIN + height)


class _Scale:
    def __init__(self, times: Sequence[int]) -> None:
        self.first, self.last = min(times), max(times)

    def __call__(self, time: float) -> float:
        span = max(1, self.last - self.first)
        return LABEL + (time - self.first) / span * (WIDTH - LABEL - MARGIN)


def _dot(x: float, y: float, colour: str, radius: float) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{colour}"/>'


def _text(x: float, y: float, text: str, colour: str = "#000000") -> str:
    (shown,) = text_lines(text, longest=LONGEST_LABEL, most=1)
    whole = "" if shown == text else f"<title>{escape(text)}</title>"
    return f'<text x="{x:.0f}" y="{y:.0f}" fill="{colour}">{whole}{escape(shown)}</text>'


def _drawing(parts: Iterable[str], scale: _Scale, height: float) -> str:
    """With an axis: a line and a date at equal distances; with the time of day where all is within a few days."""
    span = scale.last - scale.first
    is_short = span < TICKS * timedelta(days=1) / timedelta(microseconds=1)
    axis = []
    for number in range(TICKS + 1 if span else 1):
        time = scale.first + span * number // TICKS
        at = _EPOCH + timedelta(microseconds=time)
        x, anchor = scale(time), ("start" if number == 0 else "end" if number == TICKS else "middle")
        shown = f"{at:%Y-%m-%d %H:%M}" if is_short else f"{at:%Y-%m-%d}"
        axis.append(
            f'<line x1="{x:.1f}" y1="{MARGIN + 4}" x2="{x:.1f}" y2="{height + 8:.0f}" stroke="#d9d9d9" class="tick"/>'
            f'<text x="{x:.1f}" y="{height + 24:.0f}" text-anchor="{anchor}">{shown}</text>'
        )
    axis.append(_text(MARGIN, height + 24, "UTC", "#595959"))
    return f"{document_head(WIDTH, height + 40)}{''.join(axis)}{''.join(parts)}</svg>\n"


def _notice(text: str) -> str:
    return f'{document_head(WIDTH, 80)}<text x="{MARGIN}" y="44">{escape(text)}</text></svg>\n'
