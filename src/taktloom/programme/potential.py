# SPDX-License-Identifier: Apache-2.0
"""Automation potential per activity: score, contributions, interval, class with reasons, money only from given rates.

The formula and its weights are in `policy`, the arithmetic of the score is in `scoring`. The interval is a bootstrap
over cases of the measured features, which also draws the times that the log's clock is too coarse to show; the decision
feature keeps its cross-validated value. The interval of a rank draws the weights of the kinds of evidence too. Hours
come only from recorded start times; money only from given hourly rates.
Columns needed: those of `IndicatorSource`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from taktloom.evidence.ranks import descending_ranks, rank_agreement
from taktloom.evidence.resampling import DEFAULT_REPLICATES, Interval, case_weights, percentile_interval
from taktloom.mining.decisions.discovering import MinedDecision, Verdict
from taktloom.mining.indicators import (
    ActivityIndicators,
    Indicator,
    IndicatorName,
    IndicatorSource,
    WeightedIndicators,
    WorkingHours,
    measure_indicators,
)
from taktloom.programme.label_semantics import LabelMeaning, read_label
from taktloom.programme.policy import DEFAULT_POLICY, Policy, PotentialClass
from taktloom.programme.rates import Rates, Saving, estimate_saving
from taktloom.programme.scoring import (
    Contribution,
    Numbers,
    RankShift,
    drawn_weights,
    explain_score,
    rank_shifts,
    score_all,
    score_by,
)
from taktloom.programme.stages import Report, Stage, part_of, unheard


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassReason:
    """Why a class was given: a stable code for the catalogues, the measured value and the limit it met."""

    code: str
    value: float | None = None
    limit: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityPotential:
    """The potential of one activity. rank: 1 is the highest score. interval, rank_interval: None for too few events, of
    which resamples look alike and would seem sure; that of the rank is over other cases and other weights. moved_by:
    the feature without which its rank would change most; None: none would move it."""

    activity: str
    events: int
    cases: int
    rank: int
    score: float
    interval: Interval | None
    rank_interval: Interval | None
    contributions: tuple[Contribution, ...]
    moved_by: RankShift | None
    potential_class: PotentialClass
    reasons: tuple[ClassReason, ...]
    saving: Saving
    indicators: ActivityIndicators


@dataclass(frozen=True, slots=True, kw_only=True)
class PotentialReport:
    """All activities, highest score first. cases: behind everything; replicates: bootstrap draws; seed: theirs.

    rank_stability: mean Kendall's tau-b between the ranking and that of each draw, over activities with enough events
    for a class; None for fewer than two of them. weight_stability: the same between the ranking and those by other
    weights of the kinds of evidence. hours: what work was counted in.
    """

    activities: tuple[ActivityPotential, ...]
    cases: int
    replicates: int
    seed: int
    hours: WorkingHours
    rank_stability: float | None = None
    weight_stability: float | None = None
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
    accuracy = _decision_values(source, request.decisions)
    with part_of(Stage.MEASURING, 1, 2, request.report):
        weighted = WeightedIndicators(source)
    chance = np.random.default_rng([request.seed, 1])
    drawn = _draw(weighted, request, chance)
    measured = measure_indicators(source, decisions=request.decisions, draws=drawn)
    plain = weighted.measure(np.ones(source.cases))
    point = score_all(plain, accuracy, policy)
    policies = [drawn_weights(policy, chance) for _ in drawn]
    both = [score_by(each, accuracy, (policy, other)) for each, other in zip(drawn, policies, strict=True)]
    draws = np.array([ours for ours, _ in both]).reshape(-1, len(source.log.activities))
    ranks = np.array([descending_ranks(others) for _, others in both]).reshape(draws.shape)
    reweighted = np.array(score_by(plain, accuracy, policies) if policies else []).reshape(draws.shape)
    shifts = rank_shifts(plain, accuracy, policy)
    code = {label: index for index, label in enumerate(source.log.activities)}
    ordered = sorted(measured, key=lambda row: (-point[code[row.activity]], row.activity))
    rows = []
    for rank, row in enumerate(ordered, start=1):
        index = code[row.activity]
        is_enough = row.events >= policy.least_events
        spread = _Spread(
            score=percentile_interval(draws[:, index]) if is_enough else None,
            rank=percentile_interval(ranks[:, index]) if is_enough else None,
            shift=shifts[index],
        )
        rows.append(_assess(row, rank, spread, request))
    frequent = [code[row.activity] for row in measured if row.events >= policy.least_events]
    return PotentialReport(
        activities=tuple(rows),
        cases=source.cases,
        replicates=request.replicates,
        seed=request.seed,
        hours=source.hours,
        rank_stability=_stability(point[frequent], draws[:, frequent]),
        weight_stability=_stability(point[frequent], reweighted[:, frequent]),
        policy=policy,
    )


def _draw(
    weighted: WeightedIndicators, request: PotentialRequest, chance: np.random.Generator
) -> list[dict[IndicatorName, Numbers]]:
    """The indicators with other cases, and other times where the log's clock does not show them."""
    source, drawn = request.source, []
    for done, weights in enumerate(case_weights(source.cases, replicates=request.replicates, seed=request.seed)):
        request.report(Stage.RESAMPLING, done, request.replicates)
        drawn.append(weighted.measure(weights, chance.random(len(source.log.activities))))
    return drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spread:
    score: Interval | None
    rank: Interval | None
    shift: RankShift | None


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


