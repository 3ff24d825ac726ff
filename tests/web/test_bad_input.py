# SPDX-License-Identifier: Apache-2.0
"""Bad input through REST: a typed problem with cause, place and remedy; not a row of the engine's database changes."""

import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from taktloom.app.wiring import Rooms
from taktloom.storage import SqliteSession
from tests.web.client import Client, expect
from tests.web.test_batch_completions import MODEL

ASK = (
    b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:t="urn:taktloom:bpmn:1" id="d" '
    b'targetNamespace="urn:t"><process id="ask" isExecutable="true"><startEvent id="s"/><userTask id="u">'
    b'<extensionElements><t:formDefinition formId="review"/></extensionElements></userTask><endEvent id="e"/>'
    b'<sequenceFlow id="f1" sourceRef="s" targetRef="u"/><sequenceFlow id="f2" sourceRef="u" targetRef="e"/>'
    b"</process></definitions>"
)
NUMBER = {"type": "number", "key": "amount", "label": "Amount", "validate": {"required": True, "min": 1}}
FORM = json.dumps({"id": "review", "type": "default", "components": [NUMBER]}).encode()
CONTRACT = json.dumps(
    {"id": "review", "type": "object", "required": ["amount"], "properties": {"amount": {"type": "integer"}}}
).encode()
UNSTORED = {"pulse", "idempotent_request", "sqlite_stat1"}  # kept by the doors, not part of what a caller changes


