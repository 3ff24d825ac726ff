# SPDX-License-Identifier: Apache-2.0
"""A port that is taken is told with a remedy that works. (Second server, SIGTERM with an open stream: tests/cli.)"""

import json
import re
import socket
import subprocess
from pathlib import Path

import httpx

from tests.e2e.server import REPOSITORY, ServerProcess, command, environment


def test_a_taken_port_is_refused_with_a_free_one_that_then_works(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        arguments = command("serve", "--data", tmp_path / "data", "--port", str(taken), "--json")

        refused = subprocess.run(
            arguments, cwd=REPOSITORY, env=environment(), capture_output=True, text=True, timeout=90, check=False
        )

        error = json.loads(refused.stdout)["error"]
        assert (refused.returncode, error["code"], error["parameters"]["port"]) == (1, "TL-3902", str(taken))
        named = re.search(r"--port (\d+)", error["remedy"])
        assert named is not None
        with ServerProcess(tmp_path / "data", port=int(named[1])) as server:
            assert httpx.get(f"{server.address}/api/v1/health", timeout=60).json()["status"] == "ok"
        assert server.stop_code == 0
