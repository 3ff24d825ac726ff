# SPDX-License-Identifier: Apache-2.0
"""The house rules that a machine can check: who imports whom, how long things are, what must not be written down."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.data import PROJECT_ROOT
from tests.repository.tracked import python_files, shown, text_of, tracked_files

LONGEST_FILE = 600
LONGEST_FUNCTION = 60  # lines without the docstring; new code aims at 40
SPDX = "# SPDX-License-Identifier: Apache-2.0"

# Written in pieces where this very file would otherwise be a finding.
PLACES_OF_ONE_MACHINE = re.compile(r"(?<![\w.~/-])/(?:work|root|home/\w+|Users/\w+)/(?=\w)")
REGISTRY_HOSTS = re.compile(r"(?:files\.)?" + r"python" + r"hosted\.org|registry\." + r"npmjs|" + r"pypi\." + r"org")
UNNUMBERED_TODO = re.compile(r"\bTO" + r"DO\b(?!\s*\(#\d+\))")
COPYLEFT_IMPORT = re.compile(r"^\s*(?:import|from)\s+(?:pm4py|SpiffWorkflow)\b", flags=re.MULTILINE)


def test_every_import_points_down_and_pure_rooms_import_no_io() -> None:
    # A process of its own: the linter switches off the loggers of the process that it runs in.
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]

    outcome = subprocess.run(
        command, cwd=PROJECT_ROOT, env={**os.environ, "PYTHONPATH": "src"}, capture_output=True, text=True, check=False
    )

    assert outcome.returncode == 0, outcome.stdout


def test_no_python_file_is_longer_than_the_house_allows() -> None:
    lengths = {shown(path): len(path.read_text(encoding="utf-8").splitlines()) for path in python_files()}

    assert lengths
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_function_is_longer_than_the_house_allows() -> None:
    lengths = dict(_function_lengths())

    assert lengths
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def test_every_python_file_opens_with_its_licence() -> None:
    without = [shown(path) for path in python_files() if path.stat().st_size and not _has_licence(path.read_text())]

    assert without == []


def test_every_room_says_in_one_docstring_what_it_is() -> None:
    rooms = sorted((PROJECT_ROOT / "src" / "taktloom").glob("*/__init__.py"))

    silent = [shown(path) for path in rooms if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]

    assert len(rooms) >= 11
    assert silent == []


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (PLACES_OF_ONE_MACHINE, "a path of one machine"),
        (REGISTRY_HOSTS, "the address of a package registry"),
        (UNNUMBERED_TODO, "a to-do without an issue number"),
        (COPYLEFT_IMPORT, "an import of copyleft code"),
    ],
)
def test_no_tracked_file_contains(pattern: re.Pattern[str], why: str) -> None:
    findings = [
        f"{shown(path)}: {match.group(0)!r} is {why}"
        for path in tracked_files()
        if (text := text_of(path)) is not None
        for match in pattern.finditer(text)
    ]

    assert findings == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (PLACES_OF_ONE_MACHINE, "see " + "/work" + "/somewhere"),
        (PLACES_OF_ONE_MACHINE, '"' + "/home/" + "someone/logs"),
        (REGISTRY_HOSTS, "https://" + "pypi." + "org/simple"),
        (UNNUMBERED_TODO, "TO" + "DO later"),
        (COPYLEFT_IMPORT, "import pm" + "4py"),
    ],
)
def test_the_search_finds_what_it_is_meant_to_find(pattern: re.Pattern[str], text: str) -> None:
    assert pattern.search(text) is not None


def _function_lengths() -> Iterator[tuple[str, int]]:
    for path in python_files():
        for node in _statements(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{shown(path)}:{node.lineno} {node.name}", _length_without_docstring(node)


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """All statements in *node*; expressions, which hold none, are not looked through."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.expr):
            yield child
            yield from _statements(child)


def _length_without_docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    length = (node.end_lineno or node.lineno) - node.lineno + 1
    if ast.get_docstring(node) is None:
        return length
    docstring = node.body[0]
    return length - ((docstring.end_lineno or docstring.lineno) - docstring.lineno + 1)


def _has_licence(text: str) -> bool:
    lines = text.splitlines()
    first = lines[1] if lines[0].startswith("#!") and len(lines) > 1 else lines[0]
    return first == SPDX
