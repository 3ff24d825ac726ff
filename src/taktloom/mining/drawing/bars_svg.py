# SPDX-License-Identifier: Apache-2.0
"""Stacked bars as SVG: one line per row, one colour per part; texts are escaped."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from taktloom.mining.drawing.shapes import document_head, text_lines

WIDTH, LABEL, BAR, MARGIN, FOOT = 920, 380, 22, 20, 30
LONGEST_LABEL = 54  # characters beside a bar; wide ones count twice
# Colour-blind safe: Okabe & Ito, 2008.
PARTS = ("#0072b2", "#d55e00", "#cc79a7", "#999999", "#e69f00", "#009e73", "#56b4e9", "#000000")


@dataclass(frozen=True, slots=True, kw_only=True)
class BarRow:
    """values: parts in the order of the legend, >= 0."""

    label: str
    values: tuple[float, ...]


def stacked_bars_svg(rows: Sequence[BarRow], *, legend: Sequence[str], unit: str) -> str:
    """The bars, longest scale for all."""
    most = max((sum(row.values) for row in rows), default=0.0) or 1.0
    scale = (WIDTH - LABEL - 3 * MARGIN - 60) / most
    parts = [
        f'<rect x="{LABEL + 105 * number}" y="4" width="12" height="12" fill="{PARTS[number % len(PARTS)]}"/>'
        f'<text x="{LABEL + 105 * number + 16}" y="14">{escape(name)}</text>'
        for number, name in enumerate(legend)
    ]
    for number, row in enumerate(rows):
        top, left = FOOT + number * BAR, float(LABEL)
        (shown,) = text_lines(row.label, longest=LONGEST_LABEL, most=1)
        parts.append(f'<text x="4" y="{top + 15}"><title>{escape(row.label)}</title>{escape(shown)}</text>')
        for part, value in enumerate(row.values):
            width = value * scale
            if width > 0:
                colour = PARTS[part % len(PARTS)]
                parts.append(f'<rect x="{left:.1f}" y="{top + 3}" width="{width:.1f}" height="16" fill="{colour}"/>')
            left += width
        parts.append(f'<text x="{left + 4:.1f}" y="{top + 15}">{sum(row.values):.1f} {escape(unit)}</text>')
    if not rows:
        parts.append(f'<text x="4" y="{FOOT + 15}">–</text>')
    return f"{document_head(WIDTH, FOOT + max(1, len(rows)) * BAR + 10)}{''.join(parts)}</svg>\n"
