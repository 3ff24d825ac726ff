# SPDX-License-Identifier: Apache-2.0
"""A session that holds writes back: nobody can tell, but by the number of statements."""

from collections.abc import Callable

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taktloom.storage import BufferedSession, Session, SqliteSession, open_connection, parse_queries
from taktloom.storage.statements import calls_for, statement_kind

SCHEMA = """
CREATE TABLE parent (id TEXT PRIMARY KEY, state TEXT NOT NULL);
CREATE TABLE child (position INTEGER PRIMARY KEY AUTOINCREMENT, parent TEXT NOT NULL REFERENCES parent, note TEXT);
"""
QUERIES = parse_queries(
    """
-- name: insert_parent
INSERT INTO parent (id, state) VALUES (:id, 'new');

-- name: save_parent
INSERT INTO parent (id, state) VALUES (:id, :state) ON CONFLICT (id) DO UPDATE SET state = excluded.state;

-- name: end_parent
UPDATE parent SET state = state || '.' WHERE id = :id;

-- name: mark_parent
UPDATE parent SET state = state || :mark WHERE state <> 'gone' AND id = :id;

-- name: insert_child
INSERT INTO child (parent, note) VALUES (:parent, :note);

-- name: delete_children
DELETE FROM child WHERE parent = :parent;

-- name: parents
SELECT id, state FROM parent ORDER BY id;

-- name: parent_by_id
SELECT id, state FROM parent WHERE id = :id;

-- name: children
SELECT parent, note FROM child ORDER BY position;
"""
)
PARENTS = ["a", "b", "c"]
parent = st.sampled_from(PARENTS)
OPERATIONS = st.one_of(
    st.tuples(st.just("save"), parent, st.sampled_from("xyz")),
    st.tuples(st.just("end"), parent),
    st.tuples(st.just("end now"), parent),
    st.tuples(st.just("mark"), parent, st.sampled_from("!?")),
    st.tuples(st.just("child"), parent, st.sampled_from("xyz")),
    st.tuples(st.just("childless"), parent),
    st.tuples(st.just("look"), st.sampled_from(["parents", "children"])),
    st.tuples(st.just("ask"), parent),
    st.tuples(st.just("find"), parent),
)
PROGRAMS = st.recursive(
    st.lists(OPERATIONS, max_size=6),
    lambda inner: st.lists(
        st.one_of(OPERATIONS, st.tuples(st.just("part"), inner), st.tuples(st.just("failing part"), inner)), max_size=6
    ),
    max_leaves=6,
)


class _TakenBack(Exception):
    """Ends a part that is to be taken back."""


@settings(max_examples=150, deadline=None)
@given(PROGRAMS)
def test_whatever_is_deferred_every_answer_and_every_row_is_as_if_it_had_been_written_at_once(
    program: list[tuple[object, ...]],
) -> None:
    plain, buffered = _plain(), _buffered()

    assert _run(buffered, program) == _run(plain, program)
    buffered.flush()
    assert _tables(buffered) == _tables(plain)


def test_a_query_sees_what_waits_to_be_written_and_is_not_seen_by_what_is_taken_back() -> None:
    session = _buffered()
    session.defer("insert_parent", "a", id="a")
    seen = _state(session, "a")

    def end_it() -> None:
        session.defer("end_parent", "a", id="a")

    seen_in_part = _in_vain(session, end_it)
    _in_vain(session, end_it, look=False)
    session.flush()

    assert (seen, seen_in_part) == ("new", "new.")
    assert _tables(session)[0] == [("a", "new")]


def test_rows_of_one_statement_go_together_and_those_that_others_refer_to_go_first() -> None:
    session = _buffered()
    session.defer("insert_child", parent="p69", note="early")
    for number in range(70):
        session.defer("insert_parent", f"p{number}", id=f"p{number}")
    statements = _traced(session)

    session.flush()

    assert [text.count("(?, 'new')") for text in statements] == [64, 4, 2, 0]
    assert _tables(session)[1] == [("p69", "early")]


