# SPDX-License-Identifier: Apache-2.0
"""`kill -9` at random points: every case ends, no effect is had twice, nothing acknowledged or recorded is missing.

The office (permit_office.py) is killed after a random number of acknowledged steps, drawn from a seed, and started
again on the same database: a SQLite file, or a PostgreSQL server that syncs its commits and lives on, with one office
or with two that share the work. The three run at the same time, as each waits for its locks and its starts most of the
time. TAKTLOOM_KILLS and TAKTLOOM_KILL_CASES set the extent; CI runs 20 kills in 200 cases on
the file, 5 in 60 on the server.
"""

import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from taktloom.hosts.embedded import EmbeddedEngine
from taktloom.model.identifiers import InstanceKey
from taktloom.model.operations import InstanceDetail, InstanceQuery, InstanceSummary, JobState
from taktloom.storage import check_integrity, open_connection
from tests.postgresql_server import find_programs, running_server

IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}
KILLS = int(os.environ.get("TAKTLOOM_KILLS", "5"))
CASES = int(os.environ.get("TAKTLOOM_KILL_CASES", "60"))
ON_FILE = {"kills": 20, "cases": 200} if IN_CI and "TAKTLOOM_KILLS" not in os.environ else {}
KINDS = ("sqlite", "postgresql", "two-nodes")
STEPS_PER_CASE = 5  # a start, three jobs, one decision
SEED = 20260302
REPOSITORY = Path(__file__).parents[2]
EXPECTED_ROWS = [
    ("Application received", "complete"),
    ("Validate application", "start"),
    ("Validate application", "complete"),
    ("Register case", "start"),
    ("Register case", "complete"),
    ("Decide", "start"),
    ("Decide", "complete"),
    ("Write confirmation", "start"),
    ("Write confirmation", "complete"),
    ("Answered", "complete"),
]


@dataclass(frozen=True)
class Office:
    """What outlives every process: the folder of the back office, and where the engine's database is.

    kills: altogether, shared by as many nodes as work at the same time.
    """

    folder: Path
    engine: Path | str
    nodes: int = 1
    kills: int = KILLS
    cases: int = CASES


@dataclass
class Report:
    """What the killed processes had acknowledged."""

    kills: int = 0
    acknowledged: list[str] = field(default_factory=list)
    nodes_done: int = 0


@dataclass
class Offices:
    """All of them with what they have said; each is complete when its threads have ended."""

    offices: dict[str, Office]
    reports: dict[str, Report] = field(default_factory=dict)
    threads: dict[str, list[threading.Thread]] = field(default_factory=dict)

    def open(self) -> None:
        """Run, kill, run again … and at last let them finish, all at once."""
        for name, office in self.offices.items():
            report = self.reports[name] = Report()
            self.threads[name] = [
                threading.Thread(target=_run_node, args=(office, report, node)) for node in range(office.nodes)
            ]
        for thread in self._all_threads():
            thread.start()

    def close(self) -> None:
        """Wait for all, also where no test asked."""
        for thread in self._all_threads():
            thread.join()

    def _all_threads(self) -> list[threading.Thread]:
        return [thread for threads in self.threads.values() for thread in threads]


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Offices]:
    """An office on each store, at work."""
    folders = {name: tmp_path_factory.mktemp(name) for name in KINDS}
    everything = Offices({"sqlite": Office(folders["sqlite"], folders["sqlite"] / "engine.db", **ON_FILE)})
    with ExitStack() as stack:
        if find_programs() is not None:
            server = stack.enter_context(running_server(is_synced=True))
            everything.offices["postgresql"] = Office(folders["postgresql"], server.new_database())
            everything.offices["two-nodes"] = Office(folders["two-nodes"], server.new_database(), nodes=2)
        everything.open()
        yield everything
        everything.close()


@pytest.fixture(scope="module", params=KINDS)
def office_name(request: pytest.FixtureRequest) -> str:
    """Each of them in turn."""
    if request.param != "sqlite" and find_programs() is None:
        pytest.skip("no PostgreSQL server is installed: apt-get install postgresql")
    return str(request.param)


@pytest.fixture(scope="module")
def office(offices: Offices, office_name: str) -> Office:
    """The office of the present turn."""
    return offices.offices[office_name]


@pytest.fixture(scope="module")
def report(offices: Offices, office_name: str) -> Report:
    """What it has said at its end."""
    for thread in offices.threads[office_name]:
        thread.join()
    return offices.reports[office_name]


@pytest.fixture(scope="module")
def instances(office: Office, report: Report) -> list[InstanceDetail]:
    """Every instance at the end, with what was recorded of it."""
    assert report.nodes_done == office.nodes
    engine = EmbeddedEngine.open(office.engine)
    details = [engine.instances.detail(row.instance_key) for row in _all(engine)]
    engine.drain()
    return details


