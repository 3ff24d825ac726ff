# SPDX-License-Identifier: Apache-2.0
"""Learn to foretell running cases, and judge it on the latest cases, which nothing was learned from.

The parts of the log are those of `prefixes.split_by_time`: earlier cases teach, later ones calibrate the intervals, the
last fifth judges. The verdict compares the learned model with the better of two naive answers on the same rows; its
interval is a bootstrap over the held-out cases. Intervals and sets have a margin per group of prefix lengths.
"""

from dataclasses import dataclass

import numpy as np

from taktloom.evidence.conformal import margins_by_group
from taktloom.evidence.resampling import Interval, case_weights, percentile_interval
from taktloom.mining.prediction.answers import Answers, chance_answers, class_answers, number_answers
from taktloom.mining.prediction.boosting import Learning, Report, learn_classes, learn_numbers
from taktloom.mining.prediction.naive import Situation, medians_before, shares_before
from taktloom.mining.prediction.prefixes import (
    Codes,
    Marks,
    Numbers,
    Prefixes,
    TemporalSplit,
    find_prefixes,
    split_by_time,
)
from taktloom.mining.prediction.tasks import Task, Verdict
from taktloom.mining.statistics.arrays import LogArrays

HOUR_S = 3_600
GROUP_BEGINS = (1, 2, 3, 4, 6, 9, 14)
CODED = ("last", "before", "earlier", "resource")
REPLICATES = 200


