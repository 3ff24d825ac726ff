# SPDX-License-Identifier: Apache-2.0
"""Text columns as numbers and a dictionary, read part by part: the texts of one part at a time are in memory.

What holds for a text (blank, too long, unprintable) is decided on the labels, which are few, and not on the rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CodedTexts:
    """codes: UInt32 per row, null where there is no text. labels: by code."""

    codes: pl.Series
    labels: pl.Series


def code_texts(parts: Iterable[pl.Series]) -> CodedTexts:
    """The rows of *parts*, in order, coded by one hashing pass; any type is written as text first."""
    categories = pl.Categorical(pl.Categories.random())  # a mapping of its own, freed with the last series that uses it
    held: list[pl.Series] = []
    codes: list[pl.Series] = []
    labels = [pl.Series([], dtype=pl.String)]
    known = 0
    for part in parts:
        texts = part.cast(pl.String)
        held = [texts.cast(categories), *held[:1]]
        found = held[0].to_physical().cast(pl.UInt32)
        first_rows = _first_rows(found, known)
        if first_rows.size > known:
            labels.append(texts.gather(first_rows[known:]).rename(""))
            known = first_rows.size
        codes.append(found)
    together = codes[0] if len(codes) == 1 else pl.concat(codes or [pl.Series([], dtype=pl.UInt32)], rechunk=True)
    return CodedTexts(codes=together, labels=pl.concat(labels, rechunk=True))


def absent_texts(rows: int) -> CodedTexts:
    """A column that the source lacks."""
    codes = pl.repeat(None, rows, dtype=pl.UInt32(), eager=True)
    return CodedTexts(codes=codes, labels=pl.Series([], dtype=pl.String))


def _first_rows(codes: pl.Series, known: int = 0) -> NDArray[np.int64]:
    """By code the first row that has it, -1 where none has; at least *known* entries."""
    highest = codes.max()
    size = max(known, int(highest) + 1 if isinstance(highest, int) else 0)
    rows = np.full(size + 1, -1, dtype=np.int64)
    rows[codes.fill_null(size).to_numpy()[::-1]] = np.arange(codes.len() - 1, -1, -1)  # the last write is the first row
    return rows[:size]


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
    first_rows = _first_rows(coded.codes, coded.labels.len())
    present = np.flatnonzero(first_rows >= 0)
    if is_sorted:
        order = present[coded.labels.gather(present).arg_sort().to_numpy()]
    else:
        order = present[np.argsort(first_rows[present])]
    if np.array_equal(order, np.arange(first_rows.size)):
        return coded
    rank = np.zeros(first_rows.size, dtype=np.uint32)
    rank[order] = np.arange(order.size, dtype=np.uint32)
    return CodedTexts(codes=pl.Series(rank).gather(coded.codes), labels=coded.labels.gather(order))
