# SPDX-License-Identifier: Apache-2.0
"""A session that holds writes back and sends them together: what is paid for each statement is then paid once a group.

`defer` notes a write; it goes to the database before anything that could see the difference: a query that names one of
the tables with waiting rows, any statement run directly, the end of the group (`flush`). Rows of one statement go in
one call, in the order in which they were deferred. Statements are put in another order only where that cannot be seen:
two writes to the same row, told by *key*, always stay in order; tables that others refer to come first.

Taking back: a part of the work (`savepoint`) that raises loses what it deferred by cutting the list. The database gets
a savepoint only when something of the part, or after its beginning, has to be written before the part is over; what
was deferred before the part is written before that savepoint, so it stays.

When the database refuses a deferred row, it is too late to tell whose it was: the session is `is_spoilt` until the
transaction is taken back, and the writer runs each piece of work by itself.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from typing import NamedTuple, TypeAlias

from taktloom.storage.rows import Row
from taktloom.storage.session import Session
from taktloom.storage.sqlite import SqlValue
from taktloom.storage.statements import StatementKind, statement_kind


class _Statement(NamedTuple):
    """rank: of its table, below 0 where others refer to it."""

    name: str
    kind: StatementKind
    table: str
    rank: int


# A statement; the key of its row, None where no other one of the group writes it; whether it takes the place of what
# waits for the same row; what is bound. A plain tuple, for there are dozens of them for each instance.
_Write: TypeAlias = tuple[_Statement, str | None, bool, Mapping[str, SqlValue]]


class _Part:
    """What can be taken back: it is entered and left as a context.

    beginning: how many writes waited when it began. undo: of its savepoint in the database, once there is one.
    """

    __slots__ = ("_session", "beginning", "undo")

    def __init__(self, session: "BufferedSession", beginning: int) -> None:
        self._session, self.beginning = session, beginning
        self.undo: ExitStack | None = None

    def __enter__(self) -> None:
        self._session.begin_part(self)

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._session.end_part(self, error)


_Rows: TypeAlias = list[Mapping[str, SqlValue]]
_Stage: TypeAlias = dict[str, _Rows]  # per statement its rows


class BufferedSession(Session):
    """A session over another one (`below`), which nobody else uses within a transaction."""

    def __init__(self, below: Callable[[], Session], *, parents_first: Sequence[str] = ()) -> None:
        """below: gives the session of the present connection.

        parents_first: tables that foreign keys refer to, in the order in which they must be written; no deferred
        statement deletes from them.
        """
        self._below = below
        self._ranks = {table: rank - len(parents_first) for rank, table in enumerate(parents_first)}
        self._writes: list[_Write] = []
        self._waiting: defaultdict[str, set[str | None]] = defaultdict(
            set
        )  # of each table with waiting writes the keys of their rows
        self._is_row_twice = False  # whether several writes wait for one row
        self._statements: dict[str, _Statement] = {}
        self._parts: list[_Part] = []
        self._kept: dict[tuple[object, ...], Row | None] = {}
        self._kept_tables: set[str] = set()
        self._direct_changes: dict[str, int] = {}  # by table
        self._times_taken_back = 0
        self.epoch: int = 0
        self.is_spoilt = False

    @property
    def below(self) -> Session:
        """The session that everything goes through."""
        return self._below()

    def text(self, name: str, /) -> str:
        """See Session."""
        return self.below.text(name)

    def run(self, name: str, /, **bindings: SqlValue) -> int:
        """See Session."""
        self._prepare(self._kind(name))
        return self.below.run(name, **bindings)

    def run_many(self, name: str, rows: Iterable[Mapping[str, SqlValue]], /) -> int:
        """See Session."""
        self._prepare(self._kind(name))
        return self.below.run_many(name, rows)

    def rows(self, name: str, /, **bindings: SqlValue) -> Iterator[Row]:
        """See Session."""
        self._prepare(self._kind(name))
        return self.below.rows(name, **bindings)

    def defer(self, name: str, key: str | None = None, /, **bindings: SqlValue) -> None:
        """See Session."""
        self._defer((self._statements.get(name) or self._learn(name), key, False, bindings))

    def defer_new(self, name: str, key: str, /, **bindings: SqlValue) -> None:
        """See Session."""
        statement = self._statements.get(name) or self._learn(name)
        self._writes.append((statement, None, False, bindings))
        self._waiting[statement.table].add(key)
        if statement.table in self._kept_tables:
            self._drop_kept()

    def defer_newest(self, name: str, key: str, /, **bindings: SqlValue) -> None:
        """See Session."""
        self._defer((self._statements.get(name) or self._learn(name), key, True, bindings))

    def first_of(self, name: str, key: str, /, **bindings: SqlValue) -> Row | None:
        """See Session."""
        self._flush_for(name, (key,))
        return self.below.first(name, **bindings)

    def all_of(self, name: str, keys: Iterable[str], /, **bindings: SqlValue) -> list[Row]:
        """See Session."""
        self._flush_for(name, keys)
        return self.below.all(name, **bindings)

    def kept(self, name: str, /, **bindings: SqlValue) -> Row | None:
        """See Session."""
        key = (name, *bindings.values())
        if key not in self._kept:
            self._kept_tables |= self._kind(name).tables
            self._kept[key] = self.first(name, **bindings)
        return self._kept[key]

    def change_count(self, table: str) -> tuple[int, int]:
        """See Session."""
        return self._times_taken_back, self._direct_changes.get(table, 0)

    @property
    def in_transaction(self) -> bool:
        """See Session."""
        return self.below.in_transaction

    def savepoint(self) -> AbstractContextManager[None]:
        """See Session."""
        return _Part(self, len(self._writes))

    def flush(self) -> None:
        """See Session."""
        if self._writes:
            self._send()
            self._settle()

    def finish(self) -> None:
        """See Session."""
        if self._writes:
            self._send()

    def _send(self) -> None:
        writes, begun, in_stages = self._writes, 0, self._is_row_twice
        self._start_anew()
        for part in self._parts:
            if part.undo is None:
                self._write(writes[begun : part.beginning], in_stages=in_stages)
                begun = part.beginning
                self._open(part)
            part.beginning = 0
        self._write(writes[begun:], in_stages=in_stages)

    def start(self) -> None:
        """A transaction begins: nothing waits."""
        self._start_anew()
        self._parts = []
        self.is_spoilt = False

    def forget(self) -> None:
        """See Session."""
        self._times_taken_back += 1
        self._drop_kept()

    def close(self) -> None:
        """See Session."""
        self.below.close()

    def _start_anew(self) -> None:
        self.epoch += 1
        self._writes, self._waiting, self._is_row_twice = [], defaultdict(set), False

    def _kind(self, name: str) -> StatementKind:
        return (self._statements.get(name) or self._learn(name)).kind

    def _learn(self, name: str) -> _Statement:
        kind = statement_kind(self.below.text(name))
        statement = _Statement(name, kind, kind.table, self._ranks.get(kind.table, 0))
        self._statements[name] = statement
        return statement

    def _defer(self, write: _Write) -> None:
        table, key = write[0].table, write[1]
        self._writes.append(write)
        keys = self._waiting[table]
        if key not in keys:
            keys.add(key)
        elif key is not None:
            self._is_row_twice = True
        if table in self._kept_tables:
            self._drop_kept()

    def _flush_for(self, name: str, keys: Iterable[str]) -> None:
        """Write what waits for rows of these keys, if anything does."""
        tables = self._kind(name).tables & self._waiting.keys()
        if tables and any(key in self._waiting[table] for table in tables for key in (None, *keys)):
            self.flush()

    def _prepare(self, kind: StatementKind) -> None:
        """Write what the statement must see, and what must not be taken back with it."""
        if kind.changes:
            self.flush()
            for part in self._parts:
                if part.undo is None:
                    self._open(part)
            self._direct_changes[kind.table] = self._direct_changes.get(kind.table, 0) + 1
            if not self._kept_tables.isdisjoint(kind.tables):
                self._drop_kept()
        elif not kind.tables.isdisjoint(self._waiting):
            self.flush()

    def _open(self, part: _Part) -> None:
        self._settle()
        part.undo = ExitStack()
        part.undo.enter_context(self.below.savepoint())

    def begin_part(self, part: _Part) -> None:
        """For the part itself."""
        self._parts.append(part)

    def end_part(self, part: _Part, error: BaseException | None) -> None:
        """For the part itself: keep it, or take it back when it raised."""
        if error is not None:
            self._take_back(part, error)
            return
        self._parts.pop()
        if part.undo is not None:
            part.undo.close()

    def _take_back(self, part: _Part, error: BaseException) -> None:
        self._parts.pop()
        del self._writes[part.beginning :]
        self._drop_kept()
        if part.undo is not None:
            self._times_taken_back += 1
            part.undo.__exit__(type(error), error, error.__traceback__)

    def _drop_kept(self) -> None:
        self._kept, self._kept_tables = {}, set()

    def _write(self, writes: Sequence[_Write], *, in_stages: bool) -> None:
        if in_stages:
            writes, in_stages = _newest(writes)
        try:
            for stage in self._stages(writes) if in_stages else [_one_stage(writes)]:
                for name in sorted(stage, key=lambda one: self._statements[one].rank):
                    self.below.send_many(name, stage[name])
        except BaseException:
            self.is_spoilt = True
            raise

    def _settle(self) -> None:
        try:
            self._below().settle()
        except BaseException:
            self.is_spoilt = True
            raise

    def _stages(self, writes: Sequence[_Write]) -> list[_Stage]:
        """Writes to the same row in stages after one another; never before rows that they may refer to."""
        stages: list[_Stage] = []
        places: dict[tuple[str, str], int] = {}  # the stage in which a row was written last
        floors = dict.fromkeys((*self._ranks.values(), 0), 0)  # of the tables of a rank the first stage they may be in
        for (name, _, table, rank), key, _, bindings in writes:
            at = floors[rank]
            if key is not None:
                at = max(at, places.get((table, key), -1) + 1)
            while at >= len(stages):
                stages.append({})
            rows = stages[at].setdefault(name, [])
            if key is not None:
                places[table, key] = at
            if rank < 0 and at > 0:  # what refers to this table goes no earlier
                floors.update({other: max(floor, at) for other, floor in floors.items() if other > rank})
            rows.append(bindings)
        return stages


def _newest(writes: Sequence[_Write]) -> tuple[list[_Write], bool]:
    """Without those whose place a newer one takes; whether several are left for one row."""
    left: list[_Write] = []
    last: dict[tuple[str, str], int] = {}  # of the writes to a row
    is_row_twice = False
    for write in writes:
        statement, key, is_newest, _ = write
        if key is not None:
            row = (statement.table, key)
            at = last.get(row)
            if at is not None:
                if is_newest and left[at][0] is statement:
                    left[at] = write
                    continue
                is_row_twice = True
            last[row] = len(left)
        left.append(write)
    return left, is_row_twice


def _one_stage(writes: Sequence[_Write]) -> _Stage:
    """Where each row is written once, all can go together."""
    stage: _Stage = defaultdict(list)
    for statement, _, _, bindings in writes:
        stage[statement[0]].append(bindings)
    return stage
