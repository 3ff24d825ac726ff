# SPDX-License-Identifier: Apache-2.0
"""Run tests against changed rooms in forks of one process that has the libraries and the rooms below loaded already.

A fork pays neither for a new interpreter nor for the libraries. The change of one module is found by an import hook, so
that nothing is copied (`ModuleChange`); what else a change may be says how it takes effect (`Change`). The narrow
suites go first; only what they let live meets the wide ones.
"""

import importlib
import os
import resource
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_loader
from pathlib import Path
from typing import IO, NoReturn, Protocol

import pytest

__all__ = ["Change", "ModuleChange", "Trial", "preload", "try_all"]

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "taktloom"
LOADED_BEFORE = (  # what the suites use beside the kernel and what stands on it
    "hypothesis",
    "hypothesis.stateful",
    "pytest_timeout",
    "taktloom.formats.bpmn",
    "taktloom.formats.dmn",
    "taktloom.formats.layout",
    "taktloom.feel",
)
CHANGED_ROOMS = ("kernel", "storage", "hosts", "app")  # never loaded before the fork, since no change would reach them
OPTIONS = ("-x", "-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")
PASSED, FAILED = 0, 1  # exit codes of pytest; every other one says that the tests did not run
OUT_OF_TIME = -1
LOADED = 20  # how much longer than it computes a fork may take on a machine with other work
INTERRUPTED = 2  # an import error while collecting: the change broke a module, which is a find


class Change(Protocol):
    """what: in words. suites: one tuple of what pytest is called with per stage."""

    @property
    def what(self) -> str: ...

    @property
    def suites(self) -> tuple[tuple[str, ...], ...]: ...

    def take_effect(self) -> None:
        """In the fork, before any test is loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleChange:
    """file: under src/taktloom; text: what it shall say."""

    file: str
    text: str
    what: str
    suites: tuple[tuple[str, ...], ...]

    def take_effect(self) -> None:
        """See Change."""
        sys.meta_path.insert(0, _Changed(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """How a change fared. is_out_of_time: found because a stage came to no end."""

    change: Change
    has_survived: bool
    is_out_of_time: bool


@dataclass(slots=True, kw_only=True)
class _Running:
    change: Change
    stage: int
    since: float


def preload() -> None:
    """Load what all forks share. Raises where a room that is changed is loaded already."""
    for name in LOADED_BEFORE:
        importlib.import_module(name)
    loaded = [room for room in CHANGED_ROOMS if f"taktloom.{room}" in sys.modules]
    if loaded:
        raise AssertionError(f"loaded before they are changed: {loaded}")


def try_all(changes: Iterable[Change], *, workers: int, seconds: float) -> Iterator[Trial]:
    """Each change's fate, as they are known. A stage that takes more than *seconds* of computing counts as found."""
    waiting = list(reversed(list(changes)))
    running: dict[int, _Running] = {}
    while waiting or running:
        while waiting and len(running) < workers:
            change = waiting.pop()
            running[_fork(change, 0, seconds)] = _Running(change=change, stage=0, since=time.monotonic())
        time.sleep(0.02)
        for process in list(running):
            code = _ended(process, running[process], seconds)
            if code is None:
                continue
            done = running.pop(process)
            if code == PASSED and done.stage + 1 < len(done.change.suites):
                stage = done.stage + 1
                following = _Running(change=done.change, stage=stage, since=time.monotonic())
                running[_fork(done.change, stage, seconds)] = following
            else:
                yield Trial(change=done.change, has_survived=code == PASSED, is_out_of_time=code == OUT_OF_TIME)


def _ended(process: int, run: _Running, seconds: float) -> int | None:
    """The exit code of the fork, None while it runs; one that waits without end is stopped."""
    ended, status = os.waitpid(process, os.WNOHANG)
    if not ended:
        if time.monotonic() - run.since < seconds * LOADED:
            return None
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        return OUT_OF_TIME
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        return OUT_OF_TIME if -code == signal.SIGXCPU else FAILED
    if code not in {PASSED, FAILED, INTERRUPTED}:
        raise AssertionError(f"the tests did not run (exit code {code}): {run.change.what}")
    return FAILED if code != PASSED else PASSED


def _fork(change: Change, stage: int, seconds: float) -> int:
    sys.stdout.flush()
    process = os.fork()
    if process == 0:
        resource.setrlimit(
            resource.RLIMIT_CPU, (int(seconds), int(seconds) + 5)
        )  # computed, not passed: load is no bug
        _run_tests(change, change.suites[stage])
    return process


def _run_tests(change: Change, tests: Sequence[str]) -> NoReturn:
    """In the fork: no way back out of here."""
    code = 70
    try:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        change.take_effect()
        sys.dont_write_bytecode = True
        code = int(pytest.main([*OPTIONS, *tests]))
    finally:
        os._exit(code)


class _Changed(MetaPathFinder):
    """Finds the changed module before the files are asked."""

    def __init__(self, change: ModuleChange) -> None:
        self._path = SOURCE / change.file
        parts = Path(change.file).with_suffix("").parts
        self._name = ".".join(("taktloom", *(parts[:-1] if parts[-1] == "__init__" else parts)))
        self._text = change.text

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        """Of the one module only."""
        del path, target
        if fullname != self._name:
            return None
        loader = _TextLoader(fullname, str(self._path), self._text)
        return spec_from_loader(fullname, loader, is_package=self._path.name == "__init__.py")


class _TextLoader(SourceFileLoader):
    """Loads the text that it was given under the name of the file."""

    def __init__(self, fullname: str, path: str, text: str) -> None:
        super().__init__(fullname, path)
        self._text = text

    def get_data(self, path: str) -> bytes:
        """No file is read; there is no byte code either."""
        if not path.endswith(".py"):
            raise OSError(path)
        return self._text.encode()

    def path_stats(self, path: str) -> dict[str, float]:
        """No byte code fits, whatever the file's own stamp is."""
        raise OSError(path)


def write_line(out: IO[str], text: str) -> None:
    """At once, since a run takes minutes."""
    out.write(f"{text}\n")
    out.flush()
