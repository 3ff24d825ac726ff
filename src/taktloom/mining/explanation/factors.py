# SPDX-License-Identifier: Apache-2.0
"""Candidate factors: what could set some cases apart from others, each as yes or no per case.

Columns needed: case attributes `case.*` (texts, booleans, numbers), and of the events activity, resource and time.
Texts with almost as many values as cases are identifiers and no factor. Numbers of few values are taken value by value;
others are cut into thirds at values that occur. That an attribute is missing is a factor of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import polars as pl
from numpy.typing import NDArray

from taktloom.mining.distinct import distinct
from taktloom.mining.statistics.arrays import MICROSECONDS_PER_SECOND, NOBODY, LogArrays
from taktloom.model.events import CASE_ATTRIBUTE_PREFIX

MOST_CATEGORIES = 20
MOST_ACTIVITIES = 100
MOST_RESOURCES = 100
MOST_ATTRIBUTES = 100
MOST_LEVELS = 5  # numbers of so many values are taken value by value; thirds of them would say less
IDENTIFIER_SHARE = 0.5
LEAST_SHARE = 0.02
LEAST_CASES = 10
DAY_US = 86_400 * MICROSECONDS_PER_SECOND
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

Marks = NDArray[np.bool_]


class FactorKind(StrEnum):
    """What a factor is about."""

    CASE_ATTRIBUTE = "case-attribute"
    MISSING_ATTRIBUTE = "missing-attribute"
    ACTIVITY = "activity"
    REPEATED_ACTIVITY = "repeated-activity"
    RESOURCE = "resource"
    START_WEEKDAY = "start-weekday"
    START_HOURS = "start-hours"
    EVENT_COUNT = "event-count"


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """name: the attribute, activity or resource. value: the category or range, empty where presence is meant."""

    kind: FactorKind
    name: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FactorTable:
    """marks: cases in the order of `LogArrays.starts` x factors, whether the case has the factor."""

    factors: tuple[Factor, ...]
    marks: Marks

    def without(self, kinds: frozenset[FactorKind], named: frozenset[str] = frozenset()) -> "FactorTable":
        """Without the factors of *kinds*, and without the activities *named*."""
        about = (FactorKind.ACTIVITY, FactorKind.REPEATED_ACTIVITY)
        kept = [
            index
            for index, each in enumerate(self.factors)
            if each.kind not in kinds and not (each.kind in about and each.name in named)
        ]
        return FactorTable(factors=tuple(self.factors[index] for index in kept), marks=self.marks[:, kept])


def find_factors(log: LogArrays, attributes: pl.DataFrame) -> FactorTable:
    """Every factor that at least 2 % and ten of the cases have, and as many have not.

    attributes: one row per case in the order of `LogArrays.starts`; only columns `case.*` are looked at.
    """
    cases = log.starts.size
    least = max(LEAST_CASES, int(np.ceil(LEAST_SHARE * cases)))
    factors, columns = [], []
    for factor, marks in _candidates(log, attributes):
        if least <= int(marks.sum()) <= cases - least:
            factors.append(factor)
            columns.append(marks)
    marks = np.column_stack(columns) if columns else np.empty((cases, 0), dtype=np.bool_)
    return FactorTable(factors=tuple(factors), marks=marks)


def _candidates(log: LogArrays, attributes: pl.DataFrame) -> Iterator[tuple[Factor, Marks]]:
    names = [name for name in attributes.columns if name.startswith(CASE_ATTRIBUTE_PREFIX)]
    for name in names[:MOST_ATTRIBUTES]:
        yield from _of_attribute(name, attributes[name])
        yield Factor(kind=FactorKind.MISSING_ATTRIBUTE, name=name), attributes[name].is_null().to_numpy()
    yield from _of_activities(log)
    yield from _of_resources(log)
    yield from _of_begin(log)
    lengths = np.diff(np.append(log.starts, log.case.size)).astype(np.float64)
    yield from _ranges(FactorKind.EVENT_COUNT, "events", lengths)


def _of_attribute(name: str, column: pl.Series) -> Iterator[tuple[Factor, Marks]]:
    if column.dtype.is_numeric():
        values = column.cast(pl.Float64).fill_null(float("nan")).to_numpy()
        yield from _ranges(FactorKind.CASE_ATTRIBUTE, name, values)
        return
    if column.dtype not in (pl.String, pl.Boolean, pl.Categorical):
        return
    texts = column.cast(pl.String)
    counted = texts.drop_nulls().value_counts().sort(["count", texts.name], descending=[True, False])
    if counted.height > IDENTIFIER_SHARE * texts.len():
        return
    for value in counted[texts.name].head(MOST_CATEGORIES).to_list():
        marks = (texts == value).fill_null(False).to_numpy()
        yield Factor(kind=FactorKind.CASE_ATTRIBUTE, name=name, value=value), marks


def _ranges(kind: FactorKind, name: str, values: NDArray[np.float64]) -> Iterator[tuple[Factor, Marks]]:
    """Each value where there are few, else the thirds; bounds are values that occur, which filters can repeat."""
    known = values[~np.isnan(values)]
    levels = distinct(known)
    if levels.size < 2:
        return
    if levels.size <= MOST_LEVELS:
        for level in levels.tolist():
            yield Factor(kind=kind, name=name, value=f"= {_number(level)}"), values == level
        return
    low, high = np.quantile(known, [1 / 3, 2 / 3], method="lower").tolist()
    lower, upper = _number(low), _number(high)
    yield Factor(kind=kind, name=name, value=f"<= {lower}"), values <= low
    if low < high:
        yield Factor(kind=kind, name=name, value=f"> {lower}, <= {upper}"), (values > low) & (values <= high)
    yield Factor(kind=kind, name=name, value=f"> {upper}"), values > high


def _number(value: float) -> str:
    return f"{value:.15g}"


def _case_index(log: LogArrays) -> NDArray[np.int64]:
    return np.repeat(np.arange(log.starts.size), np.diff(np.append(log.starts, log.case.size)))


def _of_activities(log: LogArrays) -> Iterator[tuple[Factor, Marks]]:
    counts, commonest = _counts(log, log.activity, len(log.activities), MOST_ACTIVITIES)
    for column, code in enumerate(commonest):
        name = log.activities[code]
        yield Factor(kind=FactorKind.ACTIVITY, name=name), counts[:, column] > 0
        yield Factor(kind=FactorKind.REPEATED_ACTIVITY, name=name), counts[:, column] > 1


def _of_resources(log: LogArrays) -> Iterator[tuple[Factor, Marks]]:
    counts, commonest = _counts(log, log.resource, len(log.resources), MOST_RESOURCES)
    for column, code in enumerate(commonest):
        yield Factor(kind=FactorKind.RESOURCE, name=log.resources[code]), counts[:, column] > 0


def _counts(log: LogArrays, codes: NDArray[np.int64], labels: int, most: int) -> tuple[NDArray[np.int64], list[int]]:
    """How often each case has each of the commonest codes, and which those are."""
    known = codes != NOBODY
    totals = np.bincount(codes[known], minlength=labels)
    commonest = np.argsort(-totals, kind="stable")[:most]
    place = np.full(labels + 1, -1, dtype=np.int64)
    place[commonest] = np.arange(commonest.size)
    column = place[np.where(known, codes, labels)]
    told = column >= 0
    keys = _case_index(log)[told] * commonest.size + column[told]
    counted = np.bincount(keys, minlength=log.starts.size * commonest.size)
    return counted.reshape(log.starts.size, commonest.size), commonest.tolist()


def _of_begin(log: LogArrays) -> Iterator[tuple[Factor, Marks]]:
    """Weekday and quarter of the day of the first completion, by local clocks."""
    begun = log.local[log.starts]
    weekday = (begun // DAY_US + 3) % 7  # 1970-01-01 was a Thursday
    quarter = begun % DAY_US // (DAY_US // 4)
    for number, name in enumerate(WEEKDAYS):
        yield Factor(kind=FactorKind.START_WEEKDAY, name=name), weekday == number
    for number in range(4):
        name = f"{6 * number:02}:00-{6 * number + 6:02}:00"
        yield Factor(kind=FactorKind.START_HOURS, name=name), quarter == number
