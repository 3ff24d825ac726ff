# SPDX-License-Identifier: Apache-2.0
"""OCEL in SQLite: 1.0 (EVENTS, OBJECTS, RELATIONS) and 2.0 (a table per type) read, 2.0 written.

A database from outside is a program of its own: it is opened read-only and immutable, its schema untrusted, and only
ordinary tables are read, never a view or a virtual table. Names of tables and columns come from the file, because the
format has a table for each type; they are quoted, and must be those that the database itself lists.
Source: OCEL 2.0 specification, section 4 (relational).
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import apsw

from taktloom.mining.objects.object_log import DeclaredType, ObjectCentricLog
from taktloom.mining.objects.records import BEGINNING, ObjectRecords
from taktloom.mining.objects.values import NUMBER, WHOLE
from taktloom.mining.objects.writing import iso

SQLITE_MAGIC = b"SQLite format 3\0"
LONGEST_VALUE = 16_000_000
MOST_COLUMNS = 2_000
NAMES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
TYPES = {"INTEGER": "integer", "REAL": "float", "BOOLEAN": "boolean", "TIMESTAMP": "time"}
SQL_TYPES = {"integer": "INTEGER", "float": "REAL", "boolean": "BOOLEAN", "time": "TIMESTAMP"}
OWN_COLUMNS = {"ocel_id", "ocel_time", "ocel_changed_field"}
FIRST_COLUMNS = {"ocel:eid", "ocel:timestamp", "ocel:activity", "ocel:oid", "ocel:type"}


def read_sqlite(path: Path, records: ObjectRecords) -> None:
    """Collect what the database holds into *records*; raises UnreadableLogError."""
    uri = f"file:{quote(str(path.absolute()))}?immutable=1"
    try:
        connection = apsw.Connection(uri, flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)
    except apsw.Error as error:
        raise records.broken("The database cannot be opened.") from error
    try:
        _distrust(connection)
        database = _Database(connection, records)
        if "event" in database.tables and "object" in database.tables:
            _read_second(database)
        elif "events" in database.tables and "objects" in database.tables:
            _read_first(database)
        else:
            raise records.broken("The database is no object-centric log: it has no tables of events and objects.")
    except apsw.Error as error:
        raise records.broken("The database is damaged or lacks a column.") from error
    finally:
        connection.close()


def _distrust(connection: apsw.Connection) -> None:
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_VIEW, 0)
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0)
    connection.limit(apsw.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
    connection.limit(apsw.SQLITE_LIMIT_COLUMN, MOST_COLUMNS)
    connection.limit(apsw.SQLITE_LIMIT_ATTACHED, 0)


class _Database:
    """Ordinary tables by lower-case name, each with the name it is listed under."""

    def __init__(self, connection: apsw.Connection, records: ObjectRecords) -> None:
        self._connection, self.records = connection, records
        self.tables = {str(name).lower(): str(name) for (name,) in connection.execute(NAMES)}

    def columns(self, table: str) -> dict[str, str]:
        """Column names with their declared types."""
        rows = self._connection.execute(
            "SELECT name, type FROM pragma_table_info(?) ORDER BY cid", (self.tables[table],)
        )
        return {str(name): str(kind).upper() for name, kind in rows}

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[tuple[str | None, ...]]:
        """These columns of a table as texts, in the order of its rows; counted against the limit."""
        names = ", ".join(_quoted(column) for column in columns)
        for row in self._connection.execute(f"SELECT {names} FROM {_quoted(self.tables[table])}"):
            self.records.count()
            yield tuple(_text(value) for value in row)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bytes):
        return value.hex()
    return value if isinstance(value, str) else repr(value)


def _read_second(database: _Database) -> None:
    records = database.records
    kinds = dict(_pairs(database, "event"))
    details = _event_details(database)
    for event_id, kind in kinds.items():
        at, values = details.get((kind, event_id), ("", []))
        records.add_event(event_id, kind, at)
        for name, value in values:
            records.add_event_attribute(event_id, name, value)
    for object_id, kind in _pairs(database, "object"):
        records.add_object(object_id, kind)
    _read_objects(database)
    for table, columns, into in (
        ("event_object", ("ocel_event_id", "ocel_object_id", "ocel_qualifier"), records.event_objects),
        ("object_object", ("ocel_source_id", "ocel_target_id", "ocel_qualifier"), records.object_objects),
    ):
        if table in database.tables:
            into.extend((one or "", other or "", how or "") for one, other, how in database.rows(table, columns))


def _pairs(database: _Database, table: str) -> list[tuple[str, str]]:
    return [(one or "", kind or "") for one, kind in database.rows(table, ("ocel_id", "ocel_type"))]


def _type_tables(database: _Database, owner: str) -> Iterator[tuple[str, str]]:
    """Type and its table, as the map of types says."""
    mapped = f"{owner}_map_type"
    if mapped not in database.tables:
        raise database.records.broken(f"The database lacks the table {mapped}.")
    read: set[str] = set()
    for kind, suffix in database.rows(mapped, ("ocel_type", "ocel_type_map")):
        table = f"{owner}_{suffix}".lower()
        if table in read:  # a small file that maps one table to many types would be read as many times
            raise database.records.broken(f"Several types share the table {owner}_{(suffix or '')[:80]}.")
        read.add(table)
        if table not in database.tables:
            raise database.records.broken(f"The database lacks the table of the type '{(kind or '')[:80]}'.")
        yield kind or "", table


def _declare(columns: dict[str, str]) -> dict[str, str]:
    return {name: TYPES.get(kind, "string") for name, kind in columns.items() if name not in OWN_COLUMNS}


def _event_details(database: _Database) -> dict[tuple[str, str], tuple[str, list[tuple[str, str]]]]:
    details: dict[tuple[str, str], tuple[str, list[tuple[str, str]]]] = {}
    for kind, table in _type_tables(database, "event"):
        declared = _declare(database.columns(table))
        database.records.event_types[kind] = declared
        for event_id, at, *values in database.rows(table, ("ocel_id", "ocel_time", *declared)):
            given = [
                (name, _spelled(value, declared[name]))
                for name, value in zip(declared, values, strict=True)
                if value is not None
            ]
            details.setdefault((kind, event_id or ""), (at or "", given))
    return details


def _read_objects(database: _Database) -> None:
    """First values and changes: a row with `ocel_changed_field` tells of that one attribute only."""
    records = database.records
    for kind, table in _type_tables(database, "object"):
        columns = database.columns(table)
        declared = _declare(columns)
        records.object_types[kind] = declared
        own = ["ocel_id", *(each for each in ("ocel_time", "ocel_changed_field") if each in columns)]
        for row in database.rows(table, (*own, *declared)):
            parts = dict(zip(own, row, strict=False))
            changed = parts.get("ocel_changed_field")
            for name, value in zip(declared, row[len(own) :], strict=True):
                if value is not None and changed in {None, "", name}:
                    at = parts.get("ocel_time") or BEGINNING
                    records.add_object_attribute(parts["ocel_id"] or "", name, _spelled(value, declared[name]), at)


def _spelled(value: str, kind: str) -> str:
    """SQLite has no booleans: 0 and 1 are told apart from numbers by the column's type alone."""
    return {"0": "false", "1": "true"}.get(value, value) if kind == "boolean" else value


