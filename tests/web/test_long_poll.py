# SPDX-License-Identifier: Apache-2.0
import threading
import time
from typing import Any

from taktloom.app.wiring import Rooms
from tests.app.models import PERMIT_BPMN
from tests.web.client import Client, expect

WANTED = {"job_types": ["register"], "worker": "w", "wait_s": 60}


def _waiting(rooms: Rooms, key: str) -> tuple[threading.Thread, list[Any]]:
    """A worker that asks for jobs in a thread of its own; the answers when it has ended.

    FastAPI makes a router's routes ready at its first request, under a filter of warnings that is one for all threads:
    hence one request before the thread begins.
    """
    answers: list[Any] = []
    with Client(rooms) as first:
        nothing = {"job_types": ["none"], "worker": "w"}
        expect(first.call("POST", "/jobs/activations", json=nothing, headers={"Authorization": f"Bearer {key}"}), 200)

    def ask() -> None:
        with Client(rooms) as worker:
            headers = {"Authorization": f"Bearer {key}"}
            answers.append(expect(worker.call("POST", "/jobs/activations", json=WANTED, headers=headers), 200).json())

    thread = threading.Thread(target=ask)
    thread.start()
    return thread, answers


def test_a_waiting_worker_gets_a_job_as_soon_as_there_is_one(rooms: Rooms, admin: Client) -> None:
    files = [("files", ("permit.bpmn", PERMIT_BPMN, "application/xml"))]
    expect(admin.call("POST", "/deployments", files=files), 201)
    admin.post("/processes/permit/instances", {"variables": {}}, 201)
    body = {"name": "w", "job_types": ["*"], "routes": ["jobs"]}
    key = admin.post("/service-accounts", body, 201)["key"]
    thread, answers = _waiting(rooms, key)
    task = admin.get("/tasks?view=all")["items"][0]

    began = time.monotonic()
    admin.post(f"/tasks/{task['user_task_id']}/complete", {"variables": {}}, 204)
    thread.join()

    assert [job["job_type"] for job in answers[0]["jobs"]] == ["register"]
    assert time.monotonic() - began < WANTED["wait_s"]  # type: ignore[operator]
    assert admin.get("/home")["workers"][0]["name"] == "w"


def test_a_waiting_worker_is_sent_home_when_the_server_stops(rooms: Rooms, admin: Client) -> None:
    key = admin.post("/service-accounts", {"name": "w", "job_types": ["*"], "routes": ["jobs"]}, 201)["key"]
    began = time.monotonic()
    thread, answers = _waiting(rooms, key)

    rooms.changes.close()
    thread.join()

    assert answers == [{"jobs": []}]
    assert time.monotonic() - began < WANTED["wait_s"]  # type: ignore[operator]


def test_a_waiting_worker_whose_key_is_revoked_gets_no_job_any_more(rooms: Rooms, admin: Client) -> None:
    added = admin.post("/service-accounts", {"name": "w", "job_types": ["*"], "routes": ["jobs"]}, 201)
    answers: list[int] = []

    def ask() -> None:
        with Client(rooms) as worker:
            headers = {"Authorization": f"Bearer {added['key']}"}
            answers.append(worker.call("POST", "/jobs/activations", json=WANTED, headers=headers).status_code)

    thread = threading.Thread(target=ask)
    thread.start()
    while not rooms.changes.is_heard and thread.is_alive():
        time.sleep(0.01)
    rooms.identity.revoke_service_account(added["account"]["account_id"])
    thread.join()

    assert answers == [401]
