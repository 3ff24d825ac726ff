# SPDX-License-Identifier: Apache-2.0
"""What monitoring reads, the read-only mode of a full disk, and how often a key may call."""

import errno
import json
import logging
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import pytest
from prometheus_client.parser import text_string_to_metric_families

from taktloom.app.logging import FolderHandler, log_to_folder
from taktloom.app.settings import Settings
from taktloom.app.wiring import Rooms
from taktloom.hosts.embedded.core.changes import Change, ChangeFeed, Topic
from taktloom.hosts.embedded.operations.vital_signs import StoreSlowError, VitalSigns
from taktloom.model.identifiers import TenantId
from taktloom.storage import ConnectionLostError, SyncLevel, to_micros
from taktloom.web.rates import RateLimiter, RequestRateError
from taktloom.web.server import notify_manager
from tests.app.models import PERMIT_BPMN
from tests.web.client import Client, expect
from tests.web.live import new_key
from tests.web.test_batch_completions import MODEL

TENANT = TenantId("default")


def metrics(client: Client, **headers: str) -> dict[tuple[str, tuple[str, ...]], float]:
    text = expect(client.call("GET", "//metrics", headers=headers), 200).text
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_anybody_may_ask_whether_the_server_is_well(client: Client) -> None:
    assert expect(client.call("GET", "//healthz"), 200).json() == {"status": "ok"}
    assert expect(client.call("GET", "//readyz"), 200).json() == {
        "ready": True,
        "checks": {"store": True},
        "warnings": [],
    }


def test_the_numbers_follow_what_happens(rooms: Rooms, admin: Client) -> None:
    expect(admin.call("POST", "/deployments", files={"files": ("permit.bpmn", PERMIT_BPMN)}), 201)
    for _ in range(2):
        admin.post("/processes/permit/instances", {}, 201)

    found = metrics(admin)

    assert found["taktloom_instances_active", ("permit",)] == 2
    assert found["taktloom_user_tasks_open", ()] == 2
    assert found["taktloom_changes_total", ("started", "instances")] == 2
    assert found["taktloom_http_requests_total", ("POST", "/api/v1/processes/{process_id}/instances", "201")] == 2
    assert found["taktloom_read_only", ()] == 0
    assert not any("permit:" in label for _, labels in found for label in labels)


def test_jobs_are_counted_by_type_and_by_what_became_of_them(rooms: Rooms, admin: Client) -> None:
    expect(admin.call("POST", "/deployments", files={"files": ("one.bpmn", MODEL)}), 201)
    for _ in range(4):
        admin.post("/processes/one/instances", {"variables": {"n": 1}}, 201)
    first, second, third = rooms.engine.jobs.lock(["work"], worker="w", max_jobs=3)
    rooms.engine.jobs.complete(first.job_id, first.fence, {})
    rooms.engine.jobs.complete(first.job_id, first.fence, {})
    rooms.engine.jobs.fail(second.job_id, second.fence, "no", retries=1)
    rooms.engine.jobs.throw_error(third.job_id, third.fence, "E")
    rooms.engine.jobs.lock(["work"], worker="w", lock_for=timedelta(microseconds=1))

    found = metrics(admin)

    happened = {labels: value for (name, labels), value in found.items() if name == "taktloom_jobs_total"}
    assert happened == {
        ("created", "work"): 4,
        ("completed", "work"): 1,
        ("failed", "work"): 1,
        ("bpmn-error", "work"): 1,
    }
    assert found["taktloom_jobs_open", ("work", "timed-out")] == 1
    assert found["taktloom_jobs_open", ("work", "waiting")] == 1


def test_a_lock_that_ran_out_is_counted_when_its_job_is_handed_out_again(rooms: Rooms, admin: Client) -> None:
    expect(admin.call("POST", "/deployments", files={"files": ("one.bpmn", MODEL)}), 201)
    admin.post("/processes/one/instances", {"variables": {"n": 1}}, 201)
    rooms.engine.jobs.lock(["work"], worker="dies", lock_for=timedelta(microseconds=1))

    before = metrics(admin).get(("taktloom_jobs_total", ("timed-out", "work")), 0)
    (job,) = rooms.engine.jobs.lock(["work"], worker="lives")
    rooms.engine.jobs.complete(job.job_id, job.fence, {})

    assert before == 0
    assert metrics(admin)["taktloom_jobs_total", ("timed-out", "work")] == 1


