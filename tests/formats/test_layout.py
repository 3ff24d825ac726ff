# SPDX-License-Identifier: Apache-2.0
"""The drawing of models that have none."""

from collections.abc import Iterator
from itertools import combinations

from hypothesis import given

from taktloom.formats.layout import layout
from taktloom.model.diagram import Diagram, Edge, Shape
from taktloom.model.event_definitions import TimerDefinition
from taktloom.model.process import (
    BoundaryEvent,
    EndEvent,
    ExclusiveGateway,
    Lane,
    ParallelGateway,
    ProcessDefinition,
    StartEvent,
    SubProcess,
    Task,
)
from tests.kernel.build import eid, process
from tests.properties.processes import Tree, definition_of, trees

Segment = tuple[float, float, float, float]

S, E = StartEvent(id=eid("s")), EndEvent(id=eid("e"))


def shapes_of(definition: ProcessDefinition) -> dict[str, Shape]:
    return {shape.element_id: shape for shape in layout(definition).shapes}


def test_elements_have_readable_sizes_and_go_from_left_to_right() -> None:
    shapes = shapes_of(process(S, Task(id=eid("t")), ExclusiveGateway(id=eid("g")), E, flows="s > t > g > e"))

    assert [(shapes[name].width, shapes[name].height) for name in "stge"] == [(36, 36), (100, 80), (50, 50), (36, 36)]
    assert [shapes[name].x for name in "stge"] == sorted(shapes[name].x for name in "stge")
    assert len({shapes[name].y + shapes[name].height / 2 for name in "stge"}) == 1


def test_a_straight_flow_is_one_line_from_border_to_border() -> None:
    definition = process(S, Task(id=eid("t")), E, flows="s > t > e")
    shapes = shapes_of(definition)

    edge = layout(definition).edges[0]

    assert len(edge.waypoints) == 2
    assert edge.waypoints[0][0] == shapes["s"].x + 36
    assert edge.waypoints[1][0] == shapes["t"].x


def test_lanes_are_bands_and_hold_their_nodes() -> None:
    lanes = (
        Lane(id=eid("l1"), name="One", nodes=(eid("s"), eid("a"), eid("e"))),
        Lane(id=eid("l2"), name="Two", nodes=(eid("b"),)),
    )
    shapes = shapes_of(process(S, Task(id=eid("a")), Task(id=eid("b")), E, flows="s > a > b > e", lanes=lanes))

    for lane in lanes:
        assert shapes[lane.id].is_horizontal
        for node in lane.nodes:
            assert is_inside(shapes[node], shapes[lane.id])
    assert shapes["l1"].y + shapes["l1"].height == shapes["l2"].y


def test_boundary_events_sit_on_the_lower_edge_of_their_host() -> None:
    event = BoundaryEvent(id=eid("b"), attached_to=eid("t"), definition=TimerDefinition(duration="PT1H"))
    shapes = shapes_of(process(S, Task(id=eid("t")), event, E, flows="s > t > e\nb > e"))

    host, box = shapes["t"], shapes["b"]

    assert box.y + box.height / 2 == host.y + host.height
    assert host.x <= box.x + box.width / 2 <= host.x + host.width


def test_the_way_of_a_boundary_event_leaves_the_main_row() -> None:
    events = [
        BoundaryEvent(id=eid(name), attached_to=eid("t"), definition=TimerDefinition(duration="PT1H")) for name in "bc"
    ]
    definition = process(
        S, Task(id=eid("t")), *events, EndEvent(id=eid("other")), E, flows="s > t > e\nb > other\nc > e"
    )
    diagram = layout(definition)
    shapes = shapes_of(definition)

    assert shapes["e"].y == shapes["s"].y
    assert shapes["other"].y > shapes["t"].y + shapes["t"].height
    assert crossings(diagram) == []


def test_a_loop_comes_back_below_its_block() -> None:
    nodes = (ExclusiveGateway(id=eid("m")), Task(id=eid("t")), ExclusiveGateway(id=eid("g")))
    definition = process(S, *nodes, E, flows="s > m > t > g > e\ng > m")
    shapes = shapes_of(definition)

    (back,) = [edge for edge in layout(definition).edges if edge.element_id == "g-m"]

    assert max(y for _, y in back.waypoints) > shapes["t"].y + shapes["t"].height
    assert back.waypoints[0][0] > back.waypoints[-1][0]


def test_branches_of_a_split_lie_one_below_the_other() -> None:
    fork, join = ParallelGateway(id=eid("f")), ParallelGateway(id=eid("j"))
    tasks = [Task(id=eid(name)) for name in "abc"]
    shapes = shapes_of(process(S, fork, *tasks, join, E, flows="s > f > a > j > e\nf > b > j\nf > c > j"))

    tops = [shapes[name].y for name in "abc"]

    assert tops == sorted(tops)
    assert len({shapes[name].x for name in "abc"}) == 1


def test_a_chain_of_thousands_is_laid_out_without_deep_recursion() -> None:
    names = [f"t{number}" for number in range(3000)]
    definition = process(S, *(Task(id=eid(name)) for name in names), E, flows=" > ".join(["s", *names, "e"]))

    assert len(layout(definition).shapes) == 3002


