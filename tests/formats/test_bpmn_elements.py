# SPDX-License-Identifier: Apache-2.0
"""Every element of the execution standard is read into its class, with all that the standard lets it say."""

import pytest

from taktloom.formats.bpmn import read_bpmn
from taktloom.model.event_definitions import (
    CancelDefinition,
    CompensateDefinition,
    ConditionalDefinition,
    ErrorDefinition,
    EscalationDefinition,
    EventDefinition,
    LinkDefinition,
    MessageDefinition,
    MultipleDefinition,
    SignalDefinition,
    TerminateDefinition,
    TimerDefinition,
)
from taktloom.model.findings import Severity
from taktloom.model.identifiers import ElementId
from taktloom.model.process import (
    Activity,
    AdHocSubProcess,
    AnyFlowNode,
    BoundaryEvent,
    CallActivity,
    ComplexBehavior,
    ComplexGateway,
    EndEvent,
    EventBasedGateway,
    ExclusiveGateway,
    GatewayDirection,
    InclusiveGateway,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    JobDefinition,
    MultiInstanceBehavior,
    MultiInstanceLoop,
    ParallelGateway,
    ReceiveTask,
    ScriptTask,
    SendTask,
    StandardLoop,
    StartEvent,
    SubProcess,
    Transaction,
    UserTask,
)
from taktloom.model.process_data import DataAssociation, DataSet
from tests.formats.test_bpmn_reader import HEAD, process_of

ROOTS = """
<message id="m" name="order"/><message id="paid" name="paid"/>
<signal id="s" name="alarm"/>
<escalation id="es" escalationCode="E7"/>
<error id="er" errorCode="X1"/>
<timerEventDefinition id="shared_timer"><timeDuration>PT1H</timeDuration></timerEventDefinition>
<signalEventDefinition id="shared_signal" signalRef="s"/>
<interface id="i" name="shop"><operation id="op" name="order"><inMessageRef>m</inMessageRef></operation></interface>
<resource id="clerks" name="Clerks"/>
"""


def id_(text: str) -> ElementId:
    return ElementId(text)


def only(xml: str, roots: str = ROOTS) -> AnyFlowNode:
    process = process_of(xml, roots)
    assert [f for f in process.findings if f.severity is Severity.ERROR] == []
    (node,) = process.nodes
    return node


DEFINITIONS: list[tuple[str, EventDefinition]] = [
    (
        "<timerEventDefinition><timeDate>2026-01-01T00:00:00Z</timeDate></timerEventDefinition>",
        TimerDefinition(date="2026-01-01T00:00:00Z"),
    ),
    ('<messageEventDefinition messageRef="m"/>', MessageDefinition(name="order")),
    (
        "<messageEventDefinition><operationRef>op</operationRef></messageEventDefinition>",
        MessageDefinition(name="order"),
    ),
    ('<signalEventDefinition signalRef="s"/>', SignalDefinition(name="alarm")),
    ('<errorEventDefinition errorRef="er"/>', ErrorDefinition(code="X1")),
    ('<escalationEventDefinition escalationRef="es"/>', EscalationDefinition(code="E7")),
    (
        "<conditionalEventDefinition><condition>a &gt; 1</condition></conditionalEventDefinition>",
        ConditionalDefinition(condition="a > 1"),
    ),
    (
        '<compensateEventDefinition activityRef="t" waitForCompletion="false"/>',
        CompensateDefinition(activity=id_("t"), wait_for_completion=False),
    ),
    ("<cancelEventDefinition/>", CancelDefinition()),
    ('<linkEventDefinition name="page two"/>', LinkDefinition(name="page two")),
    ("<terminateEventDefinition/>", TerminateDefinition()),
    ("<eventDefinitionRef>shared_timer</eventDefinitionRef>", TimerDefinition(duration="PT1H")),
]


@pytest.mark.parametrize(("xml", "expected"), DEFINITIONS)
@pytest.mark.parametrize("kind", ["startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent"])
def test_every_event_definition_is_read_at_every_event(kind: str, xml: str, expected: EventDefinition) -> None:
    node = only(f'<{kind} id="x">{xml}</{kind}>')

    assert isinstance(node, StartEvent | EndEvent | IntermediateCatchEvent | IntermediateThrowEvent)
    assert node.definition == expected


