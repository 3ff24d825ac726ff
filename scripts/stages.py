# SPDX-License-Identifier: Apache-2.0
"""The stages of `./taktloom test` and `./taktloom check`: one list, run the same by people and by CI.

Every stage runs even when an earlier one has failed, so that one run shows everything; the summary comes last. Each
pytest stage keeps pytest's own closing line. A stage that has nothing to run says so, and never counts as done.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import ui_build
from setup_environment import PROJECT_ROOT, VENV

PYTEST_NOTHING_COLLECTED = 5
# By file, so that what a file sets up once is set up once; in the order of folders, whose last files are short ones: by
# the number of tests, which xdist prefers, files of a few long tests would come last and keep one core waiting.
BY_FILE = ("--dist", "loadfile", "--no-loadscope-reorder")
ON_ALL_CORES = ("--numprocesses", str(min(os.cpu_count() or 1, 4)), *BY_FILE)
# Unit tests wait half of their time, for servers, disks and other processes.
ONE_MORE_THAN_CORES = ("--numprocesses", str(min((os.cpu_count() or 1) + 1, 4)), *BY_FILE)
# Whoever forbids Python to keep what it has compiled would have every process of every stage compile all of it anew.
KEEPS_COMPILED = {"PYTHONDONTWRITEBYTECODE": ""}
# Tables of unit tests have few rows: threads for them cost a fifth more than they compute. The other stages have many.
ONE_THREAD = {"POLARS_MAX_THREADS": "1"}
# Where the tests of two stages lie: to look for them everywhere costs each worker some 20 s of computing.
RELIABILITY_PATHS = ("tests/reliability", "tests/mutations")
BROWSER_PATHS = ("tests/e2e",)
UI_SCRIPTS = ("lint", "typecheck", "test")


class Outcome(Enum):
    PASSED = "passed"
    FAILED = "FAILED"
    NOTHING = "nothing to run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One named check. `is_quick`: it belongs to `./taktloom check`; `run` gets the arguments meant for pytest."""

    name: str
    run: Callable[[Sequence[str]], Outcome]
    is_quick: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    name: str
    outcome: Outcome
    seconds: float


def run_test(arguments: Sequence[str]) -> int:
    """Run every stage, or those named by `--only`; return 0 if none failed, 1 if one did, 2 on wrong usage."""
    return _run(arguments, program="./taktloom test", stages=STAGES)


def run_check(arguments: Sequence[str]) -> int:
    """Run the quick stages; exit codes as in `run_test`."""
    return _run(arguments, program="./taktloom check", stages=[stage for stage in STAGES if stage.is_quick])


def summary(results: Sequence[Result]) -> str:
    """Return the closing table: a line per stage, then one that tells whether all is well."""
    lines = [f"  {result.name:<12} {result.outcome.value:<15} {result.seconds:7.1f} s" for result in results]
    failed = [result.name for result in results if result.outcome is Outcome.FAILED]
    empty = [result.name for result in results if result.outcome is Outcome.NOTHING]
    closing = f"failed: {', '.join(failed)}" if failed else "nothing failed" if empty else "all stages passed"
    if empty:
        closing += f"; nothing to run: {', '.join(empty)}"
    seconds = sum(result.seconds for result in results)
    return "\n".join(["", "== summary", *lines, f"== {closing} ({seconds:.1f} s)"])


def _run(arguments: Sequence[str], *, program: str, stages: Sequence[Stage]) -> int:
    names = [stage.name for stage in stages]
    parser = argparse.ArgumentParser(prog=program, description="Run this repository's checks.")
    parser.add_argument("--only", metavar="STAGE,…", help=f"run these stages only: {', '.join(names)}")
    parser.add_argument("pytest", nargs="*", metavar="-- PYTEST_ARGUMENT", help="passed on to pytest")
    parsed = parser.parse_args(arguments)
    chosen = parsed.only.split(",") if parsed.only else names
    unknown = sorted(set(chosen) - set(names))
    if unknown:
        parser.error(f"no such stage: {', '.join(unknown)}; there are {', '.join(names)}")
    results = [_run_stage(stage, parsed.pytest) for stage in stages if stage.name in chosen]
    print(summary(results), flush=True)
    return 1 if any(result.outcome is Outcome.FAILED for result in results) else 0


