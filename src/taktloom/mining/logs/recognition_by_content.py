# SPDX-License-Identifier: Apache-2.0
"""Required parts that no header names, told by what the columns hold.

The time: at least 95 % of the values read as times; of several, the one with the most distinct values, and of two that
always stand in the same order the later is the completion and the earlier the start. Case and activity are judged
together: within the right case the right activity foretells the next one. P is the share of changes of activity
within a case that lead to the commonest next activity, the change itself not counted, times the square root of the
share of steps that are changes. A column that is constant in a case scores 0, one drawn at random about 1/k. Of cases
that do equally well the finest is taken, because a file sorted by case makes coarser columns look just as orderly.
Confidence is at most 0.5: a person should look.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from taktloom.mining.logs.attributes import seconds_of
from taktloom.mining.logs.mapping import AttributeType
from taktloom.mining.logs.recognition import REQUIRED_PARTS, Recognition
from taktloom.mining.logs.requests import SniffedColumn
from taktloom.mining.logs.times import sample_times

LEAST_READABLE = 0.95
LEAST_FILLED = 0.95
LEAST_ORDER = 0.3
LEAST_GAIN = 0.15
AS_GOOD = 0.85
MOST_ACTIVITIES = 200
CANDIDATES = 24
TIME_CONFIDENCE = 0.5
WITH_NUMBERS = 0.5
WITHOUT_NUMBER = 0.6

Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Column:
    """A column's values as codes (-1 where empty), with how many there are and what they look like."""

    name: str
    codes: Codes
    distinct: int
    filled: float
    type: AttributeType
    has_digits: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    case: _Column
    activity: _Column
    order: float

    @property
    def score(self) -> float:
        """Order, less for few activities (two people who take turns are orderly as well), for numbered activities and
        for cases without a number: case numbers that count up follow each other in good order too."""
        likely = (WITH_NUMBERS if self.activity.has_digits else 1.0) * (1.0 if self.case.has_digits else WITHOUT_NUMBER)
        return self.order * (1 - 1 / self.activity.distinct) * likely


def recognise_content(found: Recognition, head: pl.DataFrame, columns: Sequence[SniffedColumn]) -> Recognition:
    """*found* with the required parts that the values of *head*, the first rows, tell; the rest stays missing."""
    if not found.missing or head.height == 0:
        return found
    types = {column.name: column.type for column in columns}
    texts = {name: _texts(head[name]) for name in head.columns if name not in found.parts.values()}
    times = _times(texts, types)
    parts, confidence = dict(found.parts), dict(found.confidence)
    if "timestamp" not in parts:
        for part, name in _time_parts(times).items():
            if part not in parts:
                parts[part], confidence[part] = name, TIME_CONFIDENCE
    if {"case", "activity"} & set(found.missing):
        rows = _chronological(head, parts.get("timestamp"))
        fixed: dict[str, pl.Series] = {
            part: _texts(head[parts[part]]).gather(rows) for part in ("case", "activity") if part in parts
        }
        pair = _best_pair({name: each.gather(rows) for name, each in texts.items() if name not in times}, fixed, types)
        for part, column in {} if pair is None else {"case": pair.case, "activity": pair.activity}.items():
            if part not in parts:
                parts[part], confidence[part] = column.name, round(0.2 + 0.3 * pair.order if pair else 0.0, 2)
    missing = tuple(part for part in REQUIRED_PARTS if part not in parts)
    return replace(found, parts=parts, confidence=confidence, missing=missing)


def _texts(values: pl.Series) -> pl.Series:
    if values.dtype.is_temporal() and not isinstance(values.dtype, pl.Duration | pl.Time):
        return values
    if isinstance(values.dtype, pl.Duration):
        values = seconds_of(values)
    return values.cast(pl.String).str.strip_chars().replace("", None)


def _times(texts: Mapping[str, pl.Series], types: Mapping[str, AttributeType]) -> dict[str, pl.Series]:
    """Columns that read as times, as naive instants."""
    found = {}
    for name, values in texts.items():
        if values.dtype.is_temporal():
            found[name] = values
        elif types[name] in {AttributeType.INSTANT, AttributeType.INTEGER}:
            read = sample_times(values)
            present = values.len() - values.null_count()
            if present and read.len() - read.null_count() >= LEAST_READABLE * present:
                found[name] = read
    return found


