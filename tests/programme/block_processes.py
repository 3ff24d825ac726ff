# SPDX-License-Identifier: Apache-2.0
"""Event logs of a second kind, so that the score is not fitted to one: processes of blocks (choices, parallel work,
optional work), with or without start times, office hours, several attributes, and 120 to 500 cases over 2 to 12 months.

As in `seeded_processes` the labels are drawn first and the behaviour after them, with overlap, and the column of
resources is hidden. The mixture differs: work takes its time besides the wait before it, what is redone may begin a
step earlier, what strays may also be left out, and each process has its own share of work by rule.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from tests.programme.seeded_processes import SeededProcess

BEGIN = datetime(2024, 3, 4, tzinfo=UTC)
ATTRIBUTES = ("amount", "product", "note")
OPENS, CLOSES = 8, 17
BLOCKS, CHANCES = ("one", "choice", "parallel", "optional"), (0.5, 0.2, 0.15, 0.15)


@dataclass(frozen=True)
class BlockWork:
    """How an activity is done. work_min: median; sigma: of its logarithm. writes, copies: by attribute."""

    name: str
    by_rule: bool
    work_min: float
    sigma: float
    wait_h: float
    at_once: float
    redone: float
    strays: float
    writes: tuple[bool, ...]
    copies: tuple[float, ...]


@dataclass(frozen=True)
class Block:
    """Some works. shares: of a choice, how often each is taken; taken: of an optional block."""

    kind: str
    works: tuple[BlockWork, ...]
    shares: tuple[float, ...]
    taken: float


@dataclass(frozen=True)
class Circumstances:
    """What holds for the whole log. values: by attribute, how many different ones there are."""

    cases: int
    days: float
    has_starts: bool
    has_office_hours: bool
    values: tuple[int, ...]


def seed_block_process(seed: int, *, cases: int | None = None) -> SeededProcess:
    """A process of 8 to 15 activities, at least three of each kind."""
    draw = np.random.default_rng([seed, 77])
    count = int(draw.integers(8, 16))
    labels = draw.random(count) < draw.uniform(0.35, 0.65)
    labels[:6] = (True, False) * 3
    draw.shuffle(labels)
    works = tuple(_work(draw, f"Task {number:02}", bool(label)) for number, label in enumerate(labels))
    blocks = _blocks(draw, works)
    around = Circumstances(
        cases=cases or int(draw.integers(120, 500)),
        days=30 * float(draw.uniform(2, 12)),
        has_starts=bool(draw.random() < 0.5),
        has_office_hours=bool(draw.random() < 0.5),
        values=tuple(int(each) for each in draw.integers(3, 3_000, len(ATTRIBUTES))),
    )
    rows = [row for case in range(around.cases) for row in _case(draw, blocks, around, case)]
    times = ("start_time", "time") if around.has_starts else ("time",)
    return SeededProcess(works=works, rows=tuple(rows), columns=("case", "activity", *times, "resource", *ATTRIBUTES))


def _work(draw: np.random.Generator, name: str, by_rule: bool) -> BlockWork:
    attributes = len(ATTRIBUTES)
    writes = tuple(bool(each) for each in draw.random(attributes) < 0.6)
    if by_rule:
        return BlockWork(
            name=name,
            by_rule=True,
            work_min=float(np.exp(draw.normal(np.log(3), 1.0))),
            sigma=draw.uniform(0.2, 0.9),
            wait_h=float(np.exp(draw.normal(np.log(1.5), 1.2))),
            at_once=draw.beta(2, 3),
            redone=draw.beta(1, 16),
            strays=draw.beta(1, 14),
            writes=writes,
            copies=tuple(float(each) for each in draw.beta(3, 2, attributes)),
        )
    return BlockWork(
        name=name,
        by_rule=False,
        work_min=float(np.exp(draw.normal(np.log(15), 1.0))),
        sigma=draw.uniform(0.5, 1.2),
        wait_h=float(np.exp(draw.normal(np.log(6), 1.2))),
        at_once=draw.beta(1, 4),
        redone=draw.beta(2, 13),
        strays=draw.beta(2, 12),
        writes=writes,
        copies=tuple(float(each) for each in draw.beta(2, 3, attributes)),
    )


def _blocks(draw: np.random.Generator, works: tuple[BlockWork, ...]) -> tuple[Block, ...]:
    left, found = list(works), []
    while left:
        kind = str(draw.choice(BLOCKS, p=CHANCES))
        size = min(len(left), int(draw.integers(2, 4))) if kind in {"choice", "parallel"} else 1
        shares = tuple(float(each) for each in draw.dirichlet(np.full(size, 2.0)))
        found.append(Block(kind=kind, works=tuple(left[:size]), shares=shares, taken=float(draw.uniform(0.3, 0.9))))
        left = left[size:]
    return tuple(found)


def _path(draw: np.random.Generator, blocks: tuple[Block, ...]) -> list[BlockWork]:
    """The works of a case in order: as the blocks say, then what strays, then what is redone."""
    path: list[BlockWork] = []
    for block in blocks:
        if block.kind == "choice":
            path.append(block.works[int(draw.choice(len(block.works), p=block.shares))])
        elif block.kind == "parallel":
            path += [block.works[place] for place in draw.permutation(len(block.works))]
        elif block.kind == "one" or draw.random() < block.taken:
            path += block.works
    for work in list(path):
        if draw.random() < work.strays:
            path.remove(work)
            if draw.random() < 0.6:
                path.insert(int(draw.integers(0, len(path) + 1)), work)
    done: list[BlockWork] = []
    for place, work in enumerate(path):
        done.append(work)
        if draw.random() < work.redone:
            done += [path[place - 1], work] if place and draw.random() < 0.5 else [work]
    return done


def _case(
    draw: np.random.Generator, blocks: tuple[Block, ...], around: Circumstances, case: int
) -> list[tuple[str, ...]]:
    moment = BEGIN + timedelta(days=float(draw.uniform(0, around.days)))
    held = [int(draw.integers(0, each)) for each in around.values]
    rows = []
    for work in _path(draw, blocks):
        is_at_once = draw.random() < work.at_once
        wait_s = draw.uniform(1, 50) if is_at_once else 60 + draw.exponential(work.wait_h) * 3_600
        moment += timedelta(seconds=float(wait_s))
        if around.has_office_hours and not work.by_rule:
            moment = _opening(moment, float(draw.exponential(20)))
        begun = moment
        worked_min = min(work.work_min * float(np.exp(draw.normal(0, work.sigma))), 600)
        moment += timedelta(minutes=worked_min if around.has_starts else worked_min / 7)
        for place, (writes, copies) in enumerate(zip(work.writes, work.copies, strict=True)):
            if writes and draw.random() >= copies:
                held[place] = int(draw.integers(0, around.values[place]))
        told = [f"v{value}" if writes else "" for value, writes in zip(held, work.writes, strict=True)]
        times = [each.isoformat(timespec="seconds") for each in ((begun, moment) if around.has_starts else (moment,))]
        who = "SYSTEM" if work.by_rule else f"person {draw.integers(0, 8)}"
        rows.append((f"c{case:05}", work.name, *times, who, *told))
    return rows


def _opening(moment: datetime, late_min: float) -> datetime:
    """The moment itself in office hours, else some minutes after they next begin."""
    while moment.weekday() >= 5 or not OPENS <= moment.hour < CLOSES:
        days = 0 if moment.weekday() < 5 and moment.hour < OPENS else 1
        moment = moment.replace(hour=OPENS, minute=0, second=0, microsecond=0) + timedelta(days=days, minutes=late_min)
    return moment
