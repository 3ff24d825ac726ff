# SPDX-License-Identifier: Apache-2.0
"""What operators ask for and see: actions, previews of modifications and migrations, incidents by cause, batches.

Hosts return them, doors show them. Times are aware UTC. No variable values, save where a type says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from taktloom.model.identifiers import BatchId, ElementId, InstanceKey, ProcessId
from taktloom.model.operations import InstanceQuery

__all__ = [
    "ActiveElement",
    "ArmedChange",
    "Batch",
    "BatchItem",
    "BatchItemState",
    "BatchKind",
    "BatchState",
    "Effect",
    "EffectKind",
    "HistoryLevel",
    "IncidentGroup",
    "InstanceMoment",
    "InstanceVerdict",
    "MigrationRequest",
    "MigrationRun",
    "ModificationPreview",
    "OperatorAction",
    "Purge",
    "RestartRequest",
    "RetentionPolicy",
    "Selection",
    "StuckInstance",
    "TokenMove",
    "VariableChange",
    "VersionUse",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorAction:
    """What somebody did to what, and why. details: names such as variables or elements, never values."""

    action_id: str
    occurred_at: datetime
    actor: str | None
    action: str
    reason: str
    process_id: ProcessId | None
    instance_key: InstanceKey | None
    batch_id: BatchId | None
    details: Mapping[str, object] = field(default_factory=dict)


class EffectKind(StrEnum):
    """What begins or ends."""

    JOB = "job"
    USER_TASK = "user-task"
    TIMER = "timer"
    MESSAGE = "message"
    SIGNAL = "signal"
    CALLED_INSTANCE = "called-instance"
    INCIDENT = "incident"
    INSTANCE = "instance"


class ArmedChange(StrEnum):
    """Whether it begins or ends."""

    BEGINS = "begins"
    ENDS = "ends"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One thing that would begin or end. element_id None: the instance itself."""

    change: ArmedChange
    kind: EffectKind
    element_id: ElementId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModificationPreview:
    """What a modification would do. stuck: joins at which the instance would then wait for ever, with the reason."""

    effects: tuple[Effect, ...]
    stuck: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenMove:
    """Every visit of *source* ends, and one of *target* begins for each, in the same scope where that fits."""

    source: ElementId
    target: ElementId


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationRequest:
    """From one version of a process to another. mapping: see `kernel.migration_plan`; None: no place in the target."""

    process_id: ProcessId
    source_version: int
    target_version: int
    mapping: Mapping[ElementId, ElementId | None] = field(default_factory=dict)
    renewed: tuple[ElementId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceVerdict:
    """Whether an instance migrates (`migrates`, `waits`, `cannot`, `stuck`); obstacles: pairs of element and reason."""

    instance_key: InstanceKey
    business_key: str | None
    verdict: str
    obstacles: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationRun:
    """A dry run. counts: instances by verdict, over all that were looked at; is_complete: these were all there are."""

    items: tuple[InstanceVerdict, ...]
    next_cursor: str | None
    counts: Mapping[str, int]
    is_complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentGroup:
    """Open incidents of one cause. message: of the latest one; live: active instances of the version.

    share: of those how many are hit, 0 to 1.
    """

    signature: str
    process_id: ProcessId
    process_name: str
    version: int
    element_id: ElementId
    element_name: str
    kind: str
    message: str
    incidents: int
    instances: int
    live: int
    share: float
    first_raised_at: datetime
    last_raised_at: datetime


class BatchKind(StrEnum):
    """What a batch does to each of its targets."""

    RETRY = "retry"
    SKIP = "skip"
    CANCEL = "cancel"
    SUSPEND = "suspend"
    RESUME = "resume"
    MIGRATE = "migrate"
    MODIFY = "modify"
    SET_VARIABLES = "set-variables"
    RESTART = "restart"
    DELETE_HISTORY = "delete-history"

    @property
    def is_of_incidents(self) -> bool:
        """Whether its targets are incidents; else they are instances."""
        return self in {BatchKind.RETRY, BatchKind.SKIP}


class BatchState(StrEnum):
    """Where a batch is."""

    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    DONE = "done"


class BatchItemState(StrEnum):
    """What became of one target; skipped: the batch was cancelled before."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The targets of a batch: a list, or what a filter gives when the batch is made.

    keys: of instances, or ids of incidents. query: instances; its cursor and limit do not count. signature: the open
    incidents of one group; process_id: open incidents of one process.
    """

    keys: tuple[str, ...] = ()
    query: InstanceQuery | None = None
    signature: str | None = None
    process_id: ProcessId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A batch and how far it is; failed ones are among those that are done neither pending."""

    batch_id: BatchId
    kind: BatchKind
    state: BatchState
    reason: str
    created_at: datetime
    created_by: str | None
    ended_at: datetime | None
    total: int
    done: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchItem:
    """One target of a batch; message: why it failed."""

    position: int
    target: str
    state: BatchItemState
    error_code: str | None
    message: str | None
    ended_at: datetime | None


class HistoryLevel(StrEnum):
    """What instances write to the event log: everything, only activities, nothing. The journal is always written."""

    FULL = "full"
    ACTIVITY = "activity"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPolicy:
    """How long ended instances of a process are kept; days None: for ever. due: how many may go now."""

    process_id: ProcessId
    days: int | None
    history_level: HistoryLevel
    ended: int
    due: int
    on_hold: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge:
    """What a run of the retention removed. is_complete: nothing more was due."""

    instances: int
    is_complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionUse:
    """How many instances refer to one deployed version."""

    version: int
    version_tag: str | None
    is_suspended: bool
    active: int
    ended: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartRequest:
    """How an instance is started again. version None: the one it has. element_id None: from its start.

    sequence: take the variables after that journal entry, None: those it began with. has_last_variables: those that it
    has now or had at its end, whatever sequence says. is_after: behind the element.
    """

    version: int | None = None
    element_id: ElementId | None = None
    is_after: bool = False
    sequence: int | None = None
    has_last_variables: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveElement:
    """Where a token is. since: when it came."""

    element_id: ElementId
    element_name: str
    element_type: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableChange:
    """A variable before and after (FEEL values; None also where there was none). scope: its element, None: instance."""

    name: str
    scope_element_id: ElementId | None
    before: object
    after: object
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceMoment:
    """An instance right after one of its journal entries. variables: as VariableChange's `after`, by scope and name.

    left, entered: elements that differ from the moment before.
    """

    instance_key: InstanceKey
    sequence: int
    last_sequence: int
    occurred_at: datetime
    kind: str
    actor: str | None
    version: int
    status: str
    is_suspended: bool
    active: tuple[ActiveElement, ...]
    variables: tuple[tuple[ElementId | None, str, object], ...]
    entered: tuple[ElementId, ...]
    left: tuple[ElementId, ...]
    changes: tuple[VariableChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckInstance:
    """An active instance that waits for nothing: no work, no event, no incident. elements: where its tokens are."""

    instance_key: InstanceKey
    process_id: ProcessId
    version: int
    business_key: str | None
    advanced_at: datetime
    elements: tuple[ElementId, ...]
