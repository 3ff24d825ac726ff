# SPDX-License-Identifier: Apache-2.0
"""The parallel and the sequence cut against their definitions, by plain loops over pairs."""

from hypothesis import given
from hypothesis import strategies as st

from taktloom.mining.discovery.cuts import _components, _parallel_cut, _sequence_cut
from taktloom.mining.discovery.follows import FollowsGraph

ACTIVITIES = st.integers(0, 7)


@st.composite
def graphs(draw: st.DrawFn) -> FollowsGraph:
    alphabet = tuple(sorted(draw(st.sets(ACTIVITIES, min_size=2, max_size=7))))
    one = st.sampled_from(alphabet)
    edges = draw(st.sets(st.tuples(one, one), max_size=45))
    starts, ends = draw(st.sets(one, min_size=1)), draw(st.sets(one, min_size=1))
    return FollowsGraph(alphabet, dict.fromkeys(edges, 1), dict.fromkeys(starts, 1), dict.fromkeys(ends, 1))


def _reached(graph: FollowsGraph, first: int) -> set[int]:
    found, fresh = set[int](), {first}
    while fresh:
        fresh = {target for source, target in graph.edges if source in fresh} - found
        found |= fresh
    return found


@given(graphs())
def test_activities_of_two_parallel_parts_follow_each_other_in_both_directions(graph: FollowsGraph) -> None:
    cut = _parallel_cut(graph)

    for index, part in enumerate(cut.parts if cut else ()):
        assert not part.isdisjoint(graph.starts)
        assert not part.isdisjoint(graph.ends)
        for other in cut.parts[index + 1 :] if cut else ():
            assert all((a, b) in graph.edges and (b, a) in graph.edges for a in part for b in other)


@given(graphs())
def test_parts_of_a_sequence_are_reached_forwards_only_and_there_is_none_in_a_ring(graph: FollowsGraph) -> None:
    reach = {activity: _reached(graph, activity) for activity in graph.alphabet}
    cut = _sequence_cut(graph)

    if all(reach[one] >= set(graph.alphabet) for one in graph.alphabet):
        assert cut is None
    for index, part in enumerate(cut.parts if cut else ()):
        for other in cut.parts[index + 1 :] if cut else ():
            assert all(a not in reach[b] for a in part for b in other)


def test_components_are_told_by_their_smallest_member() -> None:
    related = {1: 1 << 5, 5: 1 << 1, 3: 0}

    assert _components((1, 3, 5), related) == [frozenset({1, 5}), frozenset({3})]
