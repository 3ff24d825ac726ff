# SPDX-License-Identifier: Apache-2.0
"""Many jobs completed, or instances started, in one request: each has its own answer."""

from taktloom.app.wiring import Rooms
from tests.web.client import Client, expect

MODEL = (
    b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:t="urn:taktloom:bpmn:1" id="d" '
    b'targetNamespace="urn:t"><process id="one" isExecutable="true"><startEvent id="s"/><serviceTask id="work">'
    b'<extensionElements><t:taskDefinition type="work"/></extensionElements></serviceTask><endEvent id="e"/>'
    b'<sequenceFlow id="f1" sourceRef="s" targetRef="work"/><sequenceFlow id="f2" sourceRef="work" targetRef="e"/>'
    b"</process></definitions>"
)


def test_one_bad_completion_of_a_request_does_not_stop_the_others(rooms: Rooms, admin: Client) -> None:
    expect(admin.call("POST", "/deployments", files=[("files", ("one.bpmn", MODEL, "application/xml"))]), 201)
    for _ in range(4):
        admin.post("/processes/one/instances", {"variables": {}}, 201)
    key = admin.post("/service-accounts", {"name": "w", "job_types": ["work"], "routes": ["jobs"]}, 201)["key"]
    with Client(rooms) as worker:
        headers = {"Authorization": f"Bearer {key}"}
        wanted = {"job_types": ["work"], "worker": "w", "max_jobs": 4}
        locked = expect(worker.call("POST", "/jobs/activations", json=wanted, headers=headers), 200).json()["jobs"]
        good, late, unreadable, other = [{"job_id": job["job_id"], "fence": job["fence"]} for job in locked]
        late["fence"] += 1
        unreadable["variables"] = {"day": {"@type": "date", "value": "never"}}
        unknown = {"job_id": "1000000000000000000000009", "fence": 1}

        body = {"completions": [late, unreadable, good, unknown, other]}
        answer = expect(worker.call("POST", "/jobs/completions", json=body, headers=headers), 200).json()

    assert answer["completed"] == [good["job_id"], other["job_id"]]
    assert {(one["job_id"], one["code"]) for one in answer["refused"]} == {
        (late["job_id"], "TL-2531"),
        (unreadable["job_id"], "TL-2301"),
        (unknown["job_id"], "TL-2594"),
    }
    assert {one["status"] for one in admin.get("/instances")["items"]} == {"completed", "active"}


def test_one_bad_start_of_a_request_does_not_stop_the_others(rooms: Rooms, admin: Client) -> None:
    expect(admin.call("POST", "/deployments", files=[("files", ("one.bpmn", MODEL, "application/xml"))]), 201)
    unreadable = {"variables": {"day": {"@type": "date", "value": "never"}}}
    body = {"starts": [{"business_key": "a"}, unreadable, {"business_key": "b"}, {"variables": {"n": 5}}]}

    answer = admin.post("/processes/one/starts", body, 200)

    assert [(one["number"], one["business_key"]) for one in answer["started"]] == [(0, "a"), (2, "b"), (3, None)]
    assert [(one["number"], one["code"]) for one in answer["refused"]] == [(1, "TL-2301")]
    keys = {one["instance_key"] for one in answer["started"]}
    assert {one["instance_key"] for one in admin.get("/instances")["items"]} == keys
    admin.post("/processes/none/starts", {"starts": [{}]}, 404)
    admin.post("/processes/one/starts", {"starts": []}, 422)
