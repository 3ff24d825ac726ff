# SPDX-License-Identifier: Apache-2.0
"""Learn to foretell running cases, and judge it on the latest cases, which nothing was learned from.

The parts of the log are those of `prefixes.split_by_time`: earlier cases teach, later ones calibrate the intervals, the
last fifth judges. The verdict compares the learned model with the better of two naive answers on the same rows; its
interval is a bootstrap over the held-out cases. Intervals and sets have the margins of `calibrating`, for each method
alike; whether a method's promise was kept is told with a bootstrap over the same cases.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from taktloom.evidence.resampling import Interval, case_weights, percentile_interval
from taktloom.mining.discovery.coding import require_few_activities
from taktloom.mining.distinct import distinct
from taktloom.mining.prediction.answers import Answers, chance_answers, class_answers, number_answers
from taktloom.mining.prediction.boosting import learn_classes, learn_numbers
from taktloom.mining.prediction.calibrating import GROUP_BEGINS, Asked, calibrate_as_told, groups_of
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
from taktloom.mining.watching import heed, step, tell

HOUR_S = 3_600
CODED = ("last", "before", "earlier", "resource")
REPLICATES = 200
MOST_CLASSES = 500
MOST_CHANCES = 40_000_000
"""rows x classes: several tables of that size are held"""
MODEL = "gradient boosting"


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
    mean size of those that are finite: hours of an interval, classes of a set; None where none is."""

    from_length: int
    rows: int
    coverage: float
    size: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """How often a method's intervals or sets held the truth, with an interval over cases, and their mean size as in
    `Coverage`. unbounded: share of rows for which nothing finite could be promised. is_kept: as far as the cases held
    out can tell, coverage may be as great as the level."""

    method: str
    coverage: float
    interval: Interval | None
    size: float | None
    unbounded: float
    is_kept: bool


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
    """The verdict with what it rests on. gain: loss of the better naive answer minus the model's, with interval.
    drawn_cases: how many of the *cases* were used."""

    task: Task
    activity: str
    measure: str
    learned_rows: int
    calibrated_rows: int
    held_out_rows: int
    held_out_cases: int
    cases: int
    drawn_cases: int
    naive: tuple[Loss, ...]
    model: Loss
    gain: float
    gain_interval: Interval | None
    verdict: Verdict
    level: float
    promises: tuple[Promise, ...]
    coverages: tuple[Coverage, ...]
    seed: int

    @property
    def promise(self) -> Promise:
        """Of the learned model."""
        return self.promises[-1]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Methods:
    """The answers of every method to every row, the truth, and when it comes (µs)."""

    naive: dict[Situation, Answers]
    model: Answers
    truth: Numbers
    told_at: Codes


def predict_log(log: LogArrays, request: PredictionRequest) -> tuple[Prediction, HeldOutAnswers]:
    """Learn from the earlier cases of *log*, judge on the last fifth.

    Raises TooFewFinishedCasesError, and LearningExtraMissingError without the extra `learning`; of the next activity
    also TooManyActivitiesError above 500. Where the chances of the next activity would not fit in memory, whole cases
    are drawn, so many that they do.
    """
    tell("reading", 0)
    prefixes = find_prefixes(log)
    if request.task is Task.REMAINING_TIME:
        split = split_by_time(prefixes)
        methods = _numbers(prefixes, split, request)
    elif request.task is Task.OUTCOME:
        prefixes, target, told_at = undecided_rows(log, prefixes, request.activity)
        split = split_by_time(prefixes)
        methods = _classes(prefixes, split, request, _Target(target, 2, told_at))
    else:
        require_few_activities(len(log.activities), MOST_CLASSES)
        prefixes = _drawn(prefixes, len(log.activities) + 1, request.seed)
        split = split_by_time(prefixes)
        wanted = _Target(prefixes.next, len(log.activities) + 1, _next_at(log, prefixes))
        methods = _classes(prefixes, split, request, wanted)
    return _judge(prefixes, split, request, methods)


