# SPDX-License-Identifier: Apache-2.0
"""Are causes found that are there, and none that are not? `python -m tests.mining.explanation.cause_truth [LOGS]`

Prints in how many logs the planted cause ranks first and is told, and in how many logs without any a cause is told.
"""

import sys
from dataclasses import dataclass

from taktloom.mining.explanation.factors import find_factors
from taktloom.mining.explanation.outcomes import Outcome
from taktloom.mining.explanation.root_causes import Question, RootCauses, find_root_causes
from tests.mining.explanation.simulated import SimulatedLog, simulate


@dataclass(frozen=True)
class Truth:
    """Counts of logs."""

    logs: int
    found_first: int
    false_alarms: int


def causes_of(simulated: SimulatedLog, permutations: int) -> RootCauses:
    table = find_factors(simulated.log, simulated.attributes)
    question = Question(outcome=Outcome.SLOW, permutations=permutations)
    return find_root_causes(simulated.log, table, question)


def measure_truth(logs: int, *, cases: int = 500, permutations: int = 499) -> Truth:
    found = alarms = 0
    for seed in range(logs):
        planted = simulate(seed, cases=cases)
        first = causes_of(planted, permutations).causes[0]
        told = (first.factor.kind.value, first.factor.name, first.factor.value)
        found += first.is_told and told == planted.cause
        alarms += bool(causes_of(simulate(10_000 + seed, cases=cases, planted=False), permutations).told)
    return Truth(logs=logs, found_first=found, false_alarms=alarms)


if __name__ == "__main__":
    result = measure_truth(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
    sys.stdout.write(f"{result}\n")
    sys.exit(not (result.found_first >= 0.95 * result.logs and result.false_alarms <= 0.05 * result.logs))
