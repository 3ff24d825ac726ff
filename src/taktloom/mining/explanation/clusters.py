# SPDX-License-Identifier: Apache-2.0
"""Clusters of variants: kinds of cases that a log mixes, each told by its most central variant.

A variant's profile is how often each activity and each directly-follows pair occurs in it; two variants are as far
apart as the angle of their profiles (cosine distance, 0 … 1). Clusters are built around medoids, real variants with
the least total distance to their cases; every case counts. The number of clusters, unless given, may be 1: clusters are
kinds of cases where which activities a case has go together beyond what steps that are taken or left out each for
itself would show (greatest integrated complete likelihood of independent marks), and where the medoids share no more
than seven tenths of their profile. Cases that do the same in another order are one kind. Of a log with very
many variants the most frequent ones make the clusters and the others join the nearest. Nothing is drawn at random: the
same log gives the same clusters.
Sources: Song, Guenther & van der Aalst, "Trace clustering in process mining", BPM Workshops 2008 (profiles); Kaufman &
Rousseeuw, "Finding Groups in Data", Wiley 1990 (partitioning around medoids); Rousseeuw, J. Comput. Appl. Math. 20,
1987 (silhouettes); Biernacki, Celeux & Govaert, "Assessing a mixture model for clustering with the integrated completed
likelihood", IEEE TPAMI 22, 2000 (number of clusters), with Jeffreys' priors.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.explanation.feature_counts import count_features
from taktloom.mining.watching import heeding

MOST_VARIANTS, MOST_CLUSTERS, ROUNDS = 1_000, 8, 50
LEAST_APART = 0.3
TELLING = 5

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingActivity:
    """Share of the cluster's cases with it, and of all others; farthest apart first."""

    activity: str
    share_inside: float
    share_outside: float


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantCluster:
    """medoid: its most central variant. distance: mean of its cases to the medoid. silhouette: mean of its cases, -1 …
    1; None where there is one cluster. members: the variants, most cases first."""

    number: int
    cases: int
    medoid: tuple[str, ...]
    distance: float
    silhouette: float | None
    telling: tuple[TellingActivity, ...]
    members: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantClusters:
    """clusters: most cases first. silhouette: mean of all cases that made the clusters; tried: silhouette by number of
    them."""

    clusters: tuple[VariantCluster, ...]
    silhouette: float | None
    tried: Mapping[int, float]
    clustered_variants: int


