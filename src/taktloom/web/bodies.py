# SPDX-License-Identifier: Apache-2.0
"""JSON bodies, read so that nothing of them is lost: no digit of a number, no entry, no character.

A usual reader makes doubles of numbers, and keeps the last of two entries with one name (RFC 8259, sections 4 and 6).
"""

import json
import math
import re
from collections import Counter
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from taktloom.model.errors import InputRefusedError
from taktloom.model.places import Place

_HALF_PERHAPS = re.compile(r"\\u[dD][89a-fA-F]")  # one of a surrogate pair, as JSON writes it
_DIGITS_KEPT = 15  # of any decimal number, by a double and back


class HalfCharacterError(InputRefusedError):
    """A text of the request holds half of a surrogate pair, which no text can be made of (RFC 8259, section 8.2)."""

    code = "TL-2924"


class AmbiguousRequestError(InputRefusedError):
    """The request says a thing twice, or in a form that readers take differently: an entry, a parameter, a number."""

    code = "TL-2926"


class WrittenNumber(dict[str, object]):
    """A number that no double holds, in the wire form of FEEL values."""

    def __init__(self, text: str) -> None:
        super().__init__({"@type": "number", "value": text})


def read_json(body: bytes, number: Callable[[str], object] = WrittenNumber) -> Any:
    """The JSON of a body. number: makes a value of a fraction or power that a double would change.

    Raises UnicodeDecodeError, json.JSONDecodeError, RecursionError, HalfCharacterError, AmbiguousRequestError.
    """
    text = body.decode("utf-8-sig")

    def read_number(written: str) -> object:
        return float(written) if _is_kept(written) else number(written)

    try:
        value = json.loads(
            text, parse_float=read_number, parse_constant=_refuse_constant, object_pairs_hook=_entries_of
        )
    except json.JSONDecodeError:
        raise
    except ValueError as error:  # Python reads no whole number of more than 4300 digits
        raise _ambiguous("A number in the body has too many digits.", "Send it as text.") from error
    if _HALF_PERHAPS.search(text):
        _require_whole(value)
    return value


def add_file(files: dict[str, bytes], name: str, content: bytes) -> None:
    """Put a file of a form beside the others. Raises AmbiguousRequestError where one has its name."""
    if name in files:
        shown = name[:100]
        raise _ambiguous(f"Two files of the request have the name {shown!r}.", "Give each file its own name.", shown)
    files[name] = content


def _is_kept(written: str) -> bool:
    if len(written) <= _DIGITS_KEPT and "e" not in written and "E" not in written:
        return True
    double = float(written)
    try:
        return math.isfinite(double) and Decimal(repr(double)) == Decimal(written)
    except InvalidOperation:  # a power of more digits than anything has
        return False


def read_decimal(written: str) -> Decimal:
    """The number as written. Raises AmbiguousRequestError."""
    try:
        return Decimal(written)
    except InvalidOperation as error:
        raise _ambiguous("A number in the body has too many digits.", "Send it as text.") from error


def _refuse_constant(written: str) -> object:
    raise _ambiguous(f"The body holds {written}, which is no JSON.", "Send a number, null or a text.")


def _entries_of(pairs: list[tuple[str, object]]) -> dict[str, object]:
    entries = dict(pairs)
    if len(entries) == len(pairs):
        return entries
    counts = Counter(name for name, _ in pairs)
    twice = counts.most_common(1)[0][0][:100]
    raise _ambiguous(f"An object in the body names {twice!r} twice.", "Name every entry once.", f"body.{twice}")


def _ambiguous(cause: str, remedy: str, place: str = "body") -> AmbiguousRequestError:
    return AmbiguousRequestError(cause, Place(element_id=place), remedy)


def _require_whole(value: object) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise HalfCharacterError(
            "A text in the body holds half of a character (a lone surrogate).",
            Place(element_id="body"),
            "Send every character whole: in UTF-8, or as both escapes of its pair.",
        ) from error
