# SPDX-License-Identifier: Apache-2.0
"""Escaping-edges precision equals the paper's definition, computed by brute force."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.mining.conformance.precision import measure_precision
from taktloom.mining.discovery.petri_from_tree import petri_net_from_tree
from taktloom.mining.discovery.process_tree import SILENT, ActivityLeaf, ProcessTree, exclusive, loop, sequence
from taktloom.mining.petri import Marking, PetriNet, fire, tokens_in
from tests.mining.trees import trees_without_nested_loops

A, B, C = ActivityLeaf("a"), ActivityLeaf("b"), ActivityLeaf("c")


def _closure(net: PetriNet, markings: frozenset[Marking]) -> frozenset[Marking]:
    queue = list(markings)
    seen = set(queue)
    for marking in queue:
        for transition in net.transitions:
            if transition.label is None and all(tokens_in(marking, p) for p in transition.inputs):
                after = fire(transition, marking)
                if after not in seen:
                    seen.add(after)
                    queue.append(after)
    return frozenset(seen)


def _steps(net: PetriNet, markings: frozenset[Marking]) -> dict[str, frozenset[Marking]]:
    found: dict[str, set[Marking]] = {}
    for marking in _closure(net, markings):
        for transition in net.transitions:
            if transition.label is not None and all(tokens_in(marking, p) for p in transition.inputs):
                found.setdefault(transition.label, set()).add(fire(transition, marking))
    return {label: frozenset(after) for label, after in found.items()}


def _precision_by_definition(net: PetriNet, log: dict[tuple[str, ...], int]) -> float:
    """All markings that a prefix can lead to, silent steps anywhere; weights by cases; cut at the first deviation."""
    allowed_total = escaping = 0
    for trace, cases in log.items():
        markings = frozenset({net.initial_marking})
        for position in range(len(trace) + 1):
            steps = _steps(net, markings)
            prefix = trace[:position]
            seen = {t[position] for t in log if t[:position] == prefix and len(t) > position and t[position] in steps}
            allowed_total += cases * len(steps)
            escaping += cases * len(set(steps) - seen)
            if position == len(trace) or trace[position] not in steps:
                break
            markings = steps[trace[position]]
    return 1 - escaping / allowed_total if allowed_total else 1.0


@given(
    trees_without_nested_loops(),
    st.dictionaries(
        st.lists(st.sampled_from("abcde"), max_size=5).map(tuple), st.integers(1, 4), min_size=1, max_size=5
    ),
)
def test_precision_equals_the_definition_on_small_nets(tree: ProcessTree, log: dict[tuple[str, ...], int]) -> None:
    net = petri_net_from_tree(tree)

    assert measure_precision(net, log) == pytest.approx(_precision_by_definition(net, log))


def test_a_model_that_allows_just_the_log_is_precise() -> None:
    assert measure_precision(petri_net_from_tree(sequence(A, B)), {("a", "b"): 3}) == 1.0


def test_an_unused_branch_is_one_escaping_edge() -> None:
    net = petri_net_from_tree(sequence(A, exclusive(B, C)))

    assert measure_precision(net, {("a", "b"): 4}) == pytest.approx(1 - 1 / 3)


def test_the_flower_model_is_imprecise() -> None:
    net = petri_net_from_tree(loop(exclusive(A, B, C), SILENT))

    assert measure_precision(net, {("a", "b"): 1}) == pytest.approx(2 / 9)
