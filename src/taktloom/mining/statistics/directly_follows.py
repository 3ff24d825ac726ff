# SPDX-License-Identifier: Apache-2.0
"""The directly-follows graph with frequencies and times.

An activity follows another directly when its completion is the next one in the same case (canonical order). The time
of a flow is from completion to completion: it holds waiting and working, which a log of completions cannot tell apart.
Where starts are known, the working time of an activity is completion minus start.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.statistics.arrays import (
    NO_TIMES,
    LogArrays,
    TimeSummary,
    group_rows,
    summarise_groups,
    summarise_rows,
)

DENSE_PAIRS = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityNode:
    """An activity: how often (events, cases), how often first or last in a case, the time since the step before it
    (elapsed) and its own working time (working; empty without starts)."""

    activity: str
    events: int
    cases: int
    first_in: int
    last_in: int
    elapsed_before: TimeSummary
    working: TimeSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """*target* completed directly after *source*: in how many transitions and cases, and how long it took."""

    source: str
    target: str
    frequency: int
    cases: int
    elapsed: TimeSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectlyFollowsGraph:
    """Nodes and flows, most frequent first (ties by label)."""

    nodes: tuple[ActivityNode, ...]
    flows: tuple[Flow, ...]


def discover_directly_follows_graph(log: LogArrays) -> DirectlyFollowsGraph:
    """The graph of all rows of *log*."""
    return DirectlyFollowsGraph(nodes=_nodes(log), flows=measure_flows(log))


def _nodes(log: LogArrays) -> tuple[ActivityNode, ...]:
    count = len(log.activities)
    events = np.bincount(log.activity, minlength=count)
    cases = group_rows(log.activity, count).distinct(log.case)
    first = np.bincount(log.activity[log.starts], minlength=count)
    last = np.bincount(log.activity[log.ends], minlength=count)
    elapsed = summarise_groups(log.activity[log.follows], log.gap_us, count)
    working = [NO_TIMES] * count
    if log.started_at is not None:
        known = np.flatnonzero(log.has_start)
        working = summarise_groups(log.activity[known], log.occurred_at[known] - log.started_at[known], count)
    nodes = [
        ActivityNode(
            activity=log.activities[code],
            events=int(events[code]),
            cases=int(cases[code]),
            first_in=int(first[code]),
            last_in=int(last[code]),
            elapsed_before=elapsed[code],
            working=working[code],
        )
        for code in np.flatnonzero(events).tolist()
    ]
    return tuple(sorted(nodes, key=lambda node: (-node.events, node.activity)))


def measure_flows(log: LogArrays) -> tuple[Flow, ...]:
    """The flows of *log*, most frequent first (ties by label).

    Neighbours of two cases are put into a group of their own, which is dropped: to pick the others out would make twice
    as many large arrays.
    """
    count = len(log.activities)
    across = count * count
    pair = log.activity[:-1] * count
    pair += log.activity[1:]
    pair[log.starts[1:] - 1] = across
    group, pairs = group_numbers(pair, across + 1)
    del pair
    rows = group_rows(group, pairs.size)
    cases = rows.distinct(log.case[1:])
    elapsed = summarise_rows(rows, np.diff(log.occurred_at))
    pairs = pairs[pairs < across]
    flows = [
        Flow(
            source=log.activities[code // count],
            target=log.activities[code % count],
            frequency=int(rows.counts[number]),
            cases=int(cases[number]),
            elapsed=elapsed[number],
        )
        for number, code in enumerate(pairs.tolist())
    ]
    return tuple(sorted(flows, key=lambda flow: (-flow.frequency, flow.source, flow.target)))


def group_numbers(codes: NDArray[np.int64], size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Codes 0 … size-1 renumbered without gaps, and the code of each number; a table where that is small enough."""
    if size > DENSE_PAIRS:
        found, group = np.unique(codes, return_inverse=True)
        return group.astype(np.int64), found
    found = np.flatnonzero(np.bincount(codes, minlength=size))
    number = np.zeros(size, dtype=np.int64)
    number[found] = np.arange(found.size)
    return number[codes], found
