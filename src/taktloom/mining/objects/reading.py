# SPDX-License-Identifier: Apache-2.0
"""Object-centric logs from files and to files; the format is told by content."""

from pathlib import Path

from taktloom.mining.logs.encodings import Digest, RawBytes, guess_encoding, read_sample, unpacked_chunks
from taktloom.mining.logs.errors import LogTooLargeError, UnreadableLogError
from taktloom.mining.logs.requests import ImportLimits, ImportWatch, Progress
from taktloom.mining.logs.times import ClockRules
from taktloom.mining.objects.csv_format import (
    ZIP_MAGIC,
    is_single_table,
    read_single_table,
    read_tables,
    write_tables,
)
from taktloom.mining.objects.json_format import read_json, write_json
from taktloom.mining.objects.object_log import ObjectCentricLog, OcelFormat
from taktloom.mining.objects.records import ObjectLogReading, ObjectRecords
from taktloom.mining.objects.sqlite_format import SQLITE_MAGIC, read_sqlite, write_sqlite
from taktloom.mining.objects.xml_format import read_xml, write_xml
from taktloom.mining.watching import step, tell

JSON_MARKS = ('"ocel:', '"objectTypes"', '"eventTypes"', '"objects"', '"events"')
HELD_BYTES = 1024**3  # JSON and archives are held in memory
READING, STEPS = "reading", 2  # records out of the file, tables out of the records


def detect_object_format(raw: RawBytes) -> OcelFormat | None:
    """The serialisation by content; None for anything else."""
    sample = read_sample(raw, 8192)
    if sample.startswith(SQLITE_MAGIC):
        return OcelFormat.SQLITE
    if sample.startswith(ZIP_MAGIC) and b"event_types.csv" in sample[:64]:
        return OcelFormat.CSV
    text = sample.decode(guess_encoding(sample), errors="ignore").lstrip("\ufeff \t\r\n")
    if text.startswith("{"):
        return OcelFormat.JSON if any(mark in text for mark in JSON_MARKS) else None
    if text.startswith("<"):
        return OcelFormat.XML if _is_object_xml(text) else None
    return OcelFormat.CSV if is_single_table(text.split("\n", 1)[0]) else None


def _is_object_xml(text: str) -> bool:
    return any(mark in text for mark in ("<object-types", 'scope="object"', "<objects>", "object-id="))


def is_object_log(path: Path, name: str) -> bool:
    """Whether the file seems to be an object-centric log; a file that cannot be read is none."""
    raw = RawBytes(path=path, name=name, limits=ImportLimits(), watch=ImportWatch())
    try:
        return detect_object_format(raw) is not None
    except (UnreadableLogError, LogTooLargeError):
        return False


def read_object_log(
    path: Path, *, timezone: str | None = None, limits: ImportLimits | None = None, source_name: str | None = None
) -> ObjectLogReading:
    """Read OCEL 1.0 or 2.0 (JSON, XML, SQLite, CSV; the first two and CSV also as .gz).

    Raises UnreadableLogError when it is none, TimeZoneNeededError for times without zone, LogTooLargeError over a
    limit. Tells whoever listens (`watching`) how far it is.
    """
    watch = ImportWatch(report=_tell_bytes)
    raw = RawBytes(path=path, name=source_name or path.name, limits=limits or ImportLimits(), watch=watch)
    return read_objects(raw, ClockRules(timezone=timezone, place=raw.place))


def read_objects(raw: RawBytes, rules: ClockRules, digest: Digest | None = None) -> ObjectLogReading:
    """As `read_object_log`; *digest* is filled with the file's size and hash."""
    if not raw.path.is_file():
        raise UnreadableLogError("not-found", "There is no such file.", raw.place, "Check the path.")
    kind = detect_object_format(raw)
    records = ObjectRecords(place=raw.place, limits=raw.limits)
    if kind is None:
        raise records.broken("The file is no object-centric log.")
    with step(READING, 0, STEPS):
        _collect(kind, raw, digest or Digest(), records)
    with step(READING, 1, STEPS):
        return records.build(rules)


def _collect(kind: OcelFormat, raw: RawBytes, filled: Digest, records: ObjectRecords) -> None:
    if kind is OcelFormat.SQLITE:
        for _ in unpacked_chunks(raw, filled):
            pass
        read_sqlite(raw.path, records)
    elif kind is OcelFormat.XML:
        read_xml(unpacked_chunks(raw, filled), records)
    else:
        _read_held(kind, _held(raw, filled), records)


def _tell_bytes(progress: Progress) -> None:
    tell(READING, progress.done, progress.total)


def _held(raw: RawBytes, digest: Digest) -> bytes:
    pieces, size = [], 0
    for piece in unpacked_chunks(raw, digest):
        size += len(piece)
        if size > HELD_BYTES:
            raise LogTooLargeError("unpacked bytes", HELD_BYTES, raw.place)
        pieces.append(piece)
    return b"".join(pieces)


def _read_held(kind: OcelFormat, data: bytes, records: ObjectRecords) -> None:
    if data.startswith(ZIP_MAGIC):
        read_tables(data, records)
        return
    try:
        text = data.decode(guess_encoding(data[:65536]))
    except UnicodeDecodeError as error:
        raise records.broken("The text is not of one encoding.") from error
    if kind is OcelFormat.JSON:
        read_json(text.removeprefix("\ufeff").encode(), records)
    else:
        read_single_table(text.removeprefix("\ufeff").splitlines(keepends=True), records)


def write_object_log(log: ObjectCentricLog, path: Path, kind: OcelFormat) -> None:
    """Write OCEL 2.0 to *path*, which must not exist; CSV is a ZIP archive of the tables."""
    if kind is OcelFormat.SQLITE:
        write_sqlite(log, path)
        return
    writers = {OcelFormat.JSON: write_json, OcelFormat.XML: write_xml, OcelFormat.CSV: write_tables}
    with path.open("xb") as file:
        file.write(writers[kind](log))
