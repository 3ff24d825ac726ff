# SPDX-License-Identifier: Apache-2.0
"""Reading and writing loses nothing, and what was changed in the model meanwhile is what is written."""

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from taktloom.formats.bpmn import read_bpmn, write_bpmn
from taktloom.model.diagram import Diagram
from taktloom.model.identifiers import ElementId
from taktloom.model.process import (
    NOTHING_FOREIGN,
    Definitions,
    ProcessDefinition,
    SequenceFlow,
    ServiceTask,
    SubProcess,
    Task,
    UserTask,
)
from tests.data import PROJECT_ROOT, find_test_data
from tests.formats.lossless import compared, differences

DATA = find_test_data()
MIWG = sorted((DATA / "bpmn-miwg").glob("*.bpmn")) if DATA is not None else []
# Refused models whose references cannot be told apart, or lead to what the writer adds.
AMBIGUOUS = {"duplicate-id", "data-store-unknown"}
OWN = sorted(
    path
    for folder in ("tests", "examples", "src")
    for path in (PROJECT_ROOT / folder).rglob("*.bpmn")
    if "node_modules" not in path.parts and path.stem not in AMBIGUOUS
)

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns="urn:own" xmlns:v="urn:vendor"
  xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
  xmlns:color="http://www.omg.org/spec/BPMN/non-normative/color/1.0" targetNamespace="urn:own">"""

ODD = f"""{HEAD}
  <b:documentation textFormat="text/html">about</b:documentation>
  <b:error id="e" name="no code"/>
  <b:process id="p" name=" spaced " processType="Private">
    <b:documentation>one</b:documentation><b:documentation id="doc2">two</b:documentation>
    <b:extensionElements><v:note xmlns:w="urn:other" w:deep="1">text <v:b>mixed</v:b> tail</v:note>
    </b:extensionElements>
    <b:property id="pr" name="limit"><b:dataState name="fresh"/></b:property>
    <b:laneSet id="ls"><b:lane id="l1" name="outer"><b:childLaneSet id="cls"><b:lane id="l2"><b:flowNodeRef>a
    </b:flowNodeRef></b:lane></b:childLaneSet></b:lane></b:laneSet>
    <b:sequenceFlow id="f" sourceRef="a" targetRef="z" isImmediate="false">
      <b:conditionExpression id="ce" xsi:type="b:tFormalExpression" language="feel">a &gt; 1</b:conditionExpression>
    </b:sequenceFlow>
    <b:userTask id="a" camunda:assignee="${{who}}" camunda:candidateGroups="x"
      v:colour="red" implementation="##unspecified">
      <b:extensionElements><camunda:inputOutput><camunda:inputParameter name="n">${{m + 1}}</camunda:inputParameter>
      </camunda:inputOutput><v:note/></b:extensionElements>
      <b:outgoing>f</b:outgoing>
      <b:ioSpecification id="io"><b:dataInput id="di" name="n"/><b:inputSet id="is">
      <b:dataInputRefs>di</b:dataInputRefs><b:outputSetRefs>os</b:outputSetRefs></b:inputSet><b:outputSet id="os"/>
      </b:ioSpecification>
      <b:potentialOwner id="po"><b:resourceAssignmentExpression><b:formalExpression>group(g)</b:formalExpression>
      </b:resourceAssignmentExpression></b:potentialOwner>
    </b:userTask>
    <b:endEvent><b:errorEventDefinition errorRef="e"/></b:endEvent>
    <b:dataObject id="do" isCollection="true"><b:dataState id="ds" name="paid"/></b:dataObject>
    <b:intermediateThrowEvent id="z"><b:incoming>f</b:incoming><b:signalEventDefinition id="sd" signalRef="s"/>
      <b:eventDefinitionRef>shared</b:eventDefinitionRef></b:intermediateThrowEvent>
    <b:choreographyTask id="ct" initiatingParticipantRef="x"><b:participantRef>x</b:participantRef></b:choreographyTask>
    <b:textAnnotation id="ta"><b:text>a note</b:text></b:textAnnotation>
    <b:association id="as" associationDirection="Both" sourceRef="a" targetRef="ta"/>
  </b:process>
  <b:signal id="s" name="alarm" structureRef="xsi:odd"/>
  <b:timerEventDefinition id="shared"><b:timeCycle>R3/PT1H</b:timeCycle></b:timerEventDefinition>
  <b:process id="q" isExecutable="false"/>
  <bpmndi:BPMNDiagram id="d1" name="first" resolution="96.0"><bpmndi:BPMNPlane id="pl1" bpmnElement="p">
    <bpmndi:BPMNShape id="sh1" bpmnElement="a" color:border-color="#ff0000">
    <dc:Bounds height="80" width="100" x="1.50" y="2"/>
    <bpmndi:BPMNLabel labelStyle="st"/></bpmndi:BPMNShape></bpmndi:BPMNPlane>
    <bpmndi:BPMNLabelStyle id="st"><dc:Font name="Arial" size="11.0"/></bpmndi:BPMNLabelStyle></bpmndi:BPMNDiagram>
  <bpmndi:BPMNDiagram id="d2"><bpmndi:BPMNPlane id="pl2" bpmnElement="q"/></bpmndi:BPMNDiagram>
