# SPDX-License-Identifier: Apache-2.0
"""Prediction: never from the future, judged on the latest cases, honest about the naive answer, with kept promises."""

import builtins
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from taktloom.evidence.conformal import RATE, followed_level, lateness_weights, weighted_margin
from taktloom.mining.prediction.answers import number_answers
from taktloom.mining.prediction.boosting import (
    LEAF_ROWS,
    LEAVES,
    ROUNDS,
    learn_numbers,
)
from taktloom.mining.prediction.calibrating import Asked, calibrate_as_told, groups_of
from taktloom.mining.prediction.errors import LearningExtraMissingError, TooFewFinishedCasesError
from taktloom.mining.prediction.forecasting import Prediction, PredictionRequest, predict_log, undecided_rows
from taktloom.mining.prediction.naive import Situation, medians_before, shares_before
from taktloom.mining.prediction.prefixes import find_prefixes, split_by_time
from taktloom.mining.prediction.tasks import Task, Verdict
from taktloom.mining.statistics.arrays import LogArrays
from taktloom.mining.watching import watched_by
from tests.mining.explanation.simulated import BEGIN_US, log_of

HOUR_US = 3_600_000_000


def foretellable_log(cases: int, *, seed: int = 1, truth: bool = True) -> LogArrays:
    """The time between the first two events tells what comes next and how long it lasts; without truth nothing does."""
    draw = np.random.default_rng(seed)
    rows = []
    for case in range(cases):
        begin = BEGIN_US + case * 6 * HOUR_US
        quick = draw.random() < 0.5
        told = quick if truth else draw.random() < 0.5
        second = begin + int((1 if quick else 10) * HOUR_US * draw.uniform(0.8, 1.2))
        branch, lasts = (2, 2) if told else (3, 20)
        third = second + int(HOUR_US * draw.uniform(0.5, 1.5))
        who = int(draw.integers(0, 3))
        rows += [(case, begin, 0, who), (case, second, 1, who), (case, third, branch, who)]
        rows.append((case, third + int(lasts * HOUR_US * draw.uniform(0.7, 1.3)), 5, who))
    return log_of(rows)


def predicted(log: LogArrays, task: Task, activity: str = "") -> Prediction:
    return predict_log(log, PredictionRequest(task=task, activity=activity))[0]


@pytest.mark.parametrize(
    ("task", "activity"), [(Task.NEXT_ACTIVITY, ""), (Task.REMAINING_TIME, ""), (Task.OUTCOME, "Ask customer")]
)
def test_what_can_be_foretold_beats_the_naive_answer_and_keeps_its_promise(task: Task, activity: str) -> None:
    found = predicted(foretellable_log(260), task, activity)

    assert found.verdict is Verdict.BEATS
    assert found.model.loss < min(each.loss for each in found.naive)
    assert found.gain_interval is not None
    assert found.gain_interval.low <= found.gain <= found.gain_interval.high
    assert found.promise.coverage >= 0.8
    assert sum(each.rows for each in found.coverages) == found.held_out_rows


def test_where_nothing_can_be_foretold_no_gain_is_claimed() -> None:
    found = predicted(foretellable_log(260, truth=False), Task.OUTCOME, "Ask customer")

    assert found.verdict is not Verdict.BEATS


def test_features_at_event_k_do_not_change_when_the_future_does() -> None:
    log = foretellable_log(60)
    prefixes = find_prefixes(log)
    draw = np.random.default_rng(5)
    moment = int(np.quantile(log.occurred_at, 0.5))
    future = log.occurred_at > moment
    changed = replace(
        log,
        activity=np.where(future, draw.integers(0, 7, future.size), log.activity),
        resource=np.where(future, draw.integers(0, 12, future.size), log.resource),
        occurred_at=np.where(future, log.occurred_at + 50 * HOUR_US, log.occurred_at),
        local=np.where(future, log.local + 50 * HOUR_US, log.local),
    )

    others = find_prefixes(changed)

    known = np.flatnonzero(prefixes.known_at <= moment)
    columns = sorted(set(prefixes.names))
    assert columns == sorted(set(others.names))
    ours = prefixes.features[known][:, [prefixes.names.index(name) for name in columns]]
    theirs = others.features[known][:, [others.names.index(name) for name in columns]]
    assert known.size > 50
    assert np.array_equal(ours, theirs)


