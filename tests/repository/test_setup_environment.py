# SPDX-License-Identifier: Apache-2.0
"""When `.venv` is good, when it is deleted, and what is said when a step fails."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import setup_environment
import ui_build
from setup_environment import Requirements, SetupError

RUNNER = """\
import sys
from pathlib import Path

import setup_environment

setup_environment.PROJECT_ROOT = Path(sys.argv[1])
with setup_environment._alone():
    setup_environment._call([sys.executable, "-c", sys.argv[2]], sys.stderr)
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with locks but no environment; nothing in it is ever installed."""
    (tmp_path / "requirements").mkdir()
    for name in ("requirements/bootstrap.txt", "requirements/run.txt", "requirements/dev.txt"):
        (tmp_path / name).write_text(f"{name}\n")
    for name in ("pyproject.toml", "hatch_build.py"):
        (tmp_path / name).write_text(f"# {name}\n")
    venv = tmp_path / ".venv"
    monkeypatch.setattr(setup_environment, "PROJECT_ROOT", tmp_path)
    monkeypatch.setattr(setup_environment, "VENV", venv)
    monkeypatch.setattr(setup_environment, "MARKER", venv / "marker.json")
    monkeypatch.setattr(setup_environment, "LOG", venv / "setup.log")
    monkeypatch.setattr(ui_build, "SOURCES", tmp_path / "ui")
    return tmp_path


def test_a_checkout_without_an_environment_is_stale(checkout: Path) -> None:
    assert not (checkout / ".venv").exists()
    assert setup_environment._is_stale(setup_environment._read_marker())


def test_a_finished_environment_is_current_for_what_it_holds_and_no_more(checkout: Path) -> None:
    _finish(Requirements.BOOTSTRAP, Requirements.RUN)

    installed = setup_environment._read_marker()

    assert setup_environment._is_current(Requirements.RUN, installed)
    assert not setup_environment._is_current(Requirements.DEV, installed)
    assert not setup_environment._is_stale(installed)


def test_a_changed_lock_makes_the_environment_stale(checkout: Path) -> None:
    _finish(Requirements.BOOTSTRAP, Requirements.RUN)

    (checkout / "requirements" / "run.txt").write_text("another version\n")

    assert setup_environment._is_stale(setup_environment._read_marker())


def test_another_python_makes_the_environment_stale(checkout: Path) -> None:
    _finish(Requirements.BOOTSTRAP, Requirements.RUN)
    marker = json.loads(setup_environment.MARKER.read_text())

    setup_environment._write_marker({**marker, "python": "3.99.0 elsewhere"})

    assert setup_environment._is_stale(setup_environment._read_marker())


def test_a_broken_marker_counts_as_none(checkout: Path) -> None:
    _finish(Requirements.BOOTSTRAP)

    setup_environment.MARKER.write_text('{"python": ')

    assert setup_environment._read_marker() == {}


def test_changed_metadata_asks_for_a_new_install_but_not_for_a_new_environment(checkout: Path) -> None:
    _finish(Requirements.BOOTSTRAP, Requirements.RUN)

    (checkout / "pyproject.toml").write_text("# a new entry point\n")
    installed = setup_environment._read_marker()

    assert not setup_environment._is_current(Requirements.RUN, installed)
    assert not setup_environment._is_stale(installed)


def test_a_failing_step_is_named_with_the_end_of_its_log(checkout: Path) -> None:
    (checkout / ".venv").mkdir()
    command = [sys.executable, "-c", "print('no such index'); raise SystemExit(3)"]

    with pytest.raises(SetupError) as caught:
        setup_environment._run(command, step="install run.txt")

    assert "  | no such index" in str(caught.value)
    assert "The step 'install run.txt' failed (exit 3)" in str(caught.value)


def test_a_step_ends_when_the_set_up_is_told_to_end(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    step = f"import os, signal; os.write({writing}, b'started'); signal.pause()"
    runner = subprocess.Popen(
        [sys.executable, "-c", RUNNER, str(tmp_path), step],
        pass_fds=[writing],
        env={**os.environ, "PYTHONPATH": str(Path(setup_environment.__file__).parent)},
    )
    os.close(writing)
    assert os.read(reading, 100) == b"started"

    runner.terminate()

    assert os.read(reading, 100) == b""  # the pipe closes when nobody holds its other end: the step is gone too
    os.close(reading)
    assert runner.wait() == 128 + signal.SIGTERM


def test_without_ensurepip_and_root_the_remedy_is_one_line(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    monkeypatch.setattr("os.geteuid", lambda: 1000)

    with pytest.raises(SetupError, match="Run: sudo apt-get install -y python3-venv"):
        setup_environment._require_ensurepip()


def _finish(*layers: Requirements) -> None:
    setup_environment.VENV.mkdir()
    digests = {layer.value: setup_environment._digest(setup_environment.lock_file(layer)) for layer in layers}
    marker = {"python": setup_environment._python_identity(), "project": setup_environment._project_digest(), **digests}
    setup_environment._write_marker(marker)
