# SPDX-License-Identifier: Apache-2.0
"""All the kernel remembers of one instance: tokens, scopes, variables, waits. Plain data, no callables.

The size follows what is alive, never the number of steps taken. Ids come from `next_id`. On disk it is canonical JSON
(`kernel/state_json.py`), format version first.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from taktloom.feel.values import FeelValue
from taktloom.kernel.sparse import NO_ENTRIES, NO_ITEMS
from taktloom.model.identifiers import (
    ChildId,
    ConditionId,
    ElementId,
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

STATE_FORMAT = 2
# Metadata of fields: what follows from others is not stored, and of records that are stored elsewhere only the `id` is.
NOT_STORED = {"is_stored": False}
STORED_AS_ID = {"stored_as": "id"}


class InstanceStatus(StrEnum):
    """The life of an instance; all but `active` are final."""

    ACTIVE = "active"
    COMPLETED = "completed"
    TERMINATED = "terminated"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Phase(IntEnum):
    """What a token does next at its flow node; the numbers are stored.

    enter: read the inputs and arm what waits around the node. perform: do or order the work. complete: hand out the
    results. leave: choose the outgoing flows. open: of the first token of a scope, before it enters: let the scope's
    event sub-processes wait. go_on: of a call activity that an escalation has come to: let the called instance go on.
    """

    ENTER = 0
    PERFORM = 1
    COMPLETE = 2
    LEAVE = 3
    OPEN = 4
    GO_ON = 5


@dataclass(slots=True, kw_only=True)
class LoopState:
    """How far a looping or multi-instance activity is; its own record, since variables can be overwritten.

    total: rounds in all, -1 where only a condition ends them. items: of a sequential one what the rounds work on.
    results: what a multi-instance activity collects, in order of the items.
    """

    total: int = -1
    started: int = 0
    completed: int = 0
    terminated: int = 0
    items: list[FeelValue] = field(default_factory=list)
    results: list[FeelValue] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class CompensationRecord:
    """A completed visit that can be compensated: *element*, its local variables as they were when it completed.

    records: what completed inside, oldest first. child: the called instance that is to undo what it has completed.
    """

    element: int
    variables: dict[str, FeelValue] = NO_ENTRIES
    records: list["CompensationRecord"] = NO_ITEMS
    child: ChildId | None = None


@dataclass(slots=True, kw_only=True)
class Scope:
    """A variable scope: the instance, a sub-process, or an activity with local variables.

    parent None: the instance's own. element: index of its activity, -1 for the instance. owner: the token that stands
    in the activity, None for the instance. tokens: the tokens that move in it, in order of arrival (a dict as an
    ordered set). joins: per joining gateway the waiting tokens per incoming flow. resets: per complex gateway that
    waits for its reset the incoming flows whose tokens it has consumed. waits: ids of what its event sub-processes
    wait for, oldest first. is_interrupted: one of them has taken over, so that the others cannot start.
    loop: of a loop around an activity, round: of one of its rounds the number. records: what completed here and can be
    compensated, oldest first; undoing: what is still to be compensated here, the next one last. stays_open: its
    activity may go on without tokens in it. is_ending: no more may begin here.
    """

    parent: ScopeId | None
    element: int
    owner: TokenId | None
    variables: dict[str, FeelValue] = NO_ENTRIES
    tokens: dict[TokenId, None] = NO_ENTRIES
    joins: dict[int, dict[int, list[TokenId]]] = NO_ENTRIES
    resets: dict[int, list[int]] = NO_ENTRIES
    waits: tuple[str, ...] = ()
    is_interrupted: bool = False
    loop: LoopState | None = None
    round: int = 0
    records: list[CompensationRecord] = NO_ITEMS
    undoing: list[CompensationRecord] = NO_ITEMS
    stays_open: bool = False
    is_ending: bool = False


_NO_SCOPE = Scope(parent=None, element=-1, owner=None)


def _no_scope() -> Scope:
    """Of a token that is being read; it stands in none."""
    return _NO_SCOPE


@dataclass(slots=True, kw_only=True)
class Token:
    """One position of control.

    element: index of the flow node in the ExecutableProcess. scope: the scope that it moves in. arrived_by: index of
    the incoming flow, -1 at a start. visit: id of the element instance that the token is in, the key of its event log
    rows; "" where nothing is recorded. entered_at: when. inner: the scope that its activity opened. waits: ids of the
    open jobs, user tasks, timers, subscriptions, requests and incidents that end with the visit, oldest first.
    role: the role of the work in hand, for the event log. is_active: whether a visit of the node has begun.
    around: the record of *scope*, at hand since almost every move needs it; `state_json` finds it again.
    is_gone: it has been consumed, and is in no state any more.
    """

    id: TokenId
    element: int
    scope: ScopeId
    arrived_by: int
    entered_at: datetime
    visit: str = ""
    inner: ScopeId | None = None
    waits: tuple[str, ...] = ()
    role: str | None = None
    is_active: bool = False
    around: Scope = field(default_factory=_no_scope, compare=False, repr=False, metadata=NOT_STORED)
    is_gone: bool = field(default=False, compare=False, repr=False, metadata=NOT_STORED)


@dataclass(slots=True, kw_only=True)
class EventWait:
    """An open wait for what event *element* waits for; part: which one of its event definitions.

    token: it waits in the event, in the activity that the boundary event sits on, or at the event-based gateway before
    the event. scope: of the start event of an event sub-process the scope that it may start in. One of them is given.
    """

    element: int
    token: TokenId | None = None
    scope: ScopeId | None = None
    part: int = 0


@dataclass(slots=True, kw_only=True)
class TimerWait(EventWait):
    """A running timer.

    schedule: of a cycle the recorded `<first due>|<interval>` in ISO 8601, None for a single shot. occurrence: which
    of its instants this one is; they are counted from the first one, so that they do not drift.
    calendar: of a timer by a business calendar; schedule is then its rule, and due_at the anchor until it is planned.
    """

    due_at: datetime
    repetitions_left: int = 0  # firings after this one; -1: without end
    schedule: str | None = None
    occurrence: int = 0
    calendar: str | None = None


@dataclass(slots=True, kw_only=True)
class SubscriptionWait(EventWait):
    """An open message subscription; name and correlation key are recorded facts."""

    message_name: str
    correlation_key: str | None


@dataclass(slots=True, kw_only=True)
class SignalWait(EventWait):
    """An open signal subscription; it stays open when a signal comes, until it is withdrawn."""

    signal_name: str


@dataclass(slots=True, kw_only=True)
class ConditionWait(EventWait):
    """A watched condition; was_true: what it gave last, since only the change from false to true fires."""

    was_true: bool = False


@dataclass(slots=True, kw_only=True)
class GatheredEvents(EventWait):
    """Of a parallel multiple event what has come so far: the numbers of its parts, and the variables with them."""

    parts: list[int] = field(default_factory=list)
    variables: dict[str, FeelValue] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class IncidentWait:
    """An open incident of *token*; job_id when a job's failure raised it. phase: what to do again when resolved."""

    token: TokenId
    element: int
    phase: Phase
    job_id: JobId | None = None


