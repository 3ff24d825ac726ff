# SPDX-License-Identifier: Apache-2.0
"""A server as a process of its own (`python -m taktloom serve`), and a person who speaks REST with it."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

REPOSITORY = Path(__file__).parents[2]
READY_WITHIN_S = 90  # a loaded machine; how fast it is on a free one is measured by benchmarks.startup
ENDED_WITHIN_S = 40


def command(*arguments: str | Path) -> list[str]:
    """The command line of `taktloom ARGUMENTS` without anything installed."""
    return [sys.executable, "-m", "taktloom", *map(str, arguments)]


def environment(**more: str) -> dict[str, str]:
    """This process's environment, with the package found in the repository and no settings of the machine."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TAKTLOOM_")}
    return {**kept, "PYTHONPATH": f"{REPOSITORY / 'src'}:{REPOSITORY}", **more}


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class ServerProcess:
    """`taktloom serve --json` on a data folder; `sign_in_link` is None once somebody has a password."""

    def __init__(self, data: Path, *, port: int | None = None) -> None:
        self.data, self.port = data, port or free_port()
        self.address, self.sign_in_link = f"http://127.0.0.1:{self.port}", ""
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> "ServerProcess":
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.is_running:
            self.stop()

    @property
    def stop_code(self) -> int | None:
        """The exit code of the process that has ended."""
        return None if self._process is None else self._process.returncode

    @property
    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Of the running process."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> "ServerProcess":
        """Start and wait for the announcement; fails with what the server said when it ends instead."""
        arguments = command("serve", "--data", self.data, "--port", str(self.port), "--json")
        self._process = subprocess.Popen(
            arguments, cwd=REPOSITORY, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        announced = _read_document(self._process)
        assert announced["address"] == self.address
        self.sign_in_link = str(announced["sign_in_link"] or "")
        return self

    def kill(self) -> None:
        """`kill -9`: no handler runs, nothing is flushed."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> int:
        assert self._process is not None
        self._process.send_signal(number)
        self._process.communicate(timeout=ENDED_WITHIN_S)
        return int(self._process.returncode)


def _read_document(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The first JSON document on standard output."""
    assert process.stdout is not None
    assert process.stderr is not None
    text = ""
    for line in process.stdout:
        text += line
        if line.rstrip() == "}":
            return dict(json.loads(text))
    raise AssertionError(f"the server ended before it was ready: {process.stderr.read()[-2000:]}")


class Person:
    """Somebody signed in by a one-time link, over HTTP; outlives restarts of the server, as a browser does."""

    def __init__(self, address: str, sign_in_link: str) -> None:
        self._client = httpx.Client(base_url=f"{address}/api/v1", timeout=READY_WITHIN_S)
        token = sign_in_link.partition("#token=")[2]
        session = self.post("/session/one-time", {"token": token})
        self._client.headers["X-CSRF-Token"] = session["csrf_token"]

    def get(self, path: str, **query: str | int | bool) -> Any:
        """The JSON of a GET that succeeds."""
        return _checked(self._client.get(path, params=query)).json()

    def text(self, path: str) -> str:
        """The text of a GET that succeeds."""
        return _checked(self._client.get(path)).text

    def post(self, path: str, body: Mapping[str, object]) -> Any:
        """The JSON of a POST that succeeds, None when it has none."""
        answer = _checked(self._client.post(path, json=body))
        return answer.json() if answer.content else None

    def put(self, path: str, body: Mapping[str, object]) -> None:
        """A PUT that succeeds."""
        _checked(self._client.put(path, json=body))

    def post_files(self, path: str, files: Sequence[Path]) -> Any:
        """The JSON of an upload that succeeds."""
        parts = [("files", (one.name, one.read_bytes(), "application/xml")) for one in files]
        return _checked(self._client.post(path, files=parts)).json()

    def all(self, path: str, **query: str | int | bool) -> list[Any]:
        """The items of every page."""
        page = self.get(path, limit=500, **query)
        items = list(page["items"])
        while page["next_cursor"]:
            page = self.get(path, limit=500, cursor=page["next_cursor"], **query)
            items.extend(page["items"])
        return items

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _checked(answer: httpx.Response) -> httpx.Response:
    if answer.is_error:
        answer.read()
        raise httpx.HTTPStatusError(
            f"{answer.status_code}: {answer.text[:1000]}", request=answer.request, response=answer
        )
    return answer
