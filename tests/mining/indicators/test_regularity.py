# SPDX-License-Identifier: Apache-2.0
"""Ordering, stability, concentration, failures, systems, batches and timers against plain Python."""

import csv
import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from taktloom.mining.indicators import IndicatorName, WeightedIndicators, load_indicator_source, measure_indicators
from taktloom.mining.indicators.activities import Indicator
from taktloom.mining.indicators.names import EXPLANATIONS
from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.requests import ImportRequest
from tests.mining.plain_logs import DRAFT_LOGS, read_cases

BEGIN = datetime(2025, 1, 1, 8, tzinfo=UTC)
HEAD = ("case", "activity", "time", "resource", "system", "lifecycle")


def log_of(rows: Iterable[Sequence[object]], folder: Path, head: Sequence[str] = HEAD) -> CanonicalLog:
    path = folder / "log.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows([each.isoformat() if isinstance(each, datetime) else each for each in row] for row in rows)
    return import_log(ImportRequest(path=path, name="made", imported_at=BEGIN), folder / "kept")


def indicator(log: CanonicalLog, activity: str, name: IndicatorName) -> Indicator:
    rows = {row.activity: row for row in measure_indicators(load_indicator_source(log, ()))}
    return rows[activity].indicators[name]


def steps(*activities: str, case: str = "1", begin: datetime = BEGIN) -> list[tuple[str, str, datetime]]:
    return [(case, activity, begin + timedelta(minutes=7 * place)) for place, activity in enumerate(activities)]


@pytest.mark.parametrize("name", ["receipt", "SEPSIS"])
def test_ordering_equals_first_occurrences_counted_by_hand(name: str, test_data: Path, tmp_path: Path) -> None:
    path = test_data / "logs" / DRAFT_LOGS[name]
    log = import_log(ImportRequest(path=path, name=name, imported_at=BEGIN), tmp_path)
    before: Counter[tuple[str, str]] = Counter()
    for case in read_cases(path):
        first = list(dict.fromkeys(event["concept:name"] for event in case.events))
        before.update(itertools.combinations(first, 2))
    names = {one for pair in before for one in pair}

    rows = {row.activity: row.indicators[IndicatorName.ORDERING].value for row in
            measure_indicators(load_indicator_source(log, ()))}  # fmt: skip

    for one in names:
        pairs = [(before[one, other], before[other, one]) for other in names - {one}]
        expected = sum(abs(first - later) for first, later in pairs) / sum(first + later for first, later in pairs)
        assert rows[one] == pytest.approx(expected)


def test_the_order_of_steps_that_swap_is_worth_nothing(tmp_path: Path) -> None:
    rows = steps("A", "B", case="1") + steps("B", "A", case="2")

    assert indicator(log_of(rows, tmp_path, HEAD[:3]), "A", IndicatorName.ORDERING).value == 0


def test_an_activity_alone_in_its_cases_has_no_ordering(tmp_path: Path) -> None:
    found = indicator(log_of(steps("A", case="1") + steps("B", "C", case="2"), tmp_path, HEAD[:3]), "A",
                      IndicatorName.ORDERING)  # fmt: skip

    assert (found.value, found.reason) == (None, "needs-other-activities")


def months(first: Sequence[str], second: Sequence[str], cases: int = 40) -> list[tuple[str, str, datetime]]:
    late = BEGIN + timedelta(days=31)
    return [
        row
        for number in range(cases)
        for case, path, begin in ((f"a{number}", first, BEGIN), (f"b{number}", second, late))
        for row in steps(*path, case=case, begin=begin + timedelta(hours=number))
    ]


def test_a_process_that_stays_as_it_was_is_stable(tmp_path: Path) -> None:
    log = log_of(months(("A", "B", "C"), ("A", "B", "C")), tmp_path, HEAD[:3])

    assert indicator(log, "B", IndicatorName.PERIOD_STABILITY).value == pytest.approx(1)


def test_stability_falls_by_the_distance_between_the_months(tmp_path: Path) -> None:
    log = log_of(months(("A", "B", "C"), ("A", "B", "D")), tmp_path, HEAD[:3])
    chance = 1 / 8 * (1 / 40 + 1 / 40) / math.log(2)  # two values after B; before it nothing changed

    found = indicator(log, "B", IndicatorName.PERIOD_STABILITY)

    assert found.value == pytest.approx(1 - (0 + math.sqrt(1 - chance)) / 2)


