# SPDX-License-Identifier: Apache-2.0
"""Work: user tasks for people, jobs for workers."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request

from taktloom.app import jobs, tasks
from taktloom.app.calls import calls
from taktloom.model.errors import TaktloomError
from taktloom.web.callers import Caller, Cursor, Limit
from taktloom.web.long_poll import activate_or_wait
from taktloom.web.schemas import running as schemas
from taktloom.web.schemas.convert import shown, shown_page
from taktloom.web.schemas.shared import PageOut
from taktloom.web.values import from_wire

router = APIRouter()


@router.get("/tasks", tags=["tasks"])
@calls(tasks.list_tasks)
def list_tasks(
    context: Caller,
    view: Literal["mine", "group", "all"] = "mine",
    process_id: str | None = None,
    instance_key: str | None = None,
    search: Annotated[str | None, Query(max_length=200)] = None,
    state: Literal["open", "completed", "cancelled", "any"] = "open",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[schemas.UserTaskView]:
    """User tasks, oldest first: mine are assigned to me, group are unassigned and offered to me."""
    request = tasks.TaskListRequest(
        view=tasks.TaskListView(view),
        process_id=process_id,
        instance_key=instance_key,
        search=search,
        state=None if state == "any" else state,
        cursor=cursor,
        limit=limit,
    )
    return shown_page(schemas.UserTaskView, tasks.list_tasks(context, request=request))


@router.get("/tasks/{user_task_id}", tags=["tasks"])
@calls(tasks.show_task)
def show_task(context: Caller, user_task_id: str) -> schemas.UserTaskDetail:
    """One user task with its form and the variables that the form may show."""
    return shown(schemas.UserTaskDetail, tasks.show_task(context, user_task_id=user_task_id))


@router.post("/tasks/{user_task_id}/claim", tags=["tasks"])
@calls(tasks.claim_task)
def claim_task(context: Caller, user_task_id: str) -> schemas.UserTaskView:
    """Take an unassigned user task."""
    return shown(schemas.UserTaskView, tasks.claim_task(context, user_task_id=user_task_id))


@router.post("/tasks/{user_task_id}/unclaim", tags=["tasks"])
@calls(tasks.unclaim_task)
def unclaim_task(context: Caller, user_task_id: str) -> schemas.UserTaskView:
    """Give one's own user task back."""
    return shown(schemas.UserTaskView, tasks.unclaim_task(context, user_task_id=user_task_id))


@router.post("/tasks/{user_task_id}/assign", tags=["tasks"])
@calls(tasks.assign_task)
def assign_task(context: Caller, user_task_id: str, body: schemas.AssignIn) -> schemas.UserTaskView:
    """Assign a user task to somebody."""
    return shown(schemas.UserTaskView, tasks.assign_task(context, user_task_id=user_task_id, assignee=body.assignee))


@router.post("/tasks/{user_task_id}/complete", status_code=204, tags=["tasks"])
@calls(tasks.complete_task)
def complete_task(context: Caller, user_task_id: str, body: schemas.CompleteIn) -> None:
    """Complete a user task with the form's values."""
    tasks.complete_task(context, user_task_id=user_task_id, variables=from_wire(body.variables))


@router.post("/jobs/activations", tags=["jobs"])
@calls(jobs.activate_jobs)
async def activate_jobs(context: Caller, request: Request, body: schemas.ActivateIn) -> schemas.Activated:
    """Lock jobs for a worker; with wait_s > 0 the answer waits until there is one (long polling)."""
    wanted = jobs.Activation(
        job_types=tuple(body.job_types),
        worker=body.worker,
        max_jobs=body.max_jobs,
        lock=timedelta(seconds=body.lock_s),
    )
    locked = await activate_or_wait(context, request, wanted, timedelta(seconds=body.wait_s))
    return schemas.Activated(jobs=[shown(schemas.LockedJob, job) for job in locked])


@router.post("/jobs/completions", tags=["jobs"])
@calls(jobs.complete_jobs)
def complete_jobs(context: Caller, body: schemas.BatchCompletions) -> schemas.BatchCompleted:
    """Complete many jobs in one change; each is answered for, and one that is refused does not stop the others."""
    completions, unreadable = [], []
    for item in body.completions:
        try:
            variables = from_wire(item.variables)
        except TaktloomError as error:
            unreadable.append(jobs.refusal(item.job_id, error))
        else:
            completions.append(jobs.Completion(job_id=item.job_id, fence=item.fence, variables=variables))
    answer = jobs.complete_jobs(context, completions=tuple(completions))
    return shown(schemas.BatchCompleted, replace(answer, refused=(*unreadable, *answer.refused)))


@router.post("/jobs/{job_id}/completion", status_code=204, tags=["jobs"])
@calls(jobs.complete_job)
def complete_job(context: Caller, job_id: str, body: schemas.JobComplete) -> None:
    """Complete a job under its fence; with an old fence it is refused with 409."""
    completion = jobs.Completion(job_id=job_id, fence=body.fence, variables=from_wire(body.variables))
    jobs.complete_job(context, completion=completion)


@router.post("/jobs/{job_id}/failure", status_code=204, tags=["jobs"])
@calls(jobs.fail_job)
def fail_job(context: Caller, job_id: str, body: schemas.JobFail) -> None:
    """Report a failure; without retries left it becomes an incident."""
    failure = jobs.Failure(
        job_id=job_id,
        fence=body.fence,
        message=body.message,
        retries=body.retries,
        retry_in=None if body.retry_in_s is None else timedelta(seconds=body.retry_in_s),
    )
    jobs.fail_job(context, failure=failure)


@router.post("/jobs/{job_id}/error", status_code=204, tags=["jobs"])
@calls(jobs.throw_job_error)
def throw_job_error(context: Caller, job_id: str, body: schemas.JobError) -> None:
    """Throw a BPMN error from a job."""
    thrown = jobs.ThrownError(
        job_id=job_id,
        fence=body.fence,
        error_code=body.error_code,
        message=body.message,
        variables=from_wire(body.variables),
    )
    jobs.throw_job_error(context, thrown=thrown)


@router.post("/jobs/{job_id}/heartbeat", tags=["jobs"])
@calls(jobs.extend_lock)
def extend_lock(context: Caller, job_id: str, body: schemas.Heartbeat) -> schemas.HeartbeatOut:
    """Keep a job for longer."""
    until = jobs.extend_lock(context, job_id=job_id, fence=body.fence, lock=timedelta(seconds=body.lock_s))
    return schemas.HeartbeatOut(locked_until=until)
