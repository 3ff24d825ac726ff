# SPDX-License-Identifier: Apache-2.0
"""Who works with whom, as what, how fast and when: against plain loops and planted truth."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import combinations

import numpy as np
import pytest

from taktloom.calendars.definition import calendar_problems
from taktloom.mining.drawing.graph_svg import GraphEdge, GraphNode, graph_svg
from taktloom.mining.organisation.calendars import CalendarLevel, calendar_document, discover_calendars
from taktloom.mining.organisation.profiles import profile_resources
from taktloom.mining.organisation.roles import discover_roles
from taktloom.mining.organisation.together import TooManyResourcesError, measure_working_together, require_few_resources
from taktloom.mining.statistics.arrays import LogArrays, load_arrays
from tests.mining.given_logs import given_log, given_path
from tests.mining.log_oracle import read_plain_log

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
WITH_RESOURCES = ("02_teleclaims.xes.gz", "08_receipt.xes.gz", "BPIC13_cp.xes.gz", "SEPSIS.xes.gz", "reviewing.xes")

Row = tuple[int, str, str, datetime | None, datetime]


def arrays(rows: list[Row]) -> LogArrays:
    """Rows (case, activity, resource, start, end), in canonical order."""
    rows = sorted(rows, key=lambda row: (row[0], row[4]))
    activities, people = sorted({row[1] for row in rows}), sorted({row[2] for row in rows})

    def us(moment: datetime) -> int:
        return (moment - EPOCH) // timedelta(microseconds=1)

    ends = np.array([us(row[4]) for row in rows], dtype=np.int64)
    has_start = np.array([row[3] is not None for row in rows], dtype=np.bool_)
    starts = np.array([us(row[3] or row[4]) for row in rows], dtype=np.int64)
    return LogArrays(
        activities=activities,
        resources=people,
        roles=[],
        case=np.array([row[0] for row in rows], dtype=np.uint32),
        activity=np.array([activities.index(row[1]) for row in rows], dtype=np.int64),
        resource=np.array([people.index(row[2]) for row in rows], dtype=np.int64),
        role=np.full(len(rows), -1, dtype=np.int64),
        occurred_at=ends,
        started_at=starts if has_start.any() else None,
        has_start=has_start,
        local=ends,
    )


@pytest.mark.data
@pytest.mark.parametrize("name", WITH_RESOURCES)
def test_joint_cases_are_those_of_a_plain_reading(name: str) -> None:
    plain, found = read_plain_log(given_path(name)), measure_working_together(load_arrays(given_log(name)))
    joint: Counter[frozenset[str]] = Counter()
    people = [{step.resource for step in steps if step.resource is not None} for steps in plain.cases.values()]
    for who in people:
        joint.update(frozenset(pair) for pair in combinations(sorted(who), 2))

    assert found.distinct_pairs == len(joint)
    assert {frozenset((pair.one, pair.other)): pair.cases for pair in found.pairs} == {
        pair: joint[pair] for pair in (frozenset((each.one, each.other)) for each in found.pairs)
    }
    assert [pair.cases for pair in found.pairs] == sorted(joint.values(), reverse=True)[: len(found.pairs)]
    assert found.cases_alone == sum(len(who) == 1 for who in people)


@pytest.mark.data
@pytest.mark.parametrize("name", WITH_RESOURCES)
def test_profiles_count_what_a_plain_reading_counts(name: str) -> None:
    plain, found = read_plain_log(given_path(name)), profile_resources(load_arrays(given_log(name)))
    events: Counter[str] = Counter()
    cases, activities = defaultdict(set), defaultdict(set)
    for case, steps in plain.cases.items():
        for step in steps:
            if step.resource is not None:
                events[step.resource] += 1
                cases[step.resource].add(case)
                activities[step.resource].add(step.activity)

    assert {row.resource: (row.events, row.cases, row.activities) for row in found} == {
        who: (count, len(cases[who]), len(activities[who])) for who, count in events.items()
    }


@pytest.mark.parametrize(("roles", "foreign"), [(1, 0.0), (2, 0.1), (3, 0.3), (4, 0.2)])
def test_planted_roles_are_found_and_one_is_an_answer(roles: int, foreign: float) -> None:
    draw = np.random.default_rng(roles)
    rows: list[Row] = []
    for case in range(400):
        for step in range(2 * roles):
            role = int(draw.integers(roles)) if draw.random() < foreign else step // 2
            end = MONDAY + timedelta(hours=case + step)
            rows.append((case, f"step {step}", f"{role}-{draw.integers(5)}", None, end))

    found = discover_roles(arrays(rows))

    assert {frozenset(name[0] for name in each.resources) for each in found} == {
        frozenset(str(each)) for each in range(roles)
    }
    assert [len(each.resources) for each in found] == [5] * roles


def test_pace_compares_with_others_at_the_same_work_and_overlapping_work_counts_once() -> None:
    def work(case: int, activity: str, who: str, begin: float, hours: float) -> Row:
        return (case, activity, who, MONDAY + timedelta(hours=begin), MONDAY + timedelta(hours=begin + hours))

    log = arrays(
        [work(1, "a", "Ann", 9, 1), work(2, "a", "Ann", 9.5, 1), work(3, "a", "Bob", 9, 2), work(4, "b", "Bob", 12, 7)]
    )

    ann, bob = sorted(profile_resources(log), key=lambda row: row.resource)

    assert (ann.working_hours, ann.pace) == (1.5, 0.5)
    assert ann.at_once == pytest.approx(2 / 1.5)
    assert (bob.working_hours, bob.at_once, bob.pace) == (9, 1, 2)
    assert profile_resources(arrays([(1, "a", "Ann", None, MONDAY)]))[0].working_hours is None


def test_planted_roles_are_found_whatever_their_members_load() -> None:
    draw = np.random.default_rng(7)
    trades = {"clerk": ("register", "check"), "judge": ("decide",), "payer": ("pay", "archive", "print")}
    rows: list[Row] = []
    for number in range(900):
        trade = ("clerk", "judge", "payer")[number % 3]
        who = f"{trade} {int(draw.integers(0, 4)) ** 2 // 4}"
        rows.append((number, str(draw.choice(trades[trade])), who, None, MONDAY + timedelta(hours=number)))

    found = discover_roles(arrays(rows))

    assert sorted({name.split()[0] for name in role.resources} for role in found) == [{"clerk"}, {"judge"}, {"payer"}]
    assert sum(role.events for role in found) == 900
    assert [role.number for role in found] == [1, 2, 3]


def test_a_planted_calendar_is_found_and_one_who_does_little_gets_that_of_the_role() -> None:
    rows: list[Row] = []
    for day in range(140):
        if day % 7 < 5:
            rows += [
                (day, "a", "Ann", None, MONDAY + timedelta(days=day, hours=hour, minutes=5)) for hour in (9, 11, 15)
            ]
    rows += [(1000 + day, "a", "Eve", None, MONDAY + timedelta(days=7 * day, hours=9)) for day in range(5)]
    rows.append((2000, "a", "Ann", None, MONDAY + timedelta(days=5, hours=3)))  # one Saturday night is no calendar

    ann, eve = discover_calendars(arrays(rows), [("Ann", "Eve")])

    assert (ann.level, eve.level) == (CalendarLevel.RESOURCE, CalendarLevel.ROLE)
    assert ann.week["mon"] == ("09:00-10:00", "11:00-12:00", "15:00-16:00")
    assert ann.week["sat"] == ann.week["sun"] == ()
    assert (ann.hours, ann.confidence) == (15, 1)
    assert ann.support == pytest.approx(300 / 301)
    assert eve.support == 1
    assert calendar_problems(calendar_document(ann, "Europe/Amsterdam")) == ()


def test_hours_are_told_of_who_keeps_some_and_of_nobody_who_works_at_any() -> None:
    told = 0
    for seed in range(100):
        draw = np.random.default_rng(seed)
        at_any = np.sort(draw.choice(24 * 60, 60, replace=False)).tolist()  # 60 hours of 60 days
        rows: list[Row] = [
            (number, "a", "Ann", None, MONDAY + timedelta(hours=hour)) for number, hour in enumerate(at_any)
        ]
        told += discover_calendars(arrays(rows))[0].level is not CalendarLevel.CANNOT_TELL
    nights: list[Row] = [(day, "a", "Ned", None, MONDAY + timedelta(days=day, hours=22 + day % 4)) for day in range(60)]

    assert told <= 6  # one in a hundred is expected; more than six, one in ten thousand times
    assert discover_calendars(arrays(nights))[0].level is CalendarLevel.RESOURCE


def test_who_cannot_be_told_is_open_at_every_hour() -> None:
    rows: list[Row] = [(number, "a", "Ann", None, MONDAY + timedelta(hours=7 * number)) for number in range(24)]

    (found,) = discover_calendars(arrays(rows))

    assert (found.level, found.hours, found.support) == (CalendarLevel.CANNOT_TELL, 168, 1)
    assert set(found.week.values()) == {("00:00-24:00",)}


def test_more_resources_than_pairs_can_be_looked_at_are_refused() -> None:
    with pytest.raises(TooManyResourcesError):
        require_few_resources(2_001)


def test_a_picture_of_a_network_escapes_its_texts_and_joins_edges_of_the_same_ends() -> None:
    names = ("<Ann>", "Bob & Co")
    picture = graph_svg(
        [GraphNode(name=name, label=name) for name in names],
        [
            GraphEdge(source=names[0], target=names[1], weight=3, label="3"),
            GraphEdge(source=names[0], target=names[1], weight=1, label="1", group=2),
            GraphEdge(source=names[1], target=names[1], weight=1, label="self"),
        ],
        legend=("a < b",),
    )

    assert "<Ann>" not in picture
    assert "&lt;Ann&gt;" in picture
    assert ">3 / 1<" in picture
    assert "a &lt; b" in picture


def test_hours_of_which_none_is_open_are_not_told_as_a_calendar() -> None:
    rows: list[Row] = [
        (number, "a", "Ann", None, datetime(year, 12, 1, 9, tzinfo=UTC))
        for number, year in enumerate([*range(1000, 1200), *range(2000, 2200)])
    ]

    (found,) = discover_calendars(arrays(rows))

    assert (found.level, found.hours) == (CalendarLevel.CANNOT_TELL, 168)
