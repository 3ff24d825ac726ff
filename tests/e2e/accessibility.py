# SPDX-License-Identifier: Apache-2.0
"""axe-core on the open page: what breaks WCAG 2.2 A and AA, as far as a program can tell."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e.server import REPOSITORY

AXE = REPOSITORY / "ui" / "node_modules" / "axe-core" / "axe.min.js"

_RUN = """async () => {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
  const { violations } = await axe.run(document, { runOnly: tags, resultTypes: ['violations'] })
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`))
}"""


def axe_source(path: Path = AXE) -> str:
    """The program; skips the test where the packages of the interface are not fetched."""
    if not path.exists():
        pytest.skip("axe-core is not fetched: ./taktloom setup")
    return path.read_text(encoding="utf-8")


def violations(page: Page, source: str) -> list[str]:
    """Each as rule and place."""
    page.evaluate(source)
    found: list[str] = page.evaluate(_RUN)
    return found
