# SPDX-License-Identifier: Apache-2.0
"""What the host must watch to start instances."""

from datetime import timedelta

import pytest

from taktloom.kernel import MessageStart, TimerStart, compile_process, message_starts, next_timer_start, timer_starts
from taktloom.model.errors import DefinitionError
from taktloom.model.event_definitions import MessageDefinition, TimerDefinition
from taktloom.model.process import EndEvent, StartEvent
from tests.kernel.build import eid, process
from tests.kernel.driver import START

E = EndEvent(id=eid("e"))


def test_a_cycle_starts_instances_as_often_as_it_says() -> None:
    start = StartEvent(id=eid("t"), definition=TimerDefinition(cycle="R3/PT1H"))
    compiled = compile_process(process(start, E, flows="t > e"))

    current: TimerStart | None = timer_starts(compiled, START)[0]
    instants = []
    while current is not None:
        instants.append(current.plan.due_at - START)
        current = next_timer_start(current)

    assert instants == [timedelta(hours=hours) for hours in (1, 2, 3)]


def test_message_starts_are_known_by_name() -> None:
    start = StartEvent(id=eid("m"), definition=MessageDefinition(name="order"))

    compiled = compile_process(process(start, E, flows="m > e"))

    assert message_starts(compiled, START) == (MessageStart(element_id=eid("m"), message_name="order"),)
    assert timer_starts(compiled, START) == ()


def test_a_timer_start_that_gives_no_instant_is_refused() -> None:
    start = StartEvent(id=eid("t"), definition=TimerDefinition(date="=missing"))
    compiled = compile_process(process(start, E, flows="t > e"))

    with pytest.raises(DefinitionError) as refused:
        timer_starts(compiled, START)

    assert refused.value.place.element_id == "t"
