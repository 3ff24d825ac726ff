# SPDX-License-Identifier: Apache-2.0
"""Opening PostgreSQL safely: one way for every connection of this package. Needs the extra `postgresql` (psycopg 3).

Values go as the types that SQLite stores (64-bit whole numbers, text, bytes) and come back as such, in binary form.
Statements are prepared at first use, so the server must be reached directly or through a pooler that keeps sessions.
A password belongs into a file or the environment; no message of this module shows more than host, port and database.
"""

import logging
import os
import re
import select
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from functools import lru_cache
from itertools import count
from typing import TypeVar

from taktloom.model.places import Place
from taktloom.storage.dialects import PostgresqlStatement, postgresql_statement
from taktloom.storage.refusals import MissingDriverError, Refusal, UnsafeCommitError, unstorable
from taktloom.storage.rows import Row
from taktloom.storage.session import Session
from taktloom.storage.sqlite import DatabaseUnusableError, SqlValue, SyncLevel
from taktloom.storage.statements import Bindings, ManyKeys, shape_of

try:
    import psycopg
    from psycopg import errors as server_errors
    from psycopg.abc import PQGen
    from psycopg.conninfo import conninfo_to_dict
    from psycopg.generators import send
    from psycopg.pq import TransactionStatus
    from psycopg.types.numeric import Int8BinaryDumper, NumericBinaryLoader
except ImportError as missing:
    raise MissingDriverError(
        "The PostgreSQL driver psycopg is not installed.",
        remedy="Install it: pip install 'taktloom[postgresql]'",
        parameters={"package": "psycopg", "extra": "postgresql"},
    ) from missing

_LOG = logging.getLogger(__name__)
_INTERVAL_S = 0.1  # how often psycopg looks up while it waits, so that Ctrl+C is heard
Answer = TypeVar("Answer")
OLDEST_SERVER = 140_000  # 14.0, as the server counts
_CONNECT_TIMEOUT_S = 10
_ROOM_BYTES = 4 * 1024 * 1024
_STATEMENTS_KEPT = 1000  # more than the statements of one database, so that each is prepared once
_TRANSACTION_CONFLICTS = (
    server_errors.SerializationFailure,
    server_errors.DeadlockDetected,
    server_errors.UniqueViolation,  # somebody else wrote the same key since our view was taken
    server_errors.ForeignKeyViolation,  # or deleted what we refer to
)


# Of the classes that otherwise tell of a server that is gone.
_REFUSALS = (
    server_errors.DiskFull,
    server_errors.OutOfMemory,
    server_errors.QueryCanceled,
    psycopg.errors.PipelineAborted,
)


class PgConnection(psycopg.Connection[tuple[SqlValue, ...]]):
    """A connection that knows since when it has waited for the server, and that need not wait for ever.

    patience_s: it is closed when an answer takes longer; None: it waits. A server can be there and say nothing: paused,
    its disk stuck, or behind a network that drops everything.
    """

    patience_s: float | None = None
    waits_since: float | None = None  # as time.monotonic() counts; None while nothing is awaited

    def wait(self, gen: PQGen[Answer], interval: float = _INTERVAL_S, timeout: float | None = None) -> Answer:
        """See psycopg; every exchange with the server comes through here."""
        self.waits_since = begun = time.monotonic()
        try:
            return super().wait(gen, interval, self.patience_s if timeout is None else timeout)
        except psycopg.OperationalError:
            if self.patience_s is not None and time.monotonic() - begun >= self.patience_s:
                self.pgconn.finish()  # what it would answer now belongs to nothing
            raise
        finally:
            self.waits_since = None


