# SPDX-License-Identifier: Apache-2.0
"""Plays the people and machines of the guided example, so that its pages live.

Citizens start cases with the data of a case of the log; case workers take the oldest user tasks and answer their forms,
but always leave some for the visitor; job workers write each job's confirmation to a file named after the job id, once.
One case is started with a delivery address that is a number: its first job fails and waits as an incident until the
visitor corrects the variable. All actors are named "demo …".
"""

import json
import logging
import random
import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from taktloom.app import instances, tasks
from taktloom.app.context import Context, Principal, PrincipalKind
from taktloom.app.wiring import Rooms
from taktloom.assure.permissions import Permission
from taktloom.feel import FeelValue, from_python
from taktloom.model.errors import TaktloomError
from taktloom.model.identifiers import ProcessId
from taktloom.model.operations import InstanceQuery, UserTaskView
from taktloom.model.process import AnyFlowNode, ServiceTask, SubProcess

if TYPE_CHECKING:
    from taktloom.connect.worker import JobWorker
    from taktloom.connect.worker_pool import WorkerPool

LOGGER = logging.getLogger("taktloom.app.demo")
OUTBOX = "demo-outbox"
FAULTY = "delivery_address"
FAULTY_KEY = "DEMO-INCIDENT"
SECONDS_BETWEEN = 1.5
MOST_OPEN = 25
LEFT_FOR_VISITOR = 5
TASKS_PER_BEAT = 4
WORKERS_WAIT = timedelta(seconds=2)  # a stopping server waits as long for them
CASES_KEPT = 200
FIRST_CASES = 12


class Driver:
    """One thread for people, a worker pool for machines; both end with `stop`."""

    def __init__(self, rooms: Rooms, *, process_id: str, log_id: str, chance: random.Random | None = None) -> None:
        self._rooms, self._process_id, self._log_id = rooms, process_id, log_id
        self._chance = chance or random.Random()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="taktloom-demo", daemon=True)
        self._pool: WorkerPool | None = None
        self._cases: Sequence[Mapping[str, FeelValue]] = ()

    def start(self) -> None:
        """Begin to play."""
        self._pool = self._make_pool()
        self._pool.start()
        self._thread.start()

    def stop(self) -> None:
        """End; what is in hand is finished."""
        self._stopping.set()
        self._thread.join()
        if self._pool is not None:
            self._pool.stop()

    def prepare(self) -> None:
        """Cases to start with, the first instances, and the one that waits as an incident."""
        names = set(self._form_names())
        self._cases = cases_of_log(self._rooms, self._log_id, names) or ({},)
        present = self._rooms.engine.instances.search(InstanceQuery(process_id=ProcessId(self._process_id), limit=1))
        if not present.items:
            self._start_case(FAULTY_KEY, {FAULTY: Decimal(42)})
            for number in range(FIRST_CASES):
                self._start_case(f"DEMO-{number + 1:04d}", {})

    def play_once(self) -> None:
        """One beat: perhaps a new case, and a few user tasks of those that are not left for the visitor."""
        open_instances = self._rooms.engine.deployments.process(ProcessId(self._process_id)).active
        if open_instances < MOST_OPEN and self._chance.random() < 0.5:
            self._start_case(f"DEMO-{self._rooms.clock():%H%M%S}", {})
        for task in self._chosen_tasks():
            self._work(task)

    def _chosen_tasks(self) -> Sequence[UserTaskView]:
        open_tasks = self._open_tasks()[:-LEFT_FOR_VISITOR]
        return self._chance.sample(open_tasks, min(len(open_tasks), TASKS_PER_BEAT))

    def _run(self) -> None:
        try:
            self.prepare()
            while not self._stopping.wait(SECONDS_BETWEEN):
                try:
                    self.play_once()
                except TaktloomError as error:
                    LOGGER.info("the demo's driver was refused: %s", error)
        except Exception:  # the demo must never take the server down
            LOGGER.exception("the demo's driver stopped")

    def _start_case(self, business_key: str, more: Mapping[str, FeelValue]) -> None:
        context = self._context("demo citizen", Permission.INSTANCE_START)
        variables = {FAULTY: "Town Hall Square 1", **self._chance.choice(self._cases), **more}
        instances.start_instance(context, process_id=self._process_id, variables=variables, business_key=business_key)

    def _open_tasks(self) -> Sequence[UserTaskView]:
        context = self._context("demo case worker", Permission.TASK_WORK, Permission.TASK_VIEW_ALL)
        request = tasks.TaskListRequest(view=tasks.TaskListView.ALL, process_id=self._process_id, limit=100)
        page = tasks.list_tasks(context, request=request)
        return [task for task in page.items if task.assignee is None or task.assignee.startswith("demo ")]

    def _work(self, task: UserTaskView) -> None:
        group = task.candidate_groups[0] if task.candidate_groups else "case worker"
        context = self._context(f"demo {group}", Permission.TASK_WORK, Permission.TASK_VIEW_ALL)
        if task.assignee is None:  # claimed in one beat, completed in a later one, as people do
            tasks.claim_task(context, user_task_id=task.user_task_id)
            return
        detail = tasks.show_task(context, user_task_id=task.user_task_id)
        answers = answer_form(detail.form_schema, detail.variables, self._chance)
        tasks.complete_task(context, user_task_id=task.user_task_id, variables=answers)

    def _context(self, name: str, *permissions: Permission) -> Context:
        principal = Principal(kind=PrincipalKind.USER, name=name, permissions=frozenset(permissions))
        return Context(principal=principal, rooms=self._rooms)

    def _form_names(self) -> Iterator[str]:
        deployments = self._rooms.engine.deployments
        schema = deployments.start_form(ProcessId(self._process_id))
        for component in components_of(None if schema is None else json.loads(schema)):
            yield str(component.get("key"))

    def _make_pool(self) -> "WorkerPool":
        from taktloom.connect.worker_pool import PoolOptions, WorkerPool

        executable = self._rooms.engine.deployments.executable(ProcessId(self._process_id))
        outbox = self._rooms.settings.data / OUTBOX
        outbox.mkdir(exist_ok=True)
        types = sorted(set(job_types(executable.definition.nodes)))
        workers = [confirmation_worker(job_type, outbox) for job_type in types]
        return WorkerPool(workers, self._rooms.engine.jobs, PoolOptions(name="demo worker", wait=WORKERS_WAIT))