def cluster_variants(
    variants: Mapping[tuple[str, ...], int],
    *,
    clusters: int | None = None,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> VariantClusters:
    """Cluster *variants* (activities -> cases, at least one). clusters: how many; None: the best of 1 … 8."""
    report(0, 1)
    ranked = sorted(variants.items(), key=lambda each: (-each[1], each[0]))
    making = ranked[:MOST_VARIANTS]
    profiles = count_features([activities for activities, _ in ranked])
    weights = np.array([cases for _, cases in making], dtype=np.float64)
    apart = 1 - profiles.likeness(len(making))
    wanted = [clusters] if clusters else list(range(2, MOST_CLUSTERS + 1))
    tried: dict[int, float] = {}
    best: Places = _medoids(apart, weights, 1)
    marks = _marks([activities for activities, _ in making])
    greatest = -np.inf if clusters else _likelihood(marks, weights, np.zeros(len(making), dtype=np.int64))
    for done, number in enumerate(wanted):
        report(done, len(wanted))
        if not 1 < number <= len(making):
            continue
        medoids = _medoids(apart, weights, number)
        tried[number] = float(np.average(_silhouettes(apart, weights, medoids), weights=weights))
        if clusters or _nearest(apart, medoids) >= LEAST_APART:
            likelihood = _likelihood(marks, weights, apart[:, medoids].argmin(axis=1))
            if likelihood > greatest:
                best, greatest = medoids, likelihood
    silhouettes = _silhouettes(apart, weights, best) if best.size > 1 else None
    return VariantClusters(
        clusters=_told(ranked, 1 - profiles.likeness_to(best), best, silhouettes),
        silhouette=None if silhouettes is None else float(np.average(silhouettes, weights=weights)),
        tried=dict(tried),
        clustered_variants=int(weights.size),
    )


def _marks(sequences: Sequence[tuple[str, ...]]) -> NDArray[np.bool_]:
    """variants x activities that some have and some do not."""
    names = {name: place for place, name in enumerate(dict.fromkeys(step for steps in sequences for step in steps))}
    marks = np.zeros((len(sequences), len(names)), dtype=np.bool_)
    for row, steps in enumerate(sequences):
        marks[row, [names[step] for step in steps]] = True
    return marks[:, ~marks.all(axis=0)]


def _likelihood(marks: NDArray[np.bool_], weights: Numbers, owner: Places) -> float:
    """Logarithm of the probability of the clusters and of marks that are independent within each."""
    sizes = np.bincount(owner, weights=weights)
    having = np.array([weights[owner == each] @ marks[owner == each] for each in range(sizes.size)])
    found = sum(
        _log_beta(has + 0.5, size - has + 0.5) - _log_beta(0.5, 0.5)
        for row, size in zip(having.tolist(), sizes.tolist(), strict=True)
        for has in row
    )
    kinds = sum(math.lgamma(size + 0.5) for size in sizes.tolist()) - sizes.size * math.lgamma(0.5)
    return found + kinds + math.lgamma(sizes.size / 2) - math.lgamma(float(sizes.sum()) + sizes.size / 2)


def _log_beta(one: float, other: float) -> float:
    return math.lgamma(one) + math.lgamma(other) - math.lgamma(one + other)


def _nearest(apart: Numbers, medoids: Places) -> float:
    between = apart[np.ix_(medoids, medoids)]
    return float(between[~np.eye(medoids.size, dtype=np.bool_)].min())


def _medoids(apart: Numbers, weights: Numbers, number: int) -> Places:
    """Greedy build, then the best of each cluster until nothing moves (ties: the more frequent variant)."""
    chosen = [int((apart * weights[:, None]).sum(axis=0).argmin())]
    while len(chosen) < number:
        nearest = apart[:, chosen].min(axis=1)
        gain = (np.maximum(nearest[:, None] - apart, 0) * weights[:, None]).sum(axis=0)
        gain[chosen] = -1
        chosen.append(int(gain.argmax()))
    medoids = np.array(chosen)
    for _ in range(ROUNDS):
        owner = apart[:, medoids].argmin(axis=1)
        moved = medoids.copy()
        for cluster in range(number):
            inside = np.flatnonzero(owner == cluster)
            if inside.size:
                cost = (apart[np.ix_(inside, inside)] * weights[inside, None]).sum(axis=0)
                moved[cluster] = inside[int(cost.argmin())]
        if np.array_equal(moved, medoids):
            break
        medoids = moved
    return medoids


def _silhouettes(apart: Numbers, weights: Numbers, medoids: Places) -> Numbers:
    """By variant, each counted with its cases; a case alone in its cluster has 0."""
    owner = apart[:, medoids].argmin(axis=1)
    number = medoids.size
    member = np.eye(number)[owner] * weights[:, None]
    sums, sizes = apart @ member, member.sum(axis=0)
    own_size = sizes[owner]
    own = sums[np.arange(owner.size), owner] / np.maximum(own_size - 1, 1)
    means = sums / np.where(sizes > 0, sizes, 1)
    means[:, sizes == 0] = np.inf
    means[np.arange(owner.size), owner] = np.inf
    other = means.min(axis=1)
    widest = np.maximum(own, other)
    found = np.where((own_size > 1) & (widest > 0), (other - own) / np.where(widest > 0, widest, 1), 0.0)
    return np.where(np.isfinite(found), found, 0.0)


def _told(
    ranked: Sequence[tuple[tuple[str, ...], int]],
    to_medoids: Numbers,
    medoids: Places,
    silhouettes: Numbers | None,
) -> tuple[VariantCluster, ...]:
    owner = to_medoids.argmin(axis=1)
    cases = np.array([count for _, count in ranked], dtype=np.float64)
    made = cases.size if silhouettes is None else silhouettes.size
    telling = _telling(ranked, owner, medoids.size)
    found = []
    for cluster in range(medoids.size):
        inside = np.flatnonzero(owner == cluster)
        making = inside[inside < made]
        shown = None
        if silhouettes is not None and making.size:
            shown = float(np.average(silhouettes[making], weights=cases[making]))
        found.append(
            VariantCluster(
                number=0,
                cases=int(cases[inside].sum()),
                medoid=ranked[int(medoids[cluster])][0],
                distance=float(np.average(to_medoids[inside, cluster], weights=cases[inside])),
                silhouette=shown,
                telling=telling[cluster],
                members=tuple(ranked[at][0] for at in inside.tolist()),
            )
        )
    found.sort(key=lambda each: (-each.cases, each.medoid))
    return tuple(replace(each, number=number) for number, each in enumerate(found, start=1))


def _telling(
    ranked: Sequence[tuple[tuple[str, ...], int]], owner: Places, clusters: int
) -> list[tuple[TellingActivity, ...]]:
    """By cluster what tells it from all others; nothing where there is one cluster."""
    having: dict[str, list[int]] = {}
    totals = [0] * clusters
    for (activities, cases), cluster in heeding(zip(ranked, owner.tolist(), strict=True)):
        totals[cluster] += cases
        for activity in set(activities):
            having.setdefault(activity, [0] * clusters)[cluster] += cases
    return [_telling_of(having, totals, cluster) if clusters > 1 else () for cluster in range(clusters)]


def _telling_of(having: Mapping[str, list[int]], totals: list[int], cluster: int) -> tuple[TellingActivity, ...]:
    inside, outside = totals[cluster], sum(totals) - totals[cluster]
    if not outside:
        return ()
    found = [
        TellingActivity(
            activity=activity,
            share_inside=counts[cluster] / max(1, inside),
            share_outside=(sum(counts) - counts[cluster]) / outside,
        )
        for activity, counts in heeding(having.items())
    ]
    found.sort(key=lambda each: (-abs(each.share_inside - each.share_outside), each.activity))
    return tuple(found[:TELLING])
