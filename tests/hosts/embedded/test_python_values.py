# SPDX-License-Identifier: Apache-2.0
"""Who embeds the engine in Python gives Python's own values, at every door that takes variables."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from taktloom.feel.values import FeelValue, ValueConversionError, from_python
from taktloom.formats.bpmn.builder import process, signal
from taktloom.hosts.embedded import (
    EmbeddedEngine,
    ExternalFailure,
    ExternalResult,
    InstanceStart,
    JobCompletion,
    Message,
    MessageSelection,
    Signal,
)
from taktloom.hosts.embedded.advancing.operator_actions import Order
from taktloom.hosts.embedded.operations.batches import BatchParameters
from taktloom.kernel.events import TokenAction, TokenChange
from taktloom.model.identifiers import ElementId, InstanceKey, ProcessId
from taktloom.model.interventions import BatchKind, RestartRequest, Selection
from taktloom.model.operations import UserTaskQuery
from tests.hosts.embedded.conftest import MODELS

GIVEN: Mapping[str, object] = {
    "count": 3,
    "rate": 0.1,
    "day": date(2026, 3, 2),
    "at": datetime(2026, 3, 2, 9, tzinfo=UTC),
    "long": timedelta(hours=36),
    "parts": [1, {"price": 2.5, "pair": (1, 2)}],
    "exact": Decimal("1.10"),
}
KEPT = {name: from_python(value) for name, value in GIVEN.items()}
PERMIT = ProcessId("permit")


def _work(*names: str) -> bytes:
    """One job of type `work` after another."""
    flow = process("works").start()
    for name in names or ("Work",):
        flow = flow.service_task(name, id=name.lower(), job_type="work")
    return flow.end().xml()


def _values(engine: EmbeddedEngine, key: InstanceKey) -> dict[str, object]:
    assert engine.instances.check_replay(key) > 0
    return {view.name: view.value for view in engine.instances.detail(key).variables if view.scope_element_id is None}


def _deploy(engine: EmbeddedEngine, *models: str) -> None:
    engine.deployments.deploy({f"{name}.bpmn": (MODELS / f"{name}.bpmn").read_bytes() for name in models})


def _start_work(engine: EmbeddedEngine, *names: str) -> InstanceKey:
    engine.deployments.deploy({"work.bpmn": _work(*names)})
    return engine.instances.start(ProcessId("works"), {}).instance_key


def test_instances_start_with_them_one_by_one_and_many_at_once(engine: EmbeddedEngine) -> None:
    _deploy(engine, "register_and_decide")

    one = engine.instances.start(PERMIT, GIVEN).instance_key
    many, refused = engine.instances.start_many(
        PERMIT, [InstanceStart(variables=GIVEN), InstanceStart(variables={"x": object()})]
    )

    assert _values(engine, one) == KEPT
    assert not isinstance(many, Exception)
    assert _values(engine, many.instance_key) == KEPT
    assert isinstance(refused, ValueConversionError)


def test_jobs_end_with_them(engine: EmbeddedEngine) -> None:
    key = _start_work(engine, "One", "Two")

    (first,) = engine.jobs.lock(["work"], worker="w")
    engine.jobs.complete(first.job_id, first.fence, {"one": 1})
    (second,) = engine.jobs.lock(["work"], worker="w")
    engine.jobs.complete_many([JobCompletion(job_id=second.job_id, fence=second.fence, variables=GIVEN)])

    assert _values(engine, key) == {"one": Decimal(1), **KEPT}


def test_external_tasks_end_with_them(engine: EmbeddedEngine) -> None:
    key = _start_work(engine, "One", "Two")
    (job,) = engine.instances.detail(key).jobs
    engine.external_tasks.lock(job.job_id, worker="w", lock_for=timedelta(minutes=5))

    engine.external_tasks.fail(job.job_id, ExternalFailure(worker="w", message="", retries=1, variables=GIVEN))
    engine.external_tasks.lock(job.job_id, worker="w", lock_for=timedelta(minutes=5))
    failed_with = _values(engine, key)
    engine.external_tasks.complete(job.job_id, ExternalResult(worker="w", variables={"more": 1}))

    assert failed_with == KEPT
    assert _values(engine, key) == {**KEPT, "more": Decimal(1)}


def test_user_tasks_end_with_them_and_their_forms_see_feel_values(engine: EmbeddedEngine) -> None:
    _deploy(engine, "register_and_decide")
    key = engine.instances.start(PERMIT, {}).instance_key
    (job,) = engine.jobs.lock(["register-case"], worker="w")
    engine.jobs.complete(job.job_id, job.fence, {})
    (task,) = engine.user_tasks.search(UserTaskQuery(instance_key=key)).items

    engine.user_tasks.complete(task.user_task_id, GIVEN)

    assert _values(engine, key) == KEPT


def test_messages_and_signals_carry_them(engine: EmbeddedEngine) -> None:
    heard = process("heard").start(definition=signal("bell")).service_task("Work", job_type="work").end().xml()
    _deploy(engine, "start_by_message")
    engine.deployments.deploy({"heard.bpmn": heard})

    (by_message,) = engine.messages.correlate(Message(name="application", variables=GIVEN))
    (selected,) = engine.message_selections.correlate(MessageSelection(name="application", variables=GIVEN))
    (by_signal,) = engine.signals.broadcast(Signal(name="bell", variables=GIVEN))

    assert _values(engine, by_message) == _values(engine, selected.instance_key) == KEPT
    assert _values(engine, by_signal) == KEPT


def test_operators_set_them(engine: EmbeddedEngine) -> None:
    key, order = _start_work(engine, "One", "Two"), Order(actor="ada", reason="because")
    changes = [TokenChange(action=TokenAction.BEFORE, element_id=ElementId("two"))]

    engine.instances.set_variables(key, {"set": 1})
    preview = engine.modifications.preview(key, changes, variables={"moved": 2})
    engine.modifications.modify(key, changes, order, variables={"moved": 2})
    again = engine.restarts.restart(key, RestartRequest(), order, variables={"again": 3})

    assert preview.effects
    assert _values(engine, key) == {"set": Decimal(1), "moved": Decimal(2)}
    assert _values(engine, again) == {"again": Decimal(3)}


def test_a_batch_sets_them(engine: EmbeddedEngine) -> None:
    key = _start_work(engine)
    selection = Selection(keys=(key,))

    parameters = BatchParameters(variables=GIVEN)
    engine.batches.create(BatchKind.SET_VARIABLES, selection, parameters, Order(actor="ada", reason="because"))
    engine.batches.run_due()

    assert _values(engine, key) == KEPT


@pytest.mark.parametrize("value", [datetime(2026, 3, 2, 9), float("nan"), {1, 2}, object()])  # noqa: DTZ001
def test_what_has_no_feel_value_is_refused_and_nothing_starts(engine: EmbeddedEngine, value: object) -> None:
    _deploy(engine, "register_and_decide")

    with pytest.raises(ValueConversionError) as refused:
        engine.instances.start(PERMIT, {"value": [value]})

    assert refused.value.remedy
    assert engine.jobs.lock(["register-case"], worker="w") == ()


def test_what_the_caller_does_to_their_list_after_the_call_changes_no_instance(engine: EmbeddedEngine) -> None:
    key = _start_work(engine, "One", "Two", "Three")
    given: dict[str, FeelValue] = {"parts": ["a", {"price": Decimal(2), "marks": []}]}
    kept = deepcopy(given)

    (job,) = engine.jobs.lock(["work"], worker="w")
    engine.jobs.complete(job.job_id, job.fence, given)
    _spoil(given)
    completed = _values(engine, key)
    engine.instances.set_variables(key, {"set": given["parts"]})
    set_to = deepcopy(given["parts"])
    _spoil(given)
    started = engine.instances.start(ProcessId("works"), kept).instance_key
    _spoil(kept)

    assert completed == {"parts": ["a", {"price": Decimal(2), "marks": []}]}
    assert _values(engine, key) == {**completed, "set": set_to}
    assert _values(engine, started) == completed


def test_what_the_caller_does_to_a_sent_list_changes_no_receiver(engine: EmbeddedEngine) -> None:
    heard = process("heard").start(definition=signal("bell")).service_task("Work", job_type="work").end().xml()
    _deploy(engine, "start_by_message")
    engine.deployments.deploy({"heard.bpmn": heard})
    given: dict[str, FeelValue] = {"parts": ["a", {"marks": []}]}
    sent = deepcopy(given)

    (by_message,) = engine.messages.correlate(Message(name="application", variables=given))
    (selected,) = engine.message_selections.correlate(MessageSelection(name="application", variables=given))
    (by_signal,) = engine.signals.broadcast(Signal(name="bell", variables=given))
    _spoil(given)
    receivers = [by_message, selected.instance_key, by_signal]
    for key in receivers:
        engine.instances.set_variables(key, {"moved": True})

    assert [_values(engine, key) for key in receivers] == [{**sent, "moved": True}] * 3


def test_what_a_worker_does_to_a_long_list_of_its_job_no_other_job_sees(engine: EmbeddedEngine) -> None:
    engine.deployments.deploy({"work.bpmn": _work("One", "Two")})
    parts: list[FeelValue] = [{"name": f"part {number}", "marks": []} for number in range(100)]
    key = engine.instances.start(ProcessId("works"), {"parts": parts}).instance_key

    (first,) = engine.jobs.lock(["work"], worker="w")
    _spoil(first.variables)
    engine.jobs.fail(first.job_id, first.fence, "again", retries=2, retry_in=timedelta())
    (again,) = engine.jobs.lock(["work"], worker="w")

    assert again.variables == {"parts": parts}
    assert _values(engine, key) == {"parts": parts}


def _spoil(values: Mapping[str, object]) -> None:
    """Change what is inside in place, as a caller's program may."""
    parts = values["parts"]
    assert isinstance(parts, list)
    parts.append("spoilt")
    for part in parts:
        if isinstance(part, dict):
            part["marks"] = ["spoilt"]
