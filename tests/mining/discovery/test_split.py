# SPDX-License-Identifier: Apache-2.0
"""The split miner: concurrency, loops, pruning, and soundness whatever the log."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.mining.conformance import check_fitness
from taktloom.mining.conformance.process_net import process_net
from taktloom.mining.discovery.bpmn_from_sketch import bpmn_from_sketch
from taktloom.mining.discovery.coding import ThresholdOutOfRangeError, VariantCounts
from taktloom.mining.discovery.dominators import immediate_dominators
from taktloom.mining.discovery.gateway_plan import Group, plan_gateways
from taktloom.mining.discovery.sketch import NodeKind, ProcessSketch
from taktloom.mining.discovery.split import discover_split
from taktloom.mining.discovery.split_graph import split_graph
from taktloom.mining.net_soundness import check_soundness
from taktloom.mining.petri import PetriNet
from taktloom.model.identifiers import ProcessId
from tests.mining.trees import traces_of

LOGS = st.dictionaries(st.lists(st.sampled_from("abcde"), max_size=7).map(tuple), st.integers(1, 9), max_size=12)


def net_of(sketch: ProcessSketch) -> PetriNet:
    return process_net(bpmn_from_sketch(sketch, process_id=ProcessId("p"))).net


def words(*texts: str) -> VariantCounts:
    return {tuple(text): 10 for text in texts}


@given(LOGS, st.sampled_from([0.0, 0.1, 0.5, 1.0]), st.sampled_from([0.0, 0.4, 1.0]))
def test_every_model_is_sound_and_has_every_activity_once(
    log: dict[tuple[str, ...], int], concurrency: float, filtering: float
) -> None:
    net = net_of(discover_split(log, concurrency=concurrency, filtering=filtering))

    assert check_soundness(net).is_sound
    assert set(net.labels) == {activity for trace in log for activity in trace}


@pytest.mark.parametrize(
    ("log", "language"),
    [
        (words("abd", "acd"), {"abd", "acd"}),
        (words("abcd", "acbd"), {"abcd", "acbd"}),
        (words("abcef", "acbef", "adef"), {"abcef", "acbef", "adef"}),
        (words("ab", "aab", "aaab"), {"ab", "aab", "aaab", "aaaab"}),
        (words("abcd", "abcbcd"), {"abcd", "abcbcd"}),
    ],
    ids=["choice", "parallel", "choice of parallel and alternative", "loop of one", "loop of two"],
)
def test_a_structure_is_found_from_its_traces(log: VariantCounts, language: set[str]) -> None:
    net = net_of(discover_split(log, filtering=0))

    longest = max(len(word) for word in language)
    assert {"".join(trace) for trace in traces_of(net, longest)} >= language
    assert check_fitness(net, log).fitness == 1.0


def test_two_orders_of_unequal_frequency_are_a_sequence_whose_rare_order_does_not_fit() -> None:
    net = net_of(discover_split({tuple("abcd"): 95, tuple("acbd"): 5}))

    assert {"".join(trace) for trace in traces_of(net, 6)} == {"abcd"}


def test_a_rare_way_goes_unless_an_activity_lies_on_it_alone() -> None:
    log = {tuple("abc"): 100, tuple("ac"): 2, tuple("abdc"): 2}

    pruned = net_of(discover_split(log, filtering=1.0))

    assert {"".join(trace) for trace in traces_of(pruned, 4)} == {"abc", "abdc"}


def test_an_empty_log_gives_a_start_that_leads_to_the_end() -> None:
    sketch = discover_split({})

    assert [node.kind for node in sketch.nodes] == [NodeKind.START, NodeKind.END]
    assert [(flow.source, flow.target) for flow in sketch.flows] == [("start", "end")]


def test_the_order_of_the_variants_does_not_change_the_model() -> None:
    log = {tuple("abcd"): 5, tuple("acbd"): 5, tuple("aed"): 3}

    assert discover_split(dict(reversed(list(log.items())))) == discover_split(log)


def test_a_threshold_out_of_range_is_refused() -> None:
    with pytest.raises(ThresholdOutOfRangeError, match="TL-2125"):
        discover_split({("a",): 1}, filtering=2)


def test_alternation_is_a_loop_and_not_concurrency() -> None:
    graph = split_graph({(0, 1, 2, 1, 3): 10, (0, 1, 3): 10}, 4, concurrency=0.5, filtering=0)

    assert graph.concurrent == frozenset()
    assert {(1, 2), (2, 1)} <= set(graph.edges)


def test_branches_are_grouped_by_their_companions() -> None:
    beside = {(0, 1), (1, 0)}

    assert plan_gateways(3, lambda i, j: (i, j) in beside) == Group(False, (Group(True, (0, 1)), 2))
    assert plan_gateways(3, lambda i, j: i != j) == Group(True, (0, 1, 2))
    assert plan_gateways(1, lambda i, j: False) == 0


def test_dominators_of_a_diamond_with_a_loop() -> None:
    graph = {0: [1], 1: [2, 3], 2: [4], 3: [4], 4: [1, 5]}

    assert immediate_dominators(graph, 0) == {1: 0, 2: 1, 3: 1, 4: 1, 5: 4}
