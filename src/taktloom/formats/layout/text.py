# SPDX-License-Identifier: Apache-2.0
"""How much room a text takes in the viewer: Arial's advance widths, East Asian characters a full square each.

Lines are broken as bpmn-js does it: what does not fit is cut to its proportional share of characters, at the last space
or hyphen within them, a word that is too long inside; so estimated and drawn lines agree in number.
"""

import re
import unicodedata
from functools import cache

__all__ = ["LINE_HEIGHT", "text_width", "wrap"]

LINE_HEIGHT = 1.2  # of the font size
_WINDOW = 200  # characters looked at for one line, so that a name of any length is measured in linear time
_SQUARE, _OTHER = 1.0, 0.6
_WIDTHS = {
    "ijl'": 0.222,
    " !,./:;I[\\]ft|": 0.278,
    '()-`r"{}*': 0.36,
    "cksvxyzJ^": 0.5,
    "abdeghnopqu_?$#L0123456789": 0.556,
    "+<=>~FTZ": 0.611,
    "&ABEKPSVXY": 0.667,
    "CDHNRUw": 0.722,
    "GOQ": 0.778,
    "mM%": 0.87,
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
