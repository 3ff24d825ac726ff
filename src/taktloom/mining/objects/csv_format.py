# SPDX-License-Identifier: Apache-2.0
"""Object-centric logs as CSV: one table in the style of OCEL 1.0, and the tables of OCEL 2.0 in a ZIP archive.

The single table has a row per event and a column `ocel:type:<object type>` with a list of ids; qualifiers, relations
between objects and changes do not fit into it. OCEL 2.0 names no CSV form, so ours are its tables, one file each:
what they hold is everything, and they open in any tool.
"""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import IO, TYPE_CHECKING

from taktloom.mining.logs.errors import LogTooLargeError
from taktloom.mining.objects.object_log import DeclaredType, ObjectCentricLog
from taktloom.mining.objects.records import ObjectRecords
from taktloom.mining.objects.writing import iso

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

TYPE_PREFIX = "ocel:type:"
ZIP_MAGIC = b"PK\x03\x04"
LISTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")


def is_single_table(header: str) -> bool:
    """Whether the first line of a CSV file is that of an object-centric one."""
    return TYPE_PREFIX in header and "ocel:eid" in header


def read_single_table(text: Iterable[str], records: ObjectRecords) -> None:
    """Collect the rows of the single table into *records*; raises UnreadableLogError."""
    rows = csv.DictReader(text)
    names = list(rows.fieldnames or ())
    if len(names) > records.limits.columns:
        raise LogTooLargeError("columns", records.limits.columns, records.place)
    types = [name for name in names if name.startswith(TYPE_PREFIX)]
    values = [name for name in names if name not in types and not name.startswith("ocel:")]
    known: set[str] = set()
    try:
        for row in rows:
            event_id = (row["ocel:eid"] or "").strip()
            records.add_event(event_id, row["ocel:activity"] or "", row["ocel:timestamp"] or "")
            for name in values:
                if row[name]:
                    records.add_event_attribute(event_id, name, row[name])
            for column in types:
                for object_id in _ids(row[column] or ""):
                    if object_id not in known:
                        known.add(object_id)
                        records.add_object(object_id, column.removeprefix(TYPE_PREFIX))
                    records.count()
                    records.event_objects.append((event_id, object_id, ""))
    except (KeyError, csv.Error) as error:
        raise records.broken("The table lacks a column of events, or its rows cannot be split.") from error


def _ids(cell: str) -> list[str]:
    """The ids of a cell: a list in Python's or JSON's spelling; read by its quotes, never evaluated."""
    text = cell.strip()
    if not text.startswith("["):
        return [text] if text else []
    return [re.sub(r"\\(.)", r"\1", one or other) for one, other in LISTED.findall(text)]


TABLES = {
    "event_types.csv": ("name", "attributes"),
    "object_types.csv": ("name", "attributes"),
    "events.csv": ("event_id", "activity", "time"),
    "objects.csv": ("object_id", "type"),
    "event_objects.csv": ("event_id", "object_id", "qualifier"),
    "object_objects.csv": ("source_id", "target_id", "qualifier"),
    "event_attributes.csv": ("event_id", "name", "value"),
    "object_attributes.csv": ("object_id", "name", "value", "time"),
}


def write_tables(log: ObjectCentricLog) -> bytes:
    """The tables as a ZIP archive of CSV files. Cells stay as they are: for programs, not for spreadsheets."""
    rows: dict[str, Iterable[Sequence[object]]] = {
        "event_types.csv": _type_rows(log.event_types),
        "object_types.csv": _type_rows(log.object_types),
        "events.csv": ((one, activity, iso(at)) for one, activity, at in log.events.rows()),
        "objects.csv": log.objects.rows(),
        "event_objects.csv": log.event_objects.rows(),
        "object_objects.csv": log.object_objects.rows(),
        "event_attributes.csv": log.event_attributes.rows(),
        "object_attributes.csv": ((*rest, iso(at)) for *rest, at in log.object_attributes.rows()),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, header in TABLES.items():
            text = io.StringIO(newline="")
            writer = csv.writer(text)
            writer.writerow(header)
            writer.writerows(rows[name])
            archive.writestr(zipfile.ZipInfo(name), text.getvalue())
    return out.getvalue()


def _type_rows(types: Sequence[DeclaredType]) -> list[tuple[str, str]]:
    return [(each.name, json.dumps(dict(each.attributes), ensure_ascii=False)) for each in types]


def read_tables(data: bytes, records: ObjectRecords) -> None:
    """Collect the tables of a ZIP archive into *records*; raises UnreadableLogError, LogTooLargeError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            tables = {name: _table(archive, name, header, records) for name, header in TABLES.items()}
    except (zipfile.BadZipFile, KeyError, csv.Error, UnicodeDecodeError, EOFError, NotImplementedError) as error:
        raise records.broken("The archive is damaged, or lacks a table of an object-centric log.") from error
    for name, into in (("event_types.csv", records.event_types), ("object_types.csv", records.object_types)):
        into.update({kind: _attributes(text, records) for kind, text in tables[name]})
    for one, activity, at in tables["events.csv"]:
        records.add_event(one, activity, at)
    for one, kind in tables["objects.csv"]:
        records.add_object(one, kind)
    records.event_objects += [(one, other, how) for one, other, how in tables["event_objects.csv"]]
    records.object_objects += [(one, other, how) for one, other, how in tables["object_objects.csv"]]
    for one, name, value in tables["event_attributes.csv"]:
        records.add_event_attribute(one, name, value)
    for one, name, value, at in tables["object_attributes.csv"]:
        records.add_object_attribute(one, name, value, at)


def _table(archive: zipfile.ZipFile, name: str, header: Sequence[str], records: ObjectRecords) -> list[list[str]]:
    if archive.getinfo(name).file_size > records.limits.unpacked_bytes:
        raise LogTooLargeError("unpacked bytes", records.limits.unpacked_bytes, records.place)
    with archive.open(name) as file:
        rows = csv.reader(
            io.TextIOWrapper(io.BufferedReader(_Bounded(file, records)), encoding="utf-8-sig", newline="")
        )
        if tuple(next(rows, [])) != tuple(header):
            raise records.broken(f"The table {name} does not have the columns {', '.join(header)}.")
        found = []
        for row in rows:
            records.count()
            if len(row) != len(header):
                raise records.broken(f"Row {rows.line_num} of the table {name} does not have {len(header)} cells.")
            found.append(row)
    return found


def _attributes(text: str, records: ObjectRecords) -> dict[str, str]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise records.broken("The attributes of a type are no JSON.") from error
    if not isinstance(found, dict) or not all(isinstance(kind, str) for kind in found.values()):
        raise records.broken("The attributes of a type are no names with types.")
    return found


class _Bounded(io.RawIOBase):
    """A member of the archive that ends with an error when it unpacks to more than the limit, whatever it says."""

    def __init__(self, file: IO[bytes], records: ObjectRecords) -> None:
        self._file, self._records, self._read = file, records, 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Fill *buffer*."""
        view = memoryview(buffer).cast("B")
        data = self._file.read(len(view))
        self._read += len(data)
        if self._read > self._records.limits.unpacked_bytes:
            raise LogTooLargeError("unpacked bytes", self._records.limits.unpacked_bytes, self._records.place)
        view[: len(data)] = data
        return len(data)
