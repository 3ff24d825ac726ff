# SPDX-License-Identifier: Apache-2.0
"""Who uses the engine in a simulation: citizens, workers, clerks, operators, senders. What they are told is known.

Requests and answers go over a network that loses, doubles and delays them; a client that gets no answer asks again
with the same key, as the protocol wants it: job id and fence, user task id, message id, business key.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from typing import Protocol

from taktloom.app.assurance.machine import Node
from taktloom.app.assurance.models import ERROR_CODE, JOB_TYPE, MESSAGE, SIGNAL
from taktloom.app.assurance.outside import World
from taktloom.app.assurance.records import Known, Lease, MessageFate, Wrong, require
from taktloom.feel.values import FeelValue
from taktloom.hosts.embedded import CompletionResult, IncidentState, JobCompletion, Message, Signal
from taktloom.hosts.embedded.core.writer import StorageFailedError
from taktloom.model.identifiers import IncidentId, InstanceKey, ProcessId
from taktloom.model.operations import (
    IncidentView,
    InstanceQuery,
    InstanceSummary,
    LockedJob,
    UserTaskQuery,
    UserTaskView,
)

LOCK = timedelta(minutes=5)
_TIME_TO_LIVE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The request or its answer got lost, or the engine could not tell."""


Request = Callable[[Node], object]
Note = Callable[[Node, object], None]


class Wire(Protocol):
    """How requests reach an engine."""

    def ask(self, request: Request, note: Note) -> object:
        """Send once, over the network; the answer is noted and given back. NoAnswer: none came."""

    def send(self, request: Request, note: Note) -> object:
        """As ask, for requests that may arrive twice or later."""


