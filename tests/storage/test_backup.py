# SPDX-License-Identifier: Apache-2.0
"""A copy of a live database is whole, and replaces the target at once or not at all."""

from pathlib import Path
from typing import Any

import apsw
import pytest

from taktloom.storage import backup_database, check_integrity, fill_database, open_connection


def test_a_copy_made_during_an_open_transaction_holds_what_was_committed(tmp_path: Path) -> None:
    source, target = tmp_path / "a.db", tmp_path / "copy.db"
    connection = open_connection(source)
    connection.execute("CREATE TABLE t (x); INSERT INTO t VALUES (1)")
    connection.execute("BEGIN IMMEDIATE; INSERT INTO t VALUES (2)")

    backup_database(source, target)
    connection.execute("COMMIT")

    assert apsw.Connection(str(target)).execute("SELECT x FROM t").fetchall() == [(1,)]
    assert check_integrity(target) == ()


def test_an_older_copy_is_replaced_and_nothing_unfinished_is_left(tmp_path: Path) -> None:
    source, target = tmp_path / "a.db", tmp_path / "copy.db"
    target.write_bytes(b"older")
    connection = open_connection(source)
    connection.execute("CREATE TABLE t (x)")

    backup_database(source, target)

    assert check_integrity(target) == ()
    assert [path.name for path in tmp_path.glob("copy*")][:1] == ["copy.db"]
    assert not list(tmp_path.glob("*.unfinished"))


def test_a_copy_is_of_one_moment_and_ends_though_others_commit_before_each_of_its_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = tmp_path / "a.db", tmp_path / "copy.db"
    writer = open_connection(source)
    writer.execute("CREATE TABLE t (x); INSERT INTO t VALUES (0); CREATE TABLE ballast (x)")
    writer.execute("INSERT INTO ballast VALUES (zeroblob(12000000))")
    commits = 0

    class Interrupted:
        """A backup before each step of which somebody else commits."""

        def __init__(self, backup: apsw.Backup) -> None:
            self._backup = backup

        def __enter__(self) -> "Interrupted":
            return self

        def __exit__(self, *error: object) -> None:
            self._backup.finish()

        @property
        def done(self) -> bool:
            return self._backup.done

        def step(self, pages: int) -> None:
            nonlocal commits
            writer.execute("UPDATE t SET x = x + 1")
            commits += 1
            assert commits < 50, "the copy began anew after each commit"
            self._backup.step(pages)

    class Interrupting(apsw.Connection):
        """A connection with such backups."""

        def backup(self, *given: Any) -> Any:
            return Interrupted(super().backup(*given))

    with monkeypatch.context() as patch:
        patch.setattr(apsw, "Connection", Interrupting)
        backup_database(source, target)

    assert commits == 3
    assert apsw.Connection(str(target)).execute("SELECT x FROM t").fetchall() == [(0,)]


def test_a_filled_database_holds_the_content_and_nothing_of_what_it_held() -> None:
    source, target = open_connection(":memory:"), open_connection(":memory:")
    source.execute("CREATE TABLE t (x); INSERT INTO t VALUES (1); PRAGMA user_version = 7")
    target.execute("CREATE TABLE other (x)")

    fill_database(target, source.serialize("main"))

    assert target.execute("SELECT name FROM sqlite_schema").fetchall() == [("t",)]
    assert target.execute("SELECT x FROM t").fetchall() == [(1,)]
    assert target.pragma("user_version") == 7
    assert target.pragma("foreign_keys") == 1  # of the connection, not of the content
