# SPDX-License-Identifier: Apache-2.0
"""Lists of a million open user tasks: p50 and p99 of each kind of list, on one SQLite file.

    python benchmarks/user_tasks.py [--tasks 1000000] [--rounds 200]

One task in five has an assignee among 1,000; the others are offered to one or two of 50 groups, of which the first has
half of all. Rows are written as the engine writes them, without running a million instances first. A round asks for a
random person, group or process; each list is a page of 50.
"""

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from taktloom.hosts.embedded import EmbeddedEngine, EngineOptions
from taktloom.hosts.embedded.advancing.task_places import NEVER
from taktloom.model.identifiers import ProcessId, UserTaskId
from taktloom.model.operations import TaskOrder, UserTaskQuery
from taktloom.storage import SyncLevel, open_connection

MODEL = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x">
<process id="work" isExecutable="true"><startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="t"/>
<userTask id="t" name="Check"/><sequenceFlow id="g" sourceRef="t" targetRef="e"/><endEvent id="e"/></process>
</definitions>"""
GROUPS, PEOPLE, PROCESSES = 50, 1_000, 20
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE_MICROS = 60_000_000
PER_STATEMENT = 20_000


def main() -> None:
    """Fill, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=200)
    arguments = parser.parse_args()
    chance = random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "engine.db"
        engine = EmbeddedEngine.open(path, EngineOptions(sync=SyncLevel.NORMAL))
        engine.deployments.deploy({"work.bpmn": MODEL})
        key = engine.instances.start(ProcessId("work"), {}).instance_key
        engine.drain()
        begun = time.perf_counter()
        _fill(path, key, arguments.tasks, chance)
        size = path.stat().st_size / 2**20
        print(f"{arguments.tasks} tasks written in {time.perf_counter() - begun:.0f} s, {size:.0f} MiB")
        engine = EmbeddedEngine.open(path, EngineOptions(sync=SyncLevel.NORMAL))
        for name, ask in _questions(engine, chance):
            times = [_timed(ask) for _ in range(arguments.rounds)]
            print(f"{name:42} {_spread(times)}")
        engine.drain()


def _questions(engine: EmbeddedEngine, chance: random.Random) -> Iterator[tuple[str, Callable[[], object]]]:
    tasks = engine.user_tasks
    mine = lambda: UserTaskQuery(assignee=f"p{chance.randrange(PEOPLE)}")  # noqa: E731
    some = lambda: tuple({"g0", *(f"g{chance.randrange(GROUPS)}" for _ in range(4))})  # noqa: E731
    offered = lambda: UserTaskQuery(is_unassigned=True, visible_to="p1", visible_to_groups=some())  # noqa: E731
    yield "mine", lambda: tasks.search(mine())
    yield "my groups (five, one has half of all)", lambda: tasks.search(offered())
    yield "my groups, by due date", lambda: tasks.search(replace(offered(), order=TaskOrder.DUE))
    yield "my groups, by priority", lambda: tasks.search(replace(offered(), order=TaskOrder.PRIORITY))
    yield "my groups, page 20", lambda: _pages(engine, offered(), 20)
    yield (
        "my groups, of one process",
        lambda: tasks.search(replace(offered(), process_id=ProcessId(f"process{chance.randrange(PROCESSES)}"))),
    )
    yield (
        "my groups, of a process without tasks",
        lambda: tasks.search(replace(offered(), process_id=ProcessId("none"))),
    )
    yield (
        "my groups, late",
        lambda: tasks.search(replace(offered(), order=TaskOrder.DUE, due_before=BEGIN + timedelta(days=1))),
    )
    yield "all", lambda: tasks.search(UserTaskQuery())
    yield "all, newest first", lambda: tasks.search(UserTaskQuery(order=TaskOrder.NEWEST))
    yield (
        "all of a process, by due date",
        lambda: tasks.search(
            UserTaskQuery(process_id=ProcessId(f"process{chance.randrange(PROCESSES)}"), order=TaskOrder.DUE)
        ),
    )
    yield "by business key", lambda: tasks.search(UserTaskQuery(business_key=f"K-{chance.randrange(100_000)}"))
    yield "text that is nowhere", lambda: tasks.search(replace(offered(), search="nowhere"))
    yield "counts of a person", lambda: tasks.counts(f"p{chance.randrange(PEOPLE)}", some())
    numbers = iter(range(10, 10**9))
    yield "claim", lambda: tasks.assign(UserTaskId(_task_id(next(numbers))), assignee="p1")