def _assess(row: ActivityIndicators, rank: int, spread: _Spread, request: PotentialRequest) -> ActivityPotential:
    contributions = explain_score(row, request.policy)
    score = sum(each.points for each in contributions)
    around = Surroundings(after=request.decisions.get(row.activity), judged=request.judged.get(row.activity))
    chosen, reasons = classify(row, score, around, request.policy, spread.score)
    return ActivityPotential(
        activity=row.activity,
        events=row.events,
        cases=row.cases,
        rank=rank,
        score=score,
        interval=spread.score,
        rank_interval=spread.rank,
        contributions=contributions,
        moved_by=spread.shift,
        potential_class=chosen,
        reasons=reasons,
        saving=estimate_saving(row, request.rates),
        indicators=row,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the process says about an activity. after: the choice right after it. judged: it is itself the outcome of a
    choice that people make and no rule foretells."""

    after: MinedDecision | None = None
    judged: MinedDecision | None = None


def classify(
    row: ActivityIndicators, score: float, around: Surroundings, policy: Policy, interval: Interval | None = None
) -> tuple[PotentialClass, tuple[ClassReason, ...]]:
    """The class of an activity with its reasons: the first rule that fits, from the cheapest change to none. interval:
    of the score; one that reaches from below one limit to above the other leaves the class open."""
    value = {name: each.value for name, each in row.indicators.items()}
    if row.events < policy.least_events:
        reason = ClassReason(code="too-few-events", value=float(row.events), limit=float(policy.least_events))
        return PotentialClass.CANNOT_TELL, (reason,)
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
    if interval is not None and interval.low < policy.assist_score and interval.high >= policy.api_score:
        reaches = (("score-could-be-as-low", interval.low, policy.assist_score),
                   ("score-could-be-as-high", interval.high, policy.api_score))  # fmt: skip
        return PotentialClass.CANNOT_TELL, tuple(
            ClassReason(code=code, value=at, limit=limit) for code, at, limit in reaches
        )
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
    monthly = value[IndicatorName.EVENTS_PER_MONTH]
    against = []
    if monthly is not None and monthly < policy.api_events_per_month:
        against.append(ClassReason(code="seldom", value=monthly, limit=policy.api_events_per_month))
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
        "weight_stability": report.weight_stability,
        "working_hours": _hours_to_json(report.hours),
        "weights": {kind.value: weight for kind, weight in report.policy.weights.items()},
        "activities": [_activity_to_json(each) for each in report.activities],
    }


def _hours_to_json(hours: WorkingHours) -> dict[str, object]:
    return {
        "basis": hours.basis.value,
        "week": {day: list(spans) for day, spans in hours.week.items()},
        "own": hours.own,
        "shared": hours.shared,
        "support": hours.support,
        "name": hours.name,
        "version": hours.version,
        "zone": hours.zone,
        "reason": hours.reason,
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
                "measured": each.measured,
                "x": each.x,
                "weight": each.weight,
                "points": each.points,
                "n": each.n,
                "reason": each.reason,
            }
            for each in row.contributions
        ],
        "moved_by": None
        if row.moved_by is None
        else {"feature": row.moved_by.feature.value, "rank_without": row.moved_by.rank_without},
        "indicators": [_indicator_to_json(each) for each in row.indicators.indicators.values()],
        "saving": row.saving.to_json(),
    }


def _indicator_to_json(each: Indicator) -> dict[str, object]:
    return {
        "name": each.name.value,
        "value": each.value,
        "interval": _interval_to_json(each.interval),
        "n": each.n,
        "formula": each.formula,
        "reason": each.reason,
    }


def _interval_to_json(interval: Interval | None) -> dict[str, float] | None:
    return None if interval is None else {"low": interval.low, "high": interval.high, "level": interval.level}
