# SPDX-License-Identifier: Apache-2.0
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.mining.drawing.layered import Drawing, draw_layered
from taktloom.mining.drawing.map_parts import select_map
from taktloom.mining.drawing.map_svg import MapMetric, duration_text, map_svg
from taktloom.mining.statistics.arrays import load_arrays
from taktloom.mining.statistics.directly_follows import DirectlyFollowsGraph, discover_directly_follows_graph
from tests.mining.given_logs import given_log

NODES = "abcdefg"
EDGES = st.lists(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)), max_size=20, unique=True)


@pytest.fixture
def graph(test_data: object) -> DirectlyFollowsGraph:
    assert test_data
    return discover_directly_follows_graph(load_arrays(given_log("receipt.csv")))


def overlaps(drawing: Drawing) -> bool:
    return any(
        abs(one.x - other.x) < (one.width + other.width) / 2
        and one.y < other.y + other.height
        and other.y < one.y + one.height
        for one, other in combinations(drawing.boxes.values(), 2)
    )


@given(EDGES)
def test_no_two_boxes_overlap_and_every_edge_joins_its_ends(edges: list[tuple[str, str]]) -> None:
    drawing = draw_layered(dict.fromkeys(NODES, (80.0, 30.0)), edges)

    assert not overlaps(drawing)
    assert set(drawing.edges) == {edge for edge in edges if edge[0] != edge[1]}
    for (source, target), points in drawing.edges.items():
        assert points[0][0] == drawing.boxes[source].x
        assert points[-1][0] == drawing.boxes[target].x
    assert all(0 <= box.x <= drawing.width and box.y + box.height <= drawing.height for box in drawing.boxes.values())


def test_a_chain_goes_down_and_its_return_up() -> None:
    drawing = draw_layered(dict.fromkeys("abc", (80.0, 30.0)), [("a", "b"), ("b", "c"), ("c", "a")])

    assert drawing.boxes["a"].y < drawing.boxes["b"].y < drawing.boxes["c"].y
    assert drawing.edges["c", "a"][0][1] > drawing.edges["c", "a"][-1][1]


def test_the_map_is_xml_with_every_activity_and_no_script(graph: DirectlyFollowsGraph) -> None:
    root = ElementTree.fromstring(map_svg(graph, metric=MapMetric.MEDIAN_TIME))

    titles = {element.text for element in root.iter("{http://www.w3.org/2000/svg}title")}
    assert {node.activity for node in graph.nodes} <= titles
    assert {f"{flow.source} → {flow.target}" for flow in graph.flows if flow.source != flow.target} <= titles
    assert not list(root.iter("{http://www.w3.org/2000/svg}script"))


def test_the_map_of_equal_graphs_is_equal(graph: DirectlyFollowsGraph) -> None:
    assert map_svg(graph) == map_svg(graph)


def test_less_detail_shows_fewer_flows_but_reaches_every_activity(graph: DirectlyFollowsGraph) -> None:
    few = select_map(graph, activities=1.0, flows=0.0).flows
    all_flows = select_map(graph, activities=1.0, flows=1.0).flows

    assert len(few) < len(all_flows) == len(graph.flows)
    entered = {flow.target for flow in graph.flows if flow.source != flow.target}
    assert {flow.target for flow in few} == entered


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 ms"), (0.5, "500 ms"), (31, "31 s"), (90, "1.5 min"), (7_200, "2.0 h"), (864_000, "10 d")],
)
def test_durations_read_in_their_largest_unit(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text
