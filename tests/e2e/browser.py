# SPDX-License-Identifier: Apache-2.0
"""A real Chromium, and what is looked for on every page: the bpmn.io mark, overflow, texts in one language."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

CHROMIUM = os.environ.get("TAKTLOOM_TEST_CHROMIUM", "/usr/bin/chromium")
PATIENCE_MS = 30_000
DESK, PHONE = (1440, 900), (390, 844)

_COVERED_MARKS = """() => {
  const marks = [...document.querySelectorAll('.bjs-powered-by, .fjs-powered-by')]
  return marks.filter((mark) => mark.checkVisibility()).map((mark) => {
    mark.scrollIntoView({ block: 'center', inline: 'center' })
    const box = (mark.querySelector('svg') ?? mark).getBoundingClientRect()
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2)
    const style = getComputedStyle(mark)
    const isShown = box.width >= 10 && box.height >= 10 && Number(style.opacity) > 0.5
    return { kind: mark.className.toString(), isShown, isUncovered: top !== null && mark.contains(top) }
  })
}"""


@contextmanager
def chromium(profile: Path, *, locale: str = "en-US", size: tuple[int, int] = DESK) -> Iterator[BrowserContext]:
    """A fresh Chromium with a profile of its own that speaks to nobody but the pages it is told to open."""
    arguments = ["--disable-background-networking", "--disable-component-update", "--no-first-run"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    width, height = size
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=CHROMIUM,
            headless=True,
            args=arguments,
            locale=locale,
            timezone_id="Europe/Amsterdam",
            reduced_motion="reduce",
            viewport={"width": width, "height": height},
        )
        context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        try:
            yield context
        finally:
            context.close()


def assert_marks_visible(page: Page, at_least: int = 1) -> None:
    """Every bpmn.io mark on the page can be seen and is covered by nothing."""
    page.locator(".bjs-powered-by, .fjs-powered-by").filter(visible=True).nth(at_least - 1).wait_for()
    marks = page.evaluate(_COVERED_MARKS)
    assert len(marks) >= at_least
    assert [mark for mark in marks if not (mark["isShown"] and mark["isUncovered"])] == [], page.url


def overflow_of(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
