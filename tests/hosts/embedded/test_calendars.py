# SPDX-License-Identifier: Apache-2.0
"""Managed business calendars, and timers and due dates that count by them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from taktloom.hosts.embedded import EmbeddedEngine, ManualClock
from taktloom.hosts.embedded.advancing.calendars import (
    CalendarInUseError,
    CalendarOutOfTimeError,
    CalendarRefusedError,
    UnknownCalendarError,
)
from taktloom.hosts.embedded.definitions.deployments import DeploymentRefusedError
from taktloom.model.identifiers import ProcessId, TenantId
from taktloom.model.operations import InstanceQuery, UserTaskQuery
from tests.hosts.embedded.conftest import MONDAY

OFFICE = {
    "zone": "Europe/Berlin",
    "week": {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")},
    "holidays": ["DE"],
}
PROCESS = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:t="urn:taktloom:bpmn:1"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="x">
<process id="paced" isExecutable="true">
  <startEvent id="s">{start}</startEvent><sequenceFlow id="f" sourceRef="s" targetRef="w"/>
  {middle}<sequenceFlow id="g" sourceRef="w" targetRef="e"/><endEvent id="e"/>
</process></definitions>"""
PACED = ProcessId("paced")


def timer(kind: str, text: str, calendar: str = "office") -> str:
    return f'<timerEventDefinition t:calendar="{calendar}"><{kind}>{text}</{kind}></timerEventDefinition>'


def waiting(kind: str, text: str, calendar: str = "office") -> dict[str, bytes]:
    middle = f'<intermediateCatchEvent id="w">{timer(kind, text, calendar)}</intermediateCatchEvent>'
    return {"paced.bpmn": PROCESS.format(start="", middle=middle).encode()}


def starting(kind: str, text: str, calendar: str = "office") -> dict[str, bytes]:
    return {"paced.bpmn": PROCESS.format(start=timer(kind, text, calendar), middle='<task id="w"/>').encode()}


@pytest.fixture
def office(engine: EmbeddedEngine) -> None:
    engine.calendars.save("office", OFFICE, by="ada")


def test_the_first_calendar_is_the_default_until_another_is_made_it(engine: EmbeddedEngine, office: None) -> None:
    engine.calendars.save("shop", {**OFFICE, "holidays": []}, by="ada")
    assert engine.calendars.show("default").name == "office"

    engine.calendars.save("shop", {**OFFICE, "holidays": []}, is_default=True)

    assert [(one.name, one.is_default) for one in engine.calendars.all()] == [("office", False), ("shop", True)]
    assert engine.calendars.show("shop").version == 1  # the same definition is no new version


def test_versions_of_a_calendar_are_kept(engine: EmbeddedEngine, office: None) -> None:
    engine.calendars.save("office", {**OFFICE, "holidays": []}, by="bea")

    versions = engine.calendars.versions("office")

    assert [(one.version, one.saved_by, one.definition["holidays"]) for one in versions] == [
        (2, "bea", []),
        (1, "ada", ["DE"]),
    ]


def test_calendars_belong_to_their_tenant(engine: EmbeddedEngine, office: None) -> None:
    with pytest.raises(UnknownCalendarError):
        engine.for_tenant(TenantId("other")).calendars.show("office")


def test_a_calendar_with_problems_is_refused_and_nothing_is_saved(engine: EmbeddedEngine) -> None:
    with pytest.raises(CalendarRefusedError) as refused:
        engine.calendars.save("office", {"zone": "Mars/Phobos", "week": {"mon": ["9-17"]}})

    assert [finding.place.element_id for finding in refused.value.examples] == ["zone", "week.mon"]
    assert engine.calendars.all() == ()
    with pytest.raises(CalendarRefusedError):
        engine.calendars.save("default", OFFICE)


