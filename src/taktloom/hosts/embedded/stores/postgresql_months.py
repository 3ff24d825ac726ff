# SPDX-License-Identifier: Apache-2.0
"""Journal and event log on PostgreSQL lie in partitions by month, and months whose instances may go are dropped.

- A row is written to the month in which its instance started (`filed_under` is the instance's key, which is a time).
- When at least half of the instances that ended in a month may go, and none of them is too young for the policy of its
  process, the month is *going*: the engine deletes the instances that are due, leaving their rows in this month's
  partitions, where nobody sees them without the instance.
- What stays of a going month is filed on: an instance that ended later into the month in which it ended, one that
  still runs or is kept (on hold, a longer policy) into the present one. A partition in which no instance of the engine
  has a row is dropped. Nothing else is ever dropped, so a crash between two of these steps loses nothing.
- Months of which most instances stay are not dropped; what is due of them is deleted by rows.

Rows that find no partition of their month lie in `journal_other` and `event_log_other` and are deleted by rows.
"""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg

from taktloom.storage import from_micros
from taktloom.storage.postgresql import PgConnection, PostgresqlSession

_LOG = logging.getLogger(__name__)
_TENDING_LOCK = 0x7461_6B6D  # of the session that tends the months
_MAKING_LOCK = 0x7461_6B6C  # of the transaction that makes partitions
_AT_ONCE = 200  # instances filed on in one transaction
_TABLES = ("journal", "event_log")
_KEY_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Month:
    """A month of UTC; its bounds as instance keys write them."""

    year: int
    number: int

    @classmethod
    def of(cls, micros: int) -> "Month":
        """The month in which an instant lies."""
        at = from_micros(micros)
        return cls(at.year, at.month)

    @property
    def next(self) -> "Month":
        """The one after it."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def first_key(self) -> str:
        """Its first instant."""
        return _key(int(datetime(self.year, self.number, 1, tzinfo=UTC).timestamp()) * 1_000_000)

    def partition(self, table: str) -> str:
        """The name of its partition of *table*."""
        return f"{table}_y{self.year:04d}m{self.number:02d}"


def make_months(connection: PgConnection, session: PostgresqlSession, now: int) -> None:
    """Make the partitions of this month and the next where they are not there."""
    present = {row.text("first_key") for row in session.all("months_of_history")}
    month = Month.of(now)
    for wanted in (month, month.next):
        if wanted.first_key not in present:
            try:
                with connection.transaction():
                    connection.execute("SELECT pg_advisory_xact_lock($1)", [_MAKING_LOCK])
                    for table in _TABLES:
                        _make_partition(connection, table, wanted)
                    session.run("note_month", first_key=wanted.first_key, end_key=wanted.next.first_key)
            except (psycopg.errors.CheckViolation, psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
                # Rows of that month lie among the others already, or somebody reads for long.
                _LOG.warning("the partition of %04d-%02d could not be made", wanted.year, wanted.number)


def tend_months(connection: PgConnection, session: PostgresqlSession, now: int) -> None:
    """Make the partitions of this month and the next, let months go, and drop those in which nothing stays.

    connection: of *session*, outside a transaction. now: microseconds. Another engine that does the same at the same
    time is left to it. What the server refuses (somebody reads a partition for long) is left to the next time.
    """
    taken = connection.execute("SELECT pg_try_advisory_lock($1)", [_TENDING_LOCK]).fetchone()
    if taken is None or not taken[0]:
        return
    try:
        make_months(connection, session, now)
        session.run("let_months_go", now=now)
        for row in session.all("months_of_history"):
            if row.integer("is_going"):
                _finish(connection, session, Month.of(int(row.text("first_key"))), now)
    finally:
        if not connection.broken:
            connection.execute("SELECT pg_advisory_unlock($1)", [_TENDING_LOCK])


def _make_partition(connection: PgConnection, table: str, month: Month) -> None:
    # Names and bounds are made of numbers, and a partition cannot be made with bound parameters.
    bounds = f"FROM ('{month.first_key}') TO ('{month.next.first_key}')"
    text = f"CREATE TABLE IF NOT EXISTS {month.partition(table)} PARTITION OF {table} FOR VALUES {bounds}"
    connection.execute(text.encode(), prepare=False)


def _finish(connection: PgConnection, session: PostgresqlSession, month: Month, now: int) -> None:
    bounds = {"first_key": month.first_key, "end_key": month.next.first_key}
    if session.first("is_month_due", **bounds, now=now) is not None:
        return
    try:
        while _file_on(connection, session, month, now):
            pass
        with connection.transaction():
            # Whoever would write to it waits, and then finds no partition of that month: the row goes to the others.
            connection.execute(f"LOCK TABLE {month.partition('journal')} IN SHARE MODE".encode(), prepare=False)
            if session.first("instances_filed_in_month", **bounds, limit=1) is not None:
                return
            names = ", ".join(map(month.partition, _TABLES))
            connection.execute(f"DROP TABLE {names}".encode(), prepare=False)
            session.run("forget_month", first_key=month.first_key)
    except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
        _LOG.warning("the partition of %04d-%02d is in use; it is dropped later", month.year, month.number)
    else:
        _LOG.info("dropped the history of %04d-%02d", month.year, month.number)


def _file_on(connection: PgConnection, session: PostgresqlSession, month: Month, now: int) -> int:
    """How many instances were taken out of the month."""
    bounds = {"first_key": month.first_key, "end_key": month.next.first_key}
    staying = session.all("instances_filed_in_month", **bounds, limit=_AT_ONCE)
    with connection.transaction():
        for row in staying:
            ended = row.integer_or_none("ended_at")
            is_later = ended is not None and _key(ended) >= bounds["end_key"]
            later = _key(ended if is_later and ended is not None else now)
            name = {"tenant_id": row.text("tenant_id"), "instance_key": row.text("instance_key")}
            for statement in ("file_journal_on", "file_events_on"):
                session.run(statement, **name, **bounds, later=later)
    return len(staying)


def _key(micros: int) -> str:
    return f"{micros:0{_KEY_DIGITS}d}"