def _pages(engine: EmbeddedEngine, query: UserTaskQuery, number: int) -> None:
    for _ in range(number):
        page = engine.user_tasks.search(query)
        query = replace(query, cursor=page.next_cursor)


def _task_id(number: int) -> str:
    return f"{9_000_000_000_000_000 + number}000000001"


def _fill(path: Path, key: str, tasks: int, chance: random.Random) -> None:
    connection = open_connection(path, sync=SyncLevel.NORMAL)
    (definition_key,) = next(iter(connection.execute("SELECT definition_key FROM instance")))
    indexes = [
        (name, sql)
        for name, sql in connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL "
            "AND tbl_name IN ('user_task', 'user_task_place')"
        )
    ]
    for name, _ in indexes:  # built at the end, which is many times faster
        connection.execute(f"DROP INDEX {name}")
    for begin in range(0, tasks, PER_STATEMENT):
        rows, places = [], []
        for number in range(begin, min(tasks, begin + PER_STATEMENT)):
            row, found = _task(number, chance)
            rows.append((key, definition_key, *row))
            places.extend(found)
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO user_task (tenant_id, instance_key, definition_key, process_name, version, element_id, name, "
            "state, variables_sealed, user_task_id, process_id, business_key, assignee, candidate_groups, created_at, "
            "due_at, priority) "
            "VALUES ('default', ?, ?, 'Work', 1, 't', 'Check', 'open', x'7b7d', ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        connection.executemany("INSERT INTO user_task_place VALUES ('default', ?, ?, ?, ?, ?, ?, 0)", places)
        connection.execute("COMMIT")
    for _, sql in indexes:
        connection.execute(str(sql))
    connection.execute("ANALYZE")
    connection.close()


def _task(number: int, chance: random.Random) -> tuple[tuple[object, ...], list[tuple[object, ...]]]:
    task_id, process = _task_id(number), f"process{chance.randrange(PROCESSES)}"
    assignee = f"p{chance.randrange(PEOPLE)}" if chance.random() < 0.2 else None
    groups = {"g0" if chance.random() < 0.5 else f"g{chance.randrange(GROUPS)}", f"g{chance.randrange(GROUPS)}"}
    created = int(BEGIN.timestamp()) * 1_000_000 + number * 1_000_000
    due = created + chance.randrange(20_000) * MINUTE_MICROS if chance.random() < 0.7 else None
    priority = chance.randrange(101)
    columns = (task_id, process, f"K-{number % 100_000}", assignee, json.dumps(sorted(groups)), created, due, priority)
    names = ["open", f"process:{process}"]
    names += [f"assignee:{assignee}"] if assignee else [f"group:{group}" for group in sorted(groups)]
    places: list[tuple[object, ...]] = [
        (task_id, name, process, created, NEVER if due is None else due, 100 - priority) for name in names
    ]
    return columns, places


def _timed(ask: Callable[[], object]) -> float:
    begun = time.perf_counter()
    ask()
    return time.perf_counter() - begun


def _spread(times: list[float]) -> str:
    ordered = sorted(times)
    p99 = ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
    return f"p50 {ordered[len(ordered) // 2] * 1000:8.2f} ms   p99 {p99 * 1000:8.2f} ms"


if __name__ == "__main__":
    main()
