# SPDX-License-Identifier: Apache-2.0
"""Each structural rule with a model that breaks just it: refused by that rule, at that element."""

from dataclasses import replace

import pytest

from taktloom.kernel import compile_process
from taktloom.model.errors import DefinitionError
from taktloom.model.event_definitions import ErrorDefinition, MessageDefinition, TerminateDefinition, TimerDefinition
from taktloom.model.findings import Severity
from taktloom.model.process import (
    AnyFlowNode,
    BoundaryEvent,
    BusinessRuleTask,
    EndEvent,
    EventAttribute,
    ExclusiveGateway,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    Lane,
    ParallelGateway,
    ProcessDefinition,
    ReceiveTask,
    ScriptTask,
    SequenceFlow,
    ServiceTask,
    StartEvent,
    SubProcess,
    Task,
    UnsupportedNode,
    UserTask,
)
from taktloom.model.process_data import VariableMapping
from tests.kernel.build import eid, flows_of, process, sub_process

S, T, E = StartEvent(id=eid("s")), Task(id=eid("t")), EndEvent(id=eid("e"))
PT1H = TimerDefinition(duration="PT1H")


def with_node(node: AnyFlowNode, *others: AnyFlowNode, flows: str = "") -> ProcessDefinition:
    """A sound process that goes through *node*."""
    return process(S, node, *others, E, flows=f"s > {node.id} > e\n{flows}")


def boundary(**fields: object) -> ProcessDefinition:
    values: dict[str, object] = {"id": eid("b"), "attached_to": eid("t"), "definition": PT1H, **fields}
    event = BoundaryEvent(**values)  # type: ignore[arg-type]
    return process(S, T, event, E, flows="s > t > e\nb > e")


def exclusive(conditions: dict[str, str], default: str | None = None) -> ProcessDefinition:
    gateway = ExclusiveGateway(id=eid("g"), default_flow=None if default is None else eid(default))
    return process(S, gateway, T, E, flows="s > g > t > e\ng > e", conditions=conditions)


def attributes(*given: EventAttribute) -> ProcessDefinition:
    return with_node(Task(id=eid("x"), event_attributes=given))


REFUSED: dict[str, tuple[ProcessDefinition, str]] = {
    "unsupported-element": (with_node(UnsupportedNode(id=eid("x"), xml_name="complexGateway")), "x"),
    "duplicate-id": (process(S, T, T, E, flows="s > t > e"), "t"),
    "flow-target-unknown": (process(S, T, E, flows="s > t > e\nt > nowhere"), "t-nowhere"),
    "flow-source-unknown": (process(S, T, E, flows="s > t > e\nnowhere > t"), "nowhere-t"),
    "nothing-to-start": (process(T, Task(id=eid("u")), flows="t > u > t"), "p"),
    "several-none-start-events": (
        with_node(
            sub_process(
                "x", StartEvent(id=eid("i")), StartEvent(id=eid("k")), EndEvent(id=eid("j")), flows="i > j\nk > j"
            )
        ),
        "k",
    ),
    "triggered-start-in-sub-process": (
        with_node(sub_process("x", StartEvent(id=eid("i"), definition=PT1H), EndEvent(id=eid("j")), flows="i > j")),
        "i",
    ),
    "start-event-with-incoming-flow": (process(S, T, E, flows="s > t > e\nt > s"), "s"),
    "boundary-event-with-incoming-flow": (
        process(
            S, T, BoundaryEvent(id=eid("b"), attached_to=eid("t"), definition=PT1H), E, flows="s > t > e\nb > e\nt > b"
        ),
        "b",
    ),
    "end-event-with-outgoing-flow": (process(S, T, E, flows="s > t > e > t"), "e"),
    "gateway-without-outgoing-flow": (process(S, ParallelGateway(id=eid("g")), flows="s > g"), "g"),
    "default-flow-unknown": (with_node(Task(id=eid("x"), default_flow=eid("s-x"))), "x"),
    "condition-after-parallel-gateway": (
        process(S, ParallelGateway(id=eid("g")), E, flows="s > g > e", conditions={"g-e": "true"}),
        "g-e",
    ),
    "lane-member-unknown": (
        replace(process(S, E, flows="s > e"), lanes=(Lane(id=eid("l"), name="L", nodes=(eid("nowhere"),)),)),
        "l",
    ),
    "flow-without-condition": (exclusive({}, "g-t"), "g-e"),
    "boundary-host-unknown": (boundary(attached_to=eid("nowhere")), "b"),
    "boundary-on-event": (boundary(attached_to=eid("e")), "b"),
    "non-interrupting-error": (boundary(definition=ErrorDefinition(code="E"), is_interrupting=False), "b"),
    "error-caught-twice": (
        process(
            S,
            T,
            *(BoundaryEvent(id=eid(n), attached_to=eid("t"), definition=ErrorDefinition(code="E")) for n in "ab"),
            E,
            flows="s > t > e\na > e\nb > e",
        ),
        "b",
    ),
    "timer-at-end-event": (process(S, EndEvent(id=eid("x"), definition=PT1H), flows="s > x"), "x"),
    "message-without-name": (
        with_node(IntermediateCatchEvent(id=eid("x"), definition=MessageDefinition(name="", root_id=eid("m")))),
        "x",
    ),
    "error-without-code": (
        process(S, EndEvent(id=eid("x"), definition=ErrorDefinition(root_id=eid("r"))), flows="s > x"),
        "x",
    ),
    "timer-without-text": (with_node(IntermediateCatchEvent(id=eid("x"), definition=TimerDefinition())), "x"),
    "timer-text-invalid": (
        with_node(IntermediateCatchEvent(id=eid("x"), definition=TimerDefinition(duration="P1H"))),
        "x",
    ),
    "job-type-missing": (with_node(ServiceTask(id=eid("x"), job_type="")), "x"),
    "retries-out-of-range": (with_node(ServiceTask(id=eid("x"), job_type="j", retries=0)), "x"),
    "job-priority-out-of-range": (with_node(ServiceTask(id=eid("x"), job_type="j", priority="9999999999")), "x"),
    "back-off-no-duration": (with_node(ServiceTask(id=eid("x"), job_type="j", back_off=("PT1M", "-PT1M"))), "x"),
    "decision-missing": (with_node(BusinessRuleTask(id=eid("x"), decision_id="", result_variable="r")), "x"),
    "mapping-target-invalid": (
        with_node(Task(id=eid("x"), inputs=(VariableMapping(source="1", target="a..b"),))),
        "x",
    ),
    "mapping-source-missing": (with_node(Task(id=eid("x"), inputs=(VariableMapping(source="=", target="a"),))), "x"),
    "event-attribute-invalid": (attributes(EventAttribute(name="a", source="a", level="row")), "x"),
    "expression-not-feel": (exclusive({"g-t": "1 +", "g-e": "true"}), "g-t"),
}


