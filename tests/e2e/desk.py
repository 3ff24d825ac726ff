# SPDX-License-Identifier: Apache-2.0
"""A server of its own and a browser in which somebody is signed in, for tests that need no more."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.e2e.browser import CHROMIUM, Complaints, chromium
from tests.e2e.server import REPOSITORY, Person, ServerProcess


@dataclass
class Desk:
    """folder: for the test's own files."""

    server: ServerProcess
    page: Page
    complaints: Complaints
    folder: Path


@contextmanager
def open_desk(folder: Path) -> Iterator[Desk]:
    """Start both; skips the test where there is no browser or no built interface."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no Chromium at {CHROMIUM}: name one in TAKTLOOM_TEST_CHROMIUM")
    if not (REPOSITORY / "src" / "taktloom" / "_ui" / "index.html").exists():
        pytest.skip("the user interface is not built: ./taktloom setup")
    with (
        ServerProcess(folder / "data") as server,
        sync_playwright() as driver,
        chromium(driver, folder / "profile") as context,
    ):
        complaints = Complaints(context, server.address)
        page = context.new_page()
        page.goto(server.sign_in_link)
        page.get_by_role("heading", name="Home", level=1).wait_for()
        yield Desk(server=server, page=page, complaints=complaints, folder=folder)


def second_person(desk: Desk) -> Person:
    """Another administrator, who speaks REST; close it after use."""
    address, request = desk.server.address, desk.page.context.request
    session = request.get(f"{address}/api/v1/session").json()
    headers = {"X-CSRF-Token": session["csrf_token"], "Origin": address}
    body = {"username": "clerk", "display_name": "clerk", "roles": ["admin"], "groups": []}
    answer = request.post(f"{address}/api/v1/users", data=body, headers=headers)
    assert answer.status == 201, answer.text()
    return Person(address, str(answer.json()["one_time_link"]))
