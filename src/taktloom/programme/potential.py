# SPDX-License-Identifier: Apache-2.0
"""Automation potential per activity: score, contributions, interval, class with reasons, money only from given rates.

The formula and its weights are in `policy`. The interval is a bootstrap over cases of the measured features; the
decision feature keeps its cross-validated value. Hours come only from recorded start times; money only from given
hourly rates.
Columns needed: those of `IndicatorSource`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from taktloom.evidence.ranks import descending_ranks, rank_agreement
from taktloom.evidence.resampling import DEFAULT_REPLICATES, Interval, case_weights, percentile_interval
from taktloom.mining.decisions.discovering import MinedDecision, Verdict
from taktloom.mining.indicators import (
    ActivityIndicators,
    IndicatorName,
    IndicatorSource,
    WeightedIndicators,
    measure_indicators,
)
from taktloom.programme.label_semantics import LabelMeaning, read_label
from taktloom.programme.policy import DEFAULT_POLICY, Feature, Policy, PotentialClass
from taktloom.programme.rates import Rates, Saving, estimate_saving
from taktloom.programme.stages import Report, Stage, unheard

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """One feature's part of the score. x None: the log cannot tell, *reason* says what it would need.

    points: 100 · weight · x ÷ Σ weights used; the points of all features sum to the score. n: observations.
    """

    feature: Feature
    x: float | None
    weight: float
    points: float
    n: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassReason:
    """Why a class was given: a stable code for the catalogues, the measured value and the limit it met."""

    code: str
    value: float | None = None
    limit: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityPotential:
    """The potential of one activity. rank: 1 is the highest score. interval, rank_interval: None when too few resamples
    had the activity."""

    activity: str
    events: int
    cases: int
    rank: int
    score: float
    interval: Interval | None
    rank_interval: Interval | None
    contributions: tuple[Contribution, ...]
    potential_class: PotentialClass
    reasons: tuple[ClassReason, ...]
    saving: Saving
    indicators: ActivityIndicators


@dataclass(frozen=True, slots=True, kw_only=True)
class PotentialReport:
    """All activities, highest score first. cases: behind everything; replicates: bootstrap draws; seed: theirs.

    rank_stability: mean Kendall's tau-b between the ranking and that of each draw, over activities with enough events
    for a class; None for fewer than two of them.
    """

    activities: tuple[ActivityPotential, ...]
    cases: int
    replicates: int
    seed: int
    rank_stability: float | None = None
    policy: Policy = field(default=DEFAULT_POLICY)


@dataclass(frozen=True, slots=True, kw_only=True)
class PotentialRequest:
    """What to assess. decisions: activity -> the choice right after it; judged: activity -> the choice that it is the
    outcome of, where people decide (`judged_alternatives`). rates None: no money is shown. report: hears the draws."""

    source: IndicatorSource
    decisions: Mapping[str, MinedDecision] = field(default_factory=dict)
    judged: Mapping[str, MinedDecision] = field(default_factory=dict)
    policy: Policy = DEFAULT_POLICY
    rates: Rates | None = None
    replicates: int = DEFAULT_REPLICATES
    seed: int = 1
    report: Report = unheard


def assess_potential(request: PotentialRequest) -> PotentialReport:
    """Assess every activity of the log. Deterministic for a seed."""
    source, policy = request.source, request.policy
    measured = measure_indicators(source, decisions=request.decisions)
    accuracy = _decision_values(source, request.decisions)
    weighted = WeightedIndicators(source)
    point = _scores(weighted.measure_unnamed(np.ones(source.cases)), accuracy, policy)
    drawn = []
    for done, weights in enumerate(case_weights(source.cases, replicates=request.replicates, seed=request.seed)):
        request.report(Stage.RESAMPLING, done, request.replicates)
        drawn.append(_scores(weighted.measure_unnamed(weights), accuracy, policy))
    draws = np.array(drawn).reshape(-1, len(source.log.activities))
    ranks = np.array([descending_ranks(draw) for draw in draws]).reshape(draws.shape)
    code = {label: index for index, label in enumerate(source.log.activities)}
    ordered = sorted(measured, key=lambda row: (-point[code[row.activity]], row.activity))
    rows = []
    for rank, row in enumerate(ordered, start=1):
        index = code[row.activity]
        spread = _Spread(score=percentile_interval(draws[:, index]), rank=percentile_interval(ranks[:, index]))
        rows.append(_assess(row, rank, spread, request))
    frequent = [code[row.activity] for row in measured if row.events >= policy.least_events]
    return PotentialReport(
        activities=tuple(rows),
        cases=source.cases,
        replicates=request.replicates,
        seed=request.seed,
        rank_stability=_stability(point[frequent], draws[:, frequent]),
        policy=policy,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spread:
    score: Interval | None
    rank: Interval | None


def _stability(point: Numbers, draws: Numbers) -> float | None:
    found = [rank_agreement(point, draw) for draw in draws]
    known = [tau for tau in found if tau is not None]
    return float(np.mean(known)) if known else None


def _decision_values(source: IndicatorSource, decisions: Mapping[str, MinedDecision]) -> Numbers:
    values = np.full(len(source.log.activities), np.nan)
    for index, label in enumerate(source.log.activities):
        decision = decisions.get(label)
        if decision is not None and decision.accuracy is not None:
            values[index] = decision.accuracy
    return values


def _features(measured: Mapping[IndicatorName, Numbers], accuracy: Numbers, policy: Policy) -> dict[Feature, Numbers]:
    volume = np.log1p(measured[IndicatorName.EVENTS_PER_MONTH]) / np.log1p(policy.full_volume_per_month)
    return {
        Feature.VOLUME: np.minimum(volume, 1.0),
        Feature.STANDARDISATION: measured[IndicatorName.STANDARDISATION],
        Feature.QUICKNESS: measured[IndicatorName.QUICK_SHARE],
        Feature.NO_REWORK: 1 - measured[IndicatorName.REWORK],
        Feature.NO_EXCEPTIONS: 1 - measured[IndicatorName.EXCEPTION_SHARE],
        Feature.DECISION: accuracy,
        Feature.DATA: measured[IndicatorName.DATA_DETERMINISM],
    }


def _scores(measured: Mapping[IndicatorName, Numbers], accuracy: Numbers, policy: Policy) -> Numbers:
    """Score per activity code; NaN for activities that the draw does not have."""
    features = _features(measured, accuracy, policy)
    used = np.zeros(accuracy.size)
    total = np.zeros(accuracy.size)
    for feature, x in features.items():
        known = ~np.isnan(x)
        used += policy.weights[feature] * known
        total += policy.weights[feature] * np.where(known, x, 0)
    seen = measured[IndicatorName.EVENTS_PER_MONTH] > 0
    return np.where(seen & (used > 0), 100 * total / np.where(used > 0, used, 1), np.nan)


def _assess(row: ActivityIndicators, rank: int, spread: _Spread, request: PotentialRequest) -> ActivityPotential:
    contributions = _contributions(row, request.policy)
    score = sum(each.points for each in contributions)
    around = Surroundings(after=request.decisions.get(row.activity), judged=request.judged.get(row.activity))
    chosen, reasons = classify(row, score, around, request.policy)
    return ActivityPotential(
        activity=row.activity,
        events=row.events,
        cases=row.cases,
        rank=rank,
        score=score,
        interval=spread.score,
        rank_interval=spread.rank,
        contributions=contributions,
        potential_class=chosen,
        reasons=reasons,
        saving=estimate_saving(row, request.rates),
        indicators=row,
    )


_MEASURED_BY: Mapping[Feature, IndicatorName] = {
    Feature.VOLUME: IndicatorName.EVENTS_PER_MONTH,
    Feature.STANDARDISATION: IndicatorName.STANDARDISATION,
    Feature.QUICKNESS: IndicatorName.QUICK_SHARE,
    Feature.NO_REWORK: IndicatorName.REWORK,
    Feature.NO_EXCEPTIONS: IndicatorName.EXCEPTION_SHARE,
    Feature.DECISION: IndicatorName.DECISION_DETERMINISM,
    Feature.DATA: IndicatorName.DATA_DETERMINISM,
}


def _contributions(row: ActivityIndicators, policy: Policy) -> tuple[Contribution, ...]:
    values = {name: np.array([np.nan if each.value is None else each.value]) for name, each in row.indicators.items()}
    features = _features(values, values[IndicatorName.DECISION_DETERMINISM], policy)
    used = sum(policy.weights[feature] for feature, x in features.items() if not np.isnan(x[0]))
    rows = []
    for feature, x in features.items():
        indicator = row.indicators[_MEASURED_BY[feature]]
        is_known = not np.isnan(x[0])
        rows.append(
            Contribution(
                feature=feature,
                x=float(x[0]) if is_known else None,
                weight=policy.weights[feature],
                points=100 * policy.weights[feature] * float(x[0]) / used if is_known else 0.0,
                n=indicator.n,
                reason=indicator.reason,
            )
        )
    return tuple(rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the process says about an activity. after: the choice right after it. judged: it is itself the outcome of a
    choice that people make and no rule foretells."""

    after: MinedDecision | None = None
    judged: MinedDecision | None = None


