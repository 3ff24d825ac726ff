# SPDX-License-Identifier: Apache-2.0
"""Seeded bugs that the suites must find: `python -m tests.mutations.gate [NAME ...]`.

Each patch under patches/ (kernel) and store/ (engine, storage, SQL) begins with what the bug is and which tests must
see it (what pytest is called with, the narrowest that does). It is applied by its text, not by its line numbers, to a
copy of the rooms that it changes; the tests run against that copy in a fork of a process that has the rest loaded.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

import taktloom
from tests.mutations.forks import ROOT, SOURCE, preload, try_all, write_line

__all__ = ["PATCHES", "STORE_PATCHES", "Patch", "missed", "pass_unchanged", "patched", "read_patch"]

PATCHES = sorted((Path(__file__).parent / "patches").glob("*.patch"))
STORE_PATCHES = sorted((Path(__file__).parent / "store").glob("*.patch"))
SECONDS = 240.0  # of computing, for one bug
WORKERS = 2
_MISSED, _UNCHANGED = "MISSED", "unchanged"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seeded:
    """A patch that takes effect by a copy of its rooms in front of the package's own. folder: where it may lie."""

    patch: Patch
    folder: Path

    @property
    def what(self) -> str:
        """The bug."""
        return f"{self.patch.name}: {self.patch.bug}"

    @property
    def suites(self) -> tuple[tuple[str, ...], ...]:
        """One stage."""
        return (self.patch.tests,)

    def take_effect(self) -> None:
        """See Change."""
        package = self.folder / self.patch.name
        changed = patched(self.patch)
        for room in {Path(name).parts[0] for name in changed}:
            copytree(SOURCE / room, package / room, ignore=lambda _folder, names: {"__pycache__"} & set(names))
        for name, text in changed.items():
            (package / name).write_text(text, encoding="utf-8")
        taktloom.__path__.insert(0, str(package))


def missed(paths: Sequence[Path]) -> list[str]:
    """The names of the patches that their tests do not find; in a process of its own, which has loaded nothing yet."""
    told = _told([path.stem for path in paths])
    if set(told) != {path.stem for path in paths}:
        raise AssertionError(f"the tests of these did not run: {sorted({path.stem for path in paths} - set(told))}")
    return [name for name, fate in told.items() if fate == _MISSED]


def pass_unchanged(tests: Sequence[str]) -> bool:
    """Whether *tests* pass in a fork where nothing is changed: then a find is due to the change."""
    return _told([_UNCHANGED, *tests]) == {_UNCHANGED: _MISSED}


def _told(arguments: Sequence[str]) -> dict[str, str]:
    command = [sys.executable, "-m", "tests.mutations.gate", *arguments]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT)))}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if not done.stdout:
        raise AssertionError(f"the tests did not run: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    fates = (line.split(":")[0].split() for line in done.stdout.splitlines())
    return {name: fate for fate, name in fates}


def find(patches: Iterable[Patch]) -> int:
    """Print each seeded bug and whether it is found, as it is known; how many are not."""
    times_missed = 0
    preload()
    with tempfile.TemporaryDirectory() as folder:
        seeded = [_Seeded(patch=patch, folder=Path(folder)) for patch in patches]
        for trial in try_all(seeded, workers=WORKERS, seconds=SECONDS):
            times_missed += trial.has_survived
            write_line(sys.stdout, f"{_MISSED if trial.has_survived else 'found '} {trial.change.what}")
    return times_missed


def main(names: list[str]) -> int:
    """All seeded bugs, or those of *names*; after `unchanged`: tests that shall pass where nothing is changed."""
    if names[:1] == [_UNCHANGED]:
        return find([Patch(name=_UNCHANGED, bug="Nothing is changed.", tests=tuple(names[1:]), hunks={})])
    patches = [read_patch(path) for path in (*PATCHES, *STORE_PATCHES) if not names or path.stem in names]
    return 1 if find(patches) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
