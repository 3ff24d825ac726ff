# SPDX-License-Identifier: Apache-2.0
"""Timers by a business calendar: the host reckons, and its answer is a recorded fact."""

from datetime import timedelta

import pytest

from taktloom.kernel.commands import PlanTimer, Reckoning, StartTimer
from taktloom.kernel.events import TimerFired, TimerPlanned
from taktloom.kernel.state_json import save_state
from taktloom.model.errors import MisuseError
from taktloom.model.event_definitions import TimerDefinition
from taktloom.model.identifiers import TimerId
from taktloom.model.process import EndEvent, IntermediateCatchEvent, StartEvent
from tests.kernel.build import eid, process
from tests.kernel.driver import START, Driver, run_of

DAY = timedelta(days=1)


def waiting(calendar: str | None = "office") -> tuple[Driver, TimerId]:
    """An instance that waits at a timer of two days."""
    catch = IntermediateCatchEvent(id=eid("c"), definition=TimerDefinition(duration="P2D", calendar=calendar))
    run = run_of(process(StartEvent(id=eid("s")), catch, EndEvent(id=eid("e")), flows="s > c > e"))
    run.start()
    (timer_id,) = run.state.timers
    return run, timer_id


def planned(timer_id: TimerId, after: timedelta) -> TimerPlanned:
    return TimerPlanned(occurred_at=START, timer_id=timer_id, due_at=START + after)


def test_the_host_is_asked_and_its_answer_starts_the_timer() -> None:
    run, timer_id = waiting()
    asked = next(command for command in run.log if isinstance(command, PlanTimer))

    commands = run.send(planned(timer_id, 4 * DAY))

    assert (asked.element_id, asked.reckoning) == ("c", Reckoning(calendar="office", anchor=START, rule="P2D"))
    assert commands == [StartTimer(timer_id=timer_id, element_id=eid("c"), due_at=START + 4 * DAY)]
    with pytest.raises(MisuseError, match="not due yet"):
        run.send(TimerFired(occurred_at=START + 3 * DAY, timer_id=timer_id))
    run.send(TimerFired(occurred_at=START + 4 * DAY, timer_id=timer_id))
    assert run.has_finished


def test_the_anchor_itself_is_an_answer_and_an_earlier_instant_is_not() -> None:
    run, timer_id = waiting()
    before = save_state(run.state)

    with pytest.raises(MisuseError, match="does not fit the timer"):
        run.send(planned(timer_id, -timedelta(microseconds=1)))

    assert save_state(run.state) == before
    assert run.send(planned(timer_id, timedelta())) == [
        StartTimer(timer_id=timer_id, element_id=eid("c"), due_at=START)
    ]


def test_a_timer_by_the_wall_calendar_takes_no_answer() -> None:
    run, timer_id = waiting(calendar=None)
    before = save_state(run.state)

    with pytest.raises(MisuseError, match="does not fit the timer"):
        run.send(planned(timer_id, 4 * DAY))

    assert save_state(run.state) == before


def test_an_answer_for_a_timer_that_was_withdrawn_changes_nothing() -> None:
    run, _ = waiting()
    before = save_state(run.state)

    assert run.send(planned(TimerId("1763888400000001000000999"), 4 * DAY)) == []
    assert save_state(run.state) == before
