# SPDX-License-Identifier: Apache-2.0
"""The part of a map that is shown: cut by shares, never into islands or dead ends."""

from taktloom.mining.drawing.map_parts import flows_shown, select_map
from taktloom.mining.statistics.arrays import NO_TIMES
from taktloom.mining.statistics.directly_follows import ActivityNode, DirectlyFollowsGraph, Flow


def _flow(source: str, target: str, frequency: int) -> Flow:
    return Flow(source=source, target=target, frequency=frequency, cases=frequency, elapsed=NO_TIMES)


def _node(activity: str, events: int, *, first: int = 0, last: int = 0) -> ActivityNode:
    return ActivityNode(
        activity=activity,
        events=events,
        cases=events,
        first_in=first,
        last_in=last,
        elapsed_before=NO_TIMES,
        working=NO_TIMES,
    )


def _names(graph: DirectlyFollowsGraph) -> list[str]:
    return [node.activity for node in graph.nodes]


def test_rare_connections_are_cut_but_every_activity_keeps_its_most_frequent_way_in_and_out() -> None:
    flows = [_flow("a", "b", 9), _flow("b", "c", 8), _flow("a", "c", 3), _flow("c", "d", 1), _flow("b", "d", 1)]

    shown = flows_shown(flows, 0.2)

    assert [(flow.source, flow.target) for flow in shown] == [("a", "b"), ("b", "c"), ("c", "d")]


def test_a_repetition_is_nobodys_way_in_or_out() -> None:
    flows = [_flow("a", "a", 9), _flow("a", "b", 1)]

    assert [(flow.source, flow.target) for flow in flows_shown(flows, 0.0)] == [("a", "a"), ("a", "b")]


def test_a_shown_activity_whose_next_step_is_rarer_brings_it_so_that_it_looks_like_no_end() -> None:
    graph = DirectlyFollowsGraph(
        nodes=(_node("a", 10, first=10), _node("z", 10, last=10), _node("ask", 5), _node("got", 4)),
        flows=(_flow("a", "z", 6), _flow("a", "ask", 5), _flow("ask", "got", 4), _flow("got", "z", 4)),
    )

    assert _names(select_map(graph, activities=0.75, flows=1.0)) == ["a", "z", "ask", "got"]
    assert _names(select_map(graph, activities=0.5, flows=1.0)) == ["a", "z"]


def test_an_activity_at_which_more_cases_end_than_go_on_brings_nothing() -> None:
    graph = DirectlyFollowsGraph(
        nodes=(_node("a", 10, first=10, last=8), _node("b", 2, last=2)), flows=(_flow("a", "b", 2),)
    )

    assert _names(select_map(graph, activities=0.5, flows=1.0)) == ["a"]


def test_ways_of_ways_never_make_a_wide_process_more_than_a_screen_holds() -> None:
    count = 200
    names = [f"a{number:03}" for number in range(count)]
    graph = DirectlyFollowsGraph(
        nodes=tuple(_node(name, count - number) for number, name in enumerate(names)),
        flows=tuple(_flow(name, names[(number + 97) % count], count - number) for number, name in enumerate(names)),
    )

    assert len(_names(select_map(graph, activities=0.05, flows=1.0))) == 24
    assert len(_names(select_map(graph, activities=0.2, flows=1.0))) == 80
    assert set(names[:10]) <= set(_names(select_map(graph, activities=0.05, flows=1.0)))
