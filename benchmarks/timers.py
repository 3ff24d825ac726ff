# SPDX-License-Identifier: Apache-2.0
"""Ten thousand timers due in one second: how long they take, and how long other work waits meanwhile.

    python benchmarks/timers.py [--timers 10000] [--starts 200]

Prints the time in which all have fired, and p50/p99 of the time that starting an instance takes while they fire and
when nothing else runs. One SQLite file, sync level full, full history; each firing completes its instance.
"""

import argparse
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from taktloom.hosts.embedded import EmbeddedEngine, EngineOptions, ManualClock
from taktloom.model.identifiers import ProcessId

MODEL = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x">
<process id="pause" isExecutable="true"><startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="w"/>
<intermediateCatchEvent id="w"><timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>
</intermediateCatchEvent><sequenceFlow id="g" sourceRef="w" targetRef="e"/><endEvent id="e"/></process></definitions>"""
PAUSE = ProcessId("pause")


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--timers", type=int, default=10_000)
    parser.add_argument("--starts", type=int, default=200)
    arguments = parser.parse_args()
    clock = ManualClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
    with tempfile.TemporaryDirectory() as folder:
        engine = EmbeddedEngine.open(Path(folder) / "engine.db", EngineOptions(clock=clock))
        engine.deployments.deploy({"pause.bpmn": MODEL})
        _start_many(engine, arguments.timers)
        alone = [_timed_start(engine) for _ in range(arguments.starts)]
        clock.advance(timedelta(hours=1))
        beside, seconds = _fire_beside_starts(engine, arguments.timers + arguments.starts)
        engine.drain()
    print(f"fired {arguments.timers + arguments.starts} timers in {seconds:.2f} s")
    print(f"a start alone:          {_spread(alone)}")
    print(f"a start while they fire: {_spread(beside)}, n = {len(beside)}")


def _start_many(engine: EmbeddedEngine, number: int) -> None:
    threads = [
        threading.Thread(target=lambda: [engine.instances.start(PAUSE, {}) for _ in range(number // 16)])
        for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for _ in range(number - number // 16 * 16):
        engine.instances.start(PAUSE, {})


def _fire_beside_starts(engine: EmbeddedEngine, expected: int) -> tuple[list[float], float]:
    times: list[float] = []
    is_over = threading.Event()

    def start_meanwhile() -> None:
        while not is_over.is_set():
            times.append(_timed_start(engine))

    beside = threading.Thread(target=start_meanwhile)
    begun = time.perf_counter()
    beside.start()
    fired = engine.timers.fire_due()
    seconds = time.perf_counter() - begun
    is_over.set()
    beside.join()
    if fired != expected:
        raise SystemExit(f"{fired} timers fired, {expected} were due")
    return times, seconds


def _timed_start(engine: EmbeddedEngine) -> float:
    begun = time.perf_counter()
    engine.instances.start(PAUSE, {})
    return time.perf_counter() - begun


def _spread(times: list[float]) -> str:
    ordered = sorted(times)
    p50, p99 = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
    return f"p50 {p50 * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms"


if __name__ == "__main__":
    main()
