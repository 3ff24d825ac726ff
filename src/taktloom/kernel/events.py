# SPDX-License-Identifier: Apache-2.0
"""Kernel events: facts that enter the interpreter, in the past tense. A closed set.

Every event carries `occurred_at` (UTC, stamped by the host when it stored the event) and `actor`, who caused it (the
resource of the event log; None for the engine itself). Values are FEEL values.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from taktloom.feel.values import FeelValue
from taktloom.model.identifiers import (
    ChildId,
    DefinitionKey,
    ElementId,
    IncidentId,
    JobId,
    RequestId,
    ScopeId,
    SubscriptionId,
    TimerId,
    TokenId,
    UserTaskId,
)
from taktloom.model.records import made_often

# Versions of the kernel's rules; a change that would alter an old history makes a new one, which the journal records.
# 1: a signal is delivered by the host alone, to the throwing instance too. 2: those in the throwing instance who wait
# for it have it at once, before the thrower goes on. 3: what a cycle missed is made up for by one firing; a negative
# duration is over at once; a cycle's start keeps its offset; a date in a skipped hour means the moment of the change.
# 4: a round of a multi-instance activity that is skipped gives its results to the collection.
OWN_SIGNALS_AT_ONCE = 2
MISSED_FIRINGS_AS_ONE = 3
SKIPPED_ROUNDS_COLLECT = 4
NEWEST_RULES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class HappenedAt:
    """What every kernel event has. rules: the version of the rules under which it happened; a replay follows them."""

    occurred_at: datetime
    actor: str | None = None
    rules: int = NEWEST_RULES


@made_often
@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceStarted(HappenedAt):
    """The first event. start_element None takes the only none start event, or starts all nodes without incoming flow.

    Else it is a start event with a trigger, an instantiating receive task, or an event behind an instantiating
    event-based gateway: what has come is then what it waits for. is_called: a call activity waits for this instance.
    is_suspended: it begins suspended, so that a modification can place its tokens before any moves.
    """

    variables: Mapping[str, FeelValue] = field(default_factory=dict)
    start_element: ElementId | None = None
    is_called: bool = False
    is_suspended: bool = False


@made_often
@dataclass(frozen=True, slots=True, kw_only=True)
class JobCompleted(HappenedAt):
    """A worker finished its job; *variables* go through the output mappings."""

    job_id: JobId
    variables: Mapping[str, FeelValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFailed(HappenedAt):
    """The job failed for good: the host has no retries left. The message is kept out of the journal's indexes."""

    job_id: JobId
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobErrorThrown(HappenedAt):
    """The worker threw a BPMN error with *error_code*."""

    job_id: JobId
    error_code: str
    message: str = ""
    variables: Mapping[str, FeelValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEscalationThrown(HappenedAt):
    """The worker threw an escalation; its job goes on, unless what catches the escalation interrupts it."""

    job_id: JobId
    escalation_code: str
    variables: Mapping[str, FeelValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskCompleted(HappenedAt):
    """A person finished the task; actor is that person."""

    user_task_id: UserTaskId
    variables: Mapping[str, FeelValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerPlanned(HappenedAt):
    """Answer to PlanTimer: the instant (UTC) that the host has reckoned, a recorded fact from now on.

    missed: how many instants of the cycle lie before it that were not to be waited for any more (`Reckoning.after`).
    """

    timer_id: TimerId
    due_at: datetime
    missed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired(HappenedAt):
    """The timer's due instant has come; occurred_at >= due."""

    timer_id: TimerId


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCorrelated(HappenedAt):
    """A message met its subscription."""

    subscription_id: SubscriptionId
    variables: Mapping[str, FeelValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionEvaluated(HappenedAt):
    """Answer to EvaluateDecision. error is set instead of a value when the decision failed: an incident."""

    request_id: RequestId
    value: FeelValue = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowChosen(HappenedAt):
    """Answer to ChooseFlow: the outgoing flow to take; *more*: further ones, at an inclusive gateway only."""

    request_id: RequestId
    flow_id: ElementId
    more: tuple[ElementId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentResolved(HappenedAt):
    """An operator wants what raised the incident tried again; *variables* are set first, in the incident's scope."""

    incident_id: IncidentId
    variables: Mapping[str, FeelValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class VariablesSet(HappenedAt):
    """An operator changed variables; *element_id* None sets them in the instance's scope."""

    variables: Mapping[str, FeelValue]
    element_id: ElementId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceCancelled(HappenedAt):
    """An operator ends the instance."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalReceived(HappenedAt):
    """A signal that *subscription_id* waits for was thrown. The host sends one for each open subscription."""

    subscription_id: SubscriptionId
    variables: Mapping[str, FeelValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionsEvaluated(HappenedAt):
    """Look at all open conditions again, as if *variables* were set; those variables come with what then fires."""

    variables: Mapping[str, FeelValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivitiesActivated(HappenedAt):
    """Start *element_ids*, activities inside an active ad-hoc sub-process, in order."""

    element_ids: tuple[ElementId, ...]
    variables: Mapping[str, FeelValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildCompleted(HappenedAt):
    """The called instance ended well (completed or terminated by its own model); *variables* are its own at the end.

    is_compensable: it has completed what can be compensated, and the host can let it do so later (CompensateChild).
    Also the answer to CompensateChild.
    """

    child_id: ChildId
    variables: Mapping[str, FeelValue] = field(default_factory=dict)
    is_compensable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildFailed(HappenedAt):
    """The called instance could not start, was cancelled, or failed.

    error_code: of the BPMN error that nothing in it caught, None where there is none: an incident then.
    """

    child_id: ChildId
    error_code: str | None = None
    message: str = ""
    variables: Mapping[str, FeelValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildEscalated(HappenedAt):
    """The called instance threw an escalation that nothing in it caught; it may go on."""

    child_id: ChildId
    escalation_code: str | None = None
    variables: Mapping[str, FeelValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationHandled(HappenedAt):
    """What the called instance threw to its caller has been handled there, and has not ended it: it goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompensationTriggered(HappenedAt):
    """The call activity of this called instance, which has ended, is compensated: undo what it has completed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataStoreRead(HappenedAt):
    """Answer to ReadDataStores: values by store id."""

    request_id: RequestId
    values: Mapping[str, FeelValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceSuspended(HappenedAt):
    """An operator stops the instance: what comes is taken note of, but no token moves until it is resumed."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceResumed(HappenedAt):
    """An operator lets a suspended instance go on, with what has come meanwhile, in the order in which it came."""

    reason: str = ""


class TokenAction(StrEnum):
    """What a modification does. before: a token enters the element. after: it leaves it as if it had been done.

    along: it takes the sequence flow. cancel: visits of the element are broken off. complete: they are over, with the
    given variables as their results.
    """

    BEFORE = "before"
    AFTER = "after"
    ALONG = "along"
    CANCEL = "cancel"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenChange:
    """One change of a modification; element_id: of a flow node, with `along` of a sequence flow.

    token_id: of cancel and complete the only visit that is meant, None for all of the element. scope_id: of the others
    the scope to place the token in, None where only one fits or one is to be opened. variables: handed out from there.
    """

    action: TokenAction
    element_id: ElementId
    token_id: TokenId | None = None
    scope_id: ScopeId | None = None
    variables: Mapping[str, FeelValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceModified(HappenedAt):
    """An operator moves tokens; all changes or none. Tokens are placed first, then visits end, then tokens run."""

    changes: tuple[TokenChange, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceMigrated(HappenedAt):
    """From here on the instance runs by another version; `step` is given that one's process with this event.

    source, target: the versions. nodes, flows: numbers of the elements in the source to those in the target.
    renewed: flow nodes of the target whose waits are withdrawn and opened anew.
    """

    source: DefinitionKey
    target: DefinitionKey
    nodes: Mapping[int, int]
    flows: Mapping[int, int]
    renewed: tuple[ElementId, ...] = ()
    reason: str = ""


KernelEvent: TypeAlias = (
    InstanceStarted
    | JobCompleted
    | JobFailed
    | JobErrorThrown
    | JobEscalationThrown
    | UserTaskCompleted
    | TimerPlanned
    | TimerFired
    | MessageCorrelated
    | DecisionEvaluated
    | FlowChosen
    | IncidentResolved
    | VariablesSet
    | InstanceCancelled
    | SignalReceived
    | ConditionsEvaluated
    | ActivitiesActivated
    | ChildCompleted
    | ChildFailed
    | ChildEscalated
    | EscalationHandled
    | CompensationTriggered
    | DataStoreRead
    | InstanceSuspended
    | InstanceResumed
    | InstanceModified
    | InstanceMigrated
)
