# SPDX-License-Identifier: Apache-2.0
"""Everything that runs in one engine: instances, open work, the mailbox, the clock, and what is still to be delivered.

An instance is advanced by one kernel event at a time; what that step orders is carried out in order, and what has to
reach other instances (or the same one again) waits in a queue until the step is over. After each call the queue runs
empty and due timers fire, until only waits are left.
"""

from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from taktloom.calendars.business import BusinessCalendar
from taktloom.calendars.reckoning import due_by_calendar, later_by_calendar
from taktloom.feel.values import FeelValue
from taktloom.kernel import ExecutableProcess, InstanceState, compile_process, step
from taktloom.kernel.commands import Command, IncidentKind, Reckoning
from taktloom.kernel.events import InstanceStarted, KernelEvent
from taktloom.kernel.expressions import Context
from taktloom.kernel.failure import ElementFailure
from taktloom.kernel.state import InstanceStatus
from taktloom.model.errors import MisuseError
from taktloom.model.identifiers import ElementId, IncidentId, InstanceKey, JobId, UserTaskId
from taktloom.model.process import ScriptTask
from taktloom.testing.clock import Alarms
from taktloom.testing.instance import Caller, Incident, Instance
from taktloom.testing.library import Deployed, Library
from taktloom.testing.mailbox import Mailbox, Waits
from taktloom.testing.values import as_feel
from taktloom.testing.work import Job, UserTask

__all__ = ["ScriptHandler", "World"]

ScriptHandler = Callable[[Job], Mapping[str, object] | None]
FIRST_KEY = 1_000_000_000
DELIVERIES_PER_CALL = 25_000  # between instances, without a wait that only the test can end
FIRINGS_PER_INSTANT = 10_000  # of one instance: a loop over a timer that is due at once


class CarryOut(Protocol):
    """Obeys one command of an instance."""

    def __call__(self, world: "World", instance: Instance, command: Command) -> None:
        """Do it."""


