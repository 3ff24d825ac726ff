# SPDX-License-Identifier: Apache-2.0
"""The engine on PostgreSQL, alone or as one of several nodes on the same database.

- A group of work is one transaction under REPEATABLE READ: it sees one state of the database, and where another node
  has changed a row since, the server refuses (40001) and the whole group is run again on a newer view. Whoever advances
  an instance updates its state row, so of two nodes that want the same instance one comes second and sees the first.
- What a node remembers of instances holds as long as no other node has committed. Every transaction leaves a marker of
  its own in the row of its node (`engine_node`); the first statement of the next group reads the others' markers, and
  that same statement takes the view on which the group works.
- When the connection breaks in the middle of a commit, the marker in the database tells what came of it, once the old
  transaction has let go of the row.
- Event-log rows get their positions under a lock that is held until the commit, so a reader who stands at a position
  has seen every row before it, whichever node wrote it.
- Nodes hold a number each (a session lock), and instance keys end in it: no two nodes ever give the same key.
- A node that is alone asks nothing at the beginning of a group: what it remembers is right, and most groups need no
  more until they write. The markers are read before the first statement that does go to the server; where they tell of
  another node then, the group is run again. The commit of such a group is heard of later (`commit_soon`, `land`), so
  that the server works while the next group is run.
- NOTIFY after a commit lets the others look at once. It is a hint: they look twice a second anyway.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import psycopg

from taktloom.hosts.embedded.stores.database import PACKAGE, Database, ServerOptions
from taktloom.hosts.embedded.stores.node_hints import NodeHints
from taktloom.hosts.embedded.stores.postgresql_months import make_months, tend_months
from taktloom.hosts.embedded.stores.postgresql_readers import BEGIN_S, SILENCE_S, Readers
from taktloom.model.errors import ConflictError, IncidentError
from taktloom.model.identifiers import InstanceKey
from taktloom.storage import (
    ConnectionLostError,
    QueryRefusedError,
    QueryTooLongError,
    Refusal,
    Session,
    SqlValue,
    SyncLevel,
    load_queries,
    to_micros,
)
from taktloom.storage.postgresql import (
    PgConnection,
    PostgresqlSession,
    connect,
    first_line,
    give_room,
    place_of,
    refusal_of,
    require_safe_commits,
)
from taktloom.storage.postgresql_migrations import load_postgresql_migrations, migrate_postgresql

_LOG = logging.getLogger(__name__)
NODES_AT_MOST = 100  # numbers that nodes can hold; a key ends in one
_NODE_CLASS = 0x7461_6B6E  # of the session locks that stand for node numbers
_POSITIONS_LOCK = 0x7461_6B65  # of the transaction that is giving event-log positions
_KEY_DIGITS = 16
_PATIENCE_S = 30.0  # how long to try to learn what came of a commit
_PAUSE_S = 0.2
_AWAY_S = 5.0  # between two attempts to reach a server that is away, while nothing is to be written
_WRITER_PATIENCE_S = 60.0  # statements are short; whoever waits for so long has lost the server
_READER_GRACE_S = 5.0  # for the server to end a query that took too long
_DAY_MICROS = 86_400_000_000


class OutcomeUnknownError(IncidentError):
    """The connection broke in the middle of a commit, and the server cannot be asked what came of it."""

    code = "TL-3511"


class TooManyNodesError(IncidentError):
    """As many engines as the database takes are connected already."""

    code = "TL-3512"


class BackupByServerError(ConflictError):
    """The engine's data lies on a database server, whose own tools copy it."""

    code = "TL-2597"


