# SPDX-License-Identifier: Apache-2.0
"""Signals and messages that nobody throws or catches, in one process or among those deployed together."""

from dataclasses import replace

from taktloom.kernel.soundness import check_soundness
from taktloom.model.event_definitions import MessageDefinition, SignalDefinition
from taktloom.model.identifiers import ProcessId
from taktloom.model.process import (
    EndEvent,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    JobDefinition,
    ProcessDefinition,
    ReceiveTask,
    SendTask,
    StartEvent,
)
from tests.kernel.build import eid, process


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
