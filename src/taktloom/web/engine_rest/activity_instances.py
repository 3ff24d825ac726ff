# SPDX-License-Identifier: Apache-2.0
"""What is active in a running instance, as a tree: sub-processes hold what is active inside of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from fastapi import APIRouter

from taktloom.app import instances
from taktloom.app.calls import calls
from taktloom.model.identifiers import ElementId
from taktloom.model.operations import ElementVisit, InstanceDetail
from taktloom.web.callers import Caller
from taktloom.web.engine_rest import schemas
from taktloom.web.engine_rest.instances import require_running
from taktloom.web.routes import WholeTextRoute

router = APIRouter(route_class=WholeTextRoute)
_KINDS = {"startEvent": "startEvent", "endEvent": "noneEndEvent"}


@router.get("/process-instance/{instance_id}/activity-instances")
@calls(instances.show_instance)
def show_activity_instances(context: Caller, instance_id: str) -> schemas.ActivityInstanceOut:
    """What is active in a running instance, as a tree."""
    detail = instances.show_instance(context, instance_key=instance_id)
    require_running(detail.summary)
    return _tree(detail)


def activity_instance_id(visit: ElementVisit) -> str:
    """The id of a visit, here and in the history."""
    return f"{visit.element_id}:{visit.visit}"


def kind_of(visit: ElementVisit) -> str:
    """The type of the visited element as this convention names it."""
    return _KINDS.get(visit.element_type, visit.element_type)


def _tree(detail: InstanceDetail) -> schemas.ActivityInstanceOut:
    summary = detail.summary
    active = [visit for visit in detail.visits if visit.left_at is None]
    first = {visit.element_id: visit for visit in reversed(active)}
    inside: defaultdict[str | None, list[ElementVisit]] = defaultdict(list)
    for visit in active:
        around = None if visit.scope_element_id is None else first.get(visit.scope_element_id)
        inside[None if around is None else around.visit].append(visit)
    return schemas.ActivityInstanceOut(
        id=summary.instance_key,
        parent_activity_instance_id=None,
        activity_id=summary.definition_key,
        activity_type="processDefinition",
        activity_name=summary.process_name,
        name=summary.process_name,
        process_instance_id=summary.instance_key,
        process_definition_id=summary.definition_key,
        child_activity_instances=_children(detail, inside, None, summary.instance_key),
        execution_ids=[summary.instance_key],
        incident_ids=[],
        incidents=[],
    )


def _children(
    detail: InstanceDetail,
    inside: Mapping[str | None, Iterable[ElementVisit]],
    around: str | None,
    parent_id: str,
) -> list[schemas.ActivityInstanceOut]:
    return [_activity(detail, inside, visit, parent_id) for visit in inside.get(around, ())]


def _activity(
    detail: InstanceDetail, inside: Mapping[str | None, Iterable[ElementVisit]], visit: ElementVisit, parent_id: str
) -> schemas.ActivityInstanceOut:
    incidents = _incidents(detail, visit.element_id)
    own_id = activity_instance_id(visit)
    return schemas.ActivityInstanceOut(
        id=own_id,
        parent_activity_instance_id=parent_id,
        activity_id=visit.element_id,
        activity_type=kind_of(visit),
        activity_name=visit.element_name,
        name=visit.element_name,
        process_instance_id=detail.summary.instance_key,
        process_definition_id=detail.summary.definition_key,
        child_activity_instances=_children(detail, inside, visit.visit, own_id),
        execution_ids=[detail.summary.instance_key],
        incident_ids=[one.id for one in incidents],
        incidents=incidents,
    )


def _incidents(detail: InstanceDetail, element_id: ElementId) -> list[schemas.ActivityIncidentOut]:
    return [
        schemas.ActivityIncidentOut(id=one.incident_id, activity_id=one.element_id)
        for one in detail.incidents
        if one.element_id == element_id and one.resolved_at is None
    ]
