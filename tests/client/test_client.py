# SPDX-License-Identifier: Apache-2.0
"""The typed client against a live server."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import httpx
import pytest

from taktloom.app.settings import Settings
from taktloom.app.wiring import Rooms
from taktloom.client import Client, InstanceStart, RequestRefusedError
from taktloom.client.transport import Transport
from taktloom.connect import ServerUnavailableError
from taktloom.storage import SyncLevel
from tests.app.models import PERMIT_BPMN
from tests.web.live import listening, new_key


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    rooms = Rooms(Settings(data=tmp_path_factory.mktemp("server"), sync=SyncLevel.NORMAL))
    with listening(rooms) as address:
        yield address, new_key(rooms)
    rooms.close()


@pytest.fixture
def client(server: tuple[str, str]) -> Iterator[Client]:
    with Client(*server) as made:
        made.deploy({"permit.bpmn": PERMIT_BPMN})
        yield made


def test_a_process_is_deployed_started_and_worked_through(client: Client) -> None:
    deployed = client.deploy({"permit.bpmn": PERMIT_BPMN})
    started = client.start("permit", {"amount": Decimal("1.10"), "day": date(2026, 3, 2)}, business_key="A-17")

    variables = client.variables(started.instance_key)
    (task,) = [one for one in client.tasks("permit") if one.instance_key == started.instance_key]
    client.complete_task(task.user_task_id, {"approved": True})
    client.set_variables(started.instance_key, {"amount": 2})
    client.cancel(started.instance_key, reason="test")

    assert [one.process_id for one in deployed.processes] == ["permit"]
    assert variables == {"amount": Decimal("1.10"), "day": date(2026, 3, 2)}
    assert (task.element_id, task.candidate_groups) == ("check", ("counter",))
    ended = client.instance(started.instance_key)
    assert (ended.status, ended.business_key) == ("cancelled", "A-17")
    assert ended.ended_at is not None


def test_many_instances_are_started_in_few_requests(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("taktloom.client.client._STARTS_AT_ONCE", 2)

    answers = client.start_many("permit", [InstanceStart({"amount": 0}), *map(InstanceStart, [{"amount": 1}, {}])])

    assert [client.variables(str(answer)).get("amount") for answer in answers] == [0, 1, None]


def test_lists_are_fetched_page_by_page(client: Client) -> None:
    keys = [client.start("permit").instance_key for _ in range(3)]

    found = [one.instance_key for one in client.instances("permit", status="active")]

    assert found[:3] == keys[::-1]
    assert list(client.incidents("permit")) == []


def test_a_message_that_nobody_waits_for_names_no_instance(client: Client) -> None:
    assert client.publish("nobody", "k", {"x": 1}) == ()
    assert client.broadcast("nobody") == ()


def test_a_refusal_tells_cause_and_code(client: Client) -> None:
    with pytest.raises(RequestRefusedError) as caught:
        client.start("nothing")

    assert (caught.value.status, caught.value.problem_code) == (404, "TL-2592")
    assert "nothing" in caught.value.cause


def test_what_got_no_answer_is_sent_again_under_its_key_and_done_once(server: tuple[str, str], client: Client) -> None:
    address, key = server
    before = len(list(client.instances("permit")))
    with Client(address, key, transport=Forgetful()) as unlucky:
        started = unlucky.start("permit")
    after = [one.instance_key for one in client.instances("permit")]

    assert len(after) == before + 1
    assert started.instance_key in after


def test_a_server_that_is_not_there_is_told_of_after_the_last_try() -> None:
    paused: list[float] = []

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    transport = Transport("http://x", "k", tries=3, transport=httpx.MockTransport(refuse), sleep=paused.append)

    with pytest.raises(ServerUnavailableError):
        transport.get("/health")
    assert paused == [0.4, 0.8]


def test_a_busy_server_says_how_long_to_wait() -> None:
    paused: list[float] = []
    answers = [httpx.Response(429, headers={"Retry-After": "7"}), httpx.Response(200, json={"status": "ok"})]
    source = httpx.MockTransport(lambda _: answers.pop(0))

    answer = Transport("http://x", "k", transport=source, sleep=paused.append).get("/health")

    assert (answer, paused) == ({"status": "ok"}, [7.0])


class Forgetful(httpx.HTTPTransport):
    """Loses the first answer after the server has done what was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.lost = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = super().handle_request(request)
        if not self.lost:
            self.lost = True
            answer.read()
            raise httpx.ReadError("the answer is lost", request=request)
        return answer
