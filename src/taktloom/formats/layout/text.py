# SPDX-License-Identifier: Apache-2.0
"""How much room a text takes in the viewer: the wider of the advance widths of Arial and of DejaVu Sans, which takes
its place where it is missing; East Asian characters a full square each. A name thus has room in either font.

Lines are broken as bpmn-js does it: what does not fit is cut to its proportional share of characters, at the last space
or hyphen within them, a word that is too long inside; so estimated and drawn lines agree in number in the wider font.
"""

import re
import unicodedata
from functools import cache

__all__ = ["LINE_HEIGHT", "text_width", "wrap"]

LINE_HEIGHT = 1.2  # of the font size
_WINDOW = 200  # characters looked at for one line, so that a name of any length is measured in linear time
_SQUARE, _OTHER = 1.0, 0.64
_WIDTHS = {
    "ijl'": 0.278,
    " ,.I": 0.318,
    "/:;\\|f-": 0.361,
    "()[]!rt": 0.411,
    '"`*J': 0.5,
    "csz?_L": 0.557,
    "kvxyFT": 0.611,
    "aeo": 0.615,
    "bdghnpqu$0123456789{}": 0.636,
    "EKPSY": 0.667,
    "ABVXZ": 0.686,
    "CHNRU": 0.752,
    "DGOQ&": 0.787,
    "w": 0.818,
    "#+<=>~^": 0.838,
    "M": 0.87,
    "m%": 0.974,
    "W@": 1.0,
}
_EMS = {character: width for characters, width in _WIDTHS.items() for character in characters}
_BREAKS = re.compile(r"(\s|-)")


def text_width(text: str, font_size: float) -> float:
    """Pixels of one line."""
    return font_size * sum(map(_ems, text))


def wrap(text: str, limit: float, font_size: float) -> list[str]:
    """Lines of at most *limit* pixels, longer only where a single character is."""
    found: list[str] = []
    for paragraph in text.splitlines() or [""]:
        rest = paragraph.strip()
        while rest:
            line = _first_line(rest[:_WINDOW], limit, font_size)
            found.append(line)
            rest = rest[len(line) :].strip()
    return found


def _first_line(text: str, limit: float, font_size: float) -> str:
    line = text
    while len(line) > 1 and (width := text_width(line.rstrip(), font_size)) > limit:
        share = max(len(line) * limit / width, 1.0)
        line = _broken_at_word(line, share) or line[: max(round(share - 1), 1)]
    return line


def _broken_at_word(line: str, most: float) -> str:
    """The words that take less than *most* characters together."""
    kept: list[str] = []
    length = 0
    for part in _BREAKS.split(line):
        if length + len(part) >= most:
            break
        kept.append(part)
        length += len(part)
    return "".join(kept)


@cache
def _ems(character: str) -> float:
    if character in _EMS:
        return _EMS[character]
    return _SQUARE if unicodedata.east_asian_width(character) in "WFA" else _OTHER
