# SPDX-License-Identifier: Apache-2.0
"""The published Python client of Camunda 7 (camunda-external-task-client-python3), unchanged, runs a process."""

import base64
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from taktloom.app.settings import Settings
from taktloom.app.wiring import Rooms
from taktloom.storage import SyncLevel
from tests.web.engine_rest.models import ORDER_BPMN
from tests.web.engine_rest.published import EngineClient, ExternalTask, ExternalTaskWorker, TaskResult
from tests.web.live import listening, new_key


class Server:
    """A live server with an order process, its address, and how to sign in."""

    def __init__(self, address: str, key: str) -> None:
        self.base = f"{address}/engine-rest"
        self.config: dict[str, Any] = {
            "auth_basic": {"username": "program", "password": key},
            "asyncResponseTimeout": 5000,
            "maxTasks": 1,
        }
        self.client = EngineClient(self.base, config=self.config)
        self.http = httpx.Client(base_url=self.base, auth=("program", key), trust_env=False, timeout=60)

    def work(self, action: Any, **config: Any) -> None:
        """Let the client's worker fetch once and execute."""
        worker = ExternalTaskWorker("w1", base_url=self.base, config={**self.config, **config})
        worker.fetch_and_execute("charge-card", action)

    def history(self, instance_id: str) -> Any:
        """The instance as the history shows it."""
        return self.http.get(f"/history/process-instance/{instance_id}").json()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    rooms = Rooms(Settings(data=tmp_path_factory.mktemp("server"), sync=SyncLevel.NORMAL))
    with listening(rooms) as address:
        made = Server(address, new_key(rooms))
        files = {"order": ("order.bpmn", ORDER_BPMN, "application/octet-stream")}
        answer = made.http.post("/deployment/create", data={"deployment-name": "orders"}, files=files)
        assert answer.status_code == 200, answer.text
        yield made
        made.http.close()
    rooms.close()


@pytest.fixture(autouse=True)
def nothing_left(server: Server) -> Iterator[None]:
    """Each test leaves no instance behind."""
    yield
    for one in server.http.get("/process-instance").json():
        server.http.delete(f"/process-instance/{one['id']}").raise_for_status()


def test_the_client_runs_a_process_end_to_end(server: Server) -> None:
    started = server.client.start_process("order", {"amount": 120, "to": "Ada"}, business_key="o-1")
    seen: dict[str, Any] = {}

    def charge(task: ExternalTask) -> TaskResult:
        seen.update(
            task.get_variables(), key=task.get_business_key(), currency=task.get_extension_properties()["currency"]
        )
        return task.complete({"receipt": "r-7", "lines": {"value": '[{"n": 1.5}]', "type": "Json"}})

    server.work(charge)
    (task,) = server.http.get("/task", params={"processInstanceBusinessKey": "o-1"}).json()
    assert server.http.post(f"/task/{task['id']}/claim", json={"userId": "ann"}).status_code == 204
    assert server.http.post(f"/task/{task['id']}/complete", json={"variables": None}).status_code == 204
    (correlated,) = server.client.correlate_message("paid", business_key="o-1", process_variables={"paid": True})

    assert seen == {"amount": 120, "to": "Ada", "key": "o-1", "currency": "EUR"}
    assert correlated["resultType"] == "Execution"
    assert correlated["execution"]["processInstanceId"] == started["id"]
    ended = server.history(started["id"])
    assert (ended["state"], ended["businessKey"], ended["processDefinitionId"]) == ("COMPLETED", "o-1", "order:1")
    variables = server.http.get("/history/variable-instance", params={"processInstanceId": started["id"]}).json()
    assert {one["name"]: (one["type"], one["value"]) for one in variables} == {
        "amount": ("Integer", 120),
        "to": ("String", "Ada"),
        "receipt": ("String", "r-7"),
        "lines": ("Json", '[{"n": 1.5}]'),
        "paid": ("Boolean", True),
    }


def test_a_failure_is_tried_again_and_at_the_end_becomes_an_incident_that_new_retries_resolve(server: Server) -> None:
    started = server.client.start_process("order", {})
    server.work(lambda task: task.failure("no line", "trace of Ada", max_retries=1, retry_timeout=0))
    (waiting,) = server.client.get_jobs(0, 10, with_failure=True, process_instance_id=started["id"])
    server.work(lambda task: task.failure("no line", None, max_retries=1, retry_timeout=0))

    (incident,) = server.http.get("/incident", params={"processInstanceId": started["id"]}).json()
    (failed,) = server.client.get_jobs(0, 10, with_failure=True)
    set_again = server.client.set_job_retry(failed["id"], 2)
    server.work(lambda task: task.complete({}))

    assert (waiting["retries"], waiting["exceptionMessage"]) == (1, "no line")
    assert (incident["incidentType"], incident["activityId"]) == ("failedExternalTask", "charge")
    assert (failed["retries"], set_again) == (0, True)
    assert server.http.get("/incident").json() == []
    assert len(server.http.get("/task").json()) == 1


def test_a_bpmn_error_takes_the_way_that_the_model_draws(server: Server) -> None:
    started = server.client.start_process("order", {})

    server.work(lambda task: task.bpmn_error("DECLINED", "not enough", {"why": "limit"}))

    visited = server.http.get("/history/activity-instance", params={"processInstanceId": started["id"]}).json()
    assert server.history(started["id"])["state"] == "COMPLETED"
    assert [(one["activityId"], one["canceled"]) for one in visited] == [("charge", True)]
    assert server.http.get("/task").json() == []


def test_the_client_reads_instances_and_their_variables(server: Server) -> None:
    started = server.client.start_process("order", {"name": "Ada", "count": 3})
    server.client.start_process("order", {"name": "Bob"})

    (found,) = server.client.get_process_instance("order", ["name_eq_Ada"])
    value = server.client.get_process_instance_variable(started["id"], "name")

    assert found["id"] == started["id"]
    assert base64.b64decode(value) == b"Ada"


def test_the_client_signs_in_with_a_bearer_token_too(server: Server) -> None:
    password = server.config["auth_basic"]["password"]
    client = EngineClient(server.base, config={"auth_bearer": {"access_token": password}})

    started = client.start_process("order", {})

    assert started["definitionKey"] == "order"


def test_a_worker_that_waits_gets_a_task_that_comes_later(server: Server) -> None:
    done = threading.Event()

    def charge(task: ExternalTask) -> TaskResult:
        done.set()
        return task.complete({})

    thread = threading.Thread(target=lambda: server.work(charge, asyncResponseTimeout=60_000))
    thread.start()
    server.client.start_process("order", {})
    thread.join(60)

    assert done.is_set()