def _drawn(prefixes: Prefixes, classes: int, seed: int) -> Prefixes:
    """All of them, or those of a seeded sample of the cases."""
    share = MOST_CHANCES / max(1, prefixes.case.size * classes)
    if share >= 1:
        return prefixes
    is_drawn = np.random.default_rng(seed).random(prefixes.case_begin.size) < share
    return prefixes.only(np.flatnonzero(is_drawn[prefixes.case]))


class _Target(NamedTuple):
    """Class per row, 0 ... classes-1, and when it is told."""

    of_row: Codes
    classes: int
    told_at: Codes


def _next_at(log: LogArrays, prefixes: Prefixes) -> Codes:
    """Per row when the next event comes; of the last one, its own time."""
    row = log.starts[prefixes.case] + prefixes.length - 1
    following: Codes = log.occurred_at[np.minimum(row + 1, log.ends[prefixes.case])]
    return following


def undecided_rows(log: LogArrays, prefixes: Prefixes, activity: str) -> tuple[Prefixes, Codes, Codes]:
    """The prefixes that do not have *activity* yet; per row whether the case will (1) or will not (0), and when that is
    told: when it comes, or when the case ends."""
    code = log.activities.index(activity)
    places = np.arange(log.case.size)
    first = np.full(log.starts.size, log.case.size, dtype=np.int64)
    index = np.repeat(np.arange(log.starts.size), np.diff(np.append(log.starts, log.case.size)))
    has = log.activity == code
    np.minimum.at(first, index[has], places[has])
    row = log.starts[prefixes.case] + prefixes.length - 1
    open_rows = np.flatnonzero(row < first[prefixes.case])
    kept = prefixes.only(open_rows)
    comes = first[kept.case] < log.case.size
    told_at = log.occurred_at[np.where(comes, np.minimum(first[kept.case], log.case.size - 1), log.ends[kept.case])]
    return kept, comes.astype(np.int64), told_at


def _coded(prefixes: Prefixes) -> tuple[int, ...]:
    return tuple(prefixes.names.index(name) for name in CODED)


def _numbers(prefixes: Prefixes, split: TemporalSplit, request: PredictionRequest) -> _Methods:
    hours = prefixes.remaining_s / HOUR_S
    learned = learn_numbers(
        prefixes.features[split.learn],
        hours[split.learn],
        categorical=_coded(prefixes),
        seed=request.seed,
    )
    tell("comparing", 0)
    naive = {each: number_answers(medians_before(prefixes, each, hours, split.learn), hours) for each in Situation}
    model = number_answers(learned(prefixes.features), hours)
    return _Methods(naive=naive, model=model, truth=hours, told_at=prefixes.case_end[prefixes.case])


def _classes(
    prefixes: Prefixes,
    split: TemporalSplit,
    request: PredictionRequest,
    wanted: _Target,
) -> _Methods:
    target, classes = wanted.of_row, wanted.classes
    learned = learn_classes(
        prefixes.features[split.learn],
        target[split.learn],
        classes=classes,
        categorical=_coded(prefixes),
        seed=request.seed,
    )
    answers = chance_answers if request.task is Task.OUTCOME else class_answers
    tell("comparing", 0)
    shares = {each: shares_before(prefixes, each, (target, classes), split.learn) for each in Situation}
    return _Methods(
        naive={each: answers(share, target) for each, share in shares.items()},
        model=answers(learned(prefixes.features), target),
        truth=target.astype(np.float64),
        told_at=wanted.told_at,
    )


