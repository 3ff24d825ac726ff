# SPDX-License-Identifier: Apache-2.0
"""What BPMN XML becomes, and what is refused with file, line and rule."""

import pytest

from taktloom.formats.bpmn import read_bpmn
from taktloom.model.errors import DefinitionError
from taktloom.model.event_definitions import MessageDefinition, TimerDefinition
from taktloom.model.findings import Severity
from taktloom.model.process import (
    BoundaryEvent,
    BusinessRuleTask,
    Definitions,
    EventAttribute,
    ExclusiveGateway,
    Form,
    IntermediateCatchEvent,
    Lane,
    ProcessDefinition,
    ScriptTask,
    ServiceTask,
    StartEvent,
    SubProcess,
    UnsupportedNode,
    UserTask,
)
from taktloom.model.process_data import VariableMapping
from tests.kernel.driver import load_model

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:z="http://camunda.org/schema/zeebe/1.0"'
    ' xmlns:t="urn:taktloom:bpmn:1" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d"'
    ' targetNamespace="urn:x"'
)


def read(body: str, roots: str = "", attributes: str = "") -> Definitions:
    text = f'{HEAD}{attributes}>\n{roots}<process id="p" isExecutable="true">\n{body}\n</process></definitions>'
    return read_bpmn(text.encode(), name="x.bpmn")


def process_of(body: str, roots: str = "", attributes: str = "") -> ProcessDefinition:
    return read(body, roots, attributes).processes[0]


def errors_of(definition: ProcessDefinition) -> list[tuple[str, int | None, str | None]]:
    return [(f.rule, f.place.line, f.place.element_id) for f in definition.findings if f.severity is Severity.ERROR]


def test_the_zeebe_dialect_is_read() -> None:
    definition = load_model("permit")
    start, check, gateway, register, done = definition.nodes

    assert (definition.id, definition.name, definition.version_tag) == ("permit", "Permit", "1.2")
    assert definition.forms == (Form(id="check_form", schema='{"components": []}'),)
    assert definition.case_attributes == (EventAttribute(name="amount", source="=amount", level="case"),)
    assert [lane.name for lane in definition.lanes] == ["Front office", "Back office"]
    assert isinstance(check, UserTask)
    assert (check.candidate_groups, check.due_date, check.form_id) == ("clerks, heads", "P2D", "check_form")
    assert (check.incoming, check.outgoing) == (("f1",), ("f2",))
    assert isinstance(gateway, ExclusiveGateway)
    assert gateway.default_flow == "small"
    assert isinstance(register, ServiceTask)
    assert (register.job_type, register.retries) == ("register", 5)
    assert register.headers == (("system", "back office"),)
    assert register.inputs == (VariableMapping(source="=amount * 2", target="order.total"),)
    assert register.outputs == (VariableMapping(source="=number", target="registered.number"),)
    assert (start.name, done.place.source, check.place.line) == ("Application received", "permit.bpmn", 14)
    assert [flow.condition for flow in definition.flows if flow.id == "f3"] == ["=amount > 100"]


def test_the_own_namespace_has_the_same_elements() -> None:
    (task,) = process_of(
        '<serviceTask id="a"><extensionElements>'
        '<t:taskDefinition type="j" retries="2"/></extensionElements></serviceTask>'
    ).nodes

    assert isinstance(task, ServiceTask)
    assert (task.job_type, task.retries) == ("j", 2)


def test_an_external_task_of_camunda_7_is_a_job_of_its_topic() -> None:
    (task,) = process_of('<serviceTask id="a" camunda:type="external" camunda:topic="mail"/>').nodes

    assert isinstance(task, ServiceTask)
    assert task.job_type == "mail"


def test_scripts_and_decisions_are_read() -> None:
    script, plain, rule = process_of(
        '<scriptTask id="a"><extensionElements>'
        '<z:script expression="=1 + 1" resultVariable="r"/></extensionElements></scriptTask>'
        '<scriptTask id="b" scriptFormat="FEEL" t:resultVariable="q"><script>2 * 2</script></scriptTask>'
        '<businessRuleTask id="c"><extensionElements>'
        '<z:calledDecision decisionId="d1" resultVariable="x"/></extensionElements></businessRuleTask>'
    ).nodes

    assert isinstance(script, ScriptTask)
    assert (script.script, script.result_variable) == ("=1 + 1", "r")
    assert isinstance(plain, ScriptTask)
    assert (plain.script, plain.result_variable) == ("2 * 2", "q")
    assert isinstance(rule, BusinessRuleTask)
    assert (rule.decision_id, rule.result_variable) == ("d1", "x")


def test_events_take_their_messages_and_errors_from_the_roots() -> None:
    roots = (
        '<message id="m" name="payment"><extensionElements>'
        '<z:subscription correlationKey="=order"/></extensionElements></message>'
        '<error id="er" errorCode="E1"/>'
    )
    catch, host, boundary = process_of(
        '<intermediateCatchEvent id="c"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
        '<task id="t"/>'
        '<boundaryEvent id="b" attachedToRef="t" cancelActivity="false">'
        '<errorEventDefinition errorRef="er"/></boundaryEvent>',
        roots,
    ).nodes

    assert isinstance(catch, IntermediateCatchEvent)
    assert catch.definition == MessageDefinition(name="payment", correlation_key="=order")
    assert isinstance(boundary, BoundaryEvent)
    assert (boundary.attached_to, boundary.is_interrupting) == (host.id, False)
    assert getattr(boundary.definition, "code") == "E1"  # noqa: B009


