# SPDX-License-Identifier: Apache-2.0
"""How long until the first page can be used in a real Chromium with an empty cache.

    python -m benchmarks.first_page [--rounds 5]

From the navigation to the sign-in form that takes input, and from the one-time link to the Home page with its figures;
every round has a fresh data folder and new browser profiles. Ends with 1 when a median is over its budget. The start
of the server itself is measured by `benchmarks.startup`.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, Playwright, sync_playwright
from tests.e2e.browser import chromium
from tests.e2e.server import ServerProcess

BUDGET_S = 2.0
SIGN_IN, HOME = "sign-in form usable", "Home usable after the one-time link"


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
    """The figures of one server and two fresh profiles."""
    figures = {}
    with ServerProcess(folder / "data") as server:
        for name, act in ((SIGN_IN, open_sign_in), (HOME, open_home)):
            with chromium(driver, folder / act.__name__) as context:
                page = context.new_page()
                began = time.perf_counter()
                act(page, server)
                figures[name] = time.perf_counter() - began
    return figures


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = []
    with sync_playwright() as driver:
        for _ in range(parser.parse_args().rounds):
            with tempfile.TemporaryDirectory(prefix="taktloom-first-page-") as folder:
                rounds.append(one_round(driver, Path(folder)))
    print(
        f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, {len(rounds)} rounds; median (slowest), seconds"
    )
    medians = {name: statistics.median(one[name] for one in rounds) for name in (SIGN_IN, HOME)}
    for name, median in medians.items():
        verdict = "within" if median < BUDGET_S else "OVER"
        slowest = max(one[name] for one in rounds)
        print(f"{name:36} {median:6.2f} ({slowest:.2f})  {verdict} the budget of {BUDGET_S:.0f}")
    return int(any(median >= BUDGET_S for median in medians.values()))


if __name__ == "__main__":
    sys.exit(main())
