# SPDX-License-Identifier: Apache-2.0
"""External tasks: fetch with long polling, finish, fail, hold."""

from datetime import timedelta
from functools import partial
from secrets import token_hex

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse

from taktloom.app import external_tasks
from taktloom.app.calls import calls
from taktloom.app.context import Context
from taktloom.model.external_tasks import ExternalTask, ExternalTaskQuery, FetchedTask, FetchRequest, TopicRequest
from taktloom.model.identifiers import DEFAULT_TENANT
from taktloom.web.callers import Caller
from taktloom.web.engine_rest import schemas
from taktloom.web.engine_rest.criteria import LOOKED_AT, Asked, Criteria
from taktloom.web.engine_rest.definitions import OptionRefusedError
from taktloom.web.engine_rest.values import instant_text, read_variables, typed_values
from taktloom.web.long_poll import take_or_wait
from taktloom.web.routes import WholeTextRoute

router = APIRouter(prefix="/external-task", route_class=WholeTextRoute)
MOST_TASKS = 1_000  # given out at once, however many are asked for


@router.post("/fetchAndLock")
@calls(external_tasks.fetch_external_tasks)
async def fetch_and_lock(context: Caller, request: Request, body: schemas.FetchIn) -> list[schemas.LockedTaskOut]:
    """Lock tasks for a worker; with asyncResponseTimeout the answer waits until there is one."""
    sorting = body.sorting[0] if body.sorting else None
    wanted = FetchRequest(
        worker=body.worker_id,
        topics=tuple(_topic(topic) for topic in body.topics if not _is_elsewhere(topic)),
        max_tasks=min(body.max_tasks, MOST_TASKS),
        by_priority=bool(body.use_priority),
        newest_first=sorting is not None and sorting.sort_order == "desc",
    )
    take = partial(external_tasks.fetch_external_tasks, context, request=wanted)
    wait = timedelta(milliseconds=body.async_response_timeout or 0)
    fetched = await take_or_wait(context, request, take, wait)
    topics = {topic.topic_name: topic for topic in body.topics}
    return [_locked(one, topics[one.task.topic]) for one in fetched]


@router.get("")
@router.post("", name="query_external_tasks")
@calls(external_tasks.list_external_tasks)
def list_external_tasks(context: Caller, asked: Asked) -> list[schemas.ExternalTaskOut]:
    """Open external tasks."""
    query = _query(asked)
    asked.require_supported()
    found = external_tasks.list_external_tasks(context, query=query)
    orders = {
        "id": lambda task: task.task_id,
        "lockExpirationTime": lambda task: instant_text(task.locked_until) or "",
        "processInstanceId": lambda task: task.instance_key,
        "processDefinitionKey": lambda task: task.process_id,
        "taskPriority": lambda task: task.priority,
        "createTime": lambda task: task.created_at,
    }
    return [_shown(task) for task in asked.page(found, orders)]


@router.get("/count")
@router.post("/count", name="query_external_task_count")
@calls(external_tasks.count_external_tasks)
def count_external_tasks(context: Caller, asked: Asked) -> schemas.Count:
    """How many open external tasks fit."""
    query = _query(asked)
    asked.require_supported()
    return schemas.Count(count=external_tasks.count_external_tasks(context, query=query))


@router.get("/topic-names")
@calls(external_tasks.list_topics)
def list_topic_names(context: Caller) -> list[str]:
    """Topics of open tasks."""
    return list(external_tasks.list_topics(context))


@router.put("/retries", status_code=204)
@calls(external_tasks.set_retries_of_many, external_tasks.list_external_tasks)
def set_many_retries(context: Caller, body: schemas.ManyRetriesIn) -> None:
    """Set how often several tasks may still be tried: of all of them, or of none."""
    external_tasks.set_retries_of_many(context, task_ids=_chosen(context, body), retries=body.retries)