def picture(rooms: Rooms) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the engine's database."""
    session = rooms.engine._core.database.writing
    assert isinstance(session, SqliteSession)
    connection = session.connection
    tables = [str(row[0]) for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    return {
        table: sorted(connection.execute(f'SELECT * FROM "{table}"').fetchall(), key=repr)
        for table in tables
        if table not in UNSTORED
    }


def deploy(admin: Client, **files: bytes) -> httpx.Response:
    parts = [
        ("files", (name.replace("_", "."), content, "application/octet-stream")) for name, content in files.items()
    ]
    return admin.call("POST", "/deployments", files=parts)


@pytest.fixture
def worker(rooms: Rooms, admin: Client) -> dict[str, Any]:
    """A locked job, its instance, and the headers of its worker."""
    expect(deploy(admin, one_bpmn=MODEL), 201)
    key = admin.post("/processes/one/instances", {"variables": {"n": 1}}, 201)["instance_key"]
    token = admin.post("/service-accounts", {"name": "w", "job_types": ["work"], "routes": ["jobs"]}, 201)["key"]
    headers = {"Authorization": f"Bearer {token}"}
    wanted = {"job_types": ["work"], "worker": "w"}
    with Client(rooms) as program:
        answer = program.call("POST", "/jobs/activations", json=wanted, headers=headers)
    (job,) = expect(answer, 200).json()["jobs"]
    return {"job": job, "instance_key": key, "headers": headers}


def require_problem(answer: httpx.Response, status: int, code: str) -> Mapping[str, Any]:
    """The problem, with all that a problem has."""
    problem: Mapping[str, Any] = expect(answer, status).json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert problem["code"] == code
    assert problem["detail"]
    assert problem["remedy"]
    return problem


UNKNOWN: tuple[tuple[str, str, dict[str, Any] | None, str, str], ...] = (
    ("POST", "/processes/none/instances", {}, "TL-2592", "none"),
    ("POST", "/processes/one/instances", {"version": 9}, "TL-2592", "9"),
    ("POST", "/processes/one/instances", {"version_tag": "spring"}, "TL-2592", "spring"),
    ("GET", "/processes/none", None, "TL-2592", "none"),
    ("GET", "/instances/404", None, "TL-2594", "404"),
    ("POST", "/instances/404/cancel", {"reason": "x"}, "TL-2594", "404"),
    ("PUT", "/instances/404/variables", {"variables": {"n": 2}}, "TL-2594", "404"),
    ("POST", "/incidents/404/resolve", {}, "TL-2550", "404"),
    ("POST", "/tasks/404/complete", {"variables": {}}, "TL-2540", "404"),
    ("POST", "/decisions/none/evaluations", {"inputs": {}}, "TL-2593", "none"),
)


def test_what_is_unknown_is_named_and_nothing_changes(rooms: Rooms, admin: Client, worker: dict[str, Any]) -> None:
    before = picture(rooms)

    for method, path, body, code, named in UNKNOWN:
        problem = require_problem(admin.call(method, path, json=body), 404, code)
        assert named in problem["detail"], path

    assert picture(rooms) == before


def test_an_unknown_job_is_refused_whatever_is_done_with_it(rooms: Rooms, worker: dict[str, Any]) -> None:
    before = picture(rooms)
    more = {"failure": {"message": "m"}, "error": {"error_code": "E"}, "escalation": {"escalation_code": "E"}}

    with Client(rooms) as program:
        for action in ("completion", "failure", "error", "escalation", "heartbeat"):
            path, body = f"/jobs/{worker['instance_key']}000000099/{action}", {"fence": 1, **more.get(action, {})}
            answer = program.call("POST", path, json=body, headers=worker["headers"])
            assert answer.status_code in {403, 404}
            assert answer.json()["remedy"]

    assert picture(rooms) == before


def test_variables_that_are_too_large_are_refused_with_the_limit(rooms: Rooms, admin: Client) -> None:
    expect(deploy(admin, one_bpmn=MODEL), 201)
    before = picture(rooms)

    answer = admin.call("POST", "/processes/one/instances", json={"variables": {"text": "x" * 4_300_000}})

    problem = require_problem(answer, 413, "TL-2013")
    assert problem["parameters"]["limit"] == str(4 * 1024 * 1024)
    assert "xxx" not in answer.text
    assert picture(rooms) == before


UNREADABLE = (
    b"no json",
    b'{"variables": {"n": NaN}}',
    b'{"variables": [1]}',
    b'{"variables": {"day": {"@type": "date", "value": "never"}}}',
    b'{"variables": {"n": 1e999999999}}',
    b'{"variables": {"n": 1}, "unknown": 2}',
)


def test_more_values_than_can_be_kept_are_refused_before_they_fill_the_memory(
    rooms: Rooms, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    expect(deploy(admin, one_bpmn=MODEL), 201)
    monkeypatch.setattr("taktloom.web.values.VALUES_AT_MOST", 10)

    def start(variables: object) -> int:
        return admin.call("POST", "/processes/one/instances", json={"variables": variables}).status_code

    assert start({"a": [1, [2, 3], {"b": [4, 5]}]}) == 201  # 1 + 3 + 2 + 1 + 2 of them
    assert start({"a": [1, [2, 3], {"b": [4, 5, 6, 7, 8]}]}) == 413
    assert start({f"v{number}": number for number in range(11)}) == 413


def test_variables_that_are_no_values_are_refused(rooms: Rooms, admin: Client) -> None:
    expect(deploy(admin, one_bpmn=MODEL), 201)
    before, headers = picture(rooms), {"Content-Type": "application/json"}

    for body in UNREADABLE:
        answer = admin.call("POST", "/processes/one/instances", content=body, headers=headers)
        assert answer.status_code in {400, 413, 422}, body
        assert answer.json()["code"].startswith("TL-2")
        assert answer.json()["remedy"]

    assert picture(rooms) == before


@pytest.mark.parametrize("form", [FORM, CONTRACT], ids=["form-js", "JSON Schema"])
def test_values_of_the_wrong_type_for_a_form_or_contract_are_refused_field_by_field(
    rooms: Rooms, admin: Client, form: bytes
) -> None:
    expect(deploy(admin, ask_bpmn=ASK, review_form=form), 201)
    admin.post("/processes/ask/instances", {}, 201)
    (task,) = admin.get("/tasks", params={"view": "all"})["items"]
    admin.post(f"/tasks/{task['user_task_id']}/claim", {})
    before = picture(rooms)

    for values in ({}, {"amount": "much"}, {"amount": None}):
        answer = admin.call("POST", f"/tasks/{task['user_task_id']}/complete", json={"variables": values})
        problem = require_problem(answer, 422, "TL-2543")
        assert any("amount" in json.dumps(finding) for finding in problem["findings"])

    assert picture(rooms) == before


def test_a_definition_that_does_not_compile_is_refused_with_element_and_line(rooms: Rooms, admin: Client) -> None:
    before = picture(rooms)
    broken = MODEL.replace(b'targetRef="work"', b'targetRef="nowhere"')

    answer = deploy(admin, one_bpmn=broken, ask_bpmn=ASK)

    problem = require_problem(answer, 422, "TL-1501")
    errors = [one for one in problem["findings"] if one["severity"] == "error"]
    assert errors
    assert all(one["remedy"] and one["place"]["source"] == "one.bpmn" for one in errors)
    assert picture(rooms) == before


def test_a_completion_after_a_cancel_is_refused(rooms: Rooms, admin: Client, worker: dict[str, Any]) -> None:
    expect(admin.call("POST", f"/instances/{worker['instance_key']}/cancel", json={"reason": "x"}), 204)
    before, job = picture(rooms), worker["job"]

    with Client(rooms) as program:
        body = {"fence": job["fence"], "variables": {"n": 2}}
        answer = program.call("POST", f"/jobs/{job['job_id']}/completion", json=body, headers=worker["headers"])

    problem = require_problem(answer, 409, "TL-2531")
    assert "cancelled" in problem["detail"]
    assert picture(rooms) == before


def test_a_double_completion_is_acknowledged_again_and_counts_once(
    rooms: Rooms, admin: Client, worker: dict[str, Any]
) -> None:
    job = worker["job"]
    with Client(rooms) as program:
        address, body = f"/jobs/{job['job_id']}/completion", {"fence": job["fence"], "variables": {"n": 2}}
        first = program.call("POST", address, json=body, headers=worker["headers"])
        before = picture(rooms)
        again = program.call("POST", address, json={**body, "variables": {"n": 3}}, headers=worker["headers"])
        stale = program.call("POST", address, json={"fence": 99}, headers=worker["headers"])

    assert (first.status_code, again.status_code) == (204, 204)
    require_problem(stale, 409, "TL-2531")
    assert picture(rooms) == before


def test_a_message_id_with_another_payload_is_refused(rooms: Rooms, admin: Client) -> None:
    message = {"name": "PAID", "message_id": "m1", "variables": {"n": 1}, "time_to_live_s": 60}
    admin.post("/messages", message)
    admin.post("/messages", message)
    before = picture(rooms)

    answer = admin.call("POST", "/messages", json={**message, "variables": {"n": 2}})

    problem = require_problem(answer, 409, "TL-2560")
    assert "m1" in problem["detail"]
    assert picture(rooms) == before


TOO_LARGE, HALF = 10**30, "\ud800"


@pytest.mark.parametrize(
    "call",
    [
        ("GET", f"/instances?version={TOO_LARGE}", None),
        ("GET", f"/processes/one/start-form?version={TOO_LARGE}", None),
        ("POST", "/processes/one/instances", {"version": TOO_LARGE}),
        ("POST", "/migrations/plan", {"process_id": "one", "source_version": TOO_LARGE, "target_version": 1}),
        ("POST", "/processes/one/instances", {"business_key": HALF}),
        ("POST", "/processes/one/instances", {"variables": {HALF: 1}}),
        ("POST", "/processes/one/instances", {"variables": {"n": [HALF]}}),
        ("POST", "/messages", {"name": "m", "message_id": HALF}),
        ("POST", "/messages", {"name": "m", "variables": {"n": HALF}}),
        ("POST", "/messages", {"name": "m", "message_id": ""}),
        ("POST", "/signals", {"name": "s", "variables": {"n": HALF}}),
        ("PUT", "/tasks/404/plan", {"due_at": "0001-01-01T00:00:00+14:00"}),
        ("PUT", "/tasks/404/plan", {"follow_up_at": "9999-12-31T23:59:59-01:00"}),
        ("GET", "/tasks?due_before=0001-01-01T00:00:00%2B14:00", None),
        ("GET", "/instances?started_after=9999-12-31T23:59:59-01:00", None),
        ("POST", "/session/one-time", {"token": HALF}),
        ("POST", "/session", {"username": "nobody", "password": HALF}),
        ("PUT", "/logs/none/rates", {"currency": "EUR", "default": float("inf")}),
    ],
)
def test_what_no_row_can_hold_is_refused(
    rooms: Rooms, admin: Client, worker: dict[str, Any], call: tuple[str, str, object]
) -> None:
    method, path, body = call
    before = picture(rooms)

    headers = {"Content-Type": "application/json"}
    answer = admin.call(method, path, content=None if body is None else json.dumps(body), headers=headers)

    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    assert answer.json()["detail"]
    assert picture(rooms) == before
