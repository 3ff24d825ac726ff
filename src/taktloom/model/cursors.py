# SPDX-License-Identifier: Apache-2.0
"""Cursors of lists: what a page gives so that the next one begins behind it."""

from taktloom.model.errors import InvalidCursorError
from taktloom.model.places import Place

_DIGITS = 18  # what a column of whole numbers holds


def not_a_cursor() -> InvalidCursorError:
    """What a list answers to a cursor of another one, and to no cursor at all."""
    return InvalidCursorError(
        "The cursor is not one of this list.",
        Place(element_id="cursor"),
        "Give the next_cursor of the page before, with the same filters.",
    )


def number_of_cursor(cursor: str | None) -> int | None:
    """The number that a cursor holds; None at the beginning of a list. Raises InvalidCursorError."""
    if cursor is None:
        return None
    if cursor.isascii() and cursor.isdecimal() and len(cursor) <= _DIGITS:
        return int(cursor)
    raise not_a_cursor()
