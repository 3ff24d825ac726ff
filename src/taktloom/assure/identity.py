# SPDX-License-Identifier: Apache-2.0
"""The identity store: users, sessions, one-time links, throttling, service accounts and the audit trail.

One SQLite file, `identity.db`. Sign-in is throttled by user name and by address, and the count is stored, so that a
restart does not give an attacker a fresh start. A name that does not exist is counted and answered like one that does.
"""

import hashlib
import ipaddress
import json
import threading
import unicodedata
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import apsw

from taktloom.assure.passwords import Passwords
from taktloom.assure.permissions import Role, Scope
from taktloom.assure.records import (
    ONE_TIME_LIFETIME,
    SESSION_IDLE,
    SESSION_LIFETIME,
    AuditEntry,
    OneTimeTicket,
    ServiceAccount,
    User,
    UserSession,
)
from taktloom.assure.tokens import hash_token, make_id, make_key, make_token, shown_part
from taktloom.model.errors import ConflictError, NotAuthenticatedError, NotFoundError, RateExceededError
from taktloom.model.identifiers import DEFAULT_TENANT, TenantId
from taktloom.model.operations import Page
from taktloom.storage import (
    Row,
    SqliteSession,
    data_version,
    load_migrations,
    load_queries,
    migrate,
    open_connection,
    to_micros,
    to_micros_or_none,
    transaction,
)

THROTTLE_WINDOW = timedelta(minutes=15)
FAILURES_PER_USER = 10
FAILURES_PER_ADDRESS = 50
_NO_SESSION = ""
_TOUCH_EVERY = timedelta(minutes=1)
_PUT_RIGHT = timedelta(minutes=1)  # clocks are set back by so much in passing; beyond it an instant is of a wrong clock
_RECALLED_AT_MOST = 10_000


class SignInRefusedError(NotAuthenticatedError):
    """Name and password do not belong together, or the account is disabled; which of them is not told."""

    code = "TL-2401"


class OneTimeLinkRefusedError(NotAuthenticatedError):
    """The one-time link was used, is too old or never existed."""

    code = "TL-2402"


class SignInThrottledError(RateExceededError):
    """Too many failed sign-ins for this name or from this address."""

    code = "TL-2404"


class KeyRefusedError(NotAuthenticatedError):
    """The API key is unknown, revoked or expired."""

    code = "TL-2405"


class UsernameTakenError(ConflictError):
    """Another user has this name."""

    code = "TL-2406"


class LastAdminError(ConflictError):
    """The change would leave nobody who can administer."""

    code = "TL-2407"


