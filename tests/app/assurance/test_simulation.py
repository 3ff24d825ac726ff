# SPDX-License-Identifier: Apache-2.0
"""Simulated runs keep every promise; equal seeds do equal things; what is broken on purpose is seen."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from taktloom.app.assurance.campaign import run_seeds
from taktloom.app.assurance.records import RunResult

SOURCES = Path(__file__).parents[3] / "src"
FIRST = 3_000  # seeds beyond those of a campaign from 1
RUNS, POWER_RUNS = 12, 3
PRINT_DIGESTS = """
from taktloom.app.assurance.campaign import run_seeds
print([result.digest for result in run_seeds((7, 10, False))])
"""


def failures(results: list[RunResult]) -> list[tuple[int, str]]:
    """Seed and what was seen of each run that broke a promise."""
    return [(one.seed, str(one.violation)) for one in results if one.violation is not None]


@pytest.mark.parametrize("part", range(8))
def test_runs_under_all_faults_keep_every_promise(part: int) -> None:
    first = FIRST + part * RUNS
    results = list(run_seeds((first, first + RUNS, False)))

    assert failures(results) == []
    assert all(one.instances > 0 for one in results)


@pytest.mark.parametrize("part", range(2))
def test_runs_full_of_power_losses_keep_every_promise(part: int) -> None:
    first = FIRST + part * POWER_RUNS
    results = list(run_seeds((first, first + POWER_RUNS, True)))

    assert failures(results) == []
    assert sum(one.faults["power-loss"] for one in results) > 0


@pytest.mark.parametrize("seed", [46])
def test_seeds_that_have_broken_a_promise_before_keep_it(seed: int) -> None:
    assert failures([*run_seeds((seed, seed + 1, False)), *run_seeds((seed, seed + 1, True))]) == []


def test_a_seed_does_the_same_whatever_ran_before_it() -> None:
    (before,) = run_seeds((7, 8, False))
    run_seeds((8, 10, False))
    (after,) = run_seeds((7, 8, False))

    assert before == after


def test_equal_seeds_do_equal_things_in_every_process() -> None:
    told = []
    for hash_seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(SOURCES)}
        command = [sys.executable, "-c", PRINT_DIGESTS]
        told.append(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)

    assert told[0] == told[1]
    assert told[0] == f"{[one.digest for one in run_seeds((7, 10, False))]}\n"
