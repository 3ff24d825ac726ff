# SPDX-License-Identifier: Apache-2.0
"""Sign-in, users, service accounts, the audit trail."""

from typing import Literal

from pydantic import Field, SecretStr

from taktloom.web.schemas.shared import In, Instant, InstantIn, Out

RoleName = Literal["admin", "engineer", "owner", "case-worker"]
Language = Literal["en", "zh-CN"]
Theme = Literal["system", "light", "dark"]


class SignIn(In):
    username: str = Field(min_length=1, max_length=200)
    password: SecretStr = Field(max_length=1000)


class OneTimeSignIn(In):
    token: SecretStr = Field(max_length=200)


class Me(Out):
    user_id: str
    username: str
    display_name: str
    roles: list[RoleName]
    groups: list[str]
    language: Language | None
    theme: Theme | None
    has_password: bool


class SessionOut(Out):
    user: Me
    permissions: list[str]
    csrf_token: str


class PasswordChange(In):
    """old_password may be left out while the account has none yet (first sign-in by one-time link)."""

    old_password: SecretStr | None = Field(default=None, max_length=1000)
    new_password: SecretStr = Field(max_length=1000)


class MeChange(In):
    display_name: str | None = Field(default=None, min_length=1, max_length=200)
    language: Language | None = None
    theme: Theme | None = None


class UserOut(Out):
    user_id: str
    username: str
    display_name: str
    roles: list[RoleName]
    groups: list[str]
    is_disabled: bool
    created_at: Instant
    last_sign_in_at: Instant | None


class UserIn(In):
    username: str = Field(min_length=1, max_length=64)
    display_name: str = Field(default="", max_length=200)
    roles: list[RoleName] = Field(default_factory=list, max_length=10)
    groups: list[str] = Field(default_factory=list, max_length=100)
    password: SecretStr | None = Field(default=None, max_length=1000)


class UserCreated(Out):
    """one_time_link: the first way in when no password was given; shown once."""

    user: UserOut
    one_time_link: str | None


class UserChange(In):
    roles: list[RoleName] | None = Field(default=None, max_length=10)
    groups: list[str] | None = Field(default=None, max_length=100)
    is_disabled: bool | None = None
    display_name: str | None = Field(default=None, min_length=1, max_length=200)


class OneTimeLink(Out):
    one_time_link: str
    expires_at: Instant


class ServiceAccountOut(Out):
    account_id: str
    name: str
    key_prefix: str
    job_types: list[str]
    routes: list[str]
    created_at: Instant
    created_by: str | None
    expires_at: Instant | None
    revoked_at: Instant | None
    last_used_at: Instant | None


class ServiceAccountIn(In):
    """job_types: which jobs it may work on, `*` for all. routes: areas of the interface it may call, see `/system`."""

    name: str = Field(min_length=1, max_length=100)
    job_types: list[str] = Field(default_factory=list, max_length=200)
    routes: list[str] = Field(default_factory=lambda: ["jobs"], max_length=50)
    expires_at: InstantIn | None = None


class ServiceAccountCreated(Out):
    account: ServiceAccountOut
    key: str


class AuditEntryOut(Out):
    entry_id: int
    at: Instant
    actor: str
    action: str
    target: str
    reason: str
