# SPDX-License-Identifier: Apache-2.0
"""What a step of an instance costs must not grow with the instance: states are written in proportion to the steps.

Counted are bytes that go to the database, never time.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from taktloom.feel import FeelValue
from taktloom.formats.bpmn.builder import many, process
from taktloom.hosts.embedded import EmbeddedEngine, EngineLimits, EngineOptions, ManualClock
from taktloom.hosts.embedded.advancing.operator_actions import Order
from taktloom.hosts.embedded.core import stored_states
from taktloom.hosts.embedded.operations.retention import delete_ended_instance
from taktloom.model.identifiers import DEFAULT_TENANT, InstanceKey, ProcessId
from taktloom.model.operations import UserTaskQuery
from taktloom.storage import Session, SqlValue

from .conftest import MONDAY

NEVER_WRITTEN = EngineLimits(steps_between_states=1_000)
FEW, MANY = 100, 400


def _model(*, is_sequential: bool = False) -> bytes:
    loop = many(
        input_collection="items",
        input_element="item",
        output_collection="results",
        output_element="result",
        is_sequential=is_sequential,
    )
    return process("rounds").start().service_task("Work", job_type="work", loop=loop).end().xml()


def _start(engine: EmbeddedEngine, items: int, *, is_sequential: bool = False) -> InstanceKey:
    engine.deployments.deploy({"rounds.bpmn": _model(is_sequential=is_sequential)})
    return engine.instances.start(
        ProcessId("rounds"), {"items": [Decimal(number) for number in range(items)]}
    ).instance_key


def _complete(engine: EmbeddedEngine, jobs: int) -> None:
    """One after another, each in a transaction of its own."""
    for _ in range(jobs):
        (job,) = engine.jobs.lock(["work"], worker="ada")
        result = job.variables["item"]
        assert isinstance(result, Decimal)
        engine.jobs.complete(job.job_id, job.fence, {"result": result})


def _results(engine: EmbeddedEngine, key: InstanceKey) -> object:
    return {view.name: view.value for view in engine.instances.detail(key).variables}.get("results")


def _bytes_written(engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Filled with the bytes of blobs that go to the database, by statement."""
    written, session = Counter[str](), engine._core.database.writing
    send_many = session.send_many

    def count(name: str, rows: Iterable[Mapping[str, SqlValue]], /) -> None:
        rows = list(rows)
        written[name] += sum(len(value) for row in rows for value in row.values() if isinstance(value, bytes))
        send_many(name, rows)

    monkeypatch.setattr(session, "send_many", count)
    return written


@pytest.mark.parametrize("is_sequential", [False, True])
def test_four_times_the_rounds_write_about_four_times_the_states(
    monkeypatch: pytest.MonkeyPatch, *, is_sequential: bool
) -> None:
    monkeypatch.setattr(stored_states, "_WORTH_A_STEP", 128)
    totals = []
    for items in (FEW, MANY):
        engine = EmbeddedEngine.open(None, EngineOptions(limits=EngineLimits(steps_between_states=1)))
        written = _bytes_written(engine, monkeypatch)
        key = _start(engine, items, is_sequential=is_sequential)
        _complete(engine, items)
        assert engine.instances.summary(key).status == "completed"
        assert _results(engine, key) == [Decimal(number) for number in range(items)]
        totals.append(written["save_instance_state"])
        engine.drain()

    assert totals[1] < 6 * totals[0]  # with the whole state at every step it would be some sixteen times


def test_a_state_that_is_behind_its_journal_is_read_with_what_the_journal_tells(tmp_path: Path) -> None:
    options = EngineOptions(limits=NEVER_WRITTEN, clock=ManualClock(MONDAY))
    engine = EmbeddedEngine.open(tmp_path / "engine.db", options)
    key = _start(engine, 5)
    _complete(engine, 3)
    engine._core.live.forget_all()  # as after a crash

    assert _written(engine._core.database.writing, key) is None
    assert engine.instances.detail(key).journal_size == 4
    assert len([job for job in engine.instances.detail(key).jobs if job.state == "available"]) == 2
    assert engine.instances.check_replay(key) == 4
    assert engine.time_travel.moment(key, 4).last_sequence == 4
    _complete(engine, 2)
    assert engine.instances.summary(key).status == "completed"
    assert _results(engine, key) == [Decimal(number) for number in range(5)]
    engine.drain()


