# SPDX-License-Identifier: Apache-2.0
"""Models made for Camunda 7 and Camunda 8 are read into the same fields; what is not run here is a finding."""

import json

import pytest

from taktloom.formats.bpmn import read_bpmn, write_bpmn
from taktloom.model.findings import Severity
from taktloom.model.identifiers import ProcessId
from taktloom.model.process import (
    Activity,
    AdHocSubProcess,
    AnyFlowNode,
    BoundaryEvent,
    BusinessRuleTask,
    CallActivity,
    Definitions,
    EndEvent,
    IntermediateThrowEvent,
    JobDefinition,
    MultiInstanceLoop,
    ProcessDefinition,
    ReceiveTask,
    ScriptTask,
    SendTask,
    ServiceTask,
    StartEvent,
    UserTask,
)
from taktloom.model.process_data import VariableMapping
from tests.formats.test_bpmn_reader import process_of


def first(xml: str, roots: str = "") -> AnyFlowNode:
    return process_of(xml, roots).nodes[0]


def extended(kind: str, extensions: str, attributes: str = "", inner: str = "") -> str:
    return f'<{kind} id="x" {attributes}><extensionElements>{extensions}</extensionElements>{inner}</{kind}>'


def findings(process: ProcessDefinition) -> list[tuple[str, str]]:
    return [(finding.rule, finding.severity.value) for finding in process.findings]


def test_camunda_7_external_task_with_retries_and_properties() -> None:
    node = first(
        extended(
            "serviceTask",
            "<camunda:failedJobRetryTimeCycle>R5/PT10M</camunda:failedJobRetryTimeCycle>"
            '<camunda:properties><camunda:property name="system" value="SAP"/></camunda:properties>',
            'camunda:type="external" camunda:topic="${country}-mail"',
        )
    )

    assert isinstance(node, ServiceTask)
    assert node.job_type == '=string(country) + "-mail"'
    assert (node.retries, node.headers) == (5, (("system", "SAP"),))


@pytest.mark.parametrize(
    ("text", "retries", "pauses"),
    [
        ("R3/PT5M", 3, ("PT5M",)),
        ("PT1M, PT5M", 3, ("PT1M", "PT5M")),
        ("PT1M", 2, ("PT1M",)),
        ("R1", 1, ()),
    ],
)
def test_camunda_7_retry_cycles_say_how_often_and_when(text: str, retries: int, pauses: tuple[str, ...]) -> None:
    cycle = f"<camunda:failedJobRetryTimeCycle>{text}</camunda:failedJobRetryTimeCycle>"
    node = first(extended("serviceTask", cycle, 'camunda:topic="t"'))

    assert isinstance(node, ServiceTask)
    assert (node.retries, node.back_off) == (retries, pauses)


@pytest.mark.parametrize(
    ("attributes", "priority"),
    [
        ('camunda:topic="t" camunda:taskPriority="7" camunda:jobPriority="1"', "7"),
        ('camunda:topic="t" camunda:jobPriority="${rank}"', "=rank"),
        ('camunda:class="C" camunda:taskPriority="7" camunda:jobPriority="1"', "1"),
        ('camunda:topic="t"', None),
    ],
)
def test_camunda_7_priorities_are_those_of_the_job(attributes: str, priority: str | None) -> None:
    process = process_of(f'<serviceTask id="x" {attributes}/>')
    (node,) = process.nodes

    assert isinstance(node, ServiceTask)
    assert node.priority == priority
    assert "extension-not-run" not in {rule for rule, _ in findings(process)}


def test_a_priority_where_there_is_no_job_is_warned_of() -> None:
    process = process_of('<userTask id="x" camunda:jobPriority="3"/>')

    assert findings(process) == [("extension-not-run", "warning")]


def test_what_is_said_of_a_jobs_priority_and_pauses_is_written_and_read_again() -> None:
    node = first(
        extended(
            "serviceTask",
            '<z:taskDefinition type="t"/><z:priorityDefinition priority="=rank"/>'
            '<t:retryBackOff durations="PT1M,PT5M"/>',
        )
    )
    assert isinstance(node, ServiceTask)

    file = Definitions(processes=(ProcessDefinition(id=ProcessId("p"), nodes=(node,)),))
    (again,) = read_bpmn(write_bpmn(file), name="p.bpmn").processes[0].nodes

    assert isinstance(again, ServiceTask)
    assert (again.retries, again.priority, again.back_off) == (3, "=rank", ("PT1M", "PT5M"))


