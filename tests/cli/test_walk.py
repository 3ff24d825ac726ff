# SPDX-License-Identifier: Apache-2.0
"""The walk by commands alone, read back by commands."""

from pathlib import Path

import pytest

from tests.app.models import LOG_CSV, PERMIT_BPMN
from tests.cli.commands import CommandLine


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    path = tmp_path / "permits.csv"
    path.write_text(LOG_CSV)
    return path


def test_a_file_is_reviewed_and_not_kept(taktloom: CommandLine, log_file: Path, tmp_path: Path) -> None:
    review = taktloom.json("review", log_file, "--export", tmp_path / "map.svg", "--export", tmp_path / "variants.csv")

    assert [review[name] for name in ("cases", "events", "activities", "variants")] == [2, 4, 2, 1]
    assert review["map"]["edges"][0]["median_s"] == 7200.0
    assert (tmp_path / "map.svg").read_bytes().startswith(b"<svg")
    assert "register > decide" in (tmp_path / "variants.csv").read_text(encoding="utf-8-sig")
    assert taktloom.json("log", "list")["items"] == []


def test_a_review_for_people_names_cause_and_need(taktloom: CommandLine, log_file: Path) -> None:
    out = taktloom("review", log_file).out

    assert "2 cases, 4 events, 2 activities, 1 variants" in out
    assert "What cannot be known from this log" in out


