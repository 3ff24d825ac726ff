# SPDX-License-Identifier: Apache-2.0
"""People, machines and their traces, as records."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from taktloom.assure.permissions import Role, Scope
from taktloom.assure.tokens import csrf_token, is_same

SESSION_LIFETIME = timedelta(days=14)
SESSION_IDLE = timedelta(days=1)  # a session that nobody uses for so long ends
ONE_TIME_LIFETIME = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person with an account. has_password False: only a one-time link lets them in."""

    user_id: str
    username: str
    display_name: str
    roles: tuple[Role, ...]
    groups: tuple[str, ...]
    language: str | None
    theme: str | None
    is_disabled: bool
    has_password: bool
    created_at: datetime
    last_sign_in_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSession:
    """A valid session. token: the secret itself, only in memory."""

    session_id: str
    token: str
    user: User

    @property
    def csrf_token(self) -> str:
        """What changing requests of this session must bring."""
        return csrf_token(self.token)

    def has_csrf_token(self, candidate: str) -> bool:
        """Whether *candidate* is this session's CSRF token."""
        return is_same(candidate, self.csrf_token)


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTimeTicket:
    """A one-time sign-in token, shown once."""

    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAccount:
    """A machine's identity. job_types: `*` for all. routes: scopes."""

    account_id: str
    name: str
    key_prefix: str
    job_types: tuple[str, ...]
    routes: tuple[Scope, ...]
    created_at: datetime
    created_by: str | None
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Who did what to what, and why."""

    entry_id: int
    at: datetime
    actor: str
    action: str
    target: str
    reason: str
