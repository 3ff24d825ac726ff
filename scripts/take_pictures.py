# SPDX-License-Identifier: Apache-2.0
"""Take the pictures of the READMEs and the documentation from a running guided example.

    ./taktloom demo --no-browser &
    .venv/bin/python scripts/take_pictures.py LINK [--language zh-CN] [FOLDER]

LINK is the sign-in link that the demo prints. 1440 pixels wide, light theme, no motion. Chromium is the one of the
system, else playwright's. What a picture shows is what the product showed: nothing is drawn over or edited.
"""

import argparse
import re
import struct
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Page, Position, ViewportSize, sync_playwright

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "images"
VIEWPORT = ViewportSize(width=1440, height=900)
CHROMIUM = Path("/usr/bin/chromium")
LARGEST_BYTES = 250_000
PATIENCE_MS = 60_000
ACCEPTED = 202
USER_TASK = re.compile(r'userTask id="([^"]+)"')
CORNER = Position(x=20, y=50)  # of a task's shape, away from its label


def main() -> None:
    """Sign in once and take every picture."""
    parser = argparse.ArgumentParser(description="Take the pictures of the documentation.")
    parser.add_argument("link", help="the sign-in link that `taktloom demo` prints")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--language", default="en", choices=("en", "zh-CN"))
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM if CHROMIUM.exists() else None)
        page = browser.new_page(viewport=VIEWPORT, locale=given.language, color_scheme="light", reduced_motion="reduce")
        page.set_default_timeout(PATIENCE_MS)
        page.goto(given.link)
        page.wait_for_url(lambda address: "sign-in" not in address)
        places = _Places(page, given.link.partition("/sign-in")[0])
        for name, visit in PICTURES.items():
            visit(page, places)
            _settle(page)
            content = smaller(page.screenshot())
            target = given.folder / f"{name}{'' if given.language == 'en' else '.zh-CN'}.png"
            target.write_bytes(content)
            print(f"{target.name}: {len(content) // 1000} kB{' TOO LARGE' if len(content) > LARGEST_BYTES else ''}")
        browser.close()


class _Places:
    """Addresses in this demo, found by asking its interface."""

    def __init__(self, page: Page, base: str) -> None:
        self.base = base
        system = self._get(page, "system")
        self.process, self.log = system["demo"]["process_id"], system["demo"]["log_id"]
        self.draft = self._get(page, "drafts")["items"][0]["draft_id"]
        model = str(self._get(page, f"drafts/{self.draft}")["bpmn_xml"])
        self.first_user_task = USER_TASK.findall(model)[0]
        potential = self._get(page, f"logs/{self.log}/potential")["activities"]
        self.shown_activity = next(one["activity"] for one in potential if one["potential_class"] == "eliminate")

    def _get(self, page: Page, path: str) -> Any:
        while (answer := page.request.get(f"{self.base}/api/v1/{path}")).status == ACCEPTED:
            page.wait_for_timeout(1000)  # long work, still under way
        return answer.json()


def _home(page: Page, places: _Places) -> None:
    page.goto(f"{places.base}/")


def _map(page: Page, places: _Places) -> None:
    page.goto(f"{places.base}/mining/logs/{places.log}?tab=map&activities=100&connections=100")


def _quality(page: Page, places: _Places) -> None:
    page.goto(f"{places.base}/mining/logs/{places.log}")


def _potential(page: Page, places: _Places) -> None:
    page.goto(f"{places.base}/mining/logs/{places.log}?tab=potential&activity=%22{quote(places.shown_activity)}%22")


def _editor(page: Page, places: _Places) -> None:
    page.goto(f"{places.base}/processes/drafts/{places.draft}")
    page.locator(f"[data-element-id={places.first_user_task}]").click(position=CORNER)


def _rule(page: Page, places: _Places) -> None:
    page.goto(f"{places.base}/processes/drafts/{places.draft}?tab=dmn")


def _watch(page: Page, places: _Places) -> None:
    page.goto(f"{places.base}/processes/{places.process}?tab=watch")


def _inbox(page: Page, places: _Places) -> None:
    page.goto(f"{places.base}/tasks?view=group")
    page.locator("tbody tr").last.click()  # the newest: nobody has done it yet


PICTURES: Mapping[str, Callable[[Page, _Places], None]] = {
    "home": _home,
    "quality": _quality,
    "map": _map,
    "potential": _potential,
    "editor": _editor,
    "rule": _rule,
    "watch": _watch,
    "inbox": _inbox,
}


def _settle(page: Page) -> None:
    """Wait until the page stands still: the event stream never lets the network be idle."""
    page.wait_for_timeout(3000)


def smaller(png: bytes) -> bytes:
    """The same picture, packed as tightly as zlib can; the pixels stay what they were."""
    parts, position = [], 8
    data = b""
    while position < len(png):
        length = struct.unpack(">I", png[position : position + 4])[0]
        kind, body = png[position + 4 : position + 8], png[position + 8 : position + 8 + length]
        if kind == b"IDAT":
            data += body
        else:
            parts.append((kind, body))
        position += 12 + length
    packed = zlib.compress(zlib.decompress(data), 9)
    parts.insert(-1, (b"IDAT", packed if len(packed) < len(data) else data))
    return png[:8] + b"".join(_chunk(kind, body) for kind, body in parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


if __name__ == "__main__":
    main()
