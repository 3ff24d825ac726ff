# SPDX-License-Identifier: Apache-2.0
"""`kill -9` at random points: every case ends, no effect is had twice, nothing acknowledged or recorded is missing.

The office (permit_office.py) is killed after a random number of acknowledged steps, drawn from a seed, and started
again on the same files. TAKTLOOM_KILLS and TAKTLOOM_KILL_CASES set the extent; CI runs 20 kills in 200 cases.
"""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from taktloom.hosts.embedded import EmbeddedEngine
from taktloom.model.identifiers import InstanceKey
from taktloom.model.operations import InstanceDetail, InstanceQuery, InstanceSummary, JobState
from taktloom.storage import check_integrity, open_connection

IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}
KILLS = int(os.environ.get("TAKTLOOM_KILLS", "20" if IN_CI else "5"))
CASES = int(os.environ.get("TAKTLOOM_KILL_CASES", "200" if IN_CI else "60"))
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


@dataclass
class Report:
    """What the killed processes had acknowledged."""

    kills: int = 0
    acknowledged: list[str] = field(default_factory=list)
    is_done: bool = False


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder that outlives every process."""
    return tmp_path_factory.mktemp("office")


@pytest.fixture(scope="module")
def report(folder: Path) -> Report:
    """Run, kill, run again … and at last let it finish."""
    chance = random.Random(SEED)
    result = Report()
    mean = CASES * STEPS_PER_CASE / (KILLS + 1)
    for _ in range(KILLS):
        _run(folder, result, kill_after=1 + int(chance.uniform(0.2, 1.6) * mean))
    _run(folder, result, kill_after=None)
    return result


@pytest.fixture(scope="module")
def instances(folder: Path, report: Report) -> list[InstanceDetail]:
    """Every instance at the end, with what was recorded of it."""
    assert report.is_done
    engine = EmbeddedEngine.open(folder / "engine.db")
    details = [engine.instances.detail(row.instance_key) for row in _all(engine)]
    engine.drain()
    return details


@pytest.mark.reliability
@pytest.mark.timeout(600)
def test_the_process_was_killed_as_often_as_planned(report: Report) -> None:
    assert report.kills == KILLS
    assert report.is_done


@pytest.mark.reliability
def test_every_case_ended_and_none_was_started_twice(instances: list[InstanceDetail]) -> None:
    assert Counter(detail.summary.business_key for detail in instances) == {f"case-{n}": 1 for n in range(CASES)}
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
def test_no_effect_was_had_twice(folder: Path, instances: list[InstanceDetail]) -> None:
    rows = open_connection(folder / "office" / "back-office.db").execute("SELECT applicant, job_id FROM registration")
    registered = [(str(applicant), str(job_id)) for applicant, job_id in rows]
    letters = sorted(path.name for path in (folder / "office" / "letters").iterdir() if path.suffix == ".txt")

    assert Counter(applicant for applicant, _ in registered) == {f"Citizen {n}": 1 for n in range(CASES)}
    assert {job_id for _, job_id in registered} == _job_ids(instances, "register-case")
    assert letters == sorted(f"{job_id}.txt" for job_id in _job_ids(instances, "write-confirmation"))


@pytest.mark.reliability
def test_no_event_is_missing_and_none_is_doubled(folder: Path, instances: list[InstanceDetail]) -> None:
    engine = EmbeddedEngine.open(folder / "engine.db")

    recorded = {
        tuple((event.activity, event.lifecycle) for event in engine.instances.events(detail.summary.instance_key))
        for detail in instances
    }
    total = len(engine.event_log.read(limit=CASES * 100).events)
    engine.drain()

    assert recorded == {tuple(EXPECTED_ROWS)}
    assert total == CASES * len(EXPECTED_ROWS)


@pytest.mark.reliability
def test_every_journal_replays_to_its_state(folder: Path, instances: list[InstanceDetail]) -> None:
    engine = EmbeddedEngine.open(folder / "engine.db")

    sizes = [engine.instances.check_replay(InstanceKey(detail.summary.instance_key)) for detail in instances]
    engine.drain()

    assert sizes == [STEPS_PER_CASE] * CASES
    assert check_integrity(folder / "engine.db") == ()


_VERBS = ("started", "completed", "decided")


def _run(folder: Path, report: Report, *, kill_after: int | None) -> None:
    command = [sys.executable, "-m", "tests.reliability.permit_office", str(folder), str(CASES)]
    environment = {**os.environ, "PYTHONPATH": f"{REPOSITORY / 'src'}:{REPOSITORY}"}
    with subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for count, line in enumerate(process.stdout, start=1):
            if line == "done\n":
                report.is_done = True
            elif line.endswith("\n"):
                report.acknowledged.append(line.strip())
            if count == kill_after:
                process.send_signal(signal.SIGKILL)
                report.kills += 1
                break
        # What it had said before it died, but we had not read yet, is acknowledged too.
        report.acknowledged.extend(rest.strip() for rest in process.stdout if rest.endswith("\n") and rest != "done\n")


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
