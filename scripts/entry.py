# SPDX-License-Identifier: Apache-2.0
"""What `./taktloom ARGUMENTS` does, on a bare Python: make the environment, then hand over.

The repository's own commands are handled here. Everything else is the product's command, which replaces this process,
so that a signal sent to `./taktloom demo` reaches the server.
Standard library only: nothing is installed yet when this runs.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from development import run_development
from error_reference import write_reference
from locks import write_locks
from setup_environment import PROJECT_ROOT, VENV, Requirements, SetupError, require_environment
from stages import run_check, run_test

STOPPED_BY_CTRL_C = 130  # as shells report it


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code (does not return when the product's command takes over)."""
    name = arguments[0] if arguments else ""
    try:
        if name in REPOSITORY_COMMANDS:
            return REPOSITORY_COMMANDS[name](arguments[1:])
        require_environment(Requirements.RUN)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return STOPPED_BY_CTRL_C
    command = VENV / "bin" / "taktloom"
    return _replace_process(str(command), arguments)


def _replace_process(command: str, arguments: Sequence[str]) -> NoReturn:
    os.execv(command, [command, *arguments])


def _test(arguments: Sequence[str]) -> int:
    require_environment(Requirements.DEV)
    return run_test(arguments)


def _check(arguments: Sequence[str]) -> int:
    require_environment(Requirements.DEV)
    return run_check(arguments)


def _dev(arguments: Sequence[str]) -> int:
    require_environment(Requirements.DEV)
    return run_development(arguments)


def _lock(arguments: Sequence[str]) -> int:
    require_environment(Requirements.BOOTSTRAP)
    return write_locks(arguments)


def _reference(arguments: Sequence[str]) -> int:
    """Rewrite the pages that are made from the source: error codes, rules of models, commands, OpenAPI."""
    write_reference(arguments)
    require_environment(Requirements.RUN)
    python = str(VENV / "bin" / "python")
    pages = [str(PROJECT_ROOT / "scripts" / f"{name}_reference.py") for name in ("command", "rule")]
    scripts = (*([page] for page in pages), ["-m", "taktloom.web.openapi"])
    return max(subprocess.run([python, *script], cwd=PROJECT_ROOT, check=False).returncode for script in scripts)


def _setup(arguments: Sequence[str]) -> int:
    """Make the environment and stop; `./taktloom setup --dev` adds what the tests need."""
    require_environment(Requirements.DEV if "--dev" in arguments else Requirements.RUN)
    print(f"ready: {VENV.relative_to(PROJECT_ROOT)}")
    return 0


REPOSITORY_COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "test": _test,
    "check": _check,
    "lock": _lock,
    "dev": _dev,
    "reference": _reference,
    "setup": _setup,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
