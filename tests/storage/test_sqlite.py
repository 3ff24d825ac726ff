# SPDX-License-Identifier: Apache-2.0
"""Databases are opened one way, with a library that does not damage them."""

from pathlib import Path

import apsw
import pytest

from taktloom.storage import (
    MEMORY,
    DatabaseUnusableError,
    SyncLevel,
    UnsafeSqliteError,
    check_integrity,
    data_version,
    open_connection,
    require_safe_version,
    savepoint,
    transaction,
)


@pytest.mark.parametrize("version", ["3.7.0", "3.40.1", "3.44.5", "3.45.0", "3.50.6", "3.51.0", "3.51.2", "3.52.0"])
def test_a_version_with_the_wal_reset_bug_is_refused(version: str) -> None:
    with pytest.raises(UnsafeSqliteError) as refused:
        require_safe_version(version)

    assert refused.value.parameters == {"version": version}


@pytest.mark.parametrize("version", ["3.44.6", "3.50.7", "3.51.3", "3.53.0", "3.54.1"])
def test_a_mended_version_is_taken(version: str) -> None:
    require_safe_version(version)

    assert version


def test_a_database_on_disk_has_a_write_ahead_log_and_waits_for_the_disk(tmp_path: Path) -> None:
    connection = open_connection(tmp_path / "a.db")

    assert connection.pragma("journal_mode") == "wal"
    assert connection.pragma("synchronous") == 2
    assert connection.pragma("foreign_keys") == 1


def test_the_sync_level_can_be_lowered_to_normal(tmp_path: Path) -> None:
    connection = open_connection(tmp_path / "a.db", sync=SyncLevel.NORMAL)

    assert connection.pragma("synchronous") == 1


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_bytes(b"Dear Sir or Madam, " * 100)

    with pytest.raises(DatabaseUnusableError) as refused:
        open_connection(path)

    assert refused.value.place.source == str(path)


def test_a_block_that_raises_leaves_nothing_behind(tmp_path: Path) -> None:
    connection = open_connection(tmp_path / "a.db")
    connection.execute("CREATE TABLE t (x)")

    with pytest.raises(apsw.SQLError), transaction(connection):
        connection.execute("INSERT INTO t VALUES (1); INSERT INTO missing VALUES (2)")

    assert connection.execute("SELECT count(*) FROM t").fetchall() == [(0,)]


def test_the_data_version_tells_of_the_commits_of_others_only(tmp_path: Path) -> None:
    mine, other = open_connection(tmp_path / "a.db"), open_connection(tmp_path / "a.db")
    mine.execute("CREATE TABLE t (x)")
    before = data_version(mine)

    mine.execute("INSERT INTO t VALUES (1)")
    after_mine = data_version(mine)
    other.execute("INSERT INTO t VALUES (2)")
    after_other = data_version(mine)

    assert after_mine == before
    assert after_other != before


def test_a_sound_file_has_no_problems_and_a_damaged_one_has(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    connection = apsw.Connection(str(path))
    connection.execute("CREATE TABLE t (x TEXT); CREATE INDEX i ON t (x)")
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO t VALUES (?)", [(f"row {number}" * 10,) for number in range(2000)])
    connection.execute("COMMIT")
    connection.close()

    sound = check_integrity(path)
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 4] = bytes(4096)
    path.write_bytes(content)
    damaged = check_integrity(path)

    assert sound == ()
    assert len(damaged) > 0


def _insert_and_refuse(connection: apsw.Connection) -> None:
    with savepoint(connection):
        connection.execute("INSERT INTO kept VALUES (2)")
        raise ValueError("no")


def test_what_a_savepoint_that_raises_did_is_taken_back_and_the_transaction_goes_on() -> None:
    connection = open_connection(MEMORY)
    connection.execute("CREATE TABLE kept (n)")

    with transaction(connection):
        connection.execute("INSERT INTO kept VALUES (1)")
        with pytest.raises(ValueError, match="no"):
            _insert_and_refuse(connection)
        with savepoint(connection):
            connection.execute("INSERT INTO kept VALUES (3)")

    assert [row[0] for row in connection.execute("SELECT n FROM kept ORDER BY n")] == [1, 3]


def test_a_database_whose_log_cannot_be_used_is_refused_and_not_run_with_a_rollback_journal(tmp_path: Path) -> None:
    # This file layer has no shared memory, as some network file systems: SQLite then keeps the journal mode and says so
    # by its answer only.
    with pytest.raises(DatabaseUnusableError) as refused:
        open_connection(tmp_path / "a.db", vfs="unix-dotfile")

    assert "the journal mode stays delete" in refused.value.cause
