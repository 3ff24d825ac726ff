# SPDX-License-Identifier: Apache-2.0
"""The walk through REST: deploy, start, do a task, work a job, mend an incident, watch."""

from typing import Any

import pytest

from taktloom.app.wiring import Rooms
from tests.app.models import PERMIT_BPMN
from tests.web.client import Client, expect


@pytest.fixture
def deployed(admin: Client) -> Client:
    files = [("files", ("permit.bpmn", PERMIT_BPMN, "application/xml"))]
    deployment = expect(admin.call("POST", "/deployments", files=files), 201).json()
    assert [(one["process_id"], one["version"]) for one in deployment["processes"]] == [("permit", 1)]
    return admin


def _start(client: Client, **variables: Any) -> str:
    body = {"variables": variables, "business_key": "2026-1"}
    return str(client.post("/processes/permit/instances", body, 201)["instance_key"])


def _key(client: Client) -> dict[str, str]:
    added = client.post("/service-accounts", {"name": "w", "job_types": ["register"], "routes": ["jobs"]}, 201)
    return {"Authorization": f"Bearer {added['key']}"}


def test_an_instance_goes_from_start_over_task_and_job_to_its_end(rooms: Rooms, deployed: Client) -> None:
    key = _start(deployed, amount=12.5, due={"@type": "date", "value": "2026-03-01"})
    with Client(rooms) as worker, Client(rooms) as clerk:
        clerk.sign_in("case-worker", groups=("counter",))
        task = clerk.get("/tasks?view=group")["items"][0]
        assert clerk.post(f"/tasks/{task['user_task_id']}/claim", {})["assignee"] == "case-worker"
        shown = clerk.get(f"/tasks/{task['user_task_id']}")
        assert shown["variables"] == {"amount": 12.5, "due": {"@type": "date", "value": "2026-03-01"}}
        clerk.post(f"/tasks/{task['user_task_id']}/complete", {"variables": {"approved": True}}, 204)

        bearer = _key(deployed)
        wanted = {"job_types": ["register"], "worker": "w", "wait_s": 5}
        job = expect(worker.call("POST", "/jobs/activations", json=wanted, headers=bearer), 200).json()["jobs"][0]
        assert job["variables"]["approved"] is True
        done = {"fence": job["fence"], "variables": {"number": "R-1"}}
        expect(worker.call("POST", f"/jobs/{job['job_id']}/completion", json=done, headers=bearer), 204)
        expect(worker.call("POST", f"/jobs/{job['job_id']}/completion", json=done, headers=bearer), 204)
        late = {"fence": job["fence"] + 1, "variables": {}}
        expect(worker.call("POST", f"/jobs/{job['job_id']}/completion", json=late, headers=bearer), 409)

    detail = deployed.get(f"/instances/{key}")
    assert detail["summary"]["status"] == "completed"
    assert [visit["element_id"] for visit in detail["visits"]] == ["check", "register"]
    activities = [
        event["activity"] for event in deployed.get(f"/instances/{key}/events") if event["lifecycle"] == "complete"
    ]
    assert "Check application" in activities
    assert deployed.get(f"/instances/{key}/journal")["items"][0]["kind"] == "InstanceStarted"
    assert deployed.get("/watch/permit")["finished"] == 1


def test_a_failed_job_becomes_an_incident_that_goes_on_after_its_variable_is_mended(
    rooms: Rooms, deployed: Client
) -> None:
    key = _start(deployed, amount="much")
    task = deployed.get("/tasks?view=all")["items"][0]
    deployed.post(f"/tasks/{task['user_task_id']}/complete", {"variables": {}}, 204)
    bearer = _key(deployed)
    with Client(rooms) as worker:
        wanted = {"job_types": ["register"], "worker": "w"}
        job = expect(worker.call("POST", "/jobs/activations", json=wanted, headers=bearer), 200).json()["jobs"][0]
        failure = {"fence": job["fence"], "message": "amount is no number"}
        expect(worker.call("POST", f"/jobs/{job['job_id']}/failure", json=failure, headers=bearer), 204)

        incident = deployed.get("/incidents")["items"][0]
        assert (incident["element_id"], incident["message"]) == ("register", "amount is no number")
        assert deployed.get("/home")["incidents"] == 1
        mended = {"variables": {"amount": 12}, "reason": "typing error"}
        deployed.post(f"/incidents/{incident['incident_id']}/resolve", mended, 204)

        job = expect(worker.call("POST", "/jobs/activations", json=wanted, headers=bearer), 200).json()["jobs"][0]
        assert job["variables"]["amount"] == 12
    assert deployed.get("/incidents")["items"] == []
    assert deployed.get(f"/instances/{key}")["summary"]["status"] == "active"


