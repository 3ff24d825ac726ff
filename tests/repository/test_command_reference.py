# SPDX-License-Identifier: Apache-2.0
"""The page of commands says what the commands are, and every command line in the documentation would be understood."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from command_reference import PAGE, commands, default_of, options_of, reference_page
from entry import REPOSITORY_COMMANDS
from tests.data import PROJECT_ROOT

BLOCK = re.compile(r"```(?:sh|ini|caddyfile)\n(.*?)```", flags=re.DOTALL)
INLINE = re.compile(r"`((?:\./)?taktloom [^`\n]+)`")
STARTS = re.compile(r"(?:^|(?<=\s)|(?<==))(?:\./|/\S*/)?taktloom (?P<arguments>[a-z]+(?!\S)[^\n]*)", flags=re.MULTILINE)
SHELL = frozenset({"|", ">", "&&", "&", ";"})
HELP = frozenset({"--help", "-h"})


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference_page(), "run ./taktloom reference"


def test_every_command_says_what_it_does_and_every_option_what_it_is() -> None:
    silent = [path for path, command in commands() if not command.help]
    silent += [f"{path} {one.name}" for path, command in commands() for one in command.params if not one.help]

    assert silent == []


@pytest.mark.parametrize(
    "page",
    [
        *(PROJECT_ROOT / name for name in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md")),
        *sorted((PROJECT_ROOT / "docs").rglob("*.md")),
        *sorted((PROJECT_ROOT / "examples").rglob("*.md")),
    ],
    ids=lambda page: str(page.relative_to(PROJECT_ROOT)),
)
def test_command_lines_name_commands_and_options_that_exist(page: Path) -> None:
    faults = [fault for line in _command_lines(page.read_text(encoding="utf-8")) for fault in _faults(line)]

    assert faults == []


def test_the_documentation_shows_command_lines_to_check() -> None:
    lines = [line for page in (PROJECT_ROOT / "docs").rglob("*.md") for line in _command_lines(page.read_text("utf-8"))]

    assert len(lines) > 60
    assert any("--" in line for line in lines)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("review my.csv --timezone Europe/Amsterdam", None),
        ("review my.csv --time-zone X", "review: --time-zone"),
        ("user add mei --role owner", None),
        ("user invent mei", "user invent mei"),
        ("draft log.csv -o draft/", None),
        ("feel '1 | 2; 3' --wrong | head --wrong", "feel: --wrong"),
        ("test --only unit -- -k conversation", None),
    ],
)
def test_a_planted_fault_is_found(line: str, fault: str | None) -> None:
    assert list(_faults(line)) == ([] if fault is None else [fault])


def _command_lines(text: str) -> Iterator[str]:
    code = "\n".join([*(block.replace("\\\n", " ") for block in BLOCK.findall(text)), *INLINE.findall(text)])
    for match in STARTS.finditer(code):
        yield match["arguments"].split("  #")[0].strip()


def _faults(line: str) -> Iterator[str]:
    words = shlex.split(line.replace("…", ""))
    words = words[: next((place for place, word in enumerate(words) if word in SHELL), len(words))]
    if words[0] in REPOSITORY_COMMANDS:
        return
    known: dict[str, Any] = dict(commands())
    path = " ".join(words[:2]) if " ".join(words[:2]) in known else words[0]
    default = default_of(known.get(path))
    path = path if default is None else f"{path} {default}"
    command = known.get(path)
    if command is None or (hasattr(command, "commands") and len(words) > 1 and words[1] not in HELP):
        yield line
        return
    options = options_of(command) | HELP
    yield from (f"{path}: {name}" for name in _option_names(words) if name not in options)


def _option_names(words: list[str]) -> Iterator[str]:
    for word in words:
        if re.match(r"--?[a-z]", word):
            yield word.partition("=")[0]
