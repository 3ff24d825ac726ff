# SPDX-License-Identifier: Apache-2.0

"""Times in open hours, with open cases, by step; spectrum and dots."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.calendars.business import BusinessCalendar, Span, business_duration_between
from taktloom.evidence.survival import estimate_survival
from taktloom.mining.drawing.time_svg import CLASSES, ENGLISH, OTHERS, PALETTE, dotted_svg, spectrum_svg
from taktloom.mining.performance.open_time import LogTooLongForCalendarError, in_open_time, lay_out
from taktloom.mining.performance.queues import Queue, measure_queues
from taktloom.mining.performance.spectrum import dotted_chart, performance_spectrum
from taktloom.mining.performance.times import (
    cases_at_once,
    check_littles_law,
    measure_cycle_times,
    rank_bottlenecks,
    working_us,
)
from taktloom.mining.statistics.arrays import LogArrays

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WEEKDAYS = ((Span(start=540, end=720), Span(start=780, end=1020)),) * 5 + ((), ())
AMSTERDAM = BusinessCalendar(zone="Europe/Amsterdam", week=WEEKDAYS)
BEGIN = datetime(2023, 12, 1, tzinfo=UTC)
INSTANTS = st.integers(0, 396 * 86_400).map(lambda seconds: BEGIN + timedelta(seconds=seconds))

Row = tuple[int, str, float | None, float]


def micros(instant: datetime) -> int:
    return (instant - EPOCH) // timedelta(microseconds=1)


def arrays(rows: list[Row]) -> LogArrays:
    """Rows (case, activity, start or None, end) in seconds, in canonical order."""
    names = sorted({activity for _, activity, _, _ in rows})
    ends = np.array([int(end * 1e6) for *_, end in rows], dtype=np.int64)
    has_start = np.array([start is not None for _, _, start, _ in rows], dtype=np.bool_)
    starts = np.array([int((end if start is None else start) * 1e6) for _, _, start, end in rows], dtype=np.int64)
    nobody = np.full(len(rows), -1, dtype=np.int64)
    return LogArrays(
        activities=names,
        resources=[],
        roles=[],
        case=np.array([case for case, *_ in rows], dtype=np.uint32),
        activity=np.array([names.index(activity) for _, activity, _, _ in rows], dtype=np.int64),
        resource=nobody,
        role=nobody,
        occurred_at=ends,
        started_at=starts if has_start.any() else None,
        has_start=has_start,
        local=ends,
    )


@given(st.lists(INSTANTS, min_size=2, max_size=6))
def test_the_map_to_open_time_measures_what_the_calendar_does(instants: list[datetime]) -> None:
    begin, *rest = sorted(instants)
    open_time = lay_out(AMSTERDAM, micros(begin), micros(rest[-1]))

    mapped = open_time.before(np.array([micros(begin), *map(micros, rest)], dtype=np.int64))

    told = [int(each - mapped[0]) for each in mapped[1:]]
    assert told == [micros(EPOCH + business_duration_between(AMSTERDAM, begin, end)) for end in rest]


def test_queues_hold_the_cases_between_a_completion_and_the_next_start() -> None:
    """b is waited for from 10 to 30, 20 to 30 and 28 to 40; c has one start, at once, and one that nobody knows."""
    log = arrays(
        [
            (0, "a", 0, 10), (0, "b", 30, 40), (0, "c", 40, 50),
            (1, "a", 0, 20), (1, "b", 30, 60), (1, "c", None, 90),
            (2, "a", 20, 28), (2, "b", 40, 100),
        ]
    )  # fmt: skip

    queues = measure_queues(log)

    assert queues == (
        Queue(activity="b", waits=3, mean_cases=0.42, most_cases=3, mean_wait_s=14.0),
        Queue(activity="c", waits=1, mean_cases=0.0, most_cases=0, mean_wait_s=0.0),
    )
    assert measure_queues(arrays([(0, "a", None, 10), (0, "b", None, 30)])) is None


def test_a_log_in_open_time_counts_no_night_and_no_weekend() -> None:
    friday, monday = datetime(2024, 3, 1, 16, tzinfo=UTC), datetime(2024, 3, 4, 9, tzinfo=UTC)
    log = arrays([(0, "a", None, friday.timestamp()), (0, "b", None, monday.timestamp())])

    cycle = measure_cycle_times(in_open_time(log, AMSTERDAM)).cycle

    assert cycle.mean_s == 3600  # 16:00 UTC is 17:00 there, the end of the day; 9:00 UTC is 10:00


def test_a_calendar_without_openings_lets_no_time_pass() -> None:
    closed = BusinessCalendar(zone="UTC", week=((),) * 7)
    log = arrays([(0, "a", None, 0), (0, "b", None, 1e6)])

    assert measure_cycle_times(in_open_time(log, closed)).cycle.mean_s == 0


def test_a_log_of_more_than_two_hundred_years_needs_a_filter() -> None:
    with pytest.raises(LogTooLongForCalendarError, match="TL-2170"):
        lay_out(AMSTERDAM, 0, micros(datetime(2200, 1, 1, tzinfo=UTC)))


def test_working_time_counts_parallel_work_once() -> None:
    log = arrays([(0, "a", 0, 10), (0, "b", 5, 20), (0, "c", 30, 40), (1, "a", 0, 5), (1, "b", 8, 9)])

    assert (working_us(log) / 1e6).tolist() == [30, 6]
    times = measure_cycle_times(log)
    assert times.cycle.mean_s == pytest.approx((40 + 9) / 2)
    assert times.waiting is not None
    assert times.waiting.mean_s == pytest.approx((10 + 3) / 2)


def test_without_starts_working_and_waiting_are_not_told() -> None:
    times = measure_cycle_times(arrays([(0, "a", None, 0), (0, "b", None, 9)]))

    assert (times.working, times.waiting, times.cycle.mean_s) == (None, None, 9)


def test_the_median_with_open_cases_is_near_the_truth_where_the_closed_ones_alone_are_far_off() -> None:
    rng = np.random.default_rng(7)
    truth, seen = rng.exponential(100.0, 40_000), rng.uniform(0, 160, 40_000)
    ended = truth <= seen
    lasting = np.minimum(truth, seen)

    median = estimate_survival(lasting, ended).quantile(0.5)

    assert 0.35 < 1 - ended.mean() < 0.55
    assert median == pytest.approx(100 * np.log(2), rel=0.05)
    assert abs(np.median(lasting[ended]) - 100 * np.log(2)) > 0.2 * 100 * np.log(2)


def test_survival_of_a_textbook_sample_is_known() -> None:
    times = np.array([6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35], dtype=float)
    ended = np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0], dtype=bool)

    curve = estimate_survival(times, ended)

    assert curve.times.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve.surviving.round(3).tolist() == [0.857, 0.807, 0.753, 0.69, 0.627, 0.538, 0.448]
    assert curve.quantile(0.5) == 23
    assert curve.quantile(0.9) is None


def test_open_cases_are_those_that_do_not_end_with_an_ending_activity() -> None:
    log = arrays([(0, "a", None, 0), (0, "z", None, 10), (1, "a", None, 0), (1, "b", None, 4)])

    times = measure_cycle_times(log, ending=("z",))

    assert (times.open_cases, times.cycle.count, times.median_s) == (1, 1, 10)


def test_steps_are_ranked_by_the_time_they_cost_in_all() -> None:
    log = arrays([(0, "a", 0, 1), (0, "b", 4, 5), (0, "c", 5, 6), (1, "a", 0, 1), (1, "b", 2, 3), (1, "c", 4, 5)])

    ranked = [(each.source, each.target, each.count, each.total_s, each.share) for each in rank_bottlenecks(log)]

    assert ranked == [("a", "b", 2, 4.0, 0.8), ("b", "c", 2, 1.0, 0.2)]


def test_arrivals_times_duration_give_the_cases_at_once_of_a_steady_process() -> None:
    day = 86_400
    log = arrays([row for case in range(400) for row in
                  ((case, "a", None, case * day / 4), (case, "b", None, case * day / 4 + 3 * day))])  # fmt: skip

    law = check_littles_law(log)

    assert law.arrivals_per_day == pytest.approx(4, rel=0.02)
    assert law.mean_days == pytest.approx(3)
    assert law.mean_cases == pytest.approx(law.expected_cases, rel=0.03)
    assert cases_at_once(log, points=3)[1][1] == pytest.approx(12, abs=1)


def test_the_spectrum_classes_each_occurrence_by_its_segment() -> None:
    log = arrays([row for case in range(8) for row in ((case, "a", None, 0), (case, "b", None, case + 1))])

    (segment,) = performance_spectrum(log)

    assert (segment.source, segment.target, segment.occurrences) == ("a", "b", 8)
    assert segment.quartile.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    picture = spectrum_svg((segment,))
    assert picture.count("stroke-opacity") == 8
    assert [colour in picture for colour in CLASSES] == [True] * 4
    assert all(f">{word}<" in picture for word in ENGLISH.quartiles)
    assert [text in picture for text in ("1970-01-01", ">UTC<")] == [True, True]


def test_a_drawing_without_anything_to_draw_says_so() -> None:
    chart = dotted_chart(arrays([(0, "a", None, 0)]))
    empty = replace(chart, line=chart.line[:0], at_us=chart.at_us[:0], activity=chart.activity[:0])

    assert ENGLISH.nothing in spectrum_svg(())
    assert ENGLISH.no_events in dotted_svg(empty)


def test_activities_beyond_the_colours_of_a_dotted_chart_share_a_grey_that_the_legend_names() -> None:
    log = arrays([row for case in range(20) for row in ((case, f"a{case % 10}", None, case), (case, "z", None, 30))])

    picture = dotted_svg(dotted_chart(log))

    assert f">{ENGLISH.others}<" in picture
    assert picture.count(f'r="1.5" fill="{PALETTE[0]}"') == 20  # the most frequent
    assert picture.count(f'r="1.5" fill="{OTHERS}"') == 2 * (11 - len(PALETTE))


def test_a_dotted_chart_is_thinned_evenly_and_says_how_many_events_there_were() -> None:
    log = arrays([row for case in range(100) for row in ((case, "a<b", None, 100 - case), (case, "z", None, 200))])

    chart = dotted_chart(log, marks=50)

    assert (chart.cases, chart.events, chart.line.size) == (100, 200, 50)
    assert chart.line[0] == 99  # the first case began last
    assert "a&lt;b" in dotted_svg(chart)
