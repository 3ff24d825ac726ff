# SPDX-License-Identifier: Apache-2.0
"""Jobs: offered to workers under a lock that runs out, completed once.

A lock carries a fence, a number that grows with each lock of the job. A completion must come while the lock lives and
show its fence, so a worker that was paused for too long cannot complete what another one is doing. The same completion
twice (its answer was lost) is acknowledged again. The job id stays the same over all attempts: it is the key by which
workers recognise an effect that they have already had.
"""

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from taktloom.feel.wire import values_from_python
from taktloom.hosts.embedded.advancing.advance import advance, event_time
from taktloom.hosts.embedded.advancing.back_off import pause_after_failure
from taktloom.hosts.embedded.core.changes import Topic
from taktloom.hosts.embedded.core.held_jobs import HeldJob
from taktloom.hosts.embedded.core.limits import require_count, require_within
from taktloom.hosts.embedded.core.unit import Core, Unit, refused_or
from taktloom.hosts.embedded.core.views import job_view
from taktloom.hosts.embedded.work.job_locks import LockOrder, lock_jobs
from taktloom.kernel.events import JobCompleted, JobErrorThrown, JobEscalationThrown, JobFailed
from taktloom.model.errors import ConflictError, MisuseError, NotFoundError, TaktloomError
from taktloom.model.identifiers import InstanceKey, JobId, TenantId
from taktloom.model.operations import JobView, LockedJob
from taktloom.model.places import Place
from taktloom.model.records import made_often
from taktloom.storage import Row, Session, from_micros, to_micros

LONGEST_WAIT = timedelta(seconds=60)
LONGEST_LOCK = timedelta(days=1)
LONGEST_PAUSE = timedelta(days=3_660)  # ten years, as in a model
_WORKERS_REMEMBERED = 500
_AT_ONCE = 200  # completions in one piece of work: others wait no longer than for these


class UnknownJobError(NotFoundError):
    """No job has that id."""

    code = "TL-2530"


class JobLockError(ConflictError):
    """The caller does not hold the job's lock: it ran out, another worker has it, or the job is over."""

    code = "TL-2531"


class CompletionResult(Enum):
    """What a completion met."""

    DONE = "done"
    ALREADY_DONE = "already-done"


@made_often
@dataclass(frozen=True, slots=True, kw_only=True)
class JobCompletion:
    """One completion of a batch."""

    job_id: JobId
    fence: int
    variables: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenWorker:
    """A worker that asked for jobs since the engine started."""

    name: str
    job_types: tuple[str, ...]
    last_seen_at: datetime


