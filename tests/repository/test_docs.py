# SPDX-License-Identifier: Apache-2.0
"""The documentation builds without a warning and works offline; what it names exists."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from stages import STAGES
from tests.data import PROJECT_ROOT

LOADED_FROM_ELSEWHERE = re.compile(r"""<(?:script|img|link|iframe)\b[^>]*\b(?:src|href)=["']?(?:https?:)?//[^>]*>""")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs") / "site"
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    built = subprocess.run(command, cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return folder


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))

    # A link that the reader may follow is fine; what the browser fetches by itself is not.
    fetched = {
        match.group(0)
        for page in pages
        for match in LOADED_FROM_ELSEWHERE.finditer(page.read_text(encoding="utf-8"))
        if "canonical" not in match.group(0)
    }

    assert len(pages) > 20
    assert fetched == set()


def test_every_decision_says_context_choice_rejected_and_consequence() -> None:
    pages = sorted((PROJECT_ROOT / "docs" / "decisions").glob("0*.md"))

    for page in pages:
        text = page.read_text(encoding="utf-8")
        missing = [word for word in ("Context", "Choice", "Rejected", "Consequence") if f"**{word}.**" not in text]
        assert missing == [], page.name
    assert len(pages) >= 9


def test_every_decision_is_listed() -> None:
    folder = PROJECT_ROOT / "docs" / "decisions"
    listed = re.findall(r"\((0\d+-[\w-]+\.md)\)", (folder / "index.md").read_text(encoding="utf-8"))

    assert listed == sorted(page.name for page in folder.glob("0*.md"))


def test_the_guide_for_contributors_names_the_stages_in_order() -> None:
    guide = (PROJECT_ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.search(r"^Stages, in order: (.*)\.$", guide, flags=re.MULTILINE)

    assert named is not None
    assert named.group(1) == ", ".join(f"`{stage.name}`" for stage in STAGES)


def test_every_word_of_the_glossary_has_a_chinese_word_and_a_sentence() -> None:
    assert len(_words()) > 70
    assert [word for word, chinese, _, _ in _words() if not re.search(r"[\u4e00-\u9fff]", chinese)] == []
    assert [word for word, _, sentence, _ in _words() if not sentence.endswith((".", ".*"))] == []


def test_every_word_of_the_glossary_leads_to_its_place_in_the_code() -> None:
    source = PROJECT_ROOT / "src" / "taktloom"
    places = {word: place.strip("`") for word, _, _, place in _words() if place != "not yet"}

    assert {word: place for word, place in places.items() if not (source / place).exists()} == {}
    assert len(places) > 60


def test_no_word_of_the_glossary_stands_twice() -> None:
    words = [word for word, *_ in _words()]

    assert sorted(set(words)) == sorted(words)


def test_every_picture_is_shown_somewhere_and_small() -> None:
    folder = PROJECT_ROOT / "docs" / "images"
    pages = [PROJECT_ROOT / "README.md", PROJECT_ROOT / "README.zh-CN.md", *(PROJECT_ROOT / "docs").rglob("*.md")]
    shown = {name for page in pages for name in re.findall(r"images/([\w.-]+\.png)", page.read_text(encoding="utf-8"))}

    assert shown == {path.name for path in folder.glob("*.png")}
    assert [path.name for path in folder.glob("*.png") if path.stat().st_size > 250_000] == []


def test_every_page_has_a_place_in_the_navigation() -> None:
    docs = PROJECT_ROOT / "docs"
    named = re.findall(r"^ +- (?:\w+: )?([\w/.-]+\.md)$", (PROJECT_ROOT / "mkdocs.yml").read_text(), flags=re.MULTILINE)

    assert sorted(named) == sorted(path.relative_to(docs).as_posix() for path in docs.rglob("*.md"))


def test_a_chinese_page_and_its_english_one_lead_to_each_other() -> None:
    chinese = sorted((PROJECT_ROOT / "docs").rglob("*.zh-CN.md"))
    pairs = [(page, page.with_name(page.name.replace(".zh-CN", ""))) for page in chinese]

    assert len(chinese) >= 4
    assert [
        page.name for page, english in pairs if f"\n[English]({english.name})\n" not in page.read_text("utf-8")
    ] == []
    assert [page.name for page, english in pairs if f"\n[中文]({page.name})\n" not in english.read_text("utf-8")] == []


def _words() -> list[tuple[str, str, str, str]]:
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", _glossary(), flags=re.MULTILINE)
    return [row for row in rows if row[0] != "Word"]


def _glossary() -> str:
    return (PROJECT_ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
