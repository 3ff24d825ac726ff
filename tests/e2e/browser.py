# SPDX-License-Identifier: Apache-2.0
"""A real Chromium, and what is looked for on every page: the bpmn.io mark, overflow, complaints."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Playwright, Request, ViewportSize, expect

CHROMIUM = os.environ.get("TAKTLOOM_TEST_CHROMIUM", "/usr/bin/chromium")
PATIENCE_MS = 60_000  # a loaded machine
DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}

_MARKS = """() => {
  const scope = [...document.querySelectorAll('[role=dialog]')].findLast((one) => one.checkVisibility()) ?? document
  const marks = [...scope.querySelectorAll('.bjs-powered-by, .fjs-powered-by')]
  return marks.filter((mark) => mark.checkVisibility()).map((mark) => {
    mark.scrollIntoView({ block: 'center', inline: 'center' })
    const box = (mark.querySelector('svg') ?? mark).getBoundingClientRect()
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2)
    const style = getComputedStyle(mark)
    const isShown = box.width >= 10 && box.height >= 10 && Number(style.opacity) > 0.5
    return { kind: mark.className.toString(), isShown, isUncovered: top !== null && mark.contains(top) }
  })
}"""


_IS_QUIET = """async () => {
  const busy = () => document.querySelector('[aria-busy=true], .mantine-Skeleton-root, [data-loading=true]') !== null
  const count = () => performance.getEntriesByType('resource').filter((one) => !one.name.includes('/stream')).length
  const before = count()
  await new Promise((done) => setTimeout(done, 250))
  return !busy() && count() === before
}"""


@contextmanager
def chromium(driver: Playwright, profile: Path, *, locale: str = "en-US") -> Iterator[BrowserContext]:
    """A fresh Chromium with a profile of its own that speaks to nobody but the pages it is told to open."""
    arguments = ["--disable-background-networking", "--disable-component-update", "--no-first-run"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    context = driver.chromium.launch_persistent_context(
        profile,
        executable_path=CHROMIUM,
        headless=True,
        args=arguments,
        locale=locale,
        timezone_id="Europe/Amsterdam",
        reduced_motion="reduce",
        viewport=DESK,
    )
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    try:
        yield context
    finally:
        context.close()


class Complaints:
    """What the pages of a context complain about: script errors, and requests that leave the machine."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.errors: list[str] = []
        self.strangers: list[str] = []
        self._address = address
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        context.on("request", self._look)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def _look(self, request: Request) -> None:
        if not request.url.startswith((self._address, "data:", "blob:")):
            self.strangers.append(request.url)


def assert_marks_visible(page: Page, at_least: int = 1) -> None:
    """Every bpmn.io mark (in the dialog, when one is open) can be seen and is covered by nothing."""
    page.wait_for_function(f"() => ({_MARKS})().length >= {at_least}")
    marks: list[dict[str, Any]] = page.evaluate(_MARKS)
    assert [mark for mark in marks if not (mark["isShown"] and mark["isUncovered"])] == [], page.url


def overflow_of(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def open_page(page: Page, address: str) -> bool:
    """Open and wait until the page has its title and nothing is asked for any more; True, for use in conditions."""
    page.goto(address)
    page.get_by_role("heading", level=1).first.wait_for()
    page.wait_for_function(_IS_QUIET)
    return True