@pytest.mark.parametrize(
    ("attribute", "job_type"),
    [
        ('camunda:class="org.acme.Mail"', "org.acme.Mail"),
        ('camunda:delegateExpression="${mailer}"', "mailer"),
        ('camunda:expression="#{mailer.send(order)}"', "mailer.send(order)"),
    ],
)
@pytest.mark.parametrize("kind", ["serviceTask", "sendTask", "businessRuleTask"])
def test_camunda_7_code_becomes_a_job_of_a_stated_type_with_a_warning(kind: str, attribute: str, job_type: str) -> None:
    process = process_of(f'<{kind} id="x" {attribute}/>')
    (node,) = process.nodes

    assert findings(process) == [("code-becomes-job", "warning")]
    job = JobDefinition(type=node.job_type) if isinstance(node, ServiceTask) else getattr(node, "job", None)
    assert job == JobDefinition(type=job_type)


def test_camunda_7_input_and_output_parameters() -> None:
    node = first(
        extended(
            "serviceTask",
            '<camunda:inputOutput><camunda:inputParameter name="a">${order.total > 5}</camunda:inputParameter>'
            '<camunda:inputParameter name="b">plain "text"</camunda:inputParameter>'
            '<camunda:inputParameter name="c"><camunda:list><camunda:value>1</camunda:value>'
            "<camunda:value>${x}</camunda:value></camunda:list></camunda:inputParameter>"
            '<camunda:inputParameter name="d"><camunda:map><camunda:entry key="k">${y}</camunda:entry>'
            '<camunda:entry key="l"><camunda:list/></camunda:entry></camunda:map></camunda:inputParameter>'
            '<camunda:inputParameter name="e"><camunda:script scriptFormat="feel">1 + 1</camunda:script>'
            '</camunda:inputParameter><camunda:outputParameter name="z">${result}</camunda:outputParameter>'
            "</camunda:inputOutput>",
            'camunda:topic="t"',
        )
    )

    assert isinstance(node, ServiceTask)
    assert node.inputs == (
        VariableMapping(source="=order.total > 5", target="a"),
        VariableMapping(source='="plain \\"text\\""', target="b"),
        VariableMapping(source='=["1", x]', target="c"),
        VariableMapping(source='={"k": y, "l": []}', target="d"),
        VariableMapping(source="=1 + 1", target="e"),
    )
    assert node.outputs == (VariableMapping(source="=result", target="z"),)


def test_camunda_7_call_activity_passes_what_it_says() -> None:
    plain = first(
        extended(
            "callActivity",
            '<camunda:in source="a" target="b"/><camunda:in sourceExpression="${c + 1}" target="d"/>'
            '<camunda:out variables="all"/>',
            'calledElement="${kind}" camunda:calledElementBinding="versionTag" camunda:calledElementVersionTag="v2"',
        )
    )

    assert isinstance(plain, CallActivity)
    assert (plain.called_element, plain.binding) == ("=kind", "tag:v2")
    assert plain.inputs == (VariableMapping(source="=a", target="b"), VariableMapping(source="=c + 1", target="d"))
    assert (plain.passes_all_variables, plain.returns_all_variables) == (False, True)


def test_camunda_7_binding_to_a_version_number_is_refused() -> None:
    process = process_of('<callActivity id="x" calledElement="p2" camunda:calledElementBinding="version"/>')

    assert findings(process) == [("extension-not-run", "error")]


def test_camunda_7_user_task() -> None:
    node = first(
        '<userTask id="x" camunda:assignee="${clerk}" camunda:candidateUsers="ann,bob"'
        ' camunda:candidateGroups="sales" camunda:dueDate="${dueAt}" camunda:followUpDate="2026-01-01T00:00:00"'
        ' camunda:priority="70" camunda:formRef="check"/>'
    )

    assert isinstance(node, UserTask)
    assert (node.assignee, node.candidate_users, node.candidate_groups) == ("=clerk", "ann,bob", "sales")
    assert (node.due_date, node.follow_up_date, node.priority) == ("=dueAt", "2026-01-01T00:00:00", "70")
    assert node.form_id == "check"


@pytest.mark.parametrize(
    ("key", "form_id", "rules"),
    [
        ("camunda-forms:deployment:check.form", "check", []),
        ("camunda-forms:bpmn:check", "check", []),
        ("embedded:app:check.html", None, [("extension-not-run", "warning")]),
    ],
)
def test_camunda_7_form_keys(key: str, form_id: str | None, rules: list[tuple[str, str]]) -> None:
    process = process_of(f'<userTask id="x" camunda:formKey="{key}"/>')
    (node,) = process.nodes

    assert isinstance(node, UserTask)
    assert (node.form_id, findings(process)) == (form_id, rules)


