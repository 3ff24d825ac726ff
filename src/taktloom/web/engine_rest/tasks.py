# SPDX-License-Identifier: Apache-2.0
"""User tasks, for programs that act in people's names."""

from dataclasses import replace

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from taktloom.app import instances, task_desk
from taktloom.app.calls import calls
from taktloom.app.context import Context
from taktloom.model.errors import NotFoundError
from taktloom.model.identifiers import InstanceKey, ProcessId
from taktloom.model.operations import UserTaskDetail, UserTaskQuery, UserTaskView
from taktloom.web.callers import Caller
from taktloom.web.engine_rest import schemas
from taktloom.web.engine_rest.criteria import Asked, Criteria, collect
from taktloom.web.engine_rest.definitions import OptionRefusedError
from taktloom.web.engine_rest.values import instant_text, read_variables, typed_values
from taktloom.web.routes import WholeTextRoute

router = APIRouter(prefix="/task", route_class=WholeTextRoute)


@router.get("")
@router.post("", name="query_tasks")
@calls(task_desk.list_all_tasks)
def list_tasks(context: Caller, asked: Asked) -> list[schemas.TaskOut]:
    """Open user tasks, oldest first."""
    found = _filtered(context, asked)
    orders = {
        "id": lambda one: one.user_task_id,
        "name": lambda one: one.name,
        "nameCaseInsensitive": lambda one: one.name.lower(),
        "assignee": lambda one: one.assignee or "",
        "created": lambda one: one.created_at,
        "dueDate": lambda one: instant_text(one.due_at) or "",
        "instanceId": lambda one: one.instance_key,
        "priority": lambda one: one.priority,
        "followUpDate": lambda one: instant_text(one.follow_up_at) or "",
    }
    return [_shown(one) for one in asked.page(found, orders)]


@router.get("/count")
@router.post("/count", name="query_task_count")
@calls(task_desk.list_all_tasks)
def count_tasks(context: Caller, asked: Asked) -> schemas.Count:
    """How many open user tasks fit."""
    return schemas.Count(count=len(asked.page(_filtered(context, asked), {})))


@router.get("/{task_id}")
@calls(task_desk.show_any_task)
def show_task(context: Caller, task_id: str) -> schemas.TaskOut:
    """One open user task."""
    return _shown(_open(context, task_id).task)


@router.post("/{task_id}/claim", status_code=204)
@calls(task_desk.claim_for)
def claim_task(context: Caller, task_id: str, body: schemas.UserIn) -> None:
    """Take an unassigned task for somebody."""
    if not body.user_id:
        raise OptionRefusedError("A claim needs a userId.", remedy="Name who takes the task.")
    task_desk.claim_for(context, user_task_id=task_id, user=body.user_id)


@router.post("/{task_id}/unclaim", status_code=204)
@calls(task_desk.set_assignee)
def unclaim_task(context: Caller, task_id: str) -> None:
    """Give a task back."""
    task_desk.set_assignee(context, user_task_id=task_id, user=None)


@router.post("/{task_id}/assignee", status_code=204)
@calls(task_desk.set_assignee)
def set_assignee(context: Caller, task_id: str, body: schemas.UserIn) -> None:
    """Assign to somebody, whoever has it now; null: to nobody."""
    task_desk.set_assignee(context, user_task_id=task_id, user=body.user_id or None)


@router.post("/{task_id}/delegate", status_code=204)
@calls(task_desk.delegate_for)
def delegate_task(context: Caller, task_id: str, body: schemas.UserIn) -> None:
    """Let somebody do part of a task for who has it; it comes back when they resolve it."""
    if not body.user_id:
        raise OptionRefusedError("A delegation needs a userId.", remedy="Name who is to do it.")
    task_desk.delegate_for(context, user_task_id=task_id, user=body.user_id)


@router.post("/{task_id}/resolve", status_code=204)
@calls(task_desk.resolve_for)
def resolve_task(context: Caller, task_id: str, body: schemas.TaskResolveIn | None = None) -> None:
    """Give a delegated task back to who has delegated it."""
    if body is not None and body.variables:
        raise OptionRefusedError(
            "Variables with a resolution are not supported.", remedy="Complete the task with them, or set them first."
        )
    task_desk.resolve_for(context, user_task_id=task_id)


@router.post("/{task_id}/complete", status_code=204, response_model=None)
@router.post("/{task_id}/submit-form", status_code=204, response_model=None, name="submit_task_form")
@calls(task_desk.complete_for, task_desk.show_any_task)
def complete_task(context: Caller, task_id: str, body: schemas.TaskCompleteIn) -> Response:
    """Complete a task with variables."""
    given = read_variables(body.variables)
    seen = dict(_open(context, task_id).variables) if body.with_variables_in_return else {}
    task_desk.complete_for(context, user_task_id=task_id, variables=given)
    if not body.with_variables_in_return:
        return Response(status_code=204)
    return JSONResponse(typed_values({**seen, **given}))


