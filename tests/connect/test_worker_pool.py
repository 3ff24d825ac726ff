# SPDX-License-Identifier: Apache-2.0
"""Workers run beside the engine and over HTTP alike: the permit example goes to its end both ways."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from queue import SimpleQueue

import httpx
import pytest
from examples.permit.workers import permit_workers

from taktloom import worker
from taktloom.connect import (
    AnyWorker,
    BpmnError,
    HttpJobSource,
    Job,
    JobSource,
    PoolOptions,
    Retry,
    WorkerPool,
    escalate,
)
from taktloom.feel import from_json, to_json
from taktloom.hosts.embedded import EmbeddedEngine
from taktloom.model.errors import ConflictError, MisuseError
from taktloom.model.identifiers import InstanceKey, JobId, ProcessId
from taktloom.model.operations import InstanceDetail, JobState, UserTaskQuery
from taktloom.storage import open_connection

PERMIT = ProcessId("permit_example")
MODEL = Path(__file__).parents[2] / "examples" / "permit" / "permit.bpmn"
PATIENCE_S = 60  # a loaded machine
OPTIONS = PoolOptions(name="test-workers", wait=timedelta(milliseconds=200))


class JobRoutes(httpx.BaseTransport):
    """The job routes of the REST contract, over an engine, without sockets; fails with 503 as often as told."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        self._jobs = engine.jobs
        self.failures = 0
        self.paths: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert request.headers["Authorization"] == "Bearer tk_test"
        self.paths.append(request.url.path)
        if self.failures:
            self.failures -= 1
            return httpx.Response(503)
        body = json.loads(request.read())
        try:
            return httpx.Response(200, json=self._answer(request.url.path.removeprefix("/api/v1"), body))
        except MisuseError as error:
            return httpx.Response(
                409 if isinstance(error, ConflictError) else 400,
                json={"detail": error.cause, "parameters": dict(error.parameters)},
            )

    def _answer(self, path: str, body: dict[str, object]) -> object:
        if path == "/jobs/activations":
            return {"jobs": self._activated(body)}
        _, _, job_id, action = path.split("/")
        job, fence = JobId(job_id), int(str(body["fence"]))
        raw = body.get("variables")
        variables = {key: from_json(value) for key, value in raw.items()} if isinstance(raw, dict) else {}
        if action == "completion":
            self._jobs.complete(job, fence, variables)
        elif action == "failure":
            retries, pause = body.get("retries"), body.get("retry_in_s")
            self._jobs.fail(
                job,
                fence,
                str(body["message"]),
                retries=None if retries is None else int(str(retries)),
                retry_in=None if pause is None else timedelta(seconds=float(str(pause))),
            )
        elif action == "error":
            self._jobs.throw_error(job, fence, str(body["error_code"]), variables=variables)
        elif action == "escalation":
            return {"is_still_locked": self._jobs.throw_escalation(job, fence, str(body["escalation_code"]))}
        else:
            self._jobs.heartbeat(job, fence, timedelta(seconds=float(str(body["lock_s"]))))
        return {}

    def _activated(self, body: dict[str, object]) -> list[dict[str, object]]:
        types = body["job_types"]
        assert isinstance(types, list)
        jobs = self._jobs.lock(
            types,
            worker=str(body["worker"]),
            max_jobs=int(str(body["max_jobs"])),
            lock_for=timedelta(seconds=float(str(body["lock_s"]))),
            wait=timedelta(seconds=float(str(body["wait_s"]))),
        )
        return [
            {
                "job_id": job.job_id,
                "job_type": job.job_type,
                "instance_key": job.instance_key,
                "process_id": job.process_id,
                "element_id": job.element_id,
                "variables": {key: to_json(value) for key, value in job.variables.items()},  # type: ignore[arg-type]
                "headers": dict(job.headers),
                "retries_left": job.retries_left,
                "attempt": job.attempt,
                "fence": job.fence,
                "locked_until": job.locked_until.isoformat(),
            }
            for job in jobs
        ]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    """An engine on the machine's clock, with the permit example deployed."""
    opened = EmbeddedEngine.open(tmp_path / "engine.db")
    opened.deployments.deploy({"permit.bpmn": MODEL.read_bytes()})
    yield opened
    opened.drain()


@pytest.fixture
def routes(engine: EmbeddedEngine) -> JobRoutes:
    """The engine's jobs over HTTP."""
    return JobRoutes(engine)


