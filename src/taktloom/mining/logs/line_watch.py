# SPDX-License-Identifier: Apache-2.0
"""Lines and quoted cells of a text that are longer than any table has, refused as soon as they are seen.

A packed file of a few megabytes may hold a line of gigabytes. DuckDB, which splits what the short way cannot, names a
row over its limit only while the row lies within a buffer of its own: of one that covers a whole buffer (tried: 50 MB
after 20 MB) it says nothing, and the rest of the file is imported as if the row had not been there. So lengths are
watched before, while the text is decoded.
"""

from taktloom.mining.logs.errors import LogTooLargeError, UnreadableLogError
from taktloom.mining.logs.requests import ImportLimits
from taktloom.model.places import Place


class LineWatch:
    """Follows a text piece by piece. number: the line that the next piece begins in, from 1."""

    def __init__(self, source: str, limits: ImportLimits) -> None:
        self.number = 1
        self._source, self._most = source, limits.line_characters
        self._begun = 0  # characters of the line that goes on
        self._before = "\n"  # the character before the next piece
        self._quotes = 0
        self._opened: int | None = None  # the line of the last quote, when it opens a cell
        self._quiet = 0  # characters since that quote

    def follow(self, text: str) -> None:
        """Take the next piece, itself no longer than a line may be.

        Raises LogTooLargeError or UnreadableLogError with the line.
        """
        if not text:
            return
        self._follow_quotes(text)
        self._follow_lines(text)
        self._before = text[-1]

    def _follow_lines(self, text: str) -> None:
        first = min((at for at in (text.find("\n"), text.find("\r")) if at >= 0), default=-1)
        if self._begun + (len(text) if first < 0 else first) > self._most:
            place = Place(source=self._source, line=self.number)
            raise LogTooLargeError("characters in a line", self._most, place)
        if first < 0:
            self._begun += len(text)
            return
        self._begun = len(text) - 1 - max(text.rfind("\n"), text.rfind("\r"))
        self.number += text.count("\n")

    def _follow_quotes(self, text: str) -> None:
        """Odd quotes so far and no letter before the last: it opens a cell, which ends at the next."""
        last = text.rfind('"')
        first = text.find('"')
        self._require_closed(len(text) if first < 0 else first)
        if last < 0:
            self._quiet += len(text)
            return
        self._quotes += text.count('"')
        before = text[last - 1] if last else self._before
        is_open = self._quotes % 2 == 1 and not before.isalnum()
        self._opened = self.number + text.count("\n", 0, last) if is_open else None
        self._quiet = len(text) - 1 - last
        self._require_closed(0)

    def _require_closed(self, more: int) -> None:
        if self._opened is not None and self._quiet + more > self._most:
            raise UnreadableLogError(
                "quote-not-closed",
                "The quoted value that begins here does not end.",
                Place(source=self._source, line=self._opened),
                "Close the quote; one that is part of the value is written twice.",
            )
