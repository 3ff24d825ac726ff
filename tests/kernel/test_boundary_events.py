# SPDX-License-Identifier: Apache-2.0
"""What boundary events do, as the ordered commands of each step."""

from datetime import timedelta

from taktloom.kernel.commands import (
    CancelTimer,
    CreateJob,
    StartTimer,
    Subscribe,
)
from taktloom.model.event_definitions import ErrorDefinition, MessageDefinition, TimerDefinition
from taktloom.model.process import BoundaryEvent, BusinessRuleTask, EndEvent, ParallelGateway, StartEvent, Task
from tests.kernel.build import eid, process, sub_process
from tests.kernel.driver import START, run_of, shown
from tests.kernel.parts import E, S, error, job, side_timer, timer, user


def test_an_interrupting_timer_cancels_the_job_and_goes_on_from_the_event() -> None:
    late = BoundaryEvent(
        id=eid("late"), name="Too late", attached_to=eid("a"), definition=TimerDefinition(duration="PT1H")
    )
    run = run_of(process(S, job("a"), late, job("b"), E, flows="s > a > e\nlate > b > e"))

    assert shown(run.start()) == ["RecordEvent a start", "StartTimer late", "CreateJob a"]
    assert shown(run.fire("late")) == [
        "RecordEvent a ate_abort",
        "CancelJob",
        "RecordEvent late complete",
        "RecordEvent b start",
        "CreateJob b",
    ]


def test_completing_the_activity_cancels_its_timer() -> None:
    run = run_of(process(S, job("a"), timer("late", "a", duration="PT1H"), E, flows="s > a > e\nlate > e"))
    run.start()

    commands = run.complete("a")

    assert [type(command) for command in commands][1] is CancelTimer
    assert run.state.timers == {}


def test_a_timer_beside_the_activity_repeats_and_leaves_it_alone() -> None:
    remind = side_timer("remind", "a", cycle="R3/PT1H")
    run = run_of(process(S, job("a"), remind, Task(id=eid("t")), E, flows="s > a > e\nremind > t > e"))
    run.start()

    fired = []
    while "remind" in run.work["timer"]:
        assert shown(run.fire("remind"))[-2:] == ["RecordEvent t start", "RecordEvent t complete"]
        fired.append(run.now)

    assert fired == [START + timedelta(hours=hours) for hours in (1, 2, 3)]
    assert run.open_work() == {"job": ["a"]}


def test_each_repetition_has_a_timer_id_of_its_own() -> None:
    remind = side_timer("remind", "a", cycle="R2/PT1H")
    run = run_of(process(S, job("a"), remind, E, flows="s > a > e\nremind > e"))
    first = run.start()[1]
    second = run.fire("remind")[0]

    assert isinstance(first, StartTimer)
    assert isinstance(second, StartTimer)
    assert first.timer_id != second.timer_id


def test_a_cycle_on_the_last_day_of_the_month_does_not_drift() -> None:
    remind = side_timer("remind", "a", cycle="R/2026-03-31T10:00:00Z/P1M")
    run = run_of(process(S, job("a"), remind, E, flows="s > a > e\nremind > e"))
    run.start()

    days = []
    for _ in range(3):
        run.fire("remind")
        days.append((run.now.month, run.now.day))

    assert days == [(3, 31), (4, 30), (5, 31)]


def test_a_daily_cycle_keeps_the_local_hour_over_a_change_of_the_clocks() -> None:
    remind = side_timer("remind", "a", cycle="R/2026-03-28T09:00:00@Europe/Berlin/P1D")
    run = run_of(process(S, job("a"), remind, E, flows="s > a > e\nremind > e"))
    run.start()

    hours = []
    for _ in range(2):
        run.fire("remind")
        hours.append((run.now.day, run.now.hour))

    assert hours == [(28, 8), (29, 7)]  # UTC; summer time begins on the 29th


def test_instants_of_a_cycle_before_the_wait_are_skipped() -> None:
    remind = side_timer("remind", "a", cycle="R2/2026-02-01T12:00:00Z/P1D")
    run = run_of(process(S, job("a"), remind, E, flows="s > a > e\nremind > e"))
    run.start()

    days = []
    while "remind" in run.work["timer"]:
        run.fire("remind")
        days.append(run.now.day)

    assert days == [2, 3]


