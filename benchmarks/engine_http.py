# SPDX-License-Identifier: Apache-2.0
"""Rows of benchmarks.engine that speak REST with a server process.

http: four worker processes fetch jobs in batches and complete them in batches (`POST /jobs/completions`), then one by
one. incident: from the failure of a job to the incident in the list that the API and the user interface read.
"""

import argparse
import multiprocessing
import os
import statistics
import time
from pathlib import Path

import httpx
from benchmarks.engine import PAYLOAD, TASKS, linear_process
from tests.e2e.server import Person, ServerProcess

from taktloom.feel import to_json

WORKERS = 4
SINGLY = 100  # instances for completing one by one
INCIDENTS = 20
WORK = ["work"]


def http(folder: Path, given: argparse.Namespace) -> None:
    """Print jobs a second with batches and without."""
    with ServerProcess(folder / "data") as server:
        person, key = _prepared(server, folder)
        for name, batch, instances in (
            (f"batches of {given.batch}", given.batch, given.instances),
            ("one by one", 1, SINGLY),
        ):
            _start(person, instances)
            rate, processor_ms = _worked(server, key, batch, instances * TASKS)
            print(
                f"http: jobs/s {rate:.0f} by {WORKERS} worker processes · {name} · {instances} instances x "
                f"{TASKS} service tasks · sync full · full history · server: {processor_ms:.2f} ms of processor/job"
            )
        person.close()


def incident(folder: Path, given: argparse.Namespace) -> None:
    """Print how long after a failure the incident is in the list."""
    del given
    with ServerProcess(folder / "data") as server:
        person, key = _prepared(server, folder)
        _start(person, INCIDENTS)
        times = []
        with _client(server.address, key) as worker:
            for number, job in enumerate(_locked(worker, INCIDENTS), start=1):
                body = {"fence": job["fence"], "message": "no", "retries": 0}
                began = time.perf_counter()
                worker.post(f"/jobs/{job['job_id']}/failure", json=body).raise_for_status()
                while person.get("/incidents", limit=1)["total"] < number:
                    pass
                times.append((time.perf_counter() - began) * 1000)
        person.close()
    print(f"incident: in the list {statistics.median(times):.0f} ms after the failure, {max(times):.0f} ms at most")


def _prepared(server: ServerProcess, folder: Path) -> tuple[Person, str]:
    person = Person(server.address, server.sign_in_link)
    (folder / "linear.bpmn").write_bytes(linear_process())
    person.post_files("/deployments", [folder / "linear.bpmn"])
    account = {"name": "benchmark", "job_types": WORK, "routes": ["jobs"]}
    return person, str(person.post("/service-accounts", account)["key"])


def _start(person: Person, instances: int) -> None:
    variables = {name: to_json(value) for name, value in PAYLOAD.items()}
    for _ in range(instances):
        person.post("/processes/linear/instances", {"variables": variables})


def _worked(server: ServerProcess, key: str, batch: int, jobs: int) -> tuple[float, float]:
    """Let the workers do all jobs; jobs a second from the first request to the last answer, and the server's processor
    time for each in milliseconds."""
    context = multiprocessing.get_context("spawn")
    ready, left = context.Barrier(WORKERS + 1), context.Value("i", jobs)
    ended = context.SimpleQueue()
    given = ((server.address, key), batch, ready, left, ended)
    workers = [context.Process(target=_work, args=given) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    ready.wait()  # all of them have imported what they need and are connected
    before, began = _processor_s(server.pid), time.perf_counter()
    last = max(ended.get() for _ in workers)
    spent = _processor_s(server.pid) - before
    for worker in workers:
        worker.join()
    return jobs / (last - began), spent / jobs * 1000


def _processor_s(process: int) -> float:
    """What a process has used of the processor, all its threads together."""
    numbers = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")


def _work(account, batch, ready, left, ended) -> None:  # type: ignore[no-untyped-def]  # multiprocessing's own types
    with _client(*account) as client:
        client.post(
            "/jobs/activations", json={"job_types": WORK, "worker": "nobody", "lock_s": 0.001}
        ).raise_for_status()
        ready.wait()
        while left.value > 0:
            jobs = _locked(client, batch)
            if batch == 1:
                for job in jobs:
                    body = {"fence": job["fence"], "variables": {"ok": True}}
                    client.post(f"/jobs/{job['job_id']}/completion", json=body).raise_for_status()
            elif jobs:
                completions = [
                    {"job_id": job["job_id"], "fence": job["fence"], "variables": {"ok": True}} for job in jobs
                ]
                answer = client.post("/jobs/completions", json={"completions": completions}).raise_for_status().json()
                assert not answer["refused"], answer
            with left.get_lock():
                left.value -= len(jobs)
        ended.put(time.perf_counter())  # of the machine, so that those of several processes can be compared


def _client(address: str, key: str) -> httpx.Client:
    return httpx.Client(base_url=f"{address}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=60)


def _locked(client: httpx.Client, batch: int) -> list[dict[str, object]]:
    wanted = {"job_types": WORK, "worker": "benchmark", "max_jobs": batch, "lock_s": 60, "wait_s": 0.2}
    jobs: list[dict[str, object]] = client.post("/jobs/activations", json=wanted).raise_for_status().json()["jobs"]
    return jobs
