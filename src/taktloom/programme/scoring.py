# SPDX-License-Identifier: Apache-2.0
"""The arithmetic of the score: features from indicators, weights of what is known, and what would move the order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from taktloom.evidence.ranks import descending_ranks
from taktloom.mining.indicators import ActivityIndicators, IndicatorName
from taktloom.programme.policy import BY_LOGARITHM, KIND_OF, KINDS, Feature, Kind, Policy

Numbers: TypeAlias = NDArray[np.float64]
Measured: TypeAlias = Mapping[IndicatorName, Numbers]

MEASURED_BY: Mapping[Feature, IndicatorName] = {
    Feature.VOLUME: IndicatorName.EVENTS_PER_MONTH,
    Feature.STANDARDISATION: IndicatorName.STANDARDISATION,
    Feature.ORDERING: IndicatorName.ORDERING,
    Feature.NO_EXCEPTIONS: IndicatorName.EXCEPTION_SHARE,
    Feature.STABILITY: IndicatorName.PERIOD_STABILITY,
    Feature.SOON_DONE: IndicatorName.TYPICAL_TIME_S,
    Feature.LITTLE_WORK: IndicatorName.TYPICAL_WORK_S,
    Feature.STEADY_TIME: IndicatorName.TIME_STABILITY,
    Feature.DECISION: IndicatorName.DECISION_DETERMINISM,
    Feature.DATA: IndicatorName.DATA_DETERMINISM,
    Feature.NO_REWORK: IndicatorName.REWORK,
    Feature.NO_FAILURES: IndicatorName.FAILURE_RATE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """One feature's part of the score. x None: the log cannot tell, *reason* says what it would need.

    measured: the indicator behind x; norm: its values at which x is 0 and 1 (of volume, those of its logarithm).
    weight: as used, 0 for what is not known; the weights sum to 1. points: 100 · weight · x; they sum to the score.
    n: observations.
    """

    feature: Feature
    kind: Kind
    measured: float | None
    norm: tuple[float, float]
    x: float | None
    weight: float
    points: float
    n: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RankShift:
    """Without *feature* the activity would have the rank *rank_without*."""

    feature: Feature
    rank_without: int


def feature_values(measured: Measured, accuracy: Numbers, policy: Policy) -> dict[Feature, Numbers]:
    """x of each feature per activity code, NaN where not known. accuracy: of the rules for the choice after it."""
    values = {
        feature: accuracy if feature is Feature.DECISION else measured[name] for feature, name in MEASURED_BY.items()
    }
    values[Feature.VOLUME] = np.log1p(values[Feature.VOLUME]) / np.log1p(policy.full_volume_per_month)
    found: dict[Feature, Numbers] = {}
    for feature, value in values.items():
        at_zero, at_one = policy.norms[feature]
        scaled = np.array([np.full_like(value, at_zero), np.full_like(value, at_one), value])
        zero, one, here = np.log(scaled) if feature in BY_LOGARITHM else scaled
        found[feature] = np.clip((here - zero) / (one - zero), 0.0, 1.0)
    return found


def weights_used(features: Mapping[Feature, Numbers], policy: Policy) -> dict[Feature, Numbers]:
    """The weight of each feature per activity code: 0 where it is not known; they sum to 1 where anything is."""
    known = {feature: (~np.isnan(x)).astype(np.float64) for feature, x in features.items()}
    weights: dict[Feature, Numbers] = {}
    for kind, members in KINDS.items():
        there = sum((known[feature] for feature in members), start=np.zeros(1))
        for feature in members:
            weights[feature] = policy.weights[kind] * known[feature] / np.where(there > 0, there, 1)
    total = sum(weights.values(), start=np.zeros(1))
    return {feature: weight / np.where(total > 0, total, 1) for feature, weight in weights.items()}


def drawn_weights(policy: Policy, draw: np.random.Generator) -> Policy:
    """The policy with other weights of the kinds of evidence, every set of weights as likely as any (a flat Dirichlet
    distribution). What an order owes to the choice of weights: Saisana, Saltelli & Tarantola, "Uncertainty and
    sensitivity analysis techniques as tools for the quality assessment of composite indicators", JRSS A 168, 2005;
    OECD/JRC 2008, step 7."""
    weights = draw.dirichlet(np.ones(len(KINDS))).tolist()
    return replace(policy, weights=dict(zip(KINDS, weights, strict=True)))


def score_all(measured: Measured, accuracy: Numbers, policy: Policy) -> Numbers:
    """Score per activity code; NaN for activities that the draw does not have."""
    return score_by(measured, accuracy, (policy,))[0]


def score_by(measured: Measured, accuracy: Numbers, policies: Sequence[Policy]) -> list[Numbers]:
    """Scores by policies that differ in their weights only."""
    features = feature_values(measured, accuracy, policies[0])
    is_there = measured[IndicatorName.EVENTS_PER_MONTH] > 0
    totals = _totals(features, policies)
    return [np.where(is_there, total, np.nan) for total in totals]


def _totals(features: Mapping[Feature, Numbers], policies: Sequence[Policy]) -> Numbers:
    """policies x activities: the mean of what is known of each kind, by the weights of the kinds of which anything is;
    the same as the sum over the features by `weights_used`."""
    values = np.stack([_mean_of_known([features[one] for one in members]) for members in KINDS.values()])
    is_known = ~np.isnan(values)
    weights = np.array([[policy.weights[kind] for kind in KINDS] for policy in policies])
    total = weights @ is_known
    points: Numbers = 100 * (weights @ np.where(is_known, values, 0.0)) / np.where(total > 0, total, 1)
    return points


def _mean_of_known(members: Sequence[Numbers]) -> Numbers:
    """Per activity the mean of the features that are known; NaN where none is."""
    values = np.stack(members)
    is_known = ~np.isnan(values)
    count = is_known.sum(axis=0)
    mean: Numbers = np.where(count > 0, np.where(is_known, values, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan)
    return mean


def rank_shifts(measured: Measured, accuracy: Numbers, policy: Policy) -> list[RankShift | None]:
    """Per activity code, which single feature moves its rank most (the first of equals); None where none does."""
    features = feature_values(measured, accuracy, policy)
    seen = measured[IndicatorName.EVENTS_PER_MONTH] > 0
    ranks = descending_ranks(np.where(seen, _totals(features, (policy,))[0], np.nan))
    shifts: list[RankShift | None] = [None] * ranks.size
    furthest = np.zeros(ranks.size)
    for feature in features:
        without = {**features, feature: np.full(ranks.size, np.nan)}
        others = descending_ranks(np.where(seen, _totals(without, (policy,))[0], np.nan))
        moved = np.abs(np.nan_to_num(others - ranks, nan=0.0))
        for index in np.flatnonzero(moved > furthest).tolist():
            furthest[index] = moved[index]
            shifts[index] = RankShift(feature=feature, rank_without=int(others[index]))
    return shifts


def explain_score(row: ActivityIndicators, policy: Policy) -> tuple[Contribution, ...]:
    """Each feature's part of the score of one activity."""
    values = {name: np.array([np.nan if each.value is None else each.value]) for name, each in row.indicators.items()}
    features = feature_values(values, values[IndicatorName.DECISION_DETERMINISM], policy)
    weights = weights_used(features, policy)
    rows = []
    for feature, x in features.items():
        indicator, weight = row.indicators[MEASURED_BY[feature]], float(weights[feature][0])
        rows.append(
            Contribution(
                feature=feature,
                kind=KIND_OF[feature],
                measured=indicator.value,
                norm=policy.norms[feature],
                x=None if indicator.value is None else float(x[0]),
                weight=weight,
                points=0.0 if indicator.value is None else 100 * weight * float(x[0]),
                n=indicator.n,
                reason=indicator.reason,
            )
        )
    return tuple(rows)