def test_a_shared_definition_keeps_its_id_and_a_message_that_of_its_root() -> None:
    shared = only('<startEvent id="x"><eventDefinitionRef>shared_signal</eventDefinitionRef></startEvent>')
    own = only('<startEvent id="x"><messageEventDefinition id="d1" messageRef="m"/></startEvent>')

    assert isinstance(shared, StartEvent)
    assert isinstance(own, StartEvent)
    assert shared.definition is not None
    assert own.definition is not None
    assert (shared.definition.shared_id, shared.definition.root_id) == ("shared_signal", "s")
    assert (own.definition.id, own.definition.shared_id, own.definition.root_id) == ("d1", None, "m")


def test_several_definitions_are_a_multiple_event_parallel_or_not() -> None:
    parts = '<messageEventDefinition messageRef="m"/><eventDefinitionRef>shared_timer</eventDefinitionRef>'
    both = MessageDefinition(name="order"), TimerDefinition(duration="PT1H")

    any_of = only(f'<intermediateCatchEvent id="x">{parts}</intermediateCatchEvent>')
    all_of = only(f'<startEvent id="x" parallelMultiple="true">{parts}</startEvent>')

    assert isinstance(any_of, IntermediateCatchEvent)
    assert any_of.definition == MultipleDefinition(definitions=both)
    assert isinstance(all_of, StartEvent)
    assert all_of.definition == MultipleDefinition(definitions=both, is_parallel=True)


def test_a_link_without_name_takes_that_of_its_other_end() -> None:
    throwing, catching = process_of(
        '<intermediateThrowEvent id="a"><linkEventDefinition id="l1"><target>l2</target></linkEventDefinition>'
        '</intermediateThrowEvent><intermediateCatchEvent id="b"><linkEventDefinition id="l2" name="two"/>'
        "</intermediateCatchEvent>"
    ).nodes

    assert isinstance(throwing, IntermediateThrowEvent)
    assert isinstance(catching, IntermediateCatchEvent)
    assert throwing.definition == catching.definition == LinkDefinition(name="two")


def test_a_compensation_event_leads_to_its_handler_by_an_association() -> None:
    process = process_of(
        '<task id="t"/><task id="undo" isForCompensation="true"/>'
        '<boundaryEvent id="b" attachedToRef="t"><compensateEventDefinition/></boundaryEvent>'
        '<association id="as" sourceRef="b" targetRef="undo" associationDirection="One"/>'
    )

    boundary = process.nodes[2]

    assert isinstance(boundary, BoundaryEvent)
    assert boundary.compensation_handler == "undo"


def test_a_standard_loop_is_read() -> None:
    node = only(
        '<task id="x"><standardLoopCharacteristics testBefore="true" loopMaximum="7">'
        "<loopCondition>a &lt; 3</loopCondition></standardLoopCharacteristics></task>"
    )

    assert isinstance(node, Activity)
    assert node.loop == StandardLoop(condition="a < 3", test_before=True, maximum=7)


def test_multi_instance_of_the_standard_names_variables_of_its_data() -> None:
    node = only(
        '<task id="x"><ioSpecification><dataInput id="di" name="orders" isCollection="true"/>'
        '<dataOutput id="do" name="answers" isCollection="true"/><inputSet><dataInputRefs>di</dataInputRefs></inputSet>'
        "<outputSet><dataOutputRefs>do</dataOutputRefs></outputSet></ioSpecification>"
        '<multiInstanceLoopCharacteristics isSequential="true"><loopDataInputRef>di</loopDataInputRef>'
        "<loopDataOutputRef>do</loopDataOutputRef>"
        '<inputDataItem id="it" name="order"/><outputDataItem id="ot" name="answer"/>'
        "<completionCondition>numberOfCompletedInstances = 2</completionCondition>"
        "</multiInstanceLoopCharacteristics></task>"
    )

    assert isinstance(node, Activity)
    assert node.loop == MultiInstanceLoop(
        is_sequential=True,
        input_collection="orders",
        input_element="order",
        output_collection="answers",
        output_element="answer",
        input_item=ElementId("it"),
        output_item=ElementId("ot"),
        completion_condition="numberOfCompletedInstances = 2",
    )


def test_multi_instance_behaviors_name_their_events() -> None:
    one = only(
        '<task id="x"><multiInstanceLoopCharacteristics behavior="One" oneBehaviorEventRef="shared_signal">'
        "<loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics></task>"
    )
    some = only(
        '<task id="x"><multiInstanceLoopCharacteristics behavior="Complex"><complexBehaviorDefinition>'
        '<condition>loopCounter = 2</condition><event id="ev"><signalEventDefinition signalRef="s"/></event>'
        "</complexBehaviorDefinition></multiInstanceLoopCharacteristics></task>"
    )

    signal = SignalDefinition(name="alarm")
    assert isinstance(one, Activity)
    assert one.loop == MultiInstanceLoop(cardinality="3", behavior=MultiInstanceBehavior.ONE, one_event=signal)
    assert isinstance(some, Activity)
    assert some.loop == MultiInstanceLoop(
        behavior=MultiInstanceBehavior.COMPLEX,
        complex_behaviors=(ComplexBehavior(condition="loopCounter = 2", event=signal),),
    )


