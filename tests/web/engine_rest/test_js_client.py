# SPDX-License-Identifier: Apache-2.0
"""The published JavaScript client of Camunda 7 (camunda-external-task-client-js), unchanged, runs a process.

Its packages are installed from the lock in `tests/clients` by the Node that comes from PyPI.
"""

import json
import subprocess
from pathlib import Path

import httpx
import pytest

import ui_build
from taktloom.app.wiring import Rooms
from tests.web.engine_rest.models import CHAIN_BPMN
from tests.web.live import listening, new_key

CLIENTS = Path(__file__).parents[2] / "clients"


@pytest.mark.conformance
def test_the_client_runs_a_process_end_to_end(rooms: Rooms) -> None:
    node = ui_build.install_packages(CLIENTS)
    key = new_key(rooms)
    with (
        listening(rooms) as address,
        httpx.Client(base_url=f"{address}/engine-rest", auth=("program", key), trust_env=False, timeout=60) as http,
    ):
        files = {"file": ("chain.bpmn", CHAIN_BPMN, "application/octet-stream")}
        http.post("/deployment/create", files=files).raise_for_status()
        variables = {"amount": {"value": 7, "type": "Integer"}, "city": {"value": "Zürich"}}
        body = {"variables": variables, "businessKey": "b-1"}
        started = http.post("/process-definition/key/chain/start", json=body).raise_for_status().json()

        # With a final slash after the base address, as many have it in their settings.
        command = [str(node), "worker.js", f"{address}/engine-rest/", key]
        done = subprocess.run(command, cwd=CLIENTS, capture_output=True, timeout=90, check=False)
        shown = http.get(f"/process-instance/{started['id']}/variables").json()

    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    seen = json.loads(done.stdout)
    assert seen["first"] == {"amount": 7, "city": "Zürich", "retries": None, "businessKey": "b-1"}
    assert seen["retries"] == 2
    assert seen["calls"] == ["extendLock", "handleFailure", "unlock", "lock", "complete", "complete"]
    assert seen["second"] == {"question": 7}
    assert {name: (one["type"], one["value"]) for name, one in shown.items()} == {
        "amount": ("Integer", 7),
        "city": ("String", "Zürich"),
        "shipped": ("Date", "2026-01-31T12:00:00.000+0000"),
        "lines": ("Json", '[{"n": 1.5}]'),
        "big": ("Long", 9007199254740991),
        "ratio": ("Double", 0.25),
        "nothing": ("Null", None),
        "answer": ("Integer", 42),
    }