def test_an_event_definition_may_be_shared_by_reference() -> None:
    (start,) = process_of(
        '<startEvent id="s"><eventDefinitionRef>shared</eventDefinitionRef></startEvent>',
        '<timerEventDefinition id="shared"><timeCycle>R/P1D</timeCycle></timerEventDefinition>',
    ).nodes

    assert isinstance(start, StartEvent)
    assert start.definition == TimerDefinition(cycle="R/P1D")


def test_a_sub_process_holds_its_own_nodes_and_flows() -> None:
    (sub,) = process_of(
        '<subProcess id="sub"><startEvent id="a"/><endEvent id="b"/>'
        '<sequenceFlow id="f" sourceRef="a" targetRef="b"/></subProcess>'
    ).nodes

    assert isinstance(sub, SubProcess)
    assert [node.id for node in sub.nodes] == ["a", "b"]
    assert sub.nodes[0].outgoing == ("f",)


def test_of_nested_lanes_the_innermost_hold_the_nodes() -> None:
    definition = process_of(
        '<laneSet id="ls"><lane id="outer" name="Office"><childLaneSet id="cl">'
        '<lane id="inner" name="Clerk"><flowNodeRef>t</flowNodeRef>'
        '</lane></childLaneSet></lane></laneSet><task id="t"/>'
    )

    assert definition.lanes == (Lane(id=definition.lanes[0].id, name="Clerk", nodes=(definition.nodes[0].id,)),)


@pytest.mark.parametrize(
    ("xml", "name", "reason"),
    [
        ('<choreographyTask id="x"/>', "choreographyTask", ""),
        ('<intermediateCatchEvent id="x"/>', "intermediateCatchEvent", "no event definition"),
        ('<boundaryEvent id="x" attachedToRef="t"/>', "boundaryEvent", "no event definition"),
    ],
)
def test_what_is_no_part_of_the_execution_standard_is_kept_and_named(xml: str, name: str, reason: str) -> None:
    (node,) = process_of(xml).nodes

    assert isinstance(node, UnsupportedNode)
    assert (node.id, node.xml_name, node.reason, node.place.line) == ("x", name, reason, 3)


@pytest.mark.parametrize(
    ("body", "rule", "element"),
    [
        ('<startEvent id="a"><messageEventDefinition messageRef="gone"/></startEvent>', "message-unknown", "a"),
        ('<endEvent id="a"><errorEventDefinition errorRef="gone"/></endEvent>', "error-unknown", "a"),
        (
            '<startEvent id="a"><eventDefinitionRef>gone</eventDefinitionRef></startEvent>',
            "event-definition-unknown",
            "a",
        ),
        ('<task id="a"/>\n<task id="a"/>', "duplicate-id", "a"),
        (
            (
                '<sequenceFlow id="a" sourceRef="s" targetRef="t">'
                '<conditionExpression language="groovy">x</conditionExpression></sequenceFlow>'
            ),
            "expression-language-unsupported",
            "a",
        ),
        (
            (
                '<serviceTask id="a"><extensionElements>'
                '<z:taskDefinition type="j" retries="some"/></extensionElements></serviceTask>'
            ),
            "retries-not-a-number",
            "a",
        ),
        (
            '<userTask id="a"><extensionElements><camunda:taskListener event="create"/></extensionElements></userTask>',
            "extension-not-run",
            "a",
        ),
    ],
)
def test_a_problem_of_the_file_is_a_finding_with_its_element(body: str, rule: str, element: str) -> None:
    found = errors_of(process_of(body))

    assert [(name, element_id) for name, _, element_id in found] == [(rule, element)]
    assert all(line is not None and line >= 3 for _, line, _ in found)


@pytest.mark.parametrize(
    ("source", "rule", "line"),
    [
        (b"<definitions", "xml-refused", 1),
        (b"", "xml-refused", 1),
        (b'<!DOCTYPE d [<!ENTITY a "b">]>\n<definitions/>', "xml-refused", 1),
        (b"<html/>", "not-bpmn", 1),
        (f"{HEAD}>\n</definitions>".encode(), "no-process", 1),
    ],
)
def test_what_is_no_bpmn_is_refused_with_a_finding(source: bytes, rule: str, line: int | None) -> None:
    with pytest.raises(DefinitionError) as refused:
        read_bpmn(source, name="x.bpmn")

    assert [(finding.rule, finding.place.line) for finding in refused.value.findings] == [(rule, line)]
    assert refused.value.place.source == "x.bpmn"


def test_elements_without_an_id_get_one() -> None:
    first, second = process_of("<task/><task/>").nodes

    assert first.id != second.id


def test_a_missing_is_executable_means_executable() -> None:
    text = f'{HEAD}><process id="p"/><process id="q" isExecutable="false"/></definitions>'

    definitions = read_bpmn(text.encode())

    assert [process.is_executable for process in definitions.processes] == [True, False]


def test_names_in_any_script_are_kept() -> None:
    (task,) = process_of('<userTask id="任务" name="审批 &amp; 盖章"/>').nodes

    assert (task.id, task.name) == ("任务", "审批 & 盖章")
