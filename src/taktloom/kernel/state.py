# SPDX-License-Identifier: Apache-2.0
"""All the kernel remembers of one instance: tokens, scopes, variables, waits. Plain data, no callables.

The size follows what is alive, never the number of steps taken. Ids come from `next_id`. On disk it is canonical JSON
(`kernel/state_json.py`), format version first.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from taktloom.feel.values import FeelValue
from taktloom.model.identifiers import (
    IncidentId,
    InstanceKey,
    JobId,
    RequestId,
    ScopeId,
    SubscriptionId,
    TimerId,
    TokenId,
    UserTaskId,
)

STATE_FORMAT = 1


class InstanceStatus(StrEnum):
    """The life of an instance; all but `active` are final."""

    ACTIVE = "active"
    COMPLETED = "completed"
    TERMINATED = "terminated"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(slots=True, kw_only=True)
class Token:
    """One position of control.

    element: index of the flow node in the ExecutableProcess. arrived_by: index of the incoming flow, -1 at a start.
    visit: id of the element instance that the token is in, the key of its event log rows. entered_at: when.
    """

    element: int
    scope: ScopeId
    arrived_by: int
    entered_at: datetime
    visit: str


@dataclass(slots=True, kw_only=True)
class Scope:
    """A variable scope: the instance, a sub-process, or an activity with input mappings.

    parent None: the instance's own. owner: the token that stands in the activity, None for the instance.
    """

    parent: ScopeId | None
    element: int
    owner: TokenId | None
    variables: dict[str, FeelValue] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class TimerWait:
    """A running timer: *token* waits in the event, or in the activity the boundary event sits on."""

    element: int
    token: TokenId
    due_at: datetime
    repetitions_left: int = 0  # -1: without end


@dataclass(slots=True, kw_only=True)
class SubscriptionWait:
    """An open message subscription, as TimerWait."""

    element: int
    token: TokenId


@dataclass(slots=True, kw_only=True)
class IncidentWait:
    """An open incident of *token*; job_id when a job's failure raised it. phase: what to do again when resolved."""

    token: TokenId
    element: int
    phase: str
    job_id: JobId | None = None


@dataclass(slots=True, kw_only=True)
class InstanceState:
    """The state of one instance; see the module."""

    instance_key: InstanceKey
    status: InstanceStatus = InstanceStatus.ACTIVE
    next_id: int = 1
    started_at: datetime | None = None
    tokens: dict[TokenId, Token] = field(default_factory=dict)
    scopes: dict[ScopeId, Scope] = field(default_factory=dict)
    jobs: dict[JobId, TokenId] = field(default_factory=dict)
    user_tasks: dict[UserTaskId, TokenId] = field(default_factory=dict)
    timers: dict[TimerId, TimerWait] = field(default_factory=dict)
    subscriptions: dict[SubscriptionId, SubscriptionWait] = field(default_factory=dict)
    requests: dict[RequestId, TokenId] = field(default_factory=dict)
    incidents: dict[IncidentId, IncidentWait] = field(default_factory=dict)
