# SPDX-License-Identifier: Apache-2.0
"""Who embeds the engine in Python gives Python's own values, at every door that takes variables."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import cast

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
IN_RECORDS = cast("Mapping[str, FeelValue]", GIVEN)  # whose fields are of FEEL values, since the engine reads them too
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

    engine.external_tasks.fail(job.job_id, ExternalFailure(worker="w", message="", retries=1, variables=IN_RECORDS))
    engine.external_tasks.lock(job.job_id, worker="w", lock_for=timedelta(minutes=5))
    failed_with = _values(engine, key)
    more = cast("Mapping[str, FeelValue]", {"more": 1})
    engine.external_tasks.complete(job.job_id, ExternalResult(worker="w", variables=more))

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

    (by_message,) = engine.messages.correlate(Message(name="application", variables=IN_RECORDS))
    (selected,) = engine.message_selections.correlate(MessageSelection(name="application", variables=IN_RECORDS))
    (by_signal,) = engine.signals.broadcast(Signal(name="bell", variables=IN_RECORDS))

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

    parameters = BatchParameters(variables=IN_RECORDS)
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
