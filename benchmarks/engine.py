# SPDX-License-Identifier: Apache-2.0
"""How fast the embedded engine is, and what its speed depends on.

    python -m venv /tmp/peers && /tmp/peers/bin/pip install SpiffWorkflow dbos
    PYTHONPATH=src:. python -m benchmarks.engine --peers /tmp/peers
    PYTHONPATH=src:. python -m benchmarks.engine --only throughput|http|start|waiting|restart|rounds|incident

throughput: completed instances a second of a linear process with five service tasks; in-process workers lock and
complete in batches, full history. With `--peers`, SpiffWorkflow saved in SQLite at each step and DBOS run the same in
the same run, and the end states are compared before anything is timed. With `--url postgresql://…` ours and DBOS use
that server. http, incident: see engine_http.py; start, waiting, restart: see engine_measures.py; rounds:
see engine_rounds.py.

Every line tells what it depends on: sync level, workers and batch, level of history, payload, the disk's own time for
a synced write, and how loaded the machine was.
"""

import argparse
import json
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from taktloom.feel import FeelValue, to_json
from taktloom.hosts.embedded import EmbeddedEngine, EngineOptions, InstanceStart, JobCompletion
from taktloom.model.identifiers import ProcessId
from taktloom.model.operations import InstanceQuery
from taktloom.storage import SyncLevel

TASKS = 5
STARTERS = 64
PEERS = ("SpiffWorkflow", "DBOS")
PEER_INSTANCES = 150
PAYLOAD: dict[str, FeelValue] = {"applicant": "Ada Lovelace", "amount": Decimal("1250.5"), "is_urgent": False}
ENDED = {**PAYLOAD, "ok": True}


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


def synced_writes_ms(folder: Path, *, writes: int = 200) -> list[float]:
    """How long each of some 4 KiB writes with fdatasync takes, in milliseconds, sorted."""
    handle = os.open(folder / "probe", os.O_CREAT | os.O_WRONLY)
    times = []
    for _ in range(writes):
        began = time.perf_counter()
        os.write(handle, bytes(4096))
        os.fdatasync(handle)
        times.append((time.perf_counter() - began) * 1000)
    os.close(handle)
    return sorted(times)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """Who completes the jobs: so many threads, each of which locks and completes up to *batch* jobs at once.

    starts: how many instances are started by one call; 1: one by one, by STARTERS callers at the same time.
    """

    workers: int = 4
    batch: int = 300
    starts: int = 1


def run(where: Path | str, *, instances: int, sync: SyncLevel, crew: Crew) -> float:
    """Start and complete *instances*; seconds from the first start to the last end."""
    engine = EmbeddedEngine.open(where, EngineOptions(sync=sync))
    engine.deployments.deploy({"linear.bpmn": linear_process()})
    _require_equal_end(engine)
    before = _completed(engine)
    began = time.perf_counter()
    left = _Left(instances * TASKS)
    workers = [threading.Thread(target=_work, args=(engine, left, crew.batch)) for _ in range(crew.workers)]
    for worker in workers:
        worker.start()
    _start(engine, instances, crew.starts)
    for worker in workers:
        worker.join()
    seconds = time.perf_counter() - began
    done = _completed(engine)
    assert done is None or before is None or done == before + instances, done
    engine.drain()
    return seconds


def _start(engine: EmbeddedEngine, instances: int, at_once: int) -> None:
    if at_once == 1:
        with ThreadPoolExecutor(STARTERS) as starters:
            list(starters.map(lambda _: engine.instances.start(ProcessId("linear"), PAYLOAD), range(instances)))
        return
    starts = [InstanceStart(variables=PAYLOAD)] * instances
    for at in range(0, instances, at_once):
        engine.instances.start_many(ProcessId("linear"), starts[at : at + at_once])


def _completed(engine: EmbeddedEngine) -> int | None:
    return engine.instances.search(InstanceQuery(status="completed", limit=1)).total


def _require_equal_end(engine: EmbeddedEngine) -> None:
    key = engine.instances.start(ProcessId("linear"), PAYLOAD).instance_key
    _work(engine, _Left(TASKS), 1)
    ended = {view.name: view.value for view in engine.instances.detail(key).variables}
    assert ended == ENDED, ended