def test_of_what_is_saved_again_and_again_only_the_newest_is_written() -> None:
    session = _buffered()
    for state in "abc":
        session.defer_newest("save_parent", "p", id="p", state=state)
    statements = _traced(session)
    session.flush()

    assert len(statements) == 1
    assert _tables(session)[0] == [("p", "c")]


def test_a_refused_row_spoils_the_session_until_the_transaction_is_taken_back() -> None:
    session = _buffered()
    session.defer("insert_child", parent="nobody", note="x")

    with pytest.raises(apsw.ConstraintError):
        session.flush()

    assert session.is_spoilt
    session.start()
    assert not session.is_spoilt


def test_what_is_kept_is_asked_again_after_its_table_has_changed() -> None:
    session = _buffered()
    session.run("insert_parent", id="a")
    asked = _counted(session)

    first = [_state(session, "a") for _ in range(3)]
    session.defer("end_parent", "a", id="a")
    second = [_state(session, "a") for _ in range(3)]
    within = _in_vain(session, lambda: session.run("end_parent", id="a"))

    assert (first, second, within) == (["new"] * 3, ["new."] * 3, "new..")
    assert _state(session, "a") == "new."
    assert asked() == 4


def test_a_row_without_waiting_writes_is_read_before_those_of_others_are_written() -> None:
    session = _buffered()
    session.run("insert_parent", id="a")
    session.defer("insert_parent", "b", id="b")
    statements = _traced(session)

    rows = [session.first_of("parent_by_id", name, id=name) for name in ("a", "c", "b")]

    assert [row and row.text("state") for row in rows] == ["new", None, "new"]
    assert ["INSERT" in text for text in statements] == [False, False, True, False]


def test_a_part_that_only_defers_costs_no_savepoint() -> None:
    session = _buffered()
    statements = _traced(session)
    for name in PARENTS:
        with session.savepoint():
            session.defer("insert_parent", name, id=name)
    _in_vain(session, lambda: session.defer("insert_parent", "d", id="d"), look=False)
    session.flush()

    assert not [text for text in statements if "SAVEPOINT" in text]
    assert [row[0] for row in _tables(session)[0]] == PARENTS


@pytest.mark.parametrize(
    ("text", "tables", "table"),
    [
        ("SELECT a FROM one JOIN two USING (a)", {"one", "two"}, ""),
        ("UPDATE one SET a = (SELECT max(b) FROM two)", {"one", "two"}, "one"),
        ("DELETE FROM one WHERE a = 'FROM nowhere'", {"one"}, "one"),
        ("WITH passing AS (UPDATE gate SET n = 1 RETURNING n) SELECT a FROM one", {"gate", "one"}, "gate"),
    ],
)
def test_a_statement_tells_its_tables_and_what_it_changes(text: str, tables: set[str], table: str) -> None:
    kind = statement_kind(text)

    assert (set(kind.tables), kind.table, kind.changes) == (tables, table, table != "")


def test_a_plain_insert_takes_many_rows() -> None:
    rows = [{"id": "a", "state": "x"}, {"state": "y", "id": "b"}]

    calls = calls_for(QUERIES["save_parent"], rows * 3)

    assert calls is not None
    assert [text.count("(?, ?)") for text, _ in calls] == [4, 2]
    assert calls[0][1] == ["a", "x", "b", "y", "a", "x", "b", "y"]


def test_what_is_done_alike_to_rows_told_by_their_key_is_done_to_many_at_once() -> None:
    rows = [{"id": f"p{number}", "mark": "!?"[number == 2]} for number in range(6)]

    calls = calls_for(QUERIES["mark_parent"], rows)

    start = "UPDATE parent SET state = state || ? WHERE state <> 'gone' AND id IN"
    assert calls == [
        (f"{start} (?,?,?,?)", ["!", "p0", "p1", "p3", "p4"]),
        (f"{start} (?)", ["!", "p5"]),
        (f"{start} (?)", ["?", "p2"]),
    ]