def test_no_case_is_learned_from_that_was_running_when_the_next_part_began() -> None:
    prefixes = find_prefixes(foretellable_log(200))

    split = split_by_time(prefixes)

    def ends(rows: np.ndarray[Any, np.dtype[np.int64]]) -> int:
        return int(prefixes.case_end[prefixes.case[rows]].max())

    assert ends(split.learn) < split.calibrated_from
    assert ends(split.calibrate) < split.held_out_from
    assert prefixes.case_begin[prefixes.case[split.calibrate]].min() >= split.calibrated_from
    assert prefixes.case_begin[prefixes.case[split.held_out]].min() >= split.held_out_from
    assert np.unique(prefixes.case[split.held_out]).size == 40


def test_naive_answers_are_the_shares_and_medians_of_the_rows_learned_from() -> None:
    rows = [(case, BEGIN_US + case * HOUR_US, 0, 0) for case in range(4)]
    rows += [(case, BEGIN_US + case * HOUR_US + (case + 1) * HOUR_US, 1 if case < 3 else 2, 0) for case in range(4)]
    prefixes = find_prefixes(log_of(rows))
    learn = np.arange(6)  # cases 0, 1 and 2

    shares = shares_before(prefixes, Situation.LAST_ACTIVITY, (prefixes.next, 8), learn)
    medians = medians_before(prefixes, Situation.WHOLE_PREFIX, prefixes.remaining_s, learn)

    assert shares[0].tolist() == [0, 1, 0, 0, 0, 0, 0, 0]
    assert medians[0] == 7_200
    assert medians[7] == medians_before(prefixes, Situation.LAST_ACTIVITY, prefixes.remaining_s, learn)[7]


def test_the_outcome_is_asked_only_while_it_is_open() -> None:
    log = foretellable_log(60)

    rows, target, told_at = undecided_rows(log, find_prefixes(log), "Ask customer")

    code = log.activities.index("Ask customer")
    assert (rows.last != code).all()
    assert set(np.unique(target)) == {0, 1}
    assert (target[rows.next == code] == 1).all()
    assert (told_at[rows.next == code] > rows.known_at[rows.next == code]).all()
    assert (told_at[target == 0] == rows.case_end[rows.case][target == 0]).all()


def test_a_conformal_margin_is_the_order_statistic_that_keeps_the_promise() -> None:
    scores = np.arange(1.0, 20.0)

    assert weighted_margin(scores, np.ones(19), 0.9, rows=19) == 18
    assert weighted_margin(scores[:5], np.ones(5), 0.9, rows=5) == float("inf")
    assert weighted_margin(scores, np.ones(19), 1.0, rows=19) == float("inf")
    assert weighted_margin(scores, np.ones(19), 0.9, rows=25) == float("inf")
    assert weighted_margin(np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 8.0]), 0.4, rows=3) == 3


def test_truths_that_come_late_count_for_those_that_have_not_come() -> None:
    draw = np.random.default_rng(3)
    delays, ages = draw.exponential(10, 20_000), draw.uniform(0, 40, 20_000)
    told = delays < ages

    weights = lateness_weights(delays[told], ages)

    count = int(told.sum())
    assert weighted_margin(delays[told], np.ones(count), 0.9, rows=count) < 18  # as if all had come quickly
    assert weighted_margin(delays[told], weights, 0.9, rows=20_000) == pytest.approx(10 * np.log(10), rel=0.05)


def test_the_level_follows_the_misses_so_that_their_share_is_the_promised_one() -> None:
    draw, level, missed = np.random.default_rng(4), 0.9, 0
    for _ in range(20_000):
        is_missed = bool(draw.random() >= level - 0.08)  # margins that hold less than they aim at
        missed += is_missed
        level = followed_level(level, 0.9, is_missed=is_missed)

    assert missed / 20_000 == pytest.approx(0.1, abs=0.01)
    assert followed_level(1.0, 0.9, is_missed=True) == 1
    assert followed_level(0.9, 0.9, is_missed=False) == pytest.approx(0.9 - RATE * 0.1)


def drifting_log(cases: int) -> LogArrays:
    """Cases that take the longer the later they begin, and more of them run than end."""
    draw, rows = np.random.default_rng(2), []
    for case in range(cases):
        begin = BEGIN_US + case * HOUR_US
        second = begin + int(draw.uniform(0.1, 2) * HOUR_US)
        rows += [(case, begin, 0, 0), (case, second, 1, 0)]
        rows.append((case, second + int(draw.exponential(10 + case / 8) * HOUR_US), 5, 0))
    return log_of(rows)


