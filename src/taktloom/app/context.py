# SPDX-License-Identifier: Apache-2.0
"""Who calls a use case, with what permission, on which rooms.

A use case is a function `(context, …)` marked with `@use_case(permission)`. Calling it checks the permission first, so
that no door can forget to; `app.registry` lists all of them, and a test holds every route and command against the list.
"""

import getpass
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Concatenate, Generic, ParamSpec, TypeAlias, TypeVar

from taktloom.assure.permissions import Permission, Role, permissions_of_roles
from taktloom.assure.records import UserSession
from taktloom.model.errors import NotAuthenticatedError, PermissionDeniedError
from taktloom.model.identifiers import DEFAULT_TENANT, TenantId

if TYPE_CHECKING:
    from taktloom.app.wiring import Rooms

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class PrincipalKind(StrEnum):
    """local: the person at the command line, who owns the data folder's files. anonymous: nobody signed in."""

    USER = "user"
    SERVICE_ACCOUNT = "service-account"
    LOCAL = "local"
    ANONYMOUS = "anonymous"


class Access(StrEnum):
    """For the few use cases that need no permission: open to anybody, or to anyone signed in."""

    PUBLIC = "public"
    SIGNED_IN = "signed-in"


Requirement: TypeAlias = Permission | Access


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who acts. name: as written to the journal. job_types: of a service account, `*` for all; key_id: its key.

    login: of the local operator, the operating system's user; the audit trail names it.
    """

    kind: PrincipalKind
    name: str
    permissions: frozenset[Permission]
    user_id: str | None = None
    login: str | None = None
    session: UserSession | None = None
    groups: tuple[str, ...] = ()
    job_types: frozenset[str] = frozenset()
    key_id: str | None = None
    tenant_id: TenantId = DEFAULT_TENANT

    @property
    def audited_name(self) -> str:
        """As written to the audit trail."""
        return self.name if self.login is None else f"{self.name} ({self.login})"


ANONYMOUS = Principal(kind=PrincipalKind.ANONYMOUS, name="anonymous", permissions=frozenset())
LOCAL_OPERATOR = Principal(
    kind=PrincipalKind.LOCAL,
    name="local operator",
    permissions=frozenset(Permission),
    groups=(),
    job_types=frozenset({"*"}),
)


def local_operator() -> Principal:
    """Whoever runs a command on the data folder: the operating system has let them read it."""
    try:
        login = getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in some containers
        login = str(os.getuid())
    return replace(LOCAL_OPERATOR, login=login)


def user_principal(*, user_id: str, username: str, roles: tuple[Role, ...], groups: tuple[str, ...]) -> Principal:
    """The principal of a signed-in person; roles count as groups too, so that a task may be offered to a role."""
    return Principal(
        kind=PrincipalKind.USER,
        name=username,
        permissions=permissions_of_roles(roles),
        user_id=user_id,
        groups=tuple(dict.fromkeys((*groups, *(role.value for role in roles)))),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What every use case gets: who calls, and the rooms to call."""

    principal: Principal
    rooms: "Rooms"

    def audit(self, action: str, target: str, *, reason: str = "") -> None:
        """Write who did what to what; called after the rooms have done it."""
        self.rooms.identity.append_audit(actor=self.principal.audited_name, action=action, target=target, reason=reason)


@dataclass(frozen=True)
class UseCase(Generic[Parameters, Result]):
    """A use case: calling it requires the permission, then runs the function."""

    requirement: Requirement
    function: Callable[Concatenate[Context, Parameters], Result]

    @property
    def name(self) -> str:
        """Dotted: group and function, such as `logs.delete_log`."""
        return f"{self.function.__module__.rsplit('.', 1)[-1]}.{self.function.__name__}"

    def __call__(self, context: Context, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        require(context.principal, self.requirement)
        return self.function(context, *args, **kwargs)


def use_case(
    requirement: Requirement,
) -> Callable[[Callable[Concatenate[Context, Parameters], Result]], UseCase[Parameters, Result]]:
    """Mark a function of `app` as a use case that requires *requirement*."""

    def mark(function: Callable[Concatenate[Context, Parameters], Result]) -> UseCase[Parameters, Result]:
        return UseCase(requirement=requirement, function=function)

    return mark


def require(principal: Principal, requirement: Requirement) -> None:
    """Raise NotAuthenticatedError or PermissionDeniedError unless *principal* meets *requirement*."""
    if requirement is Access.PUBLIC:
        return
    if principal.kind is PrincipalKind.ANONYMOUS:
        raise NotAuthenticatedError("Nobody is signed in.", remedy="Sign in, or send an API key as Bearer token.")
    if requirement is Access.SIGNED_IN or requirement in principal.permissions:
        return
    raise PermissionDeniedError(
        f"{principal.name} lacks the permission {requirement}.",
        remedy="Ask an administrator for a role that has it.",
        parameters={"permission": requirement.value},
    )