@dataclass(slots=True, kw_only=True)
class _EveryStep:
    """What every step looks at, beside each other in memory: an engine has many instances there, and most are cold."""

    instance_key: InstanceKey
    root: ScopeId | None = None
    status: InstanceStatus = InstanceStatus.ACTIVE
    next_id: int = 1
    tokens: dict[TokenId, Token] = field(default_factory=dict)
    jobs: dict[JobId, Token] = field(default=NO_ENTRIES, metadata=STORED_AS_ID)
    incidents: dict[IncidentId, IncidentWait] = NO_ENTRIES
    undecided: dict[ScopeId, None] = NO_ENTRIES
    awaiting_data: dict[TokenId, None] = NO_ENTRIES
    conditions: dict[ConditionId, ConditionWait] = NO_ENTRIES
    must_look: bool = False
    turns: dict[ScopeId, list[TokenId]] = NO_ENTRIES
    is_suspended: bool = False


@dataclass(slots=True, kw_only=True)
class InstanceState(_EveryStep):
    """The state of one instance; see the module.

    jobs, user_tasks, requests, children: by the id of what is waited for the token that waits.
    undecided: the scopes in which an inclusive or complex gateway holds tokens or waits for its reset; it is looked at
    whenever the instance comes to rest. awaiting_data: tokens at activities none of whose input sets is available.
    fetched: what was read of data stores for a visit that is about to begin. correlation: per correlation key that a
    message has brought the values of its properties.
    is_called: a call activity waits for the instance. must_look: variables have changed, or a condition is new, since
    the conditions were last evaluated; between steps only so while something is held.
    children: called instances and the tokens that wait for them. turns: per sequential ad-hoc sub-process the tokens
    that wait until the activity before them is over. held: of a called instance, per escalation that its caller has not
    answered yet, what was still to be done in that step. is_suspended: what happens is taken note of, but no token
    moves; parked: what tokens do next when the instance is resumed, the last one first, as on the stack of a step.
    """

    started_at: datetime | None = None
    scopes: dict[ScopeId, Scope] = field(default_factory=dict)
    user_tasks: dict[UserTaskId, Token] = field(default=NO_ENTRIES, metadata=STORED_AS_ID)
    timers: dict[TimerId, TimerWait] = NO_ENTRIES
    subscriptions: dict[SubscriptionId, SubscriptionWait] = NO_ENTRIES
    requests: dict[RequestId, Token] = field(default=NO_ENTRIES, metadata=STORED_AS_ID)
    fetched: dict[TokenId, dict[str, FeelValue]] = NO_ENTRIES
    correlation: dict[ElementId, list[FeelValue]] = NO_ENTRIES
    signals: dict[SubscriptionId, SignalWait] = NO_ENTRIES
    gathered: dict[ConditionId, GatheredEvents] = NO_ENTRIES
    is_called: bool = False
    children: dict[ChildId, Token] = field(default=NO_ENTRIES, metadata=STORED_AS_ID)
    held: list[list[tuple[TokenId, Phase]]] = NO_ITEMS
    parked: list[tuple[TokenId, Phase]] = NO_ITEMS
