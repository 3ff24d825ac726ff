# SPDX-License-Identifier: Apache-2.0
"""What each element does, as the ordered commands of each step."""

from datetime import timedelta
from decimal import Decimal

import pytest

from taktloom.kernel.commands import (
    CancelTimer,
    ChooseFlow,
    CreateJob,
    EvaluateDecision,
    InstanceOutcome,
    OpenUserTask,
    RaiseIncident,
    RecordEvent,
    StartTimer,
    Subscribe,
)
from taktloom.model.errors import ConflictError, MisuseError, NotFoundError
from taktloom.model.process import (
    BoundaryEvent,
    BusinessRuleTask,
    EndEvent,
    ErrorDefinition,
    EventAttribute,
    ExclusiveGateway,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    Lane,
    ManualTask,
    MessageDefinition,
    ParallelGateway,
    ScriptTask,
    ServiceTask,
    StartEvent,
    SubProcess,
    Task,
    TerminateDefinition,
    TimerDefinition,
    UserTask,
    VariableMapping,
)
from tests.kernel.build import eid, process, sub_process
from tests.kernel.driver import START, Driver, run_of, shown

S, E = StartEvent(id=eid("s")), EndEvent(id=eid("e"))


def job(name: str) -> ServiceTask:
    return ServiceTask(id=eid(name), job_type=name)


def user(name: str) -> UserTask:
    return UserTask(id=eid(name))


def timer(name: str, host: str, **definition: str) -> BoundaryEvent:
    return BoundaryEvent(id=eid(name), attached_to=eid(host), definition=TimerDefinition(**definition))


def side_timer(name: str, host: str, **definition: str) -> BoundaryEvent:
    return BoundaryEvent(
        id=eid(name), attached_to=eid(host), definition=TimerDefinition(**definition), is_interrupting=False
    )


def error(name: str, host: str, code: str | None) -> BoundaryEvent:
    return BoundaryEvent(id=eid(name), attached_to=eid(host), definition=ErrorDefinition(code=code))


# tasks


@pytest.mark.parametrize("task", [Task(id=eid("t")), ManualTask(id=eid("t"))])
def test_a_task_without_work_is_passed_through_with_its_rows(task: Task | ManualTask) -> None:
    run = run_of(process(S, task, E, flows="s > t > e"))

    assert shown(run.start()) == ["RecordEvent t start", "RecordEvent t complete", "FinishInstance completed"]


def test_a_script_sets_its_result_variable() -> None:
    script = ScriptTask(id=eid("t"), script="=price * 1.19", result_variable="gross")
    run = run_of(process(S, script, E, flows="s > t > e"))

    run.start(price=100)

    assert run.variables() == {"price": Decimal(100), "gross": Decimal(119)}


def test_five_thousand_script_tasks_run_in_one_step() -> None:
    count = 5000
    nodes = [ScriptTask(id=eid(f"t{n}"), script="x + 1", result_variable="x") for n in range(count)]
    path = " > ".join(["s", *(node.id for node in nodes), "e"])
    run = run_of(process(S, *nodes, E, flows=path))

    run.start(x=0)

    assert run.outcome() is InstanceOutcome.COMPLETED
    assert run.variables() == {"x": Decimal(count)}


def test_a_decision_is_asked_for_with_the_mapped_inputs_and_its_value_becomes_the_result_variable() -> None:
    rule = BusinessRuleTask(
        id=eid("t"),
        decision_id="discount",
        result_variable="rate",
        inputs=(VariableMapping(source="total * 2", target="amount"),),
    )
    run = run_of(process(S, rule, E, flows="s > t > e"))

    asked = run.start(total=50)[-1]
    commands = run.decide("t", Decimal("0.1"))

    assert isinstance(asked, EvaluateDecision)
    assert (asked.decision_id, asked.inputs) == ("discount", {"amount": Decimal(100)})
    assert shown(commands) == ["RecordEvent t complete", "FinishInstance completed"]
    assert run.variables()["rate"] == Decimal("0.1")


def test_a_decision_that_fails_is_an_incident_and_is_asked_again_when_resolved() -> None:
    rule = BusinessRuleTask(id=eid("t"), decision_id="discount", result_variable="rate")
    run = run_of(process(S, rule, E, flows="s > t > e"))
    run.start()

    assert shown(run.decide("t", error="no rule fits")) == ["RaiseIncident t decision"]
    assert shown(run.resolve("t")) == ["CloseIncident", "EvaluateDecision t"]
    assert shown(run.decide("t", 1))[-1] == "FinishInstance completed"


