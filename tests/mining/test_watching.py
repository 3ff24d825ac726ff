# SPDX-License-Identifier: Apache-2.0
from collections.abc import Callable

import numpy as np
import pytest

from taktloom.mining.conformance.model_quality import measure_quality
from taktloom.mining.discovery.miners import Miner, MinerSettings, choose_model, discover_model
from taktloom.mining.explanation.cohorts import ComparisonSettings, compare_cohorts
from taktloom.mining.explanation.profiles import profile_cases
from taktloom.mining.objects import read_object_log
from taktloom.mining.objects.object_net import discover_object_net
from taktloom.mining.watching import GRAIN, HEED_EVERY, Report, heed, heeding, step, tell, telling, watched_by
from tests.mining.explanation.simulated import simulate
from tests.mining.given_logs import given_path

Told = tuple[str, int, int | None]
VARIANTS = {("a", "b", "c"): 5, ("a", "c", "b"): 4, ("a", "d"): 2, ("a", "b", "b", "c"): 1}


class Stopped(Exception):
    """What a listener raises to stop a work."""


def heard_from(work: Callable[[], object]) -> list[Told]:
    heard: list[Told] = []
    with watched_by(lambda *told: heard.append(told)):
        work()
    return heard


def stopping_after(calls: int) -> Report:
    left = [calls]

    def report(stage: str, done: int, total: int | None) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Stopped

    return report


def test_where_nobody_listens_nothing_is_said_and_nothing_changes() -> None:
    tell("discovering", 1, 2)
    heed()
    items = [1, 2]

    assert heeding(items) is items
    assert telling(items, "replaying") is items


def test_a_listener_hears_what_is_told_and_again_what_was_told_last() -> None:
    def work() -> None:
        tell("reading", 1, 4)
        heed()
        tell("writing", 0)

    assert heard_from(work) == [("reading", 1, 4), ("reading", 1, 4), ("writing", 0, None)]


def test_nobody_listens_any_more_after_the_work() -> None:
    heard = heard_from(lambda: tell("reading", 1))
    tell("reading", 2)

    assert heard == [("reading", 1, None)]


def test_steps_nest_and_move_the_whole_on_under_the_outermost_name() -> None:
    def work() -> None:
        for number in range(2):
            with step("trying", number, 2):
                with step("discovering", 0, 2):
                    tell("discovering", 1, 2)
                with step("measuring", 1, 2):
                    tell("replaying", 3, 4)

    heard = heard_from(work)

    assert {stage for stage, _, _ in heard} == {"trying"}
    assert {total for _, _, total in heard} == {GRAIN}
    assert [done for _, done, _ in heard] == [0, 0, 125, 250, 437, 500, 500, 625, 750, 937]


def test_long_loops_are_told_a_thousand_times_at_most_and_short_ones_at_each_item() -> None:
    short = heard_from(lambda: list(telling(range(3), "replaying")))
    long = heard_from(lambda: list(telling(range(50_000), "replaying")))
    quiet = heard_from(lambda: list(heeding(range(HEED_EVERY * 3))))

    assert short == [("replaying", 0, 3), ("replaying", 1, 3), ("replaying", 2, 3)]
    assert (len(long), long[1]) == (GRAIN, ("replaying", 50, 50_000))
    assert len(quiet) == 3


@pytest.mark.parametrize("miner", Miner)
def test_every_miner_and_its_quality_tell_how_far_they_are_and_stop_when_asked(miner: Miner) -> None:
    def work() -> None:
        measure_quality(discover_model(VARIANTS, MinerSettings(miner=miner)).net, VARIANTS)

    heard = heard_from(work)

    assert len(heard) >= 10
    for calls in range(len(heard)):
        with pytest.raises(Stopped), watched_by(stopping_after(calls)):
            work()


def test_the_choice_among_miners_goes_forward_only() -> None:
    candidates = (MinerSettings(miner=Miner.INDUCTIVE), MinerSettings(miner=Miner.SPLIT))

    heard = heard_from(lambda: choose_model(VARIANTS, VARIANTS, candidates=candidates))

    assert {(stage, total) for stage, _, total in heard} == {("trying miners", GRAIN)}
    assert [done for _, done, _ in heard] == sorted(done for _, done, _ in heard)
    assert len({done for _, done, _ in heard}) > 10


@pytest.mark.data
def test_an_object_centric_net_is_discovered_type_by_type() -> None:
    orders = read_object_log(given_path("example_log.jsonocel"), timezone="Europe/Berlin").log

    heard = heard_from(lambda: discover_object_net(orders))

    assert {stage for stage, _, _ in heard} == {"joining events and objects", "discovering"}
    assert [done for stage, done, _ in heard if stage == "discovering"] == sorted(
        done for stage, done, _ in heard if stage == "discovering"
    )
    with pytest.raises(Stopped), watched_by(stopping_after(3)):
        discover_object_net(orders)


def test_a_comparison_of_cohorts_only_ever_moves_on() -> None:
    profiles = profile_cases(simulate(1, cases=120).log)
    first, second = profiles.only(np.arange(60)), profiles.only(np.arange(60, 120))

    heard = heard_from(lambda: compare_cohorts(first, second, ComparisonSettings(permutations=99)))
    shares = [done / total for _, done, total in heard if total]

    assert {stage for stage, _, _ in heard} == {"comparing"}
    assert shares == sorted(shares)
    assert len(set(shares)) > 3
