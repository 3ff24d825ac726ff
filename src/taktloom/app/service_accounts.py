# SPDX-License-Identifier: Apache-2.0
"""Service accounts: machines' identities and their keys."""

from dataclasses import dataclass
from datetime import datetime

from taktloom.app.context import Context, Principal, PrincipalKind, use_case
from taktloom.app.wiring import Rooms
from taktloom.assure.permissions import Permission, Scope, permissions_of_scopes
from taktloom.assure.records import ServiceAccount
from taktloom.model.errors import InputRefusedError
from taktloom.model.operations import Page

SCOPES = tuple(scope.value for scope in Scope)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountAdded:
    """A new account and its key, which nobody can read again."""

    account: ServiceAccount
    key: str


def principal_of_key(rooms: Rooms, key: str) -> Principal:
    """Who acts with this key. Raises KeyRefusedError."""
    return _principal(rooms.identity.use_key(key))


def recalled_principal(rooms: Rooms, key: str) -> Principal | None:
    """As above without ever waiting, for a key that was used just now; None where it must be looked up."""
    account = rooms.identity.recall_key(key)
    return None if account is None else _principal(account)


def _principal(account: ServiceAccount) -> Principal:
    return Principal(
        kind=PrincipalKind.SERVICE_ACCOUNT,
        name=principal_name(account.name),
        permissions=permissions_of_scopes(account.routes),
        job_types=frozenset(account.job_types),
        key_id=account.account_id,
    )


def principal_name(account_name: str) -> str:
    """How the account of this name is called where it acts."""
    return f"service account {account_name}"


@use_case(Permission.KEY_ADMIN)
def list_accounts(context: Context) -> Page[ServiceAccount]:
    """All service accounts."""
    accounts = context.rooms.identity.list_service_accounts()
    return Page(items=accounts, total=len(accounts))


@use_case(Permission.KEY_ADMIN)
def add_account(
    context: Context,
    *,
    name: str,
    job_types: tuple[str, ...],
    routes: tuple[str, ...],
    expires_at: datetime | None = None,
) -> AccountAdded:
    """Add a service account; job_types `*` allows all. Raises InputRefusedError for an unknown scope."""
    unknown = [route for route in routes if route not in SCOPES]
    if unknown or not routes:
        raise InputRefusedError(
            f"There is no scope {unknown[0]}." if unknown else "A key without a scope opens nothing.",
            remedy=f"The scopes are {', '.join(SCOPES)}.",
        )
    if expires_at is not None and expires_at <= context.rooms.clock():
        raise InputRefusedError("The key would have expired already.", remedy="Choose a later time.")
    account, key = context.rooms.identity.add_service_account(
        name,
        job_types=job_types,
        routes=tuple(Scope(route) for route in routes),
        created_by=context.principal.name,
        expires_at=expires_at,
    )
    context.audit("add-service-account", f"service account {name}", reason=", ".join(routes))
    return AccountAdded(account=account, key=key)


@use_case(Permission.KEY_ADMIN)
def revoke_account(context: Context, *, account_id: str) -> None:
    """Revoke a key at once."""
    account = context.rooms.identity.load_service_account(account_id)
    context.rooms.identity.revoke_service_account(account_id)
    context.audit("revoke-service-account", f"service account {account.name}")