def test_a_user_task_without_groups_has_the_role_of_its_lane() -> None:
    lane = Lane(id=eid("l"), name="Front office", nodes=(eid("u"),))
    run = run_of(process(S, user("u"), E, flows="s > u > e", lanes=(lane,)))

    start = run.start()[0]
    done = run.complete_task("u", actor="bob")[0]

    assert isinstance(start, RecordEvent)
    assert isinstance(done, RecordEvent)
    assert (start.role, start.resource) == ("Front office", None)
    assert (done.role, done.resource) == ("Front office", "bob")
    assert start.visit == done.visit


def test_assignee_groups_and_due_date_may_be_feel() -> None:
    task = UserTask(
        id=eid("u"), assignee="=clerk", candidate_groups='=[team, "heads"]', due_date='=now() + duration("PT1H")'
    )
    run = run_of(process(S, task, E, flows="s > u > e"))

    opened = run.start(clerk="eve", team="north")[-1]

    assert isinstance(opened, OpenUserTask)
    assert (opened.assignee, opened.candidate_groups) == ("eve", ("north", "heads"))
    assert opened.due_at == START + timedelta(hours=1)


def test_event_attributes_are_written_when_the_activity_completes_and_null_where_they_fail() -> None:
    attributes = (
        EventAttribute(name="amount", source="amount"),
        EventAttribute(name="kind", source="kind", level="case"),
        EventAttribute(name="missing", source="nobody.knows"),
    )
    task = UserTask(id=eid("u"), event_attributes=attributes)
    run = run_of(process(S, task, E, flows="s > u > e"))
    start = run.start(amount=1, kind="a", secret="x")[0]
    done = run.complete_task("u", amount=2)[0]

    assert isinstance(start, RecordEvent)
    assert isinstance(done, RecordEvent)
    assert start.attributes == {}
    assert done.attributes == {"event.amount": Decimal(2), "case.kind": "a", "event.missing": None}


# gateways


def test_the_first_condition_that_holds_is_taken() -> None:
    gateway = ExclusiveGateway(id=eid("g"), default_flow=eid("g-c"))
    run = run_of(
        process(
            S, gateway, job("a"), job("b"), job("c"), E,
            flows="s > g > a > e\ng > b > e\ng > c > e",
            conditions={"g-a": "x > 10", "g-b": "x > 5"},
        )
    )  # fmt: skip

    run.start(x=20)

    assert run.open_work() == {"job": ["a"]}


def test_a_condition_that_is_null_is_an_incident_that_a_variable_resolves() -> None:
    gateway = ExclusiveGateway(id=eid("g"), default_flow=eid("g-b"))
    run = run_of(
        process(S, gateway, job("a"), job("b"), E, flows="s > g > a > e\ng > b > e", conditions={"g-a": "x > 1"})
    )

    raised = run.start()[-1]
    commands = run.resolve("g", x=7)

    assert isinstance(raised, RaiseIncident)
    assert raised.kind == "expression"
    assert "x > 1" in raised.message
    assert shown(commands) == ["CloseIncident", "RecordEvent a start", "CreateJob a"]


def test_no_condition_holding_without_default_flow_is_an_incident() -> None:
    gateway = ExclusiveGateway(id=eid("g"))
    conditions = {"g-a": "x = 1", "g-b": "x = 2"}
    run = run_of(process(S, gateway, job("a"), job("b"), E, flows="s > g > a > e\ng > b > e", conditions=conditions))

    assert shown(run.start(x=3)) == ["RaiseIncident g no-flow"]


def test_an_external_choice_is_asked_from_the_host() -> None:
    gateway = ExclusiveGateway(id=eid("g"), default_flow=eid("g-b"))
    definition = process(S, gateway, job("a"), job("b"), E, flows="s > g > a > e\ng > b > e", conditions={"g-a": "x"})
    run = run_of(definition, external_choices=frozenset({eid("g")}))

    asked = run.start()[-1]
    commands = run.choose("g", "g-a")

    assert isinstance(asked, ChooseFlow)
    assert asked.flow_ids == ("g-a", "g-b")
    assert shown(commands) == ["RecordEvent a start", "CreateJob a"]


