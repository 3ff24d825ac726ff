# SPDX-License-Identifier: Apache-2.0
"""Indicators against a plain-Python oracle on a real log, and on hand-made ones."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from taktloom.mining.indicators import (
    ActivityIndicators,
    IndicatorName,
    IndicatorSource,
    load_indicator_source,
    measure_indicators,
    measure_weighted,
)
from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.requests import ImportRequest
from tests.mining.plain_logs import DRAFT_LOGS, PlainCase, read_cases


@pytest.fixture(scope="module")
def receipt(test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[tuple[PlainCase, ...], CanonicalLog]:
    path = test_data / "logs" / DRAFT_LOGS["receipt"]
    request = ImportRequest(path=path, name="receipt", imported_at=datetime(2026, 1, 1, tzinfo=UTC))
    return read_cases(path), import_log(request, tmp_path_factory.mktemp("logs"))


def measured(log: CanonicalLog) -> dict[str, ActivityIndicators]:
    return {row.activity: row for row in measure_indicators(load_indicator_source(log, ()))}


def value(row: ActivityIndicators, name: IndicatorName) -> float:
    found = row.indicators[name].value
    assert found is not None
    return found


def test_frequency_and_rework_equal_plain_counts(receipt: tuple[tuple[PlainCase, ...], CanonicalLog]) -> None:
    cases, log = receipt
    events: Counter[str] = Counter()
    in_cases: Counter[str] = Counter()
    for case in cases:
        names = [event["concept:name"] for event in case.events]
        events.update(names)
        in_cases.update(set(names))

    rows = measured(log)

    assert {name: row.events for name, row in rows.items()} == dict(events)
    for name, row in rows.items():
        assert row.cases == in_cases[name]
        assert value(row, IndicatorName.CASE_FREQUENCY) == pytest.approx(in_cases[name] / len(cases))
        assert value(row, IndicatorName.REWORK) == pytest.approx((events[name] - in_cases[name]) / events[name])


def test_standardisation_equals_the_entropies_computed_by_hand(
    receipt: tuple[tuple[PlainCase, ...], CanonicalLog],
) -> None:
    cases, log = receipt
    before: defaultdict[str, Counter[str]] = defaultdict(Counter)
    after: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for case in cases:
        names = ["<", *(event["concept:name"] for event in case.events), ">"]
        for left, middle, right in zip(names, names[1:], names[2:], strict=False):
            before[middle][left] += 1
            after[middle][right] += 1

    for name, row in measured(log).items():
        expected = 1 - (_entropy(before[name]) + _entropy(after[name])) / 2
        assert value(row, IndicatorName.STANDARDISATION) == pytest.approx(expected)


def _entropy(counts: Counter[str]) -> float:
    total = sum(counts.values())
    raw = -sum(count / total * math.log(count / total) for count in counts.values())
    return raw / math.log(max(2, len(counts)))


def test_rubber_stamps_and_hand_offs_equal_plain_counts(receipt: tuple[tuple[PlainCase, ...], CanonicalLog]) -> None:
    cases, log = receipt
    into: Counter[str] = Counter()
    stamped: Counter[str] = Counter()
    handed: Counter[str] = Counter()
    for case in cases:
        for left, right in zip(case.events, case.events[1:], strict=False):
            name = right["concept:name"]
            gap = _moment(right) - _moment(left)
            into[name] += 1
            stamped[name] += left["org:resource"] == right["org:resource"] and gap.total_seconds() < 60
            handed[name] += left["org:resource"] != right["org:resource"]

    rows = measured(log)

    assert sum(stamped.values()) == 4_288
    for name, count in into.items():
        assert value(rows[name], IndicatorName.RUBBER_STAMP_SHARE) == pytest.approx(stamped[name] / count)
        assert value(rows[name], IndicatorName.HAND_OFF_SHARE) == pytest.approx(handed[name] / count)
        assert rows[name].indicators[IndicatorName.HAND_OFF_SHARE].n == count


def _moment(event: dict[str, str]) -> datetime:
    return datetime.fromisoformat(event["time:timestamp"])


def test_processing_time_is_not_computable_without_start_times(
    receipt: tuple[tuple[PlainCase, ...], CanonicalLog],
) -> None:
    row = measured(receipt[1])["Confirmation of receipt"]

    indicator = row.indicators[IndicatorName.PROCESSING_HOURS]

    assert (indicator.value, indicator.n, indicator.reason) == (None, 0, "needs-start-times")


def test_what_stands_around_it_in_no_common_variant_is_an_exception(
    receipt: tuple[tuple[PlainCase, ...], CanonicalLog],
) -> None:
    cases, log = receipt
    common, held = set(), 0
    for variant in log.variants().variants:
        if held >= 0.8 * len(cases):
            break
        common |= set(_paths(variant.activities))
        held += variant.cases
    events: Counter[str] = Counter()
    exceptional: Counter[str] = Counter()
    for case in cases:
        for path in _paths([event["concept:name"] for event in case.events]):
            events[path[1]] += 1
            exceptional[path[1]] += path not in common

    rows = measured(log)

    assert sum(exceptional.values()) > 0
    for name, count in events.items():
        assert value(rows[name], IndicatorName.EXCEPTION_SHARE) == pytest.approx(exceptional[name] / count)


def _paths(activities: Sequence[str]) -> list[tuple[str, str, str]]:
    around = ["<", *activities, ">"]
    return list(zip(around, around[1:], around[2:], strict=False))


def test_drawing_every_case_twice_changes_no_share(receipt: tuple[tuple[PlainCase, ...], CanonicalLog]) -> None:
    source: IndicatorSource = load_indicator_source(receipt[1], ())

    once, twice = (measure_weighted(source, np.full(source.cases, weight)) for weight in (1.0, 2.0))

    grows = {IndicatorName.EVENTS_PER_MONTH, IndicatorName.TIMER_REGULARITY, IndicatorName.PERIOD_STABILITY}
    for name in set(IndicatorName) & set(once) - grows:
        assert np.allclose(once[name], twice[name], equal_nan=True), name
