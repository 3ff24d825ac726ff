# SPDX-License-Identifier: Apache-2.0
"""What cannot be undone waits until the clock can be trusted."""

import threading
from datetime import datetime, timedelta

import pytest

from taktloom.hosts.embedded import SystemClock
from taktloom.hosts.embedded.operations import retention as retention_module
from taktloom.hosts.embedded.operations.retention import Retention, RetentionThread
from taktloom.hosts.embedded.operations.steady_time import LEAP, STEADY_FOR, SteadyTime
from taktloom.model.interventions import Purge
from tests.hosts.embedded.conftest import MONDAY

YEAR = timedelta(days=365)


class Machine:
    """A machine whose clock can be set."""

    def __init__(self) -> None:
        self.wall, self.ticks = MONDAY, 0.0
        self.clock = SystemClock(lambda: self.wall, lambda: self.ticks)

    def steady(self, last: datetime | None = None) -> SteadyTime:
        return SteadyTime(self.clock, last=last, wall=lambda: self.wall, ticks=lambda: self.ticks)

    def pass_by(self, duration: timedelta) -> None:
        self.wall += duration
        self.ticks += duration.total_seconds()


def test_time_that_passes_evenly_is_steady() -> None:
    machine = Machine()
    steady = machine.steady()

    seen = []
    for _ in range(20):
        machine.pass_by(timedelta(minutes=10))
        seen.append(steady.is_steady())

    assert seen == [True] * 20


def test_a_clock_that_leapt_is_steady_after_an_hour_if_it_stays() -> None:
    machine = Machine()
    steady = machine.steady()
    machine.wall += YEAR

    seen = [steady.is_steady()]
    machine.pass_by(STEADY_FOR - timedelta(seconds=1))
    seen.append(steady.is_steady())
    machine.pass_by(timedelta(seconds=1))
    seen.append(steady.is_steady())

    assert seen == [False, False, True]


def test_a_clock_that_was_set_back_after_a_leap_is_not_steady_while_the_engine_is_ahead() -> None:
    machine = Machine()
    steady = machine.steady()
    machine.wall += YEAR
    machine.clock.now()
    machine.wall -= YEAR

    machine.pass_by(2 * STEADY_FOR)

    assert machine.clock.now() > machine.wall + timedelta(days=364)
    assert not steady.is_steady()


def test_a_leap_while_the_program_was_stopped_counts_as_one_while_it_ran() -> None:
    machine = Machine()

    after_a_leap = machine.steady(last=MONDAY - YEAR)
    after_a_pause = machine.steady(last=MONDAY - LEAP)
    first = machine.steady(last=None)

    assert [each.is_steady() for each in (after_a_leap, after_a_pause, first)] == [False, True, True]
    machine.pass_by(STEADY_FOR)
    assert after_a_leap.is_steady()


class Counting(Retention):
    """Tells how often it was asked to remove what is due."""

    def __init__(self) -> None:
        self.runs, self.has_run = 0, threading.Event()

    def run_due(self, limit: int = 0) -> Purge:
        self.runs += 1
        self.has_run.set()
        return Purge(instances=0, is_complete=True)


class Unsteady(SteadyTime):
    """Steady at the third look."""

    def __init__(self, counting: Counting) -> None:
        self._counting, self.runs_before = counting, list[int]()

    def is_steady(self) -> bool:
        self.runs_before.append(self._counting.runs)
        return len(self.runs_before) >= 3


def test_nothing_is_removed_for_its_age_while_time_is_not_steady(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention_module, "_PAUSE", timedelta())
    counting = Counting()
    unsteady = Unsteady(counting)

    thread = RetentionThread(counting, unsteady)
    has_run = counting.has_run.wait(60)
    thread.stop()

    assert has_run
    assert unsteady.runs_before[:3] == [0, 0, 0]