class World:
    """See the module."""

    def __init__(self, now: datetime, carry_out: CarryOut, calendars: Mapping[str, BusinessCalendar]) -> None:
        self.now, self.calendars = now, calendars
        self.library = Library()
        self.instances: list[Instance] = []
        self.jobs: dict[JobId, Job] = {}
        self.failed_jobs: dict[JobId, Job] = {}
        self.user_tasks: dict[UserTaskId, UserTask] = {}
        self.mailbox, self.signals, self.alarms = Mailbox(), Waits(), Alarms()
        self.stores: dict[str, FeelValue] = {}
        self.queue: deque[Callable[[], None]] = deque()
        self.script_handler: ScriptHandler | None = None
        self._carry_out = carry_out
        self._current: Instance | None = None
        self._is_settling = False
        self._firings: Counter[str] = Counter()

    # advancing instances

    def start(
        self,
        deployed: Deployed,
        variables: Mapping[str, FeelValue],
        start_element: str | None = None,
        caller: Caller | None = None,
    ) -> Instance:
        """A new instance, advanced to its first waits. Raises MisuseError where it cannot start so."""
        key = InstanceKey(str(FIRST_KEY + len(self.instances)))
        instance = Instance(deployed, InstanceState(instance_key=key), self.send_from_outside, caller)
        started = InstanceStarted(
            occurred_at=self.now,
            variables=variables,
            start_element=None if start_element is None else ElementId(start_element),
            is_called=caller is not None,
        )
        self._advance(instance, started)
        return instance

    def send(self, instance: Instance, kind: Callable[..., KernelEvent], facts: Mapping[str, object]) -> None:
        """Advance *instance* by an event that happens now. Raises MisuseError where it cannot be."""
        self._advance(instance, kind(occurred_at=self.now, **facts))

    def send_from_outside(
        self, instance: Instance, kind: Callable[..., KernelEvent], facts: Mapping[str, object]
    ) -> None:
        """As `send`, and then let everything come to rest."""
        self.send(instance, kind, facts)
        self.settle()

    def _advance(self, instance: Instance, event: KernelEvent) -> None:
        state, outer = instance._state, self._current
        self._current = instance
        try:
            commands = step(self.executable(instance._deployed), state, event, instance.history, has_event_log=False)
        finally:
            self._current = outer
        if isinstance(event, InstanceStarted):
            self.instances.append(instance)
            if instance.caller is not None:
                instance.caller.instance.children.append(instance)
        for command in commands:
            self._carry_out(self, instance, command)

    def reckon(self, reckoning: Reckoning) -> datetime:
        """The instant by a business calendar. Raises MisuseError for a calendar that the test has not given."""
        return self.reckon_later(reckoning)[0]

    def reckon_later(self, reckoning: Reckoning) -> tuple[datetime, int]:
        """As reckon, with how many instants of a cycle were missed before it."""
        calendar = self.calendars.get(reckoning.calendar)
        if calendar is None:
            raise MisuseError(
                f"The model counts by the calendar '{reckoning.calendar}', which the engine has not been given.",
                remedy="Give it: Engine(now, calendars={...}).",
                parameters={"calendar": reckoning.calendar},
            )
        if reckoning.after is None:
            return due_by_calendar(calendar, reckoning.anchor, reckoning.rule), 0
        return later_by_calendar(calendar, reckoning.anchor, reckoning.rule, reckoning.after)

    # coming to rest

    def settle(self) -> None:
        """Deliver what is on its way and fire what is due, until only waits are left."""
        if not self.queue and not self.alarms.is_due(self.now):
            return
        if self._is_settling:
            return  # called by a script's handler: the outer call goes on with it
        self._is_settling = True
        self._firings.clear()
        try:
            self._run_queue()
            while self.alarms.next_due is not None and self.alarms.next_due <= self.now:
                self.alarms.ring()
                self._run_queue()
        finally:
            self._is_settling = False
            self.queue.clear()

    def advance(self, delta: timedelta) -> None:
        """Move the clock; what is due on the way happens at its own time."""
        target = self.now + delta
        self.settle()
        while self.alarms.next_due is not None and self.alarms.next_due <= target:
            self.now = max(self.now, self.alarms.next_due)
            self.settle()
        self.now = target

    def may_fire(self, instance_id: str) -> bool:
        """Whether the instance has not fired timers without end at this very instant."""
        self._firings[instance_id] += 1
        return self._firings[instance_id] <= FIRINGS_PER_INSTANT

    def _run_queue(self) -> None:
        deliveries = 0
        while self.queue:
            deliveries += 1
            if deliveries > DELIVERIES_PER_CALL:
                self.queue.clear()
                self._break_circle()
                return
            self.queue.popleft()()

    def _break_circle(self) -> None:
        """Instances start or signal each other for ever: the latest one has an incident, and nothing is delivered."""
        instance = self.instances[-1]
        message = f"More than {DELIVERIES_PER_CALL} deliveries between instances in one call; give the circle a wait."
        incident_id = IncidentId(f"{instance.id}-circle")
        instance._incidents[incident_id] = Incident(
            id=incident_id, element_id=instance.process_id, kind=IncidentKind.LIMIT.value, message=message
        )

    # jobs

    def forget_job(self, job: Job) -> None:
        """It is done."""
        self.jobs.pop(JobId(job.id), None)

    def offer_again(self, job: Job, retries: int) -> None:
        """It failed and may be tried again."""
        self.jobs[JobId(job.id)] = replace(job, retries=retries)

    def set_aside(self, job: Job) -> None:
        """It failed for good, until its incident is resolved."""
        self.failed_jobs[JobId(job.id)] = self.jobs.pop(JobId(job.id))

    # scripts

    def executable(self, deployed: Deployed) -> ExecutableProcess:
        """What is stepped: as deployed, or with its scripts handed to the test."""
        if self.script_handler is None:
            return deployed.executable
        if deployed.with_scripts_handed_over is None:
            deployed.with_scripts_handed_over = compile_process(deployed.definition, script_runner=self._run_script)
        return deployed.with_scripts_handed_over

    def _run_script(self, task: ScriptTask, context: Context) -> Mapping[str, FeelValue]:
        assert self.script_handler is not None
        assert self._current is not None  # scripts run inside `_advance` only
        job = Job(
            id=f"{self._current.id}-{task.id}",
            type=task.job.type if task.job is not None else "script",
            element_id=task.id,
            instance=self._current,
            values=dict(context),
            headers={} if task.job is None else dict(task.job.headers),
        )
        try:
            return as_feel(self.script_handler(job) or {})
        except Exception as error:  # whatever a test's script does: the model's script has failed, not the engine
            message = f"The script failed: {type(error).__name__}: {error}"
            raise ElementFailure(IncidentKind.EXPRESSION, message) from error


def is_active(instance: Instance) -> bool:
    """Whether it goes on."""
    return instance._state.status is InstanceStatus.ACTIVE