def test_a_log_of_one_month_does_not_tell_of_stability(tmp_path: Path) -> None:
    found = indicator(log_of(steps("A", "B"), tmp_path, HEAD[:3]), "A", IndicatorName.PERIOD_STABILITY)

    assert (found.value, found.reason) == (None, "needs-two-months")


def test_concentration_is_the_share_of_pairs_of_cases_with_one_variant(test_data: Path, tmp_path: Path) -> None:
    path = test_data / "logs" / DRAFT_LOGS["receipt"]
    log = import_log(ImportRequest(path=path, name="receipt", imported_at=BEGIN), tmp_path)
    variants = Counter(tuple(event["concept:name"] for event in case.events) for case in read_cases(path))
    having: defaultdict[str, list[int]] = defaultdict(list)
    for variant, cases in variants.items():
        for name in set(variant):
            having[name].append(cases)

    source = load_indicator_source(log, ())
    once = WeightedIndicators(source).measure(np.ones(source.cases))[IndicatorName.VARIANT_CONCENTRATION]

    for name, counts in having.items():
        total = sum(counts)
        if total > 1:
            expected = sum(count * (count - 1) for count in counts) / (total * (total - 1))
            assert once[log.activities.index(name)] == pytest.approx(expected)


def test_failures_are_aborted_events_and_ends_that_say_so(tmp_path: Path) -> None:
    rows = [(*row, "x", "s", "complete") for row in steps("A", "B", case="1") + steps("A", "Cancelled", case="2")]
    rows += [("3", "A", BEGIN, "x", "s", "ate_abort"), ("4", "A", BEGIN, "x", "s", "complete")]
    log = log_of(rows, tmp_path)

    assert indicator(log, "A", IndicatorName.FAILURE_RATE).value == 2 / 4
    assert indicator(log, "B", IndicatorName.FAILURE_RATE).value == 0


def test_a_log_without_any_failure_does_not_tell_how_often_work_fails(tmp_path: Path) -> None:
    found = indicator(log_of(steps("A", "B"), tmp_path, HEAD[:3]), "A", IndicatorName.FAILURE_RATE)

    assert (found.value, found.n, found.reason) == (None, 0, "needs-failures")


def test_system_switches_are_counted_where_the_log_names_systems(tmp_path: Path) -> None:
    systems = ["SAP", "SAP", "Mail", "", "SAP"]
    rows = [(*row, "x", system) for row, system in zip(steps("A", "B", "B", "B", "B"), systems, strict=True)]
    log = log_of(rows, tmp_path, ("case", "activity", "time", "resource", "system"))

    assert indicator(log, "B", IndicatorName.SYSTEM_SWITCH_SHARE).value == 1 / 2


def test_a_log_without_systems_does_not_tell_of_switches(tmp_path: Path) -> None:
    found = indicator(log_of(steps("A", "B"), tmp_path, HEAD[:3]), "B", IndicatorName.SYSTEM_SWITCH_SHARE)

    assert (found.value, found.reason) == (None, "needs-system")


def test_ping_pong_comes_back_to_who_had_it_before(test_data: Path, tmp_path: Path) -> None:
    path = test_data / "logs" / DRAFT_LOGS["receipt"]
    log = import_log(ImportRequest(path=path, name="receipt", imported_at=BEGIN), tmp_path)
    known: Counter[str] = Counter()
    returned: Counter[str] = Counter()
    for case in read_cases(path):
        for first, second, third in zip(case.events, case.events[1:], case.events[2:], strict=False):
            known[third["concept:name"]] += 1
            who = [each["org:resource"] for each in (first, second, third)]
            returned[third["concept:name"]] += who[0] == who[2] != who[1]

    rows = {row.activity: row for row in measure_indicators(load_indicator_source(log, ()))}

    assert sum(returned.values()) > 100
    for name, count in known.items():
        share = rows[name].indicators[IndicatorName.PING_PONG_SHARE].value
        assert share == pytest.approx(returned[name] / count)


