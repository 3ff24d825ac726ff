# SPDX-License-Identifier: Apache-2.0
"""Does the automation potential find the work that follows a rule?

`python -m tests.programme.potential_truth [LOGS [FIRST_SEED [sequences|blocks|offices [SIGHT]]]]`. For each seeded
process (labels drawn before behaviour, resource column hidden) the area under the ROC curve of the score against the
labels: the probability that work by rule is scored above work by judgement. SIGHT is what the log shows: `all`,
`completion`, `minutes`, `days`, `no-attributes`, `50-cases`, `5000-cases`. Besides, of the pairs whose intervals of
rank are apart, which the report calls sure, how many there are and how many of them are in order: of all logs, and of
those that are ordered badly. Intervals are those of the product, with as many draws.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Set
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np

from taktloom.mining.indicators import load_indicator_source
from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.requests import ImportRequest
from taktloom.programme.assessment import AssessmentOptions, assess_log
from taktloom.programme.policy import PotentialClass
from taktloom.programme.potential import ActivityPotential, PotentialReport, PotentialRequest, assess_potential
from tests.programme.block_processes import seed_block_process
from tests.programme.office_processes import coarsened, seed_office_process, without
from tests.programme.seeded_processes import SeededProcess, seed_process, write_csv

MAKERS: Mapping[str, Callable[..., SeededProcess]] = {
    "sequences": seed_process,
    "blocks": seed_block_process,
    "offices": seed_office_process,
}
CASES = {"50-cases": 50, "5000-cases": 5_000}
TICKS = {"minutes": timedelta(minutes=1), "days": timedelta(days=1)}
PLAIN = frozenset({"case", "activity", "start_time", "time", "resource"})
BAD, POOR = 0.65, 0.75


@dataclass(frozen=True)
class Found:
    """Of one log. pairs: of work by rule and by judgement; sure: of these those whose intervals of rank are apart;
    right: of these those in order. untold: share of activities of which the class cannot be told."""

    area: float
    pairs: int
    sure: int
    right: int
    stability: float
    weight_stability: float
    width: float
    untold: float


@dataclass(frozen=True)
class Recovery:
    """AUC per seed."""

    areas: tuple[float, ...]

    @property
    def mean(self) -> float:
        return sum(self.areas) / len(self.areas)


def area_under_curve(scores: Mapping[str, float], positive: Set[str]) -> float:
    """Share of pairs (positive, other) in which the positive has the higher score; ties count half."""
    ours = [score for name, score in scores.items() if name in positive]
    others = [score for name, score in scores.items() if name not in positive]
    wins = sum((one > other) + 0.5 * (one == other) for one in ours for other in others)
    return wins / (len(ours) * len(others))


def seen_through(process: SeededProcess, sight: str) -> SeededProcess:
    """The process as a log shows it."""
    if sight == "completion":
        return without(process, "start_time")
    if sight == "no-attributes":
        return without(process, *(name for name in process.columns if name not in PLAIN))
    return coarsened(process, TICKS[sight]) if sight in TICKS else process


def labelled(process: SeededProcess, report: PotentialReport) -> list[ActivityPotential]:
    """Without noise, which has no label."""
    known = {work.name for work in process.works}
    return [row for row in report.activities if row.activity in known]


def log_of(process: SeededProcess, folder: Path) -> CanonicalLog:
    path = write_csv(process, folder / "log.csv")
    log = import_log(ImportRequest(path=path, name="seeded", imported_at=datetime(2026, 1, 1, tzinfo=UTC)), folder)
    assert not log.resources
    return log


def measure_recovery(
    logs: int, *, cases: int = 300, first_seed: int = 0, kind: str = "sequences", sight: str = "all"
) -> Recovery:
    """The areas of some logs, by the whole assessment with its mined rules."""
    areas = []
    for seed in range(first_seed, first_seed + logs):
        process = seen_through(MAKERS[kind](seed, cases=cases), sight)
        with tempfile.TemporaryDirectory(prefix="taktloom-seeded-") as folder:
            report = assess_log(log_of(process, Path(folder)), AssessmentOptions(replicates=1))
        scores = {row.activity: row.score for row in labelled(process, report)}
        areas.append(area_under_curve(scores, process.by_rule))
    return Recovery(areas=tuple(areas))


def look_at(seed: int, *, kind: str, sight: str) -> Found:
    """One log with its intervals, without mined rules, of which these processes have none."""
    made = MAKERS[kind](seed, cases=CASES[sight]) if sight in CASES else MAKERS[kind](seed)
    process = seen_through(made, sight)
    with tempfile.TemporaryDirectory(prefix="taktloom-seeded-") as folder:
        source = load_indicator_source(log_of(process, Path(folder)), ())
    report = assess_potential(PotentialRequest(source=source))
    rows = labelled(process, report)
    apart = list(sure_pairs(rows, process.by_rule))
    rules = sum(row.activity in process.by_rule for row in rows)
    return Found(
        area=area_under_curve({row.activity: row.score for row in rows}, process.by_rule),
        pairs=rules * (len(rows) - rules),
        sure=len(apart),
        right=sum(apart),
        stability=report.rank_stability or 0.0,
        weight_stability=report.weight_stability or 0.0,
        width=float(np.mean([row.interval.high - row.interval.low for row in rows if row.interval is not None])),
        untold=float(np.mean([row.potential_class is PotentialClass.CANNOT_TELL for row in rows])),
    )


def sure_pairs(rows: list[ActivityPotential], positive: Set[str]) -> Iterator[bool]:
    """For each pair of the two kinds whose intervals of rank are apart: the work by rule stands above."""
    for one in (row for row in rows if row.activity in positive):
        for other in (row for row in rows if row.activity not in positive):
            ours, theirs = one.rank_interval, other.rank_interval
            if ours is not None and theirs is not None and (ours.high < theirs.low or theirs.high < ours.low):
                yield ours.high < theirs.low


def told(found: list[Found]) -> str:
    """Lines of figures: of all logs, of those below each limit, and how often a log has a sure pair that is wrong."""
    areas = np.array([each.area for each in found])
    stability, by_weights, width, untold = (
        np.mean([getattr(each, name) for each in found])
        for name in ("stability", "weight_stability", "width", "untold")
    )
    below = [(limit, [one for one in found if one.area < limit]) for limit in (POOR, BAD)]
    lines = (
        f"logs {areas.size}, mean {areas.mean():.3f}, least {areas.min():.3f}",
        f"stability {stability:.2f}, by weights {by_weights:.2f}, intervals {width:.1f}, class untold {untold:.2f}",
        f"sure pairs: {sure_figures(found)}",
        *(f"logs below {limit}: {len(logs)}; {sure_figures(logs)}" for limit, logs in below),
    )
    return "\n".join(lines) + "\n"


def sure_figures(found: list[Found]) -> str:
    """How many pairs are sure, how many of them are in order, and in how many logs one is not."""
    sure, right, pairs = (sum(getattr(each, name) for each in found) for name in ("sure", "right", "pairs"))
    wrong = sum(each.right < each.sure for each in found)
    return (
        f"{sure} of {pairs} ({sure / max(pairs, 1):.0%}), in order {right} ({right / max(sure, 1):.1%}); "
        f"logs with one out of order: {wrong}"
    )


if __name__ == "__main__":
    count, first, chosen, shown = (*sys.argv[1:], *("20", "0", "sequences", "all")[len(sys.argv) - 1 :])
    with ProcessPoolExecutor() as workers:
        seeds = range(int(first), int(first) + int(count))
        results = list(workers.map(partial(look_at, kind=chosen, sight=shown), seeds, chunksize=4))
    sys.stdout.write(f"{chosen}, {shown}: {told(results)}")
    low = [
        f"{seed}: {each.area:.2f} ({each.right} of {each.sure} sure pairs in order, of {each.pairs})"
        for seed, each in zip(seeds, results, strict=True)
        if each.area < BAD
    ]
    sys.stdout.write(f"below {BAD}, by seed: {', '.join(low) or 'none'}\n")
