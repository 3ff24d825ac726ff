# SPDX-License-Identifier: Apache-2.0
"""A copy of a live database is whole, and replaces the target at once or not at all."""

from pathlib import Path

import apsw

from taktloom.storage import backup_database, check_integrity, open_connection


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
