# SPDX-License-Identifier: Apache-2.0
"""Every statistic on every given log equals the loops of the plain reading."""

from collections import Counter
from functools import cache

import pytest

from taktloom.mining.logs.variants import variant_id
from taktloom.mining.statistics.arrays import LogArrays, TimeSummary, load_arrays
from taktloom.mining.statistics.directly_follows import DirectlyFollowsGraph, discover_directly_follows_graph
from taktloom.mining.statistics.durations import measure_case_durations
from taktloom.mining.statistics.handovers import measure_hand_overs, measure_hand_overs_into
from taktloom.mining.statistics.rework import measure_rework
from taktloom.mining.statistics.rubber_stamps import find_rubber_stamps
from tests.mining import log_oracle
from tests.mining.given_logs import CASE_LEVEL_LOGS, given_log, given_path

pytestmark = [pytest.mark.data, pytest.mark.parametrize("name", CASE_LEVEL_LOGS)]


@cache
def arrays_of(name: str) -> LogArrays:
    return load_arrays(given_log(name))


@cache
def graph_of(name: str) -> DirectlyFollowsGraph:
    return discover_directly_follows_graph(arrays_of(name))


def assert_times(found: TimeSummary, expected_us: list[int]) -> None:
    assert found.count == len(expected_us)
    assert found.mean_s == pytest.approx(log_oracle.mean(expected_us) / 1e6, rel=1e-12)
    assert found.median_s == pytest.approx(log_oracle.quantile(expected_us, 0.5) / 1e6, rel=1e-12)
    assert found.p95_s == pytest.approx(log_oracle.quantile(expected_us, 0.95) / 1e6, rel=1e-12)


def test_variants(name: str) -> None:
    expected = log_oracle.variants(log_oracle.read_plain_log(given_path(name)))

    found = given_log(name).variants()

    assert {variant.activities: variant.cases for variant in found.variants} == dict(expected)
    assert [variant.cases for variant in found.variants] == sorted(expected.values(), reverse=True)
    assert all(variant.id == variant_id(variant.activities) for variant in found.variants)


def test_flows_with_frequency_cases_and_times(name: str) -> None:
    plain = log_oracle.read_plain_log(given_path(name))
    gaps, cases = log_oracle.flow_gaps(plain), log_oracle.flow_cases(plain)

    flows = graph_of(name).flows

    assert {(flow.source, flow.target): flow.frequency for flow in flows} == {
        pair: len(each) for pair, each in gaps.items()
    }
    assert {(flow.source, flow.target): flow.cases for flow in flows} == cases
    for flow in flows:
        assert_times(flow.elapsed, gaps[flow.source, flow.target])


def test_activities_with_frequency_and_times(name: str) -> None:
    plain = log_oracle.read_plain_log(given_path(name))
    steps = list(plain.cases.values())
    gaps, working = log_oracle.gaps_before(plain), log_oracle.working_times(plain)

    nodes = {node.activity: node for node in graph_of(name).nodes}

    assert {each: node.events for each, node in nodes.items()} == Counter(s.activity for case in steps for s in case)
    assert {each: node.cases for each, node in nodes.items()} == Counter(
        activity for case in steps for activity in {s.activity for s in case}
    )
    assert +Counter({each: node.first_in for each, node in nodes.items()}) == Counter(c[0].activity for c in steps)
    assert +Counter({each: node.last_in for each, node in nodes.items()}) == Counter(c[-1].activity for c in steps)
    for each, node in nodes.items():
        if each in gaps:
            assert_times(node.elapsed_before, gaps[each])
        if each in working:
            assert_times(node.working, working[each])
        else:
            assert node.working.count == 0


def test_case_durations(name: str) -> None:
    expected = log_oracle.durations(log_oracle.read_plain_log(given_path(name)))

    found = measure_case_durations(arrays_of(name))

    assert_times(found.summary, expected)
    assert (found.shortest_s, found.longest_s) == (min(expected) / 1e6, max(expected) / 1e6)
    assert sum(each.cases for each in found.histogram) == len(expected)


def test_rework(name: str) -> None:
    expected = log_oracle.repeats(log_oracle.read_plain_log(given_path(name)))

    found = measure_rework(arrays_of(name))

    assert {each.activity: each.repeats for each in found} == dict(expected)


def test_rubber_stamps(name: str) -> None:
    plain = log_oracle.read_plain_log(given_path(name))
    expected = log_oracle.rubber_stamps(plain)

    found = find_rubber_stamps(arrays_of(name))

    assert found.with_predecessor == len(log_oracle.transitions(plain))
    assert found.rubber_stamps == expected.total()
    assert +Counter({each.activity: each.rubber_stamps for each in found.activities}) == expected


def test_hand_overs(name: str) -> None:
    expected = log_oracle.hand_overs(log_oracle.read_plain_log(given_path(name)))

    found = measure_hand_overs(arrays_of(name))

    assert found.handed_over == expected.total()
    assert found.distinct_pairs == len(expected)
    assert all(expected[pair.giver, pair.taker] == pair.count for pair in found.pairs)
    assert [pair.count for pair in found.pairs] == sorted(expected.values(), reverse=True)[: len(found.pairs)]
    assert sum(each.handed_over for each in measure_hand_overs_into(arrays_of(name))) == expected.total()
