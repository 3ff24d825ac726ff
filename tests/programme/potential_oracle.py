# SPDX-License-Identifier: Apache-2.0
"""How well could the two kinds of work be told apart by whoever knows the generator of the sequences?

`python -m tests.programme.potential_oracle [LOGS [FIRST_SEED]]`. Each activity's odds of being work by rule follow from
the densities that `seeded_processes` draws its habits from (Neyman & Pearson 1933: no other score orders better on
average). Once from the very habits drawn, of which a log is a sample (*knows*); once from the habits as the log's
columns show them, which is what the score has too (*reads*); and once without the generator's edges, such as that work
by rule never waits for more than 20 hours on average, which nobody knows of a real process (*reads_softly*).
"""

import math
import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tests.programme.potential_truth import BAD, area_under_curve, look_at
from tests.programme.seeded_processes import SeededProcess, Work, seed_process

AT_ONCE_S = 45
BEYOND = -14.0  # a millionth
SURE = 1e-3  # habits seen as never or always are taken as hardly ever and nearly always


@dataclass(frozen=True)
class Beta:
    """A share's density."""

    a: float
    b: float

    def logarithm(self, value: float) -> float:
        scale = math.lgamma(self.a + self.b) - math.lgamma(self.a) - math.lgamma(self.b)
        return scale + (self.a - 1) * math.log(value) + (self.b - 1) * math.log(1 - value)


@dataclass(frozen=True)
class Even:
    """The same density between two ends, and hardly any beyond."""

    low: float
    high: float

    def logarithm(self, value: float) -> float:
        return -math.log(self.high - self.low) if self.low <= value <= self.high else BEYOND


HABITS: Mapping[str, tuple[Beta, Beta] | tuple[Even, Even]] = {
    "taken": (Even(0.4, 1), Even(0.3, 1)),
    "at_once": (Beta(2, 2), Beta(1, 3)),
    "wait_h": (Even(0.2, 20), Even(0.5, 40)),
    "redone": (Beta(1, 15), Beta(2, 12)),
    "displaced": (Beta(1, 10), Beta(2, 9)),
    "copies": (Beta(3, 2), Beta(2, 3)),
}
"""By work by rule, by judgement; as in `seeded_processes`."""


@dataclass(frozen=True)
class Told:
    """Areas of one log: by whoever knows the habits, by whoever reads them from the log, by the same without knowing
    that some habits never occur in one of the kinds, and of the score."""

    knows: float
    reads: float
    reads_softly: float
    score: float


def odds(habits: Mapping[str, float], *, with_edges: bool = True) -> float:
    """Logarithm of how much likelier these habits are of work by rule; the impossible is taken as very unlikely."""
    total = 0.0
    for name, (by_rule, by_judgement) in HABITS.items():
        value = habits[name]
        if isinstance(by_rule, Beta):
            value = min(max(value, SURE), 1 - SURE)
        elif isinstance(by_judgement, Even) and not with_edges:
            value = min(max(value, by_rule.low, by_judgement.low), by_rule.high, by_judgement.high)
        total += by_rule.logarithm(value) - by_judgement.logarithm(value)
    return total


def drawn_habits(work: Work) -> dict[str, float]:
    return {name: float(getattr(work, name)) for name in HABITS}


def read_habits(process: SeededProcess) -> dict[str, dict[str, float]]:
    """The habits of each activity as far as case, activity, time and copied value show them."""
    cases: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for row in process.rows:
        cases[row[0]].append(row)
    order = [work.name for work in process.works]
    seen: dict[str, list[tuple[float, float, float, float]]] = defaultdict(list)
    present: dict[str, int] = dict.fromkeys(order, 0)
    for rows in cases.values():
        names = list(dict.fromkeys(row[1] for row in rows))
        for name in names:
            present[name] += 1
        moved = _displaced(names, order)
        for before, row in pairwise(rows):
            waited = (datetime.fromisoformat(row[2]) - datetime.fromisoformat(before[2])).total_seconds()
            seen[row[1]].append((waited, float(row[4] == before[4]), float(row[1] == before[1]), row[1] in moved))
    return {name: _habits(np.array(seen[name]), present[name] / len(cases)) for name in order if seen[name]}


def _displaced(names: list[str], order: list[str]) -> set[str]:
    """Of the activities of a case the fewest that must have been moved: all but a longest run in the common order."""
    places = [order.index(name) for name in names]
    longest: list[list[int]] = []
    for end, place in enumerate(places):
        before = [(len(run), run) for run in longest[:end] if run[-1] < place]
        longest.append([*max(before, default=(0, []))[1], place])
    kept = set(max(((len(run), run) for run in longest), default=(0, []))[1])
    return {name for name, place in zip(names, places, strict=True) if place not in kept}


def _habits(events: NDArray[np.float64], taken: float) -> dict[str, float]:
    waited, copied, again, moved = events.T
    slow = waited[waited > AT_ONCE_S]
    return {
        "taken": float(np.clip(taken, 0.31, 1)),
        "at_once": float((waited <= AT_ONCE_S).mean()),
        "wait_h": float(np.clip((slow.mean() - 60) / 3_600, 0.21, 39.9)) if slow.size else 1.0,
        "redone": float(again.mean() / max(1 - again.mean(), SURE)),
        "displaced": float(moved.mean()),
        "copies": float(copied.mean()),
    }


def compare(seed: int) -> Told:
    process = seed_process(seed)
    read = read_habits(process)
    works = [work for work in process.works if isinstance(work, Work)]
    return Told(
        knows=area_under_curve({work.name: odds(drawn_habits(work)) for work in works}, process.by_rule),
        reads=area_under_curve({name: odds(habits) for name, habits in read.items()}, process.by_rule),
        reads_softly=area_under_curve(
            {name: odds(habits, with_edges=False) for name, habits in read.items()}, process.by_rule
        ),
        score=look_at(seed, kind="sequences", sight="all").area,
    )


if __name__ == "__main__":
    count, first = (*sys.argv[1:], *("20", "0")[len(sys.argv) - 1 :])
    found = {seed: compare(seed) for seed in range(int(first), int(first) + int(count))}
    for who in ("knows", "reads", "reads_softly", "score"):
        areas = np.array([getattr(each, who) for each in found.values()])
        sys.stdout.write(
            f"{who}: mean {areas.mean():.3f}, least {areas.min():.3f}, below {BAD}: {(areas < BAD).sum()}\n"
        )
    for seed, each in found.items():
        if each.score < BAD:
            sys.stdout.write(
                f"{seed}: knows {each.knows:.2f}, reads {each.reads:.2f}, reads_softly {each.reads_softly:.2f}, "
                f"score {each.score:.2f}\n"
            )
