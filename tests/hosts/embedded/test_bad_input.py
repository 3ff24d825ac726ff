# SPDX-License-Identifier: Apache-2.0
"""Whatever is wrong with a call is told with cause, place and remedy, and changes nothing."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from taktloom.hosts.embedded import CompletionResult, EmbeddedEngine, Message
from taktloom.hosts.embedded.advancing.operator_actions import Order
from taktloom.model.errors import TaktloomError
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
