# SPDX-License-Identifier: Apache-2.0
"""Clocks of logs: the card's counts equal plain Python on real logs; resolution, midnight and summer time."""

import itertools
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.requests import ImportRequest
from taktloom.mining.quality.clocks import find_summer_shift, read_clocks
from taktloom.mining.review import review
from taktloom.mining.statistics.arrays import load_arrays
from tests.mining.plain_logs import DRAFT_LOGS, read_cases

AT = datetime(2026, 1, 1, tzinfo=UTC)


def measures_of(path: Path, folder: Path) -> dict[str, float]:
    return dict(review(import_log(ImportRequest(path=path, name="log", imported_at=AT), folder)).quality.measures)


@pytest.mark.parametrize("name", ["receipt", "SEPSIS", "helpdesk", "Procure-to-Pay"])
def test_the_numbers_of_the_card_equal_plain_python_on_real_logs(name: str, test_data: Path, tmp_path: Path) -> None:
    path = test_data / "logs" / DRAFT_LOGS[name]
    instants: Counter[datetime] = Counter()
    of_activity: defaultdict[str, list[datetime]] = defaultdict(list)
    same, steps, rows, named, night, keys = 0, 0, 0, 0, 0, Counter[tuple[str, ...]]()
    for number, case in enumerate(read_cases(path)):
        moments = [datetime.fromisoformat(event["time:timestamp"]) for event in case.events]
        same += sum(one == other for one, other in itertools.pairwise(moments))
        steps += max(0, len(moments) - 1)
        for event in case.events:
            moment = datetime.fromisoformat(event["time:timestamp"])
            rows, named = rows + 1, named + ("org:resource" in event)
            instants[moment.astimezone(UTC)] += 1
            of_activity[event["concept:name"]].append(moment)
            night += moment.hour >= 22 or moment.hour < 6
            who = event.get("org:resource", "")
            keys[str(number), event["concept:name"], event["time:timestamp"], who] += 1
    finest = not all(moment.second == 0 for moments in of_activity.values() for moment in moments)
    coarse = [
        moments for moments in of_activity.values()
        if finest and len(moments) >= 20 and all(not moment.second and not moment.microsecond for moment in moments)
    ]  # fmt: skip

    found = measures_of(path, tmp_path)

    assert found["same_time_steps"] == same
    assert found["same_time_share"] == pytest.approx(same / steps)
    assert found["batch_events"] == sum(count for count in instants.values() if count >= 10)
    assert found["night_share"] == pytest.approx(night / rows)
    assert found["resource_share"] == pytest.approx(named / rows)
    assert found["coarse_events"] == sum(map(len, coarse))
    if name != "Procure-to-Pay":  # its rows are starts and completions, joined
        assert found["duplicate_rows"] == sum(count - 1 for count in keys.values())


def test_an_activity_in_whole_minutes_among_finer_ones_is_mixed_resolution(tmp_path: Path) -> None:
    start = datetime(2026, 1, 5, 9, tzinfo=UTC)
    rows = "".join(
        f"{n},Form,{(start + timedelta(minutes=37 * n)).isoformat()}\n"
        f"{n},Scan,{(start + timedelta(minutes=37 * n, seconds=61 + n % 50)).isoformat()}\n"
        for n in range(30)
    )
    (tmp_path / "log.csv").write_text("case,activity,time\n" + rows)

    card = review(
        import_log(ImportRequest(path=tmp_path / "log.csv", name="l", imported_at=AT), tmp_path / "k")
    ).quality

    assert card.measures["coarse_events"] == 30
    assert "mixed-resolution" in {each.rule for each in card.findings}
    assert "coarse-times" not in {each.rule for each in card.findings}


def test_dates_without_a_time_show_as_midnight(tmp_path: Path) -> None:
    rows = "".join(f"{n},A,2026-01-{1 + n:02}T{'00:00:00' if n < 3 else '09:12:33'}+01:00\n" for n in range(20))
    (tmp_path / "log.csv").write_text("case,activity,time\n" + rows)

    assert measures_of(tmp_path / "log.csv", tmp_path / "kept")["midnight_events"] == 3


def year_of_work(zone: str, seed: int = 1) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Instants (µs UTC) of a year of office days from 8 to 17 o'clock in *zone*."""
    draw, place = np.random.default_rng(seed), ZoneInfo(zone)
    days = (datetime(2025, 1, 1, tzinfo=place) + timedelta(days=day) for day in range(365))
    return np.array(
        [
            int(day.replace(hour=int(hour), minute=int(draw.integers(60))).timestamp()) * 1_000_000
            for day in days
            if day.weekday() < 5
            for hour in 8 + 9 * draw.beta(2, 2, 12)
        ],
        dtype=np.int64,
    )


@pytest.mark.parametrize(("zone", "shift"), [("Europe/Rome", -1), ("America/Chicago", -1), ("Australia/Sydney", 1)])
def test_utc_times_of_people_with_summer_time_are_suspected(zone: str, shift: int) -> None:
    assert find_summer_shift(year_of_work(zone)) == shift


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai"])
def test_a_clock_without_summer_time_is_not_suspected(zone: str) -> None:
    assert [find_summer_shift(year_of_work(zone, seed)) for seed in range(20)] == [0] * 20


def test_a_few_weeks_tell_nothing_of_summer_time() -> None:
    assert find_summer_shift(year_of_work("Europe/Rome")[:200]) == 0


@pytest.mark.data
def test_the_italian_helpdesk_in_utc_is_suspected(test_data: Path, tmp_path: Path) -> None:
    path = test_data / "logs" / DRAFT_LOGS["helpdesk"]
    log = import_log(ImportRequest(path=path, name="helpdesk", imported_at=AT), tmp_path)

    assert read_clocks(load_arrays(log), log.metadata.facts.finest_unit_us).summer_shift_h == -1
