# SPDX-License-Identifier: Apache-2.0
"""The promise of the private map is attacked: how much is learned of one case from the map alone.

The attacker knows every other case and asks whether one case is in the log. It looks at the maps of both worlds, picks
the test that tells them apart best on one half of them, and is judged on the other half: what it wins bounds ε from
below with certainty of 99.9 % (Wilson; Jagielski, Ullman & Oprea, "Auditing differentially private machine
learning", NeurIPS 2020; Ding et al., "Detecting violations of differential privacy", CCS 2018).
"""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from taktloom.evidence.proportions import share_interval
from taktloom.mining.privacy.noisy_graph import BEGIN, END, bounded_counts, private_graph
from taktloom.mining.statistics.arrays import LogArrays
from tests.mining.privacy.test_privacy import log

DRAWS = 6_000
SURE = 0.999
OTHERS = [[0, 1, 5]] * 6 + [[0, 2, 5]] * 4
TARGET = [0, 3, 4, 3, 4, 5]
Numbers = NDArray[np.float64]
Mechanism = Callable[[LogArrays, np.random.Generator], dict[tuple[str, str], int]]


def released(epsilon: float, contribution: int) -> Mechanism:
    def maps(of: LogArrays, generator: np.random.Generator) -> dict[tuple[str, str], int]:
        graph = private_graph(of, epsilon=epsilon, contribution=contribution, generator=generator)
        return {(flow.source, flow.target): flow.frequency for flow in graph.flows}

    return maps


def evidence(mechanism: Mechanism, traces: list[list[int]], contribution: int, seed: int) -> Numbers:
    """Per draw the sum over the edges that the target changes: what tells most about Laplace noise on them."""
    of, generator = log(*traces), np.random.default_rng(seed)
    edges = changed_edges(contribution)
    return np.array(
        [sum(draw.get(edge, 0) for edge in edges) for draw in (mechanism(of, generator) for _ in range(DRAWS))]
    )


def changed_edges(contribution: int) -> list[tuple[str, str]]:
    one, other = (bounded_counts(log(*OTHERS, *more), contribution) for more in ([], [TARGET]))
    names = log(*OTHERS, TARGET).activities
    return [
        (names[row] if row < len(names) else BEGIN, names[column] if column < len(names) else END)
        for row, column in np.argwhere(one != other).tolist()
    ]


def proven_epsilon(without: Numbers, having: Numbers) -> float:
    """The ε that the attack proves: what is less than this is refuted. The limit is chosen on the first half."""
    half = DRAWS // 2
    limits = np.unique(np.concatenate([without[:half], having[:half]]))
    limit = max(
        limits, key=lambda each: surely(int((having[:half] >= each).sum()), int((without[:half] >= each).sum()))
    )
    return surely(int((having[half:] >= limit).sum()), int((without[half:] >= limit).sum()))


def surely(hits: int, alarms: int) -> float:
    """The least log ratio of the two shares that so many of half the draws leave possible; 0 when it may be none."""
    low = share_interval(hits, DRAWS // 2, level=SURE).low
    high = share_interval(alarms, DRAWS // 2, level=SURE).high
    return math.log(low / high) if low > high else 0.0


def attacked(mechanism: Mechanism, contribution: int = 3) -> float:
    worlds = (evidence(mechanism, each, contribution, seed) for seed, each in enumerate((OTHERS, [*OTHERS, TARGET])))
    return proven_epsilon(*worlds)


@pytest.mark.parametrize("epsilon", [0.5, 1.0, 2.0])
def test_the_best_attack_never_proves_more_than_the_promised_epsilon(epsilon: float) -> None:
    proven = attacked(released(epsilon, 1), 1)

    assert 0.3 * epsilon <= proven <= epsilon  # far below, the test would prove nothing: the budget is used


def test_a_case_that_gives_several_transitions_is_hidden_as_well() -> None:
    assert attacked(released(1.0, 3)) <= 1.0


def test_the_attack_finds_noise_that_is_too_small() -> None:
    """Noise for one transition, while a case gives three: the mistake of forgetting the sensitivity."""

    def careless(of: LogArrays, generator: np.random.Generator) -> dict[tuple[str, str], int]:
        counts, names = bounded_counts(of, 3), of.activities
        ratio = math.exp(-1.0)
        noise = generator.geometric(1 - ratio, counts.shape) - generator.geometric(1 - ratio, counts.shape)
        return {
            (names[row] if row < len(names) else BEGIN, names[column] if column < len(names) else END): int(number)
            for (row, column), number in np.ndenumerate(counts + noise)
            if number > 0
        }

    assert attacked(careless) > 1.2


def test_the_attack_finds_an_edge_that_only_shows_when_it_occurs() -> None:
    """Noise on edges that occur, none on those that do not: a rare edge then gives its case away."""

    def revealing(of: LogArrays, generator: np.random.Generator) -> dict[tuple[str, str], int]:
        there = released(1.0, 3)(of, generator)
        counts, names = bounded_counts(of, 3), [*of.activities, END]
        known = {(names[row] if row < len(names) - 1 else BEGIN, names[column]) for row, column in np.argwhere(counts)}
        return {edge: number for edge, number in there.items() if edge in known}

    assert attacked(revealing) > 1.2
