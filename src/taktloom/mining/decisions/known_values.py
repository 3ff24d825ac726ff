# SPDX-License-Identifier: Apache-2.0
"""What is known of a case before an event: case attributes and the latest value of each attribute of earlier events.

Only what an executed process has as variables too. Case attributes count as known from the start, which a log cannot
prove; the result names them so that a reader can object. Columns needed: `case_id`, sorted by case and time, and the
attribute columns `case.*`, `event.*` (numbers, booleans, texts). A column takes part when it is known in at least a
tenth of the rows asked for and takes two values or more; texts keep their 20 commonest values, the others count as
unknown.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from taktloom.mining.decisions.cart import CategoryFeature, Codes, Feature, NumberFeature
from taktloom.mining.distinct import distinct
from taktloom.model.events import CASE_ATTRIBUTE_PREFIX, EVENT_ATTRIBUTE_PREFIX

MAX_CATEGORIES = 20
MAX_DISTINCT_SHARE = 0.5
MINIMUM_KNOWN = 0.1


class KnownValues:
    """The rows of one log with attribute values carried forward within each case."""

    def __init__(self, events: pl.DataFrame) -> None:
        self._columns = _attribute_columns(events)
        carried = [
            pl.col(name).forward_fill().over("case_id") if name.startswith(EVENT_ATTRIBUTE_PREFIX) else pl.col(name)
            for name in self._columns
        ]
        self._values = events.select(*carried) if carried else pl.DataFrame()
        self.starts, self.lengths = case_bounds(events)

    def before(self, cases: Codes, positions: Codes) -> tuple[Feature, ...]:
        """Features of the moments before event *positions* (0-based in the case) of *cases* (0-based in the log).

        Before the first event only case attributes are known.
        """
        is_first = positions == 0
        rows = self.starts[cases] + np.maximum(positions - 1, 0)
        features = []
        for name in self._columns:
            known = self._values[name].gather(rows)
            if name.startswith(EVENT_ATTRIBUTE_PREFIX) and is_first.any():
                known = known.set(pl.Series(is_first), None)
            feature = _feature(name, known)
            if feature is not None:
                features.append(feature)
        return tuple(features)


def case_bounds(events: pl.DataFrame) -> tuple[Codes, Codes]:
    """First row and number of rows of each case; rows of a case lie together."""
    case = events["case_id"]
    change: NDArray[np.bool_] = (case != case.shift(1)).fill_null(True).to_numpy()
    starts = np.flatnonzero(change).astype(np.int64)
    return starts, np.diff(np.append(starts, events.height))


def _attribute_columns(events: pl.DataFrame) -> Sequence[str]:
    prefixes = (CASE_ATTRIBUTE_PREFIX, EVENT_ATTRIBUTE_PREFIX)
    return [
        name
        for name, kind in events.schema.items()
        if name.startswith(prefixes) and (kind.is_numeric() or kind in (pl.String, pl.Boolean, pl.Categorical))
    ]


def _feature(name: str, known: pl.Series) -> Feature | None:
    if known.len() == 0 or known.count() < MINIMUM_KNOWN * known.len():
        return None
    if known.dtype.is_numeric():
        values = known.cast(pl.Float64).fill_null(float("nan")).to_numpy()
        varies = distinct(values).size > 1
        return NumberFeature(name=name, values=values) if varies else None
    if known.dtype == pl.Boolean:
        codes = known.cast(pl.Int64).fill_null(-1).to_numpy()
        is_useful = distinct(codes).size > 1
        return (
            CategoryFeature(name=name, codes=codes, categories=("false", "true"), is_boolean=True)
            if is_useful
            else None
        )
    return _text_feature(name, known.cast(pl.String))


def _text_feature(name: str, known: pl.Series) -> CategoryFeature | None:
    """Texts with almost as many values as rows are identifiers, not categories."""
    counted = known.drop_nulls().value_counts().sort(["count", known.name], descending=[True, False])
    if counted.height > MAX_DISTINCT_SHARE * known.len() or counted.height + (known.null_count() > 0) < 2:
        return None
    categories = tuple(sorted(counted[known.name].head(MAX_CATEGORIES).to_list()))
    codes = known.replace_strict(
        list(categories), list(range(len(categories))), default=-1, return_dtype=pl.Int64
    ).fill_null(-1)
    return CategoryFeature(name=name, codes=codes.to_numpy(), categories=categories)
