# SPDX-License-Identifier: Apache-2.0
"""Tasks through REST: filters, bulk, comments and files; and who may see them."""

import pytest

from taktloom.app.wiring import Rooms
from tests.web.client import Client, expect

MODEL = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="x"><process id="permit" isExecutable="true">
  <startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="t"/><userTask id="t" name="Check">
  <extensionElements>
  <zeebe:assignmentDefinition candidateGroups="case-worker"/><zeebe:priorityDefinition priority="70"/>
  </extensionElements></userTask><sequenceFlow id="g" sourceRef="t" targetRef="e"/><endEvent id="e"/></process>
</definitions>"""


@pytest.fixture
def task_id(rooms: Rooms) -> str:
    """An open task offered to case workers."""
    rooms.engine.deployments.deploy({"permit.bpmn": MODEL})
    from taktloom.model.identifiers import ProcessId
    from taktloom.model.operations import UserTaskQuery

    key = rooms.engine.instances.start(ProcessId("permit"), {}, business_key="B-1").instance_key
    return rooms.engine.user_tasks.search(UserTaskQuery(instance_key=key)).items[0].user_task_id


def test_lists_are_narrowed_ordered_and_counted(rooms: Rooms, task_id: str) -> None:
    with Client(rooms) as clerk:
        clerk.sign_in("case-worker")
        found = clerk.get("/tasks?view=group&order=priority&priority_at_least=70&process_id=permit")
        none = clerk.get("/tasks?view=group&due_before=2030-01-01T00:00:00Z")
        counts = clerk.get("/tasks/counts")

    assert [(one["user_task_id"], one["priority"]) for one in found["items"]] == [(task_id, 70)]
    assert none["items"] == []
    assert counts == {"mine": 0, "offered": 1, "late": 0}


def test_a_clerk_claims_several_at_once_and_hears_of_each(rooms: Rooms, task_id: str) -> None:
    with Client(rooms) as clerk:
        clerk.sign_in("case-worker")
        outcomes = clerk.post("/tasks/claims", {"user_task_ids": [task_id, "404"]})
        expect(clerk.call("POST", "/tasks/assignments", json={"user_task_ids": [task_id], "assignee": "x"}), 403)

    assert [(one["task"] or {}).get("assignee") for one in outcomes] == ["case-worker", None]
    assert outcomes[1]["problem"]["code"] == "TL-2540"


def test_a_file_comes_back_as_a_download_that_no_browser_runs(admin: Client, task_id: str) -> None:
    content = b"%PDF-1.7 x"
    sent = admin.call("POST", f"/tasks/{task_id}/attachments?name=Plan%20S%C3%BCd.pdf", content=content)
    number = expect(sent, 201).json()["number"]

    answer = expect(admin.call("GET", f"/tasks/{task_id}/attachments/{number}"), 200)

    assert answer.content == content
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''Plan%20S%C3%BCd.pdf"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "private, no-store"


def test_a_page_of_a_browser_is_not_taken_as_a_file(admin: Client, task_id: str) -> None:
    refused = admin.call("POST", f"/tasks/{task_id}/attachments?name=a.html", content=b"<script>")

    assert expect(refused, 422).json()["code"] == "TL-2544"
    assert admin.get(f"/tasks/{task_id}/attachments") == []


def test_who_may_not_see_a_task_sees_none_of_its_notes(rooms: Rooms, admin: Client, task_id: str) -> None:
    admin.post(f"/tasks/{task_id}/claim", {})
    admin.post(f"/tasks/{task_id}/comments", {"text": "Confidential."}, 201)

    with Client(rooms) as clerk:
        clerk.sign_in("case-worker")
        for path in ("history", "comments", "attachments", "attachments/1"):
            expect(clerk.call("GET", f"/tasks/{task_id}/{path}"), 403)
        expect(clerk.call("POST", f"/tasks/{task_id}/comments", json={"text": "x"}), 403)
        expect(clerk.call("POST", f"/tasks/{task_id}/attachments?name=a.txt", content=b"x"), 403)

    assert [one["text"] for one in admin.get(f"/tasks/{task_id}/comments")] == ["Confidential."]
    assert [one["kind"] for one in admin.get(f"/tasks/{task_id}/history")] == ["opened", "claimed", "commented"]


def test_a_clerk_delegates_only_what_is_theirs(rooms: Rooms, admin: Client, task_id: str) -> None:
    with Client(rooms) as clerk:
        clerk.sign_in("case-worker")
        expect(clerk.call("POST", f"/tasks/{task_id}/delegate", json={"to": "admin"}), 403)
        clerk.post(f"/tasks/{task_id}/claim", {})
        assert clerk.post(f"/tasks/{task_id}/delegate", {"to": "admin"})["delegation"] == "pending"
        expect(clerk.call("POST", f"/tasks/{task_id}/resolve", json={}), 403)
    assert admin.post(f"/tasks/{task_id}/resolve", {})["assignee"] == "case-worker"
