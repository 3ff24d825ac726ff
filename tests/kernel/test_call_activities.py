# SPDX-License-Identifier: Apache-2.0
"""Call activities: what the called instance is given, what comes back, and how its failures go on."""

from dataclasses import replace

import pytest

from taktloom.kernel import compile_process
from taktloom.kernel.commands import CancelChild, EscalateToCaller, FinishInstance, OpenUserTask, StartChild
from taktloom.kernel.events import ChildCompleted, CompensationTriggered, EscalationHandled, InstanceStarted
from taktloom.model.errors import ConflictError, MisuseError, NotFoundError
from taktloom.model.event_definitions import CompensateDefinition, ErrorDefinition, EscalationDefinition
from taktloom.model.process import (
    BoundaryEvent,
    CallActivity,
    EndEvent,
    IntermediateThrowEvent,
    ManualTask,
    MultiInstanceLoop,
    ScriptTask,
    UserTask,
)
from taktloom.model.process_data import DataAssociation, DataElement, InputOutput, VariableMapping
from tests.kernel.activity_driver import ActivityDriver, active
from tests.kernel.build import eid, process, sub_process
from tests.kernel.parts import E, S, error, job, timer
from tests.kernel.test_compensation import undo, undone_by


def call(name: str = "c", **fields: object) -> CallActivity:
    return replace(CallActivity(id=eid(name), called_element="child"), **fields)  # type: ignore[arg-type]


def calling(activity: CallActivity, *more: object, flows: str = "s > c > e", **variables: object) -> ActivityDriver:
    return active(process(S, activity, *more, E, flows=flows), variables)  # type: ignore[arg-type]


def test_the_called_instance_begins_with_everything_visible_and_gives_everything_back() -> None:
    run = calling(call(binding="deployment"), x=1)

    (child,) = run.children()
    assert (child.process_id, child.binding, child.element_id, child.variables) == (
        "child",
        "deployment",
        "c",
        {"x": 1},
    )
    run.child_completed(x=2, y=3)

    assert run.variables() == {"x": 2, "y": 3}
    assert run.told()[2:] == ["c activated", "c completed", "e activated", "e completed"]


def test_only_what_is_mapped_goes_in_and_comes_back_when_the_model_says_so() -> None:
    activity = call(
        inputs=(VariableMapping(source="x + 1", target="given"),),
        outputs=(VariableMapping(source="answer", target="y"),),
        passes_all_variables=False, returns_all_variables=False,
    )  # fmt: skip
    run = calling(activity, x=1)

    assert run.children()[0].variables == {"given": 2}
    run.child_completed(answer=7, other=8)
    assert run.variables() == {"x": 1, "y": 7}


def test_without_mappings_nothing_need_come_back() -> None:
    run = calling(call(passes_all_variables=False, returns_all_variables=False), x=1)
    assert run.children()[0].variables == {}

    run.child_completed(x=9)

    assert run.variables() == {"x": 1}


def test_what_is_called_may_be_computed() -> None:
    run = calling(call(called_element='= "order-" + kind'), kind="a")

    assert run.children()[0].process_id == "order-a"


def test_a_called_element_that_is_null_is_an_incident() -> None:
    run = calling(call(called_element="= missing"))

    assert run.incidents() == [("c", "expression")]


def test_interrupting_the_call_cancels_the_called_instance() -> None:
    run = calling(call(), timer("late", "c", duration="PT1H"), flows="s > c > e\nlate > e")
    (child,) = run.children()

    commands = run.fire("late")

    assert [c.child_id for c in commands if isinstance(c, CancelChild)] == [child.child_id]
    assert "c terminated" in run.told()
    assert run.state.children == {}


def test_an_error_of_the_called_instance_is_caught_at_the_call_activity() -> None:
    run = calling(call(), error("caught", "c", "E1"), job("b"), flows="s > c > e\ncaught > b > e")

    run.child_failed("E1")

    assert run.told()[2:] == ["c activated", "c failed", "caught activated", "caught completed", "b activated"]


def test_an_error_of_the_called_instance_goes_outwards() -> None:
    sub = sub_process("sub", replace(S, id=eid("is")), call(), flows="is > c")
    run = active(process(S, sub, error("caught", "sub", None), E, flows="s > sub > e\ncaught > e"))

    run.child_failed("E1")

    assert run.told()[4:7] == ["is completed", "c activated", "c failed"]
    assert not run.is_active


def test_an_error_that_nothing_catches_is_an_incident_and_a_new_call_when_resolved() -> None:
    run = calling(call())
    (first,) = run.children()
    run.child_failed("E1")
    assert run.incidents() == [("c", "uncaught-error")]

    run.resolve("c", x=1)

    (second,) = run.children()
    assert second.child_id != first.child_id
    assert second.variables == {"x": 1}


def test_a_failure_without_an_error_code_is_an_incident_and_a_new_call_when_resolved() -> None:
    run = calling(call(), error("caught", "c", None), flows="s > c > e\ncaught > e")
    run.child_failed(None, "There is no such process.")
    assert run.incidents() == [("c", "child-failed")]
    assert run.state.children == {}

    run.resolve("c")
    run.child_completed()

    assert not run.is_active