@pytest.fixture(params=["in-process", "http"])
def source(request: pytest.FixtureRequest, engine: EmbeddedEngine, routes: JobRoutes) -> JobSource:
    """Both ways to the same jobs."""
    return engine.jobs if request.param == "in-process" else HttpJobSource("http://test", "tk_test", transport=routes)


@pytest.fixture
def run(source: JobSource) -> Iterator[Callable[..., None]]:
    """Start workers; stop them at the end."""
    pools: list[WorkerPool] = []

    def start(*workers: AnyWorker) -> None:
        pool = WorkerPool(workers, source, OPTIONS)
        pools.append(pool)
        pool.start()

    yield start
    for pool in pools:
        pool.stop()


def wait_for(engine: EmbeddedEngine, is_reached: Callable[[], bool]) -> bool:
    """Look after each change until the condition holds; False when patience ends."""
    changed = threading.Condition()

    def hear(_: object) -> None:
        with changed:
            changed.notify_all()

    unsubscribe = engine.subscribe(hear)
    with changed:
        result = changed.wait_for(is_reached, PATIENCE_S)
    unsubscribe()
    return result


def detail_at_end(engine: EmbeddedEngine, key: InstanceKey) -> InstanceDetail:
    assert wait_for(engine, lambda: engine.instances.summary(key).status != "active")
    return engine.instances.detail(key)


def test_the_permit_example_registers_and_confirms_one_case(
    engine: EmbeddedEngine, run: Callable[..., None], tmp_path: Path
) -> None:
    run(*permit_workers(tmp_path / "office"))

    key = engine.instances.start(PERMIT, {"applicant": " Ada ", "amount": Decimal(500)}).instance_key
    assert wait_for(engine, lambda: len(engine.user_tasks.search(UserTaskQuery()).items) == 1)
    (task,) = engine.user_tasks.search(UserTaskQuery()).items
    engine.user_tasks.complete(task.user_task_id, {"is_granted": True}, user="bea")
    detail = detail_at_end(engine, key)

    (letter,) = (tmp_path / "office" / "letters").iterdir()
    registered = open_connection(tmp_path / "office" / "back-office.db").execute("SELECT * FROM registration")
    assert letter.read_text() == "To Ada\nYour application no. 1 is granted.\n"
    assert [row[2:] for row in registered] == [("Ada", "500")]
    assert {view.name: view.value for view in detail.variables}["letter"] == letter.name
    assert engine.instances.check_replay(key) == 5


def test_an_incomplete_application_is_sent_back_by_a_bpmn_error(
    engine: EmbeddedEngine, run: Callable[..., None], tmp_path: Path
) -> None:
    run(*permit_workers(tmp_path / "office"))

    key = engine.instances.start(PERMIT, {"applicant": "", "amount": Decimal(1)}).instance_key
    detail = detail_at_end(engine, key)

    assert detail.visits[-1].element_name == "Sent back"


def test_variables_that_do_not_fit_become_an_incident_at_once(
    engine: EmbeddedEngine, run: Callable[..., None], tmp_path: Path
) -> None:
    run(*permit_workers(tmp_path / "office"))

    engine.instances.start(PERMIT, {"applicant": "Ada", "amount": "a s3cret"})
    assert wait_for(engine, lambda: engine.incidents.search().total == 1)

    (incident,) = engine.incidents.search().items
    assert incident.kind == "job-failed"
    assert "amount" in incident.message
    assert "s3cret" not in incident.message


def test_a_worker_that_raises_is_called_again_and_its_text_stays_at_home(
    engine: EmbeddedEngine, run: Callable[..., None]
) -> None:
    attempts: list[int] = []

    @worker("validate-application")
    def validate(*, amount: Decimal) -> None:
        attempts.append(len(attempts))
        if len(attempts) == 1:
            raise Retry(timedelta(), "not yet")
        raise ValueError(f"cannot do {amount}")

    run(validate)
    key = engine.instances.start(PERMIT, {"amount": Decimal(987654)}).instance_key
    was_given_back = wait_for(engine, lambda: engine.instances.detail(key).jobs[0].retries_left == 1)

    assert was_given_back
    assert attempts == [0, 1]
    assert engine.incidents.search().total == 0


