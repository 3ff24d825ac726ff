# SPDX-License-Identifier: Apache-2.0
"""Rules of due instants by a business calendar."""

from datetime import UTC, date, datetime

import pytest

from taktloom.calendars.business import BusinessCalendar, NoOpeningError, Span
from taktloom.calendars.durations import TimeTextError
from taktloom.calendars.reckoning import due_by_calendar

WEEKDAYS = BusinessCalendar(
    zone="Europe/Berlin", week=((Span(540, 1020),),) * 5 + ((), ()), exceptions=((date(2026, 11, 24), ()),)
)


@pytest.mark.parametrize(
    ("rule", "due"),
    [
        ("", "2026-11-20T14:00"),  # Friday, 15:00 in Berlin: open
        ("P1D", "2026-11-23T14:00"),
        ("P2D", "2026-11-25T14:00"),  # Tuesday is closed
        ("PT2H", "2026-11-20T16:00"),
        ("PT3H", "2026-11-23T09:00"),
        ("P1DT4H", "2026-11-25T10:00"),
        ("P1W", "2026-11-27T14:00"),
        ("P1M", "2026-12-21T08:00"),  # 20 December is a Sunday
        ("cron:0 10 * * *@Europe/Berlin", "2026-11-23T09:00"),
        ("cron:0 10 24 11 *@Europe/Berlin", "2027-11-24T09:00"),
    ],
)
def test_a_rule_gives_an_instant_of_the_calendar(rule: str, due: str) -> None:
    anchor = datetime(2026, 11, 20, 14, tzinfo=UTC)

    assert due_by_calendar(WEEKDAYS, anchor, rule) == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_a_rule_that_is_none_is_refused() -> None:
    with pytest.raises(TimeTextError):
        due_by_calendar(WEEKDAYS, datetime(2026, 11, 20, tzinfo=UTC), "soon")


def test_a_rhythm_that_never_meets_an_open_instant_is_refused() -> None:
    with pytest.raises(NoOpeningError):
        due_by_calendar(WEEKDAYS, datetime(2026, 11, 20, tzinfo=UTC), "cron:0 3 * * *@Europe/Berlin")
