# SPDX-License-Identifier: Apache-2.0
"""One peer engine on the linear process of `benchmarks.engine`, run by the Python of the environment that holds it.

`PYTHON engine_peers.py NAME < JOB` reads a job (JSON: the model, the payload, how many instances, a folder, a database
URL) and prints how many instances a second it completes and the variables that one ends with, or null where the peer is
not installed. It imports nothing of Taktloom; the peers' own ways of being called are used, as their documentation
shows them, and each of them has every step on disk (`synchronous = FULL`) before it takes the next.
"""

import importlib
import json
import sqlite3  # noqa: TID251 - it imports nothing of Taktloom, and SpiffWorkflow's users have this one
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

CALLERS = 8  # where a peer takes work from several threads
WARM_UP = 10

Job = Mapping[str, Any]


def spiff(job: Job) -> tuple[float, Mapping[str, object]]:
    """SpiffWorkflow, saved in one SQLite row per instance after each step; the specification is stored once, not here.

    It is no engine but a library without workers: each service task is completed at once by the same thread.
    """
    bpmn = importlib.import_module("SpiffWorkflow.bpmn")
    serializer = importlib.import_module("SpiffWorkflow.bpmn.serializer").BpmnWorkflowSerializer()
    states = importlib.import_module("SpiffWorkflow").TaskState
    parser = importlib.import_module("SpiffWorkflow.bpmn.parser").BpmnParser()
    parser.add_bpmn_str(job["model"].encode())
    spec = parser.get_spec("linear")
    database = sqlite3.connect(Path(job["folder"]) / "spiff.db", isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE instance (id TEXT PRIMARY KEY, content TEXT NOT NULL)")

    def save(workflow: Any) -> None:
        content = serializer.to_dict(workflow)
        content.pop("spec"), content.pop("subprocess_specs")
        database.execute(
            "INSERT INTO instance VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET content = excluded.content",
            (str(workflow.task_tree.id), json.dumps(content)),
        )

    def run() -> Mapping[str, object]:
        workflow = bpmn.BpmnWorkflow(spec)
        workflow.get_next_task(state=states.READY).data.update(job["payload"])
        workflow.do_engine_steps()
        save(workflow)
        while not workflow.is_completed():
            (task,) = workflow.get_tasks(state=states.STARTED)
            task.data["ok"] = True
            task.complete()
            workflow.do_engine_steps()
            save(workflow)
        data: Mapping[str, object] = workflow.data
        return data

    ended = [run() for _ in range(WARM_UP)]
    began = time.perf_counter()
    ended += [run() for _ in range(job["instances"])]
    return job["instances"] / (time.perf_counter() - began), ended[-1]


def dbos(job: Job) -> tuple[float, Mapping[str, object]]:
    """DBOS: a workflow of five steps, each step recorded by the library; eight callers at once."""
    library = importlib.import_module("dbos")
    url = job["url"] or f"sqlite:///{Path(job['folder']) / 'dbos.db'}"
    library.DBOS(config={"name": "benchmark", "system_database_url": url, "log_level": "ERROR"})

    @library.DBOS.step()  # type: ignore[untyped-decorator]
    def work() -> bool:
        return True

    @library.DBOS.workflow()  # type: ignore[untyped-decorator]
    def linear(payload: dict[str, object]) -> dict[str, object]:
        values = dict(payload)
        for _ in range(job["tasks"]):
            values["ok"] = work()
        return values

    library.DBOS.launch()
    try:
        for _ in range(WARM_UP):
            linear(job["payload"])
        began = time.perf_counter()
        with ThreadPoolExecutor(CALLERS) as callers:
            ended = list(callers.map(lambda _: linear(job["payload"]), range(job["instances"])))
        return job["instances"] / (time.perf_counter() - began), ended[-1]
    finally:
        library.DBOS.destroy()


PEERS: dict[str, Callable[[Job], tuple[float, Mapping[str, object]]]] = {"SpiffWorkflow": spiff, "DBOS": dbos}


def main() -> None:
    """Measure the peer that is named."""
    job = json.load(sys.stdin)
    try:
        rate, ended = PEERS[sys.argv[1]](job)
    except ImportError:
        print("null")
    else:
        print(json.dumps({"rate": rate, "ended": ended}))


if __name__ == "__main__":
    main()