def test_a_long_job_keeps_its_lock_by_heartbeats(engine: EmbeddedEngine, run: Callable[..., None]) -> None:
    attempts: list[int] = []
    go_on = threading.Event()

    @worker("validate-application", lock=timedelta(seconds=2), concurrency=2)
    def validate() -> None:
        attempts.append(1)
        go_on.wait(2.5)  # longer than the lock: what is tested is that time passes

    run(validate)
    key = engine.instances.start(PERMIT, {}).instance_key

    assert wait_for(
        engine, lambda: any(visit.element_id == "register" for visit in engine.instances.detail(key).visits)
    )
    assert attempts == [1]


def test_an_outcome_is_sent_until_the_server_takes_it(engine: EmbeddedEngine, routes: JobRoutes) -> None:
    @worker("validate-application")
    def validate() -> None:
        routes.failures = 2

    pool = WorkerPool([validate], HttpJobSource("http://test", "tk_test", transport=routes), OPTIONS)
    pool.start()
    key = engine.instances.start(PERMIT, {}).instance_key
    was_done = wait_for(
        engine, lambda: any(visit.element_id == "register" for visit in engine.instances.detail(key).visits)
    )
    pool.stop()

    assert was_done
    assert sum(path.endswith("/completion") for path in routes.paths) >= 2


def test_stopping_finishes_the_jobs_in_hand(engine: EmbeddedEngine) -> None:
    begun, go_on = threading.Event(), threading.Event()

    @worker("validate-application")
    def validate() -> dict[str, object]:
        begun.set()
        go_on.wait(PATIENCE_S)
        return {"checked": True}

    pool = WorkerPool([validate], engine.jobs, OPTIONS)
    pool.start()
    key = engine.instances.start(PERMIT, {}).instance_key
    assert begun.wait(PATIENCE_S)
    pool.request_stop()
    go_on.set()
    pool.stop()

    assert {view.name: view.value for view in engine.instances.detail(key).variables} == {"checked": True}


def test_a_stopping_worker_takes_no_further_job(engine: EmbeddedEngine) -> None:
    begun, go_on = threading.Event(), threading.Event()
    done: list[str] = []

    @worker("validate-application")
    def validate(job: Job) -> None:
        begun.set()
        go_on.wait(PATIENCE_S)
        done.append(job.instance_key)

    pool = WorkerPool([validate], engine.jobs, OPTIONS)
    pool.start()
    keys = [engine.instances.start(PERMIT, {}).instance_key for _ in range(2)]
    assert begun.wait(PATIENCE_S)
    pool.request_stop()
    go_on.set()
    pool.stop()

    assert done == keys[:1]
    assert engine.instances.detail(keys[1]).jobs[0].state is JobState.AVAILABLE


RANKED = Path(__file__).parents[1] / "hosts" / "embedded" / "models" / "ranked_work.bpmn"


@pytest.mark.parametrize(("code", "is_ours", "end"), [("LATE", True, "end"), ("STOP", False, "given_up")])
def test_a_worker_tells_of_an_escalation_and_learns_whether_the_job_is_still_its(
    engine: EmbeddedEngine, run: Callable[..., None], code: str, is_ours: bool, end: str
) -> None:
    engine.deployments.deploy({"ranked.bpmn": RANKED.read_bytes()})
    heard: SimpleQueue[bool] = SimpleQueue()

    @worker("work")
    def work() -> None:
        heard.put(escalate(code, {"days": 3}))

    run(work)
    key = engine.instances.start(ProcessId("ranked"), {"rank": None}).instance_key

    assert wait_for(engine, lambda: any(visit.element_id == end for visit in engine.instances.detail(key).visits))
    assert heard.get(timeout=PATIENCE_S) == is_ours  # the worker hears after the engine has written
    assert heard.empty()


def test_an_escalation_outside_of_a_running_worker_is_refused() -> None:
    with pytest.raises(MisuseError, match="No job is being done here"):
        escalate("LATE")


def test_a_pool_cannot_stream_from_a_source_that_pushes_nothing(engine: EmbeddedEngine) -> None:
    with pytest.raises(MisuseError, match="does not push"):
        WorkerPool([], engine.jobs, PoolOptions(name="w", is_streaming=True))


def test_a_worker_without_a_catching_event_raises_an_incident(engine: EmbeddedEngine, run: Callable[..., None]) -> None:
    @worker("validate-application")
    def validate() -> None:
        raise BpmnError("UNKNOWN", "nobody catches this")

    run(validate)
    engine.instances.start(PERMIT, {})

    assert wait_for(engine, lambda: engine.incidents.search().total == 1)
    assert engine.incidents.search().items[0].kind == "uncaught-error"
