# SPDX-License-Identifier: Apache-2.0
"""Requests and answers of this convention. Every field is always sent, null where it is empty."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

TEXT_AT_MOST = 100_000_000  # no real limit: with one, texts that are not Unicode (lone surrogates) are refused too


class Answer(BaseModel):
    """What is sent."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class Body(BaseModel):
    """What is received; fields that this door does not know are let pass, as this convention does."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore", str_max_length=TEXT_AT_MOST
    )


Typed = dict[str, object]
TypedMap = dict[str, Typed]
Milliseconds = Annotated[int, Field(le=365 * 86_400_000)]


class Count(Answer):
    count: int


class TopicIn(Body):
    topic_name: str = Field(min_length=1, max_length=200)
    lock_duration: Milliseconds = Field(gt=0)
    variables: list[str] | None = None
    local_variables: bool | None = None
    business_key: str | None = None
    process_definition_id: str | None = None
    process_definition_id_in: list[str] | None = Field(default=None, max_length=50)
    process_definition_key: str | None = None
    process_definition_key_in: list[str] | None = Field(default=None, max_length=50)
    process_definition_version_tag: str | None = None
    process_variables: dict[str, object] | None = None
    tenant_id_in: list[str] | None = None
    without_tenant_id: bool | None = None
    include_extension_properties: bool | None = None


class SortingIn(Body):
    sort_by: Literal["createTime"]
    sort_order: Literal["asc", "desc"] = "asc"


class FetchIn(Body):
    worker_id: str = Field(min_length=1, max_length=200)
    max_tasks: int = Field(ge=1)
    use_priority: bool | None = None
    sorting: list[SortingIn] | None = None
    async_response_timeout: Milliseconds | None = Field(default=None, ge=0, le=1_800_000)
    topics: list[TopicIn] = Field(default_factory=list, max_length=100)


class CompleteIn(Body):
    worker_id: str
    variables: dict[str, object] | None = None
    local_variables: dict[str, object] | None = None


class FailureIn(Body):
    worker_id: str
    error_message: str | None = None
    error_details: str | None = None
    retries: int | None = Field(default=None, ge=0, le=1_000_000)
    retry_timeout: Milliseconds | None = Field(default=None, ge=0)
    variables: dict[str, object] | None = None


class BpmnErrorIn(Body):
    worker_id: str
    error_code: str = Field(min_length=1)
    error_message: str | None = None
    variables: dict[str, object] | None = None


class LockIn(Body):
    worker_id: str = Field(min_length=1, max_length=200)
    lock_duration: Milliseconds = Field(gt=0)


class ExtendIn(Body):
    worker_id: str
    new_duration: Milliseconds = Field(gt=0)


class RetriesIn(Body):
    retries: int


class ManyRetriesIn(Body):
    retries: int = Field(ge=0, le=1_000_000)
    external_task_ids: list[str] | None = Field(default=None, max_length=1_000)
    process_instance_ids: list[str] | None = Field(default=None, max_length=1_000)
    external_task_query: dict[str, object] | None = None
    process_instance_query: dict[str, object] | None = None
    historic_process_instance_query: dict[str, object] | None = None


class BatchOut(Answer):
    """A batch that is over when it is told of: what it was to do is done."""

    id: str
    type: str
    total_jobs: int
    jobs_created: int
    batch_jobs_per_seed: int = 100
    invocations_per_batch_job: int = 1
    seed_job_definition_id: str | None = None
    monitor_job_definition_id: str | None = None
    batch_job_definition_id: str | None = None
    suspended: bool = False
    tenant_id: str | None = None
    create_user_id: str | None = None
    start_time: str | None = None
    execution_start_time: str | None = None


class PriorityIn(Body):
    priority: int


class ExternalTaskOut(Answer):
    activity_id: str
    activity_instance_id: str
    error_message: str | None
    execution_id: str
    id: str
    lock_expiration_time: str | None
    create_time: str | None
    process_definition_id: str
    process_definition_key: str
    process_definition_version_tag: str | None
    process_instance_id: str
    retries: int | None
    suspended: bool = False
    worker_id: str | None
    topic_name: str
    tenant_id: str | None = None
    priority: int
    business_key: str | None


class LockedTaskOut(ExternalTaskOut):
    error_details: str | None = None
    variables: TypedMap
    extension_properties: dict[str, str]


class DefinitionOut(Answer):
    id: str
    key: str
    category: str | None = None
    description: str | None = None
    name: str | None
    version: int
    resource: str
    deployment_id: str
    diagram: str | None = None
    suspended: bool = False
    tenant_id: str | None = None
    version_tag: str | None
    history_time_to_live: int | None = None
    startable_in_tasklist: bool


class DecisionDefinitionOut(Answer):
    id: str
    key: str
    category: str | None = None
    name: str | None
    version: int
    resource: str
    deployment_id: str
    tenant_id: str | None = None
    decision_requirements_definition_id: str | None = None
    decision_requirements_definition_key: str | None = None
    history_time_to_live: int | None = None
    version_tag: str | None = None


class DeploymentOut(Answer):
    links: list[object] = Field(default_factory=list)
    id: str
    name: str | None
    source: str | None
    deployment_time: str | None
    tenant_id: str | None = None


class DeployedOut(DeploymentOut):
    deployed_process_definitions: dict[str, DefinitionOut] | None
    deployed_case_definitions: None = None
    deployed_decision_definitions: dict[str, DecisionDefinitionOut] | None
    deployed_decision_requirements_definitions: None = None


class XmlOut(Answer):
    id: str
    bpmn20_xml: str = Field(alias="bpmn20Xml")


class StartIn(Body):
    variables: dict[str, object] | None = None
    business_key: str | None = None
    start_instructions: list[object] | None = None
    case_instance_id: str | None = None
    with_variables_in_return: bool = False


class InstanceOut(Answer):
    links: list[object] = Field(default_factory=list)
    id: str
    definition_id: str
    definition_key: str
    business_key: str | None
    case_instance_id: str | None = None
    ended: bool
    suspended: bool = False
    tenant_id: str | None = None


class StartedOut(InstanceOut):
    """Asked for with its variables; clients take the field's presence, even null, for a list of them."""

    variables: TypedMap


