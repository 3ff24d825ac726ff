# SPDX-License-Identifier: Apache-2.0
"""External tasks for the clients of Camunda 7's REST convention. A key works only on the topics that it names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from taktloom.app.context import Context, use_case
from taktloom.app.jobs import require_job_type
from taktloom.assure.permissions import Permission
from taktloom.feel.values import FeelValue
from taktloom.model.external_tasks import ExternalTask, ExternalTaskQuery, FetchedTask, FetchRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a task failed; retries 0: it becomes an incident. details: at length, kept sealed."""

    message: str
    details: str | None = None
    retries: int | None = None
    retry_in: timedelta | None = None
    variables: Mapping[str, FeelValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A BPMN error that a task ends with."""

    error_code: str
    message: str = ""
    variables: Mapping[str, FeelValue] = field(default_factory=dict)


@use_case(Permission.JOB_WORK)
def fetch_external_tasks(context: Context, *, request: FetchRequest) -> tuple[FetchedTask, ...]:
    """Lock what is ready now."""
    for topic in request.topics:
        require_job_type(context, topic.topic)
    return context.rooms.engine.external_tasks.fetch(request)


@use_case(Permission.JOB_WORK)
def list_external_tasks(context: Context, *, query: ExternalTaskQuery) -> tuple[ExternalTask, ...]:
    """Open tasks by id, without variables."""
    return context.rooms.engine.external_tasks.search(query)


@use_case(Permission.JOB_WORK)
def count_external_tasks(context: Context, *, query: ExternalTaskQuery) -> int:
    """How many open tasks fit."""
    return context.rooms.engine.external_tasks.count(query)


@use_case(Permission.JOB_WORK)
def list_topics(context: Context) -> tuple[str, ...]:
    """Topics of open tasks."""
    return context.rooms.engine.external_tasks.topics()


@use_case(Permission.JOB_WORK)
def show_external_task(context: Context, *, task_id: str) -> ExternalTask:
    """One open task."""
    return _allowed(context, task_id)


@use_case(Permission.JOB_WORK)
def read_failure_details(context: Context, *, task_id: str) -> str | None:
    """What the worker said of the last failure at length."""
    _allowed(context, task_id)
    return context.rooms.engine.external_tasks.failure_details(task_id)


@use_case(Permission.JOB_WORK)
def complete_external_task(
    context: Context,
    *,
    task_id: str,
    worker: str,
    variables: Mapping[str, FeelValue],
    local_variables: Mapping[str, FeelValue],
) -> None:
    """Complete a task that the worker holds."""
    from taktloom.hosts.embedded import ExternalResult

    _allowed(context, task_id)
    result = ExternalResult(worker=worker, variables=variables, local_variables=local_variables)
    context.rooms.engine.external_tasks.complete(task_id, result)


@use_case(Permission.JOB_WORK)
def fail_external_task(context: Context, *, task_id: str, worker: str, failure: Failure) -> None:
    """Give a task back as failed; without retries left it becomes an incident."""
    from taktloom.hosts.embedded import ExternalFailure

    _allowed(context, task_id)
    said = ExternalFailure(
        worker=worker,
        message=failure.message,
        details=failure.details,
        retries=failure.retries,
        retry_in=failure.retry_in,
        variables=failure.variables,
    )
    context.rooms.engine.external_tasks.fail(task_id, said)


@use_case(Permission.JOB_WORK)
def throw_external_error(context: Context, *, task_id: str, worker: str, error: Outcome) -> None:
    """End a task with a BPMN error."""
    from taktloom.hosts.embedded import ExternalResult

    _allowed(context, task_id)
    result = ExternalResult(worker=worker, variables=error.variables)
    context.rooms.engine.external_tasks.throw_error(task_id, error.error_code, error.message, result)


@use_case(Permission.JOB_WORK)
def lock_external_task(context: Context, *, task_id: str, worker: str, lock_for: timedelta) -> None:
    """Lock one task by its id."""
    _allowed(context, task_id)
    context.rooms.engine.external_tasks.lock(task_id, worker=worker, lock_for=lock_for)


@use_case(Permission.JOB_WORK)
def extend_external_lock(context: Context, *, task_id: str, worker: str, lock_for: timedelta) -> None:
    """Lock a task for longer, from now."""
    _allowed(context, task_id)
    context.rooms.engine.external_tasks.extend(task_id, worker=worker, lock_for=lock_for)


@use_case(Permission.JOB_WORK)
def unlock_external_task(context: Context, *, task_id: str) -> None:
    """Give a task back, whoever holds it."""
    _allowed(context, task_id)
    context.rooms.engine.external_tasks.unlock(task_id)


@use_case(Permission.JOB_WORK)
def set_external_retries(context: Context, *, task_id: str, retries: int) -> None:
    """Set how often it may still be tried; above 0 a task that waits as an incident is offered again."""
    _allowed(context, task_id)
    context.rooms.engine.external_tasks.set_retries(task_id, retries, actor=context.principal.name)


@use_case(Permission.JOB_WORK)
def set_retries_of_many(context: Context, *, task_ids: Sequence[str], retries: int) -> None:
    """As set_external_retries, of all these tasks or of none."""
    for task_id in task_ids:
        _allowed(context, task_id)
    context.rooms.engine.external_tasks.set_retries_of_many(task_ids, retries, actor=context.principal.name)


@use_case(Permission.JOB_WORK)
def set_external_priority(context: Context, *, task_id: str, priority: int) -> None:
    """Set the priority by which tasks are fetched."""
    _allowed(context, task_id)
    context.rooms.engine.external_tasks.set_priority(task_id, priority)


@use_case(Permission.INSTANCE_VIEW)
def list_open_jobs(context: Context, *, query: ExternalTaskQuery) -> tuple[ExternalTask, ...]:
    """Open jobs of all types, for those who watch instances."""
    return context.rooms.engine.external_tasks.search(query)


@use_case(Permission.INSTANCE_VIEW)
def count_open_jobs(context: Context, *, query: ExternalTaskQuery) -> int:
    """How many open jobs fit."""
    return context.rooms.engine.external_tasks.count(query)


@use_case(Permission.INSTANCE_OPERATE)
def set_job_retries(context: Context, *, job_id: str, retries: int) -> None:
    """Set how often a job may still be tried; above 0 one that waits as an incident is offered again."""
    context.rooms.engine.external_tasks.set_retries(job_id, retries, actor=context.principal.name)
    context.audit("set-job-retries", f"job {job_id}", reason=str(retries))


def _allowed(context: Context, task_id: str) -> ExternalTask:
    task = context.rooms.engine.external_tasks.get(task_id)
    require_job_type(context, task.topic)
    return task