def test_a_state_is_written_after_so_many_steps_and_the_journal_goes_on_from_it(tmp_path: Path) -> None:
    options = EngineOptions(limits=EngineLimits(steps_between_states=3))
    engine = EmbeddedEngine.open(tmp_path / "engine.db", options)
    key = _start(engine, 5)
    sizes = [_written(engine._core.database.writing, key)]
    for _ in range(4):
        _complete(engine, 1)
        sizes.append(_written(engine._core.database.writing, key))
    engine.drain()

    assert sizes == [None, None, 3, 3, 3]
    engine = EmbeddedEngine.open(tmp_path / "engine.db", options)
    assert engine.instances.check_replay(key) == 5
    _complete(engine, 1)
    assert engine.instances.summary(key).status == "completed"
    assert _results(engine, key) == [Decimal(number) for number in range(5)]
    engine.drain()


def test_entries_that_take_more_than_the_state_are_not_left_to_be_run_again() -> None:
    engine = EmbeddedEngine.open(None)
    engine.deployments.deploy(
        {"steps.bpmn": process("steps").start().service_task("Work", job_type="work").end().xml()}
    )
    small, large = (
        engine.instances.start(ProcessId("steps"), {"text": "x" * size}).instance_key for size in (10, 99_999)
    )

    assert _written(engine._core.database.writing, small) is None
    assert _written(engine._core.database.writing, large) == 1
    engine.drain()


def _written(session: Session, key: InstanceKey) -> int | None:
    """The size of the journal that the stored state tells of; None where none is stored."""
    row = session.first("instance_with_state", tenant_id="default", instance_key=key)
    assert row is not None
    return row.integer_or_none("state_size")


@pytest.mark.parametrize("is_sequential", [False, True])
def test_four_times_the_rounds_write_about_four_times_the_variables_of_jobs(
    monkeypatch: pytest.MonkeyPatch, *, is_sequential: bool
) -> None:
    totals = []
    for items in (FEW, MANY):
        engine = EmbeddedEngine.open(None, EngineOptions(limits=EngineLimits(job_value_characters=256)))
        written = _bytes_written(engine, monkeypatch)
        _start(engine, items, is_sequential=is_sequential)
        _complete(engine, items)
        totals.append(written["insert_job"] + written["insert_job_value"])
        engine.drain()

    assert totals[1] < 6 * totals[0]


def test_a_job_is_given_the_whole_collection_in_the_order_of_the_variables(engine: EmbeddedEngine) -> None:
    items: list[FeelValue] = [{"@type": "shared", "value": "x" * 2_000}, "y" * 2_000, [Decimal(1)]]
    engine.deployments.deploy({"rounds.bpmn": _model()})
    key = engine.instances.start(ProcessId("rounds"), {"first": None, "items": items, "last": items[1]}).instance_key
    engine._core.job_values._kept.clear()
    jobs = engine.jobs.lock(["work"], worker="ada", max_jobs=3)

    assert [job.variables["item"] for job in jobs] == items
    assert all(job.variables["items"] == items for job in jobs)
    assert list(jobs[0].variables)[:3] == ["first", "items", "last"]
    assert _values(engine, key) == 3  # the collection, and the two long ones in it as items of rounds


def test_of_long_values_only_those_stay_that_open_jobs_are_given(engine: EmbeddedEngine) -> None:
    step = process("steps").start().service_task("Work", job_type="work").exclusive("Again?").when("again")
    engine.deployments.deploy({"steps.bpmn": step.to("Work").at("Again?").otherwise().end().xml()})
    key = engine.instances.start(ProcessId("steps"), {}).instance_key
    seen = []
    for number in range(40):
        (job,) = engine.jobs.lock(["work"], worker="ada")
        seen.append(job.variables.get("text"))
        engine.jobs.complete(job.job_id, job.fence, {"text": str(number) * 2_000, "again": number < 39})
        assert _values(engine, key) <= 16

    assert seen == [None, *(str(number) * 2_000 for number in range(39))]
    assert engine.instances.summary(key).status == "completed"
    assert _values(engine, key) == 0


def test_a_value_stays_while_an_open_job_is_given_it(engine: EmbeddedEngine) -> None:
    waits = process("steps").start().parallel("Both").service_task("Wait", job_type="wait").end().at("Both")
    again = waits.service_task("Work", job_type="work").exclusive("Again?").when("again")
    engine.deployments.deploy({"steps.bpmn": again.to("Work").at("Again?").otherwise().end().xml()})
    engine.instances.start(ProcessId("steps"), {"text": "first" * 500})
    for number in range(20):
        (job,) = engine.jobs.lock(["work"], worker="ada")
        engine.jobs.complete(job.job_id, job.fence, {"text": str(number) * 2_000, "again": number < 19})
    engine._core.job_values._kept.clear()

    (job,) = engine.jobs.lock(["wait"], worker="ada")
    assert job.variables["text"] == "first" * 500


