# SPDX-License-Identifier: Apache-2.0
"""A private PostgreSQL server for tests: a cluster in a temporary folder, reached by a socket in it, gone afterwards.

The server refuses to run as root; as root it runs as the user `postgres` that its package makes.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest

from taktloom.hosts.embedded import EmbeddedEngine

_FOLDER = Path("/usr/lib/postgresql")
_SETTINGS = (
    "listen_addresses=",
    "max_connections=200",
    "shared_buffers=64MB",
    "deadlock_timeout=200ms",
    "jit=off",  # plans of small tables only
    "autovacuum=off",  # the databases end before it would be of use
)
_numbers = count(1)
_MADE: dict[str, psycopg.Connection] = {}  # to the databases of engines, by address
# Few of the tables hold anything after a test: emptying those takes a tenth of the time that TRUNCATE takes for all,
# and on a connection that knows the tables an eighth of that.
_EMPTY = """
DO $$
DECLARE name text; has_rows boolean;
BEGIN
  SET LOCAL session_replication_role = replica;  -- references are not looked at: what refers goes too
  FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
    AND NOT relispartition AND relname NOT IN ('schema_version', 'gate', 'history_month') LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', name) INTO has_rows;
    IF has_rows THEN EXECUTE format('DELETE FROM %I', name); END IF;
  END LOOP;
  FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
    EXECUTE format('ALTER SEQUENCE %I RESTART', name);
  END LOOP;
END $$
"""
# The server ends with the process that started it, however that ends.
_USER = ("--reuid=postgres", "--regid=postgres", "--init-groups") if os.geteuid() == 0 else ()
_AS_SERVER = ("setpriv", *_USER, "--pdeathsig=QUIT", "--")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresqlServer:
    """A running server. socket: its folder; databases are made and dropped by name."""

    socket: Path

    def url(self, database: str = "postgres") -> str:
        """The address of one of its databases."""
        return f"postgresql://postgres@/{database}?host={self.socket}"

    def new_database(self) -> str:
        """The address of a new, empty database."""
        name = f"test_{os.getpid()}_{next(_numbers)}"
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def engine_database(self) -> str:
        """The address of a database with the engine's tables, all empty: the same one for each test of a process."""
        name = f"engine_{os.getpid()}"
        url = self.url(name)
        if url not in _MADE:
            self.execute(f"CREATE DATABASE {name}")
            EmbeddedEngine.open(url).drain()
            _MADE[url] = psycopg.connect(url, autocommit=True)
        try:
            _MADE[url].execute(_EMPTY)
        except psycopg.OperationalError:  # a test has ended all connections
            _MADE[url].close()
            _MADE[url] = psycopg.connect(url, autocommit=True)
            _MADE[url].execute(_EMPTY)
        return url

    def execute(self, statement: str, *, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run a statement as the superuser; its rows, if it gives any."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def stop_backends(self, database_url: str) -> None:
        """End every connection to the database, as a restart of the server does."""
        name = database_url.removeprefix("postgresql://postgres@/").partition("?")[0]
        self.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")


def find_programs() -> Path | None:
    """The folder of the server's programs."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    return next((path.parent for path in sorted(_FOLDER.glob("*/bin/initdb"), reverse=True)), None)


@contextmanager
def running_server(*, is_synced: bool = False) -> Iterator[PostgresqlServer]:
    """A server for the block. is_synced: commits reach the disk, as in real use; slower."""
    programs = find_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="taktloom-pg-", dir="/tmp"))  # short: socket paths have at most 107 bytes
    data = folder / "data"
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    _run([programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"])
    settings = [*_SETTINGS, f"unix_socket_directories={folder}", *(() if is_synced else ("fsync=off",))]
    options = [word for setting in settings for word in ("-c", setting)]
    with (folder / "log").open("wb") as log:
        command = [*_AS_SERVER, str(programs / "postgres"), "-D", str(data), *options]
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/")
    server = PostgresqlServer(socket=folder)
    try:
        _wait(process, server)
        yield server
    finally:
        if (kept := _MADE.pop(server.url(f"engine_{os.getpid()}"), None)) is not None:
            kept.close()
        process.send_signal(signal.SIGQUIT)
        process.wait(timeout=60)
        shutil.rmtree(folder)


def _wait(process: "subprocess.Popen[bytes]", server: PostgresqlServer) -> None:
    """Return when the server answers; a busy machine may take a minute."""
    deadline = time.monotonic() + 120
    while True:
        try:
            server.execute("SELECT 1")
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _run(command: Sequence[object]) -> None:
    subprocess.run([*_AS_SERVER, *map(str, command)], check=True, stdout=subprocess.DEVNULL, cwd="/", timeout=120)
