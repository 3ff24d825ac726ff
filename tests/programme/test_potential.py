# SPDX-License-Identifier: Apache-2.0
"""Potential: an open formula, explained contributions, honest gaps, classes with reasons."""

import json
import math
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from taktloom.evidence.resampling import Interval
from taktloom.mining.indicators import ActivityIndicators, Indicator, IndicatorName
from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.requests import ImportRequest
from taktloom.programme.assessment import AssessmentOptions, assess_log
from taktloom.programme.policy import DEFAULT_POLICY, Feature, PotentialClass
from taktloom.programme.potential import PotentialReport, Surroundings, classify, report_to_json
from taktloom.programme.rates import Rates, RatesFileError, estimate_saving, parse_rates
from taktloom.programme.scoring import drawn_weights, feature_values
from tests.mining.plain_logs import DRAFT_LOGS


@pytest.fixture(scope="module")
def report(test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> PotentialReport:
    path = test_data / "logs" / DRAFT_LOGS["receipt"]
    request = ImportRequest(path=path, name="receipt", imported_at=datetime(2026, 1, 1, tzinfo=UTC))
    log = import_log(request, tmp_path_factory.mktemp("logs"))
    return assess_log(log, AssessmentOptions(replicates=60))


def test_contributions_add_up_to_the_score(report: PotentialReport) -> None:
    for row in report.activities:
        assert sum(each.points for each in row.contributions) == pytest.approx(row.score)
        assert 0 <= row.score <= 100


def test_times_count_by_their_logarithms_between_the_norms() -> None:
    at_zero, at_one = DEFAULT_POLICY.norms[Feature.SOON_DONE]
    middle = math.sqrt(at_zero * at_one)
    measured = {name: np.full(4, np.nan) for name in IndicatorName}
    measured[IndicatorName.TYPICAL_TIME_S] = np.array([at_zero, middle, at_one, 1.0])

    x = feature_values(measured, np.full(4, np.nan), DEFAULT_POLICY)[Feature.SOON_DONE]

    assert x == pytest.approx([0, 0.5, 1, 1])


def test_activities_are_ranked_by_score(report: PotentialReport) -> None:
    scores = [row.score for row in report.activities]

    assert scores == sorted(scores, reverse=True)
    assert [row.rank for row in report.activities] == list(range(1, 28))


def test_frequent_activities_have_a_narrow_interval_around_their_score(report: PotentialReport) -> None:
    for row in report.activities:
        if row.events >= 1_000:
            assert row.interval is not None
            assert row.interval.low - 2 <= row.score <= row.interval.high + 2
            assert row.interval.high - row.interval.low < 5


def test_the_ranking_is_stable_over_other_draws_of_cases(report: PotentialReport) -> None:
    assert report.rank_stability is not None
    assert report.rank_stability >= 0.8
    for row in report.activities[:3]:
        assert row.rank_interval is not None
        assert row.rank_interval.low <= row.rank <= row.rank_interval.high


def test_a_few_events_give_no_interval_as_their_resamples_all_look_alike(report: PotentialReport) -> None:
    least = report.policy.least_events

    assert {row.events >= least for row in report.activities} == {True, False}
    for row in report.activities:
        assert (row.interval is not None) is (row.events >= least)
        assert (row.rank_interval is not None) is (row.events >= least)


def test_what_the_log_cannot_tell_is_left_out_and_says_why(report: PotentialReport) -> None:
    unknown = [each for row in report.activities for each in row.contributions if each.x is None]

    assert unknown
    assert all(each.points == 0 and each.reason for each in unknown)


def test_hours_are_not_computable_and_no_money_is_shown(report: PotentialReport) -> None:
    assert all(row.saving.hours_per_month is None for row in report.activities)
    assert all(row.saving.amount_per_month is None for row in report.activities)
    assert report.activities[0].saving.reason == "needs-start-times"


def test_the_report_is_plain_json_with_its_formula(report: PotentialReport) -> None:
    record = json.loads(json.dumps(report_to_json(report), allow_nan=False))

    assert record["bootstrap"] == {"replicates": 60, "seed": 1, "unit": "case"}
    assert sum(record["weights"].values()) == pytest.approx(1)
    assert len(record["activities"]) == 27


def indicators(values: dict[str, float], *, activity: str = "Step", events: int = 500) -> ActivityIndicators:
    filled = {
        name: Indicator(name=name, value=values.get(name.value), n=events, formula="", reason="")
        for name in IndicatorName
    }
    return ActivityIndicators(activity=activity, events=events, cases=events, indicators=filled)


STEADY = {"standardisation": 0.9, "rework": 0.0}
STAMPED = {"rubber_stamp_share": 0.9}


@pytest.mark.parametrize(
    ("row", "score", "expected", "code"),
    [
        (indicators(STEADY, events=10), 90.0, PotentialClass.CANNOT_TELL, "too-few-events"),
        (indicators({"automation_rate": 0.9}), 20.0, PotentialClass.CALL_AN_API, "a-system-does-it-already"),
        (indicators(STAMPED, activity="Countersign"), 80.0, PotentialClass.ELIMINATE, "rubber-stamp"),
        (indicators(STAMPED, activity="会签决定"), 80.0, PotentialClass.ELIMINATE, "rubber-stamp"),
        (indicators(STAMPED, activity="Copy to register"), 80.0, PotentialClass.CALL_AN_API, "rubber-stamp"),
        (indicators(STAMPED, activity="录入登记簿"), 80.0, PotentialClass.CALL_AN_API, "rubber-stamp"),
        (indicators(STEADY), 70.0, PotentialClass.CALL_AN_API, "score"),
        (indicators({**STEADY, "processing_hours": 3.0}), 70.0, PotentialClass.ASSIST, "long-work"),
        (indicators({"standardisation": 0.2, "rework": 0.0}), 70.0, PotentialClass.ASSIST, "varying-context"),
        (indicators({"standardisation": 0.9, "rework": 0.5}), 70.0, PotentialClass.ASSIST, "rework"),
        (indicators(STEADY), 20.0, PotentialClass.KEEP_HUMAN, "low-score"),
    ],
)
def test_the_class_follows_from_the_evidence_and_says_so(
    row: ActivityIndicators, score: float, expected: PotentialClass, code: str
) -> None:
    chosen, reasons = classify(row, score, Surroundings(), DEFAULT_POLICY)

    assert chosen is expected
    assert code in {reason.code for reason in reasons}


def test_an_interval_that_fits_every_class_leaves_the_class_open() -> None:
    wide = Interval(low=35, high=65, level=0.95)

    chosen, reasons = classify(indicators(STEADY), 50.0, Surroundings(), DEFAULT_POLICY, wide)

    assert chosen is PotentialClass.CANNOT_TELL
    assert [(each.value, each.limit) for each in reasons] == [(35, 40), (65, 60)]


def test_an_interval_within_two_classes_tells_the_class() -> None:
    chosen, _ = classify(
        indicators(STEADY), 50.0, Surroundings(), DEFAULT_POLICY, Interval(low=41, high=65, level=0.95)
    )

    assert chosen is PotentialClass.ASSIST


def test_other_weights_move_the_order_more_than_other_cases(report: PotentialReport) -> None:
    assert report.weight_stability is not None
    assert report.rank_stability is not None
    assert -1 <= report.weight_stability < report.rank_stability


def test_drawn_weights_sum_to_one_and_differ() -> None:
    draw = np.random.default_rng(4)
    first, second = (drawn_weights(DEFAULT_POLICY, draw).weights for _ in range(2))

    assert sum(first.values()) == pytest.approx(1)
    assert first != second


def test_money_is_hours_times_the_given_rate_and_marked_given() -> None:
    row = indicators({"events_per_month": 100.0, "processing_hours": 0.5, "automation_rate": 0.2})

    saving = estimate_saving(row, Rates(currency="EUR", hourly={"Step": 60.0}))

    assert saving.hours_per_month == pytest.approx(40)
    assert saving.amount_per_month == pytest.approx(2_400)
    assert saving.to_json()["rate"] == "given"


def test_hours_without_a_rate_show_no_money() -> None:
    saving = estimate_saving(indicators({"events_per_month": 10.0, "processing_hours": 2.0}), None)

    assert (saving.hours_per_month, saving.amount_per_month, saving.is_given_rate) == (20.0, None, False)


def test_rates_are_read_from_json_and_toml() -> None:
    expected = Rates(currency="EUR", hourly={"Clerk": 45.0}, default=30.0)

    assert parse_rates(b'{"currency": "EUR", "default": 30, "hourly": {"Clerk": 45}}', source="r.json") == expected
    assert parse_rates(b'currency = "EUR"\ndefault = 30\n[hourly]\nClerk = 45.0\n', source="r.toml") == expected


@pytest.mark.parametrize(
    "content", [b"[]", b'{"hourly": {}}', b'{"currency": "EUR", "hourly": {"a": -1}}', b"\xff", b'{"currency": 3}']
)
def test_unusable_rates_are_refused_with_the_code(content: bytes) -> None:
    with pytest.raises(RatesFileError, match="TL-2701"):
        parse_rates(content, source="rates.json")
