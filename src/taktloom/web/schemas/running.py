# SPDX-License-Identifier: Apache-2.0
"""Running processes: instances, user tasks, jobs, incidents, messages."""

from typing import Literal

from pydantic import Field, JsonValue

from taktloom.web.schemas.shared import In, Instant, Out, PageOut, Wire

Variables = dict[str, JsonValue]


class InstanceStart(In):
    variables: Variables = Field(default_factory=dict)
    business_key: str | None = Field(default=None, max_length=200)
    version: int | None = Field(default=None, ge=1)
    version_tag: str | None = Field(default=None, max_length=200)


class StartOfMany(In):
    variables: Variables = Field(default_factory=dict)
    business_key: str | None = Field(default=None, max_length=200)


class InstanceStarts(In):
    starts: list[StartOfMany] = Field(min_length=1, max_length=500)
    version: int | None = Field(default=None, ge=1)
    version_tag: str | None = Field(default=None, max_length=200)


class StartedOne(Out):
    number: int
    instance_key: str
    business_key: str | None


class RefusedStart(Out):
    number: int
    code: str
    detail: str


class InstancesStarted(Out):
    started: list[StartedOne]
    refused: list[RefusedStart]


class InstanceSummary(Out):
    instance_key: str
    definition_key: str
    process_id: str
    process_name: str
    version: int
    status: str
    business_key: str | None
    started_at: Instant
    started_by: str | None
    ended_at: Instant | None
    open_incidents: int
    caller_key: str | None
    is_suspended: bool
    is_on_hold: bool


class ElementVisit(Out):
    visit: str
    element_id: str
    element_name: str
    element_type: str
    state: str
    entered_at: Instant
    left_at: Instant | None
    resource: str | None


class VariableView(Out):
    name: str
    value: Wire
    scope_element_id: str | None


class IncidentView(Out):
    incident_id: str
    instance_key: str
    process_id: str
    process_name: str
    version: int
    element_id: str
    element_name: str
    kind: str
    message: str
    job_id: str | None
    raised_at: Instant
    resolved_at: Instant | None
    business_key: str | None
    is_suspended: bool


class JobView(Out):
    job_id: str
    job_type: str
    instance_key: str
    element_id: str
    state: Literal["available", "locked", "waiting", "failed", "completed", "cancelled"]
    retries_left: int
    worker: str | None
    locked_until: Instant | None
    created_at: Instant
    priority: int


class UserTaskView(Out):
    user_task_id: str
    name: str
    instance_key: str
    process_id: str
    process_name: str
    version: int
    element_id: str
    business_key: str | None
    assignee: str | None
    candidate_groups: list[str]
    state: str
    created_at: Instant
    due_at: Instant | None
    completed_at: Instant | None
    candidate_users: list[str] = Field(default_factory=list)
    priority: int = 50
    follow_up_at: Instant | None = None
    owner: str | None = None
    delegation: Literal["pending", "resolved"] | None = None


class UserTaskDetail(Out):
    task: UserTaskView
    form_schema: dict[str, JsonValue] | None
    variables: dict[str, Wire]
    form_id: str | None
    form_version: int | None


class TimerView(Out):
    timer_id: str
    element_id: str
    due_at: Instant


class SubscriptionView(Out):
    subscription_id: str
    element_id: str
    message_name: str
    correlation_key: str | None


class SignalView(Out):
    subscription_id: str
    element_id: str
    signal_name: str


class InstanceDetail(Out):
    summary: InstanceSummary
    visits: list[ElementVisit]
    variables: list[VariableView]
    incidents: list[IncidentView]
    jobs: list[JobView]
    user_tasks: list[UserTaskView]
    timers: list[TimerView]
    subscriptions: list[SubscriptionView]
    signals: list[SignalView]
    called: list[InstanceSummary]
    journal_size: int


class EventOut(Out):
    event_id: str
    case_id: str
    activity: str
    started_at: Instant | None
    occurred_at: Instant
    lifecycle: str
    resource: str | None
    role: str | None
    element_id: str | None
    process_key: str | None
    process_version: int | None
    instance_key: str | None
    position: int
    attributes: dict[str, Wire]