@pytest.mark.parametrize("rule", REFUSED)
def test_a_model_that_breaks_one_rule_is_refused_by_that_rule_at_that_element(rule: str) -> None:
    definition, element = REFUSED[rule]

    with pytest.raises(DefinitionError) as refused:
        compile_process(definition)

    errors = [finding for finding in refused.value.findings if finding.severity is Severity.ERROR]
    assert [(finding.rule, finding.place.element_id) for finding in errors] == [(rule, element)]
    assert errors[0].remedy


WARNED: dict[str, tuple[ProcessDefinition, str]] = {
    "gateway-without-default-flow": (exclusive({"g-t": "true", "g-e": "false"}), "g"),
    "event-without-outgoing-flow": (
        process(S, T, BoundaryEvent(id=eid("b"), attached_to=eid("t"), definition=PT1H), E, flows="s > t > e"),
        "b",
    ),
    "unreachable-node": (process(S, T, E, Task(id=eid("x")), flows="s > t > e\nx > e"), "x"),
}


@pytest.mark.parametrize("rule", WARNED)
def test_what_only_deserves_a_warning_compiles_and_is_said(rule: str) -> None:
    definition, element = WARNED[rule]

    compiled = compile_process(definition)

    assert [(finding.rule, finding.place.element_id) for finding in compiled.findings] == [(rule, element)]


def test_every_problem_is_reported_at_once() -> None:
    definition = process(
        ServiceTask(id=eid("a"), job_type=""),
        ScriptTask(id=eid("b"), script="1 +", result_variable="r"),
        UserTask(id=eid("c"), assignee="= ("),
        flows="a > b > c > nowhere",
    )

    with pytest.raises(DefinitionError) as refused:
        compile_process(definition)

    assert {finding.rule for finding in refused.value.findings} == {
        "flow-target-unknown",
        "job-type-missing",
        "expression-not-feel",
    }
    assert [f.place.element_id for f in refused.value.findings if f.rule == "expression-not-feel"] == ["b", "c"]


def test_a_syntax_error_tells_its_position() -> None:
    with pytest.raises(DefinitionError) as refused:
        compile_process(exclusive({"g-t": "=amount >> 3", "g-e": "true"}))

    messages = [finding.message for finding in refused.value.findings if finding.rule == "expression-not-feel"]
    assert len(messages) == 1
    assert "line 1, column 9" in messages[0]