</b:definitions>"""


@pytest.mark.data
@pytest.mark.conformance
@pytest.mark.parametrize("path", MIWG, ids=lambda path: path.stem)
def test_every_interchange_model_comes_back_as_it_was(path: Path) -> None:
    assert differences(path.read_bytes()) == []


def test_every_own_model_comes_back_as_it_was() -> None:
    changed = {str(path.relative_to(PROJECT_ROOT)): found for path in OWN if (found := differences(path.read_bytes()))}

    assert changed == {}
    assert len(OWN) > 10


@pytest.mark.data
def test_valid_files_are_written_valid() -> None:
    assert DATA is not None
    schema = etree.XMLSchema(etree.parse(DATA / "xsd" / "bpmn" / "BPMN20.xsd"))
    valid = [path for path in (*MIWG, *OWN) if schema.validate(etree.parse(path))]

    broken = [
        path.name for path in valid if not schema.validate(etree.fromstring(write_bpmn(read_bpmn(path.read_bytes()))))
    ]

    assert broken == []
    assert len(valid) > 30


def test_odd_parts_come_back_as_they_were() -> None:
    assert differences(ODD.encode()) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('name="n"/><b:inputSet', 'name="other"/><b:inputSet'),
        ("paid", "unpaid"),
        ('resolution="96.0"', 'resolution="97.0"'),
        ("<b:text>a note", "<b:text>another note"),
        (' isImmediate="false"', ""),
        ("<b:outgoing>f</b:outgoing>", ""),
        ('<b:signal id="s"', '<b:signal v:x="y" id="s"'),
    ],
)
def test_the_comparison_sees_a_difference(before: str, after: str) -> None:
    found = compared(ODD.encode(), ODD.replace(before, after).encode())

    assert len(found) == 1


def changed_task(definitions: Definitions, task: UserTask) -> Definitions:
    process = definitions.processes[0]
    nodes = tuple(task if node.id == task.id else node for node in process.nodes)
    return replace(definitions, processes=(replace(process, nodes=nodes), *definitions.processes[1:]))


def user_task(definitions: Definitions) -> UserTask:
    found = next(node for node in definitions.processes[0].nodes if node.id == "a")
    assert isinstance(found, UserTask)
    return found


def test_a_change_in_the_model_wins_over_what_was_kept() -> None:
    definitions = read_bpmn(ODD.encode())
    task = replace(user_task(definitions), assignee="bob", name="Anew")

    written = write_bpmn(changed_task(definitions, task))

    again = user_task(read_bpmn(written))
    assert (again.assignee, again.name, again.candidate_groups) == ("bob", "Anew", "x")
    assert again.inputs == task.inputs
    element = etree.fromstring(written).find(".//{*}userTask")
    assert element is not None
    assert element.get("{http://camunda.org/schema/1.0/bpmn}assignee") is None
    assert element.get("{urn:vendor}colour") == "red"
    assert element.find(".//{urn:vendor}note") is not None
    assert element.find(".//{*}ioSpecification").get("id") == "io"  # type: ignore[union-attr]


def test_what_is_new_and_what_is_gone_is_written_so() -> None:
    definitions = read_bpmn(ODD.encode())
    process = definitions.processes[0]
    new = ServiceTask(id=ElementId("new"), job_type="j")
    flow = SequenceFlow(id=ElementId("g"), source=ElementId("z"), target=ElementId("new"))
    changed = replace(process, nodes=(*process.nodes[1:], new), flows=(flow,))

    again = read_bpmn(write_bpmn(replace(definitions, processes=(changed, definitions.processes[1])))).processes[0]

    assert [node.id for node in again.nodes if not node.id.startswith("_")] == ["z", "ct", "new"]
    assert [(f.source, f.target) for f in again.flows] == [("z", "new")]


def test_a_moved_shape_keeps_its_colours_and_styles() -> None:
    definitions = read_bpmn(ODD.encode())
    assert definitions.diagram is not None
    moved = Diagram(shapes=(replace(definitions.diagram.shapes[0], x=77.0),))

    root = etree.fromstring(write_bpmn(replace(definitions, diagram=moved)))

    (shape,) = root.findall(".//{*}BPMNShape")
    bounds = shape.find("{*}Bounds")
    assert bounds is not None
    assert (bounds.get("x"), bounds.get("width"), shape.get("id")) == ("77", "100", "sh1")
    assert shape.get("{http://www.omg.org/spec/BPMN/non-normative/color/1.0}border-color") == "#ff0000"
    assert len(root.findall("{*}BPMNDiagram")) == 2


def test_plain_models_keep_nothing_as_text() -> None:
    text = (PROJECT_ROOT / "tests" / "kernel" / "models" / "permit.bpmn").read_bytes()
    definitions = read_bpmn(write_bpmn(Definitions(processes=stripped(read_bpmn(text)))))

    def kept(owner: ProcessDefinition | SubProcess) -> list[str]:
        found = [node.id for node in owner.nodes if node.foreign != NOTHING_FOREIGN]
        found.extend(flow.id for flow in owner.flows if flow.foreign != NOTHING_FOREIGN)
        return found + [name for node in owner.nodes if isinstance(node, SubProcess) for name in kept(node)]

    assert [kept(process) for process in definitions.processes] == [[]]


def stripped(definitions: Definitions) -> tuple[ProcessDefinition, ...]:
    return tuple(
        replace(
            process,
            foreign=NOTHING_FOREIGN,
            nodes=tuple(replace(node, foreign=NOTHING_FOREIGN) for node in process.nodes),
            flows=tuple(replace(flow, foreign=NOTHING_FOREIGN) for flow in process.flows),
        )
        for process in definitions.processes
    )


def test_an_element_without_an_id_is_written_without_one() -> None:
    text = f'{HEAD}<b:process id="p"><b:task/><b:task id="t"/></b:process></b:definitions>'

    root = etree.fromstring(write_bpmn(read_bpmn(text.encode())))

    assert [task.get("id") for task in root.iter("{*}task")] == [None, "t"]
    assert isinstance(read_bpmn(text.encode()).processes[0].nodes[0], Task)
