# SPDX-License-Identifier: Apache-2.0
"""Commands: orders to the host, imperative. The host carries them out at least once under their id.

Order in the list is the order to obey. Ids are instance key + counter: the idempotency keys outside.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from taktloom.feel.values import FeelValue
from taktloom.model.identifiers import (
    ChildId,
    ElementId,
    IncidentId,
    JobId,
    RequestId,
    SubscriptionId,
    TimerId,
    UserTaskId,
)
from taktloom.model.records import made_often

USUAL_PRIORITY = 50


@made_often
@dataclass(frozen=True, slots=True, kw_only=True)
class CreateJob:
    """Offer work of *job_type*; *variables* are all that is visible to the activity, its inputs included.

    priority: of 32 bits, the highest is given out first. back_off: pauses after the first, second … failure, the last
    one from then on; empty: the host decides.
    """

    job_id: JobId
    element_id: ElementId
    job_type: str
    retries: int
    headers: Mapping[str, str]
    variables: Mapping[str, FeelValue]
    priority: int = 0
    back_off: tuple[timedelta, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelJob:
    """Withdraw the job; a late completion is refused."""

    job_id: JobId


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryJob:
    """Offer the failed job again under the same id, with fresh variables."""

    job_id: JobId
    retries: int
    variables: Mapping[str, FeelValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """The instant that *rule* gives after *anchor* by a business calendar; see `calendars.reckoning`.

    after: of a cycle that goes on the present instant: those up to it have been missed, and the first later one is
    wanted. None: the first one, even if it has passed.
    """

    calendar: str
    anchor: datetime
    rule: str
    after: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenUserTask:
    """Put a task into the inboxes. candidate_groups: role names; due_at None: no due date. priority: 0 to 100.

    due_by, follow_up_by: instead of an instant, what the host has to reckon by a business calendar.
    """

    user_task_id: UserTaskId
    element_id: ElementId
    name: str
    assignee: str | None
    candidate_groups: tuple[str, ...]
    due_at: datetime | None
    form_id: str | None
    variables: Mapping[str, FeelValue]
    candidate_users: tuple[str, ...] = ()
    follow_up_at: datetime | None = None
    priority: int = USUAL_PRIORITY
    due_by: Reckoning | None = None
    follow_up_by: Reckoning | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelUserTask:
    """Take the task out of the inboxes."""

    user_task_id: UserTaskId


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTimer:
    """Reckon the due instant by a business calendar and answer with TimerPlanned."""

    timer_id: TimerId
    element_id: ElementId
    reckoning: Reckoning


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTimer:
    """Call back with TimerFired at *due_at* (UTC), a recorded fact."""

    timer_id: TimerId
    element_id: ElementId
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelTimer:
    """Forget the timer."""

    timer_id: TimerId


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribe:
    """Wait for the message; correlation_key None takes any message of that name.

    matches: of BPMN correlation pairs of FEEL text and value: a message fits when each text, evaluated over the
    message's variables, gives its value (`kernel.message_matches`).
    """

    subscription_id: SubscriptionId
    element_id: ElementId
    message_name: str
    correlation_key: str | None
    matches: tuple[tuple[str, FeelValue], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscribe:
    """Stop waiting for the message or signal."""

    subscription_id: SubscriptionId


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribeSignal:
    """Wait for the signal; answered by SignalReceived, any number of times until it is unsubscribed."""

    subscription_id: SubscriptionId
    element_id: ElementId
    signal_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ThrowMessage:
    """Deliver a message inside the engine. message_id: for de-duplication."""

    message_id: str
    element_id: ElementId
    message_name: str
    correlation_key: str | None
    variables: Mapping[str, FeelValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThrowSignal:
    """Broadcast a signal to every instance, this one too, and to start events. passed: who has had it already."""

    element_id: ElementId
    signal_name: str
    variables: Mapping[str, FeelValue]
    passed: tuple[SubscriptionId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StartChild:
    """Start an instance of *process_id* and answer with ChildCompleted or ChildFailed. binding as in CallActivity."""

    child_id: ChildId
    element_id: ElementId
    process_id: str
    binding: str
    variables: Mapping[str, FeelValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelChild:
    """End the called instance; it answers no more."""

    child_id: ChildId


@dataclass(frozen=True, slots=True, kw_only=True)
class ContinueChild:
    """Send EscalationHandled to the called instance."""

    child_id: ChildId


@dataclass(frozen=True, slots=True, kw_only=True)
class CompensateChild:
    """Send CompensationTriggered to the called instance, which has ended; it answers when it has ended again."""

    child_id: ChildId


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalateToCaller:
    """Of a called instance: an escalation that nothing in it caught, for ChildEscalated at its caller.

    The instance stops there and goes on with EscalationHandled, once its caller has ordered it (ContinueChild).
    """

    escalation_code: str | None
    variables: Mapping[str, FeelValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDataStores:
    """Answer with DataStoreRead: the values of *stores*, ids of data stores."""

    request_id: RequestId
    element_id: ElementId
    stores: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteDataStore:
    """Set the value of the data store."""

    element_id: ElementId
    store: str
    value: FeelValue


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluateDecision:
    """Evaluate *decision_id* with *inputs* and answer with DecisionEvaluated."""

    request_id: RequestId
    element_id: ElementId
    decision_id: str
    inputs: Mapping[str, FeelValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseFlow:
    """At a gateway named in `external_choices`: answer with FlowChosen, one of *flow_ids*.

    takes_several: an inclusive gateway, at which more than one of them may be chosen.
    """

    request_id: RequestId
    element_id: ElementId
    flow_ids: tuple[ElementId, ...]
    takes_several: bool = False


class IncidentKind(StrEnum):
    """Why an element cannot go on."""

    JOB_FAILED = "job-failed"
    EXPRESSION = "expression"
    NO_FLOW = "no-flow"
    DECISION = "decision"
    UNCAUGHT_ERROR = "uncaught-error"
    CHILD_FAILED = "child-failed"
    TIMER = "timer"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseIncident:
    """The element waits for an operator. *message* holds no variable values."""

    incident_id: IncidentId
    element_id: ElementId
    kind: IncidentKind
    message: str
    job_id: JobId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseIncident:
    """The incident is over: resolved, or its element is gone."""

    incident_id: IncidentId


@made_often
@dataclass(frozen=True, slots=True, kw_only=True)
class RecordEvent:
    """Append a row to the event log.

    visit: id of the element instance (start and end of one visit share it). attributes: only those the model declares,
    by full column name. started_at: when the visit began, on completion rows.
    """

    visit: str
    element_id: ElementId
    element_type: str
    activity: str
    lifecycle: str
    started_at: datetime | None
    resource: str | None
    role: str | None
    attributes: Mapping[str, FeelValue]


class InstanceOutcome(StrEnum):
    """How an instance ended."""

    COMPLETED = "completed"
    TERMINATED = "terminated"
    CANCELLED = "cancelled"
    FAILED = "failed"


@made_often
@dataclass(frozen=True, slots=True, kw_only=True)
class FinishInstance:
    """Nothing is left to do; always the last command. error_code: of the error that nothing caught, when failed.

    is_compensable: of a called instance, to be kept as long as its caller, since it may have to undo what it did.
    """

    outcome: InstanceOutcome
    error_code: str | None = None
    is_compensable: bool = False


Command: TypeAlias = (
    CreateJob
    | CancelJob
    | RetryJob
    | OpenUserTask
    | CancelUserTask
    | PlanTimer
    | StartTimer
    | CancelTimer
    | Subscribe
    | SubscribeSignal
    | Unsubscribe
    | ThrowMessage
    | ThrowSignal
    | StartChild
    | CancelChild
    | ContinueChild
    | CompensateChild
    | EscalateToCaller
    | ReadDataStores
    | WriteDataStore
    | EvaluateDecision
    | ChooseFlow
    | RaiseIncident
    | CloseIncident
    | RecordEvent
    | FinishInstance
)
