# SPDX-License-Identifier: Apache-2.0
"""What people and programs see of deployed and running processes: rows of lists and details, read-only.

Hosts return them, doors show them. Times are aware UTC. No variable values, save where a type says so: those are FEEL
values and pass the doors through `feel.to_json`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

from taktloom.model.findings import Finding
from taktloom.model.identifiers import (
    DefinitionKey,
    ElementId,
    IncidentId,
    InstanceKey,
    JobId,
    ProcessId,
    SubscriptionId,
    TimerId,
    UserTaskId,
)
from taktloom.model.records import made_often

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Row]):
    """One page of a list. next_cursor None: the last page. total: counted where cheap, else None."""

    items: tuple[Row, ...]
    next_cursor: str | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedProcess:
    """One deployed version. resource_name: the file it came from; checksum: SHA-256 of its bytes, hex."""

    definition_key: DefinitionKey
    process_id: ProcessId
    name: str
    version: int
    version_tag: str | None
    resource_name: str
    checksum: str
    deployed_at: datetime
    deployed_by: str | None
    has_start_form: bool = False
    is_startable: bool = True
    baseline_log_id: str | None = None
    suspended_at: datetime | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedDecision:
    """One deployed decision of a DMN file."""

    decision_id: str
    name: str
    version: int
    resource_name: str
    deployed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedForm:
    """One deployed form: form-js, or a JSON Schema."""

    form_id: str
    version: int
    resource_name: str
    deployed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleHits:
    """How often processes asked one version of a decision; unmatched: no rule of its table matched.

    rules: how often each matched, by its number from 1; a rule that never matched is absent. Days are of UTC.
    """

    version: int
    evaluations: int
    unmatched: int
    first_day: date | None
    last_day: date | None
    rules: Mapping[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What one deployment made; unchanged files keep their version and are listed too.

    findings: what did not stop the deployment and should be looked at, such as test cases of decisions that fail.
    """

    processes: tuple[DeployedProcess, ...]
    decisions: tuple[DeployedDecision, ...]
    findings: tuple[Finding, ...] = ()
    forms: tuple[DeployedForm, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessSummary:
    """A process with the counts of all its versions, for the list."""

    latest: DeployedProcess
    versions: int
    active: int
    ended: int
    incidents: int


@made_often
@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceSummary:
    """A process instance as a row. status: active / completed / terminated / cancelled / failed.

    caller_key: of a called instance the one whose call activity waits for it. is_suspended: no token moves.
    is_on_hold: kept whatever the policy of retention says.
    """

    instance_key: InstanceKey
    definition_key: DefinitionKey
    process_id: ProcessId
    process_name: str
    version: int
    status: str
    business_key: str | None
    started_at: datetime
    started_by: str | None
    ended_at: datetime | None
    open_incidents: int
    caller_key: InstanceKey | None = None
    is_suspended: bool = False
    is_on_hold: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementVisit:
    """One visit to a flow node; state: active, completed, terminated or failed.

    scope_element_id: the sub-process that the node is in, None at the top.
    """

    visit: str
    element_id: ElementId
    element_name: str
    element_type: str
    state: str
    entered_at: datetime
    left_at: datetime | None
    resource: str | None = None
    scope_element_id: ElementId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableView:
    """A variable with its present value (a FEEL value). scope_element_id None: the instance's own scope."""

    name: str
    value: object
    scope_element_id: ElementId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentView:
    """An open or resolved incident. message holds no variable values. business_key, is_suspended: of its instance."""

    incident_id: IncidentId
    instance_key: InstanceKey
    process_id: ProcessId
    process_name: str
    version: int
    element_id: ElementId
    element_name: str
    kind: str
    message: str
    job_id: JobId | None
    raised_at: datetime
    resolved_at: datetime | None = None
    business_key: str | None = None
    is_suspended: bool = False


class JobState(StrEnum):
    """available: may be locked; locked: a worker has it; failed: an incident waits; waiting: back-off runs."""

    AVAILABLE = "available"
    LOCKED = "locked"
    WAITING = "waiting"
    FAILED = "failed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """A job for operators, without variables."""

    job_id: JobId
    job_type: str
    instance_key: InstanceKey
    element_id: ElementId
    state: JobState
    retries_left: int
    worker: str | None
    locked_until: datetime | None
    created_at: datetime
    priority: int = 0


@made_often
@dataclass(frozen=True, slots=True, kw_only=True)
class LockedJob:
    """A job handed to a worker, with what it needs.

    job_id is the idempotency key over all attempts. fence: number of this lock; completion must present it.
    variables: FEEL values. attempt: 1-based. priority: the higher ones were given out first.
    """

    job_id: JobId
    job_type: str
    instance_key: InstanceKey
    process_id: ProcessId
    element_id: ElementId
    variables: Mapping[str, object]
    headers: Mapping[str, str]
    retries_left: int
    attempt: int
    fence: int
    locked_until: datetime
    priority: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskView:
    """A user task as an inbox row. state: open / completed / cancelled. candidate_groups: roles that may claim it.

    priority: 0 to 100. owner: who has delegated it. delegation: pending / resolved, None: not delegated.
    """

    user_task_id: UserTaskId
    name: str
    instance_key: InstanceKey
    process_id: ProcessId
    process_name: str
    version: int
    element_id: ElementId
    business_key: str | None
    assignee: str | None
    candidate_groups: tuple[str, ...]
    state: str
    created_at: datetime
    due_at: datetime | None
    completed_at: datetime | None = None
    candidate_users: tuple[str, ...] = ()
    priority: int = 50
    follow_up_at: datetime | None = None
    owner: str | None = None
    delegation: str | None = None


class TaskOrder(StrEnum):
    """Order of a list of open tasks; priority: the most urgent first, the older of equal ones before the newer."""

    OLDEST = "oldest"
    NEWEST = "newest"
    DUE = "due"
    PRIORITY = "priority"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCounts:
    """How many open tasks a person has and may take; None: more than are counted. due: theirs that are late."""

    mine: int | None
    offered: int | None
    late: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskHistoryEntry:
    """Who did what with a task, and with what (names, dates, numbers; never values of the case)."""

    kind: str
    occurred_at: datetime
    actor: str | None
    detail: Mapping[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskComment:
    """A comment on a task; numbers count from 1."""

    number: int
    author: str
    written_at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAttachment:
    """A file at a task; checksum: SHA-256, hex."""

    number: int
    name: str
    media_type: str
    size_bytes: int
    checksum: str
    added_by: str
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskDetail:
    """A user task with its form (form-js or JSON Schema, None: plain list) and the variables that the form may show.

    form_version: of a deployed form; None for one that the process file holds itself, and for none.
    """

    task: UserTaskView
    form_schema: str | None
    variables: Mapping[str, object]
    form_id: str | None = None
    form_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarView:
    """A version of a business calendar; definition: as in `calendars.definition`."""

    name: str
    version: int
    is_default: bool
    definition: Mapping[str, object]
    saved_at: datetime
    saved_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDay:
    """One day of a business calendar: its spans such as `09:00-17:00`, and the holiday it is, if any."""

    day: date
    hours: tuple[str, ...]
    holiday: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerView:
    """A running timer."""

    timer_id: TimerId
    element_id: ElementId
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionView:
    """An open message subscription."""

    subscription_id: SubscriptionId
    element_id: ElementId
    message_name: str
    correlation_key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalView:
    """A signal that is waited for."""

    subscription_id: SubscriptionId
    element_id: ElementId
    signal_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedOne:
    """number: which of many starts it answers, from 0."""

    number: int
    instance_key: InstanceKey
    business_key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedStart:
    """Why one of many instances was not started. number: as in StartedOne. code, detail: of the problem."""

    number: int
    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What came of many starts, both in the order asked for."""

    started: tuple[StartedOne, ...]
    refused: tuple[RefusedStart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceDetail:
    """All that the instance page shows. called: instances that its call activities started, oldest first.

    journal_size: number of journal entries.
    """

    summary: InstanceSummary
    visits: tuple[ElementVisit, ...]
    variables: tuple[VariableView, ...]
    incidents: tuple[IncidentView, ...]
    jobs: tuple[JobView, ...]
    user_tasks: tuple[UserTaskView, ...]
    timers: tuple[TimerView, ...]
    subscriptions: tuple[SubscriptionView, ...]
    signals: tuple[SignalView, ...]
    called: tuple[InstanceSummary, ...]
    journal_size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDraft:
    """A model being edited, not deployed. revision grows by one with each save: the guard of concurrent edits."""

    draft_id: str
    name: str
    bpmn_xml: bytes
    dmn_xml: bytes | None
    revision: int
    updated_at: datetime
    updated_by: str | None
    source_log_id: str | None = None
    based_on: DefinitionKey | None = None
    notes: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementDuration:
    """Waiting (offered until locked or claimed) and working time of one activity over ended visits; None: no data."""

    element_id: ElementId
    element_name: str
    visits: int
    waiting_median: timedelta | None
    working_median: timedelta | None
    waiting_p95: timedelta | None
    working_p95: timedelta | None
    active: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceQuery:
    """Which instances a list shows; None: any. version_tag: of their versions, of whichever process. limit 1..500."""

    process_id: ProcessId | None = None
    version: int | None = None
    version_tag: str | None = None
    status: str | None = None
    with_incidents: bool | None = None
    is_suspended: bool | None = None
    element_id: ElementId | None = None
    search: str | None = None
    started_after: datetime | None = None
    started_before: datetime | None = None
    cursor: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskQuery:
    """Which user tasks a list shows. visible_to_groups: roles of the caller; None for those who see all.

    order: of open tasks; others come in order of their ids. due_before: before, and only tasks with a due date.
    """

    assignee: str | None = None
    is_unassigned: bool | None = None
    visible_to: str | None = None
    visible_to_groups: tuple[str, ...] | None = None
    process_id: ProcessId | None = None
    instance_key: InstanceKey | None = None
    state: str | None = "open"
    search: str | None = None
    cursor: str | None = None
    limit: int = 50
    business_key: str | None = None
    candidate_group: str | None = None
    candidate_user: str | None = None
    due_before: datetime | None = None
    due_after: datetime | None = None
    follow_up_before: datetime | None = None
    priority_at_least: int | None = None
    order: TaskOrder = TaskOrder.OLDEST
