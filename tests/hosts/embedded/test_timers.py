# SPDX-License-Identifier: Apache-2.0
"""Timers fire once, never early, and once for what was missed."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from taktloom.hosts.embedded import Change, EmbeddedEngine, EngineOptions, ManualClock, Topic
from taktloom.model.identifiers import ProcessId
from taktloom.model.operations import InstanceQuery
from tests.hosts.embedded.conftest import MODELS, MONDAY

PAUSE = ProcessId("pause")
Deploy = Callable[..., None]


def test_a_timer_fires_at_its_due_instant_and_not_before(
    engine: EmbeddedEngine, deploy: Deploy, clock: ManualClock
) -> None:
    deploy("wait_an_hour")
    key = engine.instances.start(PAUSE, {}).instance_key

    clock.advance(timedelta(minutes=59, seconds=59))
    early = engine.timers.fire_due()
    clock.advance(timedelta(seconds=1))
    on_time = engine.timers.fire_due()
    again = engine.timers.fire_due()

    assert (early, on_time, again) == (0, 1, 0)
    assert engine.instances.summary(key).status == "completed"
    assert engine.timers.next_due_at() is None


def test_a_waiting_timer_is_shown_with_its_due_instant(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("wait_an_hour")
    key = engine.instances.start(PAUSE, {}).instance_key

    detail = engine.instances.detail(key)

    (timer,) = detail.timers
    assert [(visit.element_id, visit.state) for visit in detail.visits] == [("hour", "active")]
    assert (timer.element_id, timer.due_at) == ("hour", MONDAY + timedelta(hours=1))
    assert engine.timers.next_due_at() == MONDAY + timedelta(hours=1)


def test_a_timer_that_came_due_while_nothing_ran_fires_once_at_the_next_start(
    tmp_path: Path, options: EngineOptions, clock: ManualClock
) -> None:
    first = EmbeddedEngine.open(tmp_path / "engine.db", options)
    first.deployments.deploy({"p.bpmn": (MODELS / "wait_an_hour.bpmn").read_bytes()})
    key = first.instances.start(PAUSE, {}).instance_key
    first.drain()
    clock.advance(timedelta(days=3))

    second = EmbeddedEngine.open(tmp_path / "engine.db", options)
    ended = threading.Event()
    second.subscribe(lambda change: ended.set() if change == _ended(change) else None)
    second.start()
    was_heard = ended.wait(60)

    assert was_heard
    assert second.instances.summary(key).status == "completed"
    assert second.instances.check_replay(key) == 2
    second.drain()


def test_a_timer_of_a_cancelled_instance_is_gone(engine: EmbeddedEngine, deploy: Deploy, clock: ManualClock) -> None:
    deploy("wait_an_hour")
    key = engine.instances.start(PAUSE, {}).instance_key

    engine.instances.cancel(key)
    clock.advance(timedelta(hours=2))

    assert engine.timers.next_due_at() is None
    assert engine.timers.fire_due() == 0


def test_a_thousand_timers_of_one_instant_all_fire(engine: EmbeddedEngine, deploy: Deploy, clock: ManualClock) -> None:
    deploy("wait_an_hour")
    for _ in range(1000):
        engine.instances.start(PAUSE, {})

    clock.advance(timedelta(hours=1))
    fired = engine.timers.fire_due()

    assert fired == 1000
    assert engine.instances.search(InstanceQuery(status="active")).total == 0


def test_a_timer_start_event_starts_instances_as_often_as_it_says(
    engine: EmbeddedEngine, deploy: Deploy, clock: ManualClock
) -> None:
    deploy("every_hour")

    counts = []
    for _ in range(5):
        clock.advance(timedelta(hours=1))
        counts.append(engine.timers.fire_due())

    assert counts == [1, 1, 1, 0, 0]
    assert engine.instances.search(InstanceQuery(process_id=ProcessId("hourly"))).total == 3


def test_missed_firings_of_a_start_cycle_are_made_up_for_by_one(
    engine: EmbeddedEngine, deploy: Deploy, clock: ManualClock
) -> None:
    deploy("every_hour")

    clock.advance(timedelta(hours=2, minutes=30))
    fired = engine.timers.fire_due()

    assert fired == 1
    assert engine.timers.next_due_at() == MONDAY + timedelta(hours=3)


def _ended(change: Change) -> Change:
    return Change(
        topic=Topic.INSTANCES,
        kind="ended",
        tenant_id=change.tenant_id,
        process_id=PAUSE,
        instance_key=change.instance_key,
    )


STARTED = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x">
<process id="started" isExecutable="true" name="{name}">
  <startEvent id="s"><timerEventDefinition><{kind}>{text}</{kind}></timerEventDefinition></startEvent>
  <sequenceFlow id="f" sourceRef="s" targetRef="e"/><endEvent id="e"/>
</process></definitions>"""


def started_by(kind: str, text: str, name: str = "first") -> dict[str, bytes]:
    return {"started.bpmn": STARTED.format(kind=kind, text=text, name=name).encode()}


def count(engine: EmbeddedEngine) -> int:
    return len(engine.instances.search(InstanceQuery()).items)


def test_a_date_in_the_past_starts_one_instance_at_once_and_never_again(
    engine: EmbeddedEngine, clock: ManualClock
) -> None:
    engine.deployments.deploy(started_by("timeDate", "2020-01-01T00:00:00Z"))
    engine.timers.fire_due()
    assert count(engine) == 1

    engine.deployments.deploy(started_by("timeDate", "2020-01-01T00:00:00Z", "second"))
    engine.timers.fire_due()

    assert count(engine) == 1
    assert engine.timers.next_due_at() is None