@router.post("/retries-async")
@calls(external_tasks.set_retries_of_many, external_tasks.list_external_tasks)
def set_many_retries_as_batch(context: Caller, body: schemas.ManyRetriesIn) -> schemas.BatchOut:
    """The same; the batch that is told of is over already."""
    task_ids = _chosen(context, body)
    external_tasks.set_retries_of_many(context, task_ids=task_ids, retries=body.retries)
    return schemas.BatchOut(
        id=f"retries-{token_hex(8)}",
        type="set-external-task-retries",
        total_jobs=len(task_ids),
        jobs_created=len(task_ids),
        create_user_id=context.principal.name,
    )


@router.get("/{task_id}")
@calls(external_tasks.show_external_task)
def show_external_task(context: Caller, task_id: str) -> schemas.ExternalTaskOut:
    """One open task."""
    return _shown(external_tasks.show_external_task(context, task_id=task_id))


@router.get("/{task_id}/errorDetails", response_class=PlainTextResponse)
@calls(external_tasks.read_failure_details)
def read_error_details(context: Caller, task_id: str) -> PlainTextResponse:
    """What the worker said of the last failure at length."""
    details = external_tasks.read_failure_details(context, task_id=task_id)
    return PlainTextResponse(details or "", status_code=204 if details is None else 200)


@router.post("/{task_id}/complete", status_code=204)
@calls(external_tasks.complete_external_task)
def complete_external_task(context: Caller, task_id: str, body: schemas.CompleteIn) -> None:
    """Complete a task."""
    external_tasks.complete_external_task(
        context,
        task_id=task_id,
        worker=body.worker_id,
        variables=read_variables(body.variables),
        local_variables=read_variables(body.local_variables),
    )


@router.post("/{task_id}/failure", status_code=204)
@calls(external_tasks.fail_external_task)
def fail_external_task(context: Caller, task_id: str, body: schemas.FailureIn) -> None:
    """Report a failure; 0 retries make an incident."""
    external_tasks.fail_external_task(
        context,
        task_id=task_id,
        worker=body.worker_id,
        failure=external_tasks.Failure(
            message=body.error_message or "",
            details=body.error_details,
            retries=body.retries,
            retry_in=None if body.retry_timeout is None else timedelta(milliseconds=body.retry_timeout),
            variables=read_variables(body.variables),
        ),
    )


@router.post("/{task_id}/bpmnError", status_code=204)
@calls(external_tasks.throw_external_error)
def throw_bpmn_error(context: Caller, task_id: str, body: schemas.BpmnErrorIn) -> None:
    """End a task with a BPMN error."""
    error = external_tasks.Outcome(
        error_code=body.error_code, message=body.error_message or "", variables=read_variables(body.variables)
    )
    external_tasks.throw_external_error(context, task_id=task_id, worker=body.worker_id, error=error)


@router.post("/{task_id}/lock", status_code=204)
@calls(external_tasks.lock_external_task)
def lock_external_task(context: Caller, task_id: str, body: schemas.LockIn) -> None:
    """Lock one task by its id."""
    lock_for = timedelta(milliseconds=body.lock_duration)
    external_tasks.lock_external_task(context, task_id=task_id, worker=body.worker_id, lock_for=lock_for)


@router.post("/{task_id}/extendLock", status_code=204)
@calls(external_tasks.extend_external_lock)
def extend_external_lock(context: Caller, task_id: str, body: schemas.ExtendIn) -> None:
    """Hold a task for longer, from now."""
    lock_for = timedelta(milliseconds=body.new_duration)
    external_tasks.extend_external_lock(context, task_id=task_id, worker=body.worker_id, lock_for=lock_for)


@router.post("/{task_id}/unlock", status_code=204)
@calls(external_tasks.unlock_external_task)
def unlock_external_task(context: Caller, task_id: str) -> None:
    """Give a task back."""
    external_tasks.unlock_external_task(context, task_id=task_id)


@router.put("/{task_id}/retries", status_code=204)
@calls(external_tasks.set_external_retries)
def set_external_retries(context: Caller, task_id: str, body: schemas.RetriesIn) -> None:
    """Set how often a task may still be tried."""
    external_tasks.set_external_retries(context, task_id=task_id, retries=body.retries)