def test_quantities_and_the_compensation_marker_are_read() -> None:
    node = only('<task id="x" startQuantity="2" completionQuantity="3" isForCompensation="true"/>')

    assert isinstance(node, Activity)
    assert (node.start_quantity, node.completion_quantity, node.is_for_compensation) == (2, 3, True)


def test_kinds_of_sub_processes_are_told_apart() -> None:
    event = only('<subProcess id="x" triggeredByEvent="true"><startEvent id="s1" isInterrupting="false"/></subProcess>')
    transaction = only('<transaction id="x"><task id="t"/></transaction>')
    ad_hoc = only(
        '<adHocSubProcess id="x" ordering="Sequential" cancelRemainingInstances="false"><extensionElements>'
        '<z:adHoc activeElementsCollection="=wanted"/></extensionElements><task id="t"/>'
        "<completionCondition>done</completionCondition></adHocSubProcess>"
    )

    assert isinstance(event, SubProcess)
    assert event.triggered_by_event
    assert isinstance(event.nodes[0], StartEvent)
    assert not event.nodes[0].is_interrupting
    assert type(transaction) is Transaction
    assert isinstance(ad_hoc, AdHocSubProcess)
    assert (ad_hoc.is_sequential, ad_hoc.cancels_remaining) == (True, False)
    assert (ad_hoc.completion_condition, ad_hoc.active_elements) == ("done", "=wanted")


def test_a_call_activity_names_a_process_or_holds_the_global_task() -> None:
    roots = (
        '<globalUserTask id="g" name="Ask"><potentialOwner><resourceAssignmentExpression><formalExpression>'
        '"clerks"</formalExpression></resourceAssignmentExpression></potentialOwner></globalUserTask>'
        '<globalScriptTask id="gs" scriptLanguage="python"><script>1</script></globalScriptTask>'
    )
    process, person, script = process_of(
        '<callActivity id="a" calledElement="other"/><callActivity id="b" calledElement="g"/>'
        '<callActivity id="c" calledElement="gs"/>',
        roots,
    ).nodes

    assert isinstance(process, CallActivity)
    assert (process.called_element, process.called_task) == ("other", None)
    assert (process.passes_all_variables, process.returns_all_variables) == (True, True)
    assert isinstance(person, CallActivity)
    assert isinstance(person.called_task, UserTask)
    assert (person.called_task.name, person.called_task.candidate_groups) == ("Ask", '="clerks"')
    assert isinstance(script, CallActivity)
    assert isinstance(script.called_task, ScriptTask)
    assert script.called_task.job is not None
    assert script.called_task.job.type == "python"


def test_gateways_have_direction_defaults_and_their_own_attributes() -> None:
    exclusive, inclusive, parallel, complex_one, events = process_of(
        '<exclusiveGateway id="a" gatewayDirection="Diverging" default="f"/><inclusiveGateway id="b" default="g"/>'
        '<parallelGateway id="c" gatewayDirection="Mixed"/><complexGateway id="d" default="h">'
        "<activationCondition>activationCount &gt;= 2</activationCondition></complexGateway>"
        '<eventBasedGateway id="e" instantiate="true" eventGatewayType="Parallel"/>'
    ).nodes

    assert isinstance(exclusive, ExclusiveGateway)
    assert (exclusive.direction, exclusive.default_flow) == (GatewayDirection.DIVERGING, "f")
    assert isinstance(inclusive, InclusiveGateway)
    assert inclusive.default_flow == "g"
    assert isinstance(parallel, ParallelGateway)
    assert parallel.direction is GatewayDirection.MIXED
    assert isinstance(complex_one, ComplexGateway)
    assert (complex_one.activation_condition, complex_one.default_flow) == ("activationCount >= 2", "h")
    assert isinstance(events, EventBasedGateway)
    assert (events.instantiate, events.is_parallel) == (True, True)