def test_a_timer_counts_open_hours_and_its_instant_is_in_the_journal(
    engine: EmbeddedEngine, office: None, clock: ManualClock
) -> None:
    engine.deployments.deploy(waiting("timeDuration", "PT10H"))
    key = engine.instances.start(PACED, {}).instance_key
    # Monday 10:00 in Berlin: seven hours until closing, three on Tuesday.
    due = datetime(2026, 3, 3, 11, 0, tzinfo=UTC)
    (running,) = engine.instances.detail(key).timers
    assert running.due_at == due

    # The calendar may change: what was computed is a fact.
    engine.calendars.save("office", {**OFFICE, "week": {"mon": ["09:00-10:00"]}})
    clock.advance(due - clock.now())

    assert engine.timers.fire_due() == 1
    assert engine.instances.summary(key).status == "completed"
    kinds = [entry.kind for entry in engine.instances.journal(key).items]
    assert kinds == ["InstanceStarted", "TimerPlanned", "TimerFired"]
    assert engine.instances.check_replay(key) == 3


def test_a_boundary_timer_and_a_date_count_by_the_default_calendar(
    engine: EmbeddedEngine, office: None, clock: ManualClock
) -> None:
    engine.deployments.deploy(waiting("timeDate", "2026-04-03T10:00:00Z", "default"))  # Good Friday
    key = engine.instances.start(PACED, {}).instance_key

    (running,) = engine.instances.detail(key).timers

    assert running.due_at == datetime(2026, 4, 7, 7, 0, tzinfo=UTC)  # Tuesday after Easter, 9:00 summer time


def test_a_user_task_is_due_by_business_days(engine: EmbeddedEngine, office: None) -> None:
    middle = (
        '<userTask id="w" t:calendar="office"><extensionElements>'
        '<zeebe:taskSchedule dueDate="P5D" followUpDate="PT7H"/></extensionElements></userTask>'
    )
    engine.deployments.deploy({"paced.bpmn": PROCESS.format(start="", middle=middle).encode()})
    engine.instances.start(PACED, {})

    (task,) = engine.user_tasks.search(UserTaskQuery()).items

    assert task.due_at == MONDAY + timedelta(days=7)


def test_a_rhythm_that_is_never_open_is_not_deployed(engine: EmbeddedEngine, office: None) -> None:
    with pytest.raises(CalendarOutOfTimeError):
        engine.deployments.deploy(starting("timeCycle", "0 8 * * *@Europe/Berlin"))  # before opening

    assert engine.deployments.processes().items == ()


def test_cron_leaves_out_what_is_closed(engine: EmbeddedEngine, office: None, clock: ManualClock) -> None:
    engine.deployments.deploy(starting("timeCycle", "0 12 * * *@Europe/Berlin"))
    days = []
    for _ in range(7):
        due = engine.timers.next_due_at()
        assert due is not None
        days.append(due.day)
        clock.advance(due - clock.now())
        assert engine.timers.fire_due() == 1

    assert days == [2, 3, 4, 5, 6, 9, 10]


def test_a_cycle_of_business_days_skips_the_weekend(engine: EmbeddedEngine, office: None, clock: ManualClock) -> None:
    engine.deployments.deploy(starting("timeCycle", "R3/P2D"))
    days = []
    while (due := engine.timers.next_due_at()) is not None:
        days.append(due.day)
        clock.advance(due - clock.now())
        engine.timers.fire_due()

    assert days == [4, 6, 10]
    assert len(engine.instances.search(InstanceQuery()).items) == 3


def test_a_model_that_counts_by_an_unknown_calendar_is_not_deployed(engine: EmbeddedEngine) -> None:
    with pytest.raises(DeploymentRefusedError) as refused:
        engine.deployments.deploy(waiting("timeDuration", "PT1H", "nowhere"))

    (finding,) = refused.value.findings
    assert (finding.rule, finding.place.element_id) == ("calendar-unknown", "w")
    assert engine.deployments.processes().items == ()


def test_a_calendar_in_use_cannot_be_removed(engine: EmbeddedEngine, office: None) -> None:
    engine.deployments.deploy(waiting("timeDuration", "PT1H"))

    with pytest.raises(CalendarInUseError):
        engine.calendars.remove("office")
    engine.calendars.save("other", OFFICE)
    engine.calendars.remove("other")

    assert [one.name for one in engine.calendars.all()] == ["office"]
    assert [one.version for one in engine.calendars.versions("other")] == [1]


