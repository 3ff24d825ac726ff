# SPDX-License-Identifier: Apache-2.0
"""Drawings of random block-structured models with every kind of element: no crossings, nothing on top of another."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from taktloom.formats.bpmn import read_bpmn
from taktloom.formats.bpmn.builder import (
    ProcessBuilder,
    ScopeBuilder,
    compensation,
    conditional,
    error,
    escalation,
    file,
    message,
    process,
    signal,
    timer,
)
from taktloom.formats.bpmn.kept import is_same
from taktloom.formats.layout import layout, layout_definitions
from taktloom.model.collaboration import Collaboration, Participant
from taktloom.model.diagram import Diagram, Shape
from taktloom.model.identifiers import ElementId
from taktloom.model.process import BoundaryEvent, Definitions, Lane, ProcessDefinition, SubProcess
from tests.data import find_test_data
from tests.formats.lossless import differences
from tests.formats.test_layout import (
    all_flows,
    all_ids,
    containers,
    crossings,
    is_inside,
    overlap,
    passes_through,
    segments,
    simple_shapes,
)

Block = tuple[str, tuple["Block", ...]]


def reading(scope: ScopeBuilder) -> None:
    name = f"Order {len(scope.contents()['data_references'])}"
    scope.data_object(name).task("Reads").reads(name)


LEAVES: dict[str, Callable[[ScopeBuilder], object]] = {
    "task": lambda b: b.task("A task with a name"),
    "user": lambda b: b.user_task("Check"),
    "receive": lambda b: b.receive_task("Get", message=message("m")),
    "call": lambda b: b.call_activity("Call", called_element="x"),
    "catch": lambda b: b.catch(signal("s"), "Waits for something"),
    "throw": lambda b: b.throw(escalation("E"), "Tells"),
    "note": lambda b: b.task("Noted").note("a long text about this task that has several lines to wrap"),
    "data": reading,
}
GATEWAYS = ("exclusive", "parallel", "inclusive", "complex", "event_based")


def blocks() -> st.SearchStrategy[Block]:
    leaves = st.sampled_from((*LEAVES, "guarded", "compensated")).map(lambda kind: (kind, ()))

    def inner(children: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
        several = st.lists(children, min_size=2, max_size=3).map(tuple)
        single = children.map(lambda child: (child,))
        return st.one_of(
            st.tuples(st.sampled_from(("sequence", *GATEWAYS)), several),
            st.tuples(st.sampled_from(("sub_process", "transaction", "ad_hoc", "event_sub_process")), single),
        )

    return st.recursive(leaves, inner, max_leaves=9)


def last_of(scope: ScopeBuilder) -> str:
    return str(scope.last)


def add(scope: ScopeBuilder, block: Block) -> None:
    kind, children = block
    if kind in LEAVES:
        LEAVES[kind](scope)
    elif kind == "guarded":
        scope.task("Guarded")
        host = last_of(scope)
        scope.boundary(timer(duration="PT1H"), "Late", is_interrupting=False).end("Told")
        scope.at(host).boundary(error("E"), "Failed").end("Given up").at(host)
    elif kind == "compensated":
        scope.task("Done")
        host = last_of(scope)
        scope.boundary(compensation(), "Undo").task("Undo it").at(host)
    elif kind == "sequence":
        for child in children:
            add(scope, child)
    elif kind in GATEWAYS:
        split(scope, kind, children)
    else:
        nested(scope, kind, children[0])


def split(scope: ScopeBuilder, kind: str, children: tuple[Block, ...]) -> None:
    getattr(scope, kind)("Split")
    first = last_of(scope)
    ends = []
    for child in children:
        scope.at(first)
        add(scope, child)
        ends.append(last_of(scope))
    scope.at(ends[0])
    getattr(scope, "exclusive" if kind == "event_based" else kind)("Join")
    join = last_of(scope)
    for end in ends[1:]:
        scope.at(end).to(join)
    scope.at(join)


def nested(scope: ScopeBuilder, kind: str, child: Block) -> None:
    def contents(inner: ScopeBuilder) -> None:
        if kind == "ad_hoc":
            add(inner, child)
            inner.apart().task("Another")
            return
        inner.start("Begin", conditional("a") if kind == "event_sub_process" else None)
        add(inner, child)
        inner.end()

    getattr(scope, kind)("Holder", contents)


def built(block: Block, name: str = "p", beside: ProcessBuilder | None = None) -> ProcessBuilder:
    builder = process(name, beside=beside).start("Begin")
    add(builder, block)
    builder.end("End")
    return builder


def without_associations(definition: ProcessDefinition, diagram: Diagram) -> Diagram:
    """Lines of data and annotations are no flows; they may cross flows where nothing else is free."""
    flows = set(all_flows(definition))
    return Diagram(shapes=diagram.shapes, edges=tuple(edge for edge in diagram.edges if edge.element_id in flows))


@given(blocks())
def test_everything_is_drawn_once_without_overlap_and_crossing(block: Block) -> None:
    definition = built(block).build()
    diagram = layout(definition)

    drawn = [shape.element_id for shape in diagram.shapes]
    assert len(drawn) == len(set(drawn))
    assert set(all_ids(definition)) <= set(drawn)
    shapes = {shape.element_id: shape for shape in diagram.shapes}
    for container in containers(definition):
        for one, other in combinations(sorted(container), 2):
            assert not overlap(shapes[ElementId(one)], shapes[ElementId(other)]), (one, other)
    flows = without_associations(definition, diagram)
    assert {edge.element_id for edge in flows.edges} == set(all_flows(definition))
    assert crossings(flows) == []


@given(blocks())
def test_flows_and_handlers_lines_run_through_no_shape(block: Block) -> None:
    definition = built(block).build()
    diagram = layout(definition)

    flows = without_associations(definition, diagram)
    for shape in simple_shapes(definition, diagram):
        for edge in flows.edges:
            assert not any(passes_through(segment, shape) for segment in segments(edge)), (edge, shape)


@given(blocks())
def test_notes_and_data_stand_clear_of_all_nodes(block: Block) -> None:
    definition = built(block).build()
    diagram = layout(definition)
    nodes = set(all_ids(definition))

    beside = [shape for shape in diagram.shapes if shape.element_id not in nodes]

    for shape in beside:
        for other in simple_shapes(definition, diagram):
            assert not overlap(shape, other), (shape, other)
    for one, other in combinations(beside, 2):
        assert not overlap(one, other)


@pytest.mark.data
@given(blocks())
def test_random_models_are_written_valid_and_read_equal(block: Block) -> None:
    builder = built(block)

    written = builder.xml()

    schema = bpmn_schema()
    assert schema.validate(etree.fromstring(written)), schema.error_log
    (read,) = read_bpmn(written).processes
    assert is_same(read, builder.build())
    assert [is_same(a, b) for a, b in zip(read.nodes, builder.build().nodes, strict=True)].count(False) == 0
    assert differences(written) == []


@lru_cache(maxsize=1)
def bpmn_schema() -> etree.XMLSchema:
    data = find_test_data()
    assert data is not None
    return etree.XMLSchema(etree.parse(data / "xsd" / "bpmn" / "BPMN20.xsd"))


@given(st.lists(blocks(), min_size=1, max_size=3))
def test_pools_hold_their_processes_and_lie_one_below_the_other(given_blocks: list[Block]) -> None:
    first = built(given_blocks[0], "p0")
    builders = [first, *(built(block, f"p{n}", first) for n, block in enumerate(given_blocks[1:], 1))]
    processes = [builder.build() for builder in builders]
    whole = file(*processes).pool("Customer")
    for part in processes:
        whole.pool(part.id, part)
    definitions = whole.message_flow("pool_1", "pool_2", "asks").build()
    assert definitions.diagram is not None

    shapes = {shape.element_id: shape for shape in definitions.diagram.shapes}

    pools = [shapes[pool.id] for pool in definitions.collaborations[0].participants]
    assert all(upper.y + upper.height < lower.y for upper, lower in pairwise(pools))
    assert len({pool.width for pool in pools}) == 1
    for part, pool in zip(processes, pools[1:], strict=True):
        for node in all_ids(part):
            assert is_inside(shapes[ElementId(node)], pool)
    assert [edge.element_id for edge in definitions.diagram.edges if edge.element_id == "message_flow_1"]


@given(blocks(), st.data())
def test_lanes_hold_their_nodes(block: Block, data: st.DataObject) -> None:
    definition = built(block).build()
    names = ["l1", "l2", "l3"]
    inside = [node.id for node in definition.nodes if not isinstance(node, BoundaryEvent)]
    chosen = {node: data.draw(st.sampled_from(names)) for node in inside}
    lanes = tuple(
        Lane(id=ElementId(name), name=name, nodes=tuple(node for node, lane in chosen.items() if lane == name))
        for name in names
    )
    shapes = {shape.element_id: shape for shape in layout(replace(definition, lanes=lanes)).shapes}

    for lane in lanes:
        for node in lane.nodes:
            assert is_inside(shapes[node], shapes[lane.id])
    bands = [shapes[lane.id] for lane in lanes]
    assert all(upper.y + upper.height == lower.y for upper, lower in pairwise(bands))


def test_processes_without_pools_lie_one_below_the_other() -> None:
    one = process("a").start().end()
    other = process("b", beside=one).start().end()

    shapes: dict[str, Shape] = {
        shape.element_id: shape
        for shape in layout_definitions(Definitions(processes=(one.build(), other.build()))).shapes
    }

    assert shapes["start"].y + shapes["start"].height < shapes["start_2"].y


def test_what_is_empty_is_drawn_too() -> None:
    empty = ProcessDefinition(id=process("p").id)
    pools = Collaboration(id=ElementId("c"), participants=(Participant(id=ElementId("x"), process=empty.id),))

    assert layout(empty).shapes == ()
    drawn = layout_definitions(Definitions(processes=(empty,), collaborations=(pools,)))
    assert [shape.element_id for shape in drawn.shapes] == ["x"]


def test_an_empty_sub_process_is_drawn() -> None:
    definition = process("p").start().sub_process("Empty", lambda inner: inner).end().build()
    holder = definition.nodes[1]
    assert isinstance(holder, SubProcess)

    shapes = {shape.element_id: shape for shape in layout(definition).shapes}

    assert shapes[holder.id].is_expanded
    assert (shapes[holder.id].width, shapes[holder.id].height) >= (100, 80)
