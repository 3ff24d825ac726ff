# SPDX-License-Identifier: Apache-2.0
"""No value of a variable gets into the server's log, whatever happens to it."""

import json
import logging
from pathlib import Path

import pytest

from taktloom.app.logging import log_to_folder
from taktloom.app.wiring import Rooms
from tests.web.client import Client, expect
from tests.web.test_batch_completions import MODEL

SECRET = "Zaphod-4711"
DIVIDE = (Path(__file__).parents[1] / "hosts" / "embedded" / "models" / "divide.bpmn").read_bytes()


def live(rooms: Rooms, admin: Client) -> None:
    """What an instance with a secret goes through: well, badly, and refused."""
    files = [("files", ("one.bpmn", MODEL, "application/xml")), ("files", ("divide.bpmn", DIVIDE, "application/xml"))]
    expect(admin.call("POST", "/deployments", files=files), 201)
    started = admin.post("/processes/one/instances", {"variables": {"name": SECRET}, "business_key": "A-17"}, 201)
    admin.post("/processes/divide/instances", {"variables": {"n": SECRET, "total": SECRET}}, 201)
    address = f"/instances/{started['instance_key']}"
    expect(admin.call("PUT", f"{address}/variables", json={"variables": {"name": SECRET}, "reason": "typing"}), 204)
    admin.call("PUT", f"{address}/variables", json={"variables": {"name": {"@type": "date", "value": SECRET}}})
    admin.call("POST", "/processes/one/instances", content=f'{{"variables": {{"name": "{SECRET}"', headers=JSON)
    admin.call("POST", "/processes/one/instances", json={"variables": {"name": SECRET * 2_000_000}})
    for name in ("PAY", "NOBODY"):
        admin.call("POST", "/messages", json={"name": name, "correlation_key": SECRET, "variables": {"x": SECRET}})
    (job,) = rooms.engine.jobs.lock(["work"], worker="w")
    rooms.engine.jobs.fail(job.job_id, job.fence, "TimeoutError", retries=0)
    for incident in admin.get("/incidents")["items"]:
        admin.call("POST", f"/incidents/{incident['incident_id']}/resolve", json={"variables": {"n": SECRET}})
    admin.call("POST", f"{address}/cancel", json={"reason": "done"})


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_log_names_instances_and_never_values(rooms: Rooms, admin: Client, tmp_path: Path, form: str) -> None:
    with log_to_folder(tmp_path, form=form) as path:
        logging.getLogger("taktloom").info("the log is written")
        live(rooms, admin)

    text = path.read_text("utf-8")
    lines = text.splitlines()
    assert "the log is written" in text
    assert SECRET not in text
    if form == "json":
        assert all({"at", "level", "logger", "message"} <= set(json.loads(line)) for line in lines)
