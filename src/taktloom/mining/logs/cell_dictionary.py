# SPDX-License-Identifier: Apache-2.0
"""Cells of a column with few different texts to the codes of its dictionary, without making texts of them.

A label is at most four words; its words, each times an odd number, give its place in a table, which is free of
collisions: other numbers are tried until it is. A row has the label at its place if all words are the same. Labels that
are not known yet are learned from the rows that have them, once for all threads.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from taktloom.mining.distinct import distinct
from taktloom.mining.logs.coded_texts import Dictionary
from taktloom.mining.logs.csv_cells import MOST_WORDS, Cells, Words

MOST_LABELS = 512
PLACE_BITS = 17  # 512 labels are without collision for every third choice of numbers
SEED = 20_240_131
NOTHING = np.uint32(2**32 - 1)  # no text
_Key = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Table:
    """words: by place, those of its label. size: words of the longest. An empty place has no words, as an empty cell
    has, which is at the place 0."""

    factors: Words
    words: Words
    codes: NDArray[np.uint32]
    size: int

    def places(self, words: Sequence[Words]) -> NDArray[np.int64]:
        """Where the labels of these words would be."""
        mixed = words[0] * self.factors[0]
        for word, factor in zip(words[1:], self.factors[1:], strict=False):
            mixed += word * factor
        places: NDArray[np.int64] = (mixed >> np.uint64(64 - PLACE_BITS)).view(np.int64)
        return places


class CellDictionary:
    """Codes of the cells of one column, from several threads at once; with more labels than it holds it gives up."""

    def __init__(self, dictionary: Dictionary) -> None:
        self._dictionary = dictionary
        self._codes: dict[_Key, int] = {}
        self._lock = threading.Lock()
        self._table = _table({})
        self.is_full = False

    def code(self, cells: Cells, column: int) -> pl.Series | None:
        """The codes of a column, null where it is empty; None where the cells are too long or too varied."""
        words = None if self.is_full else cells.words_of(column)
        if words is None:
            return None
        codes, is_known = self._looked_up(words)
        if not is_known.all():
            if not self._learn(words, np.flatnonzero(~is_known)):
                return None
            codes, _ = self._looked_up(words)
        found = pl.Series(codes)
        if (codes == NOTHING).any():
            found = found.set(pl.Series(codes == NOTHING), None)
        return found

    def _looked_up(self, words: Sequence[Words]) -> tuple[NDArray[np.uint32], NDArray[np.bool_]]:
        table = self._table
        places = table.places(words)
        is_known = table.words[0][places] == words[0]
        for k in range(1, max(len(words), table.size)):
            is_known &= table.words[k][places] == (words[k] if k < len(words) else np.uint64(0))
        return table.codes[places], is_known

    def _learn(self, words: Sequence[Words], rows: NDArray[np.int64]) -> bool:
        """Take the labels of *rows* into the table; False when there are too many."""
        keys: list[_Key] = []
        left = [word[rows] for word in words]
        while left[0].size and len(keys) <= MOST_LABELS:
            key = tuple(int(word[0]) for word in left)
            keys.append(key + (0,) * (MOST_WORDS - len(key)))
            differs = left[0] != left[0][0]
            for word in left[1:]:
                differs |= word != word[0]
            left = [word[differs] for word in left]
        with self._lock:
            new = [key for key in keys if key not in self._codes]
            if len(self._codes) + len(new) > MOST_LABELS:
                self.is_full = True
                return False
            texts = [b"".join(word.to_bytes(8, "little") for word in key).rstrip(b"\0").decode() for key in new]
            codes = self._dictionary.code(pl.Series(texts, dtype=pl.String)).to_list()
            self._codes |= dict(zip(new, codes, strict=True))
            self._table = _table(self._codes)
        return True


def _table(codes: dict[_Key, int]) -> _Table:
    chance = np.random.default_rng(SEED)
    keys = np.array(list(codes), dtype=np.uint64).reshape(len(codes), MOST_WORDS)
    size = int(np.flatnonzero((keys != 0).any(axis=0)).max(initial=0)) + 1
    while True:
        table = _Table(
            factors=chance.integers(0, 2**64, MOST_WORDS, dtype=np.uint64) | np.uint64(1),
            words=np.zeros((MOST_WORDS, 1 << PLACE_BITS), dtype=np.uint64),
            codes=np.full(1 << PLACE_BITS, NOTHING, dtype=np.uint32),
            size=size,
        )
        places = table.places(list(keys.T))
        if distinct(np.append(places, 0)).size == len(codes) + 1:
            table.words[:, places] = keys.T
            table.codes[places] = list(codes.values())
            return table
