# SPDX-License-Identifier: Apache-2.0
"""Roles: groups of resources that do the same kind of work, from what they did.

A resource's profile is how often it did each activity (logarithm of one plus the count, so that the diligent and the
occasional of one trade are alike). Two resources are as alike as these correlate (Pearson), or as the share of their
work that is the same, whichever is more: of people who all do everything equally often only chance is left to
correlate.
Resources are joined from the most alike pair on while the mean likeness of the two groups is at least the threshold:
agglomerative clustering with average linkage.
Sources: van der Aalst & Song, "Mining social networks: uncovering interaction patterns in business processes", BPM 2004
(joint activities); Song & van der Aalst, "Towards comprehensive support for organizational mining", DSS 46, 2008.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.distinct import distinct
from taktloom.mining.organisation.together import require_few_resources
from taktloom.mining.statistics.arrays import NOBODY, LogArrays

SIMILARITY = 0.6
ACTIVITIES_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveredRole:
    """resources: most events first. activities: what most of their work is, with its share of their events."""

    number: int
    resources: tuple[str, ...]
    events: int
    activities: tuple[tuple[str, float], ...]
    cohesion: float | None
    """Mean likeness of the profiles within; None for one resource."""


def discover_roles(log: LogArrays, *, similarity: float = SIMILARITY) -> tuple[DiscoveredRole, ...]:
    """The roles, most events first. Raises TooManyResourcesError."""
    count, activities = len(log.resources), len(log.activities)
    require_few_resources(count)
    known = log.resource != NOBODY
    key = log.resource[known] * activities + log.activity[known]
    profile = np.bincount(key, minlength=count * activities).reshape(count, activities)
    present = np.flatnonzero(profile.sum(axis=1))
    alike = np.maximum(correlations(np.log1p(profile[present])), work_in_common(profile[present]))
    groups = join_alike(alike, similarity)
    found = [
        _role(log, profile, present[group], alike[np.ix_(group, group)])
        for group in (np.flatnonzero(groups == number) for number in distinct(groups))
    ]
    found.sort(key=lambda role: (-role.events, role.resources))
    return tuple(
        DiscoveredRole(
            number=number + 1,
            resources=role.resources,
            events=role.events,
            activities=role.activities,
            cohesion=role.cohesion,
        )
        for number, role in enumerate(found)
    )


def correlations(profiles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pearson's correlation of every two rows; a row without variance is like its equals only."""
    centred = profiles - profiles.mean(axis=1, keepdims=True)
    length = np.sqrt((centred**2).sum(axis=1))
    flat = length < 1e-12
    centred[~flat] /= length[~flat, None]
    alike: NDArray[np.float64] = centred @ centred.T
    shape = profiles > 0
    for row in np.flatnonzero(flat).tolist():
        same = flat & (shape == shape[row]).all(axis=1)
        alike[row], alike[:, row] = same, same
    return alike


def work_in_common(profiles: NDArray[np.int64]) -> NDArray[np.float64]:
    """Of every two rows, the share of their work that is the same: the sum of the lesser shares of each activity."""
    shares = profiles / profiles.sum(axis=1, keepdims=True)
    return np.stack([np.minimum(row, shares).sum(axis=1) for row in shares])


def join_alike(alike: NDArray[np.float64], threshold: float) -> NDArray[np.int64]:
    """Group number per row: average linkage, joined while the mean likeness is at least *threshold*."""
    size = alike.shape[0]
    groups, mean = np.arange(size), alike.copy()
    members = np.ones(size)
    np.fill_diagonal(mean, -np.inf)
    while size:
        one, other = divmod(int(mean.argmax()), size)
        if not mean[one, other] >= threshold:
            break
        joined = (members[one] * mean[one] + members[other] * mean[other]) / (members[one] + members[other])
        mean[one], mean[:, one] = joined, joined
        mean[one, one] = -np.inf
        mean[other], mean[:, other] = -np.inf, -np.inf
        members[one] += members[other]
        groups[groups == other] = one
    return groups


def _role(
    log: LogArrays, profile: NDArray[np.int64], group: NDArray[np.int64], alike: NDArray[np.float64]
) -> DiscoveredRole:
    events = profile[group].sum(axis=1)
    order = sorted(range(group.size), key=lambda at: (-int(events[at]), log.resources[int(group[at])]))
    work = profile[group].sum(axis=0)
    commonest = sorted(np.flatnonzero(work).tolist(), key=lambda code: (-int(work[code]), log.activities[code]))
    others = ~np.eye(group.size, dtype=np.bool_)
    return DiscoveredRole(
        number=0,
        resources=tuple(log.resources[int(group[at])] for at in order),
        events=int(work.sum()),
        activities=tuple(
            (log.activities[code], float(work[code] / work.sum())) for code in commonest[:ACTIVITIES_NAMED]
        ),
        cohesion=float(alike[others].mean()) if group.size > 1 else None,
    )