def test_a_choice_of_a_flow_that_was_not_offered_changes_nothing() -> None:
    gateway = ExclusiveGateway(id=eid("g"), default_flow=eid("g-b"))
    definition = process(S, gateway, job("a"), job("b"), E, flows="s > g > a > e\ng > b > e", conditions={"g-a": "x"})
    run = run_of(definition, external_choices=frozenset({eid("g")}))
    run.start()

    with pytest.raises(NotFoundError):
        run.choose("g", "a-e")

    assert len(run.state.requests) == 1


def test_a_parallel_split_starts_its_branches_in_order_and_the_join_waits_for_all() -> None:
    run = run_of(
        process(
            S, ParallelGateway(id=eid("split")), job("a"), job("b"), ParallelGateway(id=eid("join")), E,
            flows="s > split > a > join > e\nsplit > b > join",
        )
    )  # fmt: skip

    assert shown(run.start()) == ["RecordEvent a start", "CreateJob a", "RecordEvent b start", "CreateJob b"]
    assert shown(run.complete("b")) == ["RecordEvent b complete"]
    assert shown(run.complete("a")) == ["RecordEvent a complete", "FinishInstance completed"]


def test_a_surplus_token_at_a_join_waits_for_the_next_firing() -> None:
    run = run_of(
        process(
            S, ParallelGateway(id=eid("split")), job("a"), job("b"), job("c"), ExclusiveGateway(id=eid("merge")),
            ParallelGateway(id=eid("join")), job("after"), E,
            flows="s > split > a > merge > join > after > e\nsplit > b > merge\nsplit > c > join",
        )
    )  # fmt: skip
    run.start()
    run.complete("a")
    run.complete("b")
    (waiting,) = next(iter(run.state.scopes.values())).joins.values()
    newest = max(token for tokens in waiting.values() for token in tokens)

    assert run.open_work() == {"job": ["c"]}

    run.complete("c")

    assert run.open_work() == {"job": ["after"]}
    (left,) = next(iter(run.state.scopes.values())).joins.values()
    assert list(left.values()) == [[newest]]  # the oldest token of a flow is taken first
    assert len(run.state.tokens) == 2  # the one at work and the surplus one, which keeps the instance open


def test_the_condition_of_a_default_flow_is_not_read() -> None:
    gateway = ExclusiveGateway(id=eid("g"), default_flow=eid("g-a"))
    conditions = {"g-a": "true", "g-b": "true"}
    run = run_of(process(S, gateway, job("a"), job("b"), E, flows="s > g > a > e\ng > b > e", conditions=conditions))

    run.start()

    assert run.open_work() == {"job": ["b"]}


def test_conditional_flows_out_of_an_activity_are_taken_each_on_its_own() -> None:
    task = Task(id=eid("t"), default_flow=eid("t-c"))
    definition = process(
        S, task, job("a"), job("b"), job("c"), E,
        flows="s > t > a > e\nt > b > e\nt > c > e",
        conditions={"t-a": "x > 1", "t-b": "x > 2"},
    )  # fmt: skip

    both, none = run_of(definition), run_of(definition)
    both.start(x=3)
    none.start(x=0)

    assert both.open_work() == {"job": ["a", "b"]}
    assert none.open_work() == {"job": ["c"]}


def test_a_loop_without_a_wait_ends_in_an_incident_and_not_in_an_endless_step() -> None:
    gateway = ExclusiveGateway(id=eid("g"), default_flow=eid("g-t"))
    definition = process(
        S, ExclusiveGateway(id=eid("m")), Task(id=eid("t")), gateway, E,
        flows="s > m > g > t > m\ng > e",
        conditions={"g-e": "stop"},
    )  # fmt: skip
    run = run_of(definition)

    raised = run.start(stop=False)[-1]
    commands = run.resolve(raised.element_id, stop=True) if isinstance(raised, RaiseIncident) else []

    assert isinstance(raised, RaiseIncident)
    assert raised.kind == "limit"
    assert shown(commands)[-1] == "FinishInstance completed"


# events