def test_intervals_widen_with_a_process_that_becomes_slower() -> None:
    prefixes = find_prefixes(drifting_log(600))
    split = split_by_time(prefixes)
    hours = prefixes.remaining_s / 3_600
    answers = number_answers(np.full(hours.size, 10.0), hours)
    asked = Asked(at=prefixes.known_at, told_at=prefixes.case_end[prefixes.case], group=groups_of(prefixes))

    margins = calibrate_as_told(answers, asked, prefixes, split, 0.9)[split.held_out]

    once = np.quantile(answers.scores[split.calibrate], 0.9)
    scores = answers.scores[split.held_out]
    assert (scores <= once).mean() < 0.8
    assert (scores <= margins).mean() == pytest.approx(0.9, abs=0.06)


def test_no_margin_changes_when_the_future_does() -> None:
    prefixes = find_prefixes(drifting_log(300))
    split = split_by_time(prefixes)
    hours, moment = prefixes.remaining_s / 3_600, int(np.quantile(prefixes.known_at[split.held_out], 0.5))
    told_at = prefixes.case_end[prefixes.case]
    asked = Asked(at=prefixes.known_at, told_at=told_at, group=groups_of(prefixes))
    later = told_at > moment

    margins = calibrate_as_told(number_answers(np.full(hours.size, 10.0), hours), asked, prefixes, split, 0.9)
    longer = Asked(at=asked.at, told_at=told_at + later * 900 * HOUR_US, group=asked.group)
    others = calibrate_as_told(
        number_answers(np.full(hours.size, 10.0), hours + later * 900), longer, prefixes, split, 0.9
    )

    known = split.held_out[prefixes.known_at[split.held_out] <= moment]
    assert np.array_equal(margins[known], others[known])
    assert not np.array_equal(margins[split.held_out], others[split.held_out])


def test_a_promise_that_was_not_kept_is_told_of_every_method() -> None:
    found = predicted(foretellable_log(260), Task.REMAINING_TIME)

    assert [each.method for each in found.promises] == ["last activity", "whole prefix", "gradient boosting"]
    for each in found.promises:
        assert each.interval is not None
        assert each.is_kept == (max(each.coverage, each.interval.high) >= 0.9)
    rows = sum(each.rows * each.coverage for each in found.coverages)
    assert rows / found.held_out_rows == pytest.approx(found.promise.coverage)


def test_too_few_cases_are_refused() -> None:
    with pytest.raises(TooFewFinishedCasesError, match="TL-2182"):
        predicted(foretellable_log(40), Task.REMAINING_TIME)


def test_without_the_extra_its_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name.startswith("sklearn"):
            raise ImportError(name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)

    with pytest.raises(LearningExtraMissingError, match="learning"):
        predicted(foretellable_log(200), Task.REMAINING_TIME)


def test_learning_that_is_watched_round_by_round_grows_the_trees_of_learning_unwatched() -> None:
    draw = np.random.default_rng(3)
    features = draw.normal(size=(400, 4)).astype(np.float32)
    target = features[:, 0].astype(np.float64) + draw.normal(size=400)
    ensemble = pytest.importorskip("sklearn.ensemble")
    heard: list[tuple[str, int, int | None]] = []

    with watched_by(lambda *told: heard.append(told)):
        watched = learn_numbers(features, target)
    whole = ensemble.HistGradientBoostingRegressor(
        max_iter=ROUNDS, max_leaf_nodes=LEAVES, min_samples_leaf=LEAF_ROWS, early_stopping=False, random_state=1,
        loss="absolute_error",
    ).fit(features, target)  # fmt: skip

    assert watched(features).tolist() == whole.predict(features).tolist()
    assert [told for told in heard if told[0]] == [("learning", done, ROUNDS) for done in range(ROUNDS + 1)]


def test_intervals_hold_the_truth_as_often_as_promised_over_many_logs() -> None:
    inside = []
    for seed in range(12):
        prefixes = find_prefixes(foretellable_log(300, seed=seed))
        split, hours = split_by_time(prefixes), prefixes.remaining_s / 3_600
        answers = number_answers(medians_before(prefixes, Situation.LAST_ACTIVITY, hours, split.learn), hours)
        asked = Asked(at=prefixes.known_at, told_at=prefixes.case_end[prefixes.case], group=groups_of(prefixes))
        margins = calibrate_as_told(answers, asked, prefixes, split, 0.9)
        inside += (answers.scores <= margins)[split.held_out].tolist()

    assert 0.87 <= np.mean(inside) <= 0.95
