# SPDX-License-Identifier: Apache-2.0
"""Does the automation potential find the work that follows a rule?

`python -m tests.programme.potential_truth [LOGS [FIRST_SEED [sequences|blocks]]]`. For each seeded process (labels
drawn before behaviour, resource column hidden) the area under the ROC curve of the score against the labels: the
probability that work by rule is scored above work by judgement.
"""

import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.requests import ImportRequest
from taktloom.programme.assessment import AssessmentOptions, assess_log
from tests.programme.block_processes import seed_block_process
from tests.programme.seeded_processes import SeededProcess, seed_process, write_csv


@dataclass(frozen=True)
class Recovery:
    """AUC per seed."""

    areas: tuple[float, ...]

    @property
    def mean(self) -> float:
        return sum(self.areas) / len(self.areas)


def area_under_curve(scores: dict[str, float], positive: frozenset[str]) -> float:
    """Share of pairs (positive, other) in which the positive has the higher score; ties count half."""
    ours = [score for name, score in scores.items() if name in positive]
    others = [score for name, score in scores.items() if name not in positive]
    wins = sum((one > other) + 0.5 * (one == other) for one in ours for other in others)
    return wins / (len(ours) * len(others))


def scores_of(process: SeededProcess, folder: Path) -> dict[str, float]:
    path = write_csv(process, folder / "log.csv")
    log = import_log(ImportRequest(path=path, name="seeded", imported_at=datetime(2026, 1, 1, tzinfo=UTC)), folder)
    assert not log.resources
    return {row.activity: row.score for row in assess_log(log, AssessmentOptions(replicates=1)).activities}


def measure_recovery(logs: int, *, cases: int = 300, first_seed: int = 0, blocks: bool = False) -> Recovery:
    """blocks: of the second kind of process."""
    areas = []
    for seed in range(first_seed, first_seed + logs):
        process = seed_block_process(seed, cases=cases) if blocks else seed_process(seed, cases=cases)
        with tempfile.TemporaryDirectory(prefix="taktloom-seeded-") as folder:
            areas.append(area_under_curve(scores_of(process, Path(folder)), process.by_rule))
    return Recovery(areas=tuple(areas))


if __name__ == "__main__":
    logs, first, kind = (*sys.argv[1:], *("20", "0", "sequences")[len(sys.argv) - 1 :])
    result = measure_recovery(int(logs), first_seed=int(first), blocks=kind == "blocks")
    sys.stdout.write(f"AUC by seed: {', '.join(f'{area:.2f}' for area in result.areas)}\n")
    below = sum(area < 0.65 for area in result.areas)
    sys.stdout.write(f"mean {result.mean:.3f}, least {min(result.areas):.3f}, below 0.65: {below}\n")
    sys.exit(not (result.mean >= 0.8 and min(result.areas) >= 0.65))
