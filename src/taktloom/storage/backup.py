# SPDX-License-Identifier: Apache-2.0
"""Copying a live database: SQLite's online backup into a temporary file, synced, then renamed into place.

A reader of the target never sees half a copy, and writers of the source go on meanwhile: the copy is of one snapshot.
Without one, SQLite begins the copy anew after each commit of another connection, and on a busy database it never ends.
"""

import os
from pathlib import Path

import apsw

from taktloom.storage.sqlite import SyncLevel, open_connection, savepoint

_PAGES_PER_STEP = 1024


def backup_database(source: Path, target: Path) -> None:
    """Copy the database file *source* to *target* while others may write to it."""
    connection = open_connection(source, sync=SyncLevel.NORMAL)
    try:
        copy_database(connection, target)
    finally:
        connection.close()


def copy_database(connection: apsw.Connection, target: Path) -> None:
    """Copy the database behind *connection*, as it is when the copy begins, to the file *target*, replacing it."""
    unfinished = target.with_name(f"{target.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    copy = apsw.Connection(str(unfinished))
    try:
        with savepoint(connection):
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()  # the snapshot is taken by a first look
            with copy.backup("main", connection, "main") as backup:
                while not backup.done:
                    backup.step(_PAGES_PER_STEP)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file without a log beside it
    finally:
        copy.close()
    sync_path(unfinished)
    unfinished.replace(target)
    sync_path(target.parent)


def fill_database(connection: apsw.Connection, content: bytes) -> None:
    """Replace all that is in the database behind *connection* by *content*, as `Connection.serialize` gave it."""
    source = apsw.Connection(":memory:")
    try:
        source.deserialize("main", content)
        with connection.backup("main", source, "main") as backup:
            backup.step(-1)
    finally:
        source.close()


def sync_path(path: Path) -> None:
    """Have the disk keep the content of a file, or the names in a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
