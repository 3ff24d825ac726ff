# SPDX-License-Identifier: Apache-2.0
"""What may be said of each kind of element, as keyword arguments."""

from collections.abc import Iterable, Mapping
from typing import TypedDict

from taktloom.model.event_definitions import MessageDefinition
from taktloom.model.process import EventAttribute, GatewayDirection, JobDefinition, MultiInstanceLoop, StandardLoop

__all__ = [
    "ActivityFields",
    "AdHocFields",
    "BoundaryFields",
    "CallFields",
    "GatewayFields",
    "NodeFields",
    "ReceiveFields",
    "RuleFields",
    "ScriptFields",
    "SendFields",
    "ServiceFields",
    "StartFields",
    "ThrowFields",
    "UserTaskFields",
]


class NodeFields(TypedDict, total=False):
    """id: made of the name if it is not given."""

    id: str
    documentation: str


class StartFields(NodeFields, total=False):
    """outputs: target and FEEL source."""

    is_interrupting: bool
    outputs: Mapping[str, str]
    form_id: str


class BoundaryFields(NodeFields, total=False):
    """on: id or name of the activity, the last one if it is not given."""

    on: str
    is_interrupting: bool
    outputs: Mapping[str, str]


class ThrowFields(NodeFields, total=False):
    """inputs: target and FEEL source."""

    job: JobDefinition
    inputs: Mapping[str, str]


class ActivityFields(NodeFields, total=False):
    """inputs, outputs: target and FEEL source. properties: names."""

    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    event_attributes: tuple[EventAttribute, ...]
    loop: StandardLoop | MultiInstanceLoop
    is_for_compensation: bool
    start_quantity: int
    completion_quantity: int
    properties: Iterable[str]


class UserTaskFields(ActivityFields, total=False):
    """Literal texts, or FEEL after `=`."""

    assignee: str
    candidate_users: str
    candidate_groups: str
    due_date: str
    follow_up_date: str
    priority: str
    form_id: str
    calendar: str


class ServiceFields(ActivityFields, total=False):
    """job_type: the name of the task if it is not given; the others as those of JobDefinition."""

    job_type: str
    retries: int
    headers: tuple[tuple[str, str], ...]
    priority: str
    back_off: tuple[str, ...]


class SendFields(ActivityFields, total=False):
    """message: none where a job does the work."""

    message: MessageDefinition
    job: JobDefinition


class ReceiveFields(ActivityFields, total=False):
    """message: needed."""

    message: MessageDefinition
    instantiate: bool


class ScriptFields(ActivityFields, total=False):
    """script: FEEL, or in another language with a job."""

    script: str
    result_variable: str
    job: JobDefinition


class RuleFields(ActivityFields, total=False):
    """decision_id: the id of the decision."""

    decision_id: str
    result_variable: str
    job: JobDefinition
    binding: str


class CallFields(ActivityFields, total=False):
    """called_element: the id of the process, or FEEL after `=`."""

    called_element: str
    binding: str
    passes_all_variables: bool
    returns_all_variables: bool


class AdHocFields(ActivityFields, total=False):
    """completion_condition: FEEL; active_elements: FEEL list of ids."""

    is_sequential: bool
    completion_condition: str
    cancels_remaining: bool
    active_elements: str


class GatewayFields(NodeFields, total=False):
    """direction: only checked."""

    direction: GatewayDirection