@router.get("/{task_id}/form-variables")
@router.get("/{task_id}/variables", name="list_task_variables")
@calls(task_desk.show_any_task)
def list_form_variables(context: Caller, task_id: str, asked: Asked) -> schemas.TypedMap:
    """The variables that the task was opened with."""
    names = asked.texts("variableNames")
    asked.require_supported()
    shown = typed_values(_open(context, task_id).variables)
    return {name: shown[name] for name in names if name in shown} if names else shown


@router.get("/{task_id}/variables/{name}")
@calls(task_desk.show_any_task)
def show_task_variable(context: Caller, task_id: str, name: str) -> schemas.Typed:
    """One of the variables that the task was opened with."""
    return _one(typed_values(_open(context, task_id).variables), name)


@router.get("/{task_id}/localVariables")
@calls(task_desk.show_any_task, instances.show_instance)
def list_local_variables(context: Caller, task_id: str) -> schemas.TypedMap:
    """Of the variables that the task was opened with those that its input mappings made."""
    return _local(context, task_id)


@router.get("/{task_id}/localVariables/{name}")
@calls(task_desk.show_any_task, instances.show_instance)
def show_local_variable(context: Caller, task_id: str, name: str) -> schemas.Typed:
    """One of the variables that the task's input mappings made."""
    return _one(_local(context, task_id), name)


@router.get("/{task_id}/identity-links")
@calls(task_desk.show_any_task)
def list_identity_links(context: Caller, task_id: str) -> list[schemas.IdentityLinkOut]:
    """Assignee, who has delegated it, candidate users and groups."""
    task = _open(context, task_id).task
    people = [("assignee", task.assignee), ("owner", task.owner), *(("candidate", one) for one in task.candidate_users)]
    return [
        *(schemas.IdentityLinkOut(user_id=one, group_id=None, type=kind) for kind, one in people if one is not None),
        *(schemas.IdentityLinkOut(user_id=None, group_id=one, type="candidate") for one in task.candidate_groups),
    ]


def _local(context: Context, task_id: str) -> schemas.TypedMap:
    detail = _open(context, task_id)
    instance = instances.show_instance(context, instance_key=detail.task.instance_key)
    local = {one.name for one in instance.variables if one.scope_element_id == detail.task.element_id}
    return typed_values({name: value for name, value in detail.variables.items() if name in local})


def _one(variables: schemas.TypedMap, name: str) -> schemas.Typed:
    if name not in variables:
        raise NotFoundError("The task has no variable of that name.", remedy="List its variables.")
    return variables[name]


def _open(context: Context, task_id: str) -> UserTaskDetail:
    detail = task_desk.show_any_task(context, user_task_id=task_id)
    if detail.task.state == "open":
        return detail
    raise NotFoundError(f"There is no open user task {task_id}.", remedy="Look at the list of tasks.")


def _filtered(context: Context, asked: Criteria) -> list[UserTaskView]:
    assignee, group, groups = asked.text("assignee"), asked.text("candidateGroup"), asked.texts("candidateGroups")
    process_id, instance_id = asked.text("processDefinitionKey"), asked.text("processInstanceId")
    wanted = {
        "name": asked.text("name"),
        "business_key": asked.text("processInstanceBusinessKey"),
        "element_id": asked.text("taskDefinitionKey"),
        "user_task_id": asked.text("taskId"),
    }
    definition_id, user, owner = asked.text("processDefinitionId"), asked.text("candidateUser"), asked.text("owner")
    delegation = asked.text("delegationState")
    candidates = {*groups, *([group] if group else [])}
    is_unassigned = True if asked.is_set("unassigned") or candidates or user else None
    if asked.is_set("assigned"):
        is_unassigned = False
    asked.require_supported()
    query = UserTaskQuery(
        assignee=assignee,
        is_unassigned=is_unassigned,
        process_id=None if process_id is None else ProcessId(process_id),
        instance_key=None if instance_id is None else InstanceKey(instance_id),
        limit=500,
    )
    found = collect(lambda cursor: task_desk.list_all_tasks(context, query=replace(query, cursor=cursor)))
    return [
        one
        for one in found
        if all(value in {None, getattr(one, field)} for field, value in wanted.items())
        and definition_id in {None, _definition_id(one)}
        and (not candidates or candidates & set(one.candidate_groups))
        and (user is None or user in one.candidate_users)
        and owner in {None, one.owner}
        and (delegation or "").lower() in {"", one.delegation}
    ]


def _shown(one: UserTaskView) -> schemas.TaskOut:
    return schemas.TaskOut(
        id=one.user_task_id,
        name=one.name,
        assignee=one.assignee,
        created=instant_text(one.created_at),
        due=instant_text(one.due_at),
        follow_up=instant_text(one.follow_up_at),
        delegation_state=None if one.delegation is None else one.delegation.upper(),
        owner=one.owner,
        priority=one.priority,
        execution_id=one.instance_key,
        process_definition_id=_definition_id(one),
        process_instance_id=one.instance_key,
        task_definition_key=one.element_id,
    )


def _definition_id(one: UserTaskView) -> str:
    return f"{one.process_id}:{one.version}"