class IdentityStore:
    """Users, sessions, keys and audit of one tenant. Safe to call from several threads."""

    def __init__(
        self,
        path: Path | str,
        *,
        clock: Callable[[], datetime],
        passwords: Passwords | None = None,
        tenant_id: TenantId = DEFAULT_TENANT,
    ) -> None:
        connection = open_connection(path)
        migrate(connection, load_migrations("taktloom.assure"), path=path if isinstance(path, Path) else None)
        self._session = SqliteSession(connection, load_queries("taktloom.assure", "sql"))
        self._lock = threading.RLock()
        self._clock, self._passwords, self._tenant = clock, passwords or Passwords(), tenant_id
        self._recalled: dict[str, ServiceAccount] = {}  # by the key's hash, as of the file's version _recalled_at
        self._recalled_at = -1

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._session.close()

    # users

    def has_users(self) -> bool:
        """False on a fresh data folder."""
        with self._lock:
            return self._session.count("count_users", tenant_id=self._tenant) > 0

    def list_users(self) -> tuple[User, ...]:
        """All users by name."""
        with self._lock:
            return tuple(_user(row) for row in self._session.all("all_users", tenant_id=self._tenant))

    def find_user(self, username: str) -> User | None:
        """The user of that name, without regard to case."""
        row = self._user_row(username)
        return None if row is None else _user(row)

    def load_user(self, user_id: str) -> User:
        """The user, or NotFoundError."""
        with self._lock:
            row = self._session.first("user_by_id", tenant_id=self._tenant, user_id=user_id)
        if row is None:
            raise NotFoundError(f"There is no user {user_id}.", remedy="List the users.", parameters={"id": user_id})
        return _user(row)

    def add_user(
        self,
        username: str,
        *,
        display_name: str = "",
        roles: tuple[Role, ...] = (),
        groups: tuple[str, ...] = (),
        password: str | None = None,
    ) -> User:
        """Add a user. Raises UsernameTakenError or WeakPasswordError."""
        password_hash = None if password is None else self._passwords.make_hash(password, username=username)
        user_id = make_id()
        with self._lock, self._transaction():
            added = self._user_row(username) is None and self._session.run(
                "insert_user",
                tenant_id=self._tenant,
                user_id=user_id,
                username=username,
                username_folded=folded(username),
                display_name=display_name or username,
                password_hash=password_hash,
                roles=json.dumps([role.value for role in roles]),
                groups=json.dumps(list(groups)),
                created_at=to_micros(self._clock()),
            )
        if not added:
            raise UsernameTakenError(
                f"There is a user {username} already.", remedy="Choose another name.", parameters={"username": username}
            )
        return self.load_user(user_id)

    def save_user(self, user: User) -> User:
        """Keep what may change of a user; ends the sessions of a disabled one. Raises LastAdminError."""
        with self._lock, self._transaction():
            self._require_admin_left(user)
            self._session.run(
                "update_user",
                tenant_id=self._tenant,
                user_id=user.user_id,
                display_name=user.display_name,
                roles=json.dumps([role.value for role in user.roles]),
                groups=json.dumps(list(user.groups)),
                language=user.language,
                theme=user.theme,
                is_disabled=int(user.is_disabled),
            )
            if user.is_disabled:
                self._end_access(user.user_id)
        return self.load_user(user.user_id)

    def is_password_right(self, user: User, password: str) -> bool:
        """Whether this is the user's present password. Raises SignInThrottledError: it could be guessed here too."""
        subjects = (_subject("user", folded(user.username)),)
        self._require_patience(subjects)
        row = self._user_row(user.username)
        is_right = row is not None and self._passwords.is_right(password, row.text_or_none("password_hash"))
        if not is_right:
            self._count_failure(subjects)
        return is_right

    def set_password(self, user: User, password: str, *, kept_session_id: str = _NO_SESSION) -> None:
        """Set the password and end all sessions but the kept one. Raises WeakPasswordError."""
        password_hash = self._passwords.make_hash(password, username=user.username)
        with self._lock, self._transaction():
            self._set_hash(user, password_hash)
            self._end_access(user.user_id, kept_session_id=kept_session_id)

    def reset_user(self, user: User) -> OneTimeTicket:
        """Take the password away, end all sessions and give a one-time ticket."""
        with self._lock, self._transaction():
            self._set_hash(user, None)
            self._end_access(user.user_id)
        return self.issue_one_time_ticket(user)

    # sign-in

    def sign_in(self, username: str, password: str, *, address: str) -> UserSession:
        """Begin a session. Raises SignInThrottledError or SignInRefusedError."""
        subjects = (_subject("user", folded(username)), _subject("address", network_of(address)))
        self._require_patience(subjects)
        row = self._user_row(username)
        is_right = self._passwords.is_right(password, None if row is None else row.text_or_none("password_hash"))
        with self._lock:
            self._require_patience(subjects)  # once more: many attempts at a time must not learn more than a few do
            if row is None or not is_right or row.integer("is_disabled"):
                self._count_failure(subjects)
                raise SignInRefusedError(
                    "The name and password do not belong together.", remedy="Check both and try again."
                )
        self._forget_failures(subjects[0])
        return self._begin_session(_user(row))

    def issue_one_time_ticket(self, user: User) -> OneTimeTicket:
        """A token that lets *user* in once within 15 minutes; earlier ones of this user end."""
        token, now = make_token(), self._clock()
        expires_at = now + ONE_TIME_LIFETIME
        at = to_micros(now)
        with self._lock, self._transaction():
            self._session.run("delete_one_time_tokens_of_user", tenant_id=self._tenant, user_id=user.user_id, at=at)
            self._session.run(
                "insert_one_time_token",
                tenant_id=self._tenant,
                token_hash=hash_token(token),
                user_id=user.user_id,
                created_at=at,
                expires_at=to_micros(expires_at),
            )
        return OneTimeTicket(token=token, expires_at=expires_at)

    def sign_in_once(self, token: str, *, address: str) -> UserSession:
        """Begin a session by a one-time token, which ends with it. Raises OneTimeLinkRefusedError."""
        subject = _subject("address", network_of(address))
        self._require_patience((subject,))
        token_hash, now = hash_token(token), self._clock()
        terms = {"at": to_micros(now), "latest": to_micros(now + _PUT_RIGHT)}
        with self._lock, self._transaction():
            row = self._session.first("one_time_token", tenant_id=self._tenant, token_hash=token_hash, **terms)
            used = self._session.run("delete_one_time_token", tenant_id=self._tenant, token_hash=token_hash)
        user = None if row is None or used == 0 else self.load_user(row.text("user_id"))
        if user is None or user.is_disabled:
            self._count_failure((subject,))
            raise OneTimeLinkRefusedError(
                "The one-time link was used already or is too old.",
                remedy="Ask for a new one: `taktloom user reset NAME` prints it.",
            )
        return self._begin_session(user)

    def find_session(self, token: str) -> UserSession | None:
        """The valid session of *token*, None when it has ended."""
        session_id, now = hash_token(token), self._clock()
        with self._lock:
            row = self._session.first(
                "user_of_session", tenant_id=self._tenant, session_id=session_id, at=to_micros(now)
            )
            if row is not None:
                began_at = min(row.integer("began_at"), to_micros(now))
                if row.integer("began_at") > to_micros(now + _PUT_RIGHT):
                    self._touch("begin_future_sessions_now", at=began_at, latest=to_micros(now + _PUT_RIGHT))
                ends_at = min(to_micros(now + SESSION_IDLE), began_at + _micros(SESSION_LIFETIME))
                if abs(ends_at - row.integer("ends_at")) > _micros(_TOUCH_EVERY):
                    self._touch("extend_session", session_id=session_id, ends_at=ends_at)
        return None if row is None else UserSession(session_id=session_id, token=token, user=_user(row))

    def end_session_of(self, token: str) -> None:
        """End the session of *token*, if there is one."""
        self.end_session(hash_token(token))

    def end_session(self, session_id: str) -> None:
        """End one session."""
        with self._lock:
            self._session.run("delete_session", tenant_id=self._tenant, session_id=session_id)

    def end_sessions(self, user_id: str) -> None:
        """End all sessions of a user, and open one-time links with them."""
        with self._lock, self._transaction():
            self._end_access(user_id)

    # service accounts

    def add_service_account(
        self,
        name: str,
        *,
        job_types: tuple[str, ...],
        routes: tuple[Scope, ...],
        created_by: str | None = None,
        expires_at: datetime | None = None,
    ) -> tuple[ServiceAccount, str]:
        """Add an account; it and its key, which is known only now."""
        key, account_id = make_key(), make_id()
        with self._lock:
            self._session.run(
                "insert_service_account",
                tenant_id=self._tenant,
                account_id=account_id,
                name=name,
                key_hash=hash_token(key),
                key_prefix=shown_part(key),
                job_types=json.dumps(list(job_types)),
                routes=json.dumps([scope.value for scope in routes]),
                created_at=to_micros(self._clock()),
                created_by=created_by,
                expires_at=to_micros_or_none(expires_at),
            )
        return self.load_service_account(account_id), key

    def list_service_accounts(self) -> tuple[ServiceAccount, ...]:
        """All accounts, oldest first, revoked ones included."""
        with self._lock:
            rows = self._session.all("all_service_accounts", tenant_id=self._tenant)
        return tuple(_account(row) for row in rows)

    def load_service_account(self, account_id: str) -> ServiceAccount:
        """The account, or NotFoundError."""
        with self._lock:
            row = self._session.first("service_account_by_id", tenant_id=self._tenant, account_id=account_id)
        if row is None:
            raise NotFoundError(
                f"There is no service account {account_id}.",
                remedy="List the service accounts.",
                parameters={"id": account_id},
            )
        return _account(row)

    def revoke_service_account(self, account_id: str) -> None:
        """End a key now; revoking twice changes nothing."""
        self.load_service_account(account_id)
        with self._lock:
            self._session.run(
                "revoke_service_account", tenant_id=self._tenant, account_id=account_id, at=to_micros(self._clock())
            )
            self._recalled.clear()

    def use_key(self, key: str) -> ServiceAccount:
        """The account behind a valid key. Raises KeyRefusedError."""
        now = self._clock()
        with self._lock:
            version = data_version(self._session.connection)  # before the row: what is written between is noticed
            row = self._session.first(
                "service_account_by_key", tenant_id=self._tenant, key_hash=hash_token(key), at=to_micros(now)
            )
            if row is None:
                raise KeyRefusedError(
                    "The API key is unknown, revoked or expired.", remedy="Ask an administrator for a new key."
                )
            account = _account(row)
            if account.last_used_at is None or abs(now - account.last_used_at) > _TOUCH_EVERY:
                self._touch("touch_service_account", account_id=account.account_id, at=to_micros(now))
                account = replace(account, last_used_at=now)
            if version != self._recalled_at or len(self._recalled) >= _RECALLED_AT_MOST:
                self._recalled.clear()
            self._recalled[hash_token(key)], self._recalled_at = account, version
        return account

    def recall_key(self, key: str) -> ServiceAccount | None:
        """The account of a key that was used in the last minute, unless something has changed since; never waits."""
        if not self._lock.acquire(blocking=False):
            return None
        try:
            account = self._recalled.get(hash_token(key))
            if account is None or data_version(self._session.connection) != self._recalled_at:
                return None
        finally:
            self._lock.release()
        now = self._clock()
        is_over = account.expires_at is not None and account.expires_at <= now
        is_unseen = account.last_used_at is None or abs(now - account.last_used_at) > _TOUCH_EVERY
        return None if is_over or is_unseen else account

    # audit

    def append_audit(self, *, actor: str, action: str, target: str, reason: str = "") -> None:
        """Write one entry; entries are never changed."""
        with self._lock:
            self._session.run(
                "insert_audit_entry",
                tenant_id=self._tenant,
                at=to_micros(self._clock()),
                actor=actor,
                action=action,
                target=target,
                reason=reason,
            )

    def list_audit(self, *, before: int | None = None, limit: int = 100) -> Page[AuditEntry]:
        """Entries, newest first; before: the cursor of the last page."""
        with self._lock:
            rows = self._session.all("audit_entries", tenant_id=self._tenant, before=before or 2**62, many=limit + 1)
        entries = tuple(_entry(row) for row in rows[:limit])
        return Page(items=entries, next_cursor=str(entries[-1].entry_id) if len(rows) > limit else None)

    # inside

    def _transaction(self) -> AbstractContextManager[apsw.Connection]:
        return transaction(self._session.connection)

    def _user_row(self, username: str) -> Row | None:
        with self._lock:
            for name in dict.fromkeys((folded(username), username.casefold())):  # the second as older versions kept it
                row = self._session.first("user_by_name", tenant_id=self._tenant, username_folded=name)
                if row is not None:
                    return row
        return None

    def _set_hash(self, user: User, password_hash: str | None) -> None:
        self._session.run(
            "set_password_hash", tenant_id=self._tenant, user_id=user.user_id, password_hash=password_hash
        )

    def _end_access(self, user_id: str, *, kept_session_id: str = _NO_SESSION) -> None:
        self._session.run(
            "delete_sessions_of_user", tenant_id=self._tenant, user_id=user_id, kept_session_id=kept_session_id
        )
        self._session.run(
            "delete_one_time_tokens_of_user",
            tenant_id=self._tenant,
            user_id=user_id,
            at=to_micros(self._clock()),
        )

    def _touch(self, statement: str, **values: str | int) -> None:
        """Note that somebody is there: a disk that takes no writes keeps nobody from reading."""
        with suppress(apsw.FullError, apsw.ReadOnlyError, apsw.IOError, apsw.CantOpenError):
            self._session.run(statement, tenant_id=self._tenant, **values)

    def _begin_session(self, user: User) -> UserSession:
        token, now = make_token(), self._clock()
        session_id, at = hash_token(token), to_micros(now)
        latest = to_micros(now + _PUT_RIGHT)
        with self._lock, self._transaction():
            self._session.run("delete_expired_sessions", tenant_id=self._tenant, at=at)
            self._session.run("begin_future_sessions_now", tenant_id=self._tenant, at=at, latest=latest)
            self._session.run(
                "insert_session",
                tenant_id=self._tenant,
                session_id=session_id,
                user_id=user.user_id,
                created_at=at,
                expires_at=to_micros(now + SESSION_IDLE),
            )
            self._session.run("set_last_sign_in", tenant_id=self._tenant, user_id=user.user_id, at=at)
        return UserSession(session_id=session_id, token=token, user=self.load_user(user.user_id))

    def _require_patience(self, subjects: tuple[str, ...]) -> None:
        now = self._clock()
        terms = {"after": to_micros(now - THROTTLE_WINDOW), "latest": to_micros(now + _PUT_RIGHT)}
        for subject in subjects:
            allowed = FAILURES_PER_USER if subject.startswith("user:") else FAILURES_PER_ADDRESS
            with self._lock:
                failures = self._session.all(
                    "failed_sign_ins", tenant_id=self._tenant, subject=subject, many=allowed, **terms
                )
            if len(failures) < allowed:
                continue
            wait = failures[-1].instant("failed_at") + THROTTLE_WINDOW - now
            minutes = max(1, -(-int(wait.total_seconds()) // 60))
            raise SignInThrottledError(
                "Too many failed sign-ins.",
                remedy=f"Try again in {minutes} min, or use a one-time link.",
                parameters={"minutes": str(minutes)},
            )

    def _count_failure(self, subjects: tuple[str, ...]) -> None:
        with self._lock, self._transaction():
            for subject in subjects:
                self._session.run(
                    "insert_failed_sign_in",
                    tenant_id=self._tenant,
                    subject=subject,
                    failed_at=to_micros(self._clock()),
                )

    def _forget_failures(self, subject: str) -> None:
        before = to_micros(self._clock() - THROTTLE_WINDOW)
        with self._lock:
            self._session.run("forget_failed_sign_ins", tenant_id=self._tenant, subject=subject, before=before)

    def _require_admin_left(self, user: User) -> None:
        if Role.ADMIN in user.roles and not user.is_disabled:
            return
        if Role.ADMIN not in self.load_user(user.user_id).roles:
            return
        if self._session.count("count_other_admins", tenant_id=self._tenant, user_id=user.user_id) == 0:
            raise LastAdminError(
                "This is the last administrator.", remedy="Give another user the role admin before this change."
            )


def folded(username: str) -> str:
    """The form in which names are compared: without regard to case, to how accents are composed, or to width.

    As identifiers in Unicode Standard Annex 31, section 5: what looks alike to a machine's normal form is one name.
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", username).casefold())


def network_of(address: str) -> str:
    """What attempts are counted by: an IPv4 address, or the /64 of an IPv6 one, which is one customer's."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((int(found) >> 64 << 64, 64)))


def _subject(kind: str, value: str) -> str:
    return f"{kind}:{hashlib.sha256(value.encode()).hexdigest()}"


def _user(row: Row) -> User:
    return User(
        user_id=row.text("user_id"),
        username=row.text("username"),
        display_name=row.text("display_name"),
        roles=tuple(Role(name) for name in json.loads(row.text("roles"))),
        groups=tuple(json.loads(row.text("groups"))),
        language=row.text_or_none("language"),
        theme=row.text_or_none("theme"),
        is_disabled=bool(row.integer("is_disabled")),
        has_password=row.value("password_hash") is not None,
        created_at=row.instant("created_at"),
        last_sign_in_at=row.instant_or_none("last_sign_in_at"),
    )


def _account(row: Row) -> ServiceAccount:
    return ServiceAccount(
        account_id=row.text("account_id"),
        name=row.text("name"),
        key_prefix=row.text("key_prefix"),
        job_types=tuple(json.loads(row.text("job_types"))),
        routes=tuple(Scope(name) for name in json.loads(row.text("routes"))),
        created_at=row.instant("created_at"),
        created_by=row.text_or_none("created_by"),
        expires_at=row.instant_or_none("expires_at"),
        revoked_at=row.instant_or_none("revoked_at"),
        last_used_at=row.instant_or_none("last_used_at"),
    )


def _entry(row: Row) -> AuditEntry:
    return AuditEntry(
        entry_id=row.integer("entry_id"),
        at=row.instant("at"),
        actor=row.text("actor"),
        action=row.text("action"),
        target=row.text("target"),
        reason=row.text("reason"),
    )


def _micros(duration: timedelta) -> int:
    return duration // timedelta(microseconds=1)