def test_a_decision_that_is_not_deployed_is_refused_where_decisions_are_known() -> None:
    definition = with_node(BusinessRuleTask(id=eid("x"), decision_id="discount", result_variable="r"))

    assert compile_process(definition, decisions={"discount"}).findings == ()
    with pytest.raises(DefinitionError) as refused:
        compile_process(definition, decisions=set())
    assert refused.value.findings[0].rule == "decision-unknown"


def test_external_choices_must_be_exclusive_gateways() -> None:
    with pytest.raises(DefinitionError) as refused:
        compile_process(process(S, T, E, flows="s > t > e"), external_choices=frozenset({eid("t")}))

    assert refused.value.findings[0].rule == "external-choice-unknown"


def test_problems_inside_a_sub_process_are_found() -> None:
    inner = SubProcess(id=eid("sub"), nodes=(ServiceTask(id=eid("a"), job_type=""),), flows=flows_of(""))

    with pytest.raises(DefinitionError) as refused:
        compile_process(process(S, inner, E, flows="s > sub > e"))

    assert {(f.rule, f.place.element_id) for f in refused.value.findings} == {
        ("job-type-missing", "a"),
    }


def test_a_flow_across_the_border_of_a_sub_process_is_refused() -> None:
    inner = sub_process("sub", StartEvent(id=eid("i")), EndEvent(id=eid("j")), flows="i > j")
    definition = process(S, inner, E, flows="s > sub > e")
    crossing = SequenceFlow(id=eid("x"), source=eid("s"), target=eid("j"))

    with pytest.raises(DefinitionError) as refused:
        compile_process(replace(definition, flows=(*definition.flows, crossing)))

    assert [(f.rule, f.place.element_id) for f in refused.value.findings] == [("flow-crosses-sub-process", "x")]


@pytest.mark.parametrize(
    ("definition", "rule"),
    [
        (with_node(IntermediateThrowEvent(id=eid("x"), definition=PT1H)), "timer-at-throw-event"),
        (boundary(definition=TerminateDefinition()), "terminate-at-boundary-event"),
    ],
)
def test_throwing_a_timer_and_terminating_at_a_boundary_are_out_of_place(
    definition: ProcessDefinition, rule: str
) -> None:
    with pytest.raises(DefinitionError) as refused:
        compile_process(definition)

    assert rule in {finding.rule for finding in refused.value.findings}


@pytest.mark.parametrize(
    "definition",
    [
        exclusive({"g-t": "x = 1", "g-e": "x = 2"}, default="g-e"),
        process(S, ExclusiveGateway(id=eid("g")), E, flows="s > g > e", conditions={"g-e": "x = 1"}),
        exclusive({"g-t": "x = 1"}),
    ],
    ids=["a default flow", "one way out", "a flow without condition"],
)
def test_only_a_choice_in_which_every_flow_has_a_condition_lacks_a_default_flow(definition: ProcessDefinition) -> None:
    rules = {finding.rule for finding in compile_process(definition).findings}

    assert "gateway-without-default-flow" not in rules


def test_one_of_several_flows_without_condition_is_taken_for_the_default_flow_and_said_to_be() -> None:
    plain = process(S, ExclusiveGateway(id=eid("g")), E, flows="s > g > e")
    models = {"two ways": exclusive({"g-t": "x = 1"}), "one way": plain, "marked": exclusive({"g-t": "x = 1"}, "g-e")}

    warned = {
        name
        for name, definition in models.items()
        if "default-flow-not-marked" in {finding.rule for finding in compile_process(definition).findings}
    }

    assert warned == {"two ways"}


def test_a_cycle_is_out_of_place_where_the_event_happens_once() -> None:
    cycle = TimerDefinition(cycle="R3/PT1H")
    models = {
        "interrupting": boundary(definition=cycle),
        "beside": boundary(definition=cycle, is_interrupting=False),
        "start": process(StartEvent(id=eid("s"), definition=cycle), E, flows="s > e"),
        "catch": with_node(IntermediateCatchEvent(id=eid("c"), definition=cycle)),
    }

    warned = {
        name
        for name, definition in models.items()
        if "timer-cycle-out-of-place" in {finding.rule for finding in compile_process(definition).findings}
    }

    assert warned == {"interrupting", "catch"}


def test_where_a_message_begins_the_process_what_no_path_leads_to_from_there_is_said() -> None:
    begin = ReceiveTask(id=eid("r"), message=MessageDefinition(name="order"), instantiate=True)

    compiled = compile_process(process(begin, T, Task(id=eid("x")), E, flows="r > t > e\nx > e"))

    assert [(one.rule, one.place.element_id) for one in compiled.findings] == [("unreachable-node", "x")]
