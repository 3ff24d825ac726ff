# SPDX-License-Identifier: Apache-2.0
"""Two engines on one database do everything once, lose nothing, and each sees what the other one did."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest

from taktloom.hosts.embedded import CompletionResult, EmbeddedEngine, ManualClock, Message
from taktloom.hosts.embedded.stores.postgresql_database import PostgresqlDatabase
from taktloom.hosts.embedded.work.jobs import JobLockError
from taktloom.model.errors import ConflictError, IncidentError
from taktloom.model.identifiers import InstanceKey, ProcessId
from taktloom.model.operations import InstanceQuery, JobState, UserTaskQuery

PERMIT, PAUSE, PAYMENT = ProcessId("permit"), ProcessId("pause"), ProcessId("payment")
Nodes = tuple[EmbeddedEngine, EmbeddedEngine]


def test_two_nodes_race_over_two_hundred_instances_and_every_job_is_accepted_once(nodes: Nodes) -> None:
    instances = 200
    accepted, refused = Counter[str](), Counter[str]()

    def start(number: int) -> str:
        return nodes[number % 2].instances.start(PERMIT, {"n": Decimal(number)}).instance_key

    def work(worker: int) -> None:
        mine, other = nodes[worker % 2], nodes[1 - worker % 2]
        while jobs := mine.jobs.lock(["register-case"], worker=f"w{worker}", max_jobs=5):
            for job in jobs:
                for engine in (other, mine):  # the second time its answer was lost
                    is_new = engine.jobs.complete(job.job_id, job.fence, {}) is CompletionResult.DONE
                    (accepted if is_new else refused)[job.job_id] += 1

    with ThreadPoolExecutor(4) as pool:
        keys = list(pool.map(start, range(instances)))
        list(pool.map(work, range(4)))
    tasks = nodes[0].user_tasks.search(UserTaskQuery(limit=500)).items

    assert len(set(keys)) == instances
    assert set(accepted.values()) == set(refused.values()) == {1}
    assert len(accepted) == len(refused) == len(tasks) == instances
    assert {nodes[1].instances.check_replay(InstanceKey(key)) for key in keys} == {2}


def test_both_nodes_act_on_one_instance_and_no_step_is_lost(nodes: Nodes) -> None:
    key = nodes[0].instances.start(PERMIT, {}).instance_key

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: nodes[n % 2].instances.set_variables(key, {f"v{n}": Decimal(n)}), range(60)))

    assert [engine.instances.check_replay(key) for engine in nodes] == [61, 61]
    assert len(nodes[1].instances.detail(key).variables) == 60


def test_a_node_sees_at_once_what_the_other_one_did_to_an_instance_it_remembers(nodes: Nodes) -> None:
    key = nodes[0].instances.start(PERMIT, {"n": Decimal(0)}).instance_key

    for number in range(1, 11):
        nodes[number % 2].instances.set_variables(key, {"n": Decimal(number)})

    assert [view.value for view in nodes[1].instances.detail(key).variables] == [Decimal(10)]
    assert nodes[1].instances.check_replay(key) == 11


def test_a_stale_memory_that_nobody_noticed_is_caught_by_the_numbers_of_the_journal(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    for engine in nodes:
        monkeypatch.setattr(type(engine._core.database), "look", lambda self: False)
        if isinstance(engine._core.database, PostgresqlDatabase):
            monkeypatch.setattr(PostgresqlDatabase, "_note_others", lambda self: False)
    key = nodes[0].instances.start(PERMIT, {}).instance_key

    outcomes = []
    for number in range(6):
        try:
            nodes[number % 2].instances.set_variables(key, {f"v{number}": Decimal(number)})
            outcomes.append(number)
        except IncidentError:
            continue

    nodes[0]._core.live.forget_all()  # the check takes the state from memory, where it is there
    assert nodes[0].instances.check_replay(key) == 1 + len(outcomes)
    assert {view.name for view in nodes[1].instances.detail(key).variables} == {f"v{number}" for number in outcomes}
    assert len(outcomes) >= 3


def test_timers_that_both_nodes_look_for_fire_once(nodes: Nodes, clock: ManualClock) -> None:
    keys = [nodes[number % 2].instances.start(PAUSE, {}).instance_key for number in range(80)]
    clock.advance(timedelta(hours=1))

    with ThreadPoolExecutor(2) as pool:
        fired = sum(pool.map(lambda engine: engine.timers.fire_due(), nodes))
    fired += sum(engine.timers.fire_due() for engine in nodes)

    assert fired == 80 + 1  # and the start of every_hour
    assert {nodes[0].instances.summary(key).status for key in keys} == {"completed"}
    assert {nodes[0].instances.check_replay(key) for key in keys} == {2}
    assert _count(nodes[0], ProcessId("hourly")) == 1


def test_a_message_and_the_subscription_to_it_always_meet(nodes: Nodes) -> None:
    both = threading.Barrier(2)

    def publish(number: int) -> None:
        both.wait()
        message = Message(name="payment", correlation_key=f"A{number}", variables={}, time_to_live=timedelta(hours=1))
        nodes[0].messages.correlate(message)

    def subscribe(number: int) -> str:
        both.wait()
        return nodes[1].instances.start(PAYMENT, {"invoice": f"A{number}"}).instance_key

    with ThreadPoolExecutor(1) as publisher, ThreadPoolExecutor(1) as subscriber:
        published = [publisher.submit(publish, number) for number in range(60)]
        keys = [future.result() for future in [subscriber.submit(subscribe, number) for number in range(60)]]
        for future in published:
            future.result()

    assert Counter(nodes[0].instances.summary(InstanceKey(key)).status for key in keys) == {"completed": 60}


def test_a_message_id_that_reaches_both_nodes_is_taken_once(nodes: Nodes) -> None:
    keys = [nodes[0].instances.start(PAYMENT, {"invoice": f"A{number}"}).instance_key for number in range(20)]

    def publish(number: int) -> tuple[InstanceKey, ...]:
        message = Message(name="payment", correlation_key=f"A{number}", variables={}, message_id=f"m{number}")
        with ThreadPoolExecutor(2) as pool:
            first, second = [pool.submit(engine.messages.correlate, message) for engine in nodes]
        assert first.result() == second.result()
        return first.result()

    assert [publish(number) for number in range(20)] == [(key,) for key in keys]
    assert {nodes[0].instances.check_replay(key) for key in keys} == {2}


def test_two_nodes_that_deploy_the_same_process_give_it_two_versions(nodes: Nodes) -> None:
    def model(number: int) -> bytes:
        return f"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d{number}" targetNamespace="t">
        <process id="twice" isExecutable="true"><startEvent id="s"/></process></definitions>""".encode()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda n: nodes[n].deployments.deploy({"twice.bpmn": model(n)}), range(2)))

    assert [one.version for one in nodes[0].deployments.versions(ProcessId("twice"))] == [2, 1]