def test_deploying_an_unchanged_cycle_neither_starts_it_over_nor_fires_it(
    engine: EmbeddedEngine, clock: ManualClock
) -> None:
    engine.deployments.deploy(started_by("timeCycle", "R/PT1H"))
    clock.advance(timedelta(minutes=40))

    engine.deployments.deploy(started_by("timeCycle", "R/PT1H", "second"))

    assert engine.timers.next_due_at() == MONDAY + timedelta(hours=1)
    clock.advance(timedelta(minutes=20))
    assert engine.timers.fire_due() == 1
    (instance,) = engine.instances.search(InstanceQuery()).items
    assert instance.version == 2


def test_a_changed_timer_is_planned_anew(engine: EmbeddedEngine, clock: ManualClock) -> None:
    engine.deployments.deploy(started_by("timeCycle", "R/PT1H"))
    clock.advance(timedelta(minutes=40))

    engine.deployments.deploy(started_by("timeCycle", "R/PT2H"))

    assert engine.timers.next_due_at() == MONDAY + timedelta(minutes=160)


def test_a_cron_expression_starts_instances_and_misses_are_made_up_for_by_one(
    engine: EmbeddedEngine, clock: ManualClock
) -> None:
    engine.deployments.deploy(started_by("timeCycle", "*/5 * * * * *"))  # every five seconds
    clock.advance(timedelta(days=30))

    fired = engine.timers.fire_due()

    assert (fired, count(engine)) == (1, 1)
    assert engine.timers.next_due_at() == MONDAY + timedelta(days=30, seconds=5)


def test_a_cycle_of_seconds_after_a_month_of_standstill_fires_once(engine: EmbeddedEngine, clock: ManualClock) -> None:
    engine.deployments.deploy(started_by("timeCycle", "R/PT1S"))
    clock.advance(timedelta(days=30))

    fired = engine.timers.fire_due()

    assert (fired, count(engine)) == (1, 1)
    assert engine.timers.next_due_at() == MONDAY + timedelta(days=30, seconds=1)


def test_missed_repetitions_count(engine: EmbeddedEngine, clock: ManualClock) -> None:
    engine.deployments.deploy(started_by("timeCycle", "R3/PT1H"))
    clock.advance(timedelta(hours=2, minutes=30))
    assert engine.timers.fire_due() == 1
    assert engine.timers.next_due_at() == MONDAY + timedelta(hours=3)

    clock.advance(timedelta(hours=1))

    assert engine.timers.fire_due() == 1
    assert engine.timers.next_due_at() is None


def test_a_timer_in_a_multiple_start_event_starts_an_instance(engine: EmbeddedEngine, clock: ManualClock) -> None:
    two = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x">
      <signal id="go" name="go"/><process id="started" isExecutable="true"><startEvent id="s">
      <signalEventDefinition signalRef="go"/><timerEventDefinition><timeDuration>PT1H</timeDuration>
      </timerEventDefinition></startEvent><sequenceFlow id="f" sourceRef="s" targetRef="e"/><endEvent id="e"/>
      </process></definitions>"""
    engine.deployments.deploy({"two.bpmn": two.encode()})
    clock.advance(timedelta(hours=1))

    assert engine.timers.fire_due() == 1
    assert count(engine) == 1


def test_a_process_whose_start_cycle_has_ended_can_be_deployed_again(
    engine: EmbeddedEngine, clock: ManualClock
) -> None:
    ended = "R/2026-03-02T09:00Z/PT1H/2026-03-02T12:00Z"
    engine.deployments.deploy(started_by("timeCycle", ended))
    clock.advance(timedelta(hours=10))
    engine.timers.fire_due()

    again = engine.deployments.deploy(started_by("timeCycle", ended, "second"))

    assert [process.version for process in again.processes] == [2]
    assert engine.timers.next_due_at() is None
    assert count(engine) == 1


REMINDED = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x">
<process id="reminded" isExecutable="true"><startEvent id="s"/><userTask id="work"/><endEvent id="e"/>
  <boundaryEvent id="reminder" attachedToRef="work" cancelActivity="false"><timerEventDefinition>
    <timeCycle>{cycle}</timeCycle></timerEventDefinition></boundaryEvent><endEvent id="told"/>
  <sequenceFlow id="a" sourceRef="s" targetRef="work"/><sequenceFlow id="b" sourceRef="work" targetRef="e"/>
  <sequenceFlow id="c" sourceRef="reminder" targetRef="told"/>
</process></definitions>"""


@pytest.mark.parametrize("cycle", ["R/PT1H", "0 * * * *"])
def test_what_a_boundary_cycle_missed_is_made_up_for_by_one_firing(
    engine: EmbeddedEngine, clock: ManualClock, cycle: str
) -> None:
    engine.deployments.deploy({"reminded.bpmn": REMINDED.format(cycle=cycle).encode()})
    key = engine.instances.start(ProcessId("reminded"), {}).instance_key
    clock.advance(timedelta(days=30, minutes=30))

    fired = engine.timers.fire_due()

    assert fired == 1
    assert [timer.due_at for timer in engine.instances.detail(key).timers] == [MONDAY + timedelta(days=30, hours=1)]
    assert engine.instances.check_replay(key) == 2


def test_missed_repetitions_of_a_boundary_cycle_count(engine: EmbeddedEngine, clock: ManualClock) -> None:
    engine.deployments.deploy({"reminded.bpmn": REMINDED.format(cycle="R3/PT1H").encode()})
    key = engine.instances.start(ProcessId("reminded"), {}).instance_key
    clock.advance(timedelta(hours=2, minutes=30))
    assert engine.timers.fire_due() == 1
    assert [timer.due_at for timer in engine.instances.detail(key).timers] == [MONDAY + timedelta(hours=3)]

    clock.advance(timedelta(hours=1))

    assert engine.timers.fire_due() == 1
    assert engine.instances.detail(key).timers == ()