class _Left:
    """How many jobs are still to be locked, by whichever worker."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self._lock = threading.Lock()

    def take(self, jobs: int) -> None:
        with self._lock:
            self.jobs -= jobs


def _work(engine: EmbeddedEngine, left: _Left, batch: int) -> None:
    while left.jobs:
        locked = engine.jobs.lock(["work"], worker="benchmark", max_jobs=batch, wait=timedelta(milliseconds=200))
        left.take(len(locked))
        completions = [JobCompletion(job_id=job.job_id, fence=job.fence, variables={"ok": True}) for job in locked]
        engine.jobs.complete_many(completions)


def peer_rate(name: str, python: Path, folder: Path, url: str | None) -> str:
    """Instances a second of a peer, run by the Python of its environment; raises where it ends in another state."""
    payload = {key: to_json(value) for key, value in PAYLOAD.items()}
    job = {"model": linear_process().decode(), "payload": payload, "instances": PEER_INSTANCES, "tasks": TASKS}
    command = [str(python), str(Path(__file__).with_name("engine_peers.py")), name]
    text = json.dumps({**job, "folder": str(folder), "url": url})
    answer = subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=280)
    if answer.returncode:
        raise SystemExit(f"{name}: {answer.stderr[-2000:]}")
    told = json.loads(answer.stdout)
    if told is None:
        return "not installed"
    expected = {key: to_json(value) for key, value in ENDED.items()}
    if told["ended"] != expected:
        raise SystemExit(f"{name} ends with {told['ended']}, not with {expected}.")
    return f"{told['rate']:.0f}"


def throughput(folder: Path, given: argparse.Namespace) -> None:
    """Print ours, started one by one and in batches, and where they are the peers'."""
    crew = Crew(workers=given.workers, batch=given.batch)
    ours = [
        _ours(folder, given, crew),
        _ours(folder, given, replace(crew, workers=min(2, crew.workers), starts=crew.batch)),
    ]
    if given.peers:
        for name in PEERS:
            url = given.url if name == "DBOS" else None
            rate = peer_rate(name, given.peers / "bin" / "python", folder, url)
            told = " and ".join(f"{one / float(rate):.1f}" for one in ours) if rate.isdecimal() else ""
            print(f"throughput: {name} instances/s {rate}{told and f' · ours are {told} times that'}")


def _ours(folder: Path, given: argparse.Namespace, crew: Crew) -> float:
    """Completed instances a second."""
    disk = synced_writes_ms(folder)
    file = folder / f"engine{crew.starts}.db"
    before = time.process_time()
    seconds = run(given.url or file, instances=given.instances, sync=given.sync, crew=crew)
    processor = time.process_time() - before
    ours: float = given.instances / seconds
    size = "" if given.url else f" · {file.stat().st_size / given.instances:.0f} bytes/instance"
    callers = f"{STARTERS} callers" if crew.starts == 1 else f"started {crew.starts} by a call"
    print(
        f"throughput: completed instances/s {ours:.0f} · jobs/s {ours * TASKS:.0f} · {given.instances} instances x "
        f"{TASKS} service tasks · {'PostgreSQL' if given.url else 'SQLite'} · sync {given.sync.value} · "
        f"{crew.workers} workers, batch {crew.batch} · {callers} · full history · payload 3 variables{size} · "
        f"{processor / given.instances * 1e6:.0f} us of "
        f"processor/instance · fdatasync p50 {disk[len(disk) // 2]:.2f} ms"
    )
    return ours


def main() -> None:
    """See the module."""
    from benchmarks import engine_http, engine_measures, engine_rounds

    rows: dict[str, Callable[[Path, argparse.Namespace], None]] = {
        "throughput": throughput,
        "http": engine_http.http,
        "start": engine_measures.start,
        "waiting": engine_measures.waiting,
        "restart": engine_measures.restart,
        "rounds": engine_rounds.rounds,
        "incident": engine_http.incident,
    }
    parser = argparse.ArgumentParser(description="The embedded engine's speed")
    parser.add_argument("--only", choices=rows, action="append", help="a row of the table; repeatable")
    parser.add_argument("--instances", type=int, default=2000)
    parser.add_argument("--live", type=int, default=100_000, help="instances that wait, for waiting and restart")
    parser.add_argument("--sync", type=SyncLevel, default=SyncLevel.FULL)
    parser.add_argument("--workers", type=int, default=Crew().workers, help="threads that complete jobs")
    parser.add_argument("--batch", type=int, default=Crew().batch, help="jobs that each of them takes at once")
    parser.add_argument("--peers", type=Path, help="folder of a virtual environment that holds the peers")
    parser.add_argument("--url", help="an empty PostgreSQL database, for throughput")
    given = parser.parse_args()
    print(f"{os.cpu_count()} cores · load {os.getloadavg()[0]:.1f}")
    for name, measure in rows.items():
        if not given.only or name in given.only:
            with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
                measure(Path(folder), given)


if __name__ == "__main__":
    main()
