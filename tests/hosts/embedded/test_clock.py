# SPDX-License-Identifier: Apache-2.0
"""Time never goes back, and names never repeat."""

from datetime import UTC, datetime, timedelta

import pytest

from taktloom.hosts.embedded import CountingIds, ManualClock, SystemClock, SystemIds
from taktloom.model.identifiers import InstanceKey

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_the_machines_clock_gives_utc_that_does_not_go_back() -> None:
    clock = SystemClock()

    instants = [clock.now() for _ in range(1000)]

    assert instants == sorted(instants)
    assert instants[0].utcoffset() == timedelta()


def test_time_goes_on_at_half_its_speed_while_the_clock_is_behind_and_with_it_once_it_has_caught_up() -> None:
    wall, ticks = [NOON], [50.0]
    clock = SystemClock(lambda: wall[0], lambda: ticks[0])

    def after(seconds: float) -> datetime:
        wall[0] += timedelta(seconds=seconds)
        ticks[0] += seconds
        return clock.now()

    before = clock.now()
    wall[0] += timedelta(hours=3)
    ahead = clock.now()
    wall[0] -= timedelta(hours=3)
    set_back = clock.now()

    assert (before, ahead, set_back) == (NOON, NOON + timedelta(hours=3), NOON + timedelta(hours=3))
    assert after(60) == ahead + timedelta(seconds=30)
    assert after(20) == ahead + timedelta(seconds=40)
    assert after(6 * 3600) == wall[0] == NOON + timedelta(hours=6, seconds=80)
    assert after(10) == wall[0]


def test_a_manual_clock_refuses_to_go_back() -> None:
    clock = ManualClock(NOON)

    clock.advance(timedelta(hours=1))

    assert clock.now() == NOON + timedelta(hours=1)
    with pytest.raises(ValueError, match="back"):
        clock.advance(timedelta(seconds=-1))


def test_instance_keys_come_from_the_time_and_grow_even_when_it_stands_still() -> None:
    ids = SystemIds()

    first = ids.instance_key(NOON, after=None)
    second = ids.instance_key(NOON, after=first)
    earlier = ids.instance_key(NOON - timedelta(days=1), after=second)
    later = ids.instance_key(NOON + timedelta(milliseconds=1), after=second)

    assert first == "1772452800000000"
    assert [int(second) - int(first), int(earlier) - int(second)] == [1, 1]
    assert later == "1772452800001000"
    assert len({first, second, later}) == 3


def test_keys_of_any_time_have_16_digits() -> None:
    ids = SystemIds()

    assert len(ids.instance_key(datetime(1970, 1, 2, tzinfo=UTC), after=None)) == 16
    assert len(ids.instance_key(datetime(2200, 1, 1, tzinfo=UTC), after=InstanceKey("1" * 16))) == 16


def test_other_ids_are_in_order_of_time_and_never_the_same() -> None:
    ids, counting = SystemIds(), CountingIds()

    made = [ids.record_id(NOON + timedelta(milliseconds=number)) for number in range(50)]

    assert made == sorted(set(made))
    assert [counting.record_id(NOON), counting.record_id(NOON)] == [
        "019cae6b660000000000000000000001",
        "019cae6b660000000000000000000002",
    ]
