# SPDX-License-Identifier: Apache-2.0
"""The whole walk on the real receipt.csv in a real Chromium, read back through REST; then the pages that it filled."""

import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, sync_playwright

from tests.e2e import receipt_pages as pages
from tests.e2e.browser import Complaints, chromium
from tests.e2e.server import ENDED_WITHIN_S, REPOSITORY, Person, ServerProcess, command, environment

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

KEYS = [f"R-{number:02}" for number in range(1, 21)]
WITHOUT_DEPARTMENT = "R-07"
DEPARTMENTS = {
    key: None if key == WITHOUT_DEPARTMENT else ("Experts" if number % 4 == 0 else "General")
    for number, key in enumerate(KEYS)
}
JOB_TYPES = {
    "confirmation_of_receipt",
    "t02_check_confirmation_of_receipt",
    "t04_determine_confirmation_of_receipt",
    "t05_print_and_send_confirmation_of_receipt",
    "t06_determine_necessity_of_stop_advice",
    "t10_determine_necessity_to_stop_indication",
}
CHOICES = (
    "Choose: T07-1 Draft intern advice aspect 1",
    "Choose: T03 Adjust confirmation of receipt",
    "Choose: T06 Determine necessity of stop advice",
    "Choose: T15 Print document X request unlicensed",
)


@dataclass
class Town:
    """The server with its people; what the walk saw."""

    server: ServerProcess
    context: BrowserContext
    page: Page
    complaints: Complaints
    clerk: Person
    seen: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def driver() -> Iterator[Playwright]:
    """Playwright, for the time of this module."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def town(driver: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A fresh server; the administrator is signed in by the one-time link, a clerk speaks REST."""
    folder = tmp_path_factory.mktemp("walk")
    with ServerProcess(folder / "data") as server, chromium(driver, folder / "profile") as context:
        complaints = Complaints(context, server.address)
        page = context.new_page()
        page.goto(server.sign_in_link)
        page.get_by_role("heading", name="Home", level=1).wait_for()
        clerk = Person(server.address, one_time_link(context, server.address, "clerk"))
        yield Town(server=server, context=context, page=page, complaints=complaints, clerk=clerk)
        clerk.close()


def one_time_link(context: BrowserContext, address: str, name: str) -> str:
    """The link for a new administrator, made by the one who is signed in in this browser."""
    session = context.request.get(f"{address}/api/v1/session").json()
    body = {"username": name, "display_name": name, "roles": ["admin"], "groups": []}
    headers = {"X-CSRF-Token": session["csrf_token"], "Origin": address}
    answer = context.request.post(f"{address}/api/v1/users", data=body, headers=headers)
    assert answer.status == 201, answer.text()
    return str(answer.json()["one_time_link"])


