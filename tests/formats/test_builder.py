# SPDX-License-Identifier: Apache-2.0
"""The builder makes every element; what it writes is valid, drawn, and read back as the same model."""

import doctest
import re
from collections.abc import Iterator
from typing import get_args

import pytest
from lxml import etree

import taktloom.formats.bpmn.builder
from taktloom.formats.bpmn import read_bpmn
from taktloom.formats.bpmn.builder import (
    ProcessBuilder,
    ScopeBuilder,
    cancel,
    compensation,
    conditional,
    error,
    escalation,
    file,
    link,
    many,
    message,
    multiple,
    process,
    repeat,
    shared,
    signal,
    terminate,
    timer,
)
from taktloom.formats.bpmn.kept import is_same
from taktloom.model.errors import MisuseError
from taktloom.model.event_definitions import SingleDefinition, single_definitions
from taktloom.model.findings import Severity
from taktloom.model.identifiers import ElementId
from taktloom.model.process import (
    Activity,
    AnyFlowNode,
    BoundaryEvent,
    ComplexBehavior,
    Definitions,
    ExclusiveGateway,
    JobDefinition,
    MultiInstanceBehavior,
    MultiInstanceLoop,
    ProcessDefinition,
    SubProcess,
    UnsupportedNode,
    UserTask,
)
from tests.data import PROJECT_ROOT, find_test_data

DATA = find_test_data()


def everything() -> Definitions:
    """One model with every element of the execution standard."""
    trip = asked()
    booked_or_waited(trip)
    other_page(trip)
    other = (
        process("other", "Other", beside=trip)
        .start()
        .sub_process("Inner", lambda inner: inner.start().task("Deep", properties=("p",)).end(), loop=repeat("x < 3"))
        .receive_task("Get", message=message("get", "=order"))
        .send_task("Put", message=message("put"))
        .task("Many", loop=complex_loop())
        .end("Sent", message("sent"), job=JobDefinition(type="send"))
    )
    return (
        file(trip.build(), other.build())
        .pool("Shop", trip.build())
        .pool("Other", other.build())
        .pool("Customer", id="customer")
        .message_flow("customer", "Asked", "asked")
        .message_flow("Sent", "customer")
        .correlation_key("key", "number")
        .build()
    )


def asked() -> ProcessBuilder:
    return (
        process("trip", "Trip", version_tag="1")
        .property("limit")
        .lane("Office")
        .start("Asked", message("asked", reads={"number": "order.number"}), outputs={"order": "=order"})
        .data_object("Order")
        .data_store("Archive")
        .user_task("Check", assignee="=clerk", candidate_groups="sales", due_date="P1D", priority="60", form_id="f")
        .note("who checks")
        .reads("Order", into="order")
        .writes("Archive", "checked", transformation="checked.order")
        .boundary(timer(duration="P2D"), "Late", is_interrupting=False)
        .throw(escalation("LATE"), "Tell")
        .end("Told")
        .at("Check")
        .boundary(multiple(signal("stop"), message("stop"), is_parallel=True), "Stopped")
        .end("Stop", terminate())
    )


def booked_or_waited(trip: ProcessBuilder) -> None:
    (
        trip.at("Check")
        .exclusive("Kind?")
        .when("=kind = 1", "one")
        .transaction("Book", booking)
        .boundary(cancel(), "Not booked")
        .end("Cancelled", error("E1"))
        .at("Kind?")
        .when("=kind = 2")
        .inclusive("Which?")
        .when("a")
        .script_task("Count", script="=1 + 1", result_variable="n", start_quantity=2)
        .complex("Enough", "activationCount >= 2")
        .end("Both", signal("done"))
        .at("Which?")
        .when("b")
        .business_rule_task("Rate", decision_id="rate", result_variable="rate", completion_quantity=2)
        .to("Enough")
        .at("Kind?")
        .otherwise("else")
        .lane("Machine")
        .event_based("Wait")
        .catch(timer(cycle="R2/PT1H"), "An hour")
        .throw(link("next"), "To next page")
        .at("Wait")
        .catch(shared("stop_all", signal("stop all")), "All stop")
        .end("All stopped")
    )


def other_page(trip: ProcessBuilder) -> None:
    (
        trip.apart()
        .catch(link("next"), "Next page")
        .parallel("Split")
        .service_task(
            "Work", job_type="work", retries=5, headers=(("k", "v"),), inputs={"a": "=b"}, outputs={"c": "=d"}
        )
        .parallel("Join")
        .end("Done")
        .at("Split")
        .call_activity("Call", called_element="other", passes_all_variables=False, loop=many(input_collection="=list"))
        .to("Join")
        .at("Split")
        .call_task("Ask", UserTask(id=ElementId("ask_globally"), name="Ask", candidate_groups="all"))
        .to("Join")
        .at("Split")
        .ad_hoc("Any", lambda inner: inner.task("One").apart().manual_task("Two"), completion_condition="=enough")
        .to("Join")
        .event_sub_process("On condition", lambda inner: inner.start("Now", conditional("a > 1")).task().end())
        .subscribes("key", number="=order.number")
    )


def booking(inner: ScopeBuilder) -> None:
    (
        inner.start()
        .service_task("Book flight", job_type="flight")
        .boundary(compensation())
        .service_task("Undo flight", job_type="undo")
        .at("Book flight")
        .throw(compensation("Book_flight", waits=False), "Undo")
        .end("Give up", cancel())
        .event_sub_process("Undo all", lambda undo: undo.start("Compensate", compensation()).task("All").end())
    )