def _read_first(database: _Database) -> None:
    records = database.records
    events = [name for name in database.columns("events") if name not in FIRST_COLUMNS]
    rows = database.rows("events", ("ocel:eid", "ocel:activity", "ocel:timestamp", *events))
    for event_id, activity, at, *values in rows:
        records.add_event(event_id or "", activity or "", at or "")
        for name, value in zip(events, values, strict=True):
            if value is not None:
                records.add_event_attribute(event_id or "", name, value)
    objects = [name for name in database.columns("objects") if name not in FIRST_COLUMNS]
    for object_id, kind, *values in database.rows("objects", ("ocel:oid", "ocel:type", *objects)):
        records.add_object(object_id or "", kind or "")
        for name, value in zip(objects, values, strict=True):
            if value is not None:
                records.add_object_attribute(object_id or "", name, value)
    if "relations" in database.tables:
        for one, other in database.rows("relations", ("ocel:eid", "ocel:oid")):
            records.event_objects.append((one or "", other or "", ""))


def write_sqlite(log: ObjectCentricLog, path: Path) -> None:
    """The log as OCEL 2.0 database at *path*, which must not exist."""
    connection = apsw.Connection(str(path))
    try:
        with connection:
            connection.execute(SCHEMA)
            _write_pairs(connection, "event", log.events.select("event_id", "activity").rows())
            _write_pairs(connection, "object", log.objects.rows())
            connection.executemany("INSERT INTO event_object VALUES (?, ?, ?)", log.event_objects.rows())
            connection.executemany("INSERT INTO object_object VALUES (?, ?, ?)", log.object_objects.rows())
            _write_events(connection, log)
            _write_objects(connection, log)
    finally:
        connection.close()


