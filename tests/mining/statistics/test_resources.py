# SPDX-License-Identifier: Apache-2.0
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.requests import ImportRequest
from taktloom.mining.statistics.arrays import load_arrays
from taktloom.mining.statistics.resources import Actor, ResourceEvidence, classify_resources, longest_quiet_run

MONDAY = datetime(2024, 1, 1, tzinfo=UTC)


def classify(folder: Path, rows: list[tuple[int, str, datetime]]) -> dict[str, ResourceEvidence]:
    path = folder / "log.csv"
    lines = [f"{case},A,{at.isoformat()},{who}\n" for case, who, at in rows]
    path.write_text("case_id,activity,timestamp,resource\n" + "".join(lines))
    log = import_log(ImportRequest(path=path, name="log", imported_at=MONDAY), folder / "logs")
    found = classify_resources(load_arrays(log), has_local_clock=True, finest_unit_us=1)
    return {each.resource: each for each in found}


def office_days(who: str, chance: random.Random, first_case: int) -> list[tuple[int, str, datetime]]:
    """Forty working days, ten steps a day between nine and five, each its own case after one by nobody else."""
    rows = []
    for day in range(56):
        if day % 7 < 5:
            for step in range(10):
                at = MONDAY + timedelta(days=day, hours=9 + 8 * chance.random())
                rows += [
                    (first_case + day * 10 + step, who, at),
                    (first_case + day * 10 + step, who, at + timedelta(minutes=7)),
                ]
    return rows


def test_a_night_shift_does_not_make_a_system(tmp_path: Path) -> None:
    chance = random.Random(3)
    rows = office_days("Ann", chance, 0) + office_days("Bo", chance, 10_000)
    for night in range(56):
        if (night // 4) % 2 == 0:  # four nights on, four off, whatever the weekday
            rows += [
                (20_000 + 10 * night + step, "Cy", MONDAY + timedelta(days=night, hours=22 + 8 * chance.random()))
                for step in range(8)
            ]

    found = classify(tmp_path, rows)

    assert found["Cy"].actor is Actor.CANNOT_TELL
    assert found["Cy"].evidence_for_human == ("clock",)


def test_office_hours_make_a_person_and_round_the_clock_speed_a_system(tmp_path: Path) -> None:
    chance = random.Random(7)
    rows = office_days("Ann", chance, 0) + office_days("Bo", chance, 10_000)
    for number in range(600):
        at = MONDAY + timedelta(days=56 * chance.random())
        rows += [(20_000 + number, "bot", at), (20_000 + number, "bot", at + timedelta(seconds=1))]

    found = classify(tmp_path, rows)

    assert {name: each.actor for name, each in found.items()} == {
        "Ann": Actor.HUMAN,
        "Bo": Actor.HUMAN,
        "bot": Actor.SYSTEM,
    }
    assert found["bot"].evidence_for_system == ("clock", "weekend", "speed")
    assert found["Ann"].facts.weekend_share == 0


def test_few_events_cannot_be_told(tmp_path: Path) -> None:
    rows = [(1, "x", MONDAY + timedelta(seconds=second)) for second in range(10)]

    assert classify(tmp_path, rows)["x"].actor is Actor.CANNOT_TELL


def test_where_everyone_works_around_the_clock_doing_so_tells_nothing(tmp_path: Path) -> None:
    chance = random.Random(7)
    rows = [
        (number, f"nurse {number % 4}", MONDAY + timedelta(days=56 * chance.random(), minutes=20 * step))
        for number in range(400)
        for step in range(2)
    ]

    assert Actor.SYSTEM not in {each.actor for each in classify(tmp_path, rows).values()}


@pytest.mark.parametrize(("busy", "quiet"), [(range(24), 0), (range(8, 18), 14), ((0, 12), 11), ((23, 0, 1), 21)])
def test_the_longest_quiet_run_goes_across_midnight(busy: list[int], quiet: int) -> None:
    hours = np.zeros(24, dtype=np.int64)
    hours[list(busy)] = 10

    assert longest_quiet_run(hours) == quiet