def test_send_and_receive_tasks_name_their_message_or_operation() -> None:
    send, receive, by_operation = process_of(
        '<sendTask id="a" messageRef="m"/><receiveTask id="b" messageRef="paid" instantiate="true"/>'
        '<receiveTask id="c" operationRef="op"/>',
        ROOTS,
    ).nodes

    assert isinstance(send, SendTask)
    assert (send.message, send.job) == (MessageDefinition(name="order"), None)
    assert isinstance(receive, ReceiveTask)
    assert (receive.message, receive.instantiate) == (MessageDefinition(name="paid"), True)
    assert isinstance(by_operation, ReceiveTask)
    assert by_operation.message == MessageDefinition(name="order")


def test_data_of_a_process_and_of_its_activities_is_read() -> None:
    process = process_of(
        '<property id="pr" name="limit"/><dataObject id="do" name="Order" isCollection="true" itemSubjectRef="it"/>'
        '<dataObjectReference id="dr" name="Order [paid]" dataObjectRef="do"/>'
        '<dataStoreReference id="sr" dataStoreRef="ds"/>'
        '<task id="t"><ioSpecification><dataInput id="i1" name="in"/><dataOutput id="o1"/>'
        '<inputSet id="is"><dataInputRefs>i1</dataInputRefs><optionalInputRefs>i1</optionalInputRefs></inputSet>'
        '<outputSet id="os"><dataOutputRefs>o1</dataOutputRefs></outputSet></ioSpecification>'
        '<property id="tp"/>'
        '<dataInputAssociation id="a1"><sourceRef>dr</sourceRef><targetRef>i1</targetRef>'
        "<transformation>Order.total</transformation></dataInputAssociation>"
        '<dataOutputAssociation id="a2"><sourceRef>o1</sourceRef><targetRef>do</targetRef>'
        "<assignment><from>o1 + 1</from><to>total</to></assignment></dataOutputAssociation></task>",
        '<dataStore id="ds" name="Archive"/>',
    )
    (task,) = process.nodes
    (reference, store) = process.data_references

    assert [(p.id, p.variable) for p in process.properties] == [("pr", "limit")]
    assert process.data_objects[0].is_collection
    assert (process.data_objects[0].item, process.data_objects[0].variable) == ("it", "Order")
    assert (reference.target, reference.is_store, store.target, store.is_store) == ("do", False, "ds", True)
    assert isinstance(task, Activity)
    assert task.io is not None
    assert [element.variable for element in (*task.io.inputs, *task.io.outputs)] == ["in", "o1"]
    assert task.io.input_sets == (DataSet(id=id_("is"), elements=(id_("i1"),), optional=(id_("i1"),)),)
    assert [item.id for item in task.properties] == ["tp"]
    assert plain(task.data_inputs[0]) == DataAssociation(
        id=id_("a1"), sources=(id_("dr"),), target=id_("i1"), transformation="Order.total"
    )
    assert task.data_outputs[0].assignments == (("o1 + 1", "total"),)


def plain(association: DataAssociation) -> DataAssociation:
    return DataAssociation(
        id=association.id,
        sources=association.sources,
        target=association.target,
        transformation=association.transformation,
        assignments=association.assignments,
    )


def test_data_of_events_is_read() -> None:
    start, end = process_of(
        '<startEvent id="a"><dataOutput id="o" name="order"/><dataOutputAssociation><sourceRef>o</sourceRef>'
        '<targetRef>x</targetRef></dataOutputAssociation><messageEventDefinition messageRef="m"/></startEvent>'
        '<endEvent id="b"><dataInput id="i"/><dataInputAssociation><sourceRef>x</sourceRef>'
        '<targetRef>i</targetRef></dataInputAssociation><messageEventDefinition messageRef="m"/></endEvent>',
        ROOTS,
    ).nodes

    assert isinstance(start, StartEvent)
    assert [element.variable for element in start.data.elements] == ["order"]
    assert [association.target for association in start.data.associations] == ["x"]
    assert isinstance(end, EndEvent)
    assert [element.id for element in end.data.elements] == ["i"]
    assert [association.sources for association in end.data.associations] == [("x",)]