def test_one_of_two_who_claim_a_task_on_two_nodes_gets_it(nodes: Nodes) -> None:
    for number in range(10):
        nodes[0].instances.start(PERMIT, {"n": Decimal(number)})
    for job in nodes[0].jobs.lock(["register-case"], worker="w", max_jobs=10):
        nodes[0].jobs.complete(job.job_id, job.fence, {})
    tasks = [task.user_task_id for task in nodes[0].user_tasks.search(UserTaskQuery(limit=500)).items]

    def claim(engine: EmbeddedEngine, user: str) -> list[str]:
        taken: list[str] = []
        for task in tasks:
            try:
                engine.user_tasks.claim(task, user=user)
            except ConflictError:
                continue
            taken.append(task)
        return taken

    with ThreadPoolExecutor(2) as pool:
        ada, bea = pool.map(claim, nodes, ("ada", "bea"))

    holders = {task.user_task_id: task.assignee for task in nodes[0].user_tasks.search(UserTaskQuery(limit=500)).items}
    assert sorted([*ada, *bea]) == sorted(tasks)
    assert holders == {**dict.fromkeys(ada, "ada"), **dict.fromkeys(bea, "bea")}


def test_a_node_that_was_paused_beyond_its_locks_is_refused_and_changes_nothing(
    nodes: Nodes, clock: ManualClock
) -> None:
    paused, other = nodes
    keys = [paused.instances.start(PERMIT, {}).instance_key for _ in range(3)]
    mine = paused.jobs.lock(["register-case"], worker="paused", max_jobs=3, lock_for=timedelta(seconds=30))
    clock.advance(timedelta(seconds=31))
    theirs = other.jobs.lock(["register-case"], worker="other", max_jobs=2)
    other.jobs.complete(theirs[0].job_id, theirs[0].fence, {"by": "other"})
    before = [other.instances.check_replay(key) for key in keys]

    for job in mine:
        with pytest.raises(JobLockError):
            paused.jobs.complete(job.job_id, job.fence, {"by": "paused"})
        with pytest.raises(JobLockError):
            paused.jobs.fail(job.job_id, job.fence, "late")
        with pytest.raises(JobLockError):
            paused.jobs.heartbeat(job.job_id, job.fence, timedelta(seconds=30))
        with pytest.raises(JobLockError):
            paused.jobs.throw_error(job.job_id, job.fence, "LATE")

    assert [other.instances.check_replay(key) for key in keys] == before == [2, 1, 1]
    assert Counter(other.jobs.get(job.job_id).state for job in mine) == {
        JobState.COMPLETED: 1,
        JobState.LOCKED: 1,
        JobState.AVAILABLE: 1,
    }


def test_a_reader_of_the_event_log_misses_nothing_while_both_nodes_write(nodes: Nodes) -> None:
    is_over = threading.Event()
    followed: list[str] = []

    def follow() -> None:
        cursor = 0
        while True:
            was_over = is_over.is_set()
            batch = nodes[0].event_log.read(after=cursor, limit=7)
            followed.extend(event.event_id for event in batch.events)
            cursor = batch.cursor
            if was_over and not batch.events:
                return

    reader = threading.Thread(target=follow)
    reader.start()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: nodes[n % 2].instances.start(PERMIT, {}), range(80)))
    is_over.set()
    reader.join()

    everything = [event.event_id for event in nodes[1].event_log.read().events]
    assert followed == everything
    assert len(everything) == 80


def _count(engine: EmbeddedEngine, process_id: ProcessId) -> int:
    return len(engine.instances.search(InstanceQuery(process_id=process_id, limit=500)).items)
