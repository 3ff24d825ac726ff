# SPDX-License-Identifier: Apache-2.0
"""How many instances of a linear process with five service tasks the embedded engine completes per second.

    python -m benchmarks.engine [--instances 1000] [--sync full|normal] [--batch 100]

In-process workers lock in batches and complete in batches; full history; every acknowledged step is on disk (`full`).
Prints the sync level, batch, payload and how long a commit of this disk takes, so that figures can be compared.
"""

import argparse
import os
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from taktloom.feel import FeelValue
from taktloom.hosts.embedded import EmbeddedEngine, EngineOptions, JobCompletion
from taktloom.model.identifiers import ProcessId
from taktloom.model.operations import InstanceQuery
from taktloom.storage import SyncLevel

TASKS = 5
STARTERS = 16
PAYLOAD: dict[str, FeelValue] = {"applicant": "Ada Lovelace", "amount": Decimal("1250.50"), "is_urgent": False}


def linear_process() -> bytes:
    """Start, five service tasks, end."""
    nodes = ["start", *(f"task{number}" for number in range(TASKS)), "end"]
    tasks = "".join(
        f'<serviceTask id="{node}"><extensionElements><t:taskDefinition type="work"/></extensionElements></serviceTask>'
        for node in nodes[1:-1]
    )
    flows = "".join(
        f'<sequenceFlow id="f{at}" sourceRef="{source}" targetRef="{target}"/>'
        for at, (source, target) in enumerate(pairwise(nodes))
    )
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:t="urn:taktloom:bpmn:1" id="d" '
        'targetNamespace="urn:benchmark"><process id="linear" isExecutable="true">'
        f'<startEvent id="start"/>{tasks}<endEvent id="end"/>{flows}</process></definitions>'
    ).encode()


def disk_commit_ms(folder: Path, *, writes: int = 200) -> float:
    """Median time of a 4 KiB write with fdatasync, in milliseconds."""
    handle = os.open(folder / "probe", os.O_CREAT | os.O_WRONLY)
    times = []
    for _ in range(writes):
        began = time.perf_counter()
        os.write(handle, bytes(4096))
        os.fdatasync(handle)
        times.append(time.perf_counter() - began)
    os.close(handle)
    return sorted(times)[writes // 2] * 1000


def run(folder: Path, *, instances: int, sync: SyncLevel, batch: int) -> float:
    """Start and complete *instances*; seconds from the first start to the last end."""
    engine = EmbeddedEngine.open(folder / "engine.db", EngineOptions(sync=sync))
    engine.deployments.deploy({"linear.bpmn": linear_process()})
    began = time.perf_counter()
    worker = threading.Thread(target=_work, args=(engine, instances * TASKS, batch))
    worker.start()
    with ThreadPoolExecutor(STARTERS) as starters:
        list(starters.map(lambda _: engine.instances.start(ProcessId("linear"), PAYLOAD), range(instances)))
    worker.join()
    seconds = time.perf_counter() - began
    done = engine.instances.search(InstanceQuery(status="completed", limit=1)).total
    assert done is None or done == instances, done
    engine.drain()
    return seconds


def _work(engine: EmbeddedEngine, jobs: int, batch: int) -> None:
    while jobs:
        locked = engine.jobs.lock(["work"], worker="benchmark", max_jobs=batch, wait=timedelta(seconds=5))
        completions = [JobCompletion(job_id=job.job_id, fence=job.fence, variables={"ok": True}) for job in locked]
        engine.jobs.complete_many(completions)
        jobs -= len(locked)


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description="Embedded engine, linear process")
    parser.add_argument("--instances", type=int, default=1000)
    parser.add_argument("--sync", type=SyncLevel, default=SyncLevel.FULL)
    parser.add_argument("--batch", type=int, default=100)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        folder = Path(name)
        commit_ms = disk_commit_ms(folder)
        seconds = run(folder, instances=given.instances, sync=given.sync, batch=given.batch)
        size = (folder / "engine.db").stat().st_size
    print(
        f"completed instances/s {given.instances / seconds:.0f} · jobs/s {given.instances * TASKS / seconds:.0f} · "
        f"{given.instances} instances x {TASKS} service tasks · sync {given.sync.value} · batch {given.batch} · "
        f"full history · {size / given.instances:.0f} bytes/instance · fdatasync p50 {commit_ms:.2f} ms · "
        f"{os.cpu_count()} cores"
    )


if __name__ == "__main__":
    main()
