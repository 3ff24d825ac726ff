# SPDX-License-Identifier: Apache-2.0
"""Text columns as numbers and a dictionary, read part by part: the texts of one part at a time are in memory.

What holds for a text (blank, too long, unprintable) is decided on the labels, which are few, and not on the rows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

ROWS_AT_ONCE = 1 << 17


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CodedTexts:
    """codes: UInt32 per row, null where there is no text. labels: by code."""

    codes: pl.Series
    labels: pl.Series


class Dictionary:
    """Texts to codes, the same ones for all parts of a column, from several threads at once.

    Polars keeps the numbers as long as a series uses them: an empty one stays with this object.
    """

    def __init__(self) -> None:
        self._categories = pl.Categories.random()
        self.dtype = pl.Categorical(self._categories)
        self._kept = pl.Series([], dtype=self.dtype)

    def code(self, values: pl.Series) -> pl.Series:
        """The codes of *values*, texts or already of this dictionary's type, by one hashing pass."""
        return values.cast(self.dtype).to_physical().cast(pl.UInt32).rename("")

    def together(self, parts: Sequence[pl.Series]) -> CodedTexts:
        """The codes of all parts of a column with the texts that they stand for.

        Which text has which number depends on the order in which they came.
        """
        codes = parts[0] if len(parts) == 1 else pl.concat([pl.Series([], dtype=pl.UInt32), *parts], rechunk=True)
        highest = codes.max()
        known = np.arange(highest + 1 if isinstance(highest, int) else 0, dtype=np.uint32)
        return CodedTexts(codes=codes, labels=pl.Series(known).cat.to(self.dtype).cast(pl.String).rename(""))


def code_texts(parts: Iterable[pl.Series]) -> CodedTexts:
    """The rows of *parts*, in order, coded; any type is written as text first."""
    dictionary = Dictionary()
    return dictionary.together([dictionary.code(part.cast(pl.String)) for part in parts])


def absent_texts(rows: int) -> CodedTexts:
    """A column that the source lacks."""
    codes = pl.repeat(None, rows, dtype=pl.UInt32(), eager=True)
    return CodedTexts(codes=codes, labels=pl.Series([], dtype=pl.String))


def _first_rows(codes: pl.Series, size: int) -> NDArray[np.int64]:
    """By code, of which there are *size*, the first row that has it, -1 where none has."""
    first = np.full(size + 1, -1, dtype=np.int64)
    marked = (codes.fill_null(size) if codes.null_count() else codes).to_numpy()
    for begin in range((codes.len() - 1) // ROWS_AT_ONCE * ROWS_AT_ONCE, -1, -ROWS_AT_ONCE):
        part = marked[begin : begin + ROWS_AT_ONCE]
        first[part[::-1]] = np.arange(begin + part.size - 1, begin - 1, -1)  # the last write is the first row
    return first[:size]


def used_codes(codes: pl.Series, size: int) -> pl.Series:
    """Those of the codes 0 … size-1 that some row has, ascending."""
    return pl.Series(np.flatnonzero(mark_used(codes.drop_nulls().to_numpy(), size)), dtype=codes.dtype)


def mark_used(codes: NDArray[np.uint32], size: int) -> NDArray[np.bool_]:
    """For each of the codes 0 … size-1 whether some row has it; where few are, all are seen soon."""
    is_used = np.zeros(size, dtype=np.bool_)
    for begin in range(0, codes.size, ROWS_AT_ONCE):
        is_used[codes[begin : begin + ROWS_AT_ONCE]] = True
        if is_used.all():
            break
    return is_used


def relabel(coded: CodedTexts, labels: pl.Series) -> CodedTexts:
    """*labels* in the place of the old ones; they may coincide, and null takes the text away."""
    if labels.null_count() == 0 and labels.equals(coded.labels):
        return coded
    merged = code_texts([labels])
    return CodedTexts(codes=merged.codes.gather(coded.codes), labels=merged.labels)


def strip_texts(coded: CodedTexts) -> CodedTexts:
    """Without blanks around the texts; empty is none."""
    return relabel(coded, coded.labels.str.strip_chars().replace("", None))


def mark_rows(coded: CodedTexts, flags: pl.Series) -> pl.Series:
    """For each row the flag of its label; false where there is no text."""
    if not flags.any():
        return pl.repeat(False, coded.codes.len(), eager=True, dtype=pl.Boolean)
    return flags.gather(coded.codes).fill_null(False)


def spell_texts(coded: CodedTexts) -> pl.Series:
    """The rows as texts again."""
    return coded.labels.gather(coded.codes)


def in_order(coded: CodedTexts, *, is_sorted: bool = False) -> CodedTexts:
    """Codes without gaps: labels that no row has are left out, the others stand as they first appear, or sorted."""
    if is_sorted:
        present = used_codes(coded.codes, coded.labels.len())
        order = present.gather(coded.labels.gather(present).arg_sort()).to_numpy()
    else:
        first_rows = _first_rows(coded.codes, coded.labels.len())
        found = np.flatnonzero(first_rows >= 0)
        order = found[np.argsort(first_rows[found])]
    if np.array_equal(order, np.arange(coded.labels.len())):
        return coded
    rank = np.zeros(coded.labels.len(), dtype=np.uint32)
    rank[order] = np.arange(order.size, dtype=np.uint32)
    return CodedTexts(codes=pl.Series(rank).gather(coded.codes), labels=coded.labels.gather(order))
