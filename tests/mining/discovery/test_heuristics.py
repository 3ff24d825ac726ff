# SPDX-License-Identifier: Apache-2.0
"""The bindings of the heuristics miner are those of its paper, found by looking from each event in both directions."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from taktloom.mining.discovery.heuristics import HeuristicsThresholds, discover_causal_net

traces = st.lists(st.text("abcd", max_size=12).map(tuple), min_size=1, max_size=8)


@settings(max_examples=60)
@given(log=traces)
def test_the_most_frequent_bindings_are_those_of_the_nearest_causes_and_followers(log: list[tuple[str, ...]]) -> None:
    net = discover_causal_net(Counter(log), thresholds=HeuristicsThresholds(dependency=0.5, binding_share=0))
    causes = {code: set().union(*bindings) for code, bindings in net.inputs.items()}
    followers = {code: set().union(*bindings) for code, bindings in net.outputs.items()}
    code = {name: at for at, name in enumerate(net.names)}
    outputs: dict[int, Counter[frozenset[int]]] = {}
    for trace in log:
        framed = [net.start, *(code[each] for each in trace), net.end]
        links = {
            *((before, at) for at in range(len(framed)) if (before := nearest_before(framed, at, causes)) is not None),
            *((at, after) for at in range(len(framed)) if (after := nearest_after(framed, at, followers)) is not None),
        }
        for at, activity in enumerate(framed):
            if activated := frozenset(framed[after] for before, after in links if before == at):
                outputs.setdefault(activity, Counter())[activated] += 1

    for activity, counted in outputs.items():
        found = net.outputs[activity][: len(counted)]
        assert set(found) == set(counted)
        assert [counted[each] for each in found] == sorted(counted.values(), reverse=True)


def nearest_before(framed: list[int], at: int, causes: dict[int, set[int]]) -> int | None:
    return next((one for one in range(at - 1, -1, -1) if framed[one] in causes.get(framed[at], set())), None)


def nearest_after(framed: list[int], at: int, followers: dict[int, set[int]]) -> int | None:
    return next((one for one in range(at + 1, len(framed)) if framed[one] in followers.get(framed[at], set())), None)