def test_events_with_a_name_have_a_row_and_those_without_have_none() -> None:
    milestone = IntermediateThrowEvent(id=eid("m"), name="Half way")
    silent = IntermediateThrowEvent(id=eid("n"))
    run = run_of(process(S, milestone, silent, E, flows="s > m > n > e"))

    assert shown(run.start()) == ["RecordEvent m complete", "FinishInstance completed"]


@pytest.mark.parametrize(
    ("definition", "due"),
    [
        (TimerDefinition(duration="PT90M"), START + timedelta(minutes=90)),
        (TimerDefinition(duration="P1M"), START.replace(month=4)),
        (TimerDefinition(duration="=wait"), START + timedelta(days=2)),
        (TimerDefinition(date="2026-03-29T09:00:00@Europe/Berlin"), START.replace(day=29, hour=7)),
        (TimerDefinition(date="2026-03-05T09:00:00+02:00"), START.replace(day=5, hour=7)),
        (TimerDefinition(date="2020-01-01"), START),
    ],
)
def test_a_timer_event_waits_until_its_instant(definition: TimerDefinition, due: object) -> None:
    catch = IntermediateCatchEvent(id=eid("t"), definition=definition)
    run = run_of(process(S, catch, E, flows="s > t > e"))

    started = run.start(wait=timedelta(days=2))[-1]

    assert isinstance(started, StartTimer)
    assert started.due_at == due
    assert shown(run.fire("t")) == ["FinishInstance completed"]


def test_a_timer_that_is_not_due_is_refused_and_changes_nothing() -> None:
    catch = IntermediateCatchEvent(id=eid("t"), definition=TimerDefinition(duration="PT1H"))
    run = run_of(process(S, catch, E, flows="s > t > e"))
    run.start()
    due = run.work["timer"]["t"]
    assert isinstance(due, StartTimer)
    run.work["timer"]["t"] = StartTimer(timer_id=due.timer_id, element_id=due.element_id, due_at=START)

    with pytest.raises(MisuseError, match="not due"):
        run.fire("t")

    assert list(run.state.timers) == [due.timer_id]


def test_a_timer_value_that_is_no_instant_is_an_incident() -> None:
    catch = IntermediateCatchEvent(id=eid("t"), definition=TimerDefinition(duration="=wait"))
    run = run_of(process(S, catch, E, flows="s > t > e"))

    assert shown(run.start(wait=True)) == ["RaiseIncident t timer"]
    assert shown(run.resolve("t", wait="PT1S")) == ["CloseIncident", "StartTimer t"]


def test_a_message_event_subscribes_with_its_key_and_takes_the_message_s_variables() -> None:
    message = MessageDefinition(name="payment", correlation_key="=order")
    catch = IntermediateCatchEvent(id=eid("m"), name="Paid", definition=message)
    run = run_of(process(S, catch, E, flows="s > m > e"))

    subscribed = run.start(order=17)[-1]
    commands = run.correlate("m", paid=True)

    assert isinstance(subscribed, Subscribe)
    assert (subscribed.message_name, subscribed.correlation_key) == ("payment", "17")
    assert shown(commands) == ["RecordEvent m complete", "FinishInstance completed"]
    assert run.variables() == {"order": Decimal(17), "paid": True}


def test_a_null_correlation_key_is_an_incident() -> None:
    message = MessageDefinition(name="payment", correlation_key="=order")
    run = run_of(process(S, IntermediateCatchEvent(id=eid("m"), definition=message), E, flows="s > m > e"))

    assert shown(run.start()) == ["RaiseIncident m expression"]


def test_output_mappings_of_a_message_event_alone_hand_out() -> None:
    catch = IntermediateCatchEvent(
        id=eid("m"),
        definition=MessageDefinition(name="payment"),
        outputs=(VariableMapping(source="amount + 1", target="paid.total"),),
    )
    run = run_of(process(S, catch, E, flows="s > m > e"))
    run.start()

    run.correlate("m", amount=1)

    assert run.variables() == {"paid": {"total": Decimal(2)}}


def test_an_instance_may_start_at_a_message_or_timer_start_event() -> None:
    by_message = StartEvent(id=eid("m"), definition=MessageDefinition(name="order"))
    by_timer = StartEvent(id=eid("t"), definition=TimerDefinition(cycle="R/P1D"))
    definition = process(by_message, by_timer, job("a"), job("b"), E, flows="m > a > e\nt > b > e")

    first, second = run_of(definition), run_of(definition)
    first.start("m", x=1)
    second.start("t")

    assert first.open_work() == {"job": ["a"]}
    assert first.variables() == {"x": Decimal(1)}
    assert second.open_work() == {"job": ["b"]}
    with pytest.raises(NotFoundError):
        run_of(definition).start()


