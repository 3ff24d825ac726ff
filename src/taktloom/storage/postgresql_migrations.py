# SPDX-License-Identifier: Apache-2.0
"""The schema on PostgreSQL: the same numbered migrations, translated, and the store's own after them.

Three folders of a package's `migrations/` take part: the portable files themselves; `postgresql/`, whose files replace
the portable ones of the same number where the rules of translation do not reach; and `postgresql_only/`, a series with
numbers of its own for what only this store needs. `schema_version` holds the last number of each series.

All that is due runs in one transaction under an advisory lock: of several nodes that start together one migrates, the
others wait and find it done, and a migration that fails leaves the schema as it was. The server makes no copy of the
database before; `pg_dump` is the operator's.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from taktloom.model.places import Place
from taktloom.storage.dialects import postgresql_schema
from taktloom.storage.migrations import Migration, load_migrations, newer_database, read_migration_files
from taktloom.storage.postgresql import PgConnection

PORTABLE, OWN = "portable", "postgresql"
_MIGRATION_LOCK = 0x7461_6B74  # any number that nobody else takes: "takt"
_VERSIONS = """CREATE TABLE IF NOT EXISTS schema_version (series TEXT PRIMARY KEY, number BIGINT NOT NULL)"""
_SET_VERSION = """INSERT INTO schema_version (series, number) VALUES ($1, $2)
ON CONFLICT (series) DO UPDATE SET number = excluded.number"""


@cache
def load_postgresql_migrations(package: str) -> Mapping[str, tuple[Migration, ...]]:
    """The migrations of *package* in PostgreSQL's words, by series in the order in which the series run."""
    folder = files(package).joinpath("migrations")
    by_hand = folder.joinpath("postgresql")
    replaced = {one.number: one for one in read_migration_files(by_hand)} if by_hand.is_dir() else {}
    portable = tuple(replaced.get(one.number) or _translated(one) for one in load_migrations(package))
    return {PORTABLE: portable, OWN: load_migrations(package, "migrations/postgresql_only")}


def migrate_postgresql(connection: PgConnection, migrations: Mapping[str, tuple[Migration, ...]], place: Place) -> int:
    """Bring the database up to the newest schema; how many migrations ran.

    Raises NewerDatabaseError when the database knows more migrations of a series than this program.
    """
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock($1)", [_MIGRATION_LOCK])
        connection.execute(_VERSIONS)
        present = {
            str(row[0]): int(str(row[1])) for row in connection.execute("SELECT series, number FROM schema_version")
        }
        for series, known in migrations.items():
            if present.get(series, 0) > len(known):
                raise newer_database(present[series], len(known), place)
        return sum(_apply(connection, series, known[present.get(series, 0) :]) for series, known in migrations.items())


def _apply(connection: PgConnection, series: str, due: tuple[Migration, ...]) -> int:
    for migration in due:
        connection.execute(migration.sql.encode(), prepare=False)
        connection.execute(_SET_VERSION, [series, migration.number])
    return len(due)


def _translated(migration: Migration) -> Migration:
    return Migration(number=migration.number, name=migration.name, sql=postgresql_schema(migration.sql))
