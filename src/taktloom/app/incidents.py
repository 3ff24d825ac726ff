# SPDX-License-Identifier: Apache-2.0
"""Incidents."""

from collections.abc import Mapping
from dataclasses import dataclass

from taktloom.app.context import Context, use_case
from taktloom.app.unwired import not_wired
from taktloom.assure.permissions import Permission
from taktloom.model.operations import IncidentView, Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """resolved: ids; refused: ids with the cause."""

    resolved: tuple[str, ...]
    refused: Mapping[str, str]


@use_case(Permission.INSTANCE_VIEW)
def list_incidents(
    context: Context, *, process_id: str | None, state: str, cursor: str | None, limit: int
) -> Page[IncidentView]:
    """List."""
    not_wired()


@use_case(Permission.INSTANCE_OPERATE)
def resolve_incident(
    context: Context, *, incident_id: str, variables: Mapping[str, object] | None, reason: str
) -> None:
    """Resolve."""
    not_wired()


@use_case(Permission.INSTANCE_OPERATE)
def resolve_incidents(context: Context, *, incident_ids: tuple[str, ...], reason: str) -> Resolved:
    """Resolve many."""
    not_wired()
