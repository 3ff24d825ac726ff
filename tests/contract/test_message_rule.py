# SPDX-License-Identifier: Apache-2.0
"""One rule for messages in the engine and in the public test kit: a message has one receiver, or none."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest

from taktloom.feel import from_python
from taktloom.feel.values import FeelValue
from taktloom.hosts.embedded import EmbeddedEngine, EngineOptions, ManualClock, Message
from taktloom.model.identifiers import ProcessId
from taktloom.model.operations import InstanceQuery
from taktloom.testing import Engine

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MODEL = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="definitions" targetNamespace="urn:test">
  <bpmn:message id="m" name="news">{key}</bpmn:message>
  <bpmn:process id="{id}" isExecutable="true">{body}</bpmn:process>
</bpmn:definitions>"""
KEY = """<bpmn:extensionElements><zeebe:subscription correlationKey="=key" /></bpmn:extensionElements>"""
FLOW = """<bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="x" />
<bpmn:sequenceFlow id="f2" sourceRef="x" targetRef="e" />
<bpmn:endEvent id="e"><bpmn:incoming>f2</bpmn:incoming></bpmn:endEvent>"""
START = """<bpmn:startEvent id="s"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>"""
INSIDE = "<bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing>"
EVENT = """<bpmn:messageEventDefinition messageRef="m" />"""
CATCH = f"{START}<bpmn:intermediateCatchEvent id='x'>{INSIDE}{EVENT}</bpmn:intermediateCatchEvent>{FLOW}"
THROW = f"{START}<bpmn:intermediateThrowEvent id='x'>{INSIDE}{EVENT}</bpmn:intermediateThrowEvent>{FLOW}"
STARTED = f"""<bpmn:startEvent id="s"><bpmn:outgoing>f1</bpmn:outgoing>{EVENT}</bpmn:startEvent>
<bpmn:userTask id="x">{INSIDE}</bpmn:userTask>{FLOW}"""
BOUNDARY = f"""{START}<bpmn:userTask id="x">{INSIDE}</bpmn:userTask>{FLOW}
<bpmn:boundaryEvent id="b" attachedToRef="x"><bpmn:outgoing>f3</bpmn:outgoing>{EVENT}</bpmn:boundaryEvent>
<bpmn:sequenceFlow id="f3" sourceRef="b" targetRef="e3" />
<bpmn:endEvent id="e3"><bpmn:incoming>f3</bpmn:incoming></bpmn:endEvent>"""


class Host(Protocol):
    """What both can do. Instances are named by the order of their start."""

    def deploy(self, process_id: str, body: str, key: str = "") -> None: ...

    def start(self, process_id: str, **variables: object) -> None: ...

    def publish(self, key: str | None = None) -> None: ...

    def instances(self) -> list[tuple[str, str]]:
        """Process and status of all instances, oldest first."""


def model(process_id: str, body: str, key: str) -> bytes:
    return MODEL.format(id=process_id, body=body, key=key).encode()


class Kit:
    """The public test kit."""

    def __init__(self) -> None:
        self._engine = Engine(NOW)

    def deploy(self, process_id: str, body: str, key: str = "") -> None:
        self._engine.deploy(model(process_id, body, key))

    def start(self, process_id: str, **variables: object) -> None:
        self._engine.start(process_id, variables)

    def publish(self, key: str | None = None) -> None:
        self._engine.publish("news", key)

    def instances(self) -> list[tuple[str, str]]:
        return [(one.process_id, one.state) for one in self._engine.instances()]


class Embedded:
    """The embedded engine, in memory."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        self._engine = engine

    def deploy(self, process_id: str, body: str, key: str = "") -> None:
        self._engine.deployments.deploy({f"{process_id}.bpmn": model(process_id, body, key)})

    def start(self, process_id: str, **variables: object) -> None:
        given: Mapping[str, FeelValue] = {name: from_python(value) for name, value in variables.items()}
        self._engine.instances.start(ProcessId(process_id), given)

    def publish(self, key: str | None = None) -> None:
        message = Message(name="news", correlation_key=key, variables={}, time_to_live=timedelta(hours=1))
        self._engine.messages.correlate(message)

    def instances(self) -> list[tuple[str, str]]:
        newest_first = self._engine.instances.search(InstanceQuery()).items
        return [(one.process_id, one.status) for one in reversed(newest_first)]


@pytest.fixture(params=["test kit", "embedded engine"])
def host(request: pytest.FixtureRequest) -> Iterator[Host]:
    if request.param == "test kit":
        yield Kit()
        return
    engine = EmbeddedEngine.open(None, EngineOptions(clock=ManualClock(NOW)))
    yield Embedded(engine)
    engine.drain()


def test_of_several_who_wait_the_oldest_takes_the_message(host: Host) -> None:
    host.deploy("p", CATCH)
    for _ in range(3):
        host.start("p")

    host.publish()

    assert [status for _, status in host.instances()] == ["completed", "active", "active"]


def test_who_asks_for_the_key_comes_before_who_takes_any(host: Host) -> None:
    host.deploy("any", CATCH)
    host.deploy("keyed", CATCH, KEY)
    host.start("any")
    host.start("keyed", key="k")

    host.publish("k")

    assert host.instances() == [("any", "active"), ("keyed", "completed")]


def test_another_key_is_no_fit(host: Host) -> None:
    host.deploy("keyed", CATCH, KEY)
    host.start("keyed", key="k")

    host.publish("other")

    assert host.instances() == [("keyed", "active")]


def test_who_waits_comes_before_a_start_event(host: Host) -> None:
    host.deploy("a", STARTED)
    host.deploy("p", CATCH)
    host.start("p")

    host.publish()

    assert host.instances() == [("p", "completed")]


def test_of_several_processes_the_first_by_id_is_started(host: Host) -> None:
    host.deploy("b", STARTED)
    host.deploy("a", STARTED)

    host.publish()

    assert host.instances() == [("a", "active")]


def test_a_message_that_nobody_takes_waits_for_one_who_comes_later(host: Host) -> None:
    host.deploy("p", CATCH)

    host.publish()
    host.start("p")
    host.start("p")

    assert [status for _, status in host.instances()] == ["completed", "active"]


def test_a_message_that_an_instance_throws_waits_too(host: Host) -> None:
    host.deploy("thrower", THROW)
    host.deploy("p", CATCH)

    host.start("thrower")
    host.start("p")

    assert host.instances() == [("thrower", "completed"), ("p", "completed")]


def test_what_listens_beside_the_flow_takes_only_what_comes_while_it_listens(host: Host) -> None:
    host.deploy("p", BOUNDARY)

    host.publish()
    host.start("p")
    before = host.instances()
    host.publish()

    assert (before, host.instances()) == ([("p", "active")], [("p", "completed")])
