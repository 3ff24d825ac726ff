# SPDX-License-Identifier: Apache-2.0
"""Calendars as people write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.calendars.business import HolidayRegion, Span
from taktloom.calendars.definition import calendar_from, calendar_problems, shown_span

OFFICE = {
    "zone": "Europe/Berlin",
    "week": {"mon": ["13:00-17:00", "09:00-12:00"], "sat": ["00:00-24:00"]},
    "holidays": ["DE-BE", "US", "DE-BE"],
    "exceptions": [{"date": "2026-12-28", "hours": [], "note": "bridge day"}],
}


def test_a_definition_becomes_a_calendar_with_spans_in_order() -> None:
    assert calendar_problems(OFFICE) == ()

    calendar = calendar_from(OFFICE)

    assert calendar.week[0] == (Span(540, 720), Span(780, 1020))
    assert calendar.week[5] == (Span(0, 1440),)
    assert calendar.regions == (HolidayRegion("DE", "BE"), HolidayRegion("US"))
    assert calendar.exceptions == ((date(2026, 12, 28), ()),)
    assert [shown_span(span) for span in calendar.week[0]] == ["09:00-12:00", "13:00-17:00"]


@pytest.mark.parametrize(
    ("change", "rule", "place"),
    [
        ({"zone": "Mars/Phobos"}, "zone-unknown", "zone"),
        ({"zone": None}, "zone-unknown", "zone"),
        ({"week": {}}, "never-open", "week"),
        ({"week": None}, "week-missing", "week"),
        ({"week": {"mon": ["09:00-17:00"], "monday": []}}, "weekday-unknown", "week.monday"),
        ({"week": {"mon": ["17:00-09:00"]}}, "span-unfit", "week.mon"),
        ({"week": {"mon": ["09:00-24:30"]}}, "span-unfit", "week.mon"),
        ({"week": {"mon": ["9-17"]}}, "span-unfit", "week.mon"),
        ({"week": {"mon": ["09:00-12:00", "11:59-13:00"]}}, "spans-overlap", "week.mon"),
        ({"holidays": ["XX"]}, "country-unknown", "holidays.0"),
        ({"holidays": ["DE-ZZ"]}, "country-unknown", "holidays.0"),
        ({"holidays": "DE"}, "holidays-unfit", "holidays"),
        ({"exceptions": [{"date": "28.12.2026"}]}, "date-unfit", "exceptions.0.date"),
        ({"exceptions": [{"date": "2026-12-28"}, {"date": "2026-12-28"}]}, "date-twice", "exceptions.1.date"),
        ({"exceptions": [{"date": "2026-12-28", "hours": ["x"]}]}, "span-unfit", "exceptions.0.hours"),
        ({"exceptions": [{"date": "2026-12-28", "closed": True}]}, "exception-unfit", "exceptions.0"),
        ({"exceptions": [{"date": "2026-12-28", "note": "n" * 201}]}, "note-too-long", "exceptions.0.note"),
        ({"hours": []}, "unknown-field", "hours"),
    ],
)
def test_what_is_wrong_is_found_with_its_place(change: dict[str, object], rule: str, place: str) -> None:
    (finding,) = calendar_problems({**OFFICE, **change})

    assert (finding.rule, finding.place.element_id) == (rule, place)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["zone", "week", "holidays", "exceptions", "other"]), JSON))
def test_any_document_has_problems_or_is_a_calendar(document: dict[str, object]) -> None:
    assert calendar_problems(document) or calendar_from(document).week
