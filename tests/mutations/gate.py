# SPDX-License-Identifier: Apache-2.0
"""Seeded bugs that the suites must find: `python -m tests.mutations.gate [NAME ...]`.

Each patch under patches/ (kernel) and store/ (engine, storage, SQL) begins with what the bug is and which tests must
see it (what pytest is called with). It is applied by its text, not by its line numbers, to a copy of the rooms that it
changes beside links to the rest of the package; the tests run against that copy.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

__all__ = ["PATCHES", "STORE_PATCHES", "Patch", "fails_with", "read_patch"]

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "taktloom"
PATCHES = sorted((Path(__file__).parent / "patches").glob("*.patch"))
STORE_PATCHES = sorted((Path(__file__).parent / "store").glob("*.patch"))
SECONDS = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """bug: one sentence. tests: what must fail. hunks: per file under src/taktloom pairs of old and new text."""

    name: str
    bug: str
    tests: tuple[str, ...]
    hunks: Mapping[str, tuple[tuple[str, str], ...]]


def read_patch(path: Path) -> Patch:
    """A unified diff after its two lines of heading."""
    bug, tests, *lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    hunks: dict[str, list[tuple[list[str], list[str]]]] = {}
    name = ""
    for line in lines:
        if line.startswith("+++ "):
            name = line.split()[1].removeprefix("b/src/taktloom/")
        elif line.startswith("@@"):
            hunks.setdefault(name, []).append(([], []))
        elif name in hunks:
            old, new = hunks[name][-1]
            if line[0] in " -":
                old.append(line[1:])
            if line[0] in " +":
                new.append(line[1:])
    return Patch(
        name=path.stem,
        bug=bug.strip(),
        tests=tuple(tests.removeprefix("Tests:").split()),
        hunks={file: tuple(("".join(old), "".join(new)) for old, new in pairs) for file, pairs in hunks.items()},
    )


def fails_with(changed: Mapping[str, str], tests: tuple[str, ...], seconds: float = SECONDS) -> bool:
    """Whether *tests* fail when files of the package have the texts *changed* (a run without end counts as failing)."""
    rooms = {Path(name).parts[0] for name in changed} or {"kernel"}
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "taktloom"
        package.mkdir()
        for entry in SOURCE.iterdir():
            if entry.name not in rooms:
                (package / entry.name).symlink_to(entry)
        for room in rooms:
            copytree(SOURCE / room, package / room, ignore=lambda _folder, names: {"__pycache__"} & set(names))
        for name, text in changed.items():
            (package / name).write_text(text, encoding="utf-8")
        paths = f"pythonpath={folder} . scripts"
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-o", paths, "--no-header", *tests]
        environment = {**os.environ, "PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=seconds, check=False)
        except subprocess.TimeoutExpired:
            return True
    if done.returncode not in {0, 1}:
        raise AssertionError(f"the tests did not run: {done.stdout.decode()[-2000:]}{done.stderr.decode()[-2000:]}")
    return done.returncode == 1


def patched(patch: Patch) -> Mapping[str, str]:
    """The changed files; each hunk must be found exactly once."""
    changed = {}
    for name, pairs in patch.hunks.items():
        text = (SOURCE / name).read_text(encoding="utf-8")
        for old, new in pairs:
            assert text.count(old) == 1, f"{patch.name} no longer fits {name}: write the bug anew"
            text = text.replace(old, new)
        changed[name] = text
    return changed


def main(names: list[str]) -> int:
    """Print each seeded bug and whether it is found."""
    missed = 0
    for patch in map(read_patch, (*PATCHES, *STORE_PATCHES)):
        if names and patch.name not in names:
            continue
        is_found = fails_with(patched(patch), patch.tests)
        missed += not is_found
        sys.stdout.write(f"{'found ' if is_found else 'MISSED'} {patch.name}: {patch.bug}\n")
        sys.stdout.flush()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
