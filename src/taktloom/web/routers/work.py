# SPDX-License-Identifier: Apache-2.0
"""Work: user tasks for people, jobs for workers."""

from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import StreamingResponse

from taktloom.app import job_streams, jobs, tasks
from taktloom.app.calls import calls
from taktloom.model.errors import TaktloomError
from taktloom.model.operations import TaskOrder
from taktloom.web.callers import Caller, Limit
from taktloom.web.job_stream import job_events
from taktloom.web.long_poll import activate_or_wait
from taktloom.web.paging import Cursor, shown_page
from taktloom.web.problems import problem_of
from taktloom.web.routes import Route
from taktloom.web.schemas import running as schemas
from taktloom.web.schemas import tasks as task_schemas
from taktloom.web.schemas.convert import shown
from taktloom.web.schemas.shared import InstantIn, PageOut
from taktloom.web.values import from_wire

router = APIRouter(route_class=Route)


@dataclass(frozen=True, slots=True)
class TaskFilterParameters:
    """What narrows a list of tasks; assignee and group only in the view of all."""

    assignee: Annotated[str | None, Query(max_length=200)] = None
    group: Annotated[str | None, Query(max_length=200)] = None
    business_key: Annotated[str | None, Query(max_length=200)] = None
    due_before: InstantIn | None = None
    due_after: InstantIn | None = None
    follow_up_before: InstantIn | None = None
    priority_at_least: Annotated[int | None, Query(ge=0, le=100)] = None


@router.get("/tasks", tags=["tasks"])
@calls(tasks.list_tasks)
def list_tasks(
    context: Caller,
    cursor: Cursor,
    view: Literal["mine", "group", "all"] = "mine",
    process_id: str | None = None,
    instance_key: str | None = None,
    search: Annotated[str | None, Query(max_length=200)] = None,
    state: Literal["open", "completed", "cancelled", "any"] = "open",
    order: Literal["oldest", "newest", "due", "priority"] = "oldest",
    narrowed: Annotated[TaskFilterParameters, Depends()] = TaskFilterParameters(),
    limit: Limit = 50,
) -> PageOut[schemas.UserTaskView]:
    """User tasks: mine are assigned to me, group are unassigned and offered to me. A page may be short of its limit."""
    request = tasks.TaskListRequest(
        view=tasks.TaskListView(view),
        process_id=process_id,
        instance_key=instance_key,
        search=search,
        state=None if state == "any" else state,
        cursor=cursor.position,
        limit=limit,
        order=TaskOrder(order),
        filters=tasks.TaskFilters(**asdict(narrowed)),
    )
    return shown_page(schemas.UserTaskView, tasks.list_tasks(context, request=request), cursor)


@router.get("/tasks/counts", tags=["tasks"])
@calls(tasks.count_tasks)
def count_tasks(context: Caller) -> task_schemas.TaskCounts:
    """How many tasks the caller has, may take, and is late with."""
    return shown(task_schemas.TaskCounts, tasks.count_tasks(context))


@router.post("/tasks/claims", tags=["tasks"])
@calls(tasks.claim_tasks)
def claim_tasks(context: Caller, body: task_schemas.TaskIdsIn) -> list[task_schemas.BulkOutcome]:
    """Take several unassigned user tasks; each is answered for."""
    return [_outcome(one) for one in tasks.claim_tasks(context, user_task_ids=body.user_task_ids)]


@router.post("/tasks/assignments", tags=["tasks"])
@calls(tasks.assign_tasks)
def assign_tasks(context: Caller, body: task_schemas.AssignTasksIn) -> list[task_schemas.BulkOutcome]:
    """Assign several user tasks to somebody; each is answered for."""
    outcomes = tasks.assign_tasks(context, user_task_ids=body.user_task_ids, assignee=body.assignee)
    return [_outcome(one) for one in outcomes]


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


@router.post("/tasks/{user_task_id}/delegate", tags=["tasks"])
@calls(tasks.delegate_task)
def delegate_task(context: Caller, user_task_id: str, body: task_schemas.DelegateIn) -> schemas.UserTaskView:
    """Let somebody else do part of one's own user task; it comes back when they resolve it."""
    return shown(schemas.UserTaskView, tasks.delegate_task(context, user_task_id=user_task_id, to=body.to))


@router.post("/tasks/{user_task_id}/resolve", tags=["tasks"])
@calls(tasks.resolve_task)
def resolve_task(context: Caller, user_task_id: str) -> schemas.UserTaskView:
    """Give a delegated user task back to who delegated it."""
    return shown(schemas.UserTaskView, tasks.resolve_task(context, user_task_id=user_task_id))


@router.put("/tasks/{user_task_id}/plan", tags=["tasks"])
@calls(tasks.plan_task)
def plan_task(context: Caller, user_task_id: str, body: task_schemas.PlanIn) -> schemas.UserTaskView:
    """Set due date, follow-up date and priority; what is not given is none, the priority 50."""
    planned = tasks.plan_task(
        context,
        user_task_id=user_task_id,
        due_at=body.due_at,
        follow_up_at=body.follow_up_at,
        priority=body.priority,
    )
    return shown(schemas.UserTaskView, planned)


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


@router.get("/jobs/stream", tags=["jobs"], response_class=StreamingResponse)
@calls(job_streams.open_job_stream)
def stream_jobs(
    context: Caller,
    request: Request,
    job_type: Annotated[list[str], Query(min_length=1, max_length=100)],
    worker: Annotated[str, Query(min_length=1, max_length=200)],
    max_jobs: Annotated[int, Query(ge=1, le=500)] = 1,
    lock_s: Annotated[float, Query(gt=0, le=86_400)] = 60,
) -> StreamingResponse:
    """Server-sent events: an event `job` for each job, never more than max_jobs that have not ended."""
    wanted = jobs.Activation(
        job_types=tuple(job_type), worker=worker, max_jobs=max_jobs, lock=timedelta(seconds=lock_s)
    )
    return StreamingResponse(
        job_events(job_streams.open_job_stream(context, wanted=wanted), request),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


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


@router.post("/jobs/{job_id}/escalation", tags=["jobs"])
@calls(jobs.throw_job_escalation)
def throw_job_escalation(context: Caller, job_id: str, body: schemas.JobEscalation) -> schemas.JobEscalated:
    """Throw an escalation from a job; it goes on, unless what catches the escalation interrupts it."""
    thrown = jobs.ThrownEscalation(
        job_id=job_id,
        fence=body.fence,
        escalation_code=body.escalation_code,
        variables=from_wire(body.variables),
    )
    return schemas.JobEscalated(is_still_locked=jobs.throw_job_escalation(context, thrown=thrown))


@router.post("/jobs/{job_id}/heartbeat", tags=["jobs"])
@calls(jobs.extend_lock)
def extend_lock(context: Caller, job_id: str, body: schemas.Heartbeat) -> schemas.HeartbeatOut:
    """Keep a job for longer."""
    until = jobs.extend_lock(context, job_id=job_id, fence=body.fence, lock=timedelta(seconds=body.lock_s))
    return schemas.HeartbeatOut(locked_until=until)


def _outcome(outcome: tasks.BulkOutcome) -> task_schemas.BulkOutcome:
    return task_schemas.BulkOutcome(
        user_task_id=outcome.user_task_id,
        task=None if outcome.task is None else shown(schemas.UserTaskView, outcome.task),
        problem=None if outcome.error is None else problem_of(outcome.error),
    )