def batches(size: int) -> list[tuple[str, str, datetime]]:
    return [
        (f"{day}-{number}", "Post", BEGIN + timedelta(days=day, seconds=20 * number))
        for day in range(10)
        for number in range(size)
    ]


def test_three_cases_within_a_minute_of_each_other_are_a_batch(tmp_path: Path) -> None:
    single = [(f"s{day}", "Post", BEGIN + timedelta(days=day, hours=5)) for day in range(10)]

    found = indicator(log_of(batches(3) + single, tmp_path, HEAD[:3]), "Post", IndicatorName.BATCH_SHARE)

    assert (found.value, found.n) == (30 / 40, 40)


def test_two_cases_are_no_batch(tmp_path: Path) -> None:
    assert indicator(log_of(batches(2), tmp_path, HEAD[:3]), "Post", IndicatorName.BATCH_SHARE).value == 0


def test_waiting_for_a_batch_is_not_the_time_that_work_takes(tmp_path: Path) -> None:
    opened = [(case, "Open", at - timedelta(hours=9)) for case, _, at in batches(3)]

    found = indicator(log_of(opened + batches(3), tmp_path, HEAD[:3]), "Post", IndicatorName.TYPICAL_TIME_S)

    assert found.value == pytest.approx(20)


def test_the_time_of_work_does_not_depend_on_who_is_named_for_a_batch(tmp_path: Path) -> None:
    opened = [(case, "Open", at - timedelta(hours=9)) for case, _, at in batches(3)]
    named = [(*row, f"person {number}") for number, row in enumerate(opened + batches(3))]

    found = indicator(log_of(named, tmp_path, HEAD[:4]), "Post", IndicatorName.TYPICAL_TIME_S)

    assert found.value == pytest.approx(20)


def test_a_clock_of_days_does_not_tell_batches(tmp_path: Path) -> None:
    rows = [(f"{number}", "Post", f"2025-01-{number % 20 + 1:02}T00:00:00Z") for number in range(200)]

    found = indicator(log_of(rows, tmp_path, HEAD[:3]), "Post", IndicatorName.BATCH_SHARE)

    assert (found.value, found.reason) == (None, "needs-distinct-runs")


def test_where_events_are_dense_batches_cannot_be_told(tmp_path: Path) -> None:
    rows = [(f"{number}", "Post", BEGIN + timedelta(seconds=45 * number)) for number in range(200)]

    found = indicator(log_of(rows, tmp_path, HEAD[:3]), "Post", IndicatorName.BATCH_SHARE)

    assert (found.value, found.reason) == (None, "needs-distinct-runs")


def test_work_on_the_hour_is_regular_and_work_at_any_minute_is_not(tmp_path: Path) -> None:
    chance = np.random.default_rng(5)
    rows = [
        row
        for number in range(300)
        for row in (
            (f"{number}", "Report", BEGIN + timedelta(hours=number, seconds=int(chance.integers(0, 20)))),
            (f"{number}", "Answer", BEGIN + timedelta(hours=number, seconds=int(chance.integers(60, 3_600)))),
        )
    ]
    log = log_of(rows, tmp_path, HEAD[:3])

    assert (indicator(log, "Report", IndicatorName.TIMER_REGULARITY).value or 0) > 0.99
    assert (indicator(log, "Answer", IndicatorName.TIMER_REGULARITY).value or 0) < 0.15


def test_steady_work_is_stable_in_time(tmp_path: Path) -> None:
    took = [10, 10, 10, 50]
    rows = [
        (f"{number}", "A", BEGIN + timedelta(hours=number), BEGIN + timedelta(hours=number, minutes=minutes))
        for number, minutes in enumerate(took)
    ]
    log = log_of(rows, tmp_path, ("case", "activity", "start", "end"))
    mean = sum(took) / 4
    deviation = math.sqrt(sum((each - mean) ** 2 for each in took) / 4)

    assert indicator(log, "A", IndicatorName.TIME_STABILITY).value == pytest.approx(1 / (1 + deviation / mean))


def test_every_indicator_has_a_formula_and_a_source() -> None:
    assert set(EXPLANATIONS) == set(IndicatorName)
    assert all(each.formula and each.source for each in EXPLANATIONS.values())
