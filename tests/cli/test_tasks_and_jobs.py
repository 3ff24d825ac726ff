# SPDX-License-Identifier: Apache-2.0
"""What people do with user tasks, and jobs by hand, on the command line."""

import json
from pathlib import Path

import pytest

from tests.app.models import PERMIT_BPMN
from tests.cli.commands import CommandLine
from tests.web.test_batch_completions import MODEL


@pytest.fixture
def task_id(taktloom: CommandLine, tmp_path: Path) -> str:
    """An open task of the local operator."""
    (tmp_path / "permit.bpmn").write_bytes(PERMIT_BPMN)
    taktloom("deploy", tmp_path / "permit.bpmn")
    taktloom("start", "permit", "--var", "amount=12")
    (task,) = taktloom.json("task", "list")["items"]
    taktloom("task", "claim", task["user_task_id"])
    return str(task["user_task_id"])


def test_a_task_is_planned_and_what_is_not_named_stays(taktloom: CommandLine, task_id: str) -> None:
    first = taktloom.json("task", "plan", task_id, "--follow-up", "2026-03-02T09:00:00Z", "--priority", "80")
    second = taktloom.json("task", "plan", task_id, "--due", "2026-03-05T12:00:00+01:00")
    third = taktloom.json("task", "plan", task_id, "--follow-up", "none")
    refused = taktloom("task", "plan", task_id, "--due", "tomorrow")

    assert (first["priority"], first["follow_up_at"][:19], first["due_at"]) == (80, "2026-03-02T09:00:00", None)
    assert (second["priority"], second["due_at"][:19]) == (80, "2026-03-05T11:00:00")
    assert third["follow_up_at"] is None
    assert refused.code == 1
    assert "tomorrow is no instant" in refused.err


def test_comments_and_attachments_come_back_as_they_were_given(
    taktloom: CommandLine, task_id: str, tmp_path: Path
) -> None:
    plan, copy = tmp_path / "plan.pdf", tmp_path / "copy.pdf"
    plan.write_bytes(b"%PDF-1.7 plan")

    taktloom("task", "comment", task_id, "is the plan signed?")
    attached = taktloom.json("task", "attach", task_id, plan)
    taktloom("task", "fetch", task_id, str(attached["number"]), "-o", copy)
    again = taktloom("task", "fetch", task_id, str(attached["number"]), "-o", copy)
    comments, files = taktloom.json("task", "comments", task_id), taktloom.json("task", "attachments", task_id)
    taktloom("task", "detach", task_id, str(attached["number"]))

    assert [one["text"] for one in comments] == ["is the plan signed?"]
    assert [(one["name"], one["size_bytes"]) for one in files] == [("plan.pdf", 13)]
    assert copy.read_bytes() == b"%PDF-1.7 plan"
    assert again.code == 1
    assert taktloom.json("task", "attachments", task_id) == []
    kinds = [one["kind"] for one in taktloom.json("task", "history", task_id)]
    assert kinds[:4] == ["opened", "claimed", "commented", "attached"]


def test_a_task_is_delegated_resolved_and_given_back(taktloom: CommandLine, task_id: str) -> None:
    taktloom("user", "add", "bea", "--role", "case-worker")

    delegated = taktloom.json("task", "delegate", task_id, "--to", "bea")
    nobody = taktloom("task", "delegate", task_id, "--to", "nobody-here")
    shown = taktloom.json("task", "show", task_id)

    assert (delegated["assignee"], delegated["delegation"]) == ("bea", "pending")
    assert nobody.code == 1
    assert shown["task"]["owner"] == "local operator"
    assert taktloom("task", "show", task_id).code == 0


def test_a_task_is_given_back_to_its_groups(taktloom: CommandLine, task_id: str) -> None:
    assert taktloom.json("task", "unclaim", task_id)["assignee"] is None


@pytest.fixture
def jobs(taktloom: CommandLine, tmp_path: Path) -> list[dict[str, object]]:
    """Three locked jobs."""
    (tmp_path / "one.bpmn").write_bytes(MODEL)
    taktloom("deploy", tmp_path / "one.bpmn")
    for _ in range(3):
        taktloom("start", "one")
    locked = taktloom.json("job", "lock", "--type", "work", "--max", "5")
    assert isinstance(locked, list)
    return locked


def test_many_jobs_are_completed_at_once_and_each_is_answered_for(
    taktloom: CommandLine, jobs: list[dict[str, object]], tmp_path: Path
) -> None:
    first, second, third = jobs
    done = tmp_path / "done.json"
    late = {"job_id": second["job_id"], "fence": 7}
    good = [{"job_id": one["job_id"], "fence": one["fence"], "variables": {"n": 1.10}} for one in (first, third)]
    done.write_text(json.dumps([*good, late]))

    answer = taktloom("job", "complete-many", done)
    again = taktloom("job", "complete-many", done, "--json")

    assert answer.code == 1
    assert "Completed 2 jobs." in answer.out
    assert "TL-2531" in answer.out
    assert set(again.document["completed"]) == {first["job_id"], third["job_id"]}


@pytest.mark.parametrize("content", ["no json", "{}", '[{"job_id": "1"}]', '[{"job_id": "1", "fence": "x"}]', "[1]"])
def test_a_file_that_lists_no_completions_is_refused_and_nothing_is_completed(
    taktloom: CommandLine, jobs: list[dict[str, object]], tmp_path: Path, content: str
) -> None:
    done = tmp_path / "done.json"
    done.write_text(content)

    outcome = taktloom("job", "complete-many", done)

    assert outcome.code == (0 if content == "{}" else 1)
    assert len(taktloom.json("instance", "list", "--status", "active")["items"]) == 3


def test_one_job_is_completed_and_one_fails(taktloom: CommandLine, jobs: list[dict[str, object]]) -> None:
    first, second, _ = jobs

    completed = taktloom("job", "complete", str(first["job_id"]), "--fence", str(first["fence"]))
    failed = taktloom(
        "job", "fail", str(second["job_id"]), "--fence", str(second["fence"]), "--message", "broken", "--retries", "0"
    )

    assert (completed.code, failed.code) == (0, 0)
    (incident,) = taktloom.json("incident", "list")["items"]
    assert incident["message"] == "broken"
    assert taktloom("job", "lock", "--type", "work").out.strip() == "No job is ready."


def test_what_is_done_to_one_instance_is_recorded_with_its_reason(
    taktloom: CommandLine, jobs: list[dict[str, object]]
) -> None:
    first, second, _ = jobs
    key = str(first["instance_key"])
    taktloom("job", "fail", str(second["job_id"]), "--fence", str(second["fence"]), "--message", "b", "--retries", "0")
    (incident,) = taktloom.json("incident", "list")["items"]

    taktloom("instance", "set", key, "--var", "n=1", "--reason", "typing error")
    taktloom("incident", "resolve", incident["incident_id"], "--reason", "the server is back")
    taktloom("instance", "cancel", key, "--reason", "asked for by the citizen")

    actions = taktloom.json("action", "list")["items"]
    found = {one["action"]: (one["actor"], one["reason"]) for one in actions}
    assert found["set-variables"] == ("local operator", "typing error")
    assert found["retry-incident"] == ("local operator", "the server is back")
    assert found["cancel-instance"] == ("local operator", "asked for by the citizen")
