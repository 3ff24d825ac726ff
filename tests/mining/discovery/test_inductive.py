# SPDX-License-Identifier: Apache-2.0
"""The inductive miner: rediscovery, noise, determinism, fall-throughs."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.mining.discovery.coding import ThresholdOutOfRangeError
from taktloom.mining.discovery.inductive import discover_process_tree
from taktloom.mining.discovery.petri_from_tree import petri_net_from_tree
from taktloom.mining.discovery.process_tree import ProcessTree, activities_of, describe_tree
from tests.mining.trees import accepts, language_of, rediscoverable_trees


@given(rediscoverable_trees())
def test_a_block_structured_model_is_rediscovered_from_its_own_complete_log(tree: ProcessTree) -> None:
    log = dict.fromkeys(language_of(tree, 9), 1)

    found = discover_process_tree(log, noise=0)

    assert language_of(found, 9) == language_of(tree, 9)


@given(st.dictionaries(st.lists(st.sampled_from("abcd"), max_size=5).map(tuple), st.integers(1, 5), min_size=1))
def test_without_noise_filter_every_trace_of_any_log_fits(log: dict[tuple[str, ...], int]) -> None:
    tree = discover_process_tree(log, noise=0)

    assert set(activities_of(tree)) == {activity for trace in log for activity in trace}
    net = petri_net_from_tree(tree)
    assert [trace for trace in log if not accepts(net, trace)] == []


def test_the_order_of_variants_in_the_log_does_not_change_the_tree() -> None:
    log = {("a", "b", "c"): 5, ("a", "c", "b"): 4, ("a", "d"): 3, ("a", "b", "e", "b", "c"): 1, ("d", "a"): 1}
    shuffled = list(log.items())
    random.Random(7).shuffle(shuffled)

    assert discover_process_tree(dict(shuffled)) == discover_process_tree(log)


def test_infrequent_behaviour_below_the_threshold_leaves_the_model() -> None:
    log = {("a", "b", "c"): 100, ("c", "a"): 3}

    assert describe_tree(discover_process_tree(log, noise=0.2)) == "→('a', 'b', 'c')"
    assert describe_tree(discover_process_tree(log, noise=0)) != "→('a', 'b', 'c')"


def test_a_run_that_is_only_skipped_as_a_whole_stays_together() -> None:
    tree = discover_process_tree({("a", "b", "c", "d"): 1, ("a", "d"): 1})

    assert describe_tree(tree) == "→('a', ×(→('b', 'c'), τ), 'd')"


def test_an_empty_log_gives_a_silent_step() -> None:
    assert describe_tree(discover_process_tree({})) == "τ"


def test_one_activity_repeated_gives_a_loop() -> None:
    assert describe_tree(discover_process_tree({("a",): 1, ("a", "a"): 5, ("a", "a", "a"): 5})) == "↺('a', τ)"


def test_a_threshold_out_of_range_is_refused_with_its_code() -> None:
    with pytest.raises(ThresholdOutOfRangeError, match="TL-2125"):
        discover_process_tree({("a",): 1}, noise=1.5)