class JobSignals:
    """Wakes those who wait for jobs; `generation` grows with every reason to look again."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._generation = self._waiting = 0
        self._is_closed = False

    @property
    def generation(self) -> int:
        """Note it before looking; wait with it after finding nothing."""
        return self._generation

    @property
    def is_closed(self) -> bool:
        """Whether waiting makes no sense any more."""
        return self._is_closed

    def wake(self) -> None:
        """Jobs may have been created: look again."""
        with self._condition:
            self._generation += 1
            if self._waiting:
                self._condition.notify_all()

    def wait(self, generation: int, timeout: timedelta) -> None:
        """Return when something happened since *generation*, or after *timeout*."""
        with self._condition:
            self._waiting += 1
            try:
                self._condition.wait_for(
                    lambda: self._generation != generation or self._is_closed, max(0.0, timeout.total_seconds())
                )
            finally:
                self._waiting -= 1

    def close(self) -> None:
        """Send everybody home."""
        self._is_closed = True
        self.wake()


class Jobs:
    """Jobs of one tenant."""

    def __init__(self, core: Core, tenant_id: TenantId, signals: JobSignals) -> None:
        self._core, self._tenant_id, self._signals = core, tenant_id, signals
        self._workers: dict[str, SeenWorker] = {}
        self._plentiful: set[str] = set()  # types of which the last request got all that it asked for

    def lock(
        self,
        job_types: Sequence[str],
        *,
        worker: str,
        max_jobs: int = 1,
        lock_for: timedelta = timedelta(seconds=30),
        wait: timedelta = timedelta(),
    ) -> tuple[LockedJob, ...]:
        """Lock up to *max_jobs* ready jobs, those of the highest priority first, of equal ones the oldest.

        Waits up to *wait* (at most 60 s) for the first one.
        Raises LimitExceededError, MisuseError for a duration that is not positive.
        """
        self._check_request(job_types, worker, max_jobs, lock_for)
        self._note_worker(worker, job_types)
        deadline = time.monotonic() + min(wait, LONGEST_WAIT).total_seconds()
        asked = sorted(set(job_types))
        types = json.dumps(asked)

        def work(unit: Unit) -> tuple[LockedJob, ...]:
            until = unit.now + min(lock_for, LONGEST_LOCK)
            return lock_jobs(unit, LockOrder(job_types=asked, worker=worker, max_jobs=max_jobs, until=until))

        while not self._signals.is_closed:
            generation = self._signals.generation
            if types in self._plentiful or self._is_ready(types):
                jobs = self._core.post(self._tenant_id, work, is_late=True).result()
                self._note_plenty(types, is_plentiful=len(jobs) == max_jobs)
                if jobs:
                    return jobs
            left = timedelta(seconds=deadline - time.monotonic())
            if left <= timedelta():
                return ()
            self._signals.wait(generation, min(left, self._until_next(types)))
        return ()

    def complete(
        self, job_id: JobId, fence: int, variables: Mapping[str, object], *, actor: str | None = None
    ) -> CompletionResult:
        """Finish the job; ALREADY_DONE for the same completion again. Raises UnknownJobError, JobLockError.

        actor: the resource in the event log; the name that the worker locked under when None.
        """
        completion = JobCompletion(job_id=job_id, fence=fence, variables=variables)
        return self._core.submit(self._tenant_id, _completing(completion, actor))

    def complete_many(
        self, completions: Sequence[JobCompletion], *, actor: str | None = None
    ) -> tuple[CompletionResult | TaktloomError, ...]:
        """Finish many jobs in few transactions; answers in order, a refused one does not touch the others."""
        require_count("completions", completions, self._core.limits.batch_items)
        portions = [completions[at : at + _AT_ONCE] for at in range(0, len(completions), _AT_ONCE)]
        futures = [self._core.post(self._tenant_id, _completing_many(some, actor)) for some in portions]
        return tuple(refused_or(outcome) for future in futures for outcome in future.result())

    def fail(  # noqa: PLR0913 - what is optional is keyword-only
        self,
        job_id: JobId,
        fence: int,
        message: str,
        *,
        retries: int | None = None,
        retry_in: timedelta | None = None,
        actor: str | None = None,
    ) -> None:
        """Give the job back as failed; without retries left it becomes an incident.

        retries: how many are left, one less than before when None. retry_in: at most ten years; when None as the model
        says, else doubling from 2 s.
        message: for operators, without variable values.
        """
        message = message[: self._core.limits.text_characters]
        retry_in = None if retry_in is None else min(retry_in, LONGEST_PAUSE)

        def work(unit: Unit) -> None:
            row = _require_lock(unit, job_id, fence)
            unit.count_job("failed", row.text("job_type"))
            left = row.integer("retries_left") - 1 if retries is None else retries
            if left > 0:
                _postpone(unit, row, left, message, retry_in)
                return
            unit.session.run("fail_job", tenant_id=unit.tenant_id, job_id=job_id, failure=message)
            instance = unit.instance(InstanceKey(row.text("instance_key")))
            occurred_at = event_time(unit, instance)
            who = actor or row.text_or_none("worker")
            advance(unit, instance, JobFailed(occurred_at=occurred_at, actor=who, job_id=job_id, message=message))

        self._core.submit(self._tenant_id, work)

    def throw_error(  # noqa: PLR0913 - what is optional is keyword-only
        self,
        job_id: JobId,
        fence: int,
        error_code: str,
        *,
        message: str = "",
        variables: Mapping[str, object] | None = None,
        actor: str | None = None,
    ) -> None:
        """End the job with a BPMN error, for a boundary event to catch; uncaught it becomes an incident."""
        limits, values = self._core.limits, values_from_python(variables or {})
        require_within("error_code", len(error_code), limits.text_characters)

        def work(unit: Unit) -> None:
            row = _require_lock(unit, job_id, fence)
            unit.count_job("bpmn-error", row.text("job_type"))
            instance = unit.instance(InstanceKey(row.text("instance_key")))
            unit.session.run("end_job_by_error", tenant_id=unit.tenant_id, job_id=job_id, now=to_micros(unit.now))
            event = JobErrorThrown(
                occurred_at=event_time(unit, instance),
                actor=actor or row.text_or_none("worker"),
                job_id=job_id,
                error_code=error_code,
                message=message[: limits.text_characters],
                variables=values,
            )
            advance(unit, instance, event)

        self._core.submit(self._tenant_id, work)

    def throw_escalation(
        self,
        job_id: JobId,
        fence: int,
        escalation_code: str,
        *,
        variables: Mapping[str, object] | None = None,
        actor: str | None = None,
    ) -> bool:
        """Tell the process of an escalation while the job goes on; whether the worker still has the job after it.

        What catches the escalation may interrupt the activity. Not caught, it is passed over (BPMN 2.0.2, 10.5.1).
        Raises UnknownJobError, JobLockError.
        """
        values = values_from_python(variables or {})
        require_within("escalation_code", len(escalation_code), self._core.limits.text_characters)

        def work(unit: Unit) -> bool:
            row = _require_lock(unit, job_id, fence)
            instance = unit.instance(InstanceKey(row.text("instance_key")))
            event = JobEscalationThrown(
                occurred_at=event_time(unit, instance),
                actor=actor or row.text_or_none("worker"),
                job_id=job_id,
                escalation_code=escalation_code,
                variables=values,
            )
            advance(unit, instance, event)
            return job_id in instance.state.jobs

        return self._core.submit(self._tenant_id, work)

    def heartbeat(self, job_id: JobId, fence: int, lock_for: timedelta) -> datetime:
        """Extend the lock to *lock_for* from now; the new end. Raises UnknownJobError, JobLockError."""
        _require_duration("lock_for", lock_for)

        def work(unit: Unit) -> datetime:
            _require_lock(unit, job_id, fence)
            until = unit.now + min(lock_for, LONGEST_LOCK)
            unit.session.run("extend_job_lock", tenant_id=unit.tenant_id, job_id=job_id, locked_until=to_micros(until))
            return until

        return self._core.submit(self._tenant_id, work)

    def still_locked(self, fences: Mapping[JobId, int]) -> frozenset[JobId]:
        """Those of the jobs that are locked now under the fence that is given for each."""
        now = to_micros(self._core.clock.now())
        ids = json.dumps(sorted(fences))
        with self._core.database.reading() as session:
            rows = session.all("locked_jobs", tenant_id=self._tenant_id, job_ids=ids, now=now)
        return frozenset(
            JobId(row.text("job_id")) for row in rows if fences[JobId(row.text("job_id"))] == row.integer("fence")
        )

    def get(self, job_id: JobId) -> JobView:
        """One job as operators see it; raises UnknownJobError."""
        now = self._core.clock.now()
        with self._core.database.reading() as session:
            return job_view(_job(session, self._tenant_id, job_id), now=now)

    def workers(self) -> tuple[SeenWorker, ...]:
        """Workers that asked this engine for jobs, by name."""
        return tuple(sorted(self._workers.copy().values(), key=lambda worker: worker.name))

    def _note_plenty(self, types: str, *, is_plentiful: bool) -> None:
        """After a full answer the next request need not look first, which is a look of its own into the database."""
        if is_plentiful:
            self._plentiful.add(types)
        else:
            self._plentiful.discard(types)

    def _note_worker(self, name: str, job_types: Sequence[str]) -> None:
        self._workers.pop(name, None)
        self._workers[name] = SeenWorker(name=name, job_types=tuple(job_types), last_seen_at=self._core.clock.now())
        if len(self._workers) > _WORKERS_REMEMBERED:
            self._workers.pop(next(iter(self._workers)), None)  # the one not seen for longest

    def _check_request(self, job_types: Sequence[str], worker: str, max_jobs: int, lock_for: timedelta) -> None:
        limits = self._core.limits
        require_within("max_jobs", max_jobs, limits.jobs_per_lock)
        if max_jobs < 1:
            raise MisuseError("max_jobs must be at least 1.", remedy="Ask for one job or more.")
        require_count("job_types", job_types, limits.batch_items)
        require_within("worker", len(worker), limits.text_characters)
        _require_duration("lock_for", lock_for)

    def _is_ready(self, types: str) -> bool:
        now = to_micros(self._core.clock.now())
        with self._core.database.reading() as session:
            return session.count("is_job_ready", tenant_id=self._tenant_id, job_types=types, now=now) > 0

    def _until_next(self, types: str) -> timedelta:
        """How long until a lock runs out or a back-off ends; long when none does."""
        with self._core.database.reading() as session:
            ready_at = session.count("next_job_ready_at", tenant_id=self._tenant_id, job_types=types)
        if ready_at == 0:
            return LONGEST_WAIT
        return max(from_micros(ready_at) - self._core.clock.now(), timedelta(milliseconds=1))


def _complete(unit: Unit, completion: JobCompletion, actor: str | None) -> CompletionResult:
    job = _find_job(unit, completion.job_id)
    if job.state == "completed" and job.fence == completion.fence:
        return CompletionResult.ALREADY_DONE
    _check_lock(unit, job, completion.fence)
    instance = unit.instance(job.instance_key)
    _end(unit, completion.job_id)
    event = JobCompleted(
        occurred_at=event_time(unit, instance),
        actor=actor or job.worker,
        job_id=completion.job_id,
        variables=values_from_python(completion.variables),
    )
    advance(unit, instance, event)
    unit.count_job("completed", job.job_type)
    return CompletionResult.DONE


def _completing(completion: JobCompletion, actor: str | None) -> Callable[[Unit], CompletionResult]:
    return lambda unit: _complete(unit, completion, actor)


def _completing_many(
    completions: Sequence[JobCompletion], actor: str | None
) -> Callable[[Unit], list[CompletionResult | Exception]]:
    """One piece of work in which each completion stands or falls by itself."""

    def complete(unit: Unit, completion: JobCompletion) -> CompletionResult:
        result = _complete(unit, completion, actor)
        unit.settle()  # what it sends to other instances is part of it
        return result

    def work(unit: Unit) -> list[CompletionResult | Exception]:
        _load_ahead(unit, completions)
        return [unit.outcome(complete, unit, completion) for completion in completions]

    return work


def _load_ahead(unit: Unit, completions: Sequence[JobCompletion]) -> None:
    """Have the instances of the jobs in memory."""
    held = unit.core.held_jobs
    found = [held.find(unit.session, unit.tenant_id, completion.job_id) for completion in completions]
    keys = [job.instance_key for job in found if job is not None]
    unit.core.live.load_ahead(unit.session, unit.tenant_id, keys)


def _end(unit: Unit, job_id: JobId) -> None:
    unit.core.held_jobs.forget(unit.tenant_id, job_id)
    unit.session.defer(
        "end_job", job_id, tenant_id=unit.tenant_id, job_id=job_id, state="completed", now=to_micros(unit.now)
    )


def _postpone(unit: Unit, row: Row, retries_left: int, failure: str, retry_in: timedelta | None) -> None:
    pause = pause_after_failure(row, retries_left, retry_in)
    unit.session.run(
        "postpone_job",
        tenant_id=unit.tenant_id,
        job_id=row.text("job_id"),
        retries_left=retries_left,
        ready_at=to_micros(unit.now + pause),
        failure=failure,
    )
    unit.note(Topic.JOBS, "created")


def _require_lock(unit: Unit, job_id: JobId, fence: int) -> Row:
    row = _job(unit.session, unit.tenant_id, job_id)
    _check_lock(unit, _held(row), fence)
    return row


def _job(session: Session, tenant_id: TenantId, job_id: JobId) -> Row:
    row = session.first("job_by_id", tenant_id=tenant_id, job_id=job_id)
    if row is None:
        raise UnknownJobError(
            f"There is no job {job_id}.",
            Place(element_id=job_id),
            "Drop it and ask for new jobs.",
            {"job_id": job_id},
        )
    return row


def _find_job(unit: Unit, job_id: JobId) -> HeldJob:
    """What a completion must know of the job, from memory if it can be; raises UnknownJobError."""
    known = unit.core.held_jobs.find(unit.session, unit.tenant_id, job_id)
    return known or _held(_job(unit.session, unit.tenant_id, job_id))


def _held(row: Row) -> HeldJob:
    return HeldJob(
        job_id=JobId(row.text("job_id")),
        job_type=row.text("job_type"),
        instance_key=InstanceKey(row.text("instance_key")),
        state=row.text("state"),
        fence=row.integer("fence"),
        worker=row.text_or_none("worker"),
        ready_at=row.integer("ready_at"),
    )


def _check_lock(unit: Unit, job: HeldJob, fence: int) -> None:
    is_held = job.state == "locked" and job.fence == fence
    if is_held and job.ready_at > to_micros(unit.now):
        return
    raise JobLockError(
        f"Job {job.job_id} is not locked under fence {fence}: it is {'past its lock' if is_held else job.state}.",
        Place(element_id=job.job_id),
        "Drop it: another worker does it or has done it. Send heartbeats when work takes longer than the lock.",
        {"job_id": job.job_id, "state": job.state},
    )


def _require_duration(name: str, duration: timedelta) -> None:
    if duration <= timedelta():
        raise MisuseError(f"{name} must be a positive duration.", remedy="Give a duration above zero.")
