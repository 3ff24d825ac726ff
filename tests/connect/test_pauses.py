# SPDX-License-Identifier: Apache-2.0
"""Who cannot reach the other side asks ever less often; who reached it asks again soon."""

import pytest

from taktloom.connect.pauses import RetryPauses


class Clock:
    """Seconds, until moved."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    """The clock of the attempts."""
    return Clock()


@pytest.fixture
def pauses(clock: Clock) -> RetryPauses:
    """The pauses of one who has not asked yet."""
    return RetryPauses(clock)


def fail(pauses: RetryPauses, clock: Clock, *, after: float) -> float:
    """The pause after an attempt that failed after so many seconds."""
    pauses.begin()
    clock.seconds += after
    return pauses.fail()


def test_pauses_double_up_to_half_a_minute_while_nobody_is_there(pauses: RetryPauses, clock: Clock) -> None:
    told = [fail(pauses, clock, after=0.01) for _ in range(10)]

    assert told == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30.0, 30.0]


def test_an_answer_begins_them_anew(pauses: RetryPauses, clock: Clock) -> None:
    before = [fail(pauses, clock, after=0.01) for _ in range(3)]
    pauses.succeed()

    assert before == [0.2, 0.4, 0.8]
    assert fail(pauses, clock, after=0.01) == 0.2


def test_a_line_that_broke_after_a_while_begins_them_anew_however_often_lines_break(
    pauses: RetryPauses, clock: Clock
) -> None:
    while_away = [fail(pauses, clock, after=0.01) for _ in range(4)]
    broken = [fail(pauses, clock, after=60.0) for _ in range(4)]

    assert while_away == [0.2, 0.4, 0.8, 1.6]
    assert broken == [0.2] * 4
