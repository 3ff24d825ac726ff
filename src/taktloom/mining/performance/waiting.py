# SPDX-License-Identifier: Apache-2.0
"""Why cases wait: the time before each step parted by its cause.

The wait of a step runs from the completion before it in its case to its start, and belongs to the resource that then
did it. Each moment of it has one cause, asked in this order:
- contention: the resource works on something that was ready earlier;
- prioritisation: it works on something that became ready later;
- unavailability: it works on nothing, outside its working hours;
- batching: it works on nothing, within its hours, and what it later does together with this is not all ready;
- extraneous: none of these; something that the log does not show.
A batch is a run of instances of one activity by one resource, with no more than the tolerance between them, all ready
before the first begins; runs count where the resource does so habitually (at least three, and half of those steps).
Source: Lashkevich, Milani, Chapela-Campa, Suvorau & Dumas, "Unveiling the causes of waiting time in business processes
from event logs", Information Systems 126, 2024 (CAiSE 2023); batches after Martin, Swennen, Depaire, Jans, Caris &
Vanhoof, "Retrieving batch organisation of work insights from event logs", DSS 100, 2017.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.performance.weekly_hours import ALWAYS_OPEN, WeeklyHours
from taktloom.mining.statistics.arrays import MICROSECONDS_PER_SECOND, NOBODY, LogArrays
from taktloom.mining.watching import heeding, step, telling

TOLERANCE_US = 60 * MICROSECONDS_PER_SECOND
PARTING = "parting waits"
FEWEST_BATCHES, SHARE_IN_BATCHES = 3, 0.5

Times = NDArray[np.int64]
Span: TypeAlias = tuple[int, int, int, bool]
"""begin, end and readiness of a piece of work (µs), and whether it pauses outside of the hours"""


class WaitingCause(StrEnum):
    """See the module."""

    BATCHING = "batching"
    CONTENTION = "contention"
    PRIORITISATION = "prioritisation"
    UNAVAILABILITY = "unavailability"
    EXTRANEOUS = "extraneous"


CAUSES = tuple(WaitingCause)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingStep:
    """One step from an activity to the next: how often, and its waiting in seconds by cause."""

    source: str
    target: str
    count: int
    waiting_s: float
    by_cause: Mapping[WaitingCause, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingCauses:
    """Totals in seconds. told: waits that could be parted; untold: those whose step has no known resource or start."""

    told: int
    untold: int
    total_s: float
    by_cause: Mapping[WaitingCause, float]
    steps: tuple[WaitingStep, ...]
    batches: int


def find_waiting_causes(
    log: LogArrays,
    hours: Mapping[str, WeeklyHours] | None = None,
    *,
    tolerance_us: int = TOLERANCE_US,
    estimated: NDArray[np.bool_] | None = None,
) -> WaitingCauses:
    """The causes of all waits of *log*, which has starts. hours: by resource; without an entry always at work.

    estimated: rows whose start is; their work pauses outside of the resource's hours. None: every start is recorded,
    and who works outside of the hours works.
    """
    assert log.started_at is not None  # the caller has estimated them, or refused the log
    ready = log.started_at.copy()
    ready[log.follows] = np.minimum(log.occurred_at[log.follows - 1], log.started_at[log.follows])
    is_wait = np.zeros(log.case.size, dtype=np.bool_)
    is_wait[log.follows] = True
    usable = (log.resource != NOBODY) & log.has_start
    causes = np.zeros((log.case.size, len(CAUSES)), dtype=np.int64)
    batches = 0
    people = _rows_by(log.resource, np.flatnonzero(usable))
    for done, rows in enumerate(people):
        code = int(log.resource[rows[0]])
        with step(PARTING, done, len(people)):
            desk = _Desk(log, rows, ready, (hours or {}).get(log.resources[code], ALWAYS_OPEN))
            if estimated is not None:
                desk.pauses = estimated[rows]
            batches += desk.gather(tolerance_us)
            for place in telling(np.flatnonzero(is_wait[rows]).tolist(), PARTING):
                causes[rows[place]] = desk.part(place)
    told = is_wait & usable
    return WaitingCauses(
        told=int(told.sum()),
        untold=int((is_wait & ~usable).sum()),
        total_s=float(causes[told].sum() / MICROSECONDS_PER_SECOND),
        by_cause=_seconds(causes[told].sum(axis=0)),
        steps=_steps(log, np.flatnonzero(told), causes),
        batches=batches,
    )


class _Desk:
    """What one resource does, in the order of starts, and when each piece became ready."""

    def __init__(self, log: LogArrays, rows: Times, ready: Times, hours: WeeklyHours) -> None:
        assert log.started_at is not None
        self.begin, self.end, self.ready = log.started_at[rows], log.occurred_at[rows], ready[rows]
        self.activity, self.hours = log.activity[rows], hours
        self.ahead = log.local[rows] - log.occurred_at[rows]
        self.order = np.argsort(self.begin, kind="stable")
        self.sorted_begin = self.begin[self.order]
        self.reached = np.maximum.accumulate(self.end[self.order])
        self.pauses = np.zeros(rows.size, dtype=np.bool_)
        self.complete = self.ready.copy()  # when the whole batch of a piece is ready; its own, where it is in none

    def gather(self, tolerance_us: int) -> int:
        """Find the habitual batches; how many."""
        found = 0
        for places in heeding(_rows_by(self.activity, self.order)):
            runs = self._runs(places, tolerance_us)
            members = sum(len(run) for run in runs)
            if len(runs) < FEWEST_BATCHES or members < SHARE_IN_BATCHES * places.size:
                continue
            found += len(runs)
            for run in runs:
                self.complete[run] = self.ready[run].max()
        return found

    def _runs(self, places: Times, tolerance_us: int) -> Sequence[list[int]]:
        runs: list[list[int]] = []
        run: list[int] = []
        reached = 0
        for place in heeding(places.tolist()):
            begin = int(self.begin[place])
            if run and begin <= reached + tolerance_us and self.ready[place] <= self.begin[run[0]]:
                run.append(place)
            else:
                runs.append(run)
                run = [place]
                reached = 0
            reached = max(reached, int(self.end[place]))
        return [each for each in (*runs, run) if len(each) > 1]

    def part(self, place: int) -> tuple[int, ...]:
        """Waiting µs of one piece by cause, in the order of CAUSES."""
        low, high = int(self.ready[place]), int(self.begin[place])
        if low >= high:
            return (0, 0, 0, 0, 0)
        others = self._running(place, low, high)
        if any(each[3] for each in others):
            return self._part_of_pausing(place, others)
        earlier = _union([each for each in others if each[2] <= low], low, high)
        busy = _union(others, low, high)
        contention, occupied = _length(earlier), _length(busy)
        complete, ahead = int(self.complete[place]), int(self.ahead[place])
        batching = unavailable = 0
        cursor = low
        for begin, end in (*busy, (high, high)):
            if begin > cursor:
                is_open = self._open(cursor, begin, ahead)
                unavailable += begin - cursor - is_open
                batching += self._open(cursor, min(begin, complete), ahead) if complete > cursor else 0
            cursor = max(cursor, end)
        rest = high - low - occupied - unavailable - batching
        return (batching, contention, occupied - contention, unavailable, rest)

    def _part_of_pausing(self, place: int, others: Sequence[Span]) -> tuple[int, ...]:
        """As `part`, where what else runs pauses outside of the hours: all of the closed time is unavailability."""
        low, high, ahead = int(self.ready[place]), int(self.begin[place]), int(self.ahead[place])
        complete = min(high, int(self.complete[place]))
        busy = _union(others, low, high)
        earlier = sum(self._open(*each, ahead) for each in _union([one for one in others if one[2] <= low], low, high))
        occupied = sum(self._open(*each, ahead) for each in busy)
        opened, batching = self._open(low, high, ahead), 0
        if complete > low:
            until = sum(self._open(begin, min(end, complete), ahead) for begin, end in busy if begin < complete)
            batching = self._open(low, complete, ahead) - until
        return (batching, earlier, occupied - earlier, high - low - opened, opened - occupied - batching)

    def _open(self, begin: int, end: int, ahead: int) -> int:
        return self.hours.before(end + ahead) - self.hours.before(begin + ahead)

    def _running(self, place: int, low: int, high: int) -> list[Span]:
        """The other pieces that run between *low* and *high*."""
        first = int(np.searchsorted(self.reached, low, side="right"))
        last = int(np.searchsorted(self.sorted_begin, high, side="left"))
        near = self.order[first:last]
        near = near[(self.end[near] > low) & (near != place) & (self.end[near] > self.begin[near])]
        columns = (self.begin[near], self.end[near], self.ready[near], self.pauses[near])
        return list(zip(*(column.tolist() for column in columns), strict=True))


def _rows_by(values: Times, rows: Times) -> list[Times]:
    """*rows* parted by their value, the least first; within a part as they stood."""
    ordered = rows[np.argsort(values[rows], kind="stable")]
    parts = np.split(ordered, np.flatnonzero(np.diff(values[ordered])) + 1)
    return parts if rows.size else []


def _union(spans: Sequence[Span], low: int, high: int) -> list[tuple[int, int]]:
    """The spans, which come by their begin, clipped and joined."""
    joined: list[tuple[int, int]] = []
    for first, last, *_ in spans:
        begin, end = max(first, low), min(last, high)
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return joined


def _length(spans: Sequence[tuple[int, int]]) -> int:
    return sum(end - begin for begin, end in spans)


def _seconds(causes_us: Times) -> dict[WaitingCause, float]:
    return {cause: float(us / MICROSECONDS_PER_SECOND) for cause, us in zip(CAUSES, causes_us.tolist(), strict=True)}


def _steps(log: LogArrays, rows: Times, causes: Times) -> tuple[WaitingStep, ...]:
    width = len(log.activities)
    pair = log.activity[rows - 1] * width + log.activity[rows]
    codes, group, counts = np.unique(pair, return_inverse=True, return_counts=True)
    totals = np.zeros((codes.size, len(CAUSES)), dtype=np.int64)
    np.add.at(totals, group, causes[rows])
    found = [
        WaitingStep(
            source=log.activities[code // width],
            target=log.activities[code % width],
            count=count,
            waiting_s=float(total.sum() / MICROSECONDS_PER_SECOND),
            by_cause=_seconds(total),
        )
        for code, count, total in zip(codes.tolist(), counts.tolist(), totals, strict=True)
    ]
    return tuple(sorted(found, key=lambda step: (-step.waiting_s, step.source, step.target)))
