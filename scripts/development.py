# SPDX-License-Identifier: Apache-2.0
"""`./taktloom dev`: the server and Vite side by side, so that a change in `ui/` shows at once.

Vite passes `/api` on to the server. Whichever ends first ends the other; Ctrl-C ends both.
"""

import os
import subprocess
import time
from collections.abc import Sequence
from itertools import pairwise

import ui_build
from setup_environment import VENV

LOOKS_EVERY_SECONDS = 0.2
STOPS_WITHIN_SECONDS = 30


def run_development(arguments: Sequence[str]) -> int:
    """Run both until one ends; return the exit code of the one that ended first."""
    server = subprocess.Popen([str(VENV / "bin" / "taktloom"), "serve", *arguments])
    # Through Python, because Node lies in .venv.
    pages = subprocess.Popen([str(VENV / "bin" / "python"), ui_build.__file__, "dev"], env=_environment(arguments))
    both = (server, pages)
    try:
        return _first_to_end(both)
    finally:
        for process in both:
            if process.poll() is None:
                process.terminate()
        for process in both:
            process.wait(STOPS_WITHIN_SECONDS)


def server_address(arguments: Sequence[str]) -> str:
    """Return where the server will listen, for Vite: the port option, else the environment, else the default."""
    port = os.environ.get("TAKTLOOM_PORT", "8765")
    for name, value in pairwise(arguments):
        port = value if name == "--port" else port
    return f"http://127.0.0.1:{port}"


def _first_to_end(processes: Sequence[subprocess.Popen[bytes]]) -> int:
    while True:
        for process in processes:
            code = process.poll()
            if code is not None:
                return code
        time.sleep(LOOKS_EVERY_SECONDS)


def _environment(arguments: Sequence[str]) -> dict[str, str]:
    return {**os.environ, "TAKTLOOM_SERVER": server_address(arguments)}