def test_a_case_worker_sees_only_what_is_offered_to_them(rooms: Rooms, deployed: Client) -> None:
    _start(deployed)
    task_id = deployed.get("/tasks?view=all")["items"][0]["user_task_id"]
    with Client(rooms) as stranger:
        stranger.sign_in("case-worker", groups=("archive",))

        assert stranger.get("/tasks?view=group")["items"] == []
        expect(stranger.call("GET", f"/tasks/{task_id}"), 403)
        expect(stranger.call("POST", f"/tasks/{task_id}/claim", json={}), 403)
        expect(stranger.call("POST", f"/tasks/{task_id}/complete", json={"variables": {}}), 403)
        expect(stranger.call("GET", "/tasks?view=all"), 403)


def test_somebody_elses_task_cannot_be_completed(rooms: Rooms, deployed: Client) -> None:
    _start(deployed)
    task_id = deployed.get("/tasks?view=all")["items"][0]["user_task_id"]
    deployed.post(f"/tasks/{task_id}/claim", {})
    with Client(rooms) as clerk:
        clerk.sign_in("case-worker", groups=("counter",))

        expect(clerk.call("POST", f"/tasks/{task_id}/complete", json={"variables": {}}), 403)


def test_a_draft_that_somebody_saved_meanwhile_is_refused_with_who_and_when(deployed: Client) -> None:
    draft = deployed.post("/drafts", {"name": "Permit", "based_on": "permit:1"}, 201)
    save = {"revision": draft["revision"], "bpmn_xml": draft["bpmn_xml"].replace("Permit", "Building permit")}
    assert expect(deployed.call("PUT", f"/drafts/{draft['draft_id']}", json=save), 200).json()["revision"] == 2

    refused = expect(deployed.call("PUT", f"/drafts/{draft['draft_id']}", json=save), 409).json()

    assert "admin" in refused["parameters"].values()
    expect(deployed.call("POST", "/deployments", json={"draft_id": draft["draft_id"], "revision": 1}), 409)
    second = deployed.post("/deployments", {"draft_id": draft["draft_id"], "revision": 2}, 201)
    assert second["processes"][0]["version"] == 2


def test_an_empty_draft_can_be_deployed_and_run(admin: Client) -> None:
    draft = admin.post("/drafts", {"name": "测试 1"}, 201)
    deployment = admin.post("/deployments", {"draft_id": draft["draft_id"], "revision": 1}, 201)
    process_id = deployment["processes"][0]["process_id"]

    started = admin.post(f"/processes/{process_id}/instances", {"variables": {}}, 201)

    assert admin.get(f"/instances/{started['instance_key']}")["summary"]["status"] == "completed"


def test_a_model_that_cannot_run_is_refused_with_all_findings(admin: Client) -> None:
    broken = PERMIT_BPMN.replace(b'targetRef="check"', b'targetRef="nowhere"').replace(b'type="register"', b"")
    checked = admin.post("/models/check", {"bpmn_xml": broken.decode()})["findings"]

    files = [("files", ("permit.bpmn", broken, "application/xml"))]
    refused = expect(admin.call("POST", "/deployments", files=files), 422).json()

    assert any(finding["severity"] == "error" for finding in checked)
    assert refused["findings"]
    assert admin.get("/processes")["items"] == []


def test_what_is_not_xml_is_told_as_a_finding(admin: Client) -> None:
    findings = admin.post("/models/check", {"bpmn_xml": "not xml"})["findings"]

    assert [finding["severity"] for finding in findings] == ["error"]


def test_cancelling_and_setting_variables_are_audited_without_values(deployed: Client) -> None:
    key = _start(deployed, amount=1)
    body = {"variables": {"amount": 987654}, "reason": "as agreed"}
    expect(deployed.call("PUT", f"/instances/{key}/variables", json=body), 204)
    deployed.post(f"/instances/{key}/cancel", {"reason": "withdrawn"}, 204)

    audit = deployed.call("GET", "/audit").text

    assert "amount: as agreed" in audit
    assert "withdrawn" in audit
    assert "987654" not in audit
    assert deployed.get(f"/instances/{key}")["summary"]["status"] in {"cancelled", "terminated"}


def test_names_that_do_not_exist_are_404(admin: Client) -> None:
    for path in ("/instances/1", "/tasks/1", "/processes/x", "/drafts/x", "/logs/x", "/watch/x", "/logs/x/review"):
        assert admin.call("GET", path).status_code == 404, path
    assert admin.call("POST", "/decisions/x/evaluations", json={"inputs": {}}).status_code == 404
    assert admin.call("POST", "/incidents/1/resolve", json={}).status_code == 404
