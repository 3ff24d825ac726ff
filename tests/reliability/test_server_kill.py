# SPDX-License-Identifier: Apache-2.0
"""`kill -9` of the server at random points, restarted each time, while citizens, a clerk and workers use it over HTTP.

Citizens, clerk and workers live on in this process and meet a server that is gone in the middle of their requests, as
real ones do: they ask again and never know whether the last request was taken. The kill comes after a random number of
acknowledged requests and a few random milliseconds, so that it falls into requests of the others.

Quick by default; the full size is

    TAKTLOOM_KILLS=20 TAKTLOOM_KILL_CASES=200 pytest tests/reliability/test_server_kill.py
"""

import os
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from examples.permit.workers import permit_workers

from taktloom.connect import HttpJobSource, PoolOptions, WorkerPool
from taktloom.feel import FeelValue
from taktloom.hosts.embedded import EmbeddedEngine
from taktloom.model.identifiers import InstanceKey, JobId
from taktloom.storage import check_integrity, open_connection
from tests.e2e.server import REPOSITORY, Person, ServerProcess

KILLS = int(os.environ.get("TAKTLOOM_KILLS", "5"))
CASES = int(os.environ.get("TAKTLOOM_KILL_CASES", "40"))
STEPS_PER_CASE = 5  # a start, three jobs, one decision
SEED = 20260419
PROCESS = "permit_example"
LOCK = timedelta(seconds=2)
LONGEST_DELAY_S = 0.03
PATIENCE_S = max(540, 27 * KILLS)
EXPECTED_ROWS = [
    ("Application received", "complete"),
    ("Validate application", "start"),
    ("Validate application", "complete"),
    ("Register case", "start"),
    ("Register case", "complete"),
    ("Decide", "start"),
    ("Decide", "complete"),
    ("Write confirmation", "start"),
    ("Write confirmation", "complete"),
    ("Answered", "complete"),
]

pytestmark = [pytest.mark.reliability, pytest.mark.timeout(max(600, 30 * KILLS))]


@dataclass
class Progress:
    """What the server has acknowledged, told as it happens."""

    said: dict[str, list[str]] = field(default_factory=lambda: {"started": [], "completed": [], "decided": []})
    interrupted: int = 0
    kills: int = 0
    news: threading.Condition = field(default_factory=threading.Condition)
    is_over: bool = False

    @property
    def count(self) -> int:
        """How many acknowledgements there were."""
        return sum(map(len, self.said.values()))

    def say(self, verb: str, name: str) -> None:
        """Note an acknowledgement."""
        with self.news:
            self.said[verb].append(name)
            self.news.notify_all()

    def interrupt(self) -> None:
        """Note a request that got no answer, and let the server come back."""
        with self.news:
            self.interrupted += 1
            self.news.wait(0.1)

    def wait_until(self, reached: Callable[[], bool]) -> None:
        """Wait for acknowledgements until *reached*."""
        with self.news:
            assert self.news.wait_for(reached, PATIENCE_S), f"only {self.count} acknowledgements"

    def wait_for_more(self, *, than: int) -> None:
        """Wait until there are more acknowledgements *than* so many, a second at most: the last may never be heard."""
        with self.news:
            self.news.wait_for(lambda: self.count > than, 1)


class SpokenJobs(HttpJobSource):
    """Jobs of the server over HTTP; each acknowledged completion is noted."""

    def __init__(self, address: str, key: str, progress: Progress) -> None:
        super().__init__(address, key)
        self._progress = progress

    def complete(self, job_id: JobId, fence: int, variables: Mapping[str, FeelValue]) -> None:
        """Complete, then say so."""
        super().complete(job_id, fence, variables)
        self._progress.say("completed", job_id)


def start_cases(person: Person, progress: Progress) -> None:
    """Start every case; when no answer comes, look whether it was started before asking again."""
    for number in range(CASES):
        name, is_in_doubt = f"case-{number}", False
        body = {"business_key": name, "variables": {"applicant": f"Citizen {number}", "amount": number + 1}}
        while True:
            try:
                found = person.get("/instances", search=name)["items"] if is_in_doubt else []
                known = [one["instance_key"] for one in found if one["business_key"] == name]
                key = known[0] if known else person.post(f"/processes/{PROCESS}/instances", body)["instance_key"]
                progress.say("started", str(key))
                break
            except httpx.TransportError:
                is_in_doubt = True
                progress.interrupt()


def decide_tasks(person: Person, progress: Progress) -> None:
    """Decide whatever lies in the inbox, until everything is over."""
    while not progress.is_over:
        try:
            tasks = person.get("/tasks", view="all", limit=20)["items"]
            for task in tasks:
                _decide(person, progress, task["user_task_id"])
            if not tasks:
                with progress.news:
                    progress.news.wait(0.5)
        except httpx.TransportError:
            progress.interrupt()