def place_of(url: str) -> Place:
    """Host, port and database of a URL; never user, password or options."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        return Place(source="postgresql://")
    return Place(
        source=f"postgresql://{parts.get('host') or ''}:{parts.get('port') or 5432}/{parts.get('dbname') or ''}"
    )


def refusal_of(error: BaseException) -> Refusal | None:
    """What *error* means; None where it does not come from the driver."""
    if isinstance(error, _TRANSACTION_CONFLICTS):
        return Refusal.CONFLICT
    if isinstance(error, server_errors.LockNotAvailable):
        return Refusal.HELD
    if isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError)):
        return Refusal.REFUSED if isinstance(error, _REFUSALS) else Refusal.LOST
    return Refusal.REFUSED if isinstance(error, psycopg.Error) else None


def connect(
    url: str,
    *,
    password: str | None = None,
    name: str = "taktloom",
    settings: Mapping[str, str] | None = None,
    within_s: int = _CONNECT_TIMEOUT_S,
) -> PgConnection:
    """Connect and set what every session of this package relies on; transactions are begun by hand.

    settings: server parameters for this session, such as `statement_timeout`. within_s: how long a server that accepts
    the connection may take to say something. Raises DatabaseUnusableError.
    """
    try:
        connection = PgConnection.connect(
            url,
            autocommit=True,
            cursor_factory=psycopg.RawCursor,
            **_options(password, name, within_s),  # type: ignore[arg-type]  # parameters of libpq by name
        )
    except (psycopg.Error, UnicodeError) as error:
        raise _unusable(url, error) from None  # the driver's text may repeat the URL
    connection.prepare_threshold = 0
    connection.prepared_max = _STATEMENTS_KEPT
    connection.adapters.register_dumper(int, Int8BinaryDumper)
    connection.adapters.register_dumper(bool, Int8BinaryDumper)
    connection.adapters.register_loader("numeric", _Number)
    if connection.info.server_version < OLDEST_SERVER:
        connection.close()
        raise DatabaseUnusableError(
            f"The server is PostgreSQL {connection.info.server_version // 10_000}; 14 is the oldest that works.",
            place_of(url),
            "Use a newer server.",
        )
    for parameter, value in {**_SESSION_SETTINGS, **(settings or {})}.items():
        connection.execute("SELECT set_config($1, $2, false)", [parameter, value])
    return connection


def give_room(connection: PgConnection) -> None:
    """Let the rows of a group fit between here and a server on this machine, so that sending them need not wait for it.

    The system may allow less; over a network it finds the right room by itself.
    """
    with socket.socket(fileno=os.dup(connection.fileno())) as line:
        if line.family == socket.AF_UNIX:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _ROOM_BYTES)


def require_safe_commits(connection: PgConnection, sync: SyncLevel, place: Place) -> None:
    """Raise UnsafeCommitError when *sync* is full and the server does not wait for its disk; for normal, do not wait.

    normal: a crash of the server may undo the last commits, never corrupt; it is faster.
    """
    if sync is SyncLevel.NORMAL:
        connection.execute("SET synchronous_commit = off")
        return
    if setting(connection, "synchronous_commit") == "off":
        raise UnsafeCommitError(
            "The server runs with synchronous_commit = off: what it acknowledges may be lost when it crashes.",
            place,
            'Set synchronous_commit = on for this database or user, or accept the loss: sync = "normal".',
            {"parameter": "synchronous_commit"},
        )
    if setting(connection, "fsync") == "off":
        _LOG.warning("the server runs with fsync = off: a power failure can destroy the database; set fsync = on")


def setting(connection: PgConnection, parameter: str) -> str:
    """A parameter of the server as the session sees it."""
    row = connection.execute("SELECT current_setting($1)", [parameter]).fetchone()
    return "" if row is None else str(row[0])


class PostgresqlSession(Session):
    """A session on a PostgreSQL connection.

    turns: statements before whose first run in a transaction a lock of that number is taken, until its end.
    """

    def __init__(
        self, connection: PgConnection, queries: Mapping[str, str], *, turns: Mapping[str, int] | None = None
    ) -> None:
        self.connection = connection
        self._queries = queries
        self._columns: dict[str, Mapping[str, int]] = {}
        self._turns = turns or {}
        self._has_turn: set[int] = set()
        self._sending: ExitStack | None = None
        self._begin_first: Callable[[], object] | None = None

    def begin(self, mode: str) -> None:
        """Begin a transaction. mode: as BEGIN takes it; from this package's own text, never from data."""
        self._begin_first = None
        self._has_turn.clear()
        self.connection.execute(f"BEGIN {mode}".encode())

    def begin_later(self, begin: Callable[[], object]) -> None:
        """*begin* is called before the first statement; where none comes, there is no transaction."""
        self._begin_first = begin

    @property
    def is_to_begin(self) -> bool:
        """Whether the transaction has not needed the server yet."""
        return self._begin_first is not None

    def forgo(self) -> None:
        """The transaction that has not begun is over."""
        self._begin_first = None

    def text(self, name: str, /) -> str:
        """See Session."""
        return self._queries[name]

    def run(self, name: str, /, **bindings: SqlValue) -> int:
        """See Session."""
        return max(self._execute(self._statement(name), bindings).rowcount, 0)

    def run_many(self, name: str, rows: Iterable[Mapping[str, SqlValue]], /) -> int:
        """See Session; sent in one go, many rows of an INSERT in each statement."""
        self._begin_if_due()
        with self.together():
            cursors = self._send(name, list(rows))
        return sum(max(cursor.rowcount, 0) for cursor in cursors)

    def send_many(self, name: str, rows: Iterable[Mapping[str, SqlValue]], /) -> None:
        """See Session: the server works on what was sent while more is made ready."""
        self._begin_if_due()
        self._go_on_sending()
        try:
            self._send(name, list(rows))
        except BaseException as error:
            with suppress(psycopg.Error):  # what follows from the first refusal
                self.settle()
            if isinstance(error, UnicodeEncodeError):
                raise unstorable() from error
            raise

    def send_commit(self) -> None:
        """Have the transaction committed after all that was sent; `settle` waits for it, and raises."""
        self._go_on_sending()
        self.connection.execute("COMMIT")
        pgconn = self.connection.pgconn
        pgconn.send_flush_request()  # or the server keeps its answer until it is asked to settle
        self.connection.wait(send(pgconn))

    @property
    def is_sending(self) -> bool:
        """See Session."""
        return self._sending is not None

    @property
    def is_answered(self) -> bool:
        """Whether the server has said something since it was last listened to."""
        poll = select.poll()
        poll.register(self.connection.pgconn.socket, select.POLLIN)
        return bool(poll.poll(0))

    def settle(self) -> None:
        """See Session."""
        if self._sending is not None:
            sending, self._sending = self._sending, None
            sending.close()

    def together(self) -> AbstractContextManager[object]:
        """What the block runs goes to the server without waiting in between; its end waits, and raises."""
        return self.connection.pipeline()

    def _go_on_sending(self) -> None:
        if self._sending is None:
            self._sending = ExitStack()
            self._sending.enter_context(self.together())

    def _begin_if_due(self) -> None:
        begin, self._begin_first = self._begin_first, None
        if begin is not None:
            begin()

    def rows(self, name: str, /, **bindings: SqlValue) -> Iterator[Row]:
        """See Session."""
        cursor = self._execute(self._statement(name), bindings)
        found = cursor.fetchall()
        columns = self._columns.get(name)
        if columns is None:
            description = cursor.description or ()
            columns = self._columns[name] = {column.name: at for at, column in enumerate(description)}
        for values in found:
            yield Row(columns, values)

    @property
    def in_transaction(self) -> bool:
        """See Session."""
        status = self.connection.info.transaction_status
        return self.is_to_begin or status in {TransactionStatus.INTRANS, TransactionStatus.INERROR}

    @contextmanager
    def _savepoint(self) -> Iterator[None]:
        self._begin_if_due()
        self.connection.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self._has_turn.clear()  # the server lets go of what was taken since
            if not self.connection.broken:
                self.connection.execute("ROLLBACK TO SAVEPOINT part")
                self.connection.execute("RELEASE SAVEPOINT part")
            raise
        self.connection.execute("RELEASE SAVEPOINT part")

    def savepoint(self) -> AbstractContextManager[None]:
        """See Session."""
        return self._savepoint()

    def close(self) -> None:
        """See Session."""
        self.connection.close()

    def _statement(self, name: str) -> PostgresqlStatement:
        turn = self._turns.get(name)
        if turn is not None and turn not in self._has_turn:
            self.connection.execute("SELECT pg_advisory_xact_lock($1)", [turn])
            self._has_turn.add(turn)
        return postgresql_statement(self._queries[name])

    def _send(self, name: str, rows: list[Mapping[str, SqlValue]]) -> "list[psycopg.Cursor[tuple[SqlValue, ...]]]":
        statement, shape = self._statement(name), shape_of(self._queries[name]) if len(rows) > 1 else None
        calls = None if shape is None else _by_keys(shape, rows) if isinstance(shape, ManyKeys) else shape.calls(rows)
        if calls is None:
            cursor = self.connection.cursor(binary=True)
            cursor.executemany(statement.text, [[row[column] for column in statement.names] for row in rows])
            return [cursor]
        return [self.connection.cursor(binary=True).execute(_numbered(text), values) for text, values in calls]

    def _execute(
        self, statement: PostgresqlStatement, bindings: Mapping[str, SqlValue]
    ) -> "psycopg.Cursor[tuple[SqlValue, ...]]":
        self._begin_if_due()
        cursor = self.connection.cursor(binary=True)
        try:
            return cursor.execute(statement.text, [bindings[name] for name in statement.names])
        except (psycopg.DataError, UnicodeEncodeError) as error:
            raise unstorable() from error