def test_a_review_for_people_shows_rework_and_who_works(taktloom: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "again.csv"
    steps = (("1", "register", 0), ("1", "check", 1), ("1", "check", 2), ("2", "register", 3), ("2", "check", 4))
    rows = [f"{case},{step},2026-01-01T09:{minute:02}:00Z,ann" for case, step, minute in steps]
    path.write_text("\n".join(["case_id,activity,timestamp,resource", *rows]))

    out = taktloom("review", path).out

    lines = [line.split() for line in out.splitlines()]
    assert ["check", "1", "1", "1", "33.3%"] in lines
    assert any(line[:2] == ["ann", "unclear"] for line in lines)
    assert "Rubber stamps: 0 of 3 (0.0%)" in out
    assert "Hand-overs: 0 of 3 (0.000)" in out
    assert "Hand-overs between roles: 0 of 0 (not computable)" in out


def test_cases_are_chosen_by_what_they_have_and_lack(taktloom: CommandLine, log_file: Path) -> None:
    log_file.write_text(LOG_CSV + "3,register,2026-01-03T09:00:00Z,ann\n")

    assert taktloom.json("review", log_file, "--without", "decide")["cases"] == 1
    assert taktloom.json("review", log_file, "--with", "decide")["cases"] == 2
    assert taktloom("review", log_file, "--without", "register").code == 1


def test_columns_told_by_content_are_named_and_missing_parts_have_their_option(
    taktloom: CommandLine, tmp_path: Path
) -> None:
    path = tmp_path / "odd.csv"
    rows = [f"P{day},{step},2026-01-0{day} {9 + n}:00" for day in (1, 2, 3) for n, step in enumerate("abc")]
    path.write_text("\n".join(["q1,q2,q3", *rows]))
    guessed = taktloom("review", path, "--timezone", "UTC")
    path.write_text("activity,note\na,x\nb,y\n")
    refused = taktloom("review", path)

    assert "3 cases, 9 events, 3 activities" in guessed.out
    assert "Column 'q1' was taken for the case by its content; --case-column names another." in guessed.err
    assert refused.code == 1
    assert "case, timestamp" in refused.err
    assert "--case-column and --timestamp-column" in refused.err


def test_the_potential_counts_work_by_a_calendar_from_a_file_or_by_name(taktloom: CommandLine, tmp_path: Path) -> None:
    log, office, faulty = (tmp_path / name for name in ("log.csv", "office.json", "faulty.json"))
    log.write_text("case,activity,start_time,time\n1,Decide,2025-05-09T16:30:00+02:00,2025-05-12T08:30:00+02:00\n")
    office.write_text('{"zone": "Europe/Berlin", "week": {"mon": ["08:00-17:00"], "fri": ["08:00-17:00"]}}')
    faulty.write_text('{"zone": "Nowhere", "week": {}}')

    by_file = taktloom.json("potential", log, "--calendar", office)
    taktloom("calendar", "save", "office", office)
    by_name = taktloom.json("potential", taktloom.json("log", "import", log)["log_id"], "--calendar", "office")

    for potential, name in ((by_file, "office.json"), (by_name, "office")):
        assert (potential["working_hours"]["basis"], potential["working_hours"]["name"]) == ("given", name)
        evidence = {each["indicator"]: each["value"] for each in potential["activities"][0]["evidence"]}
        assert evidence["processing_hours"] == pytest.approx(1.0)
    assert (
        "open hours of the calendar office.json (Europe/Berlin): mon 08:00-17:00"
        in taktloom("potential", log, "--calendar", office).out
    )
    assert "TL-2553" in taktloom("potential", log, "--calendar", faulty).err
    assert "cannot be read" in taktloom("potential", log, "--calendar", tmp_path / "none.json").err


def test_all_columns_of_a_kept_source_are_listed(taktloom: CommandLine, log_file: Path) -> None:
    log_id = taktloom.json("log", "import", log_file)["log_id"]

    out = taktloom("log", "columns", log_id).out

    assert [line.split()[:2] for line in out.splitlines()[-4:]] == [
        ["case_id", "case"], ["activity", "activity"], ["timestamp", "timestamp"], ["resource", "resource"]
    ]  # fmt: skip


def test_logs_are_imported_renamed_remapped_and_deleted(taktloom: CommandLine, log_file: Path) -> None:
    log_id = taktloom.json("log", "import", log_file)["log_id"]
    assert taktloom.json("log", "rename", log_id, "Permits 2026")["name"] == "Permits 2026"
    remapped = taktloom.json("log", "remap", log_id, "--activity-column", "resource")
    assert remapped["activities"] == 2
    assert taktloom.json("review", log_id)["start_activities"] == [{"activity": "ann", "cases": 2}]
    taktloom.json("log", "delete", log_id)
    assert taktloom.json("log", "list")["items"] == []


def test_naive_times_name_the_option(taktloom: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "naive.csv"
    path.write_text(LOG_CSV.replace("Z", ""))

    refused, taken = taktloom("review", path), taktloom.json("review", path, "--timezone", "Europe/Amsterdam")

    assert refused.code == 1
    assert "--timezone" in refused.err
    assert taken["first_event_at"] == "2026-01-01T08:00:00Z"


def test_bad_rows_are_shown_and_may_be_left_out(taktloom: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(LOG_CSV + "9,,2026-01-01T00:00:00Z,ann\n")

    refused, taken = taktloom("log", "import", path), taktloom.json("log", "import", path, "--skip-bad-rows")

    assert refused.code == 1
    assert "--skip-bad-rows" in refused.err
    assert len(refused.err.splitlines()) >= 2
    assert taken["skipped_rows"] == 1


STUCK = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:t">
<process id="stuck" isExecutable="true"><startEvent id="s"/><exclusiveGateway id="x" default="x-b"/>
<task id="a"/><task id="b"/>
<parallelGateway id="j"/><endEvent id="e"/>
<sequenceFlow id="s-x" sourceRef="s" targetRef="x"/>
<sequenceFlow id="x-a" sourceRef="x" targetRef="a"><conditionExpression>n &gt; 1</conditionExpression></sequenceFlow>
<sequenceFlow id="x-b" sourceRef="x" targetRef="b"/><sequenceFlow id="a-j" sourceRef="a" targetRef="j"/>
<sequenceFlow id="b-j" sourceRef="b" targetRef="j"/><sequenceFlow id="j-e" sourceRef="j" targetRef="e"/>
</process></definitions>"""


def test_linting_and_deploying_tell_of_a_deadlock_with_the_path_to_it(taktloom: CommandLine, tmp_path: Path) -> None:
    model = tmp_path / "stuck.bpmn"
    model.write_text(STUCK)

    linted, deployed = taktloom("lint", model), taktloom.json("deploy", model)

    assert linted.code == 0
    assert "warning deadlock at" in linted.out
    assert "stuck.bpmn:4 j:" in linted.out
    assert "Path: s > x > a." in linted.out
    first = deployed["processes"][0]["findings"][0]
    assert (first["rule"], first["path"]) == ("deadlock", ["s", "x", "a"])


def test_a_process_runs_by_commands_alone(taktloom: CommandLine, tmp_path: Path) -> None:
    model = tmp_path / "permit.bpmn"
    model.write_bytes(PERMIT_BPMN)
    assert taktloom("lint", model).code == 0
    assert taktloom.json("deploy", model)["processes"][0]["definition_key"] == "permit:1"
    key = taktloom.json("start", "permit", "--var", "amount=12.5", "--business-key", "A-1")["instance_key"]
    task = taktloom.json("task", "list")["items"][0]
    assert taktloom.json("task", "claim", task["user_task_id"])["assignee"] == "local operator"
    assert taktloom.json("task", "complete", task["user_task_id"], "--var", "approved=true")["state"] == "completed"
    taktloom.json("instance", "set", key, "--var", "amount=13", "--reason", "corrected")

    shown = taktloom.json("instance", "show", key)
    assert {one["name"]: one["value"] for one in shown["variables"]} == {"amount": 13, "approved": True}
    assert [one["element_id"] for one in shown["jobs"]] == ["register"]
    assert taktloom.json("watch", "permit")["open"] == 1
    taktloom.json("instance", "cancel", key, "--reason", "withdrawn")
    assert taktloom.json("process", "list")["items"][0]["active"] == 0
    assert "Permit" in taktloom("process", "xml", "permit").out


def test_a_model_that_cannot_run_ends_with_1_and_all_findings(taktloom: CommandLine, tmp_path: Path) -> None:
    model = tmp_path / "broken.bpmn"
    model.write_bytes(PERMIT_BPMN.replace(b'targetRef="check"', b'targetRef="nowhere"'))

    linted, deployed = taktloom("lint", model, "--json"), taktloom("deploy", model)

    assert (linted.code, deployed.code) == (1, 1)
    assert any(one["severity"] == "error" for one in linted.document["findings"])
    assert "broken.bpmn" in deployed.err


def test_people_and_keys_are_kept_by_commands(taktloom: CommandLine) -> None:
    added = taktloom.json("user", "add", "mei", "--role", "owner", "--group", "counter")
    assert "/sign-in#token=" in added["one_time_link"]
    assert taktloom("user", "add", "MEI").code == 1
    assert taktloom.json("user", "disable", "mei")["is_disabled"] is True
    assert taktloom.json("user", "enable", "mei")["is_disabled"] is False
    assert "/sign-in#token=" in taktloom.json("user", "reset", "mei")["one_time_link"]
    assert taktloom("user", "reset", "nobody").code == 1
    key = taktloom.json("key", "add", "worker", "--job-type", "register")
    assert key["key"].startswith("tk_")
    listed = taktloom("key", "list", "--json")
    assert key["key"] not in listed.out
    taktloom.json("key", "revoke", key["account"]["account_id"])
    assert taktloom.json("key", "list")["items"][0]["revoked_at"]


def test_a_backup_is_restored_elsewhere(taktloom: CommandLine, tmp_path: Path) -> None:
    taktloom.json("user", "add", "mei")
    taktloom.json("backup", tmp_path / "b.zip")

    elsewhere = CommandLine(tmp_path / "elsewhere", taktloom._capture)
    elsewhere.json("restore", tmp_path / "b.zip")

    assert [one["username"] for one in elsewhere.json("user", "list")["items"]] == ["mei"]
    assert elsewhere("restore", tmp_path / "b.zip").code == 1


@pytest.mark.data
def test_the_receipt_log_goes_from_review_to_a_started_case(
    taktloom: CommandLine, test_data: Path, tmp_path: Path
) -> None:
    log = test_data / "logs" / "receipt.csv"
    zone = ("--timezone", "Europe/Amsterdam")
    review = taktloom.json("review", log, *zone)
    model = taktloom.json("mine", "discover", log, *zone, "--miner", "inductive", "-o", tmp_path / "mined.bpmn")
    log_id = taktloom.json("log", "import", log, *zone)["log_id"]
    potential = taktloom.json("potential", log_id)
    draft = taktloom.json("draft", log_id, "-o", tmp_path / "draft")
    deployed = taktloom.json("deploy", *draft["files"])
    started = taktloom.json("start", deployed["processes"][0]["process_id"])

    assert [review[name] for name in ("cases", "events", "activities", "variants")] == [1434, 8577, 27, 116]
    assert model["result"]["quality"]["soundness"]["verdict"] == "sound"
    assert b"</bpmn:definitions>" in (tmp_path / "mined.bpmn").read_bytes()
    assert len(potential["activities"]) == 27
    assert all(one["hours"] is None for one in potential["activities"])
    assert draft["coverage"] >= 0.95
    assert draft["fitness"] >= 0.85
    assert started["status"] == "active"


def test_a_process_is_compared_with_a_log_and_then_with_none(
    taktloom: CommandLine, log_file: Path, tmp_path: Path
) -> None:
    model = tmp_path / "permit.bpmn"
    model.write_bytes(PERMIT_BPMN)
    log_id = taktloom.json("log", "import", log_file)["log_id"]
    taktloom.json("deploy", model)

    taktloom.json("process", "baseline", "permit", log_id)
    before = taktloom.json("watch", "permit")["baseline"]["log_id"]
    taktloom.json("process", "baseline", "permit")
    after = taktloom.json("watch", "permit")["baseline"]
    refused = taktloom("process", "baseline", "permit", "no-such-log")

    assert (before, after, refused.code) == (log_id, None, 1)
