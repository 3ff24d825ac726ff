# SPDX-License-Identifier: Apache-2.0
"""The whole walk on the real receipt.csv by commands alone, beside a running server; read back through REST."""

import json
from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from tests.cli.commands import CommandLine
from tests.e2e.server import Person, ServerProcess
from tests.e2e.workers import JOB_TYPES, worker_process

KEYS = [f"C-{number:02}" for number in range(1, 21)]
WITHOUT_DEPARTMENT = "C-05"
CLAIMED = "C-01"


@pytest.mark.data
@pytest.mark.timeout(300)
def test_the_walk_by_commands_alone(test_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    taktloom = CommandLine(tmp_path / "data", capsys)
    log = test_data / "logs" / "receipt.csv"

    review_and_draft(taktloom, log, tmp_path)
    key = taktloom.json("key", "add", "receipt-workers", *(f"--job-type={one}" for one in sorted(JOB_TYPES)))["key"]
    for name in KEYS:
        department = [] if name == WITHOUT_DEPARTMENT else ["--var", "department=General"]
        taktloom.json("start", "receipt", "--business-key", name, "--var", "channel=Internet", *department)
    with ServerProcess(taktloom.data) as server, worker_process(server.address, key, tmp_path / "worker.key"):
        clerk = Person(server.address, server.sign_in_link)
        do_all_tasks(taktloom, tmp_path / "draft")
        watch = taktloom.json("watch", "receipt")
        read_back(clerk, watch)
        clerk.close()


def review_and_draft(taktloom: CommandLine, log: Path, folder: Path) -> None:
    """From the file to a deployed process, with the figures that the mission names."""
    review = taktloom.json("review", log)
    assert [review[name] for name in ("cases", "events", "activities", "variants")] == [1434, 8577, 27, 116]
    assert (review["rubber_stamps"]["count"], review["rubber_stamps"]["of"]) == (4288, 7143)
    log_id = taktloom.json("log", "import", log, "--timezone", "Europe/Amsterdam")["log_id"]
    classes = Counter(one["potential_class"] for one in taktloom.json("potential", log_id)["activities"])
    assert classes["call-an-api"] == len(JOB_TYPES)
    draft = taktloom.json("draft", log_id, "-o", folder / "draft")
    assert draft["coverage"] >= 0.95
    assert draft["fitness"] >= 0.85
    assert taktloom.json("lint", *draft["files"])["findings"] == []
    deployed = taktloom.json("deploy", *draft["files"])["processes"]
    assert [(one["process_id"], one["version"]) for one in deployed] == [("receipt", 1)]


def do_all_tasks(taktloom: CommandLine, folder: Path) -> None:
    """Do what is open, and resolve the incident when there is one, until every case has ended."""
    resolved = 0
    while len(taktloom.json("instance", "list", "--status", "completed", "--limit", "100")["items"]) < len(KEYS):
        for task in taktloom.json("task", "list", "--process", "receipt", "--limit", "100")["items"]:
            if task["business_key"] == CLAIMED:
                assert taktloom.json("task", "claim", task["user_task_id"])["assignee"] == "local operator"
            taktloom.json("task", "complete", task["user_task_id"], *choices(task["element_id"], folder))
        for incident in taktloom.json("incident", "list")["items"]:
            assert incident["kind"] == "job-failed"
            assert "department" in incident["message"]
            mended = ("--var", "department=Experts", "--reason", "asked the applicant")
            taktloom.json("incident", "resolve", incident["incident_id"], *mended)
            resolved += 1
    assert resolved == 1


def choices(element_id: str, folder: Path) -> list[str]:
    """Each required choice of the task's form in the draft, left as the form proposes it, as options of the command."""
    (model,) = folder.glob("*.bpmn")
    root = etree.parse(model).getroot()
    (task,) = (each for each in root.iter("{*}userTask") if each.get("id") == element_id)
    forms = {form.get("id"): json.loads(form.text or "{}") for form in root.iter("{*}userTaskForm")}
    fields = [field for named in task.iter("{*}formDefinition") for field in forms[named.get("formId")]["components"]]
    wanted = [field for field in fields if field.get("validate", {}).get("required")]
    return [part for field in wanted for part in ("--var", f"{field['key']}={field['defaultValue']}")]


def read_back(clerk: Person, watch: dict[str, object]) -> None:
    """REST tells the same as the commands."""
    instances = clerk.all("/instances")
    assert sorted(one["business_key"] for one in instances) == KEYS
    assert {one["status"] for one in instances} == {"completed"}
    mended = next(one for one in instances if one["business_key"] == WITHOUT_DEPARTMENT)
    values = {one["name"]: one["value"] for one in clerk.get(f"/instances/{mended['instance_key']}")["variables"]}
    assert (values["department"], values["needs_stop_advice"]) == ("Experts", True)
    for one in instances:
        events = clerk.get(f"/instances/{one['instance_key']}/events")
        done = Counter(event["element_id"] for event in events if event["lifecycle"] == "complete")
        assert {f"task_{job}" for job in JOB_TYPES} <= set(done)
        assert set(done.values()) == {1}
    live = clerk.get("/watch/receipt")
    same = ("open", "finished", "incidents", "version")
    assert [watch[name] for name in same] == [live[name] for name in same] == [0, len(KEYS), 0, 1]
    reasons = [entry["reason"] for entry in clerk.get("/audit")["items"]]
    assert any("asked the applicant" in reason for reason in reasons), json.dumps(reasons)
