# SPDX-License-Identifier: Apache-2.0
"""Signals and messages that nobody throws or catches, in one process or among those deployed together."""

from dataclasses import replace

from taktloom.kernel.soundness import check_soundness
from taktloom.model.event_definitions import (
    ErrorDefinition,
    EscalationDefinition,
    MessageDefinition,
    SignalDefinition,
)
from taktloom.model.findings import Severity
from taktloom.model.identifiers import ProcessId
from taktloom.model.process import (
    BoundaryEvent,
    CallActivity,
    EndEvent,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    JobDefinition,
    ProcessDefinition,
    ReceiveTask,
    SendTask,
    SequenceFlow,
    StartEvent,
    SubProcess,
)
from tests.kernel.build import eid, event_sub_process, process


def running(*nodes: IntermediateCatchEvent | IntermediateThrowEvent | SendTask | ReceiveTask) -> ProcessDefinition:
    names = " > ".join(["s", *(node.id for node in nodes), "e"])
    return process(StartEvent(id=eid("s")), *nodes, EndEvent(id=eid("e")), flows=names)


def found(definition: ProcessDefinition, *together: ProcessDefinition) -> list[str]:
    return [f"{one.rule} at {one.place.element_id}" for one in check_soundness(definition, together)]


def throws(name: str) -> IntermediateThrowEvent:
    return IntermediateThrowEvent(id=eid("t"), definition=SignalDefinition(name=name))


def catches(name: str) -> IntermediateCatchEvent:
    return IntermediateCatchEvent(id=eid("c"), definition=SignalDefinition(name=name))


def other(definition: ProcessDefinition) -> ProcessDefinition:
    return replace(definition, id=ProcessId("q"))


def test_a_signal_that_nobody_throws_or_catches_is_a_warning() -> None:
    assert found(running(catches("go"))) == ["signal-never-thrown at c"]
    assert found(running(throws("go"))) == ["signal-never-caught at t"]
    assert found(running(throws("go"), catches("go"))) == []


def test_processes_that_are_deployed_together_throw_and_catch_for_each_other() -> None:
    assert found(running(catches("go")), other(running(throws("go")))) == []
    assert found(running(throws("go")), other(running(catches("go")))) == []
    assert found(running(throws("go")), other(running(catches("stop")))) == ["signal-never-caught at t"]


def test_a_message_sent_by_the_engine_that_nobody_takes_is_a_warning() -> None:
    hello = MessageDefinition(name="hello")
    send = SendTask(id=eid("send"), message=hello)

    assert found(running(send)) == ["message-never-caught at send"]
    assert found(running(send), other(running(ReceiveTask(id=eid("r"), message=hello)))) == []
    assert found(running(SendTask(id=eid("send"), message=hello, job=JobDefinition(type="mail")))) == []


def test_a_name_that_is_worked_out_may_be_any() -> None:
    assert found(running(throws("go"), catches("=name"))) == []
    assert found(running(throws("=name"))) == []


def test_what_leaves_a_process_that_can_be_called_is_left_to_callers_that_nobody_shows() -> None:
    error, escalation = ErrorDefinition(code="E1"), EscalationDefinition(code="X1")
    implicit = process(EndEvent(id=eid("x"), definition=error), flows="")

    assert found(throwing(error)) == ["error-left-to-caller at x"]
    assert found(throwing(escalation)) == ["escalation-left-to-caller at x"]
    assert found(implicit) == ["error-left-to-caller at x"]
    assert [finding.severity for finding in check_soundness(throwing(error))] == [Severity.INFORMATION]


def test_what_leaves_a_process_that_nobody_can_call_is_a_warning() -> None:
    told = MessageDefinition(name="hello")
    error, escalation = ErrorDefinition(code="E1"), EscalationDefinition(code="X1")
    received = ReceiveTask(id=eid("r"), message=told, instantiate=True)
    end = EndEvent(id=eid("x"), definition=error)

    assert found(throwing(error, told)) == ["error-never-caught at x"]
    assert found(throwing(escalation, told)) == ["escalation-never-caught at x"]
    assert found(process(received, end, flows="r > x")) == ["error-never-caught at x"]
    assert [finding.severity for finding in check_soundness(throwing(error, told))] == [Severity.WARNING]


def test_an_error_or_escalation_goes_outwards_to_what_catches_its_code() -> None:
    assert found(inside(ErrorDefinition(code="E1"), ErrorDefinition(code="E1"))) == []
    assert found(inside(ErrorDefinition(code="E1"), ErrorDefinition())) == []
    assert found(inside(EscalationDefinition(code="X1"), EscalationDefinition(code="X1"))) == []
    assert found(inside(ErrorDefinition(code="E1"), ErrorDefinition(code="E2"))) == [
        "boundary-never-triggered at b",
        "error-left-to-caller at x",
    ]


def test_an_event_sub_process_catches_for_its_scope_but_not_for_itself() -> None:
    error = ErrorDefinition(code="E1")
    handler = event_sub_process(
        "h", StartEvent(id=eid("hs"), definition=error), EndEvent(id=eid("he")), flows="hs > he"
    )
    again = event_sub_process(
        "h", StartEvent(id=eid("hs"), definition=error), EndEvent(id=eid("he"), definition=error), flows="hs > he"
    )
    end = EndEvent(id=eid("x"), definition=error)

    assert found(process(StartEvent(id=eid("s")), end, handler, flows="s > x")) == []
    assert found(process(StartEvent(id=eid("s")), end, again, flows="s > x")) == ["error-left-to-caller at he"]


def test_the_caller_of_a_process_may_catch_what_it_throws() -> None:
    error = ErrorDefinition(code="E1")
    call = CallActivity(id=eid("c"), called_element="q")
    caught = BoundaryEvent(id=eid("b"), attached_to=call.id, definition=error)
    start, end, other_end = StartEvent(id=eid("s")), EndEvent(id=eid("e")), EndEvent(id=eid("f"))
    caller = process(start, call, caught, end, other_end, flows="s > c > e, b > f")
    careless = process(start, call, end, flows="s > c > e")
    told = StartEvent(id=eid("s"), definition=MessageDefinition(name="hello"))
    begun_by_message = process(told, call, end, flows="s > c > e")
    called_only = other(throwing(error, MessageDefinition(name="hello")))

    assert found(other(throwing(error)), caller) == []
    assert found(other(throwing(error)), careless) == ["error-left-to-caller at x"]
    assert found(called_only, begun_by_message) == ["error-never-caught at x"]
    assert found(called_only, careless) == ["error-left-to-caller at x"]  # who calls the caller may catch it


def throwing(
    definition: ErrorDefinition | EscalationDefinition, begun_by: MessageDefinition | None = None
) -> ProcessDefinition:
    start = StartEvent(id=eid("s"), definition=begun_by)
    return process(start, EndEvent(id=eid("x"), definition=definition), flows="s > x")


def inside(
    thrown: ErrorDefinition | EscalationDefinition, caught: ErrorDefinition | EscalationDefinition
) -> ProcessDefinition:
    body = throwing(thrown)
    inner = [replace(node, id=eid("is")) if node.id == "s" else node for node in body.nodes]
    sub = SubProcess(
        id=eid("sp"),
        nodes=tuple(inner),
        flows=(SequenceFlow(id=eid("is-x"), source=eid("is"), target=eid("x")),),
    )
    boundary = BoundaryEvent(id=eid("b"), attached_to=sub.id, definition=caught)
    ends = (EndEvent(id=eid("e")), EndEvent(id=eid("f")))
    return process(StartEvent(id=eid("s")), sub, boundary, *ends, flows="s > sp > e, b > f")
