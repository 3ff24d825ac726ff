# SPDX-License-Identifier: Apache-2.0
"""What operators do to running processes: suspension, modification, migration, and the record of it."""

from typing import Literal

from pydantic import Field, JsonValue

from taktloom.web.schemas.running import Variables
from taktloom.web.schemas.shared import In, Instant, Out

Reason = Field(min_length=1, max_length=1000)


class RequiredReasonIn(In):
    """reason: kept with the action."""

    reason: str = Reason


class VersionSuspensionIn(In):
    """version: null means every version of the process."""

    version: int | None = Field(default=None, ge=1)
    reason: str = Reason


class VersionResumptionIn(In):
    version: int | None = Field(default=None, ge=1)
    reason: str = Field(default="", max_length=1000)


class VersionsChanged(Out):
    versions: int


class TokenChangeIn(In):
    """token_id: with cancel and complete the only visit that is meant. scope_id: where to place the token."""

    action: Literal["before", "after", "along", "cancel", "complete"]
    element_id: str = Field(min_length=1, max_length=500)
    token_id: str | None = Field(default=None, max_length=40)
    scope_id: str | None = Field(default=None, max_length=40)
    variables: Variables = Field(default_factory=dict)


class TokenMoveIn(In):
    """Every visit of source ends; one of target begins for each."""

    source: str = Field(min_length=1, max_length=500)
    target: str = Field(min_length=1, max_length=500)


class ModificationPreviewIn(In):
    """variables: of the instance, set before its tokens move."""

    changes: list[TokenChangeIn] = Field(default_factory=list, max_length=1000)
    moves: list[TokenMoveIn] = Field(default_factory=list, max_length=100)
    variables: Variables = Field(default_factory=dict)


class ModificationIn(ModificationPreviewIn):
    """allow_stuck: also where the instance would then wait for ever at a join."""

    reason: str = Reason
    allow_stuck: bool = False


class EffectOut(Out):
    change: Literal["begins", "ends"]
    kind: str
    element_id: str | None


class ModificationPreview(Out):
    """stuck: pairs of a join and the reason why the instance would wait there for ever."""

    effects: list[EffectOut]
    stuck: list[tuple[str, str]]


class MigrationPlanIn(In):
    """mapping: source to target ids, null for an element without a place. renewed: waits that are opened anew."""

    process_id: str
    source_version: int = Field(ge=1)
    target_version: int = Field(ge=1)
    mapping: dict[str, str | None] = Field(default_factory=dict, max_length=1000)
    renewed: list[str] = Field(default_factory=list, max_length=1000)


class MigrationIn(MigrationPlanIn):
    """allow_stuck: also where the instance would then wait for ever at a join."""

    reason: str = Reason
    allow_stuck: bool = False


class ElementMatchOut(Out):
    """how: id, name or explicit; target null: no place, and reason says why."""

    source: str
    target: str | None
    element_type: str
    name: str
    how: Literal["id", "name", "explicit"] | None
    reason: str


class MigrationPlanOut(Out):
    matches: list[ElementMatchOut]
    added: list[str]
    changed: list[str]


class InstanceVerdictOut(Out):
    """stuck: it would migrate, but then wait for ever at a join. obstacles: pairs of element and reason."""

    instance_key: str
    business_key: str | None
    verdict: Literal["migrates", "waits", "cannot", "stuck"]
    obstacles: list[tuple[str, str]]


class MigrationRunOut(Out):
    """counts: by verdict, with the first page only; is_complete: they are of all instances."""

    items: list[InstanceVerdictOut]
    next_cursor: str | None
    counts: dict[str, int]
    is_complete: bool


class OperatorActionOut(Out):
    """details: names of variables and elements, never values."""

    action_id: str
    occurred_at: Instant
    actor: str | None
    action: str
    reason: str
    process_id: str | None
    instance_key: str | None
    batch_id: str | None
    details: dict[str, JsonValue]
