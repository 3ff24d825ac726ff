# SPDX-License-Identifier: Apache-2.0
"""Test cases of a decision in a real Chromium: written, run, saved, opened again; a deployed decision and its use."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.decisions.models import risk_model
from tests.e2e.browser import DESK, PHONE, assert_marks_visible, open_page, overflow_of
from tests.e2e.desk import Desk, open_desk, second_person
from tests.e2e.server import REPOSITORY, Person

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

MODELS = REPOSITORY / "tests" / "hosts" / "embedded" / "models"
MATCHED = "rgb(229, 244, 230)"  # the ground under rules that the chosen case matched
PASTED = "cost\tzone\texpected\n7000\tinner\thigh\n2000\tinner\tlow\n"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with open_desk(tmp_path_factory.mktemp("decisions")) as desk:
        desk.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        yield desk


@pytest.fixture(scope="module")
def clerk(desk: Desk) -> Iterator[Person]:
    """A second person, who speaks REST."""
    clerk = second_person(desk)
    yield clerk
    clerk.close()


def test_cases_are_written_run_saved_and_still_there(desk: Desk, clerk: Person) -> None:
    page = desk.page
    draft = clerk.post("/drafts", {"name": "Permit", "dmn_xml": risk_model()})
    address = f"{desk.server.address}/processes/drafts/{draft['draft_id']}?tab=dmn"
    page.goto(address)
    table = page.get_by_role("table", name="Test cases")
    expect(page.get_by_text("1 passed")).to_be_visible()

    page.get_by_role("button", name="Add a case").click()
    paste(page, page.get_by_label("cost, row 2"), PASTED)
    expect(page.get_by_text("2 passed")).to_be_visible()
    expect(page.get_by_text("1 failed")).to_be_visible()
    assert [notes(page, rule) for rule in ("r1", "r2", "r3", "r4")] == ['"2×"', '"1×"', '"0×"', '"0×"']
    expect(page.get_by_text("Rules that no case matches: 3, 4")).to_be_visible()

    page.get_by_label("cost, row 3").click()
    expect(page.get_by_text("Rule 2 →")).to_be_visible()
    expect(page.locator('td.input-cell[data-row-id="r2"]').first).to_have_css("background-color", MATCHED)
    page.get_by_label("Expected, row 3").fill("middle")
    expect(page.get_by_text("3 passed")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(page.get_by_text("1 failed")).to_be_visible()
    page.keyboard.press("Control+Shift+z")
    expect(page.get_by_text("3 passed")).to_be_visible()

    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Revision 2, saved")).to_be_visible()
    page.goto(address)

    expect(page.get_by_text("3 passed")).to_be_visible()
    expect(table.get_by_label("Expected, row 3")).to_have_value("middle")
    assert '<taktloom:expected>"middle"</taktloom:expected>' in clerk.get(f"/drafts/{draft['draft_id']}")["dmn_xml"]
    assert_marks_visible(page)


def test_an_edited_rule_runs_the_cases_again(desk: Desk) -> None:
    page = desk.page
    page.locator("td.output-cell").first.click()
    page.keyboard.press("Control+a")
    page.keyboard.type('"very high"')

    expect(page.get_by_text("2 failed")).to_be_visible()
    page.set_viewport_size(PHONE)
    assert overflow_of(page) == 0
    page.set_viewport_size(DESK)


def test_a_deployed_decision_shows_what_processes_asked_and_can_be_tried(desk: Desk, clerk: Person) -> None:
    page = desk.page
    page.goto("about:blank")
    clerk.post_files("/deployments", [MODELS / name for name in ("decide_by_table.bpmn", "rate_of_fee.dmn")])
    for amount in (10, 20, 200):
        clerk.post("/processes/fee/instances", {"variables": {"amount": amount}})

    open_page(page, f"{desk.server.address}/decisions")
    page.get_by_role("link", name="Rate of fee").click()
    expect(page.get_by_text("3 evaluations")).to_be_visible()
    expect(page.locator("td.rule-index").first).to_be_visible()
    assert [notes(page, rule) for rule in ("r1", "r2")] == ['"2×"', '"1×"']

    page.get_by_label("amount", exact=True).fill("150")
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text('Result: "high"')).to_be_visible()
    expect(page.locator('td.input-cell[data-row-id="r2"]').first).to_have_css("background-color", MATCHED)
    assert clerk.get("/decisions/rate_of_fee")["hits"]["evaluations"] == 3
    assert_marks_visible(page)
    assert (desk.complaints.errors, desk.complaints.strangers) == ([], [])


def paste(page: Page, cell: Locator, text: str) -> None:
    """Put *text* on the clipboard and paste it into *cell*."""
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    cell.focus()
    page.keyboard.press("Control+v")


def notes(page: Page, rule_id: str) -> str:
    """What stands below the number of a rule."""
    place = f'td.rule-index[data-row-id="{rule_id}"]'
    return str(page.eval_on_selector(place, "cell => getComputedStyle(cell, '::after').content"))
