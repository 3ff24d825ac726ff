# SPDX-License-Identifier: Apache-2.0
"""The engine of the test kit: deploy models, start instances, do their work, move the clock, look at what happened."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from taktloom.calendars.business import BusinessCalendar
from taktloom.kernel.events import (
    ActivitiesActivated,
    JobCompleted,
    JobErrorThrown,
    JobFailed,
    UserTaskCompleted,
)
from taktloom.model.errors import MisuseError, NotFoundError
from taktloom.model.identifiers import ElementId, JobId, UserTaskId
from taktloom.model.places import Place
from taktloom.model.process import ProcessDefinition
from taktloom.testing.carry_out import carry_out
from taktloom.testing.deliveries import deliver_message, deliver_signal
from taktloom.testing.instance import Instance
from taktloom.testing.library import Source
from taktloom.testing.mailbox import SentMessage
from taktloom.testing.starting import arm_timer_starts, evaluate_open_conditions
from taktloom.testing.values import as_feel, as_python, is_a
from taktloom.testing.work import Job, UserTask
from taktloom.testing.world import ScriptHandler, World

__all__ = ["Engine"]

NOTHING: Mapping[str, object] = {}


class Engine:
    """Runs processes in memory. Every call runs until only waits are left.

    What goes wrong while a process runs becomes an incident of its instance and is never raised. MisuseError is
    raised, and nothing changed, for what the caller got wrong: an unknown id, work that is not open any more.
    """

    def __init__(self, now: datetime, calendars: Mapping[str, BusinessCalendar] | None = None) -> None:
        """now: an aware datetime, where the clock stands until `advance` moves it. calendars: by name."""
        if not is_a(now, datetime) or now.utcoffset() is None:
            raise MisuseError("The clock has no time zone.", remedy="Give an aware datetime, such as in UTC.")
        self._world = World(now.astimezone(UTC), carry_out, calendars or {})

    @property
    def now(self) -> datetime:
        """Where the clock stands (UTC)."""
        return self._world.now

    @property
    def data_stores(self) -> dict[str, object]:
        """The values of data stores by id."""
        return as_python(self._world.stores)

    def deploy(self, source: Source, *more: Source) -> list[ProcessDefinition]:
        """Deploy BPMN and DMN files (bytes, XML text or paths) together; the executable processes in them.

        Raises DefinitionError, with all `findings`, where any of them cannot run; what only deserves a warning is in
        the `findings` of the process. A process of the same id is a new version: it takes over all new instances.
        """
        deployed = self._world.library.deploy([source, *more])
        for process in deployed:
            arm_timer_starts(self._world, process)
        self._world.settle()
        return [process.definition for process in deployed]

    def start(self, process_id: str, variables: Mapping[str, object] = NOTHING) -> Instance:
        """Start the newest version at its none start event, or at every node without incoming flow."""
        instance = self._world.start(self._world.library.newest(process_id), as_feel(variables))
        self._world.settle()
        return instance

    def instances(self, process_id: str | None = None) -> list[Instance]:
        """All instances, ended ones too, oldest first: also those that messages, signals, timers or calls started."""
        if process_id is None:
            return list(self._world.instances)
        self._world.library.newest(process_id)
        return [instance for instance in self._world.instances if instance.process_id == process_id]

    def jobs(self, type: str | None = None) -> list[Job]:  # noqa: A002  (the word of the domain)
        """Open jobs, oldest first; one that has failed for good is not offered."""
        return [job for job in self._world.jobs.values() if type is None or job.type == type]

    def complete(self, job: Job | str, variables: Mapping[str, object] = NOTHING) -> None:
        """The work is done."""
        open_job = self._job(job)
        facts = {"job_id": JobId(open_job.id), "variables": as_feel(variables)}
        self._world.send(open_job.instance, JobCompleted, facts)
        self._world.forget_job(open_job)
        self._world.settle()

    def fail(self, job: Job | str, message: str, retries: int = 0) -> None:
        """The work could not be done: with *retries* left it is offered again, else it is an incident."""
        open_job = self._job(job)
        if retries > 0:
            self._world.offer_again(open_job, retries)
            return
        self._world.send(open_job.instance, JobFailed, {"job_id": JobId(open_job.id), "message": message})
        self._world.set_aside(open_job)
        self._world.settle()

    def throw_error(self, job: Job | str, code: str, variables: Mapping[str, object] = NOTHING) -> None:
        """The work ended in a BPMN error."""
        open_job = self._job(job)
        facts = {"job_id": JobId(open_job.id), "error_code": code, "variables": as_feel(variables)}
        self._world.send(open_job.instance, JobErrorThrown, facts)
        self._world.forget_job(open_job)
        self._world.settle()

    def user_tasks(self) -> list[UserTask]:
        """Open user tasks, oldest first."""
        return list(self._world.user_tasks.values())

    def complete_task(self, task: UserTask | str, variables: Mapping[str, object] = NOTHING) -> None:
        """A person has done the task."""
        task_id = UserTaskId(_id_of(task))
        open_task = self._world.user_tasks.get(task_id)
        if open_task is None:
            raise _not_open("user task", task_id)
        facts = {"user_task_id": task_id, "variables": as_feel(variables)}
        self._world.send(open_task.instance, UserTaskCompleted, facts)
        self._world.user_tasks.pop(task_id, None)
        self._world.settle()

    def activate(self, instance: Instance, element_id: str) -> None:
        """Start one more activity of an active ad-hoc sub-process."""
        if not is_a(instance, Instance):
            raise MisuseError("That is no instance.", remedy="Give what `start` or `instances` returned.")
        self._world.send_from_outside(instance, ActivitiesActivated, {"element_ids": (ElementId(element_id),)})

    def publish(self, name: str, correlation_key: str | None = None, variables: Mapping[str, object] = NOTHING) -> None:
        """Send a message: to one who waits for it, else to a start event, else it is kept for a later wait."""
        key = None if correlation_key is None else str(correlation_key)
        deliver_message(self._world, SentMessage(name=name, correlation_key=key, variables=as_feel(variables)))
        self._world.settle()

    def broadcast(self, signal: str, variables: Mapping[str, object] = NOTHING) -> None:
        """Throw a signal: all who wait for it now get it, and its start events start instances."""
        deliver_signal(self._world, signal, as_feel(variables))
        self._world.settle()

    def evaluate_conditions(self, variables: Mapping[str, object] = NOTHING) -> None:
        """Look at every conditional event that waits and at conditional start events, as if *variables* were set."""
        evaluate_open_conditions(self._world, as_feel(variables))
        self._world.settle()

    def advance(self, delta: timedelta) -> None:
        """Move the clock; timers fire in order of time, each at its own, those due exactly at the new time too."""
        if not is_a(delta, timedelta) or delta < timedelta(0):
            raise MisuseError("Time does not go back.", remedy="Give a timedelta of zero or more.")
        self._world.advance(delta)

    def run_script_tasks_as(self, handler: ScriptHandler | None) -> None:
        """Run *handler* in place of each script, whatever its language; what it returns is set as variables.

        None gives the scripts back to the kernel. An exception of the handler is an incident of the script task.
        """
        self._world.script_handler = handler

    def _job(self, job: Job | str) -> Job:
        job_id = JobId(_id_of(job))
        found = self._world.jobs.get(job_id)
        if found is None:
            raise _not_open("job", job_id)
        return found


def _id_of(work: Job | UserTask | str) -> str:
    """The id of work that is named by itself or by its id."""
    return work.id if isinstance(work, Job | UserTask) else str(work)


def _not_open(kind: str, work_id: str) -> NotFoundError:
    return NotFoundError(
        f"The {kind} '{work_id}' is not open.",
        Place(element_id=work_id),
        "It may have been completed or withdrawn; look at the open ones.",
        {"kind": kind, "id": work_id},
    )