def test_only_the_first_hundred_types_of_jobs_are_counted_by_name() -> None:
    feed = ChangeFeed()
    for _ in range(2):
        feed.publish([Change(Topic.WORK, "created", TENANT, job_type=f"type-{number}") for number in range(150)])
    feed.publish([Change(Topic.WORK, "created", TenantId("other"), job_type="type-99")])

    counts = feed.job_counts(TENANT)
    assert len(counts) == 101
    assert counts["type-99", "created"] == 2
    assert counts["(other types)", "created"] == 100
    assert feed.job_counts(TenantId("other")) == {("type-99", "created"): 1}


def test_from_elsewhere_the_numbers_want_a_key_of_the_scope(tmp_path: Path) -> None:
    rooms = Rooms(Settings(data=tmp_path, sync=SyncLevel.NORMAL, behind_proxy=True))
    with Client(rooms) as client:
        without = client.call("GET", "//metrics").status_code
        wrong = client.call("GET", "//metrics", headers={"Authorization": f"Bearer {new_key(rooms, scopes=('jobs',))}"})
        found = metrics(client, Authorization=f"Bearer {new_key(rooms, 'monitor', scopes=('system',))}")
    rooms.close()

    assert (without, wrong.status_code) == (401, 403)
    assert found["taktloom_incidents_open", ()] == 0


def test_a_full_disk_makes_the_server_read_only_with_an_alarm_and_nothing_is_lost(
    rooms: Rooms, admin: Client, caplog: pytest.LogCaptureFixture
) -> None:
    expect(admin.call("POST", "/deployments", files={"files": ("permit.bpmn", PERMIT_BPMN)}), 201)
    pages = _limit_pages(rooms, 160)
    acknowledged: list[str] = []
    while len(acknowledged) < 500:
        answer = admin.call("POST", "/processes/permit/instances", json={"variables": {"note": "x" * 2000}})
        if answer.status_code != 201:
            break
        acknowledged.append(answer.json()["instance_key"])
    rooms.monitor.beat()
    still_shown = {one["instance_key"] for one in admin.get("/instances", params={"limit": 500})["items"]}
    refused = admin.call("POST", "/processes/permit/instances", json={})
    ready = admin.call("GET", "//readyz")
    alarm = metrics(admin)["taktloom_read_only", ()]
    _limit_pages(rooms, pages)
    rooms.monitor.beat()
    again = admin.call("POST", "/processes/permit/instances", json={})

    assert answer.status_code == 503
    assert acknowledged
    assert still_shown == set(acknowledged)
    assert (refused.status_code, refused.json()["code"]) == (503, "TL-3903")
    assert refused.headers["Retry-After"] == "5"
    assert (ready.status_code, alarm) == (503, 1)
    assert "ALARM" in caplog.text
    assert again.status_code == 201