class PostgresqlDatabase(Database):
    """One engine's share of a database server."""

    def __init__(self, url: str, *, sync: SyncLevel, options: ServerOptions) -> None:
        self._url, self._sync, self._options = url, sync, options
        self._place = place_of(url)
        self._queries = load_queries(PACKAGE, "sql", dialect="postgresql")
        self._node_id = secrets.token_hex(8)
        self._node_number = 0
        self._seen_markers: tuple[int, str] | None = None
        self._has_company = False
        self._is_company_new = False  # others' markers were found too late for the group that found them
        self._flying: str | None = None  # the marker of a commit that is not heard of yet
        self._next_try = 0.0
        self.lock = threading.RLock()
        self._connection = self._open_writer()
        try:
            require_safe_commits(self._connection, sync, self._place)
            migrate_postgresql(self._connection, load_postgresql_migrations(PACKAGE), self._place)
            self._use(self._connection)
            self._register()
        except BaseException:
            self._connection.close()
            raise
        self._connection.patience_s = _WRITER_PATIENCE_S  # from now on: a migration may take its time
        self._readers = Readers(
            self._open_reader, limit=options.readers, refusal=self._lost, is_writer_stuck=lambda: self.is_silent
        )
        self._hints: NodeHints | None = None

    def begin(self) -> bool:
        """See Database. Connects again where the connection is gone; raises ConnectionLostError where that fails."""
        if self._is_alone and (self._flying is not None or not self._is_away):
            self._session.begin_later(self._begin_late)
            return False
        if self._is_away:
            self._reconnect()
        was_new, self._is_company_new = self._is_company_new, False
        return self._begin_now() or was_new

    def commit(self) -> None:
        """See Database. Raises ConnectionLostError (nothing was kept), OutcomeUnknownError."""
        if self._send_commit():
            self.land()

    def commit_soon(self) -> bool:
        """See Database: where another node may wait for our locks, it is waited for at once."""
        is_flying = self._send_commit()
        if is_flying and not self._is_alone:
            self.land()
            return False
        return is_flying

    @property
    def has_landed(self) -> bool:
        """See Database."""
        return self._flying is None or self._session.is_answered

    def land(self) -> None:
        """See Database."""
        marker, self._flying = self._flying, None
        if marker is None:
            return
        try:
            self._session.settle()
        except psycopg.Error as error:
            self._require_kept(marker, error)

    def rollback(self) -> None:
        """See Database; a connection that cannot even do that is given up."""
        self._flying = None
        self._session.forgo()
        try:
            with suppress(psycopg.Error):
                self._session.settle()
            if self._session.in_transaction:
                self._connection.execute("ROLLBACK")
        except psycopg.Error:
            self._connection.close()

    def look(self) -> bool:
        """See Database; false while the server is away, which is tried again now and then."""
        try:
            if self._is_away:
                if time.monotonic() < self._next_try:
                    return False
                self._reconnect()
            return self._note_others()
        except (psycopg.Error, ConnectionLostError):
            _LOG.warning("the database server is away; it is tried again every %d s", _AWAY_S)
            self._next_try = time.monotonic() + _AWAY_S
            self._connection.close()
            return False

    def refusal_of(self, error: BaseException) -> Refusal | None:
        """See Database."""
        return Refusal.LOST if isinstance(error, ConnectionLostError) else refusal_of(error)

    def own_key(self, key: InstanceKey) -> InstanceKey:
        """See Database: the next number that ends in this node's."""
        number = int(key)
        return InstanceKey(f"{number + (self._node_number - number) % NODES_AT_MOST:0{_KEY_DIGITS}d}")

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """See Database; waits for a free connection where all are lent.

        Raises ConnectionLostError, QueriesQueuedError, QueryRefusedError, QueryTooLongError.
        """
        session = self._readers.take()
        try:
            yield session
        except psycopg.errors.QueryCanceled as error:
            raise QueryTooLongError(
                "A query took too long and was ended.", self._place, "Narrow what you ask for, then try again."
            ) from error
        except psycopg.OperationalError as error:
            if refusal_of(error) is Refusal.LOST:
                session.close()
                raise self._lost() from error
            raise QueryRefusedError(
                f"The database server refused a query: {first_line(error)}.",
                self._place,
                "End what holds the lock, or give the server memory and disk space, then try again.",
            ) from error
        finally:
            self._readers.give_back(session)

    @property
    def is_shared(self) -> bool:
        """See Database: true as long as there is another node."""
        return self._has_company

    @property
    def is_silent(self) -> bool:
        """See Database."""
        connection = self._connection
        since = connection.waits_since
        return connection.closed or (since is not None and time.monotonic() - since > SILENCE_S)

    def backup(self, target: Path) -> None:
        """See Database."""
        del target
        raise BackupByServerError(
            "The engine's data lies on a database server.",
            self._place,
            "Copy it with the server's own tool: pg_dump --format=custom --file=engine.dump DATABASE",
        )

    def close(self) -> None:
        """See Database."""
        if self._hints is not None:
            self._hints.close()
        self._readers.close()
        with self.lock, suppress(psycopg.Error):
            self.writing.run("forget_node", node_id=self._node_id, now=_now())
        self._connection.close()

    def prepare_history(self, now: datetime) -> None:
        """See Database: the partitions of this month and the next."""
        with self.lock:
            make_months(self._connection, self._session, to_micros(now))

    def drop_history(self, now: datetime) -> None:
        """See Database, and stores/postgresql_months.py."""
        try:
            with connect(self._url, password=self._options.password, name="taktloom months") as connection:
                tend_months(connection, PostgresqlSession(connection, self._queries), to_micros(now))
        except psycopg.OperationalError as error:
            raise self._lost() from error

    def tell_others(self) -> None:
        """See Database."""
        if self._hints is not None and self._has_company:
            self._hints.send()

    def listen(self, hint: Callable[[], None]) -> None:
        """See Database."""
        self._hints = NodeHints(
            lambda: connect(self._url, password=self._options.password, name="taktloom hints"), self._node_id, hint
        )

    def _use(self, connection: PgConnection) -> None:
        self._session = PostgresqlSession(connection, self._queries, turns={"insert_event": _POSITIONS_LOCK})
        self.writing: Session = self._session

    @property
    def _is_alone(self) -> bool:
        return not self._has_company and not self._is_company_new and self._seen_markers is not None

    @property
    def _is_away(self) -> bool:
        return self._connection.closed or self._connection.broken

    def _begin_now(self) -> bool:
        with self._session.together():
            self._session.begin("ISOLATION LEVEL REPEATABLE READ")
            return self._note_others()

    def _begin_late(self) -> None:
        """Raises a CONFLICT where another node has come: what the group has done until now rests on old views."""
        if self._begin_now():
            self._is_company_new = True
            raise psycopg.errors.SerializationFailure("another engine has written to the database")

    def _send_commit(self) -> bool:
        """Send the marker and the commit; false where the transaction is over already, as one without statements is."""
        if self._session.is_to_begin:
            self._session.forgo()
            return False
        marker = secrets.token_hex(8)
        try:
            self._session.send_many("mark_commit", [self._mark(marker)])
            self._session.send_commit()
        except psycopg.Error as error:
            self._require_kept(marker, error)
            return False
        self._flying = marker
        return True

    def _require_kept(self, marker: str, error: psycopg.Error) -> None:
        """Return where the commit stands in spite of *error*; raise where it does not."""
        if refusal_of(error) is not Refusal.LOST:
            raise error
        self._learn_outcome(marker, error)

    def _mark(self, marker: str) -> Mapping[str, SqlValue]:
        return {"node_id": self._node_id, "node_number": self._node_number, "marker": marker, "now": _now()}

    def _note_others(self) -> bool:
        row = self.writing.first("markers_of_others", node_id=self._node_id)
        seen = (0, "") if row is None else (row.integer("nodes"), row.text("markers"))
        is_changed = seen != self._seen_markers
        self._seen_markers, self._has_company = seen, seen[0] > 0
        return is_changed

    def _register(self) -> None:
        """Take a free number and a row; both go with the session, the row at the latest after a day."""
        first = secrets.randbelow(NODES_AT_MOST)
        for offset in range(NODES_AT_MOST):
            number = (first + offset) % NODES_AT_MOST
            if self.writing.count("take_node_number", node_class=_NODE_CLASS, node_number=number):
                self._node_number = number
                break
        else:
            raise TooManyNodesError(
                f"{NODES_AT_MOST} engines are connected to this database already.", self._place, "Stop one of them."
            )
        now = _now()
        self.writing.run("forget_old_nodes", before=now - _DAY_MICROS, node_class=_NODE_CLASS)
        self.writing.run("register_node", node_id=self._node_id, node_number=self._node_number, now=now)
        self._note_others()

    def _reconnect(self) -> None:
        self._connection.close()
        try:
            self._connection = self._open_writer()
            self._connection.patience_s = _WRITER_PATIENCE_S
            require_safe_commits(self._connection, self._sync, self._place)
            self._use(self._connection)
            self._register()
        except (psycopg.Error, IncidentError) as error:
            self._connection.close()
            raise self._lost() from error
        self._seen_markers = None  # others may have written while we were away
        _LOG.warning("connected again to the database at %s", self._place)

    def _learn_outcome(self, marker: str, error: psycopg.Error) -> None:
        """Return when the commit stands, raise when it does not."""
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            try:
                self._reconnect()
                # The old transaction, if the server still runs it, holds this row: the answer waits for its end.
                row = self.writing.first("last_marker", node_id=self._node_id)
            except (psycopg.Error, ConnectionLostError) as failure:
                if time.monotonic() > deadline:
                    raise OutcomeUnknownError(
                        "The connection broke in the middle of a commit, and the server does not answer.",
                        self._place,
                        "When it is back, look whether the change was made before repeating it.",
                    ) from failure
                time.sleep(_PAUSE_S)
                continue
            if row is None or row.text("marker") != marker:
                raise self._lost() from error
            return

    def _open_writer(self) -> PgConnection:
        connection = connect(
            self._url, password=self._options.password, name="taktloom writer", settings=WRITER_SETTINGS
        )
        give_room(connection)
        return connection

    def _open_reader(self) -> PostgresqlSession:
        connection: PgConnection = connect(
            self._url,
            password=self._options.password,
            name="taktloom reader",
            settings={"statement_timeout": str(self._options.query_timeout_ms)},
            within_s=round(BEGIN_S),
        )
        connection.patience_s = self._options.query_timeout_ms / 1000 + _READER_GRACE_S
        return PostgresqlSession(connection, self._queries)

    def _lost(self) -> ConnectionLostError:
        return ConnectionLostError(
            "The database server has gone away.",
            self._place,
            "Nothing of the change was kept. See that the server runs, then try again.",
        )


# Statements are short: compiling them would take longer than running them. Each of them, and each check of a foreign
# key, goes to a few rows by an index. The server's planner would rather read a whole table that is still small, and
# keeps that plan while the table grows, until its statistics are renewed.
WRITER_SETTINGS = {
    "jit": "off",
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "enable_sort": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}


def _now() -> int:
    return time.time_ns() // 1000
