# SPDX-License-Identifier: Apache-2.0
"""Waiting is parted by its cause; the causes of generated logs are known."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from taktloom.mining.drawing.bars_svg import BarRow, stacked_bars_svg
from taktloom.mining.organisation.calendars import discover_calendars, weekly_slots
from taktloom.mining.performance.start_times import StartRule, estimate_starts, with_starts
from taktloom.mining.performance.times import rank_bottlenecks
from taktloom.mining.performance.waiting import CAUSES, WaitingCause, find_waiting_causes
from taktloom.mining.performance.weekly_hours import ALWAYS_OPEN, WeeklyHours
from taktloom.mining.statistics.arrays import LogArrays, load_arrays
from tests.mining.given_logs import given_log
from tests.mining.performance.waiting_truth import (
    HOUR,
    MONDAY_US,
    TRUTHS,
    arrivals,
    beside_each_other,
    first_come,
    two_steps,
)


def hours_of(log: LogArrays) -> dict[str, WeeklyHours]:
    return {each.resource: WeeklyHours(weekly_slots(each)) for each in discover_calendars(log)}


LEAST = {"contention": 0.999, "prioritisation": 0.5, "unavailability": 0.95, "batching": 0.95, "extraneous": 0.8}


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("cause", TRUTHS)
def test_the_planted_cause_takes_the_waiting(cause: str, seed: int) -> None:
    log = TRUTHS[cause](np.random.default_rng(seed))

    found = find_waiting_causes(log, hours_of(log) if cause == "unavailability" else None)

    shares = {each.value: found.by_cause[each] / found.total_s for each in CAUSES}
    assert shares[cause] >= LEAST[cause], shares
    assert found.untold == 0


@pytest.mark.parametrize("cause", TRUTHS)
def test_hours_discovered_in_a_log_do_not_turn_other_causes_into_unavailability(cause: str) -> None:
    """Nobody but the desk of office hours has any; few events of the others leave hours of the week empty by chance."""
    log = TRUTHS[cause](np.random.default_rng(21))

    found, known = find_waiting_causes(log, hours_of(log)), find_waiting_causes(log)

    if cause == "unavailability":
        assert found.by_cause[WaitingCause.UNAVAILABILITY] > 0.99 * found.total_s
    else:
        assert found.by_cause == known.by_cause


def test_causes_of_several_desks_in_one_log_are_found_side_by_side() -> None:
    parts = {cause: TRUTHS[cause](np.random.default_rng(31)) for cause in TRUTHS}
    together = beside_each_other(list(parts.values()))

    found = find_waiting_causes(together, hours_of(together))

    alone = [find_waiting_causes(log, hours_of(log)) for log in parts.values()]
    assert found.total_s == pytest.approx(sum(each.total_s for each in alone))
    for cause in CAUSES:
        assert found.by_cause[cause] == pytest.approx(sum(each.by_cause[cause] for each in alone), rel=0.02)


def test_where_the_last_come_first_only_what_is_being_done_when_a_case_comes_is_contention() -> None:
    log = TRUTHS["prioritisation"](np.random.default_rng(11))
    assert log.started_at is not None
    ready, begin, end = log.occurred_at[0::2], log.started_at[1::2], log.occurred_at[1::2]
    being_done = [
        int(end[(begin < at) & (end > at)].max()) - at
        for at, taken in zip(ready.tolist(), begin.tolist(), strict=True)
        if taken > at
    ]

    found = find_waiting_causes(log)

    assert found.by_cause[WaitingCause.CONTENTION] == pytest.approx(sum(being_done) / 1e6)
    assert found.by_cause[WaitingCause.PRIORITISATION] == pytest.approx(found.total_s - sum(being_done) / 1e6)


@pytest.mark.parametrize("cause", TRUTHS)
def test_the_parts_add_up_to_the_whole_waiting_of_each_step(cause: str) -> None:
    log = TRUTHS[cause](np.random.default_rng(5))

    found = find_waiting_causes(log, hours_of(log))

    (step,) = rank_bottlenecks(log)
    assert found.total_s == pytest.approx(step.total_s)
    assert sum(found.by_cause.values()) == pytest.approx(found.total_s)
    assert all(value >= 0 for each in found.steps for value in each.by_cause.values())


def test_every_cause_has_its_part_of_a_wait_that_has_several() -> None:
    # The desk works 9-17. One comes on Monday at 16:00 while another, ready before, is worked on until 16:30; a later
    # one is taken from 16:30 to 16:45; then the desk idles, goes home, and begins the first on Tuesday at 10:00.
    at = [MONDAY_US + int(hour * HOUR) for hour in (15, 16, 16.25)]
    work = [(15, 16.5), (34, 35), (16.5, 16.75)]
    log = two_steps(np.array(at), [(MONDAY_US + int(a * HOUR), MONDAY_US + int(b * HOUR)) for a, b in work])
    slots = np.zeros(168, dtype=np.bool_)
    slots.reshape(7, 24)[:, 9:17] = True

    found = find_waiting_causes(log, {"desk": WeeklyHours(slots)})

    assert {cause: found.by_cause[cause] / 3_600 for cause in CAUSES} == {
        WaitingCause.BATCHING: 0,
        WaitingCause.CONTENTION: 0.5 + 0.25,
        WaitingCause.PRIORITISATION: 0.25,
        WaitingCause.UNAVAILABILITY: 16,
        WaitingCause.EXTRANEOUS: 0.25 + 1,
    }


def test_work_whose_start_is_estimated_does_not_hold_others_up_at_night() -> None:
    # The desk works 9-17. What was ready at 15:00 is done from 16:30 to 9:30 the next morning, with the night between;
    # another one, ready at 16:00, is done then.
    log = two_steps(
        np.array([MONDAY_US + 15 * HOUR, MONDAY_US + 16 * HOUR]),
        [(MONDAY_US + int(a * HOUR), MONDAY_US + int(b * HOUR)) for a, b in ((16.5, 33.5), (33.5, 34))],
    )
    slots = np.zeros(168, dtype=np.bool_)
    slots.reshape(7, 24)[:, 9:17] = True
    hours = {"desk": WeeklyHours(slots)}

    recorded, estimated = (
        find_waiting_causes(log, hours, estimated=each).by_cause for each in (None, np.ones(4, dtype=np.bool_))
    )

    told = [(each[WaitingCause.CONTENTION], each[WaitingCause.UNAVAILABILITY]) for each in (recorded, estimated)]
    assert told == [(17 * 3_600, 0), (1 * 3_600, 16 * 3_600)]
    assert sum(recorded.values()) == sum(estimated.values()) == (1.5 + 17.5) * 3_600


def test_starts_are_estimated_from_the_case_and_the_resource_and_outliers_become_typical() -> None:
    truth = first_come(np.random.default_rng(3))
    blind = LogArrays(
        **{
            **{name: getattr(truth, name) for name in LogArrays.__dataclass_fields__},
            "started_at": None,
            "has_start": np.zeros(truth.case.size, dtype=np.bool_),
        }
    )

    found = estimate_starts(blind, outlier=1e9)

    desk = truth.activity == 1
    assert truth.started_at is not None
    assert np.array_equal(found.started_at[desk], truth.started_at[desk])
    assert set(found.rule[desk].tolist()) == {StartRule.CASE_READY, StartRule.RESOURCE_FREE}
    capped = estimate_starts(blind, outlier=2)
    took = (blind.occurred_at - capped.started_at)[desk]
    assert (capped.rule[desk] == StartRule.TYPICAL).any()
    (typical,) = set(took[capped.rule[desk] == StartRule.TYPICAL].tolist())
    assert took.max() <= 2 * typical + 1
    assert find_waiting_causes(with_starts(blind, found)).by_cause[WaitingCause.CONTENTION] == pytest.approx(
        find_waiting_causes(truth).by_cause[WaitingCause.CONTENTION]
    )


def completions_only(log: LogArrays) -> LogArrays:
    return replace(log, started_at=None, has_start=np.zeros(log.case.size, dtype=np.bool_))


def queued(seed: int, cases: int, hours_of_work: NDArray[np.float64], *, office: bool) -> LogArrays:
    """The desk takes who came first; in office hours (9-17, every day) it leaves work for the next morning."""
    draw = np.random.default_rng(seed)
    ready = arrivals(draw, cases, 4.2 if office else 1.4)
    now, work = 0, []
    for at, lasts in zip(ready.tolist(), (hours_of_work * HOUR).astype(int).tolist(), strict=True):
        begin = max(at, now)
        begin = opened(begin) if office else begin
        now = closing(begin, lasts) if office else begin + lasts
        work.append((begin, now))
    return two_steps(ready, work)


def opened(at: int) -> int:
    day, of_day = divmod(at - MONDAY_US, 24 * HOUR)
    if 9 * HOUR <= of_day < 17 * HOUR:
        return at
    return MONDAY_US + (day + (of_day >= 17 * HOUR)) * 24 * HOUR + 9 * HOUR


def closing(begin: int, lasts: int) -> int:
    left = 17 * HOUR - (begin - MONDAY_US) % (24 * HOUR)
    return begin + lasts if lasts <= left else closing(begin + left + 16 * HOUR, lasts - left)


@pytest.mark.parametrize("office", [False, True])
@pytest.mark.parametrize("spread", [0.3, 1.0])
def test_long_work_and_nights_are_told_from_waiting_where_starts_are_not_recorded(spread: float, office: bool) -> None:
    lasts = np.random.default_rng(7).lognormal(-(spread**2) / 2, spread, 600)
    truth = queued(8, 600, lasts, office=office)
    blind = completions_only(truth)

    found = estimate_starts(blind, hours_of(blind) if office else None)

    desk = truth.activity == 1
    assert truth.started_at is not None
    assert np.median(np.abs(found.started_at - truth.started_at)[desk]) < 0.02 * HOUR
    hours = hours_of(truth)["desk"] if office else ALWAYS_OPEN
    estimated, done = (
        int(hours.between(each[desk], truth.occurred_at[desk]).sum()) for each in (found.started_at, truth.started_at)
    )
    assert estimated / done == pytest.approx(1, abs=0.15)


@pytest.mark.data
@pytest.mark.parametrize("name", ["interval_event_log.xes", "03_repairExample.xes.gz", "reviewing.xes"])
def test_waits_of_given_logs_add_up(name: str) -> None:
    log = load_arrays(given_log(name))
    if log.started_at is None:
        log = with_starts(log, estimate_starts(log))

    found = find_waiting_causes(log)

    waits = np.maximum(log.started_at[log.follows] - log.occurred_at[log.follows - 1], 0)  # type: ignore[index]
    told = (log.resource[log.follows] >= 0) & log.has_start[log.follows]
    assert found.total_s == pytest.approx(waits[told].sum() / 1e6)
    assert (found.told, found.untold) == (int(told.sum()), int((~told).sum()))


@pytest.mark.data
def test_recorded_starts_stay() -> None:
    log = load_arrays(given_log("interval_event_log.xes"))

    found = estimate_starts(log)

    assert log.started_at is not None
    assert np.array_equal(found.started_at[log.has_start], log.started_at[log.has_start])
    assert set(found.rule[log.has_start].tolist()) == {StartRule.RECORDED}


def test_bars_are_drawn_with_their_texts_escaped() -> None:
    picture = stacked_bars_svg([BarRow(label="a → <b>", values=(1, 0, 3))], legend=["x & y"], unit="h")

    assert "&lt;b&gt;" in picture
    assert "x &amp; y" in picture
    assert picture.count('height="16"') == 2