@pytest.mark.parametrize(
    "text",
    [
        QUERIES["end_parent"],
        "UPDATE one SET a = (SELECT b FROM two) WHERE c = :c AND id = :id",
        "UPDATE one SET a = :id WHERE c = :c AND id = :id",
        "UPDATE one SET a = 'at 12:30' WHERE c = :c AND id = :id",
        "DELETE FROM one WHERE a = :a OR b = :b AND id = :id",
        "INSERT INTO one (a, b) VALUES (:a, 'not a :parameter')",
        "INSERT INTO one (a) SELECT b FROM two WHERE c = :c",
    ],
)
def test_any_other_statement_is_run_for_each_row(text: str) -> None:
    assert calls_for(text, [{"a": 1, "b": 2, "c": 3, "id": "x"}, {"a": 1, "b": 2, "c": 3, "id": "y"}]) is None


def test_a_row_that_is_changed_twice_is_changed_twice() -> None:
    assert calls_for(QUERIES["mark_parent"], [{"id": "a", "mark": "!"}, {"id": "a", "mark": "!"}]) is None


def _plain() -> Session:
    connection = open_connection(":memory:")
    connection.execute(SCHEMA)
    connection.execute("BEGIN")
    return SqliteSession(connection, QUERIES)


def _buffered() -> BufferedSession:
    session = _plain()
    return BufferedSession(lambda: session, parents_first=("parent",))


def _connection(session: BufferedSession) -> apsw.Connection:
    assert isinstance(session.below, SqliteSession)
    return session.below.connection


def _counted(session: BufferedSession) -> Callable[[], int]:
    seen = _traced(session)
    return lambda: sum("SELECT" in text for text in seen)


def _traced(session: BufferedSession) -> list[str]:
    """The statements that reach the database from now on."""
    seen: list[str] = []

    def trace(_cursor: object, text: str, _bindings: object) -> bool:
        seen.append(text)
        return True

    _connection(session).exec_trace = trace
    return seen


def _in_vain(session: Session, work: Callable[[], object], *, look: bool = True) -> str:
    """Do something in a part that is taken back; the state of "a" as seen in it."""
    seen = ""
    try:
        with session.savepoint():
            work()
            seen = _state(session, "a") if look else ""
            raise _TakenBack
    except _TakenBack:
        return seen


def _state(session: Session, name: str) -> str:
    row = session.kept("parent_by_id", id=name)
    return "" if row is None else row.text("state")


def _tables(session: Session) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    return (
        [(row.text("id"), row.text("state")) for row in session.rows("parents")],
        [(row.text("parent"), row.text("note")) for row in session.rows("children")],
    )


def _run(session: Session, program: list[tuple[object, ...]]) -> list[object]:
    """What the program was told. Children are noted only for parents that are there, so that no row is refused."""
    told: list[object] = []
    for kind, *given_ in program:
        if kind in {"part", "failing part"}:
            try:
                with session.savepoint():
                    told += _run(session, given_[0])  # type: ignore[arg-type]  # a program
                    if kind == "failing part":
                        raise _TakenBack
            except _TakenBack:
                told.append("taken back")
        else:
            told.append(_step(session, str(kind), *map(str, given_)))
    return told


def _step(session: Session, kind: str, name: str, text: str = "") -> object:
    if kind == "save":
        session.defer_newest("save_parent", name, id=name, state=text)
    elif kind == "end":
        session.defer("end_parent", name, id=name)
    elif kind == "mark":
        session.defer("mark_parent", name, id=name, mark=text)
    elif kind == "end now":
        return session.run("end_parent", id=name)
    elif kind == "child":
        session.defer_newest("save_parent", name, id=name, state=text)
        session.defer("insert_child", parent=name, note=text)
    elif kind == "childless":
        return session.run("delete_children", parent=name)
    elif kind == "find":
        row = session.first_of("parent_by_id", name, id=name)
        return None if row is None else row.text("state")
    elif kind == "look":
        return [tuple(row.text(column) for column in _COLUMNS[name]) for row in session.rows(name)]
    else:
        return _state(session, name)
    return None


_COLUMNS = {"parents": ("id", "state"), "children": ("parent", "note")}
