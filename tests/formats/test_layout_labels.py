# SPDX-License-Identifier: Apache-2.0
"""Names beside their elements: room for them, and nothing in their way."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, count, cycle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from taktloom.formats.bpmn import read_bpmn, write_bpmn
from taktloom.formats.layout import layout
from taktloom.formats.layout.text import text_width, wrap
from taktloom.model.diagram import Diagram, LabelBounds, Shape
from taktloom.model.event_definitions import TimerDefinition
from taktloom.model.identifiers import ElementId
from taktloom.model.process import (
    Activity,
    AnyFlowNode,
    BoundaryEvent,
    Definitions,
    EndEvent,
    ExclusiveGateway,
    Lane,
    ParallelGateway,
    ProcessDefinition,
    StartEvent,
    SubProcess,
    Task,
    UserTask,
)
from tests.formats.test_layout import containers, crossings, overlap, passes_through, segments, simple_shapes
from tests.kernel.build import eid, process
from tests.properties.processes import definition_of, trees

NAMES = (
    "",
    "Yes",
    "T03 Adjust confirmation of receipt / T02 Check confirmation of receipt",
    "审查申请",
    "需要补充材料并且由上级主管部门重新审核之后再做出决定",
    "Release C / Release D / Return ER …",
    "Donaudampfschifffahrtsgesellschaftskapitän",
)
S, E = StartEvent(id=eid("s")), EndEvent(id=eid("e"))


def named(owner: ProcessDefinition, names: Iterator[str]) -> ProcessDefinition:
    """All nodes and flows of all levels named, in document order."""
    nodes = tuple(_named_node(node, names) for node in owner.nodes)
    return replace(owner, nodes=nodes, flows=tuple(replace(flow, name=next(names)) for flow in owner.flows))


def _named_node(node: AnyFlowNode, names: Iterator[str]) -> AnyFlowNode:
    if isinstance(node, SubProcess):
        inner = tuple(_named_node(child, names) for child in node.nodes)
        flows = tuple(replace(flow, name=next(names)) for flow in node.flows)
        return replace(node, name=next(names)[:20], nodes=inner, flows=flows)
    return replace(node, name=next(names))


def named_trees() -> st.SearchStrategy[ProcessDefinition]:
    """Block-structured processes with names of all lengths."""
    return st.builds(
        lambda tree, names: named(definition_of(tree), cycle(names)),
        trees(),
        st.lists(st.sampled_from(NAMES), min_size=1, max_size=7),
    )


def labels_of(diagram: Diagram) -> dict[str, Shape]:
    """Label bounds by element, as shapes, so that both compare alike."""
    labels: list[tuple[ElementId, LabelBounds | None]] = [
        *((shape.element_id, shape.label) for shape in diagram.shapes),
        *((edge.element_id, edge.label) for edge in diagram.edges),
    ]
    return {
        name: Shape(element_id=name, x=label.x, y=label.y, width=label.width, height=label.height)
        for name, label in labels
        if label is not None
    }


@given(named_trees())
def test_no_label_covers_a_shape_a_label_or_a_line(definition: ProcessDefinition) -> None:
    diagram = layout(definition)
    labels = labels_of(diagram)
    holders = {node.id for node in every_node(definition.nodes) if isinstance(node, SubProcess)}

    for label in labels.values():
        for shape in diagram.shapes:
            assert shape.element_id in holders or not overlap(label, shape), (label, shape)
        for edge in diagram.edges:
            assert not any(passes_through(segment, label) for segment in segments(edge)), (label, edge)
    for first, second in combinations(labels.values(), 2):
        assert not overlap(first, second), (first, second)


@given(named_trees())
def test_names_do_not_make_lines_cross_or_shapes_overlap(definition: ProcessDefinition) -> None:
    diagram = layout(definition)

    assert crossings(diagram) == []
    for shape in simple_shapes(definition, diagram):
        assert not any(passes_through(segment, shape) for edge in diagram.edges for segment in segments(edge))
    for nodes in containers(definition):
        boxes = [shape for shape in diagram.shapes if shape.element_id in nodes]
        assert not any(overlap(first, second) for first, second in combinations(boxes, 2))


@given(named_trees())
def test_every_name_beside_an_element_has_its_place_in_the_drawing(definition: ProcessDefinition) -> None:
    nodes = list(every_node(definition.nodes))
    flows = [*definition.flows, *(flow for node in nodes if isinstance(node, SubProcess) for flow in node.flows)]
    outside = {node.id for node in nodes if node.name and not isinstance(node, Activity)}

    assert set(labels_of(layout(definition))) == outside | {flow.id for flow in flows if flow.name}


@given(named_trees())
def test_the_drawing_survives_being_written_and_read(definition: ProcessDefinition) -> None:
    drawn = Definitions(processes=(definition,), diagram=layout(definition))

    assert read_bpmn(write_bpmn(drawn)).diagram == drawn.diagram


def test_exclusive_gateways_show_their_x() -> None:
    definition = process(S, ExclusiveGateway(id=eid("x")), ParallelGateway(id=eid("p")), E, flows="s > x > p > e")

    written = etree.fromstring(write_bpmn(Definitions(processes=(definition,), diagram=layout(definition))))

    shapes = written.iter("{*}BPMNShape")
    assert {shape.get("bpmnElement"): shape.get("isMarkerVisible") for shape in shapes} == {
        "s": None,
        "x": "true",
        "p": None,
        "e": None,
    }


def test_the_name_of_a_flow_stands_above_its_line_behind_the_gateway() -> None:
    definition = process(S, ExclusiveGateway(id=eid("g")), Task(id=eid("t")), E, flows="s > g > t > e")
    flows = tuple(replace(flow, name="approved") if flow.id == "g-t" else flow for flow in definition.flows)

    diagram = layout(replace(definition, flows=flows))

    (edge,) = [edge for edge in diagram.edges if edge.element_id == "g-t"]
    label = labels_of(diagram)["g-t"]
    assert edge.waypoints[0][0] < label.x < label.x + label.width < edge.waypoints[1][0]
    assert edge.waypoints[0][1] - 10 < label.y + label.height < edge.waypoints[0][1]


def test_events_are_named_below_and_gateways_with_several_lines_above() -> None:
    gateway = ExclusiveGateway(id=eid("g"), name="Complete?")
    definition = process(replace(S, name="Received"), gateway, E, EndEvent(id=eid("f")), flows="s > g > e\ng > f")

    diagram = layout(definition)

    shapes, labels = {shape.element_id: shape for shape in diagram.shapes}, labels_of(diagram)
    assert labels["s"].y >= shapes[eid("s")].y + 36
    assert labels["g"].y + labels["g"].height <= shapes[eid("g")].y


def test_names_of_boundary_events_stand_between_their_lines() -> None:
    timer = TimerDefinition(duration="PT1H")
    events = [
        BoundaryEvent(id=eid(name), name="Nobody answers in time", attached_to=eid("t"), definition=timer)
        for name in "bcd"
    ]
    definition = process(S, Task(id=eid("t")), *events, E, flows="s > t > e\nb > e\nc > e\nd > e")

    diagram = layout(definition)

    labels = labels_of(diagram)
    assert set(labels) == {"b", "c", "d"}
    assert all(
        not passes_through(segment, label)
        for label in labels.values()
        for edge in diagram.edges
        for segment in segments(edge)
    )


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("", (100, 80)),
        ("Check", (100, 80)),
        ("T05 Print and send confirmation of receipt", (140, 100)),
        ("审查申请", (100, 80)),
        ("Choose: T07-1 Draft intern advice aspect 1 | T03 Adjust confirmation of receipt / T02 Ch…", (160, 100)),
    ],
)
def test_a_task_is_as_large_as_its_name_needs(name: str, size: tuple[int, int]) -> None:
    definition = process(S, UserTask(id=eid("t"), name=name), E, flows="s > t > e")

    (box,) = [shape for shape in layout(definition).shapes if shape.element_id == "t"]

    assert (box.width, box.height) == size


def test_ways_back_from_one_block_do_not_cross() -> None:
    tasks = [Task(id=eid(name)) for name in "abc"]
    gateways = [ExclusiveGateway(id=eid(name)) for name in ("m", "g", "h")]
    text = "s > m > a > g > e\ng > b > h > c > m\nh > m"

    diagram = layout(process(S, *gateways, *tasks, E, flows=text))

    assert crossings(diagram) == []


def test_the_way_of_a_boundary_event_into_the_lane_above_goes_around_its_host() -> None:
    event = BoundaryEvent(id=eid("b"), attached_to=eid("t"), definition=TimerDefinition(duration="PT1H"))
    lanes = (
        Lane(id=eid("up"), name="Up", nodes=(eid("s"), eid("e"), eid("f"))),
        Lane(id=eid("down"), name="Down", nodes=(eid("t"), eid("b"))),
    )
    nodes = (S, Task(id=eid("t")), event, E, EndEvent(id=eid("f")))

    diagram = layout(process(*nodes, flows="s > t > e\nb > f", lanes=lanes))

    (host,) = [shape for shape in diagram.shapes if shape.element_id == "t"]
    (edge,) = [edge for edge in diagram.edges if edge.element_id == "b-f"]
    assert edge.waypoints[-1][1] < host.y
    assert not any(passes_through(segment, host) for segment in segments(edge))


def test_lines_of_text_break_at_words_and_fit() -> None:
    assert wrap("Request missing documents", 102, 11) == ["Request missing ", "documents"]
    assert wrap("", 90, 11) == []
    assert all(text_width(line, 11) <= 90 for name in NAMES for line in wrap(name, 90, 11))
    assert "".join(wrap(NAMES[4], 90, 11)) == NAMES[4]


@pytest.mark.parametrize(
    ("name", "drawn"),  # pixels at 11 px in DejaVu Sans, by its own table of advance widths
    [("Yes", 19.22), ("Complete?", 58.86), ("Order received", 82.38), ("{a}!", 19.26 + 6.74), ("Ändern", 39.75)],
)
def test_a_name_in_one_line_has_room_in_the_font_that_stands_in_for_arial(name: str, drawn: float) -> None:
    gateway = ExclusiveGateway(id=eid("g"), name=name)
    definition = process(S, gateway, E, EndEvent(id=eid("f")), flows="s > g > e\ng > f")

    label = labels_of(layout(definition))["g"]

    assert drawn <= label.width <= drawn + 8
    assert label.height == 14  # one line of 11 px


def test_chinese_characters_are_as_wide_as_high() -> None:
    assert text_width("审查", 11) == 22
    assert text_width("W", 10) == 10


def test_a_model_of_thousands_of_named_flows_is_laid_out_with_all_labels() -> None:
    names = [f"t{number}" for number in range(1500)]
    definition = process(S, *(Task(id=eid(name)) for name in names), E, flows=" > ".join(["s", *names, "e"]))
    numbers = count()
    flows = tuple(replace(flow, name=f"flow {next(numbers)}") for flow in definition.flows)

    assert len(labels_of(layout(replace(definition, flows=flows)))) == 1501


def every_node(nodes: tuple[AnyFlowNode, ...]) -> Iterator[AnyFlowNode]:
    for node in nodes:
        yield node
        if isinstance(node, SubProcess):
            yield from every_node(node.nodes)
