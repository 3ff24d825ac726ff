# SPDX-License-Identifier: Apache-2.0
"""What goes from instance to instance: signals, thrown messages, calls, data stores, conditional starts."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

import pytest

from taktloom.feel import FeelValue
from taktloom.hosts.embedded import EmbeddedEngine, Message, Signal
from taktloom.model.errors import LimitExceededError
from taktloom.model.identifiers import InstanceKey, ProcessId
from taktloom.model.operations import InstanceQuery, InstanceSummary, LockedJob

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:z="http://camunda.org/schema/zeebe/1.0" '
    'id="definitions" targetNamespace="urn:t">'
)
ROOTS = '<signal id="sig" name="go"/><message id="msg" name="hello"/><error id="err" errorCode="E1"/>'


def model(*processes: str) -> bytes:
    return f"{HEAD}{ROOTS}{''.join(processes)}</definitions>".encode()


def process(process_id: str, body: str, *flows: str) -> str:
    """flows: `from to` pairs."""
    lines = "".join(
        f'<sequenceFlow id="{process_id}_{flow.replace(" ", "_")}" sourceRef="{flow.split()[0]}" '
        f'targetRef="{flow.split()[1]}"/>'
        for flow in flows
    )
    return f'<process id="{process_id}" isExecutable="true">{body}{lines}</process>'


def catch(element_id: str) -> str:
    return (
        f'<intermediateCatchEvent id="{element_id}"><signalEventDefinition signalRef="sig"/></intermediateCatchEvent>'
    )


def job(element_id: str) -> str:
    return (
        f'<serviceTask id="{element_id}"><extensionElements><z:taskDefinition type="{element_id}"/>'
        "</extensionElements></serviceTask>"
    )


CALLER = process(
    "caller",
    '<startEvent id="s1"/><callActivity id="call" calledElement="called"/>'
    '<boundaryEvent id="caught" attachedToRef="call"><errorEventDefinition errorRef="err"/></boundaryEvent>'
    '<endEvent id="e1"/><endEvent id="e2"/>',
    "s1 call",
    "call e1",
    "caught e2",
)
CALLED = process("called", f'<startEvent id="s2"/>{job("work")}<endEvent id="e3"/>', "s2 work", "work e3")


def summaries(engine: EmbeddedEngine, process_id: str) -> tuple[InstanceSummary, ...]:
    return tuple(reversed(engine.instances.search(InstanceQuery(process_id=ProcessId(process_id))).items))


def locked(engine: EmbeddedEngine) -> LockedJob:
    (found,) = engine.jobs.lock(["work"], worker="w", max_jobs=1, wait=timedelta())
    return found


def variables_of(engine: EmbeddedEngine, key: InstanceKey) -> Mapping[str, object]:
    return {variable.name: variable.value for variable in engine.instances.detail(key).variables}


def start(engine: EmbeddedEngine, process_id: str, **variables: FeelValue) -> InstanceKey:
    return engine.instances.start(ProcessId(process_id), variables).instance_key


def status(engine: EmbeddedEngine, key: InstanceKey) -> str:
    return engine.instances.summary(key).status


def test_a_signal_is_heard_by_all_who_wait_and_by_start_events(engine: EmbeddedEngine) -> None:
    waiting = process("waiting", f'<startEvent id="s1"/>{catch("c")}<endEvent id="e1"/>', "s1 c", "c e1")
    started = process(
        "started",
        '<startEvent id="s2"><signalEventDefinition signalRef="sig"/></startEvent><endEvent id="e2"/>',
        "s2 e2",
    )
    engine.deployments.deploy({"m.bpmn": model(waiting, started)})
    keys = [start(engine, "waiting"), start(engine, "waiting")]

    heard = engine.signals.broadcast(Signal(name="go", variables={"n": Decimal(1)}))

    assert [status(engine, key) for key in keys] == ["completed", "completed"]
    assert heard == (*keys, summaries(engine, "started")[0].instance_key)
    assert variables_of(engine, keys[0]) == {"n": Decimal(1)}


def test_thrown_signals_and_messages_all_reach_others_in_the_same_call(engine: EmbeddedEngine) -> None:
    throwing = process(
        "throwing",
        '<startEvent id="s1"/><intermediateThrowEvent id="t"><signalEventDefinition signalRef="sig"/>'
        '</intermediateThrowEvent><sendTask id="send" messageRef="msg"/><sendTask id="again" messageRef="msg"/>'
        '<endEvent id="e1"/>',
        "s1 t",
        "t send",
        "send again",
        "again e1",
    )
    waiting = process(
        "waiting",
        f'<startEvent id="s2"/>{catch("c")}<receiveTask id="r" messageRef="msg"/>'
        '<receiveTask id="more" messageRef="msg"/><endEvent id="e2"/>',
        "s2 c",
        "c r",
        "r more",
        "more e2",
    )
    engine.deployments.deploy({"m.bpmn": model(throwing, waiting)})
    key = start(engine, "waiting")

    start(engine, "throwing")

    assert status(engine, key) == "completed"


def test_a_called_process_runs_as_an_instance_of_its_own_and_gives_its_variables_back(engine: EmbeddedEngine) -> None:
    engine.deployments.deploy({"m.bpmn": model(CALLER, CALLED)})
    key = start(engine, "caller", x=Decimal(1))
    (child,) = summaries(engine, "called")
    assert child.caller_key == key
    assert engine.instances.detail(key).called == (child,)
    work = locked(engine)
    assert work.variables == {"x": Decimal(1)}

    engine.jobs.complete(work.job_id, fence=work.fence, variables={"y": Decimal(2)})

    assert (status(engine, key), status(engine, child.instance_key)) == ("completed", "completed")
    assert variables_of(engine, key) == {"x": Decimal(1), "y": Decimal(2)}
    assert engine.instances.check_replay(key) == 2


def test_an_error_that_the_called_process_does_not_catch_is_caught_at_the_call(engine: EmbeddedEngine) -> None:
    failing = process(
        "called",
        '<startEvent id="s2"/><endEvent id="bad"><errorEventDefinition errorRef="err"/></endEvent>',
        "s2 bad",
    )
    engine.deployments.deploy({"m.bpmn": model(CALLER, failing)})

    key = start(engine, "caller")

    assert status(engine, key) == "completed"
    assert [child.status for child in summaries(engine, "called")] == ["failed"]


def test_cancelling_the_caller_cancels_what_it_called(engine: EmbeddedEngine) -> None:
    engine.deployments.deploy({"m.bpmn": model(CALLER, CALLED)})
    key = start(engine, "caller")

    engine.instances.cancel(key)

    assert [child.status for child in summaries(engine, "called")] == ["cancelled"]
    assert engine.jobs.lock(["work"], worker="w", max_jobs=1, wait=timedelta()) == ()


def test_a_call_of_what_is_not_deployed_is_an_incident_that_can_be_resolved(engine: EmbeddedEngine) -> None:
    engine.deployments.deploy({"m.bpmn": model(CALLER)})
    key = start(engine, "caller")
    (incident,) = engine.instances.detail(key).incidents
    assert incident.element_id == "call"
    engine.deployments.deploy({"n.bpmn": model(CALLED)})

    engine.incidents.resolve(incident.incident_id)

    assert [child.status for child in summaries(engine, "called")] == ["active"]


def test_a_process_that_calls_itself_without_end_stops_with_an_incident(engine: EmbeddedEngine) -> None:
    endless = process(
        "endless",
        '<startEvent id="s1"/><exclusiveGateway id="g" default="endless_g_call"/>'
        '<callActivity id="call" calledElement="endless"/><endEvent id="e1"/>'
        '<sequenceFlow id="out" sourceRef="g" targetRef="e1"><conditionExpression>false</conditionExpression>'
        "</sequenceFlow>",
        "s1 g",
        "g call",
        "call e1",
    )
    engine.deployments.deploy({"m.bpmn": model(endless)})

    start(engine, "endless")

    (last,) = engine.instances.search(InstanceQuery(with_incidents=True)).items
    assert last.instance_key == summaries(engine, "endless")[-1].instance_key
    assert len(summaries(engine, "endless")) == 50  # a page


def test_signals_that_answer_each_other_for_ever_are_refused_and_change_nothing(engine: EmbeddedEngine) -> None:
    echo = process(
        "echo",
        '<startEvent id="s1"><signalEventDefinition signalRef="sig"/></startEvent>'
        '<endEvent id="e1"><signalEventDefinition signalRef="sig"/></endEvent>',
        "s1 e1",
    )
    engine.deployments.deploy({"m.bpmn": model(echo)})

    with pytest.raises(LimitExceededError):
        engine.signals.broadcast(Signal(name="go", variables={}))

    assert summaries(engine, "echo") == ()


def test_a_condition_starts_an_instance_when_it_becomes_true(engine: EmbeddedEngine) -> None:
    watching = process(
        "watching",
        '<startEvent id="s1"><conditionalEventDefinition><condition>level &gt; 3</condition>'
        '</conditionalEventDefinition></startEvent><endEvent id="e1"/>',
        "s1 e1",
    )
    engine.deployments.deploy({"m.bpmn": model(watching)})

    started = [len(engine.conditions.evaluate_starts({"level": Decimal(level)})) for level in (1, 5, 6, 2, 4)]

    assert started == [0, 1, 0, 0, 1]


def test_a_data_store_keeps_what_an_earlier_instance_wrote(engine: EmbeddedEngine) -> None:
    store = '<dataStore id="stock" name="Stock"/>'
    reference = '<dataStoreReference id="ref" dataStoreRef="stock"/>'
    writing = process(
        "writing",
        f'<startEvent id="s1"/>{reference}<scriptTask id="w" scriptFormat="feel"><extensionElements>'
        '<z:script expression="=7" resultVariable="amount"/></extensionElements><ioSpecification>'
        '<dataOutput id="out" name="amount"/><inputSet/><outputSet><dataOutputRefs>out</dataOutputRefs></outputSet>'
        "</ioSpecification><dataOutputAssociation><sourceRef>out</sourceRef><targetRef>ref</targetRef>"
        '</dataOutputAssociation></scriptTask><endEvent id="e1"/>',
        "s1 w",
        "w e1",
    )
    reading = process(
        "reading",
        '<startEvent id="s2"/><dataStoreReference id="ref2" dataStoreRef="stock"/><serviceTask id="r">'
        '<extensionElements><z:taskDefinition type="work"/></extensionElements><ioSpecification>'
        '<dataInput id="in" name="seen"/><inputSet><dataInputRefs>in</dataInputRefs></inputSet><outputSet/>'
        "</ioSpecification><dataInputAssociation><sourceRef>ref2</sourceRef><targetRef>in</targetRef>"
        '</dataInputAssociation></serviceTask><endEvent id="e2"/>',
        "s2 r",
        "r e2",
    )
    content = f"{HEAD}{store}{ROOTS}{writing}{reading}</definitions>".encode()
    engine.deployments.deploy({"m.bpmn": content})

    start(engine, "writing")
    start(engine, "reading")

    assert locked(engine).variables["seen"] == Decimal(7)


def test_a_message_meets_the_instance_whose_data_it_fits(engine: EmbeddedEngine) -> None:
    roots = (
        '<correlationProperty id="order"><correlationPropertyRetrievalExpression messageRef="msg">'
        "<messagePath>orderId</messagePath></correlationPropertyRetrievalExpression></correlationProperty>"
        '<collaboration id="c"><participant id="p" processRef="paying"/><correlationKey id="key">'
        "<correlationPropertyRef>order</correlationPropertyRef></correlationKey></collaboration>"
    )
    paying = process(
        "paying",
        '<startEvent id="s1"/><receiveTask id="r" messageRef="msg"/><endEvent id="e1"/>'
        '<correlationSubscription id="sub" correlationKeyRef="key"><correlationPropertyBinding '
        'correlationPropertyRef="order"><dataPath>orderId</dataPath></correlationPropertyBinding>'
        "</correlationSubscription>",
        "s1 r",
        "r e1",
    )
    engine.deployments.deploy({"m.bpmn": f"{HEAD}{ROOTS}{roots}{paying}</definitions>".encode()})
    one, two = start(engine, "paying", orderId=Decimal(1)), start(engine, "paying", orderId=Decimal(2))

    taken = engine.messages.correlate(Message(name="hello", variables={"orderId": Decimal(2)}))

    assert taken == (two,)
    assert (status(engine, one), status(engine, two)) == ("active", "completed")