@pytest.fixture(scope="module")
def walked(town: Town, test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The town after the walk."""
    page, seen = town.page, town.seen
    pages.import_log(page, test_data / "logs" / "receipt.csv")
    seen.update(pages.review(page))
    seen["draft"] = pages.draft_automation(page)
    pages.rename_and_deploy(page)
    pages.start_cases(page, DEPARTMENTS)
    with workers(town.clerk, town.server.address, tmp_path_factory.mktemp("workers") / "key"):
        for key, names in ((KEYS[0], CHOICES), (WITHOUT_DEPARTMENT, CHOICES[:3])):
            pages.show_tasks_of(page, key)
            for name in names:
                pages.do_task(page, key, name)
        pages.resolve_incident(page, variable="department", value="General")
        do_the_rest(town.clerk)
        seen["dashboard"] = pages.dashboard(page)
    yield town


class workers:  # noqa: N801 - reads as a context
    """`taktloom worker` under a service account's key, as a process of its own."""

    def __init__(self, clerk: Person, address: str, key_file: Path) -> None:
        account = {"name": "receipt-workers", "job_types": sorted(JOB_TYPES), "routes": ["jobs"]}
        key_file.write_text(clerk.post("/service-accounts", account)["key"], encoding="utf-8")
        self._command = command("worker", "tests.e2e.receipt_workers", "--url", address, "--key-file", key_file)

    def __enter__(self) -> None:
        self._process = subprocess.Popen(self._command, cwd=REPOSITORY, env=environment())

    def __exit__(self, *error: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        assert self._process.wait(ENDED_WITHIN_S) == 0


def do_the_rest(clerk: Person) -> None:
    """Do what lies in the inbox by REST, as its forms propose, until every case has ended."""
    while clerk.get("/instances", status="completed", limit=1)["total"] < len(KEYS):
        for task in clerk.get("/tasks", view="all", limit=100)["items"]:
            form = clerk.get(f"/tasks/{task['user_task_id']}")["form_schema"] or {"components": []}
            proposed = {one["key"]: one["defaultValue"] for one in form["components"] if "defaultValue" in one}
            clerk.post(f"/tasks/{task['user_task_id']}/complete", {"variables": proposed})


def test_the_review_shows_the_logs_figures(walked: Town) -> None:
    assert "1,434 cases" in walked.seen["Quality"]
    assert "8,577 events" in walked.seen["Quality"]
    assert "4,288" in walked.seen["Quality"], walked.seen["Quality"]


def test_the_log_is_imported_with_the_figures_of_the_mission(walked: Town) -> None:
    log = walked.clerk.get("/logs/receipt/review")

    assert (log["cases"], log["events"], log["activities"], log["variants"]) == (1434, 8577, 27, 116)


def test_what_was_renamed_in_the_editor_is_what_runs(walked: Town) -> None:
    process = walked.clerk.get("/processes/receipt")

    assert process["summary"]["latest"]["version"] == 1
    events = walked.clerk.get(f"/instances/{_key_of(walked, KEYS[0])}/events")
    assert pages.NEW_NAME in {event["activity"] for event in events}
    assert "T02 Check confirmation of receipt" not in {event["activity"] for event in events}


def test_all_twenty_cases_ended_and_each_visit_is_in_the_event_log_once(walked: Town) -> None:
    instances = walked.clerk.all("/instances")

    assert sorted(one["business_key"] for one in instances) == KEYS
    assert {one["status"] for one in instances} == {"completed"}
    for one in instances:
        events = walked.clerk.get(f"/instances/{one['instance_key']}/events")
        completed = [event["element_id"] for event in events if event["lifecycle"] == "complete"]
        assert {job.removeprefix("task_") for job in completed if job.startswith("task_")} >= JOB_TYPES
        assert len(completed) == len(set(completed))


def test_what_was_entered_in_the_form_is_in_the_case(walked: Town) -> None:
    for key in KEYS[:2]:
        detail = walked.clerk.get(f"/instances/{_key_of(walked, key)}")
        values = {one["name"]: one["value"] for one in detail["variables"]}
        assert values["department"] == DEPARTMENTS[key]
        assert values["responsible"] == f"Resource {key}"
        assert values["needs_stop_advice"] == (DEPARTMENTS[key] == "Experts")


def test_the_incident_was_resolved_with_the_corrected_variable_and_a_reason(walked: Town) -> None:
    detail = walked.clerk.get(f"/instances/{_key_of(walked, WITHOUT_DEPARTMENT)}")
    incidents = walked.clerk.get("/incidents", state="resolved")["items"]
    audit = walked.clerk.get("/audit")["items"]

    assert {one["name"]: one["value"] for one in detail["variables"]}["department"] == "General"
    assert [(one["instance_key"], one["kind"]) for one in incidents] == [
        (detail["summary"]["instance_key"], "job-failed")
    ]
    assert any("the department was not filled in" in entry["reason"] for entry in audit)
    assert walked.clerk.get("/incidents")["items"] == []


def test_the_dashboard_tells_what_rest_tells(walked: Town) -> None:
    watch = walked.clerk.get("/watch/receipt")

    assert (watch["open"], watch["finished"], watch["incidents"]) == (0, len(KEYS), 0)
    assert watch["cycle"]["n"] == len(KEYS)
    assert "Finished\n20" in walked.seen["dashboard"]
    assert watch["baseline"]["log_id"] == "receipt"


def test_the_pages_raised_no_script_error_and_asked_nobody_else(walked: Town) -> None:
    assert walked.complaints.errors == []
    assert walked.complaints.strangers == []


def _key_of(town: Town, business_key: str) -> str:
    found = town.clerk.get("/instances", search=business_key)["items"]
    return str(next(one["instance_key"] for one in found if one["business_key"] == business_key))
