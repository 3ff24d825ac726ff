# SPDX-License-Identifier: Apache-2.0
"""Process instances."""

from collections.abc import Mapping

from taktloom.app.context import Context, use_case
from taktloom.app.unwired import not_wired
from taktloom.assure.permissions import Permission
from taktloom.model.events import Event
from taktloom.model.operations import InstanceDetail, InstanceQuery, InstanceSummary, Page


@use_case(Permission.INSTANCE_START)
def start_instance(
    context: Context,
    *,
    process_id: str,
    variables: Mapping[str, object],
    business_key: str | None = None,
    version: int | None = None,
) -> InstanceSummary:
    """Start."""
    not_wired()


@use_case(Permission.INSTANCE_VIEW)
def list_instances(context: Context, *, query: InstanceQuery) -> Page[InstanceSummary]:
    """List."""
    not_wired()


@use_case(Permission.INSTANCE_VIEW)
def show_instance(context: Context, *, instance_key: str) -> InstanceDetail:
    """Show."""
    not_wired()


@use_case(Permission.INSTANCE_OPERATE)
def cancel_instance(context: Context, *, instance_key: str, reason: str) -> None:
    """Cancel."""
    not_wired()


@use_case(Permission.INSTANCE_OPERATE)
def set_variables(
    context: Context, *, instance_key: str, variables: Mapping[str, object], element_id: str | None, reason: str
) -> None:
    """Set."""
    not_wired()


@use_case(Permission.INSTANCE_VIEW)
def list_events(context: Context, *, instance_key: str) -> tuple[Event, ...]:
    """Events."""
    not_wired()


@use_case(Permission.INSTANCE_VIEW)
def list_journal(context: Context, *, instance_key: str, cursor: str | None, limit: int) -> Page[object]:
    """Journal."""
    not_wired()
