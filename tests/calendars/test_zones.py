# SPDX-License-Identifier: Apache-2.0
"""Zones come from the pinned package, and years beyond Python's follow the Gregorian cycle."""

import pytest

from taktloom.calendars.zones import UnknownZoneError, load_zone, offset_at_instant, offset_at_local, zone_exists

SUMMER_2024 = 1_719_792_000  # 2024-07-01T00:00
CYCLE = 146_097 * 86_400


@pytest.mark.parametrize(
    ("name", "local", "offset"),
    [
        ("Europe/Paris", SUMMER_2024, 7200),
        ("Europe/Paris", SUMMER_2024 - 182 * 86_400, 3600),
        ("Asia/Kolkata", SUMMER_2024, 19_800),
        ("Etc/UTC", SUMMER_2024, 0),
    ],
)
def test_the_offset_is_that_of_the_season(name: str, local: int, offset: int) -> None:
    assert offset_at_local(name, local) == offset


def test_of_an_hour_that_occurs_twice_the_first_is_meant() -> None:
    twice = 1_729_994_400 + 1800  # 2024-10-27T02:30 on the wall in Paris

    assert offset_at_local("Europe/Paris", twice) == 7200


def test_an_instant_has_the_offset_after_the_change() -> None:
    assert offset_at_instant("Europe/Paris", 1_729_990_800) == 3600  # 2024-10-27T01:00Z
    assert offset_at_instant("Europe/Paris", 1_729_990_799) == 7200


@pytest.mark.parametrize("cycles", [20, 100, 2_000_000])
def test_years_after_9999_repeat_the_400_year_cycle(cycles: int) -> None:
    assert offset_at_local("Europe/Paris", SUMMER_2024 + cycles * CYCLE) == 7200


def test_years_before_1_have_the_first_known_offset() -> None:
    assert offset_at_local("Europe/Paris", -(10**15)) == offset_at_local("Europe/Paris", -62_000_000_000)


@pytest.mark.parametrize("name", ["Nowhere/City", "../etc/passwd", "", "europe/paris", "Europe", "Europe/Paris\0"])
def test_an_unknown_zone_is_refused(name: str) -> None:
    assert not zone_exists(name)
    with pytest.raises(UnknownZoneError):
        load_zone(name)