def test_a_duration_beyond_the_calendar_starts_nothing(engine: EmbeddedEngine, office: None) -> None:
    engine.deployments.deploy(waiting("timeDuration", "PT900000000H"))

    with pytest.raises(CalendarOutOfTimeError):
        engine.instances.start(PACED, {})

    assert engine.instances.search(InstanceQuery()).items == ()


def test_days_and_durations_can_be_asked_for(engine: EmbeddedEngine, office: None) -> None:
    friday, easter = engine.calendars.days("office", date(2026, 4, 2), 2)

    assert (friday.hours, friday.holiday) == (("09:00-17:00",), "")
    assert (easter.hours, bool(easter.holiday)) == ((), True)
    assert engine.calendars.duration_between("office", MONDAY, MONDAY + timedelta(days=7)) == timedelta(hours=40)
    assert engine.calendars.due_at("office", MONDAY, "P1D") == MONDAY + timedelta(days=1)
    with pytest.raises(CalendarRefusedError):
        engine.calendars.due_at("office", MONDAY, "tomorrow")


def test_what_lies_beyond_a_calendars_time_is_refused_to_who_asks(engine: EmbeddedEngine, office: None) -> None:
    first, last = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)

    for start, end in ((first, last), (last, first), (last, last), (MONDAY, MONDAY + timedelta(days=36_526))):
        with pytest.raises(CalendarRefusedError):
            engine.calendars.duration_between("office", start, end)
    for anchor, rule in ((last, "P2D"), (MONDAY, "P1000000D")):
        with pytest.raises(CalendarRefusedError):
            engine.calendars.due_at("office", anchor, rule)
    with pytest.raises(CalendarRefusedError):
        engine.calendars.next_opening("office", last)
    assert [one.day for one in engine.calendars.days("office", date(9999, 12, 30), 5)] == [
        date(9999, 12, 30),
        date(9999, 12, 31),
    ]


def reminded(cycle: str) -> dict[str, bytes]:
    """A task with a reminder beside it."""
    middle = (
        f'<userTask id="w"/><boundaryEvent id="b" attachedToRef="w" cancelActivity="false">{timer("timeCycle", cycle)}'
        '</boundaryEvent><sequenceFlow id="h" sourceRef="b" targetRef="told"/><endEvent id="told"/>'
    )
    return {"paced.bpmn": PROCESS.format(start="", middle=middle).encode()}


@pytest.mark.parametrize(("cycle", "hours"), [("R/PT1H", 1), ("R/P1D", 24), ("0 9 * * *@Europe/Berlin", 23)])
def test_what_a_boundary_cycle_by_a_calendar_missed_is_made_up_for_by_one_firing(
    engine: EmbeddedEngine, office: None, clock: ManualClock, cycle: str, hours: int
) -> None:
    engine.deployments.deploy(reminded(cycle))
    key = engine.instances.start(PACED, {}).instance_key
    clock.advance(timedelta(days=7))  # open all day but at the weekend; it is Monday again

    fired = engine.timers.fire_due()

    assert fired == 1
    assert [one.due_at for one in engine.instances.detail(key).timers] == [MONDAY + timedelta(days=7, hours=hours)]
    assert engine.instances.check_replay(key) == 4


def test_missed_repetitions_of_a_boundary_cycle_by_a_calendar_count(
    engine: EmbeddedEngine, office: None, clock: ManualClock
) -> None:
    engine.deployments.deploy(reminded("R3/P1D"))
    engine.deployments.deploy({"few.bpmn": reminded("R2/P1D")["paced.bpmn"].replace(b'"paced"', b'"few"')})
    key, few = (engine.instances.start(ProcessId(name), {}).instance_key for name in ("paced", "few"))
    clock.advance(timedelta(days=2, hours=1))

    assert engine.timers.fire_due() == 2

    assert [one.due_at for one in engine.instances.detail(key).timers] == [MONDAY + timedelta(days=3)]
    assert engine.instances.detail(few).timers == ()
    clock.advance(timedelta(days=1))
    assert engine.timers.fire_due() == 1
    assert engine.instances.detail(key).timers == ()
    assert [engine.instances.check_replay(one) for one in (key, few)] == [5, 4]
