# SPDX-License-Identifier: Apache-2.0
"""What is added up part by part equals what is computed on the whole log."""

from pathlib import Path

import pytest

from taktloom.mining.filters import apply_filter, keep_events
from taktloom.mining.filters.event_conditions import ActivityIn, EventNot
from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.requests import ImportLimits, ImportRequest
from taktloom.mining.logs.variants import tabulate_variants
from taktloom.mining.statistics.arrays import load_arrays
from taktloom.mining.statistics.directly_follows import discover_directly_follows_graph
from taktloom.mining.statistics.durations import measure_case_durations
from taktloom.mining.statistics.in_parts import count_flows, measure_durations_in_parts, time_flows
from tests.mining.given_logs import IMPORTED_AT, given_path

pytestmark = pytest.mark.data
NAMES = ("SEPSIS.xes.gz", "Procure-to-Pay.xes.gz", "running-example.xes")


@pytest.fixture(params=[(name, is_view) for name in NAMES for is_view in (False, True)], ids=str)
def log(tmp_path: Path, request: pytest.FixtureRequest) -> CanonicalLog:
    name, is_view = request.param
    limits = ImportLimits(part_rows=500 if name != "running-example.xes" else 10)
    wanted = ImportRequest(path=given_path(name), name=name, imported_at=IMPORTED_AT, limits=limits)
    whole = import_log(wanted, tmp_path)
    assert len(whole.metadata.segments) > 3
    if not is_view:
        return whole
    return apply_filter(whole, keep_events(EventNot(condition=ActivityIn(activities=(whole.activities[0],)))))


def test_flows_durations_and_variants(log: CanonicalLog) -> None:
    arrays = load_arrays(log)
    graph = discover_directly_follows_graph(arrays)

    counted, timed = count_flows(log), time_flows(log)

    assert counted.events == arrays.case.size
    assert [(one.source, one.target, one.frequency) for one in counted.flows] == [
        (one.source, one.target, one.frequency) for one in graph.flows
    ]
    assert counted.first_in == {node.activity: node.first_in for node in graph.nodes if node.first_in}
    assert counted.last_in == {node.activity: node.last_in for node in graph.nodes if node.last_in}
    assert [(one.source, one.target, one.frequency) for one in timed] == [
        (one.source, one.target, one.frequency) for one in graph.flows
    ]
    assert [one.mean_s for one in timed] == pytest.approx([one.elapsed.mean_s for one in graph.flows], rel=1e-12)
    assert all(one.shortest_s <= one.mean_s <= one.longest_s for one in timed)
    assert measure_durations_in_parts(log) == measure_case_durations(arrays)


def test_variants_of_many_parts_are_those_of_one(log: CanonicalLog) -> None:
    rows = log.coded().select("case", "activity").collect()
    whole = tabulate_variants(rows["case"].to_numpy(), rows["activity"].to_numpy(), log.activities)

    merged = log.variants()

    assert merged.variants == whole.variants
    assert merged.case_codes.tolist() == whole.case_codes.tolist()
    assert merged.case_variants.tolist() == whole.case_variants.tolist()