def classify(
    row: ActivityIndicators, score: float, around: Surroundings, policy: Policy
) -> tuple[PotentialClass, tuple[ClassReason, ...]]:
    """The class of an activity with its reasons: the first rule that fits, from the cheapest change to none."""
    value = {name: each.value for name, each in row.indicators.items()}
    if row.events < policy.least_events:
        reason = ClassReason(code="too-few-events", value=float(row.events), limit=float(policy.least_events))
        return PotentialClass.KEEP_HUMAN, (reason,)
    automated = value[IndicatorName.AUTOMATION_RATE]
    if automated is not None and automated >= policy.already_automated:
        reason = ClassReason(code="a-system-does-it-already", value=automated, limit=policy.already_automated)
        return PotentialClass.CALL_AN_API, (reason,)
    stamped = value[IndicatorName.RUBBER_STAMP_SHARE]
    if stamped is not None and stamped >= policy.eliminate_rubber_stamps:
        return _classify_rubber_stamp(row.activity, stamped, policy)
    rule = _rule_reason(around.after, policy)
    if rule is not None and (value[IndicatorName.PROCESSING_HOURS] or 0.0) <= policy.rule_hours:
        return PotentialClass.DECIDE_BY_RULE, (rule,)
    chosen, reasons = _classify_by_score(value, score, around, policy)
    return chosen, reasons if rule is None else (*reasons, rule)


