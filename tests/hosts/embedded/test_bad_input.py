# SPDX-License-Identifier: Apache-2.0
"""Whatever is wrong with a call is told with cause, place and remedy, and changes nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

from taktloom.feel.values import FeelValue
from taktloom.formats.bpmn.builder import process
from taktloom.hosts.embedded import CompletionResult, EmbeddedEngine, EngineOptions, InstanceStart, Message, Signal
from taktloom.hosts.embedded.advancing.operator_actions import Order
from taktloom.hosts.embedded.work.jobs import JobCompletion
from taktloom.model.errors import InputRefusedError, MisuseError, TaktloomError
from taktloom.model.identifiers import ElementId, IncidentId, InstanceKey, JobId, ProcessId, UserTaskId
from taktloom.model.interventions import MigrationRequest
from taktloom.model.operations import InstanceQuery

Deploy = Callable[..., None]
Call = Callable[[EmbeddedEngine], object]
PERMIT, NOWHERE = ProcessId("permit"), ProcessId("nowhere")
ORDER = Order(actor="ada", reason="a test")
GONE = InstanceKey("404")
EMPTY = '<process id="p" isExecutable="true"/>'
BROKEN = f'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">{EMPTY}</definitions>'.encode()

UNKNOWN: dict[str, tuple[str, Call]] = {
    "process": ("TL-2592", lambda engine: engine.instances.start(NOWHERE, {})),
    "version": ("TL-2592", lambda engine: engine.instances.start(PERMIT, {}, version=9)),
    "job": ("TL-2530", lambda engine: engine.jobs.complete(JobId("404"), 1, {})),
    "user task": ("TL-2540", lambda engine: engine.user_tasks.complete(UserTaskId("404"), {})),
    "incident": ("TL-2550", lambda engine: engine.incidents.resolve(IncidentId("404"))),
    "instance": ("TL-2594", lambda engine: engine.instances.cancel(GONE)),
    "instance to suspend": ("TL-2594", lambda engine: engine.suspension.suspend(GONE, ORDER)),
    "instance to look into": ("TL-2594", lambda engine: engine.time_travel.moment(GONE, 1)),
    "version to migrate to": (
        "TL-2592",
        lambda engine: engine.migrations.plan(
            MigrationRequest(process_id=PERMIT, source_version=1, target_version=7, mapping={ElementId("a"): None})
        ),
    ),
    "process to suspend": ("TL-2592", lambda engine: engine.suspension.suspend_version(NOWHERE, ORDER)),
}


@pytest.mark.parametrize("what", UNKNOWN)
def test_what_is_unknown_is_named(engine: EmbeddedEngine, deploy: Deploy, what: str) -> None:
    deploy("register_and_decide")
    key = engine.instances.start(PERMIT, {}).instance_key
    before, (code, call) = engine.instances.detail(key), UNKNOWN[what]

    with pytest.raises(TaktloomError) as refused:
        call(engine)

    assert (refused.value.code, refused.value.place.element_id is not None) == (code, True)
    assert refused.value.cause
    assert refused.value.remedy
    assert engine.instances.detail(key) == before
    assert engine.operator_actions.search().items == ()


def test_variables_that_are_too_large_are_refused_with_the_limit(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")
    key = engine.instances.start(PERMIT, {"text": "short"}).instance_key
    before = engine.instances.detail(key)

    for call in (
        lambda: engine.instances.start(PERMIT, {"text": "x" * 20_000}),
        lambda: engine.instances.set_variables(key, {"text": "x" * 20_000}),
    ):
        with pytest.raises(TaktloomError) as refused:
            call()
        assert (refused.value.code, refused.value.parameters["limit"]) == ("TL-2013", "10000")

    assert engine.instances.detail(key) == before
    assert engine.instances.search(InstanceQuery()).total == 1


def test_a_definition_that_does_not_compile_is_refused_with_every_finding(engine: EmbeddedEngine) -> None:
    with pytest.raises(TaktloomError) as refused:
        engine.deployments.deploy({"broken.bpmn": BROKEN})

    assert refused.value.code == "TL-1501"
    assert refused.value.place.source == "broken.bpmn"
    assert engine.deployments.processes().items == ()


def test_a_completion_after_a_cancel_is_refused(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")
    key = engine.instances.start(PERMIT, {}).instance_key
    (job,) = engine.jobs.lock(["register-case"], worker="w")
    engine.instances.cancel(key, reason="over", actor="ada")
    before = engine.instances.detail(key)

    with pytest.raises(TaktloomError) as refused:
        engine.jobs.complete(job.job_id, job.fence, {})

    assert (refused.value.code, "cancelled" in refused.value.cause) == ("TL-2531", True)
    assert engine.instances.detail(key) == before


def test_a_completion_that_comes_twice_counts_once(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")
    key = engine.instances.start(PERMIT, {}).instance_key
    (job,) = engine.jobs.lock(["register-case"], worker="w")

    first = engine.jobs.complete(job.job_id, job.fence, {})
    after = engine.instances.detail(key)
    second = engine.jobs.complete(job.job_id, job.fence, {})

    assert (first, second) == (CompletionResult.DONE, CompletionResult.ALREADY_DONE)
    assert engine.instances.detail(key) == after


def test_a_message_id_that_comes_with_another_payload_is_refused(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("wait_for_payment")
    keep = timedelta(hours=1)
    sent = Message(name="payment", correlation_key="A", variables={"n": None}, message_id="m1", time_to_live=keep)
    engine.messages.correlate(sent)

    with pytest.raises(TaktloomError) as refused:
        engine.messages.correlate(
            Message(name="payment", correlation_key="A", variables={"n": "other"}, message_id="m1", time_to_live=keep)
        )

    assert (refused.value.code, refused.value.parameters["message_id"]) == ("TL-2560", "m1")
    assert engine.messages.correlate(sent) == ()


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), Decimal("1E+9999"), "\ud800", ["\udfff"]])
def test_a_value_that_could_not_be_read_back_is_refused_and_the_work_stays_open(
    engine: EmbeddedEngine, deploy: Deploy, value: FeelValue
) -> None:
    deploy("register_and_decide")
    key = engine.instances.start(PERMIT, {}).instance_key
    (job,) = engine.jobs.lock(["register-case"], worker="w")

    with pytest.raises(TaktloomError) as refused:
        engine.jobs.complete(job.job_id, job.fence, {"number": value})
    (in_a_batch,) = engine.jobs.complete_many(
        [JobCompletion(job_id=job.job_id, fence=job.fence, variables={"number": value})]
    )

    assert refused.value.remedy
    assert str(in_a_batch) == str(refused.value)
    assert engine.jobs.complete(job.job_id, job.fence, {"number": "A-1"}) is CompletionResult.DONE
    assert engine.instances.check_replay(key) == 2


ITEMS = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:z="http://camunda.org/schema/zeebe/1.0"
  targetNamespace="x"><process id="items" isExecutable="true"><startEvent id="s"/><serviceTask id="each">
  <extensionElements><z:taskDefinition type="each"/></extensionElements><multiInstanceLoopCharacteristics>
    <extensionElements><z:loopCharacteristics inputCollection="=[1, 2]" inputElement="n" outputElement="=found"
      outputCollection="all"/></extensionElements></multiInstanceLoopCharacteristics></serviceTask>
  <userTask id="read"/><endEvent id="e"/><sequenceFlow id="a" sourceRef="s" targetRef="each"/>
  <sequenceFlow id="b" sourceRef="each" targetRef="read"/><sequenceFlow id="c" sourceRef="read" targetRef="e"/>
</process></definitions>"""


