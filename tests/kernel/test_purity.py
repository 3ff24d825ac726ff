# SPDX-License-Identifier: Apache-2.0
"""The kernel and the formats touch nothing outside: seen by an audit hook in a process of its own."""

import subprocess
import sys

from tests.data import PROJECT_ROOT
from tests.kernel.driver import MODELS

SCRIPT = """
import sys
from datetime import UTC, datetime
from taktloom.formats.bpmn import read_bpmn, write_bpmn
from taktloom.formats.layout import layout
from taktloom.kernel import InstanceState, compile_process, load_state, save_state, step
from taktloom.kernel.events import InstanceStarted

source = sys.stdin.buffer.read()
seen = []
REFUSED = ("open", "socket", "subprocess", "os.system", "os.exec", "os.posix_spawn", "shutil", "urllib", "import")
sys.addaudithook(lambda event, arguments: seen.append(event) if event.split(".")[0] in REFUSED else None)
definitions = read_bpmn(source)
write_bpmn(definitions)
layout(definitions.processes[0])
state = InstanceState(instance_key="1")
commands = step(
    compile_process(definitions.processes[0]), state, InstanceStarted(occurred_at=datetime(2026, 1, 1, tzinfo=UTC))
)
assert load_state(save_state(state)) == state
print(len(commands), sorted(set(seen) - {"import"}))
"""


def test_reading_compiling_stepping_and_storing_do_no_input_or_output() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input=(MODELS / "permit.bpmn").read_bytes(),
        capture_output=True,
        check=True,
        cwd=PROJECT_ROOT,
        env={"PYTHONPATH": "src"},
    )

    assert done.stdout.decode().strip() == "3 []"
