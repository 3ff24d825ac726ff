# SPDX-License-Identifier: Apache-2.0
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from argon2 import PasswordHasher

from taktloom.assure.identity import (
    FAILURES_PER_ADDRESS,
    FAILURES_PER_USER,
    THROTTLE_WINDOW,
    IdentityStore,
    KeyRefusedError,
    LastAdminError,
    OneTimeLinkRefusedError,
    SignInRefusedError,
    SignInThrottledError,
    UsernameTakenError,
    network_of,
)
from taktloom.assure.passwords import Passwords, WeakPasswordError
from taktloom.assure.permissions import Role, Scope
from taktloom.assure.records import ONE_TIME_LIFETIME, SESSION_IDLE, SESSION_LIFETIME
from taktloom.assure.tokens import hash_token

PASSWORD = "a few words in a row"
ADDRESS = "192.0.2.1"


class SettableClock:
    """Tells the time that a test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def store(tmp_path: Path, clock: SettableClock) -> Iterator[IdentityStore]:
    quick = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    made = IdentityStore(tmp_path / "identity.db", clock=clock, passwords=quick)
    yield made
    made.close()


def test_a_fresh_store_has_no_user_and_no_way_in(store: IdentityStore) -> None:
    assert not store.has_users()

    with pytest.raises(SignInRefusedError):
        store.sign_in("admin", "admin", address=ADDRESS)


def test_a_password_signs_in_without_regard_to_the_case_of_the_name(store: IdentityStore) -> None:
    store.add_user("Mei", roles=(Role.OWNER,), groups=("counter",), password=PASSWORD)

    session = store.sign_in("mEI", PASSWORD, address=ADDRESS)

    assert (session.user.username, session.user.roles, session.user.groups) == ("Mei", (Role.OWNER,), ("counter",))
    found = store.find_session(session.token)
    assert found is not None
    assert found.user.user_id == session.user.user_id


def test_neither_passwords_nor_tokens_nor_keys_are_on_disk(store: IdentityStore, tmp_path: Path) -> None:
    user = store.add_user("mei", password=PASSWORD)
    session = store.sign_in("mei", PASSWORD, address=ADDRESS)
    ticket = store.issue_one_time_ticket(user)
    _, key = store.add_service_account("worker", job_types=("*",), routes=(Scope.JOBS,))

    on_disk = b"".join(path.read_bytes() for path in tmp_path.iterdir())

    for secret in (PASSWORD, session.token, session.csrf_token, ticket.token, key):
        assert secret.encode() not in on_disk
    assert hash_token(session.token).encode() in on_disk


def test_two_users_cannot_share_a_name(store: IdentityStore) -> None:
    store.add_user("mei")

    with pytest.raises(UsernameTakenError):
        store.add_user("MEI")


@pytest.mark.parametrize("password", ["", "short", "meimeimeimei"])
def test_weak_passwords_are_refused(store: IdentityStore, password: str) -> None:
    with pytest.raises(WeakPasswordError):
        store.add_user("meimeimeimei", password=password)

    assert not store.has_users()


def test_a_session_ends_after_its_lifetime(store: IdentityStore, clock: SettableClock) -> None:
    store.add_user("mei", password=PASSWORD)
    session = store.sign_in("mei", PASSWORD, address=ADDRESS)

    days = [store.find_session(session.token) is not None]
    for _ in range(2 * SESSION_LIFETIME.days):
        clock.now += SESSION_LIFETIME / SESSION_LIFETIME.days / 2
        days.append(store.find_session(session.token) is not None)

    assert days == [True] * (2 * SESSION_LIFETIME.days) + [False]


def test_a_session_that_nobody_uses_ends_sooner(store: IdentityStore, clock: SettableClock) -> None:
    store.add_user("mei", password=PASSWORD)
    session = store.sign_in("mei", PASSWORD, address=ADDRESS)

    clock.now += SESSION_IDLE - timedelta(minutes=1)
    used = store.find_session(session.token)
    clock.now += SESSION_IDLE

    assert used is not None
    assert store.find_session(session.token) is None


def test_sessions_and_keys_open_though_the_disk_takes_no_writes(store: IdentityStore, clock: SettableClock) -> None:
    store.add_user("mei", password=PASSWORD)
    session = store.sign_in("mei", PASSWORD, address=ADDRESS)
    account, key = store.add_service_account("robot", job_types=("*",), routes=(Scope.JOBS,))
    store._session.connection.pragma("query_only", 1)
    clock.now += timedelta(hours=1)

    found = store.find_session(session.token)

    assert found is not None
    assert found.user.username == "mei"
    assert store.use_key(key).account_id == account.account_id


def test_a_present_password_cannot_be_guessed_without_end(store: IdentityStore) -> None:
    user = store.add_user("mei", password=PASSWORD)

    for _ in range(FAILURES_PER_USER):
        assert not store.is_password_right(user, "a guess of several words")

    with pytest.raises(SignInThrottledError):
        store.is_password_right(user, PASSWORD)


def test_a_new_password_ends_all_other_sessions(store: IdentityStore) -> None:
    user = store.add_user("mei", password=PASSWORD)
    kept = store.sign_in("mei", PASSWORD, address=ADDRESS)
    other = store.sign_in("mei", PASSWORD, address=ADDRESS)

    store.set_password(user, "another few words", kept_session_id=kept.session_id)

    assert store.find_session(kept.token) is not None
    assert store.find_session(other.token) is None
    assert not store.is_password_right(user, PASSWORD)


def test_disabling_ends_sessions_and_links_at_once(store: IdentityStore) -> None:
    user = store.add_user("mei", password=PASSWORD)
    session, ticket = store.sign_in("mei", PASSWORD, address=ADDRESS), store.issue_one_time_ticket(user)

    store.save_user(replace(user, is_disabled=True))

    assert store.find_session(session.token) is None
    with pytest.raises(OneTimeLinkRefusedError):
        store.sign_in_once(ticket.token, address=ADDRESS)
    with pytest.raises(SignInRefusedError):
        store.sign_in("mei", PASSWORD, address=ADDRESS)


def test_a_one_time_link_works_once(store: IdentityStore) -> None:
    ticket = store.issue_one_time_ticket(store.add_user("mei"))

    assert store.sign_in_once(ticket.token, address=ADDRESS).user.username == "mei"

    with pytest.raises(OneTimeLinkRefusedError):
        store.sign_in_once(ticket.token, address=ADDRESS)


def test_a_one_time_link_is_void_after_15_minutes(store: IdentityStore, clock: SettableClock) -> None:
    ticket = store.issue_one_time_ticket(store.add_user("mei"))
    assert timedelta(minutes=15) == ONE_TIME_LIFETIME

    clock.now = ticket.expires_at

    with pytest.raises(OneTimeLinkRefusedError):
        store.sign_in_once(ticket.token, address=ADDRESS)


def test_a_newer_one_time_link_voids_the_older(store: IdentityStore) -> None:
    user = store.add_user("mei")
    older, newer = store.issue_one_time_ticket(user), store.issue_one_time_ticket(user)

    with pytest.raises(OneTimeLinkRefusedError):
        store.sign_in_once(older.token, address=ADDRESS)

    assert store.sign_in_once(newer.token, address=ADDRESS).user.user_id == user.user_id


@pytest.mark.parametrize("name", ["mei", "nobody-of-that-name"])
def test_failed_sign_ins_are_throttled_by_name_whether_or_not_it_exists(store: IdentityStore, name: str) -> None:
    store.add_user("mei", password=PASSWORD)
    for number in range(FAILURES_PER_USER):
        with pytest.raises(SignInRefusedError):
            store.sign_in(name, "wrong password", address=f"192.0.2.{number}")

    with pytest.raises(SignInThrottledError) as refused:
        store.sign_in(name, PASSWORD, address="198.51.100.7")

    assert refused.value.parameters == {"minutes": "15"}


def test_throttling_survives_a_restart_and_ends_with_its_window(tmp_path: Path, clock: SettableClock) -> None:
    quick = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    before = IdentityStore(tmp_path / "i.db", clock=clock, passwords=quick)
    before.add_user("mei", password=PASSWORD)
    for _ in range(FAILURES_PER_USER):
        with pytest.raises(SignInRefusedError):
            before.sign_in("mei", "wrong password", address=ADDRESS)
    before.close()

    after = IdentityStore(tmp_path / "i.db", clock=clock, passwords=quick)
    with pytest.raises(SignInThrottledError):
        after.sign_in("mei", PASSWORD, address=ADDRESS)
    clock.now += THROTTLE_WINDOW

    assert after.sign_in("mei", PASSWORD, address=ADDRESS).user.username == "mei"
    after.close()


def test_the_last_administrator_stays(store: IdentityStore) -> None:
    only = store.add_user("root", roles=(Role.ADMIN,))
    for change in (replace(only, is_disabled=True), replace(only, roles=(Role.OWNER,))):
        with pytest.raises(LastAdminError):
            store.save_user(change)

    store.add_user("second", roles=(Role.ADMIN,))

    assert store.save_user(replace(only, roles=(Role.OWNER,))).roles == (Role.OWNER,)


def test_a_key_opens_until_it_is_revoked(store: IdentityStore) -> None:
    account, key = store.add_service_account("worker", job_types=("register",), routes=(Scope.JOBS,))
    assert store.use_key(key).account_id == account.account_id

    store.revoke_service_account(account.account_id)

    with pytest.raises(KeyRefusedError):
        store.use_key(key)
    assert store.load_service_account(account.account_id).revoked_at is not None


def test_a_key_ends_at_its_time(store: IdentityStore, clock: SettableClock) -> None:
    end = clock.now + timedelta(days=1)
    _, key = store.add_service_account("worker", job_types=(), routes=(Scope.JOBS,), expires_at=end)
    assert store.use_key(key).expires_at == end

    clock.now = end

    with pytest.raises(KeyRefusedError):
        store.use_key(key)


def test_a_csrf_token_belongs_to_one_session(store: IdentityStore) -> None:
    store.add_user("mei", password=PASSWORD)
    first = store.sign_in("mei", PASSWORD, address=ADDRESS)
    second = store.sign_in("mei", PASSWORD, address=ADDRESS)

    assert first.has_csrf_token(first.csrf_token)
    assert not first.has_csrf_token(second.csrf_token)
    assert not first.has_csrf_token("")


def test_audit_entries_come_newest_first_in_pages(store: IdentityStore) -> None:
    for number in range(5):
        store.append_audit(actor="mei", action="deploy", target=f"process {number}", reason="because")

    first = store.list_audit(limit=3)
    rest = store.list_audit(before=int(first.next_cursor or 0), limit=3)

    assert [entry.target for entry in (*first.items, *rest.items)] == [
        f"process {number}" for number in (4, 3, 2, 1, 0)
    ]
    assert rest.next_cursor is None


def test_another_tenant_sees_nothing(tmp_path: Path, clock: SettableClock) -> None:
    from taktloom.model.identifiers import TenantId

    one = IdentityStore(tmp_path / "i.db", clock=clock)
    other = IdentityStore(tmp_path / "i.db", clock=clock, tenant_id=TenantId("other"))
    user = one.add_user("mei")
    ticket = one.issue_one_time_ticket(user)

    assert not other.has_users()
    with pytest.raises(OneTimeLinkRefusedError):
        other.sign_in_once(ticket.token, address=ADDRESS)
    one.close()
    other.close()


def test_a_key_is_recalled_until_another_program_revokes_it(tmp_path: Path, clock: SettableClock) -> None:
    server, command = (IdentityStore(tmp_path / "i.db", clock=clock) for _ in range(2))
    account, key = server.add_service_account("worker", job_types=(), routes=(Scope.JOBS,))
    assert server.recall_key(key) is None
    server.use_key(key)
    recalled = server.recall_key(key)
    assert recalled is not None
    assert (recalled.account_id, recalled.last_used_at) == (account.account_id, clock.now)

    command.revoke_service_account(account.account_id)

    assert server.recall_key(key) is None
    with pytest.raises(KeyRefusedError):
        server.use_key(key)
    server.close()
    command.close()


def test_a_key_is_not_recalled_after_it_is_revoked_here_or_its_time_is_over(
    store: IdentityStore, clock: SettableClock
) -> None:
    end = clock.now + timedelta(seconds=30)
    _, ending = store.add_service_account("ending", job_types=(), routes=(Scope.JOBS,), expires_at=end)
    account, revoked = store.add_service_account("revoked", job_types=(), routes=(Scope.JOBS,))
    store.use_key(ending)
    store.use_key(revoked)

    store.revoke_service_account(account.account_id)
    assert store.recall_key(revoked) is None
    store.use_key(ending)
    assert store.recall_key(ending) is not None
    clock.now = end

    assert store.recall_key(ending) is None


def test_a_name_is_one_however_its_accents_width_and_case_are_written(store: IdentityStore) -> None:
    store.add_user("Jos\u00e9", password=PASSWORD)
    store.add_user("admin", password=PASSWORD)

    for lookalike in ("Jose\u0301", "JOS\u00c9", "\uff41\uff44\uff4d\uff49\uff4e", "Admin"):
        with pytest.raises(UsernameTakenError):
            store.add_user(lookalike)

    assert store.sign_in("jose\u0301", PASSWORD, address=ADDRESS).user.username == "Jos\u00e9"


def test_a_name_that_an_older_version_kept_still_signs_in(store: IdentityStore) -> None:
    user = store.add_user("Jose\u0301", password=PASSWORD)
    with store._lock:
        store._session.connection.execute("UPDATE user SET username_folded = ?", ["jose\u0301"])

    assert store.sign_in("Jose\u0301", PASSWORD, address=ADDRESS).user.user_id == user.user_id
    with pytest.raises(UsernameTakenError):
        store.add_user("Jose\u0301")


def test_many_guesses_at_a_time_learn_no_more_than_one_after_the_other(tmp_path: Path, clock: SettableClock) -> None:
    guesses = 3 * FAILURES_PER_USER
    together = Barrier(guesses)

    class Together(Passwords):
        """Nobody's password is compared before everybody is let in."""

        def is_right(self, password: str, password_hash: str | None) -> bool:
            together.wait(30)
            return super().is_right(password, password_hash)

    quick = Together(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    store = IdentityStore(tmp_path / "identity.db", clock=clock, passwords=quick)
    store.add_user("mei", password=PASSWORD)

    def guess(number: int) -> type[Exception]:
        with pytest.raises((SignInRefusedError, SignInThrottledError)) as refused:
            store.sign_in("mei", f"not this one {number}", address=ADDRESS)
        return refused.type

    with ThreadPoolExecutor(guesses) as pool:
        learnt = Counter(pool.map(guess, range(guesses)))
    store.close()

    assert learnt == {SignInRefusedError: FAILURES_PER_USER, SignInThrottledError: guesses - FAILURES_PER_USER}


def test_one_customer_of_ipv6_is_one_address(store: IdentityStore) -> None:
    assert network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2::1%eth0") == "2001:db8:1:2::/64"
    assert network_of("2001:db8:1:3::1") != network_of("2001:db8:1:2::1")
    assert (network_of(ADDRESS), network_of(f"::ffff:{ADDRESS}"), network_of("unknown")) == (
        ADDRESS,
        ADDRESS,
        "unknown",
    )

    for number in range(FAILURES_PER_ADDRESS):
        with pytest.raises(SignInRefusedError):
            store.sign_in(f"name {number}", PASSWORD, address=f"2001:db8::{number:x}")
    with pytest.raises(SignInThrottledError):
        store.sign_in("another", PASSWORD, address="2001:db8::ffff")


def test_a_session_of_a_clock_that_was_ahead_lasts_no_longer_than_any_other(
    store: IdentityStore, clock: SettableClock
) -> None:
    store.add_user("mei", password=PASSWORD)
    right = clock.now
    clock.now = right + timedelta(days=400)
    used, unused = (store.sign_in("mei", PASSWORD, address=ADDRESS) for _ in range(2))
    clock.now = right

    assert store.find_session(used.token) is not None
    clock.now = right + SESSION_IDLE - timedelta(minutes=1)
    assert store.find_session(used.token) is not None
    clock.now = right + SESSION_IDLE
    assert store.find_session(unused.token) is None
    days = [store.find_session(used.token) is not None]
    while clock.now < right + SESSION_LIFETIME:
        clock.now += SESSION_IDLE / 2
        days.append(store.find_session(used.token) is not None)
    assert days == [True] * (len(days) - 1) + [False]


def test_a_session_that_was_used_while_the_clock_was_ahead_ends_when_nobody_uses_it(
    store: IdentityStore, clock: SettableClock
) -> None:
    store.add_user("mei", password=PASSWORD)
    session = store.sign_in("mei", PASSWORD, address=ADDRESS)
    right = clock.now
    for _ in range(12):
        clock.now += SESSION_IDLE / 2
        store.find_session(session.token)
    clock.now = right

    assert store.find_session(session.token) is not None
    clock.now = right + SESSION_IDLE
    assert store.find_session(session.token) is None


def test_a_sign_in_ends_old_sessions_of_a_clock_that_was_ahead_in_time(
    store: IdentityStore, clock: SettableClock
) -> None:
    store.add_user("mei", password=PASSWORD)
    right = clock.now
    clock.now = right + timedelta(days=400)
    forgotten = store.sign_in("mei", PASSWORD, address=ADDRESS)
    clock.now = right
    store.sign_in("mei", PASSWORD, address=ADDRESS)

    clock.now = right + SESSION_IDLE

    assert store.find_session(forgotten.token) is None


def test_a_one_time_link_of_a_clock_that_was_ahead_is_void(store: IdentityStore, clock: SettableClock) -> None:
    user, right = store.add_user("mei"), clock.now
    clock.now = right + timedelta(hours=3)
    ahead = store.issue_one_time_ticket(user)
    clock.now = right

    with pytest.raises(OneTimeLinkRefusedError):
        store.sign_in_once(ahead.token, address=ADDRESS)
    link = store.issue_one_time_ticket(user)
    clock.now = right - timedelta(seconds=30)
    assert store.sign_in_once(link.token, address=ADDRESS).user.username == "mei"


def test_failed_sign_ins_of_a_clock_that_was_ahead_keep_nobody_out(store: IdentityStore, clock: SettableClock) -> None:
    store.add_user("mei", password=PASSWORD)
    right = clock.now
    clock.now = right + timedelta(hours=3)
    for _ in range(FAILURES_PER_USER):
        with pytest.raises(SignInRefusedError):
            store.sign_in("mei", "wrong password", address=ADDRESS)
    with pytest.raises(SignInThrottledError):
        store.sign_in("mei", PASSWORD, address=ADDRESS)

    clock.now = right

    assert store.sign_in("mei", PASSWORD, address=ADDRESS).user.username == "mei"