def test_what_instances_give_is_collected_even_when_each_is_nested_as_deeply_as_may_be(
    tmp_path: Path, options: EngineOptions
) -> None:
    deepest: FeelValue = "inside"
    for _ in range(200):
        deepest = [deepest]
    engine = EmbeddedEngine.open(tmp_path / "engine.db", options)
    engine.deployments.deploy({"items.bpmn": ITEMS.encode()})
    key = engine.instances.start(ProcessId("items"), {}).instance_key
    for job in engine.jobs.lock(["each"], worker="w", max_jobs=2):
        engine.jobs.complete(job.job_id, job.fence, {"found": deepest})
    engine.drain()

    again = EmbeddedEngine.open(tmp_path / "engine.db", options)

    variables = {variable.name: variable.value for variable in again.instances.detail(key).variables}
    assert variables["all"] == [deepest, deepest]
    assert again.instances.check_replay(key) == 3
    again.drain()


@pytest.mark.parametrize("script", ["function(x) x", "[1, sum]", "{f: [function(x) x]}"])
def test_a_script_that_gives_a_function_is_an_incident_at_its_place(engine: EmbeddedEngine, script: str) -> None:
    model = process("made").start().user_task("ask").script_task("odd", script=script, result_variable="f").end()
    engine.deployments.deploy({"made.bpmn": model.xml()})
    key = engine.instances.start(ProcessId("made"), {}).instance_key
    (task,) = engine.instances.detail(key).user_tasks

    engine.user_tasks.complete(task.user_task_id, {})

    (incident,) = engine.instances.detail(key).incidents
    assert (incident.element_id, incident.kind) == ("odd", "expression")
    assert incident.message == f"The expression '{script}' gives a function, which no variable can hold."


