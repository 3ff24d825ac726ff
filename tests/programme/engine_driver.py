# SPDX-License-Identifier: Apache-2.0
"""One instance on the embedded engine, driven as `tests.kernel.driver.Driver` drives one on the pure kernel."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from taktloom.hosts.embedded import EmbeddedEngine
from taktloom.kernel.events import InstanceStarted, JobCompleted, KernelEvent, UserTaskCompleted
from taktloom.model.identifiers import InstanceKey, JobId, ProcessId, UserTaskId
from taktloom.model.operations import InstanceDetail, JobState

LOCK = timedelta(minutes=1)


@dataclass
class EngineDriver:
    """Starts an instance with the first event, then completes its tasks and jobs; decisions the engine makes itself."""

    engine: EmbeddedEngine
    process_id: ProcessId
    now: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    key: InstanceKey | None = None
    _seen: InstanceDetail | None = None

    @property
    def detail(self) -> InstanceDetail:
        """What the engine has stored of the instance, asked for once after each event."""
        assert self.key is not None
        if self._seen is None:
            self._seen = self.engine.instances.detail(self.key)
        return self._seen

    @property
    def is_active(self) -> bool:
        """Whether it has not ended."""
        return self.detail.summary.status == "active"

    @property
    def has_finished(self) -> bool:
        """Whether it came to an end of the model."""
        return self.detail.summary.status == "completed"

    @property
    def work(self) -> dict[str, dict[str, str]]:
        """Open work: kind -> element -> id."""
        detail = self.detail
        jobs = {job.element_id: job.job_id for job in detail.jobs if job.state is JobState.AVAILABLE}
        return {
            "incident": {one.element_id: one.incident_id for one in detail.incidents if one.resolved_at is None},
            "task": {task.element_id: task.user_task_id for task in detail.user_tasks if task.state == "open"},
            "job": {str(element): str(job) for element, job in jobs.items()},
        }

    def take(self, kind: str, element: str) -> str:
        """The id of open work."""
        return self.work[kind][element]

    def send(self, event: KernelEvent) -> None:
        """Do what the event tells, by the engine's doors."""
        try:
            self._send(event)
        finally:
            self._seen = None

    def _send(self, event: KernelEvent) -> None:
        match event:
            case InstanceStarted():
                self.key = self.engine.instances.start(self.process_id, event.variables).instance_key
            case UserTaskCompleted():
                task_id = UserTaskId(event.user_task_id)
                self.engine.user_tasks.complete(task_id, event.variables, user=event.actor or "ann")
            case JobCompleted():
                self._complete_job(JobId(event.job_id), event)
            case _:
                raise AssertionError(event)

    def _complete_job(self, job_id: JobId, event: JobCompleted) -> None:
        job_type = next(job.job_type for job in self.detail.jobs if job.job_id == job_id)
        locked = self.engine.jobs.lock([job_type], worker="walk", max_jobs=10, lock_for=LOCK)
        for job in locked:
            self.engine.jobs.complete(job.job_id, job.fence, event.variables if job.job_id == job_id else {})