def _decide(person: Person, progress: Progress, task_id: str) -> None:
    try:
        person.post(f"/tasks/{task_id}/complete", {"variables": {"is_granted": True}})
    except httpx.HTTPStatusError as error:
        if error.response.status_code != 409:  # taken before the kill: the server knows it, we did not
            raise
    else:
        progress.say("decided", task_id)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that outlives every server."""
    return tmp_path_factory.mktemp("killed")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[ServerProcess]:
    """The server; stopped in the end, if it runs."""
    with ServerProcess(folder / "data") as running:
        yield running


@pytest.fixture(scope="module")
def person(server: ServerProcess) -> Iterator[Person]:
    """The administrator, signed in before the first kill."""
    signed_in = Person(server.address, server.sign_in_link)
    signed_in.post_files("/deployments", [REPOSITORY / "examples" / "permit" / "permit.bpmn"])
    yield signed_in
    signed_in.close()


@pytest.fixture(scope="module")
def progress(folder: Path, server: ServerProcess, person: Person) -> Progress:
    """Everything done, with the kills in between."""
    result = Progress()
    account = {"name": "permit-workers", "job_types": ["validate-application", "register-case", "write-confirmation"]}
    key = person.post("/service-accounts", {**account, "routes": ["jobs"]})["key"]
    options = PoolOptions(name="permit-workers", wait=timedelta(seconds=1))
    source = SpokenJobs(server.address, key, result)
    pool = WorkerPool(permit_workers(folder / "office", lock=LOCK), source, options)
    people = [threading.Thread(target=one, args=(person, result), daemon=True) for one in (start_cases, decide_tasks)]
    pool.start()
    for thread in people:
        thread.start()
    _kill_again_and_again(server, result)
    _wait_for_the_end(person, result)
    result.is_over = True
    pool.stop()
    for thread in people:
        thread.join()
    source.close()
    return result


@pytest.fixture(scope="module")
def instances(person: Person, progress: Progress) -> list[dict[str, Any]]:
    """Every instance as REST shows it in the end."""
    assert progress.is_over
    return [person.get(f"/instances/{one['instance_key']}") for one in person.all("/instances")]


def test_the_server_was_killed_as_often_as_planned_in_the_middle_of_requests(
    progress: Progress, capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        print(  # noqa: T201 - the figures are part of the proof
            f"\n{progress.kills} kills in {CASES} cases: {progress.count} acknowledgements, "
            f"{progress.interrupted} requests without an answer"
        )

    assert progress.kills == KILLS
    assert progress.interrupted > 0


def test_every_case_ended_and_none_was_started_twice(instances: list[dict[str, Any]]) -> None:
    assert Counter(one["summary"]["business_key"] for one in instances) == {f"case-{n}": 1 for n in range(CASES)}
    assert {one["summary"]["status"] for one in instances} == {"completed"}
    assert {one["summary"]["open_incidents"] for one in instances} == {0}


def test_nothing_acknowledged_is_missing(progress: Progress, instances: list[dict[str, Any]]) -> None:
    jobs = {job["job_id"]: job["state"] for one in instances for job in one["jobs"]}
    tasks = {task["user_task_id"]: task["state"] for one in instances for task in one["user_tasks"]}

    assert set(progress.said["started"]) == {one["summary"]["instance_key"] for one in instances}
    assert {jobs.get(job_id) for job_id in progress.said["completed"]} == {"completed"}
    assert {tasks.get(task_id) for task_id in progress.said["decided"]} == {"completed"}
    assert max(Counter(progress.said["decided"]).values()) == 1


def test_no_effect_is_recorded_twice(folder: Path, instances: list[dict[str, Any]]) -> None:
    rows = open_connection(folder / "office" / "back-office.db").execute("SELECT applicant, job_id FROM registration")
    registered = [(str(applicant), str(job_id)) for applicant, job_id in rows]
    letters = sorted(path.name for path in (folder / "office" / "letters").iterdir() if path.suffix == ".txt")

    assert Counter(applicant for applicant, _ in registered) == {f"Citizen {n}": 1 for n in range(CASES)}
    assert {job_id for _, job_id in registered} == _job_ids(instances, "register-case")
    assert letters == sorted(f"{job_id}.txt" for job_id in _job_ids(instances, "write-confirmation"))


def test_no_event_is_missing_and_none_is_doubled(person: Person, instances: list[dict[str, Any]]) -> None:
    recorded = Counter(
        tuple(
            (event["activity"], event["lifecycle"])
            for event in person.get(f"/instances/{one['summary']['instance_key']}/events")
        )
        for one in instances
    )

    assert recorded == {tuple(EXPECTED_ROWS): CASES}


def test_the_server_drains_and_every_journal_replays_to_its_state(
    server: ServerProcess, instances: list[dict[str, Any]]
) -> None:
    assert server.stop() == 0

    engine = EmbeddedEngine.open(server.data / "engine.db")
    sizes = [engine.instances.check_replay(InstanceKey(one["summary"]["instance_key"])) for one in instances]
    engine.drain()

    assert sizes == [STEPS_PER_CASE] * CASES
    assert check_integrity(server.data / "engine.db") == ()
    assert check_integrity(server.data / "identity.db") == ()


def _kill_again_and_again(server: ServerProcess, progress: Progress) -> None:
    chance = random.Random(SEED)
    points = sorted(chance.sample(range(2, CASES * STEPS_PER_CASE - 2), KILLS))
    for point in points:
        progress.wait_until(lambda point=point: progress.count >= point)  # type: ignore[misc]
        threading.Event().wait(chance.uniform(0, LONGEST_DELAY_S))
        server.kill()
        progress.kills += 1
        server.start()


def _wait_for_the_end(person: Person, progress: Progress) -> None:
    def have_all_ended() -> bool:
        return person.get("/instances", status="completed", limit=1)["total"] == CASES  # type: ignore[no-any-return]

    while True:
        seen = progress.count
        if have_all_ended():
            return
        progress.wait_for_more(than=seen)


def _job_ids(instances: list[dict[str, Any]], job_type: str) -> set[str]:
    return {job["job_id"] for one in instances for job in one["jobs"] if job["job_type"] == job_type}
