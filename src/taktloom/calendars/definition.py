# SPDX-License-Identifier: Apache-2.0
"""A business calendar as people write it: plain data (JSON), to and from `BusinessCalendar`.

    {"zone": "Europe/Berlin",
     "week": {"mon": ["09:00-12:00", "13:00-17:00"], "tue": ["09:00-17:00"]},
     "holidays": ["DE-BE"],
     "exceptions": [{"date": "2026-12-28", "hours": [], "note": "bridge day"}]}

Days that `week` does not name are closed. Holidays are countries (ISO 3166), or regions of them (ISO 3166-2). An
exception's `hours` replace those of its day; none closes it. A night shift is written as two spans on two days.
"""

import itertools
import re
from collections.abc import Iterable, Mapping
from datetime import date

from taktloom.calendars.business import MINUTES_A_DAY, BusinessCalendar, HolidayRegion, Span
from taktloom.calendars.holidays import regions_of
from taktloom.calendars.zones import zone_exists
from taktloom.model.findings import Finding, Severity
from taktloom.model.places import Place

__all__ = ["WEEKDAYS", "calendar_from", "calendar_problems", "shown_span"]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_SPANS, MOST_HOLIDAYS, MOST_EXCEPTIONS, LONGEST_NOTE = 24, 50, 2_000, 200
_FIELDS = frozenset({"zone", "week", "holidays", "exceptions"})
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)", re.ASCII)


def calendar_from(document: Mapping[str, object]) -> BusinessCalendar:
    """The calendar of a document without problems; see calendar_problems."""
    week = _mapping(document.get("week"))
    return BusinessCalendar(
        zone=str(document["zone"]),
        week=tuple(tuple(sorted(map(_span, _list(week.get(day))))) for day in WEEKDAYS),
        regions=tuple(dict.fromkeys(map(_region, _list(document.get("holidays"))))),
        exceptions=tuple(
            sorted(
                (date.fromisoformat(str(one["date"])), tuple(sorted(map(_span, _list(one.get("hours"))))))
                for one in map(_mapping, _list(document.get("exceptions")))
            )
        ),
    )


def calendar_problems(document: Mapping[str, object]) -> tuple[Finding, ...]:
    """Everything that is wrong with a document, each with its place in it; none: it can be used."""
    found = [_finding("unknown-field", name, f"There is no field {name}.") for name in sorted(set(document) - _FIELDS)]
    if not isinstance(document.get("zone"), str) or not zone_exists(str(document["zone"])):
        found.append(_finding("zone-unknown", "zone", "The time zone is not known; an IANA name is expected."))
    found += _week_problems(document.get("week"))
    found += _holiday_problems(document.get("holidays", []))
    found += _exception_problems(document.get("exceptions", []))
    return tuple(found)


def shown_span(span: Span) -> str:
    """As in a document."""
    return f"{span.start // 60:02d}:{span.start % 60:02d}-{span.end // 60:02d}:{span.end % 60:02d}"


def _week_problems(week: object) -> Iterable[Finding]:
    if not isinstance(week, dict):
        yield _finding("week-missing", "week", "The week's hours are missing.")
        return
    for day in sorted(set(map(str, week)) - set(WEEKDAYS)):
        yield _finding("weekday-unknown", f"week.{day}", f"{day} is none of {', '.join(WEEKDAYS)}.")
    for day in WEEKDAYS:
        yield from _hours_problems(week.get(day, []), f"week.{day}")
    if not any(week.get(day) for day in WEEKDAYS):
        yield _finding("never-open", "week", "The calendar is never open.")


def _holiday_problems(holidays: object) -> Iterable[Finding]:
    if not isinstance(holidays, list) or len(holidays) > MOST_HOLIDAYS:
        yield _finding("holidays-unfit", "holidays", f"A list of at most {MOST_HOLIDAYS} countries is expected.")
        return
    for number, code in enumerate(holidays):
        country, _, region = str(code).partition("-")
        regions = regions_of(country)
        if regions is None or (region and region not in regions):
            yield _finding("country-unknown", f"holidays.{number}", f"The holidays of {str(code)[:20]} are not known.")


def _exception_problems(exceptions: object) -> Iterable[Finding]:
    if not isinstance(exceptions, list) or len(exceptions) > MOST_EXCEPTIONS:
        yield _finding("exceptions-unfit", "exceptions", f"A list of at most {MOST_EXCEPTIONS} days is expected.")
        return
    days: set[str] = set()
    for number, exception in enumerate(exceptions):
        place = f"exceptions.{number}"
        if not isinstance(exception, dict) or set(exception) - {"date", "hours", "note"}:
            yield _finding("exception-unfit", place, "An exception has a date, hours and a note, nothing else.")
            continue
        day = str(exception.get("date"))
        if not _is_date(day):
            yield _finding("date-unfit", f"{place}.date", "A date such as 2026-12-28 is expected.")
        elif day in days:
            yield _finding("date-twice", f"{place}.date", f"{day} is there twice.")
        days.add(day)
        if len(str(exception.get("note") or "")) > LONGEST_NOTE:
            yield _finding("note-too-long", f"{place}.note", f"A note has at most {LONGEST_NOTE} characters.")
        yield from _hours_problems(exception.get("hours", []), f"{place}.hours")


def _hours_problems(hours: object, place: str) -> Iterable[Finding]:
    if not isinstance(hours, list) or len(hours) > MOST_SPANS:
        yield _finding("hours-unfit", place, f"A list of at most {MOST_SPANS} spans is expected.")
        return
    if not all(_is_span(text) for text in hours):
        yield _finding(
            "span-unfit", place, "A span is written 09:00-17:00, ends after it starts and on the same day, by 24:00."
        )
        return
    spans = sorted(map(_span, hours))
    if any(one.end > other.start for one, other in itertools.pairwise(spans)):
        yield _finding("spans-overlap", place, "Two spans overlap.")


def _is_span(text: object) -> bool:
    if not isinstance(text, str) or _SPAN.fullmatch(text) is None:
        return False
    span = _span(text)
    return span.start < span.end <= MINUTES_A_DAY


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _span(text: object) -> Span:
    start, _, end = str(text).partition("-")
    return Span(_minutes(start), _minutes(end))


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)


def _region(code: object) -> HolidayRegion:
    country, _, region = str(code).partition("-")
    return HolidayRegion(country, region or None)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _finding(rule: str, place: str, message: str) -> Finding:
    return Finding(
        severity=Severity.ERROR, rule=rule, message=message, place=Place(element_id=place), parameters={"field": place}
    )