def _chronological(head: pl.DataFrame, timestamp: str | None) -> pl.Series:
    """Row numbers by time; as they stand in the file where no time is known."""
    if timestamp is None:
        return pl.Series(range(head.height), dtype=pl.UInt32)
    texts = _texts(head[timestamp])
    times = texts if texts.dtype.is_temporal() else sample_times(texts)
    return pl.DataFrame({"time": times}).with_row_index("row").sort("time", maintain_order=True)["row"]


def _time_parts(times: Mapping[str, pl.Series]) -> dict[str, str]:
    """The completion and, where one always stands before it, the start."""
    filled = {name: each for name, each in times.items() if each.null_count() <= each.len() // 2}
    if not filled:
        return {}
    distinct = {name: each.n_unique() for name, each in filled.items()}
    finest = [name for name in filled if distinct[name] >= 0.8 * max(distinct.values())]
    first, *others = finest
    for other in others:
        known = filled[first].is_not_null() & filled[other].is_not_null()
        one, two = (filled[name].filter(known) for name in (first, other))
        if one.dtype == two.dtype and known.any():
            if (one <= two).mean() == 1:
                return {"timestamp": other, "start_timestamp": first}
            if (two <= one).mean() == 1:
                return {"timestamp": first, "start_timestamp": other}
    return {"timestamp": first}


def _best_pair(
    texts: Mapping[str, pl.Series], fixed: Mapping[str, pl.Series], types: Mapping[str, AttributeType]
) -> _Pair | None:
    columns = [_column(name, values, types[name]) for name, values in texts.items() if not values.dtype.is_temporal()]
    named = {part: _column(values.name, values, AttributeType.TEXT) for part, values in fixed.items()}
    cases = [named["case"]] if "case" in named else [each for each in columns if _may_be_case(each)][:CANDIDATES]
    activities = [each for each in columns if _may_be_activity(each)][:CANDIDATES]
    activities = [named["activity"]] if "activity" in named else activities
    pairs = [
        _Pair(case=case, activity=activity, order=_order(case.codes, activity.codes))
        for case in cases
        for activity in activities
        if case.name != activity.name
    ]
    best = max(pairs, key=lambda pair: pair.score, default=None)
    if best is None or best.order < LEAST_ORDER:
        return None
    as_good = [pair for pair in pairs if pair.activity is best.activity and pair.order >= AS_GOOD * best.order]
    return max(as_good, key=lambda pair: (pair.case.has_digits, pair.case.distinct))


def _column(name: str, values: pl.Series, kind: AttributeType) -> _Column:
    present = values.drop_nulls()
    return _Column(
        name=name,
        codes=values.rank("dense").cast(pl.Int64).fill_null(-1).to_numpy(),
        distinct=present.n_unique(),
        filled=present.len() / max(1, values.len()),
        type=kind,
        has_digits=present.len() > 0
        and float(present.cast(pl.String).str.contains(r"\d").sum()) >= 0.9 * present.len(),
    )


def _may_be_case(column: _Column) -> bool:
    is_id = column.type in {AttributeType.TEXT, AttributeType.INTEGER}
    return is_id and column.filled >= LEAST_FILLED and 2 <= column.distinct <= column.codes.size / 1.2


def _may_be_activity(column: _Column) -> bool:
    is_label = column.type in {AttributeType.TEXT, AttributeType.INTEGER}
    few = 2 <= column.distinct <= min(MOST_ACTIVITIES, column.codes.size / 2)
    return is_label and column.filled >= LEAST_FILLED and few


def _order(case: Codes, activity: Codes) -> float:
    """P of the module's docstring; 0 where fewer than a third of the rows follow another of their case, or where it is
    hardly better than to foretell the commonest activity each time."""
    rows = np.flatnonzero((case >= 0) & (activity >= 0))
    rows = rows[np.argsort(case[rows], kind="stable")]
    follows = case[rows[1:]] == case[rows[:-1]]
    before, after = activity[rows[:-1]][follows], activity[rows[1:]][follows]
    if before.size < case.size / 3:
        return 0.0
    changes = before != after
    steps, counts = np.unique(np.stack([before[changes], after[changes]]), axis=1, return_counts=True)
    if not changes.any():
        return 0.0
    foretold = np.zeros(int(activity.max()) + 1)
    np.maximum.at(foretold, steps[0], counts - 1)
    always_the_same = int(np.bincount(steps[1], counts).max()) - 1
    if foretold.sum() - always_the_same < LEAST_GAIN * changes.sum():
        return 0.0
    return float(foretold.sum() / np.sqrt(changes.sum() * before.size))
