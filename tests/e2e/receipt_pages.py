# SPDX-License-Identifier: Apache-2.0
"""The steps of the walk on receipt.csv, as a person does them in the pages, found by the names that a reader sees."""

import re
from pathlib import Path
from urllib.parse import urljoin

from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import assert_marks_visible

TABS = ("Quality", "Map", "Variants", "Model", "Potential")
NEW_NAME = "T02 Check the confirmation"
PROCESS = "receipt"


def go_to(page: Page, entry: str) -> None:
    """Choose an entry of the rail and wait for its page: until its code is loaded, the page before stays in sight."""
    page.get_by_role("navigation", name="Main navigation").get_by_role("link", name=entry, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(entry)


def import_log(page: Page, file: Path) -> None:
    """Drop the file, confirm what was recognised, import."""
    go_to(page, "Mining")
    page.get_by_role("link", name="Import an event log", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Import an event log")
    page.get_by_label("Choose a file").set_input_files(file)
    expect(page.get_by_role("combobox", name="Role of the column case:concept:name")).to_have_value("case")
    expect(page.get_by_role("combobox", name="Role of the column concept:name")).to_have_value("activity")
    page.get_by_role("combobox", name="Time zone of the times").fill("Amsterdam")
    page.get_by_role("option", name="Europe/Amsterdam").click()
    page.get_by_role("button", name="Import", exact=True).click()
    page.wait_for_url("**/mining/logs/receipt**")


def review(page: Page) -> dict[str, str]:
    """Look at every tab; the text of each."""
    texts: dict[str, str] = {}
    for tab in TABS:
        page.get_by_role("navigation", name="Parts of the review").get_by_role("link", name=tab, exact=True).click()
        _wait_for_tab(page, tab)
        texts[tab] = page.get_by_role("main").inner_text()
        if tab == "Quality":
            texts["stamps"] = _how_computed(page, "Steps done within 60 s by the same person")
    return texts


def _how_computed(page: Page, label: str) -> str:
    """What a number says when asked how it is computed."""
    figure = page.get_by_role("button", name=label)
    figure.click()
    told = page.get_by_role("dialog").inner_text()
    page.keyboard.press("Escape")
    return told


def _wait_for_tab(page: Page, tab: str) -> None:
    signs: dict[str, Locator] = {
        "Quality": page.get_by_text("Rubber stamps", exact=True).first,
        "Map": page.get_by_label("Process map").get_by_text("T02 Check confirmation of receipt").first,
        "Variants": page.get_by_role("heading", name="Variants, most frequent first"),
        "Model": page.get_by_text("Fitness", exact=True).first,
        "Potential": page.get_by_text("T06 Determine necessity of stop advice").first,
    }
    expect(signs[tab]).to_be_visible()
    if tab == "Model":
        assert_marks_visible(page)


def add_condition(page: Page, kind: str, fields: dict[str, str]) -> None:
    """Put a condition of the menu on the log that is under review."""
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_role("menuitem", name=kind, exact=True).click()
    dialog = page.get_by_role("dialog", name=kind)
    for label, value in fields.items():
        dialog.get_by_label(label, exact=True).fill(value)
    dialog.get_by_role("button", name="Add condition").click()


def draft_automation(page: Page) -> str:
    """From the potential to a draft, opened in the editor; what the summary said."""
    page.get_by_role("button", name="Draft automation").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Draft automation").click()
    opened = dialog.get_by_role("link", name="Open the draft")
    expect(opened).to_be_visible()
    said = dialog.inner_text()
    opened.click()
    page.wait_for_url("**/processes/drafts/**")
    assert_marks_visible(page)
    return said


def rename_and_deploy(page: Page) -> None:
    """Rename a task in the properties panel, check, save, deploy."""
    page.get_by_role("button", name="Fit to view").click()
    page.locator('[data-element-id="task_t02_check_confirmation_of_receipt"]').first.click()
    panel = page.get_by_role("group", name="Properties")
    panel.get_by_text("General", exact=True).click()
    panel.get_by_role("textbox", name="Name").fill(NEW_NAME)
    expect(page.get_by_text("Unsaved changes")).to_be_visible()
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_text("Nothing found: this model can be deployed.")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Revision 2, saved")).to_be_visible()
    page.get_by_role("button", name="Deploy", exact=True).click()
    page.wait_for_url(f"**/processes/{PROCESS}?**")
    expect(page.get_by_role("heading", level=1)).to_have_text(PROCESS)
    assert_marks_visible(page)


def start_cases(page: Page, departments: dict[str, str | None]) -> None:
    """Start a case for every business key by the start form; None leaves the department empty."""
    page.get_by_role("button", name="Start a case").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Start another one after this").check()
    assert_marks_visible(page)
    for key, department in departments.items():
        dialog.get_by_label("Responsible").fill(f"Resource {key}")
        if department is not None:
            dialog.get_by_text("Department", exact=True).locator("xpath=../..").get_by_text("Select").click()
            dialog.get_by_text(department, exact=True).click()
        dialog.get_by_label("Business key").fill(key)
        with page.expect_response(lambda answer: answer.url.endswith(f"/processes/{PROCESS}/instances")) as answer:
            dialog.get_by_role("button", name="Start a case").click()
        assert answer.value.status == 201
        expect(dialog.get_by_label("Business key")).to_have_value("")
        expect(dialog.get_by_label("Responsible")).to_have_value("")
    dialog.get_by_role("button", name="Cancel").click()


def do_task(page: Page, key: str, name: str) -> None:
    """Do the task *name* of one case in the inbox, with the answers that its form proposes."""
    row = page.get_by_role("row").filter(has_text=key).filter(has_text=name)
    announced = page.get_by_role("button", name=re.compile(r"^\d+ new: show"))
    expect(row.or_(announced).first).to_be_visible()
    if announced.is_visible():
        announced.click()
    row.click()
    task = page.get_by_role("article", name=name)
    task.get_by_role("button", name="Claim").click()
    assert_marks_visible(page)
    with page.expect_response(lambda answer: answer.url.endswith("/complete")) as answer:
        task.get_by_role("button", name="Complete task").click()
    assert answer.value.status == 204
    expect(row).to_have_count(0)


def show_tasks_of(page: Page, key: str) -> None:
    """The inbox, all tasks of one case."""
    go_to(page, "Tasks")
    page.get_by_text("All", exact=True).click()
    page.get_by_label("Search name or business key").fill(key)
    page.wait_for_url(f"**search={key}**")


def retry_group(page: Page) -> str:
    """Order all incidents of the one cause to be tried again; what the batch says when it is over."""
    page.goto(urljoin(page.url, "/incidents"))
    cause = page.get_by_role("list", name="By cause").get_by_role("listitem")
    expect(cause).to_have_count(1)
    cause.get_by_role("button", name="Retry it").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("status")).to_contain_text("1 incident")
    dialog.get_by_label("Reason").fill("perhaps it was the network")
    dialog.get_by_role("button", name="Retry all").click()
    page.wait_for_url("**/batches?batch=**")
    told = page.get_by_role("main").get_by_role("status")
    expect(told).to_have_text("1 of 1 done, 0 refused")
    return told.inner_text()


def resolve_incident(page: Page, *, variable: str, value: str) -> None:
    """From Home to the incident's instance; correct the variable, try again."""
    go_to(page, "Home")
    page.get_by_role("link", name="T06 Determine necessity of stop advice").first.click()
    card = page.get_by_role("region", name="Incident")
    expect(card.get_by_role("heading", name="The job failed")).to_be_visible()
    assert_marks_visible(page)
    card.get_by_role("button", name="Edit variables and retry").click()
    card.get_by_role("combobox", name=f"Type: {variable}").click()
    page.get_by_role("option", name="text", exact=True).click()
    card.get_by_role("textbox", name=f"Value: {variable}").fill(value)
    card.get_by_label("Reason").fill("the department was not filled in")
    card.get_by_role("button", name="Save and retry").click()
    expect(card).to_have_count(0)


def dashboard(page: Page) -> str:
    """The watch board of the process, once it shows that all cases have ended; its text."""
    go_to(page, "Processes")
    page.get_by_role("link", name=PROCESS, exact=True).first.click()
    page.get_by_role("tab", name="Watch").click()
    expect(page.get_by_role("main")).to_contain_text("Finished\n20", use_inner_text=True)
    return page.get_by_role("main").inner_text()
