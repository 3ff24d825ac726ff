# SPDX-License-Identifier: Apache-2.0
"""Where the header of a table is, and how that of a CSV file is split.

Spreadsheets and reports write lines before the header: `sep=;`, a title, comments, blank lines. The header is the first
record that none of these is: passed over are records without a filled cell, a single cell above several names, and
comments narrower than what follows. The delimiter is the one by which the header and the
records after it are of one width; of several such the one that splits most.
"""

import csv
import io
import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from taktloom.mining.logs.encodings import RawBytes
from taktloom.mining.logs.errors import LogTooLargeError, UnreadableLogError
from taktloom.model.places import Place

DELIMITERS = (",", ";", "\t", "|")
HEADER_BYTES = 1024 * 1024
MOST_LINES_BEFORE = 50
COMPARED_RECORDS = 20
NARROWEST = 3  # case, activity and time
COMMENT = ("#", "//")
SEPARATOR_LINE = re.compile(r'\A"?sep=(?P<delimiter>[^\r\n])"?[ \t]*(?:\r\n|\r|\n)', re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvShape:
    """How the text is split: delimiter and the header's names, made unique and never empty.

    lines_before: how many lines there are before the header.
    """

    delimiter: str
    columns: tuple[str, ...]
    lines_before: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """The header by one delimiter, and the share of records after it that are as wide."""

    delimiter: str
    names: list[str]
    lines_before: int
    as_wide: float

    @property
    def rank(self) -> tuple[bool, bool, int]:
        """How likely this is how the file is meant."""
        return len(self.names) > 1, self.as_wide >= 0.5, len(self.names)


def csv_shape(text: str, raw: RawBytes, delimiter: str | None = None) -> CsvShape:
    """Delimiter and header of *text*, the beginning of a file; *delimiter* overrides what is detected."""
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise UnreadableLogError("empty", "The file is empty.", raw.place, "Export the log again.")
    told = SEPARATOR_LINE.match(text)
    chosen = delimiter or (told["delimiter"] if told else None)
    readings = [_read_by(text, each, 1 if told else 0) for each in ((chosen,) if chosen else DELIMITERS)]
    found = max((each for each in readings if each is not None), key=lambda each: each.rank, default=None)
    if found is None:
        cause = "The header cannot be read."
        raise UnreadableLogError("header", cause, Place(source=raw.name, line=1), "Name the delimiter.")
    if len(found.names) > raw.limits.columns:
        raise LogTooLargeError("columns", raw.limits.columns, raw.place)
    return CsvShape(delimiter=found.delimiter, columns=unique_names(found.names), lines_before=found.lines_before)


def unique_names(names: list[str]) -> tuple[str, ...]:
    """Header names stripped; empty ones become column_<n>, repeated ones get _2, _3 …"""
    taken: set[str] = set()
    unique = []
    for number, name in enumerate(names, start=1):
        base = candidate = name.strip() or f"column_{number}"
        repeat = 1
        while candidate in taken:
            repeat += 1
            candidate = f"{base}_{repeat}"
        taken.add(candidate)
        unique.append(candidate)
    return tuple(unique)


def _read_by(text: str, delimiter: str, skipped: int) -> _Reading | None:
    """The header by *delimiter*, after as many lines; None where there is none."""
    records = _first_records(text, delimiter, skipped)
    place = header_place([record for record, _ in records])
    if place is None:
        return None
    header, lines_before = records[place]
    after = _filled(record for record, _ in records[place + 1 :])
    while not header[-1] and after and all(len(each) < len(header) for each in after):
        header = header[:-1]  # a delimiter after the last name, and none after the last value
    as_wide = [len(each) == len(header) for each in after]
    share = sum(as_wide) / len(as_wide) if as_wide else 1.0
    return _Reading(delimiter=delimiter, names=header, lines_before=lines_before, as_wide=share)


def header_place(records: Sequence[list[str]]) -> int | None:
    """Which of the first *records*, stripped cells, is the header; None where none has a filled cell."""
    for place, record in enumerate(records):
        after = _filled(records[place + 1 :])
        if any(record) and not _is_title(record, after) and not _is_comment(record, after):
            return place
    return None


def _filled(records: Iterable[list[str]]) -> list[list[str]]:
    return list(itertools.islice(filter(any, records), COMPARED_RECORDS))


def _is_title(record: list[str], after: list[list[str]]) -> bool:
    """Whether a single cell stands above a header: above names, none of which begins like a number or a date."""
    if len(list(filter(None, record))) > 1:
        return False
    below = next((each for each in after if len(list(filter(None, each))) > 1), [])
    names = list(filter(None, below))
    return len(names) >= NARROWEST and not any(name[0].isdigit() for name in names)


def _is_comment(record: list[str], after: list[list[str]]) -> bool:
    return record[0].startswith(COMMENT) and len(record) < max(map(len, after), default=0)


def _first_records(text: str, delimiter: str, skipped: int) -> list[tuple[list[str], int]]:
    """The first records, each with the number of lines before it."""
    lines = io.StringIO(text[:HEADER_BYTES], newline="")
    for _ in range(skipped):
        lines.readline()
    found: list[tuple[list[str], int]] = []
    try:
        reader = csv.reader(lines, delimiter=delimiter, strict=False)
        before = skipped
        for record in itertools.islice(reader, MOST_LINES_BEFORE + COMPARED_RECORDS):
            found.append(([cell.strip() for cell in record], before))
            before = skipped + reader.line_num
    except (csv.Error, TypeError):  # what follows the records found cannot be read, or the delimiter is none
        return found
    return found
