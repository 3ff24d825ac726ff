# SPDX-License-Identifier: Apache-2.0
"""`./taktloom dev` joins the server and Vite."""

import subprocess
import sys

import pytest

import development


@pytest.mark.parametrize(
    ("arguments", "variable", "address"),
    [
        ([], None, "http://127.0.0.1:8765"),
        ([], "9001", "http://127.0.0.1:9001"),
        (["--data", "folder", "--port", "9002"], "9001", "http://127.0.0.1:9002"),
    ],
)
def test_vite_asks_the_server_where_it_listens(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], variable: str | None, address: str
) -> None:
    monkeypatch.delenv("TAKTLOOM_PORT", raising=False)
    if variable:
        monkeypatch.setenv("TAKTLOOM_PORT", variable)

    assert development.server_address(arguments) == address


def test_the_one_that_ends_first_gives_the_exit_code() -> None:
    waiting = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    ending = subprocess.Popen([sys.executable, "-c", "raise SystemExit(7)"])

    code = development._first_to_end([waiting, ending])

    waiting.communicate(b"\n")
    assert code == 7