def _by_keys(shape: ManyKeys, rows: Sequence[Bindings]) -> list[tuple[str, list[object]]] | None:
    """Statements that take the keys as one list and find each row by its own look into the index.

    With `IN` or a join the planner reads the whole tenant as long as it believes the table to be small.
    """
    alike = shape.alike(rows)
    if alike is None or not all(isinstance(row[shape.key], str) for row in rows):
        return None
    change, condition = shape.head.split("WHERE", 1)
    table = change.removeprefix("UPDATE ").removeprefix("DELETE FROM ").split()[0]
    one = f"SELECT ctid AS place FROM {table} WHERE{condition}{shape.key} = named_key LIMIT 1"
    places = f"SELECT place FROM unnest(CAST(? AS text[])) AS named (named_key), LATERAL ({one}) AS found"
    text = f"{change}WHERE ctid = ANY (ARRAY({places}))"
    before = change.count("?")
    return [(text, [*terms[:before], keys, *terms[before:]]) for terms, keys in alike.items()]


@lru_cache(maxsize=1024)
def _numbered(text: str) -> str:
    """The statement with numbered parameters."""
    numbers = count(1)
    return re.sub(r"[?]", lambda _: f"${next(numbers)}", text)


class _Number(NumericBinaryLoader):
    """Sums of 64-bit numbers come as numeric: whole ones as int, others as float, as SQLite gives them."""

    def load(self, data: bytes | bytearray | memoryview) -> int | float:  # type: ignore[override]  # not a Decimal
        value = super().load(data)
        return int(value) if value == value.to_integral_value() else float(value)


# What a vanished client leaves behind must not hold locks for long; a server that vanished must be noticed.
_SESSION_SETTINGS = {
    "client_min_messages": "warning",
    "idle_in_transaction_session_timeout": "30s",
    "lock_timeout": "10s",
    "tcp_keepalives_idle": "15",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "30s",
}


def _options(password: str | None, name: str, within_s: int) -> dict[str, str | int]:
    given: dict[str, str | int] = {
        "application_name": name,
        "connect_timeout": within_s,
        "keepalives_idle": 15,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 30_000,  # what was sent and not acknowledged holds keepalives back
        "client_encoding": "UTF8",
    }
    return given if password is None else {**given, "password": password}


def _unusable(url: str, error: Exception) -> DatabaseUnusableError:
    # A URL that cannot be read is not repeated, and what libpq says of a server holds no secret.
    cause = "its address cannot be read" if isinstance(error, psycopg.ProgrammingError) else first_line(error)
    return DatabaseUnusableError(
        f"The database cannot be opened: {cause}.",
        place_of(url),
        "Check the address, that the server runs and accepts this user, and the password's file or variable.",
    )


def first_line(error: Exception) -> str:
    """The first line of what the driver says, without its full stop."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].rstrip(".")