def test_camunda_7_form_fields_become_a_form() -> None:
    process = process_of(
        extended(
            "startEvent",
            '<camunda:formData><camunda:formField id="amount" label="Amount" type="long" defaultValue="7"/>'
            '<camunda:formField id="kind" type="enum"><camunda:value id="a" name="First"/></camunda:formField>'
            "</camunda:formData>",
        )
    )
    (node,), (form,) = process.nodes, process.forms

    assert isinstance(node, StartEvent)
    assert node.form_id == form.id == "x_form"
    assert json.loads(form.schema)["components"] == [
        {"defaultValue": "7", "key": "amount", "label": "Amount", "type": "number"},
        {"key": "kind", "label": "kind", "type": "select", "values": [{"label": "First", "value": "a"}]},
    ]


def test_camunda_7_decisions_scripts_and_loops() -> None:
    rule, script, many = process_of(
        '<businessRuleTask id="a" camunda:decisionRef="dish" camunda:resultVariable="d"'
        ' camunda:decisionRefBinding="deployment" camunda:mapDecisionResult="singleEntry"/>'
        '<scriptTask id="b" scriptFormat="javascript" camunda:resultVariable="r"><script>1</script></scriptTask>'
        '<task id="c"><multiInstanceLoopCharacteristics camunda:collection="orders" camunda:elementVariable="order">'
        "<completionCondition>${done}</completionCondition></multiInstanceLoopCharacteristics></task>"
    ).nodes

    assert isinstance(rule, BusinessRuleTask)
    assert (rule.decision_id, rule.result_variable, rule.binding) == ("dish", "d", "deployment")
    assert isinstance(script, ScriptTask)
    assert script.job is not None
    assert (script.job.type, script.result_variable) == ("javascript", "r")
    assert isinstance(many, Activity)
    assert many.loop == MultiInstanceLoop(
        input_collection="=orders", input_element="order", completion_condition="=done"
    )


def test_camunda_7_error_code_variable_takes_the_code() -> None:
    process = process_of(
        '<boundaryEvent id="x" attachedToRef="t"><errorEventDefinition errorRef="e" camunda:errorCodeVariable="code"/>'
        '</boundaryEvent><task id="t"/>',
        '<error id="e" errorCode="E1"/>',
    )
    boundary = process.nodes[0]

    assert isinstance(boundary, BoundaryEvent)
    assert boundary.outputs == (VariableMapping(source='="E1"', target="code"),)


def test_camunda_7_message_end_event_with_a_topic_is_a_job() -> None:
    node = first(
        '<endEvent id="x">'
        '<messageEventDefinition messageRef="m" camunda:type="external" camunda:topic="send"/></endEvent>',
        '<message id="m" name="m"/>',
    )

    assert isinstance(node, EndEvent)
    assert node.job == JobDefinition(type="send")


@pytest.mark.parametrize(
    ("xml", "severity"),
    [
        ('<task id="x" camunda:asyncBefore="true"/>', Severity.WARNING),
        ('<task id="x" camunda:jobPriority="3"/>', Severity.WARNING),
        ('<startEvent id="x" camunda:initiator="who"/>', Severity.WARNING),
        (extended("task", '<camunda:executionListener event="start" class="A"/>'), Severity.ERROR),
        (extended("userTask", '<camunda:taskListener event="create" class="A"/>'), Severity.ERROR),
        (extended("serviceTask", "<camunda:connector/>", 'camunda:topic="t"'), Severity.ERROR),
        (extended("task", "<z:executionListeners/>"), Severity.ERROR),
        (extended("userTask", "<z:taskListeners/>"), Severity.ERROR),
        (extended("task", "<z:somethingNew/>"), Severity.WARNING),
    ],
)
def test_what_is_run_elsewhere_only_is_a_finding(xml: str, severity: Severity) -> None:
    process = process_of(xml)

    assert findings(process) == [("extension-not-run", severity.value)]
    assert process.findings[0].place.element_id == "x"


def test_a_juel_condition_without_equivalent_is_a_finding_with_its_element() -> None:
    process = process_of(
        '<sequenceFlow id="f" sourceRef="a" targetRef="b">\n<conditionExpression>${service.check(order)}'
        "</conditionExpression></sequenceFlow>"
    )

    (finding,) = process.findings
    assert (finding.rule, finding.place.element_id, finding.place.line) == ("juel-not-translated", "f", 4)
    assert "a method is called" in finding.message
    assert finding.remedy == "Write the expression in FEEL."


def test_a_juel_condition_with_an_equivalent_is_feel() -> None:
    process = process_of(
        '<sequenceFlow id="f" sourceRef="a" targetRef="b"><conditionExpression>${amount &gt; 5 &amp;&amp; !vip}'
        "</conditionExpression></sequenceFlow>"
    )

    assert (process.flows[0].condition, process.findings) == ("=amount > 5 and not(vip)", ())


