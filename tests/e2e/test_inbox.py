# SPDX-License-Identifier: Apache-2.0
"""The inbox in a real Chromium: filters, a form of a JSON Schema, what the server refuses, notes, handing over."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import DESK, PHONE, overflow_of
from tests.e2e.desk import Desk, open_desk, second_person
from tests.e2e.drawn_orders import drawn_orders
from tests.e2e.server import Person

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

EXTENSION = (
    '<z:formDefinition formId="check"/><z:assignmentDefinition candidateGroups="clerks"/>'
    '<z:taskSchedule dueDate="=due"/><z:priorityDefinition priority="=urgency"/>'
)
FORM = {
    "id": "check",
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["amount", "code"],
    "properties": {
        "amount": {"type": "number", "title": "Amount", "description": "in EUR", "minimum": 1},
        "code": {"type": "string", "title": "Code", "pattern": "^[A-Z]{3}$"},
        "way": {"enum": ["post", "van"], "title": "Way"},
        "insured": {"type": "boolean", "title": "Insured"},
        "address": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "since": {"type": "string", "format": "date"}},
        },
    },
}


@dataclass
class Office:
    """late: the instance whose task is overdue and urgent."""

    desk: Desk
    clerk: Person
    late: str


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("inbox")
    with open_desk(folder) as desk:
        clerk = second_person(desk)
        yield Office(desk=desk, clerk=clerk, late=seed(clerk, folder))
        clerk.close()


def seed(clerk: Person, folder: Path) -> str:
    """A task that is overdue and urgent, and one that is neither; the instance of the first."""
    model, form = folder / "orders.bpmn", folder / "check.form"
    model.write_bytes(drawn_orders("Check", extensions={"Check": EXTENSION}))
    form.write_text(json.dumps(FORM))
    clerk.post_files("/deployments", [model, form])
    calm = {"due": "2999-01-01T00:00:00Z", "urgency": 50}
    urgent = {"due": "2026-01-01T00:00:00Z", "urgency": 90}
    clerk.post("/processes/orders/instances", {"business_key": "K-2", "variables": calm})
    started = clerk.post("/processes/orders/instances", {"business_key": "K-1", "variables": urgent})
    return str(started["instance_key"])


def open_late_task(page: Page) -> None:
    """By the filter of what is overdue."""
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("combobox", name="Due").click()
    page.get_by_role("option", name="Overdue").click()
    page.keyboard.press("Escape")
    tasks = page.get_by_role("table", name="Tasks")
    expect(tasks).not_to_contain_text("K-2")
    tasks.get_by_text("Check").click()


def fill_form(page: Page) -> None:
    """With what the page refuses first, then with what only the server refuses, then rightly."""
    page.get_by_label("Amount").fill("0")
    expect(page.get_by_text("At least 1")).to_be_visible()
    page.get_by_label("Amount").fill("12.5")
    page.get_by_label("Code").fill("abc")
    page.get_by_label("address · city").fill("Delft")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_label("Code")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Code").fill("ABC")
    expect(page.get_by_label("Code")).not_to_have_attribute("aria-invalid", "true")


def take_notes(page: Page, file: Path) -> None:
    """A comment and a file."""
    page.get_by_label("Write a comment").fill("the customer called")
    page.get_by_role("button", name="Add comment").click()
    expect(page.get_by_role("list", name="Comments")).to_contain_text("the customer called")
    page.get_by_role("tab", name="Files").click()
    file.write_text("Dear all")
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_role("link", name=file.name)).to_be_visible()


def test_a_task_is_found_by_filters_worked_on_with_notes_and_completed(office: Office, tmp_path: Path) -> None:
    page, clerk = office.desk.page, office.clerk
    page.goto(f"{office.desk.server.address}/tasks?view=all")
    open_late_task(page)
    assert "due=late" in page.url
    task = page.get_by_role("article", name="Check")
    expect(task).to_contain_text("High priority (90)")
    page.keyboard.press("c")
    fill_form(page)
    take_notes(page, tmp_path / "letter.txt")

    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Delegate").click()
    page.get_by_label("User name").fill("clerk")
    page.get_by_role("button", name="Delegate").click()
    expect(task).to_contain_text("clerk")
    (found,) = clerk.get("/tasks", view="mine")["items"]
    clerk.post(f"/tasks/{found['user_task_id']}/resolve", {})
    page.get_by_role("button", name="Complete task").click()
    expect(page.get_by_text("Completed: Check (K-1)")).to_be_visible()

    detail = clerk.get(f"/instances/{office.late}")
    values = {one["name"]: one["value"] for one in detail["variables"]}
    assert (values["amount"], values["code"], values["address"]) == (12.5, "ABC", {"city": "Delft"})
    assert detail["summary"]["status"] == "completed"
    history = [one["kind"] for one in clerk.get(f"/tasks/{found['user_task_id']}/history")]
    assert history == ["opened", "claimed", "commented", "attached", "delegated", "resolved", "completed"]
    page.set_viewport_size(PHONE)
    assert overflow_of(page) == 0


def test_several_tasks_are_claimed_and_assigned_at_once_and_one_is_planned(office: Office) -> None:
    page, clerk = office.desk.page, office.clerk
    page.set_viewport_size(DESK)
    for key in ("B-1", "B-2", "B-3"):
        clerk.post("/processes/orders/instances", {"business_key": key, "variables": {"due": None, "urgency": 50}})
    page.goto(f"{office.desk.server.address}/tasks?view=all&search=B-")
    tasks = page.get_by_role("table", name="Tasks")
    tasks.get_by_role("checkbox", name="Check: Check B-1").check()
    tasks.get_by_text("B-2").first.click()
    page.keyboard.press("x")
    page.get_by_role("button", name="Claim 2").click()
    expect(page.get_by_text("2 tasks handed on, 0 refused")).to_be_visible()
    assert {one["business_key"]: one["assignee"] for one in clerk.get("/tasks", view="all", search="B-")["items"]} == {
        "B-1": "admin",
        "B-2": "admin",
        "B-3": None,
    }

    tasks.get_by_role("checkbox", name="Check all rows shown").check()
    page.get_by_role("button", name="Assign 3 tasks").click()
    page.get_by_label("User name").fill("clerk")
    page.keyboard.press("Enter")
    expect(page.get_by_text("3 tasks handed on, 0 refused")).to_be_visible()
    assert clerk.get("/tasks", view="mine", search="B-")["total"] == 3

    task = page.get_by_role("article", name="Check")
    task.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Dates and priority").click()
    page.get_by_label("Due").fill("2999-05-01T10:00")
    page.get_by_label("Look again").fill("2999-04-01T10:00")
    page.get_by_role("textbox", name="Priority").fill("80")
    page.get_by_role("button", name="Save").click()
    expect(task).to_contain_text("High priority (80)")
    (planned,) = clerk.get("/tasks", view="mine", search="B-2")["items"]
    assert (planned["due_at"], planned["follow_up_at"]) == ("2999-05-01T08:00:00Z", "2999-04-01T08:00:00Z")

    page.get_by_label("Search name or business key").fill("nobody has this")
    expect(page.get_by_text("No task fits the filters")).to_be_visible()
    page.set_viewport_size(PHONE)
    assert overflow_of(page) == 0


def test_several_own_tasks_are_delegated_at_once(office: Office) -> None:
    page, clerk = office.desk.page, office.clerk
    page.set_viewport_size(DESK)
    for key in ("D-1", "D-2"):
        clerk.post("/processes/orders/instances", {"business_key": key, "variables": {"due": None, "urgency": 50}})
    page.goto(f"{office.desk.server.address}/tasks?view=all&search=D-")
    tasks = page.get_by_role("table", name="Tasks")
    expect(tasks).to_contain_text("D-2")
    tasks.get_by_role("checkbox", name="Check all rows shown").check()
    expect(page.get_by_role("button", name="Delegate 2 tasks")).to_have_count(0)
    page.get_by_role("button", name="Claim 2").click()
    expect(page.get_by_text("2 tasks handed on, 0 refused")).to_be_visible()
    expect(tasks).to_contain_text("D-2me")

    tasks.get_by_role("checkbox", name="Check all rows shown").check()
    page.get_by_role("button", name="Delegate 2 tasks").click()
    page.get_by_label("User name").fill("clerk")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("toolbar", name="What to do with the chosen tasks")).to_have_count(0)
    delegated = clerk.get("/tasks", view="mine", search="D-")["items"]
    handed_on = {one["business_key"]: (one["assignee"], one["owner"], one["delegation"]) for one in delegated}
    assert handed_on == dict.fromkeys(("D-1", "D-2"), ("clerk", "admin", "pending"))