def test_terminate_ends_everything_in_the_process() -> None:
    end = EndEvent(id=eid("stop"), name="Stop", definition=TerminateDefinition())
    run = run_of(
        process(
            S, ParallelGateway(id=eid("g")), job("a"), job("b"), user("u"), end, E,
            flows="s > g > a > stop\ng > b > e\ng > u > e",
        )
    )  # fmt: skip
    run.start()

    assert shown(run.complete("a")) == [
        "RecordEvent a complete",
        "RecordEvent stop complete",
        "RecordEvent b ate_abort",
        "CancelJob",
        "RecordEvent u ate_abort",
        "CancelUserTask",
        "FinishInstance terminated",
    ]
    assert run.state.tokens == {}
    assert run.state.jobs == {}


def test_terminating_forgets_the_tokens_that_wait_at_a_join() -> None:
    stop = EndEvent(id=eid("stop"), definition=TerminateDefinition())
    run = run_of(
        process(
            S,
            ParallelGateway(id=eid("g")),
            job("a"),
            job("b"),
            ParallelGateway(id=eid("join")),
            E,
            stop,
            flows="s > g > a > join > e\ng > b > stop\ng > join",
        )
    )
    run.start()
    run.complete("a")

    run.complete("b")

    assert run.outcome() is InstanceOutcome.TERMINATED
    assert [scope.joins for scope in run.state.scopes.values()] == [{}]


# sub-processes


def test_a_sub_process_completes_when_its_last_token_ends() -> None:
    inner = sub_process(
        "sub", StartEvent(id=eid("is")), ParallelGateway(id=eid("ig")), job("a"), job("b"), EndEvent(id=eid("ie")),
        flows="is > ig > a > ie\nig > b > ie",
    )  # fmt: skip
    run = run_of(process(S, inner, job("after"), E, flows="s > sub > after > e"))

    assert shown(run.start())[0] == "RecordEvent sub start"
    assert shown(run.complete("a")) == ["RecordEvent a complete"]
    assert shown(run.complete("b")) == [
        "RecordEvent b complete",
        "RecordEvent sub complete",
        "RecordEvent after start",
        "CreateJob after",
    ]
    assert len(run.state.scopes) == 1


def test_terminate_inside_a_sub_process_ends_only_the_sub_process() -> None:
    stop = EndEvent(id=eid("stop"), definition=TerminateDefinition())
    inner = sub_process(
        "sub", StartEvent(id=eid("is")), ParallelGateway(id=eid("ig")), job("a"), job("b"), stop,
        flows="is > ig > a > stop\nig > b > stop",
    )  # fmt: skip
    run = run_of(process(S, inner, job("after"), E, flows="s > sub > after > e"))
    run.start()

    commands = run.complete("a")

    assert shown(commands) == [
        "RecordEvent a complete",
        "RecordEvent b ate_abort",
        "CancelJob",
        "RecordEvent sub complete",
        "RecordEvent after start",
        "CreateJob after",
    ]


def test_mapped_inputs_of_a_sub_process_stay_inside_and_outputs_are_handed_out() -> None:
    script = ScriptTask(id=eid("t"), script="local + 1", result_variable="local")
    inner = SubProcess(
        id=eid("sub"),
        nodes=(StartEvent(id=eid("is")), script, EndEvent(id=eid("ie"))),
        flows=process(flows="is > t > ie").flows,
        inputs=(VariableMapping(source="x * 10", target="local"),),
        outputs=(VariableMapping(source="local", target="result"),),
    )
    run = run_of(process(S, inner, E, flows="s > sub > e"))

    run.start(x=4)

    assert run.variables() == {"x": Decimal(4), "result": Decimal(41)}


# boundary events


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


# incidents and operators


def test_a_failed_job_is_an_incident_and_is_retried_under_its_id_with_fresh_variables() -> None:
    run = run_of(process(S, job("a"), E, flows="s > a > e"))
    run.start(url="wrong")

    assert shown(run.fail("a", "no connection")) == ["RaiseIncident a job-failed"]
    commands = run.resolve("a", url="right")

    assert shown(commands) == ["CloseIncident", "RetryJob"]
    assert getattr(commands[1], "variables") == {"url": "right"}  # noqa: B009
    assert shown(run.complete("a"))[-1] == "FinishInstance completed"