def test_a_job_that_is_offered_again_is_given_its_long_values_again(engine: EmbeddedEngine) -> None:
    key = _start(engine, 1_000)
    (job,) = engine.jobs.lock(["work"], worker="ada")
    engine.jobs.fail(job.job_id, job.fence, "no", retries=0)
    (incident,) = engine.instances.detail(key).incidents
    engine.incidents.resolve(incident.incident_id)
    engine._core.live.forget_all()
    jobs = engine.jobs.lock(["work"], worker="ada", max_jobs=1_000)

    (again,) = [one for one in jobs if one.job_id == job.job_id]
    assert again.variables == job.variables
    assert _values(engine, key) == 1
    engine.instances.cancel(key)
    assert _values(engine, key) == 0


def _values(engine: EmbeddedEngine, key: InstanceKey, table: str = "job_value") -> int:
    """How many long values of the instance's jobs, or user tasks, the database holds."""
    statement = f"SELECT count(*) FROM {table} WHERE instance_key = '{key}'"
    connection: Any = engine._core.database.writing.connection  # type: ignore[attr-defined]  # of either store
    with engine._core.database.lock:
        return int(next(iter(connection.execute(statement)))[0])


def _deploy_user_tasks(engine: EmbeddedEngine, *, is_sequential: bool = False) -> None:
    loop = many(input_collection="items", input_element="item", is_sequential=is_sequential)
    model = process("rounds").start().user_task("Look", loop=loop).end().xml()
    engine.deployments.deploy({"rounds.bpmn": model})


@pytest.mark.parametrize("is_sequential", [False, True])
def test_four_times_the_rounds_write_about_four_times_the_variables_of_user_tasks(
    monkeypatch: pytest.MonkeyPatch, *, is_sequential: bool
) -> None:
    totals = []
    for items in (FEW, MANY):
        engine = EmbeddedEngine.open(None, EngineOptions(limits=EngineLimits(job_value_characters=256)))
        written = _bytes_written(engine, monkeypatch)
        _deploy_user_tasks(engine, is_sequential=is_sequential)
        key = engine.instances.start(ProcessId("rounds"), {"items": list(range(items))}).instance_key
        for _ in range(items):
            (task, *_) = engine.user_tasks.search(UserTaskQuery(instance_key=key, state="open", limit=1)).items
            engine.user_tasks.complete(task.user_task_id, {})
        assert engine.instances.summary(key).status == "completed"
        totals.append(written["insert_user_task"] + written["insert_user_task_value"])
        engine.drain()

    assert totals[1] < 6 * totals[0]


def test_a_user_task_shows_what_it_was_opened_with_until_its_instance_is_deleted(engine: EmbeddedEngine) -> None:
    items: list[FeelValue] = [{"@type": "shared", "value": "x" * 2_000}, "y" * 2_000, [Decimal(1)]]
    _deploy_user_tasks(engine)
    start = {"first": None, "items": items, "last": items[1]}
    key = engine.instances.start(ProcessId("rounds"), start).instance_key
    tasks = engine.user_tasks.search(UserTaskQuery(instance_key=key)).items
    opened = [engine.user_tasks.detail(task.user_task_id).variables for task in tasks]
    engine.instances.set_variables(key, {"items": "z" * 3_000})
    for task in tasks:
        engine.user_tasks.complete(task.user_task_id, {})

    ended = [engine.user_tasks.detail(task.user_task_id).variables for task in tasks]
    assert engine.instances.summary(key).status == "completed"
    assert [variables["item"] for variables in opened] == items
    assert all(variables["items"] == items for variables in opened)
    assert list(opened[0])[:3] == ["first", "items", "last"]
    assert list(map(dict, ended)) == list(map(dict, opened))
    assert _values(engine, key, "user_task_value") == 3
    order = Order(actor="ada", reason="no longer needed")
    engine._core.submit(DEFAULT_TENANT, lambda unit: delete_ended_instance(unit, key, order))
    assert _values(engine, key, "user_task_value") == 0


def test_long_values_of_many_rounds_are_not_all_remembered(engine: EmbeddedEngine) -> None:
    step = process("steps").start().user_task("Look").exclusive("Again?").when("again")
    engine.deployments.deploy({"steps.bpmn": step.to("Look").at("Again?").otherwise().end().xml()})
    key = engine.instances.start(ProcessId("steps"), {}).instance_key
    for number in range(70):
        (task,) = engine.user_tasks.search(UserTaskQuery(instance_key=key, state="open")).items
        engine.user_tasks.complete(task.user_task_id, {"text": f"{number} " * 1_000, "again": number < 69})

    shown = [
        engine.user_tasks.detail(task.user_task_id).variables.get("text")
        for task in engine.user_tasks.search(UserTaskQuery(instance_key=key, state=None, limit=70)).items
    ]
    assert shown == [None, *(f"{number} " * 1_000 for number in range(69))]