def _judge(
    prefixes: Prefixes, split: TemporalSplit, request: PredictionRequest, methods: _Methods
) -> tuple[Prediction, HeldOutAnswers]:
    rows, model = split.held_out, methods.model
    naive = [Loss(method=name.value, loss=float(each.losses[rows].mean())) for name, each in methods.naive.items()]
    best = min(methods.naive.values(), key=lambda each: float(each.losses[rows].mean()))
    gains = best.losses[rows] - model.losses[rows]
    interval = _mean_interval(gains, prefixes.case[rows], request.seed)
    asked = Asked(at=prefixes.known_at, told_at=methods.told_at, group=groups_of(prefixes))
    every = {**{name.value: answers for name, answers in methods.naive.items()}, MODEL: model}
    margins = {}
    for number, (name, method) in enumerate(every.items()):
        with step("calibrating", number, len(every)):
            margins[name] = calibrate_as_told(method, asked, prefixes, split, request.level)
    promises = tuple(
        _promise(name, _held(answers, margins[name], rows), prefixes.case[rows], request)
        for name, answers in every.items()
    )
    prediction = Prediction(
        task=request.task,
        activity=request.activity,
        measure=MEASURES[request.task],
        learned_rows=split.learn.size,
        calibrated_rows=split.calibrate.size,
        held_out_rows=rows.size,
        held_out_cases=distinct(prefixes.case[rows]).size,
        cases=prefixes.case_begin.size,
        drawn_cases=distinct(prefixes.case).size,
        naive=tuple(naive),
        model=Loss(method=MODEL, loss=float(model.losses[rows].mean())),
        gain=float(gains.mean()),
        gain_interval=interval,
        verdict=_verdict(interval),
        level=request.level,
        promises=promises,
        coverages=_coverages(asked.group[rows], *_held(model, margins[MODEL], rows)),
        seed=request.seed,
    )
    answers = HeldOutAnswers(
        case=prefixes.case[rows],
        length=prefixes.length[rows],
        answer=model.answer[rows],
        margin=margins[MODEL][rows],
        truth=methods.truth[rows],
    )
    return prediction, answers


def _held(answers: Answers, margins: Numbers, rows: Codes) -> tuple[Marks, Numbers]:
    """Of *rows*: the truth was inside; the size, infinite where nothing is promised."""
    inside: Marks = answers.scores[rows] <= margins[rows] + 1e-12
    return inside, answers.size(margins)[rows]


def _promise(method: str, held: tuple[Marks, Numbers], case: Codes, request: PredictionRequest) -> Promise:
    inside, sizes = held
    interval = _mean_interval(inside.astype(np.float64), case, request.seed)
    coverage = float(inside.mean())
    return Promise(
        method=method,
        coverage=coverage,
        interval=interval,
        size=_mean_finite(sizes),
        unbounded=float(np.isinf(sizes).mean()),
        is_kept=max(coverage, coverage if interval is None else interval.high) >= request.level,
    )


def _mean_finite(sizes: Numbers) -> float | None:
    finite = sizes[np.isfinite(sizes)]
    return float(finite.mean()) if finite.size else None


def _coverages(groups: Codes, inside: Marks, sizes: Numbers) -> tuple[Coverage, ...]:
    return tuple(
        Coverage(from_length=begin, rows=int(at.sum()), coverage=float(inside[at].mean()), size=_mean_finite(sizes[at]))
        for group, begin in enumerate(GROUP_BEGINS)
        if (at := groups == group).any()
    )


def _mean_interval(values: Numbers, case: Codes, seed: int) -> Interval | None:
    """Of the mean over rows, when other cases had been held out."""
    index = np.unique(case, return_inverse=True)[1]
    sums, counts = np.bincount(index, weights=values), np.bincount(index)
    heed()
    draws = [
        float((weights * sums).sum() / max((weights * counts).sum(), 1.0))
        for weights in case_weights(sums.size, replicates=REPLICATES, seed=seed)
    ]
    return percentile_interval(np.array(draws))


def _verdict(interval: Interval | None) -> Verdict:
    if interval is None or interval.low <= 0 <= interval.high:
        return Verdict.NO_DIFFERENCE
    return Verdict.BEATS if interval.low > 0 else Verdict.WORSE
