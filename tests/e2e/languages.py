# SPDX-License-Identifier: Apache-2.0
"""Finds English words in pages that should be Chinese.

What a page says itself (headings, buttons, links, labels, columns, placeholders, titles) is looked at. Words of the
data (names of activities, people, files, job types; the English draft's labels and choices) are taken out first, and
so are the names that stay as they are in Chinese.
"""

import re
from pathlib import Path

from playwright.sync_api import Page

from tests.e2e.server import Person

WORD = re.compile(r"[A-Za-z]{3,}")
# Kendall's τ is a measure; taken out whole, before a short name of the data takes a part of it.
ATTRIBUTIONS = ("Powered by bpmn.io", "React Flow attribution", "React Flow", "Kendall")
STAY_AS_THEY_ARE = {
    "taktloom", "bpmn", "dmn", "feel", "csv", "xes", "parquet", "json", "api", "rest", "xml", "zip", "ctrl", "enter",
    "utc", "iso", "url", "html", "sql", "http", "https", "europe", "amsterdam", "english", "svg", "tab",
    "sha", "utf", "gmt", "cest", "cet", "esc", "usd", "eur", "cny", "python", "import", "worker", "from",
}  # fmt: skip
_SAID = """() => {
  const said = 'h1, h2, h3, h4, button, a, label, legend, th, caption, summary, option, dt, p, [role=tab], ' +
    '[role=status], .djs-palette, .bio-properties-panel-group-header-title, .bio-properties-panel-label'
  const texts = []
  for (const one of document.body.querySelectorAll('*')) {
    if (!one.checkVisibility({ visibilityProperty: true }) || one.closest('svg, code, kbd, pre')) continue
    for (const name of ['aria-label', 'placeholder', 'title']) texts.push(one.getAttribute(name) ?? '')
    if (one.matches(said)) texts.push(one.innerText ?? '')
  }
  texts.push(document.title)
  return [...new Set(texts.flatMap((text) => text.split('\\n')).map((text) => text.trim()).filter(Boolean))]
}"""


def english_texts(page: Page, data: list[str]) -> list[str]:
    """What the open page says in English, data left aside."""
    texts: list[str] = page.evaluate(_SAID)
    return [text for text in texts if _english_words(text, data)]


def _english_words(text: str, data: list[str]) -> list[str]:
    for name in data:
        text = text.replace(name, " ")
    return [word for word in WORD.findall(text) if word.lower() not in STAY_AS_THEY_ARE]


def words_of_the_data(person: Person, file: Path) -> list[str]:
    """Names that come from the log's file, the model and the people, longest first."""
    names = {
        *ATTRIBUTIONS,
        "literal_error",
        "receipt-workers",
        "clerk",
        "mei",
        "admin",
        "receipt.csv",
        "table.csv",
        "Declare",
        "receipt",
        "Administrator",
    }
    with file.open(encoding="utf-8-sig") as lines:
        names.update(next(lines).strip().split(","))
    for instance in person.all("/instances"):
        detail = person.get(f"/instances/{instance['instance_key']}")
        names.update(one["name"] for one in detail["variables"])
        names.update(one["message"] for one in detail["incidents"])
    mapped = person.get("/logs/receipt/map")
    names.update(node["activity"] for node in mapped["nodes"])
    names.update(_names_in(person.get("/logs/receipt/review")))
    xml = person.text("/processes/receipt/versions/1/xml")
    names.update(re.findall(r' name="([^"]+)"', xml))
    names.update(re.findall(r'"(?:label|key|value|defaultValue)": "([^"]+)"', xml))
    names.update(re.findall(r' (?:id|type|source|formId|candidateGroups)="([^"]+)"', xml))
    return sorted((name for name in names if WORD.search(name)), key=len, reverse=True)


def _names_in(document: object) -> set[str]:
    """Resources, roles, activities: the texts under such keys, wherever they are."""
    found: set[str] = set()
    if isinstance(document, dict):
        for key, value in document.items():
            if isinstance(value, str) and key in {"resource", "role", "activity", "source", "target", "name", "from"}:
                found.add(value)
            found |= _names_in(value)
    elif isinstance(document, list):
        for value in document:
            found |= _names_in(value)
    return found
