# SPDX-License-Identifier: Apache-2.0
"""A part of a log as the conditions look at it: columns as arrays, read when first asked for, and where cases begin."""

from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from taktloom.mining.filters.errors import UnknownAttributeError
from taktloom.mining.logs.canonical import CASES_FILE, CanonicalLog
from taktloom.mining.logs.parts import LogPart
from taktloom.mining.logs.variants import case_starts
from taktloom.model.events import CASE_ATTRIBUTE_PREFIX, EVENT_ATTRIBUTE_PREFIX

Mask = NDArray[np.bool_]
LABELLED = ("resource", "role", "lifecycle")


class CaseRows:
    """Rows of whole cases in canonical order; a mask of rows or of cases has one entry for each, in their order."""

    def __init__(self, log: CanonicalLog, part: LogPart) -> None:
        self.log, self.part = log, part

    @cached_property
    def _base(self) -> pl.DataFrame:
        return self.part.coded("case", "activity", "occurred_at")

    @cached_property
    def case(self) -> NDArray[np.uint32]:
        """Case code by row."""
        return self._base["case"].to_numpy()

    @cached_property
    def activity(self) -> NDArray[np.uint32]:
        """Activity code by row."""
        return self._base["activity"].to_numpy()

    @cached_property
    def occurred_at(self) -> NDArray[np.int64]:
        """Completion by row, µs."""
        return self._base["occurred_at"].to_numpy()

    @cached_property
    def begun_at(self) -> NDArray[np.int64]:
        """Start by row, completion where it is unknown, µs."""
        return self.part.coded("started_at")["started_at"].fill_null(pl.Series(self.occurred_at)).to_numpy()

    @cached_property
    def resource(self) -> NDArray[np.int64]:
        """Resource code by row, -1 where unknown."""
        return self.part.coded("resource")["resource"].cast(pl.Int64).fill_null(-1).to_numpy()

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Index of each case's first row."""
        return case_starts(self.case)

    @cached_property
    def ends(self) -> NDArray[np.int64]:
        """Index of each case's last row."""
        return np.append(self.starts[1:], self.case.size) - 1 if self.case.size else self.starts

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """Rows by case."""
        return self.ends - self.starts + 1

    @cached_property
    def codes(self) -> NDArray[np.uint32]:
        """Case codes, ascending."""
        return self.case[self.starts]

    @cached_property
    def begins(self) -> NDArray[np.int64]:
        """When each case begins, µs."""
        return np.minimum.reduceat(self.begun_at, self.starts) if self.starts.size else self.starts

    def has(self, activities: tuple[str, ...]) -> Mask:
        """By row whether its activity is one of these."""
        return self._activity_table(activities)[self.activity]

    def _activity_table(self, activities: tuple[str, ...]) -> Mask:
        wanted = set(activities)
        return np.array([label in wanted for label in self.log.activities], dtype=np.bool_)

    def count(self, rows: Mask) -> NDArray[np.int64]:
        """By case how many of the rows are marked."""
        if self.starts.size == 0:
            return self.starts
        return np.add.reduceat(rows.astype(np.int64), self.starts)

    def event_column(self, name: str) -> pl.Series:
        """An attribute by row; raises UnknownAttributeError."""
        if name in LABELLED:
            labels = pl.Series(getattr(self.log, f"{name}s"), dtype=pl.String)
            return labels.gather(self.part.coded(name)[name])
        columns = self._columns(EVENT_ATTRIBUTE_PREFIX)
        if name not in columns:
            raise UnknownAttributeError(name, (*LABELLED, *columns))
        return self.part.attributes(name)[name]

    def case_column(self, name: str) -> pl.Series:
        """An attribute by case; raises UnknownAttributeError."""
        columns = self._columns(CASE_ATTRIBUTE_PREFIX)
        if name not in columns:
            raise UnknownAttributeError(name, columns)
        return self._case_table(name)[name].gather(pl.Series(self.codes))

    def case_ids(self) -> pl.Series:
        """Case ids, by case."""
        return self._case_table("case_id")["case_id"].gather(pl.Series(self.codes))

    def _columns(self, prefix: str) -> list[str]:
        return [column.name for column in self.log.metadata.columns if column.name.startswith(prefix)]

    def _case_table(self, column: str) -> pl.DataFrame:
        return pl.read_parquet(self.log.folder / CASES_FILE, columns=[column])
