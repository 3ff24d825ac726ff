# SPDX-License-Identifier: Apache-2.0
"""Logs drawn from a seed, with or without a planted truth, made as arrays without going through a file."""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from taktloom.mining.statistics.arrays import LogArrays

DAY_US = 86_400_000_000
BEGIN_US = 1_735_689_600_000_000  # 2025-01-01
ACTIVITIES = ("Register", "Check", "Extra check", "Ask customer", "Consult expert", "Decide", "Archive")
OPTIONAL = (2, 3, 4)
RESOURCES = tuple(f"person {number}" for number in range(12))


@dataclass(frozen=True)
class SimulatedLog:
    """attributes: one row per case. cause: kind, name and value of what was planted, None for a log without truth."""

    log: LogArrays
    attributes: pl.DataFrame
    cause: tuple[str, str, str] | None


def log_of(rows: list[tuple[int, int, int, int]], activities: tuple[str, ...] = ACTIVITIES) -> LogArrays:
    """Rows (case, time µs, activity, resource), to be sorted."""
    table = np.array(sorted(rows), dtype=np.int64)
    none = np.full(len(rows), -1, dtype=np.int64)
    return LogArrays(
        activities=list(activities),
        resources=list(RESOURCES),
        roles=[],
        case=table[:, 0].astype(np.uint32),
        activity=table[:, 2].copy(),
        resource=table[:, 3].copy(),
        role=none,
        occurred_at=table[:, 1].copy(),
        started_at=None,
        has_start=np.zeros(len(rows), dtype=np.bool_),
        local=table[:, 1].copy(),
    )


def exported(log: LogArrays, first_day: float, last_day: float) -> LogArrays:
    """The events between two days: what an export of a period holds, with cases cut off at both ends."""
    kept = (log.occurred_at >= BEGIN_US + first_day * DAY_US) & (log.occurred_at < BEGIN_US + last_day * DAY_US)
    columns = ("case", "activity", "resource", "role", "occurred_at", "has_start", "local")
    return replace(log, **{name: getattr(log, name)[kept] for name in columns})


def simulate(seed: int, *, cases: int = 500, planted: bool = True, factor: float = 2.0) -> SimulatedLog:
    """A log whose cases last a lognormal time, *factor* times longer where the planted cause holds."""
    draw = np.random.default_rng(seed)
    region = draw.choice(["north", "south", "east", "west"], cases)
    channel = draw.choice(["mail", "web", "desk"], cases)
    amount = draw.lognormal(6, 1, cases)
    steps, people = [], []
    for _ in range(cases):
        taken = [0, 1, *(each for each in OPTIONAL if draw.random() < 0.3), 5, 6]
        if draw.random() < 0.15:
            taken.insert(2, 1)
        steps.append(taken)
        people.append(draw.integers(0, len(RESOURCES), len(taken)).tolist())
    cause, marks = _plant(draw, {"region": region, "channel": channel}, steps, people)
    days = draw.lognormal(1, 0.7, cases) * (np.where(marks, factor, 1.0) if planted else 1.0)
    begins = BEGIN_US + (draw.random(cases) * 90 * DAY_US).astype(np.int64)
    rows = []
    for case in range(cases):
        places = np.sort(draw.random(len(steps[case])))
        places = (places - places[0]) / (places[-1] - places[0])
        for step, who, place in zip(steps[case], people[case], places.tolist(), strict=True):
            rows.append((case, int(begins[case] + place * days[case] * DAY_US), step, who))
    attributes = pl.DataFrame({"case.region": region, "case.channel": channel, "case.amount": amount})
    return SimulatedLog(log=log_of(rows), attributes=attributes, cause=cause if planted else None)


def _plant(
    draw: np.random.Generator,
    attributes: dict[str, NDArray[np.str_]],
    steps: list[list[int]],
    people: list[list[int]],
) -> tuple[tuple[str, str, str], NDArray[np.bool_]]:
    kind = draw.integers(0, 3)
    if kind == 0:
        name = str(draw.choice(sorted(attributes)))
        value = str(draw.choice(np.unique(attributes[name])))
        return ("case-attribute", f"case.{name}", value), attributes[name] == value
    if kind == 1:
        code = int(draw.choice(OPTIONAL))
        return ("activity", ACTIVITIES[code], ""), np.array([code in taken for taken in steps])
    who = int(draw.integers(0, len(RESOURCES)))
    return ("resource", RESOURCES[who], ""), np.array([who in taken for taken in people])
