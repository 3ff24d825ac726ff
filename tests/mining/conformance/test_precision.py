# SPDX-License-Identifier: Apache-2.0
"""Escaping-edges precision equals the paper's definition, computed by brute force."""

from itertools import islice

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from taktloom.mining.conformance import precision
from taktloom.mining.conformance.precision import measure_precision
from taktloom.mining.discovery.miners import Miner, MinerSettings, discover_model
from taktloom.mining.discovery.petri_from_tree import petri_net_from_tree
from taktloom.mining.discovery.process_tree import SILENT, ActivityLeaf, ProcessTree, exclusive, loop, sequence
from taktloom.mining.petri import Marking, PetriNet, Transition, fire, reachable_markings, tokens_in
from tests.mining.trees import trees_without_nested_loops

MANY = 300
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


@given(
    st.dictionaries(st.text("abcd", min_size=1, max_size=5).map(tuple), st.integers(1, 4), min_size=1, max_size=4),
    st.dictionaries(st.text("abcd", max_size=5).map(tuple), st.integers(1, 4), min_size=1, max_size=4),
)
def test_precision_equals_the_definition_on_nets_with_inclusive_splits(
    known: dict[tuple[str, ...], int], log: dict[tuple[str, ...], int]
) -> None:
    net = discover_model(known, MinerSettings(miner=Miner.HEURISTICS)).net
    assume(sum(1 for _ in islice(reachable_markings(net), MANY)) < MANY)

    assert measure_precision(net, log) == pytest.approx(_precision_by_definition(net, log))


def test_a_silent_choice_is_not_made_before_later_events_tell_it() -> None:
    net = _one_or_both()

    found = measure_precision(net, {("a", "b", "d"): 1, ("a", "c", "d"): 1, ("a", "b", "c", "d"): 1})

    # after a: b, c; after a b: c, d; after a c: b, d, of which b never comes; elsewhere what comes
    assert found == pytest.approx(1 - 1 / (3 * 1 + 3 * 2 + 2 * 2 + 1 * 2 + 1 * 1))


def test_a_net_with_too_many_states_for_a_prefix_is_walked_lazily(monkeypatch: pytest.MonkeyPatch) -> None:
    log = {("a", "b", "d"): 1, ("a", "c", "d"): 1, ("a", "b", "c", "d"): 1}
    exact = measure_precision(_one_or_both(), log)

    monkeypatch.setattr(precision, "MAX_STATES", 1)

    assert measure_precision(_one_or_both(), log) != pytest.approx(exact)


def _one_or_both() -> PetriNet:
    """a, then b, c or both in any order, then d; which of the three is chosen silently after a."""
    silent = [((1,), (2,)), ((1,), (3,)), ((1,), (4, 5)), ((6, 7), (8,))]
    steps = [("a", 0, 1), ("b", 2, 8), ("c", 3, 8), ("b", 4, 6), ("c", 5, 7), ("d", 8, 9)]
    transitions = [
        *(Transition(id=f"v{at}", label=name, inputs=(i,), outputs=(o,)) for at, (name, i, o) in enumerate(steps)),
        *(Transition(id=f"s{at}", label=None, inputs=i, outputs=o) for at, (i, o) in enumerate(silent)),
    ]
    return PetriNet(
        places=tuple(f"p{number}" for number in range(10)), transitions=tuple(transitions), initial=0, final=9
    )


def test_a_model_that_allows_just_the_log_is_precise() -> None:
    assert measure_precision(petri_net_from_tree(sequence(A, B)), {("a", "b"): 3}) == 1.0


def test_an_unused_branch_is_one_escaping_edge() -> None:
    net = petri_net_from_tree(sequence(A, exclusive(B, C)))

    assert measure_precision(net, {("a", "b"): 4}) == pytest.approx(1 - 1 / 3)


def test_the_flower_model_is_imprecise() -> None:
    net = petri_net_from_tree(loop(exclusive(A, B, C), SILENT))

    assert measure_precision(net, {("a", "b"): 1}) == pytest.approx(2 / 9)
