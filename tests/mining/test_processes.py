# SPDX-License-Identifier: Apache-2.0
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from itertools import count
from multiprocessing import active_children
from pathlib import Path

import pytest

from taktloom.mining.conformance.alignments import align_log
from taktloom.mining.processes import ProcessLostError, in_processes
from taktloom.mining.watching import watched_by
from taktloom.model.errors import InputRefusedError
from tests.mining.conformance.test_hostile_models import Stopped, branches

ENDLESS = 10**9


def squares() -> Callable[[int], int]:
    return lambda number: number * number


def refusing() -> Callable[[int], int]:
    def refuse(number: int) -> int:
        raise InputRefusedError(f"No {number}.", remedy="Give another.")

    return refuse


def dying() -> Callable[[int], int]:
    def die(number: int) -> int:
        os.kill(os.getpid(), signal.SIGKILL)
        return number

    return die


def endless() -> Callable[[int], int]:
    def count(number: int) -> int:
        while number < ENDLESS * ENDLESS:
            number += 1
        return number

    return count


def test_results_come_in_the_order_of_the_tasks() -> None:
    assert list(in_processes(squares, range(20), jobs=3)) == [number * number for number in range(20)]
    assert list(in_processes(squares, [], jobs=3)) == []
    assert active_children() == []


def test_results_that_are_no_longer_wanted_leave_no_process() -> None:
    with closing(in_processes(squares, count(), jobs=2)) as results:
        assert [next(results) for _ in range(20)] == [number * number for number in range(20)]

    assert active_children() == []


def test_a_refusal_of_a_task_is_raised_where_its_result_is_awaited() -> None:
    with pytest.raises(InputRefusedError, match="No 7"):
        list(in_processes(refusing, [7], jobs=2))

    assert active_children() == []


def test_a_process_that_is_killed_from_outside_is_told_by_name() -> None:
    with pytest.raises(ProcessLostError):
        list(in_processes(dying, range(4), jobs=2))

    assert active_children() == []


def test_processes_that_compute_are_ended_when_the_listener_stops_the_work() -> None:
    heard: list[str] = []

    def stop_at_the_third(stage: str, done: int, total: int | None) -> None:
        heard.append(stage)
        if len(heard) == 3:
            raise Stopped

    with watched_by(stop_at_the_third), pytest.raises(Stopped):
        list(in_processes(endless, range(4), jobs=2))

    assert active_children() == []


def test_alignments_in_several_processes_are_stopped_within_a_variant() -> None:
    """Each of these takes minutes; the listener is heard although none of them is done."""
    net = branches(18)
    backwards = {(f"b{number}", *(f"a{at}" for at in range(17, -1, -1))): 1 for number in range(100)}
    heard: list[str] = []

    def stop(stage: str, done: int, total: int | None) -> None:
        if active_children():
            heard.append(stage)
            raise Stopped

    with watched_by(stop), pytest.raises(Stopped):
        align_log(net, backwards, jobs=2, limit=ENDLESS)

    assert heard == [""]
    assert active_children() == []


ORPHANS = """
from tests.mining.test_processes import endless
from taktloom.mining.processes import in_processes
from taktloom.mining.watching import watched_by
from multiprocessing import active_children
if __name__ == "__main__":
    def tell(stage, done, total):
        print(*(child.pid for child in active_children()), flush=True)
    with watched_by(tell):
        list(in_processes(endless, range(4), jobs=2))
"""


def test_processes_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    """Their output is a pipe that comes to its end when the last of them is gone."""
    script = tmp_path / "orphans.py"
    script.write_text(ORPHANS, encoding="utf-8")
    found = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    parent = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True, env=found)
    assert parent.stdout is not None
    pids = parent.stdout.readline().split()

    parent.kill()
    parent.communicate(timeout=120)

    assert len(pids) == 2
    assert not any(Path("/proc", pid, "exe").exists() for pid in pids)