def test_a_late_completion_of_a_failed_job_closes_its_incident() -> None:
    run = run_of(process(S, job("a"), E, flows="s > a > e"))
    run.start()
    run.fail("a")

    assert shown(run.complete("a")) == ["CloseIncident", "RecordEvent a complete", "FinishInstance completed"]


def test_a_job_fails_only_once_until_it_is_retried() -> None:
    run = run_of(process(S, job("a"), E, flows="s > a > e"))
    run.start()
    run.fail("a")

    with pytest.raises(ConflictError):
        run.fail("a")

    assert len(run.state.incidents) == 1


def test_an_activity_that_is_broken_off_closes_its_incident() -> None:
    run = run_of(process(S, job("a"), timer("late", "a", duration="PT1H"), E, flows="s > a > e\nlate > e"))
    run.start()
    run.fail("a")

    assert shown(run.fire("late"))[:3] == ["RecordEvent a ate_abort", "CancelJob", "CloseIncident"]


def test_cancelling_withdraws_all_open_work() -> None:
    run = run_of(
        process(
            S, ParallelGateway(id=eid("g")), job("a"), user("u"), timer("late", "u", duration="PT1H"), E,
            flows="s > g > a > e\ng > u > e\nlate > e",
        )
    )  # fmt: skip
    run.start()

    assert shown(run.cancel()) == [
        "RecordEvent a ate_abort",
        "CancelJob",
        "RecordEvent u ate_abort",
        "CancelTimer",
        "CancelUserTask",
        "FinishInstance cancelled",
    ]
    assert run.open_work() == {}
    with pytest.raises(ConflictError):
        run.cancel()


def test_variables_are_set_in_the_instance_or_in_the_activity_named() -> None:
    task = ServiceTask(
        id=eid("a"),
        job_type="a",
        inputs=(VariableMapping(source="x", target="y"),),
        outputs=(VariableMapping(source="y", target="z"),),
    )
    run = run_of(process(S, task, E, flows="s > a > e"))
    run.start(x=1)

    run.set_variables(x=2)
    run.set_variables("a", y=5)
    run.complete("a")

    assert run.variables() == {"x": Decimal(2), "z": Decimal(5)}
    with pytest.raises(ConflictError):
        run.set_variables(x=3)


def test_setting_variables_of_an_element_that_is_not_active_is_refused() -> None:
    run = run_of(process(S, job("a"), E, flows="s > a > e"))
    run.start()

    with pytest.raises(NotFoundError):
        run.set_variables("a", y=5)


def test_a_job_s_variables_go_to_the_nearest_scope_that_has_them() -> None:
    inner = SubProcess(
        id=eid("sub"),
        nodes=(StartEvent(id=eid("is")), job("a"), user("u"), EndEvent(id=eid("ie"))),
        flows=process(flows="is > a > u > ie").flows,
        inputs=(VariableMapping(source="1", target="local"),),
    )
    run = run_of(process(S, inner, E, flows="s > sub > e"))
    run.start()

    opened = run.complete("a", local=2, shared=3)[-1]

    assert isinstance(opened, OpenUserTask)
    assert opened.variables == {"local": Decimal(2), "shared": Decimal(3)}
    assert run.variables() == {"shared": Decimal(3)}


def test_an_unknown_id_changes_nothing() -> None:
    run = run_of(process(S, job("a"), E, flows="s > a > e"))
    run.start()
    other = Driver(run.process)
    other.start()
    other.work["job"]["a"] = CreateJob(
        job_id=getattr(run.work["job"]["a"], "job_id")[:-1] + "9",  # noqa: B009
        element_id=eid("a"),
        job_type="a",
        retries=1,
        headers={},
        variables={},
    )

    with pytest.raises(NotFoundError):
        other.complete("a")

    assert other.state == run.state


def test_a_time_that_is_not_utc_is_refused() -> None:
    run = run_of(process(S, job("a"), E, flows="s > a > e"))
    run.now = START.replace(tzinfo=None)

    with pytest.raises(MisuseError, match="UTC"):
        run.start()

    assert run.state.root is None
