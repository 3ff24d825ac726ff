# SPDX-License-Identifier: Apache-2.0
"""Sign-in, one's own account, users."""

from dataclasses import dataclass, replace
from datetime import timedelta

from taktloom.app.context import Access, Context, Principal, use_case, user_principal
from taktloom.app.wiring import Rooms
from taktloom.assure.identity import SignInRefusedError
from taktloom.assure.permissions import Permission, Role
from taktloom.assure.records import SESSION_LIFETIME, OneTimeTicket, User, UserSession
from taktloom.model.errors import InputRefusedError, MisuseError, NotFoundError
from taktloom.model.operations import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session just begun. token: goes into the cookie and nowhere else."""

    user: User
    principal: Principal
    token: str
    csrf_token: str
    lifetime: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Myself:
    """The signed-in person and the CSRF token of the session."""

    user: User
    csrf_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What an administrator says of a new user."""

    display_name: str = ""
    roles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UserChange:
    """None: as it is."""

    roles: tuple[str, ...] | None = None
    groups: tuple[str, ...] | None = None
    is_disabled: bool | None = None
    display_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserAdded:
    """A new user; the token when there is no password."""

    user: User
    one_time_token: str | None


def find_session(rooms: Rooms, token: str) -> UserSession | None:
    """The session of a cookie, None when it has ended."""
    return rooms.identity.find_session(token)


def principal_of_session(session: UserSession) -> Principal:
    """Who acts in this session."""
    user = session.user
    principal = user_principal(user_id=user.user_id, username=user.username, roles=user.roles, groups=user.groups)
    return replace(principal, session=session)


def one_time_link(base_url: str, token: str) -> str:
    """The address that signs in once; the token stands after `#`, so that no server or proxy log keeps it."""
    return f"{base_url.rstrip('/')}/sign-in#token={token}"


@use_case(Access.PUBLIC)
def sign_in(context: Context, *, username: str, password: str, address: str, replaced: str | None = None) -> SignedIn:
    """Sign in by password. replaced: the token of the session that this browser had, which ends."""
    try:
        session = context.rooms.identity.sign_in(username, password, address=address)
    except SignInRefusedError:
        context.audit("sign-in-refused", "user", reason=f"from {address}")
        raise
    return _signed_in(context, session, action="sign-in", replaced=replaced)


@use_case(Access.PUBLIC)
def sign_in_once(context: Context, *, token: str, address: str, replaced: str | None = None) -> SignedIn:
    """Sign in by one-time token. replaced: as with a password."""
    session = context.rooms.identity.sign_in_once(token, address=address)
    return _signed_in(context, session, action="sign-in-once", replaced=replaced)


@use_case(Access.SIGNED_IN)
def show_me(context: Context) -> Myself:
    """Who am I."""
    session = _own_session(context)
    return Myself(user=session.user, csrf_token=session.csrf_token)


@use_case(Access.SIGNED_IN)
def sign_out(context: Context) -> None:
    """End this session."""
    session = _own_session(context)
    context.rooms.identity.end_session(session.session_id)
    context.audit("sign-out", _target(session.user))


@use_case(Access.SIGNED_IN)
def sign_out_everywhere(context: Context) -> None:
    """End all own sessions."""
    session = _own_session(context)
    context.rooms.identity.end_sessions(session.user.user_id)
    context.audit("sign-out-everywhere", _target(session.user))


@use_case(Access.SIGNED_IN)
def change_password(context: Context, *, old_password: str | None, new_password: str) -> None:
    """Change the own password; the old one is asked for where there is one."""
    session, identity = _own_session(context), context.rooms.identity
    if session.user.has_password and not identity.is_password_right(session.user, old_password or ""):
        raise InputRefusedError("The old password is wrong.", remedy="Type the present password.")
    identity.set_password(session.user, new_password, kept_session_id=session.session_id)
    context.audit("change-password", _target(session.user))


@use_case(Access.SIGNED_IN)
def change_me(
    context: Context, *, display_name: str | None = None, language: str | None = None, theme: str | None = None
) -> User:
    """Change own name, language, theme; None: as it is."""
    user = _own_session(context).user
    return context.rooms.identity.save_user(
        replace(
            user,
            display_name=display_name or user.display_name,
            language=language or user.language,
            theme=theme or user.theme,
        )
    )


@use_case(Permission.USER_ADMIN)
def list_users(context: Context) -> Page[User]:
    """All users."""
    users = context.rooms.identity.list_users()
    return Page(items=users, total=len(users))


