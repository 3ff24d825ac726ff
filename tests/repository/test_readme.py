# SPDX-License-Identifier: Apache-2.0
"""What the READMEs and the documentation tell people to type exists, and their links lead somewhere."""

import re
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from entry import REPOSITORY_COMMANDS
from taktloom.cli.main import run
from tests.data import PROJECT_ROOT
from tests.repository.tracked import shown, tracked_files

# `./taktloom demo --reset`: the words up to the first option, placeholder or end of the code.
COMMAND = re.compile(r"(?:^|[`\s(])(?:\./)?taktloom((?: [a-z][a-z-]*)+)(?=[ `\n|)]|$)", flags=re.MULTILINE)
CODE = re.compile(r"```sh\n(.*?)```|`((?:\./)?taktloom [^`]+)`", flags=re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#]+)")


def test_both_readmes_tell_the_same_commands() -> None:
    english, chinese = (_commands_in(PROJECT_ROOT / name) for name in ("README.md", "README.zh-CN.md"))

    assert english == chinese
    assert {"demo", "test", "review", "serve", "doctor"} <= english


def test_a_chinese_page_tells_the_commands_of_the_english_one() -> None:
    pages = sorted((PROJECT_ROOT / "docs").rglob("*.zh-CN.md"))

    told = {page.name: _commands_in(page) for page in pages}

    assert told == {page.name: _commands_in(page.with_name(page.name.replace(".zh-CN", ""))) for page in pages}


def test_the_pages_have_commands_to_check() -> None:
    assert len(_all_commands()) >= 10


def test_every_command_of_the_product_that_a_page_names_exists() -> None:
    named = sorted(_all_commands() - set(REPOSITORY_COMMANDS))

    unknown = {command: output for command in named if (output := _help_failure(command))}

    assert unknown == {}


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"])
def test_relative_links_lead_to_files(name: str) -> None:
    text = (PROJECT_ROOT / name).read_text(encoding="utf-8")

    dead = [link for link in LINK.findall(text) if not (PROJECT_ROOT / link).exists()]

    assert dead == []


def test_fragments_of_the_changelog_are_named_by_topic_and_kind() -> None:
    fragments = [path for path in tracked_files() if path.parent.name == "changelog.d" and path.name != "README.md"]

    misnamed = [
        shown(path)
        for path in fragments
        if not re.fullmatch(r"[a-z0-9-]+\.(added|changed|removed|fixed|security)\.md", path.name)
    ]

    assert fragments
    assert misnamed == []


def test_the_search_for_commands_stops_at_options_files_and_prose() -> None:
    text = "```sh\n./taktloom demo --reset\n./taktloom user add\n```\nrun `taktloom backup FILE` with taktloom today\n"

    assert _commands_of(text) == {"demo", "user add", "backup"}


def _all_commands() -> set[str]:
    pages = [PROJECT_ROOT / "README.md", PROJECT_ROOT / "README.zh-CN.md", *(PROJECT_ROOT / "docs").rglob("*.md")]
    return {command for page in pages for command in _commands_in(page)}


def _commands_in(page: Path) -> set[str]:
    return _commands_of(page.read_text(encoding="utf-8"))


def _commands_of(text: str) -> set[str]:
    code = "\n".join(block or inline for block, inline in CODE.findall(text))
    return {words.strip() for words in COMMAND.findall(code)}


def _help_failure(command: str) -> str:
    """Return what `taktloom COMMAND --help` complains of, or nothing."""
    said = StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        code = run([*command.split(), "--help"])
    return said.getvalue() or "no help" if code else ""