MEASURES = {
    Task.NEXT_ACTIVITY: "share of wrong answers",
    Task.REMAINING_TIME: "mean absolute error in hours",
    Task.OUTCOME: "Brier score",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionRequest:
    """activity: for the outcome, whether the case will still have it. level: the share of intervals or sets that shall
    hold the truth, 0..1."""

    task: Task
    activity: str = ""
    level: float = 0.9
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Mean loss of a method on the held-out rows; less is better."""

    method: str
    loss: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Held-out prefixes of from_length or more events (up to the next group): how often the truth was inside, and the
    mean size: hours of an interval, classes of a set."""

    from_length: int
    rows: int
    coverage: float
    size: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeldOutAnswers:
    """Per held-out row: case (index in the log), k, the answer, the margin around it, and what came.

    Next activity: codes (the number of activities stands for the end); remaining time: hours; outcome: probability.
    """

    case: Codes
    length: Codes
    answer: Numbers
    margin: Numbers
    truth: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """The verdict with what it rests on. gain: loss of the better naive answer minus the model's, with interval."""

    task: Task
    activity: str
    measure: str
    learned_rows: int
    calibrated_rows: int
    held_out_rows: int
    held_out_cases: int
    naive: tuple[Loss, ...]
    model: Loss
    gain: float
    gain_interval: Interval | None
    verdict: Verdict
    level: float
    coverage: float
    size: float
    coverages: tuple[Coverage, ...]
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Methods:
    """The answers of every method to every row, and the truth."""

    naive: dict[Situation, Answers]
    model: Answers
    truth: Numbers


def predict_log(
    log: LogArrays, request: PredictionRequest, report: Report = lambda done, total: None
) -> tuple[Prediction, HeldOutAnswers]:
    """Learn from the earlier cases of *log*, judge on the last fifth.

    report: hears how far the learning is, and may raise to stop it. Raises TooFewFinishedCasesError, and
    LearningExtraMissingError without the extra `learning`.
    """
    prefixes = find_prefixes(log)
    if request.task is Task.REMAINING_TIME:
        split = split_by_time(prefixes)
        methods = _numbers(prefixes, split, request, report)
    elif request.task is Task.OUTCOME:
        prefixes, target = undecided_rows(log, prefixes, request.activity)
        split = split_by_time(prefixes)
        methods = _classes(prefixes, split, request, (target, 2), report)
    else:
        split = split_by_time(prefixes)
        methods = _classes(prefixes, split, request, (prefixes.next, len(log.activities) + 1), report)
    return _judge(prefixes, split, request, methods)


def undecided_rows(log: LogArrays, prefixes: Prefixes, activity: str) -> tuple[Prefixes, Codes]:
    """The prefixes that do not have *activity* yet, and per row whether the case will (1) or will not (0)."""
    code = log.activities.index(activity)
    places = np.arange(log.case.size)
    first = np.full(log.starts.size, log.case.size, dtype=np.int64)
    index = np.repeat(np.arange(log.starts.size), np.diff(np.append(log.starts, log.case.size)))
    has = log.activity == code
    np.minimum.at(first, index[has], places[has])
    row = log.starts[prefixes.case] + prefixes.length - 1
    open_rows = np.flatnonzero(row < first[prefixes.case])
    kept = prefixes.only(open_rows)
    return kept, (first[kept.case] < log.case.size).astype(np.int64)


def _coded(prefixes: Prefixes) -> tuple[int, ...]:
    return tuple(prefixes.names.index(name) for name in CODED)


def _numbers(prefixes: Prefixes, split: TemporalSplit, request: PredictionRequest, report: Report) -> _Methods:
    hours = prefixes.remaining_s / HOUR_S
    learned = learn_numbers(
        prefixes.features[split.learn],
        hours[split.learn],
        categorical=_coded(prefixes),
        learning=Learning(seed=request.seed, report=report),
    )
    naive = {each: number_answers(medians_before(prefixes, each, hours, split.learn), hours) for each in Situation}
    return _Methods(naive=naive, model=number_answers(learned(prefixes.features), hours), truth=hours)


def _classes(
    prefixes: Prefixes,
    split: TemporalSplit,
    request: PredictionRequest,
    target_of_classes: tuple[Codes, int],
    report: Report,
) -> _Methods:
    target, classes = target_of_classes
    learned = learn_classes(
        prefixes.features[split.learn],
        target[split.learn],
        classes=classes,
        categorical=_coded(prefixes),
        learning=Learning(seed=request.seed, report=report),
    )
    answers = chance_answers if request.task is Task.OUTCOME else class_answers
    shares = {each: shares_before(prefixes, each, (target, classes), split.learn) for each in Situation}
    return _Methods(
        naive={each: answers(share, target) for each, share in shares.items()},
        model=answers(learned(prefixes.features), target),
        truth=target.astype(np.float64),
    )


def _judge(
    prefixes: Prefixes, split: TemporalSplit, request: PredictionRequest, methods: _Methods
) -> tuple[Prediction, HeldOutAnswers]:
    rows, model = split.held_out, methods.model
    naive = [Loss(method=name.value, loss=float(each.losses[rows].mean())) for name, each in methods.naive.items()]
    best = min(methods.naive.values(), key=lambda each: float(each.losses[rows].mean()))
    gains = best.losses[rows] - model.losses[rows]
    interval = _gain_interval(gains, prefixes.case[rows], request.seed)
    groups = np.searchsorted(GROUP_BEGINS, prefixes.length, side="right") - 1
    calibrating = split.calibrate
    margins = margins_by_group(model.scores[calibrating], groups[calibrating], len(GROUP_BEGINS), request.level)[groups]
    inside, sizes = model.scores[rows] <= margins[rows] + 1e-12, model.size(margins)[rows]
    prediction = Prediction(
        task=request.task,
        activity=request.activity,
        measure=MEASURES[request.task],
        learned_rows=split.learn.size,
        calibrated_rows=split.calibrate.size,
        held_out_rows=rows.size,
        held_out_cases=split.held_out_cases,
        naive=tuple(naive),
        model=Loss(method="gradient boosting", loss=float(model.losses[rows].mean())),
        gain=float(gains.mean()),
        gain_interval=interval,
        verdict=_verdict(interval),
        level=request.level,
        coverage=float(inside.mean()),
        size=float(sizes.mean()),
        coverages=_coverages(groups[rows], inside, sizes),
        seed=request.seed,
    )
    answers = HeldOutAnswers(
        case=prefixes.case[rows],
        length=prefixes.length[rows],
        answer=model.answer[rows],
        margin=margins[rows],
        truth=methods.truth[rows],
    )
    return prediction, answers


def _coverages(groups: Codes, inside: Marks, sizes: Numbers) -> tuple[Coverage, ...]:
    return tuple(
        Coverage(
            from_length=begin,
            rows=int(at.sum()),
            coverage=float(inside[at].mean()),
            size=float(sizes[at].mean()),
        )
        for group, begin in enumerate(GROUP_BEGINS)
        if (at := groups == group).any()
    )


def _gain_interval(gains: Numbers, case: Codes, seed: int) -> Interval | None:
    """Of the mean gain over rows, when other cases had been held out."""
    index = np.unique(case, return_inverse=True)[1]
    sums, counts = np.bincount(index, weights=gains), np.bincount(index)
    draws = [
        float((weights * sums).sum() / max((weights * counts).sum(), 1.0))
        for weights in case_weights(sums.size, replicates=REPLICATES, seed=seed)
    ]
    return percentile_interval(np.array(draws))


def _verdict(interval: Interval | None) -> Verdict:
    if interval is None or interval.low <= 0 <= interval.high:
        return Verdict.NO_DIFFERENCE
    return Verdict.BEATS if interval.low > 0 else Verdict.WORSE
