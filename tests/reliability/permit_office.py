# SPDX-License-Identifier: Apache-2.0
"""A permit office as a process of its own, to be killed: engine, workers, citizens and a clerk on one data folder.

    python -m tests.reliability.permit_office FOLDER CASES ENGINE [NODE NODES]

ENGINE: the engine's file, or the address of a database server. Several offices on one database, which are numbered from
0, start every NODES-th case each and do whatever work they find.

Starts the cases that are missing, completes the clerk's tasks, and prints a line after each acknowledged step
(`started KEY`, `decided TASK`, `done` when every case has ended). Restarted, it goes on where the files stand.
"""

import sys
import threading
from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from examples.permit.workers import permit_workers

from taktloom.connect import PoolOptions, WorkerPool
from taktloom.feel import FeelValue
from taktloom.hosts.embedded import EmbeddedEngine
from taktloom.model.errors import ConflictError
from taktloom.model.identifiers import JobId, ProcessId
from taktloom.model.operations import InstanceQuery, UserTaskQuery

PERMIT = ProcessId("permit_example")
MODEL = Path(__file__).parents[2] / "examples" / "permit" / "permit.bpmn"
LOCK = timedelta(seconds=1)  # short, so that the jobs of a killed process are soon offered again
_SPEAKING = threading.Lock()


class SpokenJobs:
    """The engine's jobs, printing a line after each acknowledged completion."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        self._jobs = engine.jobs
        self.lock, self.fail = engine.jobs.lock, engine.jobs.fail
        self.throw_error, self.heartbeat = engine.jobs.throw_error, engine.jobs.heartbeat
        self.throw_escalation = engine.jobs.throw_escalation

    def complete(self, job_id: JobId, fence: int, variables: Mapping[str, FeelValue]) -> object:
        """Complete, then say so."""
        result = self._jobs.complete(job_id, fence, variables)
        say(f"completed {job_id}")
        return result


def say(line: str) -> None:
    """Print one whole line at once."""
    with _SPEAKING:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


def all_instances(engine: EmbeddedEngine) -> Iterator[tuple[str, str]]:
    """Business key and status of every instance."""
    cursor: str | None = None
    while True:
        page = engine.instances.search(InstanceQuery(cursor=cursor, limit=500))
        yield from ((row.business_key or "", row.status) for row in page.items)
        cursor = page.next_cursor
        if cursor is None:
            return


def start_missing(engine: EmbeddedEngine, numbers: range) -> None:
    """Start each case that does not exist yet, under its number as business key."""
    present = {name for name, _ in all_instances(engine)}
    for number in numbers:
        if f"case-{number}" in present:
            continue
        variables: dict[str, FeelValue] = {"applicant": f"Citizen {number}", "amount": Decimal(number + 1)}
        started = engine.instances.start(PERMIT, variables, business_key=f"case-{number}", actor="citizen")
        say(f"started {started.instance_key}")


def decide_all(engine: EmbeddedEngine) -> int:
    """Complete every open task; how many there were."""
    tasks = engine.user_tasks.search(UserTaskQuery(limit=20)).items
    for task in tasks:
        try:
            engine.user_tasks.complete(task.user_task_id, {"is_granted": True}, user="clerk")
        except ConflictError:
            continue
        say(f"decided {task.user_task_id}")
    return len(tasks)


def work(engine: EmbeddedEngine, cases: int, numbers: range) -> None:
    """Act as the citizens of these cases, and as the clerk, until every case has ended."""
    changed = threading.Event()
    engine.subscribe(lambda _: changed.set())
    citizens = threading.Thread(target=start_missing, args=(engine, numbers), daemon=True)
    citizens.start()
    while True:
        changed.clear()
        if decide_all(engine) == 0 and _ended(engine) == cases:
            return
        changed.wait(0.5)


def _ended(engine: EmbeddedEngine) -> int:
    return engine.instances.search(InstanceQuery(status="completed", limit=1)).total or 0


def main() -> None:
    """See the module."""
    folder, cases = Path(sys.argv[1]), int(sys.argv[2])
    node, nodes = (int(sys.argv[4]), int(sys.argv[5])) if len(sys.argv) > 4 else (0, 1)
    engine = EmbeddedEngine.open(sys.argv[3])
    engine.deployments.deploy({"permit.bpmn": MODEL.read_bytes()}, by="test")
    engine.start()
    options = PoolOptions(name="permit-workers", wait=timedelta(seconds=1))
    pool = WorkerPool(permit_workers(folder / "office", lock=LOCK), SpokenJobs(engine), options)
    pool.start()
    work(engine, cases, range(node, cases, nodes))
    pool.stop()
    engine.drain()
    say("done")


if __name__ == "__main__":
    main()