def test_collaborations_and_correlation_are_read() -> None:
    text = f"""{HEAD}>
    <message id="m" name="order"/>
    <correlationProperty id="cp" name="number"><correlationPropertyRetrievalExpression messageRef="m">
      <messagePath>order.number</messagePath></correlationPropertyRetrievalExpression></correlationProperty>
    <collaboration id="c" name="Trade"><participant id="pa" name="Shop" processRef="p"/><participant id="pb"/>
      <messageFlow id="mf" sourceRef="pb" targetRef="s"/>
      <correlationKey id="k" name="key"><correlationPropertyRef>cp</correlationPropertyRef></correlationKey>
    </collaboration>
    <process id="p"><startEvent id="s"><messageEventDefinition messageRef="m"/></startEvent>
      <correlationSubscription id="cs" correlationKeyRef="k"><correlationPropertyBinding correlationPropertyRef="cp">
        <dataPath>number</dataPath></correlationPropertyBinding></correlationSubscription></process>
    <process id="q"/>
    </definitions>"""

    definitions = read_bpmn(text.encode())

    (collaboration,), (process, other) = definitions.collaborations, definitions.processes
    assert [(p.id, p.name, p.process) for p in collaboration.participants] == [("pa", "Shop", "p"), ("pb", "", None)]
    assert [(f.source, f.target) for f in collaboration.message_flows] == [("pb", "s")]
    assert [(key.id, key.properties) for key in process.correlation_keys] == [("k", ("cp",))]
    assert other.correlation_keys == ()
    assert [(s.key, s.bindings) for s in process.correlation_subscriptions] == [("k", (("cp", "number"),))]
    (start,) = process.nodes
    assert isinstance(start, StartEvent)
    assert start.definition == MessageDefinition(name="order", retrievals=((id_("cp"), "order.number"),))


def test_performers_and_owners_are_assignee_and_candidates() -> None:
    node = only(
        '<userTask id="x"><humanPerformer><resourceAssignmentExpression><formalExpression>=owner'
        "</formalExpression></resourceAssignmentExpression></humanPerformer>"
        "<potentialOwner><resourceAssignmentExpression><formalExpression>user(kermit), group(sales), group(heads)"
        "</formalExpression></resourceAssignmentExpression></potentialOwner>"
        "<potentialOwner><resourceRef>clerks</resourceRef></potentialOwner></userTask>"
    )

    assert isinstance(node, UserTask)
    assert (node.assignee, node.candidate_users, node.candidate_groups) == ("=owner", "kermit", "sales,heads,Clerks")


def test_a_script_in_another_language_is_a_job_of_that_type() -> None:
    node = only('<scriptTask id="x" scriptFormat="Groovy"><script>x = 1</script></scriptTask>')

    assert isinstance(node, ScriptTask)
    assert node.script == "x = 1"
    assert node.job == JobDefinition(type="groovy", headers=(("scriptFormat", "groovy"), ("script", "x = 1")))


def test_expressions_are_feel_unless_the_file_says_otherwise() -> None:
    condition = "<conditionExpression{}>{}</conditionExpression>"
    flow = f'<sequenceFlow id="f" sourceRef="a" targetRef="b">{condition}</sequenceFlow>'

    def rules(attributes: str, language: str, text: str) -> list[tuple[str, str]]:
        process = process_of(flow.format(language, text), attributes=attributes)
        return [(finding.rule, finding.severity.value) for finding in process.findings]

    xpath, groovy = ' expressionLanguage="http://www.w3.org/1999/XPath"', ' expressionLanguage="groovy"'
    unsupported = "expression-language-unsupported"
    assert rules("", "", "a = 1") == []
    assert rules(xpath, "", "=a = 1") == []
    assert rules(xpath, "", "a = 1") == [(unsupported, "warning")]
    assert rules(groovy, "", "a == 1") == [(unsupported, "error")]
    assert rules("", ' language="http://www.w3.org/1999/XPath"', "a = 1") == [(unsupported, "error")]
    for feel in (
        "feel",
        "FEEL",
        "text/feel",
        "https://www.omg.org/spec/DMN/20230324/FEEL/",
        "http://www.omg.org/spec/FEEL/20140401",
    ):
        assert rules("", f' language="{feel}"', "a = 1") == []
    assert rules("", ' language="feelings"', "a = 1") == [(unsupported, "error")]


def test_odd_prefixes_several_processes_and_names_in_any_script_are_the_normal_case() -> None:
    text = (
        '<模型:definitions xmlns:模型="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:目标="urn:x" id="d"'
        ' targetNamespace="urn:x"><模型:message id="信" name="订单"/><模型:process id="p1"/><模型:process id="p2">'
        '<模型:receiveTask id="收" name="收到订单" messageRef="目标:信"/></模型:process></模型:definitions>'
    )

    definitions = read_bpmn(text.encode("utf-16"))

    assert [process.id for process in definitions.processes] == ["p1", "p2"]
    (task,) = definitions.processes[1].nodes
    assert isinstance(task, ReceiveTask)
    assert (task.id, task.name, task.message) == ("收", "收到订单", MessageDefinition(name="订单"))
