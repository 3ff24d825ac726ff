# SPDX-License-Identifier: Apache-2.0
"""Work by the clock and work in batches, as marks of single events.

A batch is a run of events of one activity, by one resource where it is known, in three or more cases with at most 60 s
between neighbours. Where events come so often that such runs arise by chance (over a tenth of the gaps of a Poisson
process of that rate would be as short), or by a clock that shows less than minutes, the log cannot tell.
What waits to be done in a batch does not take that long: such an event's own time is that to its nearest neighbour in
the run (Lashkevich, Milani, Chapela-Campa, Suvorau & Dumas, "Why am I waiting? Data-driven analysis of waiting times in
business processes", CAiSE 2023, tell waiting for a batch from other waiting).
Sources: Martin, Swennen, Depaire, Jans, Caris & Vanhoof, "Retrieving batch organisation of work insights from event
logs", Decision Support Systems 100, 2017; Mardia & Jupp, "Directional Statistics", 2000, chapter 2 (resultant length).
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.distinct import distinct
from taktloom.mining.indicators.regularity import Codes, Numbers
from taktloom.mining.statistics.arrays import MICROSECONDS_PER_SECOND, LogArrays
from taktloom.mining.watching import heed

Marks: TypeAlias = NDArray[np.bool_]

BATCH_GAP_US = 60 * MICROSECONDS_PER_SECOND
LEAST_CASES = 3
MOST_BY_CHANCE = 0.1
HOUR_US = 3_600 * MICROSECONDS_PER_SECOND
COARSE_US = 15 * 60 * MICROSECONDS_PER_SECOND
LEAST_EVENTS = 30


def find_batches(log: LogArrays, finest_unit_us: int, *, by_resource: bool = True) -> tuple[Marks, Marks]:
    """Per row: it lies in a batch; and whether that could be told. by_resource False: whoever does it."""
    in_batch, told = np.zeros((2, log.case.size), dtype=np.bool_)
    if log.case.size == 0 or finest_unit_us > BATCH_GAP_US:
        return in_batch, told
    owner = log.activity * (len(log.resources) + 1) + log.resource + 1 if by_resource else log.activity
    order = np.lexsort((log.occurred_at, owner))
    group, at, case = owner[order], log.occurred_at[order], log.case[order]
    begins = np.flatnonzero(np.append(True, (group[1:] != group[:-1]) | (np.diff(at) > BATCH_GAP_US)))
    sizes = np.diff(np.append(begins, group.size))
    run = np.repeat(np.arange(begins.size), sizes)
    pairs = distinct(run * (int(case.max()) + 1) + case) // (int(case.max()) + 1)
    in_batch[order] = (np.bincount(pairs, minlength=begins.size) >= LEAST_CASES)[run]
    heed()
    names, place, counts = np.unique(owner, return_inverse=True, return_counts=True)
    first, last = np.full(names.size, np.iinfo(np.int64).max), np.zeros(names.size, dtype=np.int64)
    np.minimum.at(first, place, log.occurred_at)
    np.maximum.at(last, place, log.occurred_at)
    # The rate is that of distinct instants: a batch written at one instant is no sign of density.
    instants = np.unique(np.stack([owner, log.occurred_at]), axis=1)[0]
    rate = np.bincount(np.searchsorted(names, instants), minlength=names.size) / np.maximum(last - first, BATCH_GAP_US)
    is_sparse = 1 - np.exp(-rate * BATCH_GAP_US) <= MOST_BY_CHANCE
    told = (is_sparse & (counts >= LEAST_CASES))[place]
    return in_batch & told, told


def times_outside_batches(log: LogArrays, finest_unit_us: int) -> Codes:
    """For each of `log.follows` the time from the step before in µs; in a batch, whoever does it, at most that to the
    nearest event of the same activity."""
    heed()
    in_batch = find_batches(log, finest_unit_us, by_resource=False)[0]
    heed()
    order = np.lexsort((log.occurred_at, log.activity))
    apart = np.diff(log.occurred_at[order])
    apart[np.diff(log.activity[order]) != 0] = np.iinfo(np.int64).max
    bound = np.full(1, np.iinfo(np.int64).max)
    nearest = np.empty(order.size, dtype=np.int64)
    nearest[order] = np.minimum(np.concatenate([bound, apart]), np.concatenate([apart, bound]))[: order.size]
    own: Codes = np.where(in_batch[log.follows], np.minimum(log.gap_us, nearest[log.follows]), log.gap_us)
    return own


def hour_phases(log: LogArrays, finest_unit_us: int) -> tuple[Numbers, Numbers] | None:
    """Per row cosine and sine of its place in the hour (its start where known); None for clocks too coarse to tell."""
    if finest_unit_us >= COARSE_US:
        return None
    at = log.occurred_at if log.started_at is None else log.started_at
    angle = (at % HOUR_US) * (2 * np.pi / HOUR_US)
    return np.cos(angle), np.sin(angle)


def timer_regularity(
    phases: tuple[Numbers, Numbers] | None, weight: Numbers, activity: Codes, activities: int
) -> Numbers:
    """Per activity the resultant length 0 … 1, less that of as many random phases; NaN for fewer than 30 events."""
    if phases is None:
        return np.full(activities, np.nan)
    total, squares, across, up = (
        np.bincount(activity, weights=each, minlength=activities)
        for each in (weight, weight * weight, weight * phases[0], weight * phases[1])
    )
    held = np.where(total > 0, total, 1)
    size = total * total / np.where(squares > 0, squares, 1)
    length = (across * across + up * up) / (held * held)
    corrected = np.clip((size * length - 1) / np.maximum(size - 1, 1), 0, 1)
    return np.where(total >= LEAST_EVENTS, np.sqrt(corrected), np.nan)
