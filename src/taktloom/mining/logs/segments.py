# SPDX-License-Identifier: Apache-2.0
"""Canonical columns to segments: files of whole cases, each with about `part_rows` rows.

With several segments a column waits on disk until all are there, so that one attribute at a time is in memory.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

WAITING = ".waiting"


def segment_bounds(case: NDArray[np.uint32], part_rows: int) -> list[tuple[int, int]]:
    """First row and end of each segment; *case* is sorted, and no case is cut, however long it is."""
    bounds, begin = [], 0
    while begin < case.size:
        wanted = min(begin + part_rows, case.size)
        end = int(np.searchsorted(case, case[wanted - 1], side="right"))
        if end > wanted and case[wanted - 1] != case[begin]:
            end = int(np.searchsorted(case, case[wanted - 1], side="left"))
        bounds.append((begin, end))
        begin = end
    return bounds


def segment_name(number: int) -> str:
    """The part of the file names that tells segments apart, in the order of cases."""
    return f"{number:05}"


class WaitingColumns:
    """Columns of all rows, gathered one after the other and then written segment by segment."""

    def __init__(self, folder: Path, bounds: list[tuple[int, int]]) -> None:
        self._folder, self._bounds = folder, bounds
        self._kept: list[pl.Series | Path] = []

    def add(self, column: pl.Series) -> None:
        """Take the next column."""
        if len(self._bounds) == 1:
            self._kept.append(column)
        elif column.null_count() == column.len():  # as many event ids are, which no file need hold
            self._kept.append(column.clear(1))
        else:
            path = self._folder / f"{WAITING}-{len(self._kept):04}.parquet"
            column.to_frame().write_parquet(path, compression="lz4")
            self._kept.append(path)

    def write(self, kind: str) -> Iterator[int]:
        """Write `kind-*.parquet`, yielding how many rows are written; nothing that waited remains."""
        for number, (begin, end) in enumerate(self._bounds):
            frame = pl.DataFrame([_rows(column, begin, end) for column in self._kept])
            write_parquet(frame, self._folder / f"{kind}-{segment_name(number)}.parquet")
            yield end
        for path in self._kept:
            if isinstance(path, Path):
                path.unlink()


def _rows(column: pl.Series | Path, begin: int, end: int) -> pl.Series:
    """These rows of a column, of one that waits or of one of a single null."""
    if isinstance(column, Path):
        return pl.scan_parquet(column).slice(begin, end - begin).collect().to_series()
    return column.new_from_index(0, end - begin) if column.len() == 1 else column.slice(begin, end - begin)


def write_parquet(frame: pl.DataFrame, path: Path) -> None:
    """zstd Parquet, synced to disk."""
    frame.write_parquet(path, compression="zstd", compression_level=1, statistics=True)
    with path.open("rb") as file:
        os.fsync(file.fileno())