SCHEMA = """
CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
CREATE TABLE event (ocel_id TEXT PRIMARY KEY, ocel_type TEXT REFERENCES event_map_type (ocel_type));
CREATE TABLE object (ocel_id TEXT PRIMARY KEY, ocel_type TEXT REFERENCES object_map_type (ocel_type));
CREATE TABLE event_object (
  ocel_event_id TEXT REFERENCES event (ocel_id), ocel_object_id TEXT REFERENCES object (ocel_id), ocel_qualifier TEXT,
  PRIMARY KEY (ocel_event_id, ocel_object_id, ocel_qualifier)
);
CREATE TABLE object_object (
  ocel_source_id TEXT REFERENCES object (ocel_id), ocel_target_id TEXT REFERENCES object (ocel_id), ocel_qualifier TEXT,
  PRIMARY KEY (ocel_source_id, ocel_target_id, ocel_qualifier)
);
"""


def _write_pairs(connection: apsw.Connection, table: str, rows: list[tuple[str, ...]]) -> None:
    connection.executemany(f"INSERT INTO {_quoted(table)} VALUES (?, ?)", rows)


def table_names(types: Sequence[DeclaredType]) -> dict[str, str]:
    """For each type a table suffix of letters and digits, told apart where two would be the same."""
    names: dict[str, str] = {}
    taken: set[str] = {"map_type", "object"}
    for each in types:
        words = re.findall(r"\w+", each.name, flags=re.UNICODE)
        base = candidate = "".join(word[:1].upper() + word[1:] for word in words) or "Type"
        repeat = 1
        while candidate.lower() in taken:
            repeat += 1
            candidate = f"{base}{repeat}"
        taken.add(candidate.lower())
        names[each.name] = candidate
    return names


def _create(connection: apsw.Connection, owner: str, types: Sequence[DeclaredType], own: str) -> dict[str, str]:
    suffixes = table_names(types)
    connection.executemany(f"INSERT INTO {_quoted(owner + '_map_type')} VALUES (?, ?)", list(suffixes.items()))
    for each in types:
        columns = "".join(f", {_quoted(name)} {SQL_TYPES.get(kind, 'TEXT')}" for name, kind in each.attributes)
        connection.execute(f"CREATE TABLE {_quoted(f'{owner}_{suffixes[each.name]}')} (ocel_id TEXT{own}{columns})")
    return suffixes


def _write_events(connection: apsw.Connection, log: ObjectCentricLog) -> None:
    suffixes = _create(connection, "event", log.event_types, ", ocel_time TIMESTAMP")
    values: dict[str, dict[str, str]] = {}
    for event_id, name, value in log.event_attributes.rows():
        values.setdefault(event_id, {})[name] = value
    declared = {each.name: each.attributes for each in log.event_types}
    for event_id, activity, at in log.events.rows():
        given = values.get(event_id, {})
        row = [event_id, iso(at), *(_stored(given.get(name), kind) for name, kind in declared[activity])]
        marks = ", ".join("?" * len(row))
        connection.execute(f"INSERT INTO {_quoted(f'event_{suffixes[activity]}')} VALUES ({marks})", row)


def _write_objects(connection: apsw.Connection, log: ObjectCentricLog) -> None:
    own = ", ocel_time TIMESTAMP, ocel_changed_field TEXT"
    suffixes = _create(connection, "object", log.object_types, own)
    kinds = dict(log.objects.rows())
    declared = {each.name: each.attributes for each in log.object_types}
    for object_id, name, value, at in log.object_attributes.rows():
        kind = kinds[object_id]
        changed = None if at == datetime(1970, 1, 1, tzinfo=UTC) else name
        cells = [_stored(value, of) if each == name else None for each, of in declared[kind]]
        row = [object_id, iso(at), changed, *cells]
        marks = ", ".join("?" * len(row))
        connection.execute(f"INSERT INTO {_quoted(f'object_{suffixes[kind]}')} VALUES ({marks})", row)


def _stored(value: str | None, kind: str) -> object:
    """As the column's type wants it; what is not of that type stays text."""
    if value is None:
        return None
    if kind == "boolean":
        return {"true": 1, "false": 0}.get(value, value)
    if kind in {"integer", "float"} and NUMBER.fullmatch(value):  # NaN would be stored as nothing
        return int(value) if WHOLE.fullmatch(value) else float(value)
    return value
