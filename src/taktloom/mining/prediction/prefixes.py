# SPDX-License-Identifier: Apache-2.0
"""Prefixes of cases as rows of features, and the split by time.

A row stands for the moment right after event k of a case (k counts from 1) and holds only what was known then: the
activities so far, the times so far, the resource of event k, and how many cases began in the week before. Case
attributes are left out, because a log does not tell when they were written. A case that was unfinished when the log
ends cannot be told from a finished one; every case counts as finished.
Source: Teinemaa et al., "Outcome-oriented predictive process monitoring", ACM TKDD 13, 2019 (last state and
aggregation encodings); Weytjens & De Weerdt, "Creating unbiased public benchmark datasets with data leakage prevention
for predictive process monitoring", BPM Workshops 2021 (split by time without cases that span it).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.prediction.errors import TooFewFinishedCasesError
from taktloom.mining.statistics.arrays import MICROSECONDS_PER_SECOND, LogArrays

Numbers = NDArray[np.float64]
Codes = NDArray[np.int64]
Marks = NDArray[np.bool_]

MOST_COUNTED = 60
MOST_PREFIX = 50
LEAST_CASES = 20
HELD_OUT_SHARE = 0.2
CALIBRATION_SHARE = 0.2
HOUR_US = 3_600 * MICROSECONDS_PER_SECOND
DAY_US = 24 * HOUR_US


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prefixes:
    """One row per prefix in canonical order, at most 50 per case.

    features: rows x names. case: index of the case, 0 ...; length: k; last: code of activity k; next: code of activity
    k+1, or the number of activities where the case ends; remaining_s: to the last event; known_at: µs, of event k.
    case_begin, case_end: µs, per case.
    """

    names: tuple[str, ...]
    features: NDArray[np.float32]
    case: Codes
    length: Codes
    last: Codes
    next: Codes
    remaining_s: Numbers
    known_at: Codes
    case_begin: Codes
    case_end: Codes

    def only(self, rows: Codes) -> "Prefixes":
        """These rows; cases keep their numbers."""
        return replace(
            self,
            features=self.features[rows],
            case=self.case[rows],
            length=self.length[rows],
            last=self.last[rows],
            next=self.next[rows],
            remaining_s=self.remaining_s[rows],
            known_at=self.known_at[rows],
        )


def find_prefixes(log: LogArrays) -> Prefixes:
    """The prefixes of all cases of *log*."""
    lengths = np.diff(np.append(log.starts, log.case.size))
    case = np.repeat(np.arange(log.starts.size), lengths)
    first = np.repeat(log.starts, lengths)
    length = np.arange(log.case.size) - first + 1
    is_last = np.zeros(log.case.size, dtype=np.bool_)
    is_last[log.ends] = True
    following = np.where(is_last, len(log.activities), np.append(log.activity[1:], 0))
    end = log.occurred_at[np.repeat(log.ends, lengths)]
    columns = _columns(log, first, length)
    kept = np.flatnonzero(length <= MOST_PREFIX)
    features = np.column_stack([column[kept].astype(np.float32) for _, column in columns])
    return Prefixes(
        names=tuple(name for name, _ in columns),
        features=features,
        case=case[kept],
        length=length[kept],
        last=log.activity[kept],
        next=following[kept],
        remaining_s=((end - log.occurred_at) / MICROSECONDS_PER_SECOND)[kept],
        known_at=log.occurred_at[kept],
        case_begin=log.occurred_at[log.starts],
        case_end=log.occurred_at[log.ends],
    )


def _columns(log: LogArrays, first: Codes, length: Codes) -> list[tuple[str, Numbers | Codes]]:
    at, began = log.occurred_at, log.occurred_at[first]
    before = np.maximum(np.arange(at.size) - 1, first)
    earlier = np.maximum(np.arange(at.size) - 2, first)
    columns: list[tuple[str, Numbers | Codes]] = [
        ("length", length),
        ("last", log.activity),
        ("before", np.where(length > 1, log.activity[before], -1)),
        ("earlier", np.where(length > 2, log.activity[earlier], -1)),
        ("resource", log.resource),
        ("elapsed h", (at - began) / HOUR_US),
        ("since before h", (at - at[before]) / HOUR_US),
        ("hour", log.local % DAY_US // HOUR_US),
        ("weekday", (log.local // DAY_US + 3) % 7),
        ("begun in a week", _begun_in_a_week(log)),
    ]
    totals = np.bincount(log.activity, minlength=len(log.activities))
    for code in np.argsort(-totals, kind="stable")[:MOST_COUNTED].tolist():
        seen = np.cumsum(log.activity == code)
        columns.append((f"count {log.activities[code]}", seen - seen[first] + (log.activity[first] == code)))
    return columns


def _begun_in_a_week(log: LogArrays) -> Codes:
    """Cases that began in the week before each event: knowable at that moment."""
    begins = np.sort(log.occurred_at[log.starts])
    begun = np.searchsorted(begins, log.occurred_at, side="right")
    long_ago = np.searchsorted(begins, log.occurred_at - 7 * DAY_US, side="right")
    return (begun - long_ago).astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TemporalSplit:
    """Rows to learn from, to calibrate with and to judge with, and the moments between them (µs).

    learn: rows of cases that ended before `calibrated_from`. calibrate: rows of cases that began after that and ended
    before `held_out_from`. held_out: rows of cases that began at or after it. Cases across a moment are in no part.
    """

    learn: Codes
    calibrate: Codes
    held_out: Codes
    calibrated_from: int
    held_out_from: int


def split_by_time(prefixes: Prefixes) -> TemporalSplit:
    """The last fifth of cases by their begin is held out; of the rest the last fifth calibrates.

    Raises TooFewFinishedCasesError where a part has fewer than 20 cases.
    """
    begins = np.sort(prefixes.case_begin)
    held_out_from = int(begins[int(begins.size * (1 - HELD_OUT_SHARE))])
    earlier = np.sort(prefixes.case_begin[prefixes.case_end < held_out_from])
    if earlier.size < LEAST_CASES:
        raise TooFewFinishedCasesError(int(earlier.size), LEAST_CASES)
    calibrated_from = int(earlier[int(earlier.size * (1 - CALIBRATION_SHARE))])
    learn = prefixes.case_end < calibrated_from
    calibrate = (prefixes.case_begin >= calibrated_from) & (prefixes.case_end < held_out_from)
    held_out = prefixes.case_begin >= held_out_from
    for part in (learn, calibrate, held_out):
        if part.sum() < LEAST_CASES:
            raise TooFewFinishedCasesError(int(part.sum()), LEAST_CASES)
    return TemporalSplit(
        learn=np.flatnonzero(learn[prefixes.case]),
        calibrate=np.flatnonzero(calibrate[prefixes.case]),
        held_out=np.flatnonzero(held_out[prefixes.case]),
        calibrated_from=calibrated_from,
        held_out_from=held_out_from,
    )