def confirmation_worker(job_type: str, outbox: Path) -> "JobWorker[..., object]":
    """A worker that writes a confirmation file per job; a file that is there already was written by an earlier try."""
    from taktloom.connect.worker import Job, worker

    def confirm(job: Job, delivery_address: str) -> None:
        path = outbox / f"{job.job_id}.json"
        if not path.exists():
            record = {"job_type": job.job_type, "instance_key": job.instance_key, "sent_to": delivery_address}
            unfinished = path.with_suffix(".unfinished")
            unfinished.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
            unfinished.replace(path)

    confirm.__annotations__ = {"job": Job, "delivery_address": str, "return": None}
    return worker(job_type)(confirm)


def job_types(nodes: Sequence[AnyFlowNode]) -> Iterator[str]:
    """Job types of all service tasks, sub-processes included."""
    for node in nodes:
        if isinstance(node, ServiceTask):
            yield node.job_type
        elif isinstance(node, SubProcess):
            yield from job_types(node.nodes)


def components_of(schema: Mapping[str, object] | None) -> list[Mapping[str, object]]:
    """The input fields of a form-js schema."""
    components = (schema or {}).get("components")
    if not isinstance(components, list):
        return []
    return [one for one in components if isinstance(one, dict) and one.get("key")]


def answer_form(
    schema: Mapping[str, object] | None, variables: Mapping[str, object], chance: random.Random
) -> dict[str, FeelValue]:
    """A plausible answer to every field: what is known stays, a selection is drawn, the rest is made up."""
    return {
        str(field["key"]): _answer(field, variables.get(str(field["key"])), chance) for field in components_of(schema)
    }


def _answer(field: Mapping[str, object], known: object, chance: random.Random) -> FeelValue:
    options = field.get("values")
    is_choice = isinstance(options, list) and bool(options)
    if field.get("type") == "radio" and is_choice:
        return _option(options, field.get("defaultValue"), chance)
    if known is not None:
        return known  # type: ignore[return-value]  # a FEEL value of the instance
    if is_choice:
        return _option(options, None, chance)
    made_up: Mapping[str, FeelValue] = {"number": Decimal(1), "checkbox": True}
    return made_up.get(str(field.get("type")), "demo")


def _option(options: object, default: object, chance: random.Random) -> str:
    """Mostly the default, so that cases end; sometimes another."""
    values = [str(one["value"]) for one in options if isinstance(one, dict)] if isinstance(options, list) else []
    if default in values and chance.random() < 0.7:
        return str(default)
    return chance.choice(values)


def cases_of_log(rooms: Rooms, log_id: str, names: set[str]) -> Sequence[Mapping[str, FeelValue]]:
    """Case attributes of the first cases under the names of the start form's fields."""
    from taktloom.model.events import CASE_ATTRIBUTE_PREFIX

    table = rooms.logs.open_log(log_id).case_table().head(CASES_KEPT)
    columns = {
        one.removeprefix(CASE_ATTRIBUTE_PREFIX): one for one in table.columns if one.startswith(CASE_ATTRIBUTE_PREFIX)
    }
    chosen = {name: column for name, column in columns.items() if name in names}
    return [
        {name: from_python(row[column]) for name, column in chosen.items() if row[column] is not None}
        for row in table.iter_rows(named=True)
    ]
