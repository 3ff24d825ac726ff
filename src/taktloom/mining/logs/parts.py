# SPDX-License-Identifier: Apache-2.0
"""A log part by part: one segment of whole cases at a time, so that a scan never holds the log.

Columns are read from disk when asked for, the same columns once per call; rows that a view leaves out are gone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """What a filter left. cases: by case code whether it is kept. rows: by row of the stored log, None for all rows of
    the kept cases."""

    cases: NDArray[np.bool_]
    rows: NDArray[np.bool_] | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class LogPart:
    """One segment. coded_path and beside_path hold the same rows; first_row: of the segment in the stored log."""

    coded_path: Path
    beside_path: Path
    first_row: int
    stored_rows: int
    view: View | None = field(default=None, repr=False)

    @cached_property
    def kept(self) -> NDArray[np.bool_] | None:
        """By stored row whether the view keeps it; None for all."""
        if self.view is None:
            return None
        case = pl.read_parquet(self.coded_path, columns=["case"])["case"].to_numpy()
        kept: NDArray[np.bool_] = self.view.cases[case]
        if self.view.rows is not None:
            kept &= self.view.rows[self.first_row : self.first_row + self.stored_rows]
        return kept

    @cached_property
    def numbers(self) -> NDArray[np.int64]:
        """For each row of this part its row in the stored log."""
        if self.kept is None:
            return np.arange(self.first_row, self.first_row + self.stored_rows)
        return np.flatnonzero(self.kept) + self.first_row

    def coded(self, *columns: str) -> pl.DataFrame:
        """These columns of `CanonicalLog.coded()`, in canonical order."""
        return self._read(self.coded_path, columns)

    def attributes(self, *columns: str) -> pl.DataFrame:
        """These event columns (`event.*`, event_id and those of the engine), row by row beside `coded`."""
        return self._read(self.beside_path, columns)

    def _read(self, path: Path, columns: tuple[str, ...]) -> pl.DataFrame:
        if not columns:
            return pl.DataFrame()
        frame = pl.read_parquet(path, columns=list(columns))
        return frame if self.kept is None else frame.filter(pl.Series(self.kept))


def read_parts(folder: Path, segments: tuple[str, ...], view: View | None) -> Iterator[LogPart]:
    """The segments of the log in *folder*, in the order of cases."""
    begin = 0
    for segment in segments:
        path = folder / f"coded-{segment}.parquet"
        rows = int(pl.scan_parquet(path).select(pl.len()).collect().item())
        yield LogPart(
            coded_path=path,
            beside_path=folder / f"attributes-{segment}.parquet",
            first_row=begin,
            stored_rows=rows,
            view=view,
        )
        begin += rows
