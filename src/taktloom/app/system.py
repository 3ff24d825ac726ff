# SPDX-License-Identifier: Apache-2.0
"""Health, what this installation is, and the audit trail."""

from dataclasses import dataclass

import apsw

from taktloom import __version__
from taktloom.app.context import Access, Context, use_case
from taktloom.app.demo_state import DemoState, read_demo_state
from taktloom.app.service_accounts import SCOPES
from taktloom.assure.permissions import Permission
from taktloom.assure.records import AuditEntry
from taktloom.model.cursors import number_of_cursor
from taktloom.model.operations import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The server answers."""

    status: str = "ok"
    version: str = __version__


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is taken from outside at most."""

    upload_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemInfo:
    """data_folder: empty for those who may not see it."""

    version: str
    data_folder: str
    zone: str
    limits: Limits
    sqlite_version: str
    scopes: tuple[str, ...]
    demo: DemoState | None


@use_case(Access.PUBLIC)
def check_health(context: Context) -> Health:
    """Ready to serve: the identity store answers."""
    context.rooms.identity.has_users()
    return Health()


@use_case(Access.SIGNED_IN)
def describe_system(context: Context) -> SystemInfo:
    """Version, limits, zone."""
    may_see = Permission.SYSTEM_VIEW in context.principal.permissions
    settings = context.rooms.settings
    return SystemInfo(
        version=__version__,
        data_folder=str(settings.data.resolve()) if may_see else "",
        zone=settings.zone,
        limits=Limits(upload_bytes=settings.upload_bytes),
        sqlite_version=apsw.sqlite_lib_version(),
        scopes=SCOPES,
        demo=read_demo_state(context.rooms),
    )


@use_case(Permission.SYSTEM_VIEW)
def list_audit(context: Context, *, cursor: str | None = None, limit: int = 100) -> Page[AuditEntry]:
    """Audit entries, newest first."""
    return context.rooms.identity.list_audit(before=number_of_cursor(cursor), limit=limit)
