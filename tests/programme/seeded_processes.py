# SPDX-License-Identifier: Apache-2.0
"""Event logs of invented processes in which the truth is known: which work follows a rule and which needs a person.

The labels are drawn first, by a coin. Then each activity works as such work does, with overlap: work by rule is mostly
begun at once and short, but some waits in batches; judgement mostly waits for a person and takes long, but some is done
in a moment; each kind has its share of rework, of changing neighbours and of copied values. No label is looked up from
what is scored. The column of resources is written for the reader of the file and hidden before anything is measured.
"""

import csv
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import numpy as np

BEGIN = datetime(2025, 1, 6, 8, tzinfo=UTC)
COLUMNS = ("case", "activity", "time", "resource", "copied")
NAMES = (
    "Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Ginkgo", "Hazel", "Ivy", "Juniper", "Larch", "Maple",
)  # fmt: skip


@dataclass(frozen=True)
class Work:
    """How an activity is done. Shares 0..1."""

    name: str
    by_rule: bool
    taken: float
    at_once: float
    wait_h: float
    redone: float
    displaced: float
    copies: float


class Labelled(Protocol):
    """An activity of which it is known whether it follows a rule."""

    @property
    def name(self) -> str: ...
    @property
    def by_rule(self) -> bool: ...


@dataclass(frozen=True)
class SeededProcess:
    """rows: values of the columns by case and time."""

    works: tuple[Labelled, ...]
    rows: tuple[tuple[str, ...], ...]
    columns: tuple[str, ...] = COLUMNS

    @property
    def by_rule(self) -> frozenset[str]:
        """Names of the activities that follow a rule: the truth."""
        return frozenset(each.name for each in self.works if each.by_rule)


def seed_process(seed: int, *, cases: int = 300) -> SeededProcess:
    """A process of 9 to 12 activities, at least four of each kind, and *cases* cases of it."""
    draw = np.random.default_rng(seed)
    count = int(draw.integers(9, 13))
    labels = draw.random(count) < 0.5
    labels[:8] = (True, False) * 4  # fewer of a kind would make the area a matter of one pair; then dealt to places
    draw.shuffle(labels)
    works = tuple(_work(draw, name, bool(label)) for name, label in zip(NAMES[:count], labels, strict=True))
    rows = [row for case in range(cases) for row in _case(draw, works, case)]
    return SeededProcess(works=works, rows=tuple(rows))


def _work(draw: np.random.Generator, name: str, by_rule: bool) -> Work:
    if by_rule:
        return Work(
            name=name,
            by_rule=True,
            taken=draw.uniform(0.4, 1),
            at_once=draw.beta(2, 2),
            wait_h=draw.uniform(0.2, 20),
            redone=draw.beta(1, 15),
            displaced=draw.beta(1, 10),
            copies=draw.beta(3, 2),
        )
    return Work(
        name=name,
        by_rule=False,
        taken=draw.uniform(0.3, 1),
        at_once=draw.beta(1, 3),
        wait_h=draw.uniform(0.5, 40),
        redone=draw.beta(2, 12),
        displaced=draw.beta(2, 9),
        copies=draw.beta(2, 3),
    )


def _case(draw: np.random.Generator, works: tuple[Work, ...], case: int) -> list[tuple[str, str, str, str, str]]:
    taken = [each for each in works if draw.random() < each.taken]
    for work in list(taken):
        if draw.random() < work.displaced:
            taken.remove(work)
            taken.insert(int(draw.integers(0, len(taken) + 1)), work)
    moment = BEGIN + timedelta(hours=float(draw.uniform(0, 24 * 180)))
    known, rows = f"v{draw.integers(0, 10_000)}", []
    for work in taken or [works[0]]:
        for _ in range(1 + int(draw.random() < work.redone)):
            quick = draw.random() < work.at_once
            wait = draw.uniform(1, 45) if quick else 60 + draw.exponential(work.wait_h * 3_600)
            moment += timedelta(seconds=float(wait))
            known = known if draw.random() < work.copies else f"v{draw.integers(0, 10_000)}"
            who = "SYSTEM" if work.by_rule else f"person {draw.integers(0, 8)}"
            rows.append((f"c{case:05}", work.name, moment.isoformat(timespec="seconds"), who, known))
    return rows


def write_csv(process: SeededProcess, path: Path) -> Path:
    """The log as a file without the column of resources."""
    hidden = process.columns.index("resource")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for row in (process.columns, *process.rows):
            writer.writerow([value for place, value in enumerate(row) if place != hidden])
    return path
