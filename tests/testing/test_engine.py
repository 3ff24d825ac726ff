# SPDX-License-Identifier: Apache-2.0
"""What the public test kit promises."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest

from taktloom.kernel.commands import Command
from taktloom.testing import DefinitionError, Engine, Instance, Job, MisuseError
from taktloom.testing.carry_out import CARRY_OUT
from tests.testing.models import cycle, definitions, duration, flows, model, script, service

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ONE_JOB = model('<startEvent id="s"/>' + service("a", "work") + '<endEvent id="e"/>' + flows("s > a > e"))


def engine_with(*sources: str) -> Engine:
    engine = Engine(START)
    engine.deploy(*sources)
    return engine


def lines(instance: Instance) -> list[str]:
    return [f"{item.element_id} {item.lifecycle}" for item in instance.history]


def test_an_instance_waits_at_its_job_and_completes_with_it() -> None:
    engine = engine_with(ONE_JOB)
    instance = engine.start("p", {"order": {"total": 12.5}, "count": 3})
    (job,) = engine.jobs("work")

    assert (job.type, job.element_id, job.instance, job.headers) == ("work", "a", instance, {})
    assert job.variables == {"order": {"total": Decimal("12.5")}, "count": 3}
    assert instance.active == ["a"]
    engine.advance(timedelta(minutes=5))
    engine.complete(job, {"result": [1, None, "x"]})

    assert (instance.state, instance.active) == ("completed", [])
    assert instance.variables == {"order": {"total": Decimal("12.5")}, "count": 3, "result": [1, None, "x"]}
    assert lines(instance) == [
        "s activated", "s completed", "a activated", "a completed", "e activated", "e completed"
    ]  # fmt: skip
    assert [item.occurred_at for item in instance.history][2:4] == [START, START + timedelta(minutes=5)]


def test_a_naive_clock_is_refused() -> None:
    with pytest.raises(MisuseError, match="time zone"):
        Engine(datetime(2026, 3, 2))  # noqa: DTZ001


def test_sources_are_bytes_text_and_paths(tmp_path: Path) -> None:
    path = tmp_path / "one.bpmn"
    path.write_text(ONE_JOB, encoding="utf-8")
    engine = Engine(START)

    for source in (ONE_JOB, ONE_JOB.encode(), path, str(path), ONE_JOB.replace("UTF-8", "UTF-16")):
        assert [process.id for process in engine.deploy(source)] == ["p"]


def test_all_problems_of_all_files_are_told_at_once() -> None:
    broken = model('<startEvent id="s"/><exclusiveGateway id="g"/>' + flows("s > g"), process_id="q")
    engine = Engine(START)

    with pytest.raises(DefinitionError) as refused:
        engine.deploy(ONE_JOB, broken, definitions('<process id="r" isExecutable="false"/>'))

    assert "g" in {finding.place.element_id for finding in refused.value.findings}
    assert "no-executable-process" in {finding.rule for finding in refused.value.findings}
    with pytest.raises(MisuseError):
        engine.start("p")


def test_what_is_no_model_is_a_definition_error() -> None:
    with pytest.raises(DefinitionError) as refused:
        Engine(START).deploy(b"<html/>")

    assert refused.value.findings


def test_unknown_ids_are_misuse() -> None:
    engine = engine_with(ONE_JOB)
    instance = engine.start("p")

    calls = (
        lambda: engine.start("nowhere"),
        lambda: engine.instances("nowhere"),
        lambda: engine.complete("123"),
        lambda: engine.fail("123", "x"),
        lambda: engine.throw_error("123", "E"),
        lambda: engine.complete_task("123"),
    )
    for call in calls:
        with pytest.raises(MisuseError):
            call()
    assert instance.active == ["a"]


def test_a_completed_job_cannot_be_completed_again() -> None:
    engine = engine_with(ONE_JOB)
    engine.start("p")
    (job,) = engine.jobs()
    engine.complete(job)

    with pytest.raises(MisuseError):
        engine.complete(job)


def test_a_failed_job_is_offered_again_while_retries_are_left_and_then_is_an_incident() -> None:
    engine = engine_with(ONE_JOB)
    instance = engine.start("p")

    engine.fail(engine.jobs()[0], "no connection", retries=2)
    assert [job.retries for job in engine.jobs()] == [2]
    engine.fail(engine.jobs()[0], "no connection")

    assert engine.jobs() == []
    assert instance.state == "active"
    assert [(incident.element_id, incident.message) for incident in instance.incidents] == [("a", "no connection")]
    instance.resolve(instance.incidents[0], {"host": "b"})
    assert [job.variables for job in engine.jobs()] == [{"host": "b"}]
    engine.complete(engine.jobs()[0])
    assert instance.state == "completed"


def test_a_failing_expression_is_an_incident_and_is_never_raised() -> None:
    gateway = (
        '<startEvent id="s"/><exclusiveGateway id="g"/><endEvent id="e"/><endEvent id="f"/>'
        '<sequenceFlow id="f1" sourceRef="s" targetRef="g"/>'
        '<sequenceFlow id="f2" sourceRef="g" targetRef="e"><conditionExpression>missing &gt; 1</conditionExpression>'
        "</sequenceFlow>"
        '<sequenceFlow id="f3" sourceRef="g" targetRef="f"><conditionExpression>false</conditionExpression>'
        "</sequenceFlow>"
    )
    engine = engine_with(model(gateway))

    instance = engine.start("p")

    assert (instance.state, [incident.element_id for incident in instance.incidents]) == ("active", ["g"])
    instance.resolve(instance.incidents[0], {"missing": 2})
    assert instance.state == "completed"


def test_timers_fire_in_order_of_time_each_at_its_own_and_those_due_at_the_new_time_too() -> None:
    catch = '<intermediateCatchEvent id="{0}">{1}</intermediateCatchEvent>'
    engine = engine_with(
        model(
            '<startEvent id="s"/><parallelGateway id="g"/>'
            + catch.format("slow", duration("PT2H"))
            + catch.format("fast", duration("PT1H"))
            + catch.format("next", duration("PT1H"))
            + '<endEvent id="e1"/><endEvent id="e2"/>'
            + flows("s > g > slow > e1\ng > fast > next > e2")
        )
    )
    instance = engine.start("p")

    engine.advance(timedelta(hours=2))

    assert instance.state == "completed"
    fired = [
        (item.element_id, item.occurred_at - START)
        for item in instance.history
        if item.element_id in {"fast", "slow", "next"} and item.lifecycle == "completed"
    ]
    assert fired == [("fast", timedelta(hours=1)), ("slow", timedelta(hours=2)), ("next", timedelta(hours=2))]


def test_a_cycle_fires_as_often_as_it_says_and_a_timer_start_event_as_well() -> None:
    start = f'<startEvent id="s">{cycle("R3/PT10M")}</startEvent><endEvent id="e"/>'
    engine = engine_with(model(start + flows("s > e")))

    engine.advance(timedelta(minutes=10))
    assert len(engine.instances("p")) == 1
    engine.advance(timedelta(days=1))

    started = [instance.history[0].occurred_at - START for instance in engine.instances("p")]
    assert started == [timedelta(minutes=minutes) for minutes in (10, 20, 30)]


def test_a_date_that_has_passed_starts_at_once_and_not_again_when_the_model_is_deployed_again() -> None:
    date = "<timerEventDefinition><timeDate>2026-01-01T00:00:00Z</timeDate></timerEventDefinition>"
    source = model(f'<startEvent id="s">{date}</startEvent><endEvent id="e"/>' + flows("s > e"))
    engine = engine_with(source)
    assert len(engine.instances("p")) == 1

    engine.deploy(source)
    engine.advance(timedelta(days=1))

    assert len(engine.instances("p")) == 1


def test_a_new_version_takes_over_new_instances_and_old_ones_stay() -> None:
    second = model('<startEvent id="s"/>' + service("b") + '<endEvent id="e"/>' + flows("s > b > e"))
    engine = engine_with(ONE_JOB)
    first_instance = engine.start("p")
    engine.deploy(second)

    second_instance = engine.start("p")

    assert (first_instance.active, second_instance.active) == (["a"], ["b"])
    assert engine.instances("p") == [first_instance, second_instance]


def test_user_tasks_are_completed_by_people() -> None:
    task = '<userTask id="u" name="Look at it"/>'
    engine = engine_with(model('<startEvent id="s"/>' + task + '<endEvent id="e"/>' + flows("s > u > e")))
    instance = engine.start("p", {"n": 1})
    (open_task,) = engine.user_tasks()

    assert (open_task.element_id, open_task.name, open_task.variables) == ("u", "Look at it", {"n": 1})
    engine.complete_task(open_task, {"ok": True})

    assert instance.variables == {"n": 1, "ok": True}
    assert engine.user_tasks() == []


def test_a_message_starts_an_instance_and_reaches_one_that_waits() -> None:
    messages = '<message id="m1" name="begin"/><message id="m2" name="go on"/>'
    catch = '<intermediateCatchEvent id="c"><messageEventDefinition messageRef="m2"/></intermediateCatchEvent>'
    start = '<startEvent id="s"><messageEventDefinition messageRef="m1"/></startEvent>'
    engine = engine_with(model(start + catch + '<endEvent id="e"/>' + flows("s > c > e"), messages))

    engine.publish("begin", variables={"n": 1})
    engine.publish("begin", "any key", {"n": 2})
    first, second = engine.instances()
    engine.publish("go on", variables={"m": 3})

    assert (first.state, first.variables) == ("completed", {"n": 1, "m": 3})
    assert (second.state, second.active) == ("active", ["c"])


def test_a_message_that_comes_before_its_wait_is_kept_and_delivered_once() -> None:
    messages = '<message id="m" name="paid"/>'
    catch = '<intermediateCatchEvent id="c"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
    source = model('<startEvent id="s"/>' + catch + '<endEvent id="e"/>' + flows("s > c > e"), messages)
    engine = engine_with(source)

    engine.publish("paid")
    first, second = engine.start("p"), engine.start("p")

    assert (first.state, second.state) == ("completed", "active")


def test_cancelling_ends_an_instance_and_its_work() -> None:
    engine = engine_with(ONE_JOB)
    instance = engine.start("p")
    (job,) = engine.jobs()

    instance.cancel()

    assert (instance.state, engine.jobs()) == ("cancelled", [])
    assert lines(instance)[-1] == "a terminated"
    with pytest.raises(MisuseError):
        engine.complete(job)


def test_an_error_that_a_worker_throws_is_caught_at_the_boundary_and_fails_the_activity() -> None:
    boundary = '<boundaryEvent id="b" attachedToRef="a"><errorEventDefinition errorRef="x"/></boundaryEvent>'
    source = model(
        '<startEvent id="s"/>' + service("a") + boundary + '<endEvent id="e"/><endEvent id="f"/>'
        + flows("s > a > e\nb > f"),
        '<error id="x" errorCode="E1"/>',
    )  # fmt: skip
    engine = engine_with(source)
    instance = engine.start("p")

    engine.throw_error(engine.jobs()[0], "E1", {"reason": "late"})

    assert lines(instance)[2:] == [
        "a activated", "a failed", "b activated", "b completed", "f activated", "f completed"
    ]  # fmt: skip
    assert instance.variables == {"reason": "late"}


def test_a_handler_runs_in_place_of_each_script() -> None:
    source = model(
        '<startEvent id="s"/>' + script("a") + script("b") + '<endEvent id="e"/>'
        + flows("s > a > b > e")
    )  # fmt: skip
    engine = engine_with(source)
    seen: list[tuple[str, dict[str, object]]] = []

    def handler(job: Job) -> dict[str, object]:
        seen.append((job.element_id, dict(job.variables)))
        return {"n": 1 + int(str(job.variables.get("n", 0)))}

    engine.run_script_tasks_as(handler)
    instance = engine.start("p")

    assert seen == [("a", {}), ("b", {"n": 1})]
    assert (instance.state, instance.variables) == ("completed", {"n": 2})


def test_a_handler_that_fails_is_an_incident_of_the_script() -> None:
    engine = engine_with(model('<startEvent id="s"/>' + script("a") + '<endEvent id="e"/>' + flows("s > a > e")))
    engine.run_script_tasks_as(lambda _job: 1 / 0)  # type: ignore[arg-type,return-value]

    instance = engine.start("p")

    assert [incident.element_id for incident in instance.incidents] == ["a"]
    assert "ZeroDivisionError" in instance.incidents[0].message


def test_every_command_is_carried_out() -> None:
    assert set(get_args(Command)) == set(CARRY_OUT)