def _classify_rubber_stamp(
    activity: str, stamped: float, policy: Policy
) -> tuple[PotentialClass, tuple[ClassReason, ...]]:
    reason = ClassReason(code="rubber-stamp", value=stamped, limit=policy.eliminate_rubber_stamps)
    if read_label(activity) is LabelMeaning.LEAVES_AN_EFFECT:
        return PotentialClass.CALL_AN_API, (reason, ClassReason(code="label-says-it-leaves-an-effect"))
    return PotentialClass.ELIMINATE, (reason,)


def _rule_reason(after: MinedDecision | None, policy: Policy) -> ClassReason | None:
    if after is None or after.verdict is not Verdict.RULE or (after.accuracy or 0) < policy.rule_accuracy:
        return None
    return ClassReason(code="rule-foretells-the-choice", value=after.accuracy, limit=policy.rule_accuracy)


def _classify_by_score(
    value: Mapping[IndicatorName, float | None], score: float, around: Surroundings, policy: Policy
) -> tuple[PotentialClass, tuple[ClassReason, ...]]:
    steady = value[IndicatorName.STANDARDISATION] or 0.0
    rework = value[IndicatorName.REWORK] or 0.0
    hours = value[IndicatorName.PROCESSING_HOURS] or 0.0
    against = []
    if steady < policy.api_standardisation:
        against.append(ClassReason(code="varying-context", value=steady, limit=policy.api_standardisation))
    if rework > policy.api_rework:
        against.append(ClassReason(code="rework", value=rework, limit=policy.api_rework))
    if hours > policy.api_hours:
        against.append(ClassReason(code="long-work", value=hours, limit=policy.api_hours))
    if around.judged is not None:
        against.append(ClassReason(code="a-person-decides-it", value=float(around.judged.choices)))
    if score >= policy.api_score and not against:
        return PotentialClass.CALL_AN_API, (
            ClassReason(code="score", value=score, limit=policy.api_score),
            ClassReason(code="standardised", value=steady, limit=policy.api_standardisation),
            ClassReason(code="little-rework", value=rework, limit=policy.api_rework),
        )
    if score >= policy.assist_score:
        return PotentialClass.ASSIST, (ClassReason(code="score", value=score, limit=policy.assist_score), *against)
    return PotentialClass.KEEP_HUMAN, (ClassReason(code="low-score", value=score, limit=policy.assist_score), *against)


def report_to_json(report: PotentialReport) -> dict[str, object]:
    """The report as plain JSON values."""
    return {
        "cases": report.cases,
        "bootstrap": {"replicates": report.replicates, "seed": report.seed, "unit": "case"},
        "rank_stability": report.rank_stability,
        "weights": {feature.value: weight for feature, weight in report.policy.weights.items()},
        "activities": [_activity_to_json(each) for each in report.activities],
    }


def _activity_to_json(row: ActivityPotential) -> dict[str, object]:
    return {
        "activity": row.activity,
        "events": row.events,
        "cases": row.cases,
        "rank": row.rank,
        "score": row.score,
        "interval": _interval_to_json(row.interval),
        "rank_interval": _interval_to_json(row.rank_interval),
        "class": row.potential_class.value,
        "reasons": [{"code": each.code, "value": each.value, "limit": each.limit} for each in row.reasons],
        "contributions": [
            {
                "feature": each.feature.value,
                "x": each.x,
                "weight": each.weight,
                "points": each.points,
                "n": each.n,
                "reason": each.reason,
            }
            for each in row.contributions
        ],
        "indicators": [
            {"name": each.name.value, "value": each.value, "n": each.n, "formula": each.formula, "reason": each.reason}
            for each in row.indicators.indicators.values()
        ],
        "saving": row.saving.to_json(),
    }


def _interval_to_json(interval: Interval | None) -> dict[str, float] | None:
    return None if interval is None else {"low": interval.low, "high": interval.high, "level": interval.level}
