# SPDX-License-Identifier: Apache-2.0
"""The shapes that pictures of graphs are made of, as SVG; texts are escaped."""

import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

from taktloom.mining.drawing.layered import Box, Drawing

BOX_HEIGHT, LINE_HEIGHT, CHARACTER_WIDTH = 30.0, 16.0, 7.2
LONGEST_LINE = 26


def text_lines(text: str, *, longest: int = LONGEST_LINE, most: int = 2) -> list[str]:
    """At most *most* lines of *longest* characters, cut with an ellipsis; wide characters count twice."""
    lines = [""]
    for word in text.split(" "):
        candidate = f"{lines[-1]} {word}".strip()
        if _columns(candidate) <= longest or not lines[-1]:
            lines[-1] = candidate
        else:
            lines.append(word)
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1] + " …"]
    return [_cut(each, longest) for each in lines]


def _cut(text: str, longest: int) -> str:
    while _columns(text) > longest + 2:
        text = text[:-2] + "…"
    return text


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def box_size(lines: Sequence[str]) -> tuple[float, float]:
    """Width and height of a box around these lines."""
    return max(map(_columns, lines)) * CHARACTER_WIDTH + 24, BOX_HEIGHT + LINE_HEIGHT * (len(lines) - 1)


def draw_head(drawing: Drawing) -> str:
    """How the document of a drawing begins."""
    return document_head(drawing.width, drawing.height)


def document_head(wide: float, high: float) -> str:
    """How the document begins: size in pixels, fonts, arrow head, white ground."""
    width, height = round(wide), round(high)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="Inter, Noto Sans CJK SC, Microsoft YaHei, DejaVu Sans, Arial, sans-serif" font-size="12">\n'
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 8 4 0 8z" fill="#475569"/></marker></defs>\n'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
    )


def draw_line(drawing: Drawing, edge: tuple[str, str], colour: str, width: float) -> str:
    """An edge as one curve with an arrow."""
    points = drawing.edges[edge]
    path = f"M{points[0][0]:.0f} {points[0][1]:.0f}"
    for (x0, y0), (x1, y1) in pairwise(points):
        middle = (y0 + y1) / 2
        path += f" C{x0:.0f} {middle:.0f} {x1:.0f} {middle:.0f} {x1:.0f} {y1:.0f}"
    return (
        f'<path d={quoteattr(path)} fill="none" stroke="{colour}" stroke-width="{width:.1f}" '
        'stroke-opacity="0.8" marker-end="url(#arrow)"/>'
    )


def draw_loop(box: Box, text: str, colour: str, width: float) -> str:
    """An edge from a box to itself, at its right."""
    right, top, bottom = box.x + box.width / 2, box.y + box.height * 0.3, box.y + box.height * 0.7
    far = right + 30
    path = f"M{right:.0f} {top:.0f} C{far:.0f} {top - 8:.0f} {far:.0f} {bottom + 8:.0f} {right:.0f} {bottom:.0f}"
    drawn = f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width:.1f}" marker-end="url(#arrow)"/>'
    return drawn + draw_label(right + 26, (top + bottom) / 2, text)


def middle_of(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The point in the middle of an edge."""
    if len(points) % 2:
        return points[len(points) // 2]
    (x0, y0), (x1, y1) = points[len(points) // 2 - 1], points[len(points) // 2]
    return (x0 + x1) / 2, (y0 + y1) / 2


def draw_label(x: float, y: float, text: str) -> str:
    """A small text centred at a point."""
    return (
        f'<text x="{x:.0f}" y="{y + 4:.0f}" text-anchor="middle" font-size="11" fill="#1e293b" stroke="#ffffff" '
        f'stroke-width="3" paint-order="stroke">{escape(text)}</text>'
    )
