# SPDX-License-Identifier: Apache-2.0
"""Logs of a shape that no process has: refused by name, or heeded all the way."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from taktloom.mining.conformance.declare import discover_constraints
from taktloom.mining.conformance.replay import Replayer, check_fitness
from taktloom.mining.discovery.coding import TooManyActivitiesError
from taktloom.mining.discovery.miners import Miner, MinerSettings, discover_model
from taktloom.mining.drawing.layered import DrawingTooLargeError, draw_layered
from taktloom.mining.prediction.forecasting import PredictionRequest, predict_log
from taktloom.mining.prediction.tasks import Task
from taktloom.mining.privacy.noisy_graph import private_graph
from taktloom.mining.statistics.arrays import LogArrays
from taktloom.mining.statistics.resources import classify_resources
from taktloom.mining.watching import HEED_EVERY, watched_by

DAY_US = 86_400_000_000


def wide_log(cases: int, length: int, activities: int) -> LogArrays:
    """Activities in turn, a case a day."""
    size = cases * length
    at = np.repeat(np.arange(cases), length) * DAY_US + np.tile(np.arange(length), cases) * 1_000_000
    return LogArrays(
        activities=[f"a{number}" for number in range(activities)],
        resources=[],
        roles=[],
        case=np.repeat(np.arange(cases), length).astype(np.uint32),
        activity=np.arange(size) % activities,
        resource=np.full(size, -1),
        role=np.full(size, -1),
        occurred_at=at,
        started_at=None,
        has_start=np.zeros(size, dtype=np.bool_),
        local=at,
    )


def heeds_of(work: Callable[[], object]) -> int:
    heard = [0]

    def report(stage: str, done: int, total: int | None) -> None:
        del stage, done, total
        heard[0] += 1

    with watched_by(report):
        work()
    return heard[0]


def test_a_private_map_of_too_many_activities_is_refused_before_noise_is_drawn_for_every_pair() -> None:
    with pytest.raises(TooManyActivitiesError) as refused:
        private_graph(wide_log(100, 20, 1_001), epsilon=1, contribution=10)

    assert refused.value.parameters == {"activities": "1001", "limit": "1000"}


def test_the_next_of_too_many_activities_is_not_foretold() -> None:
    with pytest.raises(TooManyActivitiesError):
        predict_log(wide_log(200, 3, 501), PredictionRequest(task=Task.NEXT_ACTIVITY))


def test_of_more_chances_of_the_next_activity_than_fit_in_memory_whole_cases_are_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("taktloom.mining.prediction.forecasting.MOST_CHANCES", 3_600)  # of 1,000 x 3 x 6

    found, answers = predict_log(wide_log(1_000, 3, 5), PredictionRequest(task=Task.NEXT_ACTIVITY))

    assert found.cases == 1_000
    assert 160 <= found.drawn_cases <= 240
    assert found.learned_rows % 3 == 0
    assert found.held_out_rows == 3 * found.held_out_cases == answers.truth.size


def test_a_picture_of_a_hundred_thousand_lines_is_refused() -> None:
    sizes = {f"a{number}": (10.0, 10.0) for number in range(1_000)}
    lines = [(f"a{number % 1_000}", f"a{number // 1_000}") for number in range(200_000)]

    with pytest.raises(DrawingTooLargeError):
        draw_layered(sizes, lines)


def test_a_picture_of_few_lines_with_many_bends_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("taktloom.mining.drawing.layered.MOST_PLACES", 20_000)
    sizes = {f"a{number}": (10.0, 10.0) for number in range(201)}
    chain = [(f"a{number}", f"a{number + 1}") for number in range(200)]
    far = [(f"a{number}", f"a{200 - number}") for number in range(99)] + [(f"a{n}", f"a{199 - n}") for n in range(99)]

    assert len(draw_layered(sizes, chain).boxes) == 201
    with pytest.raises(DrawingTooLargeError):
        draw_layered(sizes, [*chain, *far, *((f"a{n}", f"a{198 - n}") for n in range(98))])


@pytest.mark.parametrize("miner", [Miner.HEURISTICS, Miner.INDUCTIVE])
def test_a_model_of_one_long_case_can_be_stopped_while_it_is_found_and_replayed(miner: Miner) -> None:
    draw = np.random.default_rng(1)
    trace = tuple(f"a{number}" for number in draw.integers(0, 5, 20_000).tolist())

    finding = heeds_of(lambda: discover_model({trace: 1}, MinerSettings(miner=miner)))
    net = discover_model({trace[:500]: 1}, MinerSettings(miner=Miner.INDUCTIVE)).net

    assert finding > 50 if miner is Miner.HEURISTICS else finding > 0
    assert heeds_of(lambda: check_fitness(net, {trace: 1})) > 50
    assert heeds_of(lambda: discover_constraints({trace: 1})) > 50
    assert Replayer(net).replay(trace[:500]).is_fitting


def test_resources_by_the_thousand_are_judged_while_somebody_may_stop_it() -> None:
    size = 5_000
    log = replace(wide_log(1_000, 5, 5), resources=[f"r{number}" for number in range(size)], resource=np.arange(size))

    found = heeds_of(lambda: classify_resources(log, has_local_clock=True, finest_unit_us=1))

    assert found >= 2 * size // HEED_EVERY
