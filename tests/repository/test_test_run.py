# SPDX-License-Identifier: Apache-2.0
"""What a test run does without data, with a wrong data folder, and with skips in CI."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.data import PROJECT_ROOT

PLANTED = """\
import pytest


def test_reads_data(test_data):
    assert test_data.is_dir()


@pytest.mark.data
@pytest.mark.parametrize("case", [])
def test_every_case(case):
    raise AssertionError(case)


def test_plain():
    assert True
"""
SKIPPING = """\
import pytest


def test_without_its_tool():
    pytest.skip("no tool here")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "tests").mkdir(parents=True)
    for name in ("tests/__init__.py", "tests/conftest.py", "tests/data.py", "pyproject.toml"):
        shutil.copy(PROJECT_ROOT / name, root / name)
    return root


def test_without_data_the_tests_that_need_it_are_named_in_one_line_and_the_run_succeeds(project: Path) -> None:
    (project / "tests" / "test_planted.py").write_text(PLANTED)

    run = _pytest(project, CI="true")

    assert run.returncode == 0, run.stdout
    assert "not run, no test data (set TAKTLOOM_TEST_DATA): tests/test_planted.py (2)" in run.stdout
    assert "1 passed, 2 deselected" in run.stdout


def test_with_data_beside_the_project_everything_runs(project: Path) -> None:
    (project / "tests" / "test_planted.py").write_text(
        PLANTED.replace("[])", "['a', 'b'])").replace("raise", "assert 1 #")
    )
    (project.parent / "shared" / "logs").mkdir(parents=True)

    run = _pytest(project, CI="true")

    assert run.returncode == 0, run.stdout
    assert "4 passed" in run.stdout


def test_a_data_folder_that_is_named_but_missing_stops_the_run(project: Path) -> None:
    (project / "tests" / "test_planted.py").write_text(PLANTED)

    run = _pytest(project, TAKTLOOM_TEST_DATA="../nowhere")

    assert run.returncode == pytest.ExitCode.USAGE_ERROR
    assert "'../nowhere', which is not a folder" in run.stderr


@pytest.mark.parametrize(("ci", "expected"), [("true", pytest.ExitCode.TESTS_FAILED), ("", pytest.ExitCode.OK)])
def test_a_skip_is_a_failure_in_ci_only(project: Path, ci: str, expected: pytest.ExitCode) -> None:
    (project / "tests" / "test_planted.py").write_text(SKIPPING)

    run = _pytest(project, CI=ci)

    assert run.returncode == expected, run.stdout
    assert "no tool here" in run.stdout


def _pytest(project: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in {"CI", "TAKTLOOM_TEST_DATA"}}
    command = [sys.executable, "-m", "pytest"]
    return subprocess.run(
        command, cwd=project, env={**environment, **variables}, capture_output=True, text=True, check=False
    )