def test_the_alarm_can_be_read_while_the_store_answers_no_query(
    rooms: Rooms, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    expect(admin.call("POST", "/deployments", files={"files": ("one.bpmn", MODEL)}), 201)
    admin.post("/processes/one/instances", {"variables": {"n": 1}}, 201)
    before = metrics(admin)

    def away(_: VitalSigns) -> None:
        raise ConnectionLostError("The database server has gone away.")

    monkeypatch.setattr(VitalSigns, "counts", away)
    monkeypatch.setattr(VitalSigns, "silence", lambda _: StoreSlowError("The store is silent."))
    found = metrics(admin)
    refused = admin.call("POST", "/processes/one/instances", json={})

    assert (before["taktloom_store_readable", ()], before["taktloom_read_only", ()]) == (1, 0)
    assert (found["taktloom_store_readable", ()], found["taktloom_read_only", ()]) == (0, 1)
    assert found["taktloom_jobs_total", ("created", "work")] == 1
    assert ("taktloom_user_tasks_open", ()) not in found
    assert (refused.status_code, refused.json()["parameters"]) == (503, {"code": "TL-3513"})


def test_readiness_is_told_while_requests_that_wait_take_every_thread(
    rooms: Rooms, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms.monitor.beat()
    monkeypatch.setattr("taktloom.web.observed.run_in_threadpool", None)

    assert expect(client.call("GET", "//readyz"), 200).json()["ready"] is True


@pytest.mark.parametrize("failure", [apsw.FullError("disk is full"), OSError(errno.ENOSPC, "No space", "/srv/secret")])
def test_what_the_machine_refuses_is_a_typed_problem_and_names_no_file(
    rooms: Rooms, client: Client, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise failure

    monkeypatch.setattr(rooms.identity, "sign_in", refuse)

    answer = client.call("POST", "/session", json={"username": "mei", "password": "long enough"})

    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "TL-3904", "5")
    assert "secret" not in answer.text


def test_clients_of_the_other_convention_are_told_to_wait_too(rooms: Rooms, client: Client) -> None:
    rooms.monitor._failure = "TL-3510"
    key = {"Authorization": f"Bearer {new_key(rooms)}"}

    answer = client.call("POST", "//engine-rest/signal", json={"name": "stop"}, headers=key)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "[TL-3903]" in answer.json()["message"]


def test_an_alarm_that_the_log_file_does_not_take_goes_to_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with log_to_folder(tmp_path):
        monkeypatch.setattr(FolderHandler, "shouldRollover", full)
        logging.getLogger("taktloom.test").error("ALARM: the store refuses writes")

    error = capsys.readouterr().err
    assert "ALARM: the store refuses writes" in error
    assert "Traceback" not in error


def test_a_clock_that_was_set_back_is_told_of_everywhere_and_the_server_goes_on(
    rooms: Rooms, admin: Client, caplog: pytest.LogCaptureFixture
) -> None:
    rooms.monitor.beat()
    ahead = datetime.now(UTC) + timedelta(seconds=30)  # noqa: TID251 - the pulse is compared with the real clock
    rooms.engine._core.submit(
        rooms.engine.tenant_id,
        lambda unit: unit.session.run("beat", tenant_id=unit.tenant_id, now=to_micros(ahead), padding=b""),
    )
    rooms.monitor.beat()

    ready = admin.call("GET", "//readyz")
    behind = metrics(admin)["taktloom_clock_behind_seconds", ()]
    rooms.monitor.beat()
    mended = admin.call("GET", "//readyz").json()

    assert (ready.status_code, ready.json()["warnings"]) == (200, ["clock-behind"])
    assert 25 < behind <= 30
    assert "the clock is" in caplog.text
    assert mended["warnings"] == []


def test_a_key_that_calls_too_often_is_told_to_wait(tmp_path: Path) -> None:
    rooms = Rooms(Settings(data=tmp_path, sync=SyncLevel.NORMAL, requests_per_second=1))
    with Client(rooms) as client:
        key = {"Authorization": f"Bearer {new_key(rooms)}"}
        answers = [client.call("GET", "/system", headers=key) for _ in range(4)]
        other = client.call("GET", "//engine-rest/version", headers={"Authorization": f"Bearer {new_key(rooms, 'b')}"})
    rooms.close()

    statuses = [answer.status_code for answer in answers]
    assert statuses[:2] == [200, 200]
    assert statuses[-1] == 429
    assert answers[-1].headers["Retry-After"] == "1"
    assert other.status_code == 200


def test_a_bucket_fills_by_the_second_and_holds_twice_as_much(rooms: Rooms) -> None:
    from taktloom.app.service_accounts import principal_of_key

    now = 0.0
    principal = principal_of_key(rooms, new_key(rooms))
    limiter = RateLimiter(2, clock=lambda: now)

    def granted() -> int:
        number = 0
        while True:
            try:
                limiter.require(principal)
            except RequestRateError:
                return number
            number += 1

    first = granted()
    now = 1.0
    second = granted()
    now = 100.0
    third = granted()

    assert (first, second, third) == (4, 2, 4)
    limiter.require(replace(principal, key_id="another key of the same name"))


def _limit_pages(rooms: Rooms, pages: int) -> int:
    """Let the file grow to so many pages at most; the limit before."""
    database = rooms.engine._core.database
    with database.lock:
        connection = database.writing.connection  # type: ignore[attr-defined]
        before = next(connection.execute("PRAGMA max_page_count"))[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
    return int(before)


def test_the_service_manager_is_told_when_the_server_answers(tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address)
        manager.settimeout(5)
        notify_manager("READY=1", environment={"NOTIFY_SOCKET": address})
        notify_manager("READY=1", environment={})

        assert manager.recv(100) == b"READY=1"


def test_log_lines_are_json_where_asked_for(tmp_path: Path) -> None:
    with log_to_folder(tmp_path, form="json") as path:
        logging.getLogger("taktloom.test").warning("job %s waits", "7")

    line = json.loads(path.read_text(encoding="utf-8"))
    assert (line["level"], line["logger"], line["message"]) == ("warning", "taktloom.test", "job 7 waits")
    assert line["at"].endswith("Z")
