# SPDX-License-Identifier: Apache-2.0
"""Process instances: start, list, look into, cancel, set variables."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from taktloom.app import telemetry
from taktloom.app.context import Context, use_case
from taktloom.assure.permissions import Permission
from taktloom.feel.values import FeelValue
from taktloom.model.errors import TaktloomError
from taktloom.model.events import Event
from taktloom.model.identifiers import ElementId, InstanceKey, ProcessId
from taktloom.model.operations import (
    InstanceDetail,
    InstanceQuery,
    InstanceSummary,
    Page,
    RefusedStart,
    Started,
    StartedOne,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalRow:
    """A journal entry with its payload read."""

    sequence: int
    occurred_at: datetime
    kind: str
    actor: str | None
    payload: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """One start of many."""

    variables: Mapping[str, FeelValue]
    business_key: str | None = None


@use_case(Permission.INSTANCE_START)
def start_instance(  # noqa: PLR0913 - what is optional is keyword-only
    context: Context,
    *,
    process_id: str,
    variables: Mapping[str, FeelValue],
    business_key: str | None = None,
    version: int | None = None,
    version_tag: str | None = None,
) -> InstanceSummary:
    """Start an instance; the journal names who did. version_tag: the newest version with it, in place of a number."""
    if version is None and version_tag is not None:
        version = context.rooms.engine.versions.of_tag(ProcessId(process_id), version_tag)
    return context.rooms.engine.instances.start(
        ProcessId(process_id),
        variables,
        version=version,
        business_key=business_key,
        actor=context.principal.name,
        traceparent=telemetry.CURRENT.get(),
    )


@use_case(Permission.INSTANCE_START)
def start_instances(
    context: Context,
    *,
    process_id: str,
    starts: Sequence[Start],
    version: int | None = None,
    version_tag: str | None = None,
) -> Started:
    """Start many instances of one version in few transactions; one that is refused does not stop the others."""
    from taktloom.hosts.embedded import InstanceStart

    if version is None and version_tag is not None:
        version = context.rooms.engine.versions.of_tag(ProcessId(process_id), version_tag)
    outcomes = context.rooms.engine.instances.start_many(
        ProcessId(process_id),
        [InstanceStart(variables=one.variables, business_key=one.business_key) for one in starts],
        version=version,
        actor=context.principal.name,
        traceparent=telemetry.CURRENT.get(),
    )
    started: list[StartedOne] = []
    refused: list[RefusedStart] = []
    for number, outcome in enumerate(outcomes):
        if isinstance(outcome, TaktloomError):
            refused.append(refused_start(number, outcome))
        else:
            key, business_key = outcome.instance_key, outcome.business_key
            started.append(StartedOne(number=number, instance_key=key, business_key=business_key))
    return Started(started=tuple(started), refused=tuple(refused))


def refused_start(number: int, error: TaktloomError) -> RefusedStart:
    """The answer for one start that was refused."""
    return RefusedStart(number=number, code=error.code, detail=error.cause)


@use_case(Permission.INSTANCE_VIEW)
def list_instances(context: Context, *, query: InstanceQuery) -> Page[InstanceSummary]:
    """Instances, newest first."""
    return context.rooms.engine.instances.search(query)


@use_case(Permission.INSTANCE_VIEW)
def show_instance(context: Context, *, instance_key: str) -> InstanceDetail:
    """Everything on the instance's page."""
    return context.rooms.engine.instances.detail(InstanceKey(instance_key))


@use_case(Permission.INSTANCE_OPERATE)
def cancel_instance(context: Context, *, instance_key: str, reason: str = "") -> None:
    """End it now."""
    context.rooms.engine.instances.cancel(InstanceKey(instance_key), reason=reason, actor=context.principal.name)
    context.audit("cancel-instance", f"instance {instance_key}", reason=reason)


@use_case(Permission.INSTANCE_OPERATE)
def set_variables(
    context: Context,
    *,
    instance_key: str,
    variables: Mapping[str, FeelValue],
    element_id: str | None = None,
    reason: str = "",
) -> None:
    """Set variables; the audit trail names them, never their values."""
    context.rooms.engine.instances.set_variables(
        InstanceKey(instance_key),
        variables,
        element_id=None if element_id is None else ElementId(element_id),
        reason=reason,
        actor=context.principal.name,
    )
    names = ", ".join(sorted(variables))
    context.audit("set-variables", f"instance {instance_key}", reason=f"{names}: {reason}" if reason else names)


@use_case(Permission.INSTANCE_OPERATE)
def activate_activities(
    context: Context, *, instance_key: str, element_ids: tuple[str, ...], variables: Mapping[str, FeelValue]
) -> None:
    """Start activities of an ad-hoc sub-process that is active in the instance."""
    context.rooms.engine.instances.activate(
        InstanceKey(instance_key),
        tuple(ElementId(element_id) for element_id in element_ids),
        variables,
        actor=context.principal.name,
    )
    context.audit("activate-activities", f"instance {instance_key}", reason=", ".join(element_ids))


@use_case(Permission.INSTANCE_VIEW)
def list_events(context: Context, *, instance_key: str) -> tuple[Event, ...]:
    """Its rows of the event log."""
    return context.rooms.engine.instances.events(InstanceKey(instance_key))


@use_case(Permission.INSTANCE_VIEW)
def list_journal(
    context: Context, *, instance_key: str, cursor: str | None = None, limit: int = 100
) -> Page[JournalRow]:
    """Its journal, oldest first."""
    page = context.rooms.engine.instances.journal(InstanceKey(instance_key), cursor=cursor, limit=limit)
    rows = tuple(
        JournalRow(
            sequence=entry.sequence,
            occurred_at=entry.occurred_at,
            kind=entry.kind,
            actor=entry.actor,
            payload=json.loads(entry.payload),
        )
        for entry in page.items
    )
    return Page(items=rows, next_cursor=page.next_cursor, total=page.total)
