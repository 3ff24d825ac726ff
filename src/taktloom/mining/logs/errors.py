# SPDX-License-Identifier: Apache-2.0
"""Why a log is refused; one class and code for each reason.

InputRefusedError
├── MalformedRecordError     a stored or sent JSON record has the wrong shape
├── UnreadableLogError       not a log: empty, truncated, wrong encoding, NUL bytes, broken XML
├── ColumnsNeededError       case, activity or time column not recognised or not there
├── TimeZoneNeededError      naive times: names --timezone
├── UnknownTimeZoneError     the zone named does not exist
├── DateFormatNeededError    day and month cannot be told apart: names --date-format
└── BadRowsError             rows with missing or malformed case, activity or time
LimitExceededError
├── LogTooLargeError         bytes, columns, cell length, decompressed size
└── TooManyActivitiesError   more different activities than a process has
ConflictError
└── ImportCancelledError     the caller cancelled; nothing was left behind
"""

from collections.abc import Iterable

from taktloom.model.errors import ConflictError, IncidentError, InputRefusedError, LimitExceededError
from taktloom.model.findings import Finding
from taktloom.model.places import NOWHERE, Place


class MalformedRecordError(InputRefusedError):
    """A JSON record does not have the expected field."""

    code = "TL-2100"

    def __init__(self, field: str, expected: str) -> None:
        super().__init__(
            f"The record's field '{field}' is not: {expected}." if field else f"The record is not: {expected}.",
            Place(element_id=field or None),
            "Send the documented shape.",
            {"field": field, "expected": expected},
        )
        self.args = (field, expected)


class UnreadableLogError(InputRefusedError):
    """The file is not a readable event log; `reason` is a stable name."""

    code = "TL-2101"

    def __init__(self, reason: str, cause: str, place: Place = NOWHERE, remedy: str = "") -> None:
        super().__init__(cause, place, remedy, {"reason": reason})
        self.args = (reason, cause, place, remedy)
        self.reason = reason


class ColumnsNeededError(InputRefusedError):
    """A column for *part* (case, activity, timestamp …) must be named; `columns` lists those there are, `missing` all
    parts that need one."""

    code = "TL-2102"

    def __init__(
        self,
        part: str,
        named: str | None,
        columns: Iterable[str],
        place: Place = NOWHERE,
        *,
        missing: tuple[str, ...] = (),
    ) -> None:
        known = tuple(columns)
        shown = ", ".join(known[:30]) + (" …" if len(known) > 30 else "")
        lacking = missing or (part,)
        told = f"No column was recognised for: {', '.join(lacking)}."
        options = " and ".join(f"--{each.replace('_timestamp', '')}-column" for each in lacking if each != "attribute")
        super().__init__(
            f"No column '{named}' for the {part}." if named else told,
            place,
            f"Name one of: {shown}." + (f" Options: {options}." if options else ""),
            {
                "part": part, "named": named or "", "columns": shown, "missing": ", ".join(lacking),
                "option": options,
            },
        )  # fmt: skip
        self.args = (part, named, known, place)
        self.part, self.columns, self.missing = part, known, lacking


class TimeZoneNeededError(InputRefusedError):
    """Times without zone: the caller must say which zone the clock on the wall was in."""

    code = "TL-2103"

    def __init__(self, column: str, example: str, place: Place = NOWHERE) -> None:
        super().__init__(
            f"The times in column '{column}' have no zone (for example {example}).",
            place,
            "Name the zone they were written in: --timezone Europe/Amsterdam, say.",
            {"column": column, "example": example, "option": "--timezone"},
        )
        self.args = (column, example, place)


class UnknownTimeZoneError(InputRefusedError):
    """The named zone is not in the time-zone database."""

    code = "TL-2104"

    def __init__(self, zone: str) -> None:
        super().__init__(
            f"'{zone}' is not a time zone.",
            Place(element_id="timezone"),
            "Use a name of the IANA database such as Europe/Amsterdam or Asia/Shanghai.",
            {"zone": zone},
        )
        self.args = (zone,)


class DateFormatNeededError(InputRefusedError):
    """Every value reads both ways (day first, month first): the caller must choose."""

    code = "TL-2105"

    def __init__(self, column: str, example: str, formats: tuple[str, ...], place: Place = NOWHERE) -> None:
        super().__init__(
            f"The times in column '{column}' read in {len(formats)} ways (for example {example}).",
            place,
            f"Name the format: --date-format '{formats[0]}' or '{formats[-1]}'.",
            {"column": column, "example": example, "formats": " | ".join(formats), "option": "--date-format"},
        )
        self.args = (column, example, formats, place)
        self.formats = formats


class BadRowsError(InputRefusedError):
    """Rows that cannot be events; `examples` holds the first 20 with row, column and reason."""

    code = "TL-2106"

    def __init__(self, bad_rows: int, total_rows: int, place: Place, examples: tuple[Finding, ...]) -> None:
        super().__init__(
            f"{bad_rows} of {total_rows} rows cannot be read as events; nothing was imported.",
            place,
            "Mend them, or import the rest with --skip-bad-rows.",
            {"bad_rows": str(bad_rows), "total_rows": str(total_rows), "option": "--skip-bad-rows"},
            examples,
        )
        self.args = (bad_rows, total_rows, place, examples)
        self.bad_rows, self.total_rows = bad_rows, total_rows


class LogTooLargeError(LimitExceededError):
    """The file is over a limit; the limit is named."""

    code = "TL-2110"

    def __init__(self, what: str, limit: int, place: Place = NOWHERE) -> None:
        super().__init__(
            f"The log has more than {limit:,} {what}.",
            place,
            "Split the log, or raise the limit.",
            {"what": what, "limit": str(limit)},
        )
        self.args = (what, limit, place)


class TooManyActivitiesError(LimitExceededError):
    """More different activities than a process has: the column holds numbers or free text."""

    code = "TL-2112"

    def __init__(self, found: int, limit: int, column: str, place: Place = NOWHERE) -> None:
        super().__init__(
            f"Column '{column}' has {found} different activities, more than {limit}.",
            Place(source=place.source, element_id=column),
            "Name another column for the activity: this one seems to hold numbers or free text.",
            {"found": str(found), "limit": str(limit), "column": column},
        )
        self.args = (found, limit, column, place)


class ImportCancelledError(ConflictError):
    """The import was cancelled; nothing was left behind."""

    code = "TL-2111"

    def __init__(self, name: str) -> None:
        super().__init__(
            "The import was cancelled; nothing was kept.", Place(source=name), "Start it again when wanted."
        )
        self.args = (name,)


class LogStorageError(IncidentError):
    """Disk or memory failed while a log was imported; nothing was left behind."""

    code = "TL-3101"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            f"The log could not be stored: {reason}.",
            Place(source=name),
            "Check free disk space, memory and permissions of the data folder, then import again.",
            {"reason": reason},
        )
        self.args = (name, reason)
