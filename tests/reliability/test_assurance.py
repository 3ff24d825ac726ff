# SPDX-License-Identifier: Apache-2.0
"""The quick profile of `taktloom assurance run`: thousands of simulated runs under faults, nothing lost or doubled.

CI runs the whole profile; elsewhere a part of it runs, or what TAKTLOOM_SIMULATED_RUNS and TAKTLOOM_POWER_LOSSES say.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from taktloom.app.assurance.campaign import EXTENTS, Profile

QUICK = EXTENTS[Profile.QUICK]
IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}
RUNS = int(os.environ.get("TAKTLOOM_SIMULATED_RUNS", str(QUICK.runs) if IN_CI else "300"))
POWER_LOSSES = int(os.environ.get("TAKTLOOM_POWER_LOSSES", str(QUICK.power_losses) if IN_CI else "60"))
SOURCES = Path(__file__).parents[2] / "src"


@pytest.mark.reliability
@pytest.mark.timeout(900)
def test_the_quick_profile_loses_and_doubles_nothing() -> None:
    command = [sys.executable, "-m", "taktloom", "assurance", "run", "--jobs", str(min(os.cpu_count() or 1, 4))]
    extent = ["--runs", str(RUNS), "--power-losses", str(POWER_LOSSES), "--json"]
    environment = {**os.environ, "PYTHONPATH": str(SOURCES)}

    done = subprocess.run([*command, *extent], env=environment, capture_output=True, text=True, check=False)
    told = json.loads(done.stdout)

    assert told["failures"] == []
    assert (told["lost"], told["doubled"], told["failed"]) == (0, 0, 0)
    assert told["runs"] == RUNS
    assert told["power_losses"] >= POWER_LOSSES
    assert done.returncode == 0
