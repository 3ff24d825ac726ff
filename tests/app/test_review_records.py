# SPDX-License-Identifier: Apache-2.0
"""The map that the doors show: cut by shares, never into islands."""

from taktloom.app.review_records import flows_shown
from taktloom.mining.statistics.arrays import NO_TIMES
from taktloom.mining.statistics.directly_follows import Flow


def _flow(source: str, target: str, frequency: int) -> Flow:
    return Flow(source=source, target=target, frequency=frequency, cases=frequency, elapsed=NO_TIMES)


def test_rare_connections_are_cut_but_every_activity_keeps_its_most_frequent_way_in_and_out() -> None:
    flows = [_flow("a", "b", 9), _flow("b", "c", 8), _flow("a", "c", 3), _flow("c", "d", 1), _flow("b", "d", 1)]

    shown = flows_shown(flows, 0.2)

    assert [(flow.source, flow.target) for flow in shown] == [("a", "b"), ("b", "c"), ("c", "d")]


def test_a_repetition_is_nobodys_way_in_or_out() -> None:
    flows = [_flow("a", "a", 9), _flow("a", "b", 1)]

    assert [(flow.source, flow.target) for flow in flows_shown(flows, 0.0)] == [("a", "a"), ("a", "b")]