@pytest.mark.reliability
@pytest.mark.timeout(max(600, 20 * KILLS))
def test_the_process_was_killed_as_often_as_planned(office: Office, report: Report) -> None:
    # All the work may be done before the last kills: what a process says while it dies counts as well.
    assert office.kills >= report.kills >= (office.kills * 4 // 5 if office.nodes == 1 else 1)
    assert report.nodes_done == office.nodes


@pytest.mark.reliability
def test_every_case_ended_and_none_was_started_twice(office: Office, instances: list[InstanceDetail]) -> None:
    assert Counter(detail.summary.business_key for detail in instances) == {f"case-{n}": 1 for n in range(office.cases)}
    assert {detail.summary.status for detail in instances} == {"completed"}


@pytest.mark.reliability
def test_nothing_acknowledged_is_missing(report: Report, instances: list[InstanceDetail]) -> None:
    keys = {detail.summary.instance_key for detail in instances}
    jobs = {job.job_id: job.state for detail in instances for job in detail.jobs}
    tasks = {task.user_task_id: task.state for detail in instances for task in detail.user_tasks}
    said = {verb: [line.split()[1] for line in report.acknowledged if line.startswith(verb)] for verb in _VERBS}

    assert set(said["started"]) <= keys
    assert {jobs.get(job_id) for job_id in said["completed"]} == {JobState.COMPLETED}  # type: ignore[call-overload]
    assert {tasks.get(task_id) for task_id in said["decided"]} == {"completed"}  # type: ignore[call-overload]
    assert max(Counter(said["decided"]).values()) == 1


@pytest.mark.reliability
def test_no_effect_was_had_twice(office: Office, instances: list[InstanceDetail]) -> None:
    rows = open_connection(office.folder / "office" / "back-office.db").execute(
        "SELECT applicant, job_id FROM registration"
    )
    registered = [(str(applicant), str(job_id)) for applicant, job_id in rows]
    written = (office.folder / "office" / "letters").iterdir()
    letters = sorted(path.name for path in written if path.suffix == ".txt")

    assert Counter(applicant for applicant, _ in registered) == {f"Citizen {n}": 1 for n in range(office.cases)}
    assert {job_id for _, job_id in registered} == _job_ids(instances, "register-case")
    assert letters == sorted(f"{job_id}.txt" for job_id in _job_ids(instances, "write-confirmation"))


@pytest.mark.reliability
def test_no_event_is_missing_and_none_is_doubled(office: Office, instances: list[InstanceDetail]) -> None:
    engine = EmbeddedEngine.open(office.engine)

    recorded = {
        tuple((event.activity, event.lifecycle) for event in engine.instances.events(detail.summary.instance_key))
        for detail in instances
    }
    total = len(engine.event_log.read(limit=office.cases * 100).events)
    engine.drain()

    assert recorded == {tuple(EXPECTED_ROWS)}
    assert total == office.cases * len(EXPECTED_ROWS)


@pytest.mark.reliability
def test_every_journal_replays_to_its_state(office: Office, instances: list[InstanceDetail]) -> None:
    engine = EmbeddedEngine.open(office.engine)

    sizes = [engine.instances.check_replay(InstanceKey(detail.summary.instance_key)) for detail in instances]
    engine.drain()

    assert sizes == [STEPS_PER_CASE] * office.cases
    if isinstance(office.engine, Path):
        assert check_integrity(office.engine) == ()


_VERBS = ("started", "completed", "decided")


def _run_node(office: Office, report: Report, node: int) -> None:
    chance = random.Random(SEED + node)
    mean = office.cases * STEPS_PER_CASE / (office.kills + 1) / office.nodes
    for _ in range(node, office.kills, office.nodes):
        _run(office, report, node, kill_after=1 + int(chance.uniform(0.2, 1.6) * mean))
    _run(office, report, node, kill_after=None)


def _run(office: Office, report: Report, node: int, *, kill_after: int | None) -> None:
    given = (office.folder, office.cases, office.engine, node, office.nodes)
    command = [sys.executable, "-m", "tests.reliability.permit_office", *map(str, given)]
    environment = {**os.environ, "PYTHONPATH": f"{REPOSITORY / 'src'}:{REPOSITORY}"}
    with subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for count, line in enumerate(process.stdout, start=1):
            if count == kill_after:
                process.send_signal(signal.SIGKILL)
                report.kills += 1
            if line == "done\n":
                report.nodes_done += kill_after is None
            elif line.endswith("\n"):  # what it had said before it died is acknowledged, too
                report.acknowledged.append(line.strip())


def _all(engine: EmbeddedEngine) -> list[InstanceSummary]:
    rows: list[InstanceSummary] = []
    page = engine.instances.search(InstanceQuery(limit=500))
    rows.extend(page.items)
    while page.next_cursor is not None:
        page = engine.instances.search(InstanceQuery(limit=500, cursor=page.next_cursor))
        rows.extend(page.items)
    return rows


def _job_ids(instances: list[InstanceDetail], job_type: str) -> set[str]:
    return {job.job_id for detail in instances for job in detail.jobs if job.job_type == job_type}
