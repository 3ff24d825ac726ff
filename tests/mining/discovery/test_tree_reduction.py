# SPDX-License-Identifier: Apache-2.0
"""Reduction keeps the language."""

from hypothesis import given

from taktloom.mining.discovery.process_tree import (
    SILENT,
    ActivityLeaf,
    ProcessTree,
    describe_tree,
    exclusive,
    loop,
    sequence,
)
from taktloom.mining.discovery.tree_reduction import reduce_tree
from tests.mining.trees import any_trees, language_of

A, B, C = ActivityLeaf("a"), ActivityLeaf("b"), ActivityLeaf("c")


@given(any_trees())
def test_reduced_tree_has_the_same_short_traces(tree: ProcessTree) -> None:
    reduced = reduce_tree(tree)

    assert language_of(reduced, 4) == language_of(tree, 4)
    assert reduce_tree(reduced) == reduced


def test_a_loop_of_an_optional_part_becomes_an_optional_loop() -> None:
    assert describe_tree(reduce_tree(loop(exclusive(A, SILENT), SILENT))) == "×(↺('a', τ), τ)"


def test_nested_sequences_are_flattened_and_lose_silent_steps() -> None:
    assert describe_tree(reduce_tree(sequence(A, sequence(SILENT, B), C))) == "→('a', 'b', 'c')"


def test_a_choice_with_an_optional_branch_needs_no_silent_one() -> None:
    assert describe_tree(reduce_tree(exclusive(exclusive(A, SILENT), B, SILENT))) == "×('a', 'b', τ)"
