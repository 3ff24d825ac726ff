# SPDX-License-Identifier: Apache-2.0
"""Rows of a lifecycle to activity instances: a start is joined to the completion that ends it.

Within (case, activity[, instance]) in order of time and source, a completion ends the oldest start still open (first
in, first out); so does an abort (ate_abort, pi_abort), which stays as what it is, for work that was begun and given up.
Starts never ended and states in between (schedule, assign, suspend …) are left out and counted; ends without start
stay, and so do transitions that need none (withdraw, autoskip, manualskip). Time suspended counts as time at work: the
start of an instance is its first start. A log whose transitions are no pairs of start and end keeps every row (BPI
Challenge 2013 has states of its own there). Source: IEEE 1849-2016, lifecycle extension, standard model.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from taktloom.model.events import Lifecycle

INTERMEDIATE = frozenset({"schedule", "assign", "reassign", "suspend", "resume"})
ABORTS = frozenset({"ate_abort", "pi_abort"})
START, COMPLETE = str(Lifecycle.START), str(Lifecycle.COMPLETE)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Instances:
    """Which rows stay (ascending row numbers), each with its start row or -1; aborts are no orphans."""

    rows: NDArray[np.int64]
    start_rows: NDArray[np.int64]
    orphan_starts: int = 0
    orphan_completes: int = 0
    intermediate: int = 0


def every_row(count: int) -> Instances:
    """Each row its own activity instance."""
    return Instances(rows=np.arange(count), start_rows=np.full(count, -1, dtype=np.int64))


def has_pairs(lifecycle: pl.Series) -> bool:
    """Whether starts and completions are among these transitions: only then are rows joined, and others left out."""
    transition = lifecycle.str.to_lowercase()
    return bool((transition == START).any()) and bool((transition == COMPLETE).any())


def join_lifecycles(rows: pl.DataFrame, *, are_paired: bool | None = None) -> Instances:
    """Activity instances of *rows*: case, activity (codes), occurred_at, lifecycle (text), instance (text or null).

    Rows are numbered as they stand, in the order of the source. are_paired: what `has_pairs` says of the whole log,
    where *rows* are a part of one.
    """
    if not (has_pairs(rows["lifecycle"]) if are_paired is None else are_paired):
        return every_row(rows.height)
    transition = rows["lifecycle"].str.to_lowercase()
    is_start, is_complete = (transition == START).fill_null(False), (transition == COMPLETE).fill_null(False)
    start, complete = is_start.to_numpy(), is_complete.to_numpy()
    ends = complete | transition.is_in(sorted(ABORTS)).fill_null(False).to_numpy()
    between = transition.is_in(sorted(INTERMEDIATE)).fill_null(False).to_numpy()
    start_of = np.full(rows.height, -1, dtype=np.int64)
    relevant = np.flatnonzero(start | ends)
    key = _keys(rows)[relevant]
    order = np.lexsort((relevant, rows["occurred_at"].to_numpy()[relevant], key))
    matched_starts, matched_ends = _match(key[order], start[relevant][order]) if key.size else (key, key)
    start_of[relevant[order][matched_ends]] = relevant[order][matched_starts]
    kept = np.flatnonzero(~start & ~between)
    return Instances(
        rows=kept,
        start_rows=start_of[kept],
        orphan_starts=int(start.sum()) - matched_starts.size,
        orphan_completes=int((complete & (start_of < 0)).sum()),
        intermediate=int(between.sum()),
    )


def _keys(rows: pl.DataFrame) -> NDArray[np.int64]:
    """One number per (case, activity, instance)."""
    columns = ["case", "activity"] + (["instance"] if "instance" in rows.columns else [])
    return rows.select(pl.struct(columns).rank("dense").cast(pl.Int64)).to_series().to_numpy()


def _match(key: NDArray[np.int64], is_start: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Index pairs (start, completion), first in first out within each run of equal keys.

    The number of open starts is a walk that never goes below zero: a completion that would take it there has no start.
    """
    first = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
    run = np.cumsum(np.append(True, key[1:] != key[:-1])) - 1
    balance = np.cumsum(np.where(is_start, 1, -1))
    balance -= np.repeat(np.append(0, balance[first[1:] - 1]), np.diff(np.append(first, key.size)))
    # the running minimum within a run: runs are pushed far apart so that one accumulate serves all
    apart = balance - run * (2 * key.size + 2)
    lowest = np.minimum.accumulate(apart) + run * (2 * key.size + 2)
    previous = np.append(0, lowest[:-1])
    previous[first] = 0
    orphan = ~is_start & (lowest < np.minimum(previous, 0))
    starts, completes = np.flatnonzero(is_start), np.flatnonzero(~is_start & ~orphan)
    start_rank, complete_rank = _rank_in_run(run[starts]), _rank_in_run(run[completes])
    width = key.size + 1
    _, start_index, complete_index = np.intersect1d(
        run[starts] * width + start_rank, run[completes] * width + complete_rank, return_indices=True
    )
    return starts[start_index], completes[complete_index]


def _rank_in_run(run: NDArray[np.int64]) -> NDArray[np.int64]:
    first = np.searchsorted(run, run, side="left")
    return np.arange(run.size) - first
