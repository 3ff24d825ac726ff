# SPDX-License-Identifier: Apache-2.0
"""Jobs for workers. A service account gets and completes only jobs of the types that its key names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from taktloom.app.context import Context, use_case
from taktloom.assure.permissions import Permission
from taktloom.feel.values import FeelValue
from taktloom.model.errors import PermissionDeniedError, TaktloomError
from taktloom.model.identifiers import COUNTER_DIGITS, InstanceKey, JobId
from taktloom.model.operations import LockedJob

ANY_TYPE = "*"
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Activation:
    """Which jobs a worker wants, and for how long it locks them."""

    job_types: tuple[str, ...]
    worker: str
    max_jobs: int = 1
    lock: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """A job done."""

    job_id: str
    fence: int
    variables: Mapping[str, FeelValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A job that failed; retries None: one less than before."""

    job_id: str
    fence: int
    message: str
    retries: int | None = None
    retry_in: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThrownError:
    """A BPMN error from a job."""

    job_id: str
    fence: int
    error_code: str
    message: str = ""
    variables: Mapping[str, FeelValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThrownEscalation:
    """An escalation from a job that goes on."""

    job_id: str
    fence: int
    escalation_code: str
    variables: Mapping[str, FeelValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why one of many was refused."""

    job_id: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """Answer to many completions."""

    completed: tuple[str, ...]
    refused: tuple[Refusal, ...]


@use_case(Permission.JOB_WORK)
def activate_jobs(context: Context, *, wanted: Activation) -> tuple[LockedJob, ...]:
    """Lock what is ready now: by priority, of equal ones the oldest first."""
    for job_type in wanted.job_types:
        require_job_type(context, job_type)
    jobs = context.rooms.engine.jobs.lock(
        wanted.job_types, worker=wanted.worker, max_jobs=wanted.max_jobs, lock_for=wanted.lock
    )
    granted = context.rooms.granted_jobs
    if len(granted) > _REMEMBERED:
        granted.clear()  # only a cache: types are looked up again
    granted.update({job.job_id: job.job_type for job in jobs})
    return jobs


@use_case(Permission.JOB_WORK)
def complete_job(context: Context, *, completion: Completion) -> None:
    """Complete under the lock's fence; the same completion again is acknowledged again."""
    job_id = _allowed(context, completion.job_id)
    context.rooms.engine.jobs.complete(job_id, completion.fence, completion.variables)
    context.rooms.job_streams.tell_ended((job_id,))


@use_case(Permission.JOB_WORK)
def complete_jobs(context: Context, *, completions: tuple[Completion, ...]) -> Completed:
    """Complete many; one that is refused, for whatever reason, does not stop the others."""
    from taktloom.hosts.embedded import JobCompletion

    refused: list[Refusal] = []
    batch: list[JobCompletion] = []
    for one in completions:
        try:
            batch.append(JobCompletion(job_id=_allowed(context, one.job_id), fence=one.fence, variables=one.variables))
        except TaktloomError as error:
            refused.append(refusal(one.job_id, error))
    completed: list[str] = []
    for done, outcome in zip(batch, context.rooms.engine.jobs.complete_many(batch), strict=True):
        if isinstance(outcome, TaktloomError):
            refused.append(refusal(done.job_id, outcome))
        else:
            completed.append(done.job_id)
    context.rooms.job_streams.tell_ended(JobId(job_id) for job_id in completed)
    return Completed(completed=tuple(completed), refused=tuple(refused))


def refusal(job_id: str, error: TaktloomError) -> Refusal:
    """The answer for one completion that was refused."""
    return Refusal(job_id=job_id, code=error.code, detail=error.cause)


@use_case(Permission.JOB_WORK)
def fail_job(context: Context, *, failure: Failure) -> None:
    """Give it back as failed; without retries left it becomes an incident."""
    job_id = _allowed(context, failure.job_id)
    context.rooms.engine.jobs.fail(
        job_id, failure.fence, failure.message, retries=failure.retries, retry_in=failure.retry_in
    )
    context.rooms.job_streams.tell_ended((job_id,))


@use_case(Permission.JOB_WORK)
def throw_job_error(context: Context, *, thrown: ThrownError) -> None:
    """Throw a BPMN error."""
    job_id = _allowed(context, thrown.job_id)
    context.rooms.engine.jobs.throw_error(
        job_id, thrown.fence, thrown.error_code, message=thrown.message, variables=thrown.variables
    )
    context.rooms.job_streams.tell_ended((job_id,))


@use_case(Permission.JOB_WORK)
def throw_job_escalation(context: Context, *, thrown: ThrownEscalation) -> bool:
    """Tell the process of an escalation; whether the job is still locked for the worker."""
    job_id = _allowed(context, thrown.job_id)
    is_still_locked = context.rooms.engine.jobs.throw_escalation(
        job_id, thrown.fence, thrown.escalation_code, variables=thrown.variables
    )
    if not is_still_locked:
        context.rooms.job_streams.tell_ended((job_id,))
    return is_still_locked


@use_case(Permission.JOB_WORK)
def extend_lock(context: Context, *, job_id: str, fence: int, lock: timedelta) -> datetime:
    """Keep a job for longer, from now; until when."""
    return context.rooms.engine.jobs.heartbeat(_allowed(context, job_id), fence, lock)


def _allowed(context: Context, job_id: str) -> JobId:
    if ANY_TYPE not in context.principal.job_types:
        require_job_type(context, context.rooms.granted_jobs.get(job_id) or _type_of(context, job_id))
    return JobId(job_id)


def _type_of(context: Context, job_id: str) -> str:
    """For jobs locked before the server was started anew: the instance knows its jobs."""
    detail = context.rooms.engine.instances.detail(InstanceKey(job_id[:-COUNTER_DIGITS]))
    return next((job.job_type for job in detail.jobs if job.job_id == job_id), "")


def require_job_type(context: Context, job_type: str) -> None:
    """Raise PermissionDeniedError unless the key names this type of job, or all."""
    if ANY_TYPE in context.principal.job_types or job_type in context.principal.job_types:
        return
    raise PermissionDeniedError(
        f"{context.principal.name} may not work on jobs of the type {job_type}.",
        remedy="Ask an administrator for a key that names the type.",
        parameters={"job_type": job_type},
    )
