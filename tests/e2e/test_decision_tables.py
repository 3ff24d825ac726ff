# SPDX-License-Identifier: Apache-2.0
"""In a real Chromium: a spreadsheet becomes a draft, its table is checked, a gap is closed, a test case is made."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import DESK, PHONE, assert_marks_visible, overflow_of
from tests.e2e.desk import Desk, open_desk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

MARKED = "rgb(253, 229, 200)"  # the ground under what a chosen finding speaks of
SHEET = "U;in: Age;in: Member;out: Fee\n1;< 18;-;0\n2;>= 18;yes;5,5\n3;> 60;yes;3\n"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with open_desk(tmp_path_factory.mktemp("tables")) as desk:
        yield desk


def rule_cell(page: Page, text: str) -> Locator:
    """The cell of the table in the editor that says just *text*."""
    return page.locator("td.input-cell").filter(has_text=re.compile(rf"^{re.escape(text)}$"))


def test_a_spreadsheet_becomes_a_checked_and_complete_table(desk: Desk) -> None:
    page = desk.page
    (desk.folder / "fee.csv").write_text(SHEET)
    page.goto(f"{desk.server.address}/processes?tab=drafts")
    page.get_by_role("link", name="New decision from a spreadsheet").click()
    page.get_by_role("heading", name="New decision from a spreadsheet").wait_for()
    page.locator("input[type=file]").set_input_files(desk.folder / "fee.csv")

    expect(page.get_by_text("'5,5' is not understood in the column 'Fee' of type number.")).to_be_visible()
    expect(page.get_by_role("button", name="Make a draft")).to_be_disabled()
    page.get_by_label("1,5 is one number").check()
    expect(page.get_by_role("row", name="fee!D3 5,5 5.5 decimal comma")).to_be_visible()
    page.get_by_role("button", name="Make a draft").click()

    overlap = page.get_by_role("button", name="Rules 2 and 3 both match Age = 61, Member = true")
    overlap.click()
    expect(rule_cell(page, "> 60")).to_have_css("background-color", MARKED)
    expect(rule_cell(page, "< 18")).not_to_have_css("background-color", MARKED)

    page.get_by_text("Warnings 2").click()
    expect(page.get_by_text("No rule covers Age = 18, Member = false.")).to_be_visible()
    page.get_by_role("button", name="Add a rule for this gap").click()
    expect(rule_cell(page, ">= 18")).to_have_count(2)
    expect(page.get_by_text("No rule covers")).to_have_count(0)

    page.get_by_role("button", name="Try this example").click()
    expect(page.get_by_label("Age, row 1")).to_have_value("61")
    expect(page.get_by_text("1 without expectation")).to_be_visible()
    assert_marks_visible(page)
    assert desk.complaints.errors == []
    assert desk.complaints.strangers == []


def test_the_check_fits_a_phone(desk: Desk) -> None:
    page = desk.page
    page.get_by_role("tab", name="Check").click()
    expect(page.get_by_role("button", name="Rules 2 and 3 both match")).to_be_visible()

    page.set_viewport_size(PHONE)
    wide = overflow_of(page)
    page.set_viewport_size(DESK)

    assert wide == 0
