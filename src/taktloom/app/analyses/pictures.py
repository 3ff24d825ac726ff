# SPDX-License-Identifier: Apache-2.0
"""Drawings as PNG. Needs the extra `pictures`; texts are set in the fonts of the machine."""

from taktloom.model.errors import MisuseError

ZOOM = 2.0  # pixels of the picture for one of the drawing: sharp on today's screens and on paper
MOST_PIXELS = 40_000_000


class MissingPicturesError(MisuseError):
    """The package that makes pictures is not installed."""

    code = "TL-2952"


def png_of(svg: bytes) -> bytes:
    """The drawing as PNG, twice its size, smaller where that would be more than 40 million pixels.

    Raises MissingPicturesError.
    """
    try:
        from resvg_py import svg_to_bytes
    except ImportError as missing:
        raise MissingPicturesError(
            "The package for PNG pictures is not installed.",
            remedy="Install it (pip install 'taktloom[pictures]'), or ask for an .svg.",
            parameters={"extra": "pictures"},
        ) from missing
    return svg_to_bytes(svg_string=svg.decode(), zoom=_zoom(svg), background="white")


def _zoom(svg: bytes) -> float:
    """Our drawings say their size in pixels at the head: the last two numbers of the box that they draw in."""
    width, height = (float(each) for each in svg.split(b' viewBox="', 1)[1].split(b'"', 1)[0].split()[2:])
    return float(min(ZOOM, (MOST_PIXELS / max(width * height, 1)) ** 0.5))
