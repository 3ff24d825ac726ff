# SPDX-License-Identifier: Apache-2.0
"""A driver that also tells visits and open work of the same element one by one, oldest first."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from taktloom.kernel import HistoryItem, compile_process, load_state, save_state, step
from taktloom.kernel.commands import CancelJob, Command, CreateJob, RaiseIncident, StartChild
from taktloom.kernel.events import (
    ActivitiesActivated,
    ChildCompleted,
    ChildEscalated,
    ChildFailed,
    InstanceStarted,
    JobCompleted,
    JobErrorThrown,
    KernelEvent,
)
from taktloom.model.identifiers import ElementId
from taktloom.model.process import ProcessDefinition
from tests.kernel.driver import Driver, feel


@dataclass
class ActivityDriver(Driver):
    """`visits`: `element lifecycle` of each visit in order. The state is stored and loaded after every step."""

    history: list[HistoryItem] = field(default_factory=list)
    jobs: list[CreateJob] = field(default_factory=list)

    def send(self, event: KernelEvent) -> list[Command]:
        commands = step(self.process, self.state, event, self.history)
        stored = save_state(self.state)
        self.state = load_state(stored)
        assert save_state(self.state) == stored
        self.events.append(event)
        self.log.extend(commands)
        for command in commands:
            self._note(command)
            if isinstance(command, CreateJob):
                self.jobs.append(command)
            elif isinstance(command, CancelJob):
                self.jobs = [job for job in self.jobs if job.job_id != command.job_id]
        return commands

    def told(self) -> list[str]:
        found = [f"{item.element_id} {item.lifecycle}" for item in self.history]
        self.history.clear()
        return found

    def open_jobs(self) -> list[str]:
        return [job.element_id for job in self.jobs]

    def finish_job(self, position: int = 0, /, **variables: object) -> CreateJob:
        """Complete the open job at that position."""
        job = self.jobs.pop(position)
        self.send(JobCompleted(occurred_at=self.now, actor="worker", job_id=job.job_id, variables=feel(variables)))
        return job

    def finish_all(self, **variables: object) -> list[str]:
        """Complete the oldest open job until none is left; their elements."""
        done = []
        while self.jobs:
            done.append(str(self.finish_job(**variables).element_id))
        return done

    def throw_from(self, position: int, code: str) -> None:
        job = self.jobs.pop(position)
        self.send(JobErrorThrown(occurred_at=self.now, job_id=job.job_id, error_code=code))

    def activate(self, *elements: str, **variables: object) -> None:
        ids = tuple(ElementId(element) for element in elements)
        self.send(ActivitiesActivated(occurred_at=self.now, element_ids=ids, variables=feel(variables)))

    def children(self) -> list[StartChild]:
        return [c for c in self.log if isinstance(c, StartChild) and c.child_id in self.state.children]

    def child_completed(self, **variables: object) -> None:
        child_id = next(iter(self.state.children))
        self.send(ChildCompleted(occurred_at=self.now, child_id=child_id, variables=feel(variables)))

    def child_failed(self, code: str | None, message: str = "") -> None:
        child_id = next(iter(self.state.children))
        self.send(ChildFailed(occurred_at=self.now, child_id=child_id, error_code=code, message=message))

    def child_escalated(self, code: str | None) -> None:
        child_id = next(iter(self.state.children))
        self.send(ChildEscalated(occurred_at=self.now, child_id=child_id, escalation_code=code))

    def incidents(self) -> list[tuple[str, str]]:
        """Element and kind of those that are open."""
        raised = [c for c in self.log if isinstance(c, RaiseIncident) and c.incident_id in self.state.incidents]
        return [(incident.element_id, str(incident.kind)) for incident in raised]


def active(definition: ProcessDefinition, variables: Mapping[str, object] | None = None) -> ActivityDriver:
    """A driver of the compiled definition, started."""
    run = ActivityDriver(compile_process(definition))
    run.send(InstanceStarted(occurred_at=run.now, actor="ann", variables=feel(variables or {})))
    return run
