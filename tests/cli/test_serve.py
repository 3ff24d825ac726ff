# SPDX-License-Identifier: Apache-2.0
"""The server as a process: it announces itself, holds its folder, and ends on SIGTERM."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

SOURCE = Path(__file__).parents[2] / "src"
PATIENCE_S = 60  # a loaded machine


@contextmanager
def _serving(data: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str], float]]:
    """A server on *data*, what it announced, and the seconds that it has computed until then."""
    process = _begin(data, "serve", "--port", "0", *options)
    try:
        yield process, _announcement(process), _computed(process)
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str, int]]:
    """A server for the tests that leave it running: its folder, its address, its process."""
    data = tmp_path_factory.mktemp("served") / "data"
    with _serving(data) as (process, said, _):
        yield data, said["address"], process.pid


def _begin(data: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "taktloom", *arguments, "--data", str(data), "--json"]
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def _computed(process: subprocess.Popen[str]) -> float:
    """Seconds of processor: what else runs on the machine does not count (proc(5): utime and stime, in ticks)."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _announcement(process: subprocess.Popen[str]) -> dict[str, str]:
    assert process.stdout is not None
    lines: list[str] = []
    while not lines or lines[-1] != "}\n":
        line = process.stdout.readline()
        assert line, process.stderr.read() if process.stderr else ""
        lines.append(line)
    document: dict[str, str] = json.loads("".join(lines))
    return document


def test_a_fresh_folder_gets_a_link_that_signs_in_and_sigterm_ends_it_well(tmp_path: Path) -> None:
    with _serving(tmp_path / "data") as (process, said, seconds):
        token = said["sign_in_link"].partition("#token=")[2]
        with httpx.Client(base_url=said["address"], timeout=PATIENCE_S) as browser:
            assert browser.get("/api/v1/health").json()["status"] == "ok"
            session = browser.post("/api/v1/session/one-time", json={"token": token}).json()
            assert session["user"]["username"] == "admin"
            with browser.stream("GET", "/api/v1/stream") as stream:
                text = stream.iter_text()
                assert next(text).startswith("retry:")
                process.send_signal(signal.SIGTERM)
                rest = list(text)  # the open stream ends, it does not hold the server up
        assert "Traceback" not in "".join(rest)
        assert process.wait(PATIENCE_S) == 0
    assert seconds < 10  # some 2 s: benchmarks hold that figure


def test_a_second_server_on_the_folder_is_refused(running: tuple[Path, str, int]) -> None:
    data, _, pid = running

    second = _begin(data, "serve", "--port", "0")
    out, _ = second.communicate(timeout=PATIENCE_S)

    error = json.loads(out)["error"]
    assert second.returncode == 1
    assert (error["code"], error["parameters"]["pid"]) == ("TL-3901", str(pid))


def test_commands_work_beside_a_running_server(running: tuple[Path, str, int]) -> None:
    data, address, _ = running

    added = _begin(data, "user", "add", "mei", "--role", "owner")
    out, _ = added.communicate(timeout=PATIENCE_S)
    token = json.loads(out)["one_time_link"].partition("#token=")[2]

    answer = httpx.post(f"{address}/api/v1/session/one-time", json={"token": token}, timeout=PATIENCE_S)
    assert answer.json()["user"]["roles"] == ["owner"]


def test_a_server_that_was_killed_leaves_no_lock_behind(tmp_path: Path) -> None:
    with _serving(tmp_path / "data") as (process, _, _):
        process.kill()
        process.wait()

    with _serving(tmp_path / "data") as (_, said, _):
        assert httpx.get(f"{said['address']}/api/v1/health", timeout=PATIENCE_S).status_code == 200


def test_starting_loads_no_analysis_library() -> None:
    modules = {"argon2", "duckdb", "lxml", "numpy", "polars", "pyarrow", "rich", "scipy"}
    begin = "import sys, taktloom.cli.main, taktloom.web.server; taktloom.cli.main.application()"
    code = f"{begin}; print(sorted({modules!r} & set(sys.modules)))"
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}

    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)

    assert out.stdout.strip() == "[]"


def test_a_taken_port_is_told_before_the_guided_example_is_prepared(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        begun = _begin(tmp_path / "data", "demo", "--port", port, "--no-browser")
        output, _ = begun.communicate(timeout=PATIENCE_S)

    assert begun.returncode == 1
    assert json.loads(output)["error"]["parameters"]["port"] == port
    assert not (tmp_path / "data" / "engine.db").exists()


def test_ctrl_c_while_the_command_is_loaded_ends_it_quietly() -> None:
    begin = """
import os, signal, sys

class Interrupts:
    def find_spec(self, name, path=None, target=None):
        if name == "taktloom.cli.main":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupts())
from taktloom.__main__ import main
main()
"""

    ended = subprocess.run([sys.executable, "-c", begin], capture_output=True, timeout=60, check=False)

    assert (ended.returncode, ended.stdout, ended.stderr) == (-signal.SIGINT, b"", b"")
