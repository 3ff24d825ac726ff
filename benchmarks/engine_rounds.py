# SPDX-License-Identifier: Apache-2.0
"""Row `rounds` of benchmarks.engine: what a job of a multi-instance activity costs, for few and for many items.

Processor time for each job, of parallel instances (with and without collected results), of sequential ones, and of a
multi-instance sub-process with two tasks; then the same for opening the user tasks of a parallel activity, with the
bytes that they take. The last item of the line tells how much a job costs more where there are
sixteen times as many; 1 is aimed at.
"""

import argparse
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

from taktloom.formats.bpmn.builder import many, process
from taktloom.hosts.embedded import EmbeddedEngine, EngineOptions, JobCompletion
from taktloom.model.identifiers import ProcessId

BATCH = 300
FEW, MANY = 625, 10_000
RESULT = {"result": Decimal(7)}


def rounds(folder: Path, given: argparse.Namespace) -> None:
    """Print one line for each kind of loop."""
    for kind, model in MODELS.items():
        path = folder / kind.replace(" ", "-")
        few, _ = _run(path.with_suffix(".few.db"), model(), FEW, given)
        each, seconds = _run(path.with_suffix(".db"), model(), MANY, given)
        print(
            f"rounds: {kind}, {MANY} items: {seconds:.1f} s of processor, {each:.2f} ms a job; "
            f"{FEW} items: {few:.2f} ms a job · ratio {each / few:.2f} · batch {BATCH} · sync {given.sync.value}"
        )
    few, _, _ = _open_user_tasks(folder / "user-tasks.few.db", FEW, given)
    each, seconds, size = _open_user_tasks(folder / "user-tasks.db", MANY, given)
    print(
        f"rounds: user tasks opened, {MANY} items: {seconds:.1f} s of processor, {each:.2f} ms a task, "
        f"{size / 1e6:.1f} MB; {FEW} items: {few:.2f} ms a task · ratio {each / few:.2f} · sync {given.sync.value}"
    )


def _open_user_tasks(path: Path, items: int, given: argparse.Namespace) -> tuple[float, float, int]:
    """Milliseconds of processor for each task, seconds for all, and the size of the database in bytes."""
    engine = EmbeddedEngine.open(path, EngineOptions(sync=given.sync))
    loop = many(input_collection="items", input_element="item")
    engine.deployments.deploy({"rounds.bpmn": process("rounds").start().user_task("Look", loop=loop).end().xml()})
    began = time.process_time()
    engine.instances.start(ProcessId("rounds"), {"items": list(range(items))})
    seconds = time.process_time() - began
    engine.drain()
    return seconds / items * 1000, seconds, path.stat().st_size


def _run(path: Path, model: bytes, items: int, given: argparse.Namespace) -> tuple[float, float]:
    """Milliseconds of processor for each job, and seconds for all."""
    engine = EmbeddedEngine.open(path, EngineOptions(sync=given.sync))
    engine.deployments.deploy({"rounds.bpmn": model})
    began, done = time.process_time(), 0
    key = engine.instances.start(ProcessId("rounds"), {"items": [Decimal(item) for item in range(items)]}).instance_key
    while jobs := engine.jobs.lock(["work"], worker="benchmark", max_jobs=BATCH):
        completions = [JobCompletion(job_id=job.job_id, fence=job.fence, variables=RESULT) for job in jobs]
        done += len(engine.jobs.complete_many(completions))
    seconds = time.process_time() - began
    assert engine.instances.summary(key).status == "completed"
    engine.drain()
    return seconds / done * 1000, seconds


def _tasks(*, is_sequential: bool = False, has_results: bool = False) -> bytes:
    results = {"output_collection": "results", "output_element": "result"} if has_results else {}
    loop = many(input_collection="items", input_element="item", is_sequential=is_sequential, **results)  # type: ignore[arg-type]
    return process("rounds").start().service_task("Work", job_type="work", loop=loop).end().xml()


def _sub_process() -> bytes:
    loop = many(input_collection="items", input_element="item")
    chain = (
        process("rounds")
        .start()
        .sub_process(
            "Each",
            lambda inner: (
                inner.start().service_task("Work", job_type="work").service_task("Check", job_type="work").end()
            ),
            loop=loop,
        )
    )
    return chain.end().xml()


MODELS: Mapping[str, Callable[[], bytes]] = {
    "parallel": _tasks,
    "parallel with results": lambda: _tasks(has_results=True),
    "sequential with results": lambda: _tasks(is_sequential=True, has_results=True),
    "sub-process of two tasks": _sub_process,
}
