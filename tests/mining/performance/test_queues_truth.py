# SPDX-License-Identifier: Apache-2.0
"""Queues before several desks: what queueing theory knows of them is measured."""

import math

import numpy as np
import pytest

from taktloom.mining.performance.queues import measure_queues
from tests.mining.performance.waiting_truth import HOUR, MONDAY_US, two_steps


def erlang_c(arrivals: float, served: float, desks: int) -> tuple[float, float]:
    """Mean number and time waiting in an M/M/c queue (rates per hour)."""
    load = arrivals / served
    all_busy = load**desks / math.factorial(desks) / (1 - load / desks)
    waits = all_busy / (sum(load**each / math.factorial(each) for each in range(desks)) + all_busy)
    mean = waits / (desks * served - arrivals)
    return arrivals * mean, mean


@pytest.mark.parametrize(("arrivals", "desks"), [(0.7, 1), (2.4, 3), (3.0, 5)])
def test_the_queue_before_several_desks_is_that_of_erlang_and_of_little(arrivals: float, desks: int) -> None:
    queued, waited = [], []
    for seed in range(8):
        draw, free, work = np.random.default_rng(seed), np.zeros(desks), []
        comes = np.cumsum(draw.exponential(1 / arrivals, 5_000))
        for at in comes.tolist():
            desk = int(free.argmin())
            begin = max(at, float(free[desk]))
            free[desk] = begin + draw.exponential(1.0)
            work.append((MONDAY_US + int(begin * HOUR), MONDAY_US + int(free[desk] * HOUR)))
        found = measure_queues(two_steps(MONDAY_US + (comes * HOUR).astype(np.int64), work))
        assert found is not None
        queued.append(found[0].mean_cases)
        waited.append(found[0].mean_wait_s / 3_600)
        assert found[0].mean_cases == pytest.approx(arrivals * waited[-1], rel=0.06)

    expected = erlang_c(arrivals, 1.0, desks)
    assert (np.mean(queued), np.mean(waited)) == pytest.approx(expected, rel=0.12)