def _run_stage(stage: Stage, pytest_arguments: Sequence[str]) -> Result:
    print(f"\n== {stage.name}", flush=True)
    start = time.monotonic()
    outcome = stage.run(pytest_arguments)
    seconds = time.monotonic() - start
    print(f"== {stage.name}: {outcome.value} in {seconds:.1f} s", flush=True)
    return Result(name=stage.name, outcome=outcome, seconds=seconds)


def _tool(*command: str) -> Callable[[Sequence[str]], Outcome]:
    def run(_pytest_arguments: Sequence[str]) -> Outcome:
        return _outcome(_call([str(VENV / "bin" / command[0]), *command[1:]]))

    return run


def _pytest(marker: str, *options: str, **variables: str) -> Callable[[Sequence[str]], Outcome]:
    def run(pytest_arguments: Sequence[str]) -> Outcome:
        command = [str(VENV / "bin" / "python"), "-m", "pytest", "-m", marker, *options, *pytest_arguments]
        code = _call(command, **KEEPS_COMPILED, **variables)
        return Outcome.NOTHING if code == PYTEST_NOTHING_COLLECTED else _outcome(code)

    return run


def _ui(_pytest_arguments: Sequence[str]) -> Outcome:
    """Lint, type-check and test the front end at once, with the scripts that its package.json offers."""
    if ui_build.is_skipped():
        return Outcome.NOTHING
    offered = json.loads((ui_build.SOURCES / "package.json").read_text(encoding="utf-8")).get("scripts", {})
    scripts = [name for name in UI_SCRIPTS if name in offered]
    if not scripts:
        return Outcome.NOTHING
    # In .venv, because Node lies there; this process runs on the bare Python.
    return _outcome(_call([str(VENV / "bin" / "python"), ui_build.__file__, *scripts]))


def _docs(_pytest_arguments: Sequence[str]) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        command = [
            str(VENV / "bin" / "mkdocs"),
            "build",
            "--strict",
            "--quiet",
            "--site-dir",
            str(Path(folder) / "site"),
        ]
        return _outcome(_call(command, NO_MKDOCS_2_WARNING="1"))


def _call(command: Sequence[str], **variables: str) -> int:
    environment = {**os.environ, **variables}
    return subprocess.run(command, cwd=PROJECT_ROOT, env=environment, stdin=subprocess.DEVNULL, check=False).returncode


def _outcome(code: int) -> Outcome:
    return Outcome.PASSED if code == 0 else Outcome.FAILED


STAGES: Sequence[Stage] = (
    Stage(name="format", run=_tool("ruff", "format", "--check", "."), is_quick=True),
    Stage(name="lint", run=_tool("ruff", "check", "."), is_quick=True),
    Stage(name="types", run=_tool("mypy"), is_quick=True),
    Stage(name="imports", run=_tool("lint-imports", "--no-logo"), is_quick=True),
    Stage(
        name="unit",
        run=_pytest("not conformance and not reliability and not browser", *ONE_MORE_THAN_CORES, **ONE_THREAD),
        is_quick=True,
    ),
    Stage(name="conformance", run=_pytest("conformance and not reliability and not browser", *ON_ALL_CORES)),
    # All files at a time: those that kill processes mostly wait, those that simulate have every core at work.
    Stage(
        name="reliability",
        run=_pytest("reliability and not browser", "-n", "4", "--dist", "loadfile", *RELIABILITY_PATHS),
    ),
    # The walk beside the others: each waits for its pages half of the time.
    Stage(name="browser", run=_pytest("browser", "-n", "2", "--dist", "loadfile", *BROWSER_PATHS)),
    Stage(name="ui", run=_ui),
    Stage(name="docs", run=_docs, is_quick=True),
)
