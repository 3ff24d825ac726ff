# SPDX-License-Identifier: Apache-2.0
"""Logs of a clerk (`pass on`) and a desk (`work`) where why each case waited is known, because it was made so."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.statistics.arrays import LogArrays

HOUR = 3_600_000_000
MONDAY_US = 1_767_571_200_000_000  # 2026-01-05, a Monday
Draw = np.random.Generator
Planned = list[tuple[int, int]]  # begin and end of the work, by case


def two_steps(ready: NDArray[np.int64], work: Planned) -> LogArrays:
    """Per case: the clerk completes at *ready*, the desk works from begin to end."""
    count = ready.size
    begin, end = (np.array([each[side] for each in work], dtype=np.int64) for side in (0, 1))
    occurred = np.stack([ready, end], axis=1).ravel()
    started = np.stack([ready, begin], axis=1).ravel()
    return LogArrays(
        activities=["pass on", "work"],
        resources=["clerk", "desk"],
        roles=[],
        case=np.repeat(np.arange(count, dtype=np.uint32), 2),
        activity=np.tile(np.array([0, 1], dtype=np.int64), count),
        resource=np.tile(np.array([0, 1], dtype=np.int64), count),
        role=np.full(2 * count, -1, dtype=np.int64),
        occurred_at=occurred,
        started_at=started,
        has_start=np.ones(2 * count, dtype=np.bool_),
        local=occurred,
    )


def beside_each_other(logs: list[LogArrays]) -> LogArrays:
    """One log of all, each with a clerk and a desk of its own."""
    sizes = [log.case.size for log in logs]
    number = np.repeat(np.arange(len(logs)), sizes)
    return LogArrays(
        activities=logs[0].activities,
        resources=[f"{name} {at}" for at in range(len(logs)) for name in ("clerk", "desk")],
        roles=[],
        case=(np.concatenate([log.case for log in logs]) + number * max(sizes)).astype(np.uint32),
        activity=np.concatenate([log.activity for log in logs]),
        resource=np.concatenate([log.resource for log in logs]) + 2 * number,
        role=np.concatenate([log.role for log in logs]),
        occurred_at=np.concatenate([log.occurred_at for log in logs]),
        started_at=np.concatenate([log.started_at for log in logs if log.started_at is not None]),
        has_start=np.concatenate([log.has_start for log in logs]),
        local=np.concatenate([log.local for log in logs]),
    )


def arrivals(draw: Draw, cases: int, mean_hours: float) -> NDArray[np.int64]:
    return MONDAY_US + np.cumsum(draw.exponential(mean_hours, cases) * HOUR).astype(np.int64)


def first_come(draw: Draw, cases: int = 300) -> LogArrays:
    """The desk is busy nearly always and takes who came first: contention."""
    ready = arrivals(draw, cases, 1.0)
    free, work = 0, []
    for at in ready.tolist():
        begin = max(at, free)
        free = begin + int(draw.exponential(0.9) * HOUR)
        work.append((begin, free))
    return two_steps(ready, work)


def last_come(draw: Draw, cases: int = 300) -> LogArrays:
    """The desk takes who came last: what waits, waits mostly behind those who came after it."""
    ready = arrivals(draw, cases, 1.0)
    waiting: list[int] = []
    work: dict[int, tuple[int, int]] = {}
    now, following = 0, 0
    while len(work) < cases:
        while following < cases and ready[following] <= now:
            waiting.append(following)
            following += 1
        if not waiting:
            now = int(ready[following])
            continue
        case = waiting.pop()
        end = now + int(draw.exponential(0.9) * HOUR)
        work[case], now = (now, end), end
    return two_steps(ready, [work[case] for case in range(cases)])


def office_hours(draw: Draw, cases: int = 400) -> LogArrays:
    """Cases come around the clock and rarely; the desk begins at once, between 9 and 17 on every day."""
    ready = arrivals(draw, cases, 6.0)
    work = []
    for at in ready.tolist():
        hour = (at - MONDAY_US) // HOUR % 24
        midnight = at - (at - MONDAY_US) % (24 * HOUR)
        begin = at if 9 <= hour < 17 else midnight + (9 + (24 if hour >= 17 else 0)) * HOUR
        work.append((begin, begin + HOUR // 60))
    return two_steps(ready, work)


def in_batches(draw: Draw, cases: int = 300) -> LogArrays:
    """The desk waits until ten are there and does them in one go."""
    ready = arrivals(draw, cases, 1.0)
    complete = np.repeat(ready[9::10], 10)
    return two_steps(ready, [(at, at + HOUR // 30) for at in complete.tolist()])


def outside(draw: Draw, cases: int = 300) -> LogArrays:
    """The desk is free and at work, but each case waits for something that nobody recorded."""
    ready = arrivals(draw, cases, 20.0)
    begins = ready + (draw.uniform(0.5, 8, cases) * HOUR).astype(np.int64)
    return two_steps(ready, [(at, at + HOUR // 60) for at in begins.tolist()])


TRUTHS: dict[str, Callable[[Draw], LogArrays]] = {
    "contention": first_come,
    "prioritisation": last_come,
    "unavailability": office_hours,
    "batching": in_batches,
    "extraneous": outside,
}