def test_camunda_8_jobs_at_every_element_that_orders_work() -> None:
    definition = '<z:taskDefinition type="j" retries="2"/><z:taskHeaders><z:header key="k" value="v"/></z:taskHeaders>'
    job = JobDefinition(type="j", retries=2, headers=(("k", "v"),))

    for kind in ("sendTask", "businessRuleTask", "scriptTask", "intermediateThrowEvent", "endEvent"):
        node = first(extended(kind, definition))
        assert isinstance(node, SendTask | BusinessRuleTask | ScriptTask | IntermediateThrowEvent | EndEvent)
        assert node.job == job


def test_camunda_8_user_task() -> None:
    node = first(
        extended(
            "userTask",
            '<z:userTask/><z:assignmentDefinition assignee="=a" candidateUsers="u" candidateGroups="g"/>'
            '<z:taskSchedule dueDate="=d" followUpDate="=f"/><z:priorityDefinition priority="60"/>'
            '<z:formDefinition formId="form"/>',
        )
    )

    assert isinstance(node, UserTask)
    assert (node.assignee, node.candidate_users, node.candidate_groups) == ("=a", "u", "g")
    assert (node.due_date, node.follow_up_date, node.priority, node.form_id) == ("=d", "=f", "60", "form")


def test_camunda_8_called_elements_and_decisions() -> None:
    call, rule = process_of(
        extended(
            "callActivity",
            '<z:calledElement processId="p2" propagateAllChildVariables="false" propagateAllParentVariables="false"'
            ' bindingType="versionTag" versionTag="1.0"/>',
        )
        + extended(
            "businessRuleTask", '<z:calledDecision decisionId="d" resultVariable="r" bindingType="deployment"/>'
        ).replace('"x"', '"y"')
    ).nodes

    assert isinstance(call, CallActivity)
    assert (call.called_element, call.binding) == ("p2", "tag:1.0")
    assert (call.passes_all_variables, call.returns_all_variables) == (False, False)
    assert isinstance(rule, BusinessRuleTask)
    assert (rule.decision_id, rule.binding) == ("d", "deployment")


def test_camunda_8_loops_messages_and_ad_hoc() -> None:
    many, receive, ad_hoc = process_of(
        '<task id="a"><multiInstanceLoopCharacteristics><extensionElements><z:loopCharacteristics'
        ' inputCollection="=items" inputElement="item" outputCollection="results" outputElement="=item + 1"/>'
        "</extensionElements></multiInstanceLoopCharacteristics></task>"
        '<receiveTask id="b" messageRef="m"/>'
        '<adHocSubProcess id="c"><extensionElements><z:adHoc activeElementsCollection="=ids"/></extensionElements>'
        "</adHocSubProcess>",
        '<message id="m" name="paid"><extensionElements><z:subscription correlationKey="=order"/></extensionElements>'
        "</message>",
    ).nodes

    assert isinstance(many, Activity)
    assert many.loop == MultiInstanceLoop(
        input_collection="=items", input_element="item", output_collection="results", output_element="=item + 1"
    )
    assert isinstance(receive, ReceiveTask)
    assert (receive.message.name, receive.message.correlation_key) == ("paid", "=order")
    assert isinstance(ad_hoc, AdHocSubProcess)
    assert ad_hoc.active_elements == "=ids"


def test_the_namespace_that_camunda_7_comes_from_is_read_too() -> None:
    process = process_of(
        '<userTask id="x" a:assignee="${who}" xmlns:a="http://activiti.org/bpmn"><extensionElements>'
        "<a:taskListener/></extensionElements></userTask>"
    )
    (node,) = process.nodes

    assert isinstance(node, UserTask)
    assert node.assignee == "=who"
    assert findings(process) == [("extension-not-run", "error")]


def test_a_dmn_literal_expression_is_read_as_its_text() -> None:
    boxed = (
        '<![CDATA[<d:literalExpression xmlns:d="https://www.omg.org/spec/DMN/20191111/MODEL/"{}>'
        "<d:text>a + 1</d:text></d:literalExpression>]]>"
    )
    flow = (
        '<sequenceFlow id="f" sourceRef="a" targetRef="b"><conditionExpression>{}</conditionExpression></sequenceFlow>'
    )

    feel = process_of(flow.format(boxed.format("")))
    other = process_of(flow.format(boxed.format(' expressionLanguage="urn:other"')))

    assert (feel.flows[0].condition, findings(feel)) == ("a + 1", [])
    assert findings(other) == [("expression-language-unsupported", "error")]
