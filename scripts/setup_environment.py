# SPDX-License-Identifier: Apache-2.0
"""Make `.venv` from hashed locks, once, and know when it must be made anew.

The rule: a marker file is written last. No marker means a half-made environment, which is deleted; a marker that tells
of another Python or other locks means a stale one, which is deleted too. Nothing is ever installed outside `.venv`
(Debian refuses that, PEP 668), and the caller's environment is passed on whole, because certificates and package
indexes are configured through it.

Installing takes two commands: the hashed file first, then the project itself without dependencies. In one command they
fail, since an editable project has no hash.
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import IO

import ui_build

PROJECT_ROOT = Path(__file__).resolve().parents[1]
VENV = PROJECT_ROOT / ".venv"
MARKER = VENV / "taktloom-environment.json"
LOG = VENV / "setup.log"
VENV_PACKAGE = "python3-venv"
LOG_LINES_SHOWN = 40


class Requirements(Enum):
    """A set of packages; the value is the name of its lock file in `requirements/`."""

    BOOTSTRAP = "bootstrap"
    RUN = "run"
    DEV = "dev"


# What each set is made of, in the order of installation. The dev lock repeats the run lock's versions.
LAYERS: Mapping[Requirements, Sequence[Requirements]] = {
    Requirements.BOOTSTRAP: (Requirements.BOOTSTRAP,),
    Requirements.RUN: (Requirements.BOOTSTRAP, Requirements.RUN),
    Requirements.DEV: (Requirements.BOOTSTRAP, Requirements.RUN, Requirements.DEV),
}


class SetupError(Exception):
    """The environment cannot be made; the text says which step failed and what to do."""


def require_environment(wanted: Requirements) -> None:
    """Return when `.venv` holds the *wanted* set, the project and a current UI; install what is missing.

    Raises SetupError with the failing step and the end of its log.
    """
    if _is_current(wanted, _read_marker()):
        return
    with _alone():
        installed = _read_marker()
        if _is_stale(installed):
            _remake()
            installed = {"python": _python_identity()}
        for layer in LAYERS[wanted]:
            installed = _install_layer(layer, installed)
        if wanted is not Requirements.BOOTSTRAP:
            _install_project(installed)


def lock_file(requirements: Requirements) -> Path:
    return PROJECT_ROOT / "requirements" / f"{requirements.value}.txt"


def _is_current(wanted: Requirements, installed: Mapping[str, str]) -> bool:
    if _is_stale(installed) or any(layer.value not in installed for layer in LAYERS[wanted]):
        return False
    return wanted is Requirements.BOOTSTRAP or (installed.get("project") == _project_digest() and ui_build.is_current())


def _is_stale(installed: Mapping[str, str]) -> bool:
    """Tell whether the environment must be deleted: half-made, another Python, or a lock that has changed."""
    if installed.get("python") != _python_identity():
        return True
    layers = [layer for layer in Requirements if layer.value in installed]
    return any(installed[layer.value] != _digest(lock_file(layer)) for layer in layers)


def _remake() -> None:
    _require_ensurepip()
    if VENV.exists():
        _say("removing a half-made or outdated .venv")
        shutil.rmtree(VENV)
    with _step(f"making .venv with Python {platform.python_version()}"):
        VENV.mkdir()  # the log lies in it
        # The real path: called from inside the old .venv, sys.executable has just been deleted.
        _run([os.path.realpath(sys.executable), "-m", "venv", str(VENV)], step="make .venv")


def _install_layer(layer: Requirements, installed: Mapping[str, str]) -> dict[str, str]:
    if layer.value in installed:
        return dict(installed)
    lock = lock_file(layer)
    with _step(f"installing {lock.relative_to(PROJECT_ROOT)}"):
        _run([*_installer(installed), "--require-hashes", "-r", str(lock)], step=f"install {lock.name}")
    updated = {**installed, layer.value: _digest(lock)}
    _write_marker(updated)
    return updated


def _install_project(installed: Mapping[str, str]) -> None:
    """Build the UI, then install the project itself.

    The build hook would build the UI too; as a step of its own a failure shows npm's words, not pip's stack trace.
    """
    if not ui_build.is_current():
        with _step("building the web pages"):
            _run([str(VENV / "bin" / "python"), ui_build.__file__], step="build the web pages")
    if installed.get("project") != _project_digest():
        with _step("installing taktloom"):
            options = ["--no-deps", "--no-build-isolation", "-e", str(PROJECT_ROOT)]
            _run([*_pip(), *options], step="install taktloom")
        _write_marker({**installed, "project": _project_digest()})


def _installer(installed: Mapping[str, str]) -> list[str]:
    """Return the command that installs packages: pip, or uv where it is asked for (it ignores pip's settings)."""
    if os.environ.get("TAKTLOOM_INSTALLER") == "uv" and Requirements.BOOTSTRAP.value in installed:
        return [str(VENV / "bin" / "uv"), "pip", "install", "--python", str(VENV / "bin" / "python")]
    return _pip()


def _pip() -> list[str]:
    quiet = ["--disable-pip-version-check", "--no-input", "--no-warn-script-location", "--progress-bar", "off"]
    return [str(VENV / "bin" / "python"), "-m", "pip", "install", *quiet]


def _require_ensurepip() -> None:
    """Install what `venv` needs where Debian ships Python without it, or say how."""
    if _has_ensurepip():
        return
    install = ["apt-get", "install", "-y", VENV_PACKAGE]
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise SetupError(f"This Python cannot make virtual environments. Run: sudo {' '.join(install)}")
    with _step(f"installing {VENV_PACKAGE} (this Python cannot make virtual environments)"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update"], install):
            done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        importlib.invalidate_caches()
        if done.returncode != 0 or not _has_ensurepip():
            raise SetupError(f"{' '.join(install)} did not help:\n{done.stdout}{done.stderr}")


def _has_ensurepip() -> bool:
    found = importlib.util.find_spec("ensurepip")
    return found is not None and found.origin is not None  # a folder with left-over caches has no origin


def _run(command: Sequence[str], *, step: str) -> None:
    with LOG.open("a", encoding="utf-8") as log:
        log.write(f"\n$ {' '.join(command)}\n")
        log.flush()
        start = log.tell()
        code = _call(command, log)
    if code != 0:
        with LOG.open("rb") as log_bytes:
            log_bytes.seek(start)
            tail = log_bytes.read().decode("utf-8", "replace").splitlines()[-LOG_LINES_SHOWN:]
        text = "\n".join(f"  | {line}" for line in tail)
        raise SetupError(f"{text}\nThe step '{step}' failed (exit {code}). Whole log: {LOG}")


def _call(command: Sequence[str], log: IO[str]) -> int:
    """Run in a process group of its own, which ends with us: an orphaned pip would go on writing into `.venv`."""
    # Inherited, the project's lock stays held even if this process is killed and the child lives on.
    process = subprocess.Popen(
        command,
        cwd=PROJECT_ROOT,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
        close_fds=False,
    )
    try:
        return process.wait()
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise


def _project_digest() -> str:
    """Digest of what the installed metadata and command come from."""
    return _digest(PROJECT_ROOT / "pyproject.toml") + _digest(PROJECT_ROOT / "hatch_build.py")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _python_identity() -> str:
    # A moved checkout breaks the scripts inside .venv, so the place belongs to the identity.
    return f"{platform.python_version()} {os.path.realpath(sys.executable)} {VENV}"


def _read_marker() -> dict[str, str]:
    try:
        content = json.loads(MARKER.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in content.items()} if isinstance(content, dict) else {}


def _write_marker(installed: Mapping[str, str]) -> None:
    part = MARKER.with_suffix(".part")
    part.write_text(json.dumps(dict(installed), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    part.replace(MARKER)


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the project folder's lock, so that two first commands do not make one environment.

    Meanwhile SIGTERM becomes an exception, so that the running step ends with us.
    """
    folder = os.open(PROJECT_ROOT, os.O_RDONLY)
    os.set_inheritable(folder, True)
    before = signal.signal(signal.SIGTERM, _end)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("another set-up of this folder is running; waiting for it …")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        os.close(folder)


def _end(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


@contextmanager
def _step(what: str) -> Iterator[None]:
    _say(f"{what} …")
    start = time.monotonic()
    yield
    _say(f"{what}: {time.monotonic() - start:.1f} s")


def _say(line: str) -> None:
    # Standard error, so that `./taktloom review LOG --json > file` stays clean on first use too.
    print(f"taktloom setup: {line}", file=sys.stderr, flush=True)
