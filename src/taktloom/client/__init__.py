# SPDX-License-Identifier: Apache-2.0
"""A small typed client of a server's REST interface, for programs in Python; job workers have their own (`connect`).

with Client("http://127.0.0.1:8765", key) as client:
    client.deploy({"permit.bpmn": Path("permit.bpmn").read_bytes()})
    started = client.start("permit", {"amount": Decimal(1200)}, business_key="A-17")
    for task in client.tasks():
        client.complete_task(task.user_task_id, {"approved": True})
"""

from taktloom.client.client import Client, InstanceStart
from taktloom.client.transport import RequestRefusedError
from taktloom.model.operations import RefusedStart

__all__ = ["Client", "InstanceStart", "RefusedStart", "RequestRefusedError"]
