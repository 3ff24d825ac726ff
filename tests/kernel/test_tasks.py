# SPDX-License-Identifier: Apache-2.0
"""What tasks do, as the ordered commands of each step."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from taktloom.kernel.commands import (
    CreateJob,
    EvaluateDecision,
    InstanceOutcome,
    OpenUserTask,
    RecordEvent,
)
from taktloom.model.process import BusinessRuleTask, EventAttribute, Lane, ManualTask, ScriptTask, Task, UserTask
from taktloom.model.process_data import VariableMapping
from tests.kernel.build import eid, process
from tests.kernel.driver import START, run_of, shown
from tests.kernel.parts import E, S, job, user


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


def test_a_decision_is_asked_for_with_all_that_is_visible_and_its_value_becomes_the_result_variable() -> None:
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
    assert (asked.decision_id, asked.inputs) == ("discount", {"total": Decimal(50), "amount": Decimal(100)})
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


@pytest.mark.parametrize(("text", "priority"), [("= n + 1", 7), ("-5", -5), ("= null", 0), (None, 0)])
def test_a_job_has_the_priority_that_its_task_tells(text: str | None, priority: int) -> None:
    run = run_of(process(S, replace(job("t"), priority=text), E, flows="s > t > e"))

    (created,) = [command for command in run.start(n=6) if isinstance(command, CreateJob)]

    assert created.priority == priority
