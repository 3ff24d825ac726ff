# SPDX-License-Identifier: Apache-2.0
"""Batches, incidents by cause, looking back and keeping."""

from typing import Literal

from pydantic import Field

from taktloom.web.schemas.operations import MigrationPlanIn, Reason, TokenChangeIn, TokenMoveIn
from taktloom.web.schemas.running import Variables
from taktloom.web.schemas.shared import In, Instant, InstantIn, Out, Wire

BatchKindName = Literal[
    "retry", "skip", "cancel", "suspend", "resume", "migrate", "modify", "set-variables", "restart", "delete-history"
]


class IncidentGroupOut(Out):
    """Open incidents of one cause; share: of the version's active instances, 0 to 1."""

    signature: str
    process_id: str
    process_name: str
    version: int
    element_id: str
    element_name: str
    kind: str
    message: str
    incidents: int
    instances: int
    live: int
    share: float
    first_raised_at: Instant
    last_raised_at: Instant


class InstanceFilterIn(In):
    """As the list of instances."""

    process_id: str | None = None
    version: int | None = Field(default=None, ge=1)
    version_tag: str | None = Field(default=None, max_length=200)
    status: Literal["active", "completed", "terminated", "cancelled", "failed"] | None = None
    with_incidents: bool | None = None
    is_suspended: bool | None = None
    element_id: str | None = None
    search: str | None = Field(default=None, max_length=200)
    started_after: InstantIn | None = None
    started_before: InstantIn | None = None


class SelectionIn(In):
    """keys: of instances or incidents. query: instances. signature, process_id: open incidents of a cause."""

    keys: list[str] = Field(default_factory=list, max_length=50_000)
    query: InstanceFilterIn | None = None
    signature: str | None = Field(default=None, max_length=64)
    process_id: str | None = None


class RestartFromIn(In):
    """version: null is the one it has. sequence: take the variables after that journal entry, null: as it began.

    has_last_variables: those that it has now or had at its end.
    """

    version: int | None = Field(default=None, ge=1)
    element_id: str | None = Field(default=None, max_length=500)
    is_after: bool = False
    sequence: int | None = Field(default=None, ge=1)
    has_last_variables: bool = False


class BatchPreviewIn(In):
    """variables: to set (over those that a restart takes), or the results of what is skipped."""

    kind: BatchKindName
    selection: SelectionIn
    variables: Variables = Field(default_factory=dict)
    migration: MigrationPlanIn | None = None
    changes: list[TokenChangeIn] = Field(default_factory=list, max_length=1000)
    moves: list[TokenMoveIn] = Field(default_factory=list, max_length=100)
    restart: RestartFromIn | None = None


class BatchIn(BatchPreviewIn):
    """allow_stuck: of a migration or modification, also where an instance would then wait for ever at a join."""

    reason: str = Reason
    allow_stuck: bool = False


class BatchPreviewOut(Out):
    targets: int
    first: list[str]


class BatchTurnIn(In):
    action: Literal["pause", "resume", "cancel", "retry"]
    reason: str = Field(default="", max_length=1000)


class BatchOut(Out):
    batch_id: str
    kind: BatchKindName
    state: Literal["running", "paused", "cancelled", "done"]
    reason: str
    created_at: Instant
    created_by: str | None
    ended_at: Instant | None
    total: int
    done: int
    failed: int


class BatchItemOut(Out):
    position: int
    target: str
    state: Literal["pending", "done", "failed", "skipped"]
    error_code: str | None
    message: str | None
    ended_at: Instant | None


class ActiveElementOut(Out):
    element_id: str
    element_name: str
    element_type: str
    since: Instant


class VariableChangeOut(Out):
    name: str
    scope_element_id: str | None
    before: Wire
    after: Wire
    change: Literal["added", "changed", "removed"]


class MomentOut(Out):
    """An instance right after a journal entry. variables: scope's element or null, name, value."""

    instance_key: str
    sequence: int
    last_sequence: int
    occurred_at: Instant
    kind: str
    actor: str | None
    version: int
    status: str
    is_suspended: bool
    active: list[ActiveElementOut]
    variables: list[tuple[str | None, str, Wire]]
    entered: list[str]
    left: list[str]
    changes: list[VariableChangeOut]


class RestartIn(RestartFromIn):
    """variables: set over those that it takes."""

    variables: Variables = Field(default_factory=dict)
    reason: str = Reason


class StuckInstanceOut(Out):
    instance_key: str
    process_id: str
    version: int
    business_key: str | None
    advanced_at: Instant
    elements: list[str]


class VersionUseOut(Out):
    version: int
    version_tag: str | None
    is_suspended: bool
    active: int
    ended: int


class RetentionPolicyOut(Out):
    """days null: kept for ever. due: may go now."""

    process_id: str
    days: int | None
    history_level: Literal["full", "activity", "none"]
    ended: int
    due: int
    on_hold: int


class RetentionIn(In):
    days: int | None = Field(default=None, ge=0, le=36_500)
    history_level: Literal["full", "activity", "none"] = "full"
    reason: str = Reason


class HoldIn(In):
    is_kept: bool
    reason: str = Reason


class PurgeOut(Out):
    instances: int
    is_complete: bool
