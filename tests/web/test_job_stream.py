# SPDX-License-Identifier: Apache-2.0
"""Jobs pushed by server-sent events: never more at a time than the worker has room for."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from taktloom import worker
from taktloom.app import job_streams
from taktloom.app.settings import Settings
from taktloom.app.wiring import Rooms
from taktloom.client import Client
from taktloom.connect import HttpJobSource, PoolOptions, WorkerPool
from taktloom.model.errors import NotAuthenticatedError, PermissionDeniedError
from taktloom.model.operations import LockedJob
from taktloom.storage import SyncLevel
from tests.web.client import Client as Browser
from tests.web.client import expect
from tests.web.live import listening, new_key
from tests.web.test_batch_completions import MODEL

MINUTE = timedelta(minutes=1)
PATIENCE_S = 50  # a loaded machine; less than the locks and streams last


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Rooms, str, str]]:
    rooms = Rooms(Settings(data=tmp_path_factory.mktemp("server"), sync=SyncLevel.NORMAL))
    with listening(rooms) as address:
        yield rooms, address, new_key(rooms)
        rooms.changes.close()
    rooms.close()


@pytest.fixture
def client(server: tuple[Rooms, str, str]) -> Iterator[Client]:
    with Client(server[1], server[2]) as made:
        made.deploy({"one.bpmn": MODEL})
        yield made
        for instance in made.instances("one", status="active"):
            made.cancel(instance.instance_key, reason="test")


class Reading:
    """Reads a stream in a thread of its own; `upto` waits for that many jobs."""

    def __init__(self, client: Client, max_jobs: int) -> None:
        self.jobs: list[LockedJob] = []
        self._came = threading.Condition()
        self._feed = client.stream_jobs(["work"], worker="w", max_jobs=max_jobs, lock_for=MINUTE)
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        for job in self._feed:
            with self._came:
                self.jobs.append(job)
                self._came.notify_all()

    def upto(self, count: int, seconds: float = PATIENCE_S) -> int:
        with self._came:
            self._came.wait_for(lambda: len(self.jobs) >= count, seconds)
            return len(self.jobs)

    def close(self) -> None:
        self._feed.close()
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()


@pytest.fixture
def read(client: Client) -> Iterator[Callable[[int], Reading]]:
    readings: list[Reading] = []

    def start(max_jobs: int) -> Reading:
        readings.append(Reading(client, max_jobs))
        return readings[-1]

    yield start
    for reading in readings:
        reading.close()


def test_jobs_are_pushed_as_they_come_with_their_variables(client: Client, read: Callable[[int], Reading]) -> None:
    reading = read(5)

    started = client.start("one", {"amount": Decimal("1.10")})

    assert reading.upto(1) == 1
    (job,) = reading.jobs
    assert (job.instance_key, job.variables["amount"], job.fence) == (started.instance_key, Decimal("1.10"), 1)


def test_a_worker_never_gets_more_than_it_has_room_for_and_the_next_when_one_is_done(
    client: Client, read: Callable[[int], Reading]
) -> None:
    for _ in range(4):
        client.start("one")
    reading = read(2)
    assert reading.upto(2) == 2

    held = reading.upto(3, seconds=0.7)
    client.complete_job(reading.jobs[0])
    after_one = reading.upto(3)
    client.fail_job(reading.jobs[1], "not yet", retry_in=MINUTE)
    after_failure = reading.upto(4)

    assert (held, after_one, after_failure) == (2, 3, 4)
    assert len({job.job_id for job in reading.jobs}) == 4


def test_a_job_that_somebody_else_has_ended_makes_room_too(
    client: Client, read: Callable[[int], Reading], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_streams, "LOOK_EVERY_S", 0.1)
    client.start("one")
    client.start("one")
    reading = read(1)
    assert reading.upto(1) == 1

    client.cancel(reading.jobs[0].instance_key, reason="test")

    assert reading.upto(2) == 2


def test_a_stream_has_an_end_after_which_another_one_goes_on(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_streams, "LONGEST", timedelta(milliseconds=200))
    began = time.monotonic()

    jobs = list(client.stream_jobs(["work"], worker="w"))

    assert jobs == []
    assert time.monotonic() - began < PATIENCE_S


def test_a_pool_of_workers_lives_on_streams(server: tuple[Rooms, str, str], client: Client) -> None:
    done: list[str] = []
    at_once, most = 0, 0
    lock = threading.Lock()

    @worker("work", concurrency=2)
    def work() -> dict[str, object]:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.02)  # so that two are in hand at the same time
        with lock:
            at_once -= 1
        return {"is_done": True}

    source = HttpJobSource(server[1], server[2])
    pool = WorkerPool([work], source, PoolOptions(name="w", is_streaming=True))
    pool.start()
    keys = [client.start("one").instance_key for _ in range(6)]
    deadline = time.monotonic() + PATIENCE_S
    while len(done) < len(keys) and time.monotonic() < deadline:
        done = [one.instance_key for one in client.instances("one", status="completed") if one.instance_key in keys]
    pool.stop()
    source.close()
    while server[0].job_streams._streams and time.monotonic() < deadline:
        time.sleep(0.01)  # the server hears of a closed connection when it next sends or looks

    assert sorted(done) == sorted(keys)
    assert most <= 2
    while server[0].job_streams._streams and time.monotonic() < deadline:
        time.sleep(0.01)  # the server sees a closed connection a moment later
    assert not server[0].job_streams._streams


def test_a_key_gets_no_stream_of_types_that_it_does_not_name(server: tuple[Rooms, str, str]) -> None:
    rooms, address, _ = server
    key = new_key(rooms, "clerk", scopes=("jobs",), job_types=("mail",))
    with Client(address, key) as clerk, pytest.raises(PermissionDeniedError):
        list(clerk.stream_jobs(["work"], worker="w"))


@pytest.mark.parametrize(
    "query", ["worker=w", "job_type=work", "job_type=work&worker=w&max_jobs=0", "job_type=work&worker=w&lock_s=0"]
)
def test_a_stream_that_makes_no_sense_is_refused(rooms: Rooms, admin: Browser, query: str) -> None:
    answer = expect(admin.call("GET", f"/jobs/stream?{query}"), 422)

    assert answer.json()["code"] == "TL-2922"


def test_a_stream_of_a_server_that_refuses_the_key_raises(server: tuple[Rooms, str, str]) -> None:
    with Client(server[1], "tk_wrong") as stranger, pytest.raises(NotAuthenticatedError):
        list(stranger.stream_jobs(["work"], worker="w"))


def test_a_stream_ends_without_another_job_when_its_key_is_revoked(
    server: tuple[Rooms, str, str], client: Client
) -> None:
    rooms, address, _ = server
    key = new_key(rooms, "to be revoked")
    asked = {"job_type": "work", "worker": "w", "max_jobs": "5"}
    with httpx.stream(
        "GET", f"{address}/api/v1/jobs/stream", params=asked, headers={"Authorization": f"Bearer {key}"}, timeout=60
    ) as answer:
        lines = answer.iter_lines()
        begun = [next(lines) for _ in range(4)]
        account = next(one for one in rooms.identity.list_service_accounts() if one.name == "to be revoked")
        rooms.identity.revoke_service_account(account.account_id)
        client.start("one", {"n": 1})
        left = [line for line in lines if line]

    assert ": connected" in begun
    assert left == ["event: end", "data: {}"]