class JournalEntryOut(Out):
    sequence: int
    occurred_at: Instant
    kind: str
    actor: str | None
    payload: JsonValue


class ReasonIn(In):
    reason: str = Field(default="", max_length=2000)


class VariablesChange(In):
    variables: Variables
    element_id: str | None = None
    reason: str = Field(default="", max_length=2000)


class MessageIn(In):
    name: str = Field(min_length=1, max_length=200)
    correlation_key: str | None = Field(default=None, max_length=1000)
    variables: Variables = Field(default_factory=dict)
    message_id: str | None = Field(default=None, min_length=1, max_length=200)
    time_to_live_s: float = Field(default=0, ge=0, le=365 * 86_400)
    business_key: str | None = Field(default=None, max_length=200)


class MessageOut(Out):
    correlated: list[str]


class SignalIn(In):
    name: str = Field(min_length=1, max_length=200)
    variables: Variables = Field(default_factory=dict)


class SignalOut(Out):
    heard: list[str]


class ConditionsIn(In):
    variables: Variables = Field(default_factory=dict)


class ConditionsOut(Out):
    started: list[str]


class ActivationIn(In):
    element_ids: list[str] = Field(min_length=1, max_length=100)
    variables: Variables = Field(default_factory=dict)


class IncidentResolve(In):
    variables: Variables | None = None
    reason: str = Field(default="", max_length=2000)


class IncidentsResolve(In):
    incident_ids: list[str] = Field(min_length=1, max_length=1000)
    reason: str = Field(default="", max_length=2000)


class Resolved(Out):
    """resolved: ids that were retried; refused: ids with the reason why not."""

    resolved: list[str]
    refused: dict[str, str]


class AssignIn(In):
    assignee: str = Field(min_length=1, max_length=200)


class CompleteIn(In):
    variables: Variables = Field(default_factory=dict)


class ActivateIn(In):
    job_types: list[str] = Field(min_length=1, max_length=100)
    worker: str = Field(min_length=1, max_length=200)
    max_jobs: int = Field(default=1, ge=1, le=500)
    lock_s: float = Field(default=60, gt=0, le=86_400)
    wait_s: float = Field(default=0, ge=0, le=60)


class LockedJob(Out):
    job_id: str
    job_type: str
    instance_key: str
    process_id: str
    element_id: str
    variables: dict[str, Wire]
    headers: dict[str, str]
    retries_left: int
    attempt: int
    fence: int
    locked_until: Instant
    priority: int


class Activated(Out):
    jobs: list[LockedJob]


class JobComplete(In):
    fence: int
    variables: Variables = Field(default_factory=dict)


class JobFail(In):
    fence: int
    message: str = Field(max_length=2000)
    retries: int | None = Field(default=None, ge=0, le=1000)
    retry_in_s: float | None = Field(default=None, ge=0, le=30 * 86_400)


class JobError(In):
    fence: int
    error_code: str = Field(min_length=1, max_length=200)
    message: str = Field(default="", max_length=2000)
    variables: Variables = Field(default_factory=dict)


class JobEscalation(In):
    fence: int
    escalation_code: str = Field(min_length=1, max_length=200)
    variables: Variables = Field(default_factory=dict)


class JobEscalated(Out):
    is_still_locked: bool


class Heartbeat(In):
    fence: int
    lock_s: float = Field(default=60, gt=0, le=86_400)


class HeartbeatOut(Out):
    locked_until: Instant


class BatchCompletion(In):
    job_id: str
    fence: int
    variables: Variables = Field(default_factory=dict)


class BatchCompletions(In):
    completions: list[BatchCompletion] = Field(min_length=1, max_length=500)


class BatchRefusal(Out):
    job_id: str
    code: str
    detail: str


class BatchCompleted(Out):
    completed: list[str]
    refused: list[BatchRefusal]


InstancePage = PageOut[InstanceSummary]