def test_a_decision_that_gives_a_function_is_an_incident_at_its_place(engine: EmbeddedEngine) -> None:
    decision = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:x">
      <decision id="f" name="f"><variable name="f"/><literalExpression><text>function(x) x</text></literalExpression>
      </decision></definitions>"""
    model = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
      xmlns:z="http://camunda.org/schema/zeebe/1.0" targetNamespace="x"><process id="p" isExecutable="true">
      <startEvent id="s"/><businessRuleTask id="r"><extensionElements><z:calledDecision decisionId="f"
        resultVariable="y"/></extensionElements></businessRuleTask><endEvent id="e"/>
      <sequenceFlow id="a" sourceRef="s" targetRef="r"/><sequenceFlow id="b" sourceRef="r" targetRef="e"/>
      </process></definitions>"""
    engine.deployments.deploy({"d.dmn": decision, "p.bpmn": model})

    key = engine.instances.start(ProcessId("p"), {}).instance_key

    (incident,) = engine.instances.detail(key).incidents
    assert (incident.element_id, incident.kind) == ("r", "decision")
    assert "A function cannot be stored or sent." in incident.message


def test_a_pause_after_a_failure_is_ten_years_at_most(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")
    engine.instances.start(PERMIT, {})
    (job,) = engine.jobs.lock(["register-case"], worker="w")

    engine.jobs.fail(job.job_id, job.fence, "broken", retries=1, retry_in=timedelta.max)

    assert engine.jobs.get(job.job_id).state.value == "waiting"


def test_a_message_without_name_or_with_an_empty_id_is_refused(engine: EmbeddedEngine) -> None:
    causes = []
    for message in (Message(name="", variables={}), Message(name="m", message_id="", variables={})):
        with pytest.raises(MisuseError) as refused:
            engine.messages.correlate(message)
        causes.append(refused.value.cause)
    with pytest.raises(MisuseError) as refused:
        engine.signals.broadcast(Signal(name="", variables={}))

    assert causes == ["The message's name is empty.", "The message's id is empty."]
    assert refused.value.cause == "The signal's name is empty."


@pytest.mark.parametrize("other", [{"business_key": "B-2"}, {"business_key": None}, {"correlation_key": ""}])
def test_the_same_message_id_with_another_key_is_another_message(
    engine: EmbeddedEngine, other: dict[str, str | None]
) -> None:
    sent = Message(name="order", variables={}, message_id="m1", business_key="B-1")
    engine.messages.correlate(sent)

    with pytest.raises(TaktloomError) as refused:
        engine.messages.correlate(replace(sent, **cast("dict[str, Any]", other)))

    assert refused.value.code == "TL-2560"
    assert engine.messages.correlate(sent) == ()


HALF = "\ud800"
HALF_TEXTS: dict[str, Callable[[EmbeddedEngine, UserTaskId], object]] = {
    "message name": lambda engine, _: engine.messages.correlate(Message(name=HALF, message_id="m", variables={})),
    "correlation key": lambda engine, _: engine.messages.correlate(
        Message(name="m", correlation_key=HALF, variables={})
    ),
    "business key": lambda engine, _: engine.instances.start(PERMIT, {}, business_key=HALF),
    "comment": lambda engine, task: engine.task_notes.comment(task, HALF, author="ada"),
    "file name": lambda engine, task: engine.task_notes.attach(task, f"{HALF}.txt", b"text", by="ada"),
    "calendar": lambda engine, _: engine.calendars.save("office", {HALF: 1}),
}


@pytest.mark.parametrize("text", HALF_TEXTS)
def test_half_of_a_character_is_refused_wherever_a_text_is_given(
    engine: EmbeddedEngine, deploy: Deploy, text: str
) -> None:
    deploy("register_and_decide")
    key = engine.instances.start(PERMIT, {}).instance_key
    (job,) = engine.jobs.lock(["register-case"], worker="w")
    engine.jobs.complete(job.job_id, job.fence, {})
    (task,) = engine.instances.detail(key).user_tasks

    with pytest.raises(InputRefusedError) as refused:
        HALF_TEXTS[text](engine, task.user_task_id)

    assert refused.value.remedy
    assert engine.instances.search(InstanceQuery()).total == 1
    assert engine.task_notes.comments(task.user_task_id) == ()


def test_half_of_a_character_in_one_of_many_starts_stops_no_other(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")
    starts = [InstanceStart(variables={}, business_key=name) for name in ("first", HALF, "last")]

    first, refused, last = engine.instances.start_many(PERMIT, starts)

    assert isinstance(refused, InputRefusedError)
    assert not isinstance(first, Exception)
    assert not isinstance(last, Exception)
    assert (first.business_key, last.business_key) == ("first", "last")
    assert engine.instances.search(InstanceQuery()).total == 2
