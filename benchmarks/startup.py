# SPDX-License-Identifier: Apache-2.0
"""How long until the server answers, and until the first page can be used in a real Chromium with an empty cache.

    python -m benchmarks.startup [--rounds 5]

Ready: from the start of the process to the first answer of `/api/v1/health`; on a fresh data folder, and again on the
same one. Usable: from the navigation to the sign-in form that takes input, and from the one-time link to the Home page
with its figures; every round has a new browser profile. Ends with 1 when a median is over its budget.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx
from playwright.sync_api import Page, Playwright, sync_playwright

from tests.e2e.browser import chromium
from tests.e2e.server import ServerProcess

READY_BUDGET_S, USABLE_BUDGET_S = 3.0, 2.0
FRESH, AGAIN = "server ready, fresh folder", "server ready, folder in use"
SIGN_IN, HOME = "sign-in form usable", "Home usable after the one-time link"
BUDGETS = {FRESH: READY_BUDGET_S, AGAIN: READY_BUDGET_S, SIGN_IN: USABLE_BUDGET_S, HOME: USABLE_BUDGET_S}


def seconds(act: Callable[[], object]) -> float:
    """How long *act* takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def start(server: ServerProcess) -> None:
    """Start, and ask for the health page."""
    server.start()
    httpx.get(f"{server.address}/api/v1/health").raise_for_status()


def open_sign_in(page: Page, server: ServerProcess) -> None:
    """The first page of somebody who is not signed in."""
    page.goto(server.address)
    page.get_by_label("User name").or_(page.locator("input[autocomplete=username]")).first.fill("mei")


def open_home(page: Page, server: ServerProcess) -> None:
    """The first page of the one who has started the server."""
    page.goto(server.sign_in_link)
    page.get_by_role("heading", name="Home", level=1).wait_for()
    page.get_by_text("Open incidents").first.wait_for()


def one_round(driver: Playwright, folder: Path) -> dict[str, float]:
    """The figures of one fresh folder and two fresh profiles."""
    server = ServerProcess(folder / "data")
    figures = {FRESH: seconds(lambda: start(server))}
    server.stop()
    figures[AGAIN] = seconds(lambda: start(server))
    with chromium(driver, folder / "first") as context:
        page = context.new_page()
        figures[SIGN_IN] = seconds(lambda: open_sign_in(page, server))
    with chromium(driver, folder / "second") as context:
        page = context.new_page()
        figures[HOME] = seconds(lambda: open_home(page, server))
    server.stop()
    return figures


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(description="Start of the server and of the first page")
    parser.add_argument("--rounds", type=int, default=5)
    rounds = []
    with sync_playwright() as driver:
        for _ in range(parser.parse_args().rounds):
            with tempfile.TemporaryDirectory(prefix="taktloom-startup-") as folder:
                rounds.append(one_round(driver, Path(folder)))
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, {len(rounds)} rounds; median (slowest), seconds")
    medians = {name: statistics.median(one[name] for one in rounds) for name in BUDGETS}
    for name, median in medians.items():
        verdict = "within" if median < BUDGETS[name] else "OVER"
        slowest = max(one[name] for one in rounds)
        print(f"{name:38} {median:6.2f} ({slowest:.2f})  {verdict} the budget of {BUDGETS[name]:.0f}")
    return int(any(medians[name] >= BUDGETS[name] for name in BUDGETS))


if __name__ == "__main__":
    sys.exit(main())
