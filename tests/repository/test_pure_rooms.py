# SPDX-License-Identifier: Apache-2.0
"""Import contracts cannot see `open()`. An audit hook can: the pure rooms come to life without touching the world."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.data import PROJECT_ROOT

PURE_ROOMS = ("model", "calendars", "formats", "feel", "kernel", "decisions")
PROBE = Path(__file__).with_name("pure_rooms_probe.py")


@pytest.mark.parametrize("room", PURE_ROOMS)
def test_importing_a_pure_room_does_no_input_or_output(room: str) -> None:
    modules = len(list((PROJECT_ROOT / "src" / "taktloom" / room).rglob("*.py")))

    probe = _run_probe(f"taktloom.{room}", folder=PROJECT_ROOT / "src")

    assert probe.stderr == ""
    assert int(probe.stdout) == modules


@pytest.mark.parametrize(
    "line",
    [
        "open('notes.txt', 'w')",
        "open('/etc/hostname')",
        "import socket; socket.socket()",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
    ],
)
def test_a_planted_breach_is_caught(line: str, tmp_path: Path) -> None:
    (tmp_path / "breach.py").write_text(f"{line}\n")

    probe = _run_probe("breach", folder=tmp_path)

    assert probe.returncode != 0
    assert "PermissionError: a pure room" in probe.stderr


def _run_probe(module: str, *, folder: Path) -> subprocess.CompletedProcess[str]:
    code = (
        f"import runpy, sys; sys.path.insert(0, {str(folder)!r}); runpy.run_path(sys.argv.pop(1), run_name='__main__')"
    )
    command = [sys.executable, "-c", code, str(PROBE), module]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
