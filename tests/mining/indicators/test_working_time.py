# SPDX-License-Identifier: Apache-2.0
"""Work counts in the hours in which people work: those given, else those that the log shows."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from taktloom.calendars.business import BusinessCalendar
from taktloom.calendars.definition import calendar_from
from taktloom.mining.indicators import (
    HoursBasis,
    IndicatorName,
    NamedCalendar,
    WeightedIndicators,
    WorkingHours,
    load_indicator_source,
    measure_indicators,
)
from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.requests import ImportRequest
from taktloom.mining.statistics.resources import Actor, ResourceEvidence, ResourceFacts

ZONE = "Europe/Berlin"
MONDAY = datetime(2025, 5, 5, tzinfo=ZoneInfo(ZONE))
FRIDAY_LATE = MONDAY + timedelta(days=4, hours=16, minutes=30)
OVER_THE_WEEKEND = timedelta(hours=64)
Row = tuple[str, str, str, datetime, datetime]


def office_work(weeks: int = 4, who: Sequence[str] = ("Ada", "Ben")) -> list[Row]:
    """Half an hour of work in every hour from eight to five, Monday to Friday."""
    return [
        (f"{name}{week}{day}{hour}", "File", name, begin, begin + timedelta(minutes=30))
        for week in range(weeks)
        for day in range(5)
        for hour in range(8, 17)
        for name in who
        for begin in [MONDAY + timedelta(days=7 * week + day, hours=hour)]
    ]


def decision(begin: datetime, end: datetime, who: str = "Ada") -> Row:
    return (f"decision{begin}", "Decide", who, begin, end)


def measured(
    rows: Sequence[Row], folder: Path, *, calendar: NamedCalendar | None = None, systems: Sequence[str] = ()
) -> tuple[WorkingHours, dict[str, float | None]]:
    """What was counted by, and the mean working hours of each activity."""
    path = folder / "log.csv"
    lines = [",".join([*row[:3], *(time.isoformat() for time in row[3:])]) for row in rows]
    path.write_text("\n".join(["case,activity,resource,start_time,time", *lines]), encoding="utf-8")
    log = import_log(ImportRequest(path=path, name="office", imported_at=MONDAY), folder)
    source = load_indicator_source(log, [told(name) for name in systems], calendar=calendar)
    found = {row.activity: row.indicators[IndicatorName.PROCESSING_HOURS].value for row in measure_indicators(source)}
    return source.hours, found


def told(name: str) -> ResourceEvidence:
    facts = ResourceFacts(
        events=28, quiet_hours=None, night_share=None, weekend_share=None, fast_share=None, instant_share=None,
        busiest_day=1,
    )  # fmt: skip
    return ResourceEvidence(
        resource=name, actor=Actor.SYSTEM, facts=facts, evidence_for_system=("given",), evidence_for_human=()
    )


def nine_to_five(zone: str = ZONE) -> BusinessCalendar:
    return calendar_from({"zone": zone, "week": {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}})


def test_work_from_friday_evening_to_monday_morning_counts_its_open_hours(tmp_path: Path) -> None:
    hours, found = measured([*office_work(), decision(FRIDAY_LATE, FRIDAY_LATE + OVER_THE_WEEKEND)], tmp_path)

    assert hours.basis is HoursBasis.DISCOVERED
    assert hours.week["fri"] == ("08:00-17:00",)
    assert hours.week["sat"] == ()
    assert found["Decide"] == pytest.approx(1.0)
    assert found["File"] == pytest.approx(0.5)


def test_a_given_calendar_stands_above_what_the_log_shows(tmp_path: Path) -> None:
    given = NamedCalendar(name="office", version=3, calendar=nine_to_five())

    hours, found = measured([decision(FRIDAY_LATE, FRIDAY_LATE + OVER_THE_WEEKEND)], tmp_path, calendar=given)

    assert (hours.basis, hours.name, hours.version, hours.zone) == (HoursBasis.GIVEN, "office", 3, ZONE)
    assert hours.week["mon"] == ("09:00-17:00",)
    assert found["Decide"] == pytest.approx(0.5)  # on Monday at 8:30 it was not yet open


def test_the_hours_of_a_given_calendar_are_those_of_its_own_zone(tmp_path: Path) -> None:
    given = NamedCalendar(name="London", calendar=nine_to_five("Europe/London"))

    _, found = measured([decision(FRIDAY_LATE, FRIDAY_LATE + OVER_THE_WEEKEND)], tmp_path, calendar=given)

    assert found["Decide"] == pytest.approx(1.5)  # 16:30 in Berlin is 15:30 there, and 8:30 is 7:30


def test_overtime_of_one_day_counts_by_the_clock(tmp_path: Path) -> None:
    sunday = MONDAY + timedelta(days=6, hours=10)

    _, found = measured([*office_work(weeks=12), decision(sunday, sunday + timedelta(hours=2))], tmp_path)

    assert found["Decide"] == pytest.approx(2.0)


def test_what_begins_after_hours_and_ends_before_them_was_no_work_over_the_weekend(tmp_path: Path) -> None:
    begin = MONDAY + timedelta(days=4, hours=18)

    _, found = measured([*office_work(weeks=12), decision(begin, begin + timedelta(hours=61))], tmp_path)

    assert found["Decide"] == pytest.approx(0.0)


def test_a_resource_with_hours_of_its_own_counts_by_them(tmp_path: Path) -> None:
    nights = [
        (f"n{day}{hour}", "Watch", "Nia", begin, begin + timedelta(minutes=30))
        for day in range(28)
        for hour in range(6)
        for begin in [MONDAY + timedelta(days=day, hours=hour)]
    ]
    through = MONDAY + timedelta(days=1, hours=5)

    hours, found = measured(
        [*office_work(), *nights, decision(through, through + timedelta(hours=21), who="Nia")], tmp_path
    )

    assert (hours.own, hours.shared) == (3, 0)
    assert found["Decide"] == pytest.approx(1 + 2)  # to six, and from midnight to two


def test_the_work_of_systems_counts_by_the_clock_and_opens_no_hours(tmp_path: Path) -> None:
    nightly = [
        (f"s{day}", "Post", "BATCH", begin, begin + timedelta(hours=3))
        for day in range(28)
        for begin in [MONDAY + timedelta(days=day, hours=1)]
    ]

    hours, found = measured([*office_work(), *nightly], tmp_path, systems=["BATCH"])

    assert hours.week["mon"] == ("08:00-17:00",)
    assert found["Post"] == pytest.approx(3.0)


def test_times_in_whole_days_do_not_show_when_people_work(tmp_path: Path) -> None:
    rows = [
        (f"{day}", "File", "Ada", MONDAY + timedelta(days=day), MONDAY + timedelta(days=day + 1)) for day in range(40)
    ]

    hours, found = measured(rows, tmp_path)

    assert (hours.basis, hours.reason) == (HoursBasis.CLOCK, "coarse-times")
    assert found["File"] == pytest.approx(24.0)


def test_few_events_do_not_show_when_people_work(tmp_path: Path) -> None:
    hours, found = measured([decision(FRIDAY_LATE, FRIDAY_LATE + OVER_THE_WEEKEND)], tmp_path)

    assert (hours.basis, hours.reason) == (HoursBasis.CLOCK, "few-events")
    assert found["Decide"] == pytest.approx(64.0)


def test_events_at_any_hour_keep_to_no_common_hours(tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    begins = [MONDAY + timedelta(minutes=float(each)) for each in draw.uniform(0, 400 * 24 * 60, 60)]
    rows = [(f"{n}", "File", f"p{n}", begin, begin + timedelta(minutes=5)) for n, begin in enumerate(begins)]

    hours, _ = measured(rows, tmp_path)

    assert (hours.basis, hours.reason) == (HoursBasis.CLOCK, "no-common-hours")


def test_the_typical_times_are_geometric_means_of_work_and_of_time_since_the_step_before(tmp_path: Path) -> None:
    at = MONDAY + timedelta(hours=9)
    minutes = ((0, 10), (30, 40), (80, 120))  # begun and completed
    rows = [
        f"{case},{name},Ada,{(at + timedelta(minutes=begin)).isoformat()},{(at + timedelta(minutes=end)).isoformat()}"
        for case in (1, 2)
        for name, (begin, end) in zip(("Open", "Check", "Check"), minutes, strict=True)
    ]
    path = tmp_path / "log.csv"
    path.write_text("\n".join(["case,activity,resource,start_time,time", *rows]), encoding="utf-8")
    log = import_log(ImportRequest(path=path, name="log", imported_at=MONDAY), tmp_path)

    found = {row.activity: row.indicators for row in measure_indicators(load_indicator_source(log, ()))}

    assert found["Check"][IndicatorName.TYPICAL_TIME_S].value == pytest.approx(60 * math.sqrt(30 * 80))
    assert found["Check"][IndicatorName.TYPICAL_WORK_S].value == pytest.approx(60 * math.sqrt(10 * 40))
    assert found["Check"][IndicatorName.TYPICAL_TIME_S].n == 4
    assert found["Open"][IndicatorName.TYPICAL_TIME_S].value is None  # nothing comes before it


def test_times_that_the_clock_does_not_show_lie_between_a_second_and_a_tick(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("case,activity,time\n1,A,2025-05-05\n1,B,2025-05-05\n2,A,2025-05-06\n2,B,2025-05-06\n")
    log = import_log(ImportRequest(path=path, name="days", timezone=ZONE, imported_at=MONDAY), tmp_path)

    source = load_indicator_source(log, ())
    weighted, once, place = WeightedIndicators(source), np.ones(source.cases), log.activities.index("B")
    middle, shortest, longest = (
        weighted.measure(once, unseen)[IndicatorName.TYPICAL_TIME_S][place]
        for unseen in (None, np.zeros(2), np.ones(2))
    )

    assert (middle, shortest, longest) == pytest.approx((math.sqrt(86_400), 1, 86_400))


def test_a_log_without_starts_tells_no_working_time(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("case,activity,time\n1,A,2025-05-05\n1,B,2025-05-05\n", encoding="utf-8")
    log = import_log(ImportRequest(path=path, name="days", timezone=ZONE, imported_at=MONDAY), tmp_path)

    found = {row.activity: row.indicators for row in measure_indicators(load_indicator_source(log, ()))}

    assert found["B"][IndicatorName.TYPICAL_WORK_S].reason == "needs-start-times"


def test_a_log_without_starts_says_so(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(f"case,activity,time\n1,A,{MONDAY.isoformat()}\n", encoding="utf-8")
    log = import_log(ImportRequest(path=path, name="log", imported_at=MONDAY), tmp_path)

    assert load_indicator_source(log, ()).hours.reason == "no-start-times"
