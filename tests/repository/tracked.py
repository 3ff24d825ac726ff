# SPDX-License-Identifier: Apache-2.0
"""The files that belong to the repository, for the tests about the repository itself."""

import subprocess
from functools import cache
from pathlib import Path

from tests.data import PROJECT_ROOT

PYTHON_FOLDERS = ("src", "tests", "scripts", "benchmarks", "examples")


@cache
def tracked_files() -> tuple[Path, ...]:
    """Return the existing files that git knows or would add, absolute and sorted."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT_ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    paths = {PROJECT_ROOT / name for name in listing.stdout.split("\0") if name}
    return tuple(sorted(path for path in paths if path.is_file()))


def python_files() -> list[Path]:
    """Return every Python file of the repository."""
    return [path for path in tracked_files() if path.suffix == ".py"]


def text_of(path: Path) -> str | None:
    """Return the text of *path*, or None for a binary file."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def shown(path: Path) -> str:
    """Return *path* as a test should print it: relative to the project, with forward slashes."""
    return path.relative_to(PROJECT_ROOT).as_posix()
