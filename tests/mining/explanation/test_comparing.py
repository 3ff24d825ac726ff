# SPDX-License-Identifier: Apache-2.0
"""Two logs or periods: counts as plain Python has them, planted differences told, none told where there is none."""

import itertools
from collections import Counter
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from taktloom.evidence.multiplicity import holm
from taktloom.mining.explanation.cohorts import ComparisonSettings, Difference, DifferenceKind
from taktloom.mining.explanation.comparing import LogComparison, Part, begun_per, compare_logs, period_of
from taktloom.mining.explanation.errors import TooFewCasesError
from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.requests import ImportRequest
from taktloom.mining.statistics.arrays import LogArrays, load_arrays
from tests.mining.explanation.simulated import BEGIN_US, DAY_US, exported, log_of, simulate
from tests.mining.plain_logs import DRAFT_LOGS, read_cases

HOUR_US = DAY_US // 24
QUICK = ComparisonSettings(permutations=199)
SPLIT = datetime.fromisoformat("2011-01-01T00:00:00+00:00")


def side(seed: int, *, per_day: float = 3.0, extra: float = 0.3, days: int = 70, begin_us: int = BEGIN_US) -> LogArrays:
    """Register, Check, now and then Extra check, Decide; a Poisson number of cases each day."""
    draw = np.random.default_rng(seed)
    rows, case = [], 0
    for day in range(days):
        for _ in range(draw.poisson(per_day)):
            at = begin_us + day * DAY_US + int(draw.uniform(0, DAY_US))
            for step in [0, 1, 2, 5] if draw.random() < extra else [0, 1, 5]:
                rows.append((case, at, step, 0))
                at += int(HOUR_US * draw.lognormal(0, 0.4))
            case += 1
    return log_of(rows)


def compared(first: LogArrays, second: LogArrays, settings: ComparisonSettings = QUICK) -> LogComparison:
    return compare_logs(Part(name="one", log=first), Part(name="other", log=second), settings)


def of_kind(found: LogComparison, kind: DifferenceKind) -> Difference:
    return next(each for each in found.cohorts.differences if each.kind is kind)


def test_periods_of_a_real_log_have_the_counts_of_plain_python(test_data: Path, tmp_path: Path) -> None:
    path = test_data / "logs" / DRAFT_LOGS["receipt"]
    log = load_arrays(import_log(ImportRequest(path=path, name="receipt", imported_at=SPLIT), tmp_path))
    split = int(SPLIT.timestamp() * 1_000_000)
    sides: tuple[list[list[str]], list[list[str]]] = ([], [])
    for case in read_cases(path):
        moments = [datetime.fromisoformat(event["time:timestamp"]) for event in case.events]
        sides[min(moments) >= SPLIT].append([event["concept:name"] for event in case.events])
    edges = [Counter(pair for case in cases for pair in itertools.pairwise(case)) for cases in sides]
    having = [Counter(pair for case in cases for pair in set(itertools.pairwise(case))) for cases in sides]

    found = compare_logs(
        period_of(log, (0, split), "before"), period_of(log, (split, 2 * split), "after"), ComparisonSettings()
    )

    for cases, part in zip(sides, (found.first, found.second), strict=True):
        assert part.cases == len(cases)
        assert part.events == sum(map(len, cases))
        assert part.variants == len({tuple(case) for case in cases})
        assert part.activities == len({activity for case in cases for activity in case})
    assert {(row.source, row.target): (row.first, row.second) for row in found.flows} == {
        edge: (edges[0][edge], edges[1][edge]) for edge in edges[0] | edges[1]
    }
    shares = [each for each in found.cohorts.differences if each.kind is DifferenceKind.EDGE]
    assert len(shares) > 20
    for each in shares:
        edge = (each.name[0], each.name[1])
        assert each.first == pytest.approx(having[0][edge] / len(sides[0]))
        assert each.second == pytest.approx(having[1][edge] / len(sides[1]))
    lengths = of_kind(found, DifferenceKind.CASE_LENGTH)
    assert lengths.first == pytest.approx(sum(map(len, sides[0])) / len(sides[0]))


def test_more_cases_per_week_are_told_with_their_means() -> None:
    first, second = side(1, per_day=5), side(2, per_day=2.5)

    volume = of_kind(compared(first, second), DifferenceKind.VOLUME)

    assert volume.is_told
    assert volume.name == ("week",)
    assert volume.interval is not None
    assert 0 < volume.interval.low <= volume.difference <= volume.interval.high
    begins = first.occurred_at[first.starts]
    weeks = Counter(((begins - begins.min()) // (7 * DAY_US)).tolist())
    whole = int(begins.max() + 1 - begins.min()) // (7 * DAY_US)
    assert volume.first == pytest.approx(sum(weeks[week] for week in range(whole)) / whole)


def test_a_rest_of_a_week_is_left_out_of_the_volume() -> None:
    begins = np.array([0, 1, 7 * DAY_US, 14 * DAY_US, 15 * DAY_US])

    assert begun_per(begins, (0, 15 * DAY_US), 7 * DAY_US).tolist() == [2, 1]


def test_sides_under_a_fortnight_do_not_tell_of_volume() -> None:
    found = compared(side(1, days=10, per_day=9), side(2, days=70))

    assert found.volume_unit is None
    assert DifferenceKind.VOLUME not in {each.kind for each in found.cohorts.differences}


def test_a_step_more_often_is_told_in_the_second_log() -> None:
    found = compared(side(1, extra=0.2), side(2, extra=0.7))

    assert ("Check", "Extra check") in {each.name for each in found.cohorts.told}
    assert of_kind(found, DifferenceKind.CASE_LENGTH).is_told
    assert not of_kind(found, DifferenceKind.VOLUME).is_told


def test_activities_of_one_side_are_named() -> None:
    found = compared(side(1, extra=0), side(2, extra=1))

    assert (found.first_only, found.second_only) == ((), ("Extra check",))


def test_logs_of_one_process_differ_in_nothing_beyond_the_error_rate() -> None:
    alarms = sum(bool(compared(side(seed), side(100 + seed)).cohorts.told) for seed in range(20))

    assert alarms <= 3  # expected: 1 of 20 at the level of 0.05; 4 or more have a probability under 2 %


def test_a_period_up_to_the_end_of_an_export_does_not_differ_because_its_cases_are_cut_off() -> None:
    told = []
    for seed in range(4):
        log = exported(simulate(300 + seed, planted=False, cases=1_500).log, 10, 80)
        split = BEGIN_US + 45 * DAY_US
        sides = period_of(log, (BEGIN_US, split), "before"), period_of(log, (split, BEGIN_US + 80 * DAY_US), "after")
        found = compare_logs(*sides, ComparisonSettings(permutations=149))
        told += [
            each.kind for each in found.cohorts.told if each.kind in (DifferenceKind.EDGE, DifferenceKind.CASE_TIME)
        ]
        assert 0 < found.left_out < 0.5 * (found.first.cases + found.second.cases)

    assert told == []


def test_a_side_with_few_cases_is_refused() -> None:
    with pytest.raises(TooFewCasesError):
        compared(side(1), side(2, days=3, per_day=2))


def test_holm_adjusts_step_by_step() -> None:
    assert holm(np.array([0.04, 0.01, 0.03])).tolist() == pytest.approx([0.06, 0.03, 0.06])
    assert holm(np.array([0.9, 0.6])).tolist() == [1.0, 1.0]
