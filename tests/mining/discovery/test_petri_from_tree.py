# SPDX-License-Identifier: Apache-2.0
"""Nets of trees are sound and say what the tree says."""

from hypothesis import given

from taktloom.mining.discovery.petri_from_tree import petri_net_from_tree
from taktloom.mining.discovery.process_tree import ProcessTree
from taktloom.mining.petri import Marking, PetriNet, fire, reachable_markings, tokens_in
from tests.mining.trees import any_trees, language_of, traces_of


@given(any_trees())
def test_every_net_is_safe_and_sound(tree: ProcessTree) -> None:
    net = petri_net_from_tree(tree)

    reached = dict(reachable_markings(net))
    fired = {index for enabled in reached.values() for index in enabled}

    assert all(tokens_in(marking, place) <= 1 for marking in reached for place in range(len(net.places)))
    assert fired == set(range(len(net.transitions)))
    assert [m for m in reached if tokens_in(m, net.final)] == [net.final_marking]
    assert _can_all_finish(net, reached)


def _can_all_finish(net: PetriNet, reached: dict[Marking, tuple[int, ...]]) -> bool:
    finishing, grown = {net.final_marking}, True
    while grown:
        before = len(finishing)
        finishing |= {
            marking
            for marking, enabled in reached.items()
            if any(fire(net.transitions[index], marking) in finishing for index in enabled)
        }
        grown = len(finishing) > before
    return finishing == set(reached)


@given(any_trees())
def test_short_traces_of_the_net_are_those_of_the_tree(tree: ProcessTree) -> None:
    assert traces_of(petri_net_from_tree(tree), 4) == language_of(tree, 4)
