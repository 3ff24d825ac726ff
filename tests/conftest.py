# SPDX-License-Identifier: Apache-2.0
"""Rules for the whole test run.

- `test_data` gives the folder of real logs and standards' cases. Without it, every test that asks for the fixture or
  carries the `data` marker is left out and named in one closing line; the run can still succeed. With it, these tests
  are part of the conformance stage.
- With CI=true nothing may be skipped: a skip becomes a failure, so that a missing tool never hides a missing test.
- Libraries of numbers compute on one core: the stages run as many tests at a time as there are cores, and threads that
  wait for each other on a busy machine spin for a hundred times as long as they compute.
- What the collection of thousands of tests leaves in memory stays until the end: the garbage collector rests while they
  are collected and never sees it after, since it would look through all of it every few tests. It looks less often too.
- Hypothesis runs few examples by default (`quick`) and many, reproducible ones in CI (`ci`).
"""

import gc
import os
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before any of them is loaded; processes that tests start inherit it

from tests.data import VARIABLE, find_test_data

if TYPE_CHECKING:
    from tests.postgresql_server import PostgresqlServer

IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}
NOT_RUN = pytest.StashKey[Counter[str]]()

settings.register_profile("quick", max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "ci",
    max_examples=60,
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if IN_CI else "quick"))


@pytest.fixture(scope="session")
def test_data() -> Path:
    """Return the folder of the test data (`logs/`, `dmn-tck/`, `bpmn-miwg/`, `xsd/`); read only."""
    folder = find_test_data()
    if folder is None:  # reached only when the fixture is asked for at run time (request.getfixturevalue)
        pytest.skip(f"no test data: set {VARIABLE}")
    return folder


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator["PostgresqlServer"]:
    """A private PostgreSQL server that does not sync its files: as fast as tests want it."""
    from tests.postgresql_server import running_server

    with running_server() as server:
        yield server


def pytest_collection() -> None:
    gc.disable()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[NOT_RUN] = Counter()
    try:
        find_test_data()
    except FileNotFoundError as error:
        raise pytest.UsageError(str(error)) from error


@pytest.hookimpl(tryfirst=True)  # before -m leaves tests out
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in filter(_needs_data, items):
        item.add_marker(pytest.mark.conformance)
    if find_test_data() is not None:
        return
    without = [item for item in items if _needs_data(item)]
    config.stash[NOT_RUN].update(_suite(item) for item in without)
    config.hook.pytest_deselected(items=without)
    items[:] = [item for item in items if not _needs_data(item)]


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


def pytest_sessionfinish() -> None:
    gc.enable()  # also where the collection failed
    gc.unfreeze()  # libraries report what is left at the end as leaked


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    not_run = config.stash[NOT_RUN]
    if not_run:
        suites = ", ".join(f"{suite} ({count})" for suite, count in sorted(not_run.items()))
        terminalreporter.write_line(f"not run, no test data (set {VARIABLE}): {suites}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {item.nodeid}: {_reason(report.longrepr)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if IN_CI and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {collector.nodeid}: {_reason(report.longrepr)}"
    return report


def _needs_data(item: pytest.Item) -> bool:
    return "test_data" in getattr(item, "fixturenames", ()) or item.get_closest_marker("data") is not None


def _suite(item: pytest.Item) -> str:
    return item.nodeid.split("::", 1)[0]


def _reason(longrepr: object) -> str:
    return str(longrepr[2]) if isinstance(longrepr, tuple) else str(longrepr)
