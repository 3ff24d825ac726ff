# SPDX-License-Identifier: Apache-2.0
"""Import contracts cannot see `open()`. An audit hook can: the pure rooms come to life without touching the world."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.data import PROJECT_ROOT

PURE_ROOMS = ("model", "calendars", "formats", "feel", "kernel", "decisions")
PROBE = Path(__file__).with_name("pure_rooms_probe.py")
# Small pieces of work that reach what imports alone do not: the time zones, the compilers, one run of an instance.
WORK = {
    "feel": """\
from taktloom.feel import evaluate, feel_text

result = evaluate('date and time("2024-03-31T01:30:00@Europe/Amsterdam") + duration("PT1H")')
assert feel_text(result.value) == "2024-03-31T03:30:00@Europe/Amsterdam", feel_text(result.value)
""",
    "kernel": """\
from datetime import UTC, datetime
from taktloom.kernel import InstanceState, compile_process, step
from taktloom.kernel.commands import CreateJob
from taktloom.kernel.events import InstanceStarted
from taktloom.model.process import EndEvent, ProcessDefinition, SequenceFlow, ServiceTask, StartEvent

process = compile_process(ProcessDefinition(
    id="p",
    nodes=(
        StartEvent(id="s", outgoing=("f",)),
        ServiceTask(id="t", job_type="register", incoming=("f",), outgoing=("g",)),
        EndEvent(id="e", incoming=("g",)),
    ),
    flows=(SequenceFlow(id="f", source="s", target="t"), SequenceFlow(id="g", source="t", target="e")),
))
commands = step(process, InstanceState(instance_key="1"), InstanceStarted(occurred_at=datetime(2024, 1, 1, tzinfo=UTC)))
assert [type(command) for command in commands if isinstance(command, CreateJob)] == [CreateJob]
""",
}


@pytest.mark.parametrize("room", PURE_ROOMS)
def test_importing_a_pure_room_does_no_input_or_output(room: str) -> None:
    modules = len(list((PROJECT_ROOT / "src" / "taktloom" / room).rglob("*.py")))

    probe = _run_probe(f"taktloom.{room}", folder=PROJECT_ROOT / "src")

    assert probe.stderr == ""
    assert int(probe.stdout) == modules


@pytest.mark.parametrize("room", sorted(WORK))
def test_working_in_a_pure_room_does_no_input_or_output(room: str, tmp_path: Path) -> None:
    (tmp_path / "work.py").write_text(WORK[room])

    probe = _run_probe("work", folder=tmp_path)

    assert probe.stderr == ""
    assert probe.stdout == "1\n"


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
    paths = [str(folder), str(PROJECT_ROOT / "src")]
    code = f"import runpy, sys; sys.path[:0] = {paths!r}; runpy.run_path(sys.argv.pop(1), run_name='__main__')"
    command = [sys.executable, "-c", code, str(PROBE), module]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