def complex_loop() -> MultiInstanceLoop:
    behaviors = (ComplexBehavior(condition="loopCounter = 2", event=signal("two")),)
    return many(
        cardinality="3",
        is_sequential=True,
        behavior=MultiInstanceBehavior.COMPLEX,
        complex_behaviors=behaviors,
        one_event=shared("one", signal("one")),
        none_event=escalation("NONE"),
    )


def all_nodes(owner: ProcessDefinition | SubProcess) -> Iterator[AnyFlowNode]:
    for node in owner.nodes:
        yield node
        if isinstance(node, SubProcess):
            yield from all_nodes(node)


def test_every_class_of_flow_node_and_event_definition_can_be_built() -> None:
    nodes = [node for part in everything().processes for node in all_nodes(part)]
    definitions = [part for node in nodes for part in single_definitions(getattr(node, "definition", None))]

    assert {type(node) for node in nodes} == set(get_args(AnyFlowNode)) - {UnsupportedNode}
    assert {type(definition) for definition in definitions} == set(get_args(SingleDefinition))


def test_what_is_written_is_read_as_the_same_model() -> None:
    built = everything()

    read = read_bpmn(written(built))

    assert [f for part in read.processes for f in part.findings if f.severity is Severity.ERROR] == []
    for one, other in zip(built.processes, read.processes, strict=True):
        assert is_same(one, other)
        for a, b in zip(all_nodes(one), all_nodes(other), strict=True):
            assert is_same(a, b), (a, b)
            assert (a.incoming, a.outgoing) == (b.incoming, b.outgoing)
        assert [(f.source, f.target, f.condition) for f in one.flows] == [
            (f.source, f.target, f.condition) for f in other.flows
        ]
        assert other.correlation_keys == one.correlation_keys
    assert [c.participants[2].name for c in read.collaborations] == ["Customer"]


def written(definitions: Definitions) -> bytes:
    from taktloom.formats.bpmn import write_bpmn

    return write_bpmn(definitions)


@pytest.mark.data
def test_what_is_written_is_valid_and_drawn() -> None:
    assert DATA is not None
    schema = etree.XMLSchema(etree.parse(DATA / "xsd" / "bpmn" / "BPMN20.xsd"))
    built = everything()

    root = etree.fromstring(written(built))

    assert schema.validate(root), schema.error_log
    drawn = {str(shape.get("bpmnElement")) for shape in root.iter("{*}BPMNShape", "{*}BPMNEdge")}
    expected = {node.id for part in built.processes for node in all_nodes(part)}
    expected |= {flow.id for part in built.processes for flow in part.flows}
    expected |= {pool.id for pool in built.collaborations[0].participants}
    expected |= {reference.id for part in built.processes for reference in part.data_references}
    expected |= {flow.id for flow in built.collaborations[0].message_flows}
    assert expected <= drawn


def test_ids_are_made_of_names_and_are_unique() -> None:
    built = process("p").start("Order received").task("Order received").task("1. Pay!").task().task().end().build()

    assert [node.id for node in built.nodes] == [
        "Order_received",
        "Order_received_2",
        "task_1_Pay",
        "task",
        "task_2",
        "end",
    ]


def test_conditions_and_defaults_belong_to_the_next_flow() -> None:
    built = (
        process("p").start().exclusive("g").when("a > 1", "big").task("A").to("g")
        .at("g").otherwise("small").end("E").build()
    )  # fmt: skip

    assert [(f.source, f.target, f.condition, f.name) for f in built.flows][1:] == [
        ("g", "A", "a > 1", "big"),
        ("A", "g", None, ""),
        ("g", "E", None, "small"),
    ]
    gateway = built.nodes[1]
    assert isinstance(gateway, ExclusiveGateway)
    assert gateway.default_flow == built.flows[3].id


def test_what_follows_a_compensation_event_is_its_handler() -> None:
    built = process("p").start().task("A").boundary(compensation(), "undo").task("Undo A").at("A").end().build()
    boundary, handler = built.nodes[2], built.nodes[3]

    assert isinstance(boundary, BoundaryEvent)
    assert isinstance(handler, Activity)
    assert (boundary.compensation_handler, handler.is_for_compensation) == ("Undo_A", True)
    assert [(flow.source, flow.target) for flow in built.flows] == [("start", "A"), ("A", "end")]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda builder: builder.at("nothing"),
        lambda builder: builder.to("nothing"),
        lambda builder: builder.task("a").task("a").at("a_3"),
        lambda builder: builder.boundary(error()),
        lambda builder: builder.start().reads("Order"),
        lambda builder: builder.task().reads("Order"),
    ],
)
def test_a_wrong_call_is_a_misuse_with_a_remedy(wrong: object) -> None:
    builder: ProcessBuilder = process("p")
    assert callable(wrong)

    with pytest.raises(MisuseError) as refused:
        wrong(builder)

    assert refused.value.remedy


def test_the_examples_of_the_page_run() -> None:
    page = (PROJECT_ROOT / "docs" / "reference" / "models-in-code.md").read_text("utf-8")
    examples = re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)

    assert len(examples) == 3
    for example in examples:
        exec(compile(example, "models-in-code.md", "exec"), {})  # our own page


def test_the_example_of_the_module_runs() -> None:
    assert doctest.testmod(taktloom.formats.bpmn.builder).failed == 0