def test_a_message_beside_the_activity_is_subscribed_again_after_each_message() -> None:
    note = BoundaryEvent(
        id=eid("note"),
        attached_to=eid("a"),
        definition=MessageDefinition(name="note", correlation_key="key"),
        is_interrupting=False,
    )
    run = run_of(process(S, job("a"), note, user("read"), E, flows="s > a > e\nnote > read > e"))
    first = run.start(key="k1")[1]

    commands = run.correlate("note", text="hello")

    assert shown(commands) == ["Subscribe note", "RecordEvent read start", "OpenUserTask read"]
    assert isinstance(first, Subscribe)
    assert isinstance(commands[0], Subscribe)
    assert first.subscription_id != commands[0].subscription_id
    assert commands[0].correlation_key == "k1"
    assert run.open_work() == {"job": ["a"], "subscription": ["note"], "task": ["read"]}


def test_an_interrupted_sub_process_is_cleared_innermost_first() -> None:
    deep = sub_process("deep", StartEvent(id=eid("ds")), job("a"), EndEvent(id=eid("de")), flows="ds > a > de")
    sub = sub_process("sub", StartEvent(id=eid("is")), deep, EndEvent(id=eid("ie")), flows="is > deep > ie")
    run = run_of(process(S, sub, timer("late", "sub", duration="PT1H"), E, flows="s > sub > e\nlate > e"))
    run.start()

    assert shown(run.fire("late")) == [
        "RecordEvent a ate_abort",
        "CancelJob",
        "RecordEvent deep ate_abort",
        "RecordEvent sub ate_abort",
        "FinishInstance completed",
    ]
    assert len(run.state.scopes) == 1


def test_an_error_goes_to_the_boundary_event_with_its_code_before_the_one_for_all() -> None:
    definition = process(
        S, job("a"), error("all", "a", None), error("known", "a", "E1"), job("x"), job("y"), E,
        flows="s > a > e\nall > x > e\nknown > y > e",
    )  # fmt: skip
    known, other = run_of(definition), run_of(definition)
    known.start()
    other.start()

    known.throw("a", "E1", reason="r")
    other.throw("a", "E2")

    assert known.open_work() == {"job": ["y"]}
    assert known.variables() == {"reason": "r"}
    assert other.open_work() == {"job": ["x"]}


def test_an_error_thrown_in_a_sub_process_is_caught_around_it() -> None:
    throwing = EndEvent(id=eid("bad"), definition=ErrorDefinition(code="E1"))
    sub = sub_process(
        "sub", StartEvent(id=eid("is")), ParallelGateway(id=eid("ig")), job("a"), job("b"), throwing,
        EndEvent(id=eid("ie")),
        flows="is > ig > a > bad\nig > b > ie",
    )  # fmt: skip
    run = run_of(process(S, sub, error("caught", "sub", "E1"), job("c"), E, flows="s > sub > e\ncaught > c > e"))
    run.start()

    assert shown(run.complete("a")) == [
        "RecordEvent a complete",
        "RecordEvent b ate_abort",
        "CancelJob",
        "RecordEvent sub ate_abort",
        "RecordEvent c start",
        "CreateJob c",
    ]


def test_an_error_end_event_that_nothing_catches_fails_the_instance() -> None:
    bad = EndEvent(id=eid("bad"), name="Refused", definition=ErrorDefinition(code="E1"))
    run = run_of(process(S, bad, flows="s > bad"))

    assert shown(run.start()) == ["RecordEvent bad complete", "FinishInstance failed"]


def test_a_worker_s_error_that_nothing_catches_is_an_incident_and_a_new_job_when_resolved() -> None:
    run = run_of(process(S, job("a"), E, flows="s > a > e"))
    created = run.start()[-1]

    assert shown(run.throw("a", "E9")) == ["RaiseIncident a uncaught-error"]

    again = run.resolve("a")[-1]
    assert isinstance(created, CreateJob)
    assert isinstance(again, CreateJob)
    assert created.job_id != again.job_id


def test_a_question_to_the_host_is_forgotten_when_its_activity_is_broken_off() -> None:
    rule = BusinessRuleTask(id=eid("r"), decision_id="d", result_variable="x")
    run = run_of(process(S, rule, timer("t", "r", duration="PT1H"), job("a"), E, flows="s > r > e\nt > a > e"))
    run.start()

    run.fire("t")

    assert run.state.requests == {}
    assert list(run.open_work()["job"]) == ["a"]