@use_case(Permission.USER_ADMIN)
def add_user(context: Context, *, username: str, profile: Profile, password: str | None = None) -> UserAdded:
    """Add a user; without a password a one-time token is made."""
    identity = context.rooms.identity
    user = identity.add_user(
        _username(username),
        display_name=profile.display_name,
        roles=_roles(profile.roles),
        groups=profile.groups,
        password=password,
    )
    context.audit("add-user", _target(user), reason=", ".join(user.roles))
    token = None if password is not None else identity.issue_one_time_ticket(user).token
    return UserAdded(user=user, one_time_token=token)


@use_case(Permission.USER_ADMIN)
def change_user(context: Context, *, user_id: str, change: UserChange) -> User:
    """Change roles, groups, name; disable or enable."""
    identity = context.rooms.identity
    user = identity.load_user(user_id)
    changed = identity.save_user(
        replace(
            user,
            roles=user.roles if change.roles is None else _roles(change.roles),
            groups=user.groups if change.groups is None else change.groups,
            is_disabled=user.is_disabled if change.is_disabled is None else change.is_disabled,
            display_name=change.display_name or user.display_name,
        )
    )
    context.audit("change-user", _target(user), reason=_difference(user, changed))
    return changed


@use_case(Permission.USER_ADMIN)
def reset_user(context: Context, *, user_id: str) -> OneTimeTicket:
    """Take the password away and give a one-time token."""
    user = context.rooms.identity.load_user(user_id)
    ticket = context.rooms.identity.reset_user(user)
    context.audit("reset-user", _target(user))
    return ticket


@use_case(Permission.USER_ADMIN)
def find_user(context: Context, *, username: str) -> User:
    """The user of that name. Raises NotFoundError."""
    user = context.rooms.identity.find_user(username)
    if user is None:
        raise NotFoundError(
            f"There is no user {username}.", remedy="`taktloom user list` shows them.", parameters={"id": username}
        )
    return user


@use_case(Permission.USER_ADMIN)
def require_admin(context: Context) -> User:
    """An enabled administrator; a folder without users gets the user `admin`, without a password."""
    identity = context.rooms.identity
    users = identity.list_users()
    if not users:
        user = identity.add_user("admin", display_name="Administrator", roles=(Role.ADMIN,))
        context.audit("add-user", _target(user), reason="first start")
        return user
    return next(user for user in users if Role.ADMIN in user.roles and not user.is_disabled)


@use_case(Permission.USER_ADMIN)
def issue_sign_in_ticket(context: Context) -> OneTimeTicket | None:
    """A one-time ticket for the administrator of a folder that nobody has a password for yet; else None.

    There is no default password: whoever can start the server on the folder gets the first way in.
    """
    if any(user.has_password for user in context.rooms.identity.list_users()):
        return None
    return context.rooms.identity.issue_one_time_ticket(require_admin(context))


def _signed_in(context: Context, session: UserSession, *, action: str, replaced: str | None) -> SignedIn:
    if replaced is not None:
        context.rooms.identity.end_session_of(replaced)
    principal = principal_of_session(session)
    Context(principal=principal, rooms=context.rooms).audit(action, _target(session.user))
    return SignedIn(
        user=session.user,
        principal=principal,
        token=session.token,
        csrf_token=session.csrf_token,
        lifetime=SESSION_LIFETIME,
    )


def _own_session(context: Context) -> UserSession:
    if context.principal.session is None:
        raise MisuseError("Only a person who is signed in has a session.", remedy="Sign in with a user account.")
    return context.principal.session


def _roles(names: tuple[str, ...]) -> tuple[Role, ...]:
    known = {role.value for role in Role}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise InputRefusedError(
            f"There is no role {unknown[0]}.",
            remedy=f"The roles are {', '.join(sorted(known))}.",
            parameters={"role": unknown[0]},
        )
    return tuple(dict.fromkeys(Role(name) for name in names))


def _username(name: str) -> str:
    if name and name == name.strip() and name.isprintable() and len(name) <= 64:
        return name
    raise InputRefusedError(
        "A user name has 1 to 64 printable characters without spaces around.", remedy="Choose another name."
    )


def _target(user: User) -> str:
    return f"user {user.username}"


def _difference(before: User, after: User) -> str:
    names = ("roles", "groups", "is_disabled", "display_name")
    return ", ".join(name for name in names if getattr(before, name) != getattr(after, name))
