# SPDX-License-Identifier: Apache-2.0
"""A POST under an idempotency key is done once."""

import pytest

from taktloom.app import idempotency
from taktloom.app.wiring import Rooms
from tests.app.models import PERMIT_BPMN
from tests.web.client import Client, expect

START = "/processes/permit/instances"


@pytest.fixture
def deployed(admin: Client) -> Client:
    files = {"files": ("permit.bpmn", PERMIT_BPMN)}
    expect(admin.call("POST", "/deployments", files=files), 201)
    return admin


def keyed(client: Client, key: str, path: str = START, body: object = None) -> tuple[int, str, bool]:
    answer = client.call("POST", path, json=body or {}, headers={"Idempotency-Key": key})
    return answer.status_code, answer.text, answer.headers.get("Idempotency-Replayed") == "true"


def instances(client: Client) -> int:
    return len(client.get("/instances")["items"])


def test_the_same_request_again_is_answered_the_same_and_not_done_again(deployed: Client) -> None:
    first = keyed(deployed, "k-1")
    second = keyed(deployed, "k-1")
    other = keyed(deployed, "k-2")

    assert (first[0], first[2]) == (201, False)
    assert second == (first[0], first[1], True)
    assert other[1] != first[1]
    assert instances(deployed) == 2


def test_a_key_with_another_request_is_refused(deployed: Client) -> None:
    keyed(deployed, "k-1")

    status, text, _ = keyed(deployed, "k-1", body={"business_key": "other"})

    assert (status, "TL-2534" in text) == (422, True)
    assert instances(deployed) == 1


def test_a_refused_request_may_be_sent_again_under_its_key(admin: Client) -> None:
    missing = keyed(admin, "k-1")
    expect(admin.call("POST", "/deployments", files={"files": ("permit.bpmn", PERMIT_BPMN)}), 201)

    assert (missing[0], keyed(admin, "k-1")[0]) == (404, 201)


def test_a_request_whose_outcome_nobody_knows_is_not_done_again(
    deployed: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise OSError("the server dies after carrying it out and before keeping the answer")

    with monkeypatch.context() as patched:
        patched.setattr(idempotency, "finish", die)
        first = keyed(deployed, "k-1")

    status, text, _ = keyed(deployed, "k-1")

    assert first[0] == 500
    assert (status, "TL-2535" in text) == (409, True)
    assert instances(deployed) == 1


def test_a_key_belongs_to_who_sends_it(rooms: Rooms, deployed: Client) -> None:
    keyed(deployed, "k-1")
    with Client(rooms) as other:
        other.sign_in("engineer")
        assert keyed(other, "k-1")[0] == 201

    assert instances(deployed) == 2


def test_an_answer_without_content_is_given_again(deployed: Client) -> None:
    key = deployed.post(START, {}, 201)["instance_key"]

    answers = [keyed(deployed, "k-1", f"/instances/{key}/cancel") for _ in range(2)]

    assert answers == [(204, "", False), (204, "", True)]


@pytest.mark.parametrize("key", ["", "x" * (idempotency.LONGEST_KEY + 1)])
def test_what_is_no_key_is_refused(deployed: Client, key: str) -> None:
    assert keyed(deployed, key)[0] == 422


def test_answers_with_secrets_are_never_kept(admin: Client) -> None:
    status, text, _ = keyed(admin, "k-1", "/service-accounts", {"name": "x", "routes": ["jobs"]})

    assert (status, "TL-2908" in text) == (422, True)
    assert admin.get("/service-accounts")["items"] == []