@pytest.mark.parametrize("is_interrupting", [True, False])
def test_an_escalation_of_the_called_instance_is_caught_at_the_call_activity(is_interrupting: bool) -> None:
    caught = BoundaryEvent(
        id=eid("caught"), attached_to=eid("c"), definition=EscalationDefinition(code="late"),
        is_interrupting=is_interrupting,
    )  # fmt: skip
    run = calling(call(), caught, job("b"), flows="s > c > e\ncaught > b > e")

    run.child_escalated("late")

    assert run.open_jobs() == ["b"]
    assert len(run.state.children) == (0 if is_interrupting else 1)


def test_a_called_instance_tells_its_caller_of_escalations_and_of_the_error_it_fails_with() -> None:
    escalate = IntermediateThrowEvent(id=eid("x"), definition=EscalationDefinition(code="late"))
    fail = EndEvent(id=eid("bad"), definition=ErrorDefinition(code="E1"))
    run = ActivityDriver(compile_process(process(S, escalate, fail, flows="s > x > bad")))

    run.send(InstanceStarted(occurred_at=run.now, is_called=True))

    assert [c for c in run.log if isinstance(c, EscalateToCaller)] == [
        EscalateToCaller(escalation_code="late", variables={})
    ]
    assert run.state.status == "active"

    run.send(EscalationHandled(occurred_at=run.now))

    last = run.log[-1]
    assert isinstance(last, FinishInstance)
    assert (last.outcome, last.error_code) == ("failed", "E1")


def test_an_answer_that_nothing_waits_for_is_refused() -> None:
    run = ActivityDriver(compile_process(process(S, job("a"), E, flows="s > a > e")))
    run.send(InstanceStarted(occurred_at=run.now, is_called=True))

    with pytest.raises(MisuseError):
        run.send(EscalationHandled(occurred_at=run.now))

    assert run.open_jobs() == ["a"]


def test_only_a_called_instance_that_has_ended_can_be_told_to_undo() -> None:
    for is_called in (True, False):
        run = ActivityDriver(compile_process(process(S, job("a"), E, flows="s > a > e")))
        run.send(InstanceStarted(occurred_at=run.now, is_called=is_called))

        with pytest.raises(ConflictError):
            run.send(CompensationTriggered(occurred_at=run.now))

        assert run.open_jobs() == ["a"]


def test_an_answer_of_an_instance_that_is_not_called_any_more_is_refused() -> None:
    run = calling(call(), job("b"), flows="s > c > b > e")
    (child,) = run.children()
    run.child_completed()

    with pytest.raises(NotFoundError):
        run.send(ChildCompleted(occurred_at=run.now, child_id=child.child_id))

    assert run.open_jobs() == ["b"]


def test_each_instance_calls_on_its_own() -> None:
    loop = MultiInstanceLoop(
        input_collection="[1, 2]", input_element="n", output_collection="all", output_element="answer"
    )
    run = calling(call(loop=loop))
    assert [child.variables["n"] for child in run.children()] == [1, 2]

    run.child_completed(answer="a")
    run.child_completed(answer="b")

    assert run.variables()["all"] == ["a", "b"]


def test_a_completed_call_is_undone_by_the_handler_at_its_boundary() -> None:
    throw = IntermediateThrowEvent(id=eid("undo"), definition=CompensateDefinition())
    run = calling(call(), undone_by("c", "undo-c"), undo("undo-c"), throw, flows="s > c > undo > e")
    run.child_completed()

    assert run.open_jobs() == ["undo-c"]


def test_a_called_global_task_runs_in_the_place_of_the_call_activity() -> None:
    task = UserTask(id=eid("global"), assignee="ann", inputs=(VariableMapping(source="x", target="a"),))
    activity = call(called_element="", called_task=task, outputs=(VariableMapping(source="a + 1", target="y"),))
    run = calling(activity, x=1)

    opened = run.log[-1]
    assert isinstance(opened, OpenUserTask)
    assert (opened.element_id, opened.assignee, opened.variables["a"]) == ("c", "ann", 1)
    run.complete_task("c")
    assert run.variables()["y"] == 2
    assert run.told()[2:4] == ["c activated", "c completed"]


def test_every_kind_of_global_task_can_be_called() -> None:
    script = ScriptTask(id=eid("g"), script="x + 1", result_variable="x")
    assert calling(call(called_task=script), x=1).variables() == {"x": 2}
    assert not calling(call(called_task=ManualTask(id=eid("g")))).is_active
    worked = calling(call(called_task=job("g")))
    assert worked.open_jobs() == ["c"]
    assert worked.finish_all() == ["c"]
    assert [c for c in worked.log if isinstance(c, StartChild)] == []


def test_properties_are_not_given_and_the_item_of_each_instance_is() -> None:
    loop = MultiInstanceLoop(input_collection="[1, 2]", input_element="n")
    data = DataElement(id=eid("in"), name="order")
    activity = call(
        loop=loop, passes_all_variables=False, properties=(DataElement(id=eid("own")),),
        io=InputOutput(inputs=(data,)), data_inputs=(DataAssociation(sources=(eid("placed"),), target=eid("in")),),
    )  # fmt: skip
    placed = (DataElement(id=eid("placed")),)
    run = active(process(S, activity, E, flows="s > c > e", data_objects=placed), {"placed": "p", "x": 1})

    assert [child.variables for child in run.children()] == [{"order": "p", "n": 1}, {"order": "p", "n": 2}]