def test_splits_nested_very_deeply_are_still_drawn() -> None:
    depth = 400
    gateways = [ExclusiveGateway(id=eid(f"g{number}")) for number in range(depth)]
    ends = [EndEvent(id=eid(f"e{number}")) for number in range(depth)]
    path = " > ".join(["s", *(gateway.id for gateway in gateways), "e"])
    exits = "\n".join(f"g{number} > e{number}" for number in range(depth))

    diagram = layout(process(S, *gateways, *ends, E, flows=f"{path}\n{exits}"))

    assert len(diagram.shapes) == 2 * depth + 2


@given(trees())
def test_everything_is_drawn_once_and_shapes_do_not_overlap(tree: Tree) -> None:
    definition = definition_of(tree)
    diagram = layout(definition)

    drawn = [shape.element_id for shape in diagram.shapes]

    assert sorted(drawn) == sorted(all_ids(definition))
    assert sorted(edge.element_id for edge in diagram.edges) == sorted(all_flows(definition))
    for nodes in containers(definition):
        boxes = [shape for shape in diagram.shapes if shape.element_id in nodes]
        for first, second in combinations(boxes, 2):
            assert not overlap(first, second), (first, second)


@given(trees())
def test_lines_are_orthogonal_and_do_not_cross_on_block_structured_models(tree: Tree) -> None:
    diagram = layout(definition_of(tree))

    for edge in diagram.edges:
        for x1, y1, x2, y2 in segments(edge):
            assert abs(x1 - x2) < 0.5 or abs(y1 - y2) < 0.5
    assert crossings(diagram) == []


@given(trees())
def test_lines_do_not_run_through_shapes(tree: Tree) -> None:
    definition = definition_of(tree)
    diagram = layout(definition)

    for shape in simple_shapes(definition, diagram):
        for edge in diagram.edges:
            for segment in segments(edge):
                assert not passes_through(segment, shape), (edge, shape)


def all_ids(owner: ProcessDefinition | SubProcess) -> Iterator[str]:
    for node in owner.nodes:
        yield node.id
        if isinstance(node, SubProcess):
            yield from all_ids(node)


def all_flows(owner: ProcessDefinition | SubProcess) -> Iterator[str]:
    yield from (flow.id for flow in owner.flows)
    for node in owner.nodes:
        if isinstance(node, SubProcess):
            yield from all_flows(node)


def containers(owner: ProcessDefinition | SubProcess) -> Iterator[set[str]]:
    """Ids of the nodes of each container, without boundary events, which overlap their hosts."""
    yield {node.id for node in owner.nodes if not isinstance(node, BoundaryEvent)}
    for node in owner.nodes:
        if isinstance(node, SubProcess):
            yield from containers(node)


def simple_shapes(owner: ProcessDefinition | SubProcess, diagram: Diagram) -> Iterator[Shape]:
    """Shapes that hold nothing and sit on nothing."""
    plain: set[str] = set()
    pending: list[ProcessDefinition | SubProcess] = [owner]
    while pending:
        for node in pending.pop().nodes:
            if isinstance(node, SubProcess):
                pending.append(node)
            elif not isinstance(node, BoundaryEvent):
                plain.add(node.id)
    yield from (shape for shape in diagram.shapes if shape.element_id in plain)


def crossings(diagram: Diagram) -> list[tuple[str, str]]:
    return [
        (first.element_id, second.element_id)
        for first, second in combinations(diagram.edges, 2)
        if any(cross(a, b) for a in segments(first) for b in segments(second))
    ]


def segments(edge: Edge) -> list[Segment]:
    return [(*a, *b) for a, b in zip(edge.waypoints, edge.waypoints[1:], strict=False)]


def cross(a: Segment, b: Segment) -> bool:
    """Whether one horizontal and one vertical line cut each other; touching at an end is a meeting, not a crossing."""
    if is_vertical(a) == is_vertical(b):
        return False
    vertical, horizontal = (a, b) if is_vertical(a) else (b, a)
    x, y = vertical[0], horizontal[1]
    low, high = sorted((vertical[1], vertical[3]))
    start, end = sorted((horizontal[0], horizontal[2]))
    return low + 1 < y < high - 1 and start + 1 < x < end - 1


def is_vertical(segment: Segment) -> bool:
    return abs(segment[0] - segment[2]) < 0.5


def passes_through(segment: Segment, shape: Shape) -> bool:
    left, right = sorted((segment[0], segment[2]))
    top, bottom = sorted((segment[1], segment[3]))
    inside_x = left < shape.x + shape.width - 1 and right > shape.x + 1
    inside_y = top < shape.y + shape.height - 1 and bottom > shape.y + 1
    return inside_x and inside_y


def overlap(a: Shape, b: Shape) -> bool:
    return a.x < b.x + b.width and b.x < a.x + a.width and a.y < b.y + b.height and b.y < a.y + a.height


def is_inside(inner: Shape, outer: Shape) -> bool:
    return (
        outer.x <= inner.x
        and inner.x + inner.width <= outer.x + outer.width
        and outer.y <= inner.y
        and inner.y + inner.height <= outer.y + outer.height
    )
