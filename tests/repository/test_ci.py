# SPDX-License-Identifier: Apache-2.0
"""The parts of `.ci/run` that can be tried without a fresh machine."""

import os
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.data import PROJECT_ROOT

RUN = PROJECT_ROOT / ".ci" / "run"


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/api/v1/health" else 503)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the name is the base class's)
        """Keep quiet."""


@pytest.fixture
def port() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), _Answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_entry_scripts_are_executable_and_have_no_syntax_error() -> None:
    assert os.access(RUN, os.X_OK)
    assert os.access(PROJECT_ROOT / "taktloom", os.X_OK)
    assert subprocess.run(["bash", "-n", RUN], check=False).returncode == 0
    assert subprocess.run(["sh", "-n", PROJECT_ROOT / "taktloom"], check=False).returncode == 0


def test_a_machine_without_a_new_enough_python_gets_the_remedy() -> None:
    environment = {**os.environ, "TAKTLOOM_PYTHON": "/bin/false"}

    run = subprocess.run(
        [PROJECT_ROOT / "taktloom", "demo"], env=environment, capture_output=True, text=True, check=False
    )

    assert run.returncode == 1
    assert "needs Python 3.11 or newer; looked for: /bin/false." in run.stderr
    assert "sudo apt-get install -y python3 python3-venv" in run.stderr


def test_an_unknown_step_is_wrong_usage() -> None:
    run = subprocess.run([RUN, "everything"], capture_output=True, text=True, check=False)

    assert run.returncode == 2
    assert run.stderr == "no such step: everything; there are machine packages fresh-clone tests\n"


@pytest.mark.parametrize(("path", "status"), [("/api/v1/health", "200"), ("/", "503")])
def test_a_server_is_asked_without_curl(port: int, path: str, status: str) -> None:
    assert _call(f"http_status {port} {path}") == status


def test_a_server_that_is_not_there_gives_no_status() -> None:
    assert _call('http_status "$(free_port)" /') == "000"


def test_the_path_for_the_fresh_clone_has_git_and_python_but_no_node(tmp_path: Path) -> None:
    for name in ("node", "npm", "git"):
        (tmp_path / "usual" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "usual" / name).touch(mode=0o755)

    _call(f'PATH="{tmp_path}/usual:$PATH"; path_without_node "{tmp_path}/shadow"')

    names = {path.name for path in (tmp_path / "shadow").iterdir()}
    assert {"git", "python3", "sh"} <= names
    assert names.isdisjoint({"node", "npm", "npx"})
    assert (tmp_path / "shadow" / "git").readlink() == tmp_path / "usual" / "git"


def _call(line: str) -> str:
    done = subprocess.run(["bash", "-c", f". {RUN}; {line}"], capture_output=True, text=True, check=True)
    return done.stdout.strip()