class Clients:
    """All clients of one run, acting one at a time; chance decides what they do."""

    def __init__(self, wire: Wire, chance: Random, world: World, startable: Sequence[ProcessId]) -> None:
        self.known = Known()
        self.held: list[LockedJob] = []
        self.is_calm = False
        self._wire, self._chance, self._world, self._startable = wire, chance, world, startable
        self._cases: list[str] = []
        self._count = 0

    # Citizens

    def start(self) -> None:
        """Start a case under a business key; without an answer look for the key and start again if it is not there."""
        case = f"case-{self._next()}"
        self._cases.append(case)
        if self._chance.random() < 0.3:
            self.message(case)  # it arrives before anybody waits for it
        process_id = self._chance.choice(self._startable)
        variables: dict[str, FeelValue] = {"case": case, "n": Decimal(self._chance.randrange(4))}

        def begin(node: Node) -> object:
            found = node.engine.instances.search(InstanceQuery(search=case, limit=50)).items
            first = [one for one in found if one.caller_key is None]
            return first[0] if first else node.engine.instances.start(process_id, variables, business_key=case)

        def note(_: Node, answer: object) -> None:
            if isinstance(answer, InstanceSummary):
                self.known.started[case] = answer.instance_key
                self.known.processes[answer.instance_key] = answer.process_id

        for _ in range(3):
            if not isinstance(self._wire.ask(begin, note), NoAnswer):
                return

    # Workers

    def lock(self) -> None:
        """A worker takes jobs."""
        worker = f"worker-{self._chance.randrange(3)}"
        many = 20 if self.is_calm else self._chance.randint(1, 3)
        self._wire.ask(
            lambda node: node.engine.jobs.lock([JOB_TYPE], worker=worker, max_jobs=many, lock_for=LOCK), self._note_lock
        )

    def complete(self) -> None:
        """A worker does the work once more and completes the job, perhaps too late, perhaps again."""
        job = self._pick()
        if job is None:
            return
        self._have_effect(job)
        self.known.tried.add(job.job_id)
        variables = self._result(job)
        for _ in range(2):
            answer = self._wire.send(
                lambda node: node.engine.jobs.complete(job.job_id, job.fence, variables), partial(self._note_end, job)
            )
            if not isinstance(answer, NoAnswer):
                return

    def complete_many(self) -> None:
        """A worker completes all it has in one request."""
        jobs, self.held = self.held, []
        if not jobs:
            return
        for job in jobs:
            self._have_effect(job)
            self.known.tried.add(job.job_id)
        completions = [JobCompletion(job_id=job.job_id, fence=job.fence, variables=self._result(job)) for job in jobs]

        def note(node: Node, answers: object) -> None:
            if isinstance(answers, tuple):
                for job, answer in zip(jobs, answers, strict=True):
                    self._note_end(job, node, answer)

        self._wire.send(lambda node: node.engine.jobs.complete_many(completions), note)

    def fail(self) -> None:
        """A worker gives a job back."""
        job = self._pick()
        if job is None:
            return
        retries = self._chance.choice((None, None, 0))
        self._wire.ask(
            lambda node: node.engine.jobs.fail(job.job_id, job.fence, "failed", retries=retries),
            partial(self._note_back, job),
        )

    def throw(self) -> None:
        """A worker ends a job with a BPMN error."""
        job = self._pick()
        if job is None:
            return

        def note(node: Node, answer: object) -> None:
            if answer is None:
                self._check_lease(job, node, "an error")
                self.known.leases[job.job_id].is_over = True
                self.known.thrown.add(job.job_id)
            self._note_lost(job, answer)

        self._wire.ask(lambda node: node.engine.jobs.throw_error(job.job_id, job.fence, ERROR_CODE), note)

    def beat(self) -> None:
        """A worker extends its lock."""
        if not self.held:
            return
        job = self._chance.choice(self.held)

        def note(node: Node, answer: object) -> None:
            if isinstance(answer, datetime):
                self._check_lease(job, node, "a heartbeat")
                self.known.leases[job.job_id].until = answer
            self._note_lost(job, answer)

        self._wire.ask(lambda node: node.engine.jobs.heartbeat(job.job_id, job.fence, LOCK), note)

    def forget(self) -> None:
        """A worker dies with what it holds; its effects stay."""
        job = self._pick()
        if job is not None:
            self._have_effect(job)

    # Clerks and operators

    def decide(self) -> None:
        """A clerk completes an open task, or all of them in calm."""
        tasks = self._wire.ask(lambda node: node.engine.user_tasks.search(UserTaskQuery()).items, _nothing)
        for task in self._some(tasks):
            self._complete_task(task)

    def resolve(self) -> None:
        """An operator tries incidents again."""
        found = self._wire.ask(lambda node: node.engine.incidents.search(state=IncidentState.OPEN).items, _nothing)
        for incident in self._some(found):
            assert isinstance(incident, IncidentView)
            identifier = incident.incident_id

            def note(_: Node, answer: object, name: IncidentId = identifier) -> None:
                if answer is None:
                    self.known.resolved.add(name)

            self._wire.send(
                lambda node, name=identifier: node.engine.incidents.resolve(name, variables={"n": Decimal(1)}),  # type: ignore[misc]
                note,
            )

    def set_variable(self) -> None:
        """An operator sets a variable that nobody else sets."""
        key, name = self._instance(), f"v{self._next()}"
        if key is None:
            return

        def note(_: Node, answer: object) -> None:
            if answer is None:
                self.known.marks[name] = key

        self._wire.ask(lambda node: node.engine.instances.set_variables(key, {name: Decimal(1)}), note)

    def cancel(self) -> None:
        """An operator cancels an instance."""
        key = self._instance()
        if key is None:
            return

        def note(_: Node, answer: object) -> None:
            if answer is None:
                self.known.cancelled.add(key)

        self._wire.ask(lambda node: node.engine.instances.cancel(key), note)

    # Senders

    def message(self, case: str | None = None) -> None:
        """A message to one case, with an id, kept when nobody waits; it is sent again until it is answered."""
        if not self._cases:
            return
        case, mark = case or self._chance.choice(self._cases), f"m{self._next()}"
        time_to_live = self._chance.choice((timedelta(), timedelta(hours=3), _TIME_TO_LIVE))
        message = Message(
            name=MESSAGE,
            correlation_key=case,
            variables={"mark": mark},
            message_id=mark,
            time_to_live=time_to_live,
        )
        kept = time_to_live or timedelta(days=1)
        fate = self.known.messages[mark] = MessageFate(case=case, expires_at=self._world.latest + kept)

        def correlate(node: Node) -> object:
            expires_at = fate.expires_at
            fate.expires_at = min(expires_at, node.clock.shown + kept)
            try:
                return node.engine.messages.correlate(message)
            finally:  # the clock may have jumped meanwhile
                fate.is_void = fate.is_void or self._world.latest >= expires_at

        def note(_: Node, answer: object) -> None:
            if isinstance(answer, tuple):
                taken = frozenset(map(InstanceKey, answer))
                is_same = fate.is_void or fate.taken in {None, frozenset(), taken}
                require(is_same, Wrong.DOUBLED, f"{mark}: {fate.taken}, then {taken}")
                fate.taken = taken

        for _ in range(3):
            if not isinstance(self._wire.send(correlate, note), NoAnswer):
                return

    def signal(self) -> None:
        """A signal to whoever waits."""
        mark = f"s{self._next()}"

        def note(_: Node, answer: object) -> None:
            if isinstance(answer, tuple):
                self.known.signals[mark] = frozenset(map(InstanceKey, answer))

        self._wire.ask(lambda node: node.engine.signals.broadcast(Signal(name=SIGNAL, variables={"mark": mark})), note)

    # What several of them do

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _pick(self) -> LockedJob | None:
        """A job that is held; some are answered once more, after they were answered."""
        if not self.held:
            return None
        at = self._chance.randrange(len(self.held))
        return self.held[at] if self._chance.random() < 0.3 else self.held.pop(at)

    def _instance(self) -> InstanceKey | None:
        return self._chance.choice(list(self.known.started.values())) if self.known.started else None

    def _some(self, found: object) -> list[object]:
        if not isinstance(found, tuple) or not found:
            return []
        return list(found) if self.is_calm else [self._chance.choice(found)]

    def _result(self, job: LockedJob) -> dict[str, FeelValue]:
        return {"n": Decimal(self._chance.randrange(4)), f"by-{job.job_id}": Decimal(1)}

    def _have_effect(self, job: LockedJob) -> None:
        """The worker's effect outside, which is had once per idempotency key."""
        self.known.effect_calls += 1
        self.known.effects.setdefault(job.job_id, (job.instance_key, job.element_id))

    def _complete_task(self, task: object) -> None:
        assert isinstance(task, UserTaskView)

        def note(_: Node, answer: object) -> None:
            if isinstance(answer, UserTaskView):
                self.known.tasks.add(task.user_task_id)

        for _ in range(2):
            answer = self._wire.send(
                lambda node: node.engine.user_tasks.complete(task.user_task_id, {"n": Decimal(2)}, user="bea"), note
            )
            if not isinstance(answer, NoAnswer):
                return

    def _note_lock(self, node: Node, answer: object) -> None:
        if not isinstance(answer, tuple):
            return
        for job in answer:
            before = self.known.leases.get(job.job_id)
            if before is not None:
                require(job.fence > before.fence, Wrong.DOUBLED, f"{job.job_id}: fence {job.fence} again")
                is_free = before.is_over or before.is_unsure or before.until <= node.clock.shown
                require(is_free, Wrong.DOUBLED, f"{job.job_id} is locked twice until {before.until}")
            self.known.leases[job.job_id] = Lease(fence=job.fence, until=job.locked_until)
            self.held.append(job)

    def _note_end(self, job: LockedJob, node: Node, answer: object) -> None:
        if answer is CompletionResult.DONE:
            require(job.job_id not in self.known.done, Wrong.DOUBLED, f"{job.job_id} was completed twice")
            self._check_lease(job, node, "a completion")
            self.known.leases[job.job_id].is_over = True
            self.known.done.add(job.job_id)
        elif answer is CompletionResult.ALREADY_DONE:
            require(job.job_id in self.known.tried, Wrong.LOST, f"{job.job_id} is done, and nobody did it")
            self.known.done.add(job.job_id)
        self._note_lost(job, answer)

    def _note_back(self, job: LockedJob, node: Node, answer: object) -> None:
        if answer is None:
            self._check_lease(job, node, "a failure")
            self.known.leases[job.job_id].is_over = True
        self._note_lost(job, answer)

    def _note_lost(self, job: LockedJob, answer: object) -> None:
        """Without an answer nobody knows how the job stands; StorageFailedError says no more than that."""
        if isinstance(answer, NoAnswer | StorageFailedError):
            self.known.leases[job.job_id].is_unsure = True

    def _check_lease(self, job: LockedJob, node: Node, what: str) -> None:
        """An accepted answer comes under the newest lock, while that lives."""
        lease = self.known.leases[job.job_id]
        require(job.fence == lease.fence, Wrong.DOUBLED, f"{job.job_id}: {what} under the old fence {job.fence}")
        require(not lease.is_over, Wrong.DOUBLED, f"{job.job_id}: {what} after the lock was given back")
        is_alive = lease.is_unsure or node.clock.shown < lease.until
        require(is_alive, Wrong.DOUBLED, f"{job.job_id}: {what} after the lock ran out")


def _nothing(node: Node, answer: object) -> None:
    """Nothing to remember."""
    del node, answer