@router.put("/{task_id}/priority", status_code=204)
@calls(external_tasks.set_external_priority)
def set_external_priority(context: Caller, task_id: str, body: schemas.PriorityIn) -> None:
    """Set a task's priority."""
    external_tasks.set_external_priority(context, task_id=task_id, priority=body.priority)


def _chosen(context: Context, body: schemas.ManyRetriesIn) -> tuple[str, ...]:
    if body.process_instance_query is not None or body.historic_process_instance_query is not None:
        raise OptionRefusedError(
            "Queries for instances are not supported here.", remedy="Name the tasks or instances, or query for tasks."
        )
    queries = [_query(Criteria({"processInstanceId": key})) for key in body.process_instance_ids or ()]
    if body.external_task_query is not None:
        asked = Criteria(body.external_task_query)
        queries.append(_query(asked))
        asked.require_supported()
    found = [task.task_id for one in queries for task in external_tasks.list_external_tasks(context, query=one)]
    chosen = tuple(dict.fromkeys([*(body.external_task_ids or ()), *found]))
    if not chosen:
        raise OptionRefusedError("No task is chosen.", remedy="Name externalTaskIds, processInstanceIds or a query.")
    return chosen


def _query(asked: Criteria) -> ExternalTaskQuery:
    is_locked, has_retries = asked.flag("locked"), asked.flag("withRetriesLeft")
    return ExternalTaskQuery(
        task_id=asked.text("externalTaskId"),
        topic=asked.text("topicName"),
        worker=asked.text("workerId"),
        instance_key=asked.text("processInstanceId"),
        process_id=asked.text("processDefinitionKey"),
        definition_key=asked.text("processDefinitionId"),
        element_id=asked.text("activityId"),
        is_locked=False if asked.is_set("notLocked") else is_locked or None,
        has_retries=False if asked.is_set("noRetriesLeft") else has_retries or None,
        limit=LOOKED_AT,
    )


def _topic(topic: schemas.TopicIn) -> TopicRequest:
    definitions = (topic.process_definition_id, *(topic.process_definition_id_in or ()))
    processes = (topic.process_definition_key, *(topic.process_definition_key_in or ()))
    wanted = {name: {"value": value} for name, value in (topic.process_variables or {}).items()}
    return TopicRequest(
        topic=topic.topic_name,
        lock_for=timedelta(milliseconds=topic.lock_duration),
        business_key=topic.business_key,
        process_ids=tuple(one for one in processes if one),
        definition_keys=tuple(one for one in definitions if one),
        version_tag=topic.process_definition_version_tag,
        process_variables=read_variables(wanted),
    )


def _is_elsewhere(topic: schemas.TopicIn) -> bool:
    return bool(topic.tenant_id_in) and DEFAULT_TENANT not in (topic.tenant_id_in or ())


def _shown(task: ExternalTask) -> schemas.ExternalTaskOut:
    return schemas.ExternalTaskOut(
        activity_id=task.element_id,
        activity_instance_id=f"{task.element_id}:{task.task_id}",
        error_message=task.failure,
        execution_id=task.instance_key,
        id=task.task_id,
        lock_expiration_time=instant_text(task.locked_until),
        create_time=instant_text(task.created_at),
        process_definition_id=task.definition_key,
        process_definition_key=task.process_id,
        process_definition_version_tag=task.version_tag,
        process_instance_id=task.instance_key,
        retries=task.retries,
        worker_id=task.worker,
        topic_name=task.topic,
        priority=task.priority,
        business_key=task.business_key,
    )


def _locked(fetched: FetchedTask, topic: schemas.TopicIn) -> schemas.LockedTaskOut:
    variables = fetched.variables
    if topic.local_variables:
        variables = {name: value for name, value in variables.items() if name in fetched.local_names}
    if topic.variables is not None:
        variables = {name: variables[name] for name in topic.variables if name in variables}
    return schemas.LockedTaskOut(
        **_shown(fetched.task).model_dump(),
        variables=typed_values(variables),
        extension_properties=dict(fetched.task.headers) if topic.include_extension_properties else {},
    )
