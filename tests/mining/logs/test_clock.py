# SPDX-License-Identifier: Apache-2.0
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.calendars.zones import load_zone
from taktloom.mining.logs.clock import offsets_at, place_wall_times

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - wall clock
ZONES = ("Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Shanghai", "UTC")
MINUTES = st.lists(st.integers(-30 * 525_960, 120 * 525_960), min_size=1, max_size=20)


def microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


@pytest.mark.parametrize("zone", ZONES)
@given(MINUTES)
def test_the_offset_at_an_instant_is_the_pinned_tables(zone: str, minutes: list[int]) -> None:
    instants = [EPOCH.replace(tzinfo=UTC) + timedelta(minutes=each) for each in minutes]

    offsets = offsets_at(np.array(minutes, dtype=np.int64) * 60_000_000, zone)

    expected = [instant.astimezone(load_zone(zone)).utcoffset() for instant in instants]
    assert [timedelta(microseconds=each) for each in offsets.tolist()] == expected


@pytest.mark.parametrize("zone", ZONES)
@given(MINUTES)
def test_a_wall_time_is_the_first_instant_that_shows_it(zone: str, minutes: list[int]) -> None:
    walls = [EPOCH + timedelta(minutes=each) for each in minutes]

    placed = place_wall_times(np.array(minutes, dtype=np.int64) * 60_000_000, zone)

    expected = [wall.replace(tzinfo=load_zone(zone)).astimezone(UTC).replace(tzinfo=None) for wall in walls]
    assert placed.utc.tolist() == [microseconds(each) for each in expected]
    folds = [wall.replace(tzinfo=load_zone(zone), fold=1).utcoffset() for wall in walls]
    firsts = [wall.replace(tzinfo=load_zone(zone)).utcoffset() for wall in walls]
    assert (placed.is_ambiguous | placed.is_missing).tolist() == [a != b for a, b in zip(firsts, folds, strict=True)]


@pytest.mark.parametrize(
    ("zone", "wall", "ambiguous", "missing", "utc"),
    [
        ("Europe/Amsterdam", "2024-10-27 01:59", False, False, "2024-10-26 23:59"),
        ("Europe/Amsterdam", "2024-10-27 02:00", True, False, "2024-10-27 00:00"),
        ("Europe/Amsterdam", "2024-10-27 02:59", True, False, "2024-10-27 00:59"),
        ("Europe/Amsterdam", "2024-10-27 03:00", False, False, "2024-10-27 02:00"),
        ("Europe/Amsterdam", "2024-03-31 01:59", False, False, "2024-03-31 00:59"),
        ("Europe/Amsterdam", "2024-03-31 02:00", False, True, "2024-03-31 01:00"),
        ("Europe/Amsterdam", "2024-03-31 02:59", False, True, "2024-03-31 01:59"),
        ("Europe/Amsterdam", "2024-03-31 03:00", False, False, "2024-03-31 01:00"),
        ("Australia/Lord_Howe", "2024-04-07 01:45", True, False, "2024-04-06 14:45"),
    ],
)
def test_the_hours_around_a_change(zone: str, wall: str, ambiguous: bool, missing: bool, utc: str) -> None:
    placed = place_wall_times(np.array([microseconds(datetime.fromisoformat(wall))], dtype=np.int64), zone)

    assert (bool(placed.is_ambiguous[0]), bool(placed.is_missing[0])) == (ambiguous, missing)
    assert placed.utc[0] == microseconds(datetime.fromisoformat(utc))


def test_a_stray_date_far_away_does_not_stop_the_column() -> None:
    walls = [datetime(1, 1, 1), datetime(2024, 7, 1), datetime(9999, 12, 31)]  # noqa: DTZ001

    placed = place_wall_times(np.array([microseconds(each) for each in walls], dtype=np.int64), "Europe/Amsterdam")

    assert placed.offset[1] == 7_200_000_000
