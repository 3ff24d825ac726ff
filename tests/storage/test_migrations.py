# SPDX-License-Identifier: Apache-2.0
"""The schema moves forward only, after a copy, and never under a program that does not know it."""

from pathlib import Path

import apsw
import pytest

from taktloom.storage import Migration, NewerDatabaseError, load_migrations, migrate, migrations, open_connection

FIRST = Migration(number=1, name="people", sql="CREATE TABLE person (name TEXT)")
SECOND = Migration(number=2, name="ages", sql="ALTER TABLE person ADD COLUMN age INTEGER")
BROKEN = Migration(number=2, name="broken", sql="CREATE TABLE half (x); CREATE TABLE person (again TEXT)")


def test_a_new_database_gets_every_migration_and_no_copy(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    connection = open_connection(path)

    count = migrate(connection, (FIRST, SECOND), path=path)

    assert count == 2
    assert connection.pragma("user_version") == 2
    assert [column[1] for column in connection.execute("PRAGMA table_info(person)")] == ["name", "age"]
    assert not list(tmp_path.glob("*.before-*"))


def test_a_database_with_data_is_copied_before_it_is_changed(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    connection = open_connection(path)
    migrate(connection, (FIRST,), path=path)
    connection.execute("INSERT INTO person VALUES ('Ada')")

    count = migrate(connection, (FIRST, SECOND), path=path)

    copy = apsw.Connection(str(tmp_path / "a.db.before-0002"))
    assert count == 1
    assert copy.execute("SELECT * FROM person").fetchall() == [("Ada",)]
    assert copy.pragma("user_version") == 1


def test_the_copy_made_before_is_kept_when_another_process_changes_the_schema_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, copy = tmp_path / "a.db", tmp_path / "a.db.before-0002"
    connection = open_connection(path)
    migrate(connection, (FIRST,), path=path)

    def open_after_another(file: Path, *, vfs: str, is_first: bool) -> apsw.Connection:
        """Between our look at the schema and our lock another process has done everything."""
        monkeypatch.undo()
        assert migrate(open_connection(file), (FIRST, SECOND), path=file) == 1
        return open_connection(file, vfs=vfs, is_first=is_first)

    monkeypatch.setattr(migrations, "open_connection", open_after_another)

    count = migrate(connection, (FIRST, SECOND), path=path)

    assert count == 0
    assert apsw.Connection(str(copy)).pragma("user_version") == 1


def test_a_current_database_is_left_alone(tmp_path: Path) -> None:
    connection = open_connection(tmp_path / "a.db")
    migrate(connection, (FIRST,), path=None)

    assert migrate(connection, (FIRST,), path=None) == 0


def test_an_older_program_refuses_a_newer_database(tmp_path: Path) -> None:
    connection = open_connection(tmp_path / "a.db")
    migrate(connection, (FIRST, SECOND), path=None)

    with pytest.raises(NewerDatabaseError) as refused:
        migrate(connection, (FIRST,), path=tmp_path / "a.db")

    assert refused.value.parameters == {"database": "2", "program": "1"}


def test_a_migration_that_fails_leaves_the_schema_before_it(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    connection = open_connection(path)
    migrate(connection, (FIRST,), path=path)

    with pytest.raises(apsw.SQLError):
        migrate(connection, (FIRST, BROKEN), path=path)

    assert connection.pragma("user_version") == 1
    assert connection.execute("SELECT name FROM sqlite_schema").fetchall() == [("person",)]


def test_the_engines_migrations_are_numbered_without_gaps() -> None:
    found = load_migrations("taktloom.hosts.embedded")

    assert [migration.number for migration in found] == list(range(1, len(found) + 1))
    assert found[0].name == "first_tables"