class ModificationsIn(Body):
    modifications: dict[str, object] | None = None
    deletions: list[str] | None = None


class SuspendedIn(Body):
    suspended: bool


class InstructionIn(Body):
    type: str
    activity_id: str | None = None
    transition_id: str | None = None
    activity_instance_id: str | None = None
    transition_instance_id: str | None = None
    variables: dict[str, object] | None = None


class ModificationIn(Body):
    instructions: list[InstructionIn] = Field(min_length=1, max_length=100)
    annotation: str | None = Field(default=None, max_length=2000)


class MessageIn(Body):
    message_name: str = Field(min_length=1, max_length=200)
    business_key: str | None = None
    tenant_id: str | None = None
    without_tenant_id: bool | None = None
    process_instance_id: str | None = None
    correlation_keys: dict[str, object] | None = None
    local_correlation_keys: dict[str, object] | None = None
    process_variables: dict[str, object] | None = None
    process_variables_local: dict[str, object] | None = None
    all: bool = False
    result_enabled: bool = False
    variables_in_result_enabled: bool = False


class ExecutionOut(Answer):
    id: str
    process_instance_id: str
    ended: bool
    tenant_id: str | None = None


class CorrelationOut(Answer):
    result_type: str
    execution: ExecutionOut | None
    process_instance: InstanceOut | None
    variables: TypedMap | None = None


class ConditionIn(Body):
    variables: dict[str, object] | None = None
    business_key: str | None = None
    tenant_id: str | None = None
    without_tenant_id: bool | None = None
    process_definition_id: str | None = None


class ActivityIncidentOut(Answer):
    id: str
    activity_id: str


class ActivityInstanceOut(Answer):
    id: str
    parent_activity_instance_id: str | None
    activity_id: str
    activity_type: str
    activity_name: str | None
    name: str | None
    process_instance_id: str
    process_definition_id: str
    child_activity_instances: list["ActivityInstanceOut"]
    child_transition_instances: list[object] = Field(default_factory=list)
    execution_ids: list[str]
    incident_ids: list[str]
    incidents: list[ActivityIncidentOut]


