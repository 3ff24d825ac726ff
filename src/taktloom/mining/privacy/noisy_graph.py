# SPDX-License-Identifier: Apache-2.0
"""A directly-follows graph with differential privacy for cases.

Each case gives at most its first *contribution* transitions (begin and end of the case count as transitions), so adding
or removing one case changes the counts by at most *contribution* in sum. Every pair of activities, also those that
never occur, gets discrete Laplace noise of scale contribution / epsilon. The names of the activities
themselves count as public. Integers are drawn, so that the gaps of floating-point numbers tell nothing.
Sources: Dwork et al., "Calibrating noise to sensitivity", TCC 2006; Ghosh, Roughgarden & Sundararajan, "Universally
utility-maximizing privacy mechanisms", STOC 2009 (geometric mechanism).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.discovery.coding import require_few_activities
from taktloom.mining.statistics.arrays import LogArrays

Codes = NDArray[np.int64]
MOST_ACTIVITIES = 1_000
BEGIN, END = "(begin)", "(end)"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoisyFlow:
    """A transition with its noisy number; not below 0."""

    source: str
    target: str
    frequency: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoisyGraph:
    """flows: those with a noisy number over 0, greatest first. expected_error: mean distance from the bounded
    truth, known beforehand. What the bound leaves out is not told, because that number is not private itself."""

    flows: tuple[NoisyFlow, ...]
    epsilon: float
    contribution: int
    expected_error: float


def bounded_counts(log: LogArrays, contribution: int) -> Codes:
    """Transitions per pair, (activities + 1) squared: row source, column target; the last code is begin, or end."""
    count = len(log.activities) + 1
    lengths = np.diff(np.append(log.starts, log.case.size))
    place = np.arange(log.case.size) - np.repeat(log.starts, lengths)  # transition into the row, 0 from begin
    source = np.where(place == 0, count - 1, np.append(-1, log.activity[:-1]))
    ends = np.flatnonzero(lengths < contribution)
    pairs = np.concatenate(
        [
            (source * count + log.activity)[place < contribution],
            log.activity[log.ends[ends]] * count + count - 1,
        ]
    )
    return np.bincount(pairs, minlength=count * count).reshape(count, count).astype(np.int64)


def private_graph(
    log: LogArrays, *, epsilon: float, contribution: int, generator: np.random.Generator | None = None
) -> NoisyGraph:
    """The noisy graph. generator: None draws from the system's entropy; a seeded one gives no privacy.

    Raises TooManyActivitiesError above 1,000: every pair gets noise, and about half of those that never occur are told.
    """
    require_few_activities(len(log.activities), MOST_ACTIVITIES)
    generator = generator or np.random.default_rng()
    counts = bounded_counts(log, contribution)
    ratio = np.exp(-epsilon / contribution)
    # The difference of two geometric numbers is discrete Laplace.
    noise = generator.geometric(1 - ratio, counts.shape) - generator.geometric(1 - ratio, counts.shape)
    noisy = counts + noise
    noisy[-1, -1] = 0
    names = log.activities
    flows = [
        NoisyFlow(
            source=names[one] if one < len(names) else BEGIN,
            target=names[other] if other < len(names) else END,
            frequency=int(noisy[one, other]),
        )
        for one, other in zip(*(part.tolist() for part in np.nonzero(noisy > 0)), strict=True)
    ]
    flows.sort(key=lambda each: (-each.frequency, each.source, each.target))
    return NoisyGraph(
        flows=tuple(flows),
        epsilon=epsilon,
        contribution=contribution,
        expected_error=float(2 * ratio / (1 - ratio**2)),
    )
