# SPDX-License-Identifier: Apache-2.0
"""Numbered, forward-only migrations from `.sql` files named `0001_what_it_does.sql`.

`PRAGMA user_version` holds the number of the last migration that ran. Each runs in a transaction of its own together
with that number. A database that already holds data is copied first (`engine.db` -> `engine.db.before-0002`). A program
that knows fewer migrations than the database has refuses it: the older code cannot know what the newer tables mean.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import apsw

from taktloom.model.errors import IncidentError
from taktloom.model.places import Place
from taktloom.storage.backup import copy_database
from taktloom.storage.sqlite import open_connection, pragma_number, transaction

_FILE = re.compile(r"^(\d{4})_([a-z0-9_]+)\.sql$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One step of the schema; numbers begin at 1 and have no gaps."""

    number: int
    name: str
    sql: str


class NewerDatabaseError(IncidentError):
    """The database was written by a newer version of this program."""

    code = "TL-3603"


@cache
def load_migrations(package: str, folder: str = "migrations") -> tuple[Migration, ...]:
    """Read the migrations of *package* in order. Raises ValueError for gaps or doubled numbers."""
    found = read_migration_files(files(package).joinpath(folder))
    if [migration.number for migration in found] != list(range(1, len(found) + 1)):
        raise ValueError(f"the migrations of {package} are not numbered 1, 2, 3 …")
    return tuple(found)


def read_migration_files(folder: Traversable) -> list[Migration]:
    """The migrations that lie in *folder* itself, by number."""
    found = []
    for entry in folder.iterdir():
        match = _FILE.match(entry.name)
        if match:
            found.append(Migration(number=int(match[1]), name=match[2], sql=entry.read_text(encoding="utf-8")))
    return sorted(found, key=lambda migration: migration.number)


def newer_database(database: int, program: int, place: Place) -> NewerDatabaseError:
    """The refusal of a database that knows more migrations than this program."""
    return NewerDatabaseError(
        f"The database has schema {database}; this program knows {program}.",
        place,
        "Start the newer version of the program, or restore the copy made before the upgrade.",
        {"database": str(database), "program": str(program)},
    )


def migrate(connection: apsw.Connection, migrations: tuple[Migration, ...], *, path: Path | None) -> int:
    """Bring the database up to the newest schema; how many migrations ran.

    path: where the file is, for the copy made before; None for a database in memory.
    Raises NewerDatabaseError when the database knows more migrations than this program.
    """
    known = len(migrations)
    present = pragma_number(connection, "user_version")
    if present > known:
        raise newer_database(present, known, Place(source=str(path or "")))
    if present == known:
        return 0
    if present > 0 and path is not None:
        _copy_before(connection, present, path)
    return sum(_apply(connection, migration) for migration in migrations[present:])


def _copy_before(connection: apsw.Connection, present: int, path: Path) -> None:
    """Copy the database unless another process has changed its schema, which waits meanwhile."""
    other = open_connection(path, vfs=connection.open_vfs, is_first=False)
    try:
        with transaction(other):
            if pragma_number(other, "user_version") == present:
                copy_database(connection, path.with_name(f"{path.name}.before-{present + 1:04d}"))
    finally:
        other.close()


def _apply(connection: apsw.Connection, migration: Migration) -> int:
    with transaction(connection):
        # Another process may have migrated between our look and our lock.
        if pragma_number(connection, "user_version") >= migration.number:
            return 0
        connection.execute(migration.sql)
        connection.execute(f"PRAGMA user_version = {migration.number:d}")
    return 1