class VariableInstanceOut(Answer):
    id: str
    name: str
    type: str
    value: object
    value_info: Typed
    process_definition_id: str
    process_instance_id: str
    execution_id: str
    case_instance_id: str | None = None
    case_execution_id: str | None = None
    task_id: str | None = None
    batch_id: str | None = None
    activity_instance_id: str
    error_message: str | None = None
    tenant_id: str | None = None


class SignalIn(Body):
    name: str = Field(min_length=1, max_length=200)
    execution_id: str | None = None
    variables: dict[str, object] | None = None
    tenant_id: str | None = None
    without_tenant_id: bool | None = None


class EvaluateIn(Body):
    variables: dict[str, object] | None = None


class TaskOut(Answer):
    id: str
    name: str | None
    assignee: str | None
    created: str | None
    due: str | None
    follow_up: str | None = None
    last_updated: str | None = None
    delegation_state: str | None = None
    description: str | None = None
    execution_id: str
    owner: str | None = None
    parent_task_id: str | None = None
    priority: int
    process_definition_id: str
    process_instance_id: str
    task_definition_key: str
    case_execution_id: str | None = None
    case_instance_id: str | None = None
    case_definition_id: str | None = None
    suspended: bool = False
    form_key: str | None = None
    camunda_form_ref: object | None = None
    tenant_id: str | None = None
    task_state: str | None = None


class UserIn(Body):
    user_id: str | None = Field(default=None, max_length=200)


class TaskResolveIn(Body):
    variables: dict[str, object] | None = None


class TaskCompleteIn(Body):
    variables: dict[str, object] | None = None
    with_variables_in_return: bool = False


class IdentityLinkOut(Answer):
    user_id: str | None
    group_id: str | None
    type: str


class JobOut(Answer):
    id: str
    job_definition_id: str | None = None
    due_date: str | None
    process_instance_id: str
    execution_id: str
    process_definition_id: str
    process_definition_key: str
    retries: int
    exception_message: str | None
    failed_activity_id: str | None
    suspended: bool = False
    priority: int
    tenant_id: str | None = None
    create_time: str | None
    batch_id: str | None = None


class IncidentOut(Answer):
    id: str
    process_definition_id: str
    process_instance_id: str
    execution_id: str
    incident_timestamp: str | None
    incident_type: str
    activity_id: str
    failed_activity_id: str
    cause_incident_id: str
    root_cause_incident_id: str
    configuration: str | None
    tenant_id: str | None = None
    incident_message: str
    job_definition_id: str | None = None
    annotation: str | None = None


class HistoricInstanceOut(Answer):
    id: str
    business_key: str | None
    process_definition_id: str
    process_definition_key: str
    process_definition_name: str
    process_definition_version: int
    start_time: str | None
    end_time: str | None
    removal_time: str | None = None
    duration_in_millis: int | None
    start_user_id: str | None
    start_activity_id: str | None = None
    delete_reason: str | None = None
    root_process_instance_id: str | None
    super_process_instance_id: str | None
    super_case_instance_id: str | None = None
    case_instance_id: str | None = None
    tenant_id: str | None = None
    state: str
    restarted_process_instance_id: str | None = None


class HistoricActivityOut(Answer):
    id: str
    parent_activity_instance_id: str
    activity_id: str
    activity_name: str
    activity_type: str
    process_definition_key: str
    process_definition_id: str
    process_instance_id: str
    execution_id: str
    task_id: str | None = None
    assignee: str | None
    called_process_instance_id: str | None = None
    called_case_instance_id: str | None = None
    start_time: str | None
    end_time: str | None
    duration_in_millis: int | None
    canceled: bool
    complete_scope: bool = False
    tenant_id: str | None = None
    removal_time: str | None = None
    root_process_instance_id: str | None


class HistoricVariableOut(Answer):
    id: str
    name: str
    type: str
    value: object
    value_info: Typed
    process_definition_key: str
    process_definition_id: str
    process_instance_id: str
    execution_id: str
    activity_instance_id: str
    case_definition_key: str | None = None
    case_definition_id: str | None = None
    case_instance_id: str | None = None
    case_execution_id: str | None = None
    task_id: str | None = None
    error_message: str | None = None
    tenant_id: str | None = None
    state: str = "CREATED"
    create_time: str | None = None
    removal_time: str | None = None
    root_process_instance_id: str | None


class EngineOut(Answer):
    name: str


class VersionOut(Answer):
    version: str
