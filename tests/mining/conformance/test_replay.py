# SPDX-License-Identifier: Apache-2.0
"""Token-based replay against hand counts, and against a brute-force search."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.mining.conformance.replay import Replayer, check_fitness
from taktloom.mining.discovery.petri_from_tree import petri_net_from_tree
from taktloom.mining.discovery.process_tree import SILENT, ActivityLeaf, ProcessTree, exclusive, parallel, sequence
from tests.mining.trees import any_trees, traces_of, trees_without_nested_loops

A, B, C = ActivityLeaf("a"), ActivityLeaf("b"), ActivityLeaf("c")


@given(trees_without_nested_loops())
def test_every_trace_of_the_model_fits_and_costs_nothing(tree: ProcessTree) -> None:
    net = petri_net_from_tree(tree)
    replayer = Replayer(net)

    assert [trace for trace in traces_of(net, 5) if replayer.replay(trace).fitness < 1] == []


@given(any_trees(), st.lists(st.sampled_from("abcde"), max_size=4).map(tuple))
def test_a_trace_outside_the_language_never_fits(tree: ProcessTree, trace: tuple[str, ...]) -> None:
    net = petri_net_from_tree(tree)

    assert not Replayer(net).replay(trace).is_fitting or trace in traces_of(net, len(trace))


def test_a_skipped_step_costs_one_missing_and_one_remaining_token() -> None:
    net = petri_net_from_tree(sequence(A, B, C))

    replay = Replayer(net).replay(("a", "c"))

    assert (replay.missing, replay.consumed, replay.remaining, replay.produced) == (1, 3, 1, 3)
    assert replay.fitness == pytest.approx(0.5 * (1 - 1 / 3) + 0.5 * (1 - 1 / 3))


def test_an_activity_that_the_net_does_not_know_counts_as_missing_and_consumed() -> None:
    replay = Replayer(petri_net_from_tree(sequence(A, B))).replay(("a", "x", "b"))

    assert (replay.missing, replay.consumed, replay.remaining, replay.produced) == (1, 4, 0, 3)


def test_fitness_of_a_log_weighs_variants_by_cases() -> None:
    net = petri_net_from_tree(sequence(A, B, C))

    report = check_fitness(net, {("a", "b", "c"): 3, ("a", "c"): 1})

    assert report.fitness == pytest.approx(0.5 * (1 - 1 / 15) + 0.5 * (1 - 1 / 15))
    assert (report.fitting_cases, report.cases) == (3, 4)
    assert report.variants[1].deviations == ("1 missing before 'c'", "1 remaining")


def test_silent_steps_in_a_parallel_block_are_taken_without_cost() -> None:
    net = petri_net_from_tree(sequence(parallel(exclusive(A, SILENT), exclusive(B, SILENT)), C))

    report = check_fitness(net, {("b", "a", "c"): 1, ("c",): 1, ("b", "c"): 1})

    assert (report.fitness, report.fitting_cases) == (1.0, 3)
