# SPDX-License-Identifier: Apache-2.0
"""Rows of benchmarks.engine that need no server: one start, many waiting instances, a restart.

start: one start call of a process of script tasks only, which is one commit; its 99th percentile against the disk's
own for a synced write. waiting: the rate of job completions while many instances wait against while few do; by turns,
so that what else runs on the machine slows both. restart: opening a database with many live instances until the first
job of it is locked.
"""

import argparse
import statistics
import time
from datetime import timedelta
from pathlib import Path

from benchmarks.engine import PAYLOAD, TASKS, linear_process, synced_writes_ms
from benchmarks.kernel import scripts

from taktloom.feel import FeelValue
from taktloom.hosts.embedded import EmbeddedEngine, EngineOptions, JobCompletion
from taktloom.hosts.embedded.advancing.instances import start_instance
from taktloom.hosts.embedded.core.unit import Unit
from taktloom.kernel.events import InstanceStarted
from taktloom.model.identifiers import DEFAULT_TENANT, ProcessId
from taktloom.storage import SyncLevel

STARTS = 300
AT_ONCE = 500  # instances in one transaction, where only their number counts
FEW = 100
ROUNDS = 10
LINEAR = ProcessId("linear")


def start(folder: Path, given: argparse.Namespace) -> None:
    """Print the 99th percentile of a start beside the disk's."""
    engine = EmbeddedEngine.open(folder / "engine.db", EngineOptions(sync=given.sync))
    engine.deployments.deploy({"scripts.bpmn": scripts()})
    variables: dict[str, FeelValue] = {"x": 1}  # type: ignore[dict-item]  # taken for a number, as at any door
    from taktloom.feel import from_python

    values = {name: from_python(value) for name, value in variables.items()}
    disk, times = [], []
    for _ in range(STARTS):
        disk += synced_writes_ms(folder, writes=1)
        began = time.perf_counter()
        summary = engine.instances.start(ProcessId("p"), values)
        times.append((time.perf_counter() - began) * 1000)
        assert summary.status == "completed"
    engine.drain()
    ours, its = _at(times, 0.99), _at(disk, 0.99)
    print(
        f"start: p50 {_at(times, 0.5):.2f} ms · p99 {ours:.2f} ms · {STARTS} starts of 5 script tasks, one after "
        f"another · sync {given.sync.value} · fdatasync p50 {_at(disk, 0.5):.2f} ms, p99 {its:.2f} ms · bar "
        f"{3 * its + 2:.2f} ms: {'kept' if ours <= 3 * its + 2 else 'missed'}"
    )


def waiting(folder: Path, given: argparse.Namespace) -> None:
    """Print the rates of completions with few and with many instances that wait."""
    engines = {}
    for count in (FEW, given.live):
        engines[count] = _crowded(folder / f"{count}.db", count, given.sync)
    rates: dict[int, list[float]] = {count: [] for count in engines}
    for _ in range(ROUNDS):
        for count, engine in engines.items():
            rates[count].append(_completions_a_second(engine))
    for engine in engines.values():
        engine.drain()
    ratio = statistics.median(many / few for few, many in zip(rates[FEW], rates[given.live], strict=True))
    print(
        f"waiting: completions/s {statistics.median(rates[FEW]):.0f} with {FEW} waiting instances, "
        f"{statistics.median(rates[given.live]):.0f} with {given.live} · ratio {ratio:.2f} · sync {given.sync.value}"
    )


def restart(folder: Path, given: argparse.Namespace) -> None:
    """Print how long an engine takes to be ready beside many live instances."""
    _crowded(folder / "engine.db", given.live, given.sync).drain()
    began = time.perf_counter()
    engine = EmbeddedEngine.open(folder / "engine.db", EngineOptions(sync=given.sync))
    engine.start()
    opened = time.perf_counter() - began
    assert engine.jobs.lock(["work"], worker="benchmark")
    ready = time.perf_counter() - began
    engine.drain()
    print(f"restart: open after {opened:.3f} s, first job after {ready:.3f} s · {given.live} live instances")


def _crowded(path: Path, count: int, sync: SyncLevel) -> EmbeddedEngine:
    """An engine with so many instances that wait at their first job."""
    engine = EmbeddedEngine.open(path, EngineOptions(sync=sync))
    engine.deployments.deploy({"linear.bpmn": linear_process()})
    for first in range(0, count, AT_ONCE):
        number = min(AT_ONCE, count - first)
        engine._core.submit(DEFAULT_TENANT, lambda unit, number=number: _start_many(unit, number))  # type: ignore[misc]
    return engine


def _start_many(unit: Unit, count: int) -> None:
    definition = unit.core.catalogue.startable(unit.session, unit.tenant_id, LINEAR, None)
    for _ in range(count):
        start_instance(unit, definition, InstanceStarted(occurred_at=unit.now, variables=PAYLOAD))


def _completions_a_second(engine: EmbeddedEngine) -> float:
    """Of FEW jobs, the oldest ones: each leads its instance to its next job, so the crowd stays as large."""
    began = time.perf_counter()
    jobs = engine.jobs.lock(["work"], worker="benchmark", max_jobs=FEW // TASKS, wait=timedelta(seconds=5))
    done = engine.jobs.complete_many(
        [JobCompletion(job_id=job.job_id, fence=job.fence, variables={"ok": True}) for job in jobs]
    )
    return len(done) / (time.perf_counter() - began)


def _at(times: list[float], part: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * part))]
